"""What happened this year, and do the books balance? Sums of the year from its lines and makers, and checks on them.

    made = sold at home + exported + plan deliveries, per maker; shares sum to one; buyers' purchases = cars sold
    quality-adjusted price: mean over lines on sale in both years of d ln P - b_Q dQ / (P s L / q), sales-weighted,
                            chained: better cars are credited at what their buyers would pay
    quality gap:            problems per 100 cars = P0 e^(-trend (t - t0)) (e^(process gap) - 1)

    public outlay:          subsidies + scrappage aid x combustion cars sold + rescues + local aid + programmes + grants and tax
                            forgone for research + export rebates;  balance = tax - outlay

Scrappage aid to buyers of combustion cars draws replacements forward (`buyers`) and lowers no price, so it stands in the
outlay and not in the subsidies. Profit tax, duty on kits and parts and the cost of chargers are not in the model.
Volumes leave here in vehicles, money in billion CNY of 2010, prices in CNY of 2010.
"""

import math

from latecomer.axes import COMBUSTION, ECONOMY, MINIBUS, ORIGINS, PROCESS, SUV
from latecomer.compiled import kernel
from latecomer.model.books.memory import built
from latecomer.model.cars.quality import quality_gap
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, NSEGMENTS, TRAINS, importer, own_brand
from latecomer.model.markets.demand import price_slope

MILLION = 1e6

FLOW = (*each("m", "group_sums quality_sum trust_sum"),)


@kernel
def report(now, after, flow, p, out):
    """Fill the year record `out` from this year's market, makers and state (units in `vocabulary.YEAR`)."""
    sum_volumes(now, after, flow, out)
    sum_shares(now, after, flow, out)
    sum_prices(now.world.deflator, after, flow, p, out)
    sum_knowledge(now, after, flow, p, out)
    sum_money(now, after, flow, p, out)
    count_makers(now, after, flow, out)
    describe_makers(now, after, flow, p, out)
    out.account_error = check(now, after, flow, out)


@kernel
def sum_volumes(now, after, flow, out):
    """Sum what was made, sold at home, exported and imported (vehicles)."""
    home, made, exported, own_exported, imported, planned, trucks, truck_exports = (
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    )
    for m in range(now.makers.size):
        trucks += flow.truck_sold[m]
        truck_exports += flow.truck_exports[m]
        home += flow.sold_home[m]
        planned += flow.plan_built[m]
        out.maker_commercial[m] = flow.truck_sold[m] * MILLION
        out.maker_exports[m] = after.exports[m] * MILLION
        if importer(now.makers[m]):
            imported += flow.sold_home[m]
            out.maker_sales[m] = flow.sold_home[m] * MILLION
            continue
        total = built(m, after, flow)
        out.maker_sales[m] = total * MILLION
        made += total
        exported += after.exports[m]
        if own_brand(now.makers[m]):
            own_exported += after.exports[m]
    out.passenger_cars = made * MILLION
    out.commercial_vehicles = trucks * MILLION
    out.vehicles = (made + trucks) * MILLION
    out.home_sales = (home + planned) * MILLION
    out.passenger_exports = exported * MILLION
    out.own_exports = own_exported * MILLION
    out.commercial_exports = truck_exports * MILLION
    out.vehicle_exports = (exported + truck_exports) * MILLION
    out.imports = imported * MILLION
    for k in range(out.commercial_by_class.size):
        out.commercial_by_class[k] = flow.class_sold[k] * MILLION
    for r in range(out.region_sales.size):
        out.region_sales[r] = flow.region_sales[r] * MILLION
        out.region_own_share[r] = ratio(flow.region_own[r], flow.region_sales[r])
        out.region_local_share[r] = ratio(flow.region_local[r], flow.region_sales[r])


@kernel
def ratio(part, whole):
    """Return part / whole, or zero where there is no whole."""
    return part / whole if whole > 0.0 else 0.0


