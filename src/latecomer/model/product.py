"""Which cars are on sale, how good are they, and what do they cost? Launches, quality, cost, taxes, and utility.

    quality     Q = sum_d v_de C_d, accessed technology counting in part for an own brand, in full for a joint venture
    unit cost   c = base_s e^(.4 (Q - F)) x owner x kits x (1 + a [(1 + E/E0)(1 + E_industry/E1)]^-b)
                  x (1 + s e^(-q/q0));  laggards build cheaper
    kits        1 + max(0, e^(-E/E2) <= 1 - local content) (extra + parts tariff) + forced local sourcing
    utility     delta = a0 + b_Q (Q - F) + trust + comfort z_s + reach + novelty - crowding ln(J/30) + taste, `electric` terms
    priced cost c - stance x cost before subsidy; prices are set on it, books are kept at c
    launch      hazard by capability, size of the segment, policy; min(1, o (1 - chi dependence)) for state groups;
                x licence for the first car of an own brand: entry.private, entry.state, entry.electric;
                times the chance that cash and lenders cover the development cost  f base_s
    first line  what a maker was founded to make, if licensed; an existing plant that takes up cars builds capacity and name like
                an entrant; a venture or foreign-owned plant begins with a car of its parent; larger markets bring larger plants

Learning is bounded: experience removes only the excess over best-practice cost, since unbounded curves drive prices
to zero. Hazards are smooth, so that a tiny price error does not flip a history. A stance is an incentive: a manager paid for
revenue as well as profit prices as if part of the cost did not exist; a group weighs the profit of its other makers as they
see it. o is a state group's effort for its own brand. Sources: Vickers 1985 and Fershtman and Judd 1987, whose weight on
profit is 1 - stance (delegation); Levitt, List and Syverson
2013 (learning by doing); Berry, Levinsohn and Pakes 1995 (utility).
"""

import math

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    DOMAINS,
    ECONOMY,
    FOREIGN_PLANT,
    HYBRID,
    IMPORTER,
    JOINT_VENTURE,
    MAINSTREAM,
    MINIBUS,
    POWERTRAINS,
    PREMIUM,
    PRIVATE,
    PROCESS,
    SEGMENTS,
    SUV,
)
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model.brand import mean_goodwill
from latecomer.model.electric import credit_price, drive_appeal, lock_of, pack_cost
from latecomer.model.finance import debt_limit
from latecomer.model.scratch import LINES

NDOMAINS, NSEGMENTS, TRAINS = len(DOMAINS), len(SEGMENTS), len(POWERTRAINS)
LAUNCH, FIRST, TASTE = 21, 22, 23
COST_FLOOR = 8.0


@kernel
def domain_weight(d, e, p):
    """Return v_de, the weight of domain d in the quality of a car of powertrain e; weights of a powertrain sum to one.

    Parameters are drawn one by one, so that only their ratios count.
    """
    combustion = (
        p.weight_platform,
        p.weight_engine,
        p.weight_electronics,
        0.0,
        p.weight_process,
        p.weight_design,
    )
    electric = (
        p.electric_platform,
        0.0,
        p.electric_electronics,
        p.electric_battery,
        p.electric_process,
        p.electric_design,
    )
    burning, driving = 0.0, 0.0
    for part in combustion:
        burning += part
    for part in electric:
        driving += part
    if e == COMBUSTION:
        return combustion[d] / burning
    if e == BATTERY_CAR:
        return electric[d] / driving
    return 0.5 * (combustion[d] / burning + electric[d] / driving)


@kernel
def technology_used(m, d, state, maker, p):
    """Return the technology of domain d in a car of maker m: what it masters plus, for an own brand, part of what it may use."""
    known = state.mastered[m, d]
    if maker.ownership > PRIVATE:
        return state.accessible[m, d]
    return known + p.access_use * max(0.0, state.accessible[m, d] - known)


