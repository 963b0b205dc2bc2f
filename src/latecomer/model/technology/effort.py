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
from latecomer.model.kinds import NDOMAINS, importer, own_brand, private, state_owned
from latecomer.model.makers.finance import own_effort
from latecomer.model.technology.paradigm import lock_of


@kernel
def fund(t, w, state, world, policy, strategy, makers, contracts, p):
    """Set research from revenue, dividends, comfort and tax deduction; let organisation of state makers improve with reform."""
    now = policy[t]
    look_at_rivals(t, w, state, policy, makers, contracts, p, world[t].year)
    for m in range(makers.size):
        w.effort[m] = 0.0
        if state.alive[m] == 0 or importer(makers[m]):
            continue
        share = strategy[t].research_revenue_share[m]
        if not own_brand(makers[m]):
            w.effort[m] = (share if share > 0.0 else p.venture_research) * state.revenue[m]
            continue
        spend = share * state.revenue[m]
        if share <= 0.0:
            spend = usual_spending(m, state, now, strategy[t], makers[m], p)
        w.effort[m] = spend
        state.research[m] += p.research_speed * (spend - state.research[m])
        target = organisation_aim(m, w, state, now, makers[m], p)
        state.organisation[m] += p.organisation_speed * (target - state.organisation[m])


@kernel
def usual_spending(m, state, now, choice, maker, p):
    """Return what own-brand maker m spends on research by its own rule (billion CNY of 2010)."""
    intensity = p.research_intensity * (p.private_research if private(maker) else 1.0)
    intensity *= 1.0 + p.deduction_effect * now.research_deduction[maker.ownership]
    intensity *= 1.0 - p.softness_effect * now.budget_softness[maker.ownership]
    comfort = own_effort(m, state, choice, maker, p)
    spend = comfort * (intensity * state.revenue[m] + p.dividend_research * state.dividends[m])
    if private(maker):
        spend += p.cash_research * max(0.0, state.cash[m])
    return choice.research_effort[m] * spend


@kernel
def organisation_aim(m, w, state, now, maker, p):
    """Return the management capability towards which maker m moves (1 = an average private maker).

    A state maker lags by what reform, a partner in the maker itself and rivals have not removed; rescue adds to any lag.
    """
    founders = p.organisation_founder * maker.skill
    comfort = min(1.0, p.rescue_effort * state.rescued[m])
    if private(maker):
        return (1.0 + founders) * (1.0 - comfort)
    distance = (1.0 - p.organisation_state) * (1.0 - now.reform_state_firms)
    distance *= 1.0 - p.organisation_alliance * w.allied[m]
    distance *= 1.0 - p.organisation_contest * w.contestability
    return (1.0 - distance + founders) * (1.0 - comfort)


@kernel
def look_at_rivals(t, w, state, policy, makers, contracts, p, year):
    """Fill w.allied [m], whether a partner abroad helps to run the maker, and how contestable the home market is."""
    w.allied[:] = 0.0
    for c in range(contracts.size):
        m = contracts[c].maker
        if state.alive[m] == 1 and contracts[c].year <= year <= contracts[c].last:
            w.allied[m] = 1.0
    made, rivals = 0.0, 0.0
    for m in range(makers.size):
        made += state.output[m]
        if not state_owned(makers[m]):
            rivals += state.output[m]
    w.contestability = (1.0 - policy[t].plan_share) * (rivals / made if made > 0.0 else 0.0)


@kernel
def grant(t, w, state, policy, makers, p):
    """Share the grants of each ownership out among its makers by their research; `grant_kept` of them is not crowded out.

    Count in w.grants what government gives or forgoes: grants, and profit tax saved by the deduction for research.
    """
    now = policy[t]
    w.grants = 0.0
    for m in range(makers.size):
        if state.alive[m] == 1 and own_brand(makers[m]):
            w.grants += p.relief_rate * now.research_deduction[makers[m].ownership] * w.effort[m]
    for kind in range(len(OWN_OWNERSHIP)):
        given = now.research_grants[kind]
        if given <= 0.0:
            continue
        total = 0.0
        for m in range(makers.size):
            if state.alive[m] == 1 and makers[m].ownership == kind:
                total += state.research[m]
        if total <= 0.0:
            continue
        w.grants += given
        for m in range(makers.size):
            if state.alive[m] == 1 and makers[m].ownership == kind:
                state.research[m] *= 1.0 + p.research_speed * p.grant_kept * given / total


@kernel
def attention(d, maker, state, p):
    """Return v_d, the weight of domain d in a maker's research: young domains draw effort as the electric market
    grows, less where lock-in holds it back."""
    if maker.electric_only == 1:
        if d == BATTERY:
            return 1.5 * (1.0 - lock_of(maker, p))
        return 1.5 if d == ELECTRONICS else (0.0 if d == ENGINE else 1.0)
    if d == BATTERY:
        drawn = min(1.0, maker.batteries + p.electric_attention + 2.0 * state.electric_share)
        return drawn * (1.0 - lock_of(maker, p))
    return 1.0


@kernel
def attend(m, effort, w, state, choice, maker, p):
    """Fill w.focus[d], effort on each domain; its sum is that of the rule: what a maker gives one domain it takes from others."""
    usual, wanted = 0.0, 0.0
    for d in range(NDOMAINS):
        drawn = attention(d, maker, state, p)
        w.focus[d] = drawn * choice.research_focus[m, d]
        usual += drawn
        wanted += w.focus[d]
    effort *= usual / wanted if wanted > 0.0 else 0.0
    for d in range(NDOMAINS):
        w.focus[d] *= effort


@kernel
def begin(m, state, maker, p):
    """Let maker m begin with the organisation of its kind."""
    state.organisation[m] = p.organisation_start if state_owned(maker) else 1.0
