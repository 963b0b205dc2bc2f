"""Which cars are on sale? Launches, first lines, the lines of the year, and lines that are dropped.

    launch      hazard by capability, size of the segment, policy; min(1, o (1 - chi dependence)) for state groups;
                x licence for the first car of an own brand: entry.private, entry.state, entry.electric;
                times the chance that cash and lenders cover the development cost  f base_s
    first line  what a maker was founded to make, if licensed; an existing plant that takes up cars builds capacity and name like
                an entrant; a venture or foreign-owned plant begins with a car of its parent; larger markets bring larger plants
    drop        a line after a run of loss years, by hazard; soft budgets delay it

Hazards are smooth, so that a tiny price error does not flip a history. o is a state group's effort for its own brand. Lines on
sale are gathered in one list sorted by powertrain, so that the price loops run over plain contiguous blocks.
"""

import math

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    ECONOMY,
    HYBRID,
    MAINSTREAM,
    MINIBUS,
    PREMIUM,
)
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model.cars.appeal import appeal_of
from latecomer.model.cars.cost import base_cost, price_cost
from latecomer.model.cars.quality import quality_gap
from latecomer.model.channels import DROP, FIRST, LAUNCH, LOSS_YEARS, TASTE, smooth_step
from latecomer.model.context import each
from latecomer.model.kinds import (
    LAUNCH_REACH,
    LINES,
    NSEGMENTS,
    TRAINS,
    foreign,
    foreign_plant,
    importer,
    own_brand,
    private,
)
from latecomer.model.makers import brand, capacity
from latecomer.model.makers.brand import mean_goodwill
from latecomer.model.makers.finance import debt_limit, pay_for_line, softness
from latecomer.model.technology import access, learning
from latecomer.model.technology.effort import own_effort
from latecomer.model.technology.paradigm import lock_of

FLOW = (
    *each("", "industry goodwill_mean"),
    *each("", "lines", "i8"),
    *each("E", "first", "i8"),
    *each("j", "maker segment powertrain", "i8"),
    *each("j", "cost price"),
    *each("m", "gap"),
)


@kernel
def launch(now, before, after, flow, p):
    """Let makers put new lines on sale by hazard; the first line of a venture, an importer and a minibus maker comes
    with its start."""
    year = int(now.world.year)
    for m in range(now.makers.size):
        maker = now.makers[m]
        if after.alive[m] == 0 or year < maker.passenger_start:
            continue
        if year == maker.passenger_start:
            take_up_cars(m, now, before, after, flow, p)
            first_lines(m, now, before, after, flow, p)
        gap = -quality_gap(m, COMBUSTION, now, after, flow, p)
        selling = after.output[m] > 0.0
        for s in range(NSEGMENTS):
            for e in range(TRAINS):
                if after.active[m, s, e] == 1:
                    continue
                if e == COMBUSTION:
                    hazard = combustion_hazard(m, s, gap, selling, now, before, p)
                else:
                    hazard = electric_hazard(m, s, e, selling, now, before, flow, p)
                line = (m * NSEGMENTS + s) * TRAINS + e
                if hazard > 0.0:
                    hazard *= affordable(m, line_price(m, s, now, p), now, after, p)
                if uniform(now.seed, now.history, now.t, line, LAUNCH) < hazard:
                    take_up_cars(m, now, before, after, flow, p)
                    open_line(m, s, e, after)
                    pay_for_line(m, line_price(m, s, now, p), after, flow)
                    if not importer(maker):
                        capacity.reach(m, p.start_capacity_own, after)


@kernel
def line_price(m, s, now, p):
    """Return what the development and tools of a new line cost a home maker (billion CNY of 2010)."""
    maker = now.makers[m]
    if importer(maker) or foreign_plant(maker):
        return 0.0
    return p.line_cost * base_cost(s, p) / 100.0 * (1.0 if own_brand(maker) else p.venture_line)


@kernel
def affordable(m, price, now, after, p):
    """Return the chance that a launch finds its money: cash and what lenders add against its price."""
    maker = now.makers[m]
    if price <= 0.0:
        return 1.0
    money = after.cash[m] + p.lending_share * debt_limit(m, now, after, p)
    if not own_brand(maker):
        money = after.cash[m] + p.foreign_credit
    return smooth_step(4.0 * (money / price - 1.0))


