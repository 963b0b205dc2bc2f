"""How is a file from a stranger read, so that it can neither hang the program nor fill its memory?

Only regular files are opened: no folder, pipe or device. No more is read than a bound, one byte beyond which tells that there
is more. Text is UTF-8; a byte-order mark is read as if it were not there; what other programs save instead is named.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any

from latecomer.errors import Problems

LARGEST_JSON = 1 << 20
CHUNK = 1 << 20
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
MARK = "\ufeff"
AS_UTF_8 = 'text in UTF-8; a spreadsheet saves it as "CSV UTF-8"'


def is_there(path: Path) -> bool:
    """Return whether a path names something that exists; a name that no file can have names nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def read_bytes(path: Path, file: str, most: int, problems: Problems) -> bytes | None:
    """Return the bytes of a regular file of at most `most` bytes, or None after noting why not."""
    try:
        # Without O_NONBLOCK, to open a pipe waits until somebody writes to it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file can have this name"
        problems.add(file, None, None, str(path), f"a file that can be read; {why}")
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        problems.add(file, None, None, str(path), "a regular file: no folder, pipe or device")
        return None
    with os.fdopen(handle, "rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        problems.add(file, None, None, f"more than {most:,} bytes", f"at most {most:,} bytes")
        return None
    return data


def read_text(path: Path, file: str, most: int, problems: Problems) -> str | None:
    """Return the text of a file without its byte-order mark, or None after noting why there is none."""
    data = read_bytes(path, file, most, problems)
    return None if data is None else decoded(data, file, problems)


def decoded(data: bytes, file: str, problems: Problems) -> str | None:
    """Return bytes as text; note bytes that are UTF-16 or of a code page, and where."""
    if data.startswith(UTF_16) or (data and data[:400].count(0) * 3 > len(data[:400])):
        problems.add(file, 1, None, "UTF-16", AS_UTF_8)
        return None
    try:
        return data.decode("utf-8").removeprefix(MARK)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        letter = data[error.start : error.start + 1].decode("cp1252", errors="replace")
        told = f"byte {data[error.start]:#04x}, {letter} in Windows-1252"
        problems.add(file, before.count(b"\n") + 1, None, told, AS_UTF_8)
        return None


def read_json(path: Path, file: str, problems: Problems) -> Any:
    """Return what a JSON file says, or None after noting why it says nothing."""
    text = read_text(path, file, LARGEST_JSON, problems)
    if text is None:
        return None
    try:
        return json.loads(text)
    except RecursionError:
        problems.add(file, expected="JSON that is not nested so deeply")
    except ValueError as error:
        problems.add(file, getattr(error, "lineno", None), expected=f"JSON; {error.args[0]}")
    return None
