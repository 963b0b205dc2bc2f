"""How much does a province favour its own makers? Local protection as a taste that answers to what is at stake.

    protection_r = h x lever x (s0 + (1 - s0) stake_r),   stake_r = O_r / (O_r + o)

O_r is last year's output of makers at home in r. The taste enters private demand once, official demand twice
(`market`). The centre may ban it (the lever). Source: Barwick, Cao and Li 2021, for size and for who is served.
"""

from latecomer.compiled import kernel


@kernel
def protect(t, w, state, policy, makers, p):
    """Fill w.protection[r] (utility) from last year's output at home."""
    w.stake[:] = 0.0
    for m in range(makers.size):
        r = makers[m].home
        if r >= 0 and state.alive[m] == 1:
            w.stake[r] += state.output[m] + state.truck_output[m]
    for r in range(w.stake.size):
        stake = w.stake[r] / (w.stake[r] + p.stake_half)
        w.protection[r] = (
            p.home_taste
            * policy[t].protection_local
            * (p.protection_floor + (1.0 - p.protection_floor) * stake)
        )
