"""Which tables can be taken along? Every table of a run or a comparison, as CSV or as one workbook.

Numbers have the unit and about the digits of the page: shares in per cent, their differences in points, five digits. The unit
stands in a column, or in the head of a column. Spreadsheets read the files as they are: UTF-8 with a byte-order mark, so that
Chinese names come through, and no cell of text is a formula. Full precision is in the NetCDF file.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from latecomer.errors import spreadsheet_safe
from latecomer.fit.ranks import place_table
from latecomer.fit.score import errors, firm_scores, firm_table, moment_table, record_table
from latecomer.record import SERIES, Run, package_version
from latecomer.report.evidence import assumed, filled, grades, sources_shown
from latecomer.report.flow import flow_table
from latecomer.report.groups import firm_ranks, firms, group_shares, group_volumes
from latecomer.report.tables import fans, marked_years, power_path, provinces
from latecomer.study.growth import growth_table, price_table
from latecomer.vocabulary import YEAR

if TYPE_CHECKING:  # only who compares waits for it
    from latecomer.study.compare import Comparison

Tables = dict[str, pd.DataFrame]
PLAIN = tuple(field for field in YEAR if not field.axes)
BY_MAKER = tuple(field for field in YEAR if field.axes == "m")
BY_REGION = tuple(field for field in YEAR if field.axes == "r")
LEVELS = {"low90": 0.05, "median": 0.5, "high90": 0.95}
VALUES = {
    "low90", "low50", "median", "high50", "high90", "low", "high", "recorded", "base", "reformed", "mean", "value", "default",
    "error", "bias", "random_walk", "drift", "sd", "per_100_billion", "first_low", "first_median", "first_high", "last_low",
    "last_median", "last_high",
}  # fmt: skip
DIGITS, WHOLE_FROM = 5, 1e5
MONEY = "billion CNY of 2010"
UNIT_OF = {
    "firm_ranks": "vehicles", "firm_sales": "vehicles", "growth": "share a year", "prices_at_constant_quality": "share a year",
    "money": MONEY, "regions": MONEY, "buyers": MONEY, "makers_that_gain": "vehicles",
}  # fmt: skip
HEADS = {
    "provinces": {"sales": "vehicles", "own": "%", "local": "%"},
    "group_shares": {"share": "%", "volume": "vehicles"},
    "grades": {"share": "%"},
    "places": {"probability": "%"},
    "power_path": {"great": "index", "strong": "index"},
}
NATIONAL = "national"
TIDY = ["model", "scenario", "region", "variable", "unit", "year", "value"]
SHEET_NAME = 31  # letters that the name of a sheet may have
MADE = datetime(2000, 1, 1)  # in every workbook: the same tables give the same bytes


def all_tables(run: Run) -> Tables:
    """Return every table of the report by the name of its file, in the units of the model."""
    record = record_table(run)
    return {
        "marked_years": marked_years(run, record),
        "record": record,
        "errors": errors(run),
        "moments": moment_table(run),
        "fans": fans(run),
        "firms": firms(run),
        "firm_ranks": firm_ranks(run),
        "firm_sales": firm_table(run),
        "firm_scores": firm_scores(firm_table(run)),
        "group_shares": group_shares(run, group_volumes(run)),
        "provinces": provinces(run, int(run.years[-1])),
        "power_path": power_path(run),
        "places": place_table(run),
        "growth": growth_table(run),
        "prices_at_constant_quality": price_table(run),
        "flows": flow_table(run),
        "grades": grades(run.case),
        "filled": filled(run.case),
        "assumptions": assumed(run.case),
        "sources": sources_shown(run.case, record),
    }


def tables_of_run(run: Run) -> Tables:
    """Return every table of a run as it is taken along: those of the report, makers by year, each history, and the tidy form."""
    found = {name: presented(table, name) for name, table in all_tables(run).items()}
    found["makers"] = presented(makers_by_year(run))
    found["histories"] = histories(run)
    found["tidy"] = tidy({"history": run})
    return found


def tables_of_comparison(found: "Comparison") -> Tables:
    """Return every table of a comparison as it is taken along: effects, makers, channels, money, provinces, buyers, tidy form."""
    from latecomer.report.comparison import firm_rows
    from latecomer.study.worth import worth

    gains = worth(found)
    tables = {
        "effects": presented(found.to_frame(), differences=True),
        "maker_effects": presented(maker_effects(found), differences=True),
        "firms": presented(firm_rows(found), "makers_that_gain"),
        "channels": presented(channels_told(found)),
        "money": presented(gains.money, "money"),
        "provinces": presented(gains.regions, "regions"),
        "buyers": presented(gains.buyers, "buyers"),
        "bought": presented(gains.bought, differences=True),
        "tidy": tidy({"history": found.base, found.name: found.reformed}),
    }
    return tables


def channels_told(found: "Comparison") -> pd.DataFrame:
    """Return the channels of a comparison; a change relative to history is told in per cent."""
    from latecomer.study.channels import channel_table

    table = channel_table(found)
    return table.assign(unit=np.where(table["relative"], "share of history", table["unit"]))


def makers_by_year(run: Run) -> pd.DataFrame:
    """Return every series by maker: maker, name, series, year, unit, median and 90% band, in years with any."""
    parts = [by_maker(run, field.name, run.series(field.name)) for field in BY_MAKER]
    return pd.concat(parts, ignore_index=True)


def maker_effects(found: "Comparison") -> pd.DataFrame:
    """Return the effect on every series by maker: maker, name, series, year, unit, median, 90% band, share above zero."""
    parts = []
    for field in BY_MAKER:
        change = found.differences(field.name)
        above = (change > 0.0).mean(axis=0)
        parts.append(by_maker(found.base, field.name, change, positive=above))
    return pd.concat(parts, ignore_index=True)


def by_maker(run: Run, series: str, values: np.ndarray, **more: np.ndarray) -> pd.DataFrame:
    """Return values [n, t, m] by maker and year, without years in which they are zero in every history."""
    labels, years = run.case.labels, run.years.astype(int)
    bands = np.quantile(values, tuple(LEVELS.values()), axis=0)
    t, m = np.nonzero((values != 0.0).any(axis=0))
    columns = {name: band[t, m] for name, band in (*zip(LEVELS, bands, strict=True), *more.items())}
    head = {
        "maker": np.array(labels.makers)[m],
        "name": np.array(labels.maker_names)[m],
        "series": series,
        "year": years[t],
    }
    table = pd.DataFrame({**head, "unit": SERIES[series].unit, **columns})
    return table.sort_values(["maker", "year"], kind="stable", ignore_index=True)


def histories(run: Run) -> pd.DataFrame:
    """Return the path of every history, a column for each series that is one number a year, its unit in the head."""
    count, length = run.records.shape
    columns = {"history": np.repeat(run.histories, length), "year": np.tile(run.years.astype(int), count)}
    for field in PLAIN:
        factor, unit = shown_in(field.unit)
        columns[f"{field.name} [{unit}]"] = rounded(run.series(field.name).ravel() * factor)
    return pd.DataFrame(columns)


def tidy(scenarios: Mapping[str, Run]) -> pd.DataFrame:
    """Return medians and 90% bands of all series that are one number a year or a region, as model, scenario, region, variable,
    unit, year, value: the form that collections of scenarios exchange."""
    parts = []
    for scenario, run in scenarios.items():
        for field in (*PLAIN, *BY_REGION):
            bands = np.quantile(run.series(field.name), tuple(LEVELS.values()), axis=0)
            regions = run.case.labels.regions if field.axes else (NATIONAL,)
            values = bands.reshape(len(LEVELS), len(run.years), len(regions))
            parts.append(tidy_rows(scenario, field.name, field.unit, regions, run.years.astype(int), values))
    return pd.concat(parts, ignore_index=True)[TIDY]


def tidy_rows(
    scenario: str, series: str, unit: str, regions: Iterable[str], years: np.ndarray, values: np.ndarray
) -> pd.DataFrame:
    """Return values [level, t, region] of one series as rows."""
    factor, shown = shown_in(unit)
    index = pd.MultiIndex.from_product(
        [[f"{series}|{level}" for level in LEVELS], years, list(regions)],
        names=["variable", "year", "region"],
    )
    rows = pd.DataFrame({"value": rounded(values.ravel() * factor)}, index=index).reset_index()
    return rows.assign(model=f"latecomer {package_version()}", scenario=scenario, unit=shown)


def shown_in(unit: str, difference: bool = False) -> tuple[float, str]:
    """Return the factor to the unit in which a page shows values of this unit, and that unit."""
    if unit.startswith("share"):
        of = unit.removeprefix("share").strip()
        return 100.0, ("points" if difference else f"% {of}".strip())
    return (1e-3, f"thousand {unit}") if unit == "CNY of 2010" else (1.0, unit)


def presented(table: pd.DataFrame, name: str = "", differences: bool = False) -> pd.DataFrame:
    """Return a table with the units and digits of the page; the unit in a column `unit`, or in the head of a column."""
    out = table.copy()
    if name in UNIT_OF:
        out["unit"] = UNIT_OF[name]
    if "unit" in out.columns:
        out = in_shown_units(out, differences or name == "errors")
    for column, unit in HEADS.get(name, {}).items():
        factor = 100.0 if unit == "%" else 1.0
        for mine in [c for c in out.columns if c in (column, f"{column}_low", f"{column}_high")]:
            out[mine] *= factor
            out = out.rename(columns={mine: f"{mine} [{unit}]"})
    for column in out.select_dtypes("float").columns:
        out[column] = rounded(out[column].to_numpy(float))
    return out


def in_shown_units(table: pd.DataFrame, differences: bool) -> pd.DataFrame:
    """Return a table whose values stand in the units of the page, by its column `unit`."""
    told = {unit: shown_in(str(unit), differences) for unit in table["unit"].unique()}
    factor = table["unit"].map({unit: pair[0] for unit, pair in told.items()}).astype(float)
    for column in VALUES.intersection(table.columns):
        if column == "sd" and "measure" in table.columns:  # of the log, where the target is one of logs
            table[column] *= factor.where(table["measure"] != "log", 1.0)
        elif pd.api.types.is_numeric_dtype(table[column]):
            table[column] = table[column] * factor
    return table.assign(unit=table["unit"].map({unit: pair[1] for unit, pair in told.items()}))


def rounded(values: np.ndarray) -> np.ndarray:
    """Return values to five digits; from a hundred thousand on, to whole numbers."""
    out = np.array(values, dtype=float)
    size = np.abs(out)
    there = np.isfinite(out) & (size > 0.0)
    places = np.zeros(out.shape, dtype=int)
    places[there] = DIGITS - 1 - np.floor(np.log10(size[there])).astype(int)
    places = np.clip(np.where(size >= WHOLE_FROM, 0, places), 0, 15)
    for digits in np.unique(places):
        mine = there & (places == digits)
        out[mine] = np.round(out[mine], digits)
    return out + 0.0  # a rounded -0.0 is zero


def safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no cell of text, and no head of a column, is taken for a formula."""
    out = table.rename(columns=lambda head: spreadsheet_safe(str(head)))
    for column in out.columns:
        if not pd.api.types.is_numeric_dtype(out[column]):
            out[column] = [spreadsheet_safe(cell) if isinstance(cell, str) else cell for cell in out[column]]
    return out


