"""At which prices does no seller of differentiated products want to move, and what does everybody get?

Buyer i values product j at u_ij = mean_utility_j + other_utility_ij + price_sensitivity_i h(P_j) plus a standard
extreme-value taste; not buying is worth 0. With agent weights w_i, taken as given,

    s_ij = exp(u_ij) / (1 + sum_k exp(u_ik)),         S_j = sum_i w_i s_ij,
    0 = F_j = S_j + sum_k O_jk (P_k - c_k - v_k) dS_k/dP_j        (O: ownership, c: cost, v: shadow price).

h(P) is P itself, or the Box-Cox form (P^b - 1)/b (ln P at b = 0). Every evaluation computes, agent by agent, the
sums of share times margin over each maker's products and from them the zeta map of Morrow and Skerlos (2011),

    P_j <- c_j + v_j + G_j / L_j - S_j / (h'_j L_j),
    L_j = sum_i w_i a_i s_ij,    G_j = sum_i w_i a_i s_ij sum_k O_jk s_ik (P_k - c_k - v_k),    a = price_sensitivity,

which costs one exponential per agent and product and never forms a product-by-product matrix. SQUAREM (Varadhan
and Roland 2008, scheme S3) extrapolates it under guards, and Newton steps on F take over where they are cheaper.
Capacity: v_j >= 0 is complementary to capacity_j - S_j >= 0, kept by a maximum of two prices (see `zeta_map`).

Sources: Morrow and Skerlos (2011), Operations Research 59, 328-345; Conlon and Gortmaker (2020), RAND Journal of
Economics 51, 1108-1161; Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353.
Axes: n market, j product, i agent, m maker (products with the same owners), t tile of agents, b agent in a tile.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latecomer.errors import Problems, UsageError
from latecomer.pricing.checks import DEMAND, Form, Inputs, Options, checked_batch, checked_options
from latecomer.pricing.demand import consumer_surplus
from latecomer.pricing.solver import solve
from latecomer.pricing.sums import EXACT, fill_jacobian, fill_sums
from latecomer.pricing.tiles import Market, Scratch, prepare_market, scattered
from latecomer.shown import Shown

Array = NDArray[np.float64]


class NotConverged(RuntimeWarning):
    """Some market's prices did not reach the tolerance; `Equilibrium.converged` says which."""


@dataclass(frozen=True, repr=False)
class Equilibrium(Shown):
    """Prices at which every first-order condition holds, and how well; one entry per market if there are several.

    prices, shares, markups [j] or [n, j]: markups are (price - cost) / price; shares are what is sold.
    residual: largest first-order residual, relative to the sum of its terms' sizes. price_change: largest
    relative change that one more step of the zeta map makes. evaluations, newton_steps, jumps_undone: the work.
    second_order_ok: whether each maker's profit is locally concave in its own prices; None if not checked.
    shadow_prices [j]: what one more unit of capacity is worth to its maker. unserved [j]: demand turned away.
    other_points [p, j]: further stationary prices that the search met; None if not searched.
    reason: why it did not converge, else empty.
    """

    prices: Array
    shares: Array
    markups: Array
    residual: Any
    evaluations: Any
    second_order_ok: Any
    converged: Any
    price_change: Any
    newton_steps: Any
    jumps_undone: Any
    shadow_prices: Array
    unserved: Array
    other_points: Any = None
    reason: Any = ""

    @property
    def failures(self) -> int:
        """Return how many markets did not converge."""
        return int(np.size(self.converged) - np.count_nonzero(self.converged))


@dataclass(frozen=True, repr=False)
class MergerEffect(Shown):
    """A market before and after a change of ownership.

    price_change [j] is relative; consumer_surplus_change is in money of the prices, for all weights together
    (None where the price form leaves the value of money open).
    """

    before: Equilibrium
    after: Equilibrium
    price_change: Array
    consumer_surplus_change: Any


