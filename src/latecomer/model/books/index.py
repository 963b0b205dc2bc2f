"""How great and how strong is the industry? Two geometric indices against the mean of four reference countries.

    great  = 100 prod (z_i / ref_i)^w_i   output .35, home market .20, capacity .15, value added .15, export units .15
    strong = 100 prod (z_i / ref_i)^w_i   core control .25, own brands .20, quality and price .20, export value .15,
                                          return .10, talent .10

Geometric, so neither scale alone nor isolation makes an industry strong. Ratios are held between 1/1000 and
10. Reference values and weights are parameters (group `index`). Built after the manufacturing-power index (four
pillars, base country mean) and the ten-item automobile-power index of Zhao and Liu.
"""

import math

from latecomer.axes import PROCESS
from latecomer.compiled import kernel


@kernel
def measure(after, flow, p, out):
    """Fill great, strong and their pillars (ratios to the reference mean) from the year record."""
    revenue = max(out.revenue, 1e-9)
    great = (
        (out.vehicles / p.reference_output, p.great_output),
        (
            (out.home_sales + out.commercial_vehicles - out.commercial_exports) / p.reference_market,
            p.great_market,
        ),
        ((out.capacity + after.truck_capacity.sum() * 1e6) / p.reference_capacity, p.great_capacity),
        (p.value_added_share * revenue / p.reference_value, p.great_value),
        (out.vehicle_exports / p.reference_exports, p.great_exports),
    )
    total = 0.0
    for i in range(5):
        out.great_pillars[i] = great[i][0]
        total += great[i][1] * math.log(min(max(great[i][0], 1e-3), 10.0))
    out.great = 100.0 * math.exp(total)
    share = out.own_brand_home_share
    if out.passenger_exports > 0.0:
        share += p.export_brands * (out.own_brand_export_share - share)
    gap = 0.0
    for d in range(out.frontier.size):
        gap += (out.frontier[d] - out.own_capability[d]) / out.frontier.size
    behind = (out.frontier[PROCESS] - out.own_capability[PROCESS]) if out.vehicles > 0.0 else 1.0
    price = out.own_brand_price / out.average_price if out.own_brand_price > 0.0 else 0.5
    exported = p.export_price * out.own_brand_price * out.own_exports / max(out.vehicles, 1.0)
    gain = max(out.profit - out.soft_aid - p.subsidy_gain * out.subsidy, 0.0) / max(
        out.capacity * p.capacity_price * 1e-6, 1e-9
    )
    strong = (
        (out.core_control / p.reference_control, p.strong_control),
        (share / p.reference_brands, p.strong_brands),
        (math.exp(-behind) * math.sqrt(price) / p.reference_quality, p.strong_quality),
        (exported / p.reference_export_value, p.strong_exports),
        (gain / p.reference_return, p.strong_return),
        (math.exp(-gap) * flow.talent / p.reference_talent, p.strong_talent),
    )
    total = 0.0
    for i in range(6):
        out.strong_pillars[i] = strong[i][0]
        total += strong[i][1] * math.log(min(max(strong[i][0], 1e-3), 10.0))
    out.strong = 100.0 * math.exp(total)
