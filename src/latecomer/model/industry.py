"""How do capacity, exit and the memory of lines move from one year to the next?

    capacity   order for t+2 on demand expected at t+2.5, up to what finance and the era allow:
               wish = (q + unmet) e^(s lambda / P) (1 + g)^2.5 / u*
    exit       a line after a run of loss years, by hazard; a maker likewise; soft budgets put it off

Planning one year ahead with a two-year lag would hide a shortage premium for decades.
"""

import math

from latecomer.axes import (
    COMBUSTION,
    IMPORTER,
    JOINT_VENTURE,
    POWERTRAINS,
    PRIVATE,
    SEGMENTS,
)
from latecomer.compiled import kernel
from latecomer.keys import uniform

NSEGMENTS, TRAINS = len(SEGMENTS), len(POWERTRAINS)
DROP, LEAVE = 31, 32


@kernel
def leave_room(w, state, policy, t, makers, p):
    """Fill w.room[m]: capacity left for the home market after plan and exports (million a year; boundless for importers)."""
    for m in range(makers.size):
        if makers[m].ownership == IMPORTER:
            w.room[m] = 1e6
        else:
            w.room[m] = max(1.1 * state.capacity[m] * (1.0 - policy[t].plan_share) - state.exports[m], 1e-6)


@kernel
def record_sales(w, state, makers):
    """Carry this year's sales of lines into the state and sum them by maker (million)."""
    w.sold_home[:] = 0.0
    w.mean_price[:] = 0.0
    w.net_price[:] = 0.0
    state.sold[:] = 0.0
    for j in range(w.lines):
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        w.sold_home[m] += w.sold[j]
        w.mean_price[m] += w.sold[j] * w.price[j]
        w.net_price[m] += w.sold[j] * (w.price[j] + w.subsidy[j]) / w.wedge[j]
        state.sold[m, s, e] = w.sold[j]
    for m in range(makers.size):
        w.mean_price[m] = w.mean_price[m] / w.sold_home[m] if w.sold_home[m] > 0.0 else 0.0
        w.net_price[m] = w.net_price[m] / w.sold_home[m] if w.sold_home[m] > 0.0 else 0.0


@kernel
def invest(t, w, state, policy, makers, p):
    """Take delivery of capacity, wear out, order for two years on, and pay for orders, those of truck plant included."""
    openness = policy[t].reform_state_firms
    limit = p.growth_closed + (p.growth_open - p.growth_closed) * openness
    growth = min(max(state.car_trend, 0.0), p.trend_cap)
    for m in range(makers.size):
        if state.alive[m] == 0 or makers[m].ownership == IMPORTER:
            continue
        built = w.sold_home[m] + state.exports[m] + w.plan_built[m]
        wear = p.capacity_wear * (1.0 - policy[t].plan_share)
        state.capacity[m] = (1.0 - wear) * state.capacity[m] + state.pipeline[m, 0]
        state.pipeline[m, 0] = state.pipeline[m, 1]
        state.pipeline[m, 1] = 0.0
        if policy[t].plan_share >= 1.0 or built <= 0.0:
            continue
        scarce = math.exp(min(p.scarcity_signal * state.shadow[m] / max(w.mean_price[m], 1.0), 1.0))
        wish = (built + p.unmet_weight * w.unmet[m]) * scarce * (1.0 + growth) ** 2.5 / p.target_utilisation
        coming = state.capacity[m] * (1.0 - p.capacity_wear) ** 2 + state.pipeline[m, 0]
        money = funds(m, state, policy[t], makers[m], p)
        order = min(wish - coming, limit * state.capacity[m] + p.start_capacity_own, money / p.capacity_price)
        state.pipeline[m, 1] = max(0.0, order)
    for m in range(makers.size):
        if state.alive[m] == 1:
            state.cash[m] -= p.capacity_price * (state.pipeline[m, 1] + state.truck_pipeline[m, 1])


@kernel
def funds(m, state, now, maker, p):
    """Return what maker m can put into new capacity this year (billion CNY)."""
    own = max(0.0, 0.7 * state.cash[m] + 1.5 * state.profit[m])
    if maker.ownership < PRIVATE:
        own = (
            max(0.0, state.cash[m])
            + 0.5 * state.dividends[m]
            + p.state_credit * (1.0 + 2.0 * now.budget_softness)
        )
    elif maker.ownership == PRIVATE:
        own += p.private_credit
    else:
        own += p.foreign_credit
    return own


