"""How is a switch of a case thrown? Each row (`case.switches`) sets one thing; facts, labels and targets stay as they are."""

from dataclasses import replace

import numpy as np
import pandas as pd

from latecomer.case.switches import levers_named
from latecomer.types import Case


def switched(case: Case, switches: pd.DataFrame) -> Case:
    """Return the case with every switch thrown: rows of kind, target, value and from_year (NaN: in all years)."""
    params, draws = writable(case.params), writable(case.draws)
    policy, makers, world = writable(case.policy), writable(case.makers), writable(case.world)
    off = case.register.set_index("name")["off"]
    for row in switches.itertuples():
        first = 0 if np.isnan(row.from_year) else int(np.searchsorted(case.years, row.from_year))
        if row.kind == "param":
            value = float(off[row.target] if row.value == "off" else row.value)
            params[row.target] = value
            draws[row.target] = value
        elif row.kind == "lever":
            for lever in levers_named(row.target):
                values = policy[lever.name]
                off_value = lever.off if row.value == "off" else row.value
                values[first:] = values[first - 1] if row.value == "held" else float(off_value)
        elif row.kind == "world":
            world[row.target][first:] = world[row.target][first - 1]
        else:
            level(makers, row.target, row.value)
    for array in (params, draws, policy, makers, world):
        array.setflags(write=False)
    return replace(case, params=params, draws=draws, policy=policy, makers=makers, world=world)


def writable(records: np.recarray) -> np.recarray:
    """Return a copy that can be written."""
    return np.array(records).view(np.recarray)


def level(makers: np.recarray, column: str, value: str) -> None:
    """Set a column of all makers to a number, or to the mean of the makers of the same ownership."""
    if value != "mean":
        makers[column] = float(value)
        return
    for kind in np.unique(makers["ownership"]):
        alike = makers["ownership"] == kind
        makers[column][alike] = makers[column][alike].mean()
