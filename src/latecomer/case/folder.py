"""Where is a case, and which bytes make it? Answered without reading a table, so that a wrong name is told at once."""

import hashlib
import os
from pathlib import Path

from latecomer.case.files import CHUNK, is_there
from latecomer.case.head import FILE
from latecomer.errors import CaseError, Problems

CASES = Path(__file__).resolve().parents[1] / "cases"


def list_cases() -> list[str]:
    """Return the names of the cases that come with the package."""
    return sorted(path.parent.name.replace("_", "-") for path in CASES.glob("*/case.yaml"))


def case_folder(name: str | Path) -> Path:
    """Return the folder of a case given by its name or its path; raise CaseError with the nearest name if there is none."""
    for folder in (Path(name), CASES / str(name).replace("-", "_")):
        if is_there(folder / FILE):
            return folder
    problems = Problems()
    expected = "the name of a case or a folder with case.yaml"
    problems.add(None, None, None, str(name), expected, valid=list_cases())
    raise CaseError(problems.found)


def checksum(folder: Path) -> str:
    """Return the SHA-256 over all files of the case in the order of their names; names count, too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = os.fsencode(path.relative_to(folder).as_posix())
        with path.open("rb") as file:
            digest.update(name + f"\0{os.fstat(file.fileno()).st_size}\0".encode())
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
