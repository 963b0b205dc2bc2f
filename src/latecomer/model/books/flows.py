"""What passes between enterprises, institutes, universities and government: people, money, knowledge?

    people      graduates by first employer (from universities) and movers by old and new employer; persons a year
    money       programmes, grants and tax relief of government, contracts of makers; own research and administration inside
    knowledge   results that pass, at the cost of the research that made them:
                publications between universities and institutes; links x results and contracts to enterprises;
                what contracts teach institutes; standards to government and, links x, on to enterprises;
                what engineers carry from ventures to own-brand makers, inside enterprises

Knowledge at cost keeps one unit for all flows (Griliches 1979); it does not measure value. Nothing here is read by the
next year. Engineers who come from or go to other industries are left out, and taxes paid are not counted as money flows.
"""

from latecomer.axes import (
    ENTERPRISES,
    GOVERNMENT,
    INSTITUTE_STAFF,
    INSTITUTES,
    OFFICIALS,
    UNIVERSITIES,
    UNIVERSITY_STAFF,
    VENTURE_STAFF,
)
from latecomer.compiled import kernel

THOUSAND = 1e3


@kernel
def actor(h):
    """Return the actor u that employer class h belongs to; -1 for employers outside the system."""
    if h <= VENTURE_STAFF:
        return ENTERPRISES
    if h == INSTITUTE_STAFF:
        return INSTITUTES
    if h == UNIVERSITY_STAFF:
        return UNIVERSITIES
    return GOVERNMENT if h == OFFICIALS else -1


@kernel
def record(now, after, flow, p, out):
    """Fill the three flows [u, v], engineers and staffing [h], talent and public knowledge of the year record."""
    record_people(flow, out)
    record_money(flow, p, out)
    record_knowledge(now.policy.research_links, after, flow, p, out)
    out.talent = flow.talent
    for h in range(flow.pull.size):
        out.engineers[h] = THOUSAND * after.engineers[h]
        out.staffing[h] = flow.staffing[h]
    for d in range(after.science.size):
        out.science[d] = after.science[d]
        out.public_knowledge[d] = after.public_knowledge[d]


@kernel
def record_people(flow, out):
    """Count graduates and movers (persons a year) by actor."""
    out.people_flow[:, :] = 0.0
    for h in range(flow.pull.size):
        v = actor(h)
        if v < 0:
            continue
        out.people_flow[UNIVERSITIES, v] += THOUSAND * flow.joined[h]
        for other in range(flow.pull.size):
            u = actor(other)
            if u >= 0:
                out.people_flow[u, v] += THOUSAND * flow.moved[other, h]


@kernel
def record_money(flow, p, out):
    """Book research money (billion CNY of 2010) from payer to receiver."""
    share = p.university_share
    granted = (1.0 - p.administration) * flow.public_money
    out.money_flow[:, :] = 0.0
    out.money_flow[GOVERNMENT, UNIVERSITIES] = share * granted
    out.money_flow[GOVERNMENT, INSTITUTES] = (1.0 - share) * granted
    out.money_flow[GOVERNMENT, ENTERPRISES] = flow.grants
    out.money_flow[GOVERNMENT, GOVERNMENT] = p.administration * flow.public_money
    out.money_flow[ENTERPRISES, UNIVERSITIES] = share * flow.contracts
    out.money_flow[ENTERPRISES, INSTITUTES] = (1.0 - share) * flow.contracts
    for h in range(VENTURE_STAFF + 1):
        out.money_flow[ENTERPRISES, ENTERPRISES] += flow.funds[h]


@kernel
def record_knowledge(links, after, flow, p, out):
    """Book results (billion CNY of 2010 of research) from where they are made to where they arrive."""
    passed = flow.results + flow.contracts * flow.able
    learned = p.contract_public * flow.contracts * flow.able
    out.knowledge_flow[:, :] = 0.0
    for u, share in ((UNIVERSITIES, p.university_share), (INSTITUTES, 1.0 - p.university_share)):
        out.knowledge_flow[u, UNIVERSITIES + INSTITUTES - u] = share * flow.results
        out.knowledge_flow[u, ENTERPRISES] = links * share * passed
        out.knowledge_flow[u, GOVERNMENT] = share * flow.standards
        out.knowledge_flow[ENTERPRISES, u] = share * learned
    out.knowledge_flow[GOVERNMENT, ENTERPRISES] = links * flow.standards
    for h in range(VENTURE_STAFF):
        carried = p.mover_knowledge * flow.brought[h] * after.engineers[h]
        if after.engineers[VENTURE_STAFF] > 0.0:
            each = flow.funds[VENTURE_STAFF] / after.engineers[VENTURE_STAFF]
            out.knowledge_flow[ENTERPRISES, ENTERPRISES] += carried * each
