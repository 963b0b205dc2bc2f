"""Does what a firm decides do what it says, to that firm, and nothing at the off value? Closed forms and the real case."""

import math

import numpy as np
import pytest
from test_learning import SPILLOVERS, gain_of, introduce, without

from latecomer.axes import (
    COMBUSTION,
    DOMAINS,
    ENGINE,
    JOINT_VENTURE,
    LICENCE,
    LOCAL_STATE,
    MACHINERY,
    OWN_SOURCE,
    PARTNER,
    PLATFORM,
    PRIVATE,
    SUV,
)
from latecomer.model.cars import cost, lines, quality
from latecomer.model.makers import capacity, finance
from latecomer.model.markets import abroad
from latecomer.model.technology import control, effort, frontier, learning
from latecomer.run import finite, workspace
from latecomer.vocabulary import STRATEGY

SINCE = 2013  # the largest private maker has plant to spare


def choice(bench):
    """Return the strategies of the year on the bench."""
    return bench.strategy[bench.t]


def from_year(laboratory, lever, maker, value, since=SINCE):
    """Return a strategy in which one maker leaves its rule from a year on."""
    changed = np.array(laboratory.case.strategy[lever])
    changed[laboratory.index(since) :, maker] = value
    return {lever: changed}


def states(laboratory, until, **strategy):
    """Return the years up to and including `until` and the state after them."""
    space = workspace(laboratory.case)
    last = laboratory.index(until) + 1
    years = laboratory.go_on(space, laboratory.params(), last=last, strategy=laboratory.strategy(**strategy))
    return years, space.state[0]


@pytest.fixture(scope="module")
def leader(laboratory):
    """Return the private maker with the largest revenue when strategies change."""
    revenue = laboratory.run().maker_revenue[laboratory.index(SINCE)]
    return int(np.argmax(np.where(laboratory.case.makers.ownership == PRIVATE, revenue, 0.0)))


def test_a_case_is_loaded_with_every_maker_at_its_own_rule(case):
    assert case.strategy.shape == case.years.shape
    for lever in STRATEGY:
        assert lever.axes[0] == "m"
        assert (case.strategy[lever.name] == lever.off).all()


def spending(bench, m):
    """Return what maker m spends on research this year."""
    effort.fund(bench.now(), bench.state, bench.state, bench.flow, bench.p)
    return float(bench.flow.effort[m])


@pytest.mark.parametrize("kind", [LOCAL_STATE, PRIVATE, JOINT_VENTURE])
def test_a_share_of_revenue_takes_the_place_of_the_rule(bench, kind):
    m = bench.first(kind)
    bench.only(m)
    bench.state.revenue[m], bench.state.dividends[m], bench.state.dependence[m] = 40.0, 3.0, 0.6
    rule = spending(bench, m)
    choice(bench).research_revenue_share[m] = 0.12
    assert spending(bench, m) == 0.12 * 40.0 > rule


def test_more_research_raises_what_the_maker_masters_and_nobodys_else_that_year(laboratory, leader):
    share = from_year(laboratory, "research_revenue_share", leader, 0.15)
    (before, plain), (after, bold) = states(laboratory, SINCE), states(laboratory, SINCE, **share)
    assert after.maker_sales.tobytes() == before.maker_sales.tobytes()
    gained = bold.mastered - plain.mastered
    assert gained[leader].min() >= 0.0 and gained[leader].max() > 1e-3
    assert not np.delete(gained, leader, axis=0).any()
    _, plain = states(laboratory, SINCE + 5)
    _, bold = states(laboratory, SINCE + 5, **share)
    assert (bold.mastered[leader] - plain.mastered[leader]).mean() > 0.01


