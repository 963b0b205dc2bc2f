"""How likely is a new line? Closed forms of the hazards of launches, combustion and electric."""

import math

import pytest

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    ECONOMY,
    HYBRID,
    JOINT_VENTURE,
    LOCAL_STATE,
    MINIBUS,
    PREMIUM,
    PRIVATE,
    SUV,
)
from latecomer.model.cars import lines

SHARE = 0.2
SIZE = 3.0 * SHARE


def combustion(bench, m, s, gap=0.5, selling=True):
    """Return the hazard of a combustion launch in a segment of a fifth of the market."""
    bench.state.segment_share[:] = SHARE
    return lines.combustion_hazard(m, s, gap, selling, bench.now(), bench.state, bench.p)


def electric(bench, m, s, e, selling=True):
    bench.state.segment_share[:] = SHARE
    return lines.electric_hazard(m, s, e, selling, bench.now(), bench.state, bench.flow, bench.p)


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def test_own_brands_launch_what_they_are_able_to_in_segments_that_sell(bench):
    p, m = bench.p, bench.first(PRIVATE)
    able = logistic((1.1 - 0.5) / 0.1)
    assert combustion(bench, m, ECONOMY) == pytest.approx(p.launch_own * (SIZE + 0.02) * able, rel=1e-13)
    dear = logistic((0.4 - 0.5) / 0.1)
    assert combustion(bench, m, PREMIUM) == pytest.approx(p.launch_own * (SIZE + 0.02) * dear, rel=1e-13)
    bench.policy[bench.t].entry_private = 0.3
    assert combustion(bench, m, ECONOMY, selling=False) == pytest.approx(
        0.3 * combustion(bench, m, ECONOMY), rel=1e-13
    )


def test_reform_pushes_state_makers_and_comfort_holds_them_back(bench):
    p, m, private = bench.p, bench.first(LOCAL_STATE), bench.first(PRIVATE)
    bench.policy[bench.t].reform_state_firms, bench.state.dependence[m] = 0.25, 0.4
    push = p.launch_state + 0.25 * (1.0 - p.launch_state)
    held = 1.0 - 0.4 * p.comfort_effect
    assert combustion(bench, m, SUV) == pytest.approx(
        push * held * combustion(bench, private, SUV), rel=1e-13
    )


def test_ventures_launch_by_the_size_of_the_segment_and_premium_names_keep_to_premium(bench):
    p, m = bench.p, bench.first(JOINT_VENTURE)
    assert combustion(bench, m, MINIBUS) == 0.0
    bench.makers.brand[m] = p.premium_brand  # half a premium name
    assert combustion(bench, m, PREMIUM) == pytest.approx(0.5 * p.launch_venture * (SIZE + 0.02), rel=1e-13)
    aloof = 1.0 - 0.5 * p.premium_aloof
    assert combustion(bench, m, ECONOMY) == pytest.approx(aloof * p.launch_venture * (SIZE + 0.02), rel=1e-13)


def test_aid_mandate_and_market_pull_electric_lines_and_lock_in_holds_them_back(bench):
    p, m, now = bench.p, bench.first(LOCAL_STATE), bench.policy[bench.t]
    now.subsidy_battery_car, now.subsidy_hybrid, now.subsidy_local_ratio = 30000.0, 0.0, 1.0
    now.credit_ratio, bench.state.electric_share, p.lock_state = 0.1, 0.05, 0.3
    assert electric(bench, m, ECONOMY, BATTERY_CAR) == 0.0  # before the dawn
    bench.flow.frontier[BATTERY] = 0.5
    pull = 0.15 + 1.0 + 0.3 + 0.1 * p.credit_push
    expected = 0.7 * p.launch_electric * pull * (SIZE + 0.05)
    assert electric(bench, m, ECONOMY, BATTERY_CAR) == pytest.approx(expected, rel=1e-13)
    hybrid = 0.5 * (pull - 1.0) / pull * expected
    assert electric(bench, m, ECONOMY, HYBRID) == pytest.approx(hybrid, rel=1e-12)
    assert electric(bench, m, PREMIUM, BATTERY_CAR) == pytest.approx(0.5 * expected, rel=1e-13)


def test_start_ups_in_electric_cars_need_a_licence_for_their_first_line(bench):
    p, m, now = bench.p, bench.first(PRIVATE), bench.policy[bench.t]
    bench.makers.electric_only[m], bench.flow.frontier[BATTERY], now.entry_electric = 1, 0.5, 0.4
    assert combustion(bench, m, ECONOMY) == electric(bench, m, ECONOMY, HYBRID) == 0.0
    running = electric(bench, m, ECONOMY, BATTERY_CAR)
    assert running > 0.0
    assert electric(bench, m, ECONOMY, BATTERY_CAR, selling=False) == pytest.approx(0.4 * running, rel=1e-13)
    assert p.lock_new == 0.0
