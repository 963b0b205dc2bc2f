"""Are gap, price index and the indices of great and strong what their formulas say?"""

import math

import numpy as np
import pytest
from laboratory import altered

from latecomer.axes import COMBUSTION, DOMAINS, IMPORTER, PRIVATE, PROCESS
from latecomer.model.books import accounts, index
from latecomer.run import workspace
from latecomer.vocabulary import YEAR, record, sizes


def made_with_trucks(year, makers):
    """Return what weighs a maker in the averages of capability: cars, and trucks by half (vehicles)."""
    return np.where(makers.ownership == IMPORTER, 0.0, year.maker_sales + 0.5 * year.maker_commercial)


def test_the_quality_gap_is_the_process_gap_on_a_scale_of_defects(laboratory):
    space, p, makers = workspace(laboratory.case), laboratory.params()[0], laboratory.case.makers
    t = laboratory.index(2008)
    laboratory.go_on(space, laboratory.params(), last=t)
    mastered = space.state[0].mastered[:, PROCESS].copy()
    year = laboratory.go_on(space, laboratory.params(), first=t, last=t + 1)[t]
    made = made_with_trucks(year, makers)
    began = (makers.start == 2008) & (made > 0.0)
    own = (makers.ownership <= PRIVATE) & ~began
    foreign = makers.ownership > PRIVATE
    assert made[began].sum() == 0.0  # so that last year's mastery is this year's
    behind = np.average(space.state[0].accessible[foreign, PROCESS], weights=made[foreign]) - np.average(
        mastered[own], weights=made[own]
    )
    level = p.defect_level * math.exp(-p.defect_trend * (2008.0 - p.defect_year))
    assert year.quality_gap == pytest.approx(level * math.expm1(behind), rel=1e-9)
    assert year.quality_gap > 0.0


def test_the_price_index_credits_better_cars_at_what_their_buyers_would_pay(laboratory):
    space, p, case = workspace(laboratory.case), laboratory.params()[0], laboratory.case
    t = laboratory.index(2006)
    laboratory.go_on(space, laboratory.params(), last=t)
    before = altered(space.state, {})[0]
    year = laboratory.go_on(space, laboratory.params(), first=t, last=t + 1)[t]
    w = space.flow[0]
    n = int(w.lines)
    m, s, e = w.maker[:n], w.segment[:n], w.powertrain[:n]
    old_price, price = before.price[m, s, e], w.price[:n]
    both = (old_price > 0.0) & (before.active[m, s, e] == 1)
    better = w.gap[m] + w.frontier[PROCESS] - before.quality[m]
    slope = (price / 100.0) ** (p.price_curvature - 1.0) / 100.0
    worth = p.quality_taste * better * w.asked[:n] / (w.slope[:n] * price * slope)
    change = np.average((np.log(price[both] / old_price[both]) - worth[both]), weights=w.sold[:n][both])
    assert year.price_index == pytest.approx(before.price_index * math.exp(change), rel=1e-9)
    assert case.years[t] == 2006


def test_price_quality_and_trust_of_a_maker_are_means_over_what_it_sells_at_home(laboratory):
    space, t = workspace(laboratory.case), laboratory.index(2015)
    laboratory.go_on(space, laboratory.params(), last=t)
    before = altered(space.state, {})[0]
    year = laboratory.go_on(space, laboratory.params(), first=t, last=t + 1)[t]
    w, makers = space.flow[0], laboratory.case.makers
    n = int(w.lines)
    maker, burning = w.maker[:n], w.powertrain[:n] == COMBUSTION
    for m in (
        laboratory.case.labels.makers.index(name) for name in ("byd", "saic_vw", "geely", "importer_usa")
    ):
        mine = maker == m
        sold = w.sold[:n][mine]
        assert year.maker_price[m] == pytest.approx(
            1000.0 * np.average(w.price[:n][mine], weights=sold), rel=1e-6
        )
        if burning[mine].all():
            assert year.maker_quality[m] == pytest.approx(w.gap[m], rel=1e-5, abs=1e-6)
        if before.alive[m] == 1:
            trust = np.where(burning[mine], before.trust[m], before.trust_electric[m])
            assert year.maker_trust[m] == pytest.approx(np.average(trust, weights=sold), rel=1e-5)
        assert year.maker_owner[m] == makers.ownership[m]


def reference_year(bench):
    """Fill a year's record so that every pillar stands at its reference."""
    p = bench.p
    makers, regions, destinations = (
        bench.state.network.shape[0],
        len(bench.flow.appeal),
        bench.flow.sent_trucks.size,
    )
    out = np.zeros(1, record(YEAR, sizes(m=makers, r=regions, x=destinations))).view(np.recarray)[0]
    out.vehicles, out.capacity, out.vehicle_exports = (
        p.reference_output,
        p.reference_capacity,
        p.reference_exports,
    )
    out.home_sales = p.reference_market
    out.revenue = p.reference_value / p.value_added_share
    out.core_control = p.reference_control
    out.own_brand_home_share = out.own_brand_export_share = p.reference_brands
    out.average_price = out.own_brand_price = 1e5
    behind = -math.log(p.reference_quality)
    out.frontier[:] = 0.5
    out.own_capability[:] = 0.5
    out.own_capability[PROCESS] -= behind
    out.own_exports = p.reference_export_value * out.vehicles / (p.export_price * out.own_brand_price)
    out.profit = p.reference_return * out.capacity * p.capacity_price * 1e-6
    bench.flow.talent = p.reference_talent * math.exp(behind / len(DOMAINS))
    return out


def test_both_indices_are_a_hundred_at_the_reference(bench):
    out = reference_year(bench)
    index.measure(bench.state, bench.flow, bench.p, out)
    assert list(out.great_pillars[:5]) == pytest.approx([1.0] * 5, rel=1e-12)
    assert list(out.strong_pillars) == pytest.approx([1.0] * 6, rel=1e-12)
    assert out.great == pytest.approx(100.0, rel=1e-12)
    assert out.strong == pytest.approx(100.0, rel=1e-12)


def test_a_pillar_moves_an_index_by_its_weight_and_cannot_run_away(bench):
    p = bench.p
    for factor, held in ((2.0, 2.0), (1e6, 10.0), (0.0, 1e-3)):
        out = reference_year(bench)
        out.vehicle_exports *= factor
        index.measure(bench.state, bench.flow, p, out)
        assert out.great == pytest.approx(100.0 * held**p.great_exports, rel=1e-12)


def test_weights_of_both_indices_sum_to_one(bench):
    p = bench.p
    great = [p.great_output, p.great_market, p.great_capacity, p.great_value, p.great_exports]
    strong = [
        p.strong_control,
        p.strong_brands,
        p.strong_quality,
        p.strong_exports,
        p.strong_return,
        p.strong_talent,
    ]
    assert sum(great) == pytest.approx(1.0, rel=1e-12)
    assert sum(strong) == pytest.approx(1.0, rel=1e-12)


def test_a_share_of_nothing_is_zero():
    assert accounts.ratio(1.0, 4.0) == 0.25
    assert accounts.ratio(0.0, 0.0) == 0.0