@kernel
def open_line(m, s, e, after):
    """Put the line on sale this year, if it is not."""
    if after.active[m, s, e] == 1:
        return
    after.active[m, s, e] = 1
    after.age[m, s, e] = 0.0
    after.taste[m, s, e] = 0.0
    after.price[m, s, e] = 0.0
    after.line_losses[m, s, e] = 0.0


@kernel
def first_lines(m, now, before, after, flow, p):
    """Open the lines with which maker m begins: what it was founded to make, if it has the licence."""
    maker = now.makers[m]
    drawn = uniform(now.seed, now.history, now.t, m, FIRST)
    if maker.commercial.sum() <= 0.0:
        capacity.add(m, maker.capacity, after)
    of_parent = foreign(maker)
    capacity.add(m, p.start_capacity_venture if of_parent else p.start_capacity_own, after)
    capacity.add(m, p.start_capacity_growth * before.home_sales * (2.0 if of_parent else 1.0), after)
    if importer(maker):
        for s in range(ECONOMY, NSEGMENTS):
            open_line(m, s, COMBUSTION, after)
    elif maker.minibus == 1:
        open_line(m, MINIBUS, COMBUSTION, after)
    elif maker.first_line >= 0:
        licence = now.policy.entry_private if private(maker) else now.policy.entry_state
        if maker.electric_only == 1:
            licence = now.policy.entry_electric if flow.frontier[BATTERY] > 0.0 else 0.0
        if drawn < p.first_known * min(1.0, licence / p.licence_enough):
            open_line(m, maker.first_line, BATTERY_CAR if maker.electric_only == 1 else COMBUSTION, after)
    elif maker.electric_only == 1 and (flow.frontier[BATTERY] <= 0.0 or drawn >= p.first_known):
        return
    elif not own_brand(maker):
        e = BATTERY_CAR if maker.electric_only == 1 else COMBUSTION
        if maker.brand >= p.premium_brand:
            open_line(m, PREMIUM, e, after)
        else:
            small = drawn < p.first_line_economy
            open_line(m, ECONOMY if small else MAINSTREAM, e, after)


@kernel
def combustion_hazard(m, s, gap, selling, now, before, p):
    """Return the chance that maker m launches a combustion line in segment s this year."""
    maker = now.makers[m]
    size = min(1.0, 3.0 * before.segment_share[s] + 0.02)
    if maker.electric_only == 1 or importer(maker):
        return 0.0
    if not own_brand(maker):
        if s == MINIBUS:
            return 0.0
        premium = smooth_step((maker.brand - p.premium_brand) / 0.03)
        suit = premium if s == PREMIUM else 1.0 - p.premium_aloof * premium
        return p.launch_venture * size * suit
    able = smooth_step((LAUNCH_REACH[s] - gap) / 0.1)
    if s == MINIBUS and maker.minibus == 0:
        able *= 0.2
    hazard = p.launch_own * size * able
    if private(maker):
        return hazard * (1.0 if selling else now.policy.entry_private)
    push = p.launch_state + (1.0 - p.launch_state) * now.policy.reform_state_firms
    return hazard * push * own_effort(m, now, before, p) * (1.0 if selling else now.policy.entry_state)


@kernel
def electric_hazard(m, s, e, selling, now, before, flow, p):
    """Return the chance that maker m launches a line of electric powertrain e in segment s this year."""
    maker = now.makers[m]
    if flow.frontier[BATTERY] <= 0.0 or importer(maker) or (s == MINIBUS and maker.minibus == 0):
        return 0.0
    aid = now.policy.subsidy_battery_car if e == BATTERY_CAR else now.policy.subsidy_hybrid
    pull = (
        0.15
        + aid * (1.0 + now.policy.subsidy_local_ratio) / 60000.0
        + 6.0 * before.electric_share
        + p.credit_push * now.policy.credit_ratio
    )
    hazard = p.launch_electric * pull * min(1.0, 3.0 * before.segment_share[s] + 0.05)
    if e == HYBRID:
        hazard *= 0.0 if maker.electric_only == 1 else 0.5
    if s == PREMIUM and maker.electric_only == 0:
        hazard *= smooth_step((maker.brand - p.premium_brand) / 0.03) if not own_brand(maker) else 0.5
    hazard *= 1.0 - lock_of(maker, p)
    if maker.electric_only == 1 and not selling and own_brand(maker):
        hazard *= now.policy.entry_electric
    return hazard


