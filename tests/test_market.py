"""Are the prices right: by a slow oracle, by closed forms, by what a change of owners or capacity must and must not do?"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.special import lambertw

import latecomer.market as market
from latecomer.errors import Problems, UsageError
from latecomer.market import (
    Equilibrium,
    NotConverged,
    consumer_surplus,
    diversion_ratios,
    elasticities,
    equilibrium,
    merger_effect,
    shares,
)
from latecomer.pricing.checks import Form, checked_batch
from latecomer.pricing.solver import FASTEST_PACE, fill_paces
from latecomer.pricing.sums import EXACT, KEPT, ROUGH, STEPPED, fill_jacobian, fill_sums
from latecomer.pricing.tiles import prepare_market

SEEDS = range(6)


def random_market(seed, products=12, agents=90, heterogeneity=1.0):
    """Return (mean_utility, price_sensitivity, other_utility, weights, cost); weights sum to about 0.8."""
    draw = np.random.default_rng([seed, products, agents])
    return (
        draw.normal(1.0, 1.0, products),
        -np.exp(draw.normal(0.3, 0.4 * heterogeneity, agents)),
        heterogeneity * draw.normal(0.0, 1.0, (agents, products)),
        draw.dirichlet(np.ones(agents)) * draw.uniform(0.6, 1.0),
        np.exp(draw.normal(0.5, 0.3, products)),
    )


def plain_logit(seed, products=6):
    """Return a market whose only agent has weight one and no taste beyond the mean."""
    draw = np.random.default_rng([7, seed])
    cost = draw.uniform(1.0, 2.0, products)
    return draw.normal(1.0, 1.0, products), np.array([-1.3]), np.zeros((1, products)), np.ones(1), cost


def price_term(prices, box_cox):
    if box_cox is None:
        return prices, np.ones_like(prices)
    if box_cox == 0:
        return np.log(prices), 1 / prices
    return (prices**box_cox - 1) / box_cox, prices ** (box_cox - 1)


def choice_probabilities(prices, mean_utility, price_sensitivity, other_utility, box_cox=None):
    """Return s_ij [i, j], written out."""
    utility = mean_utility + other_utility + price_sensitivity[:, None] * price_term(prices, box_cox)[0]
    top = np.maximum(utility.max(axis=1, keepdims=True), 0)
    values = np.exp(utility - top)
    return values / (np.exp(-top) + values.sum(axis=1, keepdims=True))


def share_slopes(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox=None):
    """Return dS_j/dP_k [j, k] with every matrix written out."""
    s = choice_probabilities(prices, mean_utility, price_sensitivity, other_utility, box_cox)
    marginal = price_sensitivity[:, None] * price_term(prices, box_cox)[1]
    each = np.einsum("i,ik,ij,jk->jk", weights, marginal, s, np.eye(prices.size))
    return each - np.einsum("i,ik,ij,ik->jk", weights, marginal, s, s)


def first_order_residual(prices, demand, cost, ownership, box_cox=None):
    """Return S_j + sum_k O_jk (P_k - c_k) dS_k/dP_j, relative to S_j: the oracle for every equilibrium here."""
    share = demand[3] @ choice_probabilities(prices, *demand[:3], box_cox)
    slopes = share_slopes(prices, *demand, box_cox)
    return (share + (ownership * slopes.T) @ (prices - cost)) / share


def owners(firm):
    return (np.asarray(firm)[:, None] == np.asarray(firm)[None, :]).astype(float)


def joint_venture_ownership():
    """Return the owners of 12 products: two groups of four, and a venture of four that counts by half for the first."""
    kind = np.repeat([0, 1, 2], 4)
    ownership = owners(kind)
    ownership[np.ix_(kind == 0, kind == 2)] = 0.5
    ownership[np.ix_(kind == 1, kind == 2)] = 0.3
    return ownership


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("box_cox", [None, 1.0, 0.4, 0.0])
def test_first_order_conditions_hold_by_the_oracle(seed, box_cox):
    *demand, cost = random_market(seed)
    if box_cox is not None:
        demand[1] = demand[1] * 2 - 1.5  # under a log price a seller needs an elasticity above one
    firm = np.arange(12) % 5
    found = equilibrium(*demand, cost, firm, box_cox=box_cox, second_order=True)
    assert found.converged and found.second_order_ok
    residual = first_order_residual(found.prices, demand, cost, owners(firm), box_cox)
    assert np.max(np.abs(residual)) < 1e-10
    assert found.residual <= 1e-12 and found.price_change <= 1e-12
    assert np.allclose(found.shares, demand[3] @ choice_probabilities(found.prices, *demand[:3], box_cox))
    assert np.allclose(found.markups, (found.prices - cost) / found.prices, rtol=1e-14)


@pytest.mark.parametrize("seed", SEEDS)
def test_partial_ownership_by_the_oracle(seed):
    *demand, cost = random_market(seed)
    ownership = joint_venture_ownership()
    found = equilibrium(*demand, cost, ownership=ownership)
    assert np.max(np.abs(first_order_residual(found.prices, demand, cost, ownership))) < 1e-10
    alone = equilibrium(*demand, cost, np.repeat([0, 1, 2], 4))
    assert np.all(found.prices[:8] > alone.prices[:8])  # a stake in a rival softens competition


@pytest.mark.parametrize("seed", SEEDS)
def test_any_nonnegative_ownership_by_the_oracle(seed):
    *demand, cost = random_market(seed)
    ownership = np.random.default_rng(seed).uniform(0, 0.4, (12, 12))
    np.fill_diagonal(ownership, 1.0)
    found = equilibrium(*demand, cost, ownership=ownership)
    assert np.max(np.abs(first_order_residual(found.prices, demand, cost, ownership))) < 1e-10


@pytest.mark.parametrize("seed", SEEDS)
def test_one_firm_is_a_monopoly(seed):
    *demand, cost = random_market(seed)
    found = equilibrium(*demand, cost, np.zeros(12))
    joint = equilibrium(*demand, cost, ownership=np.ones((12, 12)))
    assert np.allclose(found.prices, joint.prices, rtol=1e-12)

    def profit(prices):
        return (prices - cost) @ (demand[3] @ choice_probabilities(prices, *demand[:3]))

    best = profit(found.prices)
    draw = np.random.default_rng(seed)
    assert all(profit(found.prices * np.exp(draw.normal(0, 0.02, 12))) < best for _ in range(50))


@pytest.mark.parametrize("seed", SEEDS)
def test_plain_logit_with_single_products_has_the_closed_form_markup(seed):
    *demand, cost = plain_logit(seed)
    found = equilibrium(*demand, cost, np.arange(6))
    assert np.allclose(found.prices - cost, 1 / (1.3 * (1 - found.shares)), rtol=1e-11)


@pytest.mark.parametrize("seed", SEEDS)
def test_plain_logit_firm_earns_the_same_on_each_product(seed):
    *demand, cost = plain_logit(seed)
    firm = np.array([0, 0, 0, 1, 1, 2])
    found = equilibrium(*demand, cost, firm)
    together = np.array([found.shares[firm == f].sum() for f in firm])
    assert np.allclose(found.prices - cost, 1 / (1.3 * (1 - together)), rtol=1e-11)


@pytest.mark.parametrize("mean_utility", [-40.0, -3.0, 0.0, 5.0, 60.0, 300.0])
def test_one_product_in_plain_logit_is_lambert_s_function(mean_utility):
    found = equilibrium([mean_utility], [-2.0], [[0.0]], [1.0], [1.5], [0])
    # W(e^x) solves w + ln w = x; the series of Corless et al. (1996, eq. 4.19) where e^x would overflow.
    x = mean_utility - 2.0 * 1.5 - 1.0
    w = float(lambertw(np.exp(x)).real) if x < 200 else x - np.log(x)
    for _ in range(20):
        w = w if w < 1e-12 else w * (1 + x - np.log(w)) / (1 + w)
    assert found.prices[0] == pytest.approx(1.5 + (1 + w) / 2.0, rel=1e-11)


def test_one_product_under_a_log_price():
    found = equilibrium([1.0], [-4.0], [[0.0]], [1.0], [2.0], [0], box_cox=0)
    assert 1 / found.markups[0] == pytest.approx(4.0 * (1 - found.shares[0]), rel=1e-11)


@pytest.mark.parametrize("seed", SEEDS)
def test_box_cox_of_power_one_is_the_plain_price_less_one(seed):
    mean_utility, sensitivity, other, weights, cost = random_market(seed)
    firm = np.arange(12) % 3
    plain = equilibrium(mean_utility, sensitivity, other - sensitivity[:, None], weights, cost, firm)
    power = equilibrium(mean_utility, sensitivity, other, weights, cost, firm, box_cox=1.0)
    assert np.allclose(plain.prices, power.prices, rtol=1e-11)


def test_box_cox_is_continuous_at_power_zero():
    *demand, cost = random_market(0)
    demand[1] = demand[1] * 2 - 1.5
    log = equilibrium(*demand, cost, np.arange(12) % 3, box_cox=0.0)
    near = equilibrium(*demand, cost, np.arange(12) % 3, box_cox=1e-9)
    assert np.allclose(log.prices, near.prices, rtol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_relabelling_products_firms_and_agents_changes_nothing(seed):
    mean_utility, sensitivity, other, weights, cost = random_market(seed)
    firm = np.arange(12) % 5
    found = equilibrium(mean_utility, sensitivity, other, weights, cost, firm)
    draw = np.random.default_rng(seed)
    j, i = draw.permutation(12), draw.permutation(90)
    names = np.array(["Toyota", "Ford", "Geely", "FAW", "Benz"])[firm]
    again = equilibrium(mean_utility[j], sensitivity[i], other[np.ix_(i, j)], weights[i], cost[j], names[j])
    assert np.allclose(again.prices, found.prices[j], rtol=1e-11)
    assert np.allclose(again.shares, found.shares[j], rtol=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merger_never_lowers_the_merging_firms_prices_in_plain_logit(seed):
    *demand, cost = plain_logit(seed)
    before, after = np.arange(6), np.array([0, 0, 2, 3, 4, 5])
    effect = merger_effect(*demand, cost, before, firm_after=after)
    assert np.all(effect.price_change > 0)  # and prices are strategic complements
    assert np.all(effect.price_change[:2] > effect.price_change[2:].max())
    assert effect.consumer_surplus_change < 0
    nothing = merger_effect(*demand, cost, before, firm_after=before)
    assert np.all(np.abs(nothing.price_change) < 1e-12)


def test_a_large_enough_efficiency_makes_a_merger_good_for_buyers():
    *demand, cost = random_market(3)
    before, after = np.arange(12) % 6, np.arange(12) % 6 // 2
    effect = merger_effect(*demand, cost, before, firm_after=after, cost_after=0.5 * cost)
    assert effect.consumer_surplus_change > 0
    assert np.allclose(effect.price_change, effect.after.prices / effect.before.prices - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_capacity_that_does_not_bind_changes_nothing(seed):
    *demand, cost = random_market(seed)
    firm = np.arange(12) % 5
    free = equilibrium(*demand, cost, firm)
    loose = equilibrium(*demand, cost, firm, capacity=free.shares * 1.001)
    assert np.allclose(loose.prices, free.prices, rtol=1e-11)
    assert np.all(loose.shadow_prices == 0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tightness", [0.9, 0.5, 0.05])
@pytest.mark.parametrize("box_cox", [None, 0.5])
def test_capacity_that_binds_is_respected_to_the_unit(seed, tightness, box_cox):
    *demand, cost = random_market(seed)
    if box_cox is not None:
        demand[1] = demand[1] * 2 - 1.5
    firm = np.arange(12) % 5
    free = equilibrium(*demand, cost, firm, box_cox=box_cox)
    limit = np.where(np.arange(12) % 3 == 0, tightness * free.shares, np.inf)
    limit[1] = 1.0001 * free.shares[1]
    found = equilibrium(*demand, cost, firm, capacity=limit, box_cox=box_cox, second_order=True)
    assert found.converged and found.second_order_ok
    assert np.all(found.shares <= limit * (1 + 2e-12))
    assert np.all(found.shadow_prices >= 0)
    binds = found.shadow_prices > 0
    assert np.allclose(found.shares[binds], limit[binds], rtol=2e-12) and np.all(binds[::3])
    # The shadow price is a cost: with it in the cost and without the limit the market is the same.
    paid = equilibrium(*demand, cost + found.shadow_prices, firm, box_cox=box_cox)
    assert np.allclose(paid.prices, found.prices, rtol=1e-9)
    again = equilibrium(*demand, cost, firm, capacity=limit, start=found, box_cox=box_cox)
    assert again.evaluations <= 4 and np.allclose(again.prices, found.prices, rtol=1e-11)


def test_all_capacities_can_bind_at_once():
    *demand, cost = random_market(2)
    limit = np.full(12, 0.002)
    found = equilibrium(*demand, cost, np.arange(12) % 5, capacity=limit)
    assert np.allclose(found.shares, limit, rtol=1e-11) and np.all(found.shadow_prices > 0)


def test_rationing_leaves_prices_and_turns_buyers_away():
    *demand, cost = random_market(1)
    firm = np.arange(12) % 5
    free = equilibrium(*demand, cost, firm)
    limit = np.where(np.arange(12) % 2 == 0, 0.6 * free.shares, np.inf)
    found = equilibrium(*demand, cost, firm, capacity=limit, capacity_rule="rationing")
    assert np.array_equal(found.prices, free.prices)
    assert np.array_equal(found.shares, np.minimum(free.shares, limit))
    assert np.allclose(found.shares + found.unserved, free.shares, rtol=1e-14)
    assert np.all(found.shadow_prices == 0)


@pytest.mark.parametrize("box_cox", [None, 0.3])
def test_shares_elasticities_and_diversion_by_the_oracle(box_cox):
    *demand, cost = random_market(4)
    prices = cost * 1.7
    share = shares(prices, *demand, box_cox=box_cox)
    slopes = share_slopes(prices, *demand, box_cox)
    assert np.allclose(share, demand[3] @ choice_probabilities(prices, *demand[:3], box_cox), rtol=1e-13)
    assert np.allclose(elasticities(prices, *demand, box_cox=box_cox), slopes * prices / share[:, None])
    diversion = diversion_ratios(prices, *demand, box_cox=box_cox)
    assert np.allclose(diversion.sum(axis=1), 1)
    expected = -slopes.T / np.diag(slopes)[:, None]
    off = ~np.eye(12, dtype=bool)
    assert np.allclose(diversion[off], expected[off]) and np.all(diversion > 0)


def test_consumer_surplus_falls_by_what_is_bought():
    """Roy's identity: the slope of the surplus in a price is minus the quantity."""
    *demand, cost = random_market(5)
    prices, step = cost * 1.5, 1e-5
    share = shares(prices, *demand)
    for j in range(12):
        up, down = prices.copy(), prices.copy()
        up[j] += step
        down[j] -= step
        slope = (consumer_surplus(up, *demand) - consumer_surplus(down, *demand)) / (2 * step)
        assert slope == pytest.approx(-share[j], rel=1e-7)


