"""Do quotas, duties, licences, administered prices, posts and rebates do what their equations say, and only where they bind?"""

import math

import numpy as np
import pytest

from latecomer.axes import (
    COMBUSTION,
    ECONOMY,
    ENGINE,
    IMPORTER,
    INSTITUTE_STAFF,
    JOINT_VENTURE,
    LOCAL_STATE,
    MAINSTREAM,
    PRIVATE,
)
from latecomer.model.cars import lines
from latecomer.model.makers import capacity, finance
from latecomer.model.markets import abroad
from latecomer.model.technology import access, effort, learning, science, talent

SEED, HISTORY = 1, 0


def test_a_quota_is_shared_out_by_last_years_imports_and_in_equal_parts(bench):
    p, state = bench.p, bench.state
    importers = [int(m) for m in np.flatnonzero(bench.makers.ownership == IMPORTER)[:3]]
    bench.only(*importers)
    state.output[importers] = 0.03, 0.01, 0.0
    bench.policy[bench.t].trade_quota, p.quota_open = 0.2, 0.15
    capacity.leave_room(bench.now(), state, bench.flow, p)
    expected = [0.2 * (0.85 * old + 0.05) for old in (0.75, 0.25, 0.0)]
    assert bench.flow.room[importers] == pytest.approx(expected, rel=1e-14)
    state.output[:] = 0.0  # nobody imported yet: equal parts
    capacity.leave_room(bench.now(), state, bench.flow, p)
    assert bench.flow.room[importers] == pytest.approx([0.2 / 3.0] * 3, rel=1e-14)


def test_a_quota_that_binds_keeps_imports_down_and_makes_them_dear(laboratory):
    plain, held = laboratory.run(), laboratory.run(levers={"trade_quota": 0.05})
    assert plain.imports.max() > 1e5
    assert held.imports.max() <= 0.05e6 * (1.0 + 1e-9)
    late = laboratory.index(2015)
    assert held.shadow_price[late] > plain.shadow_price[late]
    assert held.consumer_surplus[late] < plain.consumer_surplus[late]


def test_a_duty_to_hand_over_leaves_less_withheld_and_older_technology(bench):
    p, t, state, w = bench.p, bench.t, bench.state, bench.flow
    venture = bench.first(JOINT_VENTURE)
    bench.only(venture)
    w.frontier[:], seen = 1.0, []
    for duty in (0.0, 0.5, 1.0):
        bench.policy[t].venture_transfer_duty = duty
        assert learning.kept_back(bench.now(), p) == pytest.approx(p.withheld * (1.0 - duty), rel=1e-14)
        state.mastered[venture] = -9.0
        access.introduce(bench.now(), state, state, w, p)
        seen.append(float(state.accessible[venture, ENGINE]))
    older = 0.5 * p.transfer_lag * p.frontier_growth
    assert -np.diff(seen) == pytest.approx([older, older], rel=1e-12)


def test_groups_learn_more_from_partners_that_must_hand_over(laboratory):
    late, gained = laboratory.index(2010), []
    for n in range(4):
        plain = laboratory.run(history=n)
        bound = laboratory.run(levers={"venture_transfer_duty": 1.0}, history=n)
        gained.append(bound.own_capability[late].mean() - plain.own_capability[late].mean())
    assert np.mean(gained) > 0.01


def test_budgets_may_be_soft_for_one_ownership_and_hard_for_another(bench):
    p, state, w = bench.p, bench.state, bench.flow
    policy, p.cash_decay = bench.policy[bench.t], 0.0
    policy.budget_softness = 0.0, 0.2, 0.7
    for kind, share in ((LOCAL_STATE, 0.2), (PRIVATE, 0.7), (JOINT_VENTURE, 0.0)):
        m = bench.first(kind)
        assert finance.softness(bench.makers[m], bench.now()) == share
        state.revenue[m], state.profit[m], state.cash[m], w.soft_aid = 10.0, -1.0, 5.0, 0.0
        finance.settle_cash(m, bench.now(), state, w, p)
        assert w.soft_aid == pytest.approx(share, rel=1e-14, abs=1e-15)
        assert state.cash[m] == pytest.approx(4.0 + share, rel=1e-14)
        assert state.rescued[m] == pytest.approx(share / 10.0, rel=1e-14, abs=1e-15)


