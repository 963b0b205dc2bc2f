"""Which tables can be taken along? Every table of a finding, as CSV or as one workbook.

Numbers have the unit and about the digits of the page: shares in per cent, their differences in points, five digits. The unit
stands in a column, or in the head of a column. Spreadsheets read the files as they are: UTF-8 with a byte-order mark, so that
Chinese names come through, and no cell of text is a formula. Full precision is in the NetCDF file.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latecomer.errors import spreadsheet_safe
from latecomer.record import SERIES
from latecomer.types import Finding

Tables = dict[str, pd.DataFrame]
VALUES = {
    "low90", "low50", "median", "high50", "high90", "low", "high", "recorded", "base", "reformed", "mean", "value", "default",
    "error", "bias", "random_walk", "drift", "sd", "per_100_billion", "first_low", "first_median", "first_high", "last_low",
    "last_median", "last_high",
}  # fmt: skip
DIGITS, WHOLE_FROM = 5, 1e5
MONEY = "billion CNY of 2010"
UNIT_OF = {
    "firm_ranks": "vehicles", "firm_sales": "vehicles", "growth": "share a year", "prices_at_constant_quality": "share a year",
    "money": MONEY, "comparison/provinces": MONEY, "buyers": MONEY, "comparison/firms": "vehicles",
}  # fmt: skip
HEADS = {
    "provinces": {"sales": "vehicles", "own": "%", "local": "%"},
    "group_shares": {"share": "%", "volume": "vehicles"},
    "grades": {"share": "%"},
    "places": {"probability": "%"},
    "power_path": {"great": "index", "strong": "index"},
}
SHEET_NAME = 31  # letters that the name of a sheet may have
MADE = datetime(2000, 1, 1)  # in every workbook: the same tables give the same bytes
VALUES_OF_RUNS = (
    "run",
    "score",
    "growth",
    "docked",
)  # findings whose tables hold values; those of others hold differences
VALUES_IN = (
    "firms",
    "channels",
    "money",
    "provinces",
    "buyers",
    "literature",
    "tidy",
)  # tables of the others that hold values


def tables_of(finding: Finding) -> Tables:
    """Return every table of a finding as it is taken along, in the units and digits of the page."""
    return {name: taken_along(finding.kind, name, table) for name, table in finding.tables.items()}


def taken_along(kind: str, name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return one table of a kind of finding as it is taken along."""
    if (kind, name) == ("run", "histories"):
        return with_units(table)
    own = f"{kind}/{name}"
    known = own if own in UNIT_OF else name
    if kind in VALUES_OF_RUNS:
        return presented(table, known)
    return presented(table, known if kind == "comparison" else "", differences=name not in VALUES_IN)


def with_units(histories: pd.DataFrame) -> pd.DataFrame:
    """Return the paths of histories with the unit of every series in its head."""
    columns: dict[str, Any] = {}
    for name, values in histories.items():
        if name not in SERIES:
            columns[str(name)] = values
            continue
        factor, unit = shown_in(SERIES[str(name)].unit)
        columns[f"{name} [{unit}]"] = rounded(values.to_numpy() * factor)
    return pd.DataFrame(columns)


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


def write_all(tables: Tables, folder: str | Path) -> list[Path]:
    """Write tables as CSV into the folder and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return [write_table(table, folder / f"{name}.csv") for name, table in tables.items()]


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
