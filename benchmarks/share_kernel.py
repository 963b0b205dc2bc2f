"""How close does the share kernel come to the speed at which this machine can take exponentials?

    python benchmarks/share_kernel.py [rounds]

One evaluation of a market gives, for every product, its share, the price slope of its share and its makers' margins
lost to it: one exponential and about five multiply-adds per product and agent. Timed on one core, in double precision:

    limit       exp of 2,048 numbers in the first-level cache by libmvec, the vector mathematics of the GNU C library
    our exp     the same by latecomer.exponential
    kernel      latecomer.market's evaluation, compiled by Numba
    C           the same evaluation in C with the same tiles, compiled here by gcc -O3 -march=native -ffast-math, libmvec
    NumPy       the same evaluation with whole arrays

"of limit" is the limit's time per exponential over the kernel's time per product and agent, padding included. Rounds
time every contestant once, in turn; printed are medians and the middle eight tenths. Needs gcc and glibc on Linux.
"""

# ruff: noqa: E402 (the number of BLAS threads must be set before NumPy is loaded)

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import ctypes
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
from numba import njit

from latecomer.errors import Problems
from latecomer.exponential import exp
from latecomer.pricing.checks import Form, checked_batch
from latecomer.pricing.sums import fill_sums
from latecomer.pricing.tiles import Arena, prepare_market

SIZES = ((116, 200, 18), (200, 1000, 15), (300, 2000, 40))
NUMBERS = 2048
FLAGS = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-shared", "-fPIC"]

SOURCE = r"""
#include <math.h>
#include <string.h>
void fill(const double *restrict x, double *restrict y, long n) {
  for (long i = 0; i < n; i++) y[i] = exp(x[i]);
}
void evaluate(const double *restrict utility, const double *restrict slope, const double *restrict weight,
              const double *restrict outside, const double *restrict price, const double *restrict earned,
              const long *restrict maker, long tiles, long products, long width, long makers,
              double *restrict e, double *restrict total, double *restrict margin, double *restrict first,
              double *restrict second, double *restrict share, double *restrict own, double *restrict cross) {
  for (long j = 0; j < products; j++) share[j] = own[j] = cross[j] = 0;
  for (long t = 0; t < tiles; t++) {
    const double *u = utility + t * products * width, *a = slope + t * width, *w = weight + t * width;
    memcpy(total, outside + t * width, width * sizeof(double));
    memset(margin, 0, makers * width * sizeof(double));
    for (long j = 0; j < products; j++) {
      double *restrict m = margin + maker[j] * width, *restrict row = e + j * width;
      for (long b = 0; b < width; b++) {
        double value = exp(u[j * width + b] + a[b] * price[j]);
        row[b] = value;
        total[b] += value;
        m[b] += earned[j] * value;
      }
    }
    for (long b = 0; b < width; b++) {
      total[b] = 1 / total[b];
      first[b] = w[b] * total[b];
      second[b] = first[b] * a[b];
    }
    for (long k = 0; k < makers; k++)
      for (long b = 0; b < width; b++) margin[k * width + b] *= second[b] * total[b];
    for (long j = 0; j < products; j++) {
      const double *m = margin + maker[j] * width, *row = e + j * width;
      double s = 0, o = 0, c = 0;
      for (long b = 0; b < width; b++) {
        s += row[b] * first[b];
        o += row[b] * second[b];
        c += row[b] * m[b];
      }
      share[j] += s; own[j] += o; cross[j] += c;
    }
  }
}
"""


@njit(nogil=True, error_model="numpy")
def fill(numbers, results):
    """Take our exponential of every number."""
    for place in range(numbers.size):
        results[place] = exp(numbers[place])


@njit(nogil=True)
def fill_again(numbers, results, times):
    """Repeat inside compiled code, so that calls from Python are not timed."""
    for _ in range(times):
        fill(numbers, results)


@njit(nogil=True)
def evaluate_again(prepared, scratch, prices, shadow, times):
    """Repeat the market's evaluation inside compiled code."""
    for _ in range(times):
        fill_sums(prepared, scratch, prices, shadow, False, False)


def compiled_c() -> ctypes.CDLL:
    """Compile the C source in a temporary folder and load it."""
    folder = Path(tempfile.mkdtemp())
    (folder / "kernel.c").write_text(SOURCE)
    subprocess.run(
        ["gcc", *FLAGS, "-o", folder / "kernel.so", folder / "kernel.c", "-lmvec", "-lm"], check=True
    )
    return ctypes.CDLL(str(folder / "kernel.so"))


def pointers(*arrays: np.ndarray) -> list[ctypes.c_void_p]:
    """Return the addresses of arrays, which they keep alive."""
    return [array.ctypes.data_as(ctypes.c_void_p) for array in arrays]


def seconds(work: Callable[[int], object], times: int) -> float:
    """Return the time of one repetition."""
    start = time.perf_counter()
    work(times)
    return (time.perf_counter() - start) / times


