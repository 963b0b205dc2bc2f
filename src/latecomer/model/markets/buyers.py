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
from latecomer.model.kinds import NAGES, TRAINS
from latecomer.model.markets.chargers import charging

MIDDLE_AGE, OLD_AGE = 5, 10


@kernel
def scrap_rate(a, p):
    """Return the share of cars of age a scrapped in a year."""
    if a < MIDDLE_AGE:
        return p.scrap_young
    return p.scrap_middle if a < OLD_AGE else p.scrap_old


@kernel
def brought_forward(now, p):
    """Return by what factor aid for trade-in raises the number of cars scrapped and replaced this year."""
    return 1.0 + p.trade_in_effect * (now.subsidy_trade_in + now.subsidy_trade_in_electric) / 10000.0


@kernel
def count(t, w, state, world, policy, p):
    """Fill first_time and replacing [r, b] (million) and appeal [r, e] (share of buyers
    not held back, times the worth of an electric car with the chargers there)."""
    here, now = world[t], policy[t]
    bonus = brought_forward(now, p)
    regions = len(w.appeal)
    for r in range(regions):
        for b in range(INCOME_CLASSES):
            y = here.income[b]
            full = p.saturation * y / (y + p.saturation_half)
            fleet, worn = 0.0, 0.0
            for a in range(NAGES):
                fleet += state.fleet[r, b, a]
                worn += scrap_rate(a, p) * state.fleet[r, b, a]
            w.first_time[r, b] = (
                p.shopping * now.purchase_private * max(0.0, full * here.households[r, b] - fleet)
            )
            w.replacing[r, b] = worn * bonus
        share = here.region_gdp_share[r]
        w.first_time[r, INSTITUTION] = p.institutions * 0.05 * here.gdp * share
        w.first_time[r, SMALL_BUSINESS] = p.small_firms * 0.05 * here.gdp**0.9 * share
        w.replacing[r, INSTITUTION] = 0.0
        w.replacing[r, SMALL_BUSINESS] = 0.0
        held = now.plate_limit[r]
        for e in range(TRAINS):
            free = 0.0 if e == COMBUSTION else now.plate_electric_free
            w.appeal[r, e] = (1.0 - held * (1.0 - free)) * charging(r, e, state, p)


@kernel
def add_to_fleet(t, w, state, policy, p):
    """Scrap, age and add this year's purchases (million cars)."""
    bonus = brought_forward(policy[t], p)
    for r in range(len(w.appeal)):
        for b in range(INCOME_CLASSES):
            keep_and_age(state.fleet[r, b], w.bought[r, b], bonus, p)
    bought = w.plan_built.sum()
    for r in range(len(w.appeal)):
        bought += w.bought[r, INSTITUTION] + w.bought[r, SMALL_BUSINESS]
    keep_and_age(state.fleet_other, bought, 1.0, p)


@kernel
def keep_and_age(fleet, bought, bonus, p):
    """Move a fleet [a] one year on, in place; `bonus` multiplies what is scrapped."""
    carried = bought
    for a in range(NAGES):
        kept = (1.0 - min(1.0, bonus * scrap_rate(a, p))) * fleet[a]
        fleet[a] = carried
        carried = kept
    fleet[NAGES - 1] += carried
