"""How much of each line would be bought at given prices, and how much would a higher price lose? Sums over all buyers.

For every line j: demand q_j and the sums of the first-order conditions (module `prices`)

    q_j = sum_n e_jn A1_n,   L_j = sum_n alpha e_jn A1_n,   G_j = sum_n alpha e_jn A2_n E_fn,   D_j = sum_n alpha e_jn^2 A2_n

Value factors into parts of line and class, region and powertrain, and loyal home buyers: e_rbj = e_bj phi_re (1 + home).
So the sums over regions are taken once per class and maker, not once per line, and only e_bj costs exponentials.

Classes b are the last axis of every array: 16 classes fill the vectors of the machine whatever the number of lines a
maker has, and all sums of a maker are taken for the 16 at once. Lines j of one seller s within a powertrain e stand
together as a run k; a seller has a group g and a site, its group in its home region.
"""

import math

from latecomer.axes import INSTITUTION, SMALL_BUSINESS
from latecomer.compiled import kernel, summing_kernel
from latecomer.exponential import exp, log
from latecomer.model.context import each
from latecomer.model.kinds import CLASSES, TRAINS

INCOME_BASE = 60.0
PRICE_BASE = 100.0

FLOW = (
    *each("", "runs sellers groups sites classes", "i8"),
    *each("E", "first_run", "i8"),
    *each("J", "run_start", "i8"),
    *each("jb", "run_value run_worth weight"),
    *each("j", "seller", "i8"),
    *each("j", "price_term power margin sold slope cross own_part"),
    *each("b", "alpha rich official business total run_reach run_lost run_gain"),
    *each("eb", "reach"),
    *each("eeb", "mass"),
    *each("m", "owner home group site", "i8"),
    *each("mb", "loyalty home_corr site_corr home_margin"),
    *each("emb", "firm_margin group_margin group_corr"),
    *each("rb", "spread first_demand second_demand"),
)


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
def value_of_money(income, p):
    """Return the marginal utility of money of a class (per thousand CNY): the slope of its price term at a reference price.

    That price is sqrt(100 y), about what a class with income y pays, so that a yuan off its cars is worth about a yuan to it
    (Roy's identity; a test measures how nearly). It knows nothing of the history's own prices: both sides of a comparison
    turn utility into the same money.
    """
    return price_response(income, p) * price_slope(math.sqrt(PRICE_BASE * income), p.price_curvature)


@kernel
def list_sellers(now, flow):
    """Number the makers with lines (sellers), their groups, and their sites: pairs of group and home region."""
    flow.sellers, flow.groups, flow.sites = 0, 0, 0
    for j in range(flow.lines):
        found = -1
        for s in range(flow.sellers):
            if flow.owner[s] == flow.maker[j]:
                found = s
                break
        if found < 0:
            found = flow.sellers
            flow.owner[found] = flow.maker[j]
            flow.sellers += 1
            number_group(found, now, flow)
            find_loyalty(found, flow)
        flow.seller[j] = found


@kernel
def find_loyalty(s, flow):
    """Fill loyalty[s, b]: by what factor less one buyers of its home region value a car of seller s more than others do.

    Rules of the province count twice for officials; its aid is worth what the price term says at 100 thousand CNY.
    """
    r = flow.home[s]
    for b in range(flow.classes):
        rules = flow.protection[r] if r >= 0 else 0.0
        aid = flow.aid[r] if r >= 0 else 0.0
        flow.loyalty[s, b] = (
            math.exp((2.0 if b == INSTITUTION else 1.0) * rules + flow.alpha[b] * aid / PRICE_BASE) - 1.0
        )


@kernel
def list_runs(flow):
    """Mark the runs of lines of one seller within a powertrain: they share a home and are summed together."""
    flow.runs = 0
    for e in range(TRAINS):
        flow.first_run[e] = flow.runs
        for j in range(flow.first[e], flow.first[e + 1]):
            if j == flow.first[e] or flow.seller[j] != flow.seller[j - 1]:
                flow.run_start[flow.runs] = j
                flow.runs += 1
    flow.first_run[TRAINS] = flow.runs
    flow.run_start[flow.runs] = flow.lines


@kernel
def number_group(s, now, flow):
    """Give seller s the group and site number of an earlier seller of the same group (and region), or new ones."""
    maker = now.makers[flow.owner[s]]
    flow.home[s] = maker.home
    flow.group[s] = -1
    flow.site[s] = -1
    for other in range(s):
        peer = now.makers[flow.owner[other]]
        if maker.group >= 0 and peer.group == maker.group:
            flow.group[s] = flow.group[other]
            if peer.home == maker.home:
                flow.site[s] = flow.site[other]
    if flow.group[s] < 0:
        flow.group[s] = flow.groups
        flow.groups += 1
    if flow.site[s] < 0:
        flow.site[s] = flow.sites
        flow.sites += 1


