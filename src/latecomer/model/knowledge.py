"""How does a maker come to master technology? Research effort, digestion, improvement, spillovers, organisation.

    effort:       R_m = min(1, o (1 - chi dependence)) [rho revenue (1 + eps deduction) + share x dividends] + own money,
                  all x e (research.effort), or r revenue, smoothed    r: research.revenue_share, o: brand.own_effort
    focus:        v_d <- v_d f_d (sum v / sum f v)                      f: research.focus; attention is scarce
    organisation: moves to 1 + f skill (private), or [1 - (1 - o)(1 - reform)(1 - a ally)(1 - k rivals) + f skill]
                  (state), both x (1 - e losses made good / revenue); it multiplies research here and cheapens plant in
                  `industry.plant_price`
    absorption:   a_md = 1 - exp(-R_m org_m talent v_d / R0)
    effort split: 3 x_i / sum x, x_i = (r_i + r0)^s for digestion of partners, digestion of purchases, own innovation;
                  r_i the gain that even effort would bring, less fees; s = 0: even effort; a maker may weigh each x_i
    alliance:     part z of what is made with a leader counts as a partner's technology to digest (`ventures`)
    digestion:    dC = kappa a (g e^-g + w b e^-b),  g = gap to best source, b = gap to what can be bought
    improvement:  P = 1 - exp(-theta (R org talent v_d)^.65 (1 + eta G_d) (1 + i breadth_d + n e^(-|M - C| / .1)));
                  step |N| / 20 + .01, fading at the frontier of an old domain
    kinds:        original, integrated (breadth_d: other domains near the frontier), absorbed (re-innovation where C is
                  near what others offer): parts 1 : i breadth : n e^(..) of each success
    duty:         withheld from the group x (1 - transfer duty): to digest, to spill over by affiliation and to improve on
    spillovers:   rho_k (.3 + .7 a) max(0, source_k - withheld_k - C) from affiliation, region, industry, suppliers;
                  engineers who come from ventures (`talent`), testing and standards (`science`)
    doing:        dC_process = c d ln(experience)
    all learning of a domain in a year <= cap

Without digestion or research nothing is learned from access: technology introduced but not digested teaches nothing.
Comfort: profit from a joint venture (dependence) lowers own effort by chi (Howell 2018). Presence of foreign technology
is X / (X + X0) of cumulated output of foreign makers at home, in ventures or not. Which domain a maker attends to, and
whether it makes, buys or allies, are its strategy; at the off values it follows the rules above. Sources: Cassiman and
Veugelers 2006 (own research and bought technology); Simon 1971 (attention); Cohen and Levinthal 1990; Verspagen 1991;
Nelson and Winter 1982; Henderson and Clark 1990 (integration of components); Bai, Barwick, Cao and Li; Bloom and Van Reenen
2010 (management and competition).
"""

import math

from latecomer.axes import (
    ABSORBED,
    BATTERY,
    COMBUSTION,
    DOMAINS,
    ELECTRONICS,
    ENGINE,
    FOREIGN_PLANT,
    IMPORTER,
    INTEGRATED,
    JOINT_VENTURE,
    MOVERS,
    ORIGINAL,
    OWN_SOURCE,
    PARTNER,
    PRIVATE,
    PROCESS,
    SUPPLIERS,
)
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model import science, talent
from latecomer.model.control import fee, mean_weight
from latecomer.model.electric import lock_of
from latecomer.model.product import domain_weight, own_effort, smooth_step
from latecomer.model.ventures import open_to

NDOMAINS = len(DOMAINS)
WITHIN_REACH = 0.3  # log units behind the frontier at which a domain counts as half mastered
NEAR = 0.1  # log units from technology of others within which absorbing it turns into improving on it
MEAN_STEP = 0.05 * math.sqrt(2.0 / math.pi) + 0.01
LEAST_RETURN = 0.01  # log units a year: some effort stays where nothing is expected
IMPROVE, STEP = 11, 12


