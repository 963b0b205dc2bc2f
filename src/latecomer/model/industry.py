"""How do capacity, exit and the memory of lines move from one year to the next?

    capacity   order for t+2 on demand expected at t+2.5, up to what finance and the era allow:
               wish = ambition (q + unmet) e^(s lambda / P) (1 + g)^2.5 / u*,  ambition a maker's strategy (trucks alike)
    money      own-brand makers order within cash and the part of their debt limit that lenders give (`finance.debt_limit`);
               a unit of plant costs  c organisation^-x
    exit       a line after a run of loss years, by hazard; a maker after such a run once its money is gone, or by
               insolvency, debt beyond the limit; soft budgets delay it
    quota      an importer may sell  Q [(1 - o) x / sum x + o / N],  x imports of last year, N importers; equal parts if none
               imported; scarcity raises prices through the shadow cost, and the importer earns the rent
    takeover   of a failing maker by the richest healthy own-brand maker with a line in common, at a discount, or by a
               dated fact of the case: plant, lines, debts and part of skill and goodwill pass, and the maker ends

Planning one year ahead with a two-year lag would hide a shortage premium for decades.
"""

import math

from latecomer.axes import (
    COMBUSTION,
    FOREIGN_PLANT,
    IMPORTER,
    JOINT_VENTURE,
    POWERTRAINS,
    PRIVATE,
    SEGMENTS,
)
from latecomer.compiled import kernel
from latecomer.keys import uniform
from latecomer.model.electric import spread
from latecomer.model.finance import debt_limit, softness

NSEGMENTS, TRAINS = len(SEGMENTS), len(POWERTRAINS)
DROP, LEAVE, TAKEOVER = 31, 32, 33


@kernel
def leave_room(w, state, policy, t, makers, p):
    """Fill w.room[m]: capacity left for the home market after plan and exports, quota of importers (million a year)."""
    imported, importers = 0.0, 0.0
    for m in range(makers.size):
        if makers[m].ownership == IMPORTER and state.alive[m] == 1:
            imported += state.output[m]
            importers += 1.0
    for m in range(makers.size):
        if makers[m].ownership == IMPORTER:
            old = state.output[m] / imported if imported > 0.0 else 1.0 / max(importers, 1.0)
            part = (1.0 - p.quota_open) * old + p.quota_open / max(importers, 1.0)
            w.room[m] = max(policy[t].trade_quota * part, 1e-6)
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
def invest(t, w, state, policy, strategy, makers, p):
    """Add delivered capacity, depreciate, order for two years ahead, and pay for all orders, those of truck plant included."""
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
        wish *= strategy[t].plant_ambition[m]
        coming = state.capacity[m] * (1.0 - p.capacity_wear) ** 2 + state.pipeline[m, 0]
        money = funds(m, state, policy[t], makers[m], p)
        price = plant_price(m, state, makers[m], p)
        order = min(wish - coming, limit * state.capacity[m] + p.start_capacity_own, money / price)
        state.pipeline[m, 1] = max(0.0, order)
    for m in range(makers.size):
        if state.alive[m] == 1:
            price = plant_price(m, state, makers[m], p)
            state.cash[m] -= price * (state.pipeline[m, 1] + state.truck_pipeline[m, 1])


@kernel
def plant_price(m, state, maker, p):
    """Return what a unit of capacity costs maker m (thousand CNY of 2010): bad management wastes capital."""
    if maker.ownership > PRIVATE:
        return p.capacity_price
    return p.capacity_price * max(state.organisation[m], 0.1) ** (-p.organisation_capital)


@kernel
def funds(m, state, now, maker, p):
    """Return what maker m can put into new capacity this year (billion CNY)."""
    own = max(0.0, 0.7 * state.cash[m] + 1.5 * state.profit[m])
    if maker.ownership < PRIVATE:
        own = (
            max(0.0, state.cash[m])
            + 0.5 * state.dividends[m]
            + p.state_credit * (1.0 + 2.0 * now.budget_softness[maker.ownership])
        )
    elif maker.ownership == PRIVATE:
        own += p.private_credit * (1.0 + 2.0 * now.budget_softness[PRIVATE])
    else:
        return own + p.foreign_credit
    return min(own, max(0.0, state.cash[m] + p.lending_share * debt_limit(m, state, maker, p)))


