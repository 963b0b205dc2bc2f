"""How is a kernel compiled, and when is a stored one still good? Decorators for kernels, and a store of machine code.

    kernel            part of others: compiled into whatever calls it, or, when Python calls it, by itself
    summing_kernel    the same; sums are taken in the order that suits the machine's vectors
    stored_kernel     called from Python; its machine code is kept for later runs
    Phase             a stretch of the model's year, compiled by itself, kept, and called at its address (`model.step`)

A kernel that is part of others gets no entry for Python, no machine code and no optimisation of its own: numba would make them
for each of some two hundred, and throw them away. Whoever calls it links its unoptimised code and optimises once.

A stored file is named by a digest of the source of the kernel's module and of all that it imports, the types of its arguments,
the processor and the versions of the compiler. It starts with the digest of its content. A file that is cut, changed, somebody
else's or writable by others is not read; a store that cannot be used is done without. Both are told in one line.
LATECOMER_CACHE moves the store; XDG_CACHE_HOME is followed.
"""

import ast
import hashlib
import logging
import os
import pickle
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, cached_property, update_wrapper, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
from numba import config, njit, types
from numba.core import caching, serialize
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, CompileResult, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.typed_passes import NativeLowering

from latecomer.stored import replace_whole

FILES_KEPT = 12  # of one kernel: a few versions of the code, each for a few kinds of arguments
PACKAGE = Path(__file__).parent
AXES = PACKAGE / "vocabulary" / "axes.csv"
OPTIONS = {"nopython": True, "nogil": True, "error_model": "numpy"}
PART = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
told = logging.getLogger("latecomer")
F = TypeVar("F", bound=Callable)
T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Let a function without arguments make its value once, whichever threads ask, and keep it for good.

    A plain cache lets two threads make two values and drops one, to whose machine code somebody may hold an address.
    """
    made: list[T] = []
    alone = threading.RLock()

    @wraps(make)
    def value() -> T:
        if not made:
            with alone:
                if not made:
                    made.append(make())
        return made[0]

    return value


@cache
def code_digest() -> str:
    """Return a digest of the package's own source files and its vocabulary, which names the code that produced a result."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *(PACKAGE / "vocabulary").glob("*.csv")]):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def kernel_digest(module: str = "latecomer.machine") -> str:
    """Return a digest of the source of a module, of all modules of the package that it imports, directly or not, and of the names
    along the axes, whose places are constants of kernels (the fields of records are in the types of arguments)."""
    seen: set[str] = set()
    waiting = [module]
    digest = hashlib.sha256()
    while waiting:
        name = waiting.pop()
        path = source_of(name)
        if name not in seen and path is not None:
            seen.add(name)
            waiting += imports_of(path)
    for name in sorted(seen):
        path = source_of(name)
        assert path is not None
        digest.update(name.encode() + path.read_bytes())
    digest.update(AXES.read_bytes())
    return digest.hexdigest()


