"""In which order are plain, extrapolated, secant and Newton steps taken until no seller wants to move?

The zeta map of Morrow and Skerlos (2011), Operations Research 59, 328-345; notation as in `prices`.
"""

from math import log

import numpy as np

from latecomer.compiled import kernel, stored_kernel
from latecomer.pricing.acceleration import UNDO_ABOVE, allowed, combine, eliminate, extrapolate, remember
from latecomer.pricing.sums import EXACT, KEPT, ROUGH, STEPPED, fill_jacobian, fill_sums, margin_of
from latecomer.pricing.tiles import DEPTH

# A price rises at most this many times S_j / |L_j h'_j| in one step: further up no buyer would be left to steer by.
LONGEST_RISE = 8.0
SECANT_BELOW = 1e-2
FASTEST_PACE = 20.0
NEWTON_BELOW = 1e-2
ROUGH_ABOVE = 1e-4
ROUGH_TRUSTED = 1e-5  # a hundred times the error of rough exponentials
REACH = (
    10.0  # a step may be this many times as good as the one before: that one is taken with exact exponentials
)
UNSEEN = 1e-290  # a share so small that its slope may underflow


@stored_kernel
def solve(market, scratch, tolerance, most_evaluations):
    """Iterate from path[0]; return (row of the answer, converged, change, residual, evaluations, Newton steps, undone).

    Far from the solution guarded SQUAREM, near it secant steps; when those are refused, SQUAREM again until the change
    is a tenth of what it was, or Newton steps if they promise to be cheaper.
    """
    path = scratch.path
    x, y, z, trial, beyond = 0, 1, 2, 3, 4
    evaluations, newton_steps, undone = 0, 0, 0
    change, residual, taken = zeta_map(market, scratch, path[x], path[y], 0.0, tolerance)
    evaluations += taken
    first, near = change, SECANT_BELOW
    newton_allowed = False
    while evaluations < most_evaluations and not (change <= tolerance and residual <= tolerance):
        if np.any(path[x, 0] > market.ceiling):
            break
        if change < near:
            carried = secant_phase(
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
            newton_allowed = not (np.any(np.isfinite(market.capacity)) or market.nests > 0 or market.revenue)
            continue
        if newton_allowed and newton_pays(market.cost.size, evaluations, first, change, tolerance):
            newton_steps += 1
            newton_allowed = newton_step(market, scratch, path[x], path[trial])
            if newton_allowed:
                found = zeta_map(market, scratch, path[trial], path[beyond], change, tolerance)
                evaluations += found[2]
                newton_allowed = found[0] < 0.5 * change
            if newton_allowed:
                x, y, trial, beyond = trial, beyond, x, y
                change, residual = found[:2]
                continue
        next_change, next_residual, taken = zeta_map(market, scratch, path[y], path[z], change, tolerance)
        evaluations += taken
        finished = next_change <= tolerance and next_residual <= tolerance
        if not finished and extrapolate(market, path[x], path[y], path[z], path[trial]):
            found = zeta_map(market, scratch, path[trial], path[beyond], next_change, tolerance)
            evaluations += found[2]
            if found[0] <= UNDO_ABOVE * next_change:
                x, y, trial, beyond = trial, beyond, x, y
                change, residual = found[:2]
                continue
            undone += 1
        x, y, z = y, z, x
        change, residual = next_change, next_residual
    converged = change <= tolerance and residual <= tolerance and not np.any(path[x, 0] > market.ceiling)
    return x, converged, change, residual, evaluations, newton_steps, undone


@kernel
def secant_phase(market, scratch, rows, change, residual, tolerance, budget):
    """Go on from rows[0], whose next iterate is rows[1], by secant steps (Anderson 1965).

    Return (change, residual, evaluations, undone).

    Each price's step is scaled as in Newton's method for that price alone, by the curvature of its own profit where the
    phase begins, and steps are combined over the last DEPTH iterates. The first step that more than doubles the change,
    makes it larger than where the phase began, or leads below a floor is undone and ends the phase.
    """
    x, y, trial, beyond = rows
    limited = np.any(np.isfinite(market.capacity))
    x[:2] = y[:2]
    fill_sums(market, scratch, x[0], x[1], True, STEPPED)
    fill_paces(market, scratch, x)
    entry = change
    change, residual = next_prices(market, scratch, x, y)
    evaluations, taken = 1, 0
    while evaluations < budget and not (change <= tolerance and residual <= tolerance):
        slot = taken % DEPTH
        taken += 1
        remember(market, scratch, slot, x, y)
        combine(scratch, slot, min(taken, DEPTH), market.cost.size * (2 if limited else 1), trial)
        if not allowed(market, trial):
            return change, residual, evaluations, 0
        trial_change, trial_residual, needed = zeta_map(market, scratch, trial, beyond, change, tolerance)
        evaluations += needed
        if not (trial_change <= UNDO_ABOVE * change and trial_change <= entry):
            return change, residual, evaluations, 1
        x[:], y[:] = trial, beyond
        change, residual = trial_change, trial_residual
    return change, residual, evaluations, 0


@kernel
def fill_paces(market, scratch, x):
    """Turn the sums of curvature into, by product, the ratio of a Newton step in its own price to the zeta map's step.

    The ratio is L_j h'_j / (dF_j/dP_j); where the profit is not concave in that price, or nearly flat, it is one, and so
    it is where products share nests or shares are of revenue.
    """
    if market.nests > 0 or market.revenue:
        scratch.pace[:] = 1.0
        return
    for j in range(market.cost.size):
        margin = x[0, j] - market.cost[j] - x[1, j]
        own = scratch.slope[j] * scratch.own[j]
        bent = scratch.curvature[j] * (scratch.own[j] * margin - scratch.cross[j])
        ratio = own / (scratch.pace[j] + 2.0 * own + bent)
        scratch.pace[j] = ratio if 0.0 < ratio < FASTEST_PACE else 1.0


@kernel
def zeta_map(market, scratch, x, y, earlier, tolerance):
    """Evaluate at x = (prices, shadow prices, -); return (change, residual, evaluations); see `next_prices`.

    While the earlier change is large, rough exponentials steer as well; near the solution the last ones are multiplied by
    what a small step changes, until the answer is within reach. If such a one finds the answer, it is not believed.
    """
    way, trusted = EXACT, 0.0
    if earlier > ROUGH_ABOVE:
        way, trusted = ROUGH, max(ROUGH_TRUSTED, tolerance)
    elif earlier > REACH * tolerance:
        way, trusted = STEPPED, tolerance
    way = fill_sums(market, scratch, x[0], x[1], False, way)
    change, residual = next_prices(market, scratch, x, y)
    if way == EXACT or way == KEPT or change > trusted:
        return change, residual, 1
    fill_sums(market, scratch, x[0], x[1], False, EXACT)
    change, residual = next_prices(market, scratch, x, y)
    return change, residual, 2


@kernel
def next_prices(market, scratch, x, y):
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
        if market.fixed[j]:
            x[2, j], y[0, j], y[1, j] = share, price, 0.0
            continue
        margin = margin_of(market, j, price, x[1, j])
        traded = share > 0.0 and own < 0.0
        if not traded:
            next_price = market.cost[j] + margin
            # A slope that underflows where the share does not proves nothing.
            gap = 0.0 if share < UNSEEN else np.inf
        elif market.revenue:
            sold = share * market.cost[j] / price
            next_price = (market.cost[j] - sold / own) / (1.0 - cross / own)
            gap = abs(sold / price + own * margin - cross) / (sold / price - own * abs(margin) + abs(cross))
        else:
            next_price = market.cost[j] + (cross - share) / own
            gap = abs(share + own * margin - cross) / (share - own * abs(margin) + abs(cross))
        next_shadow = 0.0
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


@kernel
def newton_pays(products, evaluations, first, change, tolerance):
    """Say whether three Newton steps cost less than the evaluations that the map will still need at its pace.

    One step costs about a fifth of an evaluation per product (measured; see the benchmark's note).
    """
    if not change < NEWTON_BELOW or evaluations < 6:
        return False
    pace = log(first / change) / evaluations
    return not 3.0 * (1.0 + 0.2 * products) * pace > log(change / tolerance)


@kernel
def newton_step(market, scratch, x, trial):
    """Write x - (dF/dP)^-1 F into trial; say whether the prices are allowed."""
    jacobian = np.empty((x.shape[1], x.shape[1]))
    fill_jacobian(market, scratch, x[0], x[1], jacobian)
    for j in range(x.shape[1]):
        if market.fixed[j]:
            jacobian[j] = 0.0
            jacobian[j, j] = 1.0
    for j in range(x.shape[1]):
        margin = x[0, j] - market.cost[j] - x[1, j]
        trial[0, j] = -scratch.share[j] - scratch.slope[j] * (scratch.own[j] * margin - scratch.cross[j])
        trial[1, j] = 0.0
        if market.fixed[j]:
            trial[0, j] = 0.0
    if not eliminate(jacobian, trial[0]):
        return False
    trial[0] += x[0]
    return allowed(market, trial)
