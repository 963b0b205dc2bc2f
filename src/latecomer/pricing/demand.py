"""How do buyers answer given prices: shares, elasticities, diversion, surplus?

The demand of `prices`, at prices that the caller brings.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.errors import Problems, UsageError
from latecomer.pricing.checks import DEMAND, Form, Inputs, checked_batch
from latecomer.pricing.sums import EXACT, fill_price_terms, fill_share_slopes, fill_sums
from latecomer.pricing.tiles import prepare_market, scattered

Array = NDArray[np.float64]


def shares(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    *,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
) -> Array:
    """Return the share S_j of each product [j] or [n, j]; prices [j] in the units of price_sensitivity.

    Other arguments and errors as in `equilibrium`, but that price sensitivities need not be negative.
    """
    demand = (mean_utility, price_sensitivity, other_utility, weights)
    batch = checked_demand(prices, demand, Form(box_cox, nests, nesting))
    rows = []
    for inputs in batch:
        market, scratch, offered = prepare_market(inputs, floor=inputs.prices)
        fill_sums(market, scratch, inputs.prices[market.order], np.zeros(market.order.size), False, EXACT)
        rows.append(scattered(market, offered, scratch.share, 0.0))
    return stacked(rows, batch)


def elasticities(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    *,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
) -> Array:
    """Return the elasticity of share j with respect to price k, [j, k] or [n, j, k]."""
    demand = (mean_utility, price_sensitivity, other_utility, weights)
    batch = checked_demand(prices, demand, Form(box_cox, nests, nesting))
    rows = []
    for inputs in batch:
        share, slopes = shares_and_slopes(inputs)
        with np.errstate(invalid="ignore", divide="ignore"):
            rows.append(slopes * inputs.prices[None, :] / share[:, None])
    return stacked(rows, batch)


def diversion_ratios(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    *,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
) -> Array:
    """Return, of the buyers that product j loses when its price rises, the part that goes to k: [j, k].

    The diagonal holds the part that buys nothing, so that rows sum to one.
    """
    demand = (mean_utility, price_sensitivity, other_utility, weights)
    batch = checked_demand(prices, demand, Form(box_cox, nests, nesting))
    rows = []
    for inputs in batch:
        _, slopes = shares_and_slopes(inputs)
        own = np.diag(slopes)
        with np.errstate(invalid="ignore", divide="ignore"):
            diversion = -slopes.T / own[:, None]
            np.fill_diagonal(diversion, slopes.sum(axis=0) / own)
        rows.append(diversion)
    return stacked(rows, batch)


def consumer_surplus(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    *,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
    value_of_money: ArrayLike | None = None,
) -> Any:
    """Return sum_i w_i ln(1 + sum_j exp(u_ij)) / value_of_money_i, in money (Small and Rosen 1981).

    value_of_money [i] is the marginal utility of money, by default minus the price sensitivity. Under a Box-Cox
    price term that is not constant, so there it must be given, and so it must where a price sensitivity is not negative.
    """
    demand = (mean_utility, price_sensitivity, other_utility, weights)
    batch = checked_demand(prices, demand, Form(box_cox, nests, nesting), value_of_money, True)
    values = []
    for inputs in batch:
        utility = utilities_of_nests(inputs) if inputs.nesting > 0 else utilities(inputs)
        top = utility.max(axis=1, initial=0.0)
        inclusive = top + np.log(np.exp(-top) + np.exp(utility - top[:, None]).sum(axis=1))
        values.append(float(np.sum(inputs.weights * inclusive / inputs.value_of_money)))
    return np.array(values) if batch[0].several else values[0]


def shares_and_slopes(inputs: Inputs) -> tuple[Array, Array]:
    """Return shares S [j] and their slopes dS_j/dP_k [j, k], zero for products not offered."""
    if inputs.nesting > 0:
        return nested_shares_and_slopes(inputs)
    market, scratch, offered = prepare_market(inputs, floor=inputs.prices)
    prices = inputs.prices[market.order]
    products = prices.size
    slopes = np.zeros((products, products))
    fill_share_slopes(market, scratch, prices, slopes)
    share = scattered(market, offered, scratch.share, 0.0)
    full = np.zeros((offered.size, offered.size))
    full[np.ix_(market.order, market.order)] = slopes
    return share, full


def nested_shares_and_slopes(inputs: Inputs) -> tuple[Array, Array]:
    """Return the same where products share nests, with the matrices written out (notation of `sums.nested_tile`)."""
    offered = np.isfinite(inputs.mean_utility)
    utility, kept = utilities(inputs), 1.0 - inputs.nesting
    nest = inputs.nests[offered]
    value = utilities_of_nests(inputs)
    top = value.max(axis=1, initial=0.0)
    of_nest = np.exp(value - top[:, None])
    of_nest /= np.exp(-top)[:, None] + of_nest.sum(axis=1, keepdims=True)
    within = np.exp((utility - value[:, nest]) / kept)
    s = within * of_nest[:, nest]
    marginal = inputs.weights * inputs.price_sensitivity
    slopes = np.diag(marginal @ s) / kept - (s.T * marginal) @ s
    slopes -= (1.0 / kept - 1.0) * (nest[:, None] == nest) * ((s.T * marginal) @ within)
    share, full = np.zeros(offered.size), np.zeros((offered.size, offered.size))
    share[offered] = inputs.weights @ s
    full[np.ix_(offered, offered)] = slopes * price_terms(inputs)[1]
    return share, full


def price_terms(inputs: Inputs) -> tuple[Array, Array]:
    """Return h(P) and h'(P) [j] of the products offered."""
    prices = inputs.prices[np.isfinite(inputs.mean_utility)]
    term, slope, curvature = np.empty_like(prices), np.empty_like(prices), np.empty_like(prices)
    power = 1.0 if inputs.box_cox is None else float(inputs.box_cox)
    fill_price_terms(inputs.box_cox is None, power, prices, term, slope, curvature)
    return term, slope


