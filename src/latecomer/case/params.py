"""Which numbers describe behaviour, what are their ranges, and where do they come from?

The register has one row a parameter. `default` is used unless a run says otherwise; at `off` the mechanism does
nothing; `low` and `high` bound what is accepted; `prior` says how it is drawn; `fit` marks those that the first fit
moves. A parameter that a case does not name has the value of the case that comes with the package: another country that
keeps it makes an assumption, and so it is graded.

A fit leaves draws behind: `draws.csv`, one row a parameter vector and one column a parameter, with `draws.json`
saying how they were found, how many they are and the digest of their cells. Histories take them in turn, so that the
bands of a run hold what the record leaves open. A default that is changed by hand later holds in every draw. Without
the file there is one vector: the defaults.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latecomer.case.files import is_there, read_json
from latecomer.case.numerals import plain_number
from latecomer.case.tables import read_rows, whole_rows
from latecomer.errors import Problems

FILE = "params.csv"
OF_PACKAGE = "china-auto"  # the case whose register names every parameter of the model
KEPT_AS = {"source_id": OF_PACKAGE, "grade": "assumption", "fit": 0.0}
DRAWS, DRAWS_HOW = "draws.csv", "draws.json"
NEUTRAL = (
    0.0,
    1.0,
)  # values at which a term or a factor falls away, whether or not they are in the range that is drawn from


def completed(
    register: pd.DataFrame, sources: pd.DataFrame, whole: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the register of a case with every parameter of the model, and its sources with the one of what was added.

    `whole` is the register that has them all; its order is kept. A name that it does not have is noted.
    """
    for row in register[~register["name"].isin(whole["name"])].itertuples():
        problems.add(FILE, row.line, "name", row.name, "a parameter of the model", valid=whole["name"])
    kept = whole[~whole["name"].isin(register["name"])]
    if kept.empty:
        return register, sources
    place = {name: i for i, name in enumerate(whole["name"])}
    rows = pd.concat([register, kept.assign(**KEPT_AS)], ignore_index=True)
    rows = rows.sort_values("name", key=lambda names: names.map(place), kind="stable", ignore_index=True)
    if OF_PACKAGE in set(sources["source_id"]):
        return rows, sources
    about = {"source_id": OF_PACKAGE, "publisher": "Latecomer", "title": f"As in {OF_PACKAGE}"}
    added = pd.DataFrame([{**dict.fromkeys(sources.columns, ""), **about, "line": 0, "opened": 1.0}])
    return rows, pd.concat([sources, added], ignore_index=True)


def build_params(register: pd.DataFrame, problems: Problems) -> np.recarray:
    """Return one record with a field for each parameter at its default; note defaults outside their range and bad names."""
    for row in register.itertuples():
        if not row.name.isidentifier():
            problems.add(FILE, row.line, "name", row.name, "a name of letters, digits and underscores")
        if not row.low <= row.default <= row.high:
            expected = f"a value from {row.low:g} to {row.high:g}, the range of the row"
            problems.add(FILE, row.line, "default", row.default, expected)
        if not (row.low <= row.off <= row.high or row.off in NEUTRAL or np.isnan(row.off)):
            expected = f"a value from {row.low:g} to {row.high:g}, the range of the row, or 0 or 1"
            problems.add(FILE, row.line, "off", row.off, expected)
    names = [name for name in dict.fromkeys(register["name"]) if name.isidentifier()]
    params = np.zeros(1, np.dtype([(name, "f8") for name in names], align=True)).view(np.recarray)
    for name, value in zip(register["name"], register["default"], strict=True):
        if name in names:
            params[name] = value
    return params


def read_draws(folder: Path, params: np.recarray, register: pd.DataFrame, problems: Problems) -> np.recarray:
    """Return the parameter vectors of the case's last fit, or the defaults alone; note unknown names, values out of range, and
    draws that are not those of which `draws.json` tells."""
    path = folder / DRAWS
    if not is_there(path):
        return params
    before = len(problems)
    header, rows = read_rows(path, DRAWS, problems)
    if header and not rows:
        problems.add(DRAWS, 2, None, None, "at least one row")
    rows = whole_rows(rows, header, DRAWS, problems)
    draws = np.repeat(np.array(params), len(rows)).view(np.recarray)
    for i, name in enumerate(header):
        if name not in set(register["name"]):
            problems.add(DRAWS, 1, name, name, "the name of a parameter", valid=register["name"])
        elif name in header[:i]:
            problems.add(DRAWS, 1, name, name, "each parameter once")
        else:
            row = register[register["name"] == name].iloc[0]
            cells = [(line, cells[i].strip()) for line, cells in rows]
            draws[name] = _column(cells, name, float(row["low"]), float(row["high"]), problems)
    told = _told_of_fit(folder, problems)
    if len(problems) > before:
        return params
    _refuse_other_draws(told, header, rows, problems)
    for name in set(header) & set(changed_since_fit(told, params)):
        draws[name] = params[name][0]
    return draws


def _column(
    cells: list[tuple[int, str]], name: str, low: float, high: float, problems: Problems
) -> list[float]:
    """Return the values of one parameter by draw; note those that are outside its range."""
    out = []
    for line, text in cells:
        value = plain_number(text)
        if value is None or not low <= value <= high:
            expected = f"a value from {low:g} to {high:g}, the range of the parameter"
            problems.add(DRAWS, line, name, text, expected)
        out.append(np.nan if value is None else value)
    return out


def draws_digest(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the SHA-256 of a table of draws by its cells, whatever its line ends."""
    lines = [",".join(cell.strip() for cell in cells) for cells in (header, *rows)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _told_of_fit(folder: Path, problems: Problems) -> dict[str, Any]:
    """Return what `draws.json` says, with the defaults of the fit; note what it lacks."""
    before = len(problems)
    told = read_json(folder / DRAWS_HOW, DRAWS_HOW, problems)
    if len(problems) > before:
        return {}
    defaults = told.get("defaults") if isinstance(told, dict) else None
    if not isinstance(defaults, dict) or not all(_is_number(value) for value in defaults.values()):
        problems.add(
            DRAWS_HOW, expected="the note of the fit that made draws.csv, with numbers as `defaults`"
        )
        return {}
    assert isinstance(told, dict)
    return told


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refuse_other_draws(
    told: dict[str, Any], header: list[str], rows: list[tuple[int, list[str]]], problems: Problems
) -> None:
    """Note draws that are fewer than the fit kept, or others: a file that was cut off still reads as a table."""
    kept, digest = told.get("kept"), told.get("draws_sha256")
    if kept is not None and kept != len(rows):
        problems.add(DRAWS, None, None, f"{len(rows)} rows", f"{kept} rows, as {DRAWS_HOW} says")
    elif digest is not None and digest != draws_digest(header, [cells for _, cells in rows]):
        expected = f"the draws of which {DRAWS_HOW} tells: fit again, or take both files away"
        problems.add(DRAWS, None, None, "other draws", expected)


def changed_since_fit(told: dict[str, Any], params: np.recarray) -> list[str]:
    """Return the parameters whose default was changed by hand after the fit: such a value holds in every draw."""
    known = params.dtype.names or ()
    return [name for name, value in told["defaults"].items() if name in known and params[name][0] != value]
