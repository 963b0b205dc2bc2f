"""What do universities, institutes and public programmes add to what a maker's own research achieves?

    talent_t = 1 + tau (graduates_{t-lag} - 1)                              graduates as an index, 2010 = 1
    G_d' = (1 - delta_G) G_d + links (general_t + [d electric] programme_t)  general = national research x share of the industry

Talent multiplies effective research; public knowledge raises the odds of improvement (1 + eta G_d). Public work
reaches enterprises only through links: with links at zero, money buys papers, not cars. Source: Lundvall 1992;
Griliches 1979 for the stock.
"""

from latecomer.axes import BATTERY, DOMAINS, ELECTRONICS
from latecomer.compiled import kernel

NDOMAINS = len(DOMAINS)


@kernel
def grow(t, w, state, world, policy, p):
    """Set this year's talent and update public knowledge by domain (billion CNY of research, decayed)."""
    source = max(t - int(p.talent_lag), 0)
    w.talent = 1.0 + p.talent_weight * (world[source].engineers - 1.0)
    lagged = max(t - int(p.public_lag), 0)
    links = policy[t].research_links
    for d in range(NDOMAINS):
        flow = p.public_share * world[lagged].research_spending
        if d == BATTERY or d == ELECTRONICS:
            flow += policy[lagged].research_electric
        state.public_knowledge[d] += links * flow - p.public_decay * state.public_knowledge[d]
