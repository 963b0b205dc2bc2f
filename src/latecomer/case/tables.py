"""How is a table of facts read, and when is a row refused?

A table is a CSV file with a header. Its schema says what each column holds, which columns together name a row, and in which
list a name must be found. Reading goes on after a bad cell: every problem is collected with file, line, column, value and what
was expected, and the loader raises them all at once. A bad cell reads as NaN or as the empty text, never as a guess.
"""

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from latecomer.errors import Problems

GRADES = ("reported", "derived", "unsourced", "estimated", "assumption")
DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
SHIFT = 12


@dataclass(frozen=True)
class Column:
    """What one column holds: `text`, `number`, `whole`, `flag` (0 or 1) or `date` (YYYY or YYYY-MM).

    A column whose cells may be `empty` may be left out of the table altogether. `among` names the list in which a text must be
    found; `low` and `high` bound a number, both ends allowed.
    """

    name: str
    kind: str = "text"
    empty: bool = False
    among: str = ""
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Schema:
    """The columns of a table, the columns that name a row, and the file it is read from."""

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def read_table(
    folder: Path, schema: Schema, names: Mapping[str, Iterable[str] | None], problems: Problems
) -> pd.DataFrame:
    """Read one table; return its columns and `line`, the line of the file on which each row stands.

    Dates come back as months since year 0 (column kept as text in `<name>_text`). `names` gives the valid names of each list that
    a column may refer to, None for a list that could not be read. All that is wrong is added to `problems`; the rows that could
    be read are returned.
    """
    header, rows = _raw_rows(folder / schema.file, schema.file, problems)
    kept = _known_columns(header, schema, problems)
    rows = _whole_rows(rows, header, schema.file, problems)
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


def _raw_rows(path: Path, file: str, problems: Problems) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the rows with their line numbers; blank lines are skipped."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            header = next(reader, [])
            rows, before = [], reader.line_num
            for cells in reader:
                if cells:
                    rows.append((before + 1, cells))
                before = reader.line_num
    except FileNotFoundError:
        problems.add(file, expected="this table in the case folder")
        return [], []
    except (UnicodeDecodeError, csv.Error) as error:
        problems.add(file, expected=f"a table in UTF-8 with commas and quotes ({error})")
        return [], []
    return [name.strip() for name in header], rows


def _known_columns(header: list[str], schema: Schema, problems: Problems) -> list[Column]:
    """Return the columns of the schema that the header has; note unknown and repeated ones, and those that are needed."""
    known = {column.name: column for column in schema.columns}
    for name, column in known.items():
        if header and name not in header and not column.empty:
            problems.add(schema.file, 1, name, expected="this column in the header")
    for i, name in enumerate(header):
        if name not in known:
            problems.add(schema.file, 1, name, name, "a column of this table", valid=known)
        elif name in header[:i]:
            problems.add(schema.file, 1, name, name, "each column once")
    return [known[name] for name in dict.fromkeys(header) if name in known]


def _whole_rows(rows: list, header: list[str], file: str, problems: Problems) -> list:
    """Drop rows that have too few or too many cells, and say so."""
    for line, cells in rows:
        if len(cells) != len(header):
            problems.add(file, line, None, f"{len(cells)} cells", f"{len(header)} cells, as in the header")
    return [row for row in rows if len(row[1]) == len(header)]


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
        if expected:
            problems.add(file, line, column.name, text, expected)
        elif valid is not None and value not in valid:
            problems.add(file, line, column.name, text, f"one of the {column.among}", valid=valid)
        out.append(value)
    return out


def _nothing(column: Column) -> str | float:
    return "" if column.kind == "text" else math.nan


def _text(text: str, column: Column) -> tuple[str, str]:
    return text, ""


def _number(text: str, column: Column) -> tuple[float, str]:
    """Read a finite number within the bounds of the column."""
    try:
        value = float(text)
    except ValueError:
        return math.nan, "a number"
    if not math.isfinite(value) or "_" in text:
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
