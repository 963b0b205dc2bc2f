"""T1: do our parts, in continuous time, become InCaLead (Almudi, Fatas-Villafranca and Izquierdo 2012)?"""

from dataclasses import replace

import numpy as np
import pytest

from latecomer.docking import dock
from latecomer.docking.incalead import (
    CASE,
    STEP,
    change,
    first_time,
    market_shares,
    outcomes,
    runge_kutta,
    start,
    world,
)
from latecomer.docking.tables import TARGETS, table


@pytest.fixture(scope="module")
def found():
    return dock("incalead").table.set_index("target")


@pytest.mark.parametrize("target", table(CASE, TARGETS)["name"])
def test_each_target_is_met(found, target):
    row = found.loc[target]
    assert row["met"], f"{row['found']:.3f} where {row['value']} +-{row['band']} is to be met"
    assert np.isnan(row["standard_error"])


def test_the_step_does_not_matter():
    fine, coarse = outcomes(STEP), outcomes(2 * STEP)
    assert list(fine) == list(coarse)
    for name, value in fine.items():
        assert coarse[name][0] == pytest.approx(value[0], abs=1e-3, nan_ok=True), name


def test_the_method_is_of_fourth_order():
    def error(step):
        state = np.ones(1)
        for place in range(round(1 / step)):
            state = runge_kutta(lambda t, y: -y, place * step, state, step)
        return abs(state[0] - np.exp(-1.0))

    assert error(0.1) / error(0.05) == pytest.approx(16, rel=0.1)


def test_shares_follow_the_replicator():
    given = world([""])
    state = start(given)
    capital, debt, performance = state[0, 0], state[1, 0], state[2, 0]
    share = capital / capital.sum()
    price = (1 + share) * (1 + 0.3 * debt / capital)
    fitness = 0.5 * (performance / performance.mean() - 1) - 0.5 * (price / price.mean() - 1)
    growth = change(0.0, state, given)[0, 0]
    told = growth / capital.sum() - share * growth.sum() / capital.sum()
    assert told == pytest.approx(share * (fitness - share @ fitness))
    assert growth.sum() / capital.sum() == pytest.approx(0.05)


def test_equal_nations_stay_equal():
    given = world([""])
    equal = replace(given, of={name: np.full((1, 3), values.mean()) for name, values in given.of.items()})
    _, shares = market_shares(equal, end=50)
    assert shares == pytest.approx(1 / 3)


@pytest.mark.parametrize("part", ["one", "of"])
def test_every_parameter_but_the_unit_of_output_moves_the_shares(part):
    """Output per capital scales output and divides unit cost: nothing else depends on it."""
    given = world([""])
    _, shares = market_shares(given, end=30)
    for name, values in getattr(given, part).items():
        for place in range(values.shape[1]):
            changed = values.copy()
            changed[0, place] = 1.1 * changed[0, place] if changed[0, place] else 5.0
            other = replace(given, **{part: {**getattr(given, part), name: changed}})
            same = np.allclose(market_shares(other, end=30)[1], shares, rtol=0, atol=1e-7)
            assert same == (name == "capital_productivity"), name


def test_a_time_is_read_between_steps():
    times = np.array([0.0, 1.0, 2.0])
    assert first_time(times, np.array([-1.0, -0.25, 0.75])) == pytest.approx(1.25)
    assert first_time(times, np.array([1.0, -1.0, 1.0])) == 0.0
    assert np.isnan(first_time(times, np.array([-1.0, -1.0, 0.0])))
