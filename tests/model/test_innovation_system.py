"""Do engineers, programmes and results of the innovation system move as their equations say, and do the books balance?"""

import numpy as np
import pytest

from latecomer.axes import (
    BATTERY,
    DOMAINS,
    ELECTRONICS,
    ELSEWHERE,
    ENGINE,
    ENTERPRISES,
    GOVERNMENT,
    INSTITUTE_STAFF,
    INSTITUTES,
    JOINT_VENTURE,
    OFFICIALS,
    PRIVATE,
    PRIVATE_STAFF,
    PROCESS,
    STATE_STAFF,
    UNIVERSITIES,
    UNIVERSITY_STAFF,
    VENTURE_STAFF,
)
from latecomer.model.technology import effort, science, talent

AT = np.array([ENTERPRISES] * 3 + [INSTITUTES, UNIVERSITIES, GOVERNMENT])


def year_of_people(bench):
    """Run one year of programmes and people."""
    science.fund(bench.now(), bench.state, bench.flow, bench.p)
    talent.grow(bench.now(), bench.state, bench.state, bench.flow, bench.p)


def hire(state, employers, thousand):
    """Give employers so many engineers."""
    state.engineers[employers] = thousand
    state.engineer_pool = state.engineers.sum()


def test_places_become_engineers_after_the_years_of_study(bench):
    p, t = bench.p, bench.t
    bench.world.engineers[:] = 1.0
    bench.policy.university_places[t - int(p.talent_lag)] = 3.0
    hire(bench.state, ELSEWHERE, 100.0)
    bench.state.engineer_quality = 1.0
    year_of_people(bench)
    kept, came = 100.0 * (1.0 - p.engineer_exit), 3.0 * p.graduate_scale
    assert bench.state.engineers.sum() == pytest.approx(kept + came, rel=1e-12)
    quality = (kept + came * 3.0**-p.quality_dilution) / (kept + came)
    assert bench.state.engineer_quality == pytest.approx(quality, rel=1e-12)
    effective = quality * (kept + came) / (p.graduate_scale * p.talent_reference)
    assert bench.flow.talent == pytest.approx(1.0 + p.talent_weight * (effective - 1.0), rel=1e-12)


def test_the_stock_of_engineers_settles_where_entry_meets_exit(bench):
    p = bench.p
    bench.world.engineers[:], bench.policy.university_places[:] = 1.0, 1.0
    for _ in range(400):
        year_of_people(bench)
    assert bench.state.engineer_pool == pytest.approx(p.graduate_scale / p.engineer_exit, rel=1e-9)
    assert bench.state.engineers.sum() == pytest.approx(bench.state.engineer_pool, rel=1e-12)
    assert bench.state.engineer_quality == pytest.approx(1.0, rel=1e-12)


def test_engineers_follow_money_pay_and_productivity(bench):
    p, state, w = bench.p, bench.state, bench.flow
    state_maker, private_maker = bench.first(0), bench.first(PRIVATE)
    bench.only(state_maker, private_maker)
    state.research[state_maker], state.research[private_maker] = 1.0, 3.0
    state.organisation[state_maker], state.organisation[private_maker] = 0.5, 1.0
    p.productivity_pull, p.pay_pull, p.contract_share = 0.0, 0.0, 0.0
    year_of_people(bench)
    assert w.pull.sum() == pytest.approx(1.0, rel=1e-14)
    assert w.pull[PRIVATE_STAFF] / w.pull[STATE_STAFF] == pytest.approx(3.0, rel=1e-12)
    p.productivity_pull = 0.4
    talent.choose(1.0, bench.now(), state, state, w, p)
    assert w.pull[PRIVATE_STAFF] / w.pull[STATE_STAFF] == pytest.approx(3.0 * 2.0**0.4, rel=1e-12)
    p.productivity_pull, p.pay_pull = 0.0, 0.5
    hire(state, slice(None), 1.0)
    w.funds[:] = 1.0
    w.funds[VENTURE_STAFF] = 4.0
    p.venture_premium = 1.5
    talent.choose(1.0, bench.now(), state, state, w, p)
    assert w.pull[VENTURE_STAFF] / w.pull[ELSEWHERE] == pytest.approx(4.0 * (4.0 * 1.5) ** 0.5, rel=1e-12)


def test_in_the_long_run_staff_is_shared_out_by_money(bench):
    """Equal pay at rest: with no premium and equal productivity, staff is in proportion to funds."""
    state, w = bench.state, bench.flow
    bench.only(bench.first(0))
    state.research[bench.first(0)], state.organisation[bench.first(0)] = 2.0, 1.0
    for _ in range(600):
        year_of_people(bench)
    ratio = state.engineers[INSTITUTE_STAFF] / state.engineers[ELSEWHERE]
    assert ratio == pytest.approx(w.funds[INSTITUTE_STAFF] / w.funds[ELSEWHERE], rel=1e-6)
    assert w.staffing[STATE_STAFF] == pytest.approx(1.0, rel=1e-6)


