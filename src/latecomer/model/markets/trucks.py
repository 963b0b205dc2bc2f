"""Who builds trucks and buses, and how many are bought? A market driven by product and investment, with its own makers.

    fleet wanted  F* = f0 G^eta (I / G)^iota                                  G product, I investment; both indices
    demand        D = scrap F + adjust max(0, F* - F)                         stock adjustment (Chow 1957)
    by class      D_k = D s_k G^h_k / sum                                     medium trucks give way to heavy and light ones
    by maker      attraction = w_mk K_m^x e^(b (C - F) - c ln cost)           K the size of plant and network
    supply        min(demand, capacity); unmet demand goes to makers with spare capacity, in two rounds; exports come last

Sources: Chow 1957 for stock adjustment; attraction shares after Bell, Keeney and Little 1975.
"""

import math

from latecomer.axes import ENGINE, PLATFORM, PROCESS
from latecomer.compiled import kernel
from latecomer.model.kinds import NCOMMERCIAL, own_brand, private
from latecomer.model.makers.capacity import order_trucks
from latecomer.model.markets import abroad


@kernel
def wanted(t, state, world, p):
    """Return demand for commercial vehicles (million) from the gap between wanted and present fleet."""
    gdp = world[t].gdp
    drive = max(world[t].investment * p.investment_norm / gdp, 1e-3)
    fleet = p.truck_fleet_norm * gdp**p.truck_growth * drive**p.truck_investment
    return p.truck_scrap * state.truck_fleet + p.truck_adjust * max(0.0, fleet - state.truck_fleet)


@kernel
def class_share(k, gdp, p):
    """Return the share of class k in demand at this level of product."""
    bend = math.log(max(gdp, 0.05))
    heavy = p.heavy_share * math.exp(p.heavy_growth * bend)
    medium = p.medium_share * math.exp(-p.medium_decline * bend)
    light = 1.0
    bus = p.bus_share
    total = heavy + medium + light + bus
    return (heavy, medium, light, bus)[k] / total


@kernel
def sell(t, w, state, world, policy, makers, p):
    """Fill w.truck_sold [m] and w.class_sold [k] (million), plan output first, then the market; exports come on top."""
    demand = wanted(t, state, world, p)
    w.truck_demand = demand
    market = 1.0 - policy[t].plan_share
    w.class_sold[:] = 0.0
    w.unmet_trucks[:] = 0.0
    for m in range(makers.size):
        w.truck_sold[m] = w.plan_trucks[m]
        w.truck_exports[m] = 0.0
        for k in range(NCOMMERCIAL):
            w.class_sold[k] += (
                w.plan_trucks[m] * makers[m].commercial[k] / max(makers[m].commercial.sum(), 1e-9)
            )
    planned = w.truck_sold.sum()
    rest = max(0.0, demand - planned) if market > 0.0 else 0.0
    gdp = world[t].gdp
    for k in range(NCOMMERCIAL):
        left = rest * class_share(k, gdp, p)
        for _ in range(2):
            left -= serve_class(k, left, w, state, makers, market, p)
        note_unmet(k, max(left, 0.0), w, state, makers, p)


@kernel
def serve_class(k, demand, w, state, makers, market, p):
    """Share demand of class k among makers with room by attraction; return what was served (million)."""
    total = 0.0
    for m in range(makers.size):
        w.truck_weight[m] = 0.0
        if truck_room(m, w, state, market) > 0.0:
            w.truck_weight[m] = attraction(m, k, w, state, makers, p)
            total += w.truck_weight[m]
    if total <= 0.0:
        return 0.0
    served = 0.0
    for m in range(makers.size):
        if w.truck_weight[m] > 0.0:
            sold = min(demand * w.truck_weight[m] / total, truck_room(m, w, state, market))
            w.truck_sold[m] += sold
            w.class_sold[k] += sold
            served += sold
    return served


@kernel
def note_unmet(k, left, w, state, makers, p):
    """Book demand of class k that nobody could serve with the makers who were asked, by attraction (million)."""
    total = 0.0
    for m in range(makers.size):
        w.truck_weight[m] = attraction(m, k, w, state, makers, p)
        total += w.truck_weight[m]
    for m in range(makers.size):
        if total > 0.0:
            w.unmet_trucks[m] += left * w.truck_weight[m] / total


@kernel
def truck_room(m, w, state, market):
    """Return what maker m can still build for the market this year (million)."""
    return market * state.truck_capacity[m] * 1.1 + w.plan_trucks[m] - w.truck_sold[m]


@kernel
def attraction(m, k, w, state, makers, p):
    """Return the pull of maker m on orders of class k: network, quality and price."""
    weight = makers[m].commercial[k]
    if state.alive[m] == 0 or weight <= 0.0 or state.truck_capacity[m] <= 0.0:
        return 0.0
    known = (state.mastered[m, ENGINE] + state.mastered[m, PLATFORM] + state.mastered[m, PROCESS]) / 3.0
    gap = known - w.frontier[ENGINE]
    value = p.truck_quality * gap - p.truck_price_taste * math.log(truck_cost(gap, makers[m], p))
    return weight * state.truck_capacity[m] ** p.truck_network * math.exp(value)


@kernel
def truck_cost(gap, maker, p):
    """Return the relative unit cost of a maker's trucks: laggards build cheaper, ventures pay for parts from abroad."""
    owner = 1.0
    if own_brand(maker):
        owner = p.cost_private * (1.0 if private(maker) else p.cost_state)
    return owner * math.exp(p.cost_gap * gap)


@kernel
def trade_abroad(t, w, state, world, policy, strategy, makers, p):
    """Add exports of trucks and buses (million) and invest for the demand expected when new capacity will stand."""
    w.sent_trucks[:] = 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or state.truck_capacity[m] + state.truck_pipeline[m].sum() <= 0.0:
            continue
        gap = state.mastered[m, PROCESS] - w.frontier[PROCESS]
        pull = abroad.send_trucks(gap, p.truck_export, world[t], policy[t], p, w.truck_pull)
        share = (1.0 - policy[t].plan_share) * p.truck_export_most * pull
        w.truck_exports[m] = min(
            share * w.truck_sold[m], max(0.0, 1.1 * state.truck_capacity[m] - w.truck_sold[m])
        )
        for x in range(w.sent_trucks.size):
            w.sent_trucks[x] += w.truck_exports[m] * w.truck_pull[x] / pull
        w.truck_sold[m] += w.truck_exports[m]
        for k in range(NCOMMERCIAL):
            mix = makers[m].commercial[k] / max(makers[m].commercial.sum(), 1e-9)
            w.class_sold[k] += mix * w.truck_exports[m]
        order_trucks(m, t, w, state, policy, strategy, makers, p)


@kernel
def add_to_fleet(t, w, state, p):
    """Scrap and add this year's home sales of trucks and buses (million)."""
    sold = w.truck_sold.sum() - w.truck_exports.sum()
    if state.truck_sales > 0.0 and sold > 0.0:
        state.truck_trend += 0.5 * (
            min(max(math.log(sold / state.truck_sales), -0.3), 0.3) - state.truck_trend
        )
    state.truck_sales = sold
    state.truck_fleet = (1.0 - p.truck_scrap) * state.truck_fleet + sold
