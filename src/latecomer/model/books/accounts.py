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
from latecomer.model.cars.quality import quality_gap
from latecomer.model.kinds import NDOMAINS, NSEGMENTS, TRAINS, importer, own_brand
from latecomer.model.markets.demand import price_slope

MILLION = 1e6


@kernel
def report(t, w, state, world, policy, makers, p, out):
    """Fill the year record `out` from this year's market, makers and state (units in `axes.YEAR`)."""
    sum_volumes(w, state, makers, out)
    sum_shares(w, state, makers, out)
    sum_prices(w, state, world[t].deflator, p, out)
    sum_knowledge(t, w, state, world, makers, p, out)
    sum_money(w, state, policy[t], makers, p, out)
    count_makers(w, state, makers, out)
    describe_makers(w, state, makers, p, out)
    out.account_error = check(w, state, makers, out)


@kernel
def sum_volumes(w, state, makers, out):
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
    for m in range(makers.size):
        trucks += w.truck_sold[m]
        truck_exports += w.truck_exports[m]
        home += w.sold_home[m]
        planned += w.plan_built[m]
        out.maker_commercial[m] = w.truck_sold[m] * MILLION
        out.maker_exports[m] = state.exports[m] * MILLION
        if importer(makers[m]):
            imported += w.sold_home[m]
            out.maker_sales[m] = w.sold_home[m] * MILLION
            continue
        total = w.sold_home[m] + state.exports[m] + w.plan_built[m]
        out.maker_sales[m] = total * MILLION
        made += total
        exported += state.exports[m]
        if own_brand(makers[m]):
            own_exported += state.exports[m]
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
        out.commercial_by_class[k] = w.class_sold[k] * MILLION
    for r in range(out.region_sales.size):
        out.region_sales[r] = w.region_sales[r] * MILLION
        out.region_own_share[r] = ratio(w.region_own[r], w.region_sales[r])
        out.region_local_share[r] = ratio(w.region_local[r], w.region_sales[r])


@kernel
def ratio(part, whole):
    """Return part / whole, or zero where there is no whole."""
    return part / whole if whole > 0.0 else 0.0


@kernel
def sum_shares(w, state, makers, out):
    """Split what was made by brand, segment, powertrain and origin; a maker's exports and plan cars have the mix of
    its home sales."""
    own, own_home, made, made_home, electric, sedans, own_sedans = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    out.segment_sales[:] = 0.0
    out.own_segment_share[:] = 0.0
    out.origin_share[:] = 0.0
    for m in range(makers.size):
        if importer(makers[m]):
            continue
        total = w.sold_home[m] + state.exports[m] + w.plan_built[m]
        mine = 1.0 if own_brand(makers[m]) else 0.0
        made += total
        made_home += w.sold_home[m] + w.plan_built[m]
        own += mine * total
        own_home += mine * (w.sold_home[m] + w.plan_built[m])
        out.origin_share[makers[m].origin] += total
        if w.sold_home[m] <= 0.0:
            sedans += total
            own_sedans += mine * total
            out.segment_sales[ECONOMY] += total
            out.own_segment_share[ECONOMY] += mine * total
    for j in range(w.lines):
        m, s = w.maker[j], w.segment[j]
        if importer(makers[m]) or w.sold_home[m] <= 0.0:
            continue
        cars = w.sold[j] * (1.0 + (state.exports[m] + w.plan_built[m]) / w.sold_home[m])
        out.segment_sales[s] += cars
        out.own_segment_share[s] += w.own[j] * cars
        electric += w.electric[j] * cars
        if s != MINIBUS and s != SUV:
            sedans += cars
            own_sedans += w.own[j] * cars
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
def sum_prices(w, state, deflator, p, out):
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
    for j in range(w.lines):
        m, s, e = w.maker[j], w.segment[j], w.powertrain[j]
        q = w.sold[j]
        sold += q
        shadow += q * state.shadow[m]
        net = (w.price[j] + w.subsidy[j]) / w.wedge[j]
        markup += q * (w.price[j] - w.unit_cost[j]) / w.wedge[j] / net
        if s != MINIBUS:
            spent += w.price[j] * q
            cars += q
            own_spent += w.own[j] * w.price[j] * q
            own_cars += w.own[j] * q
        before = state.price[m, s, e]
        if before > 0.0 and state.age[m, s, e] > 0.0:
            better = w.gap[m] + w.frontier[PROCESS] - state.quality[m]
            worth = (
                p.quality_taste
                * better
                * w.asked[j]
                / max(w.slope[j] * w.price[j] * price_slope(w.price[j], p.price_curvature), 1e-300)
            )
            change += q * (math.log(w.price[j] / before) - worth)
            matched += q
    if matched > 0.0:
        state.price_index *= math.exp(change / matched)
    out.price_index = state.price_index
    out.average_price = 1000.0 * ratio(spent, cars)
    out.average_price_current = out.average_price * deflator
    out.own_brand_price = 1000.0 * ratio(own_spent, own_cars)
    out.markup = ratio(markup, sold)
    out.shadow_price = 1000.0 * ratio(shadow, sold)
    out.own_elasticity = w.elasticity
    for m in range(w.gap.size):
        state.quality[m] = w.gap[m] + w.frontier[PROCESS]


