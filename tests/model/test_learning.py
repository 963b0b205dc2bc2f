"""What do makers learn, and from whom? Closed forms of access, digestion, spillovers, improvement, talent and trust."""

import math

import numpy as np
import pytest

from latecomer.axes import (
    BATTERY,
    DESIGN,
    DOMAINS,
    ELECTRONICS,
    ENGINE,
    IMPORTER,
    JOINT_VENTURE,
    MACHINERY,
    PARTNER,
    PLATFORM,
    PRIVATE,
    PROCESS,
    SUPPLIERS,
)
from latecomer.model.makers import brand
from latecomer.model.technology import access, effort, frontier, learning

SEED, HISTORY = 1, 0


def test_the_frontier_grows_from_its_year_and_young_domains_from_their_dawn(bench):
    p, out = bench.p, np.zeros(len(DOMAINS))
    frontier.frontier(2030.0, out, p)
    old = p.frontier_growth * (2030.0 - p.frontier_year)
    for domain in (PLATFORM, ENGINE, PROCESS, DESIGN):
        assert out[domain] == pytest.approx(old, rel=1e-15)
    assert out[ELECTRONICS] == pytest.approx(
        old + p.electronics_growth * (2030.0 - p.electronics_dawn), rel=1e-15
    )
    assert out[BATTERY] == pytest.approx(p.battery_growth * (2030.0 - p.battery_dawn), rel=1e-15)
    frontier.frontier(p.frontier_year, out, p)
    assert out[BATTERY] == out[PLATFORM] == out[ELECTRONICS] == 0.0


def introduce(bench):
    access.introduce(bench.now(), bench.state, bench.state, bench.flow, bench.p)


def test_technology_comes_by_source(bench):
    p, own, venture, importer = (
        bench.p,
        bench.first(PRIVATE),
        bench.first(JOINT_VENTURE),
        bench.first(IMPORTER),
    )
    bench.only(own, venture, importer)
    bench.contracts.year[:] = 9999
    p.parts_distance = 0.3
    bench.flow.frontier[:] = (1.0, 1.1, 1.2, 0.4, 1.3, 1.4)
    bench.state.mastered[:] = -1.0
    bench.policy[bench.t].reform_state_firms = 0.25
    introduce(bench)
    accessible, frontier = bench.state.accessible, bench.flow.frontier
    lag = p.venture_lag_least + p.venture_lag_extra * math.exp(-1.0 / 7.0)
    distance = p.purchase_distance + 0.75 * p.purchase_closed
    nearer = p.purchase_distance - p.parts_distance
    for domain in (PLATFORM, ENGINE, ELECTRONICS, PROCESS, DESIGN):
        assert accessible[importer, domain] == frontier[domain]
        new = p.venture_lock * (1.2 - 1.0) if domain == ELECTRONICS else 0.0
        assert accessible[venture, domain] == pytest.approx(
            frontier[domain] - p.frontier_growth * lag - new, rel=1e-14
        )
        offered = frontier[domain] - distance + (nearer if domain == ELECTRONICS else 0.0)
        assert accessible[own, domain] == pytest.approx(max(-1.0, offered), rel=1e-14)
    assert accessible[venture, BATTERY] == pytest.approx((1.0 - p.venture_lock) * 0.4, rel=1e-14)
    assert accessible[own, BATTERY] == pytest.approx(p.battery_supply * 0.4, rel=1e-14)
    assert bench.flow.source[own].tolist() == [
        {ELECTRONICS: SUPPLIERS, BATTERY: SUPPLIERS}.get(domain, MACHINERY) for domain in range(len(DOMAINS))
    ]
    assert (bench.flow.source[venture] == PARTNER).all()


def test_a_cut_off_leaves_what_is_mastered(bench):
    own, venture = bench.first(PRIVATE), bench.first(JOINT_VENTURE)
    bench.only(own, venture)
    bench.flow.frontier[:] = 1.0
    bench.state.mastered[own], bench.state.mastered[venture] = -0.5, -0.2
    bench.p.venture_hold = 0.0
    bench.policy[bench.t].supply_cutoff[:] = 1.0
    introduce(bench)
    assert (bench.state.accessible[own] == -0.5).all()
    assert (bench.state.accessible[venture] == -0.2).all()


def test_a_licence_hands_over_the_vintage_of_its_contract(bench):
    own = bench.first(PRIVATE)
    bench.only(own)
    contract = bench.contracts[0]
    contract.maker, contract.year, contract.vintage = own, 2004, 6.0
    contract.domain[:] = 0.0
    contract.domain[ENGINE] = 0.8
    bench.contracts[1:].year = 9999
    bench.state.mastered[own] = -2.0
    bench.flow.frontier[:] = -5.0
    introduce(bench)
    level = bench.p.frontier_growth * (2004.0 - 6.0 - bench.p.frontier_year)
    assert bench.state.accessible[own, ENGINE] == pytest.approx(-2.0 + 0.8 * (level + 2.0), rel=1e-14)
    assert bench.state.accessible[own, PLATFORM] == -2.0


