"""Which parts make the system, and what does it mean that one of them is switched off?

A part has one row in `parts.csv` for each switch (`case.switches`), and so has another structure of the model in
`structures.csv`; name, question and note stand in its first row. Every target must exist and every value make sense; all that is
wrong is told at once.
"""

from typing import Any

import numpy as np
import pandas as pd

from latecomer.case.switches import known
from latecomer.errors import Problems

DATED = ("lever", "world")


def check_parts(
    parts: pd.DataFrame, file: str, register: pd.DataFrame, years: np.ndarray, problems: Problems
) -> None:
    """Note parts without one name, unknown targets, values that a target cannot take, and years outside the case."""
    for _, rows in parts.groupby("part", sort=True):
        _check_heads(rows, file, problems)
    for row in known(parts, file, register, problems).itertuples():
        _check_year(row, file, years, problems)


def _check_heads(rows: pd.DataFrame, file: str, problems: Problems) -> None:
    """Note a part whose first row lacks name or question, or whose later rows have others."""
    for column in ("name", "question"):
        first, line = str(rows[column].iloc[0]), int(rows["line"].iloc[0])
        if not first:
            problems.add(file, line, column, "", f"the {column} of the part in its first row")
        for row in rows.iloc[1:].itertuples():
            if getattr(row, column) not in ("", first):
                expected = f"nothing, or {first!r} as in line {line}"
                problems.add(file, row.line, column, getattr(row, column), expected)


def _check_year(row: Any, file: str, years: np.ndarray, problems: Problems) -> None:
    """Note a date where none can be, one outside the case, and `held` without a year before it."""
    given = not np.isnan(row.from_year)
    if given and row.kind not in DATED:
        problems.add(file, row.line, "from_year", row.from_year, f"no year: a {row.kind} holds in all years")
    elif row.value == "held" and not (given and years[0] < row.from_year <= years[-1]):
        expected = f"a year from {years[0] + 1} to {years[-1]}: the value of the year before is held"
        problems.add(file, row.line, "from_year", row.from_year if given else "", expected)
    elif given and not years[0] <= row.from_year <= years[-1]:
        problems.add(file, row.line, "from_year", row.from_year, f"a year from {years[0]} to {years[-1]}")
