"""Which recorded outcomes may a run be compared with?

Outcomes never enter the model. `targets.csv` pairs a series of the model with a fact series, in the unit of the model;
`moments.csv` holds single published numbers: the mean of a series over years, or its log change between two.
`firm_targets.csv` pairs makers with rows of `firm_sales.csv`, one scope at a time, since scopes overlap: a group total holds its
ventures, a brand total its electric cars. Where several rows speak of one maker and year, the lowest rank wins, then the count
nearest to what the model counts (sold before delivered, made and registered), then the better grade; the others stay in `facts`.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pandas as pd

from latecomer import axes, vocabulary
from latecomer.case.tables import GRADES
from latecomer.errors import Problems, plain

FILE = "targets.csv"
ALIKE, SHORTEST = 0.8, 4  # of a misspelt word: likeness, letters
YEAR_FIELDS = {series.name: series for series in vocabulary.YEAR}
GROUP_SERIES = "group_vehicles"
COUNTS = ("vehicles_sold", "vehicles_delivered", "vehicles_produced", "vehicles_retail")
PILLARS = {("great", name) for name in axes.GREAT_PILLARS} | {
    ("strong", name) for name in axes.STRONG_PILLARS
}
RECORD = ["maker_id", "series", "year", "value", "unit", "scope", "source_id", "grade", "line"]


def check_targets(
    targets: pd.DataFrame,
    facts: pd.DataFrame,
    labels: Mapping[str, Sequence[str]],
    sample_end: int,
    problems: Problems,
) -> None:
    """Note targets of wrong indices, spans without facts, and fits on years after the training sample."""
    known = set(zip(facts["table"], facts["series"], strict=True))
    for row in targets.itertuples():
        _check_index(FILE, row, labels, problems)
        _check_span(FILE, row, sample_end, problems)
        if (row.table, row.fact_series) not in known:
            valid = facts.loc[facts["table"] == row.table, "series"].unique()
            expected = f"a series of {row.table}.csv"
            problems.add(FILE, row.line, "fact_series", row.fact_series, expected, valid=valid)


def check_moments(
    moments: pd.DataFrame, labels: Mapping[str, Sequence[str]], sample_end: int, problems: Problems
) -> None:
    """Note moments of wrong indices and spans, and fits on years after the training sample."""
    for row in moments.itertuples():
        _check_index("moments.csv", row, labels, problems)
        _check_span("moments.csv", row, sample_end, problems)


def _check_span(file: str, row: Any, sample_end: int, problems: Problems) -> None:
    """Note a span that ends before it starts, and one that brings later years into the fit."""
    if row.last < row.first:
        problems.add(file, row.line, "last", f"{row.last:g}", f"a year not before {row.first:g}")
    if row.sample == "fit" and row.last > sample_end:
        expected = f"a year up to {sample_end}: later outcomes only check a fit"
        problems.add(file, row.line, "last", f"{row.last:g}", expected)


def _check_index(file: str, row: Any, labels: Mapping[str, Sequence[str]], problems: Problems) -> None:
    """Note an index that does not belong to the axes of the series."""
    series = YEAR_FIELDS.get(row.series)
    if series is None:
        return
    if not series.axes:
        if row.index_name:
            problems.add(
                file, row.line, "index", row.index_name, f"no index: {row.series} is one number a year"
            )
    elif row.index_name not in labels.get(series.axes, ()):
        expected = f"a name along axis {series.axes!r} of {row.series}"
        problems.add(file, row.line, "index", row.index_name, expected, valid=labels.get(series.axes, ()))


def refuse_misspelt(facts: pd.DataFrame, tables: Mapping[str, pd.DataFrame], problems: Problems) -> None:
    """Note series of facts that nothing reads and that are a slip of the pen away from one that is read.

    A case may hold more facts than the model reads: a series that is like none of those that are read is no mistake.
    """
    world, targets = tables["world"], tables["targets"]
    read = set(zip(world["table"], world["series"], strict=True))
    read |= set(zip(targets["table"], targets["fact_series"], strict=True))
    for (table, series), rows in facts.groupby(["table", "series"], sort=False):
        if (table, series) in read:
            continue
        meant = next((name for other, name in sorted(read) if other == table and is_slip(series, name)), None)
        if meant is not None:
            expected = "a series that is read, or a name that is not almost that of one"
            problems.add(f"{table}.csv", int(rows["line"].iloc[0]), "series", series, expected, meant)


def is_slip(name: str, right: str) -> bool:
    """Return whether a name is another one misspelt: but for capitals and joints, one long word of it is almost the same."""
    words, others = plain(name).split("_"), plain(right).split("_")
    if "".join(words) == "".join(others):
        return True
    pairs = [pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]]
    if len(words) != len(others) or len(pairs) != 1:
        return False
    word, other = pairs[0]
    alike = SequenceMatcher(None, word, other).ratio() >= ALIKE
    return alike and min(len(word), len(other)) >= SHORTEST and (word + other).isalpha()


def check_references(references: pd.DataFrame, problems: Problems) -> None:
    """Note reference countries that lack a pillar of an index: a place needs them all."""
    for country, rows in references.groupby("country", sort=False):
        known = set(zip(rows["index"], rows["pillar"], strict=True))
        for index, pillar in sorted(PILLARS - known):
            expected = f"a row of {country} for the pillar {pillar} of {index}"
            problems.add("references.csv", int(rows["line"].iloc[0]), "pillar", None, expected)


def within_case(
    targets: pd.DataFrame, moments: pd.DataFrame, years: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Return the targets and moments that lie within the years of the case, and in words what is left out.

    A target keeps the part of its span that the case has. A moment speaks of its whole span: it is left out with any year of it.
    """
    first, last = int(years[0]), int(years[-1])
    cut = (targets["first"] < first) | (targets["last"] > last)
    kept = targets.assign(first=targets["first"].clip(lower=first), last=targets["last"].clip(upper=last))
    outside = (moments["first"] < first) | (moments["last"] > last)
    told = (
        (FILE, int(cut.sum()), "targets are compared within"),
        ("moments.csv", int(outside.sum()), "moments are left out, not wholly within"),
    )
    notes = tuple(f"{file}: {count} {what} {first}-{last}" for file, count, what in told if count)
    return kept[kept["first"] <= kept["last"]], moments[~outside], notes


