"""What if history had taken another course from some year on, and until when did that still matter?

Forking rewinds histories to a year, changes course and goes on: since every draw is keyed by its year, a history that takes a
reform up in year Y has the bits of the unchanged one before Y. A reform taken up in Y has its own values from Y on, and
history's before.

Timing asks this for one year after the other. A reform still works in Y if nine histories in ten agree on the sign of its effect,
the sign is that of the effect when it is taken up first, and the median is at least `LEAST` of that one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.asked import note_case, note_numbers, note_series, note_years
from latecomer.case.reform import Reform, ReformLike, first_changed, read_changes
from latecomer.errors import Problems, ReformError, UsageError
from latecomer.experiment.compare import Comparison, compare_all, prepare, reforms_meant, told
from latecomer.record import SERIES
from latecomer.run import run_variants
from latecomer.shown import Shown
from latecomer.types import Case

LEAST = 0.25  # of the effect when taken up first: below that a reform is called too late
STEP = 4  # years between the years that are tried
Progress = Callable[[int, int], None]


def fork(case: Case, history: int, year: int, *reforms: ReformLike, seed: int = 1) -> Comparison:
    """Return one history by its number, as it was and with the reforms taken up in this year.

    Raises ReformError with every problem of the reforms, UsageError with everything else that cannot be asked.
    """
    refuse(case, [year], (), year, history=history, seed=seed)
    late = tuple(reform.since_year(year) for reform in reforms_meant(case, reforms))
    one = prepare(case, late)
    base, reformed = run_variants([one.base, one.reformed], 1, seed, first=history, same_until=one.first or 0)
    return told(one, base, reformed)


@dataclass(frozen=True, repr=False)
class Timing(Shown):
    """Effects of a reform by the year in which it is taken up: `table` with series, at, taken_up, median, low90, high90,
    positive, negative, works, unit, histories."""

    reform: Reform
    table: pd.DataFrame

    def last_year(self, series: str) -> int | None:
        """Return the last year in which the reform still worked on a series; None if it never did."""
        rows = self.table[(self.table["series"] == series) & self.table["works"]]
        return int(rows["taken_up"].max()) if len(rows) else None

    def sentences(self) -> list[str]:
        """Say for each series until when the reform worked."""
        return [self.sentence(series) for series in dict.fromkeys(self.table["series"])]

    def sentence(self, series: str) -> str:
        rows = self.table[self.table["series"] == series].sort_values("taken_up")
        first, last = rows.iloc[0], self.last_year(series)
        name, at, unit = series.replace("_", " "), int(first["at"]), first["unit"]
        start = f"Taken up in {first['taken_up']}, it moves {name} in {at} by {first['median']:+.3g} {unit}"
        if last is None:
            return f"{start}; the sign is not clear, so there is no year until which it works."
        if last == rows["taken_up"].iloc[-1]:
            return f"{start}; it still works when taken up in {last}, the last year that was tried."
        later = rows[rows["taken_up"] > last].iloc[0]
        return (
            f"{start}; the last year tried in which it still works is {last}. Taken up in {later['taken_up']}, it moves it by "
            f"{later['median']:+.3g} (90% band {later['low90']:+.3g} to {later['high90']:+.3g})."
        )


def timing(
    case: Case, reform: ReformLike, series: Sequence[str] = ("strong", "vehicles"), at: int | None = None,
    years: Sequence[int] | None = None, histories: int = 60, seed: int = 1, threads: int | None = None,
    progress: Progress | None = None,
) -> Timing:  # fmt: skip
    """Return the effects of a reform on some series in the year `at` (default: the last) by the year in which it is taken up.

    `years` are by default the first year that the reform changes and every fourth after it. Raises ReformError with every
    problem of the reform, also where it changes nothing, and UsageError with everything else that cannot be asked.
    """
    refuse(case, years, series, at, histories=histories, seed=seed, threads=threads)
    (reform,) = reforms_meant(case, [reform])
    end = int(case.years[-1] if at is None else at)
    starts = years_tried(case, reform, end) if years is None else sorted(set(years))
    packages = [[reform.since_year(year)] for year in starts]
    found = compare_all(case, packages, histories, seed, threads=threads, progress=progress)
    rows = [row for name in series for row in judged(name, end, starts, found)]
    return Timing(reform, pd.DataFrame(rows))


def years_tried(case: Case, reform: Reform, end: int) -> list[int]:
    """Return the first year that the reform changes, and every fourth after it before `end`."""
    changes, problems = read_changes(case, [reform])
    problems.raise_if_any(ReformError)
    first = first_changed(case, changes[0])
    if first is None:
        problems.add(reform.file, expected="a reform that changes something within the years of the case")
        raise ReformError(problems.found)
    return list(range(int(case.years[first]), end, STEP))


def refuse(
    case: Case, years: Sequence[int] | None, series: Sequence[str], at: int | None, **numbers: int | None
) -> None:
    """Raise one UsageError with every year, series and number that cannot be asked; years that are not given are chosen."""
    problems = Problems()
    if note_case(problems, case):
        note_years(problems, "years", dict.fromkeys([*(years or ()), *(() if at is None else (at,))]), case)
    note_series(problems, series)
    if years is not None and not len(years):
        problems.add("years", expected="at least one year in which the reform is taken up")
    note_numbers(problems, **numbers)
    problems.raise_if_any(UsageError)


def judged(series: str, at: int, starts: Sequence[int], found: Sequence[Comparison]) -> list[dict]:
    """Return one row for each year of taking up: the effect, and whether the reform still works."""
    effects = [one.effect(series, at) for one in found]
    first = effects[0].median
    rows = []
    for year, effect in zip(starts, effects, strict=True):
        same = effect.clear and np.sign(effect.median) == np.sign(first) and first != 0.0
        rows.append(
            {
                "series": series, "at": at, "taken_up": year, "median": effect.median, "low90": effect.low90,
                "high90": effect.high90, "positive": effect.positive, "negative": effect.negative,
                "works": bool(same and abs(effect.median) >= LEAST * abs(first)), "unit": SERIES[series].unit,
                "histories": effect.histories,
            }
        )  # fmt: skip
    return rows
