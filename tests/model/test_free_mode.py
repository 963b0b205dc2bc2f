"""Do ventures and start-ups begin by rule in free mode, as its equations and the policy of the day say?"""

import math

import numpy as np
import pytest

from latecomer.axes import BATTERY, FOREIGN_PLANT, IMPORTER, JOINT_VENTURE, LOCAL_STATE, PRIVATE
from latecomer.case.makers import OPEN
from latecomer.model.makers import entry, founding
from latecomer.run import run, workspace

EARLY = 1984


def since(laboratory, lever, value, year):
    """Return the lever of the case with another value from a year on."""
    path = np.array(laboratory.case.policy[lever])
    path[laboratory.index(year) :] = value
    return path


def free(laboratory, **levers):
    """Return the years of one history in free mode with some levers changed."""
    return laboratory.run(levers={"mode_free": 1.0, **levers}, history=1)


def at(laboratory, series, *years):
    """Return the values of a series in calendar years."""
    return [float(series[laboratory.index(year)]) for year in years]


def test_odds_are_one_half_where_gain_is_cost():
    assert entry.odds(3.0, 3.0) == 0.5
    assert entry.odds(-1.0, 3.0) == 0.0
    assert entry.odds(6.0, 3.0) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("threat", "cap", "share"), [(0.0, 1.0, 0.5), (5.0, 1.0, 0.75), (5.0, 0.6, 0.6), (99.0, 1.0, 1.0)]
)
def test_the_foreign_share_is_the_nash_bargain_up_to_the_cap(threat, cap, share):
    assert entry.foreign_share(10.0, threat, cap) == pytest.approx(share)


def test_importing_pays_less_behind_a_tariff_and_nothing_behind_permits(bench):
    now = bench.policy[bench.t]
    now.trade_licence, now.tariff_car = 0.0, 0.0
    open_trade = entry.importing(10.0, bench.now(), bench.p)
    assert open_trade == pytest.approx(10.0 * bench.p.import_cost**-bench.p.price_sensitivity)
    now.tariff_car = 1.0
    assert entry.importing(10.0, bench.now(), bench.p) == pytest.approx(
        open_trade * 2.0**-bench.p.price_sensitivity
    )
    now.trade_licence = 1.0
    assert entry.importing(10.0, bench.now(), bench.p) == 0.0


def test_a_partner_counts_by_size_skill_and_money_less_the_ventures_it_has(bench):
    heads = [
        m
        for m in range(bench.makers.size)
        if bench.makers[m].group == m and bench.makers[m].ownership < PRIVATE
    ]
    g = heads[0]
    bench.only(g)
    _now, p = bench.policy[bench.t], bench.p
    assert entry.help_of(g, bench.now(), bench.state, bench.state, bench.flow, p) == -1.0  # it makes nothing
    bench.state.output[g] = 0.1
    bench.state.revenue[g] = bench.state.cash[g] = p.partner_size
    bench.state.mastered[g], bench.flow.frontier[:] = 0.0, math.log(2.0)
    alone = entry.help_of(g, bench.now(), bench.state, bench.state, bench.flow, p)
    assert alone == pytest.approx(p.partner_help * 0.5)
    mine = np.flatnonzero((bench.makers.ownership == JOINT_VENTURE) & (bench.makers.group == g))
    bench.state.alive[mine[:1]] = 1
    crowded = entry.help_of(g, bench.now(), bench.state, bench.state, bench.flow, p)
    assert crowded == pytest.approx(alone * math.exp(-p.partner_crowding * min(mine.size, 1)))


