"""Where are electric cars charged? Chargers by region, and what buyers there lose without them.

    chargers    region r: D_r = c n / (n + n0) + k programme i_r,  n = electric fleet over the region's share in product,
                i_r = income per household ^ x, mean one
    value       of an electric car there: e^(-share_e need (1 - D_r)),  share_e less in a hybrid

Source: Li, Zhu, Ma, Zhang and Zhou 2020 (chargers by city).
"""

import math

from latecomer.axes import BATTERY_CAR, COMBUSTION
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import TRAINS, importer

FLOW = (*each("r", "local_electric"),)


@kernel
def charging(r, e, before, p):
    """Return by what factor missing chargers in region r lower the value of a car of powertrain e."""
    return math.exp(-drive_share(e, p) * p.charger_need * (1.0 - before.chargers[r]))


@kernel
def spread(now, after, flow, p):
    """Put this year's electric cars (million) on the road by region, and let chargers follow them, the programme and income."""
    here, regions, total, mean = now.world, len(after.chargers), 0.0, 0.0
    flow.local_electric[:] = 0.0
    for e in range(1, TRAINS):
        for j in range(flow.first[e], flow.first[e + 1]):
            for r in range(regions):
                for b in range(flow.classes):
                    flow.local_electric[r] += flow.weight[j, b] * flow.appeal[r, e] * flow.first_demand[r, b]
    for r in range(regions):
        total += flow.local_electric[r]
        mean += here.region_gdp_share[r] * wealth(r, now, p)
    for r in range(regions):
        part = flow.local_electric[r] / total if total > 0.0 else 0.0
        dense = after.electric_fleet[r] / max(here.region_gdp_share[r], 1e-6)
        density = p.charger_market * dense / (dense + p.charger_half)
        density += p.charger_public * now.policy.charging_programme * wealth(r, now, p) / mean
        after.chargers[r] = min(1.0, density)
        after.electric_fleet[r] = (1.0 - p.scrap_middle) * after.electric_fleet[r] + part * flow.electric_sold


@kernel
def wealth(r, now, p):
    """Return product per household of region r to the power x: richer provinces build more public chargers."""
    return (now.world.region_gdp_share[r] / max(now.world.households[r].sum(), 1e-6)) ** p.charger_income


@kernel
def drive_share(e, p):
    """Return what part of the advantages and limits of a battery car a powertrain has."""
    if e == COMBUSTION:
        return 0.0
    return 1.0 if e == BATTERY_CAR else p.hybrid_share


@kernel
def report(now, before, flow, out):
    """Book chargers by region, and own brands among cars made and sold at home by powertrain."""
    out.chargers = 0.0
    for r in range(len(before.chargers)):
        out.region_chargers[r] = before.chargers[r]
        out.chargers += now.world.region_gdp_share[r] * before.chargers[r]
    burning, own_burning, driving, own_driving = 0.0, 0.0, 0.0, 0.0
    for j in range(flow.lines):
        if importer(now.makers[flow.maker[j]]):
            continue
        if flow.powertrain[j] == COMBUSTION:
            burning += flow.sold[j]
            own_burning += flow.own[j] * flow.sold[j]
        else:
            driving += flow.sold[j]
            own_driving += flow.own[j] * flow.sold[j]
    out.own_brand_combustion_share = own_burning / burning if burning > 0.0 else 0.0
    out.own_brand_electric_share = own_driving / driving if driving > 0.0 else 0.0
