"""What is a case called, which years and which money has it, and what do its reports look at? `case.yaml`, read as data only.

name: ruritania                    letters, digits and hyphens: it becomes part of the names of files
title: Cars of Ruritania
first_year: 1960
last_year: 1990
named_makers: [oak, elm]
currency: {code: RUK, name: kroner}
base_year: 1980                    of prices and of most indices
region_years: [1965, 1985]         of the columns *_early and *_late of regions.csv
sample_end: 1980                   the last year that a fit may see; later outcomes only check it
social_rate: 0.06                  at which gains of later years are discounted

These may be left out: `investment_year` (base of the index of investment, else the base year), `local_language` (code and
name of the columns *_local), `reference` (who stands for 100 of the two indices, and when), `rivals` (series of facts by
who made them), `rank_series`, `tile_map` (rows of the last parts of region ids, a dot for an empty place) and
`marked_years`, the years that a picture or a question looks at by its name in `MARKED`; where a case names none they are
spread over it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latecomer.case.numerals import plain_number
from latecomer.case.span import MARKED, spread
from latecomer.case.tree import Entry, read_tree
from latecomer.errors import Problems, steering_problem
from latecomer.types import Setting

FILE = "case.yaml"
NEEDED = (
    *("name", "title", "first_year", "last_year", "named_makers"),
    *("currency", "base_year", "region_years", "sample_end", "social_rate"),
)
OPTIONAL = (
    *("investment_year", "local_language", "reference", "rivals", "rank_series", "tile_map", "marked_years"),
)
KEYS = (*NEEDED, *OPTIONAL)
NAME = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
LONGEST_NAME, LONGEST_TITLE = 60, 200
MOST_YEARS = 300
FIRST, LAST = 1700, 2100  # years that a date may have
HIGHEST_RATE = 0.5


@dataclass(frozen=True)
class Head:
    """What `case.yaml` says; the years are all that a date may have where it does not say them."""

    name: str
    title: str
    first_year: int
    last_year: int
    named_makers: tuple[str, ...]
    setting: Setting

    @property
    def years(self) -> np.ndarray:
        """Return the years of the case (t)."""
        return np.arange(self.first_year, self.last_year + 1)


def read_head(folder: Path, problems: Problems) -> Head:
    """Return the head of a case; what is wrong with it is noted, and stands as empty."""
    root = read_tree(folder / FILE, problems)
    given = root.value if root is not None and isinstance(root.value, dict) else {}
    if root is not None:
        _refuse_keys(root, problems)
    first, last = (_year(key, given, problems) for key in ("first_year", "last_year"))
    if first and last and not 0 <= last - first < MOST_YEARS:
        line = given["last_year"].line
        problems.add(FILE, line, "last_year", last, f"up to {MOST_YEARS} years from the first, {first}")
    if not (first and last and 0 <= last - first < MOST_YEARS):
        first, last = FIRST, LAST
    name = _text("name", given, LONGEST_NAME, problems)
    if name and not NAME.fullmatch(name):
        expected = "a name of letters a to z, digits and hyphens"
        problems.add(FILE, given["name"].line, "name", name, expected)
    title = _text("title", given, LONGEST_TITLE, problems)
    named = _words("named_makers", given, problems, "a list of names of makers")
    return Head(name, title, first, last, named, _setting(given, first, last, problems))


def _setting(given: dict[str, Entry], first: int, last: int, problems: Problems) -> Setting:
    """Return money, base years, comparisons and marked years of a case whose first and last year are known."""
    sample_end = _year("sample_end", given, problems) or last
    base = _year("base_year", given, problems) or last
    currency = _texts("currency", given, problems, ("code", "name"))
    language = _texts("local_language", given, problems, ("code", "name"))
    reference = _texts("reference", given, problems, ("who", "year"))
    return Setting(
        currency=currency.get("code", ""), currency_name=currency.get("name", ""), base_year=base,
        investment_year=_year("investment_year", given, problems) or base,
        region_years=_region_years(given, problems), sample_end=sample_end, social_rate=_rate(given, problems),
        language_code=language.get("code", ""), language=language.get("name", ""),
        reference=reference.get("who", ""), reference_year=reference.get("year", ""),
        rivals=tuple(_texts("rivals", given, problems).items()),
        rank_series=_text("rank_series", given, LONGEST_NAME, problems),
        tile_map=_words("tile_map", given, problems, "a list of rows"),
        marked=_marked(given, (first, sample_end, last), problems),
    )  # fmt: skip


def _refuse_keys(root: Entry, problems: Problems) -> None:
    """Note keys that are missing or unknown."""
    if not isinstance(root.value, dict):
        problems.add(FILE, root.line, None, root.told, f"a mapping with {', '.join(NEEDED)}")
        return
    for key in NEEDED:
        if key not in root.value:
            problems.add(FILE, None, key, expected="this key")
    for key in root.value.keys() - set(KEYS):
        problems.add(FILE, root.value[key].line, key, key, "a key of a case", valid=KEYS)


def _text(key: str, given: dict[str, Entry], longest: int, problems: Problems) -> str:
    """Return a text of one line, or the empty text after noting what is wrong with it."""
    if key not in given:
        return ""
    entry = given[key]
    text = entry.value.strip() if isinstance(entry.value, str) else ""
    expected = "" if text else "a text"
    if len(text) > longest:
        expected = f"at most {longest} letters"
    expected = steering_problem(text) or expected
    if expected:
        problems.add(FILE, entry.line, key, entry.told, expected)
    return "" if expected else text


def _texts(
    key: str, given: dict[str, Entry], problems: Problems, needed: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return a mapping of texts; note what is none, and names that are missing or not known where `needed` lists them."""
    if key not in given:
        return {}
    entry = given[key]
    if not isinstance(entry.value, dict) or (needed and entry.value.keys() != set(needed)):
        expected = f"a mapping with {' and '.join(needed)}" if needed else "a mapping of texts"
        problems.add(FILE, entry.line, key, entry.told, expected)
        return {}
    return {name: _text(name, entry.value, LONGEST_TITLE, problems) for name in entry.value}