@pytest.mark.parametrize("box_cox", [None, 0.3, 0.0])
def test_second_derivatives_of_profit_by_differences(box_cox):
    *demand, cost = random_market(0, products=12, agents=500)
    ownership = joint_venture_ownership()
    given = {"mean_utility": demand[0], "price_sensitivity": demand[1], "other_utility": demand[2]}
    given |= {"weights": demand[3], "cost": cost}
    (inputs,) = checked_batch(Problems(), given | {"ownership": ownership}, Form(box_cox), owned=True)
    prepared, scratch, _ = prepare_market(inputs)
    assert prepared.utility.shape[0] > 1  # several tiles
    prices, shadow = cost[prepared.order] * 1.6, np.zeros(12)

    def first_order(at):
        fill_sums(prepared, scratch, at, shadow, False, False)
        return scratch.share + scratch.slope * (scratch.own * (at - prepared.cost) - scratch.cross)

    jacobian = np.empty((12, 12))
    fill_jacobian(prepared, scratch, prices, shadow, jacobian)
    for k in range(12):
        step = np.zeros(12)
        step[k] = 1e-5
        slope = (first_order(prices + step) - first_order(prices - step)) / 2e-5
        assert np.allclose(jacobian[:, k], slope, rtol=1e-6, atol=1e-9)
    fill_sums(prepared, scratch, prices, shadow, True, False)
    fill_paces(prepared, scratch, np.stack([prices, shadow, shadow]))
    paces = scratch.slope * scratch.own / np.diag(jacobian)
    assert np.allclose(scratch.pace, np.where((paces > 0) & (paces < FASTEST_PACE), paces, 1))


