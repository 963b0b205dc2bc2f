"""How much can a maker build, and how does its plant grow? Capacity for cars and trucks, orders, and import quotas.

    capacity   order for t+2 on demand expected at t+2.5, up to what finance and the era allow:
               wish = ambition (q + unmet) e^(s lambda / P) (1 + g)^2.5 / u*,  ambition a maker's strategy (trucks alike)
    money      own-brand makers order within cash and the part of their debt limit that lenders give (`finance.debt_limit`);
               a unit of plant costs  c organisation^-x
    quota      an importer may sell  Q [(1 - o) x / sum x + o / N],  x imports of last year, N importers; equal parts if none
               imported; scarcity raises prices through the shadow cost, and the importer earns the rent

Planning one year ahead with a two-year lag would hide a shortage premium for decades.
"""

import math

from latecomer.axes import PRIVATE
from latecomer.compiled import kernel
from latecomer.model.kinds import importer, own_brand, private, state_owned
from latecomer.model.makers.finance import debt_limit, pay


@kernel
def leave_room(w, state, policy, t, makers, p):
    """Fill w.room[m]: capacity left for the home market after plan and exports, quota of importers (million a year)."""
    imported, importers = 0.0, 0.0
    for m in range(makers.size):
        if importer(makers[m]) and state.alive[m] == 1:
            imported += state.output[m]
            importers += 1.0
    for m in range(makers.size):
        if importer(makers[m]):
            old = state.output[m] / imported if imported > 0.0 else 1.0 / max(importers, 1.0)
            part = (1.0 - p.quota_open) * old + p.quota_open / max(importers, 1.0)
            w.room[m] = max(policy[t].trade_quota * part, 1e-6)
        else:
            w.room[m] = max(1.1 * state.capacity[m] * (1.0 - policy[t].plan_share) - state.exports[m], 1e-6)


@kernel
def invest(t, w, state, policy, strategy, makers, p):
    """Add delivered capacity, depreciate, order for two years ahead, and pay for all orders, those of truck plant included."""
    openness = policy[t].reform_state_firms
    limit = p.growth_closed + (p.growth_open - p.growth_closed) * openness
    growth = min(max(state.car_trend, 0.0), p.trend_cap)
    for m in range(makers.size):
        if state.alive[m] == 0 or importer(makers[m]):
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
            pay(m, price * (state.pipeline[m, 1] + state.truck_pipeline[m, 1]), state)


@kernel
def plant_price(m, state, maker, p):
    """Return what a unit of capacity costs maker m (thousand CNY of 2010): bad management wastes capital."""
    if not own_brand(maker):
        return p.capacity_price
    return p.capacity_price * max(state.organisation[m], 0.1) ** (-p.organisation_capital)


@kernel
def funds(m, state, now, maker, p):
    """Return what maker m can put into new capacity this year (billion CNY)."""
    own = max(0.0, 0.7 * state.cash[m] + 1.5 * state.profit[m])
    if state_owned(maker):
        own = (
            max(0.0, state.cash[m])
            + 0.5 * state.dividends[m]
            + p.state_credit * (1.0 + 2.0 * now.budget_softness[maker.ownership])
        )
    elif private(maker):
        own += p.private_credit * (1.0 + 2.0 * now.budget_softness[PRIVATE])
    else:
        return own + p.foreign_credit
    return min(own, max(0.0, state.cash[m] + p.lending_share * debt_limit(m, state, maker, p)))


@kernel
def order_trucks(m, t, w, state, policy, strategy, makers, p):
    """Add delivered capacity, depreciate, and order for two years ahead (million a year)."""
    state.truck_capacity[m] = (1.0 - p.capacity_wear * (1.0 - policy[t].plan_share)) * state.truck_capacity[m]
    state.truck_capacity[m] += state.truck_pipeline[m, 0]
    state.truck_pipeline[m, 0] = state.truck_pipeline[m, 1]
    state.truck_pipeline[m, 1] = 0.0
    if policy[t].plan_share >= 1.0:
        return
    asked = w.truck_sold[m] + p.unmet_weight * w.unmet_trucks[m]
    growth = max(0.0, state.truck_trend)
    wish = strategy[t].plant_ambition[m] * asked * (1.0 + growth) ** 2.5 / p.target_utilisation
    coming = state.truck_capacity[m] * (1.0 - p.capacity_wear) ** 2 + state.truck_pipeline[m, 0]
    limit = p.growth_closed + (p.growth_open - p.growth_closed) * policy[t].reform_state_firms
    state.truck_pipeline[m, 1] = min(max(0.0, wish - coming), limit * state.truck_capacity[m])


@kernel
def begin(m, state, maker):
    """Let maker m begin with the plant of record (million a year)."""
    state.truck_capacity[m] = maker.capacity


@kernel
def add(m, size, state):
    """Add capacity for cars (million a year)."""
    state.capacity[m] += size


@kernel
def reach(m, size, state):
    """Raise capacity for cars to at least this (million a year)."""
    state.capacity[m] = max(state.capacity[m], size)


@kernel
def grow(m, growth, state):
    """Let the plant of maker m grow by a rate."""
    state.truck_capacity[m] *= 1.0 + growth
    state.capacity[m] *= 1.0 + growth


@kernel
def inherit(buyer, m, kept, state):
    """Let the share `kept` of the plant of maker m, and of its orders, pass to its buyer."""
    state.capacity[buyer] += kept * state.capacity[m]
    state.truck_capacity[buyer] += kept * state.truck_capacity[m]
    for y in range(state.pipeline.shape[1]):
        state.pipeline[buyer, y] += kept * state.pipeline[m, y]
        state.truck_pipeline[buyer, y] += kept * state.truck_pipeline[m, y]


@kernel
def scrap(m, state):
    """Scrap the plant of a maker that ends."""
    state.capacity[m] = 0.0
    state.pipeline[m] = 0.0
    state.truck_capacity[m] = 0.0
    state.truck_pipeline[m] = 0.0
