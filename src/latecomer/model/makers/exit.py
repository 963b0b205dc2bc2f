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
from latecomer.model.kinds import importer, own_brand
from latecomer.model.makers.finance import debt_limit, pay_for_maker, softness
from latecomer.model.makers.founding import end_maker, foreign_project
from latecomer.model.makers.takeover import related, take_over


@kernel
def leave_on_date(t, w, state, world, policy, makers, p):
    """Carry out dated takeovers, and end ventures whose contract has run out."""
    year = int(world[t].year)
    w.exits, w.takeovers = 0.0, 0.0
    for m in range(makers.size):
        buyer = makers[m].taken_by
        if state.alive[m] == 1 and year == makers[m].taken_year and state.alive[buyer] == 1:
            take_over(m, buyer, w, state, p)
        by_rule = policy[t].mode_free > 0.5 and foreign_project(makers[m])
        if state.alive[m] == 1 and year > makers[m].end and not by_rule and state.begun[m] <= makers[m].end:
            end_maker(m, w, state)


@kernel
def leave(t, w, state, world, policy, makers, p, seed, history, out):
    """End makers after a run of loss years; book this year's exits."""
    for m in range(makers.size):
        if state.alive[m] == 0 or importer(makers[m]) or world[t].year < makers[m].passenger_start + 3:
            continue
        soft = softness(policy[t], makers[m])
        broke = 1.0 / (1.0 + math.exp(-2.0 * (state.losses[m] - LOSS_YEARS)))
        hazard = p.exit_hazard * broke
        if own_brand(makers[m]):
            hazard *= poor(state.cash[m], p)
            hazard += (1.0 - hazard) * p.insolvency * insolvent(m, state, makers[m], p)
        alone = state.truck_output[m] <= 0.0
        if alone and uniform(seed, history, t, m, LEAVE) < (1.0 - soft) * hazard:
            fail(m, t, w, state, makers, p, seed, history)
    out.exits, out.takeovers = w.exits, w.takeovers


@kernel
def insolvent(m, state, maker, p):
    """Return how near to certain it is that maker m cannot pay: debt against its limit, smoothly."""
    over = -state.cash[m] / max(debt_limit(m, state, maker, p), 1e-3) - 1.0
    return 1.0 / (1.0 + math.exp(-12.0 * min(max(over, -3.0), 3.0)))


@kernel
def poor(cash, p):
    """Return how near a maker is to having no money left, by which a run of loss years ends it."""
    return 1.0 / (1.0 + math.exp(min(4.0 * cash / p.entry_cash, 40.0)))


@kernel
def fail(m, t, w, state, makers, p, seed, history):
    """End a failing maker, or hand it to the richest healthy maker of a related line, if one is found."""
    buyer, money = -1, 0.0
    cost = p.takeover_price * p.capacity_price * state.capacity[m]
    for b in range(makers.size):
        if b == m or state.alive[b] == 0 or not own_brand(makers[b]) or not own_brand(makers[m]):
            continue
        if state.losses[b] == 0.0 and state.cash[b] - cost > money and related(m, b, state):
            buyer, money = b, state.cash[b] - cost
    if buyer >= 0 and uniform(seed, history, t, m, TAKEOVER) < p.takeover_chance:
        pay_for_maker(buyer, cost, w, state)
        take_over(m, buyer, w, state, p)
    else:
        end_maker(m, w, state)
