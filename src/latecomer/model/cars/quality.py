"""How good is a car? Technology used by domain, weighted for its powertrain.

    quality     Q = sum_d v_de C_d, accessed technology counting in part for an own brand, in full for a joint venture

Q - F, the distance from the frontier, is what buyers see and what drives cost.
"""

from latecomer.axes import BATTERY_CAR, COMBUSTION
from latecomer.compiled import kernel
from latecomer.model.kinds import NDOMAINS, own_brand


@kernel
def domain_weight(d, e, p):
    """Return v_de, the weight of domain d in the quality of a car of powertrain e; weights of a powertrain sum to one.

    Parameters are drawn one by one, so that only their ratios count.
    """
    combustion = (
        p.weight_platform,
        p.weight_engine,
        p.weight_electronics,
        0.0,
        p.weight_process,
        p.weight_design,
    )
    electric = (
        p.electric_platform,
        0.0,
        p.electric_electronics,
        p.electric_battery,
        p.electric_process,
        p.electric_design,
    )
    burning, driving = 0.0, 0.0
    for part in combustion:
        burning += part
    for part in electric:
        driving += part
    if e == COMBUSTION:
        return combustion[d] / burning
    if e == BATTERY_CAR:
        return electric[d] / driving
    return 0.5 * (combustion[d] / burning + electric[d] / driving)


@kernel
def technology_used(m, d, now, after, p):
    """Return the technology of domain d in a car of maker m: what it masters plus, for an own brand, part of what it may use."""
    maker = now.makers[m]
    known = after.mastered[m, d]
    if not own_brand(maker):
        return after.accessible[m, d]
    return known + p.access_use * max(0.0, after.accessible[m, d] - known)


@kernel
def quality_gap(m, e, now, after, flow, p):
    """Return Q - F of a car of maker m with powertrain e (log units; negative behind the frontier)."""
    gap = 0.0
    for d in range(NDOMAINS):
        gap += domain_weight(d, e, p) * (technology_used(m, d, now, after, p) - flow.frontier[d])
    return gap
