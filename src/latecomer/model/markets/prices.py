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
from latecomer.model.context import each
from latecomer.model.kinds import CLASSES, PRICE_MEMORY, TRAINS
from latecomer.model.markets.demand import (
    PRICE_BASE,
    list_classes,
    list_runs,
    list_sellers,
    price_slope,
    respond,
    value_of_money,
)

SHADOW_CAP = 250.0
# Guards of the jump: ridge of the least squares, largest sum of weights, growth of the residual that undoes it.
RIDGE = 1e-10
LONGEST_JUMP = 5.0
UNDO = 2.0

FLOW = (
    *each("j", "asked"),
    *each("b", "buyer_surplus"),
    *each("", "surplus rationed residual rounds bounds_hit elasticity"),
    *each("m", "demand kept shift unmet"),
    *each("qn", "points images"),
    *each("n", "target"),
    *each("rb", "bought own_spread local_spread"),
    *each("r", "region_sales region_own region_local region_surplus"),
)


@kernel
def clear(now, after, flow, p):
    """Solve prices and quantities of the lines on sale.

    Reads per line: utility, luxury, cost (thousand CNY, buyer's money), wedge, price (start); per node: first_time,
    replacing (million buyers), appeal (r, e); per maker: room (million, capacity left). Leaves price, sold (million),
    margin, shadow costs in `after`, and the sums by region. Source: module docstring.
    """
    if flow.lines == 0:
        flow.residual, flow.rounds, flow.rationed, flow.surplus, flow.elasticity = 0.0, 0.0, 0.0, 0.0, 0.0
        flow.bought[:] = 0.0
        flow.region_sales[:] = 0.0
        flow.region_own[:] = 0.0
        flow.region_local[:] = 0.0
        flow.buyer_surplus[:] = 0.0
        flow.region_surplus[:] = 0.0
        return
    list_classes(now, flow, p)
    list_sellers(now, flow)
    list_runs(flow)
    residual, earlier = 1.0, 1.0
    rounds, known, jumped = 0, 0, False
    while rounds < p.price_rounds:
        note(flow.points, rounds % PRICE_MEMORY, after, flow)
        respond(flow, p)
        residual = reprice(after, flow, p)
        residual = max(residual, raise_shadow_costs(after, flow, p))
        rounds += 1
        if residual < p.price_tolerance:
            break
        if jumped and residual > UNDO * earlier:
            go_to(flow.images[(rounds - 2) % PRICE_MEMORY], after, flow)
            known, jumped = 0, False
        else:
            note(flow.images, (rounds - 1) % PRICE_MEMORY, after, flow)
            known = min(known + 1, PRICE_MEMORY)
            jumped = jump((rounds - 1) % PRICE_MEMORY, known, after, flow)
            earlier = residual
    respond(flow, p)
    flow.residual, flow.rounds = residual, rounds
    settle(now, after, flow, p)


@kernel
def note(rows, place, after, flow):
    """Keep the prices of the lines and, behind them, the shadow costs of the sellers in a row of memory."""
    row = rows[place]
    for j in range(flow.lines):
        row[j] = flow.price[j]
    for s in range(flow.sellers):
        row[flow.lines + s] = after.shadow[flow.owner[s]]


@kernel
def go_to(row, after, flow):
    """Set prices, shadow costs and the costs that follow from them."""
    for s in range(flow.sellers):
        after.shadow[flow.owner[s]] = min(max(row[flow.lines + s], 0.0), SHADOW_CAP)
    for j in range(flow.lines):
        flow.price[j] = row[j]
        flow.cost[j] = flow.unit_cost[j] + after.shadow[flow.maker[j]] - flow.left_out[j]


