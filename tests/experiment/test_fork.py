"""Does a forked history keep its past to the bit, and is the last year in which a reform works found?"""

import numpy as np
import pandas as pd
import pytest

from latecomer.case.reform import Reform, laid_over
from latecomer.errors import ReformError, UsageError
from latecomer.experiment.fork import LEAST, Timing, fork, timing
from latecomer.run import run

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


def judged(medians, clear):
    """Return a timing with these medians, clear or not."""
    rows = [
        {"series": "strong", "at": 2025, "taken_up": 1990 + 5 * i, "median": median, "low90": median - 1, "high90": median + 1,
         "positive": 1.0, "negative": 0.0, "works": sure, "unit": "index", "histories": 9}
        for i, (median, sure) in enumerate(zip(medians, clear, strict=True))
    ]  # fmt: skip
    return Timing(TARIFF, pd.DataFrame(rows))


def test_the_last_year_is_the_last_that_works():
    assert judged([8.0, 4.0, 1.0], [True, True, False]).last_year("strong") == 1995
    assert judged([8.0, 4.0, 1.0], [False, False, False]).last_year("strong") is None
    assert (
        "the last year tried in which it still works is 1995"
        in judged([8, 4, 1], [True, True, False]).sentences()[0]
    )
    assert "the sign is not clear" in judged([8, 4, 1], [False] * 3).sentences()[0]
    assert "the last year that was tried" in judged([8, 4, 3], [True] * 3).sentences()[0]


def test_what_works_is_clear_of_one_sign_and_large_enough(case):
    table = timing(case, TARIFF, ["vehicles", "imports"], histories=3).table
    first = table.groupby("series")["median"].transform("first")
    sure = np.maximum(table["positive"], table["negative"]) >= 0.9
    by_hand = (
        sure & (np.sign(table["median"]) == np.sign(first)) & (table["median"].abs() >= LEAST * first.abs())
    )
    assert by_hand.tolist() == table["works"].tolist()


def test_everything_wrong_is_told(case):
    with pytest.raises(UsageError) as caught:
        timing(case, TARIFF, ["strongest"], at=2050, years=[1900])
    assert len(caught.value.problems) == 3
    with pytest.raises(ReformError):
        timing(case, Reform({"tariff.car": "history"}))
