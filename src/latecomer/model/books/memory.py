"""What of this year does the next one remember? Output, experience, and the mix and growth of the market.

experience  E' = E + cars and trucks made;  electric cars by themselves
segments    share_s += speed (spending on s / spending - share_s): what makers expect of the segments
growth      trend += (ln(sales / last year's) - trend) / 2,  held between -.3 and .5

Nobody reads in a year what is filled here before the next.
"""

import math

from latecomer.axes import COMBUSTION
from latecomer.compiled import kernel
from latecomer.model.kinds import NSEGMENTS, foreign, importer


@kernel
def record_sales(w, state, makers):
    """Sum this year's sales of lines by maker (million), and average their prices."""
    w.sold_home[:] = 0.0
    w.mean_price[:] = 0.0
    w.net_price[:] = 0.0
    for j in range(w.lines):
        m = w.maker[j]
        w.sold_home[m] += w.sold[j]
        w.mean_price[m] += w.sold[j] * w.price[j]
        w.net_price[m] += w.sold[j] * (w.price[j] + w.subsidy[j]) / w.wedge[j]
    for m in range(makers.size):
        w.mean_price[m] = w.mean_price[m] / w.sold_home[m] if w.sold_home[m] > 0.0 else 0.0
        w.net_price[m] = w.net_price[m] / w.sold_home[m] if w.sold_home[m] > 0.0 else 0.0


@kernel
def carry(w, state, makers, p):
    """Carry output, experience and the mix of the market into next year."""
    home, spent, electric, ventures = 0.0, 0.0, 0.0, 0.0
    seen = w.segment_spent
    seen[:] = 0.0
    for m in range(makers.size):
        made = 0.0 if importer(makers[m]) else w.sold_home[m] + state.exports[m] + w.plan_built[m]
        state.output[m] = made if not importer(makers[m]) else w.sold_home[m]
        state.truck_output[m] = w.truck_sold[m]
        state.experience[m] += made + w.truck_sold[m]
        if foreign(makers[m]):
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
    state.venture_output += ventures
    w.electric_sold = electric


@kernel
def inherit(buyer, m, kept, state):
    """Let the share `kept` of the experience of maker m pass to its buyer."""
    state.experience[buyer] += kept * state.experience[m]
    state.experience_electric[buyer] += kept * state.experience_electric[m]


@kernel
def forget(m, state):
    """Clear last year's output of a maker that ends."""
    state.output[m] = 0.0
    state.truck_output[m] = 0.0
