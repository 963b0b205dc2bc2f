"""How is one question answered on a page of its own? Title, question, answer, figures, how to read them, data, what made them.

A `Sheet` is what a page shows and nothing else: sentences and tidy tables that were found elsewhere, charts of them, and the
manifest. Every command that asks one question (`ablate`, `attribute`, `uncertainty`, `openness`, `fork`) writes its page so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from latecomer.record import package_version
from latecomer.report.export import in_shown_units
from latecomer.report.layout import Figure, citation, render
from latecomer.study import words
from latecomer.types import Finding

LONG = 40  # rows beyond which a table is folded
HEADS = {
    "low90": "90% from", "high90": "90% to", "low50": "50% from", "high50": "50% to", "low": "90% from", "high": "90% to",
    "sd": "standard deviation", "positive": "share above zero", "negative": "share below zero", "error": "standard error",
    "at": "judged in", "player": "force", "share": "part of the whole", "level": "effect with it",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of a page: its title, and rows as they were found; texts as they are, numbers to three digits."""

    title: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Sheet:
    """How a finding stands on a page. `head` names the page, `years` says which years it is about, `reading` how to read figures
    and tables; question and manifest are those of the finding."""

    head: str
    finding: Finding
    years: str
    sentences: Sequence[str]
    figures: Mapping[str, Figure]
    reading: Sequence[str]
    tables: Sequence[Table]
    title: str = ""  # that of the finding, unless the page has a longer one
    wide: bool = False  # figures with long names stand one below the other


def sheet_page(sheet: Sheet) -> str:
    """Return a page on one question as HTML."""
    made = sheet.finding.manifest
    told = {key: value for key, value in made.items() if key != "command"}
    facts = {
        "Case": told.get("case"),
        "Years": sheet.years,
        "Histories": told.get("histories"),
        "Seed": told.get("seed"),
    }
    return render(
        "sheet.html.jinja", sheet.figures, sheet=sheet, title=sheet.title or sheet.finding.title,
        cited=citation(), manifest=told, version=package_version(),
        command=made.get("command", ""), facts={key: value for key, value in facts.items() if value not in (None, "")},
        tables=[printed(table) for table in sheet.tables],
    )  # fmt: skip


def printed(table: Table) -> dict[str, Any]:
    """Return a table as text: its columns (name, whether it is text) and its rows."""
    rows = in_shown_units(table.rows, differences=True) if "unit" in table.rows else table.rows
    texts = [not is_numeric_dtype(rows[name]) or is_bool_dtype(rows[name]) for name in rows]
    columns = [
        (HEADS.get(str(name), str(name).replace("_", " ")), text)
        for name, text in zip(rows, texts, strict=True)
    ]
    cells = [[cell(value) for value in row] for row in rows.itertuples(index=False)]
    return {"title": table.title, "columns": columns, "cells": cells, "long": len(cells) > LONG}


def cell(value: Any) -> str:
    """Return one value as text; years and counts without separators, other numbers to three digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return words.figure(value)
    return str(value)