def gain_of(bench, domain, spent, presence=0.0, partner=-9.0, maker=None):
    maker = bench.first(PRIVATE) if maker is None else maker
    effort.attend(maker, spent, bench.now(), bench.state, bench.flow, bench.p)
    bench.flow.presence, bench.flow.group_source[maker, domain] = presence, partner
    return learning.domain_gain(domain, maker, bench.now(SEED, HISTORY), bench.state, bench.flow, bench.p)


SPILLOVERS = ("affiliation", "region_spillover", "industry_spillover", "supplier_spillover")


def without(bench, *parameters):
    for name in parameters:
        bench.p[name] = 0.0


def test_access_without_research_teaches_nothing(bench):
    """Introducing without digesting leaves a maker where it was."""
    without(bench, *SPILLOVERS)
    bench.state.accessible[:] = 2.0
    bench.flow.venture_mean[:] = bench.flow.region_best[:] = bench.flow.frontier[:] = 2.0
    assert [gain_of(bench, domain, 0.0, presence=0.9, partner=2.0) for domain in range(len(DOMAINS))] == [
        0.0
    ] * len(DOMAINS)


def test_digestion_follows_verspagen(bench):
    without(bench, *SPILLOVERS, "improvement", "split_response")
    p, maker = bench.p, bench.first(PRIVATE)
    bench.state.mastered[maker, ENGINE], bench.state.accessible[maker, ENGINE] = 0.1, 0.5
    absorb = 1.0 - math.exp(-0.8 / p.absorption_scale)
    gap = 1.2 - p.withheld - 0.1
    expected = p.digestion * absorb * (gap * math.exp(-gap) + p.purchase_weight * 0.4 * math.exp(-0.4))
    assert gain_of(bench, ENGINE, 0.8, partner=1.2) == pytest.approx(expected, rel=1e-13)
    p.digestion = 0.0
    assert gain_of(bench, ENGINE, 0.8, partner=1.2) == 0.0


def test_spillovers_reach_even_a_closed_ear_but_an_open_one_more(bench):
    without(bench, "digestion", "improvement", "region_spillover", "industry_spillover", "supplier_spillover")
    p, t = bench.p, bench.t
    bench.policy[t].venture_research_duty = 0.0
    source = 1.0 - p.withheld
    assert gain_of(bench, ENGINE, 0.0, partner=1.0) == pytest.approx(0.3 * p.affiliation * source, rel=1e-13)
    assert gain_of(bench, ENGINE, 1e9, partner=1.0) == pytest.approx(p.affiliation * source, rel=1e-13)
    bench.policy[t].venture_research_duty = 1.0
    duty = 1.0 + p.research_duty_effect
    assert gain_of(bench, ENGINE, 0.0, partner=1.0) == pytest.approx(
        0.3 * duty * p.affiliation * source, rel=1e-13
    )


def test_spillovers_from_region_industry_and_suppliers(bench):
    without(bench, "digestion", "improvement")
    p, w, maker = bench.p, bench.flow, bench.first(PRIVATE)
    w.region_best[:] = w.venture_mean[:] = -9.0
    w.talent = 1.5
    assert gain_of(bench, PROCESS, 0.0) == 0.0
    w.region_best[bench.makers[maker].home, PROCESS] = 1.0
    assert gain_of(bench, PROCESS, 0.0) == pytest.approx(
        0.3 * p.region_spillover * (1.0 - p.withheld), rel=1e-13
    )
    w.region_best[:], w.venture_mean[PROCESS] = -9.0, 1.0
    industry_wide = 0.3 * p.industry_spillover * 0.4 * 1.5 * (1.0 - p.industry_withheld)
    assert gain_of(bench, PROCESS, 0.0, presence=0.4) == pytest.approx(industry_wide, rel=1e-13)
    w.frontier[BATTERY] = 0.7
    assert gain_of(bench, BATTERY, 0.0) == pytest.approx(0.3 * p.supplier_spillover * 0.7, rel=1e-13)


def test_improvement_comes_as_often_as_its_odds_say(bench):
    """The share of improving years in 4,000 fixed draws is within three standard errors of the odds."""
    without(bench, *SPILLOVERS, "digestion", "integration", "reinnovation", "split_response")
    p, maker = bench.p, bench.first(PRIVATE)
    p.improvement, effort = 0.5, 0.7
    bench.state.public_knowledge[ENGINE] = 3.0
    bench.flow.frontier[:] = 5.0
    bench.flow.focus[ENGINE], bench.flow.presence, bench.flow.group_source[maker] = effort, 0.0, -9.0
    gains = np.array([
        learning.domain_gain(ENGINE, maker, bench.now(3, n), bench.state, bench.flow, p) for n in range(4000)
    ])  # fmt: skip
    odds = 1.0 - math.exp(-p.improvement * effort**0.65 * (1.0 + p.public_effect * 3.0))
    error = math.sqrt(odds * (1.0 - odds) / len(gains))
    assert abs((gains > 0.0).mean() - odds) < 3.0 * error
    steps = gains[gains > 0.0]
    assert steps.min() >= 0.01
    assert steps.mean() == pytest.approx(0.01 + 0.05 * math.sqrt(2.0 / math.pi), rel=0.05)


