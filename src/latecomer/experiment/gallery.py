"""What do the ready reforms of a case do, side by side, and does the literature find the same?

All ready reforms run on the same histories; those with one base share its runs. What the literature found stands in
`findings.csv`, each row a published estimate and the measure of ours that answers the same question, over first to last year:

    change      mean of the differences                          x factor
    relative    100 sum of differences / sum without the reform  x factor
    per_outlay  100 sum of differences / sum of `index`, an outlay without the reform
    total       sum of buyers' surplus, makers' profit and the public balance (`worth`)

`sign` says that only a sign was published (0: next to nothing). We agree in sign where nine histories in ten have it, and in
size where our 90% band meets the published range or our median lies within a factor of two of the published value.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latecomer.case.reform import find_reform, gallery
from latecomer.case.span import marked
from latecomer.experiment.compare import LEVELS, Comparison, compare_all
from latecomer.experiment.worth import flows
from latecomer.record import DIMENSIONS, SERIES, labels_of
from latecomer.types import Case

YEARS = (2010, 2025)
WATCHED = ("own_brand_share", "vehicles", "quality_gap", "vehicle_exports", "great", "strong")
AT_ONCE = 6  # reforms whose runs are held in memory together
SURE, FACTOR = 0.9, 2.0
Progress = Callable[[int, int], None]


def effects_of_all(
    case: Case, names: Sequence[str] | None = None, histories: int = 40, seed: int = 1, years: Sequence[int] | None = None,
    series: Sequence[str] = WATCHED, threads: int | None = None, progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Return two tables of the ready reforms (all, or those named): effects, and what the literature found beside them.

    Years are by default those of `YEARS`, clipped to the case.

    Effects: reform, name, series, year, median, low90, high90, positive, negative, base, reformed, unit, histories.
    Raises ReformError for a name that is none.
    """
    years = marked(YEARS, case.years) if years is None else years
    chosen = list(gallery(case)) if names is None else list(names)
    reforms = {name: find_reform(name, case) for name in chosen}
    total = histories * len(chosen)
    rows: list[dict] = []
    beside: list[pd.DataFrame] = []
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        tell = part_of(progress, start * histories, len(some) * histories, total)
        found = compare_all(
            case, [[reforms[name]] for name in some], histories, seed, threads=threads, progress=tell
        )
        for name, one in zip(some, found, strict=True):
            rows += [row_of(name, one, key, year) for key in series for year in years]
            beside.append(literature(one))
    return pd.DataFrame(rows), pd.concat(beside, ignore_index=True)


def part_of(progress: Progress | None, before: int, mine: int, total: int) -> Progress | None:
    """Return the progress of a part of the work that counts for `mine` histories of all."""
    return None if progress is None else (lambda done, whole: progress(before + done * mine // whole, total))


def row_of(name: str, found: Comparison, series: str, year: int) -> dict:
    """Return one row of the table of effects."""
    effect = found.effect(series, year)
    kept = ("median", "low90", "high90", "positive", "negative", "base", "reformed", "unit", "histories")
    return {
        "reform": name,
        "name": found.name,
        "series": series,
        "year": year,
        **{key: getattr(effect, key) for key in kept},
    }


def literature(found: Comparison) -> pd.DataFrame:
    """Return what was published about the questions of a comparison of one ready reform, beside what is found here.

    Columns: reform, question, ours, published, agree, source, median, low90, high90, value, low, high, note; no rows for others.
    """
    columns = [
        "reform",
        "question",
        "ours",
        "published",
        "agree",
        "source",
        "median",
        "low90",
        "high90",
        "value",
        "low",
        "high",
        "note",
    ]
    table, case = found.case.tables["findings"], found.case
    if len(found.reforms) != 1 or table.empty:
        return pd.DataFrame(columns=columns)
    mine = table[table["reform"] == Path(found.reforms[0].file).stem]
    estimates = case.tables["estimates"].set_index("estimate_id")
    rows = []
    for row in mine.itertuples():
        values = measured(found, row)
        low, median, high = np.quantile(values, (LEVELS[0], 0.5, LEVELS[-1]))
        told = estimates.loc[row.estimate_id]
        published = (told["value"], told["low"], told["high"])
        ours = f"{median:+.3g} (90% of histories: {low:+.3g} to {high:+.3g})"
        rows.append(
            {
                "reform": row.reform, "question": row.question, "ours": ours, "published": published_text(row.sign, *published),
                "agree": verdict(values, row.sign, *published), "source": f"{told['paper']} ({told['year']})",
                "median": median, "low90": low, "high90": high, "value": published[0], "low": published[1], "high": published[2],
                "note": row.note,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def measured(found: Comparison, row: Any) -> np.ndarray:
    """Return our measure of a finding for every history [n]."""
    within = (found.years >= row.first) & (found.years <= row.last)
    if row.measure == "total":
        return row.factor * flows(found)["total"][:, within].sum(axis=1)
    outlay = row.index if row.measure == "per_outlay" else ""
    index = place_of(found, row.series, "" if outlay else row.index)
    change, (base, _) = found.differences(row.series)[index], found.values(row.series)
    change = np.nan_to_num(change[:, within])
    if row.measure == "change":
        return row.factor * change.mean(axis=1)
    below = found.values(outlay)[0] if outlay else base[index]
    whole = below[:, within].sum(axis=1)
    return row.factor * 100.0 * change.sum(axis=1) / np.where(whole == 0.0, np.nan, whole)


def place_of(found: Comparison, series: str, index: str) -> tuple[Any, ...]:
    """Return the index of all histories and years, and of a name along the inner axis of a series."""
    letters = SERIES[series].axes
    return (..., labels_of(found.case)[DIMENSIONS[letters]].index(index)) if letters else (...,)


def published_text(sign: float, value: float, low: float, high: float) -> str:
    """Return a published finding in words."""
    if np.isfinite(sign):
        return {1.0: "yes", -1.0: "no", 0.0: "next to nothing"}[float(sign)]
    span = f" ({low:g} to {high:g})" if np.isfinite(low) and np.isfinite(high) and low != high else ""
    return f"{value:g}{span}" if np.isfinite(value) else span.strip(" ()")


def verdict(values: np.ndarray, sign: float, value: float, low: float, high: float) -> str:
    """Say whether we agree with a published finding, in sign and in size (module docstring)."""
    ours, published = np.median(values), value if np.isfinite(value) else 0.5 * (low + high)
    ends = np.quantile(values, (LEVELS[0], LEVELS[-1]))
    if sign == 0.0:
        return (
            "Yes: our band holds nought" if ends[0] <= 0.0 <= ends[1] else "No: our band does not hold nought"
        )
    direction = sign if np.isfinite(sign) else np.sign(published)
    same, other = (values * direction > 0.0).mean(), (values * direction < 0.0).mean()
    if other >= SURE:
        return "No: the other sign"
    if same < SURE:
        return "Open: our sign is not sure"
    if np.isfinite(sign):
        return "Yes, in sign; no size was published for it"
    floor, top = (value if not np.isfinite(end) else end for end in (low, high))
    meets = ends[0] <= max(floor, top) and ends[1] >= min(floor, top)
    if meets or 1.0 / FACTOR <= ours / published <= FACTOR:
        return "Yes, in sign and size"
    return f"In sign, not in size: ours is {ours / published:.2g} times theirs"
