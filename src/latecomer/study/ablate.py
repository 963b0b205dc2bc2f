"""What does each part of the system do? Switch it off, keep everything else, and see what moves.

For every part of `parts.csv` the same histories are run with and without it: same seed, same history numbers, same keys,
so that chance is the same on both sides. History n gives one difference per series and year,

    d_n = x_n(part off) - x_n(all parts on),

and reported are its median and 90% band over the histories, not the difference of two medians. A part that is off takes
its interactions with all other parts along; differences of several parts do not add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latecomer.asked import note_years
from latecomer.case.span import marked
from latecomer.errors import HistoriesFailed
from latecomer.record import SERIES, Run
from latecomer.run import run, run_variants
from latecomer.shown import Shown
from latecomer.study.paired import BAND90, UNDEFINED_AT_ZERO, Progress, Steps, asked_of, made_by, switched
from latecomer.study.words import signed, told
from latecomer.types import Case, Finding

WATCHED = (
    *("own_brand_share", "own_brand_home_share", "own_brand_export_share", "vehicles", "passenger_cars"),
    *("quality_gap", "core_control", "great", "strong"),
)


@dataclass(frozen=True, repr=False)
class Part(Shown):
    """A part of the system: its number, name, question, and the rows of `parts.csv` that switch it off."""

    number: int
    name: str
    question: str
    note: str
    switches: pd.DataFrame

    @property
    def told(self) -> str:
        """Return the switches in words: `comfort_effect off, venture.allowed off`."""
        said = []
        for row in self.switches.itertuples():
            since = "" if np.isnan(row.from_year) else f" from {row.from_year:.0f}"
            said.append(f"{row.target} {row.value}{since}")
        return ", ".join(said)


@dataclass(frozen=True, repr=False)
class Ablation(Finding):
    """What each part does. `table` has one row for each part, series and year: part, name, series, year, difference, low,
    high (median and 90% band of off less on, in the unit of the series; not a number where the series is not defined without
    the part), on, off (medians), unit, histories (pairs), switches."""

    title: str
    table: pd.DataFrame
    manifest: Mapping[str, Any]

    kind = "ablation"

    @property
    def question(self) -> str:
        return "What moves when one part of the system is switched off?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"parts": self.table}

    def sentences(self) -> list[str]:
        """Say for every series which part moves it most in the last year."""
        return largest(self.table, "when switching off")


def by_series(found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each series, in the order of the table."""
    return {str(series): rows for series, rows in found.groupby("series", sort=False)}


def largest(found: pd.DataFrame, how: str) -> list[str]:
    """Say for every series which part or reform moves it most in the last year, and whether the sign is clear."""
    last, said = found[found["year"] == found["year"].max()], []
    for series, rows in by_series(last).items():
        rows = rows[rows["difference"].notna()]
        if rows.empty:
            continue
        title, factor, unit = told(series, str(rows["unit"].iloc[0]))
        most = rows.loc[rows["difference"].abs().idxmax()]
        clear = "" if most["low"] > 0.0 or most["high"] < 0.0 else "; no clear sign"
        middle, low, high = (signed(most[name] * factor) for name in ("difference", "low", "high"))
        band = f"{middle} {unit} ({low} to {high})"
        said.append(
            f"{title}, {most['year']}: the largest change comes {how} “{most['name']}”, {band}{clear}."
        )
    return said


def parts_of(case: Case, table: str = "parts") -> list[Part]:
    """Return the parts of a case (or its other `structures`) in the order of their numbers; none if it has no such table."""
    out = []
    for number, rows in case.tables[table].groupby("part", sort=True):
        head = rows.iloc[0]
        out.append(Part(int(number), str(head["name"]), str(head["question"]), str(head["note"]), rows))
    return out


def structures(case: Case) -> dict[str, Case]:
    """Return the case made in each of the other ways of `structures.csv`, by name; not fitted again."""
    return {part.name: switched(case, part.switches) for part in parts_of(case, "structures")}


def ablate(
    case: Case,
    histories: int = 100,
    seed: int = 1,
    years: Sequence[int] | None = None,
    series: Sequence[str] = WATCHED,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Ablation:
    """Return what each part of the case does: the same histories with and without it.

    Years are by default the headline years of the case.
    `progress(done, total)` counts histories over all runs. Raises
    UsageError with all that cannot be asked, a case without parts included, and HistoriesFailed where too many histories fail
    without a part.
    """
    with asked_of(case, "parts", series, histories=histories, seed=seed, threads=threads) as problems:
        years = marked(case.setting.looks("headline"), case.years) if years is None else years
        note_years(problems, "years", years, case)
    parts = parts_of(case)
    work = Steps(progress, (len(parts) + 1) * histories)
    plain = picked(run(case, histories, seed, threads, progress=work.within(histories)), years, series)
    rows: list[dict] = []
    for part in parts:
        try:
            variant = switched(case, part.switches)  # may lie outside the ranges that `run` holds a user to
            (result,) = run_variants([variant], histories, seed, threads, progress=work.within(histories))
            off = picked(result, years, series)
            del result  # a run is large, and the next one is made before this name is used again
        except HistoriesFailed as error:
            raise HistoriesFailed(f"Without part {part.number} ({part.name}): {error}") from error
        rows += compared(part, plain, off, years, series)
    return Ablation(f"What each part does: {case.title}", pd.DataFrame(rows), made_by(case, histories, seed))


def picked(result: Run, years: Sequence[int], series: Sequence[str]) -> dict[tuple[str, int], pd.Series]:
    """Return the values of each series and year, by history number."""
    place = {int(year): t for t, year in enumerate(result.years)}
    return {
        (name, year): pd.Series(result.series(name)[:, place[year]].copy(), index=result.histories)
        for name in series
        for year in years
    }


def compared(
    part: Part,
    plain: dict[tuple[str, int], pd.Series],
    switched: dict[tuple[str, int], pd.Series],
    years: Sequence[int],
    series: Sequence[str],
) -> list[dict]:
    """Return the rows of one part: paired differences over the histories that both runs have."""
    rows = []
    for name in series:
        for year in years:
            on, off = plain[name, year].align(switched[name, year], join="inner")
            if name in UNDEFINED_AT_ZERO:
                both = (on != 0.0) & (off != 0.0)
                on, off = on[both], off[both]
            low, median, high = np.quantile(off - on, BAND90) if len(on) else (np.nan,) * 3
            rows.append(
                {
                    "part": part.number, "name": part.name, "series": name, "year": int(year), "difference": median,
                    "low": low, "high": high, "on": on.median(), "off": off.median(), "unit": SERIES[name].unit,
                    "histories": len(on), "switches": part.told,
                }
            )  # fmt: skip
    return rows
