"""What is asked to be different? A reform as data: dated values of policy, of firms' strategies, and of the world.

    name: Tariffs at the WTO level from 1986
    policy:                          what government decides
      tariff.car: {1986: 25%}          from 1986 on
      tax.excise: {suv: {2006: 0.1}}   one entry along the axis of a lever
    firms:                           what firms decide: makers, `own_brands`, or a kind of ownership
      chery: {research.revenue_share: {2001: 0.08}}
    world:                           what is assumed about the rest of the world
      battery_price: {2010: x1.5}

A path is a value for all years; or {year: value}, each from its year on, {1986-1993: value} for these years only; or words:
{set, times, add, shift, from, until, phase_in}. A value is a number (25% of a share), `off`, `history`, `held` (as in the year
before) or `x1.5` (times history). `shift: 3` has history three years later; `phase_in: 5` reaches the value in five equal steps,
the first in the first year.

Ventures and foundings begin by rule (`model.matching`), on both sides of a comparison, from the first changed year on where a
lever is changed that only those rules read, or where the file says `mode: free`; `mode: dated` keeps the dates of history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from latecomer.axes import PRIVATE
from latecomer.case.files import is_there
from latecomer.case.reform_reader import SECTIONS, Change, Reader, Reform, history_of
from latecomer.case.tree import Entry, read_tree
from latecomer.errors import Problems, ReformError
from latecomer.types import Case
from latecomer.vocabulary import Field, Lever

__all__ = [
    "Reform",
    "ReformLike",
    "find_reform",
    "first_changed",
    "free_from",
    "gallery",
    "laid_over",
    "read_changes",
    "read_reform",
    "reforms",
]

HEAD = ("name", "name_local", "note", "mode", *SECTIONS)
ReformLike = Reform | str | Path  # a reform, its file, or the name of a ready one
AMOUNTS = ("billion", "million", "thousand")  # units of what adds up over places
PLACES = {
    "w": "kinds of owner",
    "m": "makers",
    "r": "regions",
    "d": "domains",
    "s": "segments",
    "x": "destinations",
}
RULES = "mode_free"  # the lever under which ventures and foundings begin by rule


def read_reform(path: str | Path) -> Reform:
    """Return the reform of a YAML file; raise ReformError if it cannot be read at all.

    What is wrong with its head is kept on it, and told with its levers, firms, years and values when it is laid over a case.
    """
    path, problems = Path(path), Problems()
    root = read_tree(path, problems)
    problems.raise_if_any(ReformError)
    assert root is not None
    return reform_of(root, path.name)


def reform_of(root: Entry, file: str) -> Reform:
    """Return the reform of a tree, its sections as they are."""
    problems = Problems()
    given: dict[str, Any] = {}
    if not isinstance(root.value, dict):
        problems.add(file, root.line, None, root.told, f"a mapping with {', '.join(HEAD)}")
        return Reform(file=file, wrong=tuple(problems.found))
    for key, entry in root.value.items():
        if key not in HEAD:
            problems.add(file, entry.line, None, key, f"one of {', '.join(HEAD)}", valid=HEAD)
        elif key in SECTIONS:
            given[key] = entry
        elif isinstance(entry.value, str):
            given[key] = " ".join(entry.value.split()) if key == "note" else entry.value.strip()
        else:
            problems.add(file, entry.line, None, entry.told, f"one text as {key}")
    return Reform(**given, file=file, wrong=tuple(problems.found))


def gallery(case: Case) -> dict[str, Path]:
    """Return the files of the ready reforms of a case, by name, in the order of their names."""
    return {path.stem: path for path in sorted((case.folder / "reforms").glob("*.yaml"))}


def reforms(case: Case) -> dict[str, Reform]:
    """Return the ready reforms of a case by name; raise ReformError if a file cannot be read."""
    return {name: read_reform(path) for name, path in gallery(case).items()}


def find_reform(name: str | Path, case: Case) -> Reform:
    """Return the reform in a file, or the ready one of this name; raise ReformError with the nearest name if there is none."""
    ready = gallery(case)
    if str(name) in ready:
        return read_reform(ready[str(name)])
    if Path(name).suffix in (".yaml", ".yml") or is_there(Path(name)):
        return read_reform(name)
    problems = Problems()
    problems.add("reform", None, None, str(name), "a YAML file, or a ready reform", valid=ready)
    raise ReformError(problems.found)


def laid_over(case: Case, *reforms: Reform) -> tuple[Case, Case]:
    """Return the case without and with the reforms: the same but for what they change.

    Both have ventures and foundings by rule from the first changed year on where a reform asks for it. Raises ReformError
    with every problem of all reforms, conflicts among them included.
    """
    changes, problems = read_changes(case, reforms)
    problems.raise_if_any(ReformError)
    year = free_from(case, reforms, changes)
    base = case if year is None else free(case, year)
    return base, changed(base, [change for found in changes for change in found])


def read_changes(case: Case, reforms: Sequence[Reform]) -> tuple[list[list[Change]], Problems]:
    """Return the changes of each reform, and everything that is wrong with them or between them."""
    problems = Problems()
    found = [Reader(case, reform, problems).read() for reform in reforms]
    note_conflicts(case, reforms, found, problems)
    return found, problems


def note_conflicts(
    case: Case, reforms: Sequence[Reform], found: Sequence[Sequence[Change]], problems: Problems
) -> None:
    """Note every path that two reforms set differently in a common year."""
    seen: dict[Any, list[tuple[Reform, Change, np.ndarray]]] = {}
    for reform, changes in zip(reforms, found, strict=True):
        for change in changes:
            moved = change.values != history_of(case, change)
            key = (change.section, change.lever.name, change.place)
            for other, earlier, theirs in seen.get(key, []):
                clash = moved & theirs & (change.values != earlier.values)
                if other is not reform and clash.any():
                    year = int(case.years[int(np.argmax(clash))])
                    problems.add(reform.file, change.line, None, change.told,
                                 f"one value in {year}; {other} sets it, too, and differently")  # fmt: skip
            seen.setdefault(key, []).append((reform, change, moved))


def changed(case: Case, changes: Iterable[Change]) -> Case:
    """Return the case with changes laid over it; the case itself stays as it is."""
    policy, strategy, world = (
        np.array(kept).view(np.recarray) for kept in (case.policy, case.strategy, case.world)
    )
    record: dict[str, np.recarray] = {"policy": policy, "firms": strategy, "world": world}
    for change in changes:
        path = record[change.section][change.lever.name]
        moved = change.values != history_of(case, change)
        path[change.at][moved] = change.values[moved]  # years left to history may be another reform's
    for array in record.values():
        array.setflags(write=False)
    return replace(case, policy=policy, strategy=strategy, world=world)


def first_changed(case: Case, changes: Iterable[Change]) -> int | None:
    """Return the index of the first year in which any of the changes differs from the case; None if none does."""
    moved = np.zeros(len(case.years), dtype=bool)
    for change in changes:
        moved |= change.values != history_of(case, change)
    return int(np.argmax(moved)) if moved.any() else None


def free_from(case: Case, reforms: Sequence[Reform], changes: Sequence[Sequence[Change]]) -> int | None:
    """Return the index of the year from which ventures and foundings begin by rule; None where they keep their dates."""
    starts = []
    for reform, mine in zip(reforms, changes, strict=True):
        ruled = [change for change in mine if isinstance(change.lever, Lever) and change.lever.needs == RULES]
        asked = mine if reform.mode == "free" else ruled if reform.mode != "dated" else []
        starts.append(first_changed(case, asked))
    known = [start for start in starts if start is not None]
    return min(known) if known else None


def free(case: Case, first: int) -> Case:
    """Return the case with ventures and foundings by rule from the year of this index on."""
    policy = np.array(case.policy).view(np.recarray)
    policy["mode_free"][first:] = 1.0
    policy.setflags(write=False)
    return replace(case, policy=policy)


def change_rows(case: Case, changes: Sequence[Change]) -> list[dict[str, str]]:
    """Return the changes of a reform in words: kind, what, years, before, after, unit; alike ones of many places once, with the
    total of what is an amount."""
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.section, change.told), []).append(change)
    return [change_row(case, section, told, alike) for (section, told), alike in found.items()]


def change_row(case: Case, section: str, told: str, alike: Sequence[Change]) -> dict[str, str]:
    """Return one row of changes that share a name; its years are those in which any of them moves."""
    first, lever = alike[0], alike[0].lever
    history = [history_of(case, change) for change in alike]
    apart = [before != change.values for before, change in zip(history, alike, strict=True)]
    moved = np.flatnonzero(np.any(apart, axis=0))
    row = {"kind": section, "what": told, "unit": lever.unit}
    if not moved.size:
        zero = not np.any(history)
        after = "zero in history; multiplying it changes nothing" if zero else "as in history"
        return {**row, "years": "none", "before": "", "after": after}
    years = f"{case.years[moved[0]]}-{case.years[moved[-1]]}"
    before, after = (
        spread_over(lever, [values[moved] for values in side])
        for side in (history, [change.values for change in alike])
    )
    if section == "firms" and follows_rule(lever) and not history[0][moved].any():
        before = own_rule(case, first)
    return {**row, "years": years, "before": before, "after": after}


def spread_over(lever: Field, values: Sequence[np.ndarray]) -> str:
    """Return the values of one lever at several places in words: `15 in all, 5 for each of 3 kinds of owner`."""
    one = span(values[0])
    if len(values) == 1 or not np.any(values):
        return one
    kind = PLACES.get(lever.axes[-1:], "places")
    if any(not np.array_equal(other, values[0]) for other in values):
        ends = span(np.concatenate(values))
        each = f"{ends} over {len(values)} {kind}"
    else:
        each = f"{one} for each of {len(values)} {kind}"
    whole = span(np.sum(values, axis=0))
    return f"{whole} in all, {each}" if lever.unit.startswith(AMOUNTS) else each


def follows_rule(lever: Field) -> bool:
    """Return whether a maker goes by its own rule where this lever is zero."""
    return isinstance(lever, Lever) and lever.off == 0.0 and lever.about.endswith("; 0 keeps the rule")


def own_rule(case: Case, change: Change) -> str:
    """Return what a maker's own rule is where a lever stands in for it: research over revenue is a parameter of its ownership."""
    if change.lever.name != "research_revenue_share":
        return "own rule"
    owner = case.makers["ownership"][change.place[0]]
    share = float(case.params["research_intensity"][0])
    share *= float(case.params["private_research"][0]) if owner == PRIVATE else 1.0
    return f"own rule (about {share:.2g}, and what its money and its ventures add)"


def span(values: np.ndarray) -> str:
    """Return the range of some values in words."""
    if not values.size:
        return ""
    low, high = float(values.min()), float(values.max())
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
