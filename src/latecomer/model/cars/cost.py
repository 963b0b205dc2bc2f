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
from latecomer.model.kinds import PACK_SIZE, importer, own_brand, private

COST_FLOOR = 8.0


@kernel
def base_cost(s, p):
    """Return the best-practice unit cost of segment s with a combustion engine (thousand CNY of 2010)."""
    return (p.cost_minibus, p.cost_economy, p.cost_mainstream, p.cost_suv, p.cost_premium)[s]


@kernel
def maker_cost(m, s, gap, industry, w, state, world, policy, t, makers, p):
    """Return the unit cost of a combustion line (thousand CNY of 2010, before tax)."""
    maker = makers[m]
    now = policy[t]
    cost = (
        base_cost(s, p)
        * p.cost_scale
        * math.exp(p.cost_trend * (world[t].frontier_clock - p.cost_year) + p.cost_gap * gap)
    )
    if importer(maker):
        return (
            cost
            * p.import_cost
            * (1.0 + now.tariff_car)
            * world[t].real_exchange_rate ** (-p.import_exchange)
        )
    if own_brand(maker):
        cost *= p.cost_private * (1.0 if private(maker) else p.cost_state)
    else:
        kit = math.exp(-state.experience[m] / p.kit_experience)
        bought = min(kit, 1.0 - now.venture_local_content)
        cost *= (
            1.0 + bought * (p.kit_cost + p.kit_tariff * now.tariff_parts) + p.forced_content * (kit - bought)
        )
    learned = ((1.0 + state.experience[m] / 0.05) * (1.0 + industry / 0.5)) ** (-p.learning_rate)
    scale = 1.0 + p.scale_cost * math.exp(-state.output[m] / p.scale_size)
    return cost * (1.0 + p.learning_excess * learned) * scale


@kernel
def price_cost(j, t, industry, w, state, world, policy, strategy, makers, p):
    """Fill wedge, subsidy, unit cost and what pricing leaves out of it, of line j in the buyer's money (thousand CNY of 2010)."""
    m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
    now = policy[t]
    cost = maker_cost(m, s, w.gap[m], industry, w, state, world, policy, t, makers, p)
    aid = 0.0
    if e == COMBUSTION:
        tax = now.tax_purchase_small if s <= ECONOMY else now.tax_purchase_large
        cost += credit_price(now, state, p) * now.credit_ratio
        if s == MINIBUS:
            aid = now.subsidy_rural
        elif s == ECONOMY:
            aid = now.subsidy_small_car
    else:
        tax = now.tax_purchase_electric
        cost = p.electric_body * cost + pack_cost(m, s, e, state, world[t], now, makers[m], p)
        cost -= p.credit_points * credit_price(now, state, p) * (1.0 if e == BATTERY_CAR else 0.5)
        central = now.subsidy_battery_car if e == BATTERY_CAR else now.subsidy_hybrid
        aid = central * (1.0 + now.subsidy_local_ratio) + now.subsidy_trade_in_electric
    w.wedge[j] = (1.0 + now.tax_excise[s]) * (1.0 + now.tax_value_added + tax)
    if cost < COST_FLOOR:
        w.floors_hit += 1.0
    gross = w.wedge[j] * max(cost, COST_FLOOR)
    w.subsidy[j] = min(aid / 1000.0, p.subsidy_cap * gross)
    w.unit_cost[j] = gross - w.subsidy[j]
    w.left_out[j] = strategy[t].price_stance[m] * gross


@kernel
def credit_price(now, state, p):
    """Return the price of a new-energy credit (thousand CNY): high while the mandate exceeds what is sold."""
    if now.credit_ratio <= 0.0:
        return 0.0
    return p.credit_price * now.credit_ratio / (now.credit_ratio + p.credit_points * state.electric_share)


@kernel
def pack_cost(m, s, e, state, world, now, maker, p):
    """Return the cost of battery and drive of an electric line (thousand CNY of 2010)."""
    size = PACK_SIZE[s]
    energy = p.pack_energy * size * (1.0 if e == BATTERY_CAR else p.hybrid_energy)
    learned = (1.0 + state.experience_electric[m] / 0.5) ** (-p.pack_learning)
    price = world.battery_price * learned
    if own_brand(maker):
        price *= (1.0 - p.pack_home_edge) * (1.0 - p.pack_own_edge * maker.batteries)
    else:
        price *= 1.0 + p.whitelist_burden * now.battery_whitelist
    return energy * price + (p.drive_cost if e == BATTERY_CAR else p.hybrid_cost) * size
