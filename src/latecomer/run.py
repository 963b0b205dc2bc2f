"""How is one history run, and how are many? Scheduling only; nothing economic happens here.

Every history has its own number, and every random draw in it is keyed by (seed, history, year, entity, channel). So
histories can run in any order, on any number of threads, in any batch, and come out with the same bits. The compiled
kernel releases the interpreter lock, hence threads.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from latecomer.asked import refuse_numbers
from latecomer.errors import HistoriesFailed
from latecomer.machine import simulate, threads_available
from latecomer.model import step
from latecomer.model.context import blank, flow_type
from latecomer.record import Run, manifest_of
from latecomer.types import Case, refuse_run
from latecomer.vocabulary import STATE, YEAR, record

FAILURES_ALLOWED = 0.01


@dataclass
class Workspace:
    """Memory of one thread, reused from history to history: the state before a year and after it, and what stages hand on."""

    states: np.recarray
    flow: np.recarray

    @property
    def state(self) -> np.recarray:
        """Return the state that is carried, as one record."""
        return rows(self.states[1:])


def workspace(case: Case) -> Workspace:
    """Allocate the records in which one history runs."""
    length = case.length
    return Workspace(
        np.zeros(2, record(STATE, length)).view(np.recarray),
        blank(flow_type(step.FLOW, length)),
    )


def run_history(
    case: Case,
    seed: int,
    history: int,
    out: np.recarray,
    space: Workspace,
    params: np.recarray,
    first: int = 0,
) -> None:
    """Run one history of the case into `out` (t records): from the case's first year on an empty state, or from the year of
    index `first` on the state that stands in `space`."""
    if first == 0:
        space.state[:] = np.zeros(1, space.state.dtype)
    space.flow[:] = np.zeros(1, space.flow.dtype)
    simulate(
        space.states,
        space.flow,
        case.world,
        case.policy,
        case.strategy,
        case.makers,
        case.contracts,
        params,
        seed,
        history,
        first,
        out,
    )


def run(
    case: Case,
    histories: int = 200,
    seed: int = 1,
    threads: int | None = None,
    batch: int = 8,
    progress: Callable[[int, int], None] | None = None,
    draws: np.recarray | None = None,
    params: Mapping[str, float | str] | None = None,
) -> Run:
    """Run `histories` histories of the case and return them with labels and manifest.

    History n uses parameter vector n modulo the number of `draws` (default: those of the case); `params` sets some parameters
    in all of them, to a number or to "off". `progress(done, total)` is called from the calling thread after every batch.
    Histories that turn non-finite are set aside, counted and named in the result; above 1% `HistoriesFailed` is raised.
    Raises UsageError with everything that is wrong with the request.
    """
    refuse_run(case, draws, params, progress, histories=histories, seed=seed, threads=threads, batch=batch)
    chosen = case if draws is None else replace(case, draws=draws)
    chosen = chosen.with_params(**params) if params else chosen
    return run_variants([chosen], histories, seed, threads, batch, progress)[0]


def run_variants(
    cases: Sequence[Case],
    histories: int = 200,
    seed: int = 1,
    threads: int | None = None,
    batch: int = 8,
    progress: Callable[[int, int], None] | None = None,
    same_until: int = 0,
    first: int = 0,
) -> list[Run]:
    """Run the same histories of several variants of a case, and return one run for each.

    Histories `first` to `first + histories - 1`, each by its number: whatever is asked for beside it, it has the same bits. The
    variants must agree in everything before the year of index `same_until` (parameters included); these years are run once and
    the variants go on from there. Progress and failures as in `run`.
    """
    refuse_numbers(histories=histories, seed=seed, threads=threads, batch=batch, first=first)
    histories, seed, first = (
        int(histories),
        int(seed),
        int(first),
    )  # of NumPy, they would be compiled for again
    vectors = [np.array(case.draws).view(np.recarray) for case in cases]
    outs = [
        np.zeros((histories, len(case.years)), record(YEAR, case.length)).view(np.recarray) for case in cases
    ]

    def work(start: int) -> int:
        space = workspace(cases[0])
        last = min(start + batch, histories)
        for place in range(start, last):
            mine = [rows(out[place]) for out in outs]
            run_together(cases, seed, first + place, vectors, space, mine, same_until)
        return last - start

    in_batches(work, histories, batch, threads, progress)
    return [
        gathered(case, out, seed, first, drawn) for case, out, drawn in zip(cases, outs, vectors, strict=True)
    ]


def watch_variants(
    cases: Sequence[Case],
    watch: Callable[[np.recarray], np.ndarray],
    histories: int = 200,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    same_until: int = 0,
    years: int | None = None,
) -> np.ndarray:
    """Return what `watch` makes of the records [t] of each variant and history, as an array [variant, n, ...].

    Nothing else is kept, so that many variants fit into memory. Each history is run for its first `years` years (default: all),
    with the same bits as by `run_variants`, but years before `same_until` are those of the first variant whatever the others
    say: a parameter of another variant acts from that year on. Histories that failed in any variant are left out; above 1% in
    one, HistoriesFailed is raised.
    """
    refuse_numbers(histories=histories, seed=seed, threads=threads)
    histories, seed = int(histories), int(seed)
    vectors = [np.array(case.draws).view(np.recarray) for case in cases]
    span = len(cases[0].years) if years is None else years
    seen: list[list[np.ndarray]] = [[] for _ in range(histories)]
    good = np.zeros((len(cases), histories), dtype=bool)

    def work(n: int) -> int:
        outs = [rows(np.zeros(span, record(YEAR, case.length))) for case in cases]
        run_together(cases, seed, n, vectors, workspace(cases[0]), outs, same_until)
        seen[n] = [np.asarray(watch(out), dtype=float) for out in outs]
        for v, (out, drawn) in enumerate(zip(outs, vectors, strict=True)):
            good[v, n] = finite(out).all() and finite(rows(drawn[n % len(drawn) :][:1])).all()
        return 1

    in_batches(work, histories, 1, threads, progress)
    for case, fine in zip(cases, good, strict=True):
        refuse_failures(case.name, seed, tuple(int(n) for n in np.flatnonzero(~fine)), histories)
    kept = np.flatnonzero(good.all(axis=0))
    return np.stack([np.stack([seen[n][v] for n in kept]) for v in range(len(cases))])


def run_together(
    cases: Sequence[Case],
    seed: int,
    history: int,
    vectors: Sequence[np.recarray],
    space: Workspace,
    outs: Sequence[np.recarray],
    same_until: int,
) -> None:
    """Run one history of every variant into `outs`: the years before `same_until` once, by the first of them, then each."""
    params = [rows(drawn[history % len(drawn) :][:1]) for drawn in vectors]
    if same_until:
        run_history(cases[0], seed, history, rows(outs[0][:same_until]), space, params[0])
    state = space.state.copy()
    for case, out, own in zip(cases, outs, params, strict=True):
        space.state[:] = state
        out[:same_until] = outs[0][:same_until]
        run_history(case, seed, history, out, space, own, same_until)


def in_batches(
    work: Callable[[int], int],
    histories: int,
    batch: int,
    threads: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Call `work` with the first place of every batch, on threads, and tell progress from the calling thread."""
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


