"""What is every quantity called, along which axes does it run, in which unit, and how is it shown?

The tables of `vocabulary/` are the answer, one row a quantity; nothing else in the package states a title, a letter, a factor
or a unit of a quantity. Record types, labels of results, reference pages, charts, tables and the terminal all read them.

    axes.csv      letter, name, attribute of `Labels`, length where it has no names, title, names (of the case or fixed)
    units.csv     unit; factor to the unit shown and its name; the unit of a difference (`change`), and the factor and unit of a
                  difference in a sentence (`told`); its short form in the head of a table (`brief`)
    world.csv policy.csv strategy.csv makers.csv contracts.csv state.csv year.csv     the fields of the records, in their order
    derived.csv   quantities that are made of series and are no series themselves

An empty title is the first clause of `about`, an empty short title the title, an empty factor or unit that of the unit's row.
`defined` names the series which must not be zero, `needs` the lever which must be on. A record is one row of a NumPy structured
array; a field with axes is a block inside it, in the order of its letters, outermost first.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from latecomer.errors import InputError, Problems

FOLDER = Path(__file__).parent / "vocabulary"
RECORDS = ("world", "policy", "strategy", "makers", "contracts", "state", "year")
SHOWN = ("year", "derived")  # tables whose titles a reader meets side by side
BETTER = ("more", "less", "neither", "")
LINE = "line"


@dataclass(frozen=True)
class Axis:
    """An axis: its letter (none for names without an axis), its name in results, and its names where they are fixed."""

    letter: str
    name: str
    labels: str
    title: str
    entries: tuple[str, ...]
    length: int


@dataclass(frozen=True)
class Unit:
    """A unit: how values in it are shown, and how differences are."""

    name: str
    factor: float
    shown: str
    change: str
    told_factor: float
    told: str
    brief: str


@dataclass(frozen=True)
class Field:
    """A named quantity: its axes (letters, outermost first), its unit, what it is, and how it is shown.

    A value times `factor` is in the unit `shown`, a difference times `factor` in the unit `change`; `head` and `change_head` are
    `short` with that unit, for tables.
    """

    name: str
    axes: str
    unit: str
    about: str
    kind: str = "f8"
    title: str = ""
    short: str = ""
    factor: float = 1.0
    shown: str = ""
    change: str = ""
    brief: str = ""
    better: str = "neither"
    defined: str = ""
    symbol: str = ""

    @property
    def head(self) -> str:
        return f"{self.short}, {self.brief or self.shown}"

    @property
    def change_head(self) -> str:
        return f"{self.short}, {self.brief or self.change}"

    @property
    def phrase(self) -> str:
        """Return the title as it stands inside a sentence."""
        return self.title[:1].lower() + self.title[1:]


@dataclass(frozen=True)
class Lever(Field):
    """A dated quantity that government sets (POLICY) or each firm (STRATEGY). At `off` it does nothing; values outside
    low..high are refused.

    `group` is the first half of its public name (`tariff.car`); it acts only where the lever named by `needs` is on.
    """

    group: str = ""
    off: float = 0.0
    low: float = 0.0
    high: float = 1.0
    needs: str = ""

    @property
    def public_name(self) -> str:
        return f"{self.group}.{self.name.removeprefix(self.group + '_')}"


def read_table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the vocabulary, each with its line in the file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle)
        return [{**row, LINE: str(rows.line_num)} for row in rows]


def axis_of(row: Mapping[str, str]) -> Axis:
    entries = tuple(row["entries"].split())
    length = int(row["length"]) if row["length"] else len(entries)
    return Axis(row["letter"], row["name"], row["labels"], row["title"], entries, length)


def unit_of(row: Mapping[str, str]) -> Unit:
    factor, shown = float(row["factor"]), row["shown"] or row["unit"]
    change = row["change"] or shown
    told_factor = float(row["told_factor"]) if row["told_factor"] else factor
    return Unit(row["unit"], factor, shown, change, told_factor, row["told"] or change, row["brief"])


def field_of(row: Mapping[str, str], units: Mapping[str, Unit]) -> Field:
    """Return the field of a row; what the row leaves empty follows from its unit and from `about`."""
    unit = units[row["unit"]]
    title = row["title"] or row["about"].split(";")[0].split(":")[0]
    own = row.get("shown") or ""
    shown: dict[str, Any] = {
        "title": title, "short": row.get("short") or title, "shown": own or unit.shown, "change": own or unit.change,
        "brief": "" if own else unit.brief, "symbol": row["symbol"],
        "factor": float(row["factor"]) if row.get("factor") else unit.factor,
    }  # fmt: skip
    field = Field(
        row["name"], row["axes"], row["unit"], row["about"], row.get("kind") or "f8", **shown,
        better=row.get("better", ""), defined=row.get("defined", ""),
    )  # fmt: skip
    if "off" not in row:
        return field
    bounds = {key: float(row[key]) for key in ("off", "low", "high")}
    return Lever(**vars(field) | bounds, group=row["group"], needs=row["needs"])


def check(folder: Path = FOLDER) -> Problems:
    """Return everything that is wrong with the tables: names, axes, units, titles, symbols, and what a column names."""
    problems = Problems()
    letters = {row["letter"] for row in read_table(folder, "axes")}
    units = {row["unit"] for row in read_table(folder, "units")}
    tables = {name: read_table(folder, name) for name in (*RECORDS, "derived")}
    series, levers = ({row["name"] for row in tables[name]} for name in ("year", "policy"))
    for name, rows in tables.items():
        for row in rows:
            note = _noter(problems, f"{name}.csv", row)
            note("unit", row["unit"] in units, "a unit of units.csv", units)
            note("axes", set(row["axes"]) <= letters, "letters of axes.csv", letters)
            note("better", row.get("better", "") in BETTER, "more, less or neither", BETTER)
            note("defined", not row.get("defined") or row["defined"] in series, "a series", series)
            note("needs", not row.get("needs") or row["needs"] in levers, "a policy lever", levers)
            note("about", bool(row["about"]), "a line on what it is", ())
        _refuse_twice(problems, f"{name}.csv", rows, "name")
        _refuse_twice(problems, f"{name}.csv", rows, "symbol")
    _refuse_twice(problems, "year.csv, derived.csv", [row for name in SHOWN for row in tables[name]], "title")
    return problems


def _noter(problems: Problems, file: str, row: Mapping[str, str]) -> Callable[..., None]:
    """Return what notes a cell of a row that is not right."""

    def note(column: str, right: bool, expected: str, valid: Iterable[str]) -> None:
        if not right:
            problems.add(file, int(row[LINE]), column, row[column], expected, valid=sorted(valid))

    return note


def _refuse_twice(problems: Problems, file: str, rows: Sequence[Mapping[str, str]], column: str) -> None:
    """Note every row whose value in a column (empty ones left out) another row has too."""
    counts = Counter(row[column] for row in rows if row[column])
    for row in rows:
        if counts[row[column]] > 1:
            problems.add(file, int(row[LINE]), column, row[column], f"a {column} that stands once")


def read(folder: Path, name: str, units: Mapping[str, Unit]) -> tuple[Field, ...]:
    """Return the fields of a table; raises InputError with everything wrong in any table if one row cannot be read."""
    try:
        return tuple(field_of(row, units) for row in read_table(folder, name))
    except (KeyError, ValueError) as error:
        check(folder).raise_if_any(InputError)
        raise InputError([]) from error


def levers(folder: Path, name: str, units: Mapping[str, Unit]) -> tuple[Lever, ...]:
    return tuple(field for field in read(folder, name, units) if isinstance(field, Lever))


AXES = tuple(axis_of(row) for row in read_table(FOLDER, "axes"))
AXIS = {axis.letter: axis for axis in AXES if axis.letter}
ENTRIES = {axis.labels: axis.entries for axis in AXES if axis.entries}
UNITS = {unit.name: unit for unit in map(unit_of, read_table(FOLDER, "units"))}
WORLD, MAKERS, CONTRACTS, STATE, YEAR, DERIVED = (
    read(FOLDER, name, UNITS) for name in ("world", "makers", "contracts", "state", "year", "derived")
)
POLICY, STRATEGY = (levers(FOLDER, name, UNITS) for name in ("policy", "strategy"))
SERIES = {field.name: field for field in YEAR}
QUANTITIES = {field.name: field for field in (*DERIVED, *YEAR)}  # all that has a title of its own


def told_in(unit: str) -> tuple[float, str]:
    """Return the factor to the unit in which a sentence tells a difference, and that unit: points, thousand vehicles."""
    known = UNITS.get(unit)
    if known is None:  # of a moment or a recorded figure, which have units of their own
        return (100.0, "points") if unit.startswith("share") else (1.0, unit)
    return known.told_factor, known.told


def sizes(**own: int) -> dict[str, int]:
    """Return the length of every inner axis, by letter: as given for the axes of a case, else as in axes.csv."""
    return {letter: axis.length for letter, axis in AXIS.items() if letter not in "tn"} | own


def record(fields: Sequence[Field], length: Mapping[str, int]) -> np.dtype:
    """Build the structured type whose columns are `fields`, each shaped by its axis letters."""
    return np.dtype(
        [(f.name, f.kind, tuple(length[a] for a in f.axes)) if f.axes else (f.name, f.kind) for f in fields],
        align=True,
    )


def by_rule(years: int, length: Mapping[str, int]) -> np.recarray:
    """Return the strategy [t] of firms that all follow their own rules: every lever at its off value."""
    strategy = np.zeros(years, record(STRATEGY, length)).view(np.recarray)
    for lever in STRATEGY:
        strategy[lever.name] = lever.off
    return strategy
