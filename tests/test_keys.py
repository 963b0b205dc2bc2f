"""Is the generator Philox4x64-10, does a draw depend on its address alone, and
are the draws uniform, normal and independent?

Error rates: each statistical check below rejects a faultless generator with probability ALPHA. Addresses are
fixed, so a check that passes once passes always; the rate matters when LAYOUT_VERSION changes.
"""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from latecomer import keys
from latecomer.keys import (
    LAYOUT_VERSION,
    NORMAL_RELATIVE_ERROR,
    normal,
    normal_quantile,
    philox,
    raw,
    uniform,
)

ALPHA = 1e-6
WORD = 2**64
PI = (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)
PI_KEY = (0x452821E638D01377, 0xBE5466CF34E90C6C)
ONES = WORD - 1

# Known answers of philox4x64-10 published by the authors of Salmon et al. (2011): counter, key, words.
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (ONES, ONES, ONES, ONES),
        (ONES, ONES),
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        PI,
        PI_KEY,
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]

GOLDEN_UNIFORM = ["0x1.536f155e26b9fp-1", "0x1.8eedfec8047aep-2", "0x1.c02505945f760p-6"]
GOLDEN_NORMAL = [0.42054652277560906, -0.280414505417388, -1.9212106713136057]

words = st.integers(0, ONES)
integers = st.integers(-(2**63), 2**63 - 1)


def unsigned(*integers):
    return [np.uint64(integer % WORD) for integer in integers]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter, key, answer):
    assert philox(*unsigned(*counter, *key)) == answer


@settings(deadline=None)
@given(counter=st.tuples(words, words, words, words), key=st.tuples(words, words))
def test_same_words_as_numpy(counter, key):
    """NumPy adds one to the counter, lowest word first, before its first block."""
    before = (sum(word << (64 * place) for place, word in enumerate(counter)) - 1) % WORD**4
    theirs = np.random.Philox(counter=before, key=key[0] + (key[1] << 64)).random_raw(4)
    assert philox(*unsigned(*counter, *key)) == tuple(int(word) for word in theirs)


@settings(deadline=None)
@given(seed=integers, history=integers, year=integers, entity=integers, channel=integers)
def test_address_is_the_counter_and_seed_the_key(seed, history, year, entity, channel):
    ours = raw(seed, history, year, entity, channel)
    assert ours == philox(*unsigned(history, year, entity, channel, seed, LAYOUT_VERSION))
    assert uniform(seed, history, year, entity, channel) == ((ours[0] >> 12) + 0.5) / 2**52


def test_golden_draws_of_layout_1():
    """These move only with LAYOUT_VERSION. The last bit of a normal may differ where the logarithm does."""
    assert LAYOUT_VERSION == 1
    addresses = [(7, 0, 1953, 0, 0), (7, 199, 2025, 40, 12), (-1, 3, 1994, 2, 5)]
    assert [uniform(*address).hex() for address in addresses] == GOLDEN_UNIFORM
    np.testing.assert_allclose([normal(*address) for address in addresses], GOLDEN_NORMAL, rtol=1e-15)


def test_every_part_of_the_address_matters_and_addresses_do_not_collide():
    parts = np.arange(-2, 3)
    grid = np.array(np.meshgrid(parts, parts, parts, parts, parts)).reshape(5, -1).T
    draws = {raw(*(int(part) for part in address)) for address in grid}
    assert len(draws) == len(grid)


def address_of(answer, seed):
    """Return the address whose four words are `answer`: the rounds of Philox undone, last first."""
    inverse_0, inverse_1 = (
        pow(multiplier, -1, WORD) for multiplier in (keys.MULTIPLIER_0, keys.MULTIPLIER_1)
    )
    y0, y1, y2, y3 = answer
    for turn in reversed(range(keys.ROUNDS)):
        k0, k1 = (seed + turn * keys.WEYL_0) % WORD, (LAYOUT_VERSION + turn * keys.WEYL_1) % WORD
        x0, x2 = y3 * inverse_0 % WORD, y1 * inverse_1 % WORD
        x1, x3 = y0 ^ (keys.MULTIPLIER_1 * x2 >> 64) ^ k0, y2 ^ (keys.MULTIPLIER_0 * x0 >> 64) ^ k1
        y0, y1, y2, y3 = x0, x1, x2, x3
    return unsigned(seed, y0, y1, y2, y3)


@settings(deadline=None)
@given(answer=st.tuples(words, words, words, words), seed=words)
def test_every_four_words_are_drawn_at_exactly_one_address(answer, seed):
    assert raw(*address_of(answer, seed)) == answer


