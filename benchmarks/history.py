"""Where does the time of a history go, what does it grow with, and how exact are its prices?

Stages of the year; threads; number of makers, provinces and buyer classes; memory; error left in prices and shares.

    python benchmarks/history.py [--case china-auto] [--histories 24] [--rounds 5]

The phases of the year (`latecomer.model.step`) are run as plain Python over the compiled stages, each call timed less
the time of an empty kernel with the same arguments, so the list of stages cannot go stale. Totals are then measured
with the phases compiled. Every figure comes from one run of this command; versions are printed; compare
ratios, not seconds, between machines.
"""

import argparse
import platform
import resource
import statistics
import time
import types
from collections import defaultdict
from dataclasses import replace
from importlib import import_module

import numba
import numpy as np

from latecomer.case.load import load_case
from latecomer.compiled import kernel, store
from latecomer.model import step
from latecomer.model.context import Now
from latecomer.model.markets import demand, prices
from latecomer.vocabulary import POLICY, WORLD, YEAR, record

engine = import_module("latecomer.run")


@numba.njit(nogil=True)
def nothing(*arguments):
    """Do nothing: what it costs to call a kernel from Python."""
    return 0


@kernel
def respond_often(times, flow, p):
    """Sum over all buyers again and again."""
    for _ in range(times):
        demand.respond(flow, p)


class Timed:
    """A module whose functions note how long they took, less the cost of the call."""

    def __init__(self, module: types.ModuleType, spent: dict[str, float]) -> None:
        self.module, self.spent = module, spent

    def __getattr__(self, name: str):
        function = getattr(self.module, name)

        def call(*arguments):
            begun = time.perf_counter()
            nothing(*arguments)
            middle = time.perf_counter()
            found = function(*arguments)
            end = time.perf_counter()
            self.spent[f"{self.module.__name__.rsplit('.', 1)[1]}.{name}"] += end - middle - (middle - begun)
            return found

        return call


class Exact:
    """The market, solved once more to the last digits after each year, which notes what the first solution lacked."""

    def __init__(self) -> None:
        self.prices: list[float] = []
        self.shares: list[float] = []
        self.rounds: list[float] = []

    def clear(self, now, after, flow, p) -> None:
        """Clear the market as the model does, then compare with the same market solved to 1e-12."""
        prices.clear(now, after, flow, p)
        if flow.lines == 0:
            return
        finer, state, tight = (np.array([r]).view(np.recarray) for r in (flow, after, p))
        tight.price_tolerance, tight.price_rounds = 1e-12, 2000
        prices.clear(now, state[0], finer[0], tight[0])
        lines = slice(0, int(flow.lines))
        asked, exact = flow.asked[lines], finer[0].asked[lines]
        self.prices.append(float(np.max(np.abs(flow.price[lines] / finer[0].price[lines] - 1.0))))
        self.shares.append(float(np.max(np.abs(asked / asked.sum() - exact / exact.sum()))))
        self.rounds.append(float(flow.rounds))


def years_of(case, histories: int, replaced: dict[str, object], first=None, last: int | None = None):
    """Run histories as plain Python over compiled stages, some of them replaced; return the working space."""
    named = vars(step) | replaced
    recall, *year = (types.FunctionType(phase.__code__, named) for phase in (step.recall, *step.YEAR))
    space = engine.workspace(case)
    out = empty(case, 1)
    params = np.array(case.params).view(np.recarray)
    for n in range(histories):
        if n == 1 and first:
            first()
        space.state[:] = np.zeros(1, space.state.dtype)
        space.flow[:] = np.zeros(1, space.flow.dtype)
        for t in range(len(case.years) if last is None else last):
            now = Now(
                t, 1, n, case.world[t], case.policy[t], case.strategy[t], case.world, case.policy, case.makers, case.contracts
            )  # fmt: skip
            for phase in (recall, *year) if t == 0 else year:
                if phase is year[0]:
                    space.states[0] = space.states[1]
                phase(now, space.states[0], space.states[1], space.flow[0], params[0], out[0, t])
    return space, params


def stage_times(case, histories: int) -> dict[str, float]:
    """Return milliseconds per history by stage of the year (after a first history that compiles)."""
    spent: dict[str, float] = defaultdict(float)
    timed = {
        name: Timed(value, spent) for name, value in vars(step).items() if isinstance(value, types.ModuleType)
    }
    years_of(case, histories + 1, timed, first=spent.clear)
    return {name: 1000.0 * seconds / histories for name, seconds in spent.items()}