def gathered(case: Case, out: np.recarray, seed: int, first: int, vectors: np.recarray) -> Run:
    """Return the histories that came out finite as a run; raise HistoriesFailed where too many did not."""
    histories = len(out)
    numbers = np.arange(first, first + histories)
    good = finite(out) & finite(vectors)[numbers % len(vectors)]
    failed = tuple(int(n) for n in numbers[~good])
    refuse_failures(case.name, seed, failed, histories)
    return Run(
        case=case,
        histories=numbers[good],
        records=rows(out[good]) if failed else out,
        failed=failed,
        manifest=manifest_of(case, vectors, seed, histories, failed, out, first),
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


def refuse_failures(case: str, seed: int, failed: tuple[int, ...], histories: int) -> None:
    """Raise HistoriesFailed where too many histories failed."""
    if len(failed) > FAILURES_ALLOWED * histories:
        raise HistoriesFailed(failure_note(case, seed, failed, histories))


def failure_note(case: str, seed: int, failed: tuple[int, ...], histories: int) -> str:
    """Say how many histories failed and how to run the first of them again."""
    return (
        f"{len(failed)} of {histories} histories turned non-finite (more than {FAILURES_ALLOWED:.0%}): {list(failed[:10])}. "
        f"Replay one: latecomer run {case} --seed {seed} --only {failed[0]}"
    )
