"""What did government set in each year?

Policies are dated rows of law; a lever is what the model reads. `levers.csv` says which rows feed a lever, scaled to its unit:

    lever(year) = mean over months of  sum over rows in force of (value x scale + offset)

so that a cut of April counts nine months of twelve. Rows of several policies add up. Money is turned into CNY of 2010 by the
deflator of the year; where no row is in force the lever is zero.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from latecomer import axes
from latecomer.case.tables import SHIFT
from latecomer.errors import Problems

LEVERS = {lever.public_name: lever for lever in axes.POLICY}
FILE = "levers.csv"


def build_policy(
    mapping: pd.DataFrame, policies: pd.DataFrame, years: np.ndarray, deflator: np.ndarray, labels: dict[str, Sequence[str]],
    length: dict[str, int], problems: Problems,
) -> tuple[np.recarray, pd.DataFrame]:  # fmt: skip
    """Return the levers by year, and the dated rows they are made of.

    `deflator` (t) is 1 in the base year; `labels` gives the names along the axes that a lever may have. Values outside the range of a
    lever, overlapping rows of one policy and wrong indices are added to `problems`.
    """
    policy = np.zeros(years.size, axes.record(axes.POLICY, length)).view(np.recarray)
    rows = _dated_rows(mapping, policies, years, problems)
    first = int(years[0]) * SHIFT
    for (name, index), group in rows.groupby(["lever", "index"], sort=False):
        lever = LEVERS.get(name)
        place = _place(lever, index, labels, group, problems)
        if place is None:
            continue
        monthly = np.zeros(years.size * SHIFT)
        for row in group.itertuples():
            monthly[row.first_month - first : row.last_month - first + 1] += row.contribution
        yearly = monthly.reshape(-1, SHIFT).mean(axis=1)
        if "CNY" in lever.unit:
            yearly = yearly / deflator
        _refuse_bounds(yearly, lever, years, group, problems)
        policy[lever.name][(slice(None), *place)] = yearly
    return policy, rows


def _dated_rows(mapping: pd.DataFrame, policies: pd.DataFrame, years: np.ndarray, problems: Problems) -> pd.DataFrame:
    """Join every mapping row with the policy rows it names, cut to its window and to the years of the case."""
    first, last = int(years[0]) * SHIFT, int(years[-1]) * SHIFT + SHIFT - 1
    joined = mapping.merge(policies, on="policy_id", suffixes=("", "_policy"))
    joined["first_month"] = joined[["start", "start_policy"]].max(axis=1).clip(lower=first)
    joined["last_month"] = joined[["end", "end_policy"]].min(axis=1).fillna(last).clip(upper=last)
    joined = joined[joined["first_month"] <= joined["last_month"]].copy()
    for span in ("first_month", "last_month"):
        joined[span] = joined[span].astype(int)
    joined["contribution"] = joined["value"] * joined["scale"] + joined["offset"].fillna(0.0)
    for line in set(mapping["line"]) - set(joined["line"]):
        row = mapping[mapping["line"] == line].iloc[0]
        if row["policy_id"] in set(policies["policy_id"]):
            problems.add(FILE, int(line), "policy_id", row["policy_id"], "a policy in force within the window of this row")
    _refuse_overlaps(joined, problems)
    joined["since"] = [f"{m // SHIFT}-{m % SHIFT + 1:02d}" for m in joined["first_month"]]
    joined["until"] = [f"{m // SHIFT}-{m % SHIFT + 1:02d}" for m in joined["last_month"]]
    joined["unit_lever"] = [LEVERS[name].unit if name in LEVERS else "" for name in joined["lever"]]
    return joined


def _refuse_overlaps(joined: pd.DataFrame, problems: Problems) -> None:
    """Note two rows of one policy that feed the same lever in the same month."""
    ordered = joined.sort_values(["lever", "index", "policy_id", "first_month"])
    same = (ordered[["lever", "index", "policy_id"]] == ordered[["lever", "index", "policy_id"]].shift()).all(axis=1)
    for row in ordered[same & (ordered["first_month"] <= ordered["last_month"].shift())].itertuples():
        problems.add("policies.csv", int(row.line_policy), "start", row.start_text_policy,
                     f"a start after the earlier row of {row.policy_id} ends: both feed {row.lever}")  # fmt: skip


def _place(lever, index: str, labels: dict, group: pd.DataFrame, problems: Problems) -> tuple | None:
    """Return the position within the lever's axes, or None if the index is wrong."""
    if lever is None:
        return None
    line = int(group["line"].iloc[0])
    if not lever.axes:
        if index:
            problems.add(FILE, line, "index", index, f"no index: {lever.public_name} is one number a year")
        return None if index else ()
    valid = list(labels[lever.axes])
    if index not in valid:
        problems.add(FILE, line, "index", index, f"a name along axis {lever.axes!r} of {lever.public_name}", valid=valid)
        return None
    return (valid.index(index),)


def _refuse_bounds(yearly: np.ndarray, lever, years: np.ndarray, group: pd.DataFrame, problems: Problems) -> None:
    """Note the first year in which a lever leaves its range."""
    wrong = np.flatnonzero(~((yearly >= lever.low - 1e-12) & (yearly <= lever.high + 1e-12)))
    if wrong.size:
        problems.add(FILE, int(group["line"].iloc[0]), "scale", float(yearly[wrong[0]]),
                     f"{lever.public_name} from {lever.low:g} to {lever.high:g} in {years[wrong[0]]} ({lever.unit})")  # fmt: skip
