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
Capacity: v_j >= 0 is complementary to capacity_j - S_j >= 0, kept by a maximum of two prices (see `_map`).

Sources: Morrow and Skerlos (2011), Operations Research 59, 328-345; Conlon and Gortmaker (2020), RAND Journal of
Economics 51, 1108-1161; Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353.
Axes: n market, j product, i agent, m maker (products with the same owners), t tile of agents, b agent in a tile.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import log, prod
from threading import local
from typing import Any, NamedTuple
from warnings import warn

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from latecomer.compiled import kernel, stored_kernel
from latecomer.errors import Problems, UsageError
from latecomer.exponential import exp, multiply_add
from latecomer.shown import Shown

Array = NDArray[np.float64]

# A tile's utilities, exponentials and factors must stay in a core's second-level cache (1 MiB, half of it ours).
TILE_BYTES = 512 * 1024
WIDEST_TILE = 224
LANES = 8
OTHER_MARGINS = (0.01, 0.1, 0.3, 3.0, 10.0)
DISTINCT = 1e-6  # two stationary points are one if no price differs by more than this, relatively
UNDO_ABOVE = 2.0
LARGEST_UTILITY = 600.0
# A price rises at most this many times S_j / |L_j h'_j| in one step: further up no buyer would be left to steer by.
LONGEST_RISE = 8.0
SECANT_BELOW = 1e-2
DEPTH = 6
RIDGE = 1e-14
FASTEST_PACE = 20.0
NEWTON_BELOW = 1e-2
CAPACITY_RULES = ("shadow price", "rationing")


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
    Owners: firm [j], any labels; or ownership [j, k], the weight of product k's profit in what the setter of
    price j maximises (diagonal one; a joint venture may count in part for its parents).
    start: prices to begin with, or an earlier Equilibrium, whose shadow prices are then used too.
    capacity [j] in units of shares: by "shadow price" it enters the sellers' costs; by "rationing" prices ignore
    it and buyers above it, chosen at random, go without.
    box_cox: exponent b of the price term (P^b - 1)/b; None means P itself. Costs must then be positive.
    Iteration stops when the relative price change and the first-order residual are both within the tolerance;
    otherwise it warns `NotConverged`. search: begin again elsewhere and report every other stationary point.
    The bits of the answer depend neither on threads nor on the other markets in the batch.

    Raises UsageError naming every bad shape, NaN, negative weight, sign or option at once.
    """
    problems = Problems()
    options = _checked_options(
        problems, capacity_rule, box_cox, tolerance, most_evaluations, threads, second_order, search
    )
    batch = _checked_batch(
        problems,
        {
            "mean_utility": mean_utility,
            "price_sensitivity": price_sensitivity,
            "other_utility": other_utility,
            "weights": weights,
            "cost": cost,
            "capacity": capacity,
            "start": start.prices if isinstance(start, Equilibrium) else start,
            "shadow_prices": start.shadow_prices if isinstance(start, Equilibrium) else None,
        },
        firm,
        ownership,
        box_cox,
    )
    problems.raise_if_any(UsageError)
    if threads == 1 or len(batch) == 1:
        solved = [_equilibrium_of_one(inputs, options) for inputs in batch]
    else:
        with ThreadPoolExecutor(threads) as pool:
            solved = list(pool.map(lambda inputs: _equilibrium_of_one(inputs, options), batch))
    return _joined(solved, batch)


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
    batch = _checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        market, scratch, offered = _prepared(inputs, box_cox)
        _sums(market, scratch, inputs.prices[offered][market.order], np.zeros(market.order.size), False)
        rows.append(_scattered(market, offered, scratch.share, 0.0))
    return _stacked(rows, batch)


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
    batch = _checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        share, slopes = _slopes(inputs, box_cox)
        with np.errstate(invalid="ignore", divide="ignore"):
            rows.append(slopes * inputs.prices[None, :] / share[:, None])
    return _stacked(rows, batch)


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
    batch = _checked_demand(prices, mean_utility, price_sensitivity, other_utility, weights, box_cox)
    rows = []
    for inputs in batch:
        _, slopes = _slopes(inputs, box_cox)
        own = np.diag(slopes)
        with np.errstate(invalid="ignore", divide="ignore"):
            diversion = -slopes.T / own[:, None]
            np.fill_diagonal(diversion, slopes.sum(axis=0) / own)
        rows.append(diversion)
    return _stacked(rows, batch)


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
    batch = _checked_demand(
        prices, mean_utility, price_sensitivity, other_utility, weights, box_cox, value_of_money, True
    )
    values = []
    for inputs in batch:
        utility = _plain_utility(inputs, box_cox)
        top = utility.max(axis=1, initial=0.0)
        inclusive = top + np.log(np.exp(-top) + np.exp(utility - top[:, None]).sum(axis=1))
        values.append(float(np.sum(inputs.weights * inclusive / inputs.value_of_money)))
    return np.array(values) if batch[0].several else values[0]


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
    options = {**options, "start": _filled(before, new_cost)}
    after = equilibrium(*demand, new_cost, firm_after, ownership=ownership_after, **options)
    box_cox = options.get("box_cox")
    change = None
    if box_cox is None or value_of_money is not None:
        surplus = [
            consumer_surplus(
                np.where(np.isnan(found.prices), 1.0, found.prices),
                *demand,
                box_cox=box_cox,
                value_of_money=value_of_money,
            )
            for found in (before, after)
        ]
        change = surplus[1] - surplus[0]
    return MergerEffect(before, after, after.prices / before.prices - 1, change)


class _Options(NamedTuple):
    """How to solve: the arguments of `equilibrium` that do not describe the market."""

    rationing: bool
    box_cox: float | None
    tolerance: float
    most_evaluations: int
    second_order: bool
    search: bool


class _Inputs(NamedTuple):
    """One market's checked arrays; `several` says whether the caller gave a leading axis.

    Where only demand is described, at given prices, these stand for the costs too, and the other way round.
    """

    several: bool
    mean_utility: Array
    price_sensitivity: Array
    other_utility: Array
    weights: Array
    cost: Array
    capacity: Array
    prices: Array
    start: Array | None
    shadow_prices: Array | None
    value_of_money: Array | None
    firm: NDArray[Any] | None
    ownership: Array | None


class _Market(NamedTuple):
    """One market as the kernels read it: products sorted by maker, agents in tiles.

    utility [t, j, b] without price term, less a number per agent (zero but for absurd utilities) that keeps
    exponentials finite; outside [t, b] is the exponential of that number with its sign turned; stake [m, m] is the
    ownership between makers, stake_start, stake_maker and stake_value the same by rows without zeros.
    """

    utility: Array
    sensitivity: Array
    weight: Array
    outside: Array
    cost: Array
    floor: Array
    capacity: Array
    maker: NDArray[np.int64]
    stake: Array
    stake_start: NDArray[np.int64]
    stake_maker: NDArray[np.int64]
    stake_value: Array
    order: NDArray[np.int64]
    plain: bool
    power: float


class _Scratch(NamedTuple):
    """Work space of one solve, so that the kernels allocate nothing.

    exponentials [j, b], total [b], margin [m, b], factor [2 + m, b]; per product term h, slope h', curvature h'',
    share S, own L, cross G; path [5, 3, j] holds iterates, each prices, shadow prices and shares; points, steps and
    relative [DEPTH, 2 j] the last iterates of the secant phase, pace [j] its scale, normal and weights its least squares.
    """

    exponentials: Array
    total: Array
    margin: Array
    factor: Array
    term: Array
    slope: Array
    curvature: Array
    share: Array
    own: Array
    cross: Array
    path: Array
    points: Array
    steps: Array
    relative: Array
    nothing: Array
    pace: Array
    normal: Array
    weights: Array


def _equilibrium_of_one(inputs: _Inputs, options: _Options) -> Equilibrium:
    """Solve one market, look for further stationary points if asked, and put the products back in their order."""
    market, scratch, offered = _prepared(inputs, options.box_cox, limited=not options.rationing)
    prices, shadow = _first_guess(market, inputs, offered)
    work = _solve_from(market, scratch, prices, shadow, options)
    solution = scratch.path[work[0]].copy()
    others = _other_points(market, scratch, solution[0], options) if options.search else None
    concave = None
    if options.second_order:
        concave = bool(work[1] and _is_concave(market, scratch, solution[0], solution[1]))
    full_prices = _scattered(market, offered, solution[0], np.nan)
    demand = _scattered(market, offered, solution[2], 0.0)
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
        shadow_prices=_scattered(market, offered, solution[1], 0.0),
        unserved=demand - sold,
        other_points=None if others is None else _scattered_points(market, offered, others),
    )


def _prepared(
    inputs: _Inputs, box_cox: float | None, limited: bool = False, floor: Array | None = None
) -> tuple[_Market, _Scratch, NDArray[np.bool_]]:
    """Return one market in tiles, its work space, and which products are offered."""
    offered = np.isfinite(inputs.mean_utility)
    maker, stake = _makers(inputs, offered)
    order = np.argsort(maker, kind="stable")
    cost = inputs.cost[offered][order]
    products, agents = cost.size, inputs.weights.size
    tiles, width = _tile_shape(products, agents)
    makers = stake.shape[0]
    utility, sensitivity, weight, outside, exponentials, total, margin, factor = _ARENA.arrays(
        (tiles, products, width), (tiles, width), (tiles, width), (tiles, width),
        (products, width), (width,), (makers, width), (2 + makers, width),
    )  # fmt: skip
    edges = stake != 0.0
    market = _Market(
        utility=utility,
        sensitivity=sensitivity,
        weight=weight,
        outside=outside,
        cost=cost,
        floor=cost - 0.5 * np.abs(cost) if floor is None else floor[offered][order],
        capacity=inputs.capacity[offered][order] if limited else np.full(products, np.inf),
        maker=maker[order].astype(np.int64),
        stake=stake,
        stake_start=np.concatenate([[0], np.cumsum(edges.sum(axis=1))]).astype(np.int64),
        stake_maker=np.nonzero(edges)[1].astype(np.int64),
        stake_value=stake[edges],
        order=order,
        plain=box_cox is None,
        power=1.0 if box_cox is None else float(box_cox),
    )
    scratch = _scratch(exponentials, total, margin, factor)
    _price_terms(market.plain, market.power, market.floor, scratch.term, scratch.slope, scratch.curvature)
    columns = np.nonzero(offered)[0][order]
    _fill_tiles(
        market, scratch.term, _highest_utility(inputs, columns, scratch.term), inputs.other_utility,
        inputs.mean_utility[columns], columns, inputs.price_sensitivity, inputs.weights,
    )  # fmt: skip
    return market, scratch, offered


def _highest_utility(inputs: _Inputs, columns: NDArray[np.int64], floor_term: Array) -> float:
    """Return a number that no utility exceeds at any admissible price."""
    if columns.size == 0:
        return 0.0
    slopes = inputs.price_sensitivity.min(), inputs.price_sensitivity.max()
    price = max(slope * term for slope in slopes for term in (floor_term.min(), floor_term.max()))
    return float(inputs.mean_utility[columns].max() + inputs.other_utility.max() + price)


def _makers(inputs: _Inputs, offered: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Array]:
    """Return each offered product's maker [j] and the ownership between makers [m, m].

    Products form one maker if nothing in the ownership matrix tells them apart.
    """
    if inputs.ownership is None:
        if inputs.firm is None:
            return np.zeros(int(offered.sum()), dtype=np.int64), np.ones((1, 1))
        maker = np.unique(inputs.firm[offered], return_inverse=True)[1].reshape(-1)
        return maker, np.eye(int(maker.max(initial=-1)) + 1)
    owners = inputs.ownership[np.ix_(offered, offered)]
    _, first, maker = np.unique(
        np.concatenate([owners, owners.T], axis=1), axis=0, return_index=True, return_inverse=True
    )
    maker = maker.reshape(-1)
    stake = owners[np.ix_(first, first)].copy()
    # Within a maker all weights are equal by construction, and the diagonal of the full matrix is one; a maker
    # whose products do not count each other would differ in a row or column and so be several makers.
    return maker, stake


def _tile_shape(products: int, agents: int) -> tuple[int, int]:
    """Return the number of tiles and their width, a multiple of LANES, such that two tiles fit the cache."""
    widest = max(LANES, min(WIDEST_TILE, TILE_BYTES // (16 * max(products, 1)) // LANES * LANES))
    tiles = -(-agents // widest)
    width = -(-agents // (tiles * LANES)) * LANES
    return -(-agents // width), width


def _scratch(exponentials: Array, total: Array, margin: Array, factor: Array) -> _Scratch:
    """Return work space for one market, uninitialised, with the given arrays by agents."""
    products = exponentials.shape[0]
    return _Scratch(
        exponentials=exponentials,
        total=total,
        margin=margin,
        factor=factor,
        term=np.empty(products),
        slope=np.empty(products),
        curvature=np.empty(products),
        share=np.empty(products),
        own=np.empty(products),
        cross=np.empty(products),
        path=np.zeros((5, 3, products)),
        points=np.empty((DEPTH, 2 * products)),
        steps=np.empty((DEPTH, 2 * products)),
        relative=np.empty((DEPTH, 2 * products)),
        nothing=np.zeros(2 * products),
        pace=np.empty(products),
        normal=np.empty((DEPTH, DEPTH)),
        weights=np.empty(DEPTH),
    )


class _Arena(local):
    """One block of memory per thread, used again by every solve: fresh pages cost as much as an evaluation."""

    block = np.empty(0)

    def arrays(self, *shapes: tuple[int, ...]) -> list[Array]:
        """Return uninitialised arrays that begin at a cache line each, so that no vector straddles two.

        They hold until the next call in the same thread.
        """
        sizes = [-(-prod(shape) // LANES) * LANES for shape in shapes]
        if self.block.size < sum(sizes) + LANES:
            self.block = np.empty(sum(sizes) + LANES)
        start = -(self.block.__array_interface__["data"][0] // 8) % LANES
        found = []
        for shape, size in zip(shapes, sizes, strict=True):
            found.append(self.block[start : start + prod(shape)].reshape(shape))
            start += size
        return found


_ARENA = _Arena()


def _first_guess(market: _Market, inputs: _Inputs, offered: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return starting prices and shadow prices: those given, else cost plus the margin of a tiny plain-logit seller."""
    shadow = np.zeros(market.cost.size)
    if inputs.shadow_prices is not None:
        shadow = np.where(np.isinf(market.capacity), 0.0, inputs.shadow_prices[offered][market.order])
    weight = inputs.weights.sum()
    sensitivity = -(inputs.weights @ inputs.price_sensitivity) / weight if weight > 0 else 1.0
    power = market.power
    guess = (
        market.cost + market.cost ** (1 - power) / sensitivity if power < 1 else market.cost + 1 / sensitivity
    )
    guess = np.minimum(guess, market.cost + 3 * np.abs(market.cost)) if power < 1 else guess
    if inputs.start is not None:
        given = inputs.start[offered][market.order]
        guess = np.where(np.isnan(given), guess, given)
    return np.maximum(guess, market.floor), shadow


