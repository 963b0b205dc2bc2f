"""What went wrong, where, what was expected, and what was probably meant?

    LatecomerError            anything this package raises on purpose                 exit code 1
    ├── InputError            bad input: a collection of problems, raised once        exit code 2
    │   ├── CaseError         a table, parameter or target of a case folder
    │   ├── ReformError       a reform, scenario or study file
    │   ├── UsageError        an option or argument, on the command line or in Python
    │   └── RecordError       a saved run that is missing, changed or of an unknown layout
    ├── HistoriesFailed       more histories failed than a result may leave out       exit code 3
    └── Interrupted           stopped by the user, resumable                          exit code 130

Whoever reads input adds each problem to `Problems` and goes on reading; at the end `raise_if_any` raises them
all together, so that a file is mended in one round and nothing has been run or written.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from os import PathLike
from typing import Any

SHOWN = 50
KEPT = 100_000  # more problems of one input are counted only
LONGEST_VALUE = 120
STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format (bidi overrides), surrogates, breaks of lines
FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # at the beginning of a cell, also in their wide forms
SHORTEST_WORD = 3  # letters of a word by which a name is looked for


class LatecomerError(Exception):
    """Anything this package raises on purpose. `exit_code` is what the command line returns."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input; a part that does not apply is None.

    `line` counts from one and includes the header; `column` is the name of a table's column, or a number in a
    text file; `expected` completes the sentence "expected ..."; `nearest` is the valid name most like it.
    """

    file: str | PathLike[str] | None = None
    line: int | None = None
    column: str | int | None = None
    value: Any = None
    expected: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        parts = [
            None if self.value is None else shown(self.value, as_name=self.nearest is not None),
            f"expected {self.expected}" if self.expected else None,
            f"did you mean {self.nearest!r}?" if self.nearest is not None else None,
        ]
        said = "; ".join(part for part in parts if part is not None)
        place = self.place
        return f"{place}: {said}" if place else said

    @property
    def place(self) -> str:
        """Return file, line and column as a reader would look them up."""
        parts = [
            None if self.file is None else printable(str(self.file)),
            None if self.line is None else f"line {self.line}",
            None if self.column is None else f"column {printable(str(self.column))}",
        ]
        return ", ".join(part for part in parts if part is not None)


class InputError(LatecomerError):
    """Bad input: every problem that was found, in the order in which it was met."""

    exit_code = 2
    subject = "the input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.told()

    def told(self, most: int | None = SHOWN) -> str:
        """Return the message with the first `most` problems (None: all) and, by file, how many are left out."""
        count = len(self.problems)
        lines = [f"{count} {'problem' if count == 1 else 'problems'} in {self.subject}; nothing was run:"]
        lines += [f"  {problem}" for problem in self.problems[:most]]
        rest = () if most is None else self.problems[most:]
        if rest:
            by_file = Counter(printable(str(problem.file or "elsewhere")) for problem in rest)
            where = ", ".join(f"{number} in {file}" for file, number in by_file.most_common())
            lines.append(f"  and {len(rest)} more: {where}")
        return "\n".join(lines)


class CaseError(InputError):
    """A table, parameter or target of a case folder is wrong."""

    subject = "the case"


class ReformError(InputError):
    """A reform, scenario or study file is wrong."""

    subject = "the reform"


class UsageError(InputError):
    """An option or argument is wrong, on the command line or in Python."""

    subject = "the request"


class RecordError(InputError):
    """A saved run is missing, was changed, or has a layout that this version does not know."""

    subject = "the saved run"


class HistoriesFailed(LatecomerError):
    """More histories failed than a result may leave out; the message says which, and how to replay one."""

    exit_code = 3


class Interrupted(LatecomerError):
    """The user stopped the work; what was finished is kept and the same command goes on from there."""

    exit_code = 130


@dataclass
class Problems:
    """The problems met so far while reading one input."""

    found: list[Problem] = field(default_factory=list)
    dropped: int = 0

    def add(
        self,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        column: str | int | None = None,
        value: Any = None,
        expected: str = "",
        nearest: str | None = None,
        valid: Iterable[str] = (),
    ) -> None:
        """Note one problem and go on. Give the nearest valid name, or the valid names to find it among."""
        if len(self.found) >= KEPT:
            self.dropped += 1
            return
        if nearest is None:
            nearest = self._nearest(value, valid)
        self.found.append(Problem(file, line, column, value, expected, nearest))

    def _nearest(self, value: Any, valid: Iterable[str]) -> str | None:
        """Compare names only for problems that will be shown: a million wrong names cost as much as fifty."""
        return nearest(value, valid) if len(self.found) < SHOWN else None

    def raise_if_any(self, kind: type[InputError]) -> None:
        """Raise all problems as one error of this kind; return if there are none."""
        if self.dropped:
            self.found.append(Problem(expected=f"fewer problems: {self.dropped} more were counted, not kept"))
        if self.found:
            raise kind(self.found)

    def __len__(self) -> int:
        return len(self.found) + self.dropped


def nearest(name: Any, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None if none is alike.

    Upper and lower case are taken as equal, and so are `-`, `_` and a space. Names that hold every word of `name`, whole or its
    beginning, come first: `own share` means own_brand_share, although origin_share has more letters in common with it.
    """
    plain_names: dict[str, str] = {}
    for valid_name in valid:
        plain_names.setdefault(plain(valid_name), valid_name)
    asked = plain(str(name)[:LONGEST_VALUE])
    words = re.split(r"[_.]", asked)
    if len(words) > 1 and min(map(len, words)) >= SHORTEST_WORD:
        holding = [one for one in plain_names if holds_words(one, words)]
        if holding:
            return plain_names[get_close_matches(asked, holding, n=1, cutoff=0.0)[0]]
    alike = get_close_matches(asked, plain_names, n=1)
    return plain_names[alike[0]] if alike else None


