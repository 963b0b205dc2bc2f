"""Which technology may a maker use, and from whom? Entry, ventures, licences, purchased machinery, cut-offs.

    venture:   M_md = F_d - g lag,  lag = lag0 + lag1 exp(-ventures / 7): competition among partners shortens it
               + lag2 transfer duty: a parent that must share brings older technology
    electric:  M_md = (1 - lock) F_d for ventures in batteries, and the same of what is new in electronics: partners keep
               to engines
    licence:   M_md = max(M_md, F_d(t0) - g vintage) from the year t0 of the contract; a partner in the maker itself
               hands on part of its progress since, year by year
    machinery: M_md >= F_d - distance, wider before makers may buy freely: a purchased route, open to all
    suppliers: M_md >= b F_d for batteries, which any maker may buy in cells and packs
    alliance:  M_md = max(M_md, C_md + a_md (1 - cut_d)(1 - cut_partner) max(0, F_d(t - vintage) - C_md)), a: technology.ally
    buying:    an own brand lets in the share b_md of what machinery, suppliers and contracts offer, b: technology.buy
    clock:     F_d at the year that the world's `frontier_clock` shows, the calendar year in history; what a contract hands over
               is no newer
    cut-off:   M_md = C_md + (1 - cut_d)(1 - cut_y) (M_md - C_md) for domain d and source y

Exogenous entry: ventures and start-ups begin on their historical dates. Endogenous entry (`matching`): foreign car makers and
start-ups enter by rule. A wholly foreign-owned plant needs a permit in both. A supply cut-off matters
where technology is used but not mastered: an own brand falls back to what it masters, a venture to what remains without its
parent. Importers build abroad and are not affected. A contract keeps its source (licence, design house, acquisition, partner
in the maker). Make, buy or ally is a maker's strategy by domain (Pisano 1990; Veugelers and Cassiman 1999): what it does not
let in it neither uses, nor pays for, nor digests; an alliance with a leader brings newer technology for a fee and lets it be
digested in part (`knowledge`), as in the equity alliances of Mowery, Oxley and Silverman 1996. Source of vintage and
competition: Bai, Barwick, Cao and Li (quid pro quo); that a duty to share costs vintage: Holmes, McGrattan and Prescott 2015
(technology capital is the price of access).
"""

import math

from latecomer.axes import (
    BATTERY,
    DOMAINS,
    ELECTRONICS,
    FOREIGN_PLANT,
    IMPORTER,
    JOINT_VENTURE,
    MACHINERY,
    OWN_SOURCE,
    PARTNER,
    PRIVATE,
    SUPPLIERS,
)
from latecomer.compiled import kernel
from latecomer.model.electric import new_part
from latecomer.model.industry import end_maker, take_over
from latecomer.model.product import newcomer

NDOMAINS = len(DOMAINS)
NEVER = 9000
NOTHING = -9.0  # log units so low that nobody learns from them


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
        if state.alive[m] == 0 and year == maker.start and allowed(maker, policy[t]):
            begin(m, w, state, maker, p)
            enrol(m, year, state, maker)
    for m in range(makers.size):
        buyer = makers[m].taken_by
        if state.alive[m] == 1 and year == makers[m].taken_year and state.alive[buyer] == 1:
            take_over(m, buyer, w, state, p)
        by_rule = policy[t].mode_free > 0.5 and foreign_project(makers[m])
        if state.alive[m] == 1 and year > makers[m].end and not by_rule and state.begun[m] <= makers[m].end:
            end_maker(m, w, state)


@kernel
def allowed(maker, now):
    """Return whether a maker whose date has come may begin: ventures and foreign plants need a permit, and under
    endogenous entry those that enter by rule have no date."""
    if now.mode_free > 0.5 and (foreign_project(maker) or founder(maker)):
        return False
    if maker.ownership == FOREIGN_PLANT:
        return now.plant_foreign_allowed + now.plant_foreign_electric * maker.electric_only > 0.0
    return maker.ownership != JOINT_VENTURE or now.venture_allowed > 0.5


@kernel
def foreign_project(maker):
    """Return whether the row is a project of a foreign maker to build cars at home: a venture, or a plant of its own."""
    return maker.ownership >= JOINT_VENTURE and maker.partner >= 0 and maker.passenger_start < NEVER


@kernel
def founder(maker):
    """Return whether the row is the idea of a start-up: an own brand of cars without a plant before."""
    return maker.ownership <= PRIVATE and maker.capacity <= 0.0 and maker.passenger_start < NEVER