def test_nobody_moves_under_the_plan_and_every_mover_arrives(bench):
    state, w = bench.state, bench.flow
    hire(state, slice(None), 50.0)
    bench.policy.plan_share[:] = 1.0
    year_of_people(bench)
    assert w.moved.sum() == 0.0
    bench.policy.plan_share[:] = 0.0
    before = state.engineers.copy()
    year_of_people(bench)
    assert w.moved.sum(axis=1) == pytest.approx(bench.p.mobility * before, rel=1e-12)
    expected = (1.0 - bench.p.mobility - bench.p.engineer_exit) * before + w.joined + w.moved.sum(axis=0)
    assert state.engineers == pytest.approx(expected, rel=1e-12)


def test_movers_from_ventures_carry_part_of_what_they_know(bench):
    p, w = bench.p, bench.flow
    private, venture = (bench.makers[bench.first(kind)] for kind in (PRIVATE, JOINT_VENTURE))
    w.brought[PRIVATE_STAFF], w.venture_mean[ENGINE] = 0.04, 1.5
    gain = talent.carried(ENGINE, private, 0.3, w, p)
    assert gain == pytest.approx(p.mover_knowledge * 0.04 * (1.2 - p.withheld), rel=1e-14)
    assert talent.carried(ENGINE, private, 2.0, w, p) == 0.0
    assert talent.carried(ENGINE, venture, 0.3, w, p) == 0.0
    p.mover_knowledge = 0.0
    assert talent.carried(ENGINE, private, 0.3, w, p) == 0.0


def test_scarce_engineers_lower_what_research_achieves(bench):
    p, state, w = bench.p, bench.state, bench.flow
    maker = bench.first(PRIVATE)
    bench.only(maker)
    hire(state, ELSEWHERE, 500.0)
    state.research[maker], state.organisation[maker] = 50.0, 1.0
    year_of_people(bench)
    ratio = (state.engineers[PRIVATE_STAFF] / w.funds[PRIVATE_STAFF]) / (
        state.engineers.sum() / w.funds.sum()
    )
    assert ratio < 1.0
    assert w.staff[maker] == pytest.approx(w.talent * max(ratio, 0.25) ** p.staffing_effect, rel=1e-12)


def test_money_goes_from_government_and_makers_to_institutes_and_universities(bench):
    p, t, w = bench.p, bench.t, bench.flow
    maker = bench.first(PRIVATE)
    bench.only(maker)
    bench.state.research[maker] = 8.0
    bench.world.research_spending[:], bench.policy.research_electric[:] = 200.0, 2.0
    bench.policy.research_public[t, ENGINE] = 1.5
    science.fund(bench.now(), bench.state, w, p)
    public = 200.0 * p.public_share + 2.0 + 1.5
    assert w.public_money == pytest.approx(public, rel=1e-14)
    assert w.contracts == pytest.approx(8.0 * p.contract_share, rel=1e-14)
    spent = w.funds[INSTITUTE_STAFF] + w.funds[UNIVERSITY_STAFF] + w.funds[OFFICIALS] + w.funds[PRIVATE_STAFF]
    assert spent == pytest.approx(public + 8.0, rel=1e-14)


def test_public_knowledge_settles_and_needs_links(bench):
    p, _t, w = bench.p, bench.t, bench.flow
    bench.world.research_spending[:], bench.policy.research_electric[:] = 200.0, 2.0
    bench.policy.research_links[:], bench.policy.research_public[:, ENGINE] = 0.8, 1.5
    w.contracts = 0.6
    for _ in range(400):
        science.publish(bench.now(), bench.state, w, p)
    general = p.public_share * 200.0 + p.contract_public * 0.6 / len(DOMAINS)
    held = {PROCESS: general, ENGINE: general + 1.5, BATTERY: general + 2.0, ELECTRONICS: general + 2.0}
    for d, flow in held.items():
        assert bench.state.science[d] == pytest.approx(flow / p.public_decay, rel=1e-9)
        assert bench.state.public_knowledge[d] == pytest.approx(0.8 * flow / p.public_decay, rel=1e-9)


def test_testing_and_standards_lift_process_quality_through_links(bench):
    p, t, w = bench.p, bench.t, bench.flow
    w.frontier[PROCESS], w.rulebook, bench.policy[t].research_links = 2.0, 0.6, 0.5
    gain = science.tested(0.2, 0.7, bench.now(), w, p)
    assert gain == pytest.approx(p.testing * 0.5 * 0.6 * 0.7 * (1.8 - p.standards_distance), rel=1e-14)
    assert science.tested(3.0, 0.7, bench.now(), w, p) == 0.0
    bench.policy[t].research_links = 0.0
    assert science.tested(0.2, 0.7, bench.now(), w, p) == 0.0


def test_contracts_without_links_are_lost_to_their_maker(bench):
    maker, p = bench.first(PRIVATE), bench.p
    bench.only(maker)
    bench.state.research[maker] = 1.0
    p.staffing_effect = 0.0
    for links, expected in ((0.0, 1.0 - p.contract_share), (1.0, 1.0), (2.0, 1.0 + p.contract_share)):
        bench.policy.research_links[:] = links
        hire(bench.state, slice(None), 10.0)
        year_of_people(bench)
        assert bench.flow.staff[maker] == pytest.approx(expected * bench.flow.talent, rel=1e-14)