@kernel
def jump(latest, known, after, flow):
    """Move on from the image of the latest round by Anderson's step of depth two; return whether it was taken.

    With points x and images g of the last three rounds, moves f = (g - x) relative to price, and differences D of
    consecutive rounds: y = g - sum_i c_i D_i g, where c makes |f - sum_i c_i D_i f| least (Walker and Ni 2011). A jump is
    refused where c is large or a price falls under half of cost, and undone by the caller if the residual more than
    doubles.
    """
    if known < 2:
        return False
    x, g, y = flow.points, flow.images, flow.target
    old = (latest + PRICE_MEMORY - 1) % PRICE_MEMORY
    older = (latest + PRICE_MEMORY - 2) % PRICE_MEMORY if known > 2 else old
    aa, ab, bb, af, bf = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(flow.lines + flow.sellers):
        scale = 1.0 / g[latest, i] if i < flow.lines else 1.0 / PRICE_BASE
        f = (g[latest, i] - x[latest, i]) * scale
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
    for i in range(flow.lines + flow.sellers):
        y[i] = g[latest, i] - first * (g[latest, i] - g[old, i]) - second * (g[old, i] - g[older, i])
        if i < flow.lines and y[i] < lowest_price(i, flow):
            return False
    go_to(y, after, flow)
    return True


@kernel
def lowest_price(j, flow):
    """Return half the cost of line j without shadow cost: on the way to equilibrium no price falls lower (thousand CNY).

    A shadow cost that falls by more than the markup of a line would otherwise leave a price below zero, which has no
    logarithm. In equilibrium a price covers its whole cost, so that the bound does not move it.
    """
    return 0.5 * (flow.unit_cost[j] - flow.left_out[j])


@kernel
def reprice(after, flow, p):
    """Take one damped zeta step in every price and return the largest relative first-order residual."""
    worst = 0.0
    flow.bounds_hit = 0.0
    for j in range(flow.lines):
        shadow = after.shadow[flow.maker[j]]
        base = flow.unit_cost[j] + shadow - flow.left_out[j]
        wish = base + (flow.sold[j] * flow.price[j] / flow.power[j] + flow.wedge[j] * flow.cross[j]) / max(
            flow.slope[j], 1e-300
        )
        cap, floor = 5.0 * base + 100.0, lowest_price(j, flow)
        if wish > cap or wish < floor:
            wish = min(max(wish, floor), cap)
            flow.bounds_hit += 1.0
        worst = max(worst, abs(wish / flow.price[j] - 1.0))
        flow.price[j] += p.price_damping * (wish - flow.price[j])
        flow.cost[j] = base
    return worst


@kernel
def raise_shadow_costs(after, flow, p):
    """Move each maker's shadow cost by a damped Newton step towards demand = capacity left, and its prices with it
    (thousand CNY).

    The slope is that of the maker's own demand at full pass-through, -sum_j s_j (L_j - D_j). Prices move at once: if
    they followed a round later, the two updates would chase each other for ever. Returns the largest step relative to
    the price of a line.
    """
    demand, steep, move = flow.demand, flow.kept, flow.shift
    demand[:] = 0.0
    steep[:] = 0.0
    for j in range(flow.lines):
        demand[flow.maker[j]] += flow.sold[j]
        steep[flow.maker[j]] += flow.power[j] / flow.price[j] * max(flow.slope[j] - flow.own_part[j], 0.0)
    for m in range(demand.size):
        move[m] = -after.shadow[m]
        if demand[m] > 0.0 and steep[m] > 0.0:
            excess = min(max(math.log(demand[m] / max(flow.room[m], 1e-9)), -1.0), 1.0)
            wish = after.shadow[m] + p.shadow_step * demand[m] / steep[m] * excess
            move[m] = min(max(wish, 0.0), SHADOW_CAP) - after.shadow[m]
        after.shadow[m] += move[m]
    worst = 0.0
    for j in range(flow.lines):
        worst = max(worst, abs(move[flow.maker[j]]) / flow.price[j])
        flow.price[j] = max(flow.price[j] + move[flow.maker[j]], lowest_price(j, flow))
        flow.cost[j] += move[flow.maker[j]]
    return worst


