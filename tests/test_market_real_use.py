"""Does the market give the right answer to inputs such as users bring, and say what is wrong with the others?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from latecomer.errors import UsageError
from latecomer.market import (
    NotConverged,
    consumer_surplus,
    elasticities,
    equilibrium,
    implied_costs,
    implied_mean_utility,
    merger_effect,
    shares,
)

FOLDER = Path(__file__).parent / "real_use"


def columns(name):
    """Return a table's columns as arrays: of numbers where all are, else of text."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    found = {}
    for column in rows[0]:
        texts = [row[column] for row in rows]
        try:
            found[column] = np.array([float(text) for text in texts])
        except ValueError:
            found[column] = np.array(texts)
    return found


def plain(slope, products):
    """Return slopes, other utilities and weights of one buyer who stands for all."""
    return np.array([slope]), np.zeros((1, products)), np.ones(1)


@pytest.mark.parametrize("nests", [None, ["a", "a", "b"]])
def test_three_products(nests):
    """Also as nested logit with nesting parameter zero."""
    given = columns("three_products")
    rest, form = plain(-0.1, 3), {"nests": nests, "nesting": 0.0}
    mean = implied_mean_utility(given["share"], given["price"], *rest, **form)
    assert shares(given["price"], mean, *rest, **form) == pytest.approx(given["share"], rel=1e-14)
    cost = implied_costs(given["price"], mean, *rest, given["owner_before"], **form)
    assert cost == pytest.approx(given["cost"], rel=1e-9)
    effect = merger_effect(
        mean,
        *rest,
        cost,
        given["owner_before"],
        firm_after=given["owner_after"],
        start=given["price"],
        **form,
    )
    assert effect.before.prices == pytest.approx(given["price"], rel=1e-11)
    assert effect.after.prices == pytest.approx(given["price_after"], abs=5e-9)
    assert 100 * effect.after.shares == pytest.approx(given["units_after_of_100_buyers"], abs=5e-8)
    assert effect.price_change == pytest.approx(given["price_change"], abs=5e-10)


def test_three_products_at_low_prices():
    given = columns("three_products_cheap")
    effect = merger_effect(
        given["mean_utility"],
        *plain(-0.9, 3),
        given["cost"],
        given["owner_before"],
        firm_after=given["owner_after"],
    )
    assert effect.before.prices == pytest.approx(given["price_before"], abs=5e-9)
    assert effect.after.prices == pytest.approx(given["price_after"], abs=5e-9)


@pytest.mark.parametrize("constant", [20.0, 100.0, 800.0])
def test_no_outside_good(constant):
    given = columns("no_outside_good")
    assert given["share"].sum() == pytest.approx(1.0)
    rest = plain(-80.0, 6)
    mean = np.log(given["share"]) + 80.0 * given["price"] + constant
    cost = implied_costs(given["price"], mean, *rest, given["owner_before"])
    effect = merger_effect(
        mean, *rest, cost, given["owner_before"], firm_after=given["owner_after"], start=given["price"]
    )
    assert effect.price_change == pytest.approx(given["price_change"], abs=5e-9)
    with pytest.raises(UsageError, match="outside good"):
        implied_mean_utility(given["share"] / given["share"].sum(), given["price"], *rest)


@pytest.fixture(scope="module")
def cereal():
    buyers = columns("cereal_buyers")
    other = np.stack([buyers[f"other_{j}"] for j in range(24)], axis=1)
    return columns("cereal_products"), (buyers["price_sensitivity"], other, buyers["weight"])


def test_cereal_merger(cereal):
    given, rest = cereal
    mean, cost = given["mean_utility"], given["cost"]
    effect = merger_effect(
        mean, *rest, cost, given["owner_before"], firm_after=given["owner_after"], start=given["price"]
    )
    assert effect.before.evaluations <= 2
    assert effect.before.prices == pytest.approx(given["price"], rel=1e-12)
    assert effect.after.prices == pytest.approx(given["price_after"], rel=1e-10)
    own = np.diag(elasticities(given["price"], mean, *rest))
    assert own == pytest.approx(given["own_elasticity"], rel=1e-10)
    assert own.mean() == pytest.approx(-4.2114, abs=5e-5)


def test_cereal_costs_and_mean_utilities_follow_from_what_is_observed(cereal):
    given, rest = cereal
    mean = implied_mean_utility(given["share"], given["price"], *rest)
    assert mean == pytest.approx(given["mean_utility"], rel=1e-8)
    cost = implied_costs(given["price"], given["mean_utility"], *rest, given["owner_before"])
    assert cost == pytest.approx(given["cost"], rel=1e-10)