@kernel
def enrol(m, year, state, maker):
    """Carry in the state what maker m is from its first year on: owner, group, province, equity."""
    state.begun[m] = year
    state.owner[m] = maker.ownership
    state.parent[m] = maker.group
    state.province[m] = maker.home
    state.stake[m] = maker.equity


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
def introduce(t, w, state, world, policy, strategy, makers, contracts, p):
    """Set accessible technology M[m, d] of every maker, the source it comes from and what is on offer outside."""
    year = int(world[t].year)
    now = policy[t]
    ventures = 0
    for m in range(makers.size):
        if state.alive[m] == 1 and makers[m].ownership == JOINT_VENTURE:
            ventures += 1
    lag = p.venture_lag_least + p.venture_lag_extra * math.exp(-ventures / 7.0)
    lag += p.transfer_lag * now.venture_transfer_duty
    distance = p.purchase_distance + p.purchase_closed * (1.0 - now.reform_state_firms)
    w.source[:, :] = OWN_SOURCE
    for m in range(makers.size):
        if state.alive[m] == 0:
            continue
        for d in range(NDOMAINS):
            if makers[m].ownership == IMPORTER:
                state.accessible[m, d] = max(state.mastered[m, d], w.frontier[d])
            elif makers[m].ownership > PRIVATE:
                from_partner(m, d, lag, w, state, now, makers[m], p)
            else:
                from_market(m, d, distance, w, state, now, strategy[t], p)
    for c in range(contracts.size):
        use_contract(c, year, w, state, world, now, strategy[t], contracts, p)
    frontier(world[t].frontier_clock - p.alliance_vintage, p, w.leader)
    for m in range(makers.size):
        if state.alive[m] == 1 and makers[m].ownership <= PRIVATE:
            ally(m, w, state, now, strategy[t], p)


@kernel
def open_to(d, y, now):
    """Return the share of domain d from source y that no cut-off takes away."""
    return (1.0 - now.supply_cutoff[d]) * (1.0 - now.supply_cutoff_source[y])


@kernel
def from_partner(m, d, lag, w, state, now, maker, p):
    """Give a venture or foreign plant m the technology of its parent; a cut-off leaves what stays without the parent.

    That is what it had last year less `venture_hold` of its present lead over makers at home, and never more again.
    """
    level = w.frontier[d]
    if maker.ownership == JOINT_VENTURE:
        level = (1.0 - p.venture_lock) * level if d == BATTERY else level - p.frontier_growth * lag
        if d == ELECTRONICS:
            level -= p.venture_lock * new_part(w.frontier)
    kept = state.mastered[m, d]
    share = open_to(d, PARTNER, now)
    if share < 1.0:
        kept = min(kept, level - p.venture_hold * max(0.0, level - state.own_mean[d]))
    state.accessible[m, d] = max(kept, share * level + (1.0 - share) * kept)
    w.source[m, d] = PARTNER


@kernel
def from_market(m, d, distance, w, state, now, choice, p):
    """Give an own-brand maker m what any maker can buy: machinery and parts, or batteries of suppliers."""
    known = state.mastered[m, d]
    y, level = MACHINERY, w.frontier[d] - distance
    if d == BATTERY:
        y, level = SUPPLIERS, p.battery_supply * w.frontier[d]
    elif d == ELECTRONICS and p.parts_distance < p.purchase_distance:
        y, level = SUPPLIERS, w.frontier[d] - distance + p.purchase_distance - p.parts_distance
    share = open_to(d, y, now)
    reach = share * level + (1.0 - share) * known
    w.offered[m, d] = reach if share > 0.0 else NOTHING
    let_in = choice.technology_buy[m, d]
    reach = let_in * reach + (1.0 - let_in) * known
    state.accessible[m, d] = max(known, reach)
    if reach > known:
        w.source[m, d] = y


@kernel
def use_contract(c, year, w, state, world, now, choice, contracts, p):
    """Give the receiver of contract c the technology it was handed, from its first year on."""
    contract = contracts[c]
    m = contract.maker
    if contract.year > year or state.alive[m] == 0:
        return
    for d in range(NDOMAINS):
        share = contract.domain[d]
        if share > 0.0 and d != BATTERY:
            handed = clock(contract.year, world)
            handed += p.partner_renewal * max(0.0, clock(min(year, contract.last), world) - handed)
            level = p.frontier_growth * (handed - contract.vintage - p.frontier_year)
            known = state.mastered[m, d]
            there = open_to(d, contract.source, now)
            reach = known + share * there * choice.technology_buy[m, d] * max(0.0, level - known)
            if there > 0.0:
                w.offered[m, d] = max(w.offered[m, d], level)
            if reach > state.accessible[m, d]:
                state.accessible[m, d] = reach
                w.source[m, d] = contract.source


@kernel
def clock(year, world):
    """Return the year whose world technology was the newest in this year; before the first year of the world, the year itself."""
    t = int(year - world[0].year)
    return world[min(t, world.size - 1)].frontier_clock if t >= 0 else float(year)


@kernel
def ally(m, w, state, now, choice, p):
    """Give own-brand maker m what it makes together with technology leaders, by domain, where that is more than it has."""
    for d in range(NDOMAINS):
        w.joint[m, d], w.joint_fee[m, d] = 0.0, 0.0
        if choice.technology_ally[m, d] <= 0.0:
            continue
        known = state.mastered[m, d]
        strength = choice.technology_ally[m, d] * open_to(d, PARTNER, now)
        w.joint[m, d] = strength * max(0.0, w.leader[d] - known)
        if known + w.joint[m, d] > state.accessible[m, d]:
            state.accessible[m, d] = known + w.joint[m, d]
            w.source[m, d] = PARTNER
            w.joint_fee[m, d] = p.alliance_fee
