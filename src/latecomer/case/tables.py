"""How is a table of facts read, and when is a row refused?

A table is a CSV file with a header. Its schema says what each column holds, which columns together name a row, and in which
list a name must be found. Reading goes on after a bad cell: every problem is collected with file, line, column, value and what
was expected, and the loader raises them all at once. A bad cell reads as NaN or as the empty text, never as a guess.

What spreadsheets add is passed over: a byte-order mark, a first line `sep=,`, rows and ends of rows that hold commas only. What
is no such table at all (semicolons, another header, nothing) is refused once, not once a cell.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from latecomer.case.files import is_there, read_text
from latecomer.case.numerals import number_hint, plain_number
from latecomer.errors import Problems, steering_problem

GRADES = ("reported", "derived", "unsourced", "estimated", "assumption")
DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")
YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?")
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
MAY_BE_NEGATIVE = ("percent", "sign", "coefficient", "points")  # how units of changes begin
SHIFT = 12
# Spellings of earlier versions, and what they are called now; years of people and product stand in `case.yaml`.
RENAMED = {
    "chinese_partner": "home_partner", "chinese_share_pct": "home_share_pct", "name_zh": "name_local",
    "province_zh": "province_local", "central_soe": "central_state", "local_soe": "local_state", "china": "home",
    "cny_per_usd": "per_usd",
    "population_2005": "population_early", "population_2020": "population_late",
    "gdp_per_capita_2005": "gdp_per_capita_early", "gdp_per_capita_2020": "gdp_per_capita_late",
}  # fmt: skip
LARGEST, MOST_ROWS = (
    8 << 20,
    100_000,
)  # bytes, rows: the tables of the China case have up to 150 kB and 1,700 rows
NOT_FINITE = ("nan", "inf", "-inf", "+inf", "infinity", "-infinity")
Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Column:
    """What one column holds: `text`, `number`, `whole`, `flag` (0 or 1), `date` (YYYY or YYYY-MM) or `years` (YYYY or YYYY-YYYY).

    A column whose cells may be `empty` may be left out of the table altogether. `among` names the list in which a text must be
    found; `low` and `high` bound a number or a year, both ends allowed.
    """

    name: str
    kind: str = "text"
    empty: bool = False
    among: str = ""
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Schema:
    """The columns of a table, the columns that name a row, and the file it is read from.

    A table is `filled` if no case can do without its rows.
    """

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    filled: bool = False


def read_table(
    folder: Path, schema: Schema, names: Mapping[str, Iterable[str] | None], problems: Problems
) -> pd.DataFrame:
    """Read one table; return its columns and `line`, the line of the file on which each row stands.

    Dates come back as months since year 0 (column kept as text in `<name>_text`). `names` gives the valid names of each list that
    a column may refer to, None for a list that could not be read. All that is wrong is added to `problems`; the rows that could
    be read are returned.
    """
    header, rows = read_rows(folder / schema.file, schema.file, problems)
    if header and _is_strange(header, schema):
        expected = f"the columns {', '.join(column.name for column in schema.columns)}"
        problems.add(schema.file, 1, None, ", ".join(header), expected)
        return empty_table(schema)
    kept = _known_columns(header, schema, problems) if header else []
    if header and schema.filled and not rows:
        problems.add(schema.file, None, None, "a header only", "rows, which the model cannot do without")
    rows = whole_rows(rows, header, schema.file, problems)
    place = {name: i for i, name in enumerate(header)}
    table: dict[str, list] = {"line": [line for line, _ in rows]}
    for column in kept:
        cells = [(line, cells[place[column.name]].strip()) for line, cells in rows]
        table[column.name] = _read_column(cells, column, schema.file, names, problems)
        if column.kind == "date":
            table[f"{column.name}_text"] = [text for _, text in cells]
    for name, nothing in _blanks(schema).items():
        table.setdefault(name, [nothing] * len(rows))
    frame = pd.DataFrame(table)
    if set(schema.key) <= set(table):
        _refuse_repeats(frame, schema, problems)
    return frame


def empty_table(schema: Schema) -> pd.DataFrame:
    """Return a table without rows, for one that a case may leave out; columns have the types of a table that was read."""
    columns = {"line": 0, **_blanks(schema)}
    return pd.DataFrame({name: pd.Series(dtype=type(nothing)) for name, nothing in columns.items()})


def _blanks(schema: Schema) -> dict[str, str | float]:
    """Return what stands in an empty cell of each column, that of the text of a date among them."""
    dates = {f"{column.name}_text": "" for column in schema.columns if column.kind == "date"}
    return {column.name: _nothing(column) for column in schema.columns} | dates


def month_of(text: str, last: bool = False) -> int:
    """Return a date YYYY or YYYY-MM as months since year 0; a bare year is its first month, or its last if `last`."""
    year, month = int(text[:4]), text[5:]
    return year * SHIFT + (int(month) - 1 if month else (SHIFT - 1 if last else 0))


def read_rows(path: Path, file: str, problems: Problems) -> tuple[list[str], Rows]:
    """Return the header and the rows with their line numbers, rows without a filled cell left out.

    Both are empty after a problem that holds for the whole file, which is noted.
    """
    if not is_there(path):
        problems.add(file, expected="this table in the case folder")
        return [], []
    text = read_text(path, file, LARGEST, problems)
    if text is None:
        return [], []
    first, _, rest = text.partition("\n")
    named = SEPARATOR.fullmatch(first.strip("\r"))
    lines, skipped = (rest, 1) if named else (text, 0)
    separator = named[1] if named else _other_separator(first)
    if separator not in (None, ","):
        told = OTHER_SEPARATORS.get(separator or "", f"{separator!r}")
        problems.add(file, 1, None, f"cells separated by {told}", "cells separated by commas")
        return [], []
    return _parsed(lines, file, skipped, problems)


def _other_separator(first: str) -> str | None:
    """Return what separates the cells of a first line if it is no comma."""
    return next((mark for mark in OTHER_SEPARATORS if mark in first and "," not in first), None)


def _parsed(text: str, file: str, skipped: int, problems: Problems) -> tuple[list[str], Rows]:
    """Return header and rows of the text of a table, of which `skipped` lines were taken off."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    try:
        header = [name.strip() for name in next(reader, [])]
        before = reader.line_num
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                rows.append((skipped + before + 1, cells))
            before = reader.line_num
            if len(rows) > MOST_ROWS:
                problems.add(file, None, None, f"more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,} rows")
                return [], []
    except csv.Error as error:
        problems.add(file, skipped + reader.line_num, expected=f"a table with commas and quotes ({error})")
        return [], []
    while header and not header[-1]:
        header.pop()
    if not header:
        problems.add(file, None, None, "nothing", "a header that names the columns")
        return [], []
    return header, rows