def _year(key: str, given: dict[str, Entry], problems: Problems) -> int:
    """Return a year, or 0 after noting that it is none."""
    return _as_year(key, given[key], problems) if key in given else 0


def _as_year(key: str, entry: Entry, problems: Problems) -> int:
    """Return what an entry says as a year, or 0 after noting that it is none."""
    text = entry.told.strip()
    if re.fullmatch(r"[0-9]{4}", text) and FIRST <= int(text) <= LAST:
        return int(text)
    problems.add(FILE, entry.line, key, text, f"a year from {FIRST} to {LAST}")
    return 0


def _years(key: str, entry: Entry, problems: Problems) -> tuple[int, ...]:
    """Return years in order: one, or a list of them; none after noting what is no year."""
    items = entry.value if isinstance(entry.value, list) else [entry]
    return tuple(sorted({year for item in items if (year := _as_year(key, item, problems))}))


def _region_years(given: dict[str, Entry], problems: Problems) -> tuple[int, int]:
    """Return the two years in which regions are counted."""
    if "region_years" in given:
        found = _years("region_years", given["region_years"], problems)
        if len(found) == 2:
            return found[0], found[1]
        entry = given["region_years"]
        problems.add(FILE, entry.line, "region_years", entry.told, "two years, in a list")
    return FIRST, LAST


def _rate(given: dict[str, Entry], problems: Problems) -> float:
    """Return the social rate of discount."""
    entry = given.get("social_rate", Entry("0"))
    rate = plain_number(entry.told)
    if rate is not None and 0.0 <= rate <= HIGHEST_RATE:
        return rate
    expected = f"a number from 0 to {HIGHEST_RATE:g}, 0.08 for 8% a year"
    problems.add(FILE, entry.line, "social_rate", entry.told, expected)
    return 0.0


def _marked(
    given: dict[str, Entry], ends: tuple[int, int, int], problems: Problems
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the years that each picture or question looks at, by its name; `ends` are first year, end of sample, last."""
    entry = given.get("marked_years", Entry({}))
    if not isinstance(entry.value, dict):
        problems.add(FILE, entry.line, "marked_years", entry.told, "a mapping of names to years")
        return ()
    for name in entry.value.keys() - set(MARKED):
        expected = "what looks at marked years"
        problems.add(FILE, entry.value[name].line, "marked_years", name, expected, valid=MARKED)
    told = {
        name: _years("marked_years", item, problems) for name, item in entry.value.items() if name in MARKED
    }
    return tuple((name, told.get(name) or spread(name, *ends)) for name in MARKED)


def _words(key: str, given: dict[str, Entry], problems: Problems, expected: str) -> tuple[str, ...]:
    """Return a list of words; note what is none."""
    entry = given.get(key, Entry([]))
    items = entry.value if isinstance(entry.value, list) else None
    if items is None or not all(isinstance(item.value, str) for item in items):
        problems.add(FILE, entry.line, key, entry.told, expected)
        return ()
    return tuple(item.told for item in items)
