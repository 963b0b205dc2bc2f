"""What might a stranger's file hold? Seeded mutations of reforms and tables, and the files that once did harm.

Run as a program it goes on until the time is up: `python tests/faults/mutations.py`, bounded by FAULTS_MINUTES (2), seeded by
FAULTS_SEED (1). It ends with code 1 on anything but a result or the package's own error, on a single input that takes longer than
LONGEST processor seconds or hangs, and above MOST_MEMORY. A file that does so is kept, and its place printed.
"""

import csv
import io
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from limits import bound_memory, cut_off

from latecomer import vocabulary
from latecomer.case.digests import FILE as DIGESTS
from latecomer.case.digests import changed_tables
from latecomer.case.head import read_head
from latecomer.case.load import CASES, NAMED_BY, SHORT_LISTS, load_case
from latecomer.case.params import read_draws
from latecomer.case.reform import change_rows, read_changes, reform_of
from latecomer.case.schemas import SCHEMAS
from latecomer.case.tables import read_table
from latecomer.case.tree import read_tree
from latecomer.errors import LatecomerError, Problems

LONGEST = 20  # processor seconds for one input
MOST_MEMORY = 500  # MiB
SOURCE = CASES / "china_auto"
REFORM = "r.yaml"
READY = sorted((SOURCE / "reforms").glob("*.yaml"))
BODY = "policy:\n  tariff.car: {1986: 25%}\n"
VALUES = [
    *(
        "nan",
        ".nan",
        "inf",
        "-inf",
        "1e309",
        "-1e309",
        "1e-400",
        "0x10",
        "0o7",
        "1_000",
        "1__0",
        "٣",
        "１２",
        "1e",
        "--1",
        "+",
        "",
    ),
    *(
        "~",
        "null",
        "yes",
        "off",
        "Off",
        "history",
        "held",
        "x1.5",
        "×2",
        "x",
        "x-1",
        "xNaN",
        "x1e308",
        "25%",
        "250%",
        "-5%",
    ),
    *(
        "1e308%",
        "9" * 400,
        "9" * 5000,
        "1" + "0" * 308,
        "0.1 share",
        "3 CNY",
        "1;2",
        '"1,5"',
        '"1,654"',
        "2001-01-01",
        "1:30",
    ),
    *(
        "=1+1",
        "!!python/object:os.system x",
        "&a 1",
        "*a",
        "<script>",
        "\u202e1",
        "1\u00a0",
        "−5",
        "½",
        "5.%",
        "|",
        "?",
        "[",
        "{",
    ),
    *('"\\0"', '"\\e[2J"', '"\\ud800"', '"\\U00110000"', '"\\Uffffffff"', "{}", "[]", "0", "1", "-1", "1e15"),
]
YEARS = [
    *(
        "1984",
        "1984-1993",
        "1984–1993",
        "1993-1984",
        "0000",
        "9999",
        "1799",
        "2201",
        "2026",
        "1953",
        "2025",
        "198",
        "19845",
    ),
    *("١٩٨٤", "１９８４", "1984 - 1990", "1984-", "-1984", "1984-1993-2000", "x", "1990-1999"),
]
BYTES = [
    *(
        b"\0",
        b"\r\n",
        b"\t",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b": ",
        b"- ",
        b"{",
        b"[",
        b"&x ",
        b"*x",
        b"!!t ",
        b"---\n",
        b"...\n",
    ),
    *(b"%YAML 9\n", b"? ", b"'", b'"', b"\x1b", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe9", b",", b";", b"#"),
]
LAUGHS = "a: &a [x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)
REFORMS = {  # each once ended in a traceback, in a hang or on the screen, or is of the kind
    "empty": b"",
    "only a comment": b"# to be written\n",
    "scalar": b"x",
    "list": b"[]",
    "nothing": b"~",
    "laughs": LAUGHS.encode(),
    "tag": b"policy: !!python/object/apply:os.system ['true']\n",
    "deep list": b"policy: " + b"[" * 30_000,
    "deep mapping": b"policy: " + b"{a: " * 12_000,
    "deep lines": b"policy:\n" + b"".join(b" " * i + b"a:\n" for i in range(300)),
    "dashes": b"- " * 30_000,
    "questions": b"? " * 30_000,
    "many keys": b"policy:\n" + b"".join(b"  k%d: 1\n" % i for i in range(6000)),
    "too large": b"#" * 200_000,
    "utf-16": BODY.encode("utf-16"),
    "utf-32": BODY.encode("utf-32"),
    "latin": b"name: caf\xe9\n" + BODY.encode(),
    "zero byte": b"name: a\0b\n" + BODY.encode(),
    "escape": b'name: "\\e]0;owned\\a\\e[2J"\n' + BODY.encode(),
    "surrogate": b'name: "\\ud800"\n' + BODY.encode(),
    "no letter": b'name: "\\U00110000"\n' + BODY.encode(),
    "no number of a letter": b'name: "\\Uffffffff"\n' + BODY.encode(),
    "merge": b"policy:\n  <<: {tariff.car: 1%}\n",
    "overflow": b"world: {research_spending: {2025: x1e308}}\n",
    "digits": b"policy:\n  tariff.car: " + b"9" * 60_000,
    "digits and joints": b"policy:\n  tariff.car: " + b"9_" * 30_000,
    "digits and more": b"policy:\n  tariff.car: " + b"1" * 30_000 + b"!" + b"1" * 30_000,
    "spaces": b"policy:\n  tariff.car: '1" + b" " * 60_000 + b"x'\n",
    "commas": b'policy:\n  tariff.car: "' + b"1,111" * 10_000 + b'"\n',
    "directive": b"%YAML 9.9\n---\n" + BODY.encode(),
    "long key": b"policy:\n  ? '" + b"k" * 60_000 + b"'\n  : 1\n",
    "many forms of many makers": (
        "firms: {own_brands: {research.revenue_share: [" + ",".join("{1986: x1}" for _ in range(1200)) + "]}}"
    ).encode(),
    "many forms": ("policy: {tariff.car: [" + ",".join("{1986: 25%}" for _ in range(300)) + "]}").encode(),
    "many spans": (
        "policy: {tariff.car: {" + ",".join(f"{y}-{y + 1}: 0.{y}" for y in range(1800, 2199)) + "}}"
    ).encode(),
}


def some_reform(rng: random.Random, case) -> bytes:
    """Return a reform made by a grammar of right and wrong parts, or a ready one with bytes changed."""
    return (
        written_reform(rng, case).encode("utf-8", "surrogatepass")
        if rng.random() < 0.6
        else changed_bytes(rng, rng.choice(READY))
    )


def written_reform(rng: random.Random, case) -> str:
    """Return a reform made of right and wrong parts."""
    strategy = [lever.public_name for lever in vocabulary.STRATEGY]
    names = {
        "policy": [
            *(lever.public_name for lever in vocabulary.POLICY),
            "Tariff.car",
            "t\u0430riff.car",
            *strategy[:2],
        ],
        "world": [*(field.name for field in vocabulary.WORLD), "bogus"],
    }
    lines = [f"name: {rng.choice(VALUES)}"] if rng.random() < 0.4 else []
    lines += [f"mode: {rng.choice(['auto', 'free', 'Free', '[]'])}"] if rng.random() < 0.3 else []
    for section, known in names.items():
        if rng.random() < 0.7:
            lines.append(f"{section}:")
            lines += [f"  {rng.choice(known)}: {some_path(rng, case)}" for _ in range(rng.randint(0, 4))]
    if rng.random() < 0.4:
        firm = rng.choice([*case.labels.makers, *case.labels.ownership, "own_brands", "ch\u0435ry"])
        lines += ["firms:", f"  {firm}: {{{rng.choice(strategy)}: {some_path(rng, case)}}}"]
    return "\n".join(lines) + "\n"


def some_path(rng: random.Random, case, depth: int = 0) -> str:
    """Return a path, right or wrong."""
    form = rng.random()
    if form < 0.25 or depth > 3:
        return rng.choice(VALUES)
    if form < 0.6:
        return (
            "{" + ", ".join(f"{rng.choice(YEARS)}: {some_value(rng)}" for _ in range(rng.randint(0, 4))) + "}"
        )
    if form < 0.8:
        words = rng.sample(
            ["set", "times", "add", "shift", "from", "until", "phase_in", "bogus"], rng.randint(0, 5)
        )
        return (
            "{"
            + ", ".join(f"{word}: {rng.choice([some_value(rng), rng.choice(YEARS)])}" for word in words)
            + "}"
        )
    if form < 0.9:
        label = rng.choice([*case.labels.segments, *case.labels.regions, *case.labels.destinations])
        return f"{{{label}: {some_path(rng, case, depth + 1)}}}"
    return "[" + ", ".join(some_path(rng, case, depth + 1) for _ in range(rng.randint(0, 3))) + "]"


def some_value(rng: random.Random) -> str:
    """Return an odd value, or a number of any size."""
    return (
        rng.choice(VALUES)
        if rng.random() < 0.5
        else f"{rng.choice([-1, 1]) * rng.random() * 10 ** rng.randint(-8, 12):g}"
    )


def changed_bytes(rng: random.Random, path: Path) -> bytes:
    """Return the bytes of a file with some put in, taken out or doubled."""
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at, how = rng.randrange(len(data) + 1), rng.randrange(5)
        if how == 0:
            data[at:at] = bytes([rng.randrange(256)])
        elif how == 1:
            data[at : at + rng.randint(1, 40)] = b""
        elif how == 2:
            data[at:at] = rng.choice(VALUES).encode("utf-8", "surrogatepass")
        elif how == 3:
            data[at:at] = rng.choice(BYTES)
        else:
            data[at:at] = data[at : at + 300]
    return bytes(data)


def some_table(rng: random.Random, path: Path) -> bytes:
    """Return the bytes of a table with one fault: in a cell, a row, a column, or the whole file."""
    if rng.random() < 0.3:
        return changed_bytes(rng, path)
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    row, column = rng.randrange(len(rows)), rng.randrange(len(rows[0]))
    how = rng.randrange(6)
    if how <= 2:
        rows[row][column] = rng.choice(VALUES)
    elif how == 3:
        rows = rows[: rng.randrange(len(rows) + 1)]
    elif how == 4:
        rows = [cells[:column] + cells[column + 1 :] for cells in rows]
    else:
        rows.insert(row, list(rows[row]))
    out = io.StringIO()
    csv.writer(
        out, delimiter=rng.choice(",,,,;\t"), lineterminator=rng.choice(["\n", "\r\n", "\r"])
    ).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


class Strangers:
    """Reads what strangers send, as the package does, in a folder of its own; returns how many problems were noted."""

    def __init__(self, case, folder: Path) -> None:
        self.case, self.folder = case, folder
        self.names = dict(SHORT_LISTS) | {
            listed: self.listed(table, column) for listed, table, column in NAMED_BY
        }

    def listed(self, table: str, column: str) -> list[str]:
        """Return the names in one column of a table of the case."""
        return list(self.case.tables[table][column])

    def read(self, file: str, data: bytes) -> int:
        """Read a file by the reader that its name asks for."""
        if file == REFORM:
            return self.reform(data)
        return self.head(data) if file == "case.yaml" else self.table(file, data)

    def reform(self, data: bytes) -> int:
        """Read a reform against the case."""
        (self.folder / REFORM).write_bytes(data)
        problems = Problems()
        root = read_tree(self.folder / REFORM, problems)
        if root is not None:
            found, problems = read_changes(self.case, [reform_of(root, REFORM)])
            if not problems.found:
                change_rows(self.case, found[0])
        return self.told(problems)

    def head(self, data: bytes) -> int:
        """Read a case.yaml."""
        (self.folder / "case.yaml").write_bytes(data)
        problems = Problems()
        assert read_head(self.folder, problems).years.size <= 401
        return self.told(problems)

    def table(self, file: str, data: bytes) -> int:
        """Read a table of a case, or its draws."""
        (self.folder / file).write_bytes(data)
        problems = Problems()
        if file == "draws.csv":
            shutil.copy(SOURCE / "draws.json", self.folder)
            read_draws(self.folder, self.case.params, self.case.register, problems)
        elif file == DIGESTS:
            changed_tables(self.folder, problems)
        else:
            read_table(self.folder, SCHEMAS[file.removesuffix(".csv")], self.names, problems)
        return self.told(problems)

    def told(self, problems: Problems) -> int:
        """Check that every problem is one line that cannot steer a terminal; return their number."""
        for problem in problems.found[:50]:
            assert str(problem).isprintable(), "a problem that steers the terminal"
        return len(problems)


def whole_case(file: str, data: bytes, folder: Path) -> int:
    """Load a copy of the case with one file spoilt; return 1 if it was refused."""
    path = folder / file
    kept = path.read_bytes()
    path.write_bytes(data)
    try:
        load_case(folder)
    except LatecomerError:
        return 1
    finally:
        path.write_bytes(kept)
    return 0


def memory() -> float:
    """Return the largest memory of this process so far (MiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Read mutations until the time is up; print what was found, return 1 if anything was."""
    warnings.simplefilter("error")
    bound_memory()
    minutes, seed = float(os.environ.get("FAULTS_MINUTES", "2")), int(os.environ.get("FAULTS_SEED", "1"))
    rng, case, end = random.Random(seed), load_case("china-auto"), time.monotonic() + 60 * minutes
    counted, faults = Counter(), Counter()
    with tempfile.TemporaryDirectory() as there:
        copy = Path(shutil.copytree(SOURCE, Path(there) / "case"))
        strangers = Strangers(case, Path(there))
        while time.monotonic() < end:
            kind, file, data = some_input(rng, case)
            begun = time.process_time()
            try:
                with cut_off():
                    refused = whole_case(file, data, copy) if kind == "case" else strangers.read(file, data)
                counted[kind, "refused" if refused else "read"] += 1
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                faults[f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"] += 1
                tell(error, f"seed {seed}, {kind}, {file}", data)
            if time.process_time() - begun > LONGEST:
                faults[f"{kind} of {time.process_time() - begun:.0f} processor seconds"] += 1
                tell(None, f"seed {seed}, {kind}, {file}, slow", data)
    if memory() > MOST_MEMORY:
        faults[f"{memory():.0f} MiB"] += 1
    for (kind, how), number in sorted(counted.items()):
        print(f"{kind:8}{how:10}{number:8}")
    print(f"largest memory {memory():.0f} MiB; faults: {dict(faults) or 'none'}")
    return 1 if faults else 0


def some_input(rng: random.Random, case) -> tuple[str, str, bytes]:
    """Return what is read, the name of its file, and the bytes in it."""
    kind = rng.choice(["reform", "reform", "table", "table", "head", "case"])
    if kind == "reform":
        return kind, REFORM, some_reform(rng, case)
    if kind == "head":
        return kind, "case.yaml", changed_bytes(rng, SOURCE / "case.yaml")
    path = rng.choice(sorted(SOURCE.glob("*.csv")))
    return kind, path.name, some_table(rng, path)


def tell(error: Exception | None, told: str, data: bytes) -> None:
    """Print what went wrong, and keep the file that did it, so that it can be read again."""
    if error is not None:
        traceback.print_exception(error)
    with tempfile.NamedTemporaryFile(prefix="latecomer-fault-", delete=False) as kept:
        kept.write(data)
    print(f"{told}: {kept.name}")


if __name__ == "__main__":
    sys.exit(main())
