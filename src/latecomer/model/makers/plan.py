"""What is built under the plan? Output is the least of plan, capacity and allocated inputs, at administered prices.

    plan norm     Y* = y0 GDP^eta                                       what planners want, in proportion to the plants they have
    investment    K' = K + phi priority max(0, 1 - sum K / Y*) K         phi is the speed at which the gap to the norm is closed
    inputs        I = K (GDP / highest GDP so far)^eps                   heavy industry is cut first when the economy falls back
    output        q = plan_share x min(K, I)                             the rest of capacity serves the market

Sources: Kornai 1980, 1992 (shortage, plan bargaining); Naughton 1995 (growing out of the plan: the off-plan share).
"""

import math

from latecomer.compiled import kernel
from latecomer.model.kinds import own_brand
from latecomer.model.makers import capacity


@kernel
def build(t, w, state, world, policy, makers, p):
    """Fill w.plan_trucks and w.plan_built [m] (million vehicles) and let planned plants grow."""
    share = policy[t].plan_share
    gdp = world[t].gdp
    w.plan_trucks[:] = 0.0
    w.plan_built[:] = 0.0
    state.plan_peak = max(state.plan_peak, gdp)
    if share <= 0.0:
        return
    inputs = math.exp(p.plan_inputs * math.log(gdp / state.plan_peak))
    planned = 0.0
    for m in range(makers.size):
        if state.alive[m] == 1 and own_brand(makers[m]):
            planned += state.truck_capacity[m]
    norm = p.plan_norm * gdp**p.plan_growth
    growth = p.plan_investment * policy[t].plan_priority * min(max(1.0 - planned / norm, 0.0), 1.0) * share
    for m in range(makers.size):
        if state.alive[m] == 0 or not own_brand(makers[m]):
            continue
        if world[t].year == makers[m].passenger_start and share >= 1.0:
            capacity.add(m, p.plan_car_start, state)
        ramp = min(1.0, p.plan_ramp * (1.0 + world[t].year - makers[m].start))
        w.plan_trucks[m] = share * ramp * inputs * state.truck_capacity[m]
        w.plan_built[m] = (
            share * inputs * state.capacity[m] if makers[m].passenger_start <= world[t].year else 0.0
        )
        capacity.grow(m, growth, state)
