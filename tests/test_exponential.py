"""Are the exponential and the logarithm as exact as stated over their range, compiled and not, and are they vector code?"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from decimal import Context, Decimal

import numpy as np
import pytest
from numba import config, njit

from latecomer import exponential
from latecomer.exponential import (
    LARGEST,
    LOG_ERROR,
    LONGEST_STEP,
    RELATIVE_ERROR,
    ROUGH_ERROR,
    SMALLEST,
    exp,
    log,
    rough_exp,
    small_expm1,
    wide_features,
)

FUSED_VECTOR_MULTIPLY = {
    "x86_64": r"vfn?m\w+pd\s.*[yz]mm",
    "AMD64": r"vfn?m\w+pd\s.*[yz]mm",
    "aarch64": r"fml[as]\s+v\d+\.2d",
    "arm64": r"fml[as](\.2d)?\s+v\d+",
}


@njit(nogil=True, error_model="numpy")
def fill(arguments, results):
    for position in range(arguments.size):
        results[position] = exp(arguments[position])


def filled(arguments):
    arguments = np.asarray(arguments, dtype=np.float64)
    results = np.empty_like(arguments)
    fill(arguments, results)
    return results


def largest_relative_error(arguments):
    """Compare with 40-digit decimal arithmetic."""
    decimals = Context(prec=40)
    worst = 0.0
    for argument, result in zip(arguments, filled(arguments), strict=True):
        exact = decimals.exp(Decimal(float(argument)))
        worst = max(worst, abs(float((Decimal(float(result)) - exact) / exact)))
    return worst


@pytest.mark.parametrize("reach", [1e-8, 1.0, 40.0, LARGEST])
def test_relative_error_is_within_the_stated_bound(reach):
    arguments = np.random.default_rng(20).uniform(-reach, reach, 20_000).clip(SMALLEST, LARGEST)
    assert largest_relative_error(arguments) <= RELATIVE_ERROR / 3  # a third of it in fact: 4.4e-16


def test_rough_exponential_is_within_its_bound():
    arguments = np.concatenate([np.linspace(-700.0, 700.0, 1001), np.linspace(-1.0, 1.0, 1001)])
    results = np.array([rough_exp(argument) for argument in arguments])
    assert np.max(np.abs(results / np.exp(arguments) - 1)) <= ROUGH_ERROR
    assert rough_exp(0.0) == 1.0 and np.isnan(rough_exp(np.nan)) and np.isfinite(rough_exp(-1e300))


def test_a_small_step_is_within_its_bound():
    steps = np.concatenate([np.linspace(-LONGEST_STEP, LONGEST_STEP, 4001), 10.0 ** np.arange(-18, -3)])
    results = np.array([small_expm1(step) for step in steps])
    assert np.max(np.abs(results - np.expm1(steps))) <= 2e-16
    assert small_expm1(0.0) == 0.0 and np.isnan(small_expm1(np.nan))


def test_worst_arguments_lie_half_way_between_multiples_of_ln_2():
    halves = (np.arange(-1020, 1022) + 0.5) * np.log(2)
    arguments = np.concatenate([halves, np.nextafter(halves, 1e9), np.nextafter(halves, -1e9)])
    assert largest_relative_error(arguments.clip(SMALLEST, LARGEST)) <= RELATIVE_ERROR / 3


def test_arguments_outside_the_range_are_clipped_and_nan_stays():
    low, high, nan = filled([-np.inf, np.inf, np.nan])
    assert low == exp(SMALLEST) == exp(-1e300) > 0
    assert high == exp(LARGEST) == exp(1e300) < np.inf
    assert np.isnan(nan)


def test_zero_gives_exactly_one_and_the_function_rises():
    assert exp(0.0) == exp(-0.0) == 1.0
    values = filled(np.linspace(SMALLEST, LARGEST, 50_001))
    assert np.all(np.diff(values) > 0)


def test_same_bits_wherever_a_vector_loop_ends():
    arguments = np.random.default_rng(21).normal(0, 20, 131)
    together = filled(arguments)
    for length in range(1, 40):
        for start in (0, 1, 3, 90):
            part = filled(arguments[start : start + length])
            assert np.array_equal(part, together[start : start + length])
    assert np.array_equal(np.array([exp(x) for x in arguments]), together)


def test_uncompiled_functions_agree_within_the_bound():
    """The same file without the compiler, as debuggers and coverage tools run it."""
    arguments = [-708.0, -350.3, -1.7, -1e-9, 0.3, 1.0, 25.5, 700.1, 709.0]
    code = f"from latecomer.exponential import exp; print(*[float(exp(x)).hex() for x in {arguments}])"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    source = os.path.dirname(os.path.dirname(exponential.__file__))
    environment["PYTHONPATH"] = os.pathsep.join([source, environment.get("PYTHONPATH", "")])
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    uncompiled = np.array([float.fromhex(text) for text in answer.stdout.split()])
    assert np.max(np.abs(uncompiled / filled(arguments) - 1)) <= RELATIVE_ERROR


if not config.DISABLE_JIT:

    def test_a_plain_loop_becomes_vector_code_without_calls():
        filled([1.0])
        (assembly,) = fill.inspect_asm().values()
        assert len(re.findall(FUSED_VECTOR_MULTIPLY[platform.machine()], assembly)) >= 12
        assert not re.search(r"(call\w*|bl)\s+\S*(exp|fma)\b", assembly)


@pytest.mark.parametrize("spread", [1e-9, 0.3, 5.0, 700.0])
def test_the_logarithm_is_as_exact_as_stated(spread):
    arguments = np.exp(np.random.default_rng(22).uniform(-spread, spread, 5_000))
    edges = [
        np.sqrt(0.5),
        np.sqrt(2.0),
        np.nextafter(np.sqrt(2.0), 2.0),
        2.0,
        0.5,
        np.nextafter(1.0, 0.0),
        1.0 + 2e-16,
    ]
    decimals = Context(prec=40)
    for argument in [*arguments, *edges]:
        exact = decimals.ln(Decimal(float(argument)))
        assert exact == 0 or abs(float((Decimal(log(float(argument))) - exact) / exact)) <= LOG_ERROR
    assert log(1.0) == 0.0


def test_the_logarithm_undoes_the_exponential_compiled_and_not():
    arguments = np.random.default_rng(23).uniform(-40, 40, 400)
    for argument in arguments:
        assert log(exp(argument)) == pytest.approx(argument, abs=1e-14, rel=1e-14)
    code = (
        "import sys, numpy as np; from latecomer.exponential import log\n"
        "print(*(float(log(float(x))).hex() for x in sys.argv[1:]))"
    )
    values = [0.3, 1.0, 1.5, 7e-5, 3e12]
    plain = subprocess.run(
        [sys.executable, "-c", code, *map(str, values)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for value, text in zip(values, plain, strict=True):
        assert float.fromhex(text) == pytest.approx(log(value), rel=LOG_ERROR, abs=0.0)


@pytest.mark.parametrize(
    ("processor", "wide", "widened"),
    [
        ("sapphirerapids", True, True),
        ("znver4", True, False),
        ("cascadelake", True, False),
        ("haswell", False, False),
    ],
)
def test_vectors_are_widened_only_where_that_helps(processor, wide, widened):
    found = wide_features(processor, "+avx512f", wide)
    assert found == ("+avx512f,-prefer-256-bit" if widened else None)
