"""How does trust in a name rise and fall? Slowly up with experienced quality, twice as fast down; low prices build none.

    target_m = B0 [ (1 - n) min(1.2, gap_m / .9) + n min(1, mean gap / .2) ],  gap behind the joint ventures, B0 < 0
    trust   += eta_up (target - trust) if above, eta_down if below
    electric names start from phi x trust, since a new paradigm resets part of it, and move on electric quality alone
    goodwill A_m' = (1 - delta) A_m + spending on marketing and service (billion CNY); an own brand's cars gain
            g ln((A_m + A0) / (mean A + A0)), the mean taken over cars made at home (`appeal.appeal_of`)

n is the weight of national reputation, shared by all own brands. Price does not enter: a cheap car builds no name.
Goodwill is relative, so equal spending by all has no effect. Source: Nerlove and Arrow 1962 (goodwill).
"""

from latecomer.axes import BATTERY, DESIGN, ELECTRONICS, ENGINE, PLATFORM, PROCESS
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import importer, own_brand

FLOW = (*each("m", "best_gap"),)


@kernel
def trust(now, after, flow, p):
    """Update trust of own-brand makers from the gap between their cars and those of joint ventures (utility)."""
    mean, weight = 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and own_brand(now.makers[m]):
            flow.best_gap[m] = shortfall(m, after, flow)
            mean += flow.best_gap[m] * after.output[m]
            weight += after.output[m]
    mean = mean / weight if weight > 0.0 else 1.0
    for m in range(now.makers.size):
        if after.alive[m] == 0:
            continue
        after.goodwill[m] = (1.0 - p.goodwill_decay) * after.goodwill[m] + flow.marketing[m]
        if not own_brand(now.makers[m]):
            after.trust_electric[m] = p.foreign_electric * after.trust[m]
            continue
        own = min(1.2, max(0.0, flow.best_gap[m]) / 0.9)
        nation = min(1.0, max(0.0, mean) / 0.2)
        target = p.trust_floor * ((1.0 - p.national_weight) * own + p.national_weight * nation)
        step = p.trust_speed if target > after.trust[m] else 2.0 * p.trust_speed
        after.trust[m] += min(step, 1.0) * (target - after.trust[m])
        behind = min(1.0, max(0.0, flow.frontier[BATTERY] - after.mastered[m, BATTERY]) / 0.5)
        aim = p.electric_reset * after.trust[m] + (1.0 - p.electric_reset) * p.trust_floor * behind
        step = p.trust_speed if aim > after.trust_electric[m] else 2.0 * p.trust_speed
        after.trust_electric[m] += min(step, 1.0) * (aim - after.trust_electric[m])


@kernel
def mean_goodwill(now, after):
    """Return the goodwill behind the average car made at home (billion CNY): the mean weighted by last year's output."""
    total, weight = 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and not importer(now.makers[m]):
            total += after.output[m] * after.goodwill[m]
            weight += after.output[m]
    return total / weight if weight > 0.0 else 0.0


@kernel
def shortfall(m, after, flow):
    """Return how far maker m's cars stand behind those of the average joint venture (log units; process counts most)."""
    gap = 0.6 * (flow.venture_mean[PROCESS] - after.mastered[m, PROCESS])
    for d in (PLATFORM, ENGINE, ELECTRONICS, DESIGN):
        gap += 0.1 * (flow.venture_mean[d] - after.mastered[m, d])
    return gap


@kernel
def begin(m, now, after, p):
    """Let maker m begin with its name: a foreign one as strong as its brand, an own one unknown."""
    maker = now.makers[m]
    after.trust[m] = maker.brand if not own_brand(maker) else p.trust_start
    after.trust_electric[m] = after.trust[m]


@kernel
def catch_up(m, after, p):
    """Let an existing plant that takes up cars be trusted no less than a newcomer."""
    after.trust[m] += p.renewal * max(0.0, p.trust_start - after.trust[m])


@kernel
def inherit(buyer, m, kept, after):
    """Let part of the name of maker m pass to its buyer, by what each built."""
    own, more = after.output[buyer], after.output[m]
    after.goodwill[buyer] += kept * after.goodwill[m]
    if own + more > 0.0:
        weight = kept * more / (own + more)
        after.trust[buyer] += weight * (after.trust[m] - after.trust[buyer])
        after.trust_electric[buyer] += weight * (after.trust_electric[m] - after.trust_electric[buyer])