def equilibrium(
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    cost: ArrayLike,
    firm: ArrayLike | None = None,
    *,
    ownership: ArrayLike | None = None,
    start: ArrayLike | Equilibrium | None = None,
    capacity: ArrayLike | None = None,
    capacity_rule: str = "shadow price",
    box_cox: float | None = None,
    nests: ArrayLike | None = None,
    nesting: float = 0.0,
    revenue: bool = False,
    fixed_prices: ArrayLike | None = None,
    tolerance: float = 1e-12,
    most_evaluations: int = 5000,
    second_order: bool = False,
    search: bool = False,
    threads: int = 1,
) -> Equilibrium:
    """Find the Bertrand-Nash prices of one market, or of several along a leading axis.

    mean_utility [j], price_sensitivity [i] (negative), other_utility [i, j], weights [i] (not negative, need not
    sum to one), cost [j]; each may have a leading axis n, and those without one are common to all markets. A mean
    utility of minus infinity marks a product that is not offered: its price is NaN and its share zero.
    Owners: firm [j], labels of one kind; or ownership [j, k], the weight of product k's profit in what the setter of
    price j maximises (diagonal one; a joint venture may count in part for its parents).
    start: prices to begin with, or an earlier Equilibrium, whose shadow prices are then used too; where it has no price
    (a product was not offered) the usual first guess is taken.
    capacity [j] in units of shares: by "shadow price" it enters the sellers' costs; by "rationing" prices ignore
    it and buyers above it, chosen at random, go without.
    box_cox: exponent b of the price term (P^b - 1)/b; None means P itself. Costs must then be positive.
    nests [j], labels, and nesting, from 0 (plain logit) to below 1: tastes for products of one nest are alike (nested
    logit; the outside good is a nest of its own).
    revenue: buyers spend a given sum, and shares are parts of what is spent, so that a product sells S_j / P_j units.
    fixed_prices [j]: prices that are given, NaN where the seller chooses; the others answer.
    Iteration stops when the relative price change and the first-order residual are both within the tolerance;
    otherwise it warns `NotConverged`. search: begin again elsewhere and report every other stationary point.
    The bits of the answer depend neither on threads nor on the other markets in the batch.

    Raises UsageError naming every bad shape, NaN, negative weight, sign or option at once.
    """
    problems = Problems()
    options = checked_options(
        problems, capacity_rule, tolerance, most_evaluations, threads, second_order, search
    )
    if revenue and capacity is not None:
        problems.add(column="capacity", expected="none, as shares are of revenue and capacity is in units")
    form = Form(box_cox, nests, nesting, revenue)
    given: dict[str, Any] = dict(
        zip(DEMAND, (mean_utility, price_sensitivity, other_utility, weights), strict=True)
    )
    given |= {"cost": cost, "firm": firm, "ownership": ownership, "capacity": capacity}
    given |= {"fixed_prices": fixed_prices, **beginning(start, form)}
    batch = checked_batch(problems, given, form, owned=True)
    if not (options.rationing or fixed_prices is None or capacity is None):
        check_fixed_and_limited(problems, batch)
    problems.raise_if_any(UsageError)
    if threads == 1 or len(batch) == 1:
        solved = [equilibrium_of_one(inputs, options) for inputs in batch]
    else:
        with ThreadPoolExecutor(threads) as pool:
            solved = list(pool.map(lambda inputs: equilibrium_of_one(inputs, options), batch))
    return joined(solved, batch)


def merger_effect(
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    cost: ArrayLike,
    firm: ArrayLike | None = None,
    *,
    firm_after: ArrayLike | None = None,
    ownership: ArrayLike | None = None,
    ownership_after: ArrayLike | None = None,
    cost_after: ArrayLike | None = None,
    value_of_money: ArrayLike | None = None,
    **options: Any,
) -> MergerEffect:
    """Solve a market under its owners and under those after a merger, and compare.

    firm_after or ownership_after as in `equilibrium`; cost_after [j] for efficiencies, by default the costs as
    they are; value_of_money as in `consumer_surplus`; options are those of `equilibrium`. The second solve starts
    from the first.
    """
    demand = (mean_utility, price_sensitivity, other_utility, weights)
    before = equilibrium(*demand, cost, firm, ownership=ownership, **options)
    new_cost = cost if cost_after is None else cost_after
    options = {**options, "start": before}
    after = equilibrium(*demand, new_cost, firm_after, ownership=ownership_after, **options)
    form = {name: options[name] for name in ("box_cox", "nests", "nesting") if name in options}
    change = None
    if form.get("box_cox") is None or value_of_money is not None:
        surplus = [
            consumer_surplus(found.prices, *demand, value_of_money=value_of_money, **form)
            for found in (before, after)
        ]
        change = surplus[1] - surplus[0]
    return MergerEffect(before, after, after.prices / before.prices - 1, change)


NO_FINITE_PRICE = (
    "no finite price exists: with ln P in the utility (box_cox=0) and a price_sensitivity of -1 or nearer zero, "
    "buyers spend the more, the higher the price"
)
NO_FINITE_PRICE_BELOW_ZERO = (
    "no finite price was found: with box_cox below 0 some buyers pay any price, so that no price is best"
)
DIFFERENCE = 1e-6  # relative step in a price
OTHER_MARGINS = (0.01, 0.1, 0.3, 3.0, 10.0)
DISTINCT = 1e-6  # two stationary points are one if no price differs by more than this, relatively