def _solve_from(
    market: _Market, scratch: _Scratch, prices: Array, shadow: Array, options: _Options
) -> tuple[int, bool, float, float, int, int, int]:
    """Solve from given prices; return where in the path the answer is, and the work it took."""
    scratch.path[0, 0] = prices
    scratch.path[0, 1] = shadow
    if prices.size == 0:
        return 0, True, 0.0, 0.0, 0, 0, 0
    return _solve(market, scratch, options.tolerance, options.most_evaluations)


def _other_points(market: _Market, scratch: _Scratch, found: Array, options: _Options) -> list[Array]:
    """Return stationary prices other than those found, from further starts: other margins, and one owner's prices."""
    joint = market._replace(
        stake=np.ones_like(market.stake),
        stake_start=np.arange(market.stake.shape[0] + 1) * market.stake.shape[0],
        stake_maker=np.tile(np.arange(market.stake.shape[0]), market.stake.shape[0]),
        stake_value=np.ones(market.stake.size),
    )
    row = _solve_from(joint, scratch, found, np.zeros_like(found), options)[0]
    margin = found - market.cost
    starts = [market.cost + scale * margin for scale in OTHER_MARGINS] + [scratch.path[row, 0].copy()]
    points: list[Array] = []
    for start in starts:
        work = _solve_from(market, scratch, np.maximum(start, market.floor), np.zeros_like(found), options)
        point = scratch.path[work[0], 0].copy()
        if work[1] and all(np.any(np.abs(point / known - 1) > DISTINCT) for known in [found, *points]):
            points.append(point)
    return points


