"""How do cars get abroad? Odds by destination, networks that must pay, names that buyers learn, takeovers that may fail."""

import math

import numpy as np
import pytest

from latecomer.axes import BATTERY, BATTERY_CAR, COMBUSTION, JOINT_VENTURE, PRIVATE
from latecomer.keys import uniform
from latecomer.model import channels
from latecomer.model.cars import quality
from latecomer.model.markets import abroad
from latecomer.vocabulary import YEAR, record


@pytest.fixture
def alone(bench):
    """Let one private maker live, with sales at home and plant without bound, in a world without tariffs and windows."""
    m, t = bench.first(PRIVATE), bench.t
    bench.only(m)
    now, here = bench.policy[t], bench.world[t]
    now.plan_share, here.real_exchange_rate = 0.0, 1.0
    now.abroad_tariff[:] = now.abroad_window[:] = 0.0
    bench.state.capacity[m], bench.flow.sold_home[m], bench.flow.car_gap[m], bench.flow.mean_price[m] = (
        1e9,
        0.95,
        -0.2,
        60.0,
    )
    return m


@pytest.fixture
def out(case):
    """Return a blank year."""
    return np.zeros(1, record(YEAR, case.length)).view(np.recarray)[0]


def sent(bench, m):
    abroad.export(bench.now(), bench.state, bench.state, bench.flow, bench.p)
    return np.array(bench.flow.sent[m])


def logit(value):
    return 1.0 / (1.0 + np.exp(-value))


def closed_form(bench, m, known=0.0):
    """Return exports by destination of a maker with `known` name and reputation, from the equation of the mechanism."""
    p, here, now = bench.p, bench.world[bench.t], bench.policy[bench.t]
    asks = here.destination_income**p.abroad_income
    value = p.export_constant + p.export_quality * bench.flow.car_gap[m] * asks
    value = value - p.abroad_distance * np.log(here.destination_distance)
    value = value - p.tariff_effect * np.log1p(now.abroad_tariff) + p.window_effect * now.abroad_window
    value = value + p.export_network * bench.state.network[m] + p.abroad_trust * (known - 1.0)
    market = p.export_market * here.world_market * here.destination_market
    return market * logit(value + p.export_size * math.log(0.05 + bench.flow.sold_home[m]))


def test_exports_follow_the_odds_of_every_destination(bench, alone):
    assert sent(bench, alone) == pytest.approx(closed_form(bench, alone), rel=1e-12)
    assert bench.state.exports[alone] == pytest.approx(closed_form(bench, alone).sum(), rel=1e-12)
    bench.state.network[alone] = 0.5
    bench.state.name_abroad[alone], bench.state.reputation_abroad[:] = 0.4, 0.4
    assert sent(bench, alone) == pytest.approx(closed_form(bench, alone, 0.4), rel=1e-12)
    bench.world[bench.t].real_exchange_rate = 1.2
    dearer = sent(bench, alone)
    odds = dearer / (bench.p.export_market * bench.world[bench.t].world_market - dearer)
    assert (odds < closed_form(bench, alone, 0.4)).all()
    bench.flow.sold_home[alone] = 0.0
    assert sent(bench, alone).sum() == bench.state.exports[alone] == 0.0


def test_cars_are_rated_by_the_powertrains_a_maker_sells(bench, alone):
    w, p, m = bench.flow, bench.p, alone
    bench.state.mastered[m], bench.state.accessible[m], w.frontier[:], w.gap[m] = 0.5, 0.5, 1.0, -0.4
    bench.state.mastered[m, BATTERY] = bench.state.accessible[m, BATTERY] = 1.0
    w.lines, w.sold_home[m] = 2, 4.0
    w.maker[:2], w.powertrain[:2], w.sold[:2] = m, (COMBUSTION, BATTERY_CAR), (1.0, 3.0)
    abroad.rate_cars(bench.now(), bench.state, w, p)
    electric = quality.quality_gap(m, BATTERY_CAR, bench.now(), bench.state, w, p)
    assert electric > -0.5
    assert w.car_gap[m] == pytest.approx(0.25 * -0.4 + 0.75 * electric, rel=1e-12)


def test_a_tariff_and_a_window_act_where_they_stand(bench, alone):
    before = sent(bench, alone)
    bench.policy[bench.t].abroad_tariff[4] = 0.4
    bench.policy[bench.t].abroad_window[0] = 1.0
    after = sent(bench, alone)
    assert after == pytest.approx(closed_form(bench, alone), rel=1e-12)
    assert after[4] < before[4] and after[0] > before[0]
    others = [1, 2, 3, 5, 6]
    assert (after[others] == before[others]).all()


