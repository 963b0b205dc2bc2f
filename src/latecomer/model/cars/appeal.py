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
from latecomer.model.kinds import COMFORT, importer, own_brand
from latecomer.model.markets.chargers import drive_share


@kernel
def appeal_of(j, t, w, state, world, policy, makers, p):
    """Fill the utility terms of line j."""
    m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
    maker = makers[m]
    own = 1.0 if own_brand(maker) else 0.0
    z = COMFORT[s]
    u = (
        p.base_utility
        + p.quality_taste * quality_gap(m, e, w, state, maker, p)
        + p.comfort_taste * z
        + state.taste[m, s, e]
    )
    room = min(state.capacity[m], 1.0) if not importer(maker) else p.import_reach
    u += p.reach_effect * math.log((0.02 + room) / 0.18) - p.novelty * math.exp(-state.age[m, s, e] / 2.5)
    u -= p.crowding * math.log(max(w.lines, 1) / 30.0)
    if s == SUV:
        u += p.suv_taste * (world[t].world_suv_share - p.suv_norm)
    if importer(maker):
        u -= p.import_handicap + p.licence_strength * policy[t].trade_licence
    trust = state.trust[m] if e == COMBUSTION else state.trust_electric[m]
    if own == 1.0 and s == PREMIUM and world[t].year >= maker.second_brand:
        trust += p.second_brand * max(0.0, p.trust_start - trust)
    if own == 1.0:
        u += p.goodwill_taste * math.log(
            (state.goodwill[m] + p.goodwill_half) / (w.goodwill_mean + p.goodwill_half)
        )
    u += trust
    if e != COMBUSTION:
        u += drive_appeal(m, e, w, state, world[t], p)
    w.utility[j] = u
    name = 0.0 if own == 1.0 else (1.0 if e == COMBUSTION else p.foreign_electric)
    w.luxury[j] = p.comfort_income * (z - 1.0) + p.status_income * name
    w.firm_taste[j] = p.firm_minibus if s == MINIBUS else 0.0
    w.official_taste[j] = p.procurement_effect * policy[t].procurement_own_brand * own
    w.electric[j] = 0.0 if e == COMBUSTION else 1.0
    w.own[j] = own


@kernel
def drive_appeal(m, e, w, state, world, p):
    """Return the utility of an electric drive: dislike of limits, technology, software, fuel saved; less of each in a hybrid."""
    technology = state.accessible[m, BATTERY] if w.frontier[BATTERY] > 0.0 else 0.0
    u = -p.electric_dislike + p.electric_technology * min(technology, w.frontier[BATTERY])
    u += p.software_taste * state.software[m] + p.fuel_saving * math.log(max(world.oil_price, 0.05))
    return drive_share(e, p) * u