@kernel
def sum_knowledge(t, w, state, world, makers, p, out):
    """Book the frontier, own capability, core control and the quality gap, weighted by output of own-brand makers."""
    weight, value, mastered, trusted, venture, venture_weight = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    out.own_capability[:] = 0.0
    state.own_mean[:] = 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or importer(makers[m]):
            continue
        made = w.sold_home[m] + state.exports[m] + w.plan_built[m] + 0.5 * w.truck_sold[m]
        if not own_brand(makers[m]):
            venture += made * state.accessible[m, PROCESS]
            venture_weight += made
            value += made * p.venture_value
            continue
        weight += made
        value += made
        for d in range(NDOMAINS):
            state.own_mean[d] += made * state.mastered[m, d]
        mastered += made * w.control[m]
        trusted += made * state.trust[m]
    for d in range(NDOMAINS):
        out.frontier[d] = w.frontier[d]
        state.own_mean[d] = state.own_mean[d] / weight if weight > 0.0 else w.frontier[d] - p.entry_gap
        out.own_capability[d] = state.own_mean[d]
    out.core_control = ratio(mastered, value)
    out.own_trust = ratio(trusted, weight)
    out.quality_gap = 0.0
    if venture_weight > 0.0 and weight > 0.0:
        behind = venture / venture_weight - state.own_mean[PROCESS]
        out.quality_gap = (
            p.defect_level
            * math.exp(-p.defect_trend * (world[t].frontier_clock - p.defect_year))
            * (math.exp(behind) - 1.0)
        )


@kernel
def sum_money(w, state, now, makers, p, out):
    """Book revenue, profit, research, subsidies, taxes, surplus and fleets."""
    revenue, profit, research, capacity, fleet, made = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    trucks, truck_plant = 0.0, 0.0
    out.maker_revenue[:], out.maker_profit[:] = 0.0, 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or importer(makers[m]):
            continue
        revenue += state.revenue[m]
        out.maker_revenue[m], out.maker_profit[m] = state.revenue[m], state.profit[m]
        trucks += p.truck_price * w.truck_sold[m] + (now.plan_price - 1.0) * p.truck_price * w.plan_trucks[m]
        truck_plant += state.truck_capacity[m]
        profit += state.profit[m]
        research += w.effort[m]
        capacity += state.capacity[m]
        made += w.sold_home[m] + state.exports[m] + w.plan_built[m]
    fleet = state.fleet.sum()
    out.revenue, out.profit, out.research = revenue, profit, research
    out.research_intensity = ratio(research, revenue)
    out.truck_revenue = trucks
    out.capacity = capacity * MILLION
    out.truck_capacity = truck_plant * MILLION
    out.utilisation = ratio(made, capacity)
    out.private_fleet = fleet * MILLION
    out.vehicle_fleet = (fleet + state.fleet_other.sum() + state.truck_fleet) * MILLION
    out.subsidy, out.soft_aid, out.tax, out.consumer_surplus = (
        w.subsidy_paid,
        w.soft_aid,
        w.tax_paid,
        w.surplus,
    )
    for b in range(out.surplus_by_buyer.size):
        out.surplus_by_buyer[b] = w.buyer_surplus[b]
    for r in range(out.region_surplus.size):
        out.region_surplus[r] = w.region_surplus[r]
    out.rationed = w.rationed * MILLION
    out.price_residual, out.price_rounds, out.price_bounds_hit = w.residual, w.rounds, w.bounds_hit
    out.lines = w.lines


