"""How much does a province favour its own makers, and what does that cost? Aid and rules that grow with local output.

    strength_r = lever x (s0 + (1 - s0) stake_r),   stake_r = O_r / (O_r + o)
    rules      taste_r = h strength_r                 utility of a local car: taxi rules, plates, habit
    aid        A_r = a strength_r                     thousand CNY for each local car sold at home, paid by the province

O_r is last year's output of makers at home in r, the jobs and taxes that a province sees. Rules enter private demand
once, official demand twice; aid is worth alpha_b A_r / 100 to a buyer of class b, the slope of the price term at a car
of 100 thousand CNY (`demand`). The centre may ban both (the lever). What is measured:

    local_aid   sum_r A_r (local cars sold in r)                                                  (billion CNY)
    home_bias   exp of the mean over provinces, weighted by sales, of ln(share of the province's makers at home / their
                share in all other provinces): one where there is no barrier

Taxes and subsidies go to the provinces by their buyers: what line j brought, T_j, in shares of the demand for it,

    T_r = sum_j T_j / q_j sum_b A1_rb e_bj phi_re (1 + home)                                     (A1, e, phi as in `demand`)

Source: Barwick, Cao and Li 2021, for size and for who is served; they read the whole bias as aid.
"""

import math

from latecomer.compiled import kernel, summing_kernel
from latecomer.model.kinds import TRAINS

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
    """Book the aid that provinces paid, what their buyers were taxed and paid, and how much larger their makers' share is
    at home than elsewhere."""
    out.region_tax[:], out.region_subsidy[:] = 0.0, 0.0
    share_out(w.taxed, w, out.region_tax)
    share_out(w.aided, w, out.region_subsidy)
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


@summing_kernel
def share_out(amount, w, where):
    """Add to where [r] the amounts [j] that lines brought (billion CNY), by the provinces of those who asked for them."""
    if amount[: w.lines].sum() == 0.0:
        return
    weight, buyers, appeal, everywhere, run = w.weight, w.first_demand, w.appeal, w.reach, w.run_gain
    for e in range(TRAINS):
        everywhere[e] = 0.0
        for k in range(w.first_run[e], w.first_run[e + 1]):
            run[:] = 0.0
            for j in range(w.run_start[k], w.run_start[k + 1]):
                each = amount[j] / w.asked[j] if w.asked[j] > 0.0 else 0.0
                for b in range(w.classes):
                    run[b] += each * weight[j, b]
            s = w.seller[w.run_start[k]]
            r, loyal = w.home[s], 0.0
            for b in range(w.classes):
                everywhere[e, b] += run[b]
                loyal += w.loyalty[s, b] * buyers[r, b] * run[b]
            if r >= 0:
                where[r] += appeal[r, e] * loyal
    for r in range(where.size):
        for e in range(TRAINS):
            demand = 0.0
            for b in range(w.classes):
                demand += buyers[r, b] * everywhere[e, b]
            where[r] += appeal[r, e] * demand
