"""Which numbers describe behaviour, what are their ranges, and where do they come from?

The register has one row a parameter. `default` is used unless a run says otherwise; at `off` the mechanism does
nothing; `low` and `high` bound what is accepted; `prior` says how it is drawn; `fit` marks those that the first fit
moves. A parameter that a case does not name has the value of the case that comes with the package: another country that
keeps it makes an assumption, and so it is graded.

A fit leaves draws behind: `draws.csv`, one row a parameter vector and one column a parameter, with `draws.json`
saying how they were found. Histories take them in turn, so that the bands of a run hold what the record leaves open.
A default that is changed by hand later holds in every draw. Without the file there is one vector: the defaults.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from latecomer.errors import Problems

FILE = "params.csv"
OF_PACKAGE = "china-auto"  # the case whose register names every parameter of the model
KEPT_AS = {"source_id": OF_PACKAGE, "grade": "assumption", "fit": 0.0}
DRAWS, DRAWS_HOW = "draws.csv", "draws.json"


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
    names = [name for name in dict.fromkeys(register["name"]) if name.isidentifier()]
    params = np.zeros(1, np.dtype([(name, "f8") for name in names], align=True)).view(np.recarray)
    for name, value in zip(register["name"], register["default"], strict=True):
        if name in names:
            params[name] = value
    return params


def read_draws(folder: Path, params: np.recarray, register: pd.DataFrame, problems: Problems) -> np.recarray:
    """Return the parameter vectors of the case's last fit, or the defaults alone; refuse unknown names and values out
    of range."""
    path = folder / DRAWS
    if not path.is_file():
        return params
    try:
        table = pd.read_csv(path)
    except (ValueError, UnicodeDecodeError) as error:
        problems.add(DRAWS, expected=f"a table in UTF-8 with one column a parameter ({error})")
        return params
    bounds = register.set_index("name")
    draws = np.repeat(np.array(params), len(table)).view(np.recarray)
    for name in table.columns:
        if name not in bounds.index:
            problems.add(DRAWS, 1, name, name, "the name of a parameter", valid=bounds.index)
            continue
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
        low, high = bounds.loc[name, "low"], bounds.loc[name, "high"]
        for row in np.flatnonzero(~((values >= low) & (values <= high))):
            expected = f"a value from {low:g} to {high:g}, the range of the parameter"
            problems.add(DRAWS, int(row) + 2, name, table[name].iloc[row], expected)
        draws[name] = values
    if not len(table):
        problems.add(DRAWS, 2, None, None, "at least one row")
    for name in set(table.columns) & set(changed_since_fit(folder, params, problems)):
        draws[name] = params[name][0]
    return draws


def changed_since_fit(folder: Path, params: np.recarray, problems: Problems) -> list[str]:
    """Return the parameters whose default was changed by hand after the fit: such a value holds in every draw."""
    try:
        fitted = json.loads((folder / DRAWS_HOW).read_text(encoding="utf-8"))["defaults"]
        return [
            name
            for name, value in fitted.items()
            if name in (params.dtype.names or ()) and params[name][0] != value
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problems.add(
            DRAWS_HOW, expected=f"the note of the fit that made draws.csv, with `defaults` ({error!r})"
        )
        return []