def test_attention_is_scarce(bench):
    own, p = bench.first(PRIVATE), bench.p
    maker, focus = bench.makers[own], choice(bench).research_focus

    def attention():
        effort.attend(own, 1.0, bench.now(), bench.state, bench.flow, p)
        return bench.flow.focus.copy()

    usual = attention()
    assert usual.tolist() == [effort.attention(d, maker, bench.state, p) for d in range(len(DOMAINS))]
    focus[own, ENGINE] = 3.0
    assert attention().sum() == pytest.approx(usual.sum(), rel=1e-14)
    assert attention()[ENGINE] == pytest.approx(
        3.0 * usual[ENGINE] * usual.sum() / (usual.sum() + 2.0), rel=1e-14
    )
    assert attention()[PLATFORM] < usual[PLATFORM]
    focus[own] = 2.0
    assert attention() == pytest.approx(usual, rel=1e-14)
    focus[own] = 0.0
    assert not attention().any()


def test_a_domain_in_focus_is_learned_faster(bench):
    own = bench.first(PRIVATE)
    without(bench, *SPILLOVERS, "improvement", "testing", "mover_knowledge")
    bench.state.accessible[own] = 0.4
    usual = gain_of(bench, ENGINE, 0.5)
    choice(bench).research_focus[own, ENGINE] = 2.0
    assert gain_of(bench, ENGINE, 0.5) > 1.3 * usual > 0.0
    choice(bench).research_focus[own, ENGINE] = 0.0
    assert gain_of(bench, ENGINE, 0.5) == 0.0


@pytest.mark.parametrize("part", range(3))
def test_effort_is_split_by_the_weights_of_the_maker(bench, part):
    own = bench.first(PRIVATE)
    bench.p.split_response, bench.flow.source[own, ENGINE] = 0.0, OWN_SOURCE
    levers = ("research_digestion", "research_purchase", "research_own")
    choice(bench)[levers[part]][own, ENGINE] = 4.0
    bench.flow.focus[ENGINE] = 1.0
    learning.share_effort(ENGINE, own, 0.6, 0.5, 0.5, bench.now(), bench.state, bench.flow, bench.p)
    assert bench.flow.split[part] == pytest.approx(2.0, rel=1e-14)
    assert bench.flow.split.sum() == pytest.approx(3.0, rel=1e-14)
    for name in levers:
        choice(bench)[name][own, ENGINE] = 0.0
    without(bench, *SPILLOVERS, "testing", "mover_knowledge")
    bench.state.accessible[own] = 0.5
    assert gain_of(bench, ENGINE, 1.0, partner=1.0) == 0.0
    assert not bench.flow.split.any()


def on_offer(bench, mastered=0.1):
    """Let one own-brand maker live, who masters `mastered` in all domains, with the frontier at one; return it."""
    own = bench.first(PRIVATE)
    bench.only(own)
    bench.contracts.year[:] = 9999
    bench.flow.frontier[:] = 1.0
    bench.state.mastered[own] = mastered
    bench.policy[bench.t].reform_state_firms = 1.0
    return own


def test_who_buys_nothing_makes_all_itself_and_pays_nothing(bench):
    own = on_offer(bench)
    introduce(bench)
    offered, accessible = bench.flow.offered[own].copy(), bench.state.accessible[own].copy()
    choice(bench).technology_buy[own] = 0.5
    introduce(bench)
    assert bench.state.accessible[own] - 0.1 == pytest.approx(0.5 * (accessible - 0.1), rel=1e-12)
    choice(bench).technology_buy[own] = 0.0
    introduce(bench)
    assert (bench.state.accessible[own] == 0.1).all() and (bench.flow.source[own] == OWN_SOURCE).all()
    assert (bench.flow.offered[own] == offered).all()  # it may still look at what others sell
    control.weigh(bench.now(), bench.state, bench.state, bench.flow, bench.p)
    assert bench.flow.fee_rate[own] == 0.0 and not bench.flow.leaning[own].any()
    assert bench.flow.control[own] == pytest.approx(math.exp(-bench.p.control_distance * 0.9), rel=1e-12)
    bench.makers[own]
    assert quality.quality_gap(
        own, COMBUSTION, bench.now(), bench.state, bench.flow, bench.p
    ) == pytest.approx(-0.9)


