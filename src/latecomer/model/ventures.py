"""Which technology may a maker use, and from whom? Foundings, ventures, licences, purchased machinery, cut-offs.

    venture:   M_md = F_d - g lag,  lag = lag0 + lag1 exp(-ventures / 7): competition among partners shortens it
    electric:  M_md = (1 - lock) F_d for ventures in batteries, and the same of what is new in electronics: partners hold on to
               engines
    licence:   M_md = max(M_md, F_d(t0) - g vintage) from the year t0 of the contract; a partner in the maker itself
               hands on part of its progress since, year by year
    machinery: M_md >= F_d - distance, wider before makers may buy freely: a purchased route, open to all

Ventures and foundings are dated facts of the case in history mode. A supply cut-off takes the sources away where
technology is used but not mastered. Source of vintage and competition: Bai, Barwick, Cao and Li (quid pro quo).
"""

import math

from latecomer.axes import (
    BATTERY,
    DOMAINS,
    ELECTRONICS,
    FOREIGN_PLANT,
    IMPORTER,
    JOINT_VENTURE,
    PRIVATE,
)
from latecomer.compiled import kernel
from latecomer.model.electric import new_part
from latecomer.model.industry import end_maker, take_over
from latecomer.model.product import newcomer

NDOMAINS = len(DOMAINS)


@kernel
def frontier(year, p, out):
    """Fill out[d] with the world frontier (log units, first frontier year = 0): old domains grow for ever, young ones
    from their dawn."""
    base = p.frontier_growth * (year - p.frontier_year)
    for d in range(NDOMAINS):
        out[d] = base
    out[ELECTRONICS] = base + p.electronics_growth * max(0.0, year - p.electronics_dawn)
    out[BATTERY] = p.battery_growth * max(0.0, year - p.battery_dawn)


@kernel
def found_and_end(t, w, state, world, policy, makers, p):
    """Let makers whose first year has come begin, and ventures whose contract has run out end."""
    year = int(world[t].year)
    w.entries, w.exits, w.takeovers = 0.0, 0.0, 0.0
    w.handed[:] = 0.0
    w.line_spent[:] = 0.0
    for m in range(makers.size):
        maker = makers[m]
        venture = maker.ownership == JOINT_VENTURE
        if state.alive[m] == 0 and year == maker.start and (not venture or policy[t].venture_allowed > 0.5):
            begin(m, w, state, maker, p)
    for m in range(makers.size):
        buyer = makers[m].taken_by
        if state.alive[m] == 1 and year == makers[m].taken_year and state.alive[buyer] == 1:
            take_over(m, buyer, w, state, p)
        if state.alive[m] == 1 and year > makers[m].end:
            end_maker(m, w, state)


@kernel
def begin(m, w, state, maker, p):
    """Start maker m with the skills of its founders, relative to those who are already there."""
    state.alive[m] = 1
    w.entries += 1.0
    state.truck_capacity[m] = maker.capacity
    state.cash[m] = p.entry_cash + p.entry_capital * maker.electric_only
    state.organisation[m] = p.organisation_start if maker.ownership < PRIVATE else 1.0
    for d in range(NDOMAINS):
        state.mastered[m, d] = newcomer(d, w, state, maker, p)
        state.accessible[m, d] = state.mastered[m, d]
    state.trust[m] = maker.brand if maker.ownership >= JOINT_VENTURE else p.trust_start
    state.trust_electric[m] = state.trust[m]


@kernel
def introduce(t, w, state, world, policy, makers, contracts, p):
    """Set accessible technology M[m, d] of every maker by source, and the best venture of each region."""
    year = int(world[t].year)
    now = policy[t]
    front = w.frontier
    ventures = 0
    for m in range(makers.size):
        if state.alive[m] == 1 and makers[m].ownership == JOINT_VENTURE:
            ventures += 1
    lag = p.venture_lag_least + p.venture_lag_extra * math.exp(-ventures / 7.0)
    distance = p.purchase_distance + p.purchase_closed * (1.0 - now.reform_state_firms)
    for m in range(makers.size):
        if state.alive[m] == 0:
            continue
        kind = makers[m].ownership
        for d in range(NDOMAINS):
            cut = now.supply_cutoff[d]
            if kind == IMPORTER or kind == FOREIGN_PLANT:
                level = front[d]
            elif kind == JOINT_VENTURE:
                level = front[d] - p.frontier_growth * lag
                if d == BATTERY:
                    level = (1.0 - p.venture_lock) * front[d]
                elif d == ELECTRONICS:
                    level -= p.venture_lock * new_part(front)
            else:
                level = front[d] - distance
                if d == BATTERY:
                    level = 0.0
            state.accessible[m, d] = max(
                state.mastered[m, d], (1.0 - cut) * level + cut * state.mastered[m, d]
            )
    for c in range(contracts.size):
        use_contract(c, year, state, now, contracts, p)


@kernel
def use_contract(c, year, state, now, contracts, p):
    """Give the receiver of contract c the technology it was handed, from its first year on."""
    contract = contracts[c]
    m = contract.maker
    if contract.year > year or state.alive[m] == 0:
        return
    for d in range(NDOMAINS):
        share = contract.domain[d]
        if share > 0.0 and d != BATTERY:
            handed = contract.year + p.partner_renewal * max(0, min(year, contract.last) - contract.year)
            level = p.frontier_growth * (handed - contract.vintage - p.frontier_year)
            reach = state.mastered[m, d] + share * (1.0 - now.supply_cutoff[d]) * max(
                0.0, level - state.mastered[m, d]
            )
            state.accessible[m, d] = max(state.accessible[m, d], reach)
