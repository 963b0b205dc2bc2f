"""Who trains engineers, where do they go, and what knowledge do they bring?

    graduates    g_t = scale x index_t x places_{t - lag},   quality (index x places)^-delta: crowding dilutes schooling
    stock        N_h' = (1 - exit - move) N_h + a_h (g + sum move N),   move = mobility (1 - plan share)
    choice       a_h ~ F_h (premium_h F_h / N_h)^beta q_h^gamma         jobs by funds F_h, pay F_h / N_h, productivity q_h;
                 F_h x posts at institutes, relative to history
    talent       1 + tau (quality x sum N / reference - 1)               reference in cohorts of the base year
    staffing     [(N_h / F_h) / (sum N / sum F)]^sigma                   engineers that a yuan of research finds
    movers       dC_md = carry x (came from ventures / N_h) max(0, mean venture_d - withheld - C_md)

Employers h: state makers, private makers, ventures (foreign plants too), institutes, universities, government, and
related industries elsewhere, abroad included. Under the plan graduates and posts are assigned, so nobody moves. That
scientists go where pay and the productivity of research draw them, and that their movement carries catch-up, follows
Almudi, Fatas-Villafranca and Izquierdo 2012; we depart from their replicator, in which an employer without staff can
never find any, and take a logit over jobs with their number as size variable (McFadden 1978). Partners withhold from
their engineers here what they withhold from the parent. Persons in thousands, funds in billion CNY of 2010.
"""

from latecomer.axes import (
    ELSEWHERE,
    INSTITUTE_STAFF,
    PRIVATE_STAFF,
    STATE_STAFF,
    VENTURE_STAFF,
)
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NEMPLOYERS, foreign, private, state_owned

STAFFING_BOUND = 4.0
PAY_MOST = 10.0

FLOW = (
    *each("", "talent"),
    *each("h", "pull joined staffing brought"),
    *each("hh", "moved"),
    *each("m", "staff"),
)


@kernel
def grow(now, before, after, flow, p):
    """Let engineers graduate, choose and leave; set flow.talent, flow.staffing [h], flow.staff [m] and flow.brought [h].

    Reads flow.funds [h], which `science.fund` has filled.
    """
    study = now.policy_path[max(now.t - int(p.talent_lag), 0)].university_places
    cohort = max(now.world.engineers * study, 1e-6)
    graduates = p.graduate_scale * cohort
    choose(now.policy.institute_posts, now, before, after, flow, p)
    move(graduates, cohort**-p.quality_dilution, 1.0 - now.policy.plan_share, after, flow, p)
    people = after.engineer_pool
    effective = after.engineer_quality * people / (p.graduate_scale * p.talent_reference)
    flow.talent = 1.0 + p.talent_weight * (effective - 1.0)
    money = flow.funds.sum()
    for h in range(NEMPLOYERS):
        flow.staffing[h] = 1.0
        if flow.funds[h] > 0.0:
            ratio = (after.engineers[h] / flow.funds[h]) / (people / money)
            flow.staffing[h] = min(max(ratio, 1.0 / STAFFING_BOUND), STAFFING_BOUND) ** p.staffing_effect
    outside = 1.0 + p.contract_share * (now.policy.research_links * flow.able - 1.0)
    for m in range(now.makers.size):
        h = employer(now.makers[m])
        flow.staff[m] = flow.talent * flow.staffing[h] * outside if h >= 0 else flow.talent


@kernel
def employer(maker):
    """Return the employer class h of a maker; -1 for importers."""
    if state_owned(maker):
        return STATE_STAFF
    if private(maker):
        return PRIVATE_STAFF
    if foreign(maker):
        return VENTURE_STAFF
    return -1


@kernel
def choose(posts_at_institutes, now, before, after, flow, p):
    """Fill flow.pull [h], the shares in which those who choose go to the employers (sum 1)."""
    money, people = max(flow.funds.sum(), 1e-12), max(after.engineer_pool, 1e-12)
    total = 0.0
    for h in range(NEMPLOYERS):
        flow.pull[h] = 0.0
        if flow.funds[h] > 0.0:
            posts = flow.funds[h] * people / money
            pay = posts / max(after.engineers[h], posts / PAY_MOST)
            if h == VENTURE_STAFF:
                pay *= p.venture_premium
            productive = organised(h, now, before) ** p.productivity_pull
            flow.pull[h] = flow.funds[h] * pay**p.pay_pull * productive
            if h == INSTITUTE_STAFF:
                flow.pull[h] *= posts_at_institutes
            total += flow.pull[h]
    for h in range(NEMPLOYERS):
        flow.pull[h] = flow.pull[h] / total if total > 0.0 else (1.0 if h == ELSEWHERE else 0.0)


@kernel
def organised(h, now, before):
    """Return the productivity of research at employer h: the organisation of its makers by research; 1 elsewhere."""
    if h != STATE_STAFF and h != PRIVATE_STAFF:
        return 1.0
    weighted, total = 0.0, 0.0
    for m in range(now.makers.size):
        if before.alive[m] == 1 and employer(now.makers[m]) == h:
            weighted += before.research[m] * before.organisation[m]
            total += before.research[m]
    return max(weighted / total, 0.01) if total > 0.0 else 1.0


@kernel
def move(graduates, quality, free, after, flow, p):
    """Let engineers leave, move and enter (thousand persons): fill flow.moved [from, to], flow.joined [h], flow.brought [h]."""
    leaving = p.mobility * free
    staying = max(1.0 - p.engineer_exit - leaving, 0.0)
    for h in range(NEMPLOYERS):
        flow.joined[h] = graduates * flow.pull[h]
        for other in range(NEMPLOYERS):
            flow.moved[other, h] = leaving * after.engineers[other] * flow.pull[h]
    for h in range(NEMPLOYERS):
        after.engineers[h] = staying * after.engineers[h] + flow.joined[h] + flow.moved[:, h].sum()
        came = flow.moved[VENTURE_STAFF, h]
        flow.brought[h] = came / after.engineers[h] if after.engineers[h] > 0.0 else 0.0
    kept = (1.0 - p.engineer_exit) * after.engineer_pool
    after.engineer_pool = kept + graduates
    after.engineer_quality = (after.engineer_quality * kept + quality * graduates) / after.engineer_pool


@kernel
def carried(d, maker, known, flow, p):
    """Return what engineers who came from ventures this year add to a maker that knows `known` of domain d (log units)."""
    h = employer(maker)
    if h < 0 or h >= VENTURE_STAFF:
        return 0.0
    return p.mover_knowledge * flow.brought[h] * max(0.0, flow.venture_mean[d] - p.withheld - known)
