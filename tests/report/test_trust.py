"""Do both reports say how often the bands were right, and which forecasts lose to a random walk?"""

import pandas as pd
import pytest

from latecomer.report import trust


def scores(*rows):
    """Return a table of errors: series, sample, error, random walk, coverage, points."""
    columns = ["series", "sample", "error", "random_walk", "coverage", "points"]
    return pd.DataFrame(rows, columns=columns).assign(index="")


FOUND = scores(
    ("vehicles", "check", 0.1, 0.5, 0.8, 10),
    ("sedans", "check", 0.4, 0.3, 0.2, 30),
    ("vehicle_exports", "check", 0.4, float("nan"), 0.5, 10),
    ("vehicles", "fit", 0.1, float("nan"), 0.9, 20),
)


def test_coverage_is_pooled_over_points():
    assert trust.coverage(FOUND, check=True) == (pytest.approx((8 + 6 + 5) / 50), 50)
    said = trust.sentences(FOUND, 2010)[0]
    assert "hold 38% of 50 recorded points after 2010 and 90% of 20 recorded points to 2010" in said
    assert "too narrow" in said


def test_lost_races_are_named():
    assert trust.lost(FOUND) == [trust.name_of("sedans", "")]
    assert "Of 2 forecasts with a random walk beside them, 1 do no better" in trust.sentences(FOUND, 2010)[1]
    assert "1 of 1" in trust.races_told(FOUND[FOUND["series"] != "sedans"])


def test_without_a_record_nothing_is_said():
    assert trust.sentences(FOUND.iloc[:0], 2010) == []


def test_the_report_of_a_run_says_it(result, text):
    from latecomer.fit.score import errors

    for line in trust.sentences(errors(result), 2010):
        assert line.replace("'", "&#39;") in text


def test_every_maker_of_a_million_on_record_is_named(case):
    largest = case.group_record.groupby("maker_id")["value"].max()
    assert set(largest.index[largest >= 1e6]) <= set(case.named_makers)