def equilibrium_of_one(inputs: Inputs, options: Options) -> Equilibrium:
    """Solve one market, look for further stationary points if asked, and put the products back in their order."""
    market, scratch, offered = prepare_market(inputs, limited=not options.rationing)
    prices, shadow = first_guess(market, inputs)
    work = solve_from(market, scratch, prices, shadow, options)
    solution = scratch.path[work[0]].copy()
    others = other_points_of(market, scratch, solution[0], options) if options.search else None
    concave = None
    if options.second_order:
        concave = bool(work[1] and is_concave(market, scratch, solution[0], solution[1]))
    full_prices = scattered(market, offered, solution[0], np.nan)
    demand = scattered(market, offered, solution[2], 0.0)
    sold = np.minimum(demand, inputs.capacity) if options.rationing else demand
    with np.errstate(invalid="ignore", divide="ignore"):
        markups = (full_prices - inputs.cost) / full_prices
    return Equilibrium(
        prices=full_prices,
        shares=sold,
        markups=markups,
        residual=work[3],
        evaluations=work[4],
        second_order_ok=concave,
        converged=bool(work[1]),
        price_change=work[2],
        newton_steps=work[5],
        jumps_undone=work[6],
        shadow_prices=scattered(market, offered, solution[1], 0.0),
        unserved=demand - sold,
        other_points=None if others is None else scattered_points(market, offered, others),
        reason=reason_of(market, solution[0], work[1]),
    )


def reason_of(market: Market, prices: Array, converged: bool) -> str:
    """Say why a market did not converge."""
    if converged:
        return ""
    if np.any(prices > market.ceiling):
        return NO_FINITE_PRICE if market.power == 0.0 else NO_FINITE_PRICE_BELOW_ZERO
    return "the evaluations allowed were used up"


def beginning(start: ArrayLike | Equilibrium | None, form: Form) -> dict[str, ArrayLike | Array | None]:
    """Return what a start says: prices as given, or an earlier equilibrium's, NaN where they can not be used."""
    if not isinstance(start, Equilibrium):
        return {"start": start}
    usable = np.isfinite(start.prices)
    if form.box_cox is not None or form.revenue:
        usable &= np.nan_to_num(start.prices) > 0
    shadow = start.shadow_prices
    return {
        "earlier": np.where(usable, start.prices, np.nan),
        "shadow_prices": np.where(usable & np.isfinite(shadow) & (np.nan_to_num(shadow) > 0), shadow, 0.0),
    }


def check_fixed_and_limited(problems: Problems, batch: Sequence[Inputs]) -> None:
    """A given price cannot rise when its capacity binds: refuse both for one product unless buyers are rationed."""
    for inputs in batch:
        for j in np.nonzero(np.isfinite(inputs.fixed_prices) & np.isfinite(inputs.capacity))[0]:
            problems.add(
                column=f"fixed_prices[{j}]",
                value=float(inputs.fixed_prices[j]),
                expected="no capacity for a product whose price is given, or capacity_rule='rationing'",
            )


def first_guess(market: Market, inputs: Inputs) -> tuple[Array, Array]:
    """Return starting prices and shadow prices: those given, else cost plus the margin of a tiny plain-logit seller."""
    shadow = np.zeros(market.cost.size)
    if inputs.shadow_prices is not None:
        shadow = np.where(np.isinf(market.capacity), 0.0, inputs.shadow_prices[market.order])
    weight = inputs.weights.sum()
    sensitivity = -(inputs.weights @ inputs.price_sensitivity) / weight if weight > 0 else 1.0
    power = market.power
    guess = (
        market.cost + market.cost ** (1 - power) / sensitivity if power < 1 else market.cost + 1 / sensitivity
    )
    guess = np.minimum(guess, market.cost + 3 * np.abs(market.cost)) if power < 1 else guess
    if inputs.start is not None:
        given = inputs.start[market.order]
        guess = np.where(np.isnan(given), guess, given)
    given = inputs.fixed_prices[market.order]
    return np.maximum(np.where(market.fixed, given, guess), market.floor), shadow


def solve_from(
    market: Market, scratch: Scratch, prices: Array, shadow: Array, options: Options
) -> tuple[int, bool, float, float, int, int, int]:
    """Solve from given prices; return where in the path the answer is, and the work it took."""
    scratch.path[0, 0] = prices
    scratch.path[0, 1] = shadow
    if prices.size == 0:
        return 0, True, 0.0, 0.0, 0, 0, 0
    return solve(market, scratch, options.tolerance, options.most_evaluations)