def _is_strange(header: list[str], schema: Schema) -> bool:
    """Return whether a header is of some other table: fewer than half of the needed columns are there."""
    names = {column.name for column in schema.columns if not column.empty}
    return len(names & set(header)) * 2 < len(names)


def _known_columns(header: list[str], schema: Schema, problems: Problems) -> list[Column]:
    """Return the columns of the schema that the header has; note unknown and repeated ones, and those that are needed."""
    known = {column.name: column for column in schema.columns}
    for name, column in known.items():
        if name not in header and not column.empty:
            problems.add(schema.file, 1, name, expected="this column in the header")
    for i, name in enumerate(header):
        if name not in known:
            problems.add(schema.file, 1, name, name, "a column of this table", _now(name, known), known)
        elif name in header[:i]:
            problems.add(schema.file, 1, name, name, "each column once")
    return [known[name] for name in dict.fromkeys(header) if name in known]


def whole_rows(rows: Rows, header: list[str], file: str, problems: Problems) -> Rows:
    """Return the rows with as many cells as the header, empty ones at their end cut off; note the others."""
    whole = []
    for line, cells in rows:
        if any(cell.strip() for cell in cells[len(header) :]) or len(cells) < len(header):
            problems.add(file, line, None, f"{len(cells)} cells", f"{len(header)} cells, as in the header")
        else:
            whole.append((line, cells[: len(header)]))
    return whole


def _read_column(
    cells: list, column: Column, file: str, names: Mapping[str, Iterable[str] | None], problems: Problems
) -> list:
    """Turn the text of one column into values."""
    readers: dict[str, Callable[[str, Column], tuple[str | float, str]]] = {
        "text": _text,
        "number": _number,
        "whole": _whole,
        "flag": _flag,
        "date": _date,
        "years": _years,
    }
    reader = readers[column.kind]
    listed = names[column.among] if column.among else None
    valid = None if listed is None else set(listed)
    out: list[str | float] = []
    for line, text in cells:
        if text == "":
            if not column.empty:
                problems.add(file, line, column.name, text, "a value")
            out.append(_nothing(column))
            continue
        value, expected = reader(text, column)
        expected = steering_problem(text) or expected
        if expected:
            problems.add(file, line, column.name, text, expected)
        elif valid is not None and value not in valid:
            expected = f"one of the {column.among}"
            problems.add(file, line, column.name, text, expected, _now(text, valid), valid)
        out.append(value)
    return out


