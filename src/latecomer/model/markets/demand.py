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
from latecomer.model.kinds import CLASSES, TRAINS

INCOME_BASE = 60.0
PRICE_BASE = 100.0


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
            find_loyalty(w, found)
        w.seller[j] = found


@kernel
def find_loyalty(w, s):
    """Fill loyalty[s, b]: by what factor less one buyers of its home region value a car of seller s more than others do.

    Rules of the province count twice for officials; its aid is worth what the price term says at 100 thousand CNY.
    """
    r = w.home[s]
    for b in range(w.classes):
        rules = w.protection[r] if r >= 0 else 0.0
        aid = w.aid[r] if r >= 0 else 0.0
        w.loyalty[s, b] = (
            math.exp((2.0 if b == INSTITUTION else 1.0) * rules + w.alpha[b] * aid / PRICE_BASE) - 1.0
        )


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
def list_classes(w, world, p):
    """Fill what the classes are by [b]: weight of the price term, log of relative income, tastes of the two kinds of firm."""
    w.classes = CLASSES
    for b in range(w.classes):
        w.alpha[b] = price_response(world.income[b], p)
        w.rich[b] = math.log(world.income[b] / INCOME_BASE)
        w.official[b] = 0.0
        w.business[b] = 0.0
    w.rich[INSTITUTION] = p.official_luxury
    w.official[INSTITUTION] = 1.0
    w.business[SMALL_BUSINESS] = 1.0


@kernel
def value_lines(w, p):
    """Fill weight[j, b], the value e_bj of every line to every class apart from regional factors, and margins at w.price."""
    price, power, term, margin, weight = w.price, w.power, w.price_term, w.margin, w.weight
    alpha, rich, official, business = w.alpha, w.rich, w.official, w.business
    lam = p.price_curvature
    for j in range(w.lines):
        power[j] = exp(lam * log(price[j] / PRICE_BASE))
        margin[j] = (price[j] - w.cost[j]) / w.wedge[j]
    for j in range(w.lines):
        term[j] = term_of_power(price[j], power[j], lam)
    for j in range(w.lines):
        utility, luxury, cost = w.utility[j], w.luxury[j], term[j]
        for_office, for_firm = w.official_taste[j], w.firm_taste[j]
        for b in range(w.classes):
            u = (
                utility
                + rich[b] * luxury
                + official[b] * for_office
                + business[b] * for_firm
                - alpha[b] * cost
            )
            weight[j, b] = exp(min(max(u, -35.0), 30.0))


@kernel
def sum_runs(w):
    """Sum value and value times net margin over the lines of every run, [k, b]; and value in every region, spread[r, b]."""
    weight, margin, value, worth = w.weight, w.margin, w.run_value, w.run_worth
    spread, appeal, loyalty, total = w.spread, w.appeal, w.loyalty, w.total
    spread[:] = 0.0
    for e in range(TRAINS):
        if w.first_run[e] == w.first_run[e + 1]:
            continue
        total[:] = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            value[k] = 0.0
            worth[k] = 0.0
            for j in range(w.run_start[k], w.run_start[k + 1]):
                gain = margin[j]
                for b in range(w.classes):
                    value[k, b] += weight[j, b]
                    worth[k, b] += weight[j, b] * gain
            s = w.seller[w.run_start[k]]
            r = w.home[s]
            for b in range(w.classes):
                total[b] += value[k, b]
            if r >= 0:
                here = appeal[r, e]
                for b in range(w.classes):
                    spread[r, b] += value[k, b] * loyalty[s, b] * here
        for r in range(len(spread)):
            here = appeal[r, e]
            for b in range(w.classes):
                spread[r, b] += here * total[b]


@kernel
def count_buyers(w, p):
    """Fill, by [r, b], A1 and A2, buyers times the probability of a unit of value and its square; by powertrain and
    class, their sums over regions: demand[e, b] of A1 phi, mass[e, e', b] of A2 phi phi'."""
    lift = math.exp(p.replacement_value)
    spread, one, two, appeal, reach, mass = (
        w.spread,
        w.first_demand,
        w.second_demand,
        w.appeal,
        w.reach,
        w.mass,
    )
    for r in range(len(spread)):
        for b in range(w.classes):
            k1 = 1.0 / (1.0 + spread[r, b])
            k2 = lift / (1.0 + lift * spread[r, b])
            one[r, b] = w.first_time[r, b] * k1 + w.replacing[r, b] * k2
            two[r, b] = w.first_time[r, b] * k1 * k1 + w.replacing[r, b] * k2 * k2
    for e in range(TRAINS):
        reach[e] = 0.0
        for r in range(len(spread)):
            here = appeal[r, e]
            for b in range(w.classes):
                reach[e, b] += here * one[r, b]
        for other in range(e + 1):
            mass[e, other] = 0.0
            for r in range(len(spread)):
                both = appeal[r, e] * appeal[r, other]
                for b in range(w.classes):
                    mass[e, other, b] += both * two[r, b]
            for b in range(w.classes):
                mass[other, e, b] = mass[e, other, b]


