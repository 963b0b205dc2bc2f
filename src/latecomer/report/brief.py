"""What does somebody read who has ten minutes and a printer? The report on four sheets of paper: answer, pictures, table, source.

Drawings stand inside the page, so that a brief has no script, opens in any mail program, and prints as it looks.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from latecomer.case import span
from latecomer.report import comparison, page, rows, trust
from latecomer.report.figures import svg
from latecomer.report.layout import Figure, citation, render
from latecomer.report.style import specified, unchecked
from latecomer.study import answer
from latecomer.study.channels import channel_sentences
from latecomer.study.compare import Comparison
from latecomer.study.headline import counts_in, headline_years, permits_told
from latecomer.study.summary import Summary

HALF, WHOLE = 330, 690  # widths of a drawing on a sheet, in the points of the page
DRAWN = {
    "vehicles_recent": (HALF, 180), "vehicles_ratio": (HALF, 180), "own_brand_share": (HALF, 180),
    "own_brand_home_share": (HALF, 180), "new_energy_share": (HALF, 180), "vehicle_exports": (HALF, 180),
    "average_price": (HALF, 180), "quality_gap": (HALF, 180), "great_strong": (WHOLE, 255), "makers": (WHOLE, 250),
}  # fmt: skip
MOST_SENTENCES, MOST_CHANGES, MOST_CHANNELS, MOST_ERRORS = 5, 6, 6, 20
DRAWN_EFFECTS, MOST_FIRM_ROWS = 6, 14
NUMBERED = re.compile(r"\b(clip|gradient_)(\d+)\b")


def run_brief(found: Summary) -> str:
    """Return the brief of a run as HTML."""
    figures = page.titled(found)
    setting = found.case.setting
    shown = span.marked(setting.looks("table"), found.years)
    marked = [year for year in setting.looks("brief") if year in shown]
    checked = [row for row in rows.score_rows(found.errors) if not row["fit"]][:MOST_ERRORS]
    return render(
        "brief_run.html.jinja", {}, drawings=drawings(figures, DRAWN), title=found.title, manifest=found.manifest,
        sentences=found.sentences()[:MOST_SENTENCES], cards=answer.cards(found.run, found.record), marked=marked,
        matrix=picked_years(rows.matrix(found.marked_years, found.sources), marked), scores=checked,
        training_end=found.case.setting.sample_end,
        last=int(found.years[-1]), command=page.command(found), cited=citation(),
        trust=trust.sentences(found.errors, setting.sample_end),
    )  # fmt: skip


def picked_years(matrix: Sequence[Mapping[str, Any]], years: Sequence[int]) -> list[dict[str, Any]]:
    """Return the table of marked years with these years only."""
    return [{**row, "cells": [cell for cell in row["cells"] if cell["year"] in years]} for row in matrix]


def comparison_brief(found: Comparison) -> str:
    """Return the brief of a comparison as HTML."""
    with unchecked():
        figures = comparison.charts(found)
    moved = effects_shown(found, list(comparison.firm_charts(found)))
    sizes = {**dict.fromkeys(moved, (HALF, 138)), "firms": (HALF, 230), "provinces": (HALF, 430)}
    years, gains = headline_years(found), found.gains
    return render(
        "brief_comparison.html.jinja", {}, setting=found.case.setting, drawings=drawings(figures, sizes),
        effect_names=moved, name=found.name,
        name_local=" + ".join(reform.name_local for reform in found.reforms if reform.name_local), title=found.case.title,
        since=found.since, free_since=found.free_since, pairs=len(found.histories), manifest=found.reformed.manifest,
        cards=comparison.cards(found), sentences=found.sentences()[:MOST_SENTENCES], changes=changes(found),
        firms=comparison.firm_table(found, years)[:MOST_FIRM_ROWS], money=comparison.money_rows(gains),
        bought=comparison.money_sentences(found), worth=gains, training_end=found.case.setting.sample_end,
        channels=[*permits_told(found), *channel_sentences(found)[:MOST_CHANNELS]], marked=years,
        table=comparison.table_rows(found, years, comparison.EFFECTS),
        trust=trust.coverage_told(found.sides[0].errors, found.case.setting.sample_end),
        command=comparison.command(found), cited=citation(),
    )  # fmt: skip


def effects_shown(found: Comparison, of_firms: Sequence[str]) -> list[str]:
    """Return the names of the effects that are drawn: those on the firm of a firm's reform, then series that surely move."""
    moves = {name: bool(counts_in(found.effects(name)).any()) for name in comparison.EFFECTS}
    ranked = sorted(moves, key=lambda name: not moves[name])
    return [*of_firms, *(f"effect_{name}" for name in ranked)][:DRAWN_EFFECTS]


def changes(found: Comparison) -> dict[str, Any]:
    """Return what the reforms change, the first rows of it, and how many rows more there are."""
    found_rows = [row for mine in found.changed for row in mine]
    return {"rows": found_rows[:MOST_CHANGES], "more": max(0, len(found_rows) - MOST_CHANGES)}


def drawings(
    figures: Mapping[str, Figure], sizes: Mapping[str, tuple[int, int]]
) -> dict[str, dict[str, str]]:
    """Return title, caption, alternative text and drawing of the figures that have a size."""
    return {name: drawing(name, figures[name], sizes[name]) for name in sizes if name in figures}


def drawing(name: str, figure: Figure, size: tuple[int, int]) -> dict[str, str]:
    """Return one figure with its drawing as SVG of this width and height; what is for a pointer is left out."""
    spec = specified(figure.chart)
    layers = [layer for layer in spec["layer"] if layer.get("name") != "reader"]
    drawn = svg(
        {
            **spec,
            "layer": layers,
            "width": size[0],
            "height": size[1],
            "autosize": {"type": "fit", "contains": "padding"},
        }
    )
    own = NUMBERED.sub(
        lambda found: f"{name}-{found[0]}", drawn
    )  # marks inside one page must not share a name
    return {"title": figure.title, "about": figure.about, "alt": spec.get("description", ""), "svg": own}