def test_without_income_distance_and_trust_the_world_is_one_place(bench, alone):
    p, here = bench.p, bench.world[bench.t]
    p.abroad_income = p.abroad_distance = p.abroad_trust = 0.0
    odds = p.export_constant - 0.2 * p.export_quality + p.export_size * math.log(1.0)
    market = p.export_market * here.world_market * here.destination_market.sum()
    assert sent(bench, alone).sum() == pytest.approx(market * logit(odds), rel=1e-12)


def test_plant_bounds_exports_and_keeps_their_pattern(bench, alone):
    free = sent(bench, alone)
    bench.state.capacity[alone] = (0.95 + 0.5 * free.sum()) / 1.1
    assert sent(bench, alone) == pytest.approx(0.5 * free, rel=1e-9)


def test_partners_hold_ventures_back_where_their_own_plants_stand(bench, alone):
    m = bench.first(JOINT_VENTURE)
    bench.only(m)
    bench.state.capacity[m], bench.flow.sold_home[m], bench.flow.car_gap[m] = 1e9, 0.95, 0.0
    held = sent(bench, m)
    bench.p.export_venture = 0.0
    free = sent(bench, m)
    income = bench.world[bench.t].destination_income
    assert (np.argsort(held / free) == np.argsort(-income, kind="stable")).sum() >= 5
    assert free == pytest.approx(closed_form(bench, m, known=1.0), rel=1e-12)


def test_a_network_is_built_where_it_pays_and_paid_in_cash(bench, alone):
    p, state, m = bench.p, bench.state, alone
    p.network_cost, p.network_patience, p.network_learning = 0.4, 8.0, 0.5
    p.export_margin, p.export_price, p.export_noticed = 0.1, 0.8, 1e-4
    state.cash[m], state.network[m, 1], state.network[m, 2] = 10.0, 0.2, 0.6
    step = (p.network_speed + 0.5 * 0.6) * (1.0 - np.array(state.network[m]))
    enough = p.network_cost * step / (8.0 * 0.1 * 0.8 * 60.0)
    bench.flow.sent[m] = [2e-4, 1.01 * enough[1], 0.0, 0.99 * enough[3], 0.0, 1.01 * enough[5], 0.0]
    abroad.extend(bench.now(), state, bench.flow, p)
    assert state.network[m, 1] == pytest.approx(0.2 + step[1], rel=1e-13)
    assert state.network[m, 5] == pytest.approx(step[5], rel=1e-13)
    assert state.network[m, 2] == pytest.approx(
        0.6 * (1.0 - p.network_decay), rel=1e-13
    )  # nothing sold: it decays
    assert state.network[m, 0] == state.network[m, 3] == 0.0  # sold, but not enough to pay
    paid = p.network_cost * (step[1] + step[5])
    assert bench.flow.spent_abroad[m] == pytest.approx(paid, rel=1e-13)
    assert state.cash[m] == pytest.approx(10.0 - paid, rel=1e-13)


def test_a_maker_without_means_builds_no_network(bench, alone):
    bench.state.cash[alone], bench.p.private_credit = -1.0, 0.0
    bench.flow.sent[alone] = 1.0
    abroad.extend(bench.now(), bench.state, bench.flow, bench.p)
    assert bench.state.network[alone].sum() == bench.flow.spent_abroad[alone] == 0.0
    bench.p.network_cost = 0.0
    abroad.extend(bench.now(), bench.state, bench.flow, bench.p)
    assert bench.state.network[alone] == pytest.approx(bench.p.network_speed, rel=1e-13)


def test_names_move_with_what_buyers_have_seen(bench, alone):
    p, state, here = bench.p, bench.state, bench.world[bench.t]
    p.abroad_income = 0.0
    state.name_abroad[alone, 1] = 1.0
    market = p.abroad_exposure * here.world_market * here.destination_market
    bench.flow.sent[alone] = [market[0], market[1], 0.0, 0.0, 0.0, 0.0, 0.0]
    abroad.remember(bench.now(), state, bench.flow, p)
    seen, found = 1.0 - math.exp(-1.0), 1.0 - 0.2 / 0.9
    assert state.name_abroad[alone, 0] == pytest.approx(p.abroad_learning * seen * found, rel=1e-12)
    assert state.name_abroad[alone, 1] == pytest.approx(
        1.0 - 2.0 * p.abroad_learning * seen * (1.0 - found), rel=1e-12
    )
    assert state.reputation_abroad[0] == state.name_abroad[alone, 0]
    assert state.name_abroad[alone, 2:].sum() == state.reputation_abroad[2:].sum() == 0.0


