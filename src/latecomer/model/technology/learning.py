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
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, NEVER, foreign, own_brand, venture
from latecomer.model.technology import science, talent
from latecomer.model.technology.access import open_to
from latecomer.model.technology.control import fee, mean_weight
from latecomer.model.technology.effort import attend
from latecomer.model.technology.innovation import breadth, improve, odds, room

LEAST_RETURN = 0.01  # log units a year: some effort stays where nothing is expected
MEAN_STEP = 0.05 * math.sqrt(2.0 / math.pi) + 0.01

FLOW = (
    *each("y", "learned gained"),
    *each("g", "improved"),
    *each("z", "split"),
    *each("d", "breadth venture_mean"),
    *each("", "learners from_group presence"),
    *each("m", "group_gain"),
    *each("rd", "region_best"),
    *each("md", "group_source"),
)


@kernel
def learn(now, after, flow, p):
    """Update mastered capability C[m, d] for a year (log units): own brands learn, foreign makers have what they may use."""
    average_ventures(now, after, flow)
    find_best_of_groups(now, after, flow)
    flow.presence = after.venture_output / (after.venture_output + p.presence_half)
    flow.learned[:], flow.improved[:], flow.learners = 0.0, 0.0, 0.0
    flow.group_gain[:] = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and own_brand(now.makers[m]):
            learn_domains(m, now, after, flow, p)
    for m in range(now.makers.size):
        if after.alive[m] == 1 and foreign(now.makers[m]):
            for d in range(NDOMAINS):
                after.mastered[m, d] = after.accessible[m, d]


@kernel
def learn_domains(m, now, after, flow, p):
    """Update what own-brand maker m masters of every domain, and book from where it learned."""
    attend(m, after.research[m] * after.organisation[m] * flow.staff[m], now, after, flow, p)
    made = after.output[m] + after.truck_output[m]
    flow.learners += made
    for d in range(NDOMAINS):
        flow.breadth[d] = breadth(d, m, after, flow)
    for d in range(NDOMAINS):
        gain = domain_gain(d, m, now, after, flow, p)
        if d == PROCESS:
            gain += by_doing(m, made, after, p)
        after.mastered[m, d] += min(gain, p.learning_cap)
        held = min(1.0, p.learning_cap / max(gain, 1e-9))
        book(made * mean_weight(d, after, p) * held, flow)
        flow.group_gain[m] += domain_weight(d, COMBUSTION, p) * held * flow.from_group


@kernel
def by_doing(m, made, after, p):
    """Return what maker m learned of its process by making so many vehicles (log units)."""
    if made <= 0.0:
        return 0.0
    return p.learning_by_doing * math.log((after.experience[m] + 0.02) / (after.experience[m] - made + 0.02))


@kernel
def find_best_of_groups(now, after, flow):
    """Fill flow.group_source[g, d], the best technology of the joint ventures of group g; far below all without one."""
    best = flow.group_source
    best[:] = -9.0
    for v in range(now.makers.size):
        g = now.makers[v].group
        if after.alive[v] == 1 and venture(now.makers[v]) and g >= 0:
            for d in range(NDOMAINS):
                best[g, d] = max(best[g, d], after.accessible[v, d])


