"""How is one history run, and how are many? Scheduling only; nothing economic happens here.

Every history has its own number, and every random draw in it is keyed by (seed, history, year, entity, channel). So
histories can run in any order, on any number of threads, in any batch, and come out with the same bits. The compiled
kernel releases the interpreter lock, hence threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from latecomer.axes import STATE, YEAR, record
from latecomer.errors import HistoriesFailed
from latecomer.model.scratch import scratch_type
from latecomer.model.step import simulate
from latecomer.record import Run, manifest_of
from latecomer.types import Case

FAILURES_ALLOWED = 0.01


@dataclass
class Workspace:
    """Memory of one thread: a state, a scratch record, both reused from history to history."""

    state: np.recarray
    scratch: np.recarray


def workspace(case: Case) -> Workspace:
    """Allocate the records in which one history runs."""
    length = case.length
    return Workspace(
        np.zeros(1, record(STATE, length)).view(np.recarray),
        np.zeros(1, scratch_type(length["m"], length["r"], length["x"])).view(np.recarray),
    )


def run_history(
    case: Case, seed: int, history: int, out: np.recarray, space: Workspace, params: np.recarray
) -> None:
    """Run one history of the case into `out` (t records), starting from the case's first year."""
    space.state[:] = np.zeros(1, space.state.dtype)
    space.scratch[:] = np.zeros(1, space.scratch.dtype)
    simulate(
        space.state,
        space.scratch,
        case.world,
        case.policy,
        case.strategy,
        case.makers,
        case.contracts,
        params,
        seed,
        history,
        0,
        out,
    )


def threads_available() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    case: Case,
    histories: int = 200,
    seed: int = 1,
    threads: int | None = None,
    batch: int = 8,
    progress: Callable[[int, int], None] | None = None,
    draws: np.recarray | None = None,
) -> Run:
    """Run `histories` histories of the case and return them with labels and manifest.

    History n uses parameter vector n modulo the number of `draws` (default: those of the case). `progress(done,
    total)` is called from the calling thread after every batch. Histories that turn non-finite are set aside, counted
    and named in the result; above 1% `HistoriesFailed` is raised.
    """
    vectors = np.array(case.draws if draws is None else draws).view(np.recarray)
    kind = record(YEAR, case.length)
    out = np.zeros((histories, len(case.years)), kind).view(np.recarray)

    def work(first: int) -> int:
        space = workspace(case)
        last = min(first + batch, histories)
        for n in range(first, last):
            draw = n % len(vectors)
            run_history(case, seed, n, rows(out[n]), space, rows(vectors[draw : draw + 1]))
        return last - first

    pending_starts = list(range(0, histories, batch))[::-1]
    done = 0
    with ThreadPoolExecutor(max_workers=threads or threads_available()) as pool:
        running = {
            pool.submit(work, pending_starts.pop())
            for _ in range(min(len(pending_starts), pool._max_workers))
        }
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                done += future.result()
                if pending_starts:
                    running.add(pool.submit(work, pending_starts.pop()))
            if progress:
                progress(done, histories)
    failed = tuple(
        int(n) for n in np.flatnonzero(~(finite(out) & finite(vectors)[np.arange(histories) % len(vectors)]))
    )
    if len(failed) > FAILURES_ALLOWED * histories:
        raise HistoriesFailed(failure_note(case.name, seed, failed, histories))
    kept = np.array([n for n in range(histories) if n not in set(failed)], dtype=np.int64)
    return Run(
        case=case,
        histories=kept,
        records=rows(out[kept]) if failed else out,
        failed=failed,
        manifest=manifest_of(case, vectors, seed, histories, failed, out),
    )


def rows(records: np.ndarray) -> np.recarray:
    """Return a view of structured records whose fields read as attributes."""
    return records.view(np.recarray)


def finite(out: np.recarray) -> np.ndarray:
    """Return for every row [n] of records whether all its numbers are finite.

    Parameters are looked at, too: a comparison in a kernel can swallow one that is no number.
    """
    good = np.ones(len(out), dtype=bool)
    for name in out.dtype.names or ():
        values = out[name].reshape(len(out), -1)
        good &= np.isfinite(values).all(axis=1)
    return good


def failure_note(case: str, seed: int, failed: tuple[int, ...], histories: int) -> str:
    """Say how many histories failed and how to run the first of them again."""
    return (
        f"{len(failed)} of {histories} histories turned non-finite (more than {FAILURES_ALLOWED:.0%}): {list(failed[:10])}. "
        f"Replay one: latecomer run {case} --seed {seed} --only {failed[0]}"
    )
