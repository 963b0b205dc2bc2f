"""How is `latecomer ablate` carried out? Options checked together, runs with progress, a table, and files if asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from rich.table import Table

from latecomer.cli.options import (
    HEADLINE_YEARS,
    Request,
    checked_case,
    refuse_too_large,
    requested,
    years_named,
)
from latecomer.cli.running import Progressed, done, prepare, teller, what_is_kept
from latecomer.cli.screen import json_rows, print_table, print_text, speaker
from latecomer.cli.writing import again, whole_files
from latecomer.errors import Interrupted, Problems, UsageError
from latecomer.types import Case
from latecomer.vocabulary import SERIES

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (
    "own_brand_share", "own_brand_home_share", "own_brand_export_share", "vehicles", "passenger_cars", "quality_gap",
    "core_control", "great", "strong",
)  # fmt: skip
NOTE = (
    "Median change when the part is off, same seed and history on both sides; * where the 90% band holds no zero, - where there "
    "is nothing to compare. Own brands (all, home, abroad) and core control in points, vehicles and cars in millions, gap in "
    "problems per 100 cars. Bands: --json or --out."
)


def ablate_case(name: str, given: Mapping[str, str], json: bool, quiet: bool) -> None:
    """Switch off each part of a case and tell what moved; raise one UsageError with every problem of the request."""
    request, case, years = read(name, given, json, quiet)
    from latecomer.study.ablate import ablate, parts_of

    say = speaker(request.quiet)
    state = Progressed()
    parts = len(parts_of(case))
    try:
        prepare(case, say)
        with teller(request, case) as tell:

            def progress(count: int, total: int) -> None:
                state.done = count
                tell(count, total)

            found = ablate(
                case, request.histories, request.seed, years, progress=progress, threads=request.threads
            )
        show(found, case, request)
        write(found, case, request, state.written, again("ablate", [name], given))
    except KeyboardInterrupt:
        runs = replace(request, histories=(parts + 1) * request.histories)
        raise Interrupted(what_is_kept(runs, state)) from None


def read(name: str, given: Mapping[str, str], json: bool, quiet: bool) -> tuple[Request, Case, list[int]]:
    """Return the request, its case and the years looked at."""
    problems = Problems()
    request = requested(given, problems, json, quiet)
    case = checked_case(name, problems)
    years = years_named("--years", given["years"], case, problems, HEADLINE_YEARS)
    if case is not None:
        refuse_too_large(request.histories, case, problems)
    problems.raise_if_any(UsageError)
    assert case is not None
    return request, case, years


def show(found: "pd.DataFrame", case: Case, request: Request) -> None:
    """Print the rows as JSON, or a table for each year."""
    if request.json:
        typer.echo(json_rows(found))
    elif not request.quiet:
        for year in sorted(found["year"].unique()):
            print_table(year_table(found[found["year"] == year], f"{case.title}: parts switched off, {year}"))
        print_text(NOTE)


def year_table(rows: "pd.DataFrame", title: str) -> Table:
    """Return what moved in a year: parts as rows, series as columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), title=title, title_justify="left")
    series = [name for name in SHOWN if name in set(rows["series"])]
    table.add_column("", no_wrap=True)
    for name in series:
        table.add_column(SERIES[name].short, justify="right", no_wrap=True)
    for (number, label), part in rows.groupby(["part", "name"], sort=True):
        at = part.set_index("series")
        table.add_row(f"{number:2} {label}", *(cell(at.loc[name], SERIES[name].factor) for name in series))
    return table


def cell(row: "pd.Series", factor: float) -> str:
    """Return a change with its sign, starred where the band holds no zero."""
    value = float(row["difference"]) * factor
    if not np.isfinite(value):
        return "- "
    if row["low"] == row["high"] == 0.0:
        return "0 "
    clear = row["low"] > 0.0 or row["high"] < 0.0
    return f"{value:+.{0 if abs(value) >= 9.95 else 1}f}{'*' if clear else ' '}"


def write(
    found: "pd.DataFrame", case: Case, request: Request, written: list[Path], command: str = ""
) -> None:
    """Write table and picture into the folder that was named, each whole or not at all."""
    if request.out is None:
        return
    from latecomer.report.ablation import save_ablation
    from latecomer.report.sheet import made_by

    with whole_files(request.out) as part:
        made = made_by(case, request.histories, request.seed, command)
        files: Sequence[Path] = save_ablation(found, f"What each part does: {case.title}", part, made)
    done([request.out / path.name for path in files], written, request)
