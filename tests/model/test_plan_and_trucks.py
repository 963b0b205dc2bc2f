"""What does the plan deliver, and who sells trucks? The minimum rule, stock adjustment, attraction and room."""

import math

import numpy as np
import pytest

from latecomer.axes import COMMERCIAL, PRIVATE
from latecomer.model.makers import capacity, plan
from latecomer.model.markets import trucks


def test_plan_output_is_the_least_of_plan_capacity_and_inputs(bench):
    p, state, w = bench.p, bench.state, bench.flow
    m = bench.first(0)
    bench.only(m)
    t = bench.t = int(np.flatnonzero(bench.policy.plan_share >= 1.0)[20])
    state.truck_capacity[m], state.capacity[m] = 0.2, 0.01
    bench.policy[t].plan_priority = 0.0
    bench.makers[m].start, bench.makers[m].passenger_start = 1900, 1901
    gdp = bench.world[t].gdp
    state.plan_peak = 0.5 * gdp
    plan.build(bench.now(), state, w, p)
    assert w.plan_trucks[m] == pytest.approx(0.2, rel=1e-15)  # inputs suffice: capacity binds
    assert w.plan_built[m] == pytest.approx(0.01, rel=1e-15)
    assert state.plan_peak == gdp
    state.plan_peak = 1.25 * gdp
    plan.build(bench.now(), state, w, p)
    assert w.plan_trucks[m] == pytest.approx(
        0.2 * 0.8**p.plan_inputs, rel=1e-13
    )  # the economy fell back: inputs bind
    bench.policy[t].plan_share = 0.3
    plan.build(bench.now(), state, w, p)
    assert w.plan_trucks[m] == pytest.approx(0.3 * 0.2 * 0.8**p.plan_inputs, rel=1e-13)


def test_planned_plants_close_the_gap_to_the_norm_and_do_not_pass_it(bench):
    p, state = bench.p, bench.state
    m = bench.first(0)
    bench.only(m)
    t = bench.t = int(np.flatnonzero(bench.policy.plan_share >= 1.0)[20])
    bench.policy[t].plan_priority = 1.0
    norm = p.plan_norm * bench.world[t].gdp ** p.plan_growth
    for start, growth in ((0.25 * norm, 0.75 * p.plan_investment), (1.5 * norm, 0.0)):
        state.truck_capacity[m] = start
        plan.build(bench.now(), state, bench.flow, p)
        assert state.truck_capacity[m] == pytest.approx(start * (1.0 + growth), rel=1e-13)


def test_nothing_is_planned_where_the_plan_has_no_share(bench):
    m = bench.first(0)
    bench.only(m)
    bench.state.truck_capacity[m] = 0.2
    bench.policy[bench.t].plan_share = 0.0
    plan.build(bench.now(), bench.state, bench.flow, bench.p)
    assert bench.flow.plan_trucks.sum() == bench.flow.plan_built.sum() == 0.0
    assert bench.state.truck_capacity[m] == 0.2


def test_trucks_replace_scrap_and_close_part_of_the_gap(bench):
    p, t, state = bench.p, bench.t, bench.state
    here = bench.world[t]
    wanted = (
        p.truck_fleet_norm
        * here.gdp**p.truck_growth
        * (here.investment * p.investment_norm / here.gdp) ** p.truck_investment
    )
    state.truck_fleet = 0.6 * wanted
    expected = p.truck_scrap * 0.6 * wanted + p.truck_adjust * 0.4 * wanted
    assert trucks.wanted(bench.now(), state, p) == pytest.approx(expected, rel=1e-13)
    state.truck_fleet = 2.0 * wanted
    assert trucks.wanted(bench.now(), state, p) == pytest.approx(p.truck_scrap * 2.0 * wanted, rel=1e-13)


def test_a_truck_fleet_at_its_wanted_size_stays_there(bench):
    p, t, state = bench.p, bench.t, bench.state
    here = bench.world[t]
    wanted = (
        p.truck_fleet_norm
        * here.gdp**p.truck_growth
        * (here.investment * p.investment_norm / here.gdp) ** p.truck_investment
    )
    state.truck_fleet = wanted
    bench.flow.truck_sold[0] = trucks.wanted(bench.now(), state, p)
    trucks.add_to_fleet(state, bench.flow, p)
    assert state.truck_fleet == pytest.approx(wanted, rel=1e-13)


def test_classes_of_trucks_share_demand_and_medium_ones_give_way(bench):
    p = bench.p
    classes = range(len(COMMERCIAL))
    early, late = ([trucks.class_share(k, gdp, p) for k in classes] for gdp in (1.0, 10.0))
    assert sum(early) == pytest.approx(1.0, rel=1e-14)
    assert sum(late) == pytest.approx(1.0, rel=1e-14)
    assert early[0] / early[2] == pytest.approx(p.heavy_share, rel=1e-13)
    assert late[0] / late[2] == pytest.approx(p.heavy_share * 10.0**p.heavy_growth, rel=1e-13)
    assert late[1] / late[2] == pytest.approx(p.medium_share * 10.0**-p.medium_decline, rel=1e-13)
    p.heavy_growth = p.medium_decline = 0.0
    assert [trucks.class_share(k, 10.0, p) for k in classes] == pytest.approx(
        [trucks.class_share(k, 1.0, p) for k in classes], rel=1e-13
    )