@kernel
def list_classes(now, flow, p):
    """Fill what the classes are by [b]: weight of the price term, log of relative income, tastes of the two kinds of firm."""
    flow.classes = CLASSES
    for b in range(flow.classes):
        flow.alpha[b] = price_response(now.world.income[b], p)
        flow.rich[b] = math.log(now.world.income[b] / INCOME_BASE)
        flow.official[b] = 0.0
        flow.business[b] = 0.0
    flow.rich[INSTITUTION] = p.official_luxury
    flow.official[INSTITUTION] = 1.0
    flow.business[SMALL_BUSINESS] = 1.0


@kernel
def value_lines(flow, p):
    """Fill weight[j, b], the value e_bj of every line to every class apart from regional factors, and margins at flow.price."""
    price, power, term, margin, weight = flow.price, flow.power, flow.price_term, flow.margin, flow.weight
    alpha, rich, official, business = flow.alpha, flow.rich, flow.official, flow.business
    lam = p.price_curvature
    for j in range(flow.lines):
        power[j] = exp(lam * log(price[j] / PRICE_BASE))
        margin[j] = (price[j] - flow.cost[j]) / flow.wedge[j]
    for j in range(flow.lines):
        term[j] = term_of_power(price[j], power[j], lam)
    for j in range(flow.lines):
        utility, luxury, cost = flow.utility[j], flow.luxury[j], term[j]
        for_office, for_firm = flow.official_taste[j], flow.firm_taste[j]
        for b in range(flow.classes):
            u = (
                utility
                + rich[b] * luxury
                + official[b] * for_office
                + business[b] * for_firm
                - alpha[b] * cost
            )
            weight[j, b] = exp(min(max(u, -35.0), 30.0))


@kernel
def sum_runs(flow):
    """Sum value and value times net margin over the lines of every run, [k, b]; and value in every region, spread[r, b]."""
    weight, margin, value, worth = flow.weight, flow.margin, flow.run_value, flow.run_worth
    spread, appeal, loyalty, total = flow.spread, flow.appeal, flow.loyalty, flow.total
    spread[:] = 0.0
    for e in range(TRAINS):
        if flow.first_run[e] == flow.first_run[e + 1]:
            continue
        total[:] = 0.0
        for k in range(flow.first_run[e], flow.first_run[e + 1]):
            value[k] = 0.0
            worth[k] = 0.0
            for j in range(flow.run_start[k], flow.run_start[k + 1]):
                gain = margin[j]
                for b in range(flow.classes):
                    value[k, b] += weight[j, b]
                    worth[k, b] += weight[j, b] * gain
            s = flow.seller[flow.run_start[k]]
            r = flow.home[s]
            for b in range(flow.classes):
                total[b] += value[k, b]
            if r >= 0:
                here = appeal[r, e]
                for b in range(flow.classes):
                    spread[r, b] += value[k, b] * loyalty[s, b] * here
        for r in range(len(spread)):
            here = appeal[r, e]
            for b in range(flow.classes):
                spread[r, b] += here * total[b]


@kernel
def count_buyers(flow, p):
    """Fill, by [r, b], A1 and A2, buyers times the probability of a unit of value and its square; by powertrain and
    class, their sums over regions: demand[e, b] of A1 phi, mass[e, e', b] of A2 phi phi'."""
    lift = math.exp(p.replacement_value)
    spread, one, two, appeal, reach, mass = (
        flow.spread,
        flow.first_demand,
        flow.second_demand,
        flow.appeal,
        flow.reach,
        flow.mass,
    )
    for r in range(len(spread)):
        for b in range(flow.classes):
            k1 = 1.0 / (1.0 + spread[r, b])
            k2 = lift / (1.0 + lift * spread[r, b])
            one[r, b] = flow.first_time[r, b] * k1 + flow.replacing[r, b] * k2
            two[r, b] = flow.first_time[r, b] * k1 * k1 + flow.replacing[r, b] * k2 * k2
    for e in range(TRAINS):
        reach[e] = 0.0
        for r in range(len(spread)):
            here = appeal[r, e]
            for b in range(flow.classes):
                reach[e, b] += here * one[r, b]
        for other in range(e + 1):
            mass[e, other] = 0.0
            for r in range(len(spread)):
                both = appeal[r, e] * appeal[r, other]
                for b in range(flow.classes):
                    mass[e, other, b] += both * two[r, b]
            for b in range(flow.classes):
                mass[other, e, b] = mass[e, other, b]