def utilities(inputs: Inputs) -> Array:
    """Return utilities u_ij [i, j] of the products offered."""
    offered = np.isfinite(inputs.mean_utility)
    fixed = inputs.mean_utility[offered] + inputs.other_utility[:, offered]
    return fixed + inputs.price_sensitivity[:, None] * price_terms(inputs)[0]


def utilities_of_nests(inputs: Inputs) -> Array:
    """Return what each nest is worth to each agent, [i, g]: kept x ln sum_j exp(u_ij / kept); -inf where it is empty."""
    nest, kept = inputs.nests[np.isfinite(inputs.mean_utility)], 1.0 - inputs.nesting
    utility = utilities(inputs)
    value = np.full((utility.shape[0], int(nest.max(initial=-1)) + 1), -np.inf)
    for number in np.unique(nest):
        among = utility[:, nest == number]
        best = among.max(axis=1)
        value[:, number] = best + kept * np.log(np.exp((among - best[:, None]) / kept).sum(axis=1))
    return value


def checked_demand(
    prices: ArrayLike,
    demand: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    form: Form,
    value_of_money: ArrayLike | None = None,
    needs_value: bool = False,
) -> list[Inputs]:
    """Check the arguments that describe demand at given prices; raise UsageError with every problem."""
    problems = Problems()
    if needs_value and value_of_money is None and form.box_cox is not None:
        problems.add(column="value_of_money", expected="the marginal utility of money by agent, with box_cox")
    given = dict(zip(DEMAND, demand, strict=True)) | {"prices": prices, "value_of_money": value_of_money}
    batch = checked_batch(problems, given, form, any_slope=not needs_value or value_of_money is not None)
    problems.raise_if_any(UsageError)
    return batch


def stacked(rows: list[Array], batch: Sequence[Inputs]) -> Array:
    """Return one market's array as it is, several along a leading axis."""
    return np.stack(rows) if batch[0].several else rows[0]
