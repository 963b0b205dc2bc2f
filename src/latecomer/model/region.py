"""How much does a province favour its own makers, and what does that cost? Aid and rules that answer to what is at stake.

    strength_r = lever x (s0 + (1 - s0) stake_r),   stake_r = O_r / (O_r + o)
    rules      taste_r = h strength_r                 utility of a local car: taxi rules, plates, habit
    aid        A_r = a strength_r                     thousand CNY for each local car sold at home, paid by the province

O_r is last year's output of makers at home in r, the jobs and taxes that a province sees. Rules enter private demand
once, official demand twice; aid is worth alpha_b A_r / 100 to a buyer of class b, the slope of the price term at a car
of 100 thousand CNY (`demand`). The centre may ban both (the lever). What is measured:

    local_aid   sum_r A_r (local cars sold in r)                                                  (billion CNY)
    home_bias   exp of the mean over provinces, weighted by sales, of ln(share of the province's makers at home / their
                share in all other provinces): one where there is no barrier

Source: Barwick, Cao and Li 2021, for size and for who is served; they read the whole bias as aid.
"""

import math

from latecomer.compiled import kernel

FEW = 1e-9


@kernel
def protect(t, w, state, policy, makers, p):
    """Fill w.protection[r] (utility) and w.aid[r] (thousand CNY a car) from last year's output at home."""
    w.stake[:] = 0.0
    for m in range(makers.size):
        r = makers[m].home
        if r >= 0 and state.alive[m] == 1:
            w.stake[r] += state.output[m] + state.truck_output[m]
    for r in range(w.stake.size):
        stake = w.stake[r] / (w.stake[r] + p.stake_half)
        strength = policy[t].protection_local * (p.protection_floor + (1.0 - p.protection_floor) * stake)
        w.protection[r] = p.home_taste * strength
        w.aid[r] = p.local_aid * strength


@kernel
def report(w, makers, out):
    """Book the aid that provinces paid, and how much larger their makers' share is at home than elsewhere."""
    out.local_aid, out.home_bias = 0.0, 1.0
    made = w.stake  # the stakes of the year have been used
    made[:] = 0.0
    for m in range(makers.size):
        if makers[m].home >= 0:
            made[makers[m].home] += w.sold_home[m]
    everywhere = w.region_sales.sum()
    total, weight = 0.0, 0.0
    for r in range(made.size):
        local, sales = w.region_local[r], w.region_sales[r]
        out.local_aid += w.aid[r] * local
        away, elsewhere = made[r] - local, everywhere - sales
        if local > FEW and away > FEW and elsewhere > FEW:
            total += sales * math.log(local / sales / (away / elsewhere))
            weight += sales
    if weight > 0.0:
        out.home_bias = math.exp(total / weight)
