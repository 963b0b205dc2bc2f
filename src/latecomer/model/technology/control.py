"""How much of the technology in its cars does a maker master, where does the rest come from, and what does that cost?

    control   c_m = sum_d v_d exp(-(L_md - C_md) - k max(0, F_d - C_md))     L: technology used, k: loss with distance
    leaning   s_my = sum of v_d (1 - exp(-(L_md - C_md))) over the domains whose technology comes from source y
    fees      f_m = sum_y fee_y s_my,  a rate on home sales of cars (`finance`); an alliance with a leader has its own fee

What is mastered is a maker's own; what it uses beyond comes from a source (`axes.TECHNOLOGY_SOURCES`, set in
`access.introduce`). A venture uses all its partner lets it have; what would leave with the partner counts as not
mastered. Weights v_d move with the electric share of the market. A licence of all technology costs `licence_fee` of
sales: royalties for cars of 3-5% are common in contracts, but no collection of them is at hand, so all fees are
assumptions. Technology that came with a takeover or a partner in the maker itself is paid for there, batteries of
suppliers in the price of packs.
"""

import math

from latecomer.axes import (
    BATTERY_CAR,
    COMBUSTION,
    DESIGN_HOUSE,
    LICENCE,
    MACHINERY,
    OWN_SOURCE,
)
from latecomer.compiled import kernel
from latecomer.model.books.memory import built
from latecomer.model.cars.quality import domain_weight, technology_used
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, importer, own_brand

FLOW = (
    *each("m", "control fee_rate"),
    *each("my", "leaning"),
)


@kernel
def weigh(now, before, after, flow, p):
    """Fill control and fee rate [m] and the leaning on sources [m, y] from the technology used in the year's cars."""
    flow.control[:] = 0.0
    flow.fee_rate[:] = 0.0
    flow.leaning[:, :] = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        for d in range(NDOMAINS):
            blend = mean_weight(d, after, p)
            beyond = unmastered(m, d, now, before, after, p)
            behind = max(0.0, flow.frontier[d] - after.mastered[m, d])
            flow.control[m] += blend * math.exp(-beyond - p.control_distance * behind)
            y = flow.source[m, d]
            if y != OWN_SOURCE and own_brand(now.makers[m]):
                leaning = blend * (1.0 - math.exp(-beyond))
                flow.leaning[m, y] += leaning
                flow.fee_rate[m] += (fee(y, p) + flow.joint_fee[m, d]) * leaning


@kernel
def mean_weight(d, after, p):
    """Return v_d, the weight of domain d in the cars of the market: electric ones by their share."""
    blend = domain_weight(d, COMBUSTION, p)
    if after.electric_share > 0.0:
        blend += after.electric_share * (domain_weight(d, BATTERY_CAR, p) - blend)
    return blend


@kernel
def unmastered(m, d, now, before, after, p):
    """Return how far the technology used by maker m exceeds what it masters (log units)."""
    maker = now.makers[m]
    if not own_brand(maker):
        return p.venture_hold * max(0.0, after.accessible[m, d] - before.own_mean[d])
    return technology_used(m, d, now, after, p) - after.mastered[m, d]


@kernel
def fee(y, p):
    """Return the fee of source y, as a share of home sales of cars if all technology came from it."""
    if y == LICENCE:
        return p.licence_fee
    if y == DESIGN_HOUSE:
        return p.design_fee
    return p.machinery_fee if y == MACHINERY else 0.0


@kernel
def report(now, after, flow, out):
    """Book control by maker, the sources of technology that own brands use but do not master, and fees."""
    out.technology_sources[:] = 0.0
    out.technology_fees = 0.0
    weight = 0.0
    for m in range(now.makers.size):
        out.maker_control[m] = flow.control[m]
        if after.alive[m] == 0 or not own_brand(now.makers[m]):
            continue
        made = built(m, after, flow) + 0.5 * flow.truck_sold[m]
        weight += made
        out.technology_fees += flow.fees[m]
        for y in range(out.technology_sources.size):
            out.technology_sources[y] += made * flow.leaning[m, y]
    for y in range(out.technology_sources.size):
        out.technology_sources[y] = out.technology_sources[y] / weight if weight > 0.0 else 0.0