@kernel
def domain_gain(d, m, now, after, flow, p):
    """Return one year's gain of maker m in domain d: digestion, spillovers and improvement (module docstring).

    Leave what came from each source in flow.gained [y], what each kind of improvement added in flow.succeeded [g] and
    what affiliation gave in flow.from_group.
    """
    flow.gained[:], flow.succeeded[:] = 0.0, 0.0
    known, focus, partner = after.mastered[m, d], flow.focus[d], flow.group_source[m, d]
    absorb = 1.0 - math.exp(-focus / p.absorption_scale)
    withheld = kept_back(now, p)
    from_partner = max(0.0, partner - withheld - known)
    from_industry = flow.presence * max(0.0, flow.venture_mean[d] - p.withheld - p.distance_penalty - known)
    from_leader = p.alliance_learning * flow.joint[m, d]
    source = max(from_partner, from_industry, from_leader)
    bought = max(0.0, after.accessible[m, d] - known)
    share_effort(d, m, absorb, source, bought, now, after, flow, p)
    digested = lead(absorb, flow.split[0], focus, p) * source * math.exp(-source)
    purchase = lead(absorb, flow.split[1], focus, p) * p.purchase_weight * bought * math.exp(-bought)
    gain = p.digestion * absorb * (digested + purchase)
    flow.gained[PARTNER if max(from_partner, from_leader) >= from_industry else SUPPLIERS] += (
        p.digestion * absorb * digested
    )
    if bought > 0.0 and flow.source[m, d] != OWN_SOURCE:
        flow.gained[flow.source[m, d]] += p.digestion * absorb * purchase
    gain = spill_over(gain, d, m, absorb, from_partner, now, after, flow, p)
    return gain + improve(d, m, partner - withheld, now, after, flow, p)


@kernel
def average_ventures(now, after, flow):
    """Fill flow.venture_mean[d] and flow.region_best[r, d] from the technology of foreign makers at home: ventures and their own
    plants, whose suppliers and workers teach alike."""
    flow.venture_mean[:] = 0.0
    flow.region_best[:] = -9.0
    count = 0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and foreign(now.makers[m]) and now.makers[m].passenger_start < NEVER:
            count += 1
            for d in range(NDOMAINS):
                flow.venture_mean[d] += after.accessible[m, d]
                flow.region_best[now.makers[m].home, d] = max(
                    flow.region_best[now.makers[m].home, d], after.accessible[m, d]
                )
    for d in range(NDOMAINS):
        flow.venture_mean[d] = flow.venture_mean[d] / count if count > 0 else -9.0


@kernel
def kept_back(now, p):
    """Return what partners withhold from the group they are tied to (log units): less, the more they must hand over."""
    return p.withheld * (1.0 - now.policy.venture_transfer_duty)


@kernel
def lead(absorb, share, focus, p):
    """Return absorption at `share` of even effort over that at even effort; 1 where effort is even or there is none."""
    if share == 1.0 or absorb <= 0.0:
        return 1.0
    return (1.0 - math.exp(-share * focus / p.absorption_scale)) / absorb


@kernel
def share_effort(d, m, absorb, source, bought, now, after, flow, p):
    """Fill flow.split with the effort on digestion of partners, digestion of purchases and own innovation, 1 each if even.

    Weights are (r_i + r0)^s of the gain r_i that even effort would bring, times those of the maker's strategy; bought
    technology also costs its fee.
    """
    known = after.mastered[m, d]
    price = (fee(flow.source[m, d], p) + flow.joint_fee[m, d]) / max(p.research_intensity, 0.001)
    theirs = p.digestion * absorb * source * math.exp(-source)
    bought_in = p.digestion * absorb * p.purchase_weight * bought * math.exp(-bought) / (1.0 + price)
    own = odds(d, flow.focus[d], 1.0, after, p) * room(d, known, flow) * MEAN_STEP
    weights = (
        now.strategy.research_digestion[m, d] * (theirs + LEAST_RETURN) ** p.split_response,
        now.strategy.research_purchase[m, d] * (bought_in + LEAST_RETURN) ** p.split_response,
        now.strategy.research_own[m, d] * (own + LEAST_RETURN) ** p.split_response,
    )
    total = weights[0] + weights[1] + weights[2]
    for i in range(3):
        flow.split[i] = 3.0 * (weights[i] / total) if total > 0.0 else 0.0