@kernel
def gather(now, before, after, flow, p):
    """Collect the lines on sale in one list, sorted by powertrain, with cost, wedge, utility and starting price."""
    flow.lines = 0
    flow.floors_hit = 0.0
    for e in range(TRAINS):
        flow.first[e] = flow.lines
        for m in range(now.makers.size):
            if after.alive[m] == 0:
                continue
            for s in range(NSEGMENTS):
                if after.active[m, s, e] == 1 and flow.lines < LINES:
                    flow.maker[flow.lines], flow.segment[flow.lines], flow.powertrain[flow.lines] = m, s, e
                    flow.lines += 1
    flow.first[TRAINS] = flow.lines
    flow.industry = 0.0
    flow.goodwill_mean = mean_goodwill(now, after)
    for m in range(now.makers.size):
        flow.industry += after.experience[m]
        flow.gap[m] = quality_gap(m, COMBUSTION, now, after, flow, p)
    for j in range(flow.lines):
        price_cost(j, now, before, after, flow, p)
        drift_taste(j, now, after, flow, p)
        appeal_of(j, now, before, after, flow, p)
        m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
        last = after.price[m, s, e]
        flow.price[j] = last if last > 0.0 else 1.3 * flow.unit_cost[j]
        flow.cost[j] = flow.unit_cost[j] + after.shadow[m] - flow.left_out[j]


@kernel
def drop(now, after, flow, p):
    """Age the lines, keep their prices, and drop those that keep losing, by hazard."""
    for j in range(flow.lines):
        m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
        after.age[m, s, e] += 1.0
        after.price[m, s, e] = flow.price[j]
        earned = (flow.price[j] - flow.unit_cost[j]) / flow.wedge[j] * flow.sold[j]
        upkeep = p.line_upkeep * flow.unit_cost[j]
        after.line_losses[m, s, e] = after.line_losses[m, s, e] + 1.0 if earned < upkeep else 0.0
        soft = softness(now.makers[m], now)
        over = 1.0 / (1.0 + math.exp(-2.0 * (after.line_losses[m, s, e] - LOSS_YEARS)))
        line = (m * NSEGMENTS + s) * TRAINS + e
        hazard = p.drop_hazard * (1.0 - soft) * over
        if not importer(now.makers[m]) and uniform(now.seed, now.history, now.t, line, DROP) < hazard:
            after.active[m, s, e] = 0


@kernel
def withdraw(m, after):
    """Take all lines of a maker that ends off the market."""
    after.active[m] = 0


@kernel
def take_lines(m, buyer, after):
    """Hand the lines that the buyer does not have over to it, as old and as wanted as they were."""
    for s in range(NSEGMENTS):
        for e in range(TRAINS):
            if after.active[m, s, e] == 1 and after.active[buyer, s, e] == 0:
                after.active[buyer, s, e] = 1
                after.age[buyer, s, e] = after.age[m, s, e]
                after.taste[buyer, s, e] = after.taste[m, s, e]
                after.price[buyer, s, e] = 0.0  # another name: not compared with last year's price
                after.line_losses[buyer, s, e] = 0.0


@kernel
def drift_taste(j, now, after, flow, p):
    """Move the unobserved taste for line j by one year (utility)."""
    m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
    line = (m * NSEGMENTS + s) * TRAINS + e
    after.taste[m, s, e] = p.taste_memory * after.taste[m, s, e] + p.taste_noise * normal(
        now.seed, now.history, now.t, line, TASTE
    )


@kernel
def take_up_cars(m, now, before, after, flow, p):
    """Let an existing plant that takes up cars begin like an entrant: it knows no less than one and is trusted as one."""
    maker = now.makers[m]
    if not own_brand(maker) or after.active[m].sum() > 0:
        return
    learning.catch_up(m, now, before, after, flow, p)
    access.keep_up(m, after)
    brand.catch_up(m, after, p)
