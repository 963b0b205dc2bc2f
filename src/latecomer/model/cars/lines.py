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
from latecomer.model.kinds import (
    LAUNCH_REACH,
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
from latecomer.model.makers.finance import debt_limit, own_effort, pay, softness
from latecomer.model.scratch import LINES
from latecomer.model.technology import access, learning
from latecomer.model.technology.paradigm import lock_of


@kernel
def take_lines(m, buyer, state):
    """Hand the lines that the buyer does not have over to it, as old and as wanted as they were."""
    for s in range(NSEGMENTS):
        for e in range(TRAINS):
            if state.active[m, s, e] == 1 and state.active[buyer, s, e] == 0:
                state.active[buyer, s, e] = 1
                state.age[buyer, s, e] = state.age[m, s, e]
                state.taste[buyer, s, e] = state.taste[m, s, e]
                state.price[buyer, s, e] = 0.0  # another name: not compared with last year's price
                state.line_losses[buyer, s, e] = 0.0


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
            take_up_cars(m, w, state, maker, p)
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
                    take_up_cars(m, w, state, maker, p)
                    open_line(m, s, e, state)
                    pay(m, line_price(m, s, maker, p), state)
                    w.line_spent[m] += line_price(m, s, maker, p)
                    if not importer(maker):
                        capacity.reach(m, p.start_capacity_own, state)


@kernel
def line_price(m, s, maker, p):
    """Return what the development and tools of a new line cost a home maker (billion CNY of 2010)."""
    if importer(maker) or foreign_plant(maker):
        return 0.0
    return p.line_cost * base_cost(s, p) / 100.0 * (1.0 if own_brand(maker) else p.venture_line)


@kernel
def affordable(m, price, state, maker, p):
    """Return the chance that a launch finds its money: cash and what lenders add against its price."""
    if price <= 0.0:
        return 1.0
    money = state.cash[m] + p.lending_share * debt_limit(m, state, maker, p)
    if not own_brand(maker):
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
        capacity.add(m, maker.capacity, state)
    of_parent = foreign(maker)
    capacity.add(m, p.start_capacity_venture if of_parent else p.start_capacity_own, state)
    capacity.add(m, p.start_capacity_growth * state.home_sales * (2.0 if of_parent else 1.0), state)
    if importer(maker):
        for s in range(ECONOMY, NSEGMENTS):
            open_line(m, s, COMBUSTION, state)
    elif maker.minibus == 1:
        open_line(m, MINIBUS, COMBUSTION, state)
    elif maker.first_line >= 0:
        licence = policy[t].entry_private if private(maker) else policy[t].entry_state
        if maker.electric_only == 1:
            licence = policy[t].entry_electric if w.frontier[BATTERY] > 0.0 else 0.0
        if drawn < p.first_known * min(1.0, licence / p.licence_enough):
            open_line(m, maker.first_line, BATTERY_CAR if maker.electric_only == 1 else COMBUSTION, state)
    elif maker.electric_only == 1 and (w.frontier[BATTERY] <= 0.0 or drawn >= p.first_known):
        return
    elif not own_brand(maker):
        e = BATTERY_CAR if maker.electric_only == 1 else COMBUSTION
        if maker.brand >= p.premium_brand:
            open_line(m, PREMIUM, e, state)
        else:
            small = drawn < p.first_line_economy
            open_line(m, ECONOMY if small else MAINSTREAM, e, state)


@kernel
def combustion_hazard(m, s, t, gap, selling, state, policy, strategy, maker, p):
    """Return the chance that maker m launches a combustion line in segment s this year."""
    now = policy[t]
    size = min(1.0, 3.0 * state.segment_share[s] + 0.02)
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
        return hazard * (1.0 if selling else now.entry_private)
    push = p.launch_state + (1.0 - p.launch_state) * now.reform_state_firms
    return hazard * push * own_effort(m, state, strategy[t], maker, p) * (1.0 if selling else now.entry_state)


@kernel
def electric_hazard(m, s, e, t, selling, w, state, policy, maker, p):
    """Return the chance that maker m launches a line of electric powertrain e in segment s this year."""
    now = policy[t]
    if w.frontier[BATTERY] <= 0.0 or importer(maker) or (s == MINIBUS and maker.minibus == 0):
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
        hazard *= smooth_step((maker.brand - p.premium_brand) / 0.03) if not own_brand(maker) else 0.5
    hazard *= 1.0 - lock_of(maker, p)
    if maker.electric_only == 1 and not selling and own_brand(maker):
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
        drift_taste(j, t, w, state, p, seed, history)
        appeal_of(j, t, w, state, world, policy, makers, p)
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        last = state.price[m, s, e]
        w.price[j] = last if last > 0.0 else 1.3 * w.unit_cost[j]
        w.cost[j] = w.unit_cost[j] + state.shadow[m] - w.left_out[j]


@kernel
def drop(t, w, state, policy, makers, p, seed, history):
    """Age the lines, keep their prices, and drop those that keep losing, by hazard."""
    for j in range(w.lines):
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        state.age[m, s, e] += 1.0
        state.price[m, s, e] = w.price[j]
        earned = (w.price[j] - w.unit_cost[j]) / w.wedge[j] * w.sold[j]
        upkeep = p.line_upkeep * w.unit_cost[j]
        state.line_losses[m, s, e] = state.line_losses[m, s, e] + 1.0 if earned < upkeep else 0.0
        soft = softness(policy[t], makers[m])
        over = 1.0 / (1.0 + math.exp(-2.0 * (state.line_losses[m, s, e] - LOSS_YEARS)))
        line = (m * NSEGMENTS + s) * TRAINS + e
        hazard = p.drop_hazard * (1.0 - soft) * over
        if not importer(makers[m]) and uniform(seed, history, t, line, DROP) < hazard:
            state.active[m, s, e] = 0


@kernel
def withdraw(m, state):
    """Take all lines of a maker that ends off the market."""
    state.active[m] = 0


@kernel
def drift_taste(j, t, w, state, p, seed, history):
    """Move the unobserved taste for line j by one year (utility)."""
    m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
    line = (m * NSEGMENTS + s) * TRAINS + e
    state.taste[m, s, e] = p.taste_memory * state.taste[m, s, e] + p.taste_noise * normal(
        seed, history, t, line, TASTE
    )


@kernel
def take_up_cars(m, w, state, maker, p):
    """Let an existing plant that takes up cars begin like an entrant: it knows no less than one and is trusted as one."""
    if not own_brand(maker) or state.active[m].sum() > 0:
        return
    learning.catch_up(m, w, state, maker, p)
    access.keep_up(m, state)
    brand.catch_up(m, state, p)
