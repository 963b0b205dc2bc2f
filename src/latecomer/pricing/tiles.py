"""How does one market lie in memory, so that an evaluation runs as fast as the vectors of the machine?

Products are sorted by maker, agents lie in tiles that fit a core's second-level cache.
Axes: n market, j product, i agent, m maker (products with the same owners), t tile of agents, b agent in a tile.
"""

from math import prod
from threading import local
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from latecomer.compiled import kernel, stored_kernel
from latecomer.exponential import exp
from latecomer.pricing.checks import Inputs
from latecomer.pricing.sums import fill_price_terms

Array = NDArray[np.float64]

# A tile's utilities, exponentials and factors must stay in a core's second-level cache (1 MiB, half of it ours).
TILE_BYTES = 512 * 1024
WIDEST_TILE = 224
LANES = 8
# All tiles' exponentials are kept from one evaluation to the next if they fit the share of the last-level cache that is ours.
KEPT_BYTES = 4 * 1024 * 1024
LARGEST_UTILITY = 600.0
ENDLESS_RISE = 1e9  # times cost
DEPTH = 6


class Market(NamedTuple):
    """One market as the kernels read it: products sorted by maker, agents in tiles.

    utility [t, j, b] without price term, less a number per agent (zero but for absurd utilities) that keeps
    exponentials finite; outside [t, b] is the exponential of that number with its sign turned; stake [m, m] is the
    ownership between makers, stake_start, stake_maker and stake_value the same by rows without zeros. fixed marks given
    prices; above the ceiling prices are taken to grow without bound; kept is one less the nesting parameter of `nests`
    nests (none: 0); revenue says that shares are parts of what is spent; steepest is the largest size of a sensitivity.
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
    fixed: NDArray[np.bool_]
    ceiling: Array
    nest: NDArray[np.int64]
    kept: float
    nests: int
    revenue: bool
    steepest: float


class Scratch(NamedTuple):
    """Work space of one solve, so that the kernels allocate nothing.

    exponentials [t or one, j, b], total [b], margin [m, b], factor [2 + m, b]; per product term h, slope h', curvature h'',
    step since kept_term (at which all exponentials are kept, NaN if none are), share S, own L, cross G; path [5, 3, j] holds
    iterates, each prices, shadow prices and shares; points, steps and relative [DEPTH, 2 j] the last iterates of the secant
    phase, pace [j] its scale, normal and weights its least squares.
    """

    exponentials: Array
    total: Array
    margin: Array
    factor: Array
    term: Array
    slope: Array
    curvature: Array
    step: Array
    kept_term: Array
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


def prepare_market(
    inputs: Inputs, limited: bool = False, floor: Array | None = None
) -> tuple[Market, Scratch, NDArray[np.bool_]]:
    """Return one market in tiles, its work space, and which products are offered."""
    offered = np.isfinite(inputs.mean_utility)
    maker, stake = makers_of(inputs, offered)
    sorting = np.argsort(maker, kind="stable")
    order = np.nonzero(offered)[0][sorting]
    cost = inputs.cost[order]
    products, agents = cost.size, inputs.weights.size
    tiles, width = tile_shape(products, agents)
    makers = stake.shape[0]
    places = tiles if 8 * tiles * products * width <= KEPT_BYTES else 1
    utility, sensitivity, weight, outside, exponentials, total, margin, factor = ARENA.arrays(
        (tiles, products, width), (tiles, width), (tiles, width), (tiles, width),
        (places, products, width), (width,), (makers, width), (2 + makers, width),
    )  # fmt: skip
    edges = np.count_nonzero(stake)
    lowest = cost - 0.5 * np.abs(cost) if floor is None else floor[order]
    given = inputs.fixed_prices[order]
    nest = inputs.nests[order]
    market = Market(
        utility=utility,
        sensitivity=sensitivity,
        weight=weight,
        outside=outside,
        cost=cost,
        floor=np.fmin(lowest, given),
        capacity=inputs.capacity[order] if limited else np.full(products, np.inf),
        maker=maker[sorting],
        stake=stake,
        stake_start=np.zeros(makers + 1, dtype=np.int64),
        stake_maker=np.empty(edges, dtype=np.int64),
        stake_value=np.empty(edges),
        order=order,
        plain=inputs.box_cox is None,
        power=1.0 if inputs.box_cox is None else float(inputs.box_cox),
        fixed=np.isfinite(given),
        ceiling=ceiling_of(inputs, cost),
        nest=nest,
        kept=1.0 - inputs.nesting,
        nests=int(nest.max(initial=0)) + 1 if inputs.nesting > 0 else 0,
        revenue=inputs.revenue,
        steepest=float(np.abs(inputs.price_sensitivity).max()),
    )
    scratch = work_space(exponentials, total, margin, factor)
    fill_price_terms(market.plain, market.power, market.floor, scratch.term, scratch.slope, scratch.curvature)
    fill_market(
        market, scratch.term, inputs.other_utility, float(inputs.other_utility.max()), inputs.mean_utility[order],
        inputs.price_sensitivity, inputs.weights,
    )  # fmt: skip
    return market, scratch, offered


def scattered(market: Market, offered: NDArray[np.bool_], values: Array, absent: float) -> Array:
    """Return values of the offered products in the caller's order, and `absent` for the others."""
    full = np.full(offered.size, absent)
    full[market.order] = values
    return full