@pytest.mark.parametrize("agents", [90, 500])
def test_stepped_sums_are_the_exact_ones(agents):
    *demand, cost = random_market(2, agents=agents)
    names = ("mean_utility", "price_sensitivity", "other_utility", "weights", "cost", "firm")
    market = dict(zip(names, (*demand, cost, np.arange(12) % 5), strict=True))
    (inputs,) = checked_batch(Problems(), market, Form(), owned=True)
    prepared, scratch, _ = prepare_market(inputs)
    prices, shadow = cost[prepared.order] * 1.6, np.zeros(12)

    def sums(at, way):
        taken = fill_sums(prepared, scratch, at, shadow, False, way)
        return taken, np.stack([scratch.share, scratch.own, scratch.cross])

    assert sums(prices, STEPPED)[0] == KEPT  # nothing to step from
    for step in 1e-3 * np.random.default_rng(agents).normal(size=(20, 12)) / 2 ** np.arange(20)[:, None]:
        prices = prices + step / prepared.steepest
        taken, stepped = sums(prices, STEPPED)
        assert taken == STEPPED
    taken, exact = sums(prices, EXACT)
    assert taken == EXACT and np.allclose(stepped, exact, rtol=2e-14, atol=0)
    assert not np.array_equal(stepped, exact)
    for way in (EXACT, ROUGH):
        sums(prices, way)
        assert sums(prices, STEPPED)[0] == KEPT  # what these leave is not kept
    assert sums(prices * 1.1, STEPPED)[0] == KEPT  # too long a step


