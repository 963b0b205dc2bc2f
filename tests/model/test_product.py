"""How good are cars, what do they cost, and who is favoured where? Closed forms of quality, unit cost and protection."""

import math

import numpy as np
import pytest

from latecomer.axes import (
    BATTERY,
    BATTERY_CAR,
    COMBUSTION,
    DOMAINS,
    ENGINE,
    HYBRID,
    IMPORTER,
    INSTITUTION,
    JOINT_VENTURE,
    MAINSTREAM,
    POWERTRAINS,
    PREMIUM,
    PRIVATE,
)
from latecomer.model import channels
from latecomer.model.cars import appeal, cost, quality
from latecomer.model.markets import provinces


def test_domain_weights_of_every_powertrain_sum_to_one(bench):
    for train in range(len(POWERTRAINS)):
        weights = [quality.domain_weight(d, train, bench.p) for d in range(len(DOMAINS))]
        assert sum(weights) == pytest.approx(1.0, rel=1e-12)
        assert min(weights) >= 0.0
    assert (
        quality.domain_weight(ENGINE, BATTERY_CAR, bench.p)
        == quality.domain_weight(BATTERY, COMBUSTION, bench.p)
        == 0.0
    )


def test_quality_counts_access_in_part_for_own_brands_in_full_for_ventures(bench):
    own, venture, p = bench.first(PRIVATE), bench.first(JOINT_VENTURE), bench.p
    rng = np.random.default_rng(4)
    bench.flow.frontier[:] = rng.normal(1.0, 0.2, len(DOMAINS))
    bench.state.mastered[:] = rng.normal(0.0, 0.3, bench.state.mastered.shape)
    bench.state.accessible[:] = bench.state.mastered + rng.normal(0.1, 0.3, bench.state.mastered.shape)
    for train in range(len(POWERTRAINS)):
        weights = np.array([quality.domain_weight(d, train, p) for d in range(len(DOMAINS))])
        mastered, accessible = bench.state.mastered, bench.state.accessible
        used = mastered[own] + p.access_use * np.maximum(0.0, accessible[own] - mastered[own])
        gaps = [
            quality.quality_gap(m, train, bench.now(), bench.state, bench.flow, p) for m in (own, venture)
        ]
        assert gaps[0] == pytest.approx(weights @ (used - bench.flow.frontier), rel=1e-12)
        assert gaps[1] == pytest.approx(weights @ (accessible[venture] - bench.flow.frontier), rel=1e-12)


def cost_of(bench, maker, segment=MAINSTREAM, gap=0.0, industry_made=0.0):
    bench.flow.gap[maker], bench.flow.industry = gap, industry_made
    return cost.maker_cost(maker, segment, bench.now(), bench.state, bench.flow, bench.p)


def test_learning_is_bounded(bench):
    """Experience removes the excess over best-practice cost and nothing more."""
    p, maker = bench.p, bench.first(PRIVATE)
    bench.state.output[maker] = 1e9
    best = p.cost_mainstream * p.cost_scale * math.exp(p.cost_trend * (2005.0 - p.cost_year)) * p.cost_private
    assert cost_of(bench, maker) == pytest.approx(best * (1.0 + p.learning_excess), rel=1e-12)
    bench.state.experience[maker] = 0.35
    left = ((1.0 + 0.35 / 0.05) * (1.0 + 2.0 / 0.5)) ** -p.learning_rate
    assert cost_of(bench, maker, industry_made=2.0) == pytest.approx(
        best * (1.0 + p.learning_excess * left), rel=1e-12
    )
    bench.state.experience[maker] = 1e300
    p.learning_rate = 0.4
    assert cost_of(bench, maker) == pytest.approx(best, rel=1e-9)


def test_small_volume_costs_more(bench):
    p, maker = bench.p, bench.first(PRIVATE)
    p.learning_excess = 0.0
    costs = []
    for output in (0.0, p.scale_size, 1e9):
        bench.state.output[maker] = output
        costs.append(cost_of(bench, maker))
    assert costs[0] / costs[2] == pytest.approx(1.0 + p.scale_cost, rel=1e-12)
    assert costs[1] / costs[2] == pytest.approx(1.0 + p.scale_cost * math.exp(-1.0), rel=1e-12)


def test_laggards_build_cheaper_and_state_makers_dearer(bench):
    p, private, state = bench.p, bench.first(PRIVATE), bench.first(0)
    ratio = cost_of(bench, private, gap=-0.7) / cost_of(bench, private)
    assert ratio == pytest.approx(math.exp(-0.7 * p.cost_gap), rel=1e-12)
    assert cost_of(bench, state) / cost_of(bench, private) == pytest.approx(p.cost_state, rel=1e-12)
    p.cost_gap = 0.0
    assert cost_of(bench, private, gap=-0.7) == cost_of(bench, private)


