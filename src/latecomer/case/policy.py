"""What did government set in each year?

Policies are dated rows of law; a lever is what the model reads. `levers.csv` says which rows feed a lever, scaled to its unit:

    lever(year) = mean over months of  sum over rows in force of (value x scale + offset)

so that a cut of April counts nine months of twelve. Rows of several policies add up. Money is turned into CNY of 2010 by the
deflator of the year; in a month without a row in force the lever stands at its off value.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from latecomer import vocabulary
from latecomer.case.tables import SHIFT
from latecomer.errors import Problems

LEVERS = {lever.public_name: lever for lever in vocabulary.POLICY}
FILE = "levers.csv"
DATED = [
    "lever", "index", "since", "until", "contribution", "unit", "policy_id", "name", "value", "policy_unit", "scale", "offset",
    "source_id", "grade", "note", "line", "policy_line",
]  # fmt: skip


def build_policy(
    mapping: pd.DataFrame, policies: pd.DataFrame, years: np.ndarray, deflator: np.ndarray, labels: Mapping[str, Sequence[str]],
    length: dict[str, int], problems: Problems,
) -> tuple[np.recarray, pd.DataFrame]:  # fmt: skip
    """Return the levers by year, and the dated rows they are made of.

    `deflator` (t) is 1 in the base year; `labels` gives the names along the axes that a lever may have. Values outside the range
    of a lever, overlapping rows of one policy and wrong indices are added to `problems`.
    """
    policy = np.zeros(years.size, vocabulary.record(vocabulary.POLICY, length)).view(np.recarray)
    for lever in vocabulary.POLICY:
        policy[lever.name] = lever.off
    rows = _dated_rows(mapping, policies, years, problems)
    first = int(years[0]) * SHIFT
    for (name, index), group in rows.groupby(["lever", "index"], sort=False):
        lever = LEVERS[name]
        place = _place(lever, index, labels, group, problems)
        if place is None:
            continue
        monthly, in_force = np.zeros(years.size * SHIFT), np.zeros(years.size * SHIFT, bool)
        for row in group.itertuples():
            span = slice(row.first_month - first, row.last_month - first + 1)
            monthly[span] += row.contribution
            in_force[span] = True
        yearly = np.where(in_force, monthly, lever.off).reshape(-1, SHIFT).mean(axis=1)
        if "CNY" in lever.unit:
            yearly = yearly / deflator
        _refuse_bounds(yearly, lever, years, group, problems)
        policy[lever.name][(slice(None), *place)] = yearly
    return policy, rows[DATED].reset_index(drop=True)


def _dated_rows(
    mapping: pd.DataFrame, policies: pd.DataFrame, years: np.ndarray, problems: Problems
) -> pd.DataFrame:
    """Join every mapping row with the policy rows it names, cut to its window and to the years of the case."""
    first, last = int(years[0]) * SHIFT, int(years[-1]) * SHIFT + SHIFT - 1
    laws = policies.rename(columns={"unit": "policy_unit"})
    laws = laws.rename(
        columns={name: f"policy_{name}" for name in ("line", "start", "end", "grade", "start_text")}
    )
    rows = mapping.merge(laws.drop(columns=["low", "high", "end_text"]), on="policy_id")
    rows["first_month"] = rows[["start", "policy_start"]].max(axis=1)
    rows["last_month"] = rows[["end", "policy_end"]].min(axis=1).fillna(np.inf)
    rows = rows[rows["first_month"] <= rows["last_month"]]
    for row in mapping[~mapping["line"].isin(rows["line"])].itertuples():
        problems.add(
            FILE, row.line, "policy_id", row.policy_id, "a policy in force within the window of this row"
        )
    rows = rows.assign(
        first_month=rows["first_month"].clip(lower=first), last_month=rows["last_month"].clip(upper=last)
    )
    rows = rows[rows["first_month"] <= rows["last_month"]].astype({"first_month": int, "last_month": int})
    _refuse_overlaps(rows, problems)
    return rows.assign(
        contribution=rows["value"] * rows["scale"] + rows["offset"].fillna(0.0),
        since=[_month_text(month) for month in rows["first_month"]],
        until=[_month_text(month) for month in rows["last_month"]],
        unit=[LEVERS[name].unit for name in rows["lever"]],
        grade=rows["policy_grade"].where(rows["grade"] != "assumption", "assumption"),
    )


def _month_text(month: int) -> str:
    return f"{month // SHIFT}-{month % SHIFT + 1:02d}"


def _refuse_overlaps(joined: pd.DataFrame, problems: Problems) -> None:
    """Note two rows of one policy that feed the same lever in the same month."""
    ordered = joined.sort_values(["lever", "index", "policy_id", "first_month"])
    same = (ordered[["lever", "index", "policy_id"]] == ordered[["lever", "index", "policy_id"]].shift()).all(
        axis=1
    )
    for row in ordered[same & (ordered["first_month"] <= ordered["last_month"].shift())].itertuples():
        problems.add("policies.csv", int(row.policy_line), "start", row.policy_start_text,
                     f"a start after the earlier row of {row.policy_id} ends: both feed {row.lever}")  # fmt: skip


def _place(
    lever: vocabulary.Lever,
    index: str,
    labels: Mapping[str, Sequence[str]],
    group: pd.DataFrame,
    problems: Problems,
) -> tuple | None:
    """Return the position within the lever's axes, or None if the index is wrong."""
    line = int(group["line"].iloc[0])
    if not lever.axes:
        if index:
            problems.add(FILE, line, "index", index, f"no index: {lever.public_name} is one number a year")
        return None if index else ()
    valid = list(labels[lever.axes])
    if index not in valid:
        problems.add(
            FILE,
            line,
            "index",
            index,
            f"a name along axis {lever.axes!r} of {lever.public_name}",
            valid=valid,
        )
        return None
    return (valid.index(index),)


def _refuse_bounds(
    yearly: np.ndarray, lever: vocabulary.Lever, years: np.ndarray, group: pd.DataFrame, problems: Problems
) -> None:
    """Note the first year in which a lever leaves its range."""
    wrong = np.flatnonzero(~((yearly >= lever.low - 1e-12) & (yearly <= lever.high + 1e-12)))
    if wrong.size:
        problems.add(FILE, int(group["line"].iloc[0]), "scale", float(yearly[wrong[0]]),
                     f"{lever.public_name} from {lever.low:g} to {lever.high:g} in {years[wrong[0]]} ({lever.unit})")  # fmt: skip
