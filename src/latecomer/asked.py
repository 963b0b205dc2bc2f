"""Can this be asked for? Numbers, years, series, places and parameters of a request, refused as the command line refuses them.

Whoever answers a request in Python notes everything wrong with it in `Problems` and raises one UsageError before anything
is run. The bounds stand here, so that both ways of asking have the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from operator import index as whole_number
from typing import TYPE_CHECKING, Any

import numpy as np

from latecomer.errors import Problems, UsageError
from latecomer.vocabulary import SERIES, YEAR

if TYPE_CHECKING:
    from latecomer.types import Case

MOST_HISTORIES, MOST_THREADS, SEED_BITS = 1_000_000, 1024, 63
LOWEST_SEED, HIGHEST_SEED = -(2**SEED_BITS), 2**SEED_BITS - 1
BOUNDS = {
    "histories": (1, MOST_HISTORIES),
    "history": (0, MOST_HISTORIES),
    "first": (0, MOST_HISTORIES),
    "most": (2, MOST_HISTORIES),
    "seed": (LOWEST_SEED, HIGHEST_SEED),
    "threads": (1, MOST_THREADS),
    "batch": (1, MOST_HISTORIES),
}
NAMED = 5  # names that a message lists
OPTIONAL = ("threads",)  # None: as many as there are processors
PLAIN_SERIES = tuple(field.name for field in YEAR if not field.axes)


def refuse_numbers(**given: Any) -> None:
    """Raise one UsageError with every number of a request (named as in `BOUNDS`) that is out of bounds."""
    problems = Problems()
    note_numbers(problems, **given)
    problems.raise_if_any(UsageError)


def note_numbers(problems: Problems, **given: Any) -> None:
    """Note every number of a request that is no whole number within the bounds of its name."""
    for name, value in given.items():
        if not (value is None and name in OPTIONAL):
            note_whole(problems, name, value, *BOUNDS[name])


def note_whole(problems: Problems, name: str, value: Any, low: int, high: int) -> None:
    """Note a value that is no whole number from low to high."""
    if not is_whole(value) or not low <= value <= high:
        problems.add(
            name, None, None, "None" if value is None else value, f"a whole number from {low} to {high}"
        )


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number, of Python or of NumPy; a truth value and 2.0 are none."""
    if isinstance(value, bool | np.bool_):
        return False
    try:
        whole_number(value)
    except TypeError:
        return False
    return True


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number; a truth value is none."""
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(float(value)))


def note_years(problems: Problems, name: str, years: Iterable[Any], case: "Case") -> None:
    """Note every year that is none of the case."""
    for year in years:
        if not is_whole(year) or year not in case.years:
            problems.add(name, None, None, year, f"a year from {case.years[0]} to {case.years[-1]}")


def note_series(problems: Problems, names: Iterable[Any], plain: bool = True) -> None:
    """Note every name that is no series; with `plain`, also series that are not one number a year."""
    valid = PLAIN_SERIES if plain else tuple(SERIES)
    for name in names:
        if name not in valid:
            what = "a series that is one number a year" if plain else "a series"
            problems.add("series", None, None, name, what, valid=valid)


def note_levels(problems: Problems, levels: Sequence[Any]) -> None:
    """Note levels of quantiles that are no numbers from 0 to 1."""
    if not len(levels):
        problems.add("levels", expected="at least one number from 0 to 1")
    for level in levels:
        if not is_number(level) or not 0.0 <= level <= 1.0:
            problems.add("levels", None, None, level, "a number from 0 to 1")


def ranges(case: "Case") -> dict[str, tuple[float, float, float]]:
    """Return low, high and off value (NaN: none) of every parameter of the register."""
    rows = case.register[["name", "low", "high", "off"]]
    return {
        name: (float(low), float(high), float(off)) for name, low, high, off in rows.itertuples(index=False)
    }


def in_range(low: float, high: float, off: float) -> str:
    """Say which values a parameter may have."""
    or_off = "" if np.isnan(off) else f", or {off:g}, at which it does nothing"
    return f"a value from {low:g} to {high:g}, the range of the parameter{or_off}"


def note_params(problems: Problems, params: Mapping[str, Any], case: "Case") -> None:
    """Note names that are no parameters, and values that are neither within the range of their parameter nor `off`."""
    known = ranges(case)
    for name, value in params.items():
        if name not in known:
            problems.add("params", None, None, name, "the name of a parameter", valid=known)
            continue
        low, high, off = known[name]
        if isinstance(value, str) and value == "off" and not np.isnan(off):
            continue
        if not is_number(value) or not (low <= value <= high or value == off):
            problems.add(name, None, None, value, in_range(low, high, off))


def note_draws(problems: Problems, draws: Any, case: "Case") -> None:
    """Note parameter vectors of another type than `case.draws`, without a row, or with a value out of range (its first row)."""
    if not isinstance(draws, np.ndarray) or draws.dtype.names is None or draws.ndim != 1 or not len(draws):
        expected = "rows of parameters: an array like case.draws, with one row or more"
        problems.add(
            "draws", None, None, f"{type(draws).__name__} {getattr(draws, 'shape', '')}".strip(), expected
        )
        return
    if draws.dtype.descr != case.params.dtype.descr:
        note_fields(problems, draws.dtype, case.params.dtype)
        return
    known = ranges(case)
    for name in draws.dtype.names:
        low, high, off = known[name]
        values = np.asarray(draws[name])
        wrong = np.flatnonzero(~(((values >= low) & (values <= high)) | (values == off)))
        if wrong.size:
            told = float(values[wrong[0]])
            problems.add(f"draws[{wrong[0]}]", None, name, told, in_range(low, high, off))


def note_fields(problems: Problems, given: np.dtype, wanted: np.dtype) -> None:
    """Note in what a type of parameter vectors differs from that of the case: strange, missing, other numbers, another order."""
    names, known = given.names or (), wanted.names or ()
    for name in names:
        if name not in known:
            problems.add("draws", None, None, name, "the name of a parameter", valid=known)
    missing = [name for name in known if name not in names]
    others = [name for name in known if name in names and given[name] != wanted[name]]
    if missing:
        problems.add("draws", expected=f"the fields of case.draws; missing: {some_of(missing)}")
    if others:
        expected = f"numbers of type {wanted[0]}, as in case.draws; other: {some_of(others)}"
        problems.add("draws", None, None, str(given[others[0]]), expected)
    if set(names) == set(known) and names != known:
        problems.add("draws", expected="the fields of case.draws in their order")


def some_of(names: Sequence[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
