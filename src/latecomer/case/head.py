"""What is a case called, which years has it, and which makers are named in its reports? `case.yaml`, read as data only.

name: china-auto                   letters, digits and hyphens: it becomes part of the names of files
title: China's car industry
first_year: 1953
last_year: 2025
named_makers: [faw, geely]
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latecomer.case.tree import Entry, read_tree
from latecomer.errors import Problems, steering_problem

FILE = "case.yaml"
KEYS = ("name", "title", "first_year", "last_year", "named_makers")
NAME = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
LONGEST_NAME, LONGEST_TITLE = 60, 200
MOST_YEARS = 300
FIRST, LAST = 1700, 2100  # years that a date may have


@dataclass(frozen=True)
class Head:
    """What `case.yaml` says; the years are all that a date may have where it does not say them."""

    name: str
    title: str
    first_year: int
    last_year: int
    named_makers: tuple[str, ...]

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
    return Head(name, title, first, last, _named(given, problems))


def _refuse_keys(root: Entry, problems: Problems) -> None:
    """Note keys that are missing or unknown."""
    if not isinstance(root.value, dict):
        problems.add(FILE, root.line, None, root.told, f"a mapping with {', '.join(KEYS)}")
        return
    for key in KEYS:
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


def _year(key: str, given: dict[str, Entry], problems: Problems) -> int:
    """Return a year, or 0 after noting that it is none."""
    if key not in given:
        return 0
    text = given[key].told.strip()
    if re.fullmatch(r"[0-9]{4}", text) and FIRST <= int(text) <= LAST:
        return int(text)
    problems.add(FILE, given[key].line, key, text, f"a year from {FIRST} to {LAST}")
    return 0


def _named(given: dict[str, Entry], problems: Problems) -> tuple[str, ...]:
    """Return the named makers; note what is no list of names."""
    entry = given.get("named_makers", Entry([]))
    items = entry.value if isinstance(entry.value, list) else None
    if items is None or not all(isinstance(item.value, str) for item in items):
        problems.add(FILE, entry.line, "named_makers", entry.told, "a list of names of makers")
        return ()
    return tuple(item.told for item in items)