def two_kinds_of_buyers():
    """Return one product that can be sold cheaply to many or dearly to few."""
    return [0.0], [-8.0, -0.35], [[12.0], [4.0]], [0.85, 0.15], [0.5]


def test_several_stationary_points_are_reported():
    *demand, cost = [np.asarray(part, dtype=float) for part in two_kinds_of_buyers()]
    low = equilibrium(*demand, cost, [0], start=[1.0], search=True, second_order=True)
    high = equilibrium(*demand, cost, [0], start=[9.0], search=True, second_order=True)
    assert low.prices[0] < 2 < 6 < high.prices[0]
    for found, other in ((low, high), (high, low)):
        assert found.second_order_ok
        assert np.any(np.abs(found.other_points[:, 0] / other.prices[0] - 1) < 1e-9)
        for point in [found.prices, *found.other_points]:
            assert np.max(np.abs(first_order_residual(point, demand, cost, np.eye(1)))) < 1e-9
    lone = equilibrium(*random_market(0), np.arange(12) % 4, search=True)
    assert lone.other_points.shape == (0, 12)


def test_a_stationary_point_that_is_no_maximum_is_recognised():
    *demand, cost = [np.asarray(part, dtype=float) for part in two_kinds_of_buyers()]

    def slope(price):
        return first_order_residual(np.array([price]), demand, cost, np.eye(1))[0]

    below, above = 1.8, 6.0
    assert slope(below) < 0 < slope(above)  # profit falls, then rises again: a minimum lies between
    for _ in range(200):
        middle = (below + above) / 2
        below, above = (middle, above) if slope(middle) < 0 else (below, middle)
    valley = equilibrium(*demand, cost, [0], start=[below], tolerance=1e-9, second_order=True)
    assert valley.prices[0] == pytest.approx(below, rel=1e-6)
    assert valley.converged and not valley.second_order_ok


