"""With what does a history begin? A vehicle park left from before, no maker, no car market, and buyers' tastes for segments.

Start values are parameters (group `start`); everything that is not named here is zero.
"""

from latecomer.axes import ECONOMY, ELSEWHERE, MAINSTREAM, MINIBUS, PREMIUM, SUV
from latecomer.compiled import kernel


@kernel
def begin(after, p):
    """Fill an empty state (all zeros) with the start values of the case."""
    after.truck_fleet = p.start_truck_fleet
    after.price_index = 1.0
    after.engineers[ELSEWHERE] = p.start_engineers
    after.engineer_pool, after.engineer_quality = p.start_engineers, 1.0
    after.segment_share[MINIBUS] = p.start_minibus
    after.segment_share[ECONOMY] = p.start_economy
    after.segment_share[MAINSTREAM] = p.start_mainstream
    after.segment_share[SUV] = p.start_suv
    after.segment_share[PREMIUM] = p.start_premium
    total = after.segment_share.sum()
    for s in range(after.segment_share.size):
        after.segment_share[s] /= total
