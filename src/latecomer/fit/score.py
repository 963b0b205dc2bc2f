"""How near do the histories of a run come to the record, in the years the fit has seen and in those it has not?

Errors are taken at the ensemble median: root mean square of the log ratio (measure `log`) or of the difference
(`level`). Beside the conditional forecast of the years after the sample stand two naive ones made from the sample alone: the last
value carried on (random walk) and the mean growth of the last five years carried on (drift). Coverage is the share of
recorded values inside the 90% band. Record and targets come with the case; nothing here changes either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from latecomer.axes import IMPORTER, PRIVATE
from latecomer.record import SERIES, Run
from latecomer.types import Case, Finding, kept

GROWTH_YEARS = 5
ERROR_COLUMNS = [
    *("target_id", "series", "index", "first", "last", "sample", "measure", "error", "bias", "coverage"),
    *("random_walk", "drift", "points", "unit"),
]
MOMENT_COLUMNS = [
    *("moment_id", "series", "measure", "first", "last", "median", "low", "high", "target", "sd"),
    *("unit", "sample", "source_id", "grade", "note"),
]
LEAST_SALES = 1000.0  # vehicles: below this a maker counts as having nearly left, simulated or recorded


@dataclass(frozen=True, repr=False)
class Score(Finding):
    """How near a run comes to the record: simulated beside recorded values, errors of every target, single published numbers,
    sales of makers and how well they are ranked."""

    title: str
    found: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    sample_end: int

    kind = "score"

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return record, errors, moments, firm_sales, firm_scores."""
        return self.found

    @property
    def question(self) -> str:
        return "How near do the histories come to the record?"

    def sentences(self) -> list[str]:
        """Say how many recorded points lie inside the 90% bands, in the years of the fit and after them."""
        said = []
        for sample, rows in self.tables["errors"].groupby(self.tables["errors"]["sample"] == "check"):
            inside = (rows["coverage"] * rows["points"]).sum() / rows["points"].sum()
            when = "after" if sample else "to"
            said.append(
                f"The 90% bands hold {inside:.0%} of {rows['points'].sum()} recorded points {when} {self.sample_end}."
            )
        return said


def score(run: Run) -> Score:
    """Return how near a run comes to the record of its case."""
    sales = firm_table(run)
    found = {
        "record": record_table(run),
        "errors": errors(run),
        "moments": moment_table(run),
        "firm_sales": sales,
    }
    return Score(
        f"{run.case.title}: the run beside the record",
        {**found, "firm_scores": firm_scores(sales)},
        run.manifest,
        run.case.setting.sample_end,
    )


@kept
def record_table(run: Run) -> pd.DataFrame:
    """Return simulated beside recorded: series, index, year, median, low, high (90%), recorded, unit, source_id,
    grade, sample."""
    rows = run.case.targets
    found = {key: run.bands(key[0], position(run.case, *key), (0.05, 0.5, 0.95)) for key in keys_of(rows)}
    place = {int(year): t for t, year in enumerate(run.years)}
    picked = [found[(r.series, r.index_name)][:, place[int(r.year)]] for r in rows.itertuples()]
    low, median, high = np.array(picked).reshape(-1, 3).T
    return pd.DataFrame(
        {
            "target_id": rows["target_id"], "series": rows["series"], "index": rows["index_name"], "year":
            rows["year"].astype(int),
            "median": median, "low": low, "high": high, "recorded": rows["value"],
            "unit": [SERIES[s].unit for s in rows["series"]], "source_id": rows["source_id"], "grade": rows["grade"],
            "sample": np.where(rows["year"] <= run.case.setting.sample_end, rows["sample"], "check"),
            "measure": rows["measure"], "sd": rows["sd"],
            "note": rows["note"],
        }
    )  # fmt: skip


