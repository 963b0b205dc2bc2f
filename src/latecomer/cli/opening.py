"""How is `latecomer openness` carried out? Options checked together, the dial turned with progress, tables, files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import typer
from rich.table import Table

from latecomer.cli.options import checked_case, requested, whole, years_named
from latecomer.cli.questions import carried_out, write
from latecomer.cli.running import print_line
from latecomer.cli.show import console, json_rows
from latecomer.errors import Problems, UsageError
from latecomer.experiment.openness import ERAS, OUTCOMES, PRESENCE, Openness, openness

MOST_STEPS = 101
NOTE = (
    "From self-reliance (0) to dependence (1): the value of the dial with the best median in the last year; in brackets, at "
    "half and at double X0; h where it beats history by rule in at least nine histories of ten, ^ where a value inside beats both ends "
    "as often. Curves, bands and means over the years: --out."
)
STRATEGIES = "Strategies of own brands: median change in the last year; * where nine in ten agree on the sign"


def turn_dial(case_name: str, given: Mapping[str, str], flags: Mapping[str, bool]) -> None:
    """Turn the dial of openness from each era on and tell what was best; raise one error with every problem."""
    problems = Problems()
    request = requested(given, problems, **flags)
    steps = whole("--steps", given["steps"], 3, MOST_STEPS, problems) or 3
    case = checked_case(case_name, problems)
    eras = list(ERAS) if case is None else years_named("--eras", given["eras"], case, problems)
    problems.raise_if_any(UsageError)
    assert case is not None

    def ask(progress: Callable[[int, int], None]) -> Any:
        return openness(
            case, eras=eras, steps=steps, histories=request.histories, seed=request.seed, threads=request.threads,
            progress=progress,
        )  # fmt: skip

    runs = request.histories * len(eras) * len(PRESENCE)
    found = carried_out(replace(request, histories=runs), case, ask)
    if request.json:
        typer.echo(json_rows(found.best))
    elif not request.quiet:
        console().print(best_table(found))
        print_line(NOTE)
        console().print(strategy_table(found))
    write(request, found.save)


def best_table(found: Openness) -> Table:
    """Return the best value of the dial in the last year: outcomes as rows, eras as columns."""
    best = found.best[found.best["measure"] == "last year"].set_index(["outcome", "era", "presence"])
    eras = list(dict.fromkeys(found.best["era"]))
    table = Table(box=None, padding=(0, 2, 0, 0), title=f"{found.title}: the best dial", title_justify="left")
    table.add_column("", no_wrap=True)
    for era in eras:
        table.add_column(f"from {era}", no_wrap=True)
    for name, outcome in OUTCOMES.items():
        table.add_row(outcome.title, *(cell(best.loc[name, era]) for era in eras))
    return table


def cell(rows: pd.DataFrame) -> str:
    """Return the best values of the dial over multiples of X0, and how sure they are."""
    first, *others = (rows.loc[times] for times in PRESENCE)
    marks = ("h" if first["beats_history"] >= 0.9 else "") + ("^" if first["beats"] >= 0.9 else "")
    return f"{first['best']:.2g}{marks} ({', '.join(format(row['best'], '.2g') for row in others)})"


def strategy_table(found: Openness) -> Table:
    """Return what strategies change in the last year: outcomes as rows, strategies and eras as columns."""
    rows = found.strategies[found.strategies["measure"] == "last year"]
    pairs = list(dict.fromkeys(zip(rows["strategy"], rows["era"], strict=True)))
    table = Table(box=None, padding=(0, 2, 0, 0), title=STRATEGIES, title_justify="left")
    table.add_column("", no_wrap=True)
    for strategy, era in sorted(pairs):
        table.add_column(f"{strategy.split()[0]} {era}", justify="right", no_wrap=True)
    at = rows.set_index(["outcome", "strategy", "era"])
    for name, outcome in OUTCOMES.items():
        table.add_row(
            outcome.title,
            *(change(at.loc[name, strategy, era], outcome.unit) for strategy, era in sorted(pairs)),
        )
    return table


def change(row: pd.Series, unit: str) -> str:
    """Return a change in millions, points or its unit, starred where it is clear."""
    factor = {"vehicles": 1e-6, "share": 100.0}.get(unit, 1.0)
    clear = max(row["better"], row["worse"]) >= 0.9
    return f"{row['median'] * factor:+.3g}{'*' if clear else ' '}"