def empty(case, histories: int) -> np.recarray:
    """Return empty year records [n, t]."""
    kind = record(YEAR, case.length)
    return np.zeros((histories, len(case.years)), kind).view(np.recarray)


def with_makers(case, part: float):
    """Return the case with a part of its makers; the others never begin."""
    makers = np.array(case.makers).view(np.recarray)
    shut = np.arange(len(makers)) % 4 >= round(4 * part)
    makers.start[shut], makers.passenger_start[shut], makers.capacity[shut] = 9999, 9999, 0.0
    return replace(case, makers=locked(makers))


def with_regions(case, regions: int):
    """Return the case in its first few regions, each as large as before; makers move to those that are left."""
    makers = np.array(case.makers).view(np.recarray)
    makers.home[:] = np.where(makers.home >= 0, makers.home % regions, -1)
    length = case.length | {"r": regions}
    parts = {}
    for name, fields in (("world", WORLD), ("policy", POLICY)):
        old = getattr(case, name)
        new = np.zeros(len(old), record(fields, length)).view(np.recarray)
        for field in fields:
            cut = tuple(slice(length[letter]) for letter in field.axes)
            new[field.name] = old[field.name][(slice(None), *cut)]
        parts[name] = locked(new)
    labels = replace(case.labels, regions=case.labels.regions[:regions])
    return replace(case, makers=locked(makers), labels=labels, **parts)


def locked(records: np.recarray) -> np.recarray:
    """Return the records read-only, as those of a case are: the kernel is compiled for them."""
    records.flags.writeable = False
    return records


def class_times(case, year: int, rounds: int) -> dict[int, float]:
    """Return microseconds of one sum over all buyers in a year, by number of classes."""
    space, params = years_of(case, 1, {}, last=int(year - case.years[0]) + 1)
    found = {}
    for classes in (4, 8, 12, 16):
        space.flow[0].classes = classes
        respond_often(1, space.flow[0], params[0])
        spent = []
        for _ in range(rounds):
            begun = time.perf_counter()
            respond_often(200, space.flow[0], params[0])
            spent.append((time.perf_counter() - begun) / 200)
        found[classes] = 1e6 * statistics.median(spent)
    return found


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
    report_growth(case, asked.histories, asked.rounds)
    exact = Exact()
    years_of(case, 4, {"prices": exact})
    print(f"prices: {statistics.mean(exact.rounds):.1f} rounds a market-year (most {max(exact.rounds):.0f})")
    for name, errors in (
        ("relative error left in prices", exact.prices),
        ("error left in shares", exact.shares),
    ):
        print(f"  largest {name} of a year: median {statistics.median(errors):.1e}, most {max(errors):.1e}")
    held = empty(case, 1).nbytes
    print(f"results: {held / 2**20:.2f} MiB a history, {held * 1000 / 2**30:.2f} GiB for 1,000")
    print(f"working memory: {working(case) / 2**10:.0f} KiB a thread")
    print(
        f"largest resident size of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:.0f} MiB"
    )


def report_growth(case, histories: int, rounds: int) -> None:
    """Print what a history costs with fewer makers, provinces and buyer classes, against the whole case."""
    whole = statistics.median(per_history(case, histories, 1, rounds))
    for part in (0.25, 0.5, 0.75):
        cost = statistics.median(per_history(with_makers(case, part), histories, 1, rounds))
        print(f"{part:4.0%} of the makers: {cost:.2f} ms a history, {cost / whole:.2f} of the whole case")
    for regions in (4, 8, 16):
        fewer = with_regions(case, regions)
        per_history(fewer, 1, 1, 1)
        cost = statistics.median(per_history(fewer, histories, 1, rounds))
        print(f"{regions:4d} regions: {cost:.2f} ms a history, {cost / whole:.2f} of the whole case")
    times = class_times(case, 2015, 5 * rounds)
    text = ", ".join(f"{classes}: {cost:.1f}" for classes, cost in times.items())
    print(f"one sum over all buyers of 2015 by number of classes, microseconds: {text}")


def working(case) -> int:
    """Return the bytes in which one thread works."""
    space = engine.workspace(case)
    return space.states.nbytes + space.flow.nbytes


if __name__ == "__main__":
    main()