def test_newcomers_hope_for_a_margin_by_the_profits_of_the_trade(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.only(m)
    assert entry.expected_margin(bench.now(), state, state, p) == pytest.approx(p.match_margin, rel=1e-14)
    state.output[m], state.profit[m], state.revenue[m] = 1.0, -2.0, 10.0
    seen = 2.0 / (1.0 + math.exp(0.2 * p.margin_signal))
    assert entry.expected_margin(bench.now(), state, state, p) == pytest.approx(
        p.match_margin * seen, rel=1e-13
    )


def test_newcomers_in_electric_cars_expect_what_sells_and_what_aid_promises(bench):
    p, state, w, now = bench.p, bench.state, bench.flow, bench.policy[bench.t]
    old = bench.makers[bench.first(JOINT_VENTURE)]
    new = bench.makers[int(np.flatnonzero(bench.makers.electric_only == 1)[0])]
    state.home_sales, state.car_trend, state.electric_share = 10.0, 0.1, 0.2
    assert entry.market(old, bench.now(), state, w, p) == pytest.approx(10.0 * 1.1**5, rel=1e-13)
    assert entry.market(new, bench.now(), state, w, p) == 0.0  # before the dawn
    w.frontier[BATTERY], now.subsidy_battery_car, now.subsidy_local_ratio = 0.5, 20000.0, 0.5
    hoped = 0.2 + p.electric_promise * 30.0 / p.cost_mainstream
    assert entry.market(new, bench.now(), state, w, p) == pytest.approx(10.0 * 1.1**5 * hoped, rel=1e-13)
    assert entry.market(old, bench.now(), state, w, p) == pytest.approx(
        10.0 * 1.1**5 * (1.0 - hoped), rel=1e-13
    )


def test_licences_let_founders_begin_up_to_the_openness_that_suffices(bench):
    p, w, now = bench.p, bench.flow, bench.policy[bench.t]
    private, state_owned = bench.makers[bench.first(PRIVATE)], bench.makers[bench.first(LOCAL_STATE)]
    now.entry_private = 0.5 * p.licence_enough
    assert entry.licence(private, bench.now(), w, p) == pytest.approx(0.5, rel=1e-14)
    assert entry.licence(state_owned, bench.now(), w, p) == 1.0
    now.entry_private = 1.0
    assert entry.licence(private, bench.now(), w, p) == 1.0


def test_a_project_that_earns_too_little_for_long_is_given_up_and_waits(bench):
    """The hazard is half its most after 4.5 poor years; four hundred draws err by .04 in one of twenty."""
    p, state, m = bench.p, bench.state, bench.first(JOINT_VENTURE)
    p.parting_hazard, ended = 0.4, 0
    for history in range(400):
        bench.only(m)
        state.profit[m], state.apart[m] = p.least_gain - 0.01, 3.5
        ended += entry.part(m, bench.now(history=history), state, state, bench.flow, p)
    assert ended / 400.0 == pytest.approx(0.2, abs=0.06)
    bench.only(m)
    state.profit[m], state.apart[m] = p.least_gain, 9.0
    entry.part(m, bench.now(), state, state, bench.flow, p)
    assert state.apart[m] == 0.0  # one good year ends the run
    importer = int(
        np.flatnonzero(
            (bench.makers.ownership == IMPORTER) & (bench.makers.origin == bench.makers.origin[m])
        )[0]
    )
    bench.only(importer)
    state.begun[m], p.return_wait = 1990, 3.0
    now = bench.policy[bench.t]
    now.venture_limit = 0.0
    assert [entry.may_come(m, bench.now(), state, p) for _ in range(4)] == [False, False, True, True]


def test_dated_contracts_are_left_alone_by_the_rules(laboratory, case):
    space = laboratory.after(2010)
    state, cars = space.state[0], case.makers.passenger_start < OPEN
    lived = (state.begun > 0) & cars
    assert (state.begun[lived] == case.makers.start[lived]).all()
    assert (state.stake[lived] == case.makers.equity[lived]).all()
    assert (state.parent[lived] == case.makers.group[lived]).all()


def test_without_leave_no_venture_comes_in_either_mode(laboratory):
    shut = since(laboratory, "venture_allowed", 0.0, EARLY)
    for mode in (0.0, 1.0):
        years = laboratory.run(levers={"mode_free": mode, "venture_allowed": shut}, history=1)
        later = years["ventures"][laboratory.index(EARLY) :]
        assert (later <= years["ventures"][laboratory.index(EARLY - 1)]).all()
        assert later[-1] == 0.0


def test_a_law_of_1985_brings_wholly_foreign_plants(laboratory):
    allowed = since(laboratory, "plant_foreign_allowed", 1.0, 1985)
    before, after = free(laboratory), free(laboratory, plant_foreign_allowed=allowed)
    assert max(at(laboratory, before["foreign_plants"], 1990, 2000, 2010)) == 0.0
    assert at(laboratory, after["foreign_plants"], 2000)[0] > 5.0
    assert at(laboratory, after["foreign_plants"], 1984)[0] == 0.0


def test_plants_of_history_need_leave_too(laboratory):
    plain = laboratory.run()
    shut = laboratory.run(levers={"plant_foreign_electric": 0.0, "plant_foreign_allowed": 0.0})
    assert plain["foreign_plants"][-1] == 1.0
    assert shut["foreign_plants"].max() == 0.0


def test_the_cap_binds_until_it_is_lifted(laboratory):
    years = free(laboratory)
    assert years["foreign_equity"][: laboratory.index(2018)].max() <= 0.5 + 1e-12
    assert years["foreign_equity"][-1] > 0.55
    low = free(laboratory, venture_share_cap=0.3, plant_foreign_electric=0.0, plant_foreign_allowed=0.0)
    assert low["foreign_equity"].max() <= 0.3 + 1e-12


def test_no_foreign_maker_has_more_ventures_than_the_limit(laboratory, case):
    policy = laboratory.levers(mode_free=1.0, venture_limit=1.0)
    space = workspace(case)
    laboratory.go_on(space, laboratory.params(), last=laboratory.index(2012), policy=policy)
    state = space.state[0]
    running = (state.alive == 1) & (state.owner == JOINT_VENTURE) & (case.makers.passenger_start < OPEN)
    partners = case.makers.partner[running & (case.makers.partner >= 0)]
    assert partners.size > 5
    assert np.unique(partners, return_counts=True)[1].max() == 1


def test_free_mode_from_a_year_on_leaves_the_past_alone(laboratory):
    plain = laboratory.run(history=1)
    late = laboratory.run(levers={"mode_free": since(laboratory, "mode_free", 1.0, 2001)}, history=1)
    until = laboratory.index(2001)
    assert plain[:until].tobytes() == late[:until].tobytes()
    assert plain[until:].tobytes() != late[until:].tobytes()


def test_a_history_in_free_mode_goes_on_from_its_state(laboratory, case):
    policy, cut = laboratory.levers(mode_free=1.0), laboratory.index(2005)
    whole = laboratory.go_on(workspace(case), laboratory.params(), policy=policy)
    space = workspace(case)
    laboratory.go_on(space, laboratory.params(), last=cut, policy=policy)
    rest = laboratory.go_on(space, laboratory.params(), first=cut, policy=policy)
    assert rest[cut:].tobytes() == whole[cut:].tobytes()


def test_founders_wait_for_their_licence(laboratory, case):
    policy = laboratory.levers(mode_free=1.0, entry_private=0.0, entry_electric=0.0)
    space = workspace(case)
    laboratory.go_on(space, laboratory.params(), policy=policy)
    ideas = np.array([founding.founder(case.makers[m]) for m in range(case.makers.size)])
    private = ideas & (case.makers.ownership == PRIVATE)
    assert private.sum() > 10
    assert (space.state[0].begun[private | (ideas & (case.makers.electric_only == 1))] == 0).all()
    laboratory.go_on(space, laboratory.params(), policy=laboratory.levers(mode_free=1.0))
    begun = space.state[0].begun[ideas]
    assert (begun > 0).mean() > 0.7
    assert (begun[begun > 0] >= case.makers.start[ideas][begun > 0]).all()


def test_free_mode_with_the_policy_of_history_stays_near_history(laboratory, case):
    """Ventures and own-brand share, medians of 24 histories; the bands are wide, since the rules are not fitted."""
    dated = run(case, 24, 1)
    ruled = run(laboratory.with_levers(mode_free=1.0), 24, 1)
    for year, band in ((1990, 0.1), (2000, 0.1), (2010, 0.1), (2020, 0.1)):
        t = laboratory.index(year)
        one, other = (np.median(r.records["own_brand_share"][:, t]) for r in (dated, ruled))
        assert abs(one - other) < band, year
        one, other = (np.median(r.records["ventures"][:, t]) for r in (dated, ruled))
        assert 0.5 * one - 2.0 < other < 1.6 * one + 2.0, year


def test_plants_and_ventures_are_what_the_state_says(laboratory, case):
    space = workspace(case)
    allowed = since(laboratory, "plant_foreign_allowed", 1.0, 1985)
    policy = laboratory.levers(mode_free=1.0, plant_foreign_allowed=allowed)
    years = laboratory.go_on(space, laboratory.params(), policy=policy)
    state, cars = space.state[0], case.makers.passenger_start < OPEN
    alone = (state.alive == 1) & (state.owner == FOREIGN_PLANT) & cars
    # Those that leave after the books are closed are counted still.
    assert years["foreign_plants"][-1] >= alone.sum() > 0
    assert (state.parent[alone] == -1).all()
    assert (state.stake[alone] == 0.0).all()