def limits(library: ctypes.CDLL) -> dict[str, Callable[[int], object]]:
    """Return the two exponentials on numbers that fit the first-level cache, aligned to a vector."""
    numbers, results = Arena().arrays((NUMBERS,), (NUMBERS,))
    numbers[:] = np.linspace(-5, 5, NUMBERS)
    places = [*pointers(numbers, results), ctypes.c_long(NUMBERS)]

    def libmvec(times):
        for _ in range(times):
            library.fill(*places)

    return {"limit": libmvec, "our exp": lambda times: fill_again(numbers, results, times)}


def evaluations(
    library: ctypes.CDLL, products: int, agents: int, firms: int
) -> tuple[dict[str, Callable], int]:
    """Return the three ways to evaluate one market, checked against each other, and the padded number of exponentials."""
    draw = np.random.default_rng([products, agents])
    cost = np.exp(draw.normal(0.7, 0.3, products))
    prices, firm = 1.5 * cost, np.sort(draw.integers(0, firms, products))
    given = {
        "mean_utility": draw.normal(1, 1, products),
        "price_sensitivity": -np.exp(draw.normal(0.2, 0.3, agents)),
        "other_utility": draw.normal(0, 1, (agents, products)),
        "weights": np.full(agents, 1 / agents),
        "cost": cost,
    }
    (inputs,) = checked_batch(Problems(), given | {"firm": firm}, Form(), owned=True)
    prepared, scratch, _ = prepare_market(inputs)
    tiles, _, width = prepared.utility.shape
    shadow, earned = np.zeros(products), prices - cost
    out = [np.empty(products) for _ in range(3)]
    makers = scratch.margin.shape[0]
    work = Arena().arrays((products, width), (width,), (makers, width), (width,), (width,))
    sizes = [ctypes.c_long(size) for size in (tiles, products, width, makers)]
    inputs_c = (
        prepared.utility,
        prepared.sensitivity,
        prepared.weight,
        prepared.outside,
        prices,
        earned,
        prepared.maker,
    )
    places = [*pointers(*inputs_c), *sizes, *pointers(*work, *out)]
    starts = np.searchsorted(prepared.maker, np.arange(makers))

    def in_c(times):
        for _ in range(times):
            library.evaluate(*places)

    def in_numpy(times):
        for _ in range(times):
            utility = inputs.mean_utility + inputs.other_utility + inputs.price_sensitivity[:, None] * prices
            probability = np.exp(utility)
            probability /= 1 + probability.sum(axis=1, keepdims=True)
            margin = np.add.reduceat(probability * earned, starts, axis=1)[:, prepared.maker]
            slope = inputs.weights * inputs.price_sensitivity
            result = inputs.weights @ probability, slope @ probability, slope @ (probability * margin)
        return result

    evaluate_again(prepared, scratch, prices, shadow, 1)
    in_c(1)
    for ours, c, numpy in zip((scratch.share, scratch.own, scratch.cross), out, in_numpy(1), strict=True):
        if not (np.allclose(ours, c, rtol=1e-12) and np.allclose(ours, numpy, rtol=1e-12)):
            raise SystemExit("the kernels do not agree")
    ways = {
        "kernel": lambda times: evaluate_again(prepared, scratch, prices, shadow, times),
        "C": in_c,
        "NumPy": in_numpy,
    }
    return ways, tiles * products * width


def main() -> None:
    """Print versions, then one table per size."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    library = compiled_c()
    gcc = subprocess.run(
        ["gcc", "--version"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}, {gcc}, ",
        end="",
    )
    print(f"{' '.join(platform.libc_ver())}; one thread; nanoseconds per exponential (middle eight tenths)")
    for products, agents, firms in SIZES:
        ways, padded = evaluations(library, products, agents, firms)
        counts = {
            "limit": NUMBERS,
            "our exp": NUMBERS,
            "kernel": padded,
            "C": padded,
            "NumPy": products * agents,
        }
        contest = limits(library) | ways
        times = {name: [] for name in contest}
        for work in contest.values():
            work(2)
        for _ in range(rounds):
            for name, work in contest.items():
                times[name].append(1e9 * seconds(work, max(1, 1_000_000 // counts[name])) / counts[name])
        print(
            f"{products} products, {agents} agents, {firms} makers; {padded / products / agents - 1:.1%} padding"
        )
        for name, found in times.items():
            low, middle, high = np.quantile(found, [0.1, 0.5, 0.9])
            part = np.median(np.array(times["limit"]) / np.array(found))
            own = np.median(np.array(times["our exp"]) / np.array(found))
            print(
                f"  {name:<8}{middle:6.3f} ({low:.3f} to {high:.3f})  {part:5.2f} of limit  {own:5.2f} of our exp"
            )


if __name__ == "__main__":
    main()
