"""Are the words of a command line right? All are read, and everything wrong with them and with the case is told at once.

`Asked` collects what is wrong while a command reads its words, and raises all of it before anything is run.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from latecomer.asked import MOST_HISTORIES, MOST_THREADS, SEED_BITS
from latecomer.case.folder import case_folder, list_cases
from latecomer.case.kept import is_kept, open_case
from latecomer.case.reform import Reform, find_reform
from latecomer.case.span import marked
from latecomer.errors import CaseError, InputError, Problems, ReformError, UsageError, nearest
from latecomer.types import Case
from latecomer.vocabulary import YEAR, record

FILES = ("csv", "xlsx", "pictures", "netcdf")
WITH_VALUE = ("--histories", "--seed", "--threads", "--only", "--out", *(f"--{name}" for name in FILES))
LONGEST_NAME = 255 - len(".latecomer-0000000000")  # bytes, with room for the name while it is written
NEEDED = {"netcdf": ("h5netcdf", "netcdf")}  # option: package, extra
ENDINGS = {"xlsx": ".xlsx"}  # option: how the name of its file ends, where programs go by it
PLAIN = tuple(field.name for field in YEAR if not field.axes)  # series that are one number a year
FLAGS = ("--brief", "--json", "--quiet", "--dry-run", "--help")
MEMORY_PART = 0.8
ANY_YEAR = (1000, 2999)


@dataclass(frozen=True)
class Request:
    """What is asked of a command, checked: numbers within bounds, folders that can be written."""

    histories: int
    seed: int
    threads: int | None
    only: int | None
    out: Path | None
    csv: Path | None
    pictures: Path | None
    xlsx: Path | None
    netcdf: Path | None
    json: bool
    quiet: bool
    dry_run: bool
    brief: bool = False


class Asked:
    """The words of a command while they are checked. `given` has the options by name; whatever is wrong is noted, and raised
    together by `checked`."""

    def __init__(
        self, given: Mapping[str, str], flags: Mapping[str, bool], problems: Problems | None = None
    ) -> None:
        self.given, self.problems = given, Problems() if problems is None else problems
        self.request = requested(given, self.problems, **flags)
        self.case: Case | None = None

    def open(self, name: str | None) -> Case | None:
        """Open the case; None after noting what is wrong with it."""
        self.case = checked_case(name, self.problems)
        return self.case

    def number(self, option: str, low: int, high: int) -> int:
        """Return a whole number of an option that is always given."""
        return whole(f"--{option}", self.given[option], low, high, self.problems) or low

    def series(self) -> list[str]:
        """Return the series that --series names, such as strong,vehicles; note what is none."""
        names = [name.strip() for name in self.given["series"].split(",")]
        for name in names:
            if name not in PLAIN:
                self.problems.add(
                    "--series", None, None, name, "a series that is one number a year", valid=PLAIN
                )
        return names

    def year(self, option: str) -> int | None:
        """Return the year that an option names; None if it names none or there is no case."""
        if self.case is None:
            return None
        first, last = int(self.case.years[0]), int(self.case.years[-1])
        return whole(f"--{option}", self.given[option], first, last, self.problems)

    def years(self, option: str = "years", usual: str = "") -> list[int]:
        """Return the years that an option names, without it those that the case marks under the name `usual`."""
        return years_named(f"--{option}", self.given[option], self.case, self.problems, usual)

    def reforms(self, names: Sequence[str], needed: bool = True) -> list[Reform]:
        """Return reforms by file or name; note those that are none, and that there is none where one is needed."""
        if self.case is None:
            return []
        found = [
            reform for name in names if (reform := found_reform(name, self.case, self.problems)) is not None
        ]
        if needed and not names:
            expected = "a YAML file or the name of a ready reform; `latecomer reforms` lists them"
            self.problems.add("REFORM", expected=expected)
        return found

    def checked(self, error: type[InputError] = UsageError) -> Case:
        """Return the case; raise one error with everything that is wrong."""
        self.problems.raise_if_any(error)
        assert self.case is not None
        return self.case


def found_reform(name: str, case: Case, problems: Problems) -> Reform | None:
    """Return a reform by file or name, or None after noting why there is none."""
    try:
        return find_reform(name, case)
    except ReformError as error:
        problems.found.extend(error.problems)
        return None


def requested(
    given: Mapping[str, str],
    problems: Problems,
    json: bool = False,
    quiet: bool = False,
    dry_run: bool = False,
    brief: bool = False,
) -> Request:
    """Return the request that the options make; options that a command does not have are left out. Notes what is wrong."""
    top = 2**SEED_BITS - 1
    text = {name: given.get(name, "") for name in ("threads", "only", "out", *FILES)}
    if brief and (text["only"] or not text["out"]):
        expected = "--out with it, and not --only: a folder in which the brief is written"
        problems.add("--brief", expected=expected)
    return Request(
        histories=whole("--histories", given["histories"], 1, MOST_HISTORIES, problems) or 1,
        seed=whole("--seed", given["seed"], -top - 1, top, problems) or 0,
        threads=whole("--threads", text["threads"], 1, MOST_THREADS, problems),
        only=whole("--only", text["only"], 0, MOST_HISTORIES, problems),
        out=folder("--out", text["out"], problems),
        csv=folder("--csv", text["csv"], problems),
        pictures=folder("--pictures", text["pictures"], problems),
        xlsx=file("xlsx", text["xlsx"], problems),
        netcdf=file("netcdf", text["netcdf"], problems),
        json=json,
        quiet=quiet,
        dry_run=dry_run,
        brief=brief,
    )


def years_named(option: str, text: str, case: Case | None, problems: Problems, usual: str = "") -> list[int]:
    """Return the years in a text such as 2010,2025, in order; note what is none of the case (if that is known).

    Without a text these are the years that the case marks under the name `usual`, clipped to it.
    """
    if not text and usual:
        return [] if case is None else marked(case.setting.looks(usual), case.years)
    first, last = ANY_YEAR if case is None else (int(case.years[0]), int(case.years[-1]))
    told = [whole(option, year.strip(), first, last, problems) for year in text.split(",")]
    if not text.strip():
        problems.add(option, None, None, "", f"years from {first} to {last}, such as 2010,2025")
    return sorted({year for year in told if year is not None})


def number(option: str, text: str, problems: Problems) -> float | None:
    """Return a number above zero; None if nothing was given or the text is wrong."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.0 < value < float("inf"):
        problems.add(option, None, None, text, "a number above zero")
        return None
    return value