@kernel
def fund(t, w, state, world, policy, strategy, makers, contracts, p):
    """Set research from revenue, dividends, comfort and tax deduction; let organisation of state makers improve with reform."""
    now = policy[t]
    look_at_rivals(t, w, state, policy, makers, contracts, p, world[t].year)
    for m in range(makers.size):
        kind = makers[m].ownership
        w.effort[m] = 0.0
        if state.alive[m] == 0 or kind == IMPORTER:
            continue
        share = strategy[t].research_revenue_share[m]
        if kind > PRIVATE:
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
    intensity = p.research_intensity * (p.private_research if maker.ownership == PRIVATE else 1.0)
    intensity *= 1.0 + p.deduction_effect * now.research_deduction[maker.ownership]
    intensity *= 1.0 - p.softness_effect * now.budget_softness[maker.ownership]
    comfort = own_effort(m, state, choice, maker, p)
    spend = comfort * (intensity * state.revenue[m] + p.dividend_research * state.dividends[m])
    if maker.ownership == PRIVATE:
        spend += p.cash_research * max(0.0, state.cash[m])
    return choice.research_effort[m] * spend


@kernel
def organisation_aim(m, w, state, now, maker, p):
    """Return the management capability towards which maker m moves (1 = an average private maker).

    A state maker lags by what reform, a partner in the maker itself and rivals have not removed; rescue adds to any lag.
    """
    founders = p.organisation_founder * maker.skill
    comfort = min(1.0, p.rescue_effort * state.rescued[m])
    if maker.ownership == PRIVATE:
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
def average_ventures(w, state, makers):
    """Fill w.venture_mean[d] and w.region_best[r, d] from the technology of foreign makers at home: ventures and their own
    plants, whose suppliers and workers teach alike."""
    w.venture_mean[:] = 0.0
    w.region_best[:] = -9.0
    count = 0
    for m in range(makers.size):
        foreign = makers[m].ownership == JOINT_VENTURE or makers[m].ownership == FOREIGN_PLANT
        if state.alive[m] == 1 and foreign and makers[m].passenger_start < 9000:
            count += 1
            for d in range(NDOMAINS):
                w.venture_mean[d] += state.accessible[m, d]
                w.region_best[makers[m].home, d] = max(
                    w.region_best[makers[m].home, d], state.accessible[m, d]
                )
    for d in range(NDOMAINS):
        w.venture_mean[d] = w.venture_mean[d] / count if count > 0 else -9.0


@kernel
def learn(t, w, state, policy, strategy, makers, p, seed, history):
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
    w.learned[:], w.improved[:], w.learners = 0.0, 0.0, 0.0
    w.group_gain[:] = 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or makers[m].ownership > PRIVATE:
            continue
        effort = state.research[m] * state.organisation[m] * w.staff[m]
        attend(m, effort, w, state, strategy[t], makers[m], p)
        made = state.output[m] + state.truck_output[m]
        w.learners += made
        doing = 0.0
        if made > 0.0:
            doing = p.learning_by_doing * math.log(
                (state.experience[m] + 0.02) / (state.experience[m] - made + 0.02)
            )
        for d in range(NDOMAINS):
            w.breadth[d] = breadth(d, m, w, state)
        for d in range(NDOMAINS):
            gain = domain_gain(
                d,
                m,
                t,
                w.focus[d],
                presence,
                best[m, d],
                w,
                state,
                policy,
                strategy,
                makers,
                p,
                seed,
                history,
            )
            if d == PROCESS:
                gain += doing
            state.mastered[m, d] += min(gain, p.learning_cap)
            held = min(1.0, p.learning_cap / max(gain, 1e-9))
            book(made * mean_weight(d, state, p) * held, w)
            w.group_gain[m] += domain_weight(d, COMBUSTION, p) * held * w.from_group
    for m in range(makers.size):
        if state.alive[m] == 1 and (
            makers[m].ownership == JOINT_VENTURE or makers[m].ownership == FOREIGN_PLANT
        ):
            for d in range(NDOMAINS):
                state.mastered[m, d] = state.accessible[m, d]


