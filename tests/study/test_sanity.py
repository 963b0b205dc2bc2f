"""Do reforms move buyers' surplus the way that common sense says, and is it the same money on both sides?"""

import numpy as np
import pytest

from latecomer.case.reform import Reform, laid_over
from latecomer.run import run_variants
from latecomer.study.compare import Comparison, compare
from latecomer.study.worth import flows

SURPLUS = ("consumer_surplus", "surplus_by_buyer", "region_surplus")


def own_brands(**levers):
    """Return a reform of what all own brands do from 1994 on."""
    return Reform(firms={"own_brands": {name.replace("_", "."): {1994: to} for name, to in levers.items()}})


def gained(case, reform, histories):
    """Return what buyers gain by a reform over all years in every history (billion CNY)."""
    return flows(compare(case, reform, histories=histories))["surplus"].sum(axis=1)


def test_cheaper_own_brands_please_buyers(case):
    assert (gained(case, own_brands(price_stance=0.1), 8) > 0.0).all()


@pytest.mark.slow
def test_buyers_gain_by_cheaper_own_brands_and_lose_by_dearer_ones(case):
    """In all histories for the first, in nearly all for the second: where own brands give way, ventures grow, which the rich and
    offices like better."""
    assert (gained(case, own_brands(price_stance=0.1), 60) > 0.0).all()
    assert (gained(case, own_brands(price_stance=-0.1), 60) < 0.0).mean() >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("lever", ["research_effort", "plant_ambition"])
def test_buyers_lose_where_own_brands_do_without_research_or_plant(case, lever):
    to = {"research_effort": 0.0, "plant_ambition": 0.333}[lever]
    assert (gained(case, own_brands(**{lever: to}), 40) < 0.0).mean() >= 0.95


@pytest.mark.slow
def test_buyers_lose_by_a_tax(case):
    assert (gained(case, Reform({"tax.value_added": {1994: 0.3}}), 40) < 0.0).all()


@pytest.mark.slow
@pytest.mark.xfail(
    reason="fuel enters the utility of electric cars only, so that dear oil makes them better and nothing worse"
)
def test_buyers_lose_by_dear_oil(case):
    assert (gained(case, Reform(world={"oil_price": {2005: "x5"}}), 40) < 0.0).mean() >= 0.9


def test_a_null_reform_moves_no_surplus(case):
    found = compare(case, Reform({"tariff.car": "history"}), histories=2)
    assert not any(found.differences(name).any() for name in SURPLUS)


def test_two_reforms_in_a_row_add_up(case):
    """What buyers gain from A to B and from B to C is what they gain from A to C, whichever side is called history."""
    first, second = own_brands(price_stance=0.1), Reform({"tariff.car": {1994: 0.0}})
    sides = [laid_over(case, *reforms)[1] for reforms in ((), (first,), (first, second))]
    runs = run_variants(sides, histories=2)
    steps = [Comparison((), runs[a], runs[b], 1994, None) for a, b in ((0, 1), (1, 2), (0, 2), (1, 0))]
    for name in SURPLUS:
        there, on, whole, back = (step.differences(name) for step in steps)
        assert there.any() and on.any()
        assert np.allclose(there + on, whole, rtol=0.0, atol=1e-8)
        assert np.array_equal(there, -back)
