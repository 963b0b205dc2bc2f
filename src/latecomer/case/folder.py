"""Where is a case, and which bytes make it? Answered without reading a table, so that a wrong name is told at once."""

import hashlib
from pathlib import Path

from latecomer.errors import CaseError, Problems

CASES = Path(__file__).resolve().parents[1] / "cases"


def list_cases() -> list[str]:
    """Return the names of the cases that come with the package."""
    return sorted(path.parent.name.replace("_", "-") for path in CASES.glob("*/case.yaml"))


def case_folder(name: str | Path) -> Path:
    """Return the folder of a case given by its name or its path; raise CaseError with the nearest name if there is none."""
    for folder in (Path(name), CASES / str(name).replace("-", "_")):
        if is_file(folder / "case.yaml"):
            return folder
    problems = Problems()
    expected = "the name of a case or a folder with case.yaml"
    problems.add(None, None, None, str(name), expected, valid=list_cases())
    raise CaseError(problems.found)


def is_file(path: Path) -> bool:
    """Return whether a path is a file; a path that no file can have (300 letters, a NUL) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def checksum(folder: Path) -> str:
    """Return the SHA-256 over all files of the case in the order of their names; names count, too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
