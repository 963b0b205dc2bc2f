"""Who masters what, where does the rest come from, and what happens when it is cut off? Closed forms and the real case."""

import math

import numpy as np
import pytest
from test_learning import SEED, SPILLOVERS, gain_of, introduce, without

from latecomer.axes import (
    ABSORBED,
    ACQUISITION,
    BATTERY,
    COMBUSTION,
    DESIGN,
    DESIGN_HOUSE,
    DOMAINS,
    ELECTRONICS,
    ENGINE,
    INTEGRATED,
    JOINT_VENTURE,
    LICENCE,
    MACHINERY,
    ORIGINAL,
    OWN_SOURCE,
    PARTNER,
    PLATFORM,
    PRIVATE,
    TECHNOLOGY_SOURCES,
)
from latecomer.model.cars import quality
from latecomer.model.makers import finance
from latecomer.model.technology import control, innovation, learning

CUTS = [("supply_cutoff", d) for d in range(len(DOMAINS))] + [
    ("supply_cutoff_source", y) for y in range(len(TECHNOLOGY_SOURCES))
]


def set_up(bench, mastered):
    """Let one own-brand maker and one venture live; the maker masters `mastered` of every domain, the frontier is at 1."""
    own, venture = bench.first(PRIVATE), bench.first(JOINT_VENTURE)
    bench.only(own, venture)
    bench.contracts.year[:] = 9999
    bench.flow.frontier[:] = 1.0
    bench.state.mastered[own], bench.state.mastered[venture] = mastered, 0.8
    bench.policy[bench.t].reform_state_firms = 1.0
    return own, venture


def quality_of(bench, maker):
    introduce(bench)
    return quality.quality_gap(maker, COMBUSTION, bench.now(), bench.state, bench.flow, bench.p)


@pytest.mark.parametrize(("lever", "place"), CUTS)
def test_a_maker_that_masters_what_it_uses_is_untouched_to_the_bit(bench, lever, place):
    own, _ = set_up(bench, 1.0)
    before = quality_of(bench, own)
    accessible = bench.state.accessible[own].copy()
    bench.policy[bench.t][lever][place] = 1.0
    assert quality_of(bench, own) == before
    assert (bench.state.accessible[own] == accessible).all()


@pytest.mark.parametrize("domain", [PLATFORM, ENGINE, ELECTRONICS, DESIGN])
def test_a_maker_that_does_not_loses_the_gap_that_shows_in_its_cars(bench, domain):
    own, _ = set_up(bench, 0.1)
    p = bench.p
    before = quality_of(bench, own)
    gap = bench.state.accessible[own, domain] - 0.1
    assert gap > 0.0
    bench.policy[bench.t].supply_cutoff[domain] = 1.0
    lost = quality.domain_weight(domain, COMBUSTION, p) * p.access_use * gap
    assert before - quality_of(bench, own) == pytest.approx(lost, rel=1e-12)
    assert bench.flow.source[own, domain] == OWN_SOURCE


def test_half_a_cut_of_domain_and_half_of_source_leave_a_quarter(bench):
    own, _ = set_up(bench, 0.1)
    introduce(bench)
    whole = bench.state.accessible[own, ENGINE] - 0.1
    policy = bench.policy[bench.t]
    policy.supply_cutoff[ENGINE] = policy.supply_cutoff_source[MACHINERY] = 0.5
    introduce(bench)
    assert bench.state.accessible[own, ENGINE] - 0.1 == pytest.approx(0.25 * whole, rel=1e-12)


def test_a_venture_keeps_what_stays_without_its_partner_and_learns_no_more(bench):
    _, venture = set_up(bench, 0.1)
    bench.state.own_mean[:], bench.p.venture_hold, bench.state.mastered[venture] = 0.2, 0.5, 0.1
    introduce(bench)
    level = bench.state.accessible[venture, ENGINE]
    bench.state.mastered[venture] = bench.state.accessible[venture]
    bench.policy[bench.t].supply_cutoff_source[PARTNER] = 1.0
    introduce(bench)
    kept = bench.state.accessible[venture, ENGINE]
    assert kept == pytest.approx(level - 0.5 * (level - 0.2), rel=1e-12)
    bench.state.mastered[venture] = bench.state.accessible[venture]
    bench.flow.frontier[:] += 0.5
    introduce(bench)
    assert bench.state.accessible[venture, ENGINE] == kept


