"""What would have been different? The same histories with and without a reform, year by year, with a band.

Both sides share the years before the first change, which are run once; effects are those of `pairs`. What the answer of a
comparison is made of - the course of every headline effect, channels, money, makers, provinces, growth, the literature - is found
here, each once, and shown elsewhere.

Precision: histories are added, twice as many in all each time, until the 90% confidence interval of the median effect is no wider
than asked for on either side. The interval is free of any law: its ends are order statistics, whose ranks are binomial (David and
Nagaraja 2003, section 7.1).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from latecomer.asked import is_number, note_years
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
from latecomer.record import Run
from latecomer.run import rows, run_variants
from latecomer.study import channels, firms, headline, literature, worth
from latecomer.study.paired import Progress, Steps, asked_of
from latecomer.study.pairs import Pairs
from latecomer.study.summary import Summary, tidy
from latecomer.types import Case, Finding

CONFIDENCE = 0.90
FIRST_LOT, MOST = 50, 5000


class Comparison(Pairs, Finding):
    """Paired histories without (`base`) and with (`reformed`) one or more reforms, and what was different (`Pairs`)."""

    kind = "comparison"

    @property
    def title(self) -> str:
        return f"{self.name}: what would have been different"

    @property
    def question(self) -> str:
        return "What would have been different?"

    @cached_property
    def sides(self) -> tuple[Summary, Summary]:
        """Return what each side says, without and with the reform."""
        return Summary(self.base), Summary(self.reformed)

    @property
    def gains(self) -> worth.Worth:
        """Return the money of the reform up to the last year."""
        return worth.worth(self)

    @property
    def gains_at_peak(self) -> worth.Worth | None:
        """Return the money up to the year of the largest sure effect on own brands; None without one before the last year."""
        peak = next((one.peak for one in headline.courses(self) if one.series == "own_brand_share"), None)
        return worth.worth(self, last=peak) if peak is not None and peak < self.years[-1] else None

    @property
    def literature(self) -> pd.DataFrame:
        """Return what was published about the questions of a ready reform, beside what is found here; no rows for others."""
        return literature.literature(self)

    @cached_property
    def spreads(self) -> tuple[float, float]:
        """Return the spread of paired and of unpaired differences of own brands in cars made, in the last year."""
        without, with_ = (side[:, -1] for side in self.values("own_brand_share"))
        return float(np.std(with_ - without)), float(np.hypot(np.std(with_), np.std(without)))

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return effects, effects on makers, makers that gain, channels, money, provinces, buyers, the tidy form."""
        gains, moved = self.gains, channels.channel_table(self)
        return {
            "effects": self.to_frame(), "maker_effects": firms.effects_by_maker(self), "firms": firms.gains_of_makers(self),
            "channels": moved.assign(unit=np.where(moved["relative"], "share of history", moved["unit"])),
            "money": gains.money, "provinces": gains.regions, "buyers": gains.buyers, "bought": gains.bought,
            "tidy": tidy({"history": self.base, self.name: self.reformed}),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """Say what would have been different, with bands and probabilities."""
        if self.since is None:
            return ["The reform changes nothing within the years of the case: every effect is exactly zero."]
        nothing = headline.silent(self)
        if nothing:
            return [nothing]
        first = [*firms.standing_told(self), *headline.share_told(self)]
        return [*first, *headline.course_sentences(self), *headline.permits_told(self)]


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
    with paired_request(case, series, year, precision, most, histories=histories, seed=seed, threads=threads):
        pass
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


@contextmanager
def paired_request(
    case: Case, series: str, year: int | None, precision: float | None = None, most: int = MOST, **numbers: int | None
) -> Iterator[Problems]:  # fmt: skip
    """Give the problems of a request of paired histories, and raise one UsageError with all of them (`asked_of`)."""
    with asked_of(case, "", [series], most=most, **numbers) as problems:
        if year is not None:
            note_years(problems, "year", [year], case)
        if precision is not None and not (is_number(precision) and precision > 0.0):
            problems.add("precision", None, None, precision, "a number above zero, in the unit of the series")
        yield problems


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
    work = Steps(progress, histories * len(bases))
    out: dict[int, Comparison] = {}
    for free, base in bases.items():
        mine = [i for i, one in enumerate(prepared) if one.free == free]
        starts = [start for i in mine if (start := prepared[i].first) is not None]
        changed = [i for i in mine if prepared[i].first is not None]
        variants = [base, *(prepared[i].reformed for i in changed)]
        same = min(starts, default=0)
        runs = run_variants(variants, histories, seed, threads, 8, work.within(histories), same, first)
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