def test_a_licence_not_used_brings_nothing(bench):
    own = on_offer(bench)
    contract = bench.contracts[0]
    contract.maker, contract.year, contract.vintage, contract.source = own, 2000, 0.0, LICENCE
    contract.domain[:], bench.p.frontier_growth = 0.0, 0.1
    contract.domain[ENGINE] = 1.0
    introduce(bench)
    whole = bench.state.accessible[own, ENGINE] - 0.1
    choice(bench).technology_buy[own, ENGINE] = 0.25
    introduce(bench)
    assert bench.flow.source[own, ENGINE] == LICENCE
    assert bench.state.accessible[own, ENGINE] - 0.1 == pytest.approx(0.25 * whole, rel=1e-12)


def test_an_alliance_reaches_part_of_the_way_to_a_leader_for_a_fee(bench):
    own, p = on_offer(bench), bench.p
    choice(bench).technology_buy[own, ENGINE] = 0.0
    choice(bench).technology_ally[own, ENGINE] = 0.6
    introduce(bench)
    frontier.frontier(bench.world[bench.t].year - p.alliance_vintage, leader := np.zeros(len(DOMAINS)), p)
    joint = 0.6 * (leader[ENGINE] - 0.1)
    assert bench.state.accessible[own, ENGINE] == pytest.approx(0.1 + joint, rel=1e-12)
    assert bench.flow.source[own, ENGINE] == PARTNER and bench.flow.source[own, PLATFORM] == MACHINERY
    choice(bench).technology_buy[own] = 0.0
    introduce(bench)
    control.weigh(bench.now(), bench.state, bench.state, bench.flow, p)
    leaning = quality.domain_weight(ENGINE, COMBUSTION, p) * (1.0 - math.exp(-p.access_use * joint))
    assert bench.flow.fee_rate[own] == pytest.approx(p.alliance_fee * leaning, rel=1e-12)
    bench.policy[bench.t].supply_cutoff_source[PARTNER] = 1.0
    introduce(bench)
    assert bench.state.accessible[own, ENGINE] == 0.1
    assert bench.flow.joint[own, ENGINE] == bench.flow.joint_fee[own, ENGINE] == 0.0


def test_a_weak_alliance_teaches_without_taking_the_place_of_what_is_bought(bench):
    own, p = on_offer(bench), bench.p
    introduce(bench)
    bought = bench.state.accessible[own, ENGINE]
    choice(bench).technology_ally[own, ENGINE] = 0.01
    introduce(bench)
    assert bench.state.accessible[own, ENGINE] == bought
    assert bench.flow.source[own, ENGINE] == MACHINERY and bench.flow.joint_fee[own, ENGINE] == 0.0
    without(bench, *SPILLOVERS, "improvement", "split_response", "purchase_weight", "mover_knowledge")
    source = p.alliance_learning * bench.flow.joint[own, ENGINE]
    absorb = 1.0 - math.exp(-0.8 / p.absorption_scale)
    taught = p.digestion * absorb * source * math.exp(-source)
    assert gain_of(bench, ENGINE, 0.8) == pytest.approx(taught, rel=1e-12) and taught > 0.0


def test_effort_for_the_own_brand_undoes_comfort_up_to_its_ceiling(bench):
    p, state, m = bench.p, bench.state, bench.first(LOCAL_STATE)
    bench.makers[m]
    p.comfort_effect, state.dependence[m] = 0.5, 0.8
    efforts = []
    for factor in (1.0, 1.5, 3.0, 0.0):
        choice(bench).brand_own_effort[m] = factor
        efforts.append(effort.own_effort(m, bench.now(), state, p))
    assert efforts == pytest.approx([0.6, 0.9, 1.0, 0.0], rel=1e-14)
    private = bench.first(PRIVATE)
    choice(bench).brand_own_effort[private] = 0.0
    assert effort.own_effort(private, bench.now(), state, p) == 1.0