@kernel
def sum_margins(share, flow):
    """Sum value times net margin by seller and group, [e, s or g, b], and weigh: firm_margin is (1 - share) own + share
    group. Loyal buyers at home add to a seller (home_corr), its site and group (group_corr); home_margin[s, b] is E at home.
    """
    firm, group, appeal, loyalty, two = (
        flow.firm_margin,
        flow.group_margin,
        flow.appeal,
        flow.loyalty,
        flow.second_demand,
    )
    home, site, kin, worth, classes = (
        flow.home_corr,
        flow.site_corr,
        flow.group_corr,
        flow.run_worth,
        flow.classes,
    )
    for e in range(TRAINS):
        firm[e, : flow.sellers] = 0.0
        group[e, : flow.groups] = 0.0
        kin[e, : flow.groups] = 0.0
        for k in range(flow.first_run[e], flow.first_run[e + 1]):
            s = flow.seller[flow.run_start[k]]
            g = flow.group[s]
            for b in range(classes):
                firm[e, s, b] = worth[k, b]
                group[e, g, b] += worth[k, b]
    site[: flow.sites] = 0.0
    for s in range(flow.sellers):
        r, g, h = flow.home[s], flow.group[s], flow.site[s]
        home[s] = 0.0
        if r < 0:
            continue
        for b in range(classes):
            gain = 0.0
            for e in range(TRAINS):
                gain += appeal[r, e] * firm[e, s, b]
            home[s, b] = loyalty[s, b] * gain
            site[h, b] += loyalty[s, b] * gain
        for e in range(TRAINS):
            here = appeal[r, e]
            for b in range(classes):
                kin[e, g, b] += here * two[r, b] * home[s, b]
    for s in range(flow.sellers):
        g = flow.group[s]
        for e in range(TRAINS):
            for b in range(classes):
                firm[e, s, b] = (1.0 - share) * firm[e, s, b] + share * group[e, g, b]
    for s in range(flow.sellers):
        r, h = flow.home[s], flow.site[s]
        if r < 0:
            continue
        for b in range(classes):
            gain = (1.0 - share) * home[s, b] + share * site[h, b]
            for e in range(TRAINS):
                gain += appeal[r, e] * firm[e, s, b]
            flow.home_margin[s, b] = gain


@kernel
def respond(flow, p):
    """Compute demand q_j, the sums L_j and G_j, and D_j, the part of q_j lost to j itself, at the prices in `flow.price`."""
    value_lines(flow, p)
    sum_runs(flow)
    count_buyers(flow, p)
    sum_margins(p.venture_weight, flow)
    for e in range(TRAINS):
        for k in range(flow.first_run[e], flow.first_run[e + 1]):
            face_run(e, flow.seller[flow.run_start[k]], p.venture_weight, flow)
            sum_classes(k, flow)


@kernel
def face_run(e, s, share, flow):
    """Fill, by class, what a line of powertrain e of seller s faces, summed over regions: run_reach (A1 phi), run_lost
    (A2 phi^2) and run_gain (A2 phi E), phi being larger at home by its loyal buyers."""
    reach, lost, worth, firm, mass, kin = (
        flow.run_reach,
        flow.run_lost,
        flow.run_gain,
        flow.firm_margin,
        flow.mass,
        flow.group_corr,
    )
    one, two, loyalty, home, margin = (
        flow.first_demand,
        flow.second_demand,
        flow.loyalty,
        flow.home_corr,
        flow.home_margin,
    )
    r, g, classes = flow.home[s], flow.group[s], flow.classes
    if r < 0:
        for b in range(classes):
            gain = share * kin[e, g, b]
            for other in range(TRAINS):
                gain += mass[e, other, b] * firm[other, s, b]
            reach[b], lost[b], worth[b] = flow.reach[e, b], mass[e, e, b], gain
        return
    here = flow.appeal[r, e]
    for b in range(classes):
        gain = share * kin[e, g, b]
        for other in range(TRAINS):
            gain += mass[e, other, b] * firm[other, s, b]
        extra, local = loyalty[s, b], here * two[r, b]
        reach[b] = flow.reach[e, b] + extra * here * one[r, b]
        lost[b] = mass[e, e, b] + extra * (2.0 + extra) * here * local
        worth[b] = gain + local * ((1.0 - share) * home[s, b] + extra * margin[s, b])


@summing_kernel
def sum_classes(k, flow):
    """Sum over classes, for the lines of run k: sold, slope (L), cross (G) and own_part (D)."""
    weight, alpha, reach, lost, worth = flow.weight, flow.alpha, flow.run_reach, flow.run_lost, flow.run_gain
    for j in range(flow.run_start[k], flow.run_start[k + 1]):
        sold, slope, cross, own = 0.0, 0.0, 0.0, 0.0
        for b in range(flow.classes):
            value = weight[j, b]
            felt = alpha[b] * value
            sold += value * reach[b]
            slope += felt * reach[b]
            cross += felt * worth[b]
            own += felt * value * lost[b]
        flow.sold[j], flow.slope[j], flow.cross[j], flow.own_part[j] = sold, slope, cross, own