def case_among(words: Sequence[str], problems: Problems) -> str | None:
    """Return the name of the case; note options that do not exist (each takes its value along) and words too many."""
    names: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            names.append(word)
            continue
        option, _, value = word.partition("=")
        meant = nearest(option, WITH_VALUE + FLAGS)
        problems.add(None, None, None, option, f"an option: {', '.join(WITH_VALUE + FLAGS)}", nearest=meant)
        if meant in WITH_VALUE and not value and left:
            left.pop(0)
    for extra in names[1:]:
        problems.add("CASE", None, None, extra, "one case only")
    if not names:
        problems.add("CASE", None, None, "", f"the name of a case, such as {', '.join(list_cases())}")
    return names[0] if names else None


def whole(option: str, text: str, low: int, high: int, problems: Problems) -> int | None:
    """Return a whole number within bounds; None if nothing was given or the text is wrong."""
    if not text:
        return None
    number = int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,40}\s*", text) else None
    if number is None or not low <= number <= high:
        problems.add(option, None, None, text, f"a whole number from {low} to {high}")
        return None
    return number


def folder(option: str, text: str, problems: Problems) -> Path | None:
    """Return a folder that exists or can be made, and can be written; None if nothing was given, or after noting why not."""
    if not text:
        return None
    path = path_meant(text)
    hindrance = why_not_writable(path)
    if hindrance:
        problems.add(option, None, None, text, f"a folder that can be written; {hindrance}")
        return None  # the system refuses even to look at some such paths
    return path


