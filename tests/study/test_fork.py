"""Does a forked history keep its past to the bit, and is the last year in which a reform works found?"""

import pandas as pd
import pytest

from latecomer.case.reform import Reform, laid_over
from latecomer.errors import ReformError, UsageError
from latecomer.run import run
from latecomer.study.fork import (
    LEAST,
    OTHER_SIGN,
    RULE,
    SMALL,
    UNSURE,
    WORKS,
    Timing,
    fork,
    judgement,
    timing,
)
from latecomer.study.pairs import Effect

TARIFF = Reform({"tariff.car": {1986: 0.25}}, name="Low tariff")


def test_a_fork_is_the_history_of_the_late_reform_and_the_same_before(case):
    found = fork(case, 3, 1994, TARIFF)
    assert found.histories.tolist() == [3]
    whole = run(laid_over(case, TARIFF.since_year(1994))[1], 4)
    assert found.reformed.records[0].tobytes() == whole.records[3].tobytes()
    past = 1994 - int(case.years[0])
    assert found.base.records[0, :past].tobytes() == found.reformed.records[0, :past].tobytes()
    assert found.differences("imports")[:, past:].any()


def test_a_later_start_can_only_move_later_years(case):
    found = timing(case, TARIFF, ["imports"], at=2000, years=[1990, 1999, 2001], histories=2)
    effects = found.table.set_index("taken_up")["median"]
    assert effects[2001] == 0.0
    assert effects[1990] != 0.0


def effect(median, width):
    """Return an effect with this median and half-width of its band."""
    ends = (median - width, median + width)
    return Effect("own_brand_share", "", 2025, median, *ends, *ends, 1.0, 0.0, 0.5, 0.5 + median, 9, "share")


def timed(effects):
    """Return a timing of these effects, taken up in 1990 and every fifth year after it."""
    rows = [
        {"series": one.series, "at": 2025, "taken_up": 1990 + 5 * i, "median": one.median, "low90": one.low90,
        "high90": one.high90,
         "works": verdict == WORKS, "verdict": verdict, "unit": one.unit, "histories": 9}
        for i, (one, verdict) in enumerate(zip(effects, judgement(effects), strict=True))
    ]  # fmt: skip
    return Timing(TARIFF, pd.DataFrame(rows))


def test_every_year_is_judged_against_the_largest_sure_effect():
    """A first effect that is not sure, a sure one after it, and a small sure one: each gets its reason."""
    found = [effect(0.06, 0.08), effect(0.08, 0.02), effect(0.01, 0.005), effect(-0.05, 0.01)]
    assert judgement(found) == [UNSURE, WORKS, SMALL, OTHER_SIGN]
    assert judgement([effect(0.1, 0.2)]) == [UNSURE]


def test_the_last_year_and_its_rule_are_told_in_points():
    found = timed([effect(0.08, 0.02), effect(0.04, 0.01), effect(0.01, 0.005)])
    assert found.last_year("own_brand_share") == 1995
    told = found.sentences()
    assert "most: +8.00 points (90% band +6.00 to +10.0)" in told[0]
    assert (
        "when taken up in 1990, 1995 of the years tried; in 2000 it no longer does (sure, but below 25%"
        in told[0]
    )
    assert told[-1] == RULE
    assert "there is no year" in timed([effect(0.1, 0.2)]).sentences()[0]
    assert "in every year tried" in timed([effect(0.1, 0.01)] * 3).sentences()[0]


def test_what_works_is_sure_of_one_sign_and_large_enough(case):
    table = timing(case, TARIFF, ["vehicles", "imports"], histories=3).table
    for _, rows in table.groupby("series"):
        sure = (rows["low90"] > 0.0) | (rows["high90"] < 0.0)
        largest = rows["median"][sure].abs().max()
        assert (sure | ~rows["works"]).all()
        assert (rows["median"][rows["works"]].abs() >= LEAST * largest).all()


def test_everything_wrong_is_told(case):
    with pytest.raises(UsageError) as caught:
        timing(case, TARIFF, ["strongest"], at=2050, years=[1900])
    assert len(caught.value.problems) == 3
    with pytest.raises(ReformError):
        timing(case, Reform({"tariff.car": "history"}))
