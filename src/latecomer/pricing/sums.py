"""What do a market's shares and first-order conditions add up to at given prices, agent by agent?

    S_j = sum_i w_i s_ij,   L_j = sum_i w_i a_i s_ij,   G_j = sum_i w_i a_i s_ij sum_k O_jk s_ik (P_k - c_k - v_k)

and the derivatives of these; one exponential per agent and product. Axes as in `tiles`.
"""

import numpy as np
from numba import njit

from latecomer.compiled import kernel, stored_kernel
from latecomer.exponential import (
    LONGEST_STEP,
    exp,
    exp_by,
    held_exact,
    held_rough,
    log,
    multiply_add,
    rough_exp_by,
    small_expm1,
)

EXACT, ROUGH, STEPPED, KEPT = 0, 1, 2, 3


@stored_kernel
def fill_sums(market, scratch, prices, shadow, curved, way):
    """Fill share S_j, own L_j and cross G_j (both without the slope h') at these prices, tile by tile.

    If `curved`, fill pace too, with the part of dF_j/dP_j that S, L and G do not give. Exponentials are taken in one of
    these ways: EXACT; ROUGH, to ROUGH_ERROR only; STEPPED from those kept, or, if none are or the step is too long, exact
    and KEPT for the next step. Return the way taken. Where products share nests all are exact.
    """
    if curved:
        scratch.pace[:] = 0.0
    way = begin(market, scratch, prices, EXACT if market.nests > 0 else way)
    if market.nests > 0:
        add_nested(market, scratch, prices, shadow)
        return way
    for tile in range(market.utility.shape[0]):
        exponentials = fill_exponentials(market, scratch, tile, prices, shadow, way)
        fill_factors(market, scratch, tile)
        accumulate(exponentials, scratch.factor, market.maker, scratch.share, scratch.own, scratch.cross)
        if curved and not market.revenue:
            accumulate_curvature(market, scratch, exponentials, tile, prices, shadow)
    return way


@kernel
def begin(market, scratch, prices, way):
    """Fill the price terms, empty the sums, and return the way that can be taken; see `fill_sums`."""
    fill_price_terms(market.plain, market.power, prices, scratch.term, scratch.slope, scratch.curvature)
    scratch.share[:] = 0.0
    scratch.own[:] = 0.0
    scratch.cross[:] = 0.0
    if way == STEPPED and scratch.exponentials.shape[0] < market.utility.shape[0]:
        way = EXACT
    longest = 0.0
    for j in range(prices.size):
        scratch.step[j] = scratch.term[j] - scratch.kept_term[j]
        longest = max(abs(scratch.step[j]), longest)  # in this order a NaN, where none are kept, stays
        scratch.kept_term[j] = scratch.term[j] if way == STEPPED else np.nan
    if way == STEPPED and not longest * market.steepest <= LONGEST_STEP:
        way = KEPT
    return way


@kernel
def fill_exponentials(market, scratch, tile, prices, shadow, way):
    """Fill and return one tile's exp(u_ij) [j, b]; fill their totals with the outside good, and those by maker of margins.

    STEPPED: exp(u + a d) = exp(u) exp(a d), where d is what the price term has changed by since the last evaluation.
    """
    place = tile if way == STEPPED or way == KEPT else 0
    exponentials, total, margin = scratch.exponentials[place], scratch.total, scratch.margin
    utility, sensitivity = market.utility[tile], market.sensitivity[tile]
    exact, rough = held_exact(), held_rough()
    width = total.size
    for b in range(width):
        total[b] = market.outside[tile, b]
    margin[:] = 0.0
    for j in range(prices.size):
        maker = market.maker[j]
        term, step = scratch.term[j], scratch.step[j]
        earned = margin_of(market, j, prices[j], shadow[j])
        if way == ROUGH:
            for b in range(width):
                value = rough_exp_by(rough, multiply_add(sensitivity[b], term, utility[j, b]))
                exponentials[j, b] = value
                total[b] += value
                margin[maker, b] = multiply_add(earned, value, margin[maker, b])
        elif way == STEPPED:
            for b in range(width):
                value = exponentials[j, b]
                value = multiply_add(value, small_expm1(sensitivity[b] * step), value)
                exponentials[j, b] = value
                total[b] += value
                margin[maker, b] = multiply_add(earned, value, margin[maker, b])
        else:
            for b in range(width):
                value = exp_by(exact, multiply_add(sensitivity[b], term, utility[j, b]))
                exponentials[j, b] = value
                total[b] += value
                margin[maker, b] = multiply_add(earned, value, margin[maker, b])
    return exponentials


