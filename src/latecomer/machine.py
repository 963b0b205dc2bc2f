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
from functools import cache
from itertools import count

import numpy as np
from numba import config

from latecomer import vocabulary
from latecomer.compiled import PACKAGE, Phase, can_keep, once, one_at_a_time, stored_kernel, told
from latecomer.layout import Kind, NowType, RowType, address_of, called_at, kind_of, now_from, table_from
from latecomer.model import step
from latecomer.model.context import Now, flow_type

LONGEST = ("offer", "sell", "learn", "report", "begin", "serve", "renew", "settle", "research")
MODULE = "latecomer.machine"  # also where a process runs this file as __main__
NUMBERS = (
    "t",
    "seed",
    "history",
)  # of a year; the four numbers of each kind's table follow (`layout.NowType`)
WORD = 8  # bytes of a number

KINDS = ("state", "flow", "world", "policy", "strategy", "makers", "contracts", "params", "year")
(STATE, FLOW, WORLD, POLICY, STRATEGY, MAKERS, CONTRACTS, PARAMS, YEAR) = range(len(KINDS))


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
    return vocabulary.sizes(**own)


def declared() -> dict[str, tuple[vocabulary.Field, ...]]:
    """Return the fields of every kind of record that the vocabulary declares."""
    return {
        "state": vocabulary.STATE, "world": vocabulary.WORLD, "policy": vocabulary.POLICY, "strategy": vocabulary.STRATEGY,
        "makers": vocabulary.MAKERS, "contracts": vocabulary.CONTRACTS, "year": vocabulary.YEAR,
    }  # fmt: skip


@cache
def refuse_misfits(makers: int, **types: np.dtype) -> None:
    """Raise ValueError where records, by kind, do not have the same lengths along an axis, makers among them."""
    lengths: dict[str, set[int]] = {"m": {makers}}
    for kind, dtype in types.items():
        for field in declared()[kind]:
            for letter, length in zip(field.axes, dtype[field.name].shape, strict=True):
                lengths.setdefault(letter, set()).add(length)
    told = [
        f"axis {letter} has lengths {sorted(found)}" for letter, found in lengths.items() if len(found) > 1
    ]
    if told:
        raise ValueError(f"records that do not fit each other: {'; '.join(told)}")


@once
def kinds() -> tuple[Kind, ...]:
    """Return the kinds of records that a phase is given, in the order of `KINDS`."""
    fields = declared()
    reads = np.dtype([(name, "f8") for name in parameters()])

    def make(name: str) -> Callable[[dict[str, int]], np.dtype]:
        if name == "flow":
            return lambda own: flow_type(step.FLOW, length_of(own))
        return (
            (lambda own: reads)
            if name == "params"
            else (lambda own: vocabulary.record(fields[name], length_of(own)))
        )

    # A register may hold its rows in any order, and more of them than the model reads.
    return tuple(kind_of(name, make(name), fixed=name != "params") for name in KINDS)


def place_of(kind: int) -> int:
    """Return where the numbers of a kind's table begin."""
    return len(NUMBERS) + 4 * kind


@once
def year() -> NowType:
    """Return the type of a year, with the names of `context.Now`."""
    named = {
        "world_path": WORLD, "policy_path": POLICY, "strategy_path": STRATEGY, "makers": MAKERS, "contracts": CONTRACTS,
    }  # fmt: skip
    tables = {name: (kinds()[kind], place_of(kind)) for name, kind in named.items()}
    return NowType(NUMBERS, tables, {name: f"{name}_path" for name in ("world", "policy", "strategy")})


@once
def phases() -> tuple[Phase, ...]:
    """Return what is compiled: the start, and the phases of the year in their order."""
    state, flow, params, out = (RowType(kinds()[kind]) for kind in (STATE, FLOW, PARAMS, YEAR))
    arguments = (year(), state, state, flow, params, out)
    return tuple(Phase(function, arguments, MODULE) for function in (step.recall, *step.YEAR))


@once
def loop() -> Callable:
    """Return the loop over the years of one history from index `first` on: (phases' addresses, numbers of the year and its
    tables, where they stand, state before and after as whole numbers, first)."""
    states, flows, params, records = (table_from(kinds()[kind]) for kind in (STATE, FLOW, PARAMS, YEAR))
    now_at, call = now_from(year()), called_at(*phases()[0].arguments)
    state, flow, vector, record = (WORD * place_of(kind) for kind in (STATE, FLOW, PARAMS, YEAR))

    def run_years(
        addresses: np.ndarray, numbers: np.ndarray, at: int, before: np.ndarray, after: np.ndarray, first: int
    ) -> None:
        kept, years = states(at + state), records(at + record)
        w, p = flows(at + flow)[0], params(at + vector)[0]
        for t in range(first, years.size):
            numbers[0] = t
            for k in range(0 if t == first else 1, addresses.size):
                if k == 1:
                    for i in range(before.size):
                        before[i] = after[i]
                call(addresses[k], (now_at(at), kept[0], kept[1], w, p, years[t]))

    return stored_kernel(run_years)


def simulate(
    states: np.recarray,
    flow: np.recarray,
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
    """Run the years from index `first` on in place: states[1] is carried, states[0] is what it was before the year, years[t]
    receives what happened.

    The roster is the history's own copy of the makers, on which owner, group, province, equity and dates of those that begin
    by rule are written; with dated contracts it stays as the case gives it. Raises ValueError for records of different lengths.
    """
    refuse_misfits(
        len(makers), state=states.dtype, world=world.dtype, policy=policy.dtype, strategy=strategy.dtype, year=years.dtype
    )  # fmt: skip
    roster = np.array(makers).view(np.recarray)
    given = (states, flow, world, policy, strategy, roster, contracts, params, years)
    if not config.DISABLE_JIT:
        tables = [address_of(kind, records) for kind, records in zip(kinds(), given, strict=True)]
        numbers = np.array(
            [first, seed, history, *(number for table in tables for number in table)], dtype=np.int64
        )
        before, after = states.view(np.int64).reshape(2, -1)
        loop()(addresses(), numbers, numbers.ctypes.data, before, after, first)
        return
    for t in range(first, years.size):
        now = Now(t, seed, history, world[t], policy[t], strategy[t], world, policy, roster, contracts)
        for phase in (*([step.recall] if t == first else []), *step.YEAR):
            if phase is step.YEAR[0]:
                states[0] = states[1]
            phase(now, states[0], states[1], flow[0], params[0], years[t])


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
