"""How many households and organisations look for a car this year? First cars, replacements, institutions and small firms.

    first time    N1 = shop x private x max(0, S(y) households - fleet),  S(y) = s_max y / (y + y_half)
    replacement   N2 = sum_a scrap_a x fleet_a x (1 + trade-in);  buyers to whom any car is worth psi more
    fleet         F_a+1' = (1 - scrap_a (1 + trade-in)) F_a;  F_0' = cars bought;  the oldest stay together
    institutions  N1 = iota .05 GDP g_r;  small firms N1 = beta .05 GDP^.9 g_r;  most of demand before 2000

Plate quotas hold back a share of a region's buyers of combustion cars, and of electric cars where these are not
exempt; missing chargers lower the value of electric cars (`chargers.charging`). Cars age by single years: with classes of
five years, of which a fifth moves on, a growing fleet would hold twice the old cars that it can. A car traded in is scrapped.
Sources: Dargay and Gately 1999 (saturation by income); Hao, Wang, Ouyang and Cheng 2011 (a private car lasts 14.5 years).
"""

from latecomer.axes import COMBUSTION, INCOME_CLASSES, INSTITUTION, SMALL_BUSINESS
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import NAGES, TRAINS
from latecomer.model.markets.chargers import charging

MIDDLE_AGE, OLD_AGE = 5, 10

FLOW = (
    *each("re", "appeal"),
    *each("rb", "first_time replacing"),
)


@kernel
def scrap_rate(a, p):
    """Return the share of cars of age a scrapped in a year."""
    if a < MIDDLE_AGE:
        return p.scrap_young
    return p.scrap_middle if a < OLD_AGE else p.scrap_old


@kernel
def brought_forward(now, p):
    """Return by what factor aid for trade-in raises the number of cars scrapped and replaced this year."""
    return (
        1.0
        + p.trade_in_effect * (now.policy.subsidy_trade_in + now.policy.subsidy_trade_in_electric) / 10000.0
    )


@kernel
def count(now, before, flow, p):
    """Fill first_time and replacing [r, b] (million) and appeal [r, e] (share of buyers
    not held back, times the worth of an electric car with the chargers there)."""
    here = now.world
    bonus = brought_forward(now, p)
    regions = len(flow.appeal)
    for r in range(regions):
        for b in range(INCOME_CLASSES):
            y = here.income[b]
            full = p.saturation * y / (y + p.saturation_half)
            fleet, worn = 0.0, 0.0
            for a in range(NAGES):
                fleet += before.fleet[r, b, a]
                worn += scrap_rate(a, p) * before.fleet[r, b, a]
            flow.first_time[r, b] = (
                p.shopping * now.policy.purchase_private * max(0.0, full * here.households[r, b] - fleet)
            )
            flow.replacing[r, b] = worn * bonus
        share = here.region_gdp_share[r]
        flow.first_time[r, INSTITUTION] = p.institutions * 0.05 * here.gdp * share
        flow.first_time[r, SMALL_BUSINESS] = p.small_firms * 0.05 * here.gdp**0.9 * share
        flow.replacing[r, INSTITUTION] = 0.0
        flow.replacing[r, SMALL_BUSINESS] = 0.0
        held = now.policy.plate_limit[r]
        for e in range(TRAINS):
            free = 0.0 if e == COMBUSTION else now.policy.plate_electric_free
            flow.appeal[r, e] = (1.0 - held * (1.0 - free)) * charging(r, e, before, p)


@kernel
def add_to_fleet(now, after, flow, p):
    """Scrap, age and add this year's purchases (million cars)."""
    bonus = brought_forward(now, p)
    for r in range(len(flow.appeal)):
        for b in range(INCOME_CLASSES):
            keep_and_age(after.fleet[r, b], flow.bought[r, b], bonus, p)
    bought = flow.plan_built.sum()
    for r in range(len(flow.appeal)):
        bought += flow.bought[r, INSTITUTION] + flow.bought[r, SMALL_BUSINESS]
    keep_and_age(after.fleet_other, bought, 1.0, p)


@kernel
def keep_and_age(fleet, bought, bonus, p):
    """Move a fleet [a] one year on, in place; `bonus` multiplies what is scrapped."""
    carried = bought
    for a in range(NAGES):
        kept = (1.0 - min(1.0, bonus * scrap_rate(a, p))) * fleet[a]
        fleet[a] = carried
        carried = kept
    fleet[NAGES - 1] += carried