@kernel
def breadth(d, m, w, state):
    """Return the share of the other domains that maker m has within reach of the frontier (0..1, smooth)."""
    mastered, others = 0.0, 0
    for other in range(NDOMAINS):
        if other != d and (other != BATTERY or w.frontier[BATTERY] > 0.0):
            others += 1
            mastered += smooth_step((WITHIN_REACH - w.frontier[other] + state.mastered[m, other]) / 0.1)
    return mastered / others


@kernel
def domain_gain(d, m, t, focus, presence, partner, w, state, policy, strategy, makers, p, seed, history):
    """Return one year's gain of maker m in domain d: digestion, spillovers and improvement (module docstring).

    Leave what came from each source in w.gained [y], what each kind of improvement added in w.succeeded [g] and
    what affiliation gave in w.from_group.
    """
    w.gained[:], w.succeeded[:] = 0.0, 0.0
    known = state.mastered[m, d]
    absorb = 1.0 - math.exp(-focus / p.absorption_scale)
    withheld = kept_back(policy[t], p)
    from_partner = max(0.0, partner - withheld - known)
    from_industry = presence * max(0.0, w.venture_mean[d] - p.withheld - p.distance_penalty - known)
    from_leader = p.alliance_learning * w.joint[m, d]
    source = max(from_partner, from_industry, from_leader)
    bought = max(0.0, state.accessible[m, d] - known)
    share_effort(d, m, focus, absorb, source, bought, w, state, strategy[t], p)
    digested = lead(absorb, w.split[0], focus, p) * source * math.exp(-source)
    purchase = lead(absorb, w.split[1], focus, p) * p.purchase_weight * bought * math.exp(-bought)
    gain = p.digestion * absorb * (digested + purchase)
    w.gained[PARTNER if max(from_partner, from_leader) >= from_industry else SUPPLIERS] += (
        p.digestion * absorb * digested
    )
    if bought > 0.0 and w.source[m, d] != OWN_SOURCE:
        w.gained[w.source[m, d]] += p.digestion * absorb * purchase
    gain = spill_over(gain, d, m, t, absorb, presence, from_partner, w, state, policy, makers, p)
    return gain + improve(d, m, t, focus * w.split[2], partner - withheld, w, state, p, seed, history)


@kernel
def kept_back(now, p):
    """Return what partners withhold from the group they are tied to (log units): less, the more they must hand over."""
    return p.withheld * (1.0 - now.venture_transfer_duty)


@kernel
def lead(absorb, share, focus, p):
    """Return absorption at `share` of even effort over that at even effort; 1 where effort is even or there is none."""
    if share == 1.0 or absorb <= 0.0:
        return 1.0
    return (1.0 - math.exp(-share * focus / p.absorption_scale)) / absorb


@kernel
def share_effort(d, m, focus, absorb, source, bought, w, state, choice, p):
    """Fill w.split with the effort on digestion of partners, digestion of purchases and own innovation, 1 each if even.

    Weights are (r_i + r0)^s of the gain r_i that even effort would bring, times those of the maker's strategy; bought
    technology also costs its fee.
    """
    known = state.mastered[m, d]
    price = (fee(w.source[m, d], p) + w.joint_fee[m, d]) / max(p.research_intensity, 0.001)
    theirs = p.digestion * absorb * source * math.exp(-source)
    bought_in = p.digestion * absorb * p.purchase_weight * bought * math.exp(-bought) / (1.0 + price)
    own = odds(d, focus, 1.0, state, p) * room(d, known, w) * MEAN_STEP
    weights = (
        choice.research_digestion[m, d] * (theirs + LEAST_RETURN) ** p.split_response,
        choice.research_purchase[m, d] * (bought_in + LEAST_RETURN) ** p.split_response,
        choice.research_own[m, d] * (own + LEAST_RETURN) ** p.split_response,
    )
    total = weights[0] + weights[1] + weights[2]
    for i in range(3):
        w.split[i] = 3.0 * (weights[i] / total) if total > 0.0 else 0.0


