"""What do government, institutes and universities add to what makers know, and who pays for it?

    programmes   S_t = general_t + electric_t + sum_d public_dt              general = share x national research
    funds        government keeps `administration`; the rest goes to universities (their share) and institutes
    contracts    K_t = kappa x research of own-brand makers                  to universities and institutes, same shares
    posts        b_t = 1 + (1 - university share)(posts_t^e - 1)             e: what staffing does to research (`talent`)
    results      s_dt = [general_{t - lag} + [d electric] electric_{t - lag} + public_d,t - lag] b_t-lag + leak b_t K_t / domains
    science      A_d' = (1 - delta) A_d + s_d                                what universities and institutes hold
    public       G_d' = (1 - delta) G_d + links x s_d                        what reaches enterprises
    contracted   research of a maker x [1 + kappa (links b - 1)]               (in `talent.grow`)
    testing      dC_process = theta links T / (T + T0) (.3 + .7 a) max(0, frontier - distance - C),   T = sigma b (S + K)
    grants       dR_m = speed x kept x grants_w R_m / sum_w R;   tax relief = rate x deduction_w x spending (booked only)

Links tie institutes and universities to enterprises. With links at zero, research money yields papers only: A grows, G and
the results of contracts and testing stay where they are. General research is of use in every domain, so each domain
counts it in full. Grants and deductions go by ownership w of own-brand makers. More posts at institutes for the same money
are taken as filled: b is what they add to the institutes' part, at the elasticity that holds for makers, while `talent`
draws the engineers from others over years. Sources: Lundvall 1992; Griliches 1979 for the stock; for grants and crowding
out David, Hall and Toole 2000. All in billion CNY of 2010 a year, stocks in billion CNY.
"""

from latecomer.axes import (
    BATTERY,
    ELECTRONICS,
    ELSEWHERE,
    INSTITUTE_STAFF,
    OFFICIALS,
    PROCESS,
    UNIVERSITY_STAFF,
    VENTURE_STAFF,
)
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS
from latecomer.model.technology.talent import employer

FLOW = (
    *each("h", "funds"),
    *each("", "public_money results contracts standards rulebook able"),
)


@kernel
def fund(now, before, flow, p):
    """Fill flow.funds [h], research money by employer, with programmes, contracts and standards of the year."""
    flow.funds[:] = 0.0
    own = 0.0
    for m in range(now.makers.size):
        h = employer(now.makers[m])
        if before.alive[m] == 0 or h < 0:
            continue
        if h == VENTURE_STAFF:
            flow.funds[h] += p.venture_research * max(before.revenue[m], 0.0)
        else:
            own += before.research[m]
            flow.funds[h] += (1.0 - p.contract_share) * before.research[m]
    flow.public_money = programmes(now.t, now, p)
    flow.contracts = p.contract_share * own
    source = max(now.t - int(p.public_lag), 0)
    flow.results = programmes(source, now, p) * able(now.policy_path[source], p)
    flow.able = able(now.policy, p)
    money = (1.0 - p.administration) * flow.public_money + flow.contracts
    flow.standards = p.standards_share * money * flow.able
    flow.rulebook = flow.standards / (flow.standards + p.standards_half)
    flow.funds[UNIVERSITY_STAFF] = p.university_share * money
    flow.funds[INSTITUTE_STAFF] = (1.0 - p.university_share) * money
    flow.funds[OFFICIALS] = p.administration * flow.public_money
    flow.funds[ELSEWHERE] = p.kindred_share * now.world.research_spending


@kernel
def able(rules, p):
    """Return what universities and institutes achieve with their money, relative to posts as in history (1)."""
    return 1.0 + (1.0 - p.university_share) * (rules.institute_posts**p.staffing_effect - 1.0)


@kernel
def programmes(source, now, p):
    """Return what government spends on research for the industry in the year of index `source`."""
    return (
        p.public_share * now.world_path[source].research_spending
        + now.policy_path[source].research_electric
        + now.policy_path[source].research_public.sum()
    )


@kernel
def publish(now, after, flow, p):
    """Update what universities and institutes hold, and what of it reaches enterprises, by domain."""
    source = max(now.t - int(p.public_lag), 0)
    links = now.policy.research_links
    for d in range(NDOMAINS):
        done = (
            p.public_share * now.world_path[source].research_spending
            + now.policy_path[source].research_public[d]
        )
        if d == BATTERY or d == ELECTRONICS:
            done += now.policy_path[source].research_electric
        done *= able(now.policy_path[source], p)
        done += p.contract_public * flow.contracts / NDOMAINS * able(now.policy, p)
        after.science[d] += done - p.public_decay * after.science[d]
        after.public_knowledge[d] += links * done - p.public_decay * after.public_knowledge[d]


@kernel
def tested(known, open_ear, now, flow, p):
    """Return what testing and standards add to the process quality of a maker that knows `known` (log units)."""
    gap = max(0.0, flow.frontier[PROCESS] - p.standards_distance - known)
    return p.testing * now.policy.research_links * flow.rulebook * open_ear * gap