@kernel
def margin_of(market, j, price, shadow):
    """Return what a unit of share of product j earns: price less costs or, of revenue, the part that is kept."""
    return 1.0 - market.cost[j] / price if market.revenue else price - market.cost[j] - shadow


@kernel
def add_nested(market, scratch, prices, shadow):
    """Add every tile to S, L and G where products share nests; notation of `nested_tile`."""
    makers, nests, width = market.stake.shape[0], market.nests, scratch.total.size
    best, inside, value = np.empty((nests, width)), np.empty((nests, width)), np.empty((nests, width))
    among = np.empty((makers, nests, width))
    for tile in range(market.utility.shape[0]):
        nested_tile(market, scratch, tile, prices, best, inside, value)
        nested_margins(market, scratch, prices, shadow, inside, value, among)
        nested_totals(market, scratch, tile, among)


@kernel
def nested_tile(market, scratch, tile, prices, best, inside, value):
    """Fill one tile's s_ij, and by nest D = sum_k exp((u_ik - best) / kept) and the nest's own share of all buyers.

    s_ij = exp((u_ij - best) / kept) / D x D^kept exp(best) / (1 + the same sum over nests) (McFadden 1978).
    """
    e, total, kept = scratch.exponentials[0], scratch.total, market.kept
    best[:] = -np.inf
    inside[:] = 0.0
    for j in range(prices.size):
        nest = market.nest[j]
        for b in range(total.size):
            e[j, b] = multiply_add(market.sensitivity[tile, b], scratch.term[j], market.utility[tile, j, b])
            best[nest, b] = max(best[nest, b], e[j, b])
    for j in range(prices.size):
        nest = market.nest[j]
        for b in range(total.size):
            e[j, b] = exp((e[j, b] - best[nest, b]) / kept)
            inside[nest, b] += e[j, b]
    for b in range(total.size):
        total[b] = market.outside[tile, b]
        for nest in range(market.nests):
            value[nest, b] = 0.0
            if inside[nest, b] > 0.0:
                value[nest, b] = exp(best[nest, b] + kept * log(inside[nest, b]))
            total[b] += value[nest, b]
        for nest in range(market.nests):
            value[nest, b] /= total[b]
    for j in range(prices.size):
        nest = market.nest[j]
        for b in range(total.size):
            e[j, b] = e[j, b] / inside[nest, b] * value[nest, b]


@kernel
def nested_margins(market, scratch, prices, shadow, inside, value, among):
    """Fill, by maker and agent, the sum of share times margin, and in `among` that of shares within each nest."""
    e, margin = scratch.exponentials[0], scratch.margin
    margin[:] = 0.0
    among[:] = 0.0
    for j in range(prices.size):
        earned, maker, nest = margin_of(market, j, prices[j], shadow[j]), market.maker[j], market.nest[j]
        for b in range(e.shape[1]):
            margin[maker, b] += earned * e[j, b]
            if value[nest, b] > 0.0:
                among[maker, nest, b] += earned * e[j, b] / value[nest, b]