def test_truck_orders_go_by_attraction_up_to_capacity(bench):
    """Two equal makers share alike; one without room passes its part on."""
    p, w, state, t = bench.p, bench.flow, bench.state, bench.t
    a, b = 0, 1
    bench.only(a, b)
    bench.makers[b] = bench.makers[a]
    bench.makers.commercial[:] = 1.0
    state.truck_capacity[a] = state.truck_capacity[b] = 1e6
    bench.policy[t].plan_share = 0.0
    w.plan_trucks[:] = 0.0
    trucks.sell(bench.now(), state, state, w, p)
    assert w.truck_sold[a] == pytest.approx(0.5 * w.truck_demand, rel=1e-12)
    assert w.truck_sold[b] == pytest.approx(0.5 * w.truck_demand, rel=1e-12)
    p.truck_network = 0.0
    state.truck_capacity[a] = 0.1 * w.truck_demand
    trucks.sell(bench.now(), state, state, w, p)
    assert w.truck_sold[a] == pytest.approx(1.1 * state.truck_capacity[a], rel=1e-12)
    assert w.truck_sold.sum() == pytest.approx(w.truck_demand, rel=1e-12)
    assert w.class_sold.sum() == pytest.approx(w.truck_demand, rel=1e-12)


def crowded_out(bench):
    """Let one small maker meet the whole demand for trucks."""
    bench.only(0)
    bench.makers.commercial[:] = 1.0
    bench.policy[bench.t].plan_share = 0.0
    bench.flow.plan_trucks[:] = 0.0
    bench.state.truck_capacity[0] = 1e-3


def test_truck_demand_turned_away_is_what_was_asked_less_what_was_sold(bench):
    crowded_out(bench)
    w = bench.flow
    trucks.sell(bench.now(), bench.state, bench.state, w, bench.p)
    assert w.unmet_trucks[0] == pytest.approx(w.truck_demand - w.truck_sold[0], rel=1e-9)


def test_truck_demand_turned_away_is_that_of_this_year_alone(bench):
    """What makers turned away last year is not turned away again this year."""
    crowded_out(bench)
    w = bench.flow
    trucks.sell(bench.now(), bench.state, bench.state, w, bench.p)
    once = float(w.unmet_trucks[0])
    assert once > 0.0
    trucks.sell(bench.now(), bench.state, bench.state, w, bench.p)
    assert w.unmet_trucks[0] == pytest.approx(once, rel=1e-12)


def test_attraction_weighs_network_quality_and_cost(bench):
    p, state, w = bench.p, bench.state, bench.flow
    bench.only(0, 1)
    bench.makers.commercial[:], bench.makers.ownership[:2] = 1.0, (0, PRIVATE)
    state.truck_capacity[:2], state.mastered[0], w.frontier[:] = (0.4, 0.1), 0.0, 0.5
    state.mastered[1] = -0.2
    big, small = (trucks.attraction(m, 0, bench.now(), state, w, p) for m in (0, 1))
    cost = p.cost_state * math.exp(
        0.2 * p.cost_gap
    )  # of the first over the second, a laggard that builds cheaper
    expected = 4.0**p.truck_network * math.exp(0.2 * p.truck_quality) * cost**-p.truck_price_taste
    assert big / small == pytest.approx(expected, rel=1e-12)
    state.truck_capacity[0] = 0.0
    assert trucks.attraction(0, 0, bench.now(), state, w, p) == 0.0


def test_truck_plant_is_ordered_for_expected_demand_within_the_fastest_growth(bench):
    p, state, w, t = bench.p, bench.state, bench.flow, bench.t
    bench.policy[t].plan_share, bench.policy[t].reform_state_firms = 0.0, 1.0
    state.truck_trend, w.truck_sold[0], w.unmet_trucks[0] = 0.1, 0.9, 0.2
    state.truck_capacity[0], state.truck_pipeline[0] = 1.0, (0.05, 0.1)
    capacity.order_trucks(0, bench.now(), state, state, w, p)
    stands = 1.0 - p.capacity_wear + 0.05
    assert state.truck_capacity[0] == pytest.approx(stands, rel=1e-14)
    wish = (0.9 + 0.2 * p.unmet_weight) * 1.1**2.5 / p.target_utilisation
    coming = stands * (1.0 - p.capacity_wear) ** 2 + 0.1
    assert list(state.truck_pipeline[0]) == pytest.approx([0.1, wish - coming], rel=1e-12)
    w.truck_sold[0] = 90.0
    capacity.order_trucks(0, bench.now(), state, state, w, p)
    assert state.truck_pipeline[0, 1] == pytest.approx(p.growth_open * state.truck_capacity[0], rel=1e-12)