def two_sellers(slope, **options):
    """Return two like products under ln P."""
    return equilibrium(
        [0.0, 0.0], [slope], np.zeros((1, 2)), [1.0], [1.0, 1.0], [1, 2], box_cox=0.0, **options
    )


@pytest.mark.parametrize("slope", [-1.0, -0.999, -0.9, -0.5, -0.01])
def test_no_finite_price_is_not_taken_for_one(slope):
    with pytest.warns(NotConverged, match="no finite price exists"):
        found = two_sellers(slope)
    assert not found.converged and found.evaluations < 200
    assert "price_sensitivity of -1 or nearer zero" in found.reason


def test_a_share_that_never_falls_to_zero_has_no_best_price():
    with pytest.warns(NotConverged, match="box_cox below 0"):
        found = equilibrium([0.0], [-0.5], np.zeros((1, 1)), [1.0], [1.0], [1], box_cox=-0.5)
    assert not found.converged


def test_a_slope_just_steep_enough_has_its_price():
    found = two_sellers(-1.02)
    assert found.prices == pytest.approx([96.20694303] * 2, abs=5e-9)
    assert found.converged and found.reason == ""


def test_an_earlier_equilibrium_is_a_start_where_a_product_was_absent():
    rest = [-1.0], np.zeros((1, 3)), [1.0], [1.0, 1.0, 1.0], [1, 2, 3]
    before = equilibrium([-np.inf, 1.0, 1.0], *rest)
    found = equilibrium([1.0, 1.0, 1.0], *rest, start=before)
    assert found.prices == pytest.approx([2.18923074] * 3, abs=5e-9)


@pytest.mark.parametrize(
    ("owners", "places"),
    [
        (["A", "B", None], ["firm[2]"]),
        (["A", float("nan"), None], ["firm[1]", "firm[2]"]),
        ([1.0, np.nan, 2.0], ["firm[1]"]),
        (np.array([1.0, np.nan, 2.0]), ["firm[1]"]),
        (["1", 1, 2], ["firm[0]"]),
        (np.array(["1", 1, 2], dtype=object), ["firm[0]"]),
        (["A", "B", np.datetime64("NaT")], ["firm[2]"]),
        ([None, None, None], ["firm[0]", "firm[1]", "firm[2]"]),
    ],
)
def test_missing_or_mixed_owners_are_named_with_all_other_problems(owners, places):
    with pytest.raises(UsageError) as caught:
        equilibrium([1.0, 1.0, 1.0], [0.5], np.zeros((1, 3)), [1.0], [1.0, np.nan], owners)
    message = str(caught.value)
    for part in [*places, "price_sensitivity[0]", "cost: ", "shape (3,)"]:
        assert part in message
    assert len(caught.value.problems) == len(places) + 2


def test_owners_of_a_data_frame_with_one_missing():
    pandas = pytest.importorskip("pandas")
    demand = [1.0, 1.0, 1.0], [-1.0], np.zeros((1, 3)), [1.0], [1.0, 1.0, 1.0]
    for kind in ("string", "object", "category"):
        with pytest.raises(UsageError, match=r"firm\[1\]"):
            equilibrium(*demand, pandas.Series(["A", pandas.NA, "B"], dtype=kind))
    found = equilibrium(*demand, pandas.Series(["A", "A", "B"], dtype="string"))
    assert found.prices[0] == found.prices[1] > found.prices[2]
    absent = equilibrium(
        [1.0, -np.inf, 1.0], *demand[1:], ["A", None, "B"]
    )  # nobody owns what is not offered
    assert absent.converged


def test_buyers_who_do_not_mind_a_price_are_named_with_what_to_do():
    slopes = np.array([-1.0, 0.0, -2.0, 0.3])
    demand = np.ones(2), slopes, np.zeros((4, 2)), np.full(4, 0.25)
    with pytest.raises(UsageError) as caught:
        equilibrium(*demand, [1.0, 1.0], [1, 2])
    for part in ("price_sensitivity[1]", "2 of 4 buyers", "(1, 3)", "lognormal", "leave these buyers out"):
        assert part in str(caught.value)
    prices = np.array([1.0, 2.0])
    probability = np.exp(1 + slopes[:, None] * prices)
    probability /= 1 + probability.sum(axis=1, keepdims=True)
    assert shares(prices, *demand) == pytest.approx(probability.mean(axis=0), rel=1e-13)
    with pytest.raises(UsageError, match="price_sensitivity"):
        consumer_surplus(prices, *demand)
    assert consumer_surplus(prices, *demand, value_of_money=np.ones(4)) > 0