def test_effort_for_the_own_brand_acts_on_research_and_launches(bench):
    p, state, m = bench.p, bench.state, bench.first(LOCAL_STATE)
    bench.only(m)
    p.comfort_effect, state.dependence[m], state.revenue[m] = 0.5, 0.8, 40.0
    bench.policy[bench.t].budget_softness = 0.0

    def both():
        hazard = lines.combustion_hazard(m, SUV, 0.0, True, bench.now(), state, p)
        return np.array([spending(bench, m), hazard])

    comfortable = both()
    choice(bench).brand_own_effort[m] = 3.0
    assert both() == pytest.approx(comfortable / 0.6, rel=1e-12)


def test_marketing_is_spent_and_builds_goodwill_and_sales(laboratory, bench, leader):
    m = leader
    bench.only(m)
    w = bench.flow
    w.lines, w.maker[0], w.price[0], w.wedge[0], w.sold[0], w.unit_cost[0] = 1, m, 120.0, 1.2, 0.1, 90.0
    finance.settle(bench.now(), bench.state, w, bench.p)
    usual, profit = float(w.marketing[m]), float(bench.state.profit[m])
    choice(bench).marketing_share[m] = 2.5
    finance.settle(bench.now(), bench.state, w, bench.p)
    assert w.marketing[m] == pytest.approx(2.5 * usual, rel=1e-14)
    assert profit - bench.state.profit[m] == pytest.approx(1.5 * usual, rel=1e-12)
    loud = from_year(laboratory, "marketing_share", m, 3.0)
    (before, plain), (after, known) = (states(laboratory, SINCE + 2, **more) for more in ({}, loud))
    assert known.goodwill[m] > 1.5 * plain.goodwill[m]
    at = laboratory.index(SINCE)
    assert after[at].maker_sales.tobytes() == before[at].maker_sales.tobytes()
    assert after[at + 1].maker_sales[m] > before[at + 1].maker_sales[m]


@pytest.mark.parametrize("stance", [-0.1, 0.1])
def test_a_stance_moves_prices_and_sales_and_the_market_still_clears(laboratory, leader, stance):
    plain, years = (
        laboratory.run(),
        laboratory.run(strategy=from_year(laboratory, "price_stance", leader, stance)),
    )
    at = laboratory.index(SINCE)
    assert years[:at].tobytes() == plain[:at].tobytes()
    assert (years[at].maker_sales[leader] > plain[at].maker_sales[leader]) == (stance > 0.0)
    assert years.price_residual.max() < laboratory.params()[0].price_tolerance
    assert years.account_error.max() < 1e-9


def test_what_pricing_leaves_out_is_still_paid(bench):
    m, w = bench.first(PRIVATE), bench.flow
    choice(bench).price_stance[m] = 0.2
    w.lines, w.maker[0], w.segment[0] = 1, m, SUV
    cost.price_cost(0, bench.now(), bench.state, bench.state, w, bench.p)
    assert w.left_out[0] == pytest.approx(0.2 * (w.unit_cost[0] + w.subsidy[0]), rel=1e-14)
    w.price[0], w.sold[0], bench.p.line_upkeep = 2.0 * w.unit_cost[0], 0.1, 0.0
    finance.settle(bench.now(), bench.state, w, bench.p)
    margin = w.unit_cost[0] / w.wedge[0] * 0.1
    assert bench.state.revenue[m] > margin
    bench.p.marketing_share = bench.p.fixed_cost = 0.0
    w.effort[m] = w.fee_rate[m] = 0.0
    bench.only(m)
    finance.settle(bench.now(), bench.state, w, bench.p)
    assert bench.state.profit[m] == pytest.approx(margin, rel=1e-12)


def test_push_builds_networks_faster_and_with_more_patience(bench):
    p, state, m = bench.p, bench.state, bench.first(PRIVATE)
    bench.only(m)
    p.export_margin, p.export_price, p.export_noticed, p.network_learning = 0.1, 0.8, 1e-4, 0.0
    state.cash[m], bench.flow.mean_price[m] = 10.0, 60.0
    enough = p.network_cost * p.network_speed / (p.network_patience * 0.1 * 0.8 * 60.0)
    built = []
    for push, part in ((1.0, 1.01), (2.0, 1.01), (2.0, 0.99), (0.0, 1.01)):
        state.network[m], bench.flow.sent[m], choice(bench).export_push[m] = 0.0, part * enough, push
        abroad.extend(bench.now(), state, bench.flow, p)
        built.append(float(state.network[m, 0]))
    assert built == pytest.approx([p.network_speed, 2.0 * p.network_speed, 0.0, 0.0], rel=1e-13)


