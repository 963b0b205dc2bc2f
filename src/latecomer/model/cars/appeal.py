"""What draws buyers to a car? The utility of every line, before its price.

    utility     delta = a0 + b_Q (Q - F) + trust + comfort z_s + reach + novelty - crowding ln(J/30) + taste
    electric    + share_e (-dislike + b min(M_battery, F_battery) + w S + fuel saved);  less of each in a hybrid
    goodwill    g ln((A_m + A0) / (mean A + A0)) for an own brand (`brand`)

Sources: Berry, Levinsohn and Pakes 1995 (utility); Helveston et al. 2015 (dislike of limits).
"""

import math

from latecomer.axes import BATTERY, COMBUSTION, MINIBUS, PREMIUM, SUV
from latecomer.compiled import kernel
from latecomer.model.cars.quality import quality_gap
from latecomer.model.context import each
from latecomer.model.kinds import COMFORT, importer, own_brand
from latecomer.model.markets.chargers import drive_share

FLOW = (*each("j", "utility luxury firm_taste official_taste electric own"),)


@kernel
def appeal_of(j, now, before, after, flow, p):
    """Fill the utility terms of line j."""
    m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
    maker = now.makers[m]
    own = 1.0 if own_brand(maker) else 0.0
    z = COMFORT[s]
    u = (
        p.base_utility
        + p.quality_taste * quality_gap(m, e, now, after, flow, p)
        + p.comfort_taste * z
        + after.taste[m, s, e]
    )
    room = min(after.capacity[m], 1.0) if not importer(maker) else p.import_reach
    u += p.reach_effect * math.log((0.02 + room) / 0.18) - p.novelty * math.exp(-after.age[m, s, e] / 2.5)
    u -= p.crowding * math.log(max(flow.lines, 1) / 30.0)
    if s == SUV:
        u += p.suv_taste * (now.world.world_suv_share - p.suv_norm)
    if importer(maker):
        u -= p.import_handicap + p.licence_strength * now.policy.trade_licence
    trust = after.trust[m] if e == COMBUSTION else after.trust_electric[m]
    if own == 1.0 and s == PREMIUM and now.world.year >= maker.second_brand:
        trust += p.second_brand * max(0.0, p.trust_start - trust)
    if own == 1.0:
        u += p.goodwill_taste * math.log(
            (after.goodwill[m] + p.goodwill_half) / (flow.goodwill_mean + p.goodwill_half)
        )
    u += trust
    if e != COMBUSTION:
        u += drive_appeal(m, e, now, before, after, flow, p)
    flow.utility[j] = u
    name = 0.0 if own == 1.0 else (1.0 if e == COMBUSTION else p.foreign_electric)
    flow.luxury[j] = p.comfort_income * (z - 1.0) + p.status_income * name
    flow.firm_taste[j] = p.firm_minibus if s == MINIBUS else 0.0
    flow.official_taste[j] = p.procurement_effect * now.policy.procurement_own_brand * own
    flow.electric[j] = 0.0 if e == COMBUSTION else 1.0
    flow.own[j] = own


@kernel
def drive_appeal(m, e, now, before, after, flow, p):
    """Return the utility of an electric drive: dislike of limits, technology, software, fuel saved; less of each in a hybrid."""
    technology = after.accessible[m, BATTERY] if flow.frontier[BATTERY] > 0.0 else 0.0
    u = -p.electric_dislike + p.electric_technology * min(technology, flow.frontier[BATTERY])
    u += p.software_taste * before.software[m] + p.fuel_saving * math.log(max(now.world.oil_price, 0.05))
    return drive_share(e, p) * u