def file(option: str, text: str, problems: Problems) -> Path | None:
    """Return the path of a file; note a place that cannot be written and a package that is not there."""
    if not text:
        return None
    path = path_meant(text)
    hindrance = why_no_file(path)
    if hindrance:
        problems.add(f"--{option}", None, None, text, f"a file that can be written; {hindrance}")
    elif option in ENDINGS and path.suffix.lower() != ENDINGS[option]:
        problems.add(f"--{option}", None, None, text, f"a name that ends in {ENDINGS[option]}")
    package, extra = NEEDED.get(option, ("", ""))
    if package and find_spec(package) is None:
        expected = f"the package {package}; install it with: pip install 'latecomer[{extra}]'"
        problems.add(f"--{option}", None, None, text, expected)
    return path


def refuse_folders(paths: Iterable[Path], problems: Problems) -> None:
    """Note files to be written in whose place a folder stands."""
    for path in paths:
        if path.is_dir():
            problems.add(None, None, None, str(path), "a file that can be written; it is a folder")


def path_meant(text: str) -> Path:
    """Return the path that a text names; a home that does not exist stays as it is written."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def why_no_file(path: Path) -> str | None:
    """Return why a file cannot be made, or None."""
    try:
        if path.is_dir():
            return f"{path} is a folder"
    except (OSError, ValueError) as error:
        return reason(error)
    return why_not_writable(path.parent, path.name)


def why_not_writable(path: Path, name: str = "") -> str | None:
    """Return why files (of this name) cannot be made in a folder, or None; it is tried in the nearest folder that exists."""
    if str(path).startswith("~"):
        return f"there is no home folder of {path.parts[0][1:] or 'this user'}"
    if f"{path / name}".startswith("--"):
        return "it begins like an option, whose value was left out"
    if "\0" in f"{path}{name}":
        return "a path holds no NUL"
    if any(part.isspace() for part in path.parts):
        return "a name of spaces only is hard to find again"
    long = [part for part in (*path.parts, name) if len(os.fsencode(part)) > LONGEST_NAME]
    if long:
        return f"a name is longer than {LONGEST_NAME} bytes"
    try:
        there = path
        while not there.exists() and there != there.parent:
            if there.is_symlink():
                return f"{there} is a link that leads nowhere"
            there = there.parent
        if not there.is_dir():
            return f"{there} is a file"
        with tempfile.TemporaryFile(dir=there):
            return None
    except (OSError, ValueError) as error:
        return f"{path}: {reason(error)}"


def reason(error: Exception) -> str:
    """Return what the system says of an error."""
    return getattr(error, "strerror", None) or str(error)


def checked_case(name: str | None, problems: Problems) -> Case | None:
    """Return the case, or None after noting what is wrong with it.

    Where something else is wrong already, a case that would have to be read anew is left alone: its reader takes seconds.
    """
    if name is None:
        return None
    try:
        folder = case_folder(name)
        if problems.found and not is_kept(folder):
            return None
        return open_case(folder)
    except CaseError as error:
        problems.found.extend(error.problems)
        return None


def refuse_too_large(histories: int, case: Case, problems: Problems) -> None:
    """Note more histories than fit into memory."""
    per_history = record(YEAR, case.length).itemsize * len(case.years)
    free = memory_free()
    if free and histories * per_history > MEMORY_PART * free:
        most = int(MEMORY_PART * free / per_history)
        expected = f"at most {most} histories, which fit into the {free / 2**30:.1f} GiB of free memory"
        problems.add("--histories", None, None, str(histories), expected)


def memory_free() -> int | None:
    """Return the bytes of memory that a process can have, None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    told = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return told[0] if told else None
