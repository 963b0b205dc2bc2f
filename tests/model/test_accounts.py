"""Do the books balance, in the case and far from it?

The same identities are checked on histories of the case and of parameter vectors drawn from their whole ranges
(fixed draws, so that a failure comes back): units are conserved between makers, segments, classes, regions and
fleets; shares lie between zero and one and sum to one where they should; no plant makes more than its overtime
allows; cash moves with what is earned and spent; the state is all that the next year needs.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from laboratory import DIAGNOSTICS, altered

from latecomer.axes import GOVERNMENT, GREAT_PILLARS, IMPORTER, JOINT_VENTURE, PRIVATE
from latecomer.model.context import Now
from latecomer.model.markets import buyers
from latecomer.run import Workspace, workspace
from latecomer.vocabulary import YEAR, record

DRAWS = 24
OVERTIME = 1.1
ONE_VEHICLE = 1e-6
STEPS = (1957, 1975, 1983, 1988, 1995, 2003, 2009, 2015, 2024)
SHARES = [f.name for f in YEAR if f.unit == "share" and f.name not in {"price_residual", "account_error"}]


def drawn(register, number):
    """Return the defaults as vector 0, then vectors drawn from the whole range of every parameter that may vary."""
    if number == 0:
        return {}
    rng = np.random.default_rng([19530715, number])
    return {row.name: rng.uniform(row.low, row.high) for row in register.itertuples() if row.prior != "fixed"}


@pytest.fixture(scope="module", params=range(DRAWS + 1), ids=lambda n: f"draw_{n}" if n else "the_case")
def years(request, laboratory):
    """Return a history of the case, or of a parameter vector drawn from the ranges of the register."""
    return laboratory.run(drawn(laboratory.case.register, request.param), history=request.param)


def near(one, other, relative=1e-9, absolute=1e-3):
    """Return whether two series agree: to a billionth, or to a thousandth of a vehicle."""
    return np.allclose(one, other, rtol=relative, atol=absolute)


def test_every_number_is_finite(years):
    assert [name for name in years.dtype.names if not np.isfinite(years[name]).all()] == []


def test_the_model_finds_no_error_in_its_accounts(years):
    assert years.account_error.max() < 1e-9


def test_nothing_counted_is_negative(years):
    counted = [
        field.name
        for field in YEAR
        if field.unit in {"vehicles", "makers", "lines", "count", "vehicles a year"}
    ]
    assert len(counted) > 20
    assert [name for name in counted if years[name].min() < 0.0] == []


def test_shares_lie_between_zero_and_one(years):
    open_ended = {"utilisation"}
    high = {name: float(years[name].max()) for name in SHARES if name not in open_ended}
    assert {name: value for name, value in high.items() if value > 1.0 + 1e-9} == {}
    assert [name for name in SHARES if years[name].min() < -1e-12] == []
    assert years.utilisation.max() <= OVERTIME + 1e-6


def test_shares_of_origin_sum_to_one_where_cars_are_made(years):
    made = years.passenger_cars > 0.0
    assert near(years.origin_share.sum(axis=1), made.astype(float), absolute=1e-9)


def test_vehicles_are_passenger_cars_and_commercial_vehicles(years):
    assert near(years.vehicles, years.passenger_cars + years.commercial_vehicles)


def test_exports_are_those_of_makers_own_and_foreign(years, case):
    own = case.makers.ownership <= PRIVATE
    assert near(years.passenger_exports, years.maker_exports.sum(axis=1))
    assert near(years.own_exports, years.maker_exports[:, own].sum(axis=1))
    assert near(years.vehicle_exports, years.passenger_exports + years.commercial_exports)
    assert (years.maker_exports <= years.maker_sales + 1e-3).all()
    assert near(years.own_brand_export_share * years.passenger_exports, years.own_exports)
    assert near(years.exports_by_destination.sum(axis=1), years.vehicle_exports)
    assert near(years.own_exports_by_destination.sum(axis=1), years.own_exports)


def test_makers_add_up(years, case):
    made = case.makers.ownership != IMPORTER
    assert near(years.passenger_cars, years.maker_sales[:, made].sum(axis=1))
    assert near(years.imports, years.maker_sales[:, ~made].sum(axis=1))
    assert near(years.commercial_vehicles, years.maker_commercial.sum(axis=1))
    own = case.makers.ownership <= PRIVATE
    assert near(years.own_brand_share * years.passenger_cars, years.maker_sales[:, own].sum(axis=1))
    for origin in range(years.origin_share.shape[1]):
        of_origin = made & (case.makers.origin == origin)
        assert near(
            years.origin_share[:, origin] * years.passenger_cars, years.maker_sales[:, of_origin].sum(axis=1)
        )


def test_the_panel_of_makers_adds_up(years, case):
    """Research is that of the industry; capability, weighted by output, is that of own brands; who does not exist has nothing."""
    assert near(years.maker_research.sum(axis=1, dtype=float), years.research, 1e-5, 1e-6)
    own = case.makers.ownership <= PRIVATE
    weight = (years.maker_sales + 0.5 * years.maker_commercial)[:, own]
    made = weight.sum(axis=1) > 0.0
    mean = (weight[..., None] * years.maker_capability[:, own]).sum(axis=1)[made] / weight[made].sum(axis=1)[
        :, None
    ]
    assert near(mean, years.own_capability[made], 1e-5, 1e-5)
    gone = years.maker_owner < 0
    assert (years.maker_owner[~gone] == np.broadcast_to(case.makers.ownership, gone.shape)[~gone]).all()
    for name in (
        "maker_sales",
        "maker_revenue",
        "maker_research",
        "maker_price",
        "maker_quality",
        "maker_trust",
    ):
        assert not years[name][gone].any(), name
    assert not years.maker_capability[gone].any() and (years.maker_group[gone] == -1).all()


def test_what_is_made_is_sold_at_home_or_abroad(years):
    assert near(years.passenger_cars + years.imports, years.home_sales + years.passenger_exports)


def test_segments_and_powertrains_add_up(years):
    assert near(years.segment_sales.sum(axis=1), years.passenger_cars)
    own = (years.own_segment_share * years.segment_sales).sum(axis=1)
    assert near(own, years.own_brand_share * years.passenger_cars)
    assert (years.sedans <= years.passenger_cars * (1.0 + 1e-12)).all()
    assert near(years.new_energy_share * years.passenger_cars, years.new_energy_vehicles)


def test_classes_of_commercial_vehicles_add_up(years):
    assert near(years.commercial_by_class.sum(axis=1), years.commercial_vehicles)


def test_regions_add_up_to_home_sales_less_plan_deliveries(years, case):
    free = case.policy.plan_share == 0.0
    assert near(years.region_sales.sum(axis=1)[free], years.home_sales[free])
    assert (years.region_sales.sum(axis=1) <= years.home_sales * (1.0 + 1e-9) + 1e-3).all()


def test_own_brands_sell_in_the_regions_what_they_sell_at_home(years, case):
    """Before rationing, regions and makers are cut alike; what is turned away sets the tolerance."""
    free = case.policy.plan_share == 0.0
    in_regions = (years.region_sales * years.region_own_share).sum(axis=1)
    by_makers = years.own_brand_home_share * (years.home_sales - years.imports)
    gap = np.abs(in_regions - by_makers)[free]
    assert (gap <= years.rationed[free] + 1e-3 + 1e-9 * by_makers[free]).all()


def test_fleets_grow_by_what_is_bought_and_shrink_by_scrap(years):
    """All that is sold at home joins the fleet in its year, and no more than a quarter of a fleet is scrapped in one."""
    bought = years.home_sales + years.commercial_vehicles - years.commercial_exports
    before, after = years.vehicle_fleet[:-1], years.vehicle_fleet[1:]
    assert (years.private_fleet <= years.vehicle_fleet + 1e-3).all()
    assert (after <= (before + bought[1:]) * (1.0 + 1e-9) + 1e-3).all()
    assert (after >= 0.75 * before + bought[1:] * (1.0 - 1e-9) - 1e-3).all()


def test_the_three_largest_groups_are_found(years, case):
    made = case.makers.ownership != IMPORTER
    group = np.where(case.makers.group >= 0, case.makers.group, np.arange(len(case.makers)))
    output = (years.maker_sales + years.maker_commercial)[:, made]
    groups = np.stack([output[:, group[made] == g].sum(axis=1) for g in np.unique(group)], axis=1)
    largest = np.sort(groups, axis=1)[:, -3:].sum(axis=1)
    assert near(years.top3_share * years.vehicles, largest)


def test_makers_that_begin_and_end_are_counted(laboratory):
    """What began less what ended is what is there."""
    years = laboratory.run()
    space = workspace(laboratory.case)
    laboratory.go_on(space, laboratory.params())
    living = space.state[0].alive.sum()
    assert years.entries.sum() - years.exits.sum() == living


def test_every_outcome_changes_over_the_years(laboratory):
    """A series that never moves says nothing: it is booked nowhere."""
    years = laboratory.run()
    still = {name for name in years.dtype.names if (years[name] == years[name][0]).all()}
    assert still - DIAGNOSTICS == set()


@dataclass(frozen=True, repr=False)
class Step:
    """A year seen from inside: the state before and after it, the working space after it, and its record."""

    before: np.record
    after: np.record
    flow: np.record
    year: np.record
    now: Now
    params: np.record
    makers: np.recarray


def seen_from_inside(laboratory, calendar_year, params, history):
    """Run up to a year, keep the state, run that year, and return both sides of it."""
    space, t = workspace(laboratory.case), laboratory.index(calendar_year)
    vector = laboratory.params(**params)
    laboratory.go_on(space, vector, history=history, last=t)
    before = np.array(space.state).view(np.recarray)
    year = laboratory.go_on(space, vector, history=history, first=t, last=t + 1)[t]
    case = laboratory.case
    now = Now(
        t, 1, history, case.world[t], case.policy[t], case.strategy[t], case.world, case.policy, case.makers, case.contracts
    )  # fmt: skip
    return Step(before[0], space.state[0], space.flow[0], year, now, vector[0], case.makers)


@pytest.fixture(scope="module", params=range(0, DRAWS + 1, 4), ids=lambda n: f"draw_{n}" if n else "the_case")
def steps(request, laboratory):
    """Return several years of a history of the case, or of drawn parameters, each seen from inside."""
    params = drawn(laboratory.case.register, request.param)
    return [seen_from_inside(laboratory, year, params, request.param) for year in STEPS]


def test_no_plant_makes_more_cars_than_overtime_allows(steps, case):
    for step in steps:
        alive = (step.after.alive == 1) & (case.makers.ownership != IMPORTER)
        wear = step.params.capacity_wear * (1.0 - step.now.policy.plan_share)
        plant = (step.after.capacity - step.before.pipeline[:, 0]) / (1.0 - wear)
        made = step.flow.sold_home + step.after.exports + step.flow.plan_built
        assert (made[alive] <= OVERTIME * plant[alive] + ONE_VEHICLE).all()


def test_no_plant_makes_more_trucks_than_overtime_allows(steps):
    for step in steps:
        wear = step.params.capacity_wear * (1.0 - step.now.policy.plan_share)
        at_work = (step.after.truck_capacity - step.before.truck_pipeline[:, 0]) / (1.0 - wear)
        alive = (step.after.alive == 1) & (step.before.alive == 1)
        over = step.flow.truck_sold[alive] - OVERTIME * at_work[alive]
        assert over.max(initial=0.0) <= ONE_VEHICLE


def test_trucks_sold_at_home_are_demand_or_the_plan(steps):
    for step in steps:
        at_home = step.flow.truck_sold.sum() - step.flow.truck_exports.sum()
        planned = step.flow.plan_trucks.sum()
        assert at_home <= max(step.flow.truck_demand, planned) * (1.0 + 1e-9) + ONE_VEHICLE


def paid_for_plant(step):
    """Return what every maker pays in a year for car and truck plant that it orders."""
    return plant_prices(step) * (step.after.pipeline[:, 1] + step.after.truck_pipeline[:, 1])


def plant_prices(step):
    """Return what a unit of plant costs every maker: more where own-brand makers are badly managed."""
    managed = np.maximum(step.after.organisation, 0.1) ** -step.params.organisation_capital
    return step.params.capacity_price * np.where(step.makers.ownership <= PRIVATE, managed, 1.0)


def debt_limits(step):
    """Return what an own-brand maker may owe before it is insolvent."""
    state_owned, p, after = step.makers.ownership < PRIVATE, step.params, step.after
    credit = np.where(state_owned, p.state_credit, p.private_credit)
    of_revenue = np.where(state_owned, p.debt_state, p.debt_private) * after.revenue
    return credit + of_revenue + p.debt_profit * np.maximum(0.0, after.profit)


def softness(step):
    """Return the share of its losses that every maker is sure to be paid."""
    own = step.makers.ownership <= PRIVATE
    return np.where(own, step.now.policy.budget_softness[np.minimum(step.makers.ownership, PRIVATE)], 0.0)


def test_cash_moves_with_profit_dividends_aid_and_plant(steps, case):
    ventures = case.makers.ownership == JOINT_VENTURE
    for step in steps:
        profit, after, p = step.after.profit, step.after, step.params
        gained = np.where(case.makers.ownership < JOINT_VENTURE, after.dividends, 0.0)
        shortfall = np.maximum(0.0, -(profit + gained))
        aid = softness(step) * shortfall
        kept = np.where(ventures & (profit > 0.0), (1.0 - p.payout) * profit, profit)
        founders = p.entry_cash + p.entry_capital * case.makers.electric_only
        opening = np.where(step.before.alive == 1, step.before.cash, founders) - step.flow.line_spent
        settled = (1.0 - p.cash_decay) * opening + kept + gained + aid
        rescue = softness(step) * np.maximum(0.0, -settled - debt_limits(step))
        aid += rescue
        expected = settled + rescue - paid_for_plant(step)
        expected = expected - step.flow.spent_abroad
        held = (step.after.alive == 1) & (case.makers.ownership != IMPORTER) & (step.flow.handed == 0.0)
        assert np.allclose(after.cash[held], expected[held], rtol=1e-9, atol=1e-12)
        paid = aid[(step.before.alive == 1) | (step.after.alive == 1)].sum()
        if not step.flow.handed.any():  # in years of takeovers, debts change hands
            assert step.year.soft_aid == pytest.approx(paid, rel=1e-9, abs=1e-12)


def test_plant_is_ordered_within_means(steps, case):
    for step in steps:
        ordered = step.after.pipeline[:, 1] * plant_prices(step)
        cash = step.after.cash + paid_for_plant(step) + step.flow.spent_abroad
        money = np.where(case.makers.ownership < PRIVATE, np.maximum(cash, 0.0) + 0.5 * step.after.dividends,
                         np.maximum(0.0, 0.7 * cash + 1.5 * step.after.profit))  # fmt: skip
        credit = np.select(
            [case.makers.ownership < PRIVATE, case.makers.ownership == PRIVATE],
            [
                step.params.state_credit * (1.0 + 2.0 * softness(step)),
                step.params.private_credit,
            ],
            step.params.foreign_credit,
        )
        alive = (step.after.alive == 1) & (case.makers.ownership != IMPORTER)
        assert (ordered[alive] <= (money + credit)[alive] * (1.0 + 1e-9) + 1e-12).all()


def test_dividends_are_the_parents_part_of_what_ventures_pay_out(steps, case):
    ventures = np.flatnonzero((case.makers.ownership == JOINT_VENTURE) & (case.makers.group >= 0))
    for step in steps:
        if step.year.exits > 0.0:
            continue
        paid = np.zeros(len(case.makers))
        for m in ventures:
            if step.after.alive[m] == 1:
                part = step.params.payout * case.makers.equity[m] * max(0.0, step.after.profit[m])
                paid[case.makers.group[m]] += part
        assert np.allclose(step.after.dividends, paid, rtol=1e-12, atol=1e-15)


def test_profit_surplus_taxes_and_subsidies_add_up(years):
    """What makers earn, what classes and regions gain and what regions pay are the totals, taken apart."""
    for total, parts in (
        ("profit", "maker_profit"), ("consumer_surplus", "surplus_by_buyer"), ("consumer_surplus", "region_surplus"),
        ("tax", "region_tax"), ("subsidy", "region_subsidy"),
    ):  # fmt: skip
        assert near(years[parts].sum(axis=1), years[total], absolute=1e-9), parts
    assert years.region_tax.min() >= 0.0 and years.region_subsidy.min() >= 0.0


def test_public_outlay_is_what_government_pays_and_the_balance_what_taxes_leave(steps):
    for step in steps:
        year, w = step.year, step.flow
        burning = w.electric[: w.lines] == 0.0
        scrappage = step.now.policy.subsidy_trade_in / 1000.0 * w.sold[: w.lines][burning].sum()
        research = year.money_flow[GOVERNMENT].sum()
        paid = year.subsidy + scrappage + year.soft_aid + year.local_aid + research + w.rebates
        assert year.public_outlay == pytest.approx(paid, rel=1e-12)
        assert year.public_balance == pytest.approx(year.tax - paid, rel=1e-9, abs=1e-9)


def test_fleets_in_the_books_are_those_at_the_end_of_the_year(steps):
    """As in the record, which counts vehicles in use when the year is over."""
    for step in steps:
        state = step.after
        assert (
            min(state.fleet.min(), state.fleet_other.min(), state.truck_fleet, state.electric_fleet.min())
            >= 0.0
        )
        total = state.fleet.sum() + state.fleet_other.sum() + state.truck_fleet
        assert near(step.year.private_fleet, state.fleet.sum() * 1e6)
        assert near(step.year.vehicle_fleet, total * 1e6)


def test_every_vehicle_sold_at_home_joins_a_fleet(steps):
    """After the year: what was not scrapped, and all that was sold or delivered at home (million)."""
    for step in steps:
        p, before, after = step.params, step.before, step.after
        scrapped = np.repeat([p.scrap_young, p.scrap_middle, p.scrap_old], [5, 5, 1])
        traded_in = scrapped * buyers.brought_forward(step.now, p)
        kept = (before.fleet * (1.0 - traded_in)).sum() + before.fleet_other @ (1.0 - scrapped)
        kept += (1.0 - p.truck_scrap) * before.truck_fleet
        sold = step.flow.sold_home.sum() + step.flow.plan_built.sum()
        sold += step.flow.truck_sold.sum() - step.flow.truck_exports.sum()
        total = after.fleet.sum() + after.fleet_other.sum() + after.truck_fleet
        assert total == pytest.approx(kept + sold, rel=1e-9)


def test_buyers_take_what_makers_sell(steps):
    for step in steps:
        assert step.flow.bought.sum() == pytest.approx(step.flow.sold_home.sum(), rel=1e-9, abs=1e-9)
        lines = step.flow.lines
        assert step.flow.sold[:lines].sum() == pytest.approx(step.flow.sold_home.sum(), rel=1e-9, abs=1e-12)


def test_equity_is_a_share_and_groups_are_makers(case):
    makers = case.makers
    assert ((makers.equity >= 0.0) & (makers.equity <= 1.0)).all()
    own = makers.ownership <= PRIVATE
    assert (makers.group[makers.group[own]] == makers.group[own]).all()
    assert (makers.equity[own] == 1.0).all()
    assert ((makers.group >= -1) & (makers.group < len(makers))).all()


def test_the_state_is_all_that_the_next_year_needs(laboratory):
    """A history that goes on from its saved state, on blank working space, ends in the same bits."""
    whole = laboratory.run()
    for calendar_year in STEPS:
        t = laboratory.index(calendar_year)
        space = laboratory.after(calendar_year)
        fresh = Workspace(altered(space.states, {}), workspace(laboratory.case).flow)
        rest = laboratory.go_on(fresh, laboratory.params(), first=t + 1)
        assert rest[t + 1 :].tobytes() == whole[t + 1 :].tobytes(), f"going on after {calendar_year}"


def test_a_year_reads_nothing_from_the_records_of_other_years(laboratory):
    """What happened is never read again: records full of rubbish are overwritten, not used."""
    space, t = workspace(laboratory.case), len(laboratory.case.years)
    dirty = np.zeros(t, record(YEAR, laboratory.length))
    dirty.view(np.uint8)[:] = 0x7F
    laboratory.fill(space, laboratory.params(), dirty.view(np.recarray))
    plain = laboratory.run()
    dirty["great_pillars"][:, len(GREAT_PILLARS) :] = 0.0  # the last one is declared unused
    assert [name for name in plain.dtype.names if not np.array_equal(plain[name], dirty[name])] == []
