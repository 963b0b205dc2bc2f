"""Who is held back by the old paradigm? Lock-in.

    lock        l_m: share of the new paradigm that a maker settled in the old one leaves aside (ventures, state, private, new
                makers); it cuts attention to young domains, launches of electric lines, and what is mastered:
                C_battery <= (1 - l) F_battery,  S <= (1 - l) X (`software`)

All l zero: no lock-in; all at one value: equal lock-in. Source: Landini, Lee and Malerba 2017 (windows and lock-in,
`docking.incalead`).
"""

from latecomer.compiled import kernel
from latecomer.model.kinds import own_brand, private, venture


@kernel
def lock_of(maker, p):
    """Return l_m, the share of the new paradigm that a maker leaves aside (0..1); foreign plants and importers none."""
    if venture(maker):
        return p.venture_lock
    if not own_brand(maker):
        return 0.0
    if maker.electric_only == 1:
        return p.lock_new
    return p.lock_private if private(maker) else p.lock_state