def test_what_does_not_converge_says_so_and_is_counted():
    one, two = random_market(0), random_market(1)
    both = [np.stack(pair) for pair in zip(one, two, strict=True)]
    with pytest.warns(NotConverged, match="2 of 2 markets did not converge"):
        found = equilibrium(*both, np.arange(12) % 5, most_evaluations=3)
    assert found.failures == 2 and not found.converged.any()
    assert np.all(found.evaluations >= 3) and np.all(found.price_change > 1e-12)
    assert equilibrium(*both, np.arange(12) % 5).failures == 0


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_bits_depend_neither_on_threads_nor_on_the_batch(threads):
    markets = [random_market(seed) for seed in range(7)]
    firm = np.arange(12) % 5
    together = equilibrium(*[np.stack(parts) for parts in zip(*markets, strict=True)], firm, threads=threads)
    for number, one in enumerate(markets):
        alone = equilibrium(*one, firm)
        for field in fields(Equilibrium):
            batched, single = getattr(together, field.name), getattr(alone, field.name)
            if single is not None:
                assert np.array_equal(batched[number], single), field.name


def test_a_common_argument_needs_no_leading_axis():
    mean_utility, sensitivity, other, weights, cost = random_market(0)
    costs = cost * np.array([[1.0], [1.2], [0.9]])
    found = equilibrium(mean_utility, sensitivity, other, weights, costs, np.arange(12) % 5)
    for number in range(3):
        alone = equilibrium(mean_utility, sensitivity, other, weights, costs[number], np.arange(12) % 5)
        assert np.array_equal(found.prices[number], alone.prices)
    assert shares(found.prices, mean_utility, sensitivity, other, weights).shape == (3, 12)
    assert diversion_ratios(found.prices, mean_utility, sensitivity, other, weights).shape == (3, 12, 12)
    assert consumer_surplus(found.prices, mean_utility, sensitivity, other, weights).shape == (3,)