@kernel
def quality_gap(m, e, w, state, maker, p):
    """Return Q - F of a car of maker m with powertrain e (log units; negative behind the frontier)."""
    gap = 0.0
    for d in range(NDOMAINS):
        gap += domain_weight(d, e, p) * (technology_used(m, d, state, maker, p) - w.frontier[d])
    return gap


@kernel
def comfort_of(s):
    """Return z_s, the comfort of a segment (utility units, times `comfort_taste`)."""
    return (0.0, 0.55, 1.1, 1.25, 2.0)[s]


@kernel
def base_cost(s, p):
    """Return the best-practice unit cost of segment s with a combustion engine (thousand CNY of 2010)."""
    return (p.cost_minibus, p.cost_economy, p.cost_mainstream, p.cost_suv, p.cost_premium)[s]


@kernel
def newcomer(d, w, state, maker, p):
    """Return what a new car plant masters of domain d: nearly what others at home know, or bought plant, plus skill."""
    gap = p.entry_gap_process if d == PROCESS else p.entry_gap
    start = max(state.own_mean[d] - p.entry_shortfall, w.frontier[d] - gap)
    if d == BATTERY:
        start = p.entry_battery * w.frontier[d] if maker.electric_only == 1 else 0.5 * state.own_mean[d]
    return min(start + maker.skill, w.frontier[d])


@kernel
def renew(m, w, state, maker, p):
    """Let an existing plant that takes up cars begin like an entrant: it knows no less than one and is trusted as one."""
    if maker.ownership > PRIVATE or state.active[m].sum() > 0:
        return
    for d in range(NDOMAINS):
        short = newcomer(d, w, state, maker, p) - state.mastered[m, d]
        state.mastered[m, d] += p.renewal * max(0.0, short)
        state.accessible[m, d] = max(state.accessible[m, d], state.mastered[m, d])
    state.trust[m] += p.renewal * max(0.0, p.trust_start - state.trust[m])


@kernel
def line_price(m, s, maker, p):
    """Return what the development and tools of a new line cost a home maker (billion CNY of 2010)."""
    if maker.ownership == IMPORTER or maker.ownership == FOREIGN_PLANT:
        return 0.0
    return p.line_cost * base_cost(s, p) / 100.0 * (1.0 if maker.ownership <= PRIVATE else p.venture_line)


@kernel
def launch(t, w, state, world, policy, strategy, makers, p, seed, history):
    """Let makers put new lines on sale by hazard; the first line of a venture, an importer and a minibus maker comes
    with its start."""
    year = int(world[t].year)
    for m in range(makers.size):
        maker = makers[m]
        if state.alive[m] == 0 or year < maker.passenger_start:
            continue
        if year == maker.passenger_start:
            renew(m, w, state, maker, p)
            first_lines(m, t, w, state, policy, maker, p, seed, history)
        gap = -quality_gap(m, COMBUSTION, w, state, maker, p)
        selling = state.output[m] > 0.0
        for s in range(NSEGMENTS):
            for e in range(TRAINS):
                if state.active[m, s, e] == 1:
                    continue
                if e == COMBUSTION:
                    hazard = combustion_hazard(m, s, t, gap, selling, state, policy, strategy, maker, p)
                else:
                    hazard = electric_hazard(m, s, e, t, selling, w, state, policy, maker, p)
                line = (m * NSEGMENTS + s) * TRAINS + e
                if hazard > 0.0:
                    hazard *= affordable(m, line_price(m, s, maker, p), state, maker, p)
                if uniform(seed, history, t, line, LAUNCH) < hazard:
                    renew(m, w, state, maker, p)
                    open_line(m, s, e, state)
                    state.cash[m] -= line_price(m, s, maker, p)
                    w.line_spent[m] += line_price(m, s, maker, p)
                    if maker.ownership != IMPORTER:
                        state.capacity[m] = max(state.capacity[m], p.start_capacity_own)


@kernel
def affordable(m, price, state, maker, p):
    """Return the chance that a launch finds its money: cash and what lenders add against its price."""
    if price <= 0.0:
        return 1.0
    money = state.cash[m] + p.lending_share * debt_limit(m, state, maker, p)
    if maker.ownership > PRIVATE:
        money = state.cash[m] + p.foreign_credit
    return smooth_step(4.0 * (money / price - 1.0))