def source_of(module: str) -> Path | None:
    """Return the file of a module of the package; None for what is not one."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    if module.split(".")[0] != PACKAGE.name:
        return None
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def imports_of(path: Path) -> list[str]:
    """Return the names of modules, and of what may be modules, that a file imports."""
    names = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


def store() -> Path:
    """Return the folder of compiled kernels (it may not exist yet)."""
    base = (
        os.environ.get("LATECOMER_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "latecomer"
    )
    return Path(base) / "kernels"


class PartLibrary(JITCodeLibrary):
    """The code of a kernel that is part of others: linked into them as it is, never run by itself."""

    def _optimize_final_module(self) -> None:
        """Leave it to whoever links this code."""

    def _finalize_final_module(self) -> None:
        """Make it ready for linking, not for running."""
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Lower a kernel that is part of others, and let numba find it by a token in place of an entry for Python."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write the kernel's code into a library of its own."""
        context = state.targetctx
        state.library = PartLibrary(context.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        token: Any = {}.get  # numba asks for a built-in function; this one is never called
        context.insert_user_function(token, lowered.fndesc, [state.library])
        state["cr"] = _LowerResult(lowered.fndesc, lowered.call_helper, cfunc=token, env=lowered.env)
        return True


class PartCompiler(CompilerBase):
    """The usual stages of compilation, the last of them `PartLowering`."""

    def define_pipelines(self) -> list:
        """Return numba's usual stages with lowering exchanged."""
        stages = DefaultPassBuilder.define_nopython_pipeline(self.state)
        stages.passes = [
            (PartLowering if made is NativeLowering else made, about) for made, about in stages.passes
        ]
        stages.finalize()
        return [stages]


class Part(CPUDispatcher):
    """A kernel as other kernels call it. One code serves all whole numbers: numba would make one for every constant."""

    def get_call_template(self, args: tuple, kws: dict) -> Any:
        """Forget the values of constants before looking for code that fits."""
        return super().get_call_template(tuple(types.unliteral(kind) for kind in args), kws)


class Kernel:
    """A compiled function: called by other kernels as a part of them, by Python as a function of its own."""

    def __init__(self, function: Callable, **options: Any) -> None:
        self.py_func = function
        self.options = OPTIONS | options
        self.part = Part(function, targetoptions=PART | options, pipeline_class=PartCompiler)
        update_wrapper(self, function)

    @cached_property
    def alone(self) -> Callable:
        """Return the function as Python calls it."""
        return njit(**{name: value for name, value in self.options.items() if name != "nopython"})(
            self.py_func
        )

    @property
    def _numba_type_(self) -> Any:
        return self.part._numba_type_

    def __call__(self, *args: Any) -> Any:
        return self.alone(*args)


def kernel(function: F) -> F:
    """Compile a function of the model on first use: no interpreter lock, divisions as in NumPy."""
    return function if config.DISABLE_JIT else cast(F, Kernel(function))


def summing_kernel(function: F) -> F:
    """Compile like `kernel`, and let sums be taken in the order that suits the machine's vectors: the same order, and the
    same bits, at every call."""
    return function if config.DISABLE_JIT else cast(F, Kernel(function, fastmath={"reassoc"}))


def stored_kernel(function: Callable) -> Callable:
    """Compile a function that Python calls, and keep the machine code for later runs, where the store can be used."""
    if config.DISABLE_JIT:
        return function
    compiled = njit(nogil=True, error_model="numpy")(function)
    compiled._cache = Store(function)
    return compiled


class Phase:
    """A stretch of the model's year that is compiled by itself, for arguments of fixed types, and called at its address.

    `module` is the one that makes the types: what it imports counts as the phase's source.
    """

    def __init__(self, function: Callable, arguments: tuple, module: str) -> None:
        self.function, self.arguments = function, arguments
        self.store = Store(function, module)
        self.dispatcher = CPUDispatcher(function, targetoptions=OPTIONS | {"no_cpython_wrapper": True})
        self.dispatcher._cache = self.store

    @property
    def name(self) -> str:
        """Return the name of the phase's function."""
        return self.function.__name__

    @property
    def stored(self) -> bool:
        """Return whether the store holds this phase."""
        return self.store.path(self.arguments).is_file()

    def address(self) -> int:
        """Return where the machine code stands, read from the store or made now."""
        self.dispatcher.compile(self.arguments)
        made = self.dispatcher.overloads[self.arguments]
        return made.library.get_pointer_to_function(made.fndesc.llvm_cfunc_wrapper_name)


class Store(caching._Cache):
    """Machine code of one kernel on disk: one file for each kind of arguments, as numba asks for it."""

    def __init__(self, function: Callable, module: str = "") -> None:
        self.module = module or function.__module__
        self.stem = f"{function.__module__}.{function.__qualname__}"

    @property
    def cache_path(self) -> str:
        """Return the folder, as text."""
        return str(store())

    def enable(self) -> None:
        """Do nothing: a store is in use where it can be."""

    def disable(self) -> None:
        """Do nothing."""

    def flush(self) -> None:
        """Forget what is stored of this kernel."""
        for path in store().glob(f"{self.stem}-*"):
            path.unlink(missing_ok=True)

    def path(self, sig: Any) -> Path:
        """Return the file of the machine code for arguments of these types."""
        made_of = (
            kernel_digest(self.module), str(sig), get_host_cpu_name(), get_host_cpu_features().flatten(),
            numba.__version__, llvmlite.__version__, sys.version,
        )  # fmt: skip
        return store() / f"{self.stem}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]}"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the stored code, or None where there is none that can be trusted."""
        path = self.path(sig)
        try:
            if not path.is_file():  # to open a pipe would wait
                return None
            content = trusted(path)
            target_context.refresh()
            return CompileResult._rebuild(target_context, *pickle.loads(content))  # noqa: S301 - our own file, checked
        except Exception as error:
            told.warning("A compiled kernel in %s is not used (%s); it is compiled again.", store(), error)
            with suppress(OSError):
                path.unlink()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store the code for later runs, whole or not at all."""
        path = self.path(sig)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = serialize.dumps(data._reduce())
            replace_whole(path, hashlib.sha256(content).digest() + content, prefix=f"{self.stem}-")
            forget_old(path.parent, self.stem)
        except OSError as error:
            tell_once(
                f"Compiled kernels cannot be kept in {store()} ({error.strerror}); they are compiled at each start."
            )


def trusted(path: Path) -> bytes:
    """Return what a stored file holds; raise OSError if it is another user's, open to others, cut or changed."""
    with path.open("rb") as handle:
        about = os.fstat(handle.fileno())
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
            raise OSError("another user could have written it")
        digest, content = handle.read(32), handle.read()
    if hashlib.sha256(content).digest() != digest:
        raise OSError("it was cut or changed")
    return content


@cache
def tell_once(line: str) -> None:
    """Say something about the store, once."""
    told.warning(line)


def can_keep() -> bool:
    """Return whether the store can be written."""
    try:
        store().mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=store()):
            return True
    except OSError:
        return False


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other process compiles for this store, then keep others waiting; where no lock can be had, do not."""
    with ExitStack() as held:
        with suppress(ImportError, OSError):  # no locks on this system, or a lock that is not ours to open
            import fcntl

            handle = held.enter_context((store() / "lock").open("wb"))
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                told.warning("Another process is compiling the model; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def forget_old(folder: Path, stem: str) -> None:
    """Remove all but the latest few files of a kernel."""
    files = sorted(folder.glob(f"{stem}-*"), key=lambda path: path.stat().st_mtime)
    for old in files[:-FILES_KEPT]:
        old.unlink(missing_ok=True)
