"""Do makers prosper and fail by mechanism? Organisation, goodwill, new car plants, money for lines, insolvency, takeovers."""

import math

import numpy as np
import pytest

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    ECONOMY,
    FOREIGN_PLANT,
    JOINT_VENTURE,
    LOCAL_STATE,
    MINIBUS,
    PREMIUM,
    PRIVATE,
    SUV,
)
from latecomer.model.cars import appeal, lines
from latecomer.model.makers import brand, capacity, exit, finance, takeover
from latecomer.model.technology import access, effort, learning

SEED, HISTORY = 1, 0


def aim(bench, maker):
    """Return the organisation towards which a maker moves."""
    bench.policy[bench.t]
    return effort.organisation_aim(maker, bench.now(), bench.state, bench.flow, bench.p)


def test_reform_partners_and_rivals_each_remove_part_of_a_state_makers_lag(bench):
    p, m = bench.p, bench.first(LOCAL_STATE)
    bench.makers.skill[m] = 0.0
    bench.policy[bench.t].reform_state_firms = 0.4
    bench.flow.allied[m], bench.flow.contestability = 1.0, 0.5
    lag = (1.0 - p.organisation_state) * 0.6
    lag *= (1.0 - p.organisation_alliance) * (1.0 - 0.5 * p.organisation_contest)
    assert aim(bench, m) == pytest.approx(1.0 - lag, rel=1e-14)
    bench.state.rescued[m] = 0.2
    assert aim(bench, m) == pytest.approx((1.0 - lag) * (1.0 - 0.2 * p.rescue_effort), rel=1e-14)


def test_founders_skill_raises_organisation_and_none_of_it_is_left_when_off(bench):
    p, m = bench.p, bench.first(PRIVATE)
    bench.makers.skill[m] = 0.2
    assert aim(bench, m) == pytest.approx(1.0 + 0.2 * p.organisation_founder, rel=1e-14)
    p.organisation_founder = 0.0
    assert aim(bench, m) == 1.0


def test_a_partner_counts_while_the_partnership_lasts(bench):
    m, _t = bench.first(LOCAL_STATE), bench.t
    bench.only(m)
    bench.contracts.last[:] = 0
    bench.contracts.maker[0], bench.contracts.year[0], bench.contracts.last[0] = m, 2000, 2010
    seen = []
    for year in (1999, 2000, 2010, 2011):
        effort.look_at_rivals(year, bench.now(), bench.state, bench.flow)
        seen.append(bench.flow.allied[m])
    assert seen == [0.0, 1.0, 1.0, 0.0]


def test_bad_management_makes_plant_dear_for_home_makers_only(bench):
    p, state = bench.p, bench.state
    own, venture = bench.first(LOCAL_STATE), bench.first(JOINT_VENTURE)
    state.organisation[own], state.organisation[venture] = 0.25, 0.25
    price = capacity.plant_price(own, bench.now(), state, p)
    assert price == pytest.approx(p.capacity_price * 0.25**-p.organisation_capital, rel=1e-14)
    assert capacity.plant_price(venture, bench.now(), state, p) == p.capacity_price
    p.organisation_capital = 0.0
    assert capacity.plant_price(own, bench.now(), state, p) == p.capacity_price


def test_own_money_of_private_makers_adds_to_research(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].research_deduction = 0.0
    bench.state.revenue[m], bench.state.cash[m] = 10.0, 4.0
    effort.fund(bench.now(), bench.state, bench.state, bench.flow, p)
    expected = 10.0 * p.research_intensity * p.private_research + 4.0 * p.cash_research
    assert bench.flow.effort[m] == pytest.approx(expected, rel=1e-14)


def test_a_works_that_takes_up_cars_knows_no_less_than_a_newcomer(bench):
    p, w, state, m = bench.p, bench.flow, bench.state, bench.first(LOCAL_STATE)
    w.frontier[:], state.own_mean[:], state.mastered[m], state.trust[m] = 0.5, -0.2, -1.5, p.trust_start - 0.4
    aims = [learning.newcomer(d, bench.makers[m], state, w, p) for d in range(6)]
    p.renewal = 0.5
    lines.take_up_cars(m, bench.now(), state, state, w, p)
    assert state.mastered[m] == pytest.approx(
        np.maximum(-1.5, -1.5 + 0.5 * (np.array(aims) + 1.5)), rel=1e-12
    )
    assert state.trust[m] == pytest.approx(p.trust_start - 0.2, rel=1e-12)
    state.active[m, SUV, COMBUSTION], before = 1, state.mastered[m].copy()
    lines.take_up_cars(m, bench.now(), state, state, w, p)
    assert np.array_equal(state.mastered[m], before)  # a car maker learns as before


