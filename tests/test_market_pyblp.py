"""Do PyBLP and this package find the same prices, on the automobile data and on random markets?

PyBLP is a development dependency. Its fixed point stops when the profit gradients are below an absolute tolerance;
here that is set so low that what PyBLP's prices leave open is below 1e-9 relative.
"""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest

from latecomer.market import (
    consumer_surplus,
    diversion_ratios,
    elasticities,
    equilibrium,
    merger_effect,
    shares,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pyblp
    import pyblp.data

pyblp.options.verbose = False
pyblp.options.weights_tol = np.inf  # neither BLP's importance weights nor ours sum to one
pyblp.options.singular_tol = np.inf  # of a few years' moments, whose weights no price depends on
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
AGREEMENT = 1e-9

# Berry, Levinsohn and Pakes (1995), table IV, as the PyBLP documentation states them for this problem.
SIGMA = np.array([3.612, 4.628, 1.818, 1.050, 2.056])
PRICE_OVER_INCOME = -43.501
GENERAL_MOTORS, FORD = 19, 16


FEW = 4
YEARS = pytest.mark.parametrize("years", [FEW, pytest.param(20, marks=pytest.mark.slow)])


@cache
def automobiles(years=20):
    """Return (products, costs by PyBLP, its results, markets): some of BLP's 20 years with the published nonlinear parameters."""
    products = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION)
    listed = products.market_ids.unique()[:: 20 // years]
    products = products[products.market_ids.isin(listed)].reset_index(drop=True)
    agents = agents[agents.market_ids.isin(listed)].reset_index(drop=True)
    formulations = (
        pyblp.Formulation("1 + hpwt + air + mpd + space"),
        pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
    )
    problem = pyblp.Problem(formulations, products, pyblp.Formulation("0 + I(1 / income)"), agents)
    results = problem.solve(
        np.diag([SIGMA[0], 0, *SIGMA[1:]]),
        np.c_[[0, PRICE_OVER_INCOME, 0, 0, 0, 0]],
        method="1s",
        W=np.eye(problem.MD),  # no estimate is wanted, and a few years' own weights are singular
        optimization=pyblp.Optimization("return"),
    )
    costs = results.compute_costs().ravel()
    markets = []
    for year in products.market_ids.unique():
        row = (products.market_ids == year).to_numpy()
        buyers = agents[agents.market_ids == year]
        traits = np.c_[np.ones(row.sum()), products.loc[row, ["hpwt", "air", "mpd", "space"]]]
        tastes = buyers[[f"nodes{k}" for k in range(5)]].to_numpy() * SIGMA
        demand = (
            results.delta.ravel()[row],
            PRICE_OVER_INCOME / buyers.income.to_numpy(),
            tastes @ traits.T,
            buyers.weights.to_numpy(),
        )
        markets.append((year, row, demand))
    return products, costs, results, markets


def tight(tolerance=1e-16):
    return pyblp.Iteration("simple", {"atol": tolerance, "max_evaluations": 1000})


def largest_difference(ours, theirs):
    return np.max(np.abs(ours / theirs - 1))


def first_order_residual(prices, demand, cost, ownership):
    """Return the profit gradients relative to shares, with every matrix written out."""
    mean_utility, slope, other, weights = demand
    s = np.exp(mean_utility + other + slope[:, None] * prices)
    s /= 1 + s.sum(axis=1, keepdims=True)
    share = weights @ s
    slopes = np.diag((weights * slope) @ s) - (s.T * (weights * slope)) @ s
    return (share + (ownership * slopes.T) @ (prices - cost)) / share


@YEARS
def test_automobile_shares_and_observed_prices(years):
    products, costs, _, markets = automobiles(years)
    assert len(markets) == years
    for _, row, demand in markets:
        observed, firm = products.prices.to_numpy()[row], products.firm_ids.to_numpy()[row]
        assert largest_difference(shares(observed, *demand), products.shares.to_numpy()[row]) < AGREEMENT
        # The costs come from the observed prices' first-order conditions, so these are an equilibrium.
        found = equilibrium(*demand, costs[row], firm, start=observed, second_order=True)
        assert found.converged and found.second_order_ok
        assert largest_difference(found.prices, observed) < AGREEMENT


@YEARS
@pytest.mark.parametrize("shock", ["merger", "costs", "stake"])
def test_automobile_prices_after_a_shock(shock, years):
    products, costs, results, markets = automobiles(years)
    firm, observed = products.firm_ids.to_numpy(), products.prices.to_numpy()
    owner, new_costs, options = firm, costs, {}
    if shock == "merger":
        owner = np.where(firm == FORD, GENERAL_MOTORS, firm)
        options = {"firm_ids": owner}
    if shock == "costs":
        new_costs = costs * np.where(products.region == "JP", 1.25, 0.95)
    if shock == "stake":
        stakes = lambda f, g: 1.0 if f == g else 0.25 if {f, g} == {GENERAL_MOTORS, FORD} else 0.0  # noqa: E731
        options = {"ownership": pyblp.build_ownership(products, stakes)}
    theirs = results.compute_prices(costs=new_costs, iteration=tight(), **options).ravel()
    several = 0
    for _, row, demand in markets:
        ownership = owner[row][:, None] == owner[row][None, :]
        if shock == "stake":
            ownership = options["ownership"][row, : row.sum()]
        found = equilibrium(
            *demand, new_costs[row], ownership=ownership, start=observed[row], search=shock == "merger"
        )
        assert found.converged
        assert largest_difference(found.prices, theirs[row]) < AGREEMENT
        assert np.max(np.abs(theirs[row] / observed[row] - 1)) > 1e-4
        if shock == "merger":
            several += len(found.other_points) > 0
            for point in [found.prices, *found.other_points]:
                assert np.max(np.abs(first_order_residual(point, demand, new_costs[row], ownership))) < 1e-9
    # With 200 buyers a year the data has further stationary points: some maker sells one car to the richest draws only.
    assert several >= years // 2 or shock != "merger"


def test_automobile_elasticities_diversion_surplus_and_merger():
    products, costs, results, markets = automobiles(FEW)
    observed, firm = products.prices.to_numpy(), products.firm_ids.to_numpy()
    for year, row, demand in markets[::3]:
        size = row.sum()
        theirs = results.compute_elasticities(market_id=year)[:, :size]
        assert np.allclose(elasticities(observed[row], *demand), theirs, rtol=1e-9, atol=1e-13)
        theirs = results.compute_diversion_ratios(market_id=year)[:, :size]
        assert np.allclose(diversion_ratios(observed[row], *demand), theirs, rtol=1e-9, atol=1e-13)
        surplus = consumer_surplus(observed[row], *demand)
        theirs = results.compute_consumer_surpluses(market_id=year).item()
        assert surplus == pytest.approx(theirs, rel=1e-9)
        merged = np.where(firm == FORD, GENERAL_MOTORS, firm)[row]
        effect = merger_effect(*demand, costs[row], firm[row], firm_after=merged, start=observed[row])
        assert effect.consumer_surplus_change < 0 and np.mean(effect.price_change) > 0


def random_simulation(seed, products, agents, firms, partial):
    """Return a PyBLP simulation and the same market in our arrays: four characteristics with random tastes."""
    draw = np.random.default_rng([seed, products, agents])
    traits = draw.normal(size=(products, 3))
    sigma = np.array([1.0, 0.8, 0.6, 0.4])
    nodes = draw.normal(size=(agents, 4))
    weights = draw.dirichlet(np.full(agents, 5.0)) * 0.9
    slope = np.exp(draw.normal(0.2, 0.35, agents))
    xi, cost = draw.normal(0, 1, products), np.exp(draw.normal(0.7, 0.3, products))
    firm = draw.integers(0, firms, products)
    data = {
        "market_ids": np.zeros(products),
        "firm_ids": firm,
        "prices": 1.5 * cost,
        **{f"x{k}": traits[:, k] for k in range(3)},
    }
    ownership = None
    if partial:
        ownership = (firm[:, None] == firm[None, :]).astype(float)
        ownership[(firm[:, None] == 0) & (firm[None, :] == 1)] = 0.4
        data["ownership"] = ownership
    buyers = {"market_ids": np.zeros(agents), "weights": weights, "slope": slope}
    buyers |= {f"nodes{k}": nodes[:, k] for k in range(4)}
    beta = np.array([1.0, 0.5, -0.3, 0.2])
    simulation = pyblp.Simulation(
        (pyblp.Formulation("1 + x0 + x1 + x2"), pyblp.Formulation("1 + prices + x0 + x1 + x2")),
        data,
        beta=beta,
        sigma=np.diag([sigma[0], 0, *sigma[1:]]),
        pi=np.c_[[0, -1.0, 0, 0, 0]],
        agent_formulation=pyblp.Formulation("0 + slope"),
        agent_data=buyers,
        xi=xi,
    )
    every_trait = np.c_[np.ones(products), traits]
    demand = (every_trait @ beta + xi, -slope, (nodes * sigma) @ every_trait.T, weights)
    return simulation, demand, cost, firm, ownership


@pytest.mark.parametrize(
    ("products", "agents", "firms", "partial"),
    [
        (5, 50, 1, False),
        (5, 50, 5, False),
        (12, 2000, 3, True),
        (40, 300, 40, False),
        (40, 300, 8, True),
        (100, 500, 20, False),
        (200, 1000, 15, False),
        (200, 1000, 15, True),
        (300, 200, 40, False),
        (300, 100, 1, False),
    ],
)
def test_random_markets(products, agents, firms, partial):
    simulation, demand, cost, firm, ownership = random_simulation(1, products, agents, firms, partial)
    given = {"ownership": ownership} if partial else {"firm": firm}
    for shock in (1.0, np.random.default_rng(2).uniform(0.8, 1.3, products)):
        # An absolute tolerance on gradients, which are of the size of shares: about 1e-12 of the smallest that matters.
        theirs = simulation.replace_endogenous(
            costs=cost * shock,
            prices=1.5 * cost,
            iteration=tight(1e-17),
            compute_gradients=False,
            compute_hessians=False,
            error_behavior="warn",
        ).product_data
        found = equilibrium(*demand, cost * shock, **given, start=1.5 * cost, search=products <= 40)
        assert found.converged
        assert largest_difference(found.prices, theirs.prices.ravel()) < AGREEMENT
        assert largest_difference(found.shares, theirs.shares.ravel()) < 100 * AGREEMENT
