"""What would have been different? The same histories with and without a reform, year by year, with a band.

History n of both sides has the same seed, number and parameters, so that chance is the same until the reform moves something:

    d_n(t) = x_n(t | reform) - x_n(t | history)

An effect is the median of d over the histories, with the bands that hold 50% and 90% of them, and the share of histories in
which it is positive and negative. It is not the difference of two medians. A reform that changes nothing has an effect of exactly
zero. Both sides share the years before the first change, which are run once.

Precision: histories are added, twice as many in all each time, until the 90% confidence interval of the median effect is no wider
than asked for on either side. The interval is free of any law: its ends are order statistics, whose ranks are binomial (David and
Nagaraja 2003, section 7.1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray
from scipy.stats import binom

from latecomer.asked import PLAIN_SERIES, is_number, note_case, note_numbers, note_series, note_years
from latecomer.case.reform import (
    Reform,
    ReformLike,
    find_reform,
    first_changed,
    free_from,
    laid_over,
    read_changes,
)
from latecomer.errors import Problems, UsageError
from latecomer.record import DIMENSIONS, SERIES, Index, Run, labels_of, place_of
from latecomer.run import rows, run_variants
from latecomer.shown import Shown
from latecomer.types import Case

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
# Compared with something that may not be there (ventures, exports): zero means that there is nothing to compare.
UNDEFINED_AT_ZERO = ("quality_gap", "own_brand_export_share")
CONFIDENCE = 0.90
FIRST_LOT, MOST = 50, 5000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, repr=False)
class Effect(Shown):
    """The effect of a reform on a series in a year: median, 50% and 90% band, shares of histories above and below zero.

    `base` and `reformed` are the medians of the two sides, `histories` the number of pairs. Values are in `unit`.
    """

    series: str
    index: str
    year: int
    median: float
    low50: float
    high50: float
    low90: float
    high90: float
    positive: float
    negative: float
    base: float
    reformed: float
    histories: int
    unit: str

    @property
    def clear(self) -> bool:
        """Return whether the sign is sure: the 90% band excludes zero. Wherever an effect has a star, this is what it means."""
        return self.low90 > 0.0 or self.high90 < 0.0

    @property
    def leans(self) -> bool:
        """Return whether nine histories in ten agree on the sign although the 90% band includes zero."""
        return not self.clear and max(self.positive, self.negative) >= 0.9

    def __str__(self) -> str:
        where = f"{self.series}[{self.index}]" if self.index else self.series
        band = (
            f"90% band {self.low90:+.4g} to {self.high90:+.4g}, 50% {self.low50:+.4g} to {self.high50:+.4g}"
        )
        sign = f"P(>0) {self.positive:.2f}, P(<0) {self.negative:.2f}, {self.histories} histories"
        return f"{where} {self.year}: {self.median:+.4g} {self.unit} ({band}; {sign})"


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Paired histories without (`base`) and with (`reformed`) one or more reforms, and what was different.

    A series is named with an `index` where it has inner axes: a name along it, or one for each.

    `since` is the first year that differs (None: nothing was changed), `free_since` the year from which ventures and foundings
    begin by rule on both sides (None: on their dates).
    """

    reforms: tuple[Reform, ...]
    base: Run
    reformed: Run
    since: int | None
    free_since: int | None

    @property
    def case(self) -> Case:
        return self.base.case

    @property
    def years(self) -> np.ndarray:
        """Return the calendar years [t]."""
        return self.base.years

    @cached_property
    def histories(self) -> np.ndarray:
        """Return the numbers of the histories [n] that came out on both sides."""
        return np.intersect1d(self.base.histories, self.reformed.histories)

    @property
    def name(self) -> str:
        return " + ".join(str(reform) for reform in self.reforms)

    @property
    def manifest(self) -> dict[str, Any]:
        """Return what both sides were made by; the reforms as written are part of it."""
        told = [{"name": r.name, "file": r.file, "since": r.since, "mode": r.mode} for r in self.reforms]
        return {"reforms": told, "base": self.base.manifest, "reformed": self.reformed.manifest}

    def values(self, series: str, index: Index = None) -> tuple[np.ndarray, np.ndarray]:
        """Return a series of both sides [n, t, ...] over common histories; `index` picks one name along its inner axes.

        Raises UsageError with the nearest name for a series or index that is not there.
        """
        problems = Problems()
        place = place_of(self.case, series, index, problems)
        problems.raise_if_any(UsageError)
        without, with_ = (
            run.records[series][np.isin(run.histories, self.histories)][place]
            for run in (self.base, self.reformed)
        )
        return without, with_

    def differences(self, series: str, index: Index = None) -> np.ndarray:
        """Return what was different [n, t, ...]; not a number where there is nothing to compare on one of the sides."""
        without, with_ = self.values(series, index)
        found = with_ - without
        if series in UNDEFINED_AT_ZERO:
            found = np.where((without != 0.0) & (with_ != 0.0), found, np.nan)
        return found

    def effect(self, series: str, year: int, index: Index = None) -> Effect:
        """Return the effect on a series in a year; raises UsageError for a series, index or year that is not there."""
        problems = Problems()
        note_years(problems, "year", [year], self.case)
        note_place(problems, self.case, series, index)
        problems.raise_if_any(UsageError)
        row = self.effects(series, index).set_index("year").loc[year]
        numbers = {name: float(row[name]) for name in QUANTITIES}
        unit = SERIES[series].unit
        return Effect(series, named(index), int(year), **numbers, histories=int(row["histories"]), unit=unit)

    def effects(self, series: str, index: Index = None) -> pd.DataFrame:
        """Return the effect on a series without inner axes left by year; columns as the fields of `Effect`."""
        problems = Problems()
        note_place(problems, self.case, series, index)
        problems.raise_if_any(UsageError)
        found, (without, with_) = self.differences(series, index), self.values(series, index)
        told = {"series": series, "index": named(index), "year": self.years.astype(int)}
        return pd.DataFrame({**told, **summed(found, without, with_), "unit": SERIES[series].unit})

    def to_frame(self, series: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the effects by year on the series named; without names, on all that are one number a year.

        Raises UsageError with every name that is none of these.
        """
        asked = [series] if isinstance(series, str) else series
        names = list(PLAIN_SERIES if asked is None else asked)
        problems = Problems()
        note_series(problems, names)
        problems.raise_if_any(UsageError)
        return pd.concat([self.effects(name) for name in names], ignore_index=True)

    def to_xarray(self) -> xarray.Dataset:
        """Return both sides of every series with a dimension `side` (base, reformed); units are attributes."""
        sides = [run.to_xarray().sel(history=self.histories) for run in (self.base, self.reformed)]
        side = xarray.DataArray(["base", "reformed"], dims="side", name="side")
        joined = xarray.concat(sides, dim=side, combine_attrs="drop")
        return joined.assign_attrs(
            {"reforms": self.name, "fingerprint": self.reformed.manifest["fingerprint"]}
        )

    def plot(self, series: str, index: Index = None) -> Any:
        """Return a chart: the effect by year with its bands over a zero line."""
        return drawing().effect_chart(self, series, index)

    def report(self, path: str | Path) -> Path:
        """Write the report of the comparison, one HTML file that opens offline, and return its path."""
        return drawing().write_comparison(self, path)

    def save(self, folder: str | Path) -> list[Path]:
        """Write every figure as PNG and SVG and every table as CSV into a folder that is there; return the files."""
        return drawing().save_comparison(self, Path(folder))

    def _title(self) -> str:
        return f"{self.name}: {self.case.title}"

    def _facts(self) -> dict[str, Any]:
        last = int(self.years[-1])
        effects = [self.effect(name, last) for name in ("own_brand_share", "vehicles")]
        return {
            "histories": len(self.histories), "since": self.since or "nothing was changed",
            **{f"{e.series} {last}": f"{e.median:+.3g} {e.unit} (90% band {e.low90:+.3g} to {e.high90:+.3g})" for e in effects},
            "fingerprint": str(self.reformed.manifest.get("fingerprint"))[:16],
        }  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.name, self.base, self.reformed))

    def __getstate__(self) -> dict[str, Any]:
        return {
            field.name: getattr(self, field.name) for field in fields(self)
        }  # not what was made on demand


def named(index: Index) -> str:
    """Return an index as it is told: its names, or nothing."""
    return index if isinstance(index, str) else ", ".join(map(str, index or ()))


def note_place(problems: Problems, case: Case, series: str, index: Index) -> None:
    """Note a series or index that is not there, and a series whose inner axes want an index."""
    before = len(problems)
    place_of(case, series, index, problems)
    if index is None and len(problems) == before and SERIES[series].axes:
        labels = labels_of(case).get(DIMENSIONS[SERIES[series].axes[0]], ["0"])
        expected = f"a name along {series}, such as {labels[0]!r}"
        problems.add("index", None, None, None, expected)


def drawing() -> Any:
    """Return the module that draws comparisons: it stands a floor above, and is opened only when a user asks for a picture."""
    return import_module("latecomer.report.comparison")


QUANTITIES = ("median", "low50", "high50", "low90", "high90", "positive", "negative", "base", "reformed")


def summed(found: np.ndarray, without: np.ndarray, with_: np.ndarray) -> dict[str, np.ndarray]:
    """Return medians, bands and shares of signs by year from differences and both sides [n, t]."""
    there = np.isfinite(found)
    some = there.any(axis=0)
    bands = np.full((len(LEVELS), found.shape[1]), np.nan)
    bands[:, some] = np.nanquantile(found[:, some], LEVELS, axis=0)
    count = there.sum(axis=0)
    shares = [
        np.where(some, (found * sign > 0.0).sum(axis=0) / np.maximum(count, 1), np.nan) for sign in (1, -1)
    ]
    sides = [np.median(side, axis=0) for side in (without, with_)]
    values = (bands[2], bands[1], bands[3], bands[0], bands[4], *shares, *sides)
    return {**dict(zip(QUANTITIES, values, strict=True)), "histories": count}


def compare(
    case: Case, *reforms: ReformLike, histories: int = 200, seed: int = 1, precision: float | None = None,
    series: str = "own_brand_share", year: int | None = None, most: int = MOST, threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:  # fmt: skip
    """Return paired histories of the case without and with the reforms: Reform objects, files, or ready ones by name.

    With `precision` (in the unit of `series`), histories are added beyond a first lot until the median effect on `series` in
    `year` (default: the last) is known that well, or `most` are reached; `histories` is then not used. Raises ReformError with
    every problem of the reforms, UsageError with everything else that cannot be asked, and HistoriesFailed as `run` does.
    """
    return compare_all(case, [reforms], histories, seed, precision, series, year, most, threads, progress)[0]


def compare_all(
    case: Case, packages: Sequence[Sequence[ReformLike]], histories: int = 200, seed: int = 1, precision: float | None = None,
    series: str = "own_brand_share", year: int | None = None, most: int = MOST, threads: int | None = None,
    progress: Progress | None = None,
) -> list[Comparison]:  # fmt: skip
    """Return one comparison for each package of reforms, all on the same histories; packages with one base share its runs.

    Arguments and errors as in `compare`; precision is met when it is met for every package.
    """
    refuse(case, series, year, precision, most, histories=histories, seed=seed, threads=threads)
    prepared = [prepare(case, reforms_meant(case, package)) for package in packages]
    if precision is None:
        return run_pairs(prepared, 0, histories, seed, threads, progress)
    at = int(np.searchsorted(case.years, case.years[-1] if year is None else year))
    found = run_pairs(prepared, 0, min(FIRST_LOT, most), seed, threads, progress)
    while (count := len(found[0].base.records)) < most and max(
        doubt(one, series, at) for one in found
    ) > precision:
        more = run_pairs(prepared, count, min(count, most - count), seed, threads, progress)
        found = [joined(one, other) for one, other in zip(found, more, strict=True)]
    return found


def reforms_meant(case: Case, package: Sequence[Any]) -> tuple[Reform, ...]:
    """Return the reforms of a package: Reform objects, files, or ready ones by name; raises UsageError for anything else."""
    problems = Problems()
    for one in package:
        if not isinstance(one, ReformLike):
            problems.add("reforms", None, None, one, "a Reform, a file, or the name of a ready reform")
    problems.raise_if_any(UsageError)
    return tuple(one if isinstance(one, Reform) else find_reform(one, case) for one in package)


def refuse(
    case: Case, series: str, year: int | None, precision: float | None, most: int, **numbers: int | None
) -> None:
    """Raise one UsageError with everything wrong with a case, a stopping rule, and other numbers (`asked.BOUNDS`)."""
    problems = Problems()
    note_series(problems, [series])
    if note_case(problems, case) and year is not None:
        note_years(problems, "year", [year], case)
    if precision is not None and not (is_number(precision) and precision > 0.0):
        problems.add("precision", None, None, precision, "a number above zero, in the unit of the series")
    note_numbers(problems, most=most, **numbers)
    problems.raise_if_any(UsageError)


@dataclass(frozen=True)
class Prepared:
    """A package of reforms read and laid over: the case without and with it, and the first years that differ."""

    reforms: tuple[Reform, ...]
    base: Case
    reformed: Case
    first: int | None
    free: int | None


def prepare(case: Case, reforms: tuple[Reform, ...]) -> Prepared:
    """Lay a package over the case; raises ReformError with every problem."""
    base, reformed = laid_over(case, *reforms)
    changes, _ = read_changes(case, reforms)
    flat = [change for found in changes for change in found]
    return Prepared(reforms, base, reformed, first_changed(case, flat), free_from(case, reforms, changes))


def run_pairs(
    prepared: Sequence[Prepared],
    first: int,
    histories: int,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> list[Comparison]:
    """Run the bases once each, and every package from its base; the years that all have in common are run once."""
    bases = {one.free: one.base for one in prepared}
    total = histories * len(bases)
    out: dict[int, Comparison] = {}
    for place, (free, base) in enumerate(bases.items()):
        mine = [i for i, one in enumerate(prepared) if one.free == free]
        starts = [start for i in mine if (start := prepared[i].first) is not None]
        changed = [i for i in mine if prepared[i].first is not None]
        tell = (
            None
            if progress is None
            else (lambda done, _, before=place * histories: progress(before + done, total))
        )
        variants = [base, *(prepared[i].reformed for i in changed)]
        runs = run_variants(variants, histories, seed, threads, 8, tell, min(starts, default=0), first)
        side = dict(zip(changed, runs[1:], strict=True))
        for i in mine:
            out[i] = told(prepared[i], runs[0], side.get(i, runs[0]))
    return [out[i] for i in range(len(prepared))]


def told(one: Prepared, base: Run, reformed: Run) -> Comparison:
    """Return the comparison of two runs."""
    years = [None if at is None else int(base.years[at]) for at in (one.first, one.free)]
    return Comparison(one.reforms, base, reformed, years[0], years[1])


def joined(one: Comparison, more: Comparison) -> Comparison:
    """Return the histories of two comparisons of one package as one."""
    sides = [append(a, b) for a, b in ((one.base, more.base), (one.reformed, more.reformed))]
    return Comparison(one.reforms, sides[0], sides[1], one.since, one.free_since)


def append(one: Run, more: Run) -> Run:
    """Return two runs of one case as one; the manifest names both lots."""
    manifest = {**one.manifest, "histories": one.manifest["histories"] + more.manifest["histories"]}
    manifest["fingerprint"] = f"{one.manifest['fingerprint']}+{more.manifest['fingerprint']}"
    records = rows(np.concatenate([one.records, more.records]))
    numbers = np.concatenate([one.histories, more.histories])
    return Run(one.case, numbers, records, one.failed + more.failed, manifest)


def doubt(found: Comparison, series: str, at: int) -> float:
    """Return the wider side of the confidence interval of the median effect in the year of this index."""
    values = found.differences(series)[:, at]
    return interval_of_median(values[np.isfinite(values)])


def interval_of_median(values: np.ndarray) -> float:
    """Return the wider side of the confidence interval of a median from order statistics; infinite for too few values."""
    n = len(values)
    low = int(binom.ppf((1.0 - CONFIDENCE) / 2.0, n, 0.5)) - 1 if n else -1
    if low < 0:
        return float("inf")
    ordered, median = np.sort(values), float(np.median(values))
    return max(median - ordered[low], ordered[n - 1 - low] - median)
