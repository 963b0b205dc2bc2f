"""Who buys which car, and what do makers charge? A year's passenger market, solved to a Bertrand-Nash equilibrium.

Buyers are nodes (region r, class b) with two kinds of demand: first cars (N1) and replacements (N2, whose buyers add
psi to the value of any car). Mixed logit over lines j with outside good 0:

    u_rbj = delta_j + l_b z_j - alpha_b ((P_j/100)^lam - .01^lam)/lam + ln phi_re + h_b [home of j is r]
    alpha_b = alpha (y_b / 60)^-kappa,  l_b = ln(y_b / 60)                                         (Box-Cox price term)

Makers set prices in the buyer's money, P = c + lambda + ..., by the zeta map of Morrow and Skerlos (2011, eq. 27),
which reads here

    P_j = c_j + q_j / (s_j L_j) + w_j G_j / L_j,   s_j = (P_j/100)^(lam-1) / 100
    L_j = sum_n alpha e_jn A1_n,   G_j = sum_n alpha e_jn A2_n E_fn

with A1 = sum_i N_i k_i, A2 = sum_i N_i k_i^2, k the probability of a unit of value, E_fn the sum over a firm's lines
of value times net margin, a joint venture counting with weight omega for its group. w is the wedge of taxes between
the maker's and the buyer's price. c is the cost that a maker prices on, without what its stance leaves out (`cost`). Scarce
capacity enters as a shadow cost; what still exceeds capacity is rationed.

Consumer surplus is what this year's buyers expect to gain over the outside good, in money:

    S = sum_n N_n [ln(1 + V_n) - sum_j k_nj h_nj] x served / mu_b,   mu_b = alpha_b (sqrt(100 y_b)/100)^(lam-1) / 100

V is the sum of values, k the probability of a car, h what rules of a province or for offices add to its value: they move
the choice and add no welfare. mu_b, the marginal utility of money, is given from outside (`demand.value_of_money`): the same
on both sides of a comparison, so that a lower price is never a loss and gains of reforms add up. With lam = 1 this is the
log-sum over the price coefficient (Small and Rosen 1981), with lam = 0 that of buyers with a given budget (Bjornerstedt and
Verboven 2016). In between an exact compensating variation needs the value of money to those who buy nothing, and
does not add up (McFadden 1999; Herriges and Kling 1999; Dagsvik and Karlstrom 2005).

Prices and shadow costs are iterated together from last year's: a zeta step in prices, a Newton step in shadow costs,
then a jump by Anderson's method of depth two, refused where it reaches far and undone where it makes things worse. The
year is solved when neither step moves a price by more than `price_tolerance`. `model.demand` sums over the buyers; a
test compares with the plain sum over all nodes and with the general solver of `latecomer.market`.
"""

import math

from latecomer.axes import INSTITUTION
from latecomer.compiled import kernel
from latecomer.exponential import log
from latecomer.model.kinds import CLASSES, TRAINS
from latecomer.model.markets.demand import (
    PRICE_BASE,
    list_classes,
    list_runs,
    list_sellers,
    price_slope,
    respond,
    value_of_money,
)
from latecomer.model.scratch import PRICE_MEMORY

UNDO = 2.0
SHADOW_CAP = 250.0
LONGEST_JUMP = 5.0
# Guards of the jump: ridge of the least squares, largest sum of weights, growth of the residual that undoes it.
RIDGE = 1e-10


@kernel
def clear(w, state, world, makers, p):
    """Solve prices and quantities of the lines gathered in the scratch record `w`.

    Reads per line: utility, luxury, cost (thousand CNY, buyer's money), wedge, price (start); per node: first_time,
    replacing (million buyers), appeal (r, e); per maker: room (million, capacity left). Leaves price, sold (million),
    margin, shadow costs in `state`, and the sums by region. Source: module docstring.
    """
    if w.lines == 0:
        w.residual, w.rounds, w.rationed, w.surplus, w.elasticity = 0.0, 0.0, 0.0, 0.0, 0.0
        w.bought[:] = 0.0
        w.region_sales[:] = 0.0
        w.region_own[:] = 0.0
        w.region_local[:] = 0.0
        w.buyer_surplus[:] = 0.0
        w.region_surplus[:] = 0.0
        return
    list_classes(w, world, p)
    list_sellers(w, makers)
    list_runs(w)
    residual, before = 1.0, 1.0
    rounds, known, jumped = 0, 0, False
    while rounds < p.price_rounds:
        note(w, state, w.points, rounds % PRICE_MEMORY)
        respond(w, p)
        residual = reprice(w, state, p)
        residual = max(residual, raise_shadow_costs(w, state, p))
        rounds += 1
        if residual < p.price_tolerance:
            break
        if jumped and residual > UNDO * before:
            go_to(w, state, w.images[(rounds - 2) % PRICE_MEMORY])
            known, jumped = 0, False
        else:
            note(w, state, w.images, (rounds - 1) % PRICE_MEMORY)
            known = min(known + 1, PRICE_MEMORY)
            jumped = jump(w, state, (rounds - 1) % PRICE_MEMORY, known)
            before = residual
    respond(w, p)
    w.residual, w.rounds = residual, rounds
    settle(w, state, world, p)