def _is_concave(market: _Market, scratch: _Scratch, prices: Array, shadow: Array) -> bool:
    """Say whether each maker's profit is locally concave in the prices that its capacity leaves free."""
    jacobian = np.empty((prices.size, prices.size))
    _first_order_jacobian(market, scratch, prices, shadow, jacobian)
    for maker in range(market.stake.shape[0]):
        own = np.nonzero((market.maker == maker) & (shadow == 0))[0]
        block = jacobian[np.ix_(own, own)]
        scale = np.sqrt(np.abs(np.diag(block)))
        block = (block + block.T) / 2 / np.outer(scale, scale)
        if own.size and not np.linalg.eigvalsh(block)[-1] < 0:
            return False
    return True


def _slopes(inputs: _Inputs, box_cox: float | None) -> tuple[Array, Array]:
    """Return shares S [j] and their slopes dS_j/dP_k [j, k], zero for products not offered."""
    market, scratch, offered = _prepared(inputs, box_cox, floor=inputs.prices)
    prices = inputs.prices[offered][market.order]
    products = prices.size
    slopes = np.zeros((products, products))
    _share_slopes(market, scratch, prices, slopes)
    share = _scattered(market, offered, scratch.share, 0.0)
    full = np.zeros((offered.size, offered.size))
    columns = np.nonzero(offered)[0][market.order]
    full[np.ix_(columns, columns)] = slopes
    return share, full


def _plain_utility(inputs: _Inputs, box_cox: float | None) -> Array:
    """Return utilities u_ij [i, j] of the products offered."""
    offered = np.isfinite(inputs.mean_utility)
    prices = inputs.prices[offered]
    term, slope, curvature = np.empty_like(prices), np.empty_like(prices), np.empty_like(prices)
    _price_terms(box_cox is None, 1.0 if box_cox is None else float(box_cox), prices, term, slope, curvature)
    fixed = inputs.mean_utility[offered] + inputs.other_utility[:, offered]
    return fixed + inputs.price_sensitivity[:, None] * term


def _scattered(market: _Market, offered: NDArray[np.bool_], values: Array, absent: float) -> Array:
    """Return values of the offered products in the caller's order, and `absent` for the others."""
    full = np.full(offered.size, absent)
    full[np.nonzero(offered)[0][market.order]] = values
    return full


