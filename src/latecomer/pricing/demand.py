"""How do buyers answer given prices: shares, elasticities, diversion, surplus?

The demand of `prices`, at prices that the caller brings.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.pricing.checks import Inputs, checked_demand
from latecomer.pricing.sums import fill_price_terms, fill_share_slopes, fill_sums
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
) -> Array:
    """Return the share S_j of each product [j] or [n, j]; prices [j] in the units of price_sensitivity.

    Other arguments and errors as in `equilibrium`.
    """
    batch = checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        market, scratch, offered = prepare_market(inputs, box_cox)
        fill_sums(market, scratch, inputs.prices[offered][market.order], np.zeros(market.order.size), False)
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
) -> Array:
    """Return the elasticity of share j with respect to price k, [j, k] or [n, j, k]."""
    batch = checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        share, slopes = shares_and_slopes(inputs, box_cox)
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
) -> Array:
    """Return, of the buyers that product j loses when its price rises, the part that goes to k: [j, k].

    The diagonal holds the part that buys nothing, so that rows sum to one.
    """
    batch = checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        _, slopes = shares_and_slopes(inputs, box_cox)
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
    value_of_money: ArrayLike | None = None,
) -> Any:
    """Return sum_i w_i ln(1 + sum_j exp(u_ij)) / value_of_money_i, in money (Small and Rosen 1981).

    value_of_money [i] is the marginal utility of money, by default minus the price sensitivity. Under a Box-Cox
    price term that is not constant, so there it must be given.
    """
    batch = checked_demand(
        prices, mean_utility, price_sensitivity, other_utility, weights, box_cox, value_of_money, True
    )
    values = []
    for inputs in batch:
        utility = utilities(inputs, box_cox)
        top = utility.max(axis=1, initial=0.0)
        inclusive = top + np.log(np.exp(-top) + np.exp(utility - top[:, None]).sum(axis=1))
        values.append(float(np.sum(inputs.weights * inclusive / inputs.value_of_money)))
    return np.array(values) if batch[0].several else values[0]


def shares_and_slopes(inputs: Inputs, box_cox: float | None) -> tuple[Array, Array]:
    """Return shares S [j] and their slopes dS_j/dP_k [j, k], zero for products not offered."""
    market, scratch, offered = prepare_market(inputs, box_cox, floor=inputs.prices)
    prices = inputs.prices[offered][market.order]
    products = prices.size
    slopes = np.zeros((products, products))
    fill_share_slopes(market, scratch, prices, slopes)
    share = scattered(market, offered, scratch.share, 0.0)
    full = np.zeros((offered.size, offered.size))
    columns = np.nonzero(offered)[0][market.order]
    full[np.ix_(columns, columns)] = slopes
    return share, full


def utilities(inputs: Inputs, box_cox: float | None) -> Array:
    """Return utilities u_ij [i, j] of the products offered."""
    offered = np.isfinite(inputs.mean_utility)
    prices = inputs.prices[offered]
    term, slope, curvature = np.empty_like(prices), np.empty_like(prices), np.empty_like(prices)
    fill_price_terms(
        box_cox is None, 1.0 if box_cox is None else float(box_cox), prices, term, slope, curvature
    )
    fixed = inputs.mean_utility[offered] + inputs.other_utility[:, offered]
    return fixed + inputs.price_sensitivity[:, None] * term


def stacked(rows: list[Array], batch: Sequence[Inputs]) -> Array:
    """Return one market's array as it is, several along a leading axis."""
    return np.stack(rows) if batch[0].several else rows[0]
