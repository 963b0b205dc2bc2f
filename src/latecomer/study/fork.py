"""What if history had taken another course from some year on, and until when did that still matter?

Forking rewinds histories to a year, changes course and goes on: since every draw is keyed by its year, a history that takes a
reform up in year Y has the bits of the unchanged one before Y. A reform taken up in Y has its own values from Y on, and
history's before.

Timing asks this for one year after the other. A reform works when taken up in Y if the 90% band of its effect excludes
zero, the sign is that of the largest sure effect among the years tried, and the median is at least `LEAST` of that one.
Every year that does not work is given its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from latecomer.asked import note_years
from latecomer.case.reform import Reform, ReformLike, first_changed, read_changes
from latecomer.errors import Problems, ReformError
from latecomer.run import run_variants
from latecomer.study.compare import Comparison, compare_all, prepare, reforms_meant, told
from latecomer.study.paired import Progress, asked_of, made_by
from latecomer.study.pairs import Effect
from latecomer.study.words import signed
from latecomer.types import Case, Finding
from latecomer.vocabulary import SERIES, told_in

LEAST = 0.25  # of the largest sure effect among the years tried: below that a reform is called too late
RULE = (
    f"A reform works when taken up in a year if the 90% band of its effect excludes zero, with the sign of the "
    "largest sure effect in "
    f"the table and at least {LEAST:.0%} of its size."
)
WORKS, UNSURE, OTHER_SIGN, SMALL = (
    "works",
    "band includes zero",
    "opposite sign",
    f"sure, but below {LEAST:.0%} of the largest",
)
STEP = 4  # years between the years that are tried


def fork(case: Case, history: int, year: int, *reforms: ReformLike, seed: int = 1) -> Comparison:
    """Return one history by its number, as it was and with the reforms taken up in this year.

    Raises ReformError with every problem of the reforms, UsageError with everything else that cannot be asked.
    """
    with asked_of(case, history=history, seed=seed) as problems:
        note_tried(problems, case, [year], year)
    late = tuple(reform.since_year(year) for reform in reforms_meant(case, reforms))
    one = prepare(case, late)
    base, reformed = run_variants([one.base, one.reformed], 1, seed, first=history, same_until=one.first or 0)
    return told(one, base, reformed)


@dataclass(frozen=True, repr=False)
class Timing(Finding):
    """Effects of a reform by the year in which it is taken up: `table` with series, at, taken_up, median, low90, high90,
    positive, negative, works, verdict (`RULE`, or why not), unit, histories."""

    reform: Reform
    table: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)

    kind = "timing"

    @property
    def title(self) -> str:
        return f"Too late? {self.reform}"

    @property
    def question(self) -> str:
        return (
            f"Until which year would the reform still have worked, judged in {int(self.table['at'].iloc[0])}?"
        )

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"timing": self.table}

    def last_year(self, series: str) -> int | None:
        """Return the last year in which the reform still worked on a series; None if it never did."""
        rows = self.table[(self.table["series"] == series) & self.table["works"]]
        return int(rows["taken_up"].max()) if len(rows) else None

    def sentences(self) -> list[str]:
        """Say for each series until when the reform worked, and by which rule."""
        return [*(self.sentence(series) for series in dict.fromkeys(self.table["series"])), RULE]

    def sentence(self, series: str) -> str:
        """Say of one series when the effect was largest, and in which of the years tried the reform works."""
        rows = self.table[self.table["series"] == series].sort_values("taken_up")
        name, at = SERIES[series].phrase, int(rows["at"].iloc[0])
        works = rows[rows["works"]]
        if works.empty:
            return f"On {name} in {at} no effect is sure, whenever the reform is taken up: there is no year until which it works."
        top = works.loc[works["median"].abs().idxmax()]
        start = f"Taken up in {top['taken_up']}, the reform moves {name} in {at} most: {effect_told(top)}"
        tried, years = rows["taken_up"].tolist(), works["taken_up"].tolist()
        listed = ", ".join(map(str, years))
        which = "in every year tried" if years == tried else f"when taken up in {listed} of the years tried"
        if years[-1] == tried[-1]:
            return f"{start}. It works {which}."
        later = rows[rows["taken_up"] > years[-1]].iloc[0]
        return f"{start}. It works {which}; in {later['taken_up']} it no longer does ({later['verdict']}): {effect_told(later)}."


def effect_told(row: pd.Series) -> str:
    """Return the effect of a row with its band, in the unit in which comparisons show it."""
    factor, unit = told_in(str(row["unit"]))
    median, low, high = (signed(row[name] * factor) for name in ("median", "low90", "high90"))
    return f"{median} {unit} (90% band {low} to {high})"


def timing(
    case: Case, reform: ReformLike, series: Sequence[str] = ("strong", "vehicles"), at: int | None = None,
    years: Sequence[int] | None = None, histories: int = 60, seed: int = 1, threads: int | None = None,
    progress: Progress | None = None,
) -> Timing:  # fmt: skip
    """Return the effects of a reform on some series in the year `at` (default: the last) by the year in which it is taken up.

    `years` are by default the first year that the reform changes and every fourth after it. Raises ReformError with every
    problem of the reform, also where it changes nothing, and UsageError with everything else that cannot be asked.
    """
    with asked_of(case, series=series, histories=histories, seed=seed, threads=threads) as problems:
        note_tried(problems, case, years, at)
    (reform,) = reforms_meant(case, [reform])
    end = int(case.years[-1] if at is None else at)
    starts = years_tried(case, reform, end) if years is None else sorted(set(years))
    packages = [[reform.since_year(year)] for year in starts]
    found = compare_all(case, packages, histories, seed, threads=threads, progress=progress)
    rows = [row for name in series for row in judged(name, end, starts, found)]
    return Timing(reform, pd.DataFrame(rows), made_by(case, histories, seed))


def years_tried(case: Case, reform: Reform, end: int) -> list[int]:
    """Return the first year that the reform changes, and every fourth after it before `end`."""
    changes, problems = read_changes(case, [reform])
    problems.raise_if_any(ReformError)
    first = first_changed(case, changes[0])
    if first is None:
        problems.add(reform.file, expected="a reform that changes something within the years of the case")
        raise ReformError(problems.found)
    return list(range(int(case.years[first]), end, STEP))


def note_tried(problems: Problems, case: Case, years: Sequence[int] | None, at: int | None) -> None:
    """Note years that are none of the case; years that are not given are chosen."""
    note_years(problems, "years", dict.fromkeys([*(years or ()), *(() if at is None else (at,))]), case)
    if years is not None and not len(years):
        problems.add("years", expected="at least one year in which the reform is taken up")


def judged(series: str, at: int, starts: Sequence[int], found: Sequence[Comparison]) -> list[dict]:
    """Return one row for each year of taking up: the effect, whether the reform works, and the verdict with its reason."""
    effects = [one.effect(series, at) for one in found]
    verdicts = judgement(effects)
    return [
        {
            "series": series, "at": at, "taken_up": year, "median": effect.median, "low90": effect.low90,
            "high90": effect.high90, "positive": effect.positive, "negative": effect.negative,
            "works": verdict == WORKS, "verdict": verdict, "unit": SERIES[series].unit, "histories": effect.histories,
        }
        for year, effect, verdict in zip(starts, effects, verdicts, strict=True)
    ]  # fmt: skip


def judgement(effects: Sequence[Effect]) -> list[str]:
    """Return whether a reform works in each year of taking up, by `RULE`, or why it does not."""
    largest = max((effect.median for effect in effects if effect.clear), key=abs, default=0.0)
    return [
        UNSURE if not effect.clear
        else OTHER_SIGN if effect.median * largest < 0.0
        else WORKS if abs(effect.median) >= LEAST * abs(largest)
        else SMALL
        for effect in effects
    ]  # fmt: skip