def _scattered_points(market: _Market, offered: NDArray[np.bool_], points: list[Array]) -> Array:
    """Return stationary points [p, j] in the caller's order of products."""
    rows = [_scattered(market, offered, point, np.nan) for point in points]
    return np.stack(rows) if rows else np.empty((0, offered.size))


def _stacked(rows: list[Array], batch: Sequence[_Inputs]) -> Array:
    """Return one market's array as it is, several along a leading axis."""
    return np.stack(rows) if batch[0].several else rows[0]


def _joined(solved: list[Equilibrium], batch: Sequence[_Inputs]) -> Equilibrium:
    """Return one answer for the batch, and warn if some market did not converge."""
    failed = [number for number, found in enumerate(solved) if not found.converged]
    if failed:
        worst = max(found.price_change for found in solved)
        warn(
            f"{len(failed)} of {len(solved)} markets did not converge (first: {failed[0]}; "
            f"largest relative price change left: {worst:.2e})",
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


def _filled(found: Equilibrium, cost: ArrayLike) -> Equilibrium:
    """Return an equilibrium whose missing prices are NaN-free, to start another solve from."""
    return replace(
        found, prices=np.where(np.isnan(found.prices), np.asarray(cost, dtype=float), found.prices)
    )


def _checked_options(
    problems: Problems,
    capacity_rule: str,
    box_cox: float | None,
    tolerance: float,
    most_evaluations: int,
    threads: int,
    second_order: bool,
    search: bool,
) -> _Options:
    """Check the options of `equilibrium` and note every problem."""
    if capacity_rule not in CAPACITY_RULES:
        problems.add(
            column="capacity_rule",
            value=capacity_rule,
            expected="'shadow price' or 'rationing'",
            valid=CAPACITY_RULES,
        )
    if not 0 < tolerance < 1:
        problems.add(column="tolerance", value=tolerance, expected="a number between 0 and 1")
    for name, number in (("most_evaluations", most_evaluations), ("threads", threads)):
        if not number >= 1:
            problems.add(column=name, value=number, expected="a whole number of at least 1")
    return _Options(
        capacity_rule == "rationing", box_cox, tolerance, int(most_evaluations), second_order, search
    )


AXES = {
    "mean_utility": "j",
    "price_sensitivity": "i",
    "other_utility": "ij",
    "weights": "i",
    "cost": "j",
    "capacity": "j",
    "start": "j",
    "shadow_prices": "j",
    "value_of_money": "i",
    "prices": "j",
    "firm": "j",
    "ownership": "jk",
}


def _checked_demand(
    prices: ArrayLike,
    mean_utility: ArrayLike,
    price_sensitivity: ArrayLike,
    other_utility: ArrayLike,
    weights: ArrayLike,
    box_cox: float | None,
    value_of_money: ArrayLike | None = None,
    needs_value: bool = False,
) -> list[_Inputs]:
    """Check the arguments that describe demand at given prices; raise UsageError with every problem."""
    problems = Problems()
    if needs_value and value_of_money is None and box_cox is not None:
        problems.add(column="value_of_money", expected="the marginal utility of money by agent, with box_cox")
    batch = _checked_batch(
        problems,
        {
            "mean_utility": mean_utility,
            "price_sensitivity": price_sensitivity,
            "other_utility": other_utility,
            "weights": weights,
            "prices": prices,
            "value_of_money": value_of_money,
        },
        None,
        None,
        box_cox,
    )
    problems.raise_if_any(UsageError)
    return batch


def _checked_batch(
    problems: Problems,
    given: dict[str, ArrayLike | Array | None],
    firm: ArrayLike | None,
    ownership: ArrayLike | None,
    box_cox: float | None,
) -> list[_Inputs]:
    """Turn the arguments into one `_Inputs` per market; note every problem, and return nothing if there is one."""
    earlier = len(problems)
    arrays = {name: _as_numbers(problems, name, value) for name, value in given.items() if value is not None}
    if "cost" in given:
        if (firm is None) == (ownership is None):
            problems.add(column="firm", expected="exactly one of firm and ownership")
        if ownership is not None:
            arrays["ownership"] = _as_numbers(problems, "ownership", ownership)
        if firm is not None:
            arrays["firm"] = np.asarray(firm)
    if box_cox is not None and not np.isfinite(box_cox):
        problems.add(column="box_cox", value=box_cox, expected="a finite number or None")
    if len(problems) > earlier:
        return []
    _check_shapes(problems, arrays)
    if len(problems) > earlier:
        return []
    _check_values(problems, arrays, box_cox)
    if len(problems) > earlier:
        return []
    return _split(arrays)


def _as_numbers(problems: Problems, name: str, value: ArrayLike) -> Array:
    """Return an array of float64, or note that it is none."""
    try:
        return np.ascontiguousarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        problems.add(column=name, value=type(value).__name__, expected="an array of numbers")
        return np.empty(0)


def _check_shapes(problems: Problems, arrays: dict[str, Array]) -> None:
    """Compare every array's shape with the numbers of products and agents."""
    sizes: dict[str, int] = {}
    for name, letter in (("mean_utility", "j"), ("price_sensitivity", "i")):
        sizes[letter] = arrays[name].shape[-1] if arrays[name].ndim else 0
        if sizes[letter] == 0:
            problems.add(column=name, value=arrays[name].shape, expected="at least one entry")
    sizes["k"] = sizes["j"]
    markets = None
    for name, array in arrays.items():
        wanted = tuple(sizes[letter] for letter in AXES[name])
        leading = array.ndim - len(wanted)
        if leading not in (0, 1) or array.shape[leading:] != wanted:
            letters = ", ".join(AXES[name])
            problems.add(
                column=name, value=array.shape, expected=f"shape {wanted} for [{letters}], or [n, {letters}]"
            )
        elif leading:
            markets = array.shape[0] if markets is None else markets
            if array.shape[0] != markets or markets == 0:
                problems.add(
                    column=name, value=array.shape, expected=f"as many markets as before, {markets}, and some"
                )


def _check_values(problems: Problems, arrays: dict[str, Array], box_cox: float | None) -> None:
    """Look for NaN, infinities, wrong signs and ownership that is none."""
    offered = arrays["mean_utility"] > -np.inf
    tests: dict[str, tuple[Any, str]] = {
        "mean_utility": (lambda a: a < np.inf, "finite numbers, or minus infinity for a product not offered"),
        "price_sensitivity": (lambda a: (a < 0) & (a > -np.inf), "finite numbers below 0"),
        "other_utility": (np.isfinite, "finite numbers"),
        "weights": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
        "capacity": (lambda a: a > 0, "numbers above 0, or infinity"),
        "value_of_money": (lambda a: (a > 0) & (a < np.inf), "finite numbers above 0"),
        "ownership": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
        "shadow_prices": (lambda a: (a >= 0) & (a < np.inf), "finite numbers of at least 0"),
    }
    money = (np.isfinite, "finite numbers") if box_cox is None else (
        lambda a: (a > 0) & (a < np.inf), "finite numbers above 0, as box_cox is given"
    )  # fmt: skip
    tests.update({"cost": money, "prices": money, "start": money})
    for name, array in arrays.items():
        test, expected = tests.get(name, (None, ""))
        if name == "other_utility" and np.isfinite(array.min()) and np.isfinite(array.max()):
            continue  # by far the largest array, and a NaN or an infinity would show in either
        good = np.ones(array.shape, dtype=bool) if test is None else test(array)
        if good.all():
            continue
        if name in ("cost", "prices", "start"):
            good = good | ~np.broadcast_to(offered, np.broadcast_shapes(offered.shape, good.shape))
        if not np.all(good):
            place = tuple(int(index) for index in np.argwhere(~good)[0])
            value = array[place[-array.ndim :]] if array.ndim else array
            problems.add(column=f"{name}{list(place)}", value=float(value), expected=expected)
    if "ownership" in arrays and not np.all(np.diagonal(arrays["ownership"], axis1=-2, axis2=-1) == 1):
        problems.add(column="ownership", expected="ones on the diagonal")


def _split(arrays: dict[str, Array]) -> list[_Inputs]:
    """Return one market after another; arrays without a leading axis are shared, not copied."""
    numbers = [array.shape[0] for name, array in arrays.items() if array.ndim > len(AXES[name])]
    batch = []
    for number in range(numbers[0] if numbers else 1):
        one = {
            name: array[number] if array.ndim > len(AXES[name]) else array for name, array in arrays.items()
        }
        prices = one["prices"] if "prices" in one else one["cost"]
        offered = np.isfinite(one["mean_utility"])
        batch.append(
            _Inputs(
                several=bool(numbers),
                mean_utility=one["mean_utility"],
                price_sensitivity=one["price_sensitivity"],
                other_utility=one["other_utility"],
                weights=one["weights"],
                cost=one.get("cost", prices),
                capacity=one.get("capacity", np.full(offered.size, np.inf)),
                prices=prices,
                start=one.get("start"),
                shadow_prices=one.get("shadow_prices"),
                value_of_money=one.get("value_of_money", -one["price_sensitivity"]),
                firm=one.get("firm"),
                ownership=one.get("ownership"),
            )
        )
    return batch


@stored_kernel
def _solve(market, scratch, tolerance, most_evaluations):
    """Iterate from path[0]; return (row of the answer, converged, change, residual, evaluations, Newton steps, undone).

    Far from the solution guarded SQUAREM, near it secant steps; when those are refused, SQUAREM again until the change
    is a tenth of what it was, or Newton steps if they promise to be cheaper.
    """
    path = scratch.path
    x, y, z, trial, beyond = 0, 1, 2, 3, 4
    change, residual = _map(market, scratch, path[x], path[y])
    first, near = change, SECANT_BELOW
    evaluations, newton_steps, undone = 1, 0, 0
    newton_allowed = False
    while evaluations < most_evaluations and not (change <= tolerance and residual <= tolerance):
        if change < near:
            carried = _secant(
                market,
                scratch,
                (path[x], path[y], path[trial], path[beyond]),
                change,
                residual,
                tolerance,
                most_evaluations - evaluations,
            )
            change, residual = carried[0], carried[1]
            evaluations += carried[2]
            undone += carried[3]
            near = 0.1 * change
            newton_allowed = not np.any(np.isfinite(market.capacity))
            continue
        if newton_allowed and _newton_pays(market.cost.size, evaluations, first, change, tolerance):
            newton_steps += 1
            newton_allowed = _newton_step(market, scratch, path[x], path[trial])
            if newton_allowed:
                evaluations += 1
                found = _map(market, scratch, path[trial], path[beyond])
                newton_allowed = found[0] < 0.5 * change
            if newton_allowed:
                x, y, trial, beyond = trial, beyond, x, y
                change, residual = found
                continue
        next_change, next_residual = _map(market, scratch, path[y], path[z])
        evaluations += 1
        finished = next_change <= tolerance and next_residual <= tolerance
        if not finished and _extrapolate(market, path[x], path[y], path[z], path[trial]):
            evaluations += 1
            found = _map(market, scratch, path[trial], path[beyond])
            if found[0] <= UNDO_ABOVE * next_change:
                x, y, trial, beyond = trial, beyond, x, y
                change, residual = found
                continue
            undone += 1
        x, y, z = y, z, x
        change, residual = next_change, next_residual
    converged = change <= tolerance and residual <= tolerance
    return x, converged, change, residual, evaluations, newton_steps, undone


@kernel
def _secant(market, scratch, rows, change, residual, tolerance, budget):
    """Go on from rows[0], whose next iterate is rows[1], by secant steps (Anderson 1965).

    Return (change, residual, evaluations, undone).

    Each price's step is scaled as in Newton's method for that price alone, by the curvature of its own profit where the
    phase begins, and steps are combined over the last DEPTH iterates. The first step that more than doubles the change,
    makes it larger than where the phase began, or leads below a floor is undone and ends the phase.
    """
    x, y, trial, beyond = rows
    limited = np.any(np.isfinite(market.capacity))
    x[:2] = y[:2]
    _sums(market, scratch, x[0], x[1], True)
    _paces(market, scratch, x)
    entry = change
    change, residual = _next(market, scratch, x, y)
    evaluations, taken = 1, 0
    while evaluations < budget and not (change <= tolerance and residual <= tolerance):
        slot = taken % DEPTH
        taken += 1
        _remember(market, scratch, slot, x, y)
        _combine(scratch, slot, min(taken, DEPTH), market.cost.size * (2 if limited else 1), trial)
        if not _allowed(market, trial):
            return change, residual, evaluations, 0
        trial_change, trial_residual = _map(market, scratch, trial, beyond)
        evaluations += 1
        if not (trial_change <= UNDO_ABOVE * change and trial_change <= entry):
            return change, residual, evaluations, 1
        x[:], y[:] = trial, beyond
        change, residual = trial_change, trial_residual
    return change, residual, evaluations, 0


@kernel
def _remember(market, scratch, slot, x, y):
    """Store an iterate, its scaled step and that step relative to prices; shadow prices follow the prices."""
    products = market.cost.size
    for j in range(products):
        size = max(abs(x[0, j]), abs(x[0, j] - market.cost[j]))
        pace = scratch.pace[j] if y[1, j] == 0.0 else 1.0
        step, shadow_step = pace * (y[0, j] - x[0, j]), y[1, j] - x[1, j]
        scratch.points[slot, j], scratch.points[slot, products + j] = x[0, j], x[1, j]
        scratch.steps[slot, j], scratch.steps[slot, products + j] = step, shadow_step
        scratch.relative[slot, j], scratch.relative[slot, products + j] = step / size, shadow_step / size


@kernel
def _combine(scratch, slot, count, length, trial):
    """Write the secant step from the iterate in `slot` into trial [prices, shadow prices].

    The weights on the differences from the other iterates make the combined relative step least (Anderson 1965).
    """
    others = count - 1
    normal, weights = scratch.normal[:others, :others], scratch.weights[:others]
    newest = scratch.relative[slot]
    for first in range(others):
        one = scratch.relative[(slot + 1 + first) % count]
        weights[first] = _product_of_differences(newest, one, newest, scratch.nothing, length)
        for second in range(first + 1):
            two = scratch.relative[(slot + 1 + second) % count]
            normal[first, second] = _product_of_differences(newest, one, newest, two, length)
            normal[second, first] = normal[first, second]
        normal[first, first] *= 1.0 + RIDGE
    if not _eliminate(normal, weights):
        weights[:] = 0.0
    points, steps, products = scratch.points, scratch.steps, trial.shape[1]
    for place in range(length):
        moved = points[slot, place] + steps[slot, place]
        combined = moved
        for first in range(others):
            other = (slot + 1 + first) % count
            combined -= weights[first] * (moved - points[other, place] - steps[other, place])
        trial[place // products, place % products] = combined


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _product_of_differences(a, b, c, d, length):
    """Return the inner product of a - b and c - d over the first `length` places."""
    total = 0.0
    for place in range(length):
        total += (a[place] - b[place]) * (c[place] - d[place])
    return total


@kernel
def _allowed(market, trial):
    """Say whether every price is finite and not below its floor; raise negative shadow prices to zero."""
    for j in range(market.cost.size):
        trial[1, j] = max(trial[1, j], 0.0)
        if not market.floor[j] <= trial[0, j] < np.inf:
            return False
    return True


@kernel
def _paces(market, scratch, x):
    """Turn the sums of curvature into, by product, the ratio of a Newton step in its own price to the zeta map's step.

    The ratio is L_j h'_j / (dF_j/dP_j); where the profit is not concave in that price, or nearly flat, it is one.
    """
    for j in range(market.cost.size):
        margin = x[0, j] - market.cost[j] - x[1, j]
        own = scratch.slope[j] * scratch.own[j]
        bent = scratch.curvature[j] * (scratch.own[j] * margin - scratch.cross[j])
        ratio = own / (scratch.pace[j] + 2.0 * own + bent)
        scratch.pace[j] = ratio if 0.0 < ratio < FASTEST_PACE else 1.0


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _accumulate_curvature(market, scratch, tile, prices, shadow):
    """Add one tile to dF_j/dP_j, except for the parts that S, L and G give (see `_first_order_jacobian`)."""
    exponentials, factor, inverse = scratch.exponentials, scratch.factor, scratch.total
    for j in range(exponentials.shape[0]):
        row = market.maker[j] + 2
        slope, margin = scratch.slope[j], prices[j] - market.cost[j] - shadow[j]
        once, twice = 0.0, 0.0
        for b in range(inverse.size):
            share = exponentials[j, b] * inverse[b]
            own = exponentials[j, b] * factor[1, b]
            bent = market.sensitivity[tile, b] * (own * margin - exponentials[j, b] * factor[row, b])
            once += own * share
            twice += bent * (1.0 - 2.0 * share)
        scratch.pace[j] += slope * slope * twice - 2.0 * slope * once


@kernel
def _map(market, scratch, x, y):
    """Evaluate at x = (prices, shadow prices, -); see `_next`."""
    _sums(market, scratch, x[0], x[1], False)
    return _next(market, scratch, x, y)


@kernel
def _next(market, scratch, x, y):
    """Write the shares at x into x[2] and the next iterate, prices and shadow prices, into y; sums must be up to date.

    The next price is the larger of two: cost plus zeta, and, where capacity is limited, the price at which the
    share would fall to capacity if its slope were L_j alone. What the second is above the first is the shadow
    price. At a fixed point either the share is below capacity and the shadow price zero, or it is at capacity.
    Return the largest relative change and the largest relative first-order residual.
    """
    change, residual = 0.0, 0.0
    for j in range(market.cost.size):
        price, share, own = x[0, j], scratch.share[j], scratch.slope[j] * scratch.own[j]
        cross = scratch.slope[j] * scratch.cross[j]
        margin = price - market.cost[j] - x[1, j]
        traded = share > 0.0 and own < 0.0
        zeta = (cross - share) / own if traded else margin
        next_price, next_shadow = market.cost[j] + zeta, 0.0
        gap = abs(share + own * margin - cross) / (share - own * abs(margin) + abs(cross)) if traded else 0.0
        if traded and np.isfinite(market.capacity[j]):
            excess = np.log(share / market.capacity[j])
            bound = price - share * excess / own
            if bound > next_price:
                next_shadow = bound - next_price
                next_price = bound
            gap = max(gap, abs(excess) if x[1, j] > 0.0 else excess)
        if traded:
            next_price = min(next_price, price - LONGEST_RISE * share / own)
        next_price = max(next_price, market.floor[j])
        size = max(abs(price), abs(price - market.cost[j]))
        move = max(abs(next_price - price), abs(next_shadow - x[1, j])) / size
        # A NaN must not be lost in a maximum.
        change = max(change, move) if move == move else np.inf
        residual = max(residual, gap) if gap == gap else np.inf
        x[2, j], y[0, j], y[1, j] = share, next_price, next_shadow
    return change, residual


@stored_kernel
def _sums(market, scratch, prices, shadow, curved):
    """Fill share S_j, own L_j and cross G_j (both without the slope h') at these prices, tile by tile.

    If `curved`, fill pace too, with the part of dF_j/dP_j that S, L and G do not give.
    """
    if curved:
        scratch.pace[:] = 0.0
    _price_terms(market.plain, market.power, prices, scratch.term, scratch.slope, scratch.curvature)
    scratch.share[:] = 0.0
    scratch.own[:] = 0.0
    scratch.cross[:] = 0.0
    for tile in range(market.utility.shape[0]):
        _exponentials(market, scratch, tile, prices, shadow)
        _factors(market, scratch, tile)
        _accumulate(
            scratch.exponentials, scratch.factor, market.maker, scratch.share, scratch.own, scratch.cross
        )
        if curved:
            _accumulate_curvature(market, scratch, tile, prices, shadow)


@kernel
def _exponentials(market, scratch, tile, prices, shadow):
    """Fill one tile's exp(u_ij), their totals with the outside good, and exp times margin by maker."""
    utility, sensitivity = market.utility, market.sensitivity
    exponentials, total, margin = scratch.exponentials, scratch.total, scratch.margin
    width = total.size
    for b in range(width):
        total[b] = market.outside[tile, b]
    margin[:] = 0.0
    for j in range(prices.size):
        maker = market.maker[j]
        term = scratch.term[j]
        earned = prices[j] - market.cost[j] - shadow[j]
        for b in range(width):
            value = exp(multiply_add(sensitivity[tile, b], term, utility[tile, j, b]))
            exponentials[j, b] = value
            total[b] += value
            margin[maker, b] = multiply_add(earned, value, margin[maker, b])


@kernel
def _factors(market, scratch, tile):
    """Fill what exp(u_ij) is multiplied by in S, L and each maker's G; turn the totals into their inverses."""
    total, margin, factor = scratch.total, scratch.margin, scratch.factor
    width = total.size
    for b in range(width):
        total[b] = 1.0 / total[b]
        factor[0, b] = market.weight[tile, b] * total[b]
        factor[1, b] = factor[0, b] * market.sensitivity[tile, b]
    for maker in range(margin.shape[0]):
        for b in range(width):
            factor[2 + maker, b] = 0.0
        for edge in range(market.stake_start[maker], market.stake_start[maker + 1]):
            other, stake = market.stake_maker[edge], market.stake_value[edge]
            for b in range(width):
                factor[2 + maker, b] = multiply_add(stake, margin[other, b], factor[2 + maker, b])
        for b in range(width):
            # In this order: the product of the last two alone could underflow.
            factor[2 + maker, b] = factor[2 + maker, b] * total[b] * factor[1, b]


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _accumulate(exponentials, factor, maker, share, own, cross):
    """Add one tile to S, L and G.

    Sums over agents may be reassociated, once, when this is compiled: the order then depends on the vector width
    of the processor, not on threads, batches or data.
    """
    for j in range(exponentials.shape[0]):
        row = maker[j] + 2
        share_sum, own_sum, cross_sum = 0.0, 0.0, 0.0
        for b in range(exponentials.shape[1]):
            share_sum += exponentials[j, b] * factor[0, b]
            own_sum += exponentials[j, b] * factor[1, b]
            cross_sum += exponentials[j, b] * factor[row, b]
        share[j] += share_sum
        own[j] += own_sum
        cross[j] += cross_sum


@stored_kernel
def _price_terms(plain, power, prices, term, slope, curvature):
    """Fill h(P), h'(P) and h''(P): P itself if plain, else the Box-Cox form, whose limit at power 0 is ln P."""
    for j in range(prices.size):
        if plain:
            term[j], slope[j], curvature[j] = prices[j], 1.0, 0.0
        else:
            logarithm = np.log(prices[j])
            # expm1 keeps the digits that (P^b - 1)/b loses as b goes to 0.
            term[j] = logarithm if power == 0.0 else np.expm1(power * logarithm) / power
            slope[j] = np.exp((power - 1.0) * logarithm)
            curvature[j] = (power - 1.0) * slope[j] / prices[j]


@kernel
def _extrapolate(market, x, y, z, trial):
    """Write the SQUAREM jump from three iterates into trial; say whether it is longer than a plain step and allowed."""
    first, second = 0.0, 0.0
    for j in range(market.cost.size):
        size = max(abs(x[0, j]), abs(x[0, j] - market.cost[j]))
        for row in range(2):
            step = (y[row, j] - x[row, j]) / size
            bend = (z[row, j] - y[row, j]) / size - step
            first += step * step
            second += bend * bend
    if not first > second:
        return False
    length = np.sqrt(first / second)
    for j in range(market.cost.size):
        for row in range(2):
            step = y[row, j] - x[row, j]
            bend = z[row, j] - y[row, j] - step
            trial[row, j] = x[row, j] + 2.0 * length * step + length * length * bend
    return _allowed(market, trial)


@kernel
def _newton_pays(products, evaluations, first, change, tolerance):
    """Say whether three Newton steps cost less than the evaluations that the map will still need at its pace.

    One step costs about a fifth of an evaluation per product (measured; see the benchmark's note).
    """
    if not change < NEWTON_BELOW or evaluations < 6:
        return False
    pace = log(first / change) / evaluations
    return not 3.0 * (1.0 + 0.2 * products) * pace > log(change / tolerance)


@kernel
def _newton_step(market, scratch, x, trial):
    """Write x - (dF/dP)^-1 F into trial; say whether the prices are allowed."""
    jacobian = np.empty((x.shape[1], x.shape[1]))
    _first_order_jacobian(market, scratch, x[0], x[1], jacobian)
    for j in range(x.shape[1]):
        margin = x[0, j] - market.cost[j] - x[1, j]
        trial[0, j] = -scratch.share[j] - scratch.slope[j] * (scratch.own[j] * margin - scratch.cross[j])
        trial[1, j] = 0.0
    if not _eliminate(jacobian, trial[0]):
        return False
    trial[0] += x[0]
    return _allowed(market, trial)


@stored_kernel
def _first_order_jacobian(market, scratch, prices, shadow, jacobian):
    """Fill dF_j/dP_k [j, k], the second derivatives of each maker's profit.

    With s = s_ij, a = price_sensitivity_i, M = P - c - v and E_j = sum_k O_jk s_ik M_k it is
    - sum_i w_i s_j s_k {h'_k a (1 + h'_j a (M_j - E_j)) + h'_j a O_jk + h'_j h'_k a^2 (O_jk M_k - E_j)}
    and, on the diagonal, + sum_i w_i s_j {h'_j a (2 + h'_j a (M_j - E_j)) + h''_j a (M_j - E_j)}.
    """
    _price_terms(market.plain, market.power, prices, scratch.term, scratch.slope, scratch.curvature)
    scratch.share[:] = 0.0
    scratch.own[:] = 0.0
    scratch.cross[:] = 0.0
    jacobian[:] = 0.0
    margins = prices - market.cost - shadow
    left = np.empty((3, scratch.total.size))
    for tile in range(market.utility.shape[0]):
        _exponentials(market, scratch, tile, prices, shadow)
        _factors(market, scratch, tile)
        _accumulate(
            scratch.exponentials, scratch.factor, market.maker, scratch.share, scratch.own, scratch.cross
        )
        for j in range(prices.size):
            _accumulate_row(market, scratch, tile, j, margins, left, jacobian[j])
    for j in range(prices.size):
        bent = scratch.curvature[j] * (scratch.own[j] * margins[j] - scratch.cross[j])
        jacobian[j, j] += 2.0 * scratch.slope[j] * scratch.own[j] + bent


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _accumulate_row(market, scratch, tile, j, margins, left, row):
    """Add one tile to row j of the Jacobian, except for the parts that S, L and G give."""
    exponentials, factor, inverse = scratch.exponentials, scratch.factor, scratch.total
    maker, slope = market.maker, scratch.slope
    own_square, cross_square = 0.0, 0.0
    for b in range(inverse.size):
        sensitivity = market.sensitivity[tile, b]
        own = exponentials[j, b] * factor[1, b]
        cross = exponentials[j, b] * factor[maker[j] + 2, b] * sensitivity
        own_square += own * sensitivity
        cross_square += cross
        left[0, b] = own * inverse[b]
        left[1, b] = own * inverse[b] * sensitivity
        left[2, b] = cross * inverse[b]
    for k in range(row.size):
        first, square, crossed = 0.0, 0.0, 0.0
        for b in range(inverse.size):
            first += left[0, b] * exponentials[k, b]
            square += left[1, b] * exponentials[k, b]
            crossed += left[2, b] * exponentials[k, b]
        stake = market.stake[maker[j], maker[k]]
        both = (margins[j] + stake * margins[k]) * square - 2.0 * crossed
        row[k] -= (slope[k] + stake * slope[j]) * first + slope[j] * slope[k] * both
    row[j] += slope[j] * slope[j] * (margins[j] * own_square - cross_square)


@kernel
def _eliminate(matrix, right):
    """Solve matrix x = right in place by Gaussian elimination with row exchanges; say whether it is regular.

    A library's solver would let the bits depend on the number of its threads.
    """
    size = right.size
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[pivot, column]):
                pivot = row
        if not abs(matrix[pivot, column]) > 0.0:
            return False
        if pivot != column:
            for k in range(column, size):
                matrix[pivot, k], matrix[column, k] = matrix[column, k], matrix[pivot, k]
            right[pivot], right[column] = right[column], right[pivot]
        for row in range(column + 1, size):
            ratio = matrix[row, column] / matrix[column, column]
            right[row] -= ratio * right[column]
            for k in range(column + 1, size):
                matrix[row, k] -= ratio * matrix[column, k]
    for row in range(size - 1, -1, -1):
        for k in range(row + 1, size):
            right[row] -= matrix[row, k] * right[k]
        right[row] /= matrix[row, row]
    return True


@stored_kernel
def _share_slopes(market, scratch, prices, slopes):
    """Fill S_j and dS_j/dP_k [j, k] = h'_k sum_i w_i a_i s_ij ([j = k] - s_ik)."""
    zeros = np.zeros(prices.size)
    _sums(market, scratch, prices, zeros, False)
    for tile in range(market.utility.shape[0]):
        _exponentials(market, scratch, tile, prices, zeros)
        _factors(market, scratch, tile)
        for j in range(prices.size):
            _subtract_products(scratch.exponentials, scratch.factor[1], scratch.total, j, slopes[j])
    for j in range(prices.size):
        slopes[j, j] += scratch.own[j]
        for k in range(prices.size):
            slopes[j, k] *= scratch.slope[k]


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _subtract_products(exponentials, factor, inverse, j, row):
    """Subtract one tile's sum of w a s_ij s_ik from row j."""
    for k in range(row.size):
        total = 0.0
        for b in range(inverse.size):
            total += exponentials[j, b] * factor[b] * inverse[b] * exponentials[k, b]
        row[k] -= total


@stored_kernel
def _fill_tiles(
    market, floor_term, highest, other_utility, mean_utility, columns, price_sensitivity, weights
):
    """Copy agents into tiles, less what an agent's largest utility at the lowest prices is above LARGEST_UTILITY.

    No admissible price lets an exponential overflow then; `highest`, which no utility exceeds, mostly spares the search.
    Places beyond the last agent repeat that agent with weight zero. Utilities turn from [i, j] to [t, j, b] a cache line
    of agents at a time.
    """
    tiles, products, width = market.utility.shape
    agents = weights.size
    for line in range(tiles * width // LANES):
        tile, start = line * LANES // width, line * LANES % width
        for b in range(start, start + LANES):
            i = min(tile * width + b, agents - 1)
            market.sensitivity[tile, b] = price_sensitivity[i]
            market.weight[tile, b] = weights[i] if tile * width + b < agents else 0.0
            market.outside[tile, b] = 0.0
            if not highest <= LARGEST_UTILITY:
                largest = _largest_utility(
                    price_sensitivity[i], floor_term, mean_utility, other_utility, columns, i
                )
                market.outside[tile, b] = max(0.0, largest - LARGEST_UTILITY)
        first = tile * width + start
        whole = first + LANES <= agents
        for j in range(products):
            column, mean = columns[j], mean_utility[j]
            for lane in range(LANES):
                i = first + lane if whole else min(first + lane, agents - 1)
                fixed = other_utility[i, column] + mean
                market.utility[tile, j, start + lane] = fixed - market.outside[tile, start + lane]
        for b in range(start, start + LANES):
            market.outside[tile, b] = exp(-market.outside[tile, b])


@kernel
def _largest_utility(sensitivity, term, mean_utility, other_utility, columns, agent):
    """Return the largest utility of one agent at these price terms, or zero if all are below."""
    largest = 0.0
    for j in range(term.size):
        largest = max(largest, sensitivity * term[j] + mean_utility[j] + other_utility[agent, columns[j]])
    return largest
