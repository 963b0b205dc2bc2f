"""What can a table switch off or hold, and can it? Parameters, levers, inputs of the world, columns of makers.

    param   a parameter in every draw         `off` (the register's off value) or a number within its range
    lever   a lever, from a year on           `off`, a number within its bounds, or `held` (its value of the year before)
    maker   a column of all makers            `mean` (of the makers of the same ownership) or a number
    world   an input from outside the industry, from a year on: `held`

A lever may be a pattern such as `tariff.*`. Two tables are made of such rows: `parts.csv` (`case.parts`) and `forces.csv`
(`case.forces`).
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from latecomer import vocabulary
from latecomer.case.numerals import plain_number
from latecomer.errors import Problems

WORDS = {"param": ("off",), "lever": ("off", "held"), "maker": ("mean",), "world": ("held",)}
NUMBERS = ("param", "lever", "maker")
LEVERS = {lever.public_name: lever for lever in vocabulary.POLICY}


def levers_named(pattern: str) -> list[vocabulary.Lever]:
    """Return the levers that a public name or a pattern means."""
    return [lever for name, lever in LEVERS.items() if fnmatchcase(name, pattern)]


def targets(kind: str, register: pd.DataFrame) -> list[str]:
    """Return what a switch of this kind may set."""
    columns = [field.name for field in vocabulary.MAKERS if field.kind == "f8" and not field.axes]
    inputs = [field.name for field in vocabulary.WORLD if field.name != "year"]
    return {"param": list(register["name"]), "lever": list(LEVERS), "maker": columns, "world": inputs}[kind]


def known(rows: pd.DataFrame, file: str, register: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Return the rows whose target exists; note the others, and every value that a target cannot take."""
    there = []
    for row in rows.itertuples():
        valid = targets(row.kind, register) if row.kind in WORDS else []
        if valid and row.target not in valid and not (row.kind == "lever" and levers_named(row.target)):
            problems.add(file, row.line, "target", row.target, f"the name of a {row.kind}", valid=valid)
        elif valid:
            there.append(row.Index)
            _check_value(row, file, register, problems)
    return rows.loc[there]


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
    value = plain_number(text)
    return value if value is not None and np.isfinite(value) else None