@kernel
def sum_shares(now, after, flow, out):
    """Split what was made by brand, segment, powertrain and origin; a maker's exports and plan cars have the mix of
    its home sales."""
    own, own_home, made, made_home, electric, sedans, own_sedans = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    out.segment_sales[:] = 0.0
    out.own_segment_share[:] = 0.0
    out.origin_share[:] = 0.0
    for m in range(now.makers.size):
        if importer(now.makers[m]):
            continue
        total = built(m, after, flow)
        mine = 1.0 if own_brand(now.makers[m]) else 0.0
        made += total
        made_home += flow.sold_home[m] + flow.plan_built[m]
        own += mine * total
        own_home += mine * (flow.sold_home[m] + flow.plan_built[m])
        out.origin_share[now.makers[m].origin] += total
        if flow.sold_home[m] <= 0.0:
            sedans += total
            own_sedans += mine * total
            out.segment_sales[ECONOMY] += total
            out.own_segment_share[ECONOMY] += mine * total
    for j in range(flow.lines):
        m, s = flow.maker[j], flow.segment[j]
        if importer(now.makers[m]) or flow.sold_home[m] <= 0.0:
            continue
        cars = flow.sold[j] * (1.0 + (after.exports[m] + flow.plan_built[m]) / flow.sold_home[m])
        out.segment_sales[s] += cars
        out.own_segment_share[s] += flow.own[j] * cars
        electric += flow.electric[j] * cars
        if s != MINIBUS and s != SUV:
            sedans += cars
            own_sedans += flow.own[j] * cars
    for s in range(NSEGMENTS):
        out.own_segment_share[s] = ratio(out.own_segment_share[s], out.segment_sales[s])
        out.segment_sales[s] *= MILLION
    for o in range(len(ORIGINS)):
        out.origin_share[o] = ratio(out.origin_share[o], made)
    out.sedans = sedans * MILLION
    out.own_brand_sedan_share = ratio(own_sedans, sedans)
    out.own_brand_share = ratio(own, made)
    out.own_brand_home_share = ratio(own_home, made_home)
    out.own_brand_export_share = ratio(out.own_exports, out.passenger_exports)
    out.new_energy_vehicles = electric * MILLION
    out.new_energy_share = ratio(electric, made)


@kernel
def sum_prices(deflator, after, flow, p, out):
    """Book average prices, the quality-adjusted price, markup, elasticity and shadow price."""
    spent, cars, own_spent, own_cars, markup, change, matched, shadow, sold = (
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    )
    for j in range(flow.lines):
        m, s, e = flow.maker[j], flow.segment[j], flow.powertrain[j]
        q = flow.sold[j]
        sold += q
        shadow += q * after.shadow[m]
        net = (flow.price[j] + flow.subsidy[j]) / flow.wedge[j]
        markup += q * (flow.price[j] - flow.unit_cost[j]) / flow.wedge[j] / net
        if s != MINIBUS:
            spent += flow.price[j] * q
            cars += q
            own_spent += flow.own[j] * flow.price[j] * q
            own_cars += flow.own[j] * q
        last = after.price[m, s, e]
        if last > 0.0 and after.age[m, s, e] > 0.0:
            better = flow.gap[m] + flow.frontier[PROCESS] - after.quality[m]
            worth = (
                p.quality_taste
                * better
                * flow.asked[j]
                / max(flow.slope[j] * flow.price[j] * price_slope(flow.price[j], p.price_curvature), 1e-300)
            )
            change += q * (math.log(flow.price[j] / last) - worth)
            matched += q
    if matched > 0.0:
        after.price_index *= math.exp(change / matched)
    out.price_index = after.price_index
    out.average_price = 1000.0 * ratio(spent, cars)
    out.average_price_current = out.average_price * deflator
    out.own_brand_price = 1000.0 * ratio(own_spent, own_cars)
    out.markup = ratio(markup, sold)
    out.shadow_price = 1000.0 * ratio(shadow, sold)
    out.own_elasticity = flow.elasticity
    for m in range(flow.gap.size):
        after.quality[m] = flow.gap[m] + flow.frontier[PROCESS]