def _now(name: str, valid: Iterable[str]) -> str | None:
    """Return what a name of earlier versions is called now, if that is valid here."""
    now = RENAMED.get(name, "")
    return now if now in valid else None


def _nothing(column: Column) -> str | float:
    return "" if column.kind in ("text", "years") else math.nan


def _text(text: str, column: Column) -> tuple[str, str]:
    return text, ""


def _number(text: str, column: Column) -> tuple[float, str]:
    """Read a finite number within the bounds of the column."""
    value = plain_number(text)
    if value is None:
        return math.nan, f"a {'finite ' if text.lower() in NOT_FINITE else ''}number{number_hint(text)}"
    if not math.isfinite(value):
        return math.nan, "a finite number"
    if not column.low <= value <= column.high:
        return math.nan, f"a number from {column.low:g} to {column.high:g}"
    return value, ""


def _whole(text: str, column: Column) -> tuple[float, str]:
    value, expected = _number(text, column)
    if not expected and value != int(value):
        return math.nan, "a whole number"
    return value, expected


def _flag(text: str, column: Column) -> tuple[float, str]:
    return (float(text), "") if text in ("0", "1") else (math.nan, "0 or 1")


def _date(text: str, column: Column) -> tuple[float, str]:
    """Read YYYY or YYYY-MM as months since year 0; the end of a span is its last month."""
    if not DATE.fullmatch(text):
        return math.nan, "a date YYYY or YYYY-MM"
    if not column.low <= int(text[:4]) <= column.high:
        return math.nan, f"a year from {column.low:g} to {column.high:g}"
    return float(month_of(text, last=column.name.startswith("end"))), ""


def _years(text: str, column: Column) -> tuple[str, str]:
    """Read YYYY or YYYY-YYYY, kept as text."""
    match = YEARS.fullmatch(text)
    if match is None:
        return "", "a year YYYY or years YYYY-YYYY"
    first, last = int(match[1]), int(match[2] or match[1])
    if not column.low <= first <= last <= column.high:
        return "", f"years from {column.low:g} to {column.high:g}, the first not after the last"
    return text, ""


def _refuse_repeats(frame: pd.DataFrame, schema: Schema, problems: Problems) -> None:
    """Note rows whose key stands in an earlier row."""
    first: dict[tuple, int] = {}
    for line, *key in frame[["line", *schema.key]].itertuples(index=False):
        named = tuple(key)
        if any(isinstance(part, float) and math.isnan(part) for part in named):
            continue
        if named in first:
            said = ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in named)
            problems.add(
                schema.file,
                line,
                "+".join(schema.key),
                said,
                f"a row of its own; line {first[named]} has the same",
            )
        else:
            first[named] = line


def refuse_spans(frame: pd.DataFrame, file: str, problems: Problems) -> None:
    """Note rows that end before they start."""
    for row in frame[frame["end"] < frame["start"]].itertuples():
        problems.add(file, row.line, "end", row.end_text, f"an end not before the start, {row.start_text}")


def refuse_ranges(frame: pd.DataFrame, file: str, problems: Problems, value: str = "value") -> None:
    """Note values outside their own range, and assumptions without a range."""
    bare = (frame["grade"] == "assumption") & (frame["low"].isna() | frame["high"].isna())
    for row in frame[bare].itertuples():
        problems.add(file, row.line, "low", "", "a range in low and high: the row is an assumption")
    for row in frame[(frame["low"] > frame[value]) | (frame["high"] < frame[value])].itertuples():
        expected = f"a value from {row.low:g} to {row.high:g}, the range of the row"
        problems.add(file, row.line, value, getattr(row, value), expected)


def refuse_negative(frame: pd.DataFrame, file: str, problems: Problems) -> None:
    """Note values below zero whose unit is a count, a price or an index: only changes and signs can be negative."""
    for row in frame[frame["value"] < 0.0].itertuples():
        if not row.unit.startswith(MAY_BE_NEGATIVE):
            problems.add(
                file, row.line, "value", row.value, f"a value not below zero ({row.unit or 'no unit'})"
            )
