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
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS

NEAR = 0.1  # log units from technology of others within which absorbing it turns into improving on it
WITHIN_REACH = 0.3  # log units behind the frontier at which a domain counts as half mastered

FLOW = (*each("g", "succeeded"),)


@kernel
def odds(d, focus, spur, after, p):
    """Return the chance that research succeeds this year; `spur` multiplies the rate."""
    return 1.0 - math.exp(
        -p.improvement * max(focus, 0.0) ** 0.65 * (1.0 + p.public_effect * after.public_knowledge[d]) * spur
    )


@kernel
def room(d, known, flow):
    """Return the part of a step that the frontier leaves: all in a young domain, fading to none in an old one."""
    return 1.0 if d == BATTERY else min(max((flow.frontier[d] + 0.1 - known) / 0.3, 0.0), 1.0)


@kernel
def improve(d, m, shown, now, after, flow, p):
    """Return the gain from own innovation, and book it by kind in proportion to what each kind adds to the rate.

    `shown` is what the ventures of the group do not withhold (log units).
    """
    focus = flow.focus[d] * flow.split[2]
    known = after.mastered[m, d]
    outside = max(flow.offered[m, d], shown)
    integrated = p.integration * flow.breadth[d]
    absorbed = p.reinnovation * math.exp(-abs(outside - known) / NEAR)
    spur = 1.0 + integrated + absorbed
    entity = m * NDOMAINS + d
    if uniform(now.seed, now.history, now.t, entity, IMPROVE) >= odds(d, focus, spur, after, p):
        return 0.0
    step = room(d, known, flow) * (0.05 * abs(normal(now.seed, now.history, now.t, entity, STEP)) + 0.01)
    flow.succeeded[ORIGINAL] = step / spur
    flow.succeeded[INTEGRATED] = step * integrated / spur
    flow.succeeded[ABSORBED] = step * absorbed / spur
    return step


@kernel
def breadth(d, m, after, flow):
    """Return the share of the other domains that maker m has within reach of the frontier (0..1, smooth)."""
    mastered, others = 0.0, 0
    for other in range(NDOMAINS):
        if other != d and (other != BATTERY or flow.frontier[BATTERY] > 0.0):
            others += 1
            mastered += smooth_step((WITHIN_REACH - flow.frontier[other] + after.mastered[m, other]) / 0.1)
    return mastered / others
