"""How do the tables of the page read? Their rows as text, each number beside its exact value."""

import math
from typing import Any

import pandas as pd

from latecomer.record import SERIES
from latecomer.study import words


def matrix(found: pd.DataFrame, shown: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the table of marked years (`Summary.marked_years`): a row a series, a cell a year."""
    number = dict(zip(shown["source_id"], shown["number"], strict=True))
    rows = []
    for series, part in found.groupby("series", sort=False):
        unit = SERIES[series].unit
        cells = [marked_cell(row, unit, number) for row in part.itertuples(index=False)]
        title = SERIES[series].title
        rows.append({"series": series, "title": title, "unit": words.cell_unit(unit), "cells": cells})
    return rows


def marked_cell(row: Any, unit: str, number: dict[str, int]) -> dict[str, Any]:
    """Return one cell of the table: simulated, band, recorded, source, whether the fit used it."""
    simulated, recorded = pd.notna(row.median), pd.notna(row.recorded)
    return {
        "year": row.year,
        "median": row.median if simulated else None,
        "text": words.cell(row.median, unit) if simulated else words.NOTHING,
        "band": words.cell_span(row.low, row.high, unit) if simulated else "",
        "recorded": row.recorded if recorded else None,
        "told": words.cell(row.recorded, unit) if recorded else "",
        "source": number[row.source_id] if recorded else None,
        "grade": row.grade if recorded else "",
        "fit": recorded and row.sample == "fit",
    }


def record_rows(record: pd.DataFrame, shown: pd.DataFrame) -> list[dict[str, Any]]:
    """Return every compared value as text, with its exact value."""
    number = dict(zip(shown["source_id"], shown["number"], strict=True))
    return [
        {
            "name": f"{row.series}, {row.index}" if row.index else row.series,
            "year": row.year,
            "unit": words.shown_unit(row.unit),
            "median": {"exact": row.median, "text": words.quantity(row.median, row.unit)},
            "band": words.span(row.low, row.high, row.unit),
            "recorded": {"exact": row.recorded, "text": words.quantity(row.recorded, row.unit)},
            "source": number[row.source_id],
            "grade": row.grade,
            "fit": row.sample == "fit",
            "note": row.note,
        }
        for row in record.itertuples(index=False)
    ]


def moment_rows(moments: pd.DataFrame) -> list[dict[str, Any]]:
    """Return single published numbers beside the run's as text; a log change reads as a change in per cent."""
    return [moment_row(row) for row in moments.itertuples(index=False)]


def moment_row(row: Any) -> dict[str, Any]:
    """Return one published number beside the run's median and 90% band."""
    unit = "share" if row.measure == "change" else row.unit
    simulated, low, high, target = (
        math.expm1(value) if row.measure == "change" else value
        for value in (row.median, row.low, row.high, row.target)
    )
    title = SERIES[row.series].title
    return {
        "name": f"{title}, {'change' if row.measure == 'change' else 'mean'} {row.first}-{row.last}",
        "median": {"exact": simulated, "text": words.quantity(simulated, unit)},
        "band": words.span(low, high, unit),
        "target": words.quantity(target, unit),
        "grade": row.grade,
        "note": row.note,
    }


def rank_rows(ranks: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row for each named firm: simulated and recorded place in each year, empty where no record stands."""
    out = []
    for name, part in ranks.groupby("name", sort=False):
        places = {
            int(row.year): (int(row.rank), int(row.recorded_rank)) for row in part.itertuples(index=False)
        }
        out.append({"name": name, "places": places})
    return out


def firm_score_rows(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the correlations of simulated and recorded sales of makers as text."""
    kinds = {"own": "Own-brand makers", "foreign": "Ventures and foreign plants"}
    return [
        {
            "name": kinds[row.kind],
            "fit": row.sample == "fit",
            "makers": row.makers,
            "points": row.points,
            "over_makers": {"exact": row.over_makers, "text": f"{row.over_makers:.2f}"},
            "pooled": {"exact": row.pooled, "text": f"{row.pooled:.2f}"},
        }
        for row in scores.itertuples(index=False)
    ]


def score_rows(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the errors as text, in-sample and conditional forecast, each beside the naive forecasts."""
    return [score_row(row) for row in scores.itertuples(index=False)]


def score_row(row: Any) -> dict[str, Any]:
    """Return the errors of one target: each as text and, under `exact`, as it is."""
    title = SERIES[row.series].title
    exact = {"error": row.error, "bias": row.bias, "random_walk": row.random_walk, "drift": row.drift}
    return {
        "target": row.target_id,
        "name": f"{title}, {row.index.replace('_', ' ')}" if row.index else title,
        "years": f"{row.first}" if row.first == row.last else f"{row.first}–{row.last}",
        "fit": row.sample == "fit",
        "points": row.points,
        "measure": words.error_unit(row.measure, row.unit),
        "inside": f"{100 * row.coverage:.0f}%",
        "better": bool(row.error < row.random_walk),
        "exact": exact,
        **{name: words.error(value, row.measure, row.unit) for name, value in exact.items()},
    }