@kernel
def settle(now, after, flow, p):
    """Book elasticity and surplus at the final prices, ration what exceeds capacity, and sum sales by region."""
    demand, keep = flow.demand, flow.kept
    total, elastic = 0.0, 0.0
    for m in range(demand.size):
        demand[m] = 0.0
    for j in range(flow.lines):
        demand[flow.maker[j]] += flow.sold[j]
        total += flow.sold[j]
        elastic += (
            flow.price[j] * price_slope(flow.price[j], p.price_curvature) * (flow.slope[j] - flow.own_part[j])
        )
    flow.elasticity = -elastic / total if total > 0.0 else 0.0
    flow.rationed = 0.0
    flow.bounds_hit += flow.floors_hit
    for m in range(demand.size):
        if after.shadow[m] >= SHADOW_CAP:
            flow.bounds_hit += 1.0
        keep[m] = min(1.0, flow.room[m] / demand[m]) if demand[m] > 0.0 else 1.0
        flow.unmet[m] = demand[m] * (1.0 - keep[m])
        flow.rationed += flow.unmet[m]
    for j in range(flow.lines):
        flow.asked[j] = flow.sold[j]
    book_regions(1.0 - flow.rationed / total if total > 0.0 else 1.0, now, flow, p)
    for j in range(flow.lines):
        flow.sold[j] *= keep[flow.maker[j]]


@kernel
def rules_felt(r, b, flow):
    """Return by how much rules of province r move class b towards cars of makers at home (utility)."""
    return (2.0 if b == INSTITUTION else 1.0) * flow.protection[r]


@kernel
def book_regions(served, now, flow, p):
    """Sum sales by region (all, own-brand, local) and node, and consumer surplus, also by class and by region (billion CNY).

    Surplus is the log-sum less what rules add to it: rules distort the choice and add no welfare, so buyers are
    credited with what they experience (Train 2015, on anticipated and experienced attributes). Rationed buyers are random
    and gain nothing.
    """
    lift = math.exp(p.replacement_value)
    flow.region_sales[:] = 0.0
    flow.region_own[:] = 0.0
    flow.region_local[:] = 0.0
    flow.buyer_surplus[:] = 0.0
    flow.region_surplus[:] = 0.0
    flow.surplus = 0.0
    spread, own_spread, local_spread = flow.spread, flow.own_spread, flow.local_spread
    preference = sum_own_and_local(flow)
    for b in range(CLASSES):
        money = value_of_money(now.world.income[b], p)
        for r in range(len(spread)):
            value = spread[r, b]
            first = flow.first_time[r, b]
            again = flow.replacing[r, b]
            rate = served * (first / (1.0 + value) + again * lift / (1.0 + lift * value))
            flow.bought[r, b] = rate * value
            flow.region_sales[r] += rate * value
            flow.region_own[r] += rate * own_spread[r, b]
            flow.region_local[r] += rate * local_spread[r, b]
            gained = served * (first * log(1.0 + value) + again * log(1.0 + lift * value))
            gained -= rate * local_spread[r, b] * rules_felt(r, b, flow)
            if b == INSTITUTION:
                gained -= rate * own_spread[r, b] * preference
            gained /= money
            flow.surplus += gained
            flow.buyer_surplus[b] += gained
            flow.region_surplus[r] += gained


@kernel
def sum_own_and_local(flow):
    """Fill own_spread and local_spread [r, b], the value of cars of own brands and of makers at home; return by how much
    rules move offices towards own brands (utility, the same for all of their cars)."""
    own_spread, local_spread, total_own = flow.own_spread, flow.local_spread, flow.total
    own_spread[:] = 0.0
    local_spread[:] = 0.0
    preference = 0.0
    for e in range(TRAINS):
        total_own[:] = 0.0
        for k in range(flow.first_run[e], flow.first_run[e + 1]):
            s = flow.seller[flow.run_start[k]]
            r = flow.home[s]
            own = flow.own[flow.run_start[k]]
            preference = max(preference, flow.official_taste[flow.run_start[k]])
            here = flow.appeal[r, e] if r >= 0 else 0.0
            for b in range(CLASSES):
                total_own[b] += own * flow.run_value[k, b]
                if r >= 0:
                    local_spread[r, b] += here * (1.0 + flow.loyalty[s, b]) * flow.run_value[k, b]
                    own_spread[r, b] += own * here * flow.loyalty[s, b] * flow.run_value[k, b]
        for r in range(len(own_spread)):
            for b in range(CLASSES):
                own_spread[r, b] += flow.appeal[r, e] * total_own[b]
    return preference


@kernel
def relax(m, after):
    """Clear the shadow cost of a maker that ends."""
    after.shadow[m] = 0.0