@kernel
def sum_margins(w, share):
    """Sum value times net margin by seller and group, [e, s or g, b], and weigh: firm_margin is (1 - share) own + share
    group. Loyal buyers at home add to a seller (home_corr), its site and group (group_corr); home_margin[s, b] is E at home.
    """
    firm, group, appeal, loyalty, two = w.firm_margin, w.group_margin, w.appeal, w.loyalty, w.second_demand
    home, site, kin, worth, classes = w.home_corr, w.site_corr, w.group_corr, w.run_worth, w.classes
    for e in range(TRAINS):
        firm[e, : w.sellers] = 0.0
        group[e, : w.groups] = 0.0
        kin[e, : w.groups] = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            s = w.seller[w.run_start[k]]
            g = w.group[s]
            for b in range(classes):
                firm[e, s, b] = worth[k, b]
                group[e, g, b] += worth[k, b]
    site[: w.sites] = 0.0
    for s in range(w.sellers):
        r, g, h = w.home[s], w.group[s], w.site[s]
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
    for s in range(w.sellers):
        g = w.group[s]
        for e in range(TRAINS):
            for b in range(classes):
                firm[e, s, b] = (1.0 - share) * firm[e, s, b] + share * group[e, g, b]
    for s in range(w.sellers):
        r, h = w.home[s], w.site[s]
        if r < 0:
            continue
        for b in range(classes):
            gain = (1.0 - share) * home[s, b] + share * site[h, b]
            for e in range(TRAINS):
                gain += appeal[r, e] * firm[e, s, b]
            w.home_margin[s, b] = gain


@kernel
def respond(w, p):
    """Compute demand q_j, the sums L_j and G_j, and D_j, the part of q_j that is lost to j itself, at the prices in `w.price`."""
    value_lines(w, p)
    sum_runs(w)
    count_buyers(w, p)
    sum_margins(w, p.venture_weight)
    for e in range(TRAINS):
        for k in range(w.first_run[e], w.first_run[e + 1]):
            face_run(w, e, w.seller[w.run_start[k]], p.venture_weight)
            sum_classes(w, k)


@kernel
def face_run(w, e, s, share):
    """Fill, by class, what a line of powertrain e of seller s faces, summed over regions: run_reach (A1 phi), run_lost
    (A2 phi^2) and run_gain (A2 phi E), phi being larger at home by its loyal buyers."""
    reach, lost, worth, firm, mass, kin = (
        w.run_reach,
        w.run_lost,
        w.run_gain,
        w.firm_margin,
        w.mass,
        w.group_corr,
    )
    one, two, loyalty, home, margin = w.first_demand, w.second_demand, w.loyalty, w.home_corr, w.home_margin
    r, g, classes = w.home[s], w.group[s], w.classes
    if r < 0:
        for b in range(classes):
            gain = share * kin[e, g, b]
            for other in range(TRAINS):
                gain += mass[e, other, b] * firm[other, s, b]
            reach[b], lost[b], worth[b] = w.reach[e, b], mass[e, e, b], gain
        return
    here = w.appeal[r, e]
    for b in range(classes):
        gain = share * kin[e, g, b]
        for other in range(TRAINS):
            gain += mass[e, other, b] * firm[other, s, b]
        extra, local = loyalty[s, b], here * two[r, b]
        reach[b] = w.reach[e, b] + extra * here * one[r, b]
        lost[b] = mass[e, e, b] + extra * (2.0 + extra) * here * local
        worth[b] = gain + local * ((1.0 - share) * home[s, b] + extra * margin[s, b])


@summing_kernel
def sum_classes(w, k):
    """Sum over classes, for the lines of run k: sold, slope (L), cross (G) and own_part (D)."""
    weight, alpha, reach, lost, worth = w.weight, w.alpha, w.run_reach, w.run_lost, w.run_gain
    for j in range(w.run_start[k], w.run_start[k + 1]):
        sold, slope, cross, own = 0.0, 0.0, 0.0, 0.0
        for b in range(w.classes):
            value = weight[j, b]
            felt = alpha[b] * value
            sold += value * reach[b]
            slope += felt * reach[b]
            cross += felt * worth[b]
            own += felt * value * lost[b]
        w.sold[j], w.slope[j], w.cross[j], w.own_part[j] = sold, slope, cross, own
