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
the maker's and the buyer's price. Scarce capacity enters as a shadow cost; what still exceeds capacity is rationed.

Income classes are common to all regions, and regions differ only by factors per powertrain (plates, chargers) and by
taste for home makers, so value factors: e_rbj = e_bj phi_re (1 + home). Sums over regions are therefore done once per
class, not once per line, and a round costs classes x lines exponentials instead of regions x classes x lines. This is
exact, not an approximation; a test compares it with the plain loop over all nodes (`latecomer.market`).
"""

import math

from latecomer.axes import BUYERS, INSTITUTION, POWERTRAINS, SMALL_BUSINESS
from latecomer.compiled import kernel
from latecomer.exponential import exp

CLASSES = len(BUYERS)
TRAINS = len(POWERTRAINS)
INCOME_BASE = 60.0
PRICE_BASE = 100.0
SHADOW_CAP = 250.0


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
        return
    list_sellers(w, makers)
    list_runs(w)
    residual = 1.0
    rounds = 0
    while rounds < p.price_rounds:
        respond(w, world, p)
        residual = reprice(w, state, p)
        residual = max(residual, raise_shadow_costs(w, state, p))
        rounds += 1
        if residual < p.price_tolerance:
            break
    respond(w, world, p)
    w.residual, w.rounds = residual, rounds
    settle(w, state, world, p)


@kernel
def price_response(income, p):
    """Return alpha_b, the weight of the price term of a class with this income (thousand CNY a year)."""
    return p.price_sensitivity * (income / INCOME_BASE) ** (-p.income_effect)


@kernel
def price_term(price, lam):
    """Return the Box-Cox price term: zero at a price of one thousand CNY, so that giving up a cheap car costs the poor little."""
    return term_of_power(price, (price / PRICE_BASE) ** lam, lam)


@kernel
def term_of_power(price, power, lam):
    """Return the price term where (P/100)^lam is known."""
    if lam > 1e-6:
        return (power - PRICE_BASE**-lam) / lam
    return math.log(price)


@kernel
def price_slope(price, lam):
    """Return s, the derivative of the price term at this price (per thousand CNY)."""
    return (price / PRICE_BASE) ** (lam - 1.0) / PRICE_BASE


@kernel
def list_sellers(w, makers):
    """Number the makers with lines (sellers), their groups, and their sites: pairs of group and home region."""
    w.sellers, w.groups, w.sites = 0, 0, 0
    for j in range(w.lines):
        found = -1
        for s in range(w.sellers):
            if w.owner[s] == w.maker[j]:
                found = s
                break
        if found < 0:
            found = w.sellers
            w.owner[found] = w.maker[j]
            w.sellers += 1
            number_group(w, makers, found)
        w.seller[j] = found


@kernel
def list_runs(w):
    """Mark the runs of lines of one seller within a powertrain: they share a home and are summed together."""
    w.runs = 0
    for e in range(TRAINS):
        w.first_run[e] = w.runs
        for j in range(w.first[e], w.first[e + 1]):
            if j == w.first[e] or w.seller[j] != w.seller[j - 1]:
                w.run_start[w.runs] = j
                w.runs += 1
    w.first_run[TRAINS] = w.runs
    w.run_start[w.runs] = w.lines


@kernel
def number_group(w, makers, s):
    """Give seller s the group and site number of an earlier seller of the same group (and region), or new ones."""
    maker = makers[w.owner[s]]
    w.home[s] = maker.home
    w.group[s] = -1
    w.site[s] = -1
    for other in range(s):
        peer = makers[w.owner[other]]
        if maker.group >= 0 and peer.group == maker.group:
            w.group[s] = w.group[other]
            if peer.home == maker.home:
                w.site[s] = w.site[other]
    if w.group[s] < 0:
        w.group[s] = w.groups
        w.groups += 1
    if w.site[s] < 0:
        w.site[s] = w.sites
        w.sites += 1


@kernel
def values_of_class(w, b, income, p):
    """Fill w.weight[j] with e_bj, the value of line j to class b, apart from regional factors."""
    weight, utility, luxury, term = w.weight, w.utility, w.luxury, w.price_term
    alpha = price_response(income, p)
    rich = math.log(income / INCOME_BASE)
    if b == INSTITUTION:
        extra, taste, rich = w.official_taste, 1.0, p.official_luxury
    elif b == SMALL_BUSINESS:
        extra, taste = w.firm_taste, 1.0
    else:
        extra, taste = w.firm_taste, 0.0
    for j in range(w.lines):
        u = utility[j] + rich * luxury[j] + taste * extra[j] - alpha * term[j]
        weight[j] = exp(min(max(u, -35.0), 30.0))
    return alpha


@kernel
def home_of_class(w, b):
    """Return the home factors less one of every line for class b: officials favour home makers twice as much."""
    return w.home_official if b == INSTITUTION else w.home_private


@kernel
def sum_runs(w):
    """Sum value, and value times net margin, over the lines of every run."""
    weight, margin = w.weight, w.margin
    for k in range(w.runs):
        value, worth = 0.0, 0.0
        for j in range(w.run_start[k], w.run_start[k + 1]):
            value += weight[j]
            worth += weight[j] * margin[j]
        w.run_value[k] = value
        w.run_worth[k] = worth


@kernel
def spread_of_class(w, home, spread):
    """Fill spread[r] with the sum of values over lines in region r, from the sums of runs."""
    appeal = w.appeal
    spread[:] = 0.0
    for e in range(TRAINS):
        total = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            total += w.run_value[k]
            j = w.run_start[k]
            r = w.home[w.seller[j]]
            if r >= 0:
                spread[r] += w.run_value[k] * home[j] * appeal[r, e]
        for r in range(spread.size):
            spread[r] += appeal[r, e] * total


@kernel
def respond(w, world, p):
    """Compute demand q_j, the sums L_j and G_j, and D_j, the part of q_j that is lost to j itself, at the prices in `w.price`."""
    price, cost, wedge, margin, term, power = w.price, w.cost, w.wedge, w.margin, w.price_term, w.power
    sold, slope, cross, own_part, weight, seller = w.sold, w.slope, w.cross, w.own_part, w.weight, w.seller
    lam = p.price_curvature
    for j in range(w.lines):
        power[j] = (price[j] / PRICE_BASE) ** lam
        term[j] = term_of_power(price[j], power[j], lam)
        margin[j] = (price[j] - cost[j]) / wedge[j]
        sold[j], slope[j], cross[j], own_part[j] = 0.0, 0.0, 0.0, 0.0
    lift = math.exp(p.replacement_value)
    share = p.venture_weight
    spread, one, two, appeal = w.spread, w.first_demand, w.second_demand, w.appeal
    for b in range(CLASSES):
        alpha = values_of_class(w, b, world.income[b], p)
        home = home_of_class(w, b)
        sum_runs(w)
        spread_of_class(w, home, spread)
        for r in range(spread.size):
            k1 = 1.0 / (1.0 + spread[r])
            k2 = lift / (1.0 + lift * spread[r])
            one[r] = w.first_time[r, b] * k1 + w.replacing[r, b] * k2
            two[r] = w.first_time[r, b] * k1 * k1 + w.replacing[r, b] * k2 * k2
        sum_margins(w, home)
        weigh_sellers(w, share)
        for e in range(TRAINS):
            if w.first_run[e] == w.first_run[e + 1]:
                continue
            demand, square = 0.0, 0.0
            for r in range(spread.size):
                demand += appeal[r, e] * one[r]
                square += appeal[r, e] * appeal[r, e] * two[r]
            for k in range(w.first_run[e], w.first_run[e + 1]):
                s, h = seller[w.run_start[k]], home[w.run_start[k]]
                reach = demand + h * w.reach_home[e, s]
                lost = square + h * (2.0 + h) * w.lost_home[e, s]
                worth = w.worth_all[e, s] + h * w.worth_home[e, s]
                for j in range(w.run_start[k], w.run_start[k + 1]):
                    value = alpha * weight[j]
                    sold[j] += weight[j] * reach
                    slope[j] += value * reach
                    cross[j] += value * worth
                    own_part[j] += value * weight[j] * lost


@kernel
def weigh_sellers(w, share):
    """Fill, per powertrain and seller, what lines gain at home: reach (A1 phi), loss to themselves (A2 phi^2) and
    worth (A2 phi E)."""
    one, two, appeal = w.first_demand, w.second_demand, w.appeal
    for s in range(w.sellers):
        r = w.home[s]
        margin = home_margin(w, s, r, share) if r >= 0 else 0.0
        for e in range(TRAINS):
            if w.first_run[e] == w.first_run[e + 1]:
                continue
            w.worth_all[e, s] = (1.0 - share) * w.firm_value[e, s] + share * w.group_value[e, w.group[s]]
            w.reach_home[e, s], w.lost_home[e, s], w.worth_home[e, s] = 0.0, 0.0, 0.0
            if r >= 0:
                here = appeal[r, e]
                w.reach_home[e, s] = here * one[r]
                w.lost_home[e, s] = here * here * two[r]
                w.worth_home[e, s] = here * two[r] * margin


@kernel
def sum_margins(w, home):
    """Fill firm_value[s, e] and group_value[g, e]: sums over regions of A2 phi_re E for a line of powertrain e."""
    seller, appeal, two = w.seller, w.appeal, w.second_demand
    firm, group, corr, sellers, groups = w.firm_margin, w.group_margin, w.home_corr, w.sellers, w.groups
    corr[:sellers] = 0.0
    w.site_corr[:sellers] = 0.0
    for e in range(TRAINS):
        firm[e, :sellers] = 0.0
        group[e, :sellers] = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            j = w.run_start[k]
            s = seller[j]
            firm[e, s] = w.run_worth[k]
            group[e, w.group[s]] += w.run_worth[k]
            if w.home[s] >= 0:
                corr[s] += w.run_worth[k] * home[j] * appeal[w.home[s], e]
    for s in range(sellers):
        w.site_corr[w.site[s]] += corr[s]
    for e in range(TRAINS):
        if w.first_run[e] == w.first_run[e + 1]:
            continue
        value, group_value = w.firm_value[e], w.group_value[e]
        value[:sellers] = 0.0
        group_value[:sellers] = 0.0
        for other in range(TRAINS):
            if w.first_run[other] == w.first_run[other + 1]:
                continue
            mass = 0.0
            for r in range(two.size):
                mass += two[r] * appeal[r, e] * appeal[r, other]
            part, group_part = firm[other], group[other]
            for s in range(sellers):
                value[s] += mass * part[s]
            for g in range(groups):
                group_value[g] += mass * group_part[g]
        for s in range(sellers):
            r = w.home[s]
            if r >= 0:
                extra = two[r] * appeal[r, e] * corr[s]
                value[s] += extra
                group_value[w.group[s]] += extra


@kernel
def home_margin(w, s, r, share):
    """Return E of seller s in its home region r: own lines plus, with weight `share`, those of its group."""
    own = w.home_corr[s]
    group = w.site_corr[w.site[s]]
    for e in range(TRAINS):
        own += w.appeal[r, e] * w.firm_margin[e, s]
        group += w.appeal[r, e] * w.group_margin[e, w.group[s]]
    return (1.0 - share) * own + share * group


@kernel
def reprice(w, state, p):
    """Take one damped zeta step in every price and return the largest relative first-order residual."""
    worst = 0.0
    w.bounds_hit = 0.0
    for j in range(w.lines):
        shadow = state.shadow[w.maker[j]]
        base = w.unit_cost[j] + shadow
        wish = base + (w.sold[j] * w.price[j] / w.power[j] + w.wedge[j] * w.cross[j]) / max(
            w.slope[j], 1e-300
        )
        cap = 5.0 * base + 100.0
        if wish > cap:
            wish = cap
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
        w.price[j] += move[w.maker[j]]
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
def book_regions(w, world, p, served):
    """Sum sales by region (all, own-brand, local) and node, and consumer surplus (billion CNY)."""
    lift = math.exp(p.replacement_value)
    w.region_sales[:] = 0.0
    w.region_own[:] = 0.0
    w.region_local[:] = 0.0
    w.surplus = 0.0
    mean_price = 0.0
    total = 0.0
    for j in range(w.lines):
        mean_price += w.price[j] * w.sold[j]
        total += w.sold[j]
    mean_price = mean_price / total if total > 0.0 else 1.0
    for b in range(CLASSES):
        alpha = values_of_class(w, b, world.income[b], p)
        home = home_of_class(w, b)
        sum_runs(w)
        spread_of_class(w, home, w.spread)
        w.own_total[:] = 0.0
        w.own_spread[:] = 0.0
        w.local_spread[:] = 0.0
        for e in range(TRAINS):
            for j in range(w.first[e], w.first[e + 1]):
                r = w.home[w.seller[j]]
                if r >= 0:
                    here = w.weight[j] * w.appeal[r, e]
                    w.local_spread[r] += here * (1.0 + home[j])
                    w.own_spread[r] += here * home[j] * w.own[j]
                w.own_total[e] += w.weight[j] * w.own[j]
        money = alpha * price_slope(mean_price, p.price_curvature)
        for r in range(w.spread.size):
            for e in range(TRAINS):
                w.own_spread[r] += w.appeal[r, e] * w.own_total[e]
            value = w.spread[r]
            first = w.first_time[r, b]
            again = w.replacing[r, b]
            rate = first / (1.0 + value) + again * lift / (1.0 + lift * value)
            w.bought[r, b] = rate * value * served
            w.region_sales[r] += rate * value * served
            w.region_own[r] += rate * w.own_spread[r] * served
            w.region_local[r] += rate * w.local_spread[r] * served
            w.surplus += (first * math.log1p(value) + again * math.log1p(lift * value)) / money