def test_one_brand_s_cars_make_the_country_s_name_for_all(bench, alone):
    bench.state.reputation_abroad[0] = 0.5
    before = sent(bench, alone)
    bench.p.abroad_nation = 0.0
    assert sent(bench, alone)[0] < before[0]
    bench.state.reputation_abroad[0] = 0.0
    assert sent(bench, alone)[1:] == pytest.approx(before[1:], rel=1e-12)


def taken(bench, case):
    """Return the contract of a takeover that opens more than one market, its maker and its year."""
    found = [c for c in range(case.contracts.size) if (case.contracts["network"][c] > 0).sum() > 1]
    return found[-1], int(case.contracts["maker"][found[-1]]), int(case.contracts["year"][found[-1]])


def test_a_takeover_costs_either_way_and_brings_network_and_name_only_if_it_succeeds(bench, case, out):
    c, m, year = taken(bench, case)
    bench.t = t = year - int(case.years[0])
    p, state = bench.p, bench.state
    bench.only(m)
    contract, history = case.contracts[c], 3
    drawn = uniform(1, history, t, m, channels.TAKEOVER_ABROAD)
    p.takeover_organisation = p.takeover_distance = p.takeover_absorb = 0.0
    for margin, failed in ((1e-6, 0.0), (-1e-6, 1.0)):
        state.network[m], state.name_abroad[m], state.cash[m], bench.flow.spent_abroad[m] = (
            0.5,
            0.5,
            20.0,
            0.0,
        )
        chance = drawn + margin
        p.takeover_constant = math.log(chance / (1.0 - chance))
        abroad.take_over(bench.now(history=history), state, bench.flow, p, out)
        assert out.takeovers_failed == failed
        kept = p.takeover_strength * (1.0 - failed) * 0.5
        assert state.network[m] == pytest.approx(0.5 + kept * contract["network"], rel=1e-12)
        assert state.name_abroad[m] == pytest.approx(0.5 + kept * contract["name"], rel=1e-12)
        assert state.cash[m] == pytest.approx(20.0 - p.takeover_cost * contract["cost"], rel=1e-12)
        assert bench.flow.spent_abroad[m] == pytest.approx(p.takeover_cost * contract["cost"], rel=1e-12)


def test_takeovers_succeed_by_organisation_nearness_and_absorption(bench, case):
    c, m, year = taken(bench, case)
    p, state, contract = bench.p, bench.state, bench.contracts[c]
    level = p.frontier_growth * (year - contract.vintage - p.frontier_year)
    state.organisation[m], state.mastered[m], state.research[m] = 0.8, level - 0.4, 0.0
    value = p.takeover_constant + p.takeover_organisation * math.log(0.8) - 0.4 * p.takeover_distance
    expected = logit(value - 0.5 * p.takeover_absorb)
    assert abroad.success(m, year, contract, state, bench.flow, p) == pytest.approx(expected, rel=1e-12)
    state.research[m], bench.flow.talent = 1e9, 1.0
    assert abroad.success(m, year, contract, state, bench.flow, p) == pytest.approx(
        logit(value + 0.5 * p.takeover_absorb), rel=1e-12
    )


def test_trucks_go_where_the_destinations_pull(bench):
    here, _now, p = bench.world[bench.t], bench.policy[bench.t], bench.p
    part = np.zeros(here.destination_market.size)
    total = abroad.send_trucks(-1.0, -1.0, part, bench.now(), p)
    value = [-1.0 + abroad.place(x, -1.0, bench.now(), p) for x in range(part.size)]
    assert part == pytest.approx(here.destination_market * logit(np.array(value)), rel=1e-12)
    assert total == pytest.approx(part.sum(), rel=1e-12)


def test_in_the_case_windows_and_takeovers_move_exports_and_off_values_do_nothing(laboratory):
    plain = laboratory.run()
    shut = laboratory.run(levers={"abroad_window": 0.0})
    late = laboratory.index(2023)
    assert plain.exports_by_destination[late, 0] > 1.2 * shut.exports_by_destination[late, 0]
    assert (plain[: laboratory.index(2022)].tobytes()) == (shut[: laboratory.index(2022)].tobytes())
    walled = laboratory.run(levers={"abroad_tariff": 2.0})
    assert walled.passenger_exports[late] < 0.5 * plain.passenger_exports[late]
