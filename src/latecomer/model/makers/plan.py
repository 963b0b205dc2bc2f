"""What is built under the plan? Output is the least of plan, capacity and allocated inputs, at administered prices.

    plan norm     Y* = y0 GDP^eta                                       what planners want, in proportion to the plants they have
    investment    K' = K + phi priority max(0, 1 - sum K / Y*) K         phi is the speed at which the gap to the norm is closed
    inputs        I = K (GDP / highest GDP so far)^eps                   heavy industry is cut first when the economy falls back
    output        q = plan_share x min(K, I)                             the rest of capacity serves the market

Sources: Kornai 1980, 1992 (shortage, plan bargaining); Naughton 1995 (growing out of the plan: the off-plan share).
"""

import math

from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import own_brand
from latecomer.model.makers import capacity

FLOW = (*each("m", "plan_built plan_trucks"),)


@kernel
def build(now, after, flow, p):
    """Fill flow.plan_trucks and flow.plan_built [m] (million vehicles) and let planned plants grow."""
    share = now.policy.plan_share
    gdp = now.world.gdp
    flow.plan_trucks[:] = 0.0
    flow.plan_built[:] = 0.0
    after.plan_peak = max(after.plan_peak, gdp)
    if share <= 0.0:
        return
    inputs = math.exp(p.plan_inputs * math.log(gdp / after.plan_peak))
    planned = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and own_brand(now.makers[m]):
            planned += after.truck_capacity[m]
    norm = p.plan_norm * gdp**p.plan_growth
    growth = p.plan_investment * now.policy.plan_priority * min(max(1.0 - planned / norm, 0.0), 1.0) * share
    for m in range(now.makers.size):
        if after.alive[m] == 0 or not own_brand(now.makers[m]):
            continue
        if now.world.year == now.makers[m].passenger_start and share >= 1.0:
            capacity.add(m, p.plan_car_start, after)
        ramp = min(1.0, p.plan_ramp * (1.0 + now.world.year - now.makers[m].start))
        flow.plan_trucks[m] = share * ramp * inputs * after.truck_capacity[m]
        flow.plan_built[m] = (
            share * inputs * after.capacity[m] if now.makers[m].passenger_start <= now.world.year else 0.0
        )
        capacity.grow(m, growth, after)