@kernel
def nested_totals(market, scratch, tile, among):
    """Add one tile to S, L and G: a buyer leaves for its own nest first, by (1 / kept - 1) times the shares within it."""
    e, nearer = scratch.exponentials[0], 1.0 / market.kept - 1.0
    for j in range(e.shape[0]):
        maker, nest = market.maker[j], market.nest[j]
        for b in range(e.shape[1]):
            lost = 0.0
            for edge in range(market.stake_start[maker], market.stake_start[maker + 1]):
                other, stake = market.stake_maker[edge], market.stake_value[edge]
                lost += stake * (scratch.margin[other, b] + nearer * among[other, nest, b])
            weighed = market.weight[tile, b] * e[j, b]
            scratch.share[j] += weighed
            scratch.own[j] += weighed * market.sensitivity[tile, b] / market.kept
            scratch.cross[j] += weighed * market.sensitivity[tile, b] * lost


@kernel
def fill_factors(market, scratch, tile):
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
def accumulate(exponentials, factor, maker, share, own, cross):
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


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def accumulate_curvature(market, scratch, exponentials, tile, prices, shadow):
    """Add one tile to dF_j/dP_j, except for the parts that S, L and G give (see `fill_jacobian`)."""
    factor, inverse = scratch.factor, scratch.total
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


@stored_kernel
def fill_price_terms(plain, power, prices, term, slope, curvature):
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


@stored_kernel
def fill_jacobian(market, scratch, prices, shadow, jacobian):
    """Fill dF_j/dP_k [j, k], the second derivatives of each maker's profit.

    With s = s_ij, a = price_sensitivity_i, M = P - c - v and E_j = sum_k O_jk s_ik M_k it is
    - sum_i w_i s_j s_k {h'_k a (1 + h'_j a (M_j - E_j)) + h'_j a O_jk + h'_j h'_k a^2 (O_jk M_k - E_j)}
    and, on the diagonal, + sum_i w_i s_j {h'_j a (2 + h'_j a (M_j - E_j)) + h''_j a (M_j - E_j)}.
    """
    begin(market, scratch, prices, EXACT)
    jacobian[:] = 0.0
    margins = prices - market.cost - shadow
    left = np.empty((3, scratch.total.size))
    for tile in range(market.utility.shape[0]):
        exponentials = fill_exponentials(market, scratch, tile, prices, shadow, EXACT)
        fill_factors(market, scratch, tile)
        accumulate(exponentials, scratch.factor, market.maker, scratch.share, scratch.own, scratch.cross)
        for j in range(prices.size):
            accumulate_row(market, scratch, exponentials, tile, j, margins, left, jacobian[j])
    for j in range(prices.size):
        bent = scratch.curvature[j] * (scratch.own[j] * margins[j] - scratch.cross[j])
        jacobian[j, j] += 2.0 * scratch.slope[j] * scratch.own[j] + bent


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def accumulate_row(market, scratch, exponentials, tile, j, margins, left, row):
    """Add one tile to row j of the Jacobian, except for the parts that S, L and G give."""
    factor, inverse = scratch.factor, scratch.total
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


@stored_kernel
def fill_share_slopes(market, scratch, prices, slopes):
    """Fill S_j and dS_j/dP_k [j, k] = h'_k sum_i w_i a_i s_ij ([j = k] - s_ik)."""
    zeros = np.zeros(prices.size)
    fill_sums(market, scratch, prices, zeros, False, EXACT)
    for tile in range(market.utility.shape[0]):
        exponentials = fill_exponentials(market, scratch, tile, prices, zeros, EXACT)
        fill_factors(market, scratch, tile)
        for j in range(prices.size):
            subtract_products(exponentials, scratch.factor[1], scratch.total, j, slopes[j])
    for j in range(prices.size):
        slopes[j, j] += scratch.own[j]
        for k in range(prices.size):
            slopes[j, k] *= scratch.slope[k]


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def subtract_products(exponentials, factor, inverse, j, row):
    """Subtract one tile's sum of w a s_ij s_ik from row j."""
    for k in range(row.size):
        total = 0.0
        for b in range(inverse.size):
            total += exponentials[j, b] * factor[b] * inverse[b] * exponentials[k, b]
        row[k] -= total