def test_grants_of_an_ownership_are_shared_out_by_research_and_partly_crowded_out(bench):
    p, t, w, state = bench.p, bench.t, bench.flow, bench.state
    one, other = bench.first(0), bench.first(PRIVATE)
    bench.only(one, other)
    policy = bench.policy[t]
    third = int(np.flatnonzero(bench.makers.ownership == PRIVATE)[1])
    bench.only(one, other, third)
    policy.research_grants, policy.research_deduction = (0.5, 9.0, 2.0), (0.25, 9.0, 0.75)
    state.research[one], state.research[other], state.research[third] = 1.0, 3.0, 1.0
    w.effort[one], w.effort[other], w.effort[third] = 2.0, 6.0, 0.0
    effort.grant(bench.now(), state, w, p)
    kept = p.research_speed * p.grant_kept
    assert state.research[other] == pytest.approx(3.0 + 0.75 * kept * 2.0, rel=1e-14)
    assert state.research[third] == pytest.approx(1.0 + 0.25 * kept * 2.0, rel=1e-14)
    assert state.research[one] == pytest.approx(1.0 + kept * 0.5, rel=1e-14)
    assert w.grants == pytest.approx(2.5 + p.relief_rate * (0.25 * 2.0 + 0.75 * 6.0), rel=1e-14)
    before = state.research[other]
    policy.research_grants = 0.0
    effort.grant(bench.now(), state, w, p)
    assert state.research[other] == before


def test_with_links_at_zero_money_buys_papers_not_cars(laboratory):
    """Public research is paid and published, but no result reaches enterprises, and they master less."""
    linked, apart = laboratory.run(), laboratory.run(levers={"research_links": 0.0})
    late = laboratory.index(2020)
    assert apart.science[late].min() > 0.9 * linked.science[late].min() > 1.0
    assert apart.public_knowledge.max() == 0.0
    assert apart.money_flow[late, GOVERNMENT, INSTITUTES] == linked.money_flow[late, GOVERNMENT, INSTITUTES]
    for giver in (INSTITUTES, UNIVERSITIES, GOVERNMENT):
        assert apart.knowledge_flow[:, giver, ENTERPRISES].max() == 0.0
        assert linked.knowledge_flow[late, giver, ENTERPRISES] > 0.0
    lost = [
        laboratory.run(history=n).own_capability[late].mean()
        - laboratory.run(levers={"research_links": 0.0}, history=n).own_capability[late].mean()
        for n in range(4)
    ]
    assert min(lost) > 0.003


def test_twice_the_places_raise_talent_years_later(laboratory):
    more = np.array(laboratory.case.policy.university_places)
    start = laboratory.index(1985)
    more[start:] = 2.0
    plain, wide = laboratory.run(), laboratory.run(levers={"university_places": more})
    lag = int(laboratory.params().talent_lag[0])
    assert (plain.talent[: start + lag] == wide.talent[: start + lag]).all()
    assert wide.talent[start + lag] > plain.talent[start + lag]
    assert (
        wide.people_flow[start + lag, UNIVERSITIES].sum() > plain.people_flow[start + lag, UNIVERSITIES].sum()
    )


def test_the_books_of_the_four_actors_balance(laboratory):
    """Engineers change by graduates, movers and exit; what institutes and universities receive is what is paid to them."""
    years = laboratory.run()
    p, policy = laboratory.params()[0], laboratory.case.policy
    assert (years.people_flow >= 0.0).all() and (years.knowledge_flow >= 0.0).all()
    assert (years.money_flow >= 0.0).all()
    inside = np.zeros((len(years), 4))
    for h, u in enumerate(AT):
        inside[:, u] += years.engineers[:, h]
    leaving = p.mobility * (1.0 - policy.plan_share[1:])
    stayed = (1.0 - p.engineer_exit - leaving)[:, None] * inside[:-1]
    from_elsewhere = inside[1:] - stayed - years.people_flow[1:].sum(axis=1)
    assert from_elsewhere.min() > -1e-6
    share = years.money_flow[:, :, UNIVERSITIES].sum(axis=1) / years.money_flow[:, :, INSTITUTES].sum(axis=1)
    assert share == pytest.approx(p.university_share / (1.0 - p.university_share), rel=1e-12)
    late = laboratory.index(2010)
    assert all(years.people_flow[late, u, v] > 0.0 for u in range(4) for v in range(4))


def test_own_brand_makers_learn_from_engineers_of_ventures(laboratory):
    late = laboratory.index(2010)
    gained = [
        laboratory.run(history=n).own_capability[late].mean()
        - laboratory.run({"mover_knowledge": 0.0}, history=n).own_capability[late].mean()
        for n in range(4)
    ]
    assert 0.0 < np.mean(gained) < 0.15
