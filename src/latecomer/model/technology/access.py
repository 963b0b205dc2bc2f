"""Which technology may a maker use, and from whom? Ventures, licences, purchased machinery, alliances, cut-offs.

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
    clock:     what a contract hands over is no newer than the world's technology (`frontier`)
    cut-off:   M_md = C_md + (1 - cut_d)(1 - cut_y) (M_md - C_md) for domain d and source y

A supply cut-off matters where technology is used but not mastered: an own brand falls back to what it masters, a venture to
what remains without its parent. Importers build abroad and are not affected. A contract keeps its source (licence, design
house, acquisition, partner in the maker). Make, buy or ally is a maker's strategy by domain (Pisano 1990; Veugelers and
Cassiman 1999): what it does not let in it neither uses, nor pays for, nor digests; an alliance with a leader brings newer
technology for a fee and lets it be digested in part (`learning`), as in the equity alliances of Mowery, Oxley and Silverman
1996. Source of vintage and competition: Bai, Barwick, Cao and Li (quid pro quo); that a duty to share costs vintage: Holmes,
McGrattan and Prescott 2015 (technology capital is the price of access).
"""

import math

from latecomer.axes import (
    BATTERY,
    ELECTRONICS,
    MACHINERY,
    OWN_SOURCE,
    PARTNER,
    SUPPLIERS,
)
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, importer, own_brand, venture
from latecomer.model.technology.frontier import clock, frontier, new_part

NOTHING = -9.0  # log units so low that nobody learns from them

FLOW = (
    *each("", "partner_lag market_distance"),
    *each("d", "leader"),
    *each("md", "joint joint_fee offered"),
    *each("md", "source", "i8"),
)


@kernel
def introduce(now, before, after, flow, p):
    """Set accessible technology M[m, d] of every maker, the source it comes from and what is on offer outside."""
    year = int(now.world.year)
    ventures = 0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and venture(now.makers[m]):
            ventures += 1
    flow.partner_lag = p.venture_lag_least + p.venture_lag_extra * math.exp(-ventures / 7.0)
    flow.partner_lag += p.transfer_lag * now.policy.venture_transfer_duty
    flow.market_distance = p.purchase_distance + p.purchase_closed * (1.0 - now.policy.reform_state_firms)
    flow.source[:, :] = OWN_SOURCE
    for m in range(now.makers.size):
        if after.alive[m] == 0:
            continue
        for d in range(NDOMAINS):
            if importer(now.makers[m]):
                after.accessible[m, d] = max(after.mastered[m, d], flow.frontier[d])
            elif not own_brand(now.makers[m]):
                from_partner(m, d, now, before, after, flow, p)
            else:
                from_market(m, d, now, after, flow, p)
    for c in range(now.contracts.size):
        use_contract(c, year, now, after, flow, p)
    frontier(now.world.frontier_clock - p.alliance_vintage, flow.leader, p)
    for m in range(now.makers.size):
        if after.alive[m] == 1 and own_brand(now.makers[m]):
            ally(m, now, after, flow, p)


@kernel
def open_to(d, y, now):
    """Return the share of domain d from source y that no cut-off takes away."""
    return (1.0 - now.policy.supply_cutoff[d]) * (1.0 - now.policy.supply_cutoff_source[y])


@kernel
def from_partner(m, d, now, before, after, flow, p):
    """Give a venture or foreign plant m the technology of its parent; a cut-off leaves what stays without the parent.

    That is what it had last year less `venture_hold` of its present lead over makers at home, and never more again.
    """
    maker = now.makers[m]
    level = flow.frontier[d]
    if venture(maker):
        level = (
            (1.0 - p.venture_lock) * level if d == BATTERY else level - p.frontier_growth * flow.partner_lag
        )
        if d == ELECTRONICS:
            level -= p.venture_lock * new_part(flow.frontier)
    kept = after.mastered[m, d]
    share = open_to(d, PARTNER, now)
    if share < 1.0:
        kept = min(kept, level - p.venture_hold * max(0.0, level - before.own_mean[d]))
    after.accessible[m, d] = max(kept, share * level + (1.0 - share) * kept)
    flow.source[m, d] = PARTNER


@kernel
def from_market(m, d, now, after, flow, p):
    """Give an own-brand maker m what any maker can buy: machinery and parts, or batteries of suppliers."""
    known = after.mastered[m, d]
    y, level = MACHINERY, flow.frontier[d] - flow.market_distance
    if d == BATTERY:
        y, level = SUPPLIERS, p.battery_supply * flow.frontier[d]
    elif d == ELECTRONICS and p.parts_distance < p.purchase_distance:
        y, level = SUPPLIERS, flow.frontier[d] - flow.market_distance + p.purchase_distance - p.parts_distance
    share = open_to(d, y, now)
    reach = share * level + (1.0 - share) * known
    flow.offered[m, d] = reach if share > 0.0 else NOTHING
    let_in = now.strategy.technology_buy[m, d]
    reach = let_in * reach + (1.0 - let_in) * known
    after.accessible[m, d] = max(known, reach)
    if reach > known:
        flow.source[m, d] = y


@kernel
def use_contract(c, year, now, after, flow, p):
    """Give the receiver of contract c the technology it was handed, from its first year on."""
    contract = now.contracts[c]
    m = contract.maker
    if contract.year > year or after.alive[m] == 0:
        return
    for d in range(NDOMAINS):
        share = contract.domain[d]
        if share > 0.0 and d != BATTERY:
            handed = clock(contract.year, now)
            handed += p.partner_renewal * max(0.0, clock(min(year, contract.last), now) - handed)
            level = p.frontier_growth * (handed - contract.vintage - p.frontier_year)
            known = after.mastered[m, d]
            there = open_to(d, contract.source, now)
            reach = known + share * there * now.strategy.technology_buy[m, d] * max(0.0, level - known)
            if there > 0.0:
                flow.offered[m, d] = max(flow.offered[m, d], level)
            if reach > after.accessible[m, d]:
                after.accessible[m, d] = reach
                flow.source[m, d] = contract.source


@kernel
def ally(m, now, after, flow, p):
    """Give own-brand maker m what it makes together with technology leaders, by domain, where that is more than it has."""
    for d in range(NDOMAINS):
        flow.joint[m, d], flow.joint_fee[m, d] = 0.0, 0.0
        if now.strategy.technology_ally[m, d] <= 0.0:
            continue
        known = after.mastered[m, d]
        strength = now.strategy.technology_ally[m, d] * open_to(d, PARTNER, now)
        flow.joint[m, d] = strength * max(0.0, flow.leader[d] - known)
        if known + flow.joint[m, d] > after.accessible[m, d]:
            after.accessible[m, d] = known + flow.joint[m, d]
            flow.source[m, d] = PARTNER
            flow.joint_fee[m, d] = p.alliance_fee


@kernel
def begin(m, after):
    """Let maker m begin with the use of what it masters."""
    for d in range(NDOMAINS):
        after.accessible[m, d] = after.mastered[m, d]


@kernel
def keep_up(m, after):
    """Let maker m use what it masters."""
    for d in range(NDOMAINS):
        after.accessible[m, d] = max(after.accessible[m, d], after.mastered[m, d])