def test_kits_pay_tariffs_until_a_venture_localises(bench):
    p, venture, policy = bench.p, bench.first(JOINT_VENTURE), bench.policy[bench.t]
    p.learning_excess = p.scale_cost = 0.0
    policy.tariff_parts, policy.venture_local_content = 0.5, 0.0
    bench.state.experience[venture] = 1e9
    plain = cost_of(bench, venture)
    bench.state.experience[venture] = p.kit_experience
    kit = math.exp(-1.0)
    assert cost_of(bench, venture) / plain == pytest.approx(
        1.0 + kit * (p.kit_cost + 0.5 * p.kit_tariff), rel=1e-12
    )
    policy.venture_local_content = 0.8
    extra = 0.2 * (p.kit_cost + 0.5 * p.kit_tariff) + p.forced_content * (kit - 0.2)
    assert cost_of(bench, venture) / plain == pytest.approx(1.0 + extra, rel=1e-12)


def test_imports_pay_the_tariff_and_follow_the_exchange_rate(bench):
    importer, t = bench.first(IMPORTER), bench.t
    bench.policy[t].tariff_car, bench.world[t].real_exchange_rate = 0.0, 1.0
    plain = cost_of(bench, importer, PREMIUM)
    bench.policy[t].tariff_car, bench.world[t].real_exchange_rate = 0.8, 1.3
    assert cost_of(bench, importer, PREMIUM) / plain == pytest.approx(
        1.8 * 1.3**-bench.p.import_exchange, rel=1e-12
    )


def test_batteries_get_cheaper_with_own_output_and_dearer_under_the_list(bench):
    p, own, venture, world = bench.p, bench.first(PRIVATE), bench.first(JOINT_VENTURE), bench.world[bench.t]
    world.battery_price = 2.0
    policy = bench.policy[bench.t]
    policy.battery_whitelist = 0.6

    def pack(maker, train):
        return cost.pack_cost(maker, MAINSTREAM, train, bench.now(), bench.state, p)

    assert pack(own, BATTERY_CAR) == pytest.approx(
        p.pack_energy * 2.0 * (1.0 - p.pack_home_edge) + p.drive_cost, rel=1e-13
    )
    listed = 2.0 * (1.0 + 0.6 * p.whitelist_burden)
    assert pack(venture, HYBRID) == pytest.approx(
        p.pack_energy * p.hybrid_energy * listed + p.hybrid_cost, rel=1e-13
    )
    bench.state.experience_electric[own] = 1.5
    learned = 4.0**-p.pack_learning * (1.0 - p.pack_home_edge)
    assert pack(own, BATTERY_CAR) == pytest.approx(p.pack_energy * 2.0 * learned + p.drive_cost, rel=1e-13)


def test_a_credit_costs_nothing_without_a_mandate_and_less_as_credits_abound(bench):
    p, policy = bench.p, bench.policy[bench.t]
    policy.credit_ratio = 0.0
    assert cost.credit_price(bench.now(), bench.state, p) == 0.0
    policy.credit_ratio = 0.12
    assert cost.credit_price(bench.now(), bench.state, p) == pytest.approx(p.credit_price, rel=1e-15)
    bench.state.electric_share = 0.12 / p.credit_points
    assert cost.credit_price(bench.now(), bench.state, p) == pytest.approx(0.5 * p.credit_price, rel=1e-15)


def test_the_smooth_step_is_the_logistic_and_stays_finite():
    assert channels.smooth_step(0.0) == 0.5
    assert channels.smooth_step(1.3) + channels.smooth_step(-1.3) == pytest.approx(1.0, rel=1e-15)
    assert channels.smooth_step(2.0) == pytest.approx(1.0 / (1.0 + math.exp(-2.0)), rel=1e-15)
    assert 0.0 < channels.smooth_step(-1e300) < 1e-15 < 1.0 - 1e-15 < channels.smooth_step(1e300) <= 1.0


def utility_of(bench, maker, segment, train, lines=60):
    """Return the utility of the only line of a maker, on a market of so many lines, without chance."""
    bench.p.taste_noise = 0.0
    w = bench.flow
    w.maker[0], w.segment[0], w.powertrain[0], w.lines = maker, segment, train, lines
    appeal.appeal_of(0, bench.now(), bench.state, bench.state, w, bench.p)
    return float(w.utility[0])


def test_utility_is_the_sum_of_its_terms(bench):
    p, own = bench.p, bench.first(PRIVATE)
    bench.flow.frontier[:], bench.state.mastered[own], bench.state.accessible[own] = 1.0, 0.6, 0.6
    bench.state.capacity[own], bench.state.trust[own] = 0.3, -0.25
    bench.state.age[own, MAINSTREAM, COMBUSTION] = 1.5
    reach = p.reach_effect * math.log(0.32 / 0.18)
    expected = p.base_utility - 0.4 * p.quality_taste + 1.1 * p.comfort_taste + reach - 0.25
    expected -= p.novelty * math.exp(-1.5 / 2.5) + p.crowding * math.log(2.0)
    assert utility_of(bench, own, MAINSTREAM, COMBUSTION) == pytest.approx(expected, rel=1e-12)
    bench.state.age[own] = 1e9
    p.crowding = p.quality_taste = p.comfort_taste = p.reach_effect = 0.0
    assert utility_of(bench, own, MAINSTREAM, COMBUSTION) == pytest.approx(p.base_utility - 0.25, rel=1e-12)


