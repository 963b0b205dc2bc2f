"""Which rows does the report print or draw? Selections of the record and the score, as tables.

Numbers are quantiles of the record and those of `fit.score`; here they are only picked and laid out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from latecomer.case.span import marked
from latecomer.fit.score import position
from latecomer.record import SERIES, Run
from latecomer.study.paired import BAND90, LEVELS, UNDEFINED_AT_ZERO
from latecomer.types import Case

FAN = ["low90", "low50", "median", "high50", "high90"]
SHOWN = (
    "vehicles", "passenger_cars", "sedans", "commercial_vehicles", "own_brand_share", "own_brand_home_share",
    "own_brand_export_share", "new_energy_share", "vehicle_exports", "average_price", "price_index", "quality_gap", "top3_share",
    "great", "strong",
)  # fmt: skip


def fan(run: Run, series: str, index: str = "") -> pd.DataFrame:
    """Return year and quantiles of a series over histories, from the year in which it first moves in any history.

    A share of something that is not there is zero: such a series begins where every history has it.
    """
    values = run.series(series)
    at = position(run.case, series, index)
    table = fan_of(run, values if at is None else values[:, :, at])
    there = (values != 0.0).all(axis=0)
    if series in UNDEFINED_AT_ZERO and there.any():
        table = table[table["year"] >= run.years[np.argmax(there)]].reset_index(drop=True)
    return table


def fan_of(run: Run, values: np.ndarray) -> pd.DataFrame:
    """Return year and quantiles of values [n, t], without the leading years in which no history has moved."""
    moved = (values != values[:, :1]).any(axis=0)
    first = int(np.argmax(moved)) if moved.any() else len(run.years)
    table = pd.DataFrame(np.quantile(values, LEVELS, axis=0).T, columns=FAN)
    table.insert(0, "year", run.years.astype(int))
    return table.iloc[first:].reset_index(drop=True)


def points(record: pd.DataFrame, series: str, index: str = "") -> pd.DataFrame:
    """Return the recorded points of a series: year, recorded, grade, source_id, sample."""
    rows = record[(record["series"] == series) & (record["index"] == index)].drop_duplicates("year")
    columns = ["year", "recorded", "grade", "source_id", "sample"]
    return rows[columns].sort_values("year").reset_index(drop=True)


def provinces(run: Run, year: int) -> pd.DataFrame:
    """Return medians and 90% bands of sales, own-brand share and share of local makers by region in a year."""
    at = int(np.flatnonzero(run.years == year)[0])
    names = run.case.labels
    table = pd.DataFrame(
        {"region": names.regions, "name": names.region_names, "name_local": names.region_names_local}
    )
    columns = {"sales": "region_sales", "own": "region_own_share", "local": "region_local_share"}
    for column, series in columns.items():
        low, median, high = np.quantile(run.series(series)[:, at], BAND90, axis=0)
        table = table.assign(**{column: median, f"{column}_low": low, f"{column}_high": high})
    return table


def power_path(run: Run) -> pd.DataFrame:
    """Return medians and 90% bands of the two indices by year, from the first year with output."""
    made = np.median(run.series("vehicles"), axis=0) > 0
    out = {"year": run.years.astype(int)}
    for name in ("great", "strong"):
        out[f"{name}_low"], out[name], out[f"{name}_high"] = run.bands(name, levels=BAND90)
    return pd.DataFrame(out)[made].reset_index(drop=True)


def marked_years(run: Run, record: pd.DataFrame, years: Sequence[int] | None = None) -> pd.DataFrame:
    """Return simulated beside recorded values of the main series at marked years, one row per series and year.

    Years are by default those that the case marks for tables, clipped to the run. Where nothing has moved yet in any history
    the simulated columns are empty, and so are the recorded ones where no source has a value.
    """
    years = marked(run.case.setting.looks("table"), run.years) if years is None else years
    frames = []
    for series in SHOWN:
        seen = fan(run, series).set_index("year")[["median", "low90", "high90"]]
        seen.columns = ["median", "low", "high"]
        facts = points(record, series).set_index("year")
        rows = seen.reindex(years).join(facts.reindex(years)).reset_index(names="year")
        frames.append(rows.assign(series=series, unit=SERIES[series].unit))
    table = pd.concat(frames, ignore_index=True)
    table = table[table["year"].isin(run.years)]
    columns = ["series", "year", "unit", "median", "low", "high", "recorded", "source_id", "grade", "sample"]
    return table[columns].reset_index(drop=True)


def rank_of(run: Run, year: int) -> tuple[int, float] | None:
    """Return the place of the median output of a year among recorded outputs of the rivals, and it; None if one is missing."""
    facts, rivals = run.case.facts, [series for series, _ in run.case.setting.rivals]
    rows = facts[facts["series"].isin(rivals) & (facts["year"] == year)].drop_duplicates("series")
    if not rivals or len(rows) < len(rivals) or year not in run.years:
        return None
    made = float(np.median(run.series("vehicles")[:, int(np.flatnonzero(run.years == year)[0])]))
    return 1 + int((rows["value"] > made).sum()), made


def recorded_rank(case: Case, year: int) -> int | None:
    """Return the recorded rank in the world in a year, None where the case has none."""
    rows = case.facts[(case.facts["series"] == case.setting.rank_series) & (case.facts["year"] == year)]
    return int(rows["value"].iloc[0]) if len(rows) else None


def fans(run: Run) -> pd.DataFrame:
    """Return the fans of all main series, one row per series and year, with the unit."""
    frames = [fan(run, series).assign(series=series, unit=SERIES[series].unit) for series in SHOWN]
    return pd.concat(frames, ignore_index=True)[["series", "unit", "year", *FAN]]
