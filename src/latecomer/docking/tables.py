"""What does a docked case give? Its parameters, the readings that change some of them, and the figures to be met.

parameters.csv   name, value, unit, source, grade, about
readings.csv     reading, parameter, value, about: another reading of a rule, or an experiment of the paper
targets.csv      name, value, band, source: an outcome, after a point where it was found (firms, or a reading)
"""

from pathlib import Path

import pandas as pd

from latecomer.case.tables import GRADES, Column, Schema, read_table
from latecomer.errors import CaseError, Problems

CASES = Path(__file__).parents[1] / "cases" / "docking"
PARAMETERS = Schema(
    "parameters.csv",
    (
        Column("name"),
        Column("value", "number"),
        Column("unit"),
        Column("source"),
        Column("grade", among="grades"),
        Column("about"),
    ),
    ("name",),
)
READINGS = Schema(
    "readings.csv",
    (
        Column("reading"),
        Column("parameter", among="parameters"),
        Column("value", "number"),
        Column("about", empty=True),
    ),
    ("reading", "parameter"),
)
TARGETS = Schema(
    "targets.csv",
    (Column("name"), Column("value", "number"), Column("band", "number", low=0.0), Column("source")),
    ("name",),
)


def table(case: str, schema: Schema) -> pd.DataFrame:
    """Return one table of a docked case; raise CaseError with everything that is wrong with it."""
    problems = Problems()
    names = {"grades": GRADES, "parameters": defaults(case) if schema is READINGS else None}
    found = read_table(CASES / case, schema, names, problems)
    problems.raise_if_any(CaseError)
    return found


def defaults(case: str) -> dict[str, float]:
    """Return the value of every parameter of a docked case."""
    rows = table(case, PARAMETERS)
    return dict(zip(rows["name"], rows["value"], strict=True))


def readings(case: str) -> dict[str, dict[str, float]]:
    """Return what each reading changes; the name "" is the case as its parameters say."""
    rows = table(case, READINGS)
    changes: dict[str, dict[str, float]] = {"": {}}
    for row in rows.itertuples():
        changes.setdefault(row.reading, {})[row.parameter] = row.value
    return changes


def parameters(case: str, reading: str = "") -> dict[str, float]:
    """Return the value of every parameter under a reading."""
    return {**defaults(case), **readings(case)[reading]}
