"""With what does a history begin? A vehicle park left from before, no maker, no car market, and buyers' tastes for segments.

Start values are parameters (group `start`); everything that is not named here is zero.
"""

from latecomer.axes import ECONOMY, ELSEWHERE, MAINSTREAM, MINIBUS, PREMIUM, SUV
from latecomer.compiled import kernel


@kernel
def begin(state, p):
    """Fill an empty state (all zeros) with the start values of the case."""
    state.truck_fleet = p.start_truck_fleet
    state.price_index = 1.0
    state.engineers[ELSEWHERE] = p.start_engineers
    state.engineer_pool, state.engineer_quality = p.start_engineers, 1.0
    state.segment_share[MINIBUS] = p.start_minibus
    state.segment_share[ECONOMY] = p.start_economy
    state.segment_share[MAINSTREAM] = p.start_mainstream
    state.segment_share[SUV] = p.start_suv
    state.segment_share[PREMIUM] = p.start_premium
    total = state.segment_share.sum()
    for s in range(state.segment_share.size):
        state.segment_share[s] /= total
