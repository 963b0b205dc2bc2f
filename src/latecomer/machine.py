"""How does the year become machine code, and who runs it? The phases compiled side by side, and the loop over years.

A phase is compiled by itself for records of any lengths (`layout`), kept in the store (`compiled`), and called at its address by
a small loop. Phases that the store lacks are compiled by processes of their own, one for each processor, the longest first. Every
case runs on the same code, whatever its numbers of makers, regions, destinations and years.
"""

import ast
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from itertools import count

import numpy as np
from numba import config, types

from latecomer import axes
from latecomer.compiled import PACKAGE, Phase, can_keep, once, one_at_a_time, stored_kernel, told
from latecomer.layout import Kind, RowType, TableType, address_of, called_at, kind_of, table_from
from latecomer.model import step
from latecomer.model.scratch import scratch_type

LONGEST = ("offer", "sell", "learn", "report", "begin", "serve", "renew", "settle", "research")
MODULE = "latecomer.machine"  # also where a process runs this file as __main__
ONE = 32  # bytes of one table's four integers

KINDS = ("state", "scratch", "world", "policy", "strategy", "makers", "contracts", "params", "year")
(STATE, SCRATCH, WORLD, POLICY, STRATEGY, MAKERS, CONTRACTS, PARAMS, YEAR) = range(len(KINDS))


@once
def parameters() -> tuple[str, ...]:
    """Return the names of the parameters that the model reads, in alphabetical order: every attribute of `p` in its files."""
    files = (PACKAGE / "model").rglob("*.py")
    nodes = [
        node
        for path in files
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute)
    ]
    return tuple(
        sorted({node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "p"})
    )


def length_of(own: dict[str, int]) -> dict[str, int]:
    """Return the length of every axis from those of the case's own."""
    return axes.sizes(own["m"], own["r"], own["x"])


@once
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of records that a phase is given, in the order of `KINDS`."""
    fields = {
        "state": axes.STATE, "world": axes.WORLD, "policy": axes.POLICY, "strategy": axes.STRATEGY,
        "makers": axes.MAKERS, "contracts": axes.CONTRACTS, "year": axes.YEAR,
    }  # fmt: skip
    reads = np.dtype([(name, "f8") for name in parameters()])

    def make(name: str) -> Callable[[dict[str, int]], np.dtype]:
        if name == "scratch":
            return lambda own: scratch_type(own["m"], own["r"], own["x"])
        return (
            (lambda own: reads)
            if name == "params"
            else (lambda own: axes.record(fields[name], length_of(own)))
        )

    # A register may hold its rows in any order, and more of them than the model reads.
    return tuple(kind_of(name, make(name), fixed=name != "params") for name in KINDS)


@once
def phases() -> tuple[Phase, ...]:
    """Return what is compiled: the start, and the phases of the year in their order."""
    row, table = ([make(kind) for kind in kinds()] for make in (RowType, TableType))
    arguments = (
        types.intp, row[STATE], row[SCRATCH], table[WORLD], table[POLICY], table[STRATEGY], table[MAKERS],
        table[CONTRACTS], row[PARAMS], types.intp, types.intp, row[YEAR],
    )  # fmt: skip
    return tuple(Phase(function, arguments, MODULE) for function in (step.recall, *step.YEAR))


@once
def loop() -> Callable:
    """Return the loop over the years of one history from index `first` on: (phases' addresses, address of the tables, seed,
    history, first)."""
    table = [table_from(kind) for kind in kinds()]
    states, scratches, worlds, policies, strategies, rosters, deals, params, records = table
    call = called_at(*phases()[0].arguments)

    def run_years(addresses: np.ndarray, tables: int, seed: int, history: int, first: int) -> None:
        state, w, p = (
            states(tables + STATE * ONE)[0],
            scratches(tables + SCRATCH * ONE)[0],
            params(tables + PARAMS * ONE)[0],
        )
        world, policy, strategy = (
            worlds(tables + WORLD * ONE),
            policies(tables + POLICY * ONE),
            strategies(tables + STRATEGY * ONE),
        )
        makers, contracts, years = (
            rosters(tables + MAKERS * ONE),
            deals(tables + CONTRACTS * ONE),
            records(tables + YEAR * ONE),
        )
        for t in range(first, years.size):
            for k in range(0 if t == first else 1, addresses.size):
                given = (t, state, w, world, policy, strategy, makers, contracts, p, seed, history, years[t])
                call(addresses[k], given)

    return stored_kernel(run_years)


def simulate(
    states: np.recarray,
    scratch: np.recarray,
    world: np.recarray,
    policy: np.recarray,
    strategy: np.recarray,
    makers: np.recarray,
    contracts: np.recarray,
    params: np.recarray,
    seed: int,
    history: int,
    first: int,
    years: np.recarray,
) -> None:
    """Run the years from index `first` on in place: states[0] is carried, years[t] receives what happened.

    The roster is the history's own copy of the makers, on which owner, group, province, equity and dates of those that begin
    by rule are written; with dated contracts it stays as the case gives it.
    """
    roster = np.array(makers).view(np.recarray)
    given = (states, scratch, world, policy, strategy, roster, contracts, params, years)
    if not config.DISABLE_JIT:
        tables = np.array(
            [address_of(kind, records) for kind, records in zip(kinds(), given, strict=True)], dtype=np.int64
        )
        loop()(addresses(), tables.ctypes.data, seed, history, first)
        return
    for t in range(first, years.size):
        for phase in (*([step.recall] if t == first else []), *step.YEAR):
            phase(
                t,
                states[0],
                scratch[0],
                world,
                policy,
                strategy,
                roster,
                contracts,
                params[0],
                seed,
                history,
                years[t],
            )


Told = Callable[[int, int, str], None]
LOCK = threading.Lock()
MADE: dict[str, np.ndarray] = {}


def addresses(progress: Told | None = None) -> np.ndarray:
    """Return where the phases' machine code stands; what is not stored is compiled first, and told as (done, all, name)."""
    with LOCK:
        if "addresses" not in MADE:
            compile_missing(progress or to_log)
            MADE["addresses"] = np.array([phase.address() for phase in phases()], dtype=np.int64)
    return MADE["addresses"]