def test_a_product_not_offered_is_as_if_it_were_not_listed():
    mean_utility, sensitivity, other, weights, cost = random_market(0)
    firm, kept = np.arange(12) % 5, np.arange(12) != 4
    fewer = equilibrium(
        mean_utility[kept], sensitivity, other[:, kept], weights, cost[kept], firm[kept], second_order=True
    )
    absent = np.where(kept, mean_utility, -np.inf)
    found = equilibrium(absent, sensitivity, other, weights, np.where(kept, cost, np.nan), firm)
    assert np.array_equal(found.prices[kept], fewer.prices) and np.isnan(found.prices[4])
    assert np.array_equal(found.shares[kept], fewer.shares) and found.shares[4] == 0
    effect = merger_effect(absent, sensitivity, other, weights, cost, firm, firm_after=np.zeros(12))
    assert np.all(effect.price_change[kept] > 0) and np.isnan(effect.price_change[4])
    none = equilibrium(np.full(12, -np.inf), sensitivity, other, weights, cost, firm)
    assert none.converged and np.all(none.shares == 0)


@pytest.mark.parametrize(("products", "agents"), [(1, 1), (1, 9), (3, 1), (2, 7), (40, 230), (400, 17)])
def test_sizes_that_do_not_fill_a_tile(products, agents):
    *demand, cost = random_market(0, products, agents)
    firm = np.arange(products) % 3
    found = equilibrium(*demand, cost, firm)
    assert np.max(np.abs(first_order_residual(found.prices, demand, cost, owners(firm)))) < 1e-9


def test_extreme_utilities_neither_overflow_nor_stall():
    *demand, cost = random_market(0)
    demand[0] = demand[0] + np.linspace(-900, 900, 12)
    found = equilibrium(*demand, cost, np.arange(12) % 5)
    assert found.converged
    bought = found.shares > 1e-200
    kept = (demand[0][bought], demand[1], demand[2][:, bought], demand[3])
    rivals = owners(np.arange(12)[bought] % 5)
    assert np.max(np.abs(first_order_residual(found.prices[bought], kept, cost[bought], rivals))) < 1e-9
    assert found.prices.max() > 100 and np.all(np.isfinite(found.prices))


