"""How does a file come to be whole or not at all? It is written beside its place, brought to the disk, and moved there.

A new folder appears at once, with all its files. Into a folder that is there files are moved one by one, and the old ones of the
same names come back if one cannot be moved. What was begun is removed on any error, a stop by the user included; what a killed
process left is cleared, and what it had put aside is put back, by the next that writes there.
"""

import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from latecomer.errors import LatecomerError, printable

PART = re.compile(r"\.latecomer-(\d+)(\.\w+)?")
OLD, NEW = "old", "new"


class NotWritten(LatecomerError):
    """A file could not be written: what was asked for was done, and is lost with it."""

    exit_code = 74


NOT_NUMBERS = ("threads", "out", "csv", "xlsx", "pictures", "netcdf")  # options that move no number


def again(command: str, words: Sequence[str], given: Mapping[str, str]) -> str:
    """Return the command line that makes the same numbers: words, and the options that were given."""
    options = [
        part
        for name, value in given.items()
        if value and name not in NOT_NUMBERS
        for part in (f"--{name}", value)
    ]
    return " ".join(["latecomer", command, *(shlex.quote(word) for word in (*words, *options))])


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to, and put the file in its place once the block ends without an error; its folder is made."""
    path = whole_path(path)
    part = path.with_name(f".latecomer-{os.getpid()}{path.suffix}")
    try:
        with told_by_path(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            clear_stale(path.parent)
            yield part
            to_disk(part)
            os.replace(part, path)
            to_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to, and move its files to `folder` once the block ends without an error."""
    folder = whole_path(folder)
    inside = (
        folder.is_dir()
    )  # then the part stands inside: its neighbour may be another disk, or not ours to write
    part = (folder if inside else folder.parent) / f".latecomer-{os.getpid()}"
    made = [] if inside else [place for place in folder.parents if not place.exists()]
    try:
        with told_by_path(folder):
            part.parent.mkdir(parents=True, exist_ok=True)
            clear_stale(part.parent)
            for name in (NEW, OLD):
                (part / name).mkdir(parents=True)
            yield part / NEW
            for path in sorted((part / NEW).rglob("*")):
                to_disk(path)
            move_all(part, folder) if inside else os.rename(part / NEW, folder)
            to_disk(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for place in made:
            with suppress(OSError):  # it holds what was written
                place.rmdir()


def move_all(part: Path, folder: Path) -> None:
    """Move all new files to a folder, those of the same names aside; on an error put these back."""
    moved: list[str] = []
    try:
        for path in sorted((part / NEW).iterdir()):
            moved.append(path.name)
            if (folder / path.name).is_file():
                os.replace(folder / path.name, part / OLD / path.name)
            os.replace(path, folder / path.name)
    except BaseException:
        for name in moved:
            if not (part / NEW / name).exists():
                (folder / name).unlink(missing_ok=True)
        put_back(part, folder)
        raise


def put_back(part: Path, folder: Path) -> None:
    """Put files that were moved aside back into their places."""
    if (part / OLD).is_dir():
        for path in (part / OLD).iterdir():
            os.replace(path, folder / path.name)


def clear_stale(folder: Path) -> None:
    """Remove what processes that are no more left half-written in a folder, and put back what they had moved aside."""
    for path in folder.iterdir():
        named = PART.fullmatch(path.name)
        if named is None or running(int(named[1])):
            continue
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                put_back(path, folder)
                shutil.rmtree(path)
            else:
                path.unlink()


def running(process: int) -> bool:
    """Return whether a process may still be at work; yes where the system does not say."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


def to_disk(path: Path) -> None:
    """Ask the system to bring a file, or the names in a folder, to the disk; a system that cannot is not asked again."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def whole_path(path: Path) -> Path:
    """Return a path from the root, so that `.` has a name and a parent."""
    return Path(os.path.abspath(path))


@contextmanager
def told_by_path(path: Path) -> Iterator[None]:
    """Raise errors of the system as NotWritten with the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise NotWritten(
            f"{printable(str(path))} could not be written: {reason}. Nothing of it was kept; the run itself went well, and the "
            "same command gives the same numbers."
        ) from error
