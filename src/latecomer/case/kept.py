"""What need not be made twice? A checked case, and what is said of its names, are kept for the next command.

A kept file is named by a digest of the files of the case and of the package's code: change either and it is made again. It holds
data only (JSON and the bytes of arrays; nothing in it can run), begins with a digest of the rest, and stands in a folder that the
user owns and nobody else can write. A file that is cut off, changed or somebody else's is not used; where nothing can be kept,
everything works and takes a few seconds longer. LATECOMER_CACHE moves the folder; XDG_CACHE_HOME is followed.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from latecomer.case.folder import case_folder, checksum
from latecomer.stored import replace_whole
from latecomer.types import Case, Labels, Setting

if TYPE_CHECKING:
    import pandas as pd

FILES_KEPT = 12
DIGEST_SIZE = hashlib.sha256().digest_size
LENGTH_SIZE = 8
LARGEST = 256 * 2**20  # bytes of a part, unpacked: a case far larger than any is not worth keeping
TEXTS = ("str", "object", "string")
PLAIN_KINDS = ("float64", "int64", "bool", *TEXTS)


class KeptCase(Case):
    """A case as it was kept: arrays at hand, tables unpacked when the first of them is asked for."""

    _packed: bytes

    def __getattr__(self, name: str) -> Any:
        """Unpack all tables when one of them is asked for."""
        packed = self.__dict__.get("_packed")
        if packed is None or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        tables = unpack_tables(packed)
        if name not in tables:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__.update(tables)  # before the rest goes: another thread may ask for a table, too
        self.__dict__.pop("_packed", None)
        return tables[name]


def open_case(name: str | Path) -> Case:
    """Return the case of this name or in this folder, kept or read anew; raise CaseError with every problem of its tables."""
    folder = case_folder(name)
    files = checksum(folder)
    found = kept_case(folder, files)
    if found is not None:
        return found
    from latecomer.case.load import read_case

    case = read_case(folder)
    if case.checksum == files:  # nobody changed a file meanwhile
        keep(f"case-{key(files)}", packed_case(case))
    return case


def is_kept(folder: Path) -> bool:
    """Return whether a case need not be read anew."""
    place = kept_folder()
    return place is not None and (place / f"case-{key(checksum(folder))}").is_file()


def kept_case(folder: Path, files: str) -> Case | None:
    """Return the case with this checksum of files as it was kept, or None."""
    data = kept(f"case-{key(files)}")
    return None if data is None else unpacked_case(data, folder)


def key(files: str) -> str:
    """Return the name under which is kept what this code makes of files with this checksum."""
    return hashlib.sha256(f"{files} {code_digest()}".encode()).hexdigest()[:32]


@cache
def code_digest() -> str:
    """Return a digest of the package's own source files, and of the registers from which a case takes what it leaves out."""
    digest, root = hashlib.sha256(), Path(__file__).resolve().parents[1]
    registers = [path for name in ("params", "sources") for path in (root / "cases").glob(f"*/{name}.csv")]
    for path in sorted([*root.rglob("*.py"), *registers]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def kept_folder() -> Path | None:
    """Return the folder of kept files, made if need be; None where it cannot be made or somebody else could write into it."""
    base = os.environ.get("LATECOMER_CACHE") or ""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latecomer"
        folder = Path(base or home) / "kept"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = folder.lstat()
    except (OSError, RuntimeError, ValueError):
        return None
    strange = hasattr(os, "getuid") and (there.st_uid != os.getuid() or there.st_mode & 0o022)
    return None if strange else folder


def keep(name: str, data: bytes | None) -> None:
    """Keep data under a name, whole or not at all, and forget what was longest unused; never raises for want of room."""
    folder = kept_folder()
    if folder is None or data is None:
        return
    try:
        replace_whole(folder / name, hashlib.sha256(data).digest() + data, prefix=".")
        forget_old(folder)
    except OSError:
        return


def kept_text(name: str, make: Callable[[], str]) -> str:
    """Return the text kept under a name, made and kept if there is none; the name says all that the text depends on."""
    data = kept(name)
    if data is not None:
        return data.decode()
    text = make()
    keep(name, text.encode())
    return text


def forget_old(folder: Path) -> None:
    """Remove all but the latest few files."""
    files = sorted((path for path in folder.iterdir()), key=lambda path: path.stat().st_mtime)
    for path in files[:-FILES_KEPT]:
        path.unlink(missing_ok=True)


def kept(name: str) -> bytes | None:
    """Return what was kept under a name; None if there is nothing whole of that name."""
    folder = kept_folder()
    try:
        if folder is None or not (folder / name).is_file():  # to read a pipe would wait
            return None
        data = (folder / name).read_bytes()
    except OSError:
        return None
    whole = data[:DIGEST_SIZE] == hashlib.sha256(data[DIGEST_SIZE:]).digest() and len(data) > DIGEST_SIZE
    return data[DIGEST_SIZE:] if whole else None


def packed_case(case: Case) -> bytes | None:
    """Return a case as bytes: its head, its arrays, its tables; None if it holds what cannot be told as plain data."""
    head: dict[str, Any] = {"arrays": {}, "values": {}}
    tables: dict[str, Any] = {}
    raw = bytearray()
    try:
        for field in fields(case):
            value = getattr(case, field.name)
            if field.name == "folder":
                continue
            if isinstance(value, np.ndarray):
                head["arrays"][field.name] = {**layout(value), "at": len(raw)}
                raw += value.tobytes()
            elif is_dataclass(value):
                head["values"][field.name] = {f.name: getattr(value, f.name) for f in fields(value)}
            elif isinstance(value, str | tuple):
                head["values"][field.name] = value
            else:
                tables[field.name] = frames_told(value)
    except (TypeError, ValueError):
        return None
    return joined([json.dumps(head).encode(), bytes(raw), json.dumps(tables).encode()])


def unpacked_case(data: bytes, folder: Path) -> Case:
    """Return the case in these bytes; its tables stay packed until one is asked for."""
    head_text, raw, tables = parts_of(data)
    head = json.loads(inflated(head_text))
    room = inflated(raw)
    case = object.__new__(KeptCase)
    built = {
        name: made(**{key: as_tuples(value) for key, value in head["values"].pop(name).items()})
        for name, made in (("labels", Labels), ("setting", Setting))
    }
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in head["values"].items()
    }
    arrays = {name: array_of(told, room) for name, told in head["arrays"].items()}
    case.__dict__.update({**values, **arrays, **built, "folder": folder, "_packed": tables})
    return case


