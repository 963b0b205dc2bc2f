"""What do observed prices and shares say about costs and about mean utilities, if they are an equilibrium?

    costs: 0 = S_j + sum_k O_jk (P_k - c_k) dS_k/dP_j solved for c, given prices, demand and owners;
    mean utilities: S_j(mean_utility) = share_j, given prices and the other parts of utility (Berry 1994).

Plain logit has a closed form, ln share_j - ln share_0 less the rest of utility. Otherwise Newton steps on ln S_j - ln share_j
are taken, and where one does not lower the largest of these, a step of the contraction of Berry, Levinsohn and Pakes
(1995), which always leads closer; times one less the nesting parameter where products share nests (Grigolon and Verboven
2014). Sources: Berry (1994), RAND Journal of Economics 25, 242-262; Berry, Levinsohn and Pakes (1995), Econometrica 63,
841-890; Grigolon and Verboven (2014), Review of Economics and Statistics 96, 916-935.
"""

from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.errors import Problems, UsageError
from latecomer.pricing.acceleration import eliminate
from latecomer.pricing.checks import DEMAND, Form, Inputs, checked_batch
from latecomer.pricing.demand import price_terms, shares_and_slopes, stacked
from latecomer.pricing.prices import NotConverged
from latecomer.pricing.tiles import makers_of

Array = NDArray[np.float64]

CLOSE = 1e-12  # largest relative error left in a share
MOST_STEPS = 1000
LONGEST_STEP = 20.0


def implied_costs(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    firm: ArrayLike | None = None,
    *,
    ownership: ArrayLike | None = None,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
    revenue: bool = False,
) -> Array:
    """Return the costs [j] or [n, j] under which these prices are an equilibrium; NaN for products not offered.

    Arguments and errors as in `equilibrium`, but that price sensitivities need not be negative.
    """
    problems = Problems()
    given: dict[str, Any] = dict(
        zip(DEMAND, (mean_utility, price_sensitivity, other_utility, weights), strict=True)
    )
    given |= {"prices": prices, "firm": firm, "ownership": ownership}
    batch = checked_batch(problems, given, Form(box_cox, nests, nesting, revenue), owned=True, any_slope=True)
    problems.raise_if_any(UsageError)
    return stacked([costs_of_one(inputs) for inputs in batch], batch)


def costs_of_one(inputs: Inputs) -> Array:
    """Solve one market's first-order conditions, which are linear in its margins."""
    offered = np.isfinite(inputs.mean_utility)
    maker, stake = makers_of(inputs, offered)
    share, slopes = shares_and_slopes(inputs)
    share, prices = share[offered], inputs.prices[offered]
    lost = stake[np.ix_(maker, maker)] * slopes[np.ix_(offered, offered)].T
    costs = np.full(offered.size, np.nan)
    if inputs.revenue:  # S_j c_j / P_j^2 + sum_k O_jk (1 - c_k / P_k) dS_k/dP_j = 0
        right = lost.sum(axis=1)
        eliminate(lost - np.diag(share / prices), right)
        costs[offered] = prices * right
    else:
        right = -share
        eliminate(lost, right)
        costs[offered] = prices - right
    return costs


def implied_mean_utility(
    shares: ArrayLike,
    prices: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    *,
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
) -> Array:
    """Return the mean utilities [j] or [n, j] at which buyers choose these shares; minus infinity for a share of zero.

    Shares must sum to less than the weights. Other arguments and errors as in `equilibrium`, but that price
    sensitivities need not be negative. Warns `NotConverged` where a share is off by more than a part in 1e12.
    """
    problems = Problems()
    given: dict[str, Any] = dict(zip(DEMAND[1:], (price_sensitivity, other_utility, weights), strict=True))
    given = {"shares": shares, "prices": prices, **given}
    batch = checked_batch(problems, given, Form(box_cox, nests, nesting), any_slope=True)
    problems.raise_if_any(UsageError)
    return stacked([mean_utility_of_one(inputs) for inputs in batch], batch)


def mean_utility_of_one(inputs: Inputs) -> Array:
    """Invert one market's shares."""
    offered = inputs.shares > 0
    found = np.full(offered.size, -np.inf)
    share = inputs.shares[offered]
    rest = inputs.other_utility[:, offered] + inputs.price_sensitivity[:, None] * price_terms(inputs)[0]
    unit = inputs._replace(
        mean_utility=np.zeros(share.size),
        price_sensitivity=np.ones(inputs.weights.size),
        other_utility=rest,
        nests=inputs.nests[offered],
        fixed_prices=np.full(share.size, np.nan),
        capacity=np.full(share.size, np.inf),
        firm=None,
        ownership=None,
        box_cox=None,
    )
    buyers = inputs.weights.sum()
    mean = np.log(share) - np.log(buyers - share.sum()) - log_mean_exp(rest, inputs.weights / buyers)
    gap, step = gap_and_newton_step(unit, share, mean)
    for _ in range(MOST_STEPS):
        if np.max(np.abs(gap), initial=0.0) <= CLOSE:
            break
        trial = gap_and_newton_step(unit, share, mean + step)
        if np.max(np.abs(trial[0])) < np.max(np.abs(gap)):
            mean, (gap, step) = mean + step, trial
        else:
            mean = mean - (1.0 - inputs.nesting) * np.clip(gap, -LONGEST_STEP, LONGEST_STEP)
            gap, step = gap_and_newton_step(unit, share, mean)
    else:
        left = np.max(np.abs(gap))
        warn(f"mean utilities leave a share off by {left:.1e}, relatively", NotConverged, stacklevel=3)
    found[offered] = mean
    return found


def gap_and_newton_step(unit: Inputs, share: Array, mean: Array) -> tuple[Array, Array]:
    """Return ln S_j - ln share_j at these mean utilities, which stand as prices with slope one, and a Newton step."""
    found, slopes = shares_and_slopes(unit._replace(prices=mean, cost=mean))
    with np.errstate(divide="ignore"):
        gap = np.log(found / share)
    step = share * 0 - found * gap
    if not (np.all(np.isfinite(gap)) and eliminate(slopes.copy(), step)):
        step = np.full(mean.size, np.inf)
    return gap, np.nan_to_num(step, nan=0.0, posinf=0.0, neginf=0.0)


def log_mean_exp(values: Array, weights: Array) -> Array:
    """Return ln sum_i w_i exp(values_ij) by column."""
    top = values.max(axis=0, initial=-np.inf)
    return top + np.log(weights @ np.exp(values - top))
