"""What does a reform mean, year by year? Its levers, firms, years and values, read against a case; everything wrong is noted.

A path becomes an array over the years of the case, starting from history. `case.reform` says how paths are written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from latecomer import axes, vocabulary
from latecomer.case.numerals import number_hint
from latecomer.case.tree import Entry, tree_of
from latecomer.errors import SHOWN, Problem, Problems, nearest, steering, steering_problem
from latecomer.shown import Shown
from latecomer.types import Case
from latecomer.vocabulary import Field, Lever

SECTIONS = ("policy", "firms", "world")
RECORD = {"policy": "policy", "firms": "strategy", "world": "world"}
MODES = ("auto", "dated", "free")
FORM = ("set", "times", "add", "shift", "from", "until", "phase_in")
WORDS = ("off", "history", "held")
YEAR = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?", re.ASCII)
NUMBER = re.compile(r"([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL | re.ASCII)
LONGEST_NAME, LONGEST_NOTE = 120, 2000
EARLIEST, LATEST = 1800, 2200
MOST_FORMS = 200  # dates of one path: it is read once for every maker that it holds for
WORLD_ROOM = 20.0  # a world assumption may be so many times the highest value of history
POLICY: Mapping[str, Field] = {lever.public_name: lever for lever in vocabulary.POLICY}
STRATEGY: Mapping[str, Field] = {lever.public_name: lever for lever in vocabulary.STRATEGY}
WORLD: Mapping[str, Field] = {field.name: field for field in vocabulary.WORLD if field.name != "year"}
KNOWN = {
    "policy": (POLICY, "a lever of policy"),
    "firms": (STRATEGY, "a lever of strategy"),
    "world": (WORLD, "an input of the world"),
}


@dataclass(frozen=True, repr=False)
class Reform(Shown):
    """What is asked to be different, as written; it is read against a case when it is laid over one.

    `policy` {lever: path}, `firms` {firm: {lever: path}}, `world` {input: path}, with paths as the module describes them.
    `since` leaves history as it was before that year. `file` is named in errors.
    """

    policy: Mapping[str, Any] | Entry | None = None
    firms: Mapping[str, Any] | Entry | None = None
    world: Mapping[str, Any] | Entry | None = None
    name: str = ""
    name_local: str = ""
    note: str = ""
    mode: str = "auto"
    since: int | None = None
    file: str = "reform"
    wrong: tuple[Problem, ...] = ()  # found in the file before there was a case to read it against

    def since_year(self, year: int) -> "Reform":
        """Return the reform taken up in this year: before it, history stays as it was."""
        return replace(self, since=year)

    def __str__(self) -> str:
        return self.name or self.file

    def __hash__(self) -> int:
        return hash((self.name, self.file, self.mode, self.since))

    def _title(self) -> str:
        return str(self)

    def _facts(self) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        for section in SECTIONS:
            given = getattr(self, section)
            paths = given.value if isinstance(given, Entry) else given
            if isinstance(paths, Mapping):
                asked[section] = list(paths)
        told = {
            "note": self.note,
            "since": self.since,
            "mode": self.mode,
            "file": self.file,
            "problems": len(self.wrong),
        }
        return asked | {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Change:
    """One path that a reform sets: section, lever, place along its inner axes, values by year [t], and where it was written."""

    section: str
    lever: Field
    place: tuple[int, ...]
    told: str
    values: np.ndarray
    line: int | None

    @property
    def at(self) -> tuple[Any, ...]:
        """Return the index of all years at its place."""
        return (slice(None), *self.place)


def history_of(case: Case, change: Change) -> np.ndarray:
    """Return the path [t] of the case that a change replaces."""
    return getattr(case, RECORD[change.section])[change.lever.name][change.at]


class Reader:
    """Reads one reform against a case: its changes, and every problem on the way."""

    def __init__(self, case: Case, reform: Reform, problems: Problems) -> None:
        self.case, self.reform, self.problems = case, reform, problems
        self.years = np.asarray(case.years, dtype=int)
        self.found: dict[tuple, Change] = {}

    def read(self) -> list[Change]:
        """Return the changes; where a group and one of its members are both named, the later in the file counts."""
        self.check_head()
        for name, path in self.mapping("policy", tree_of(self.reform.policy or {})):
            self.lever("policy", name, path)
        for firm, levers in self.mapping("firms", tree_of(self.reform.firms or {})):
            members = self.members(firm, levers.line)
            for name, path in self.mapping(f"firms of {firm}", levers):
                self.lever("firms", name, path, firm, members)
        for name, path in self.mapping("world", tree_of(self.reform.world or {})):
            self.lever("world", name, path)
        return list(self.found.values())

    def check_head(self) -> None:
        """Note a name or note that is too long, an unknown mode, and a reform that asks for nothing."""
        reform = self.reform
        self.problems.found.extend(reform.wrong)
        for word, text, longest in (
            ("name", reform.name, LONGEST_NAME),
            ("name_local", reform.name_local, LONGEST_NAME),
            ("note", reform.note, LONGEST_NOTE),
        ):
            if len(text) > longest:
                self.problems.add(reform.file, None, None, text, f"at most {longest} letters as {word}")
            if steering(text):
                self.problems.add(reform.file, None, None, text, f"{steering_problem(text)} as {word}")
        if reform.mode not in MODES:
            self.problems.add(
                reform.file, None, None, reform.mode, f"one of {', '.join(MODES)} as mode", valid=MODES
            )
        if not (reform.policy or reform.firms or reform.world or reform.wrong):
            self.problems.add(
                reform.file, None, None, None, f"something to change under {', '.join(SECTIONS)}"
            )

    def wrong(self, line: int | None, value: Any, expected: str, valid: Iterable[str] = ()) -> None:
        self.problems.add(self.reform.file, line, None, value, expected, valid=valid)

    def mapping(self, what: str, entry: Entry) -> list[tuple[str, Entry]]:
        """Return the items of a mapping, or none after noting that it is something else."""
        if isinstance(entry.value, dict):
            return list(entry.value.items())
        self.wrong(entry.line, entry.told, f"a mapping of names under {what}")
        return []

    def members(self, firm: str, line: int | None) -> list[int]:
        """Return the places of a maker, of own-brand makers, or of makers of one ownership."""
        kinds, makers = self.case.labels.ownership, self.case.labels.makers
        if firm == "own_brands":
            return [int(m) for m in np.flatnonzero(self.case.makers["ownership"] <= axes.PRIVATE)]
        if firm in kinds:
            return [int(m) for m in np.flatnonzero(self.case.makers["ownership"] == kinds.index(firm))]
        if firm in makers:
            return [makers.index(firm)]
        names = {name: name for name in (*makers, *kinds, "own_brands")}
        for proper in (self.case.labels.maker_names, self.case.labels.maker_names_local):
            names = dict(zip(proper, makers, strict=True)) | names
        near = nearest(firm, names) if len(self.problems) < SHOWN else None
        expected = "a maker, own_brands, or a kind of ownership"
        self.problems.add(self.reform.file, line, None, firm, expected, names[near] if near else None)
        return []

    def lever(
        self, section: str, name: str, path: Entry, firm: str = "", members: Sequence[int] = ()
    ) -> None:
        """Read the paths of one lever, for all places along its axes or for those that are named."""
        known, what = KNOWN[section]
        if name not in known:
            place = next((other for other, (levers, _) in KNOWN.items() if name in levers), None)
            hint = f"; {name} belongs under {place}" if place else ""
            self.wrong(path.line, name, f"{what}{hint}", () if place else known)
            return
        lever = known[name]
        told = f"{firm}, {name}" if firm else name
        if section != "firms":
            self.inner(section, lever, lever.axes, (), told, path)
        for m in members:
            before = len(self.problems)
            self.inner(section, lever, lever.axes[1:], (m,), told, path)
            if len(self.problems) > before:
                return  # the same problem for every member is told once

    def inner(
        self, section: str, lever: Field, letters: str, place: tuple[int, ...], told: str, path: Entry
    ) -> None:
        """Go down the axes that are left; without names along an axis, the path holds for all of it."""
        if not letters:
            self.add(section, lever, place, told, path)
            return
        labels = self.case.labels.along(letters[0])
        named = isinstance(path.value, dict) and not any(
            YEAR.fullmatch(key) or key in FORM for key in path.value
        )
        if not named:
            for i in range(len(labels)):
                before = len(self.problems)
                self.inner(section, lever, letters[1:], (*place, i), told, path)
                if len(self.problems) > before:
                    return
            return
        for label, entry in self.mapping(told, path):
            if label not in labels:
                self.wrong(entry.line, label, f"a year, or a name along the axis of {told}", labels)
                continue
            self.inner(section, lever, letters[1:], (*place, labels.index(label)), f"{told} ({label})", entry)

    def add(self, section: str, lever: Field, place: tuple[int, ...], told: str, path: Entry) -> None:
        """Read the path of one lever at one place, and keep it if it is right."""
        history = history_of(self.case, Change(section, lever, place, told, np.empty(0), path.line)).astype(
            float
        )
        before = len(self.problems)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            values = PathReader(self, lever, history, told).read(path)
        if self.reform.since is not None:
            values = np.where(self.years < self.reform.since, history, values)
        if len(self.problems) == before:
            self.refuse_bounds(lever, values, history, told, path.line)
            self.found[section, lever.name, place] = Change(section, lever, place, told, values, path.line)

    def refuse_bounds(
        self, lever: Field, values: np.ndarray, history: np.ndarray, told: str, line: int | None
    ) -> None:
        """Note the first year in which a path leaves the range of its lever."""
        if isinstance(lever, Lever):
            low, high = lever.low, lever.high
        else:
            low, high = (
                (0.0 if history.min() >= 0.0 else -np.inf),
                WORLD_ROOM * max(float(history.max()), 1e-9),
            )
        moved = values != history
        outside = np.flatnonzero(
            moved & ~(np.isfinite(values) & (values >= low - 1e-12) & (values <= high + 1e-12))
        )
        if outside.size:
            t = outside[0]
            self.wrong(
                line, f"{values[t]:g}", f"{told} from {low:g} to {high:g} in {self.years[t]} ({lever.unit})"
            )


def written(entry: Entry) -> str:
    """Return the value of an entry as it is written, to be compared with another."""
    return entry.value.strip().lower() if isinstance(entry.value, str) else repr(entry.value)


class PathReader:
    """Reads the path of one lever at one place: the history it starts from, and what is written over it."""

    def __init__(self, reader: Reader, lever: Field, history: np.ndarray, told: str) -> None:
        self.reader, self.lever, self.history, self.told = reader, lever, history, told
        self.years = reader.years

    def read(self, path: Entry) -> np.ndarray:
        """Return the path by year [t]; what is wrong is noted, and the years it concerns stay as they were."""
        values = self.history.copy()
        forms = path.value if isinstance(path.value, list) else [path]
        if (
            max(len(forms), *(len(form.value) for form in forms if isinstance(form.value, dict)), 0)
            > MOST_FORMS
        ):
            self.reader.wrong(path.line, path.told, f"at most {MOST_FORMS} dates of {self.told}")
            return values
        for form in forms:
            if not isinstance(form.value, dict):
                self.put(values, form, np.ones(len(values), dtype=bool))
            elif any(key in FORM for key in form.value):
                self.worded(values, form)
            else:
                self.stepwise(values, form)
        return values

    def stepwise(self, values: np.ndarray, form: Entry) -> None:
        """Set {year: value} from each year on, then {1986-1993: value} for the years named."""
        spans: list[tuple[int, int | None, Entry]] = []
        assert isinstance(form.value, dict)
        for key, entry in form.value.items():
            match = YEAR.fullmatch(key.strip())
            if match is None or not EARLIEST <= int(match[1]) <= LATEST:
                self.reader.wrong(entry.line, key, f"a year of {self.told}, such as 1994 or 1994-2001", FORM)
                continue
            spans.append((int(match[1]), int(match[2]) if match[2] else None, entry))
        for first, last, entry in sorted(spans, key=lambda span: (span[1] is not None, span[0])):
            if last is not None and last < first:
                self.reader.wrong(
                    entry.line, f"{first}-{last}", "a span whose last year is not before its first"
                )
                continue
            self.refuse_overlap((first, last, entry), spans)
            self.put(values, entry, (self.years >= first) & (self.years <= (last or LATEST)))

    def refuse_overlap(
        self, span: tuple[int, int | None, Entry], spans: list[tuple[int, int | None, Entry]]
    ) -> None:
        """Note a year that this span and one written before it set differently; from-years give way to spans by design."""
        first, last, entry = span
        for other_first, other_last, other in spans[: spans.index(span)]:
            both_open = last is None and other_last is None and first == other_first
            both_closed = last is not None and other_last is not None
            year = max(first, other_first)
            meet = both_open or (both_closed and year <= min(last or LATEST, other_last or LATEST))
            if meet and written(other) != written(entry):
                lines = f", line {other.line}" if other.line else ""
                told = f"{other_first}-{other_last}" if other_last else str(other_first)
                expected = f"one value of {self.told} in {year}; {told}{lines} sets it, too, and differently"
                self.reader.wrong(entry.line, entry.told, expected)
                return

    def worded(self, values: np.ndarray, form: Entry) -> None:
        """Set what {set | times | add | shift, from, until, phase_in} says."""
        assert isinstance(form.value, dict)
        words = dict(form.value)
        for key in [key for key in words if key not in FORM]:
            self.reader.wrong(words.pop(key).line, key, f"one of {', '.join(FORM)}", FORM)
        first, last = (self.whole(words.pop(word, None), EARLIEST, LATEST) for word in ("from", "until"))
        slow = self.whole(words.pop("phase_in", None), 1, 100)
        within = (self.years >= (first or EARLIEST)) & (self.years <= (last or LATEST))
        if not within.any() and (first or EARLIEST) > (last or LATEST):
            self.reader.wrong(form.line, f"{first}-{last}", "a first year that is not after the last")
        if len(words) != 1:
            self.reader.wrong(form.line, ", ".join(words) or None, f"exactly one of {', '.join(FORM[:4])}")
            return
        ((word, entry),) = words.items()
        target = values.copy()
        if word == "set":
            self.put(target, entry, within)
        elif word == "shift":
            years = self.whole(entry, -100, 100) or 0
            at = np.clip(np.arange(len(target)) - years, 0, len(target) - 1)
            target[within] = self.history[at][within]
        else:
            number = self.number(entry, signed=True, factor=word == "times")
            target[within] = (
                self.history[within] * number if word == "times" else self.history[within] + number
            )
        if slow:
            done = np.cumsum(within) / slow
            target = np.where(within, values + np.minimum(done, 1.0) * (target - values), values)
        values[:] = target

    def put(self, values: np.ndarray, entry: Entry, within: np.ndarray) -> None:
        """Set one value in the years named."""
        if not isinstance(entry.value, str):
            self.reader.wrong(entry.line, entry.told, f"a value for {self.told}")
            return
        text = entry.value.strip()
        plain = text.lower()
        if plain == "history":
            values[within] = self.history[within]
        elif plain == "held":
            first = int(np.argmax(within)) if within.any() else 0
            values[within] = values[max(first - 1, 0)]
        elif plain == "off":
            if isinstance(self.lever, Lever):
                values[within] = self.lever.off
            else:
                self.reader.wrong(
                    entry.line, text, f"a value for {self.told}; an input of the world has no off"
                )
        elif plain[:1] in ("x", "×") and NUMBER.fullmatch(plain[1:]):
            number = self.number(Entry(plain[1:], entry.line), factor=True)
            values[within] = self.history[within] * number
        else:
            values[within] = self.number(entry)

    def number(self, entry: Entry, signed: bool = False, factor: bool = False) -> float:
        """Return a number in the unit of the lever; a per cent sign belongs to shares, any other unit must be the lever's own."""
        text = entry.value.strip() if isinstance(entry.value, str) else entry.told
        hint = number_hint(text.removesuffix("%").strip())
        match = None if hint else NUMBER.fullmatch(text)
        if match is None or not isfinite(float(match[1].replace("_", ""))):
            expected = (
                f"a factor{hint} for {self.told}"
                if factor
                else f"a number{hint} for {self.told} ({self.lever.unit}), or {', '.join(WORDS)}"
            )
            self.reader.wrong(entry.line, text, expected, () if factor else WORDS)
            return 1.0
        number, unit = float(match[1].replace("_", "")), match[2].strip()
        if unit == "%" and (factor or self.lever.unit.startswith(("share", "0..1", "ratio"))):
            return number / 100.0
        if unit and (factor or unit != self.lever.unit):
            self.reader.wrong(entry.line, text, f"the unit {self.lever.unit!r} for {self.told}, or none")
        return number

    def whole(self, entry: Entry | None, low: int, high: int) -> int | None:
        """Return a year, or a number of years; None if there is none."""
        if entry is None:
            return None
        text = entry.value if isinstance(entry.value, str) else entry.told
        if not re.fullmatch(r"[-+]?[0-9]{1,4}", text) or not low <= int(text) <= high:
            self.reader.wrong(entry.line, text, f"a year or a number of years from {low} to {high}")
            return None
        return int(text)
