"""How many look for a car, and how do fleets age? Closed forms and steady states."""

import numpy as np
import pytest

from latecomer.axes import AGES, BUYERS, INSTITUTION, SMALL_BUSINESS
from latecomer.model.markets import buyers


def test_ageing_conserves_cars(bench):
    p = bench.p
    p.scrap_young = p.scrap_middle = p.scrap_old = 0.0
    fleet = np.arange(1.0, len(AGES) + 1.0)
    before = fleet.copy()
    buyers.keep_and_age(fleet, 0.5, 1.0, p)
    assert fleet.sum() == pytest.approx(before.sum() + 0.5, rel=1e-15)
    assert fleet == pytest.approx([0.5, *before[:-2], before[-2] + before[-1]], rel=1e-15)


def test_a_car_lasts_as_long_as_was_counted(bench):
    """Half of the cars of a year are gone after about the average life that Hao et al. 2011 found, 14.5 years."""
    p, fleet, ages = bench.p, np.zeros(len(AGES)), 0
    fleet[0] = left = 1.0
    while left > 0.5:
        buyers.keep_and_age(fleet, 0.0, 1.0, p)
        ages, left = ages + 1, fleet.sum()
    assert ages in (14, 15, 16)


def test_a_growing_fleet_holds_as_many_old_cars_as_were_bought_ten_years_ago(bench):
    p, fleet = bench.p, np.zeros(len(AGES))
    p.scrap_young = p.scrap_middle = p.scrap_old = 0.0
    for year in range(60):
        buyers.keep_and_age(fleet, 1.2**year, 1.0, p)
    assert fleet[-1] / fleet.sum() == pytest.approx(1.2**-10, rel=1e-3)


def test_what_is_traded_in_leaves_the_fleet(bench):
    p, t, state = bench.p, bench.t, bench.state
    now = bench.policy[t]
    now.subsidy_trade_in, now.subsidy_trade_in_electric = 4000.0, 1000.0
    bonus = buyers.brought_forward(bench.now(), p)
    assert bonus == pytest.approx(1.0 + 0.5 * p.trade_in_effect, rel=1e-15)
    state.fleet[:], state.fleet_other[:] = 0.01, 0.0
    before = state.fleet.sum()
    buyers.count(bench.now(), state, bench.flow, p)
    replacing = bench.flow.replacing.sum()
    bench.flow.bought[:], bench.flow.plan_built[:] = 0.0, 0.0
    buyers.add_to_fleet(bench.now(), state, bench.flow, p)
    assert before - state.fleet.sum() == pytest.approx(replacing, rel=1e-12)


def test_a_fleet_with_steady_purchases_settles_where_scrap_equals_purchases(bench):
    p, fleet = bench.p, np.zeros(len(AGES))
    for _ in range(3000):
        buyers.keep_and_age(fleet, 2.0, 1.0, p)
    scrapped = sum(buyers.scrap_rate(a, p) * fleet[a] for a in range(len(AGES)))
    assert scrapped == pytest.approx(2.0, rel=1e-9)
    steady = fleet.copy()
    buyers.keep_and_age(fleet, 2.0, 1.0, p)
    assert fleet == pytest.approx(steady, rel=1e-9)


def test_buyers_are_counted_by_saturation_scrap_and_product(bench):
    p, t, state = bench.p, bench.t, bench.state
    here, now = bench.world[t], bench.policy[t]
    now.purchase_private, now.subsidy_trade_in, now.subsidy_trade_in_electric = 1.0, 5000.0, 0.0
    now.plate_limit[:], now.plate_electric_free = 0.0, 0.5
    now.plate_limit[2] = 0.6
    state.chargers[:] = 1.0
    r, b = 2, 7
    state.fleet[r, b, [0, 4, 5, 9, 10]] = (0.004, 0.006, 0.008, 0.012, 0.03)
    buyers.count(bench.now(), state, bench.flow, p)
    full = p.saturation * here.income[b] / (here.income[b] + p.saturation_half) * here.households[r, b]
    assert bench.flow.first_time[r, b] == pytest.approx(p.shopping * max(0.0, full - 0.06), rel=1e-13)
    worn = 0.01 * p.scrap_young + 0.02 * p.scrap_middle + 0.03 * p.scrap_old
    assert bench.flow.replacing[r, b] == pytest.approx(worn * (1.0 + 0.5 * p.trade_in_effect), rel=1e-13)
    share = here.region_gdp_share[r]
    assert bench.flow.first_time[r, INSTITUTION] == pytest.approx(
        p.institutions * 0.05 * here.gdp * share, rel=1e-13
    )
    assert bench.flow.first_time[r, SMALL_BUSINESS] == pytest.approx(
        p.small_firms * 0.05 * here.gdp**0.9 * share, rel=1e-13
    )
    assert bench.flow.appeal[2] == pytest.approx([0.4, 0.7, 0.7], rel=1e-15)
    assert (np.delete(bench.flow.appeal, 2, axis=0) == 1.0).all()


def test_a_region_of_one_person_more_buys_in_proportion(bench):
    """First-time demand is extensive: twice the households without cars are twice the buyers."""
    bench.policy[bench.t].purchase_private = 1.0
    buyers.count(bench.now(), bench.state, bench.flow, bench.p)
    once = bench.flow.first_time[:, : len(BUYERS) - 2].copy()
    bench.world.households[:] *= 2.0
    buyers.count(bench.now(), bench.state, bench.flow, bench.p)
    assert np.allclose(bench.flow.first_time[:, : len(BUYERS) - 2], 2.0 * once, rtol=1e-13)
    assert once.sum() > 0.0
