"""How are results shown on a terminal? Formatting only: numbers come from run and score."""

import numpy as np
import pandas as pd
from rich.table import Table
from rich.text import Text

from latecomer.case.span import marked
from latecomer.record import Run
from latecomer.study.summary import Summary
from latecomer.vocabulary import SERIES, YEAR

HEADLINES = (
    "vehicles", "passenger_cars", "own_brand_share", "own_brand_home_share", "own_brand_export_share", "new_energy_share",
    "vehicle_exports", "price_index", "quality_gap",
)  # fmt: skip
PATH_COLUMNS = (*HEADLINES, "great", "strong")
OUTSIDE = "!"


def result_table(found: Summary) -> Table:
    """Return simulated medians beside recorded figures at the chosen years; a mark (!) says that a figure lies
    outside the 90% band."""
    years = marked(found.run.case.setting.looks("table"), found.years)
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        title=f"{found.title}: {len(found.run.histories)} histories",
        title_justify="left",
    )
    table.add_column("", no_wrap=True)
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    rows = found.rows.drop_duplicates(["series", "index", "year"])
    rows = rows[rows["index"] == ""].set_index(["series", "year"])
    for name in HEADLINES:
        field = SERIES[name]
        at = [rows.loc[(name, year)] for year in years]
        table.add_row(field.head, *(short(row["median"] * field.factor) for row in at))
        if any(np.isfinite(row["recorded"]) for row in at):
            table.add_row(
                Text("  recorded", style="dim"),
                *(Text(recorded(row, field.factor), style="dim") for row in at),
            )
    return table


def table_notes(sample_end: int) -> str:
    """Return what a reader of the table must know."""
    return (
        f"Upper lines: median of the histories; - is none. {OUTSIDE} recorded figure outside the 90% band. Fitted on years to "
        f"{sample_end}; later years are a check. Price: quality-adjusted, start=1. Quality gap: problems per 100 cars, own "
        "brands less ventures."
    )


def recorded(row: pd.Series, scale: float) -> str:
    """Return a recorded figure, marked outside the band, or nothing."""
    if not np.isfinite(row["recorded"]):
        return ""
    return short(row["recorded"] * scale) + ("" if row["low"] <= row["recorded"] <= row["high"] else OUTSIDE)


def short(value: float) -> str:
    """Return a number in at most five characters, a dash for nothing."""
    size = abs(value)
    if size == 0:
        return "-"
    return (
        f"{value:.0f}"
        if size >= 100
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.2f}"
        if size >= 0.1
        else f"{value:.3f}"
    )


def path_table(run: Run) -> Table:
    """Return the path of a single history, year by year."""
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        title=f"{run.case.title}: history {run.histories[0]}",
        title_justify="left",
    )
    table.add_column("year", justify="right")
    for name in PATH_COLUMNS:
        table.add_column(SERIES[name].head, justify="right")
    for t, year in enumerate(run.years):
        table.add_row(
            str(year),
            *(short(float(run.records[name][0, t]) * SERIES[name].factor) for name in PATH_COLUMNS),
        )
    return table


def path_rows(run: Run) -> pd.DataFrame:
    """Return the path of a single history as rows of series, year, value, unit."""
    return run.to_frame().drop(columns="history")


def first_non_finite(run: Run) -> tuple[int, str] | None:
    """Return the first year in which a series of a single history is not a number, and that series."""
    for t, year in enumerate(run.years):
        for field in YEAR:
            if not np.isfinite(run.records[field.name][0, t]).all():
                return int(year), field.name
    return None