@kernel
def spill_over(gain, d, m, t, absorb, presence, from_partner, w, state, policy, makers, p):
    """Return the gain plus what spills over from ventures, the industry, engineers, testing and suppliers of batteries."""
    known = state.mastered[m, d]
    now = policy[t]
    open_ear = 0.3 + 0.7 * absorb
    duty = 1.0 + p.research_duty_effect * now.venture_research_duty
    part = p.affiliation * duty * open_ear * from_partner
    w.from_group = part
    w.gained[PARTNER] += part
    gain += part
    if makers[m].home >= 0:
        part = p.region_spillover * open_ear * max(0.0, w.region_best[makers[m].home, d] - p.withheld - known)
        w.gained[SUPPLIERS] += part
        gain += part
    part = (
        p.industry_spillover
        * presence
        * open_ear
        * w.talent
        * max(0.0, w.venture_mean[d] - p.industry_withheld - known)
    )
    w.gained[SUPPLIERS] += part
    gain += part
    part = talent.carried(d, makers[m].ownership, known, w, p) * (1.0 - now.supply_cutoff_source[MOVERS])
    w.gained[MOVERS] += part
    gain += part
    if d == PROCESS:
        part = science.tested(t, known, open_ear, w, policy, p)
        w.gained[SUPPLIERS] += part
        gain += part
    if d == BATTERY:
        part = p.supplier_spillover * open_ear * max(0.0, w.frontier[d] - known)
        part *= open_to(d, SUPPLIERS, now)
        w.gained[SUPPLIERS] += part
        gain += part
    return gain


@kernel
def odds(d, focus, spur, state, p):
    """Return the chance that research succeeds this year; `spur` multiplies the rate."""
    return 1.0 - math.exp(
        -p.improvement * max(focus, 0.0) ** 0.65 * (1.0 + p.public_effect * state.public_knowledge[d]) * spur
    )


@kernel
def room(d, known, w):
    """Return the part of a step that the frontier leaves: all in a young domain, fading to none in an old one."""
    return 1.0 if d == BATTERY else min(max((w.frontier[d] + 0.1 - known) / 0.3, 0.0), 1.0)


@kernel
def improve(d, m, t, focus, shown, w, state, p, seed, history):
    """Return the gain from own innovation, and book it by kind in proportion to what each kind adds to the rate.

    `shown` is what the ventures of the group do not withhold (log units).
    """
    known = state.mastered[m, d]
    outside = max(w.offered[m, d], shown)
    integrated = p.integration * w.breadth[d]
    absorbed = p.reinnovation * math.exp(-abs(outside - known) / NEAR)
    spur = 1.0 + integrated + absorbed
    entity = m * NDOMAINS + d
    if uniform(seed, history, t, entity, IMPROVE) >= odds(d, focus, spur, state, p):
        return 0.0
    step = room(d, known, w) * (0.05 * abs(normal(seed, history, t, entity, STEP)) + 0.01)
    w.succeeded[ORIGINAL] = step / spur
    w.succeeded[INTEGRATED] = step * integrated / spur
    w.succeeded[ABSORBED] = step * absorbed / spur
    return step


@kernel
def book(weight, w):
    """Add the gains of one maker and domain to the sums of the year, with this weight."""
    for y in range(w.gained.size):
        w.learned[y] += weight * w.gained[y]
    for g in range(w.succeeded.size):
        w.improved[g] += weight * w.succeeded[g]


@kernel
def report(w, out):
    """Book what own-brand makers learned by source and added by kind of improvement (log units a year)."""
    for y in range(w.learned.size):
        out.learning[y] = w.learned[y] / w.learners if w.learners > 0.0 else 0.0
    for g in range(w.improved.size):
        out.improvements[g] = w.improved[g] / w.learners if w.learners > 0.0 else 0.0
