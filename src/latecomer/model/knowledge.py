"""How does a maker come to master technology? Research effort, digestion, improvement, spillovers, organisation.

    effort:       R_m = (1 - chi dependence) [rho revenue (1 + eps deduction) + share x dividends] + own money, smoothed
    organisation: moves to 1 + f skill (private), or [1 - (1 - o)(1 - reform)(1 - a ally)(1 - k rivals) + f skill]
                  x (1 - e losses made good / revenue) (state); it multiplies research here and cheapens plant in
                  `industry.plant_price`
    absorption:   a_md = 1 - exp(-R_m org_m talent v_d / R0)
    digestion:    dC = kappa a (g e^-g + w b e^-b),  g = gap to best source, b = gap to what can be bought
    improvement:  P = 1 - exp(-theta (R org talent v_d)^.65 (1 + eta G_d)); step |N| / 20 + .01,
                  fading at the frontier of an old domain
    spillovers:   rho_k (.3 + .7 a) max(0, source_k - withheld_k - C) from affiliation, region, industry, suppliers;
                  engineers who come from ventures (`talent`), testing and standards (`science`)
    doing:        dC_process = c d ln(experience)
    all learning of a domain in a year <= cap

With neither digestion nor research nothing is learned from access: introducing without digesting leaves a maker where
it was. Comfort: profit from a joint venture (dependence) lowers own effort by chi (Howell 2018). Presence of foreign
technology is X / (X + X0) of cumulated venture output. Sources: Cohen and Levinthal 1990; Verspagen 1991; Nelson and
Winter 1982; Bai, Barwick, Cao and Li; Bloom and Van Reenen 2010 (management and competition).
"""

import math

from latecomer.axes import (
    BATTERY,
    DOMAINS,
    ELECTRONICS,
    ENGINE,
    FOREIGN_PLANT,
    IMPORTER,
    JOINT_VENTURE,
    PRIVATE,
    PROCESS,
)
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model import science, talent
from latecomer.model.electric import lock_of

NDOMAINS = len(DOMAINS)
IMPROVE, STEP = 11, 12


@kernel
def fund(t, w, state, world, policy, makers, contracts, p):
    """Set research from revenue, dividends, comfort and tax deduction; let organisation of state makers improve with reform."""
    now = policy[t]
    look_at_rivals(t, w, state, policy, makers, contracts, p, world[t].year)
    for m in range(makers.size):
        kind = makers[m].ownership
        w.effort[m] = 0.0
        if state.alive[m] == 0 or kind == IMPORTER:
            continue
        if kind > PRIVATE:
            w.effort[m] = p.venture_research * state.revenue[m]
            continue
        comfort = max(0.0, 1.0 - p.comfort_effect * state.dependence[m])
        intensity = p.research_intensity * (p.private_research if kind == PRIVATE else 1.0)
        intensity *= 1.0 + p.deduction_effect * now.research_deduction
        if kind != PRIVATE:
            intensity *= 1.0 - p.softness_effect * now.budget_softness
        spend = comfort * (intensity * state.revenue[m] + p.dividend_research * state.dividends[m])
        if kind == PRIVATE:
            spend += p.cash_research * max(0.0, state.cash[m])
        w.effort[m] = spend
        state.research[m] += p.research_speed * (spend - state.research[m])
        target = organisation_aim(m, w, state, now, makers[m], p)
        state.organisation[m] += p.organisation_speed * (target - state.organisation[m])


@kernel
def organisation_aim(m, w, state, now, maker, p):
    """Return the management capability towards which maker m moves (1 = an average private maker).

    A state maker lags by what reform, a partner in the maker itself and rivals have not removed; rescue adds to the lag.
    """
    founders = p.organisation_founder * maker.skill
    if maker.ownership == PRIVATE:
        return 1.0 + founders
    distance = (1.0 - p.organisation_state) * (1.0 - now.reform_state_firms)
    distance *= 1.0 - p.organisation_alliance * w.allied[m]
    distance *= 1.0 - p.organisation_contest * w.contestability
    comfort = min(1.0, p.rescue_effort * state.rescued[m])
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
        if makers[m].ownership >= PRIVATE:
            rivals += state.output[m]
    w.contestability = (1.0 - policy[t].plan_share) * (rivals / made if made > 0.0 else 0.0)


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
def average_ventures(w, state, makers):
    """Fill w.venture_mean[d] and w.region_best[r, d] from the technology of living joint ventures."""
    w.venture_mean[:] = 0.0
    w.region_best[:] = -9.0
    count = 0
    for m in range(makers.size):
        if state.alive[m] == 1 and makers[m].ownership == JOINT_VENTURE and makers[m].passenger_start < 9000:
            count += 1
            for d in range(NDOMAINS):
                w.venture_mean[d] += state.accessible[m, d]
                w.region_best[makers[m].home, d] = max(
                    w.region_best[makers[m].home, d], state.accessible[m, d]
                )
    for d in range(NDOMAINS):
        w.venture_mean[d] = w.venture_mean[d] / count if count > 0 else -9.0


