"""Which levers does the dial of openness move, and between which values? From complete self-reliance to complete dependence.

Each row of `openness.csv` is a lever with its value at either end of the dial, 0 (closed) and 1 (open), straight in between:

    value(x) = closed + x (open - closed)

Levers of policy may name one place along their axis; without an `index` all places move. Levers of strategy move for all own
brands. The ends are judgements, each with its grade. `side` says what is opened: the market, the country to ventures and
plants, or own brands to technology of others; one side can be moved alone.
"""

from typing import Any

import pandas as pd

from latecomer import vocabulary
from latecomer.errors import Problems
from latecomer.types import Labels

FILE = "openness.csv"
SIDES = ("market", "ventures", "technology")
POLICY = {lever.public_name: lever for lever in vocabulary.POLICY}
STRATEGY = {lever.public_name: lever for lever in vocabulary.STRATEGY}


def check_openness(rows: pd.DataFrame, labels: Labels, problems: Problems) -> None:
    """Note ends outside the range of a lever, and places that are not along its axis."""
    for row in rows.itertuples():
        lever = POLICY.get(row.lever) or STRATEGY.get(row.lever)
        if lever is None:
            continue  # refused when the table was read
        for end in ("closed", "open"):
            if not lever.low <= getattr(row, end) <= lever.high:
                expected = f"a number from {lever.low:g} to {lever.high:g} ({lever.unit})"
                problems.add(FILE, row.line, end, getattr(row, end), expected)
        _check_index(row, lever, labels, problems)


def _check_index(row: Any, lever: vocabulary.Lever, labels: Labels, problems: Problems) -> None:
    """Note an index that a lever cannot have."""
    if not row.index:
        return
    valid = labels.along(lever.axes) if row.lever in POLICY and lever.axes else ()
    if not valid:
        problems.add(FILE, row.line, "index", row.index, f"no index: {row.lever} moves as a whole")
    elif row.index not in valid:
        problems.add(FILE, row.line, "index", row.index, f"a name along the axis of {row.lever}", valid=valid)