def test_a_warm_start_needs_few_evaluations():
    *demand, cost = random_market(0, 100, 400)
    firm = np.arange(100) % 20
    cold = equilibrium(*demand, cost, firm, start=3 * cost)
    same = equilibrium(*demand, cost, firm, start=cold.prices)
    assert same.evaluations == 1 and np.array_equal(same.prices, cold.prices)
    next_year = equilibrium(*demand, cost * 1.01, firm, start=cold)
    assert next_year.evaluations < cold.evaluations


def test_every_problem_is_named_at_once():
    mean_utility, sensitivity, other, weights, cost = random_market(0)
    sensitivity, weights, cost = sensitivity.copy(), weights.copy(), cost.copy()
    sensitivity[3], weights[5], cost[2] = 0.4, -0.1, np.nan
    with pytest.raises(UsageError) as caught:
        equilibrium(
            mean_utility,
            sensitivity,
            other,
            weights,
            cost,
            np.zeros(12),
            tolerance=0,
            capacity_rule="rationning",
        )
    message = str(caught.value)
    for part in (
        "price_sensitivity[3]", "weights[5]", "cost[2]", "tolerance", "did you mean 'rationing'?", "0.4", "-0.1"
    ):  # fmt: skip
        assert part in message


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"other_utility": np.zeros((3, 12))}, "shape (90, 12) for [i, j]"),
        ({"weights": np.ones((2, 3, 90))}, "weights"),
        ({"cost": "dear"}, "expected an array of numbers"),
        ({"ownership": np.eye(12)}, "exactly one of firm and ownership"),
        ({"firm": None}, "exactly one of firm and ownership"),
        ({"firm": None, "ownership": np.eye(12) * 2}, "ones on the diagonal"),
        ({"firm": None, "ownership": np.eye(12) - 0.1}, "ownership[0, 1]"),
        ({"capacity": np.zeros(12)}, "capacity[0]"),
        ({"box_cox": 0.5, "cost": -np.ones(12)}, "finite numbers above 0, as box_cox is given"),
        ({"box_cox": np.nan}, "box_cox"),
        ({"mean_utility": np.full(12, np.nan)}, "mean_utility[0]"),
        ({"mean_utility": []}, "at least one entry"),
        ({"threads": 0}, "threads"),
        ({"start": np.ones((4, 12)), "cost": np.ones((3, 12))}, "as many markets as before"),
    ],
)
def test_bad_input_is_refused(change, part):
    names = ("mean_utility", "price_sensitivity", "other_utility", "weights", "cost")
    given = dict(zip(names, random_market(0), strict=True)) | {"firm": np.zeros(12)} | change
    with pytest.raises(UsageError) as caught:
        equilibrium(**given)
    assert part in str(caught.value)


def test_consumer_surplus_under_box_cox_asks_for_the_value_of_money():
    *demand, cost = random_market(0)
    with pytest.raises(UsageError, match="value_of_money"):
        consumer_surplus(cost, *demand, box_cox=0.5)
    assert consumer_surplus(cost, *demand, box_cox=0.5, value_of_money=-demand[1]) > 0


def test_the_uncompiled_code_finds_the_same_prices():
    *demand, cost = random_market(0, 4, 5)
    compiled = equilibrium(*demand, cost, [0, 0, 1, 2], capacity=[0.05, 1, 1, 1], second_order=True)
    code = (
        "from test_market import random_market; from latecomer.market import equilibrium;"
        "found = equilibrium(*random_market(0, 4, 5), [0, 0, 1, 2], capacity=[0.05, 1, 1, 1], second_order=True);"
        "print(*[float(price).hex() for price in found.prices])"
    )
    places = [
        str(Path(__file__).parent),
        str(Path(market.__file__).parents[1]),
        os.environ.get("PYTHONPATH", ""),
    ]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(places)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    uncompiled = [float.fromhex(text) for text in answer.stdout.split()]
    assert np.allclose(uncompiled, compiled.prices, rtol=1e-11)
