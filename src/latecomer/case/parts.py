"""Which parts make the system, and what does it mean that one of them is switched off?

A part has one row in `parts.csv` for each switch, and so has another structure of the model in `structures.csv`; name,
question and note stand in its first row. A switch sets

    param   a parameter in every draw         `off` (the register's off value) or a number within its range
    lever   a lever, from a year on           `off`, a number within its bounds, or `held` (its value of the year before)
    maker   a column of all makers            `mean` (of the makers of the same ownership) or a number
    world   an input from outside the industry, from a year on: `held`

A lever may be a pattern such as `tariff.*`. Every target must exist and every value make sense; all that is wrong is told
at once.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from latecomer import axes
from latecomer.errors import Problems

WORDS = {"param": ("off",), "lever": ("off", "held"), "maker": ("mean",), "world": ("held",)}
NUMBERS = ("param", "lever", "maker")
DATED = ("lever", "world")
LEVERS = {lever.public_name: lever for lever in axes.POLICY}


def levers_named(pattern: str) -> list[axes.Lever]:
    """Return the levers that a public name or a pattern means."""
    return [lever for name, lever in LEVERS.items() if fnmatchcase(name, pattern)]


def targets(kind: str, register: pd.DataFrame) -> list[str]:
    """Return what a switch of this kind may set."""
    columns = [field.name for field in axes.MAKERS if field.kind == "f8" and not field.axes]
    inputs = [field.name for field in axes.WORLD if field.name != "year"]
    return {"param": list(register["name"]), "lever": list(LEVERS), "maker": columns, "world": inputs}[kind]


def check_parts(
    parts: pd.DataFrame, file: str, register: pd.DataFrame, years: np.ndarray, problems: Problems
) -> None:
    """Note parts without one name, unknown targets, values that a target cannot take, and years outside the case."""
    for _, rows in parts.groupby("part", sort=True):
        _check_heads(rows, file, problems)
    for row in parts.itertuples():
        if row.kind not in WORDS:
            continue
        valid = targets(row.kind, register)
        if row.target not in valid and not (row.kind == "lever" and levers_named(row.target)):
            problems.add(file, row.line, "target", row.target, f"the name of a {row.kind}", valid=valid)
            continue
        _check_value(row, file, register, problems)
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


def _check_value(row: Any, file: str, register: pd.DataFrame, problems: Problems) -> None:
    """Note a value that its target cannot take."""
    words = WORDS[row.kind]
    if row.value in words:
        off = register.loc[register["name"] == row.target, "off"] if row.kind == "param" else pd.Series([0.0])
        if off.isna().any():
            problems.add(file, row.line, "value", row.value, "a number: this parameter has no off value")
        return
    number = _number(row.value) if row.kind in NUMBERS else None
    if number is None:
        or_number = ["a number"] if row.kind in NUMBERS else []
        problems.add(file, row.line, "value", row.value, " or ".join([*words, *or_number]), valid=words)
        return
    for low, high in _bounds(row, register):
        if not low <= number <= high:
            problems.add(file, row.line, "value", row.value, f"a number from {low:g} to {high:g}")


def _bounds(row: Any, register: pd.DataFrame) -> Iterable[tuple[float, float]]:
    """Return the bounds of what a switch sets; a column of makers has none."""
    if row.kind == "lever":
        return [(lever.low, lever.high) for lever in levers_named(row.target)]
    if row.kind == "param":
        found = register[register["name"] == row.target]
        return list(zip(found["low"], found["high"], strict=True))
    return []


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in text else None


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
