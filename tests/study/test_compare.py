"""Are effects paired, exact where nothing changes, and as sure as they say?"""

import numpy as np
import pytest

from latecomer.case.reform import Reform, laid_over
from latecomer.errors import UsageError
from latecomer.run import run, run_variants
from latecomer.study.compare import (
    CONFIDENCE,
    compare,
    compare_all,
    interval_of_median,
)
from latecomer.study.pairs import Effect, summed

TARIFF = Reform({"tariff.car": {1986: 0.25}}, name="Low tariff")


@pytest.fixture(scope="module")
def found(case):
    return compare(case, TARIFF, histories=6, seed=3)


def test_both_sides_are_the_runs_of_their_cases_to_the_bit(case, found):
    base, reformed = laid_over(case, TARIFF)
    for side, its_case in ((found.base, base), (found.reformed, reformed)):
        plain = run(its_case, 6, seed=3)
        assert side.records.tobytes() == plain.records.tobytes()


def test_nothing_differs_before_the_first_change(found):
    assert found.since == 1986
    early = found.differences("vehicles")[:, : 1986 - 1953]
    assert not early.any()
    assert found.differences("imports")[:, 1986 - 1953 :].any()


def test_a_reform_that_changes_nothing_has_no_effect_at_all(case):
    null = compare(case, Reform({"tariff.car": "history"}), Reform({"tax.excise": {2150: 0.1}}), histories=2)
    assert null.since is None
    table = null.to_frame()
    assert (table[["median", "low90", "high90", "positive", "negative"]].fillna(0.0) == 0.0).all().all()


def test_bands_and_signs_by_hand():
    found = np.array([[1.0, np.nan], [2.0, np.nan], [-3.0, np.nan], [4.0, np.nan]])
    told = summed(found, np.zeros((4, 2)), found)
    assert told["median"][0] == 1.5
    assert (told["positive"][0], told["negative"][0], told["histories"].tolist()) == (0.75, 0.25, [4, 0])
    assert np.isnan(told["median"][1])
    assert np.isnan(told["positive"][1])


def test_an_effect_of_a_year_is_the_row_of_the_table(found):
    effect = found.effect("own_brand_share", 2010)
    row = found.to_frame(["own_brand_share"]).set_index("year").loc[2010]
    assert (effect.median, effect.low90, effect.histories) == (row["median"], row["low90"], 6)
    assert effect.low90 <= effect.low50 <= effect.median <= effect.high50 <= effect.high90
    assert "own_brand_share 2010" in str(effect)


def test_a_star_means_a_band_without_zero():
    """Nine pairs in ten that agree while the band includes zero lean, and are told in words."""

    def made(low, high, positive):
        return Effect(
            "strong", "", 2010, 1.0, low, high, low, high, positive, 1.0 - positive, 0.0, 1.0, 9, "index"
        )

    assert [made(0.1, 2.0, 1.0).clear, made(-2.0, -0.1, 0.0).clear, made(-0.1, 2.0, 0.94).clear] == [
        True,
        True,
        False,
    ]
    assert [made(0.1, 2.0, 1.0).leans, made(-0.1, 2.0, 0.94).leans, made(-0.1, 2.0, 0.8).leans] == [
        False,
        True,
        False,
    ]


def test_axes_need_an_index_and_wrong_names_are_told(found):
    assert found.effect("segment_sales", 2010, index="suv").index == "suv"
    for wrong in (
        ("own_brand_shar", 2010, None),
        ("segment_sales", 2010, None),
        ("segment_sales", 2010, "suvs"),
        ("vehicles", 1900, None),
    ):
        with pytest.raises(UsageError):
            found.effect(*wrong)


def test_labelled_arrays_hold_both_sides(found):
    data = found.to_xarray()
    assert data["vehicles"].dims == ("side", "history", "year")
    gap = data["vehicles"].sel(side="reformed") - data["vehicles"].sel(side="base")
    assert np.array_equal(gap.values, found.differences("vehicles"))


def test_packages_with_one_base_share_its_run(case):
    one, other = compare_all(case, [[TARIFF], [Reform({"entry.private": 0.0})]], histories=2, seed=3)
    assert one.base is other.base
    assert one.since == 1986
    assert (
        other.reformed.records.tobytes()
        == compare(case, *other.reforms, histories=2, seed=3).reformed.records.tobytes()
    )


def test_more_histories_are_the_same_ones_and_then_others(case, found):
    first, more = run_variants([case], 2, seed=3)[0], run_variants([case], 4, seed=3, first=2)[0]
    joined = np.concatenate([first.records, more.records])
    assert joined.tobytes() == found.base.records.tobytes()
    assert more.histories.tolist() == [2, 3, 4, 5]


def test_histories_are_added_until_the_effect_is_known_well_enough(case):
    loose = compare(case, TARIFF, precision=1.0, most=60)
    tight = compare(case, TARIFF, precision=1e-9, most=60)
    assert (len(loose.histories), len(tight.histories)) == (50, 60)
    assert loose.base.records.tobytes() == tight.base.records[:50].tobytes()


def test_wrong_rules_of_stopping_are_told_together(case):
    with pytest.raises(UsageError) as caught:
        compare(case, TARIFF, precision=-1.0, series="vehicle", year=1900, most=1)
    assert len(caught.value.problems) == 4


def test_the_interval_of_a_median_covers_it_as_often_as_it_says():
    """Error rate: with 400 samples the share that covers lies within 4 standard errors of at least the level."""
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        values = generator.exponential(size=60)
        covered += abs(np.median(values) - np.log(2.0)) <= interval_of_median(values)
    assert covered / 400 >= CONFIDENCE - 4 * np.sqrt(CONFIDENCE * (1 - CONFIDENCE) / 400)
    assert interval_of_median(np.array([1.0, 2.0])) == np.inf


def test_pairing_narrows_the_band(found):
    without, reformed = found.values("vehicles")
    t = 2010 - 1953
    unpaired = np.std(without[:, t][:, None] - reformed[:, t][None, :])
    assert np.std(found.differences("vehicles")[:, t]) < unpaired