def target_values(
    targets: pd.DataFrame, facts: pd.DataFrame, years: np.ndarray, deflator: np.ndarray
) -> pd.DataFrame:
    """Return one row for each target and recorded year: its columns, `year`, `value` in the model's unit, source.

    Rows marked `deflate` are divided by the deflator (t) of their year. Of sources that disagree the best grade is taken.
    """
    best = best_graded(facts, ["table", "series", "year"])
    joined = targets.merge(
        best, left_on=["table", "fact_series"], right_on=["table", "series"], suffixes=("", "_fact")
    )
    joined = joined[(joined["year"] >= joined["first"]) & (joined["year"] <= joined["last"])].copy()
    joined["printed"] = joined["value"]
    joined["value"] = joined["value"] * joined["scale"]
    prices = dict(zip(years.tolist(), deflator.tolist(), strict=True))
    real = joined["deflate"] == "deflator"
    joined.loc[real, "value"] /= joined.loc[real, "year"].map(prices)
    return joined.sort_values(["line", "year"]).reset_index(drop=True)


def best_graded(facts: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return one fact for each key, of the best grade; of equal grades the first in the file."""
    order = facts["grade"].map(GRADES.index)
    return (
        facts.assign(order=order)
        .sort_values("order", kind="stable")
        .drop_duplicates(key)
        .drop(columns="order")
    )


def maker_record(mapping: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each maker, series and recorded year: sales, exports, vehicles of whole groups."""
    pairs = mapping.merge(sales, on=["firm_id", "scope"], suffixes=("_map", ""))
    right = pairs["jv_id"].eq(pairs["jv_id_map"]) & (
        pairs["brand_map"].eq("") | pairs["brand_map"].eq(pairs["brand"])
    )
    inside = ~(pairs["year"] < pairs["first"]) & ~(pairs["year"] > pairs["last"])
    pairs = _brands_added(pairs[right & inside & pairs["unit"].isin(COUNTS)])
    pairs = pairs.assign(
        count=pairs["unit"].map(COUNTS.index),
        order=pairs["grade"].map(GRADES.index),
        year=pairs["year"].astype(int),
    )
    pairs = pairs.sort_values(["rank", "count", "order", "line"], kind="stable")
    pairs = pairs.drop_duplicates(["maker_id", "series", "year"])
    return pairs[RECORD].sort_values(["series", "maker_id", "year"], kind="stable").reset_index(drop=True)


def _brands_added(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add up the brands of one maker, year, source and count where the mapping says so."""
    added = pairs[pairs["add"] == 1.0]
    key = ["maker_id", "series", "year", "unit", "source_id", "rank"]
    summed = added.assign(value=added.groupby(key)["value"].transform("sum")).drop_duplicates(key)
    return pd.concat([pairs[pairs["add"] != 1.0], summed])
