"""Does the literature find the same? What was published about a ready reform, beside what its pairs of histories show.

What the literature found stands in `findings.csv`, each row a published estimate and the measure of ours that answers the same
question, over first to last year:

    change      mean of the differences                          x factor
    relative    100 sum of differences / sum without the reform  x factor
    net         mean of the differences, less those of `index`, an outlay
    net_share   100 sum of these / sum of `index` without the reform                x factor
    total       sum of buyers' surplus, makers' profit and the public balance (`worth`)

`sign` says that only a sign was published (0: near zero). Our sign is sure where our 90% band excludes zero. In size
we agree only where both ends of a range were published (`RULE`): with our median inside it, in part where only our band
meets it, not where the two lie apart. One value, or one end, can show how far off we are, not that we agree.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latecomer.record import DIMENSIONS, SERIES, labels_of
from latecomer.study.paired import BAND90
from latecomer.study.pairs import Pairs
from latecomer.study.words import signed
from latecomer.study.worth import flows
from latecomer.types import kept

NET = ("net", "net_share")
RULE = (
    "We agree in sign where our 90% band excludes zero on the published side. We agree in size only where both ends "
    "of a range are "
    "published and our median lies between them; in part where only our 90% band meets the range. Against a single "
    "value or one end "
    "no agreement in size can be claimed: the ratio is shown."
)
LOG, MONEY = "log units", "billion CNY of 2010"
COLUMNS = [
    *("reform", "question", "ours", "published", "agree", "source", "median", "low90", "high90", "unit"),
    *("value", "low", "high", "note"),
]


@kept
def literature(found: Pairs) -> pd.DataFrame:
    """Return what was published about the questions of a comparison of one ready reform, beside what is found here.

    Columns: reform, question, ours, published, agree, source, median, low90, high90, unit, value, low, high, note;
    no rows for others.
    """
    table, case = found.case.tables["findings"], found.case
    if len(found.reforms) != 1 or table.empty:
        return pd.DataFrame(columns=COLUMNS)
    mine = table[table["reform"] == Path(found.reforms[0].file).stem]
    estimates = case.tables["estimates"].set_index("estimate_id")
    rows = []
    for row in mine.itertuples():
        values = measured(found, row)
        low, median, high = np.quantile(values, BAND90)
        told = estimates.loc[row.estimate_id]
        published = (told["value"], told["low"], told["high"])
        unit = unit_of(row)
        ours = f"{ours_text(median, unit)} {unit} (90% of histories: {ours_text(low, unit)} to {ours_text(high, unit)})"
        rows.append(
            {
                "reform": row.reform, "question": row.question, "ours": ours,
                "published": published_text(row.sign, *published, str(told["unit"]).split(" (")[0]),
                "agree": verdict(values, row.sign, *published), "source": f"{told['paper']} ({told['year']})",
                "median": median, "low90": low, "high90": high, "unit": unit,
                "value": published[0], "low": published[1], "high": published[2],
                "note": row.note,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def measured(found: Pairs, row: Any) -> np.ndarray:
    """Return our measure of a finding for every history [n]."""
    within = (found.years >= row.first) & (found.years <= row.last)
    if row.measure == "total":
        return row.factor * flows(found)["total"][:, within].sum(axis=1)
    outlay = row.index if row.measure in NET else ""
    index = place_of(found, row.series, "" if outlay else row.index)
    change, (base, _) = found.differences(row.series)[index], found.values(row.series)
    if outlay:
        change, base = change - found.differences(outlay), found.values(outlay)[0]
    else:
        base = base[index]
    change = np.nan_to_num(change[:, within])
    if row.measure in ("change", "net"):
        return row.factor * change.mean(axis=1)
    whole = base[:, within].sum(axis=1)
    return row.factor * 100.0 * change.sum(axis=1) / np.where(whole == 0.0, np.nan, whole)


def place_of(found: Pairs, series: str, index: str) -> tuple[Any, ...]:
    """Return the index of all histories and years, and of a name along the inner axis of a series."""
    letters = SERIES[series].axes
    return (..., labels_of(found.case)[DIMENSIONS[letters]].index(index)) if letters else (...,)


def unit_of(row: Any) -> str:
    """Return the unit of our measure of a finding."""
    if row.measure == "total":
        return MONEY
    if row.measure in ("relative", "net_share"):
        return "%"
    unit = SERIES[row.series].unit
    if unit == LOG and row.factor == 100.0:
        return "log points"
    return "points" if unit.startswith("share") else unit


def ours_text(value: float, unit: str) -> str:
    """Return a measure of ours with its sign, without an exponent; shares in points."""
    return signed(100.0 * value if unit == "points" else value)


def published_text(sign: float, value: float, low: float, high: float, unit: str = "") -> str:
    """Return a published finding in words."""
    if np.isfinite(sign):
        return {1.0: "yes", -1.0: "no", 0.0: "near zero"}[float(sign)]
    two = np.isfinite(low) and np.isfinite(high) and low != high
    if two:
        told = f"{value:g} ({low:g} to {high:g})" if np.isfinite(value) else f"{low:g} to {high:g}"
    elif np.isfinite(low) != np.isfinite(high):
        told = f"more than {low:g}" if np.isfinite(low) else f"less than {high:g}"
    else:
        told = f"{value:g}" if np.isfinite(value) else f"{low:g}"
    return f"{told} {unit}".strip()


def verdict(values: np.ndarray, sign: float, value: float, low: float, high: float) -> str:
    """Say whether we agree with a published finding, in sign and in size, by `RULE`."""
    ours, ends = float(np.median(values)), np.quantile(values, BAND90[::2])
    if sign == 0.0:
        return "Yes: our band includes zero" if ends[0] <= 0.0 <= ends[1] else "No: our band excludes zero"
    direction = sign if np.isfinite(sign) else np.sign(next(x for x in (value, low, high) if np.isfinite(x)))
    if ends[0] <= 0.0 <= ends[1]:
        return "Open: our band includes zero"
    if ours * direction < 0.0:
        return "No: the other sign"
    if np.isfinite(sign):
        return "Yes, in sign; no size was published for it"
    return f"Yes, in sign; {size_told(ours, ends, value, low, high)}"


def size_told(ours: float, ends: np.ndarray, value: float, low: float, high: float) -> str:
    """Say whether our size agrees with a published one."""
    if np.isfinite(low) and np.isfinite(high) and low != high:
        if low <= ours <= high:
            return "in size, too: our median lies in the published range"
        if ends[0] <= high and ends[1] >= low:
            return "in size only in part: our band meets the published range, our median lies outside"
        times = ours / nearest_end(ours, low, high)
        return f"not in size: our band lies apart from the published range ({times:.2g} times its nearer end)"
    if np.isfinite(low) != np.isfinite(high):
        end, word = (low, "above") if np.isfinite(low) else (high, "below")
        side = "on its side" if (ours >= end) == (word == "above") else "beyond it"
        return f"size open: only one end was published, ours lies {side} ({ours / end:.2g} times it)"
    point = value if np.isfinite(value) else low
    return f"size open: no range was published, ours is {ours / point:.2g} times theirs"


def nearest_end(ours: float, low: float, high: float) -> float:
    """Return the end of a range that lies nearer to a value."""
    return low if abs(ours - low) <= abs(ours - high) else high
