"""How do exports and plants move? Odds, networks, orders and their two years of waiting."""

import math

import pytest

from latecomer.axes import PRIVATE
from latecomer.model import industry


def test_exports_follow_odds_and_a_tariff_abroad_lowers_them(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    policy, here = bench.policy[t], bench.world[t]
    policy.plan_share, policy.abroad_tariff, policy.abroad_window, here.real_exchange_rate = (
        0.0,
        0.0,
        0.0,
        1.0,
    )
    bench.state.capacity[m], bench.w.sold_home[m], bench.w.gap[m] = 1e9, 0.95, -0.2
    market = p.export_market * here.world_market
    odds = p.export_constant - 0.2 * p.export_quality + p.export_size * math.log(1.0)

    def exports():
        industry.export(t, bench.w, bench.state, bench.world, bench.policy, bench.makers, p)
        return float(bench.state.exports[m])

    assert exports() == pytest.approx(market / (1.0 + math.exp(-odds)), rel=1e-12)
    policy.abroad_tariff, here.real_exchange_rate, bench.state.network[m] = 0.4, 1.2, 0.0
    odds -= p.tariff_effect * math.log(1.4) + p.export_exchange * math.log(1.2)
    assert exports() == pytest.approx(market / (1.0 + math.exp(-odds)), rel=1e-12)
    bench.state.capacity[m] = (0.95 + 1e-4) / 1.1
    assert exports() == pytest.approx(min(1e-4, market / (1.0 + math.exp(-odds))), rel=1e-9)
    bench.w.sold_home[m] = 0.0
    assert exports() == 0.0


def test_a_network_abroad_is_built_once_abroad(bench):
    t, m = bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.state.capacity[m], bench.w.sold_home[m], bench.state.network[m] = 1e9, 1.0, 0.5
    bench.p.export_noticed, bench.p.export_constant = 1e-4, 0.0
    industry.export(t, bench.w, bench.state, bench.world, bench.policy, bench.makers, bench.p)
    assert bench.state.network[m] == pytest.approx(0.55, rel=1e-15)


def test_plant_arrives_two_years_after_its_order(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share = 0.0
    state = bench.state
    state.capacity[m], state.pipeline[m] = 1.0, (0.2, 0.3)
    industry.invest(t, bench.w, state, bench.policy, bench.makers, p)
    assert state.capacity[m] == pytest.approx(1.0 - p.capacity_wear + 0.2, rel=1e-14)
    assert list(state.pipeline[m]) == [0.3, 0.0]  # nothing built, nothing ordered


def test_investors_order_for_the_demand_they_expect(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share, bench.policy[t].reform_state_firms = 0.0, 1.0
    state, w = bench.state, bench.w
    state.capacity[m], w.sold_home[m], w.unmet[m], state.cash[m], state.car_trend = 1.0, 1.0, 0.1, 1e6, 0.1
    industry.invest(t, w, state, bench.policy, bench.makers, p)
    wish = (1.0 + 0.1 * p.unmet_weight) * 1.1**2.5 / p.target_utilisation
    assert state.pipeline[m, 1] == pytest.approx(wish - (1.0 - p.capacity_wear) ** 3, rel=1e-12)
    state.pipeline[m], state.capacity[m], state.cash[m], p.private_credit = 0.0, 1.0, 0.0, 0.9
    p.lending_share, state.organisation[m] = 1.0, 1.0
    industry.invest(t, w, state, bench.policy, bench.makers, p)
    assert state.pipeline[m, 1] == pytest.approx(0.9 / p.capacity_price, rel=1e-12)  # money binds
