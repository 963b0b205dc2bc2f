"""How far has the world's technology come? The frontier by domain, which nobody at home moves.

    old domains   F_d = g (year - first)
    electronics   F + g_e max(0, year - dawn),   X = F_electronics - F_platform is the part that came with software
    batteries     F = g_b max(0, year - dawn): before the first year of the domain it is zero, and nothing there acts
    clock         F_d at the year that the world's `frontier_clock` shows, the calendar year in history

`battery_growth` and `electronics_growth` at zero close the window of opportunity.
"""

from latecomer.axes import BATTERY, ELECTRONICS, PLATFORM
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS

FLOW = (*each("d", "frontier"),)


@kernel
def frontier(year, into, p):
    """Fill into[d] with the world frontier (log units, first frontier year = 0): old domains grow for ever, young ones
    from their dawn."""
    base = p.frontier_growth * (year - p.frontier_year)
    for d in range(NDOMAINS):
        into[d] = base
    into[ELECTRONICS] = base + p.electronics_growth * max(0.0, year - p.electronics_dawn)
    into[BATTERY] = p.battery_growth * max(0.0, year - p.battery_dawn)


@kernel
def clock(year, now):
    """Return the year whose world technology was the newest in this year; before the first year of the world, the year itself."""
    t = int(year - now.world_path[0].year)
    return now.world_path[min(t, now.world_path.size - 1)].frontier_clock if t >= 0 else float(year)


@kernel
def new_part(frontier):
    """Return X, how far electronics has run ahead of the old domains with software (log units)."""
    return max(0.0, frontier[ELECTRONICS] - frontier[PLATFORM])
