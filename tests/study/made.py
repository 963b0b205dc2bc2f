"""A comparison made by hand: two sides that differ by what a test says, without running a history."""

import numpy as np

from latecomer.case.reform import Reform
from latecomer.record import Run
from latecomer.study.compare import Comparison, prepare
from latecomer.vocabulary import YEAR, record

HISTORIES = 20
SPREAD = np.linspace(0.9, 1.1, HISTORIES)  # histories differ a little, so that bands have a width


def comparison(case, reform: Reform, moved: dict, base: dict | None = None) -> Comparison:
    """Return a comparison in which series have levels of `base` (value, or [t, ...]) without the reform, and `moved`
    {series: [t, ...]}
    added to them with it, times a factor of each history."""
    prepared = prepare(case, (reform,))
    records = np.zeros((HISTORIES, len(case.years)), record(YEAR, case.length)).view(np.recarray)
    for series, level in (base or {}).items():
        records[series] += level
    changed = records.copy().view(np.recarray)
    for series, values in moved.items():
        values = np.asarray(values, dtype=float)
        changed[series] += SPREAD.reshape(-1, *(1 for _ in values.shape)) * values
    numbers, manifest = np.arange(HISTORIES), {"case": case.name, "fingerprint": "by hand", "seed": 1}
    sides = [
        Run(one, numbers, rows, (), manifest)
        for one, rows in ((prepared.base, records), (prepared.reformed, changed))
    ]
    first = prepared.first
    return Comparison((reform,), *sides, None if first is None else int(case.years[first]), None)


def path(case, values: dict) -> np.ndarray:
    """Return values by year [t], straight lines between the years named, zero outside them."""
    return np.interp(case.years, list(values), list(values.values()), left=0.0, right=0.0)
