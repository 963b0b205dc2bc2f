"""Does the new paradigm do what its equations say: software, lock-in, chargers by region, and who wins by the window?"""

import math

import numpy as np
import pytest
from laboratory import differences

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    ELECTRONICS,
    FOREIGN_PLANT,
    HYBRID,
    JOINT_VENTURE,
    LOCAL_STATE,
    PLATFORM,
    PRIVATE,
)
from latecomer.model.cars import appeal
from latecomer.model.markets import chargers
from latecomer.model.technology import access, paradigm, software

CLOSED = {"battery_growth": 0.0, "electronics_growth": 0.0}
EQUAL = {"lock_state": 0.5, "lock_private": 0.5, "lock_new": 0.5, "venture_lock": 0.5}
HISTORIES = range(6)


def open_window(bench, software=0.3, battery=0.8):
    """Set the frontier as it stands once both young domains have dawned."""
    bench.flow.frontier[:] = 1.0
    bench.flow.frontier[ELECTRONICS], bench.flow.frontier[BATTERY] = 1.0 + software, battery


def test_lock_in_depends_on_what_a_maker_was_settled_in(bench):
    p, makers = bench.p, bench.makers
    p.lock_state, p.lock_private, p.lock_new, p.venture_lock = 0.1, 0.2, 0.3, 0.4
    newcomer = int(np.flatnonzero((makers.electric_only == 1) & (makers.ownership == PRIVATE))[0])
    seen = [paradigm.lock_of(makers[bench.first(kind)], p) for kind in (LOCAL_STATE, PRIVATE, JOINT_VENTURE)]
    assert seen == [0.1, 0.2, 0.4]
    assert paradigm.lock_of(makers[newcomer], p) == 0.3
    makers[newcomer].ownership = FOREIGN_PLANT
    assert paradigm.lock_of(makers[newcomer], p) == 0.0


def test_software_is_taken_up_within_the_reach_that_lock_in_leaves(bench):
    p, own, venture = bench.p, bench.first(LOCAL_STATE), bench.first(JOINT_VENTURE)
    open_window(bench)
    bench.only(own, venture)
    bench.state.research[own], bench.state.organisation[own] = 2.0, 1.0
    bench.state.software[own], bench.state.mastered[own] = 0.05, 0.6
    software.learn(bench.now(), bench.state, bench.flow, p)
    reach = 1.0 - p.lock_state
    ear = 0.3 + 0.7 * (1.0 - math.exp(-2.0 * reach / p.absorption_scale))
    gain = p.software_spillover * ear * (reach * 0.3 - 0.05)
    assert bench.state.software[own] == pytest.approx(0.05 + gain, rel=1e-12)
    assert bench.state.mastered[own, ELECTRONICS] == pytest.approx(0.6 + gain, rel=1e-12)
    assert bench.state.mastered[own, BATTERY] == pytest.approx(reach * 0.8, rel=1e-12)  # held from 0.6
    assert bench.state.mastered[own, PLATFORM] == 0.6
    assert bench.state.software[venture] == pytest.approx((1.0 - p.venture_lock) * 0.3, rel=1e-12)


def test_nothing_is_known_of_a_paradigm_before_its_dawn(bench):
    own = bench.first(PRIVATE)
    open_window(bench, 0.0, 0.0)
    bench.only(own)
    bench.state.mastered[own], bench.state.research[own], bench.state.organisation[own] = 0.5, 5.0, 1.0
    software.learn(bench.now(), bench.state, bench.flow, bench.p)
    assert bench.state.software[own] == bench.state.mastered[own, BATTERY] == 0.0
    assert bench.state.mastered[own, ELECTRONICS] == 0.5


def test_ventures_bring_only_part_of_what_is_new_in_electronics(bench):
    p, venture = bench.p, bench.first(JOINT_VENTURE)
    open_window(bench)
    bench.only(venture)
    bench.state.mastered[venture] = -1.0
    access.introduce(bench.now(contracts=bench.contracts[:0]), bench.state, bench.state, bench.flow, p)
    seen = bench.state.accessible[venture]
    assert seen[ELECTRONICS] - seen[PLATFORM] == pytest.approx((1.0 - p.venture_lock) * 0.3, rel=1e-12)
    assert seen[BATTERY] == pytest.approx((1.0 - p.venture_lock) * 0.8, rel=1e-12)