@kernel
def note(w, state, rows, place):
    """Keep the prices of the lines and, behind them, the shadow costs of the sellers in a row of memory."""
    row = rows[place]
    for j in range(w.lines):
        row[j] = w.price[j]
    for s in range(w.sellers):
        row[w.lines + s] = state.shadow[w.owner[s]]


@kernel
def go_to(w, state, row):
    """Set prices, shadow costs and the costs that follow from them."""
    for s in range(w.sellers):
        state.shadow[w.owner[s]] = min(max(row[w.lines + s], 0.0), SHADOW_CAP)
    for j in range(w.lines):
        w.price[j] = row[j]
        w.cost[j] = w.unit_cost[j] + state.shadow[w.maker[j]] - w.left_out[j]


@kernel
def jump(w, state, now, known):
    """Move on from the image of the latest round by Anderson's step of depth two; return whether it was taken.

    With points x and images g of the last three rounds, moves f = (g - x) relative to price, and differences D of
    consecutive rounds: y = g - sum_i c_i D_i g, where c makes |f - sum_i c_i D_i f| least (Walker and Ni 2011). A jump is
    refused where c is large or a price falls under half of cost, and undone by the caller if the residual more than
    doubles.
    """
    if known < 2:
        return False
    x, g, y = w.points, w.images, w.target
    old = (now + PRICE_MEMORY - 1) % PRICE_MEMORY
    older = (now + PRICE_MEMORY - 2) % PRICE_MEMORY if known > 2 else old
    aa, ab, bb, af, bf = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(w.lines + w.sellers):
        scale = 1.0 / g[now, i] if i < w.lines else 1.0 / PRICE_BASE
        f = (g[now, i] - x[now, i]) * scale
        f_old = (g[old, i] - x[old, i]) * scale
        a = f - f_old
        b = f_old - (g[older, i] - x[older, i]) * scale
        aa, ab, bb, af, bf = aa + a * a, ab + a * b, bb + b * b, af + a * f, bf + b * f
    aa, bb = aa * (1.0 + RIDGE), bb * (1.0 + RIDGE)
    bottom = aa * bb - ab * ab
    if bottom > 0.0:
        first, second = (af * bb - bf * ab) / bottom, (bf * aa - af * ab) / bottom
    else:
        first, second = af / max(aa, 1e-300), 0.0
    if abs(first) + abs(second) > LONGEST_JUMP:
        return False
    for i in range(w.lines + w.sellers):
        y[i] = g[now, i] - first * (g[now, i] - g[old, i]) - second * (g[old, i] - g[older, i])
        if i < w.lines and y[i] < lowest_price(i, w):
            return False
    go_to(w, state, y)
    return True


@kernel
def lowest_price(j, w):
    """Return half the cost of line j without shadow cost: on the way to equilibrium no price falls lower (thousand CNY).

    A shadow cost that falls by more than the markup of a line would otherwise leave a price below zero, which has no
    logarithm. In equilibrium a price covers its whole cost, so that the bound does not move it.
    """
    return 0.5 * (w.unit_cost[j] - w.left_out[j])


@kernel
def reprice(w, state, p):
    """Take one damped zeta step in every price and return the largest relative first-order residual."""
    worst = 0.0
    w.bounds_hit = 0.0
    for j in range(w.lines):
        shadow = state.shadow[w.maker[j]]
        base = w.unit_cost[j] + shadow - w.left_out[j]
        wish = base + (w.sold[j] * w.price[j] / w.power[j] + w.wedge[j] * w.cross[j]) / max(
            w.slope[j], 1e-300
        )
        cap, floor = 5.0 * base + 100.0, lowest_price(j, w)
        if wish > cap or wish < floor:
            wish = min(max(wish, floor), cap)
            w.bounds_hit += 1.0
        worst = max(worst, abs(wish / w.price[j] - 1.0))
        w.price[j] += p.price_damping * (wish - w.price[j])
        w.cost[j] = base
    return worst


@kernel
def raise_shadow_costs(w, state, p):
    """Move each maker's shadow cost by a damped Newton step towards demand = capacity left, and its prices with it
    (thousand CNY).

    The slope is that of the maker's own demand at full pass-through, -sum_j s_j (L_j - D_j). Prices move at once: if
    they followed a round later, the two updates would chase each other for ever. Returns the largest step relative to
    the price of a line.
    """
    demand, steep, move = w.demand, w.kept, w.shift
    demand[:] = 0.0
    steep[:] = 0.0
    for j in range(w.lines):
        demand[w.maker[j]] += w.sold[j]
        steep[w.maker[j]] += w.power[j] / w.price[j] * max(w.slope[j] - w.own_part[j], 0.0)
    for m in range(demand.size):
        move[m] = -state.shadow[m]
        if demand[m] > 0.0 and steep[m] > 0.0:
            excess = min(max(math.log(demand[m] / max(w.room[m], 1e-9)), -1.0), 1.0)
            wish = state.shadow[m] + p.shadow_step * demand[m] / steep[m] * excess
            move[m] = min(max(wish, 0.0), SHADOW_CAP) - state.shadow[m]
        state.shadow[m] += move[m]
    worst = 0.0
    for j in range(w.lines):
        worst = max(worst, abs(move[w.maker[j]]) / w.price[j])
        w.price[j] = max(w.price[j] + move[w.maker[j]], lowest_price(j, w))
        w.cost[j] += move[w.maker[j]]
    return worst


