"""How does plant move, and who leaves? Orders and their two years of waiting, money for plant, exit, relatedness."""

import numpy as np
import pytest

from latecomer.axes import COMBUSTION, ECONOMY, JOINT_VENTURE, LOCAL_STATE, PRIVATE, SUV
from latecomer.model.makers import capacity, exit, finance, takeover
from latecomer.vocabulary import YEAR, record, sizes


def test_plant_arrives_two_years_after_its_order(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share = 0.0
    state = bench.state
    state.capacity[m], state.pipeline[m] = 1.0, (0.2, 0.3)
    capacity.invest(bench.now(), state, state, bench.flow, p)
    assert state.capacity[m] == pytest.approx(1.0 - p.capacity_wear + 0.2, rel=1e-14)
    assert list(state.pipeline[m]) == [0.3, 0.0]  # nothing built, nothing ordered


def test_investors_order_for_the_demand_they_expect(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share, bench.policy[t].reform_state_firms = 0.0, 1.0
    state, w = bench.state, bench.flow
    state.capacity[m], w.sold_home[m], w.unmet[m], state.cash[m], state.car_trend = 1.0, 1.0, 0.1, 1e6, 0.1
    capacity.invest(bench.now(), state, state, w, p)
    wish = (1.0 + 0.1 * p.unmet_weight) * 1.1**2.5 / p.target_utilisation
    assert state.pipeline[m, 1] == pytest.approx(wish - (1.0 - p.capacity_wear) ** 3, rel=1e-12)
    state.pipeline[m], state.capacity[m], state.cash[m], p.private_credit = 0.0, 1.0, 0.0, 0.9
    p.lending_share, state.organisation[m] = 1.0, 1.0
    capacity.invest(bench.now(), state, state, w, p)
    assert state.pipeline[m, 1] == pytest.approx(0.9 / p.capacity_price, rel=1e-12)  # money binds


def test_money_for_plant_depends_on_who_owns_the_maker(bench):
    p, state, now = bench.p, bench.state, bench.policy[bench.t]
    now.budget_softness, p.lending_share = 0.5, 1.0
    own = {}
    for kind in (LOCAL_STATE, PRIVATE, JOINT_VENTURE):
        m = bench.first(kind)
        state.cash[m], state.profit[m], state.dividends[m], state.revenue[m] = 2.0, 1.0, 0.8, 100.0
        own[kind] = capacity.funds(m, bench.now(), state, p)
    assert own[LOCAL_STATE] == pytest.approx(2.0 + 0.4 + 2.0 * p.state_credit, rel=1e-14)
    assert own[PRIVATE] == pytest.approx(0.7 * 2.0 + 1.5 + 2.0 * p.private_credit, rel=1e-14)
    assert own[JOINT_VENTURE] == pytest.approx(0.7 * 2.0 + 1.5 + p.foreign_credit, rel=1e-14)
    m = bench.first(PRIVATE)
    state.cash[m], state.revenue[m], p.lending_share = 0.0, 1.0, 0.1
    limit = 0.1 * finance.debt_limit(m, bench.now(), state, p)
    assert capacity.funds(m, bench.now(), state, p) == pytest.approx(limit, rel=1e-14)


def lose_for_years(bench, m, years, cash):
    """Return the years in which maker m, alone on the bench, ends after so many loss years, of four hundred."""
    p, state, w, t = bench.p, bench.state, bench.flow, bench.t
    bench.makers.passenger_start[m], p.insolvency = 1990, 0.0
    bench.policy[t].budget_softness, w.lines = 0.0, 0
    ended = 0
    for history in range(400):
        bench.only(m)
        state.losses[m], state.cash[m], state.truck_output[m] = years, cash, 0.0
        exit.leave(bench.now(history=history), state, w, p, blank_year(bench))
        ended += state.alive[m] == 0
    return ended / 400.0


def blank_year(bench):
    """Return a blank record of a year, for the stages that book into it."""
    kind = record(YEAR, sizes(m=bench.makers.size, r=len(bench.flow.appeal), x=len(bench.flow.sent_trucks)))
    return np.zeros(1, kind).view(np.recarray)[0]


def test_a_maker_leaves_after_a_run_of_loss_years_once_its_money_is_gone(bench):
    """The hazard is e / (1 + e^(-2 (years - 4.5))) times how poor it is; four hundred draws err by .025 in one of twenty."""
    p, m = bench.p, bench.first(PRIVATE)
    assert lose_for_years(bench, m, 0.0, -50.0) == 0.0
    assert lose_for_years(bench, m, 4.5, -50.0) == pytest.approx(0.5 * p.exit_hazard, abs=0.06)
    assert lose_for_years(bench, m, 12.0, -50.0) == pytest.approx(p.exit_hazard, abs=0.07)
    assert lose_for_years(bench, m, 12.0, 50.0) == 0.0
    assert exit.poor(0.0, p) == 0.5


def test_makers_are_related_by_a_common_segment(bench):
    m, b, state = bench.first(PRIVATE), bench.first(LOCAL_STATE), bench.state
    state.active[m, ECONOMY, COMBUSTION] = state.active[b, SUV, COMBUSTION] = 1
    assert not takeover.related(m, b, state)
    state.active[b, ECONOMY, COMBUSTION] = 1
    assert takeover.related(m, b, state)