@kernel
def spill_over(gain, d, m, absorb, from_partner, now, after, flow, p):
    """Return the gain plus what spills over from ventures, the industry, engineers, testing and suppliers of batteries."""
    known = after.mastered[m, d]
    open_ear = 0.3 + 0.7 * absorb
    duty = 1.0 + p.research_duty_effect * now.policy.venture_research_duty
    part = p.affiliation * duty * open_ear * from_partner
    flow.from_group = part
    flow.gained[PARTNER] += part
    gain += part
    if now.makers[m].home >= 0:
        part = (
            p.region_spillover
            * open_ear
            * max(0.0, flow.region_best[now.makers[m].home, d] - p.withheld - known)
        )
        flow.gained[SUPPLIERS] += part
        gain += part
    part = (
        p.industry_spillover
        * flow.presence
        * open_ear
        * flow.talent
        * max(0.0, flow.venture_mean[d] - p.industry_withheld - known)
    )
    flow.gained[SUPPLIERS] += part
    gain += part
    part = talent.carried(d, now.makers[m], known, flow, p) * (1.0 - now.policy.supply_cutoff_source[MOVERS])
    flow.gained[MOVERS] += part
    gain += part
    if d == PROCESS:
        part = science.tested(known, open_ear, now, flow, p)
        flow.gained[SUPPLIERS] += part
        gain += part
    if d == BATTERY:
        part = p.supplier_spillover * open_ear * max(0.0, flow.frontier[d] - known)
        part *= open_to(d, SUPPLIERS, now)
        flow.gained[SUPPLIERS] += part
        gain += part
    return gain


@kernel
def book(weight, flow):
    """Add the gains of one maker and domain to the sums of the year, with this weight."""
    for y in range(flow.gained.size):
        flow.learned[y] += weight * flow.gained[y]
    for g in range(flow.succeeded.size):
        flow.improved[g] += weight * flow.succeeded[g]


@kernel
def report(flow, out):
    """Book what own-brand makers learned by source and added by kind of improvement (log units a year)."""
    for y in range(flow.learned.size):
        out.learning[y] = flow.learned[y] / flow.learners if flow.learners > 0.0 else 0.0
    for g in range(flow.improved.size):
        out.improvements[g] = flow.improved[g] / flow.learners if flow.learners > 0.0 else 0.0


@kernel
def newcomer(d, maker, before, flow, p):
    """Return what a new car plant masters of domain d: nearly what others at home know, or bought plant, plus skill."""
    gap = p.entry_gap_process if d == PROCESS else p.entry_gap
    start = max(before.own_mean[d] - p.entry_shortfall, flow.frontier[d] - gap)
    if d == BATTERY:
        start = p.entry_battery * flow.frontier[d] if maker.electric_only == 1 else 0.5 * before.own_mean[d]
    return min(start + maker.skill, flow.frontier[d])


@kernel
def begin(m, now, before, after, flow, p):
    """Let maker m begin with what a newcomer masters (log units)."""
    maker = now.makers[m]
    for d in range(NDOMAINS):
        after.mastered[m, d] = newcomer(d, maker, before, flow, p)


@kernel
def catch_up(m, now, before, after, flow, p):
    """Let an existing plant that takes up cars know no less than a newcomer."""
    maker = now.makers[m]
    for d in range(NDOMAINS):
        short = newcomer(d, maker, before, flow, p) - after.mastered[m, d]
        after.mastered[m, d] += p.renewal * max(0.0, short)


@kernel
def inherit(buyer, m, kept, after):
    """Let the share `kept` of what maker m knows better pass to its buyer."""
    for d in range(NDOMAINS):
        after.mastered[buyer, d] += kept * max(0.0, after.mastered[m, d] - after.mastered[buyer, d])


@kernel
def learn_software(m, gain, reach, after, flow):
    """Add what maker m gained in software to its electronics, and hold its batteries to what lock-in lets it reach."""
    room = max(0.0, flow.frontier[ELECTRONICS] - after.mastered[m, ELECTRONICS])
    after.mastered[m, ELECTRONICS] += min(gain, room)
    known = min(after.mastered[m, BATTERY], reach * flow.frontier[BATTERY])
    after.mastered[m, BATTERY] = known if flow.frontier[BATTERY] > 0.0 else 0.0