def test_imports_are_handicapped_and_licences_hold_them_back(bench):
    p, importer = bench.p, bench.first(IMPORTER)
    bench.policy[bench.t].trade_licence = 0.0
    free = utility_of(bench, importer, PREMIUM, COMBUSTION)
    bench.policy[bench.t].trade_licence = 0.8
    held = utility_of(bench, importer, PREMIUM, COMBUSTION)
    assert free - held == pytest.approx(0.8 * p.licence_strength, rel=1e-12)
    handicap, p.import_handicap, p.licence_strength = float(p.import_handicap), 0.0, 0.0
    assert utility_of(bench, importer, PREMIUM, COMBUSTION) - free == pytest.approx(handicap, rel=1e-12)


def test_electric_cars_gain_as_limits_shrink(bench):
    p, own, world = bench.p, bench.first(PRIVATE), bench.world[bench.t]
    bench.flow.frontier[BATTERY], bench.state.accessible[own, BATTERY], world.oil_price = 0.8, 0.5, 2.0

    def terms(train):
        return appeal.drive_appeal(own, train, bench.now(), bench.state, bench.state, bench.flow, p)

    limits = -p.electric_dislike + 0.5 * p.electric_technology + p.fuel_saving * math.log(2.0)
    assert terms(BATTERY_CAR) == pytest.approx(limits, rel=1e-12)
    assert terms(HYBRID) == pytest.approx(p.hybrid_share * limits, rel=1e-12)
    bench.state.accessible[own, BATTERY] = 5.0  # no car is better than the frontier
    assert terms(BATTERY_CAR) == pytest.approx(limits + 0.3 * p.electric_technology, rel=1e-12)


def test_protection_answers_to_what_is_at_stake(bench):
    p, maker = bench.p, bench.first(PRIVATE)
    bench.only(maker)
    home = bench.makers[maker].home
    bench.policy[bench.t].protection_local = 0.7
    bench.state.output[maker], bench.state.truck_output[maker] = 0.75 * p.stake_half, 0.25 * p.stake_half
    provinces.protect(bench.now(), bench.state, bench.flow, p)
    full = 0.7 * p.home_taste
    assert bench.flow.protection[home] == pytest.approx(
        full * (p.protection_floor + 0.5 * (1.0 - p.protection_floor)), rel=1e-14
    )
    others = np.delete(bench.flow.protection, home)
    assert others == pytest.approx(np.full(len(others), full * p.protection_floor), rel=1e-14)


def test_officials_favour_home_makers_twice_as_much(laboratory):
    """In utility, aid apart: the factor of officials is the square of that of private buyers; importers get none."""
    space = laboratory.after(2000, {"local_aid": 0.0})
    w, makers = space.flow[0], laboratory.case.makers
    sellers = slice(0, int(w.sellers))
    home = makers.home[w.owner[sellers]]
    shield = np.where(home >= 0, w.protection[home], 0.0)
    assert np.allclose(1.0 + w.loyalty[sellers, 0], np.exp(shield), rtol=1e-14)
    assert np.allclose(1.0 + w.loyalty[sellers, INSTITUTION], (1.0 + w.loyalty[sellers, 0]) ** 2, rtol=1e-14)
    assert shield.max() > 0.1 > shield.min()


def test_aid_of_a_province_is_worth_its_money(laboratory):
    """Without rules a local car is worth what aid takes off a car of 100 thousand; aid lies between floor and full."""
    space = laboratory.after(2010, {"home_taste": 0.0, "local_aid": 12.0})
    w, p = space.flow[0], laboratory.params()[0]
    full = 12.0 * laboratory.case.policy[laboratory.index(2010)].protection_local
    assert full >= w.aid.max() > w.aid.min() >= full * p.protection_floor - 1e-12
    s = int(np.flatnonzero(w.home[: int(w.sellers)] >= 0)[0])
    assert np.allclose(np.log1p(w.loyalty[s]), w.alpha * w.aid[w.home[s]] / 100.0, rtol=1e-12)


def test_barriers_vanish_without_favour_and_rise_with_it(laboratory):
    at = laboratory.index(2005)
    none = laboratory.run({"home_taste": 0.0, "local_aid": 0.0})[at]
    usual = laboratory.run()[at]
    strong = laboratory.run({"home_taste": 1.2})[at]
    assert none.local_aid == 0.0
    assert 0.0 < usual.local_aid < strong.local_aid
    assert none.home_bias == pytest.approx(1.0, abs=0.15)  # what is left is where the rich live
    assert none.home_bias < 0.8 * usual.home_bias < 0.8 * strong.home_bias