@kernel
def balance(t, w, policy, out):
    """Book what government of all levels spends on the industry and its buyers, and what taxes on cars leave of it."""
    now = policy[t]
    out.public_outlay = out.subsidy + out.soft_aid + out.local_aid + w.public_money + w.grants + w.rebates
    for j in range(w.lines):
        if w.electric[j] == 0.0:
            out.public_outlay += now.subsidy_trade_in / 1000.0 * w.sold[j]
    out.public_balance = out.tax - out.public_outlay


@kernel
def count_makers(w, state, makers, out):
    """Count makers with output, entries and exits, and the share of the three largest groups."""
    total, active, electric = 0.0, 0.0, 0.0
    sums = w.kept
    sums[:] = 0.0
    for m in range(makers.size):
        if importer(makers[m]):
            continue
        made = w.sold_home[m] + state.exports[m] + w.plan_built[m] + w.truck_sold[m]
        if made > 1e-5:
            active += 1.0
            electric += makers[m].electric_only if own_brand(makers[m]) else 0.0
        total += made
        sums[makers[m].group if makers[m].group >= 0 else m] += made
    out.makers_active, out.entries, out.electric_entrants = active, w.entries, electric
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
def describe_makers(w, state, makers, p, out):
    """Book what each maker is and can do: owner, group, capability, quality of its cars, research, price and trust.

    A maker that does not exist has owner -1 and zeros.
    Quality and trust are means over the lines sold at home, weighted by sales; lines of one powertrain share them.
    """
    w.kept[:] = 0.0
    w.earned[:] = 0.0
    last, gap = -1, 0.0
    for j in range(w.lines):
        m, e = w.maker[j], w.powertrain[j]
        line = m * TRAINS + e
        if line != last:
            last, gap = line, quality_gap(m, e, w, state, makers[m], p)
        w.kept[m] += w.sold[j] * gap
        w.earned[m] += w.sold[j] * (state.trust[m] if e == COMBUSTION else state.trust_electric[m])
    for m in range(makers.size):
        there, own = state.alive[m] == 1, own_brand(makers[m])
        out.maker_owner[m] = makers[m].ownership if there else -1
        out.maker_group[m] = makers[m].group if there else -1
        out.maker_research[m] = w.effort[m]
        out.maker_price[m] = 1000.0 * w.mean_price[m]
        out.maker_quality[m] = ratio(w.kept[m], w.sold_home[m])
        trusted = w.earned[m] / w.sold_home[m] if w.sold_home[m] > 0.0 else state.trust[m]
        out.maker_trust[m] = trusted if there else 0.0
        for d in range(NDOMAINS):
            known = state.mastered[m, d] if own else state.accessible[m, d]
            out.maker_capability[m, d] = known if there else 0.0


@kernel
def check(w, state, makers, out):
    """Return the largest relative error of the year's identities: by maker, by segment, by region, by origin."""
    made, home, regions, segments, origins, over = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for m in range(makers.size):
        if not importer(makers[m]):
            made += out.maker_sales[m]
            limit = 1.1 * state.capacity[m]
            over = max(over, w.sold_home[m] + state.exports[m] - limit if state.alive[m] == 1 else 0.0)
        home += w.sold_home[m]
    for r in range(out.region_sales.size):
        regions += w.region_sales[r]
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