def missing() -> list[str]:
    """Return the names of the phases that the store lacks, those that take longest first."""
    lacking = [phase.name for phase in phases() if not phase.stored]
    return sorted(lacking, key=lambda name: LONGEST.index(name) if name in LONGEST else len(LONGEST))


def to_log(done: int, total: int, name: str) -> None:
    """Tell the compilation in the log, where nobody else shows it."""
    told.warning("Compiling the model, once for this version: %d of %d parts", done, total)


def compile_missing(progress: Told) -> None:
    """Compile the phases that the store lacks, in processes of their own, one for each processor, where that saves time."""
    workers = threads_available()
    if missing() and workers > 1 and can_keep():
        with one_at_a_time():  # what another process has made meanwhile is not made again
            if names := missing():
                progress(0, len(names), "")
                compile_side_by_side(names, min(len(names), workers), progress)
    names = missing()
    for number, name in enumerate(names):
        progress(number, len(names), name)
        phase_called(name).address()


def compile_side_by_side(names: list[str], workers: int, progress: Told) -> None:
    """Let processes fill the store; what one leaves undone, because it died, is left."""
    waiting, done = deque(names), count(1)

    def serve() -> None:
        with suppress(BrokenPipeError), worker() as process:
            while waiting:
                name = waiting.popleft()
                print(name, file=process.stdin, flush=True)
                if process.stdout is None or process.stdout.readline().strip() != name:
                    return
                progress(next(done), len(names), name)

    with ThreadPoolExecutor(workers) as pool:
        wait([pool.submit(serve) for _ in range(workers)])


def phase_called(name: str) -> Phase:
    """Return the phase of this name."""
    return next(phase for phase in phases() if phase.name == name)


def threads_available() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker() -> Iterator[subprocess.Popen]:
    """Start a process that compiles the phases whose names it is sent, and end it."""
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": path}, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def serve_names() -> None:
    """Compile phase after phase as their names come in, and answer each with its name: the work of a process of `worker`."""
    with suppress(BrokenPipeError):  # whoever asked was killed: the part is stored, and nobody waits
        for line in sys.stdin:
            phase_called(line.strip()).address()
            os.write(sys.stdout.fileno(), line.encode())


if __name__ == "__main__":
    serve_names()
