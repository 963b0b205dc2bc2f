"""How does a series with gaps become one value a year?

`world.csv` names, for every quantity, the fact series it is made of and the rules for the years that no source prints:

    between   log, linear or step between two printed years
    before    hold, zero, with:QUANTITY (grow in proportion), back:YEAR-YEAR (grow back at the rate of those years)
    after     hold, zero, with:QUANTITY
    join      level: a lower row fills years that the rows above lack
              growth: only the growth of the row is used, from the nearest known year

Facts are never changed; every value made by a rule is listed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from latecomer.errors import Problems

FILE = "world.csv"
YEAR = re.compile("[0-9]{4}")
RULE_FORMS = "hold, zero, with:QUANTITY or back:YEAR-YEAR"


@dataclass
class Quantities:
    """Yearly quantities, built when first asked for, and the list of filled values."""

    rows: pd.DataFrame
    facts: pd.DataFrame
    years: np.ndarray
    rules: dict[str, Callable[["Quantities"], np.ndarray]]
    constants: Mapping[str, float]
    problems: Problems
    values: dict[str, np.ndarray] = field(default_factory=dict)
    filled: list[tuple[str, str, int, float, str]] = field(default_factory=list)
    building: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the quantity `name` (t); a quantity that needs itself is refused as a problem and reads as ones."""
        if name in self.values:
            return self.values[name]
        if name in self.building:
            self.problems.add(FILE, None, "before", name, "a rule that does not need the quantity itself")
            return np.ones(self.years.size)
        self.building.append(name)
        self.values[name] = self.rules[name](self) if name in self.rules else self._from_facts(name)
        self.building.remove(name)
        return self.values[name]

    def note(self, name: str, index: str, known: np.ndarray, values: np.ndarray, rules: np.ndarray) -> None:
        """List the years of `values` (t) that are not known, with the rule of each."""
        for i in np.flatnonzero(~known):
            self.filled.append((name, index, int(self.years[i]), float(values[i]), str(rules[i])))

    def _from_facts(self, name: str) -> np.ndarray:
        """Build a quantity from the rows of `world.csv` that name it."""
        rows = self.rows[self.rows["quantity"] == name].sort_values("priority")
        if rows.empty:
            self.problems.add(FILE, None, "quantity", name, "a row for this quantity, which the model needs",
                              valid=self.rows["quantity"])  # fmt: skip
            return np.ones(self.years.size)
        values = np.full(self.years.size, np.nan)
        rules = np.full(self.years.size, "", dtype=object)
        for row in rows[rows["join"] == "level"].itertuples():
            printed = self._printed(row)
            values = np.where(np.isnan(values), printed, values)
        known = ~np.isnan(values)
        if not known.any():
            self._refuse_empty(rows.iloc[0])
            return np.ones(self.years.size)
        if (values[known] <= 0.0).any():
            year = self.years[np.flatnonzero(known & (values <= 0.0))[0]]
            self.problems.add(
                FILE, int(rows["line"].iloc[0]), "series", name, f"values above zero; that of {year} is not"
            )
            return np.ones(self.years.size)
        for row in rows[rows["join"] == "growth"].itertuples():
            _chain(values, rules, self._printed(row), row.series)
        head = rows.iloc[0]
        _between(values, rules, self.years, head["between"])
        self._after(values, rules, self._ends(rows, "after"))
        self._before(values, rules, self._ends(rows, "before"))
        self.note(name, "", known, values, rules)
        return values

    def _refuse_empty(self, row: Any) -> None:
        """Note a quantity without a fact, unless its series is already noted as unknown."""
        if not any(
            problem.line == row["line"] and problem.column == "series" for problem in self.problems.found
        ):
            expected = "a series with facts within the years of the case"
            self.problems.add(FILE, int(row["line"]), "series", row["series"], expected)

    def _ends(self, rows: pd.DataFrame, side: str) -> str:
        """Return the rule of an end: the first that is not `hold`, as rows may leave it to one of them."""
        told = [rule for rule in rows[side] if rule != "hold"]
        return told[0] if told else "hold"

    def _printed(self, row: Any) -> np.ndarray:
        """Return the printed values of one row in its unit, NaN where there is none (best grade, then first row)."""
        out = np.full(self.years.size, np.nan)
        facts = self.facts[(self.facts["table"] == row.table) & (self.facts["series"] == row.series)]
        if facts.empty:
            valid = self.facts.loc[self.facts["table"] == row.table, "series"].unique()
            self.problems.add(
                FILE, row.line, "series", row.series, f"a series of {row.table}.csv", valid=valid
            )
        for year, value in zip(facts["year"], facts["value"], strict=True):
            i = int(year) - int(self.years[0])
            inside = 0 <= i < self.years.size and not (year < row.first or year > row.last)
            if inside and np.isnan(out[i]):
                out[i] = value * row.scale
        if row.times:
            other, _, base = row.times.partition("@")
            factor = self[other]
            out = out * factor / (factor[int(base) - int(self.years[0])] if base else 1.0)
        return out

    def _after(self, values: np.ndarray, rules: np.ndarray, rule: str) -> None:
        """Fill the years after the last known one."""
        last = np.flatnonzero(~np.isnan(values))[-1]
        if last + 1 < values.size:
            values[last + 1 :] = self._ended(values, last, slice(last + 1, None), rule)
            rules[last + 1 :] = rule

    def _before(self, values: np.ndarray, rules: np.ndarray, rule: str) -> None:
        """Fill the years before the first known one."""
        first = np.flatnonzero(~np.isnan(values))[0]
        if first > 0:
            values[:first] = self._ended(values, first, slice(0, first), rule)
            rules[:first] = rule

    def _ended(self, values: np.ndarray, at: int, span: slice, rule: str) -> np.ndarray | float:
        """Return the values of the years in `span`, which lie beyond the known year `at`."""
        kind, _, what = rule.partition(":")
        if kind == "hold":
            return values[at]
        if kind == "zero":
            return 0.0
        if kind == "with":
            other = self[what]
            return values[at] * other[span] / other[at]
        early, late = (int(year) - int(self.years[0]) for year in what.split("-"))
        rate = (values[late] / values[early]) ** (1.0 / (late - early))
        return values[at] * rate ** (np.arange(values.size)[span] - at)