@kernel
def open_line(m, s, e, state):
    """Put the line on sale this year, if it is not."""
    if state.active[m, s, e] == 1:
        return
    state.active[m, s, e] = 1
    state.age[m, s, e] = 0.0
    state.taste[m, s, e] = 0.0
    state.price[m, s, e] = 0.0
    state.line_losses[m, s, e] = 0.0


@kernel
def first_lines(m, t, w, state, policy, maker, p, seed, history):
    """Open the lines with which maker m begins: what it was founded to make, if it has the licence."""
    drawn = uniform(seed, history, t, m, FIRST)
    if maker.commercial.sum() <= 0.0:
        state.capacity[m] += maker.capacity
    foreign = maker.ownership == JOINT_VENTURE or maker.ownership == FOREIGN_PLANT
    state.capacity[m] += p.start_capacity_venture if foreign else p.start_capacity_own
    state.capacity[m] += p.start_capacity_growth * state.home_sales * (2.0 if foreign else 1.0)
    if maker.ownership == IMPORTER:
        for s in range(ECONOMY, NSEGMENTS):
            open_line(m, s, COMBUSTION, state)
    elif maker.minibus == 1:
        open_line(m, MINIBUS, COMBUSTION, state)
    elif maker.first_line >= 0:
        licence = policy[t].entry_private if maker.ownership == PRIVATE else policy[t].entry_state
        if maker.electric_only == 1:
            licence = policy[t].entry_electric if w.frontier[BATTERY] > 0.0 else 0.0
        if drawn < p.first_known * min(1.0, licence / p.licence_enough):
            open_line(m, maker.first_line, BATTERY_CAR if maker.electric_only == 1 else COMBUSTION, state)
    elif maker.electric_only == 1 and (w.frontier[BATTERY] <= 0.0 or drawn >= p.first_known):
        return
    elif maker.ownership >= JOINT_VENTURE:
        e = BATTERY_CAR if maker.electric_only == 1 else COMBUSTION
        if maker.brand >= p.premium_brand:
            open_line(m, PREMIUM, e, state)
        else:
            small = drawn < p.first_line_economy
            open_line(m, ECONOMY if small else MAINSTREAM, e, state)


