"""How is a kernel compiled, and when is a stored one still good? One decorator for the model, and a store named after
the code.

numba checks a stored kernel against the file it stands in, not against the files it calls. So kernels are stored in a
folder named by a digest of the whole package: change any line and the next run compiles afresh. LATECOMER_CACHE moves
the store; XDG_CACHE_HOME is followed.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from numba import config, njit

STORES_KEPT = 4


@cache
def code_digest() -> str:
    """Return a digest of the package's own source files, which names the code that produced a result."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def kernel_digest() -> str:
    """Return a digest of the files that take part in compiled code: everything a kernel may call."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted([*root.glob("*.py"), *(root / "model").glob("*.py")]):
        if path.name not in ("cli.py", "explain.py", "__init__.py"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def store() -> Path:
    """Return the folder of compiled kernels for this version of the code (it may not exist yet)."""
    base = (
        os.environ.get("LATECOMER_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latecomer"
    )
    return Path(base) / "kernels" / kernel_digest()[:16]


def kernel(function: Callable) -> Callable:
    """Compile a function of the model on first use: no interpreter lock, divisions as in NumPy."""
    return njit(nogil=True, error_model="numpy")(function)


def summing_kernel(function: Callable) -> Callable:
    """Compile like `kernel`, and let sums be taken in the order that suits the machine's vectors: the same order, and the
    same bits, at every call."""
    return njit(nogil=True, error_model="numpy", fastmath={"reassoc"})(function)


def stored_kernel(function: Callable) -> Callable:
    """Compile like `kernel` and keep the machine code for later runs, where the store can be written."""
    folder = store()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        forget_old(folder)
    except OSError:
        return kernel(function)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return njit(nogil=True, error_model="numpy", cache=True)(function)
    finally:
        config.CACHE_DIR = before


def forget_old(folder: Path) -> None:
    """Remove the stores of all but the latest few versions of the code."""
    others = sorted(
        (p for p in folder.parent.iterdir() if p.is_dir() and p != folder), key=lambda p: p.stat().st_mtime
    )
    for old in others[: max(0, len(others) - STORES_KEPT + 1)]:
        shutil.rmtree(old, ignore_errors=True)
