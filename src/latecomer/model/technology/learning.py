"""How does a maker come to master technology? Attention, digestion, spillovers, learning by doing.

    focus:        v_d <- v_d f_d (sum v / sum f v)                      f: research.focus; attention is scarce
    absorption:   a_md = 1 - exp(-R_m org_m talent v_d / R0)
    effort split: 3 x_i / sum x, x_i = (r_i + r0)^s for digestion of partners, digestion of purchases, own innovation;
                  r_i the gain that even effort would bring, less fees; s = 0: even effort; a maker may weigh each x_i
    alliance:     part z of what is made with a leader counts as a partner's technology to digest (`access`)
    digestion:    dC = kappa a (g e^-g + w b e^-b),  g = gap to best source, b = gap to what can be bought
    duty:         withheld from the group x (1 - transfer duty): to digest, to spill over by affiliation and to improve on
    spillovers:   rho_k (.3 + .7 a) max(0, source_k - withheld_k - C) from affiliation, region, industry, suppliers;
                  engineers who come from ventures (`talent`), testing and standards (`science`)
    doing:        dC_process = c d ln(experience)
    all learning of a domain in a year, own innovation (`innovation`) included, <= cap

Without digestion or research nothing is learned from access: technology introduced but not digested teaches nothing. Presence
of foreign technology is X / (X + X0) of cumulated output of foreign makers at home, in ventures or not. Which domain a maker
attends to, and whether it makes, buys or allies, are its strategy; at the off values it follows the rules above. Sources:
Cassiman and Veugelers 2006 (own research and bought technology); Simon 1971 (attention); Cohen and Levinthal 1990; Verspagen
1991; Bai, Barwick, Cao and Li.
"""

import math

from latecomer.axes import (
    BATTERY,
    COMBUSTION,
    ELECTRONICS,
    MOVERS,
    OWN_SOURCE,
    PARTNER,
    PROCESS,
    SUPPLIERS,
)
from latecomer.compiled import kernel
from latecomer.model.cars.quality import domain_weight
from latecomer.model.kinds import NDOMAINS, NEVER, foreign, own_brand, venture
from latecomer.model.technology import science, talent
from latecomer.model.technology.access import open_to
from latecomer.model.technology.control import fee, mean_weight
from latecomer.model.technology.effort import attend
from latecomer.model.technology.innovation import breadth, improve, odds, room

LEAST_RETURN = 0.01  # log units a year: some effort stays where nothing is expected
MEAN_STEP = 0.05 * math.sqrt(2.0 / math.pi) + 0.01


@kernel
def learn(t, w, state, policy, strategy, makers, p, seed, history):
    """Update mastered capability C[m, d] of own-brand makers for a year (log units)."""
    average_ventures(w, state, makers)
    presence = state.venture_output / (state.venture_output + p.presence_half)
    best = w.group_source
    best[:] = -9.0
    for v in range(makers.size):
        g = makers[v].group
        if state.alive[v] == 1 and venture(makers[v]) and g >= 0:
            for d in range(NDOMAINS):
                best[g, d] = max(best[g, d], state.accessible[v, d])
    w.learned[:], w.improved[:], w.learners = 0.0, 0.0, 0.0
    w.group_gain[:] = 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or not own_brand(makers[m]):
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
        if state.alive[m] == 1 and (foreign(makers[m])):
            for d in range(NDOMAINS):
                state.mastered[m, d] = state.accessible[m, d]


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
def average_ventures(w, state, makers):
    """Fill w.venture_mean[d] and w.region_best[r, d] from the technology of foreign makers at home: ventures and their own
    plants, whose suppliers and workers teach alike."""
    w.venture_mean[:] = 0.0
    w.region_best[:] = -9.0
    count = 0
    for m in range(makers.size):
        if state.alive[m] == 1 and foreign(makers[m]) and makers[m].passenger_start < NEVER:
            count += 1
            for d in range(NDOMAINS):
                w.venture_mean[d] += state.accessible[m, d]
                w.region_best[makers[m].home, d] = max(
                    w.region_best[makers[m].home, d], state.accessible[m, d]
                )
    for d in range(NDOMAINS):
        w.venture_mean[d] = w.venture_mean[d] / count if count > 0 else -9.0


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
    part = talent.carried(d, makers[m], known, w, p) * (1.0 - now.supply_cutoff_source[MOVERS])
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


@kernel
def newcomer(d, w, state, maker, p):
    """Return what a new car plant masters of domain d: nearly what others at home know, or bought plant, plus skill."""
    gap = p.entry_gap_process if d == PROCESS else p.entry_gap
    start = max(state.own_mean[d] - p.entry_shortfall, w.frontier[d] - gap)
    if d == BATTERY:
        start = p.entry_battery * w.frontier[d] if maker.electric_only == 1 else 0.5 * state.own_mean[d]
    return min(start + maker.skill, w.frontier[d])


@kernel
def begin(m, w, state, maker, p):
    """Let maker m begin with what a newcomer masters (log units)."""
    for d in range(NDOMAINS):
        state.mastered[m, d] = newcomer(d, w, state, maker, p)


@kernel
def catch_up(m, w, state, maker, p):
    """Let an existing plant that takes up cars know no less than a newcomer."""
    for d in range(NDOMAINS):
        short = newcomer(d, w, state, maker, p) - state.mastered[m, d]
        state.mastered[m, d] += p.renewal * max(0.0, short)


@kernel
def inherit(buyer, m, kept, state):
    """Let the share `kept` of what maker m knows better pass to its buyer."""
    for d in range(NDOMAINS):
        state.mastered[buyer, d] += kept * max(0.0, state.mastered[m, d] - state.mastered[buyer, d])


@kernel
def learn_software(m, gain, reach, w, state):
    """Add what maker m gained in software to its electronics, and hold its batteries to what lock-in lets it reach."""
    room = max(0.0, w.frontier[ELECTRONICS] - state.mastered[m, ELECTRONICS])
    state.mastered[m, ELECTRONICS] += min(gain, room)
    known = min(state.mastered[m, BATTERY], reach * w.frontier[BATTERY])
    state.mastered[m, BATTERY] = known if w.frontier[BATTERY] > 0.0 else 0.0