@kernel
def sum_knowledge(now, after, flow, p, out):
    """Book the frontier, own capability, core control and the quality gap, weighted by output of own-brand makers."""
    weight, value, mastered, trusted, venture, venture_weight = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    out.own_capability[:] = 0.0
    after.own_mean[:] = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        made = built(m, after, flow) + 0.5 * flow.truck_sold[m]
        if not own_brand(now.makers[m]):
            venture += made * after.accessible[m, PROCESS]
            venture_weight += made
            value += made * p.venture_value
            continue
        weight += made
        value += made
        for d in range(NDOMAINS):
            after.own_mean[d] += made * after.mastered[m, d]
        mastered += made * flow.control[m]
        trusted += made * after.trust[m]
    for d in range(NDOMAINS):
        out.frontier[d] = flow.frontier[d]
        after.own_mean[d] = after.own_mean[d] / weight if weight > 0.0 else flow.frontier[d] - p.entry_gap
        out.own_capability[d] = after.own_mean[d]
    out.core_control = ratio(mastered, value)
    out.own_trust = ratio(trusted, weight)
    out.quality_gap = 0.0
    if venture_weight > 0.0 and weight > 0.0:
        behind = venture / venture_weight - after.own_mean[PROCESS]
        out.quality_gap = (
            p.defect_level
            * math.exp(-p.defect_trend * (now.world.frontier_clock - p.defect_year))
            * (math.exp(behind) - 1.0)
        )


@kernel
def sum_money(now, after, flow, p, out):
    """Book revenue, profit, research, subsidies, taxes, surplus and fleets."""
    revenue, profit, research, capacity, fleet, made = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    trucks, truck_plant = 0.0, 0.0
    out.maker_revenue[:], out.maker_profit[:] = 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        revenue += after.revenue[m]
        out.maker_revenue[m], out.maker_profit[m] = after.revenue[m], after.profit[m]
        trucks += (
            p.truck_price * flow.truck_sold[m]
            + (now.policy.plan_price - 1.0) * p.truck_price * flow.plan_trucks[m]
        )
        truck_plant += after.truck_capacity[m]
        profit += after.profit[m]
        research += flow.effort[m]
        capacity += after.capacity[m]
        made += built(m, after, flow)
    fleet = after.fleet.sum()
    out.revenue, out.profit, out.research = revenue, profit, research
    out.research_intensity = ratio(research, revenue)
    out.truck_revenue = trucks
    out.capacity = capacity * MILLION
    out.truck_capacity = truck_plant * MILLION
    out.utilisation = ratio(made, capacity)
    out.private_fleet = fleet * MILLION
    out.vehicle_fleet = (fleet + after.fleet_other.sum() + after.truck_fleet) * MILLION
    out.subsidy, out.soft_aid, out.tax, out.consumer_surplus = (
        flow.subsidy_paid,
        flow.soft_aid,
        flow.tax_paid,
        flow.surplus,
    )
    for b in range(out.surplus_by_buyer.size):
        out.surplus_by_buyer[b] = flow.buyer_surplus[b]
    for r in range(out.region_surplus.size):
        out.region_surplus[r] = flow.region_surplus[r]
    out.rationed = flow.rationed * MILLION
    out.price_residual, out.price_rounds, out.price_bounds_hit = flow.residual, flow.rounds, flow.bounds_hit
    out.lines = flow.lines


@kernel
def balance(now, flow, out):
    """Book what government of all levels spends on the industry and its buyers, and what taxes on cars leave of it."""
    out.public_outlay = (
        out.subsidy + out.soft_aid + out.local_aid + flow.public_money + flow.grants + flow.rebates
    )
    for j in range(flow.lines):
        if flow.electric[j] == 0.0:
            out.public_outlay += now.policy.subsidy_trade_in / 1000.0 * flow.sold[j]
    out.public_balance = out.tax - out.public_outlay


