"""Are the words of a command line right? All are read, and everything wrong with them and with the case is told at once."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from latecomer.asked import MOST_HISTORIES, MOST_THREADS, SEED_BITS
from latecomer.axes import YEAR, record
from latecomer.case.load import list_cases, load_case
from latecomer.case.span import marked
from latecomer.errors import CaseError, Problems, UsageError, nearest
from latecomer.types import Case

WITH_VALUE = ("--histories", "--seed", "--threads", "--out", "--csv", "--pictures", "--netcdf", "--only")
FLAGS = ("--brief", "--json", "--quiet", "--dry-run", "--help")
MEMORY_PART = 0.8
ANY_YEAR = (1000, 2999)


@dataclass(frozen=True)
class Request:
    """What is asked of `latecomer run`, checked: numbers within bounds, folders that can be written."""

    histories: int
    seed: int
    threads: int | None
    only: int | None
    out: Path | None
    csv: Path | None
    pictures: Path | None
    netcdf: Path | None
    json: bool
    quiet: bool
    dry_run: bool
    brief: bool = False


def read_request(
    words: Sequence[str], given: Mapping[str, str], json: bool, quiet: bool, dry_run: bool
) -> tuple[Request, Case]:
    """Return the request and its case; raise one UsageError with every problem of words, numbers, folders and case."""
    problems = Problems()
    name = case_among(words, problems)
    out = given["out"] or ("" if json else ".")
    request = requested({**given, "out": out}, problems, json, quiet, dry_run)
    if given["only"]:
        for option in ("csv", "pictures", "netcdf"):
            if given[option]:
                problems.add(
                    f"--{option}",
                    None,
                    None,
                    given[option],
                    "no file together with --only, which writes nothing",
                )
    case = checked_case(name, problems)
    if case is not None and not given["only"]:
        refuse_too_large(request.histories, case, problems)
    problems.raise_if_any(UsageError)
    assert case is not None
    return request, case


def requested(
    given: Mapping[str, str],
    problems: Problems,
    json: bool = False,
    quiet: bool = False,
    dry_run: bool = False,
) -> Request:
    """Return the request that the options make; options that a command does not have are left out. Notes what is wrong."""
    top = 2**SEED_BITS - 1
    text = {name: given.get(name, "") for name in ("threads", "only", "out", "csv", "pictures", "netcdf")}
    return Request(
        histories=whole("--histories", given["histories"], 1, MOST_HISTORIES, problems) or 1,
        seed=whole("--seed", given["seed"], -top - 1, top, problems) or 0,
        threads=whole("--threads", text["threads"], 1, MOST_THREADS, problems),
        only=whole("--only", text["only"], 0, MOST_HISTORIES, problems),
        out=folder("--out", text["out"], problems),
        csv=folder("--csv", text["csv"], problems),
        pictures=folder("--pictures", text["pictures"], problems),
        netcdf=netcdf_file(text["netcdf"], problems),
        json=json,
        quiet=quiet,
        dry_run=dry_run,
        brief=bool(given.get("brief")),
    )


def years_named(
    option: str, text: str, case: Case | None, problems: Problems, usual: Sequence[int] = ()
) -> list[int]:
    """Return the years in a text such as 2010,2025, in order; note what is none of the case (if that is known).

    Without a text these are the usual years, clipped to the case.
    """
    if not text and usual:
        return list(usual) if case is None else marked(usual, case.years)
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
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        problems.add(option, None, None, text, f"a whole number from {low} to {high}")
        return None
    return number


def folder(option: str, text: str, problems: Problems) -> Path | None:
    """Return a folder that exists or can be made, and can be written; None if nothing was given."""
    if not text:
        return None
    path = Path(text).expanduser()
    hindrance = why_not_writable(path)
    if hindrance:
        problems.add(option, None, None, text, f"a folder that can be written; {hindrance}")
    return path


def netcdf_file(text: str, problems: Problems) -> Path | None:
    """Return the path of the NetCDF file; note a folder that cannot be written and a package that is not there."""
    if not text:
        return None
    path = Path(text).expanduser()
    hindrance = f"{path} is a folder" if path.is_dir() else why_not_writable(path.parent)
    if hindrance:
        problems.add("--netcdf", None, None, text, f"a file that can be written; {hindrance}")
    if find_spec("h5netcdf") is None:
        problems.add(
            "--netcdf",
            None,
            None,
            text,
            "the package h5netcdf; install it with: pip install 'latecomer[netcdf]'",
        )
    return path


def why_not_writable(path: Path) -> str | None:
    """Return why files cannot be made in a folder, or None; it is tried in the nearest folder that exists."""
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return f"{there} is a file"
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{there}: {error.strerror}"


def checked_case(name: str | None, problems: Problems) -> Case | None:
    """Return the case, or None after noting what is wrong with it."""
    if name is None:
        return None
    try:
        return load_case(name)
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
