"""What does each part of the system do? Switch it off, keep everything else, and see what moves.

For every part of `parts.csv` the same histories are run with and without it: same seed, same history numbers, same keys,
so that chance is the same on both sides. History n gives one difference per series and year,

    d_n = x_n(part off) - x_n(all parts on),

and reported are its median and 90% band over the histories, not the difference of two medians. A part that is off takes
its interactions with all other parts along; differences of several parts do not add up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.asked import note_case, note_numbers, note_series, note_years
from latecomer.case.span import marked
from latecomer.errors import HistoriesFailed, Problems, UsageError
from latecomer.record import SERIES, Run
from latecomer.run import run, run_variants
from latecomer.shown import Shown
from latecomer.study.switching import switched
from latecomer.types import Case

WATCHED = (
    *("own_brand_share", "own_brand_home_share", "own_brand_export_share", "vehicles", "passenger_cars"),
    *("quality_gap", "core_control", "great", "strong"),
)
LEVELS = (0.05, 0.5, 0.95)
# Compared with something that may not be there (ventures, exports): zero means that there is nothing to compare.
UNDEFINED_AT_ZERO = ("quality_gap", "own_brand_export_share")
Progress = Callable[[int, int], None]


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
) -> pd.DataFrame:
    """Return one row for each part, series and year: median and 90% band of the paired difference, off less on.

    Years are by default the headline years of the case, clipped to the case.

    Columns: part, name, series, year, difference, low, high (unit of the series; not a number where the series is not
    defined without the part), on, off (medians), unit, histories (pairs), switches. `progress(done, total)` counts
    histories over all runs. Raises UsageError with all that cannot be asked, a case without parts included, and
    HistoriesFailed where too many histories fail without a part.
    """
    years = marked(case.setting.looks("headline"), case.years) if years is None else years
    refuse(case, years, series, histories=histories, seed=seed, threads=threads)
    parts = parts_of(case)
    total = (len(parts) + 1) * histories

    def step(runs_done: int) -> Progress | None:
        return None if progress is None else lambda done, _: progress(runs_done * histories + done, total)

    plain = picked(run(case, histories, seed, threads, progress=step(0)), years, series)
    rows: list[dict] = []
    for place, part in enumerate(parts, 1):
        try:
            variant = switched(case, part.switches)  # may lie outside the ranges that `run` holds a user to
            (result,) = run_variants([variant], histories, seed, threads, progress=step(place))
            off = picked(result, years, series)
            del result  # a run is large, and the next one is made before this name is used again
        except HistoriesFailed as error:
            raise HistoriesFailed(f"Without part {part.number} ({part.name}): {error}") from error
        rows += compared(part, plain, off, years, series)
    return pd.DataFrame(rows)


def refuse(case: Case, years: Sequence[int], series: Sequence[str], **numbers: int | None) -> None:
    """Raise one UsageError with every year and series that the case does not have, and every number out of bounds."""
    problems = Problems()
    if note_case(problems, case):
        if case.tables["parts"].empty:
            problems.add("parts.csv", expected=f"the parts of the case {case.name}, one row a switch")
        note_years(problems, "years", years, case)
    note_series(problems, series)
    note_numbers(problems, **numbers)
    problems.raise_if_any(UsageError)


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
            low, median, high = np.quantile(off - on, LEVELS) if len(on) else (np.nan,) * 3
            rows.append(
                {
                    "part": part.number, "name": part.name, "series": name, "year": int(year), "difference": median,
                    "low": low, "high": high, "on": on.median(), "off": off.median(), "unit": SERIES[name].unit,
                    "histories": len(on), "switches": part.told,
                }
            )  # fmt: skip
    return rows
