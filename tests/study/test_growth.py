"""Do contributions to growth add up to the last digit, and are they right where the answer is known?"""

import numpy as np
import pytest

from latecomer.run import run
from latecomer.study.growth import (
    MODES,
    TOTAL,
    account,
    contributions,
    first_year,
    growth_table,
    logarithmic_mean,
    people_per_vehicle,
    price_table,
    split,
)

RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def result(case):
    return run(case, histories=6, seed=2)


def toy(made, revenue, plant, deflator=(0.0,), people=(0.0,), labour_share=0.4):
    """Return the accounts of one history of two years."""
    arrays = [np.array([values], dtype=float) for values in (made, revenue, plant, deflator)]
    found = account(*arrays, np.array(people, dtype=float), labour_share)
    return {mode: float(values[0, 0]) for mode, values in found.items()}


def test_contributions_add_up_on_a_run(result):
    _, parts = contributions(result)
    summed = sum(values for mode, values in parts.items() if mode != TOTAL)
    assert list(parts) == [*MODES, TOTAL]
    assert np.abs(summed - parts[TOTAL]).max() < 1e-12


@pytest.mark.parametrize("labour_share", [0.0, 0.3, 1.0])
def test_contributions_add_up_on_random_books_with_entry_and_exit(labour_share):
    made = RNG.lognormal(0.0, 2.0, (5, 9, 7)) * (RNG.random((5, 9, 7)) < 0.7)
    made[:, :, 0] += 1.0
    revenue = made * RNG.lognormal(0.0, 1.0, made.shape)
    plant, deflator, people = RNG.lognormal(size=(5, 9)), RNG.normal(size=(5, 8)), RNG.normal(size=8)
    parts = account(made, revenue, plant, deflator, people, labour_share)
    summed = sum(values for mode, values in parts.items() if mode != TOTAL)
    assert np.abs(summed - parts[TOTAL]).max() < 1e-12


def test_twice_of_everything_is_more_plant_and_more_people():
    found = toy([[3.0, 1.0], [6.0, 2.0]], [[6.0, 4.0], [12.0, 8.0]], [5.0, 10.0])
    assert found["capital"] == pytest.approx(0.6 * np.log(2.0))
    assert found["labour"] == pytest.approx(0.4 * np.log(2.0))
    assert found[TOTAL] == pytest.approx(np.log(2.0))
    assert [found[mode] for mode in ("use", "efficiency", "quality", "reallocation")] == pytest.approx(
        [0.0] * 4
    )


def test_more_from_the_same_plant_with_the_same_people_is_better_use():
    found = toy([[1.0], [2.0]], [[1.0], [2.0]], [5.0, 5.0], people=[-np.log(2.0)])
    assert (found["capital"], found["labour"]) == pytest.approx((0.0, 0.0))
    assert found["use"] == pytest.approx(0.6 * np.log(2.0))
    assert found["efficiency"] == pytest.approx(0.4 * np.log(2.0))


def test_a_price_that_rises_with_quality_alone_is_quality_and_inflation_is_nothing():
    better = toy([[1.0], [1.0]], [[1.0], [1.5]], [1.0, 1.0], deflator=[0.0])
    assert better["quality"] == pytest.approx(np.log(1.5)) == better[TOTAL]
    dearer = toy([[1.0], [1.0]], [[1.0], [1.5]], [1.0, 1.0], deflator=[np.log(1.5)])
    assert dearer["quality"] == pytest.approx(0.0, abs=1e-15)
    assert dearer[TOTAL] == pytest.approx(0.0, abs=1e-15)


def test_a_shift_to_the_maker_of_dearer_vehicles_is_reallocation():
    """Half the vehicles at 1 and half at 3, then a quarter and three quarters: the mean rises from 2 to 2.5."""
    found = toy([[2.0, 2.0], [1.0, 3.0]], [[2.0, 6.0], [1.0, 9.0]], [1.0, 1.0])
    assert found["reallocation"] == pytest.approx(np.log(1.25))
    assert found["quality"] == pytest.approx(0.0, abs=1e-15)


def test_entry_of_dear_and_exit_of_cheap_vehicles_is_reallocation():
    """One maker stays at 2; one that made at 1 goes, one that makes at 3 comes."""
    within, between = split(
        np.array([[[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]]), np.array([[[2.0, 1.0, 0.0], [2.0, 0.0, 3.0]]])
    )
    assert within[0, 0] == pytest.approx(0.0, abs=1e-15)
    assert between[0, 0] == pytest.approx(np.log(2.5 / 1.5))


def test_the_logarithmic_mean_holds_where_both_are_nearly_equal():
    x = np.array([1.0, 2.0, 3.0, 5.0])
    y = np.array([1.0, 2.0 * (1.0 + 1e-9), 3.0 * (1.0 + 2e-6), 10.0])
    expected = [1.0, 2.0 * (1.0 + 0.5e-9), 3.0 * (1.0 + 1e-6), 5.0 / np.log(2.0)]
    assert logarithmic_mean(x, y) == pytest.approx(expected, rel=1e-9)


def test_periods_join_without_a_gap_and_tell_growth_of_the_books(result):
    table = growth_table(result)
    total = table[table["mode"] == TOTAL].reset_index(drop=True)
    assert total["first"].iloc[1:].tolist() == total["last"].iloc[:-1].tolist() == [1978, 1992, 2001, 2010]
    assert total["last"].iloc[-1] == 2025
    start, parts = contributions(result)
    assert total["first"].iloc[0] == result.years[start] > 1953
    by_hand = parts[TOTAL].sum(axis=1).mean()
    assert (total["mean"] * (total["last"] - total["first"])).sum() == pytest.approx(by_hand)
    sums = table[table["mode"] != TOTAL].groupby("period")["mean"].sum()
    assert sums[total["period"]].to_numpy() == pytest.approx(total["mean"].to_numpy(), abs=1e-12)


def test_the_books_of_makers_are_those_of_the_industry(result):
    assert np.allclose(result.series("maker_revenue").sum(axis=2), result.series("revenue"), rtol=1e-12)
    assert (result.series("truck_revenue") <= result.series("revenue") * (1.0 + 1e-12)).all()
    pillar = result.case.params["reference_capacity"][0] * result.series("great_pillars")[:, :, 2]
    assert np.allclose(result.series("capacity") + result.series("truck_capacity"), pillar, rtol=1e-9)


def test_people_per_vehicle_are_the_recorded_ones(case):
    found = dict(zip(case.years.tolist(), people_per_vehicle(case), strict=True))
    assert found[1980] == pytest.approx(909000 / 222288)
    assert found[1953] == found[1980] and found[2025] == found[2010] < 0.2


def test_histories_begin_where_all_have_output():
    assert first_year(np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])[:, [0, 1, 2, 2]]) == 2
    with pytest.raises(ValueError, match="no two years"):
        first_year(np.array([[0.0, 1.0]]))


def test_cost_and_margin_make_the_price_at_constant_quality(result):
    table = price_table(result).pivot(index="first", columns="mode", values="mean")
    assert (table["cost"] + table["margin"]).to_numpy() == pytest.approx(table[TOTAL].to_numpy(), abs=1e-12)
    at = [year - int(result.years[0]) for year in (2001, 2010)]
    change = np.log(result.series("price_index")[:, at[1]] / result.series("price_index")[:, at[0]])
    assert table.loc[2001, TOTAL] == pytest.approx(change.mean() / 9)