@kernel
def settle(w, state, world, p):
    """Book elasticity and surplus at the final prices, ration what exceeds capacity, and sum sales by region."""
    demand, keep = w.demand, w.kept
    total, elastic = 0.0, 0.0
    for m in range(demand.size):
        demand[m] = 0.0
    for j in range(w.lines):
        demand[w.maker[j]] += w.sold[j]
        total += w.sold[j]
        elastic += w.price[j] * price_slope(w.price[j], p.price_curvature) * (w.slope[j] - w.own_part[j])
    w.elasticity = -elastic / total if total > 0.0 else 0.0
    w.rationed = 0.0
    w.bounds_hit += w.floors_hit
    for m in range(demand.size):
        if state.shadow[m] >= SHADOW_CAP:
            w.bounds_hit += 1.0
        keep[m] = min(1.0, w.room[m] / demand[m]) if demand[m] > 0.0 else 1.0
        w.unmet[m] = demand[m] * (1.0 - keep[m])
        w.rationed += w.unmet[m]
    for j in range(w.lines):
        w.asked[j] = w.sold[j]
    book_regions(w, world, p, 1.0 - w.rationed / total if total > 0.0 else 1.0)
    for j in range(w.lines):
        w.sold[j] *= keep[w.maker[j]]


@kernel
def rules_felt(r, b, w):
    """Return by how much rules of province r move class b towards cars of makers at home (utility)."""
    return (2.0 if b == INSTITUTION else 1.0) * w.protection[r]


@kernel
def book_regions(w, world, p, served):
    """Sum sales by region (all, own-brand, local) and node, and consumer surplus, also by class and by region (billion CNY).

    Surplus is the log-sum less what rules add to it: rules distort the choice and add no welfare, so buyers are
    credited with what they experience (Train 2015, on anticipated and experienced attributes). Rationed buyers are random
    and gain nothing.
    """
    lift = math.exp(p.replacement_value)
    w.region_sales[:] = 0.0
    w.region_own[:] = 0.0
    w.region_local[:] = 0.0
    w.buyer_surplus[:] = 0.0
    w.region_surplus[:] = 0.0
    w.surplus = 0.0
    spread, own_spread, local_spread = w.spread, w.own_spread, w.local_spread
    preference = sum_own_and_local(w)
    for b in range(CLASSES):
        money = value_of_money(world.income[b], p)
        for r in range(len(spread)):
            value = spread[r, b]
            first = w.first_time[r, b]
            again = w.replacing[r, b]
            rate = served * (first / (1.0 + value) + again * lift / (1.0 + lift * value))
            w.bought[r, b] = rate * value
            w.region_sales[r] += rate * value
            w.region_own[r] += rate * own_spread[r, b]
            w.region_local[r] += rate * local_spread[r, b]
            gained = served * (first * log(1.0 + value) + again * log(1.0 + lift * value))
            gained -= rate * local_spread[r, b] * rules_felt(r, b, w)
            if b == INSTITUTION:
                gained -= rate * own_spread[r, b] * preference
            gained /= money
            w.surplus += gained
            w.buyer_surplus[b] += gained
            w.region_surplus[r] += gained


@kernel
def sum_own_and_local(w):
    """Fill own_spread and local_spread [r, b], the value of cars of own brands and of makers at home; return by how much
    rules move offices towards own brands (utility, the same for all of their cars)."""
    own_spread, local_spread, total_own = w.own_spread, w.local_spread, w.total
    own_spread[:] = 0.0
    local_spread[:] = 0.0
    preference = 0.0
    for e in range(TRAINS):
        total_own[:] = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            s = w.seller[w.run_start[k]]
            r = w.home[s]
            own = w.own[w.run_start[k]]
            preference = max(preference, w.official_taste[w.run_start[k]])
            here = w.appeal[r, e] if r >= 0 else 0.0
            for b in range(CLASSES):
                total_own[b] += own * w.run_value[k, b]
                if r >= 0:
                    local_spread[r, b] += here * (1.0 + w.loyalty[s, b]) * w.run_value[k, b]
                    own_spread[r, b] += own * here * w.loyalty[s, b] * w.run_value[k, b]
        for r in range(len(own_spread)):
            for b in range(CLASSES):
                own_spread[r, b] += w.appeal[r, e] * total_own[b]
    return preference


@kernel
def relax(m, state):
    """Clear the shadow cost of a maker that ends."""
    state.shadow[m] = 0.0
