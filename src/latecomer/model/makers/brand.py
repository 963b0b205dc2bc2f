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
from latecomer.model.kinds import importer, own_brand


@kernel
def trust(w, state, makers, p):
    """Update trust of own-brand makers from the gap between their cars and those of joint ventures (utility)."""
    mean, weight = 0.0, 0.0
    for m in range(makers.size):
        if state.alive[m] == 1 and own_brand(makers[m]):
            w.best_gap[m] = shortfall(m, w, state)
            mean += w.best_gap[m] * state.output[m]
            weight += state.output[m]
    mean = mean / weight if weight > 0.0 else 1.0
    for m in range(makers.size):
        if state.alive[m] == 0:
            continue
        state.goodwill[m] = (1.0 - p.goodwill_decay) * state.goodwill[m] + w.marketing[m]
        if not own_brand(makers[m]):
            state.trust_electric[m] = p.foreign_electric * state.trust[m]
            continue
        own = min(1.2, max(0.0, w.best_gap[m]) / 0.9)
        nation = min(1.0, max(0.0, mean) / 0.2)
        target = p.trust_floor * ((1.0 - p.national_weight) * own + p.national_weight * nation)
        step = p.trust_speed if target > state.trust[m] else 2.0 * p.trust_speed
        state.trust[m] += min(step, 1.0) * (target - state.trust[m])
        behind = min(1.0, max(0.0, w.frontier[BATTERY] - state.mastered[m, BATTERY]) / 0.5)
        aim = p.electric_reset * state.trust[m] + (1.0 - p.electric_reset) * p.trust_floor * behind
        step = p.trust_speed if aim > state.trust_electric[m] else 2.0 * p.trust_speed
        state.trust_electric[m] += min(step, 1.0) * (aim - state.trust_electric[m])


@kernel
def mean_goodwill(state, makers):
    """Return the goodwill behind the average car made at home (billion CNY): the mean weighted by last year's output."""
    total, weight = 0.0, 0.0
    for m in range(makers.size):
        if state.alive[m] == 1 and not importer(makers[m]):
            total += state.output[m] * state.goodwill[m]
            weight += state.output[m]
    return total / weight if weight > 0.0 else 0.0


@kernel
def shortfall(m, w, state):
    """Return how far maker m's cars stand behind those of the average joint venture (log units; process counts most)."""
    gap = 0.6 * (w.venture_mean[PROCESS] - state.mastered[m, PROCESS])
    for d in (PLATFORM, ENGINE, ELECTRONICS, DESIGN):
        gap += 0.1 * (w.venture_mean[d] - state.mastered[m, d])
    return gap


@kernel
def begin(m, state, maker, p):
    """Let maker m begin with its name: a foreign one as strong as its brand, an own one unknown."""
    state.trust[m] = maker.brand if not own_brand(maker) else p.trust_start
    state.trust_electric[m] = state.trust[m]


@kernel
def catch_up(m, state, p):
    """Let an existing plant that takes up cars be trusted no less than a newcomer."""
    state.trust[m] += p.renewal * max(0.0, p.trust_start - state.trust[m])


@kernel
def inherit(buyer, m, kept, state):
    """Let part of the name of maker m pass to its buyer, by what each built."""
    before, more = state.output[buyer], state.output[m]
    state.goodwill[buyer] += kept * state.goodwill[m]
    if before + more > 0.0:
        weight = kept * more / (before + more)
        state.trust[buyer] += weight * (state.trust[m] - state.trust[buyer])
        state.trust_electric[buyer] += weight * (state.trust_electric[m] - state.trust_electric[buyer])
