"""How is `latecomer new-case` carried out? Words checked together, a folder that is not there yet, and what to do next."""

import os
import re
from collections.abc import Mapping

import typer

from latecomer.case.files import is_there
from latecomer.case.new_case import FIRST_YEAR, LAST_YEAR, MAKERS, SHORTEST, write_case
from latecomer.case.schemas import FIRST, LAST
from latecomer.cli.request import folder, path_meant, whole
from latecomer.cli.writing import whole_files
from latecomer.errors import Problems, UsageError, printable

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_MAKERS, LONGEST_TITLE, LONGEST = 200, 120, 300


def start_case(word: str, given: Mapping[str, str], quiet: bool) -> None:
    """Write a new case into a folder of its name; raise one UsageError with every problem of the request."""
    problems = Problems()
    path = path_meant(given["out"] or ".") / path_meant(word)
    if not NAME.fullmatch(path.name) or len(path.name) > LONGEST_TITLE:
        problems.add("FOLDER", None, None, path.name, "a name of small letters, digits and hyphens")
    if is_there(path) or os.path.islink(path):
        problems.add(
            "FOLDER", None, None, str(path), "a folder that is not there yet: nothing is written over"
        )
    folder("FOLDER", str(path.parent), problems)
    makers = whole("--makers", given["makers"], 1, MOST_MAKERS, problems) or MAKERS
    span = span_of(given, problems)
    title = given["title"].strip()
    if printable(title) != title or len(title) > LONGEST_TITLE:
        problems.add("--title", None, None, title, f"one line of at most {LONGEST_TITLE} letters")
    problems.raise_if_any(UsageError)
    with whole_files(path) as part:
        write_case(part, path.name, title, makers, *span)
    typer.echo(path)
    if not quiet:
        typer.echo(f"Every number in it is invented; {path / 'NOTES.md'} says what to fill in.", err=True)
        typer.echo(f"It runs as it stands: latecomer run {path} --histories 20 --out results", err=True)


def span_of(given: Mapping[str, str], problems: Problems) -> tuple[int, int]:
    """Return the first and the last year; one that is not given keeps the usual distance to the other."""
    usual = LAST_YEAR - FIRST_YEAR
    first = whole("--first-year", given["first_year"], FIRST, LAST - SHORTEST, problems)
    last = whole("--last-year", given["last_year"], FIRST + SHORTEST, LAST, problems)
    if first is None and last is None:
        return FIRST_YEAR, LAST_YEAR
    first = max(FIRST, (last or LAST_YEAR) - usual) if first is None else first
    last = min(LAST, first + usual) if last is None else last
    if not SHORTEST <= last - first < LONGEST:
        expected = f"a year from {first + SHORTEST} to {first + LONGEST - 1}"
        problems.add("--last-year", None, None, str(last), expected)
    return first, last