@kernel
def smooth_step(x):
    """Return the logistic of x."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -40.0), 40.0)))


@kernel
def combustion_hazard(m, s, t, gap, selling, state, policy, strategy, maker, p):
    """Return the chance that maker m launches a combustion line in segment s this year."""
    now = policy[t]
    size = min(1.0, 3.0 * state.segment_share[s] + 0.02)
    kind = maker.ownership
    if maker.electric_only == 1 or kind == IMPORTER:
        return 0.0
    if kind >= JOINT_VENTURE:
        if s == MINIBUS:
            return 0.0
        premium = smooth_step((maker.brand - p.premium_brand) / 0.03)
        suit = premium if s == PREMIUM else 1.0 - p.premium_aloof * premium
        return p.launch_venture * size * suit
    reach = (1.4, 1.1, 0.85, 0.95, 0.40)[s]
    able = smooth_step((reach - gap) / 0.1)
    if s == MINIBUS and maker.minibus == 0:
        able *= 0.2
    hazard = p.launch_own * size * able
    if kind == PRIVATE:
        return hazard * (1.0 if selling else now.entry_private)
    push = p.launch_state + (1.0 - p.launch_state) * now.reform_state_firms
    return hazard * push * own_effort(m, state, strategy[t], maker, p) * (1.0 if selling else now.entry_state)


@kernel
def own_effort(m, state, choice, maker, p):
    """Return the effort of home maker m for its own brand (0..1): profit from ventures lowers it, unless strategy holds it up."""
    if maker.ownership == PRIVATE:
        return 1.0
    comfort = max(0.0, 1.0 - p.comfort_effect * state.dependence[m])
    return min(1.0, choice.brand_own_effort[m] * comfort)


@kernel
def electric_hazard(m, s, e, t, selling, w, state, policy, maker, p):
    """Return the chance that maker m launches a line of electric powertrain e in segment s this year."""
    now = policy[t]
    if w.frontier[BATTERY] <= 0.0 or maker.ownership == IMPORTER or (s == MINIBUS and maker.minibus == 0):
        return 0.0
    aid = now.subsidy_battery_car if e == BATTERY_CAR else now.subsidy_hybrid
    pull = (
        0.15
        + aid * (1.0 + now.subsidy_local_ratio) / 60000.0
        + 6.0 * state.electric_share
        + p.credit_push * now.credit_ratio
    )
    hazard = p.launch_electric * pull * min(1.0, 3.0 * state.segment_share[s] + 0.05)
    if e == HYBRID:
        hazard *= 0.0 if maker.electric_only == 1 else 0.5
    if s == PREMIUM and maker.electric_only == 0:
        hazard *= (
            smooth_step((maker.brand - p.premium_brand) / 0.03) if maker.ownership >= JOINT_VENTURE else 0.5
        )
    hazard *= 1.0 - lock_of(maker, p)
    if maker.electric_only == 1 and not selling and maker.ownership <= PRIVATE:
        hazard *= now.entry_electric
    return hazard


@kernel
def gather(t, w, state, world, policy, strategy, makers, p, seed, history):
    """Collect the lines on sale into the scratch list, sorted by powertrain, with cost, wedge, utility and starting price."""
    w.lines = 0
    w.floors_hit = 0.0
    w.subsidy_paid = 0.0
    for e in range(TRAINS):
        w.first[e] = w.lines
        for m in range(makers.size):
            if state.alive[m] == 0:
                continue
            for s in range(NSEGMENTS):
                if state.active[m, s, e] == 1 and w.lines < LINES:
                    w.maker[w.lines], w.segment[w.lines], w.powertrain[w.lines] = m, s, e
                    w.lines += 1
    w.first[TRAINS] = w.lines
    industry = 0.0
    w.goodwill_mean = mean_goodwill(state, makers)
    for m in range(makers.size):
        industry += state.experience[m]
        w.gap[m] = quality_gap(m, COMBUSTION, w, state, makers[m], p)
    for j in range(w.lines):
        price_cost(j, t, industry, w, state, world, policy, strategy, makers, p)
        appeal_of(j, t, w, state, world, policy, makers, p, seed, history)
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        last = state.price[m, s, e]
        w.price[j] = last if last > 0.0 else 1.3 * w.unit_cost[j]
        w.cost[j] = w.unit_cost[j] + state.shadow[m] - w.left_out[j]


@kernel
def maker_cost(m, s, gap, industry, w, state, world, policy, t, makers, p):
    """Return the unit cost of a combustion line (thousand CNY of 2010, before tax)."""
    maker = makers[m]
    now = policy[t]
    cost = (
        base_cost(s, p)
        * p.cost_scale
        * math.exp(p.cost_trend * (world[t].frontier_clock - p.cost_year) + p.cost_gap * gap)
    )
    if maker.ownership == IMPORTER:
        return (
            cost
            * p.import_cost
            * (1.0 + now.tariff_car)
            * world[t].real_exchange_rate ** (-p.import_exchange)
        )
    if maker.ownership <= PRIVATE:
        cost *= p.cost_private * (1.0 if maker.ownership == PRIVATE else p.cost_state)
    else:
        kit = math.exp(-state.experience[m] / p.kit_experience)
        bought = min(kit, 1.0 - now.venture_local_content)
        cost *= (
            1.0 + bought * (p.kit_cost + p.kit_tariff * now.tariff_parts) + p.forced_content * (kit - bought)
        )
    learned = ((1.0 + state.experience[m] / 0.05) * (1.0 + industry / 0.5)) ** (-p.learning_rate)
    scale = 1.0 + p.scale_cost * math.exp(-state.output[m] / p.scale_size)
    return cost * (1.0 + p.learning_excess * learned) * scale


@kernel
def price_cost(j, t, industry, w, state, world, policy, strategy, makers, p):
    """Fill wedge, subsidy, unit cost and what pricing leaves out of it, of line j in the buyer's money (thousand CNY of 2010)."""
    m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
    now = policy[t]
    cost = maker_cost(m, s, w.gap[m], industry, w, state, world, policy, t, makers, p)
    aid = 0.0
    if e == COMBUSTION:
        tax = now.tax_purchase_small if s <= ECONOMY else now.tax_purchase_large
        cost += credit_price(now, state, p) * now.credit_ratio
        if s == MINIBUS:
            aid = now.subsidy_rural
        elif s == ECONOMY:
            aid = now.subsidy_small_car
    else:
        tax = now.tax_purchase_electric
        cost = p.electric_body * cost + pack_cost(m, s, e, state, world[t], now, makers[m], p)
        cost -= p.credit_points * credit_price(now, state, p) * (1.0 if e == BATTERY_CAR else 0.5)
        central = now.subsidy_battery_car if e == BATTERY_CAR else now.subsidy_hybrid
        aid = central * (1.0 + now.subsidy_local_ratio) + now.subsidy_trade_in_electric
    w.wedge[j] = (1.0 + now.tax_excise[s]) * (1.0 + now.tax_value_added + tax)
    if cost < COST_FLOOR:
        w.floors_hit += 1.0
    gross = w.wedge[j] * max(cost, COST_FLOOR)
    w.subsidy[j] = min(aid / 1000.0, p.subsidy_cap * gross)
    w.unit_cost[j] = gross - w.subsidy[j]
    w.left_out[j] = strategy[t].price_stance[m] * gross


