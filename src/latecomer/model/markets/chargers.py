"""Where are electric cars charged? Chargers by region, and what buyers there lose without them.

    chargers    region r: D_r = c n / (n + n0) + k programme i_r,  n = electric fleet over the region's share in product,
                i_r = income per household ^ x, mean one
    value       of an electric car there: e^(-share_e need (1 - D_r)),  share_e less in a hybrid

Source: Li, Zhu, Ma, Zhang and Zhou 2020 (chargers by city).
"""

import math

from latecomer.axes import BATTERY_CAR, COMBUSTION
from latecomer.compiled import kernel
from latecomer.model.kinds import TRAINS, importer


@kernel
def charging(r, e, state, p):
    """Return by what factor missing chargers in region r lower the value of a car of powertrain e."""
    return math.exp(-drive_share(e, p) * p.charger_need * (1.0 - state.chargers[r]))


@kernel
def spread(t, w, state, world, policy, p):
    """Put this year's electric cars (million) on the road by region, and let chargers follow them, the programme and income."""
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
        state.electric_fleet[r] = (1.0 - p.scrap_middle) * state.electric_fleet[r] + part * w.electric_sold


@kernel
def wealth(r, here, p):
    """Return product per household of region r to the power x: richer provinces build more public chargers."""
    return (here.region_gdp_share[r] / max(here.households[r].sum(), 1e-6)) ** p.charger_income


@kernel
def drive_share(e, p):
    """Return what part of the advantages and limits of a battery car a powertrain has."""
    if e == COMBUSTION:
        return 0.0
    return 1.0 if e == BATTERY_CAR else p.hybrid_share


@kernel
def report(t, w, state, world, makers, out):
    """Book chargers by region, and own brands among cars made and sold at home by powertrain."""
    out.chargers = 0.0
    for r in range(len(state.chargers)):
        out.region_chargers[r] = state.chargers[r]
        out.chargers += world[t].region_gdp_share[r] * state.chargers[r]
    burning, own_burning, driving, own_driving = 0.0, 0.0, 0.0, 0.0
    for j in range(w.lines):
        if importer(makers[w.maker[j]]):
            continue
        if w.powertrain[j] == COMBUSTION:
            burning += w.sold[j]
            own_burning += w.own[j] * w.sold[j]
        else:
            driving += w.sold[j]
            own_driving += w.own[j] * w.sold[j]
    out.own_brand_combustion_share = own_burning / burning if burning > 0.0 else 0.0
    out.own_brand_electric_share = own_driving / driving if driving > 0.0 else 0.0
