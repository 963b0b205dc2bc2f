"""How much faster than PyBLP are Bertrand-Nash prices, on the same markets, with the same answers?

    python benchmarks/market_pyblp.py [rounds]

Two jobs: the 20 automobile markets of Berry, Levinsohn and Pakes (1995) after General Motors and Ford merge, started
from observed prices; and a random market of 200 products, 15 firms and 1,000 agents, started from 1.5 times cost.
Both sides run on one core (one BLAS thread) in double precision. PyBLP uses the faster of its plain and its SQUAREM
iteration, found in a warm-up, without gradients or second-order checks. Its tolerance is on profit gradients, absolute;
ours is on prices and on first-order conditions, both relative. So the comparison is made twice: at the same number,
1e-12, and at the same error, with our loosest power of ten whose prices are no further than PyBLP's, at 1e-12, from a
solution ten thousand times tighter.

Times are of the processor, not of the clock, as the machine may have other work. Each round times PyBLP twice and
us ten times, in turn, and the ratio of the means is taken within the round, so that both find warm caches; printed
are the median and the middle eight tenths of the rounds, and the ratio of the shortest times, which others' work
disturbs least. "public call" is what a user calls on either side. "fixed point only" leaves out PyBLP's building of
markets and results, but keeps our checks and preparation.
"""

# ruff: noqa: E402 (the number of BLAS threads must be set before NumPy is loaded)

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # these may slow PyBLP's matrices
    os.environ.pop(variable, None)

import platform
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
warnings.simplefilter("ignore")

import pyblp
from pyblp.markets.market import Market
from test_market_pyblp import (
    FORD,
    GENERAL_MOTORS,
    automobiles,
    largest_difference,
    random_simulation,
    tight,
)

from latecomer.market import equilibrium

TOLERANCE = 1e-12
METHODS = ("simple", "squarem")
AGREED = 1e-7
CALLS = (2, 10)


def iteration(method: str) -> pyblp.Iteration:
    """Return PyBLP's settings: a plain or an accelerated fixed point, at the common tolerance."""
    return pyblp.Iteration(method, {"atol": TOLERANCE})


def seconds(work: Callable[[], object], calls: int = 1) -> float:
    """Return how long one call takes, on average over some."""
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls


class Inside:
    """The time and evaluations that PyBLP spends in its fixed point alone, noted while it is in force."""

    def __init__(self) -> None:
        self.seconds, self.evaluations, self.plain = 0.0, 0, Market.compute_equilibrium_prices

    def __enter__(self) -> "Inside":
        def timed(*arguments, **options):
            start = time.process_time()
            prices, stats = self.plain(*arguments, **options)
            self.seconds += time.process_time() - start
            self.evaluations += stats.evaluations
            return prices, stats

        Market.compute_equilibrium_prices = timed
        return self

    def __exit__(self, *problem) -> None:
        Market.compute_equilibrium_prices = self.plain


def automobile_job() -> tuple[Callable, Callable]:
    """Return how PyBLP solves the 20 markets after the merger, given an iteration, and how we do."""
    products, costs, results, markets = automobiles()
    firm, observed = products.firm_ids.to_numpy(), products.prices.to_numpy()
    owner = np.where(firm == FORD, GENERAL_MOTORS, firm)

    def theirs(settings):
        return results.compute_prices(firm_ids=owner, costs=costs, iteration=settings).ravel()

    def ours(tolerance):
        return [
            equilibrium(*demand, costs[row], owner[row], start=observed[row], tolerance=tolerance)
            for _, row, demand in markets
        ]

    return theirs, ours


def random_job() -> tuple[Callable, Callable]:
    """Return the same for one random market of 200 products and 1,000 agents."""
    simulation, demand, cost, firm, _ = random_simulation(1, 200, 1000, 15, False)
    without = {"compute_gradients": False, "compute_hessians": False, "error_behavior": "warn"}

    def theirs(settings):
        found = simulation.replace_endogenous(costs=cost, prices=1.5 * cost, iteration=settings, **without)
        return found.product_data.prices.ravel()

    return theirs, lambda tolerance: [equilibrium(*demand, cost, firm, start=1.5 * cost, tolerance=tolerance)]


def compare(name: str, job: Callable, rounds: int) -> None:
    """Check that the answers agree, run one job in paired rounds, and print ratios, times, work and errors."""
    theirs, ours = job()
    exact = theirs(tight(1e-16))
    trials = {
        method: min(seconds(lambda m=method: theirs(iteration(m))) for _ in range(3)) for method in METHODS
    }
    settings = iteration(min(trials, key=trials.__getitem__))
    error = largest_difference(theirs(settings), exact)
    print(f"{name}: {exact.size} prices, PyBLP with {settings._description}, error {error:.1e}")
    for label, tolerance in (("same tolerance", TOLERANCE), ("same error", matching(ours, exact, error))):
        found = ours(tolerance)
        ours_apart = largest_difference(prices_of(found), exact)
        if (
            not all(one.converged for one in found)
            or largest_difference(prices_of(found), theirs(settings)) > AGREED
        ):
            raise SystemExit("the answers do not agree")
        times = []
        for _ in range(rounds):
            with Inside() as inside:
                call = seconds(lambda: theirs(settings), CALLS[0])
            mine = seconds(lambda t=tolerance: ours(t), CALLS[1])
            times.append((call, inside.seconds / CALLS[0], mine))
        evaluations = sum(one.evaluations for one in found)
        print(
            f"  {label}: ours {tolerance:g}, error {ours_apart:.1e}; evaluations ours {evaluations}, ", end=""
        )
        print(f"PyBLP's {inside.evaluations // CALLS[0]}")
        for column, way in enumerate(("public call", "fixed point only")):
            low, middle, high = np.quantile([row[column] / row[2] for row in times], [0.1, 0.5, 0.9])
            slow, fast = np.median(times, axis=0)[[column, 2]]
            print(f"    {way:<16}  PyBLP {1e3 * slow:7.1f} ms, ours {1e3 * fast:6.2f} ms, ", end="")
            shortest = np.min(times, axis=0)
            print(f"ratio {middle:5.1f} ({low:.1f} to {high:.1f}, {rounds} rounds), ", end="")
            print(f"of the shortest {shortest[column] / shortest[2]:5.1f}")


def prices_of(found: list) -> np.ndarray:
    """Return the prices of several markets in one row."""
    return np.concatenate([one.prices for one in found])


def matching(ours: Callable, exact: np.ndarray, error: float) -> float:
    """Return our loosest power of ten at which our prices are no further from the exact ones than `error`."""
    for power in range(7, 15):
        if largest_difference(prices_of(ours(10.0**-power)), exact) <= error:
            return 10.0**-power
    return TOLERANCE


def main() -> None:
    """Print versions and run both jobs."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}, ", end="")
    print(f"PyBLP {pyblp.__version__}; one thread; tolerance {TOLERANCE:g}")
    compare("20 automobile markets after a merger", automobile_job, rounds)
    compare("200 products, 1,000 agents", random_job, rounds)


if __name__ == "__main__":
    main()
