"""What did software add to electronics, and who masters it?

    software    X, the part of electronics that came with the paradigm (`frontier`): nobody leads in it
                dS_m = s (.3 + .7 a_m (1 - l)) max(0, (1 - l) X - S_m),  which adds to C_electronics; suppliers at home carry it
                ventures and importers: S = (1 - l) X, from their parents

l is lock-in (`paradigm`), which also holds what a maker masters of batteries to (1 - l) F_battery.
"""

import math

from latecomer.compiled import kernel
from latecomer.model.kinds import own_brand
from latecomer.model.technology.frontier import new_part
from latecomer.model.technology.learning import learn_software
from latecomer.model.technology.paradigm import lock_of


@kernel
def learn(now, after, flow, p):
    """Update the software that makers master, and limit their mastery of young domains by lock-in."""
    whole = new_part(flow.frontier)
    for m in range(now.makers.size):
        if after.alive[m] == 0:
            continue
        reach = 1.0 - lock_of(now.makers[m], p)
        if not own_brand(now.makers[m]):
            after.software[m] = reach * whole
            continue
        effort = after.research[m] * after.organisation[m] * reach
        open_ear = 0.3 + 0.7 * (1.0 - math.exp(-effort / p.absorption_scale))
        gain = p.software_spillover * open_ear * max(0.0, reach * whole - after.software[m])
        after.software[m] += gain
        learn_software(m, gain, reach, after, flow)