def test_improvement_fades_at_the_frontier_of_an_old_domain_only(bench):
    without(bench, *SPILLOVERS, "digestion")
    maker = bench.first(PRIVATE)
    bench.p.improvement = 1e9
    bench.state.mastered[maker] = 0.1  # a tenth beyond the frontier
    assert gain_of(bench, ENGINE, 1.0) == 0.0
    assert gain_of(bench, BATTERY, 1.0) > 0.0


def test_research_turns_to_batteries_with_the_electric_market(bench):
    maker, p = bench.makers[bench.first(PRIVATE)], bench.p
    assert effort.attention(ENGINE, maker, bench.state, p) == 1.0
    assert effort.attention(BATTERY, maker, bench.state, p) == p.electric_attention
    bench.state.electric_share = 0.9
    assert effort.attention(BATTERY, maker, bench.state, p) == 1.0
    newcomer = bench.makers[np.flatnonzero(bench.makers.electric_only == 1)[0]]
    assert effort.attention(ENGINE, newcomer, bench.state, p) == 0.0
    assert effort.attention(BATTERY, newcomer, bench.state, p) == 1.5


def test_nothing_is_learned_faster_than_the_cap(bench):
    maker = bench.first(PRIVATE)
    bench.only(maker)
    bench.state.accessible[:] = 5.0
    bench.state.mastered[:] = 0.0
    bench.state.research[maker], bench.state.organisation[maker], bench.flow.staff[:] = 1e6, 1.0, 1.0
    bench.flow.frontier[:], bench.p.digestion, bench.p.improvement = 9.0, 0.7, 1e6
    bench.p.learning_cap = 0.11
    learning.learn(bench.now(seed=SEED, history=HISTORY), bench.state, bench.flow, bench.p)
    assert bench.state.mastered[maker].max() == 0.11


def test_comfort_softness_and_deduction_change_effort(bench):
    p, t, m = bench.p, bench.t, bench.first(0)
    bench.only(m)
    bench.state.revenue[m], bench.state.dividends[m], bench.state.dependence[m] = 40.0, 3.0, 0.6
    policy = bench.policy[t]
    policy.research_deduction, policy.budget_softness = 0.5, 0.4
    effort.fund(bench.now(), bench.state, bench.state, bench.flow, p)
    intensity = p.research_intensity * (1.0 + 0.5 * p.deduction_effect) * (1.0 - 0.4 * p.softness_effect)
    expected = (1.0 - 0.6 * p.comfort_effect) * (40.0 * intensity + 3.0 * p.dividend_research)
    assert bench.flow.effort[m] == pytest.approx(expected, rel=1e-14)
    assert bench.state.research[m] == pytest.approx(p.research_speed * expected, rel=1e-14)


def trust_after(bench, level, mastered):
    """Return trust of a maker that begins at `level`, when ventures stand at one and it at `mastered` in all domains."""
    own = bench.first(PRIVATE)
    bench.only(own)
    bench.flow.venture_mean[:] = 1.0
    bench.state.mastered[own] = mastered
    bench.state.output[own], bench.state.trust[own] = 1.0, level
    brand.trust(bench.now(), bench.state, bench.flow, bench.p)
    return float(bench.state.trust[own])


def test_trust_falls_twice_as_fast_as_it_rises(bench):
    p = bench.p
    p.trust_speed = 0.2
    gap = 0.45
    target = p.trust_floor * ((1.0 - p.national_weight) * gap / 0.9 + p.national_weight)
    assert trust_after(bench, target - 0.1, 1.0 - gap) == pytest.approx(target - 0.1 + 0.2 * 0.1, rel=1e-12)
    assert trust_after(bench, target + 0.1, 1.0 - gap) == pytest.approx(target + 0.1 - 0.4 * 0.1, rel=1e-12)
    assert trust_after(bench, target, 1.0 - gap) == pytest.approx(target, rel=1e-12)


def test_a_maker_level_with_the_ventures_is_trusted_like_them(bench):
    assert trust_after(bench, 0.0, 1.0) == 0.0
    bench.p.trust_speed = 0.5
    assert trust_after(bench, 0.3, 1.4) == 0.0  # twice a half: at once


def test_nobody_falls_further_than_a_fifth_beyond_the_floor(bench):
    bench.p.trust_speed, bench.p.national_weight = 0.5, 0.0
    assert trust_after(bench, 0.0, -20.0) == pytest.approx(1.2 * bench.p.trust_floor, rel=1e-12)