def test_rescue_costs_effort_whoever_is_rescued(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    _now, _maker = bench.policy[bench.t], bench.makers[m]
    free = effort.organisation_aim(m, bench.now(), state, bench.flow, p)
    state.rescued[m] = 0.1
    tied = effort.organisation_aim(m, bench.now(), state, bench.flow, p)
    assert tied == pytest.approx(free * (1.0 - 0.1 * p.rescue_effort), rel=1e-14)


def test_deductions_may_be_given_to_one_ownership_alone(bench):
    p, t = bench.p, bench.t
    one, other = bench.first(0), bench.first(PRIVATE)
    bench.only(one, other)
    bench.policy[t].budget_softness, p.cash_research = 0.0, 0.0
    bench.state.revenue[[one, other]] = 10.0
    efforts = []
    for deduction in ((0.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
        bench.policy[t].research_deduction = deduction
        effort.fund(bench.now(), bench.state, bench.state, bench.flow, p)
        efforts.append((float(bench.flow.effort[one]), float(bench.flow.effort[other])))
    assert efforts[1][0] == efforts[0][0]
    assert efforts[1][1] == pytest.approx(efforts[0][1] * (1.0 + p.deduction_effect), rel=1e-14)


def first_car_hazard(bench, m, licence, selling):
    """Return the chance that maker m launches a car of the economy segment under this licence for state makers."""
    bench.policy[bench.t].entry_state = licence
    bench.state.segment_share[ECONOMY] = 0.2
    return lines.combustion_hazard(m, ECONOMY, 0.1, selling, bench.now(), bench.state, bench.p)


def test_a_state_maker_needs_a_licence_for_its_first_car_only(bench):
    m = bench.first(LOCAL_STATE)
    free = first_car_hazard(bench, m, 1.0, False)
    assert free > 0.0
    assert first_car_hazard(bench, m, 0.3, False) == pytest.approx(0.3 * free, rel=1e-14)
    assert first_car_hazard(bench, m, 0.0, True) == free
    private = bench.first(PRIVATE)
    assert first_car_hazard(bench, private, 0.0, True) == first_car_hazard(bench, private, 1.0, True)


def test_a_state_maker_begins_with_what_it_was_founded_to_make_if_licensed(bench):
    m = bench.first(LOCAL_STATE)
    bench.makers.minibus[m], bench.makers.first_line[m] = 0, MAINSTREAM
    bench.p.first_known = 1.0
    for licence, opened in ((0.0, 0), (1.0, 1)):
        bench.policy[bench.t].entry_state = licence
        lines.first_lines(
            m, bench.now(seed=SEED, history=HISTORY), bench.state, bench.state, bench.flow, bench.p
        )
        assert bench.state.active[m, MAINSTREAM, COMBUSTION] == opened


def test_a_dearer_plan_moves_revenue_and_all_of_the_difference_is_profit(laboratory):
    plain, dear = laboratory.run(), laboratory.run(levers={"plan_price": 1.5})
    p, planned = laboratory.params()[0], slice(0, laboratory.index(1978))
    cars = plain.passenger_cars[planned] / 1e6
    trucks = plain.commercial_vehicles[planned] / 1e6
    added = 0.5 * (p.plan_car_price * cars + p.truck_price * trucks)
    assert dear.revenue[planned] - plain.revenue[planned] == pytest.approx(added, rel=1e-9, abs=1e-12)
    assert dear.truck_revenue[planned] == pytest.approx(1.5 * plain.truck_revenue[planned], rel=1e-9)
    first = laboratory.index(1958)  # before the difference has bought anything
    assert (dear.profit - plain.profit)[:first] == pytest.approx(added[:first], rel=1e-9, abs=1e-12)


def test_posts_draw_engineers_to_institutes_and_add_to_what_they_achieve(bench):
    w, state, p = bench.flow, bench.state, bench.p
    w.funds[:], state.engineers[:], state.engineer_pool = 1.0, 10.0, 70.0
    talent.choose(1.0, bench.now(), state, state, w, p)
    before = w.pull.copy()
    talent.choose(2.0, bench.now(), state, state, w, p)
    others = np.arange(len(before)) != INSTITUTE_STAFF
    assert w.pull.sum() == pytest.approx(1.0, rel=1e-14)
    assert (w.pull / before)[others] == pytest.approx(w.pull[0] / before[0], rel=1e-12)
    assert w.pull[INSTITUTE_STAFF] / w.pull[0] == pytest.approx(2.0 * before[INSTITUTE_STAFF] / before[0])
    now = bench.policy[bench.t]
    now.institute_posts = 2.0
    assert science.able(now, p) == pytest.approx(
        p.university_share + (1.0 - p.university_share) * 2.0**p.staffing_effect, rel=1e-14
    )


def test_more_posts_leave_fewer_engineers_to_makers(laboratory):
    plain, wide = laboratory.run(), laboratory.run(levers={"institute_posts": 2.0})
    late = laboratory.index(2010)
    assert wide.engineers[late, INSTITUTE_STAFF] > 1.3 * plain.engineers[late, INSTITUTE_STAFF]
    assert wide.engineers[late, :3].sum() < plain.engineers[late, :3].sum()
    assert wide.science[late].min() > plain.science[late].min()


def test_a_rebate_undoes_a_tariff_abroad(bench):
    p, now, _here = bench.p, bench.policy[bench.t], bench.world[bench.t]
    now.abroad_tariff[:], now.export_rebate = 0.0, 0.0
    free = abroad.place(0, -0.3, bench.now(), p)
    now.abroad_tariff[0] = 0.25
    assert abroad.place(0, -0.3, bench.now(), p) == pytest.approx(free - p.tariff_effect * math.log(1.25))
    now.export_rebate = 0.2
    assert abroad.place(0, -0.3, bench.now(), p) == pytest.approx(free, rel=1e-12)


def test_a_rebate_is_paid_on_what_exports_are_worth(laboratory):
    years = laboratory.run(levers={"export_rebate": 0.1})
    plain, late = laboratory.run(), laboratory.index(2015)
    p = laboratory.params()[0]
    cars = years.export_unit_value[late] * years.passenger_exports[late] / 1e9
    worth = cars + p.truck_price * years.commercial_exports[late] / 1e6
    rest = years.subsidy + years.soft_aid + years.local_aid + years.money_flow[:, 3].sum(axis=1)
    assert years.public_outlay[late] - rest[late] == pytest.approx(0.1 * worth, rel=1e-6)
    assert years.vehicle_exports[late] > plain.vehicle_exports[late]