def holds_words(name: str, words: Iterable[str]) -> bool:
    """Return whether every one of some words begins a word of its own in a plain name."""
    left = re.split(r"[_.]", name)
    for word in words:
        found = next((one for one in left if one.startswith(word)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def plain(name: str) -> str:
    """Return a name in lower case with one separator."""
    return name.lower().replace("-", "_").replace(" ", "_")


def shown(value: Any, as_name: bool = False) -> str:
    """Return a value as the message shows it: quoted, on one line, short, control characters escaped.

    A value that was probably meant as a name is spelled in ASCII where a letter could pass for one of ours: a Cyrillic one would
    look right, a Chinese one would not.
    """
    alike = as_name and any(letter >= "\x80" and not "\u2e80" <= letter < "\uf900" for letter in str(value))
    text = (ascii if alike else repr)(value if isinstance(value, int | float | bool) else str(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


def printable(text: str) -> str:
    """Return text with control characters escaped, so that a file's name cannot write to the terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def steering(text: str) -> str:
    """Return the first letter of a text that is not seen but steers what shows it, or the empty text.

    Such are escapes of terminals, line breaks, marks that turn the direction of writing, halves of surrogate pairs. Titles and
    names may hold none: this is the one rule, asked wherever one is read.
    """
    if text.isprintable():
        return ""
    return next((letter for letter in text if unicodedata.category(letter) in STEERING), "")


def steering_problem(text: str) -> str:
    """Return what is expected instead of a text that holds such a letter, or the empty text."""
    letter = steering(text)
    return f"text without the invisible letter U+{ord(letter):04X}" if letter else ""


def spreadsheet_safe(text: str) -> str:
    """Return a text as a cell which a spreadsheet takes as text: a quote stands before what it would take as a formula.

    Numbers stay as they are. Line breaks and control characters, which may hide the start of a formula, become spaces.
    """
    text = "".join(" " if steering(letter) else letter for letter in text)
    begun = text.lstrip()
    if not begun or begun[0] not in FORMULA:
        return text
    try:
        float(begun)
    except ValueError:
        return "'" + text
    return text
