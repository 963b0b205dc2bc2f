"""Which recorded outcomes may a run be compared with?

Outcomes never enter the model. `targets.csv` pairs a series of the model with a fact series, in the unit of the model; sales by maker
come from `firm_sales.csv`, one scope at a time, since scopes overlap (a group total holds its ventures, a brand total its electric cars).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from latecomer import axes
from latecomer.errors import Problems

FILE = "targets.csv"
TRAINING_END = 2010
MAKER_COLUMNS = ["maker_id", "series", "year", "value", "unit", "scope", "source_id", "grade", "line"]
YEAR_FIELDS = {series.name: series for series in axes.YEAR}


def check_targets(targets: pd.DataFrame, facts: pd.DataFrame, labels: dict[str, Sequence[str]], problems: Problems) -> None:
    """Note targets of unknown series, wrong indices, spans without facts, and fits on years after the training sample."""
    known = set(zip(facts["table"], facts["series"], strict=True))
    for row in targets.itertuples():
        series = YEAR_FIELDS.get(row.series)
        if series is not None and bool(row.index_name) != bool(series.axes):
            expected = f"a name along axis {series.axes!r}" if series.axes else "no index"
            problems.add(FILE, row.line, "index", row.index_name, expected)
        elif series is not None and series.axes and row.index_name not in labels[series.axes]:
            problems.add(FILE, row.line, "index", row.index_name, f"a name along axis {series.axes!r}", valid=labels[series.axes])
        if (row.table, row.fact_series) not in known:
            valid = facts.loc[facts["table"] == row.table, "series"].unique()
            problems.add(FILE, row.line, "fact_series", row.fact_series, f"a series of {row.table}.csv", valid=valid)
        if row.last < row.first:
            problems.add(FILE, row.line, "last", row.last, f"a year not before {row.first:g}")
        if row.sample == "fit" and row.last > TRAINING_END:
            problems.add(FILE, row.line, "last", row.last, f"a year up to {TRAINING_END}: later outcomes only check a fit")


def target_values(targets: pd.DataFrame, facts: pd.DataFrame, years: np.ndarray, deflator: np.ndarray) -> pd.DataFrame:
    """Return one row for each target and recorded year: the target's columns, `year`, `value` in the model's unit and its source.

    Rows marked `deflate` are divided by the deflator (t) of their year.
    """
    joined = targets.merge(facts, left_on=["table", "fact_series"], right_on=["table", "series"], suffixes=("", "_fact"))
    joined = joined[(joined["year"] >= joined["first"]) & (joined["year"] <= joined["last"])].copy()
    joined["recorded"] = joined["value"]
    joined["value"] = joined["value"] * joined["scale"]
    prices = dict(zip(years.tolist(), deflator.tolist(), strict=True))
    real = joined["deflate"] == "deflator"
    joined.loc[real, "value"] /= joined.loc[real, "year"].map(prices)
    return joined.sort_values(["line", "year"]).reset_index(drop=True)


def maker_record(sales: pd.DataFrame, makers: pd.DataFrame) -> pd.DataFrame:
    """Return sales and exports by maker and year: own brands by firm, ventures by contract; running totals are left out."""
    kind = makers.set_index("maker_id")["kind"]
    electric = makers.set_index("maker_id")["electric_only"]
    rows = sales[~sales["unit"].str.contains("cumulative")]
    whole = rows["scope"].eq("own_brand_pv") | (rows["scope"].eq("nev") & rows["firm_id"].map(electric).eq(1.0))
    own = rows[whole & rows["firm_id"].map(kind).isin(["own", "plant"])].assign(series="maker_sales")
    own = own.assign(maker_id=own["firm_id"])
    abroad = rows[rows["scope"].eq("export") & rows["firm_id"].map(kind).isin(["own", "plant"])]
    abroad = abroad.assign(series="maker_exports", maker_id=abroad["firm_id"])
    ventures = rows[rows["scope"].eq("jv_pv") & rows["jv_id"].map(kind).eq("venture")].assign(series="maker_sales")
    ventures = ventures.assign(maker_id=ventures["jv_id"])
    out = pd.concat([own, ventures, abroad])[MAKER_COLUMNS]
    return out.sort_values(["series", "maker_id", "year"], kind="stable").reset_index(drop=True)


def group_record(sales: pd.DataFrame, named: Sequence[str]) -> pd.DataFrame:
    """Return vehicles of whole groups by year for the named firms; a firm without group totals is shown by its commercial sales."""
    rows = sales[sales["firm_id"].isin(named)]
    totals = rows[rows["scope"].eq("group_total")]
    rest = rows[rows["scope"].eq("cv") & ~rows["firm_id"].isin(set(totals["firm_id"]))]
    out = pd.concat([totals, rest]).assign(series="group_total")
    return out.rename(columns={"firm_id": "maker_id"})[MAKER_COLUMNS].sort_values(["maker_id", "year"]).reset_index(drop=True)