@kernel
def learn(t, w, state, policy, makers, p, seed, history):
    """Update mastered capability C[m, d] of own-brand makers for a year (log units)."""
    average_ventures(w, state, makers)
    presence = state.venture_output / (state.venture_output + p.presence_half)
    best = w.group_source
    best[:] = -9.0
    for v in range(makers.size):
        g = makers[v].group
        if state.alive[v] == 1 and makers[v].ownership == JOINT_VENTURE and g >= 0:
            for d in range(NDOMAINS):
                best[g, d] = max(best[g, d], state.accessible[v, d])
    for m in range(makers.size):
        if state.alive[m] == 0 or makers[m].ownership > PRIVATE:
            continue
        effort = state.research[m] * state.organisation[m] * w.staff[m]
        doing = 0.0
        if state.output[m] + state.truck_output[m] > 0.0:
            made = state.output[m] + state.truck_output[m]
            doing = p.learning_by_doing * math.log(
                (state.experience[m] + 0.02) / (state.experience[m] - made + 0.02)
            )
        for d in range(NDOMAINS):
            gain = domain_gain(
                d, m, t, effort, presence, best[m, d], w, state, policy, makers, p, seed, history
            )
            if d == PROCESS:
                gain += doing
            state.mastered[m, d] += min(gain, p.learning_cap)
    for m in range(makers.size):
        if state.alive[m] == 1 and (
            makers[m].ownership == JOINT_VENTURE or makers[m].ownership == FOREIGN_PLANT
        ):
            for d in range(NDOMAINS):
                state.mastered[m, d] = state.accessible[m, d]


@kernel
def domain_gain(d, m, t, effort, presence, partner, w, state, policy, makers, p, seed, history):
    """Return one year's gain of maker m in domain d: digestion, spillovers and improvement (module docstring)."""
    known = state.mastered[m, d]
    focus = effort * attention(d, makers[m], state, p)
    absorb = 1.0 - math.exp(-focus / p.absorption_scale)
    open_ear = 0.3 + 0.7 * absorb
    duty = 1.0 + p.research_duty_effect * policy[t].venture_research_duty
    from_partner = max(0.0, partner - p.withheld - known)
    from_industry = presence * max(0.0, w.venture_mean[d] - p.withheld - p.distance_penalty - known)
    source = max(from_partner, from_industry)
    bought = max(0.0, state.accessible[m, d] - known)
    gain = (
        p.digestion * absorb * (source * math.exp(-source) + p.purchase_weight * bought * math.exp(-bought))
    )
    gain += p.affiliation * duty * open_ear * from_partner
    if makers[m].home >= 0:
        gain += (
            p.region_spillover * open_ear * max(0.0, w.region_best[makers[m].home, d] - p.withheld - known)
        )
    gain += (
        p.industry_spillover
        * presence
        * open_ear
        * w.talent
        * max(0.0, w.venture_mean[d] - p.industry_withheld - known)
    )
    gain += talent.carried(d, makers[m].ownership, known, w, p)
    if d == PROCESS:
        gain += science.tested(t, known, open_ear, w, policy, p)
    young = d == BATTERY
    if young:
        gain += p.supplier_spillover * open_ear * max(0.0, w.frontier[d] - known)
    odds = 1.0 - math.exp(
        -p.improvement * max(focus, 0.0) ** 0.65 * (1.0 + p.public_effect * state.public_knowledge[d])
    )
    year = t
    entity = m * NDOMAINS + d
    if uniform(seed, history, year, entity, IMPROVE) < odds:
        room = 1.0 if young else min(max((w.frontier[d] + 0.1 - known) / 0.3, 0.0), 1.0)
        gain += room * (0.05 * abs(normal(seed, history, year, entity, STEP)) + 0.01)
    return gain
