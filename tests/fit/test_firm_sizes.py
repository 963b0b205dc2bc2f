"""Are the right makers large? The table of makers beside the record, its correlations, and what the default case reaches."""

import numpy as np
import pandas as pd
import pytest

from latecomer.fit.score import LEAST_SALES, firm_scores, firm_table
from latecomer.run import run


@pytest.fixture(scope="module")
def table(case):
    """Return the table of makers of sixteen histories."""
    return firm_table(run(case, histories=16))


def test_correlations_are_those_of_logarithms_over_makers_and_pooled():
    simulated, told = np.array([2e4, 8e4, 1e5, 4e5, 10.0]), np.array([1e5, 2e5, 1e5, 9e5, 3e4])
    table = pd.DataFrame(
        {
            "maker_id": ["a", "a", "b", "c", "d"], "kind": "own", "year": [2011, 2012, 2011, 2011, 2011],
            "sample": "check", "median": simulated, "recorded": told,
        }
    )  # fmt: skip
    scores = firm_scores(table).iloc[0]
    x, y = np.log(np.maximum(simulated, LEAST_SALES)), np.log(np.maximum(told, LEAST_SALES))
    assert scores["pooled"] == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12)
    means = [[v[:2].mean(), *v[2:]] for v in (x, y)]
    assert scores["over_makers"] == pytest.approx(np.corrcoef(*means)[0, 1], rel=1e-12)
    assert (scores["makers"], scores["points"]) == (4, 5)


def test_a_record_after_a_dated_takeover_counts_with_the_owner(case, table):
    ends = dict(zip(case.labels.makers, case.makers["taken_year"], strict=True))
    assert all(row.year < ends[row.maker_id] for row in table.itertuples())
    assert len(table) == len(table.drop_duplicates(["maker_id", "year"]))
    assert set(table["kind"]) == {"own", "foreign"}


def test_the_right_makers_are_large_after_2010(table):
    """Correlation over makers in 2011-25: .50 for own brands (goal .5) and .58 for ventures and plants (goal .6), over 200
    histories; the 16 here vary around that. At the draws before, .63 and .62.

    The fit uses no year after 2010, but these numbers were in sight when the mechanisms were built: a goal, not a forecast.
    """
    scores = firm_scores(table).set_index(["kind", "sample"])["over_makers"]
    assert scores["own", "check"] > 0.4
    assert scores["foreign", "check"] > 0.4
