"""How much does a maker spend on research, how well is it managed, and what moves both? Research and organisation.

    effort:       R_m = min(1, o (1 - chi dependence)) [rho revenue (1 + eps deduction) + share x dividends] + own money,
                  all x e (research.effort), or r revenue, smoothed    r: research.revenue_share, o: brand.own_effort
    organisation: moves to 1 + f skill (private), or [1 - (1 - o)(1 - reform)(1 - a ally)(1 - k rivals) + f skill]
                  (state), both x (1 - e losses made good / revenue); it multiplies research (`learning`) and cheapens plant in
                  `capacity.plant_price`
    grants:       dR_m = speed x kept x grants_w R_m / sum_w R;   tax relief = rate x deduction_w x spending (booked only)

Comfort: profit from a joint venture (dependence) lowers own effort by chi (Howell 2018). Grants and deductions go by ownership
w of own-brand makers; for grants and crowding out see David, Hall and Toole 2000. Sources: Bloom and Van Reenen 2010
(management and competition). Money in billion CNY of 2010 a year.
"""

from latecomer.axes import BATTERY, ELECTRONICS, ENGINE, OWN_OWNERSHIP
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, importer, own_brand, private, state_owned
from latecomer.model.technology.paradigm import lock_of

FLOW = (
    *each("d", "focus"),
    *each("", "grants contestability"),
    *each("m", "effort allied"),
)


@kernel
def fund(now, before, after, flow, p):
    """Set research from revenue, dividends, comfort and tax deduction; let organisation of state makers improve with reform."""
    look_at_rivals(now.world.year, now, after, flow)
    for m in range(now.makers.size):
        flow.effort[m] = 0.0
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        share = now.strategy.research_revenue_share[m]
        if not own_brand(now.makers[m]):
            flow.effort[m] = (share if share > 0.0 else p.venture_research) * before.revenue[m]
            continue
        spend = share * before.revenue[m]
        if share <= 0.0:
            spend = usual_spending(m, now, before, after, p)
        flow.effort[m] = spend
        after.research[m] += p.research_speed * (spend - after.research[m])
        target = organisation_aim(m, now, before, flow, p)
        after.organisation[m] += p.organisation_speed * (target - after.organisation[m])


@kernel
def usual_spending(m, now, before, after, p):
    """Return what own-brand maker m spends on research by its own rule (billion CNY of 2010)."""
    maker = now.makers[m]
    intensity = p.research_intensity * (p.private_research if private(maker) else 1.0)
    intensity *= 1.0 + p.deduction_effect * now.policy.research_deduction[maker.ownership]
    intensity *= 1.0 - p.softness_effect * now.policy.budget_softness[maker.ownership]
    comfort = own_effort(m, now, before, p)
    spend = comfort * (intensity * before.revenue[m] + p.dividend_research * before.dividends[m])
    if private(maker):
        spend += p.cash_research * max(0.0, after.cash[m])
    return now.strategy.research_effort[m] * spend


@kernel
def organisation_aim(m, now, before, flow, p):
    """Return the management capability towards which maker m moves (1 = an average private maker).

    A state maker lags by what reform, a partner in the maker itself and rivals have not removed; rescue adds to any lag.
    """
    maker = now.makers[m]
    founders = p.organisation_founder * maker.skill
    comfort = min(1.0, p.rescue_effort * before.rescued[m])
    if private(maker):
        return (1.0 + founders) * (1.0 - comfort)
    distance = (1.0 - p.organisation_state) * (1.0 - now.policy.reform_state_firms)
    distance *= 1.0 - p.organisation_alliance * flow.allied[m]
    distance *= 1.0 - p.organisation_contest * flow.contestability
    return (1.0 - distance + founders) * (1.0 - comfort)


@kernel
def look_at_rivals(year, now, after, flow):
    """Fill flow.allied [m], whether a partner abroad helps to run the maker, and how contestable the home market is."""
    flow.allied[:] = 0.0
    for c in range(now.contracts.size):
        m = now.contracts[c].maker
        if after.alive[m] == 1 and now.contracts[c].year <= year <= now.contracts[c].last:
            flow.allied[m] = 1.0
    made, rivals = 0.0, 0.0
    for m in range(now.makers.size):
        made += after.output[m]
        if not state_owned(now.makers[m]):
            rivals += after.output[m]
    flow.contestability = (1.0 - now.policy.plan_share) * (rivals / made if made > 0.0 else 0.0)


@kernel
def grant(now, after, flow, p):
    """Share the grants of each ownership out among its makers by their research; `grant_kept` of them is not crowded out.

    Count in flow.grants what government gives or forgoes: grants, and profit tax saved by the deduction for research.
    """
    flow.grants = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and own_brand(now.makers[m]):
            flow.grants += (
                p.relief_rate * now.policy.research_deduction[now.makers[m].ownership] * flow.effort[m]
            )
    for kind in range(len(OWN_OWNERSHIP)):
        given = now.policy.research_grants[kind]
        if given <= 0.0:
            continue
        total = 0.0
        for m in range(now.makers.size):
            if after.alive[m] == 1 and now.makers[m].ownership == kind:
                total += after.research[m]
        if total <= 0.0:
            continue
        flow.grants += given
        for m in range(now.makers.size):
            if after.alive[m] == 1 and now.makers[m].ownership == kind:
                after.research[m] *= 1.0 + p.research_speed * p.grant_kept * given / total


@kernel
def attention(d, maker, after, p):
    """Return v_d, the weight of domain d in a maker's research: young domains draw effort as the electric market
    grows, less where lock-in holds it back."""
    if maker.electric_only == 1:
        if d == BATTERY:
            return 1.5 * (1.0 - lock_of(maker, p))
        return 1.5 if d == ELECTRONICS else (0.0 if d == ENGINE else 1.0)
    if d == BATTERY:
        drawn = min(1.0, maker.batteries + p.electric_attention + 2.0 * after.electric_share)
        return drawn * (1.0 - lock_of(maker, p))
    return 1.0


@kernel
def attend(m, effort, now, after, flow, p):
    """Fill flow.focus[d], effort on each domain; its sum is that of the rule: what one domain gets others lack."""
    maker = now.makers[m]
    usual, wanted = 0.0, 0.0
    for d in range(NDOMAINS):
        drawn = attention(d, maker, after, p)
        flow.focus[d] = drawn * now.strategy.research_focus[m, d]
        usual += drawn
        wanted += flow.focus[d]
    effort *= usual / wanted if wanted > 0.0 else 0.0
    for d in range(NDOMAINS):
        flow.focus[d] *= effort


@kernel
def begin(m, now, after, p):
    """Let maker m begin with the organisation of its kind."""
    maker = now.makers[m]
    after.organisation[m] = p.organisation_start if state_owned(maker) else 1.0


@kernel
def own_effort(m, now, before, p):
    """Return the effort of home maker m for its own brand (0..1): profit from ventures lowers it, unless strategy holds it up."""
    maker = now.makers[m]
    if private(maker):
        return 1.0
    comfort = max(0.0, 1.0 - p.comfort_effect * before.dependence[m])
    return min(1.0, now.strategy.brand_own_effort[m] * comfort)
