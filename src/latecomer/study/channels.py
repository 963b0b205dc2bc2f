"""Through what did a reform work? Which mechanism moved first, and by how much, told in sentences built from numbers.

Every mechanism has a series that stands for it. It has moved in the first year in which the 90% band of the difference excludes
zero and its median is at least one hundredth of the level without the reform, in that year and the next.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latecomer.study.paired import bands_by_year
from latecomer.study.pairs import Pairs
from latecomer.study.words import signed
from latecomer.types import kept
from latecomer.vocabulary import QUANTITIES, UNITS, told_in

NOTICED = 0.01
FOREIGN_CARS = "foreign_cars"  # cars made by ventures and foreign plants: what own brands do not make


@dataclass(frozen=True)
class Channel:
    """A mechanism, the series that stands for it (summed over its inner axis), and whether it is told against its level."""

    mechanism: str
    series: str
    relative: bool = True

    @property
    def told(self) -> tuple[float, str]:
        """Return the factor to the unit in which a difference that is not told against its level is told, and that unit."""
        field = QUANTITIES[self.series]
        return (
            told_in(field.unit) if field.change == UNITS[field.unit].change else (field.factor, field.change)
        )


CHANNELS = (
    Channel("Imports", "imports"),
    Channel("Entry of foreign makers", "ventures", relative=False),
    Channel("Entry of foreign makers", "foreign_plants", relative=False),
    Channel("Output of ventures and foreign plants", FOREIGN_CARS, relative=False),
    Channel("Entry", "makers_active", relative=False),
    Channel("Access", "technology_sources", relative=False),
    Channel("Digestion", "learning"),
    Channel("Improvement", "improvements"),
    Channel("Own effort", "research"),
    Channel("Brand", "own_trust", relative=False),
    Channel("Quality", "quality_gap", relative=False),
    Channel("Prices", "own_brand_price"),
    Channel("Prices", "average_price"),
    Channel("Demand", "home_sales"),
    Channel("Exports", "vehicle_exports"),
)
SMALLEST = {
    "share": 0.005,
    "utility": 0.005,
    "ventures": 0.5,
    "makers": 0.5,
    "problems per 100 cars": 1.0,
    "thousand": 1000.0,
}


@kept
def channel_table(found: Pairs) -> pd.DataFrame:
    """Return one row for each mechanism: the year in which it first moved (missing: it did not), and the difference then and
    in the last year with 90% bands; the earliest first."""
    rows = [moved(found, channel) for channel in CHANNELS]
    return pd.DataFrame(rows).sort_values("first", na_position="last", kind="stable").reset_index(drop=True)


def both_sides(found: Pairs, series: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the differences and the values without the reform [n, t, ...] of a series or of what own brands do not make."""
    if series != FOREIGN_CARS:
        return found.differences(series), found.values(series)[0]
    cars, shares = found.values("passenger_cars"), found.values("own_brand_share")
    without, with_ = (made * (1.0 - share) for made, share in zip(cars, shares, strict=True))
    return with_ - without, without


def moved(found: Pairs, channel: Channel) -> dict:
    """Return the row of one mechanism."""
    values, base = both_sides(found, channel.series)
    if values.ndim == 3:
        values, base = values.sum(axis=2), base.sum(axis=2)
    bands = bands_by_year(values)
    level = np.abs(np.median(base, axis=0))
    with np.errstate(invalid="ignore"):
        sure = (bands[0] > 0.0) | (bands[4] < 0.0)
        clear = sure & (np.abs(bands[2]) >= np.maximum(NOTICED * level, smallest(channel)))
    lasting = clear & np.append(clear[1:], clear[-1:])
    at = int(np.argmax(lasting)) if lasting.any() else -1
    last = values.shape[1] - 1
    row = {"mechanism": channel.mechanism, "series": channel.series, "title": QUANTITIES[channel.series].phrase,
           "relative": channel.relative,
           "unit": QUANTITIES[channel.series].unit if channel.relative else channel.told[1]}  # fmt: skip
    row |= {"first": float(found.years[at]) if at >= 0 else np.nan, "last": int(found.years[last])}
    for name, t in (("first", at), ("last", last)):
        scale = channel.told[0] if not channel.relative else 100.0 / level[t] if level[t] > 0.0 else np.nan
        row |= {f"{name}_{key}": bands[i, t] * scale for key, i in (("low", 0), ("median", 2), ("high", 4))}
    return {**row, "clear_at_last": bool(clear[last])}


def smallest(channel: Channel) -> float:
    """Return the smallest difference of a series that counts, where it is not measured against its level."""
    if channel.relative:
        return 0.0
    return SMALLEST.get(channel.told[1], SMALLEST["share"])


def channel_sentences(found: Pairs) -> list[str]:
    """Say which mechanism moved first, which followed, and which did not clearly move."""
    if found.since is None:
        return ["The reform changes nothing within the years of the case, so nothing moves."]
    table = channel_table(found)
    rows = table[table["first"].notna()]
    if rows.empty:
        return ["No mechanism moves so much that the 90% band of its difference excludes zero."]
    said: list[str] = []
    before = np.nan
    for row in rows.drop_duplicates("mechanism").itertuples():
        how = "moved first" if not said else "moved in the same year" if row.first == before else "followed"
        when = "" if row.first == before else f" in {row.first:.0f}"
        then = f"{row.title}, {told(row.first_median, row.first_low, row.first_high, row)}"
        after = f"; in {row.last} the 90% band of the difference includes zero"
        if row.clear_at_last:
            after = f"; in {row.last} {told(row.last_median, row.last_low, row.last_high, row)}"
        said.append(f"{row.mechanism} {how}{when}: {then}{'' if row.first == row.last else after}.")
        before = row.first
    still = [name for name in dict.fromkeys(table["mechanism"]) if name not in set(rows["mechanism"])]
    if still:
        said.append(f"Not clearly moved: {', '.join(name.lower() for name in still)}.")
    return said


def told(median: float, low: float, high: float, row: Any) -> str:
    """Return a difference with its band in words."""
    unit = "%" if row.relative else f" {row.unit}"
    return f"{signed(median)}{unit} (90% of histories: {signed(low)} to {signed(high)})"