def other_points_of(market: Market, scratch: Scratch, found: Array, options: Options) -> list[Array]:
    """Return stationary prices other than those found, from further starts: other margins, and one owner's prices."""
    joint = market._replace(
        stake=np.ones_like(market.stake),
        stake_start=np.arange(market.stake.shape[0] + 1) * market.stake.shape[0],
        stake_maker=np.tile(np.arange(market.stake.shape[0]), market.stake.shape[0]),
        stake_value=np.ones(market.stake.size),
    )
    row = solve_from(joint, scratch, found, np.zeros_like(found), options)[0]
    margin = found - market.cost
    starts = [market.cost + scale * margin for scale in OTHER_MARGINS] + [scratch.path[row, 0].copy()]
    points: list[Array] = []
    for start in starts:
        start = np.where(market.fixed, found, np.maximum(start, market.floor))
        work = solve_from(market, scratch, start, np.zeros_like(found), options)
        point = scratch.path[work[0], 0].copy()
        if work[1] and all(np.any(np.abs(point / known - 1) > DISTINCT) for known in [found, *points]):
            points.append(point)
    return points


def is_concave(market: Market, scratch: Scratch, prices: Array, shadow: Array) -> bool:
    """Say whether each maker's profit is locally concave in the prices that its capacity leaves free."""
    jacobian = np.empty((prices.size, prices.size))
    if market.nests > 0 or market.revenue:
        fill_jacobian_by_differences(market, scratch, prices, shadow, jacobian)
    else:
        fill_jacobian(market, scratch, prices, shadow, jacobian)
    for maker in range(market.stake.shape[0]):
        own = np.nonzero((market.maker == maker) & (shadow == 0) & ~market.fixed)[0]
        block = jacobian[np.ix_(own, own)]
        scale = np.sqrt(np.abs(np.diag(block)))
        block = (block + block.T) / 2 / np.outer(scale, scale)
        if own.size and not np.linalg.eigvalsh(block)[-1] < 0:
            return False
    return True


def fill_jacobian_by_differences(
    market: Market, scratch: Scratch, prices: Array, shadow: Array, jacobian: Array
) -> None:
    """Fill dF_j/dP_k [j, k] by central differences, where it is not written out."""
    for k in range(prices.size):
        step = np.zeros(prices.size)
        step[k] = DIFFERENCE * max(abs(prices[k]), abs(prices[k] - market.cost[k]))
        up, down = (first_order(market, scratch, prices + side * step, shadow) for side in (1, -1))
        jacobian[:, k] = (up - down) / (2 * step[k])


def first_order(market: Market, scratch: Scratch, prices: Array, shadow: Array) -> Array:
    """Return F [j], the slope of each maker's profit in each of its prices."""
    fill_sums(market, scratch, prices, shadow, False, EXACT)
    if market.revenue:
        gain, margin = scratch.share * market.cost / prices**2, 1.0 - market.cost / prices
    else:
        gain, margin = scratch.share, prices - market.cost - shadow
    return gain + scratch.slope * (scratch.own * margin - scratch.cross)


def scattered_points(market: Market, offered: NDArray[np.bool_], points: list[Array]) -> Array:
    """Return stationary points [p, j] in the caller's order of products."""
    rows = [scattered(market, offered, point, np.nan) for point in points]
    return np.stack(rows) if rows else np.empty((0, offered.size))


def joined(solved: list[Equilibrium], batch: Sequence[Inputs]) -> Equilibrium:
    """Return one answer for the batch, and warn if some market did not converge."""
    failed = [number for number, found in enumerate(solved) if not found.converged]
    if failed:
        worst = max(found.price_change for found in solved)
        warn(
            f"{len(failed)} of {len(solved)} markets did not converge (first: {failed[0]}; "
            f"largest relative price change left: {worst:.2e}): {solved[failed[0]].reason}",
            NotConverged,
            stacklevel=3,
        )
    if not batch[0].several:
        return solved[0]
    names = [name for name in Equilibrium.__dataclass_fields__ if name != "other_points"]
    columns = {name: [getattr(found, name) for found in solved] for name in names}
    joined: dict[str, Any] = {
        name: None if values[0] is None else np.stack(values) for name, values in columns.items()
    }
    searched = solved[0].other_points is not None
    return Equilibrium(**joined, other_points=[found.other_points for found in solved] if searched else None)
