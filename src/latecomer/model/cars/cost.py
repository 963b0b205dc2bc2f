"""What does a car cost, and what is added to its price? Unit cost, battery packs, taxes, subsidies, credits.

    unit cost   c = base_s e^(.4 (Q - F)) x owner x kits x (1 + a [(1 + E/E0)(1 + E_industry/E1)]^-b)
                  x (1 + s e^(-q/q0));  laggards build cheaper
    kits        1 + max(0, e^(-E/E2) <= 1 - local content) (extra + parts tariff) + forced local sourcing
    battery     kWh_s x world pack price x own learning x edge of home makers
    priced cost c - stance x cost before subsidy; prices are set on it, books are kept at c

Learning is bounded: experience removes only the excess over best-practice cost, since unbounded curves drive prices
to zero. A stance is an incentive: a manager paid for revenue as well as profit prices as if part of the cost did not exist; a
group weighs the profit of its other makers as they see it. Sources: Vickers 1985 and Fershtman and Judd 1987, whose weight on
profit is 1 - stance (delegation); Levitt, List and Syverson 2013 (learning by doing).
"""

import math

from latecomer.axes import BATTERY_CAR, COMBUSTION, ECONOMY, MINIBUS
from latecomer.compiled import kernel
from latecomer.model.context import each
from latecomer.model.kinds import PACK_SIZE, importer, own_brand, private

COST_FLOOR = 8.0

FLOW = (
    *each("j", "unit_cost wedge subsidy left_out"),
    *each("", "floors_hit"),
)


@kernel
def base_cost(s, p):
    """Return the best-practice unit cost of segment s with a combustion engine (thousand CNY of 2010)."""
    return (p.cost_minibus, p.cost_economy, p.cost_mainstream, p.cost_suv, p.cost_premium)[s]


@kernel
def maker_cost(m, s, now, after, flow, p):
    """Return the unit cost of a combustion line (thousand CNY of 2010, before tax)."""
    maker = now.makers[m]
    cost = (
        base_cost(s, p)
        * p.cost_scale
        * math.exp(p.cost_trend * (now.world.frontier_clock - p.cost_year) + p.cost_gap * flow.gap[m])
    )
    if importer(maker):
        return (
            cost
            * p.import_cost
            * (1.0 + now.policy.tariff_car)
            * now.world.real_exchange_rate ** (-p.import_exchange)
        )
    if own_brand(maker):
        cost *= p.cost_private * (1.0 if private(maker) else p.cost_state)
    else:
        kit = math.exp(-after.experience[m] / p.kit_experience)
        bought = min(kit, 1.0 - now.policy.venture_local_content)
        cost *= (
            1.0
            + bought * (p.kit_cost + p.kit_tariff * now.policy.tariff_parts)
            + p.forced_content * (kit - bought)
        )
    learned = ((1.0 + after.experience[m] / 0.05) * (1.0 + flow.industry / 0.5)) ** (-p.learning_rate)
    scale = 1.0 + p.scale_cost * math.exp(-after.output[m] / p.scale_size)
    return cost * (1.0 + p.learning_excess * learned) * scale


@kernel
def price_cost(j, now, before, after, flow, p):
    """Fill wedge, subsidy, unit cost and what pricing leaves out of it, of line j in the buyer's money (thousand CNY of 2010)."""
    m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
    cost = maker_cost(m, s, now, after, flow, p)
    aid = 0.0
    if e == COMBUSTION:
        tax = now.policy.tax_purchase_small if s <= ECONOMY else now.policy.tax_purchase_large
        cost += credit_price(now, before, p) * now.policy.credit_ratio
        if s == MINIBUS:
            aid = now.policy.subsidy_rural
        elif s == ECONOMY:
            aid = now.policy.subsidy_small_car
    else:
        tax = now.policy.tax_purchase_electric
        cost = p.electric_body * cost + pack_cost(m, s, e, now, after, p)
        cost -= p.credit_points * credit_price(now, before, p) * (1.0 if e == BATTERY_CAR else 0.5)
        central = now.policy.subsidy_battery_car if e == BATTERY_CAR else now.policy.subsidy_hybrid
        aid = central * (1.0 + now.policy.subsidy_local_ratio) + now.policy.subsidy_trade_in_electric
    flow.wedge[j] = (1.0 + now.policy.tax_excise[s]) * (1.0 + now.policy.tax_value_added + tax)
    if cost < COST_FLOOR:
        flow.floors_hit += 1.0
    gross = flow.wedge[j] * max(cost, COST_FLOOR)
    flow.subsidy[j] = min(aid / 1000.0, p.subsidy_cap * gross)
    flow.unit_cost[j] = gross - flow.subsidy[j]
    flow.left_out[j] = now.strategy.price_stance[m] * gross


@kernel
def credit_price(now, before, p):
    """Return the price of a new-energy credit (thousand CNY): high while the mandate exceeds what is sold."""
    if now.policy.credit_ratio <= 0.0:
        return 0.0
    return (
        p.credit_price
        * now.policy.credit_ratio
        / (now.policy.credit_ratio + p.credit_points * before.electric_share)
    )


@kernel
def pack_cost(m, s, e, now, after, p):
    """Return the cost of battery and drive of an electric line (thousand CNY of 2010)."""
    maker = now.makers[m]
    size = PACK_SIZE[s]
    energy = p.pack_energy * size * (1.0 if e == BATTERY_CAR else p.hybrid_energy)
    learned = (1.0 + after.experience_electric[m] / 0.5) ** (-p.pack_learning)
    price = now.world.battery_price * learned
    if own_brand(maker):
        price *= (1.0 - p.pack_home_edge) * (1.0 - p.pack_own_edge * maker.batteries)
    else:
        price *= 1.0 + p.whitelist_burden * now.policy.battery_whitelist
    return energy * price + (p.drive_cost if e == BATTERY_CAR else p.hybrid_cost) * size