@kernel
def drop_and_exit(t, w, state, world, policy, makers, p, seed, history, out):
    """Age lines, drop those that keep losing, and end makers after a run of loss years; book this year's exits."""
    softness = policy[t].budget_softness
    w.earned[:] = 0.0
    for j in range(w.lines):
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        state.age[m, s, e] += 1.0
        state.price[m, s, e] = w.price[j]
        earned = (w.price[j] - w.unit_cost[j]) / w.wedge[j] * w.sold[j]
        upkeep = p.line_upkeep * w.unit_cost[j]
        w.earned[m] += earned
        state.line_losses[m, s, e] = state.line_losses[m, s, e] + 1.0 if earned < upkeep else 0.0
        soft = softness if makers[m].ownership < PRIVATE else 0.0
        over = 1.0 / (1.0 + math.exp(-2.0 * (state.line_losses[m, s, e] - 4.5)))
        line = (m * NSEGMENTS + s) * TRAINS + e
        if (
            makers[m].ownership != IMPORTER
            and uniform(seed, history, t, line, DROP) < p.drop_hazard * (1.0 - soft) * over
        ):
            state.active[m, s, e] = 0
    for m in range(makers.size):
        if (
            state.alive[m] == 0
            or makers[m].ownership == IMPORTER
            or world[t].year < makers[m].passenger_start + 3
        ):
            continue
        soft = softness if makers[m].ownership < PRIVATE else 0.0
        broke = 1.0 / (1.0 + math.exp(-2.0 * (state.losses[m] - 4.5)))
        alone = state.truck_output[m] <= 0.0
        if alone and uniform(seed, history, t, m, LEAVE) < p.exit_hazard * (1.0 - soft) * broke:
            end_maker(m, w, state)
    out.exits = w.exits


@kernel
def end_maker(m, w, state):
    """End maker m: its lines leave the market and its plant is scrapped."""
    state.alive[m] = 0
    state.active[m] = 0
    state.capacity[m] = 0.0
    state.pipeline[m] = 0.0
    state.truck_capacity[m] = 0.0
    state.truck_pipeline[m] = 0.0
    state.output[m] = 0.0
    state.truck_output[m] = 0.0
    state.exports[m] = 0.0
    state.shadow[m] = 0.0
    w.exits += 1.0


@kernel
def carry(t, w, state, policy, makers, p):
    """Carry output, experience, the mix of the market, chargers and the electric fleet into next year."""
    home, spent, electric, ventures = 0.0, 0.0, 0.0, 0.0
    seen = w.segment_spent
    seen[:] = 0.0
    for m in range(makers.size):
        made = 0.0 if makers[m].ownership == IMPORTER else w.sold_home[m] + state.exports[m] + w.plan_built[m]
        state.output[m] = made if makers[m].ownership != IMPORTER else w.sold_home[m]
        state.truck_output[m] = w.truck_sold[m]
        state.experience[m] += made + w.truck_sold[m]
        if makers[m].ownership == JOINT_VENTURE:
            ventures += made
    for j in range(w.lines):
        home += w.sold[j]
        spent += w.sold[j] * w.price[j]
        seen[w.segment[j]] += w.sold[j] * w.price[j]
        if w.powertrain[j] != COMBUSTION:
            electric += w.sold[j]
            state.experience_electric[w.maker[j]] += w.sold[j]
    if home > 0.0:
        for s in range(NSEGMENTS):
            state.segment_share[s] += p.expectation_speed * (seen[s] / spent - state.segment_share[s])
        if state.home_sales > 0.0:
            state.car_trend += 0.5 * (
                min(max(math.log(home / state.home_sales), -0.3), 0.5) - state.car_trend
            )
    state.home_sales = home
    state.electric_share = electric / home if home > 0.0 else 0.0
    state.chargers = p.charger_market * state.electric_fleet / (state.electric_fleet + p.charger_half)
    state.chargers += p.charger_public * policy[t].charging_programme
    state.electric_fleet = (1.0 - p.scrap_middle) * state.electric_fleet + electric
    state.venture_output += ventures