def test_batteries_of_others_go_with_their_suppliers(bench):
    own, _ = set_up(bench, 0.0)
    introduce(bench)
    assert bench.state.accessible[own, BATTERY] == pytest.approx(bench.p.battery_supply, rel=1e-12)
    bench.policy[bench.t].supply_cutoff[BATTERY] = 1.0
    introduce(bench)
    assert bench.state.accessible[own, BATTERY] == 0.0
    without(bench, "digestion", "improvement", "industry_spillover", "region_spillover")
    assert gain_of(bench, BATTERY, 1.0) == 0.0


def test_control_leaning_and_fees(bench):
    own, _ = set_up(bench, 0.1)
    p = bench.p
    contract = bench.contracts[0]
    contract.maker, contract.year, contract.vintage, contract.source = own, 2000, 0.0, LICENCE
    contract.domain[:] = 0.0
    contract.domain[ENGINE] = 1.0
    p.frontier_growth = 0.1
    introduce(bench)
    assert bench.flow.source[own, ENGINE] == LICENCE
    control.weigh(bench.now(), bench.state, bench.state, bench.flow, p)
    beyond = p.access_use * (bench.state.accessible[own] - bench.state.mastered[own])
    weight = np.array([quality.domain_weight(d, COMBUSTION, p) for d in range(len(DOMAINS))])
    masters = weight @ np.exp(-beyond - p.control_distance * 0.9)
    assert bench.flow.control[own] == pytest.approx(masters, rel=1e-12)
    engine = weight[ENGINE] * (1.0 - math.exp(-beyond[ENGINE]))
    assert bench.flow.leaning[own, LICENCE] == pytest.approx(engine, rel=1e-12)
    bought = bench.flow.leaning[own, MACHINERY]
    assert bench.flow.fee_rate[own] == pytest.approx(
        p.licence_fee * engine + p.machinery_fee * bought, rel=1e-12
    )
    assert bench.flow.leaning[own].sum() == pytest.approx(weight @ (1.0 - np.exp(-beyond)), rel=1e-12)


def test_fees_come_off_the_profit_of_cars(bench):
    own, _ = set_up(bench, 0.1)
    bench.state.revenue[own], bench.flow.sold_home[own] = 20.0, 0.2
    bench.flow.fee_rate[own] = 0.0
    finance.add_other_sales(own, bench.now(), bench.state, bench.flow, bench.p)
    free, bench.state.profit[own] = float(bench.state.profit[own]), 0.0
    bench.flow.fee_rate[own] = 0.05
    finance.add_other_sales(own, bench.now(), bench.state, bench.flow, bench.p)
    assert free - bench.state.profit[own] == pytest.approx(0.05 * 20.0, rel=1e-12)
    assert bench.flow.fees[own] == pytest.approx(1.0, rel=1e-12)


def test_buying_without_digestion_leaves_a_maker_where_it_was(bench):
    own, _ = set_up(bench, 0.1)
    without(bench, *SPILLOVERS, "improvement", "testing", "mover_knowledge")
    bench.state.research[:] = 0.0
    for _ in range(5):
        introduce(bench)
        learning.learn(bench.now(seed=SEED), bench.state, bench.flow, bench.p)
    assert (bench.state.accessible[own] > 0.1).any()
    assert (bench.state.mastered[own] == 0.1).all()


def split_of(bench, source, bought, response):
    """Return efforts on partners' technology, purchases and own innovation at these gaps (even effort is 1 each)."""
    own = bench.first(PRIVATE)
    bench.p.split_response, bench.flow.source[own, ENGINE] = response, OWN_SOURCE
    bench.flow.focus[ENGINE] = 1.0
    learning.share_effort(ENGINE, own, 0.6, source, bought, bench.now(), bench.state, bench.flow, bench.p)
    return bench.flow.split.copy()


