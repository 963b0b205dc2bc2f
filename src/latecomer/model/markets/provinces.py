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
from latecomer.model.context import each
from latecomer.model.kinds import TRAINS

FEW = 1e-9

FLOW = (
    *each("r", "protection aid stake region_made"),
    *each("eb", "amount_everywhere"),
    *each("b", "amount_run"),
)


@kernel
def protect(now, after, flow, p):
    """Fill flow.protection[r] (utility) and flow.aid[r] (thousand CNY a car) from last year's output at home."""
    flow.stake[:] = 0.0
    for m in range(now.makers.size):
        r = now.makers[m].home
        if r >= 0 and after.alive[m] == 1:
            flow.stake[r] += after.output[m] + after.truck_output[m]
    for r in range(flow.stake.size):
        stake = flow.stake[r] / (flow.stake[r] + p.stake_half)
        strength = now.policy.protection_local * (p.protection_floor + (1.0 - p.protection_floor) * stake)
        flow.protection[r] = p.home_taste * strength
        flow.aid[r] = p.local_aid * strength


@kernel
def report(now, flow, out):
    """Book the aid that provinces paid, what their buyers were taxed and paid, and how much larger their makers' share is
    at home than elsewhere."""
    out.region_tax[:], out.region_subsidy[:] = 0.0, 0.0
    share_out(flow.taxed, out.region_tax, flow)
    share_out(flow.aided, out.region_subsidy, flow)
    out.local_aid, out.home_bias = 0.0, 1.0
    made = flow.region_made
    made[:] = 0.0
    for m in range(now.makers.size):
        if now.makers[m].home >= 0:
            made[now.makers[m].home] += flow.sold_home[m]
    everywhere = flow.region_sales.sum()
    total, weight = 0.0, 0.0
    for r in range(made.size):
        local, sales = flow.region_local[r], flow.region_sales[r]
        out.local_aid += flow.aid[r] * local
        away, elsewhere = made[r] - local, everywhere - sales
        if local > FEW and away > FEW and elsewhere > FEW:
            total += sales * math.log(local / sales / (away / elsewhere))
            weight += sales
    if weight > 0.0:
        out.home_bias = math.exp(total / weight)


@summing_kernel
def share_out(amount, where, flow):
    """Add to where [r] the amounts [j] that lines brought (billion CNY), by the provinces of those who asked for them."""
    if amount[: flow.lines].sum() == 0.0:
        return
    weight, buyers, appeal, everywhere, run = (
        flow.weight,
        flow.first_demand,
        flow.appeal,
        flow.amount_everywhere,
        flow.amount_run,
    )
    for e in range(TRAINS):
        everywhere[e] = 0.0
        for k in range(flow.first_run[e], flow.first_run[e + 1]):
            run[:] = 0.0
            for j in range(flow.run_start[k], flow.run_start[k + 1]):
                each = amount[j] / flow.asked[j] if flow.asked[j] > 0.0 else 0.0
                for b in range(flow.classes):
                    run[b] += each * weight[j, b]
            s = flow.seller[flow.run_start[k]]
            r, loyal = flow.home[s], 0.0
            for b in range(flow.classes):
                everywhere[e, b] += run[b]
                loyal += flow.loyalty[s, b] * buyers[r, b] * run[b]
            if r >= 0:
                where[r] += appeal[r, e] * loyal
    for r in range(where.size):
        for e in range(TRAINS):
            demand = 0.0
            for b in range(flow.classes):
                demand += buyers[r, b] * everywhere[e, b]
            where[r] += appeal[r, e] * demand