def test_a_draw_is_never_zero_or_one():
    """Draw at the addresses whose first word is the smallest and the largest there is."""
    lowest, highest = address_of((0, 1, 2, 3), 7), address_of((ONES, 1, 2, 3), 7)
    assert uniform(*lowest) == 2.0**-53
    assert uniform(*highest) == 1.0 - 2.0**-53
    assert -8.21 < normal(*lowest) == -normal(*highest) < -8.2


@njit
def draws_along(draw, seed, axis, count, start):
    """Return `count` draws along one axis of the address (0 seed, 1 history, 2 year, 3 entity, 4 channel)."""
    result = np.empty(count)
    address = np.array([seed, 11, 1994, 3, 5])
    for position in range(count):
        address[axis] = start + position
        result[position] = draw(address[0], address[1], address[2], address[3], address[4])
    return result


AXES = ["seed", "history", "year", "entity", "channel"]


@pytest.mark.parametrize("axis", range(5), ids=AXES)
def test_uniform_along_every_axis(axis):
    """Kolmogorov-Smirnov for the whole range; chi-squared over 256 cells for the low bits."""
    draws = draws_along(uniform, 20, axis, 100_000, 0)
    assert stats.kstest(draws, "uniform").pvalue > ALPHA
    low_bits = (draws * 2.0**44) % 1.0
    cells = np.bincount((low_bits * 256).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > ALPHA


@pytest.mark.parametrize("axis", range(5), ids=AXES)
def test_normal_along_every_axis(axis):
    draws = draws_along(normal, 21, axis, 100_000, 0)
    assert stats.kstest(draws, "norm").pvalue > ALPHA


@pytest.mark.parametrize("axis", range(5), ids=AXES)
def test_neighbouring_addresses_are_independent(axis):
    """Chi-squared over 16 x 16 cells of pairs that do not overlap, at distances 1, 2 and 64."""
    draws = draws_along(uniform, 22, axis, 128 * 1000, -500)
    for distance in (1, 2, 64):
        pairs = draws.reshape(-1, 2, distance).transpose(1, 0, 2).reshape(2, -1)
        cells = np.histogram2d(*pairs, bins=16, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(cells.ravel()).pvalue > ALPHA


def test_streams_of_two_entities_are_uncorrelated_over_time():
    """Pairs of 60 entities over 2,000 years: the largest of 1,770 correlations, against its normal bound."""
    streams = np.array([draws_along_year(23, entity, 2000) for entity in range(60)])
    correlations = np.corrcoef(streams)[np.triu_indices(60, 1)]
    bound = stats.norm.isf(ALPHA / 2 / correlations.size) / np.sqrt(2000)
    assert np.abs(correlations).max() < bound


@njit
def draws_along_year(seed, entity, count):
    """Return normal draws of one entity, year after year."""
    result = np.empty(count)
    for year in range(count):
        result[year] = normal(seed, 0, year, entity, 1)
    return result


def test_normal_quantile_against_scipy():
    """Over the middle, both tails and the joints of the three formulas; SciPy is good to about 4e-16."""
    tails = 2.0 ** -np.linspace(1.001, 53, 20_001)
    joints = np.concatenate(
        [0.5 - 0.425 + np.linspace(-1e-9, 1e-9, 101), np.exp(-25.0) * np.linspace(0.9, 1.1, 101)]
    )
    small = np.concatenate([tails, joints])
    probabilities = np.concatenate([small, 1.0 - small, np.linspace(0.001, 0.999, 20_000)])
    ours = np.array([normal_quantile(probability) for probability in probabilities])
    np.testing.assert_allclose(ours, stats.norm.ppf(probabilities), rtol=NORMAL_RELATIVE_ERROR)
    assert normal_quantile(0.5) == 0.0


def test_normal_is_the_quantile_of_the_uniform_of_the_same_address():
    for address in [(1, 2, 3, 4, 5), (9, 0, 1984, 7, 0)]:
        assert normal(*address) == normal_quantile(uniform(*address))


def test_uncompiled_functions_give_the_same_bits():
    addresses = [(7, 0, 1953, 0, 0), (-1, 2**63 - 1, -5, 40, 12), (2**62, 1, 2025, 2, 5)]
    program = (
        "from latecomer.keys import raw, uniform, normal\n"
        f"for address in {addresses}:\n"
        "    print(*raw(*address), uniform(*address).hex(), normal(*address).hex())\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    for address, line in zip(addresses, result.stdout.splitlines(), strict=True):
        *their_words, their_uniform, their_normal = line.split()
        assert tuple(int(word) for word in their_words) == raw(*address)
        assert their_uniform == uniform(*address).hex()
        assert their_normal == normal(*address).hex()


def test_compiled_functions_release_the_interpreter_lock():
    assert all(getattr(keys, name).options["nogil"] for name in ("raw", "uniform", "normal"))