@kernel
def drop_and_exit(t, w, state, world, policy, makers, p, seed, history, out):
    """Age lines, drop those that keep losing, and end makers after a run of loss years; book this year's exits."""
    now = policy[t]
    w.earned[:] = 0.0
    for j in range(w.lines):
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        state.age[m, s, e] += 1.0
        state.price[m, s, e] = w.price[j]
        earned = (w.price[j] - w.unit_cost[j]) / w.wedge[j] * w.sold[j]
        upkeep = p.line_upkeep * w.unit_cost[j]
        w.earned[m] += earned
        state.line_losses[m, s, e] = state.line_losses[m, s, e] + 1.0 if earned < upkeep else 0.0
        soft = softness(now, makers[m])
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
        soft = softness(now, makers[m])
        broke = 1.0 / (1.0 + math.exp(-2.0 * (state.losses[m] - 4.5)))
        hazard = p.exit_hazard * broke
        if makers[m].ownership <= PRIVATE:
            hazard *= poor(state.cash[m], p)
            hazard += (1.0 - hazard) * p.insolvency * insolvent(m, state, makers[m], p)
        alone = state.truck_output[m] <= 0.0
        if alone and uniform(seed, history, t, m, LEAVE) < (1.0 - soft) * hazard:
            fail(m, t, w, state, makers, p, seed, history)
    out.exits, out.takeovers = w.exits, w.takeovers


@kernel
def insolvent(m, state, maker, p):
    """Return how near to certain it is that maker m cannot pay: debt against its limit, smoothly."""
    over = -state.cash[m] / max(debt_limit(m, state, maker, p), 1e-3) - 1.0
    return 1.0 / (1.0 + math.exp(-12.0 * min(max(over, -3.0), 3.0)))


@kernel
def poor(cash, p):
    """Return how near a maker is to having no money left, by which a run of loss years ends it."""
    return 1.0 / (1.0 + math.exp(min(4.0 * cash / p.entry_cash, 40.0)))


@kernel
def fail(m, t, w, state, makers, p, seed, history):
    """End a failing maker, or hand it to the richest healthy maker of a related line, if one is found."""
    buyer, money = -1, 0.0
    cost = p.takeover_price * p.capacity_price * state.capacity[m]
    for b in range(makers.size):
        if b == m or state.alive[b] == 0 or makers[b].ownership > PRIVATE or makers[m].ownership > PRIVATE:
            continue
        if state.losses[b] == 0.0 and state.cash[b] - cost > money and related(m, b, state):
            buyer, money = b, state.cash[b] - cost
    if buyer >= 0 and uniform(seed, history, t, m, TAKEOVER) < p.takeover_chance:
        state.cash[buyer] -= cost
        w.handed[buyer] -= cost
        take_over(m, buyer, w, state, p)
    else:
        end_maker(m, w, state)


@kernel
def related(m, b, state):
    """Return whether makers m and b sell in a common segment."""
    common = 0
    for s in range(NSEGMENTS):
        common += min(state.active[m, s].sum(), state.active[b, s].sum())
    return common > 0


@kernel
def take_over(m, buyer, w, state, p):
    """Let `buyer` take over maker m: plant, lines, debts and part of skill and name pass; the maker ends.

    Of plant, skill and goodwill the share `takeover_kept` survives the move.
    """
    kept = p.takeover_kept
    before, more = state.output[buyer], state.output[m]
    state.capacity[buyer] += kept * state.capacity[m]
    state.truck_capacity[buyer] += kept * state.truck_capacity[m]
    for y in range(state.pipeline.shape[1]):
        state.pipeline[buyer, y] += kept * state.pipeline[m, y]
        state.truck_pipeline[buyer, y] += kept * state.truck_pipeline[m, y]
    state.cash[buyer] += state.cash[m]
    w.handed[buyer] += state.cash[m]
    state.experience[buyer] += kept * state.experience[m]
    state.experience_electric[buyer] += kept * state.experience_electric[m]
    state.goodwill[buyer] += kept * state.goodwill[m]
    if before + more > 0.0:
        weight = kept * more / (before + more)
        state.trust[buyer] += weight * (state.trust[m] - state.trust[buyer])
        state.trust_electric[buyer] += weight * (state.trust_electric[m] - state.trust_electric[buyer])
    for d in range(state.mastered.shape[1]):
        state.mastered[buyer, d] += kept * max(0.0, state.mastered[m, d] - state.mastered[buyer, d])
    take_lines(m, buyer, state)
    state.cash[m] = 0.0
    w.takeovers += 1.0
    end_maker(m, w, state)


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
    state.apart[m] = 0.0
    w.exits += 1.0


@kernel
def carry(t, w, state, world, policy, makers, p):
    """Carry output, experience, the mix of the market, chargers and the electric fleet into next year."""
    home, spent, electric, ventures = 0.0, 0.0, 0.0, 0.0
    seen = w.segment_spent
    seen[:] = 0.0
    for m in range(makers.size):
        made = 0.0 if makers[m].ownership == IMPORTER else w.sold_home[m] + state.exports[m] + w.plan_built[m]
        state.output[m] = made if makers[m].ownership != IMPORTER else w.sold_home[m]
        state.truck_output[m] = w.truck_sold[m]
        state.experience[m] += made + w.truck_sold[m]
        if makers[m].ownership == JOINT_VENTURE or makers[m].ownership == FOREIGN_PLANT:
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
    spread(t, electric, w, state, world, policy, p)
    state.venture_output += ventures
