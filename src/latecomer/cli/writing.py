"""How does a file come to be whole or not at all? It is written beside its place and moved there when it is finished.

What was begun is removed on any error, a stop by the user included; an error of the system (no room, no permission) becomes a
UsageError that names the path.
"""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from latecomer.errors import Problem, UsageError

NOT_NUMBERS = ("threads", "out", "csv", "pictures", "netcdf")  # options that move no number


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
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        with told_by_path(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield part
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to, and move its files to `folder` once the block ends without an error."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        with told_by_path(folder):
            part.mkdir(parents=True)
            yield part
            folder.mkdir(exist_ok=True)
            for path in sorted(part.iterdir()):
                os.replace(path, folder / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def told_by_path(path: Path) -> Iterator[None]:
    """Raise errors of the system as UsageError with the path."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            [Problem(path, expected=f"a place that can be written; {error.strerror or error}")]
        ) from error
