"""What do all studies share? Variants of a case on the same histories, quantiles of what differs, progress, and refusals.

History n of every variant has the same seed, number and parameters, so that chance is the same on all sides. What is reported
are quantiles of the differences d_n over histories, not differences of quantiles.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from latecomer.asked import note_numbers, note_series
from latecomer.case.switches import levers_named
from latecomer.compiled import code_digest
from latecomer.errors import Problems, UsageError
from latecomer.record import package_version
from latecomer.types import Case, note_case

Progress = Callable[[int, int], None]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
BAND90 = (0.05, 0.5, 0.95)  # the ends of the 90% band, and the median between them
ENDS90 = ("low90", "median", "high90")
BANDS = ("low90", "low50", "median", "high50", "high90")
# Compared with something that may not be there (ventures, exports): zero means that there is nothing to compare.
UNDEFINED_AT_ZERO = ("quality_gap", "own_brand_export_share")
NEEDED = {  # tables of a case without which a study cannot be made
    "parts": "the parts of the case {}, one row a switch",
    "forces": "the forces of the case {}, one row a quantity",
    "openness": "the dial of the case {}, one row a lever",
}


def banded(values: np.ndarray) -> dict[str, float]:
    """Return median, 50% and 90% band of values [n], those that are not there left out; not a number without any."""
    known = values[np.isfinite(values)]
    found = np.quantile(known, LEVELS) if len(known) else np.full(len(LEVELS), np.nan)
    return dict(zip(BANDS, map(float, found), strict=True))


def bands_by_year(values: np.ndarray) -> np.ndarray:
    """Return quantiles [level, t] of values [n, t], those that are not there left out; not a number in years without any."""
    some = np.isfinite(values).any(axis=0)
    bands = np.full((len(LEVELS), values.shape[1]), np.nan)
    bands[:, some] = np.nanquantile(values[:, some], LEVELS, axis=0)
    return bands


def sure(rows: pd.DataFrame) -> np.ndarray:
    """Return for every row of effects whether its 90% band excludes zero."""
    return ((rows["low90"] > 0.0) | (rows["high90"] < 0.0)).to_numpy()


def share(holds: np.ndarray) -> float:
    """Return the share of histories in which something holds; not a number without any."""
    return float(holds.mean()) if len(holds) else float("nan")


class Steps:
    """Tells one progress over several runs, of which each counts for some histories of all."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.before = progress, total, 0

    def within(self, histories: int) -> Progress | None:
        """Return the progress of the next run, which counts for so many histories."""
        start, self.before = self.before, self.before + histories
        progress, total = self.progress, self.total
        if progress is None:
            return None
        return lambda done, whole: progress(start + done * histories // whole, total)


@contextmanager
def asked_of(case: Any, table: str = "", series: Sequence[Any] = (), **numbers: Any) -> Iterator[Problems]:
    """Give the problems of a request, to which the block adds its own, and raise one UsageError with all of them.

    Noted are what is no case, numbers and series out of bounds, and the lack of a `table` of the case. What is no case cannot
    be asked further: then the block is not entered.
    """
    problems = Problems()
    whole = note_case(problems, case)
    note_series(problems, series)
    note_numbers(problems, **numbers)
    if not whole:
        raise UsageError(problems.found)
    if table and case.tables[table].empty:
        problems.add(f"{table}.csv", expected=NEEDED[table].format(case.name))
    yield problems
    problems.raise_if_any(UsageError)


def note_spans(problems: Problems, name: str, spans: Sequence[tuple[int, int]], case: Case) -> None:
    """Note spans that are not two years of the case, the earlier first."""
    for first, last in spans:
        if not case.years[0] <= first < last <= case.years[-1]:
            expected = f"two years from {case.years[0]} to {case.years[-1]}, the earlier first"
            problems.add(name, None, None, f"{first}-{last}", expected)


def made_by(case: Case, histories: int, seed: int) -> dict[str, Any]:
    """Return what makes the numbers of a study again: case, version, code, histories, seed."""
    return {
        "case": case.name, "case_checksum": case.checksum, "version": package_version(), "code": code_digest(),
        "histories": histories, "seed": seed,
    }  # fmt: skip


def switched(case: Case, switches: pd.DataFrame) -> Case:
    """Return the case with every switch thrown: rows of kind, target, value and from_year (NaN: in all years).

    Facts, labels and targets stay as they are.
    """
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
    return replace(case, params=params, draws=draws, policy=policy, makers=makers, world=world)


def writable(records: np.recarray) -> np.recarray:
    """Return a copy that can be written; a case locks what it is given."""
    return np.array(records).view(np.recarray)


def level(makers: np.recarray, column: str, value: str) -> None:
    """Set a column of all makers to a number, or to the mean of the makers of the same ownership."""
    if value != "mean":
        makers[column] = float(value)
        return
    for kind in np.unique(makers["ownership"]):
        alike = makers["ownership"] == kind
        makers[column][alike] = makers[column][alike].mean()
