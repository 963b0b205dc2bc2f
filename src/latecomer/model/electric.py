"""What does the new paradigm change, and for whom? Lock-in, software, batteries, and the demand for electric cars.

    lock        l_m: share of the new paradigm that a maker settled in the old one leaves aside (ventures, state, private, new
                makers); it cuts attention to young domains, launches of electric lines, and what is mastered:
                C_battery <= (1 - l) F_battery,  S <= (1 - l) X
    software    X = F_electronics - F_platform, the part of electronics that came with the paradigm: nobody leads in it
                dS_m = s (.3 + .7 a_m (1 - l)) max(0, (1 - l) X - S_m),  which adds to C_electronics; suppliers at home carry it
                ventures and importers: S = (1 - l) X, from their parents
    utility     share_e (-dislike + b min(M_battery, F_battery) + w S + fuel saved);  less of each in a hybrid
    chargers    region r: D_r = c n / (n + n0) + k programme i_r,  n = electric fleet over the region's share in product,
                i_r = income per household ^ x, mean one;  buyers' value of an electric car there: e^(-share_e need (1 - D_r))
    battery     kWh_s x world pack price x own learning x edge of home makers

Before the first year of a domain its frontier is zero, so nothing here acts. All l zero: no lock-in; all at one value:
equal lock-in. `battery_growth` and `electronics_growth` at zero close the window of opportunity.
Sources: Landini, Lee and Malerba 2017 (windows and lock-in, `docking.incalead`); Helveston et al. 2015 (dislike of limits); Li,
Zhu, Ma, Zhang and Zhou 2020 (chargers by city).
"""

import math

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    ELECTRONICS,
    IMPORTER,
    JOINT_VENTURE,
    PLATFORM,
    POWERTRAINS,
    PRIVATE,
)
from latecomer.compiled import kernel

TRAINS = len(POWERTRAINS)


@kernel
def lock_of(maker, p):
    """Return l_m, the share of the new paradigm that a maker leaves aside (0..1); foreign plants and importers none."""
    if maker.ownership == JOINT_VENTURE:
        return p.venture_lock
    if maker.ownership > PRIVATE:
        return 0.0
    if maker.electric_only == 1:
        return p.lock_new
    return p.lock_private if maker.ownership == PRIVATE else p.lock_state


@kernel
def new_part(frontier):
    """Return X, how far electronics has run ahead of the old domains with software (log units)."""
    return max(0.0, frontier[ELECTRONICS] - frontier[PLATFORM])


@kernel
def drive_appeal(m, e, w, state, world, p):
    """Return the utility of an electric drive: dislike of limits, technology, software, fuel saved; less of each in a hybrid."""
    technology = state.accessible[m, BATTERY] if w.frontier[BATTERY] > 0.0 else 0.0
    u = -p.electric_dislike + p.electric_technology * min(technology, w.frontier[BATTERY])
    u += p.software_taste * state.software[m] + p.fuel_saving * math.log(max(world.oil_price, 0.05))
    return drive_share(e, p) * u


@kernel
def drive_share(e, p):
    """Return what part of the advantages and limits of a battery car a powertrain has."""
    if e == COMBUSTION:
        return 0.0
    return 1.0 if e == BATTERY_CAR else p.hybrid_share


@kernel
def charging(r, e, state, p):
    """Return by what factor missing chargers in region r lower the value of a car of powertrain e."""
    return math.exp(-drive_share(e, p) * p.charger_need * (1.0 - state.chargers[r]))


@kernel
def credit_price(now, state, p):
    """Return the price of a new-energy credit (thousand CNY): high while the mandate exceeds what is sold."""
    if now.credit_ratio <= 0.0:
        return 0.0
    return p.credit_price * now.credit_ratio / (now.credit_ratio + p.credit_points * state.electric_share)


