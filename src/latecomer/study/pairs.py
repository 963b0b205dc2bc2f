"""How do two sides of the same histories differ? Pairs without and with a reform, and the effect on every series by year.

History n of both sides has the same seed, number and parameters, so that chance is the same until the reform moves something:

    d_n(t) = x_n(t | reform) - x_n(t | history)

An effect is the median of d over the histories, with the bands that hold 50% and 90% of them, and the share of histories in
which it is positive and negative. It is not the difference of two medians. A reform that changes nothing has an effect of exactly
zero. The effects on a series are computed once, for all years.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray

from latecomer.asked import PLAIN_SERIES, note_series, note_years
from latecomer.case.reform import Reform, change_rows, read_changes
from latecomer.case.reform_reader import Change
from latecomer.errors import Problems, UsageError
from latecomer.record import DIMENSIONS, SERIES, Index, Run, labels_of, place_of
from latecomer.shown import Shown
from latecomer.study.paired import UNDEFINED_AT_ZERO, bands_by_year
from latecomer.types import Case, kept

QUANTITIES = ("median", "low50", "high50", "low90", "high90", "positive", "negative", "base", "reformed")


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
class Pairs(Shown):
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

    @cached_property
    def changes(self) -> list[list[Change]]:
        """Return the paths that each reform sets."""
        return read_changes(self.case, self.reforms)[0]

    @property
    def changed(self) -> list[list[dict[str, Any]]]:
        """Return for each reform what it changes, a row for each path: what, years, before, after, unit."""
        return [change_rows(self.case, mine) for mine in self.changes]

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
        row = effects_by_year(self, series, plain(index)).iloc[int(year - self.years[0])]
        numbers = {name: float(row[name]) for name in QUANTITIES}
        unit = SERIES[series].unit
        return Effect(series, named(index), int(year), **numbers, histories=int(row["histories"]), unit=unit)

    def effects(self, series: str, index: Index = None) -> pd.DataFrame:
        """Return the effect on a series without inner axes left by year; columns as the fields of `Effect`."""
        problems = Problems()
        note_place(problems, self.case, series, index)
        problems.raise_if_any(UsageError)
        return effects_by_year(self, series, plain(index)).copy()

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


def plain(index: Index) -> Index:
    """Return an index that can be a key."""
    return index if index is None or isinstance(index, str) else tuple(index)


@kept
def effects_by_year(found: Pairs, series: str, index: Index) -> pd.DataFrame:
    """Return the effects on a series by year; kept with the pairs, so to be copied before it is changed."""
    told = {"series": series, "index": named(index), "year": found.years.astype(int)}
    rows = summed(found.differences(series, index), *found.values(series, index))
    return pd.DataFrame({**told, **rows, "unit": SERIES[series].unit})


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


def summed(found: np.ndarray, without: np.ndarray, with_: np.ndarray) -> dict[str, np.ndarray]:
    """Return medians, bands and shares of signs by year from differences and both sides [n, t]."""
    there = np.isfinite(found)
    some = there.any(axis=0)
    bands = bands_by_year(found)
    count = there.sum(axis=0)
    shares = [
        np.where(some, (found * sign > 0.0).sum(axis=0) / np.maximum(count, 1), np.nan) for sign in (1, -1)
    ]
    sides = [np.median(side, axis=0) for side in (without, with_)]
    values = (bands[2], bands[1], bands[3], bands[0], bands[4], *shares, *sides)
    return {**dict(zip(QUANTITIES, values, strict=True)), "histories": count}
