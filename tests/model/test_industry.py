"""How does plant move? Orders and their two years of waiting."""

import pytest

from latecomer.axes import PRIVATE
from latecomer.model import industry


def test_plant_arrives_two_years_after_its_order(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share = 0.0
    state = bench.state
    state.capacity[m], state.pipeline[m] = 1.0, (0.2, 0.3)
    industry.invest(t, bench.w, state, bench.policy, bench.strategy, bench.makers, p)
    assert state.capacity[m] == pytest.approx(1.0 - p.capacity_wear + 0.2, rel=1e-14)
    assert list(state.pipeline[m]) == [0.3, 0.0]  # nothing built, nothing ordered


def test_investors_order_for_the_demand_they_expect(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share, bench.policy[t].reform_state_firms = 0.0, 1.0
    state, w = bench.state, bench.w
    state.capacity[m], w.sold_home[m], w.unmet[m], state.cash[m], state.car_trend = 1.0, 1.0, 0.1, 1e6, 0.1
    industry.invest(t, w, state, bench.policy, bench.strategy, bench.makers, p)
    wish = (1.0 + 0.1 * p.unmet_weight) * 1.1**2.5 / p.target_utilisation
    assert state.pipeline[m, 1] == pytest.approx(wish - (1.0 - p.capacity_wear) ** 3, rel=1e-12)
    state.pipeline[m], state.capacity[m], state.cash[m], p.private_credit = 0.0, 1.0, 0.0, 0.9
    p.lending_share, state.organisation[m] = 1.0, 1.0
    industry.invest(t, w, state, bench.policy, bench.strategy, bench.makers, p)
    assert state.pipeline[m, 1] == pytest.approx(0.9 / p.capacity_price, rel=1e-12)  # money binds