def test_even_effort_without_response_and_more_where_more_is_to_be_had(bench):
    assert split_of(bench, 0.5, 0.0, 0.0).tolist() == [1.0, 1.0, 1.0]
    partner, purchase, own = split_of(bench, 0.5, 0.0, 0.5)
    assert partner > 1.0 > purchase
    assert partner + purchase + own == pytest.approx(3.0, rel=1e-14)
    assert split_of(bench, 0.0, 0.0, 0.5)[2] > own  # nothing to digest: research turns inward
    p = bench.p
    gains = np.array([p.digestion * 0.6 * 0.5 * math.exp(-0.5), 0.0, 0.0]) + learning.LEAST_RETURN
    gains[2] += (
        innovation.odds(ENGINE, 1.0, 1.0, bench.state, p)
        * learning.MEAN_STEP
        * innovation.room(ENGINE, bench.state.mastered[bench.first(PRIVATE), ENGINE], bench.flow)
    )
    expected = 3.0 * np.sqrt(gains) / np.sqrt(gains).sum()
    assert split_of(bench, 0.5, 0.0, 0.5) == pytest.approx(expected, rel=1e-12)


def test_a_fee_turns_effort_from_what_is_bought(bench):
    own = bench.first(PRIVATE)
    free = split_of(bench, 0.0, 0.5, 0.5)[1]
    bench.flow.source[own, ENGINE], bench.p.licence_fee = LICENCE, 0.08
    learning.share_effort(ENGINE, own, 0.6, 0.0, 0.5, bench.now(), bench.state, bench.flow, bench.p)
    assert bench.flow.split[1] < free


def test_kinds_of_improvement_share_a_success(bench):
    own, p = bench.first(PRIVATE), bench.p
    without(bench, *SPILLOVERS, "digestion", "split_response")
    p.improvement, p.integration, p.reinnovation = 1e9, 0.5, 0.4
    bench.flow.frontier[:], bench.flow.offered[own], bench.flow.breadth[:] = 5.0, 0.05, 0.6
    gain = gain_of(bench, ENGINE, 1.0)
    near = 0.4 * math.exp(-0.05 / innovation.NEAR)
    spur = 1.0 + 0.5 * 0.6 + near
    parts = bench.flow.succeeded
    assert parts[ORIGINAL] == pytest.approx(gain / spur, rel=1e-12)
    assert parts[INTEGRATED] == pytest.approx(gain * 0.3 / spur, rel=1e-12)
    assert parts[ABSORBED] == pytest.approx(gain * near / spur, rel=1e-12)
    p.integration = p.reinnovation = 0.0
    assert gain_of(bench, ENGINE, 1.0) == parts[ORIGINAL] == gain


def test_breadth_counts_the_other_domains_within_reach(bench):
    own = bench.first(PRIVATE)
    bench.flow.frontier[:] = 1.0
    bench.state.mastered[own] = 1.0 - innovation.WITHIN_REACH
    assert innovation.breadth(ENGINE, own, bench.state, bench.flow) == pytest.approx(0.5, rel=1e-12)
    bench.state.mastered[own], bench.state.mastered[own, ENGINE] = -5.0, 9.0
    assert innovation.breadth(ENGINE, own, bench.state, bench.flow) < 1e-9


def test_contracts_name_their_source(case):
    found = {(c["year"], c["source"]) for c in case.contracts}
    assert {source for _, source in found} == {PARTNER, LICENCE, DESIGN_HOUSE, ACQUISITION}


def test_the_year_books_control_sources_and_learning(laboratory):
    years = laboratory.run()
    last = years[-1]
    assert ((years.maker_control >= 0.0) & (years.maker_control <= 1.0 + 1e-12)).all()
    at = laboratory.index(1990)
    assert years.technology_sources[at, MACHINERY] > 0.02
    assert years.technology_sources[at].sum() > last.technology_sources.sum()
    assert 0.0 < years.technology_fees[laboratory.index(2010)] < 0.01 * years.revenue[laboratory.index(2010)]
    assert years.improvements[-1].sum() > years.improvements[at].sum()
    assert (years.learning >= 0.0).all()


def test_cutting_electronics_bites_after_its_year_only(laboratory):
    plain = laboratory.run()
    cut = laboratory.case.policy.supply_cutoff.copy()
    first = laboratory.index(2018)
    cut[first:, ELECTRONICS] = 1.0
    years = laboratory.run(levers={"supply_cutoff": cut})
    assert years[:first].tobytes() == plain[:first].tobytes()
    assert years.new_energy_share[-1] < plain.new_energy_share[-1]
    assert years.technology_sources[-1].sum() < plain.technology_sources[-1].sum()