def test_missing_chargers_count_in_electric_cars_only(bench):
    p, state = bench.p, bench.state
    state.chargers[3] = 0.4
    assert chargers.charging(3, COMBUSTION, state, p) == 1.0
    assert chargers.charging(3, BATTERY_CAR, state, p) == pytest.approx(
        math.exp(-0.6 * p.charger_need), rel=1e-14
    )
    assert chargers.charging(3, HYBRID, state, p) == pytest.approx(
        math.exp(-0.6 * p.charger_need * p.hybrid_share), rel=1e-14
    )


def test_chargers_follow_the_local_fleet_the_programme_and_income(bench):
    p, state, here = bench.p, bench.state, bench.world[bench.t]
    bench.flow.first[:], bench.policy[bench.t].charging_programme = 0, 0.5
    state.electric_fleet[:] = 0.0
    state.electric_fleet[2] = 0.3
    chargers.spread(bench.now(), state, bench.flow, p)
    share = here.region_gdp_share
    rich = (share / here.households.sum(axis=1)) ** p.charger_income
    public = 0.5 * p.charger_public * rich / (share * rich).sum()
    dense = 0.3 / share[2]
    public[2] += p.charger_market * dense / (dense + p.charger_half)
    assert state.chargers == pytest.approx(np.minimum(public, 1.0), rel=1e-12)
    assert state.electric_fleet[2] == pytest.approx(0.3 * (1.0 - p.scrap_middle), rel=1e-14)


def test_electric_cars_go_where_they_are_wanted_and_none_is_lost(laboratory):
    space = laboratory.after(2020)
    years = laboratory.run()
    state = space.state[0]
    assert state.electric_fleet.min() > 0.0
    assert state.electric_fleet.sum() > 1e-6 * years[laboratory.index(2020)].new_energy_vehicles * 0.5
    held = {name: place for place, name in enumerate(laboratory.case.labels.regions)}
    assert state.chargers[held["CN-SH"]] > state.chargers[held["CN-GS"]]


@pytest.mark.parametrize("scenario", [CLOSED, EQUAL, {"software_taste": 0.0, "software_spillover": 0.0}])
def test_nothing_moves_before_the_dawn(laboratory, scenario):
    p, last = laboratory.case.params[0], laboratory.index(2008)
    assert p.battery_dawn >= 2008
    plain = laboratory.run()[:last]
    assert differences(plain, laboratory.run(params=scenario)[:last]) == {}


def median_change(laboratory, scenario, series, year=2025):
    """Return the median over histories of the change of a series in a year."""
    at = laboratory.index(year)
    gaps = [
        float(laboratory.run(params=scenario, history=n)[at][series] - laboratory.run(history=n)[at][series])
        for n in HISTORIES
    ]
    return float(np.median(gaps))


@pytest.mark.parametrize("scenario", [CLOSED, EQUAL])
def test_own_brands_owe_part_of_their_share_at_home_to_the_window(laboratory, scenario):
    """The headline share counts exports, which fill the plant that is left; so the share at home is looked at."""
    assert median_change(laboratory, scenario, "own_brand_home_share") < -0.03
    assert median_change(laboratory, scenario, "own_brand_combustion_share") > 0.0


def test_equal_lock_in_slows_the_way_to_strength(laboratory):
    assert median_change(laboratory, EQUAL, "strong") < -0.5


def test_drive_appeal_counts_software(bench):
    p, own, _world = bench.p, bench.first(PRIVATE), bench.world[bench.t]
    open_window(bench)
    plain = appeal.drive_appeal(own, BATTERY_CAR, bench.now(), bench.state, bench.state, bench.flow, p)
    bench.state.software[own] = 0.2
    more = appeal.drive_appeal(own, BATTERY_CAR, bench.now(), bench.state, bench.state, bench.flow, p)
    assert more - plain == pytest.approx(0.2 * p.software_taste, rel=1e-12)
    assert appeal.drive_appeal(own, COMBUSTION, bench.now(), bench.state, bench.state, bench.flow, p) == 0.0