def keys_of(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the distinct pairs (series, index) of a table of targets."""
    return list(dict.fromkeys(zip(rows["series"], rows["index_name"], strict=True)))


def position(case: Case, series: str, index: str) -> int | None:
    """Return the place of an index name along the inner axis of a series, None for a series without one."""
    letters = SERIES[series].axes
    return case.labels.along(letters).index(index) if letters else None


def gap(row: pd.DataFrame, column: str = "median") -> np.ndarray:
    """Return the error of each row in the measure of its target: log ratio or difference."""
    simulated, truth = row[column].to_numpy(float), row["recorded"].to_numpy(float)
    logs = (row["measure"] == "log").to_numpy()
    ratio = np.log(np.maximum(simulated, 1.0) / np.maximum(truth, 1.0))
    return np.where(logs, ratio, simulated - truth)


def errors(run: Run) -> pd.DataFrame:
    """Return one row per target: span, sample, measure, root-mean-square error, bias, coverage of the 90% band, naive
    forecasts."""
    table = record_table(run)
    out: list[dict] = []
    for target, rows in table.groupby("target_id", sort=False):
        miss = gap(rows)
        inside = (rows["recorded"] >= rows["low"]) & (rows["recorded"] <= rows["high"])
        walk, drift = naive(table, rows, run.case.setting.sample_end)
        out.append(
            {
                "target_id": target, "series": rows["series"].iloc[0], "index": rows["index"].iloc[0],
                "first": int(rows["year"].min()), "last": int(rows["year"].max()), "sample": rows["sample"].iloc[0],
                "measure": rows["measure"].iloc[0], "error": float(np.sqrt(np.mean(miss**2))), "bias": float(np.mean(miss)),
                "coverage": float(inside.mean()), "random_walk": walk, "drift": drift, "points": len(rows),
                "unit": "log" if rows["measure"].iloc[0] == "log" else rows["unit"].iloc[0],
            }
        )  # fmt: skip
    return pd.DataFrame(out, columns=ERROR_COLUMNS)


def naive(table: pd.DataFrame, rows: pd.DataFrame, sample_end: int) -> tuple[float, float]:
    """Return root-mean-square errors of carrying on the last value, and the recent growth, of the same fact series;
    NaN where none."""
    first = rows.iloc[0]
    if first["sample"] != "check":
        return float("nan"), float("nan")
    before = table[
        (table["series"] == first["series"])
        & (table["index"] == first["index"])
        & (table["year"] <= sample_end)
    ]
    before = before.drop_duplicates("year").sort_values("year")
    if before.empty:
        return float("nan"), float("nan")
    logs = first["measure"] == "log"
    values = np.log(before["recorded"]) if logs else before["recorded"]
    last, year = float(values.iloc[-1]), int(before["year"].iloc[-1])
    recent = before["year"] >= year - GROWTH_YEARS
    span = max(year - int(before.loc[recent, "year"].min()), 1)
    slope = (last - float(values[recent].iloc[0])) / span
    truth = np.log(rows["recorded"]) if logs else rows["recorded"]
    ahead = rows["year"].to_numpy() - year
    walk = float(np.sqrt(np.mean((last - truth) ** 2)))
    drift = float(np.sqrt(np.mean((last + slope * ahead - truth) ** 2)))
    return walk, drift


def moment_table(run: Run) -> pd.DataFrame:
    """Return single published numbers beside the run's: the mean of a series over a span, or its log change between two years."""
    rows = []
    for moment in run.case.moments.itertuples():
        place = position(run.case, moment.series, moment.index_name)
        values = run.series(moment.series) if place is None else run.series(moment.series)[:, :, place]
        low, median, high = np.quantile(moment_of(values, moment, run.years), (0.05, 0.5, 0.95))
        rows.append(
            {
                "moment_id": moment.moment_id, "series": moment.series, "measure": moment.measure, "first": int(moment.first),
                "last": int(moment.last), "median": median, "low": low, "high": high, "target": moment.value, "sd": moment.sd,
                "unit": "log change" if moment.measure == "change" else SERIES[moment.series].unit,
                "sample": moment.sample, "source_id": moment.source_id, "grade": moment.grade, "note": moment.note,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=MOMENT_COLUMNS)


def moment_of(values: np.ndarray, moment: Any, years: np.ndarray) -> np.ndarray:
    """Return a moment of every history [n] from a series [n, t]: mean over the span, or log change from its first to
    its last year."""
    first, last = np.searchsorted(years, (moment.first, moment.last))
    if moment.measure == "mean":
        return values[:, first : last + 1].mean(axis=1)
    return np.log(np.maximum(values[:, last], 1e-9) / np.maximum(values[:, first], 1e-9))


def firm_table(run: Run) -> pd.DataFrame:
    """Return one row for each maker and recorded year: maker_id, kind (own or foreign), year, sample, median, recorded.

    Passenger cars. A record after a dated takeover counts with the new owner, as the cars of the model do; it is left
    out where the owner has no record of that year.
    """
    case, makers = run.case, run.case.makers
    names = case.labels.makers
    rows = case.maker_record[case.maker_record["series"] == "maker_sales"]
    rows = rows[rows["year"].isin(run.years)][["maker_id", "year", "value"]].rename(
        columns={"value": "recorded"}
    )
    at = np.array([names.index(name) for name in rows["maker_id"]], dtype=int)
    taken = rows["year"].to_numpy() >= makers["taken_year"][at]
    owners = np.where(taken, makers["taken_by"][at], at)
    known = set(zip(rows["maker_id"][~taken], rows["year"][~taken], strict=True))
    rows = rows.assign(maker_id=[names[m] for m in owners])
    kept = np.array([pair in known for pair in zip(rows["maker_id"], rows["year"], strict=True)], dtype=bool)
    table = rows[kept].groupby(["maker_id", "year"], as_index=False)["recorded"].sum()
    median = np.median(run.series("maker_sales"), axis=0)
    at = np.array([names.index(name) for name in table["maker_id"]], dtype=int)
    table["median"] = median[table["year"].to_numpy() - int(run.years[0]), at]
    table["kind"] = np.where(makers["ownership"][at] <= PRIVATE, "own", "foreign")
    table["sample"] = np.where(table["year"] <= run.case.setting.sample_end, "fit", "check")
    table = table[makers["ownership"][at] != IMPORTER]
    return table[["maker_id", "kind", "year", "sample", "median", "recorded"]].reset_index(drop=True)


def firm_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return how well sizes of makers are ranked, by kind and sample: correlations of log sales, over makers and pooled.

    `over_makers` compares each maker's mean of logs over its recorded years; `pooled` every maker and year.
    """
    logs = table.assign(
        simulated=np.log(np.maximum(table["median"], LEAST_SALES)),
        told=np.log(np.maximum(table["recorded"], LEAST_SALES)),
    )
    out = []
    for (kind, sample), rows in logs.groupby(["kind", "sample"], sort=True):
        means = rows.groupby("maker_id")[["simulated", "told"]].mean()
        out.append(
            {
                "kind": kind, "sample": sample, "makers": len(means), "points": len(rows),
                "over_makers": correlation(means), "pooled": correlation(rows),
            }
        )  # fmt: skip
    return pd.DataFrame(out, columns=["kind", "sample", "makers", "points", "over_makers", "pooled"])


def correlation(rows: pd.DataFrame) -> float:
    """Return the correlation of simulated and recorded logs, NaN for fewer than three points."""
    return float(np.corrcoef(rows["simulated"], rows["told"])[0, 1]) if len(rows) > 2 else float("nan")