def ceiling_of(inputs: Inputs, cost: Array) -> Array:
    """Return the price [j] above which prices are taken to grow without bound; infinite where a best price exists.

    With ln P in the utility a buyer with slope a spends in proportion to P^(1 + a) far up: if 1 + a is not below zero
    for some buyer, profit never falls again. With a negative power even the share has a limit above zero.
    """
    endless = (
        inputs.box_cox is not None
        and not inputs.revenue
        and (inputs.box_cox < 0 or (inputs.box_cox == 0 and bool(np.any(inputs.price_sensitivity >= -1))))
    )
    return cost * ENDLESS_RISE if endless else np.full(cost.size, np.inf)


def makers_of(inputs: Inputs, offered: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Array]:
    """Return each offered product's maker [j] and the ownership between makers [m, m].

    Products form one maker if nothing in the ownership matrix tells them apart.
    """
    if inputs.ownership is None:
        if inputs.firm is None:
            return np.zeros(int(offered.sum()), dtype=np.int64), np.ones((1, 1))
        firm = inputs.firm[offered]
        present = np.bincount(firm) > 0
        return (np.cumsum(present) - 1)[firm], np.eye(int(np.count_nonzero(present)))
    owners = inputs.ownership[np.ix_(offered, offered)]
    _, first, maker = np.unique(
        np.concatenate([owners, owners.T], axis=1), axis=0, return_index=True, return_inverse=True
    )
    maker = maker.reshape(-1).astype(np.int64)
    stake = owners[np.ix_(first, first)].copy()
    # Within a maker all weights are equal by construction, and the diagonal of the full matrix is one; a maker
    # whose products do not count each other would differ in a row or column and so be several makers.
    return maker, stake


def tile_shape(products: int, agents: int) -> tuple[int, int]:
    """Return the number of tiles and their width, a multiple of LANES, such that two tiles fit the cache."""
    widest = max(LANES, min(WIDEST_TILE, TILE_BYTES // (16 * max(products, 1)) // LANES * LANES))
    tiles = -(-agents // widest)
    width = -(-agents // (tiles * LANES)) * LANES
    return -(-agents // width), width


def work_space(exponentials: Array, total: Array, margin: Array, factor: Array) -> Scratch:
    """Return work space for one market, uninitialised, with the given arrays by agents."""
    products = exponentials.shape[1]
    return Scratch(
        exponentials=exponentials,
        total=total,
        margin=margin,
        factor=factor,
        term=np.empty(products),
        slope=np.empty(products),
        curvature=np.empty(products),
        step=np.empty(products),
        kept_term=np.full(products, np.nan),
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


class Arena(local):
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


ARENA = Arena()


@stored_kernel
def fill_market(market, floor_term, other_utility, highest_other, mean_utility, price_sensitivity, weights):
    """Fill the agents' tiles and the rows of the ownership matrix without its zeros."""
    edge = 0
    for maker in range(market.stake.shape[0]):
        for other in range(market.stake.shape[0]):
            if market.stake[maker, other] != 0.0:
                market.stake_maker[edge], market.stake_value[edge] = other, market.stake[maker, other]
                edge += 1
        market.stake_start[maker + 1] = edge
    fill_tiles(market, floor_term, other_utility, highest_other, mean_utility, price_sensitivity, weights)


@kernel
def fill_tiles(market, floor_term, other_utility, highest_other, mean_utility, price_sensitivity, weights):
    """Copy agents into tiles, less what an agent's largest utility at the lowest prices is above LARGEST_UTILITY.

    No admissible price lets an exponential overflow then; the highest other utility mostly spares the search. Places beyond
    the last agent repeat that agent with weight zero. Utilities turn from [i, j] to [t, j, b] a cache line of agents at a
    time.
    """
    tiles, products, width = market.utility.shape
    agents = weights.size
    moderate = highest_utility(highest_other, mean_utility, floor_term, price_sensitivity) <= LARGEST_UTILITY
    for line in range(tiles * width // LANES):
        tile, start = line * LANES // width, line * LANES % width
        for b in range(start, start + LANES):
            i = min(tile * width + b, agents - 1)
            market.sensitivity[tile, b] = price_sensitivity[i]
            market.weight[tile, b] = weights[i] if tile * width + b < agents else 0.0
            market.outside[tile, b] = 0.0
            if not moderate:
                largest = largest_utility(
                    price_sensitivity[i], floor_term, mean_utility, other_utility, market.order, i
                )
                market.outside[tile, b] = max(0.0, largest - LARGEST_UTILITY)
        first = tile * width + start
        whole = first + LANES <= agents
        for j in range(products):
            column, mean = market.order[j], mean_utility[j]
            for lane in range(LANES):
                i = first + lane if whole else min(first + lane, agents - 1)
                fixed = other_utility[i, column] + mean
                market.utility[tile, j, start + lane] = fixed - market.outside[tile, start + lane]
        for b in range(start, start + LANES):
            market.outside[tile, b] = exp(-market.outside[tile, b])


@kernel
def highest_utility(highest_other, mean_utility, floor_term, price_sensitivity):
    """Return a number that no utility exceeds at any admissible price."""
    mean, low, high, flattest, steepest = -np.inf, np.inf, -np.inf, -np.inf, np.inf
    for j in range(mean_utility.size):
        mean, low, high = max(mean, mean_utility[j]), min(low, floor_term[j]), max(high, floor_term[j])
    for i in range(price_sensitivity.size):
        flattest, steepest = max(flattest, price_sensitivity[i]), min(steepest, price_sensitivity[i])
    price = max(max(steepest * low, steepest * high), max(flattest * low, flattest * high))
    return highest_other + mean + price


@kernel
def largest_utility(sensitivity, term, mean_utility, other_utility, columns, agent):
    """Return the largest utility of one agent at these price terms, or zero if all are below."""
    largest = 0.0
    for j in range(term.size):
        largest = max(largest, sensitivity * term[j] + mean_utility[j] + other_utility[agent, columns[j]])
    return largest
