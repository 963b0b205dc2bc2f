"""When does a maker's own research succeed, and what kind of step is it?

    improvement:  P = 1 - exp(-theta (R org talent v_d)^.65 (1 + eta G_d) (1 + i breadth_d + n e^(-|M - C| / .1)));
                  step |N| / 20 + .01, fading at the frontier of an old domain
    kinds:        original, integrated (breadth_d: other domains near the frontier), absorbed (re-innovation where C is
                  near what others offer): parts 1 : i breadth : n e^(..) of each success

Sources: Nelson and Winter 1982; Henderson and Clark 1990 (integration of components).
"""

import math

from latecomer.axes import ABSORBED, BATTERY, INTEGRATED, ORIGINAL
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model.channels import IMPROVE, STEP, smooth_step
from latecomer.model.kinds import NDOMAINS

NEAR = 0.1  # log units from technology of others within which absorbing it turns into improving on it
WITHIN_REACH = 0.3  # log units behind the frontier at which a domain counts as half mastered


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
def breadth(d, m, w, state):
    """Return the share of the other domains that maker m has within reach of the frontier (0..1, smooth)."""
    mastered, others = 0.0, 0
    for other in range(NDOMAINS):
        if other != d and (other != BATTERY or w.frontier[BATTERY] > 0.0):
            others += 1
            mastered += smooth_step((WITHIN_REACH - w.frontier[other] + state.mastered[m, other]) / 0.1)
    return mastered / others