@kernel
def count_makers(now, after, flow, out):
    """Count makers with output, entries and exits, and the share of the three largest groups."""
    total, active, electric = 0.0, 0.0, 0.0
    sums = flow.group_sums
    sums[:] = 0.0
    for m in range(now.makers.size):
        if importer(now.makers[m]):
            continue
        made = built(m, after, flow) + flow.truck_sold[m]
        if made > 1e-5:
            active += 1.0
            electric += now.makers[m].electric_only if own_brand(now.makers[m]) else 0.0
        total += made
        sums[now.makers[m].group if now.makers[m].group >= 0 else m] += made
    out.makers_active, out.entries, out.electric_entrants = active, flow.entries, electric
    top = 0.0
    for _ in range(3):
        best = 0
        for m in range(sums.size):
            if sums[m] > sums[best]:
                best = m
        top += sums[best]
        sums[best] = 0.0
    out.top3_share = ratio(top, total)


@kernel
def describe_makers(now, after, flow, p, out):
    """Book what each maker is and can do: owner, group, capability, quality of its cars, research, price and trust.

    A maker that does not exist has owner -1 and zeros.
    Quality and trust are means over the lines sold at home, weighted by sales; lines of one powertrain share them.
    """
    flow.quality_sum[:] = 0.0
    flow.trust_sum[:] = 0.0
    last, gap = -1, 0.0
    for j in range(flow.lines):
        m, e = flow.maker[j], flow.powertrain[j]
        line = m * TRAINS + e
        if line != last:
            last, gap = line, quality_gap(m, e, now, after, flow, p)
        flow.quality_sum[m] += flow.sold[j] * gap
        flow.trust_sum[m] += flow.sold[j] * (after.trust[m] if e == COMBUSTION else after.trust_electric[m])
    for m in range(now.makers.size):
        there, own = after.alive[m] == 1, own_brand(now.makers[m])
        out.maker_owner[m] = now.makers[m].ownership if there else -1
        out.maker_group[m] = now.makers[m].group if there else -1
        out.maker_research[m] = flow.effort[m]
        out.maker_price[m] = 1000.0 * flow.mean_price[m]
        out.maker_quality[m] = ratio(flow.quality_sum[m], flow.sold_home[m])
        trusted = flow.trust_sum[m] / flow.sold_home[m] if flow.sold_home[m] > 0.0 else after.trust[m]
        out.maker_trust[m] = trusted if there else 0.0
        for d in range(NDOMAINS):
            known = after.mastered[m, d] if own else after.accessible[m, d]
            out.maker_capability[m, d] = known if there else 0.0


@kernel
def check(now, after, flow, out):
    """Return the largest relative error of the year's identities: by maker, by segment, by region, by origin."""
    made, home, regions, segments, origins, over = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for m in range(now.makers.size):
        if not importer(now.makers[m]):
            made += out.maker_sales[m]
            limit = 1.1 * after.capacity[m]
            over = max(over, flow.sold_home[m] + after.exports[m] - limit if after.alive[m] == 1 else 0.0)
        home += flow.sold_home[m]
    for r in range(out.region_sales.size):
        regions += flow.region_sales[r]
    for s in range(NSEGMENTS):
        segments += out.segment_sales[s]
    for o in range(len(ORIGINS)):
        origins += out.origin_share[o]
    error = abs(made - out.passenger_cars) / max(out.passenger_cars, 1.0)
    error = max(error, abs(segments - out.passenger_cars) / max(out.passenger_cars, 1.0))
    error = max(error, abs(regions - home) / max(home, 1e-9))
    if out.passenger_cars > 0.0:
        error = max(error, abs(origins - 1.0))
    return max(error, over)
