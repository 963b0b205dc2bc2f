"""What of this year does the next one remember? Output, experience, and the mix and growth of the market.

    experience  E' = E + cars and trucks made;  electric cars by themselves
    segments    share_s += speed (spending on s / spending - share_s): what makers expect of the segments
    growth      trend += (ln(sales / last year's) - trend) / 2,  held between -.3 and .5

Stages that follow in the year (learning, exit) read what is carried here as this year's, all others as last year's.
"""

import math

from latecomer.axes import COMBUSTION
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NSEGMENTS, foreign, importer

FLOW = (
    *each("s", "segment_spent"),
    *each("", "electric_sold"),
    *each("m", "net_price sold_home mean_price"),
)


@kernel
def record_sales(now, flow):
    """Sum this year's sales of lines by maker (million), and average their prices."""
    flow.sold_home[:] = 0.0
    flow.mean_price[:] = 0.0
    flow.net_price[:] = 0.0
    for j in range(flow.lines):
        m = flow.maker[j]
        flow.sold_home[m] += flow.sold[j]
        flow.mean_price[m] += flow.sold[j] * flow.price[j]
        flow.net_price[m] += flow.sold[j] * (flow.price[j] + flow.subsidy[j]) / flow.wedge[j]
    for m in range(now.makers.size):
        flow.mean_price[m] = flow.mean_price[m] / flow.sold_home[m] if flow.sold_home[m] > 0.0 else 0.0
        flow.net_price[m] = flow.net_price[m] / flow.sold_home[m] if flow.sold_home[m] > 0.0 else 0.0


@kernel
def carry(now, after, flow, p):
    """Carry output, experience and the mix of the market into next year."""
    home, spent, electric, ventures = 0.0, 0.0, 0.0, 0.0
    seen = flow.segment_spent
    seen[:] = 0.0
    for m in range(now.makers.size):
        made = 0.0 if importer(now.makers[m]) else built(m, after, flow)
        after.output[m] = made if not importer(now.makers[m]) else flow.sold_home[m]
        after.truck_output[m] = flow.truck_sold[m]
        after.experience[m] += made + flow.truck_sold[m]
        if foreign(now.makers[m]):
            ventures += made
    for j in range(flow.lines):
        home += flow.sold[j]
        spent += flow.sold[j] * flow.price[j]
        seen[flow.segment[j]] += flow.sold[j] * flow.price[j]
        if flow.powertrain[j] != COMBUSTION:
            electric += flow.sold[j]
            after.experience_electric[flow.maker[j]] += flow.sold[j]
    if home > 0.0:
        for s in range(NSEGMENTS):
            after.segment_share[s] += p.expectation_speed * (seen[s] / spent - after.segment_share[s])
        if after.home_sales > 0.0:
            after.car_trend += 0.5 * (
                min(max(math.log(home / after.home_sales), -0.3), 0.5) - after.car_trend
            )
    after.home_sales = home
    after.electric_share = electric / home if home > 0.0 else 0.0
    after.venture_output += ventures
    flow.electric_sold = electric


@kernel
def inherit(buyer, m, kept, after):
    """Let the share `kept` of the experience of maker m pass to its buyer."""
    after.experience[buyer] += kept * after.experience[m]
    after.experience_electric[buyer] += kept * after.experience_electric[m]


@kernel
def forget(m, after):
    """Clear last year's output of a maker that ends."""
    after.output[m] = 0.0
    after.truck_output[m] = 0.0


@kernel
def built(m, after, flow):
    """Return how many passenger cars maker m made this year: for home, for abroad and for the plan (million)."""
    return flow.sold_home[m] + after.exports[m] + flow.plan_built[m]
