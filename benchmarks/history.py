"""Where does the time of a history go, and what does it grow with? Stages of the year, number of income rounds, threads, memory.

    python benchmarks/history.py [--case china-auto] [--histories 24] [--rounds 5]

The year's own source (`latecomer.model.step.year`) is run as plain Python over the compiled stages, each call timed, so
the list of stages cannot go stale. Totals are then measured with the whole kernel compiled as one. Every figure comes
from one run of this command; versions are printed; compare ratios, not seconds, between machines.
"""

import argparse
import platform
import resource
import statistics
import time
import types
from collections import defaultdict
from importlib import import_module

import numba
import numpy as np

from latecomer.axes import YEAR, record
from latecomer.case.load import load_case
from latecomer.compiled import store
from latecomer.model import step

engine = import_module("latecomer.run")


class Timed:
    """A module whose functions note how long they took."""

    def __init__(self, module: types.ModuleType, spent: dict[str, float]) -> None:
        self.module, self.spent = module, spent

    def __getattr__(self, name: str):
        function = getattr(self.module, name)

        def call(*arguments):
            begun = time.perf_counter()
            found = function(*arguments)
            self.spent[f"{self.module.__name__.rsplit('.', 1)[1]}.{name}"] += time.perf_counter() - begun
            return found

        return call


def stage_times(case, histories: int) -> dict[str, float]:
    """Return milliseconds per history by stage of the year (after a first history that compiles)."""
    spent: dict[str, float] = defaultdict(float)
    scope = {
        name: Timed(value, spent) if isinstance(value, types.ModuleType) else value
        for name, value in vars(step).items()
    }
    year = types.FunctionType(step.year.py_func.__code__, scope)
    space = engine.workspace(case)
    out = empty(case, 1)
    params = np.array(case.params).view(np.recarray)
    for n in range(histories + 1):
        if n == 1:
            spent.clear()
        space.state[:] = np.zeros(1, space.state.dtype)
        space.scratch[:] = np.zeros(1, space.scratch.dtype)
        step.start.begin(space.state[0], params[0])
        for t in range(len(case.years)):
            year(
                t,
                space.state[0],
                space.scratch[0],
                case.world,
                case.policy,
                case.makers,
                case.contracts,
                params[0],
                1,
                n,
                out[0, t],
            )
    return {name: 1000.0 * seconds / histories for name, seconds in spent.items()}


def empty(case, histories: int) -> np.recarray:
    """Return empty year records [n, t]."""
    kind = record(YEAR, case.length)
    return np.zeros((histories, len(case.years)), kind).view(np.recarray)


def per_history(case, histories: int, threads: int, rounds: int) -> list[float]:
    """Return milliseconds per history of whole ensembles, one figure a round."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        engine.run(case, histories=histories, threads=threads)
        found.append(1000.0 * (time.perf_counter() - begun) / histories)
    return found


def main() -> None:
    """Print compile time, time by stage, time by threads, and memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="china-auto")
    parser.add_argument("--histories", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    case = load_case(asked.case)
    print(
        f"python {platform.python_version()}, numba {numba.__version__}, numpy {np.__version__}, {platform.machine()}"
    )
    sizes_of = f"{len(case.makers)} makers, {len(case.labels.regions)} regions, {len(case.years)} years"
    print(f"{case.name}: {sizes_of}; store {store().name}")
    begun = time.perf_counter()
    engine.run(case, histories=1)
    print(f"first history (compiled now, or loaded from the store): {time.perf_counter() - begun:.2f} s")
    for threads in (1, 2):
        found = per_history(case, asked.histories, threads, asked.rounds)
        print(
            f"{threads} thread(s): {statistics.median(found):.2f} ms a history (least {min(found):.2f}, most {max(found):.2f})"
        )
    times = stage_times(case, max(asked.histories // 4, 2))
    total = sum(times.values())
    print(f"by stage, called one by one from Python: {total:.2f} ms a history")
    for name, milliseconds in sorted(times.items(), key=lambda item: -item[1]):
        print(f"  {name:28s} {milliseconds:7.3f} ms {milliseconds / total:6.1%}")
    held = empty(case, 1).nbytes
    print(f"results: {held / 2**20:.2f} MiB a history, {held * 1000 / 2**30:.2f} GiB for 1,000")
    print(f"working memory: {working(case) / 2**10:.0f} KiB a thread")
    print(
        f"largest resident size of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:.0f} MiB"
    )


def working(case) -> int:
    """Return the bytes in which one thread works."""
    space = engine.workspace(case)
    return space.state.nbytes + space.scratch.nbytes


if __name__ == "__main__":
    main()