def write_tables(tables: Run | Tables, folder: str | Path) -> list[Path]:
    """Write tables, or every table of a run, as CSV into the folder and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in (tables_of_run(tables) if isinstance(tables, Run) else tables).items():
        written.append(write_table(table, folder / f"{name}.csv"))
    return written


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write one table, `presented` before, as CSV that spreadsheets read as it is; return its path."""
    safe(table).to_csv(path, index=False, lineterminator="\n", encoding="utf-8-sig")
    return path


def write_workbook(tables: Tables, path: Path, about: Mapping[str, object]) -> Path:
    """Write tables as the sheets of one workbook, after a sheet that says what they are about; return its path."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": MADE})
        head = book.add_format({"bold": True})
        notes = pd.DataFrame({"what": list(about), "value": [str(value) for value in about.values()]})
        for name, table in {"about": notes, **tables}.items():
            fill_sheet(book.add_worksheet(name[:SHEET_NAME]), safe(table), head)
    return path


def fill_sheet(sheet: Any, table: pd.DataFrame, head: Any) -> None:
    """Write a table into a sheet: bold heads that stay in sight, numbers as numbers, nothing where there is nothing."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        values = table[column].tolist()
        sheet.write_string(0, place, str(column), head)
        for row, value in enumerate(values, 1):
            if isinstance(value, str):
                sheet.write_string(row, place, value)
            elif isinstance(value, bool):
                sheet.write_boolean(row, place, value)
            elif value == value and value is not None:
                sheet.write_number(row, place, value)
