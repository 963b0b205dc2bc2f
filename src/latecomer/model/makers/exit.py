"""When does a maker fail, and who takes it over?

    exit       after a run of loss years once its money is gone, or by insolvency, debt beyond the limit (`finance.debt_limit`);
               soft budgets delay it
    dated      a venture ends with its contract, a maker by a takeover of record
    buyer      the richest healthy own-brand maker with a line in common, at a discount (`takeover`); else the maker ends

Hazards are smooth, so that a tiny error in profit does not flip a history.
"""

import math

from latecomer.compiled import kernel
from latecomer.keys import uniform
from latecomer.model.channels import LEAVE, LOSS_YEARS, TAKEOVER
from latecomer.model.context import each
from latecomer.model.kinds import importer, own_brand
from latecomer.model.makers.finance import debt_limit, pay_for_maker, softness
from latecomer.model.makers.founding import end_maker, foreign_project
from latecomer.model.makers.takeover import related, take_over

FLOW = (*each("", "exits"),)


@kernel
def leave_on_date(now, after, flow, p):
    """Carry out dated takeovers, and end ventures whose contract has run out."""
    year = int(now.world.year)
    flow.exits, flow.takeovers = 0.0, 0.0
    for m in range(now.makers.size):
        buyer = now.makers[m].taken_by
        if after.alive[m] == 1 and year == now.makers[m].taken_year and after.alive[buyer] == 1:
            take_over(m, buyer, after, flow, p)
        by_rule = now.policy.mode_free > 0.5 and foreign_project(now.makers[m])
        if (
            after.alive[m] == 1
            and year > now.makers[m].end
            and not by_rule
            and after.begun[m] <= now.makers[m].end
        ):
            end_maker(m, after, flow)


@kernel
def leave(now, after, flow, p, out):
    """End makers after a run of loss years; book this year's exits."""
    for m in range(now.makers.size):
        if (
            after.alive[m] == 0
            or importer(now.makers[m])
            or now.world.year < now.makers[m].passenger_start + 3
        ):
            continue
        soft = softness(now.makers[m], now)
        broke = 1.0 / (1.0 + math.exp(-2.0 * (after.losses[m] - LOSS_YEARS)))
        hazard = p.exit_hazard * broke
        if own_brand(now.makers[m]):
            hazard *= poor(after.cash[m], p)
            hazard += (1.0 - hazard) * p.insolvency * insolvent(m, now, after, p)
        alone = after.truck_output[m] <= 0.0
        if alone and uniform(now.seed, now.history, now.t, m, LEAVE) < (1.0 - soft) * hazard:
            fail(m, now, after, flow, p)
    out.exits, out.takeovers = flow.exits, flow.takeovers


@kernel
def insolvent(m, now, after, p):
    """Return how near to certain it is that maker m cannot pay: debt against its limit, smoothly."""
    over = -after.cash[m] / max(debt_limit(m, now, after, p), 1e-3) - 1.0
    return 1.0 / (1.0 + math.exp(-12.0 * min(max(over, -3.0), 3.0)))


@kernel
def poor(cash, p):
    """Return how near a maker is to having no money left, by which a run of loss years ends it."""
    return 1.0 / (1.0 + math.exp(min(4.0 * cash / p.entry_cash, 40.0)))


@kernel
def fail(m, now, after, flow, p):
    """End a failing maker, or hand it to the richest healthy maker of a related line, if one is found."""
    buyer, money = -1, 0.0
    cost = p.takeover_price * p.capacity_price * after.capacity[m]
    for b in range(now.makers.size):
        if b == m or after.alive[b] == 0 or not own_brand(now.makers[b]) or not own_brand(now.makers[m]):
            continue
        if after.losses[b] == 0.0 and after.cash[b] - cost > money and related(m, b, after):
            buyer, money = b, after.cash[b] - cost
    if buyer >= 0 and uniform(now.seed, now.history, now.t, m, TAKEOVER) < p.takeover_chance:
        pay_for_maker(buyer, cost, after, flow)
        take_over(m, buyer, after, flow, p)
    else:
        end_maker(m, after, flow)