def test_push_divides_the_reluctance_of_a_parent(bench):
    m, _here, _now = bench.first(JOINT_VENTURE), bench.world[bench.t], bench.policy[bench.t]
    bench.flow.sold_home[m] = 0.5

    def odds():
        return abroad.odds(m, 2, bench.now(), bench.state, bench.flow, bench.p)

    held = odds()
    choice(bench).export_push[m] = 4.0
    reluctance = bench.p.export_venture * abroad.demands(2, bench.now(), bench.p)
    assert odds() - held == pytest.approx(0.75 * reluctance, rel=1e-12)
    choice(bench).export_push[m] = 0.0
    assert odds() < held - 5.0 * reluctance


def test_ambition_scales_the_capacity_wished_for(bench):
    p, t, m = bench.p, bench.t, bench.first(PRIVATE)
    bench.only(m)
    bench.policy[t].plan_share, bench.policy[t].reform_state_firms = 0.0, 1.0
    state, w = bench.state, bench.flow
    w.sold_home[m], state.cash[m] = 1.0, 1e6
    orders = []
    for ambition in (1.0, 1.2, 0.0):
        choice(bench).plant_ambition[m] = ambition
        state.capacity[m], state.pipeline[m] = 1.0, 0.0
        capacity.invest(bench.now(), state, state, w, p)
        orders.append(float(state.pipeline[m, 1]))
    assert orders[1] - orders[0] == pytest.approx(0.2 / p.target_utilisation, rel=1e-12)
    assert orders[2] == 0.0


def test_ambition_counts_for_trucks_too(bench):
    p, m, state = bench.p, bench.first(LOCAL_STATE), bench.state
    bench.policy[bench.t].plan_share, bench.policy[bench.t].reform_state_firms = 0.0, 1.0
    bench.flow.truck_sold[m], p.growth_open = 1.0, 9.0
    orders = []
    for ambition in (1.0, 1.2):
        choice(bench).plant_ambition[m] = ambition
        state.truck_capacity[m], state.truck_pipeline[m] = 1.0, 0.0
        capacity.order_trucks(m, bench.now(), state, state, bench.flow, p)
        orders.append(float(state.truck_pipeline[m, 1]))
    assert orders[1] - orders[0] == pytest.approx(0.2 / p.target_utilisation, rel=1e-12)


@pytest.mark.parametrize(
    "lever", [lever for lever in STRATEGY if lever.axes == "m"], ids=lambda lever: lever.public_name
)
def test_no_strategy_acts_before_its_year(laboratory, leader, lever):
    changed = from_year(laboratory, lever.name, leader, lever.high)
    plain, years = laboratory.run(), laboratory.run(strategy=changed)
    first = laboratory.index(SINCE)
    assert years[:first].tobytes() == plain[:first].tobytes()


@pytest.mark.parametrize("lever", STRATEGY, ids=lambda lever: lever.public_name)
def test_at_its_bounds_a_strategy_of_all_breaks_neither_market_nor_books(laboratory, lever):
    for value in (lever.low, lever.high):
        years = laboratory.run(strategy={lever.name: value})
        assert finite(years).all()
        assert years.price_residual.max() < 2.0 * laboratory.params()[0].price_tolerance
        assert years.account_error.max() < 1e-9


def test_strategies_mixed_at_random_run_to_the_end(laboratory):
    draw = np.random.default_rng(1)
    for history in range(5):
        mixed = {}
        for lever in STRATEGY:
            usual = laboratory.case.strategy[lever.name][0]
            other = draw.uniform(lever.low, lever.high, usual.shape)
            mixed[lever.name] = np.where(draw.random(usual.shape) < 0.5, other, usual)
        years = laboratory.run(strategy=mixed, history=history)
        assert finite(years).all()
        assert years.account_error.max() < 1e-9