def check_rules(rows: pd.DataFrame, quantities: Iterable[str], years: np.ndarray, problems: Problems) -> None:
    """Note end rules that cannot be read, and quantities and years that they name but that do not exist."""
    known = set(rows["quantity"]) | set(quantities)
    for row in rows.itertuples():
        for side in ("before", "after"):
            kind, _, what = getattr(row, side).partition(":")
            if kind == "with" and what not in known:
                problems.add(FILE, row.line, side, what, "a quantity", valid=known)
            elif kind == "back" and not _two_years(what, years):
                problems.add(FILE, row.line, side, what, "two years of the case, YYYY-YYYY")
            elif kind not in ("with", "back") and getattr(row, side) not in ("hold", "zero"):
                problems.add(FILE, row.line, side, getattr(row, side), RULE_FORMS, valid=("hold", "zero"))
        other, _, base = row.times.partition("@")
        if row.times and (other not in known or (base and not _in_case(base, years))):
            problems.add(
                FILE, row.line, "times", row.times, "a quantity, or QUANTITY@YEAR with a year of the case"
            )


def _two_years(text: str, years: np.ndarray) -> bool:
    early, _, late = text.partition("-")
    return _in_case(early, years) and _in_case(late, years) and early < late


def _in_case(year: str, years: np.ndarray) -> bool:
    return YEAR.fullmatch(year) is not None and int(years[0]) <= int(year) <= int(years[-1])


def _chain(values: np.ndarray, rules: np.ndarray, other: np.ndarray, series: str) -> None:
    """Extend `values` (t) by the growth of `other` (t), year by year away from the known years."""
    order = range(1, values.size)
    for i, j in [(i, i - 1) for i in order] + [(i - 1, i) for i in reversed(order)]:
        if np.isnan(values[i]) and not np.isnan(values[j]) and other[j] > 0 and not np.isnan(other[i]):
            values[i], rules[i] = values[j] * other[i] / other[j], f"growth of {series}"


def _between(values: np.ndarray, rules: np.ndarray, years: np.ndarray, rule: str) -> None:
    """Fill gaps between known years: straight in the logarithm or the level, or as the last known value."""
    known = np.flatnonzero(~np.isnan(values))
    gaps = [i for i in range(known[0], known[-1]) if np.isnan(values[i])]
    if not gaps:
        return
    if rule == "step":
        values[gaps] = [values[known[known < i][-1]] for i in gaps]
    elif rule == "log":
        values[gaps] = np.exp(np.interp(years[gaps], years[known], np.log(values[known])))
    else:
        values[gaps] = np.interp(years[gaps], years[known], values[known])
    rules[gaps] = f"{rule} between printed years"