def as_tuples(value: Any) -> Any:
    """Return lists, also those inside others, as the tuples that they were."""
    return tuple(as_tuples(item) for item in value) if isinstance(value, list) else value


def joined(parts: list[bytes]) -> bytes | None:
    """Return parts as one, each deflated and after its length; None where one is too large to keep."""
    if any(len(part) > LARGEST for part in parts):
        return None
    deflated = [zlib.compress(part, 1) for part in parts]
    return b"".join(len(part).to_bytes(LENGTH_SIZE, "little") + part for part in deflated)


def parts_of(data: bytes) -> list[bytes]:
    """Return the parts, still deflated."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + LENGTH_SIZE], "little")
        found.append(data[at + LENGTH_SIZE : at + LENGTH_SIZE + size])
        at += LENGTH_SIZE + size
    return found


def inflated(part: bytes) -> bytes:
    """Return a part as it was, cut at the largest size."""
    return zlib.decompressobj().decompress(part, LARGEST)


def layout(array: np.ndarray) -> dict[str, Any]:
    """Return what an array is made of: shape, kinds of its fields, whether they are aligned, whether they read as attributes."""
    kind = array.dtype
    if kind.hasobject:
        raise TypeError("an array of objects is not plain data")
    told: Any = kind.str
    if kind.names:
        columns = [(name, kind[name].base.str, list(kind[name].shape)) for name in kind.names]
        told = {"columns": columns, "aligned": kind.isalignedstruct}
    same = kind_of(told)
    if same.itemsize != kind.itemsize or dict(same.fields or {}) != dict(kind.fields or {}):
        raise TypeError("an array of a kind that cannot be told")
    return {"shape": list(array.shape), "kind": told, "record": isinstance(array, np.recarray)}


def kind_of(told: Any) -> np.dtype:
    """Return the type of an array's entries from what was told of it."""
    if isinstance(told, str):
        return np.dtype(told)
    columns = [(name, kind, tuple(shape)) if shape else (name, kind) for name, kind, shape in told["columns"]]
    return np.dtype(columns, align=told["aligned"])


def array_of(told: dict[str, Any], room: bytes) -> np.ndarray:
    """Return an array from what was told of it and the bytes of all; read-only, as in a case that was read."""
    kind, shape = kind_of(told["kind"]), tuple(told["shape"])
    size = kind.itemsize * int(np.prod(shape))
    array = np.frombuffer(room[told["at"] : told["at"] + size], kind).reshape(shape).copy()
    array = array.view(np.recarray) if told["record"] else array
    array.setflags(write=False)
    return array


def frames_told(value: Any) -> Any:
    """Return a table, or a mapping of tables, as plain data."""
    if hasattr(value, "columns"):
        return {"frame": frame_told(value)}
    return {"frames": {name: frame_told(frame) for name, frame in value.items()}}


def frame_told(frame: "pd.DataFrame") -> dict[str, Any]:
    """Return a table as plain data: the kind and the values of every column, and of an index that is more than a count."""
    counted = type(frame.index).__name__ == "RangeIndex"
    index = None if counted else column_told(frame.index.name, frame.index.to_series())
    return {
        "columns": [column_told(name, frame[name]) for name in frame.columns],
        "index": index,
        "rows": len(frame),
    }


def column_told(name: Any, column: "pd.Series") -> list[Any]:
    """Return name, kind and values of a column; raises TypeError for what is neither number nor text."""
    kind = str(column.dtype)
    values = column.tolist()
    missing = [value if value == value else None for value in values] if kind in TEXTS else values
    if kind not in PLAIN_KINDS or (kind == "object" and not all(isinstance(v, str | None) for v in missing)):
        raise TypeError(f"a column of kind {kind} is not plain data")
    return [name, kind, missing]


def unpack_tables(packed: bytes) -> dict[str, Any]:
    """Return the tables of a case by the names of its fields."""
    told = json.loads(inflated(packed))
    found: dict[str, Any] = {}
    for name, value in told.items():
        if "frame" in value:
            found[name] = frame_of(value["frame"])
        else:
            found[name] = MappingProxyType({table: frame_of(rows) for table, rows in value["frames"].items()})
    return found


def frame_of(told: dict[str, Any]) -> "pd.DataFrame":
    """Return the table from plain data."""
    import pandas as pd

    index: Any = pd.RangeIndex(told["rows"])
    if told["index"] is not None:
        name, kind, values = told["index"]
        index = pd.Index(values, dtype=kind, name=name)
    columns = {name: pd.Series(values, index=index, dtype=kind) for name, kind, values in told["columns"]}
    return pd.DataFrame(columns, index=index)
