"""Do nests, shares of revenue, given prices and the two inversions agree with their definitions and with each other?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_market import owners, random_market

from latecomer.errors import UsageError
from latecomer.market import (
    consumer_surplus,
    diversion_ratios,
    elasticities,
    equilibrium,
    implied_costs,
    implied_mean_utility,
    merger_effect,
    shares,
)

FIRM = np.arange(12) % 5
NESTS = np.repeat(["car", "van", "truck"], [5, 6, 1])
SMALL = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 10_000)
FORMS = st.sampled_from([{}, {"nests": NESTS, "nesting": 0.4}, {"nests": NESTS, "nesting": 0.8}])


def nested_shares(prices, mean_utility, slope, other, weights, nesting, nests=NESTS):
    """Return shares of nested logit, written out."""
    value = np.exp((mean_utility + other + slope[:, None] * prices) / (1 - nesting))
    inside = np.stack([value[:, nests == name].sum(axis=1) for name in np.unique(nests)], axis=1)
    of_nest = inside ** (1 - nesting) / (1 + (inside ** (1 - nesting)).sum(axis=1, keepdims=True))
    which = np.unique(nests, return_inverse=True)[1]
    return weights @ (value / inside[:, which] * of_nest[:, which])


def slopes_by_differences(share, prices):
    """Return dS_j/dP_k [j, k]."""
    slopes = np.empty((prices.size, prices.size))
    for k in range(prices.size):
        step = np.zeros(prices.size)
        step[k] = 1e-5
        slopes[:, k] = (share(prices + step) - share(prices - step)) / 2e-5
    return slopes


@pytest.mark.parametrize("nesting", [0.2, 0.7])
def test_nested_logit_by_its_definition(nesting):
    *demand, cost = random_market(3)
    form = {"nests": NESTS, "nesting": nesting}
    found = equilibrium(*demand, cost, FIRM, **form, second_order=True)
    assert found.converged and found.second_order_ok
    share = nested_shares(found.prices, *demand, nesting)
    assert np.allclose(found.shares, share, rtol=1e-12)
    assert np.allclose(shares(found.prices, *demand, **form), share, rtol=1e-12)
    slopes = slopes_by_differences(lambda p: nested_shares(p, *demand, nesting), found.prices)
    residual = share + (owners(FIRM) * slopes.T) @ (found.prices - cost)
    assert np.max(np.abs(residual / share)) < 1e-7
    elastic = elasticities(found.prices, *demand, **form)
    assert np.allclose(elastic, slopes * found.prices / share[:, None], rtol=1e-6, atol=1e-8)
    assert np.allclose(diversion_ratios(found.prices, *demand, **form).sum(axis=1), 1)


def test_partial_ownership_across_nests():
    *demand, cost = random_market(4)
    ownership = np.random.default_rng(1).uniform(0, 0.4, (12, 12))
    np.fill_diagonal(ownership, 1.0)
    found = equilibrium(*demand, cost, ownership=ownership, nests=NESTS, nesting=0.5)
    slopes = slopes_by_differences(lambda p: nested_shares(p, *demand, 0.5), found.prices)
    residual = found.shares + (ownership * slopes.T) @ (found.prices - cost)
    assert np.max(np.abs(residual / found.shares)) < 1e-7


def test_one_nest_and_no_outside_choice_to_speak_of_is_logit_with_steeper_utility():
    """If all products are one nest and buyers always buy, s_j is logit in u / (1 - nesting)."""
    *demand, _ = random_market(0)
    demand[0] = demand[0] + 200.0
    prices = np.linspace(1.0, 2.0, 12)
    found = shares(prices, *demand, nests=np.zeros(12), nesting=0.5)
    steep = shares(prices, demand[0] * 2, demand[1] * 2, demand[2] * 2, demand[3])
    assert np.allclose(found, steep, rtol=1e-11)


@SMALL
@given(seed=SEEDS)
def test_nested_logit_at_zero_is_plain_logit(seed):
    *demand, cost = random_market(seed)
    plain = equilibrium(*demand, cost, FIRM)
    nested = equilibrium(*demand, cost, FIRM, nests=NESTS, nesting=0.0)
    assert np.array_equal(plain.prices, nested.prices)
    close = equilibrium(*demand, cost, FIRM, nests=NESTS, nesting=1e-12)  # the other kernel
    assert np.allclose(plain.prices, close.prices, rtol=1e-10)
    assert consumer_surplus(cost, *demand, nests=NESTS, nesting=1e-12) == pytest.approx(
        consumer_surplus(cost, *demand), rel=1e-9
    )


@SMALL
@given(seed=SEEDS, form=FORMS, revenue=st.booleans())
def test_implied_costs_invert_the_equilibrium(seed, form, revenue):
    *demand, cost = random_market(seed)
    form = form | {"revenue": revenue}
    found = equilibrium(*demand, cost, FIRM, **form)
    assert found.converged
    assert np.allclose(implied_costs(found.prices, *demand, FIRM, **form), cost, rtol=1e-9)


@SMALL
@given(seed=SEEDS, form=FORMS)
def test_implied_mean_utility_inverts_shares(seed, form):
    mean, *rest = random_market(seed)[:4]
    prices = np.random.default_rng(seed).uniform(1, 4, 12)
    share = shares(prices, mean, *rest, **form)
    assert np.allclose(implied_mean_utility(share, prices, *rest, **form), mean, rtol=1e-8, atol=1e-9)


def test_implied_mean_utility_of_a_share_of_zero_and_of_several_markets():
    mean, *rest = random_market(1)[:4]
    prices = np.full((2, 12), 2.0)
    mean = np.where(np.arange(12) == 3, -np.inf, mean)
    share = shares(prices, mean, *rest)
    found = implied_mean_utility(share, prices, *rest)
    assert found.shape == (2, 12) and np.all(np.isneginf(found[:, 3]))
    assert np.allclose(np.delete(found[1], 3), np.delete(mean, 3), rtol=1e-9)


@SMALL
@given(seed=SEEDS, form=FORMS, product=st.integers(0, 11))
def test_a_lower_price_or_a_better_product_never_lowers_the_surplus(seed, form, product):
    *demand, cost = random_market(seed)
    prices = 1.5 * cost
    before = consumer_surplus(prices, *demand, **form)
    lower = prices.copy()
    lower[product] *= 0.9
    assert consumer_surplus(lower, *demand, **form) > before
    better = demand[0].copy()
    better[product] += 0.1
    assert consumer_surplus(prices, better, *demand[1:], **form) > before


@SMALL
@given(seed=SEEDS, form=FORMS, chosen=st.sets(st.integers(0, 11)))
def test_prices_fixed_at_the_equilibrium_leave_it_as_it_is(seed, form, chosen):
    *demand, cost = random_market(seed)
    free = equilibrium(*demand, cost, FIRM, **form)
    fixed = np.where(np.isin(np.arange(12), list(chosen)), free.prices, np.nan)
    found = equilibrium(*demand, cost, FIRM, fixed_prices=fixed, **form)
    assert found.converged and np.allclose(found.prices, free.prices, rtol=1e-9)
    kept = np.isfinite(fixed)
    assert np.array_equal(found.prices[kept], free.prices[kept])


def test_the_others_answer_a_fixed_price():
    *demand, cost = random_market(2)
    free = equilibrium(*demand, cost, FIRM)
    fixed = np.full(12, np.nan)
    fixed[0] = 0.3 * cost[0]  # far below cost, and below the lowest price that a seller would be let choose
    found = equilibrium(*demand, cost, FIRM, fixed_prices=fixed, second_order=True, search=True)
    assert found.converged and found.second_order_ok and found.prices[0] == fixed[0]
    slopes = slopes_by_differences(lambda p: shares(p, *demand), found.prices)
    residual = (found.shares + (owners(FIRM) * slopes.T) @ (found.prices - cost)) / found.shares
    assert np.max(np.abs(residual[1:])) < 1e-7 < abs(residual[0])
    assert np.all(found.prices[1:] != free.prices[1:])
    with pytest.raises(UsageError, match=r"fixed_prices\[0\]"):
        equilibrium(*demand, cost, FIRM, fixed_prices=fixed, capacity=np.ones(12))
    rationed = equilibrium(
        *demand, cost, FIRM, fixed_prices=fixed, capacity=np.full(12, 0.01), capacity_rule="rationing"
    )
    assert np.array_equal(rationed.prices, equilibrium(*demand, cost, FIRM, fixed_prices=fixed).prices)


@pytest.mark.parametrize("box_cox", [0.0, 0.5])
@pytest.mark.parametrize("nesting", [0.0, 0.5])
def test_shares_of_revenue_by_profit_itself(box_cox, nesting):
    """No seller gains by another price: profit is sum of S_j (1 - c_j / P_j)."""
    *demand, cost = random_market(5)
    form = {"box_cox": box_cox, "nests": NESTS, "nesting": nesting}
    found = equilibrium(*demand, cost, FIRM, revenue=True, **form, second_order=True)
    assert found.converged and found.second_order_ok

    def profit(prices, firm):
        return (shares(prices, *demand, **form) * (1 - cost / prices))[firm == FIRM].sum()

    for j in range(12):
        step = np.zeros(12)
        step[j] = 1e-4 * found.prices[j]
        here = profit(found.prices, FIRM[j])
        up, down = (profit(found.prices + side * step, FIRM[j]) for side in (1, -1))
        assert up < here > down
        assert abs(up - down) < 1e-3 * (2 * here - up - down)


def test_shares_of_revenue_have_the_markup_of_constant_elasticity():
    """One small seller under ln P: quantity has elasticity a - 1, so that P = c (1 - a) / -a."""
    found = equilibrium([-30.0], [-3.0], np.zeros((1, 1)), [1.0], [2.0], [1], box_cox=0.0, revenue=True)
    assert found.prices[0] == pytest.approx(2.0 * 4 / 3, rel=1e-10)
    shallow = equilibrium([-30.0], [-0.5], np.zeros((1, 1)), [1.0], [2.0], [1], box_cox=0.0, revenue=True)
    assert shallow.prices[0] == pytest.approx(2.0 * 1.5 / 0.5, rel=1e-10)


def test_a_merger_in_nests_raises_prices_most_within_the_nest():
    *demand, cost = random_market(6, heterogeneity=0.0)
    before, after = np.arange(12), np.where(np.arange(12) == 1, 0, np.arange(12))
    effect = merger_effect(*demand, cost, before, firm_after=after, nests=NESTS, nesting=0.6)
    assert effect.price_change[:2].min() > effect.price_change[2:].max() > 0
    assert effect.consumer_surplus_change < 0


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"nesting": 0.5}, "a nest for each product"),
        ({"nesting": 1.0, "nests": NESTS}, "from 0 to below 1"),
        ({"nesting": 0.5, "nests": ["car", *[None] * 11]}, "nests[1]"),
        ({"nesting": 0.5, "nests": NESTS[:4]}, "shape (12,) for [j]"),
        ({"revenue": True, "capacity": np.ones(12)}, "shares are of revenue"),
        ({"revenue": True, "cost": np.zeros(12)}, "as shares are of revenue"),
        ({"fixed_prices": np.full(12, np.inf)}, "NaN for a price to be found"),
    ],
)
def test_bad_forms_are_refused(change, part):
    names = ("mean_utility", "price_sensitivity", "other_utility", "weights", "cost")
    arguments = dict(zip(names, random_market(0), strict=True)) | {"firm": FIRM} | change
    with pytest.raises(UsageError) as caught:
        equilibrium(**arguments)
    assert part in str(caught.value)
