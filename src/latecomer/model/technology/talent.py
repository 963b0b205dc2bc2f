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
from latecomer.model.kinds import NEMPLOYERS, foreign, private, state_owned

STAFFING_BOUND = 4.0
PAY_MOST = 10.0


@kernel
def grow(t, w, state, world, policy, makers, p):
    """Let engineers graduate, choose and leave; set w.talent, w.staffing [h], w.staff [m] and w.brought [h].

    Reads w.funds [h], which `science.fund` has filled.
    """
    study = policy[max(t - int(p.talent_lag), 0)].university_places
    cohort = max(world[t].engineers * study, 1e-6)
    graduates = p.graduate_scale * cohort
    choose(policy[t].institute_posts, w, state, makers, p)
    move(graduates, cohort**-p.quality_dilution, 1.0 - policy[t].plan_share, w, state, p)
    people = state.engineer_pool
    effective = state.engineer_quality * people / (p.graduate_scale * p.talent_reference)
    w.talent = 1.0 + p.talent_weight * (effective - 1.0)
    money = w.funds.sum()
    for h in range(NEMPLOYERS):
        w.staffing[h] = 1.0
        if w.funds[h] > 0.0:
            ratio = (state.engineers[h] / w.funds[h]) / (people / money)
            w.staffing[h] = min(max(ratio, 1.0 / STAFFING_BOUND), STAFFING_BOUND) ** p.staffing_effect
    outside = 1.0 + p.contract_share * (policy[t].research_links * w.able - 1.0)
    for m in range(makers.size):
        h = employer(makers[m])
        w.staff[m] = w.talent * w.staffing[h] * outside if h >= 0 else w.talent


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
def choose(posts_at_institutes, w, state, makers, p):
    """Fill w.pull [h], the shares in which those who choose go to the employers (sum 1)."""
    money, people = max(w.funds.sum(), 1e-12), max(state.engineer_pool, 1e-12)
    total = 0.0
    for h in range(NEMPLOYERS):
        w.pull[h] = 0.0
        if w.funds[h] > 0.0:
            posts = w.funds[h] * people / money
            pay = posts / max(state.engineers[h], posts / PAY_MOST)
            if h == VENTURE_STAFF:
                pay *= p.venture_premium
            productive = organised(h, state, makers) ** p.productivity_pull
            w.pull[h] = w.funds[h] * pay**p.pay_pull * productive
            if h == INSTITUTE_STAFF:
                w.pull[h] *= posts_at_institutes
            total += w.pull[h]
    for h in range(NEMPLOYERS):
        w.pull[h] = w.pull[h] / total if total > 0.0 else (1.0 if h == ELSEWHERE else 0.0)


@kernel
def organised(h, state, makers):
    """Return the productivity of research at employer h: the organisation of its makers by research; 1 elsewhere."""
    if h != STATE_STAFF and h != PRIVATE_STAFF:
        return 1.0
    weighted, total = 0.0, 0.0
    for m in range(makers.size):
        if state.alive[m] == 1 and employer(makers[m]) == h:
            weighted += state.research[m] * state.organisation[m]
            total += state.research[m]
    return max(weighted / total, 0.01) if total > 0.0 else 1.0


@kernel
def move(graduates, quality, free, w, state, p):
    """Let engineers leave, move and enter (thousand persons): fill w.moved [from, to], w.joined [h], w.brought [h]."""
    leaving = p.mobility * free
    staying = max(1.0 - p.engineer_exit - leaving, 0.0)
    for h in range(NEMPLOYERS):
        w.joined[h] = graduates * w.pull[h]
        for other in range(NEMPLOYERS):
            w.moved[other, h] = leaving * state.engineers[other] * w.pull[h]
    for h in range(NEMPLOYERS):
        state.engineers[h] = staying * state.engineers[h] + w.joined[h] + w.moved[:, h].sum()
        came = w.moved[VENTURE_STAFF, h]
        w.brought[h] = came / state.engineers[h] if state.engineers[h] > 0.0 else 0.0
    kept = (1.0 - p.engineer_exit) * state.engineer_pool
    state.engineer_pool = kept + graduates
    state.engineer_quality = (state.engineer_quality * kept + quality * graduates) / state.engineer_pool


@kernel
def carried(d, maker, known, w, p):
    """Return what engineers who came from ventures this year add to a maker that knows `known` of domain d (log units)."""
    h = employer(maker)
    if h < 0 or h >= VENTURE_STAFF:
        return 0.0
    return p.mover_knowledge * w.brought[h] * max(0.0, w.venture_mean[d] - p.withheld - known)
