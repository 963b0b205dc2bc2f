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
from latecomer.model.context import each
from latecomer.model.kinds import NCOMMERCIAL, own_brand, private
from latecomer.model.makers.capacity import order_trucks
from latecomer.model.markets import abroad

FLOW = (
    *each("k", "class_sold"),
    *each("", "truck_demand"),
    *each("m", "truck_weight truck_sold truck_exports unmet_trucks"),
    *each("x", "sent_trucks truck_pull"),
)


@kernel
def wanted(now, before, p):
    """Return demand for commercial vehicles (million) from the gap between wanted and present fleet."""
    gdp = now.world.gdp
    drive = max(now.world.investment * p.investment_norm / gdp, 1e-3)
    fleet = p.truck_fleet_norm * gdp**p.truck_growth * drive**p.truck_investment
    return p.truck_scrap * before.truck_fleet + p.truck_adjust * max(0.0, fleet - before.truck_fleet)


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
def sell(now, before, after, flow, p):
    """Fill flow.truck_sold [m] and flow.class_sold [k] (million), plan output first, then the market; exports come on top."""
    demand = wanted(now, before, p)
    flow.truck_demand = demand
    market = 1.0 - now.policy.plan_share
    flow.class_sold[:] = 0.0
    flow.unmet_trucks[:] = 0.0
    for m in range(now.makers.size):
        flow.truck_sold[m] = flow.plan_trucks[m]
        flow.truck_exports[m] = 0.0
        for k in range(NCOMMERCIAL):
            flow.class_sold[k] += (
                flow.plan_trucks[m] * now.makers[m].commercial[k] / max(now.makers[m].commercial.sum(), 1e-9)
            )
    planned = flow.truck_sold.sum()
    rest = max(0.0, demand - planned) if market > 0.0 else 0.0
    gdp = now.world.gdp
    for k in range(NCOMMERCIAL):
        left = rest * class_share(k, gdp, p)
        for _ in range(2):
            left -= serve_class(k, left, now, after, flow, p)
        note_unmet(k, max(left, 0.0), now, after, flow, p)


@kernel
def serve_class(k, demand, now, after, flow, p):
    """Share demand of class k among makers with room by attraction; return what was served (million)."""
    total = 0.0
    for m in range(now.makers.size):
        flow.truck_weight[m] = 0.0
        if truck_room(m, now, after, flow) > 0.0:
            flow.truck_weight[m] = attraction(m, k, now, after, flow, p)
            total += flow.truck_weight[m]
    if total <= 0.0:
        return 0.0
    served = 0.0
    for m in range(now.makers.size):
        if flow.truck_weight[m] > 0.0:
            sold = min(demand * flow.truck_weight[m] / total, truck_room(m, now, after, flow))
            flow.truck_sold[m] += sold
            flow.class_sold[k] += sold
            served += sold
    return served


@kernel
def note_unmet(k, left, now, after, flow, p):
    """Book demand of class k that nobody could serve with the makers who were asked, by attraction (million)."""
    total = 0.0
    for m in range(now.makers.size):
        flow.truck_weight[m] = attraction(m, k, now, after, flow, p)
        total += flow.truck_weight[m]
    for m in range(now.makers.size):
        if total > 0.0:
            flow.unmet_trucks[m] += left * flow.truck_weight[m] / total


@kernel
def truck_room(m, now, after, flow):
    """Return what maker m can still build for the market this year (million)."""
    return (
        (1.0 - now.policy.plan_share) * after.truck_capacity[m] * 1.1
        + flow.plan_trucks[m]
        - flow.truck_sold[m]
    )


@kernel
def attraction(m, k, now, after, flow, p):
    """Return the pull of maker m on orders of class k: network, quality and price."""
    weight = now.makers[m].commercial[k]
    if after.alive[m] == 0 or weight <= 0.0 or after.truck_capacity[m] <= 0.0:
        return 0.0
    known = (after.mastered[m, ENGINE] + after.mastered[m, PLATFORM] + after.mastered[m, PROCESS]) / 3.0
    gap = known - flow.frontier[ENGINE]
    value = p.truck_quality * gap - p.truck_price_taste * math.log(truck_cost(gap, now.makers[m], p))
    return weight * after.truck_capacity[m] ** p.truck_network * math.exp(value)


@kernel
def truck_cost(gap, maker, p):
    """Return the relative unit cost of a maker's trucks: laggards build cheaper, ventures pay for parts from abroad."""
    owner = 1.0
    if own_brand(maker):
        owner = p.cost_private * (1.0 if private(maker) else p.cost_state)
    return owner * math.exp(p.cost_gap * gap)


@kernel
def trade_abroad(now, before, after, flow, p):
    """Add exports of trucks and buses (million) and invest for the demand expected when new capacity will stand."""
    flow.sent_trucks[:] = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or after.truck_capacity[m] + after.truck_pipeline[m].sum() <= 0.0:
            continue
        gap = after.mastered[m, PROCESS] - flow.frontier[PROCESS]
        pull = abroad.send_trucks(gap, p.truck_export, flow.truck_pull, now, p)
        share = (1.0 - now.policy.plan_share) * p.truck_export_most * pull
        flow.truck_exports[m] = min(
            share * flow.truck_sold[m], max(0.0, 1.1 * after.truck_capacity[m] - flow.truck_sold[m])
        )
        for x in range(flow.sent_trucks.size):
            flow.sent_trucks[x] += flow.truck_exports[m] * flow.truck_pull[x] / pull
        flow.truck_sold[m] += flow.truck_exports[m]
        for k in range(NCOMMERCIAL):
            mix = now.makers[m].commercial[k] / max(now.makers[m].commercial.sum(), 1e-9)
            flow.class_sold[k] += mix * flow.truck_exports[m]
        order_trucks(m, now, before, after, flow, p)


@kernel
def add_to_fleet(after, flow, p):
    """Scrap and add this year's home sales of trucks and buses (million)."""
    sold = flow.truck_sold.sum() - flow.truck_exports.sum()
    if after.truck_sales > 0.0 and sold > 0.0:
        after.truck_trend += 0.5 * (
            min(max(math.log(sold / after.truck_sales), -0.3), 0.3) - after.truck_trend
        )
    after.truck_sales = sold
    after.truck_fleet = (1.0 - p.truck_scrap) * after.truck_fleet + sold
