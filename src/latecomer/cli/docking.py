"""How is a docked model shown? One line a target, or JSON rows."""

import typer
from rich.table import Table

from latecomer.cli.request import MOST_HISTORIES, SEED_BITS, whole
from latecomer.cli.screen import json_rows, print_line, print_table
from latecomer.docking import MODELS, Docked, dock
from latecomer.errors import Problems, UsageError

PAGE = "docs/explanation/docking.md"


def print_docked(name: str, histories: str, seed: str, json: bool) -> None:
    """Dock one model, or all, and print; raise one UsageError with every problem of the request."""
    problems = Problems()
    if name and name not in MODELS:
        problems.add("NAME", None, None, name, f"a docked model: {', '.join(MODELS)}", valid=MODELS)
    top = 2**SEED_BITS - 1
    many = whole("--histories", histories, 1, MOST_HISTORIES, problems) or 1
    key = whole("--seed", seed, -top - 1, top, problems) or 0
    problems.raise_if_any(UsageError)
    found = {model: dock(model, many, key) for model in ([name] if name else MODELS)}
    if json:
        rows = [told.table.assign(model=model, missed_by=told.missed) for model, told in found.items()]
        order = ["model", *[column for column in rows[0] if column != "model"]]
        import pandas as pd

        typer.echo(json_rows(pd.concat(rows, ignore_index=True)[order]))
        return
    for told in found.values():
        print_table(docked_table(told))
    print_line(f"What was chosen where a source is silent or unclear: {PAGE}")


def docked_table(found: Docked) -> Table:
    """Return the targets of a model as a table for a terminal."""
    told = found.table
    title = f"{found.title}: {int(told['met'].sum())} of {len(told)} targets met"
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    table.add_column("target", no_wrap=True)
    for column in ("value", "band", "found", "standard error"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row, outside in zip(told.itertuples(), found.missed, strict=True):
        error = "-" if row.standard_error != row.standard_error else f"{row.standard_error:.3f}"
        verdict = "met" if row.met else f"missed by {outside:.2g}"
        table.add_row(row.target, f"{row.value:g}", f"+-{row.band:g}", f"{row.found:.4g}", error, verdict)
    return table