def test_lines_cost_money_and_wait_for_it(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.makers[m]
    price = lines.line_price(m, SUV, bench.now(), p)
    assert price == pytest.approx(p.line_cost * p.cost_suv / 100.0, rel=1e-14)
    state.cash[m] = price - p.lending_share * p.private_credit
    assert lines.affordable(m, price, bench.now(), state, p) == pytest.approx(0.5, rel=1e-12)
    state.cash[m] = -50.0
    assert lines.affordable(m, price, bench.now(), state, p) < 1e-9
    assert lines.affordable(m, 0.0, bench.now(), state, p) == 1.0
    venture = bench.first(JOINT_VENTURE)
    assert lines.line_price(venture, SUV, bench.now(), p) == pytest.approx(price * p.venture_line)


def test_founders_begin_with_what_they_were_founded_to_make_if_licensed(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.makers.minibus[m], bench.makers.first_line[m] = 0, ECONOMY
    for licence, opened in ((0.0, 0), (1.0, 1)):
        bench.policy[t].entry_private = licence
        lines.first_lines(m, bench.now(seed=SEED, history=HISTORY), bench.state, bench.state, bench.flow, p)
        assert bench.state.active[m, ECONOMY, COMBUSTION] == opened


def test_a_plant_owned_abroad_begins_like_a_venture_with_the_car_it_was_built_for(bench):
    p, _t, state = bench.p, bench.t, bench.state
    m = int(np.flatnonzero((bench.makers.ownership == FOREIGN_PLANT) & (bench.makers.electric_only == 1))[0])
    venture, state.home_sales = bench.first(JOINT_VENTURE), 20.0
    bench.makers.brand[[m, venture]] = p.premium_brand
    lines.first_lines(m, bench.now(seed=SEED, history=HISTORY), state, state, bench.flow, p)
    assert state.active[m].sum() == 0  # no electric car without batteries
    state.capacity[m], bench.flow.frontier[BATTERY] = 0.0, 0.5
    for maker in (m, venture):
        lines.first_lines(maker, bench.now(seed=SEED, history=HISTORY), state, state, bench.flow, p)
    plant = p.start_capacity_venture + 2.0 * p.start_capacity_growth * 20.0
    assert state.capacity[m] == pytest.approx(plant, rel=1e-14)
    assert state.capacity[venture] == pytest.approx(bench.makers.capacity[venture] + plant, rel=1e-14)
    assert state.active[m, PREMIUM, BATTERY_CAR] == state.active[venture, PREMIUM, COMBUSTION] == 1
    assert state.active[m].sum() == 1


def test_goodwill_is_built_by_spending_and_not_by_cheap_cars(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.only(m)
    state.goodwill[m], bench.flow.marketing[m] = 2.0, 0.5
    brand.trust(bench.now(), state, bench.flow, p)
    assert state.goodwill[m] == pytest.approx((1.0 - p.goodwill_decay) * 2.0 + 0.5, rel=1e-14)
    trusted = []
    for price in (40.0, 400.0):
        bench.flow.mean_price[m], state.price[m], state.trust[m], state.output[m] = price, price, -0.5, 1.0
        brand.trust(bench.now(), state, bench.flow, p)
        trusted.append(float(state.trust[m]))
    assert trusted[0] == trusted[1]


def line_utility(bench, m, s):
    """Return the utility of a combustion line of maker m in segment s, its taste at zero."""
    bench.state.taste[:], bench.p.taste_noise, bench.flow.lines = 0.0, 0.0, 1
    bench.flow.maker[0], bench.flow.segment[0], bench.flow.powertrain[0] = m, s, COMBUSTION
    appeal.appeal_of(0, bench.now(), bench.state, bench.state, bench.flow, bench.p)
    return float(bench.flow.utility[0])


def test_buyers_take_more_to_names_with_more_goodwill_than_the_average(bench):
    p, m = bench.p, bench.first(PRIVATE)
    bench.flow.goodwill_mean, bench.state.goodwill[m] = 3.0, 3.0
    base = line_utility(bench, m, ECONOMY)
    bench.state.goodwill[m] = 6.0
    more = p.goodwill_taste * math.log((6.0 + p.goodwill_half) / (3.0 + p.goodwill_half))
    assert line_utility(bench, m, ECONOMY) == pytest.approx(base + more, rel=1e-12)
    p.goodwill_taste = 0.0
    assert line_utility(bench, m, ECONOMY) == pytest.approx(base, rel=1e-12)


def test_a_brand_of_its_own_leaves_part_of_a_poor_name_behind(bench):
    p, m = bench.p, bench.first(PRIVATE)
    bench.flow.goodwill_mean, bench.state.goodwill[m], bench.state.trust[m] = 1.0, 1.0, p.trust_start - 0.4
    bench.makers.second_brand[m] = 2006
    before = line_utility(bench, m, PREMIUM)
    bench.makers.second_brand[m] = 2005
    assert line_utility(bench, m, PREMIUM) == pytest.approx(before + 0.4 * p.second_brand, rel=1e-12)
    bench.state.trust[m] = p.trust_start + 0.1
    assert line_utility(bench, m, PREMIUM) == pytest.approx(before + 0.5, rel=1e-12)  # a good name needs none


def test_debts_end_private_makers_and_the_state_pays_for_its_own(bench):
    p, state, w = bench.p, bench.state, bench.flow
    private, owned = bench.first(PRIVATE), bench.first(LOCAL_STATE)
    policy = bench.policy[bench.t]
    policy.budget_softness = 0.5
    state.revenue[private] = state.revenue[owned] = 10.0
    limit = p.private_credit + 10.0 * p.debt_private
    assert finance.debt_limit(private, bench.now(), state, p) == pytest.approx(limit, rel=1e-14)
    state.cash[private] = -limit
    assert exit.insolvent(private, bench.now(), state, p) == pytest.approx(0.5, rel=1e-12)
    state.cash[private] = 0.0
    assert exit.insolvent(private, bench.now(), state, p) < 1e-5
    state.cash[owned], p.cash_decay = -10.0, 0.0
    finance.settle_cash(owned, bench.now(), state, w, p)
    rescue = 0.5 * (10.0 - p.state_credit - 10.0 * p.debt_state)
    assert state.cash[owned] == pytest.approx(rescue - 10.0, rel=1e-12)
    assert w.soft_aid == pytest.approx(rescue, rel=1e-12)
    assert state.rescued[owned] == pytest.approx(rescue / 10.0, rel=1e-12)


def test_a_loss_as_large_as_revenue_shortens_the_patience_of_owners(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    runs = []
    for profit in (-0.1, -1.0, -50.0, 1.0):
        state.losses[m], state.revenue[m], state.profit[m] = 2.0, 1.0, profit
        finance.settle_cash(m, bench.now(), state, bench.flow, p)
        runs.append(float(state.losses[m]))
    assert runs == pytest.approx(
        [3.0 + 0.1 * p.loss_weight, 3.0 + p.loss_weight, 3.0 + p.loss_weight, 0.0], rel=1e-12
    )


def with_plant(bench):
    """Return a failing and a rich maker that both sell minibuses."""
    first, second = (int(m) for m in np.flatnonzero(bench.makers.ownership == PRIVATE)[:2])
    bench.only(first, second)
    state = bench.state
    state.capacity[first], state.pipeline[first], state.cash[first], state.cash[second] = (
        0.4,
        (0.1, 0.2),
        -1.0,
        50.0,
    )
    state.active[first, MINIBUS, COMBUSTION] = state.active[second, MINIBUS, COMBUSTION] = 1
    state.active[first, SUV, COMBUSTION], state.age[first, SUV, COMBUSTION] = 1, 7.0
    state.mastered[first], state.mastered[second] = 0.3, 0.1
    return first, second


def test_a_takeover_hands_over_plant_lines_and_debts_and_ends_the_maker(bench):
    first, second = with_plant(bench)
    state, kept = bench.state, bench.p.takeover_kept
    takeover.take_over(first, second, state, bench.flow, bench.p)
    assert state.alive[first] == 0 and state.capacity[first] == 0.0 and state.cash[first] == 0.0
    assert state.capacity[second] == pytest.approx(0.4 * kept, rel=1e-14)
    assert state.pipeline[second] == pytest.approx([0.1 * kept, 0.2 * kept], rel=1e-14)
    assert state.cash[second] == 49.0 and bench.flow.handed[second] == -1.0
    assert state.active[second, SUV, COMBUSTION] == 1 and state.age[second, SUV, COMBUSTION] == 7.0
    assert state.mastered[second, 0] == pytest.approx(0.1 + 0.2 * kept, rel=1e-12)
    assert bench.flow.takeovers == 1.0 and bench.flow.exits == 1.0


def test_a_failing_maker_goes_to_a_rich_one_of_related_line_or_ends(bench):
    first, second = with_plant(bench)
    p, state, _t = bench.p, bench.state, bench.t
    p.takeover_chance = 1.0
    state.active[second] = 0
    exit.fail(first, bench.now(seed=SEED, history=HISTORY), state, bench.flow, p)
    assert state.alive[first] == 0 and state.capacity[second] == 0.0  # no common segment
    first, second = with_plant(bench)
    exit.fail(first, bench.now(seed=SEED, history=HISTORY), state, bench.flow, p)
    assert state.capacity[second] == pytest.approx(0.4 * p.takeover_kept, rel=1e-14)
    assert state.cash[second] == pytest.approx(49.0 - 0.4 * p.takeover_price * p.capacity_price, rel=1e-12)
    first, second = with_plant(bench)
    p.takeover_chance = 0.0
    state.capacity[second] = 0.0
    exit.fail(first, bench.now(seed=SEED, history=HISTORY), state, bench.flow, p)
    assert state.alive[first] == 0 and state.capacity[second] == 0.0


def test_dated_takeovers_of_the_case_happen_in_their_year(laboratory):
    """Hafei and Changhe pass to Changan in 2009, whatever else happens, unless they failed before."""
    names = laboratory.case.labels.makers
    for maker in ("hafei", "changhe", "wuling"):
        m = names.index(maker)
        year = int(laboratory.case.makers.taken_year[m])
        before, after = laboratory.after(year - 1).state[0], laboratory.after(year).state[0]
        assert after.alive[m] == 0
        if before.alive[m] == 1 and maker != "wuling":
            assert before.capacity[m] > 0.0


def test_a_partner_in_the_maker_hands_on_part_of_its_progress(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.only(m)
    contract = bench.contracts[0]
    contract.maker, contract.year, contract.vintage, contract.last = m, 2000, 5, 2020
    contract.domain[:], state.mastered[m], state.accessible[m] = 1.0, -9.0, -9.0
    bench.policy[bench.t].supply_cutoff[:] = 0.0
    access.use_contract(0, 2010, bench.now(), state, bench.flow, p)
    level = p.frontier_growth * (2000 + 10 * p.partner_renewal - 5 - p.frontier_year)
    assert state.accessible[m, 0] == pytest.approx(level, rel=1e-12)


def test_nothing_newer_than_the_clock_of_the_world_is_handed_over(bench):
    """With the clock stopped in 2004, a contract of 2000 hands on progress of four years, one of 2008 what was new in 2004."""
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.only(m)
    years = bench.world.year
    bench.world.frontier_clock[:] = np.minimum(years, 2004)
    bench.policy[bench.t].supply_cutoff[:] = 0.0
    contract = bench.contracts[0]
    contract.maker, contract.vintage, contract.domain[:] = m, 5, 1.0
    for begun, newest in ((2000, 2000 + 4 * p.partner_renewal), (2008, 2004)):
        contract.year, contract.last = begun, 2020
        state.mastered[m], state.accessible[m] = -9.0, -9.0
        access.use_contract(0, 2010, bench.now(), state, bench.flow, p)
        level = p.frontier_growth * (newest - 5 - p.frontier_year)
        assert state.accessible[m, 0] == pytest.approx(level, rel=1e-12)