@kernel
def pack_cost(m, s, e, state, world, now, maker, p):
    """Return the cost of battery and drive of an electric line (thousand CNY of 2010)."""
    size = (0.5, 0.65, 1.0, 1.25, 1.6)[s]
    energy = p.pack_energy * size * (1.0 if e == BATTERY_CAR else p.hybrid_energy)
    learned = (1.0 + state.experience_electric[m] / 0.5) ** (-p.pack_learning)
    price = world.battery_price * learned
    if maker.ownership <= PRIVATE:
        price *= (1.0 - p.pack_home_edge) * (1.0 - p.pack_own_edge * maker.batteries)
    else:
        price *= 1.0 + p.whitelist_burden * now.battery_whitelist
    return energy * price + (p.drive_cost if e == BATTERY_CAR else p.hybrid_cost) * size


@kernel
def learn(w, state, makers, p):
    """Update the software that makers master, and limit their mastery of young domains by lock-in."""
    whole = new_part(w.frontier)
    for m in range(makers.size):
        if state.alive[m] == 0:
            continue
        reach = 1.0 - lock_of(makers[m], p)
        if makers[m].ownership > PRIVATE:
            state.software[m] = reach * whole
            continue
        effort = state.research[m] * state.organisation[m] * reach
        open_ear = 0.3 + 0.7 * (1.0 - math.exp(-effort / p.absorption_scale))
        gain = p.software_spillover * open_ear * max(0.0, reach * whole - state.software[m])
        state.software[m] += gain
        room = max(0.0, w.frontier[ELECTRONICS] - state.mastered[m, ELECTRONICS])
        state.mastered[m, ELECTRONICS] += min(gain, room)
        known = min(state.mastered[m, BATTERY], reach * w.frontier[BATTERY])
        state.mastered[m, BATTERY] = known if w.frontier[BATTERY] > 0.0 else 0.0


@kernel
def spread(t, electric, w, state, world, policy, p):
    """Put this year's `electric` cars (million) on the road by region, and let chargers follow them, the programme and income."""
    here, regions, total, mean = world[t], len(state.chargers), 0.0, 0.0
    w.local_electric[:] = 0.0
    for e in range(1, TRAINS):
        for j in range(w.first[e], w.first[e + 1]):
            for r in range(regions):
                for b in range(w.classes):
                    w.local_electric[r] += w.weight[j, b] * w.appeal[r, e] * w.first_demand[r, b]
    for r in range(regions):
        total += w.local_electric[r]
        mean += here.region_gdp_share[r] * wealth(r, here, p)
    for r in range(regions):
        part = w.local_electric[r] / total if total > 0.0 else 0.0
        dense = state.electric_fleet[r] / max(here.region_gdp_share[r], 1e-6)
        density = p.charger_market * dense / (dense + p.charger_half)
        density += p.charger_public * policy[t].charging_programme * wealth(r, here, p) / mean
        state.chargers[r] = min(1.0, density)
        state.electric_fleet[r] = (1.0 - p.scrap_middle) * state.electric_fleet[r] + part * electric


@kernel
def wealth(r, here, p):
    """Return product per household of region r to the power x: richer provinces build more public chargers."""
    return (here.region_gdp_share[r] / max(here.households[r].sum(), 1e-6)) ** p.charger_income


@kernel
def report(t, w, state, world, makers, out):
    """Book chargers by region, and own brands among cars made and sold at home by powertrain."""
    out.chargers = 0.0
    for r in range(len(state.chargers)):
        out.region_chargers[r] = state.chargers[r]
        out.chargers += world[t].region_gdp_share[r] * state.chargers[r]
    burning, own_burning, driving, own_driving = 0.0, 0.0, 0.0, 0.0
    for j in range(w.lines):
        if makers[w.maker[j]].ownership == IMPORTER:
            continue
        if w.powertrain[j] == COMBUSTION:
            burning += w.sold[j]
            own_burning += w.own[j] * w.sold[j]
        else:
            driving += w.sold[j]
            own_driving += w.own[j] * w.sold[j]
    out.own_brand_combustion_share = own_burning / burning if burning > 0.0 else 0.0
    out.own_brand_electric_share = own_driving / driving if driving > 0.0 else 0.0
