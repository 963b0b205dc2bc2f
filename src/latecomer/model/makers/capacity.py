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
from latecomer.model.books.memory import built
from latecomer.model.context import each
from latecomer.model.kinds import importer, own_brand, private, state_owned
from latecomer.model.makers.finance import debt_limit, pay

FLOW = (*each("m", "room"),)


@kernel
def leave_room(now, after, flow, p):
    """Fill flow.room[m]: capacity left for the home market after plan and exports, quota of importers (million a year)."""
    imported, importers = 0.0, 0.0
    for m in range(now.makers.size):
        if importer(now.makers[m]) and after.alive[m] == 1:
            imported += after.output[m]
            importers += 1.0
    for m in range(now.makers.size):
        if importer(now.makers[m]):
            old = after.output[m] / imported if imported > 0.0 else 1.0 / max(importers, 1.0)
            part = (1.0 - p.quota_open) * old + p.quota_open / max(importers, 1.0)
            flow.room[m] = max(now.policy.trade_quota * part, 1e-6)
        else:
            flow.room[m] = max(
                1.1 * after.capacity[m] * (1.0 - now.policy.plan_share) - after.exports[m], 1e-6
            )


@kernel
def invest(now, before, after, flow, p):
    """Add delivered capacity, depreciate, order for two years ahead, and pay for all orders, those of truck plant included."""
    openness = now.policy.reform_state_firms
    limit = p.growth_closed + (p.growth_open - p.growth_closed) * openness
    growth = min(max(before.car_trend, 0.0), p.trend_cap)
    for m in range(now.makers.size):
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        made = built(m, after, flow)
        wear = p.capacity_wear * (1.0 - now.policy.plan_share)
        after.capacity[m] = (1.0 - wear) * after.capacity[m] + after.pipeline[m, 0]
        after.pipeline[m, 0] = after.pipeline[m, 1]
        after.pipeline[m, 1] = 0.0
        if now.policy.plan_share >= 1.0 or made <= 0.0:
            continue
        scarce = math.exp(min(p.scarcity_signal * after.shadow[m] / max(flow.mean_price[m], 1.0), 1.0))
        wish = (made + p.unmet_weight * flow.unmet[m]) * scarce * (1.0 + growth) ** 2.5 / p.target_utilisation
        wish *= now.strategy.plant_ambition[m]
        coming = after.capacity[m] * (1.0 - p.capacity_wear) ** 2 + after.pipeline[m, 0]
        money = funds(m, now, after, p)
        price = plant_price(m, now, after, p)
        order = min(wish - coming, limit * after.capacity[m] + p.start_capacity_own, money / price)
        after.pipeline[m, 1] = max(0.0, order)
    for m in range(now.makers.size):
        if after.alive[m] == 1:
            price = plant_price(m, now, after, p)
            pay(m, price * (after.pipeline[m, 1] + after.truck_pipeline[m, 1]), after)


@kernel
def plant_price(m, now, after, p):
    """Return what a unit of capacity costs maker m (thousand CNY of 2010): bad management wastes capital."""
    maker = now.makers[m]
    if not own_brand(maker):
        return p.capacity_price
    return p.capacity_price * max(after.organisation[m], 0.1) ** (-p.organisation_capital)


@kernel
def funds(m, now, after, p):
    """Return what maker m can put into new capacity this year (billion CNY)."""
    maker = now.makers[m]
    own = max(0.0, 0.7 * after.cash[m] + 1.5 * after.profit[m])
    if state_owned(maker):
        own = (
            max(0.0, after.cash[m])
            + 0.5 * after.dividends[m]
            + p.state_credit * (1.0 + 2.0 * now.policy.budget_softness[maker.ownership])
        )
    elif private(maker):
        own += p.private_credit * (1.0 + 2.0 * now.policy.budget_softness[PRIVATE])
    else:
        return own + p.foreign_credit
    return min(own, max(0.0, after.cash[m] + p.lending_share * debt_limit(m, now, after, p)))


@kernel
def order_trucks(m, now, before, after, flow, p):
    """Add delivered capacity, depreciate, and order for two years ahead (million a year)."""
    after.truck_capacity[m] = (1.0 - p.capacity_wear * (1.0 - now.policy.plan_share)) * after.truck_capacity[
        m
    ]
    after.truck_capacity[m] += after.truck_pipeline[m, 0]
    after.truck_pipeline[m, 0] = after.truck_pipeline[m, 1]
    after.truck_pipeline[m, 1] = 0.0
    if now.policy.plan_share >= 1.0:
        return
    asked = flow.truck_sold[m] + p.unmet_weight * flow.unmet_trucks[m]
    growth = max(0.0, before.truck_trend)
    wish = now.strategy.plant_ambition[m] * asked * (1.0 + growth) ** 2.5 / p.target_utilisation
    coming = after.truck_capacity[m] * (1.0 - p.capacity_wear) ** 2 + after.truck_pipeline[m, 0]
    limit = p.growth_closed + (p.growth_open - p.growth_closed) * now.policy.reform_state_firms
    after.truck_pipeline[m, 1] = min(max(0.0, wish - coming), limit * after.truck_capacity[m])


@kernel
def begin(m, now, after):
    """Let maker m begin with the plant of record (million a year)."""
    maker = now.makers[m]
    after.truck_capacity[m] = maker.capacity


@kernel
def add(m, size, after):
    """Add capacity for cars (million a year)."""
    after.capacity[m] += size


@kernel
def reach(m, size, after):
    """Raise capacity for cars to at least this (million a year)."""
    after.capacity[m] = max(after.capacity[m], size)


@kernel
def grow(m, growth, after):
    """Let the plant of maker m grow by a rate."""
    after.truck_capacity[m] *= 1.0 + growth
    after.capacity[m] *= 1.0 + growth


@kernel
def inherit(buyer, m, kept, after):
    """Let the share `kept` of the plant of maker m, and of its orders, pass to its buyer."""
    after.capacity[buyer] += kept * after.capacity[m]
    after.truck_capacity[buyer] += kept * after.truck_capacity[m]
    for y in range(after.pipeline.shape[1]):
        after.pipeline[buyer, y] += kept * after.pipeline[m, y]
        after.truck_pipeline[buyer, y] += kept * after.truck_pipeline[m, y]


@kernel
def scrap(m, after):
    """Scrap the plant of a maker that ends."""
    after.capacity[m] = 0.0
    after.pipeline[m] = 0.0
    after.truck_capacity[m] = 0.0
    after.truck_pipeline[m] = 0.0