@kernel
def appeal_of(j, t, w, state, world, policy, makers, p, seed, history):
    """Fill the utility terms of line j and move its unobserved taste by one year."""
    m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
    maker = makers[m]
    line = (m * NSEGMENTS + s) * TRAINS + e
    state.taste[m, s, e] = p.taste_memory * state.taste[m, s, e] + p.taste_noise * normal(
        seed, history, t, line, TASTE
    )
    own = 1.0 if maker.ownership <= PRIVATE else 0.0
    z = comfort_of(s)
    u = (
        p.base_utility
        + p.quality_taste * quality_gap(m, e, w, state, maker, p)
        + p.comfort_taste * z
        + state.taste[m, s, e]
    )
    room = min(state.capacity[m], 1.0) if maker.ownership != IMPORTER else p.import_reach
    u += p.reach_effect * math.log((0.02 + room) / 0.18) - p.novelty * math.exp(-state.age[m, s, e] / 2.5)
    u -= p.crowding * math.log(max(w.lines, 1) / 30.0)
    if s == SUV:
        u += p.suv_taste * (world[t].world_suv_share - p.suv_norm)
    if maker.ownership == IMPORTER:
        u -= p.import_handicap + p.licence_strength * policy[t].trade_licence
    trust = state.trust[m] if e == COMBUSTION else state.trust_electric[m]
    if own == 1.0 and s == PREMIUM and world[t].year >= maker.second_brand:
        trust += p.second_brand * max(0.0, p.trust_start - trust)
    if own == 1.0:
        u += p.goodwill_taste * math.log(
            (state.goodwill[m] + p.goodwill_half) / (w.goodwill_mean + p.goodwill_half)
        )
    u += trust
    if e != COMBUSTION:
        u += drive_appeal(m, e, w, state, world[t], p)
    w.utility[j] = u
    name = 0.0 if own == 1.0 else (1.0 if e == COMBUSTION else p.foreign_electric)
    w.luxury[j] = p.comfort_income * (z - 1.0) + p.status_income * name
    w.firm_taste[j] = p.firm_minibus if s == MINIBUS else 0.0
    w.official_taste[j] = p.procurement_effect * policy[t].procurement_own_brand * own
    w.electric[j] = 0.0 if e == COMBUSTION else 1.0
    w.own[j] = own
