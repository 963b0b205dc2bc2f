"""How is `latecomer attribute` carried out? Options checked together, coalitions run with progress, a table, files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from rich.table import Table

from latecomer.case.span import marked_spans
from latecomer.cli.comparing import found_reform
from latecomer.cli.options import checked_case, requested, whole
from latecomer.cli.questions import carried_out, named_series, write
from latecomer.cli.screen import json_rows, print_table, print_text
from latecomer.cli.writing import again
from latecomer.errors import Problems, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.attribute import Attribution

NOTE = (
    "Mean of the Shapley shares over the histories (rows add up), the band that holds 90% of them, and the part of the whole. "
    "What counts as which force stands in forces.csv; with each row of the case as a force of its own, the part of the whole is "
    "in the last column."
)


def attribute_growth(
    names: Sequence[str],
    case_name: str,
    given: Mapping[str, str],
    ways: Mapping[str, bool],
    flags: Mapping[str, bool],
) -> None:
    """Share out growth among forces, or the effect of a package among its reforms; raise one error with every problem."""
    problems = Problems()
    request = requested(given, problems, **flags)
    series = named_series("--series", given["series"], problems)
    case = checked_case(case_name, problems)
    reforms, spans, year = [], [], None
    if case is not None:
        first, last = int(case.years[0]), int(case.years[-1])
        reforms = [reform for name in names if (reform := found_reform(name, case, problems)) is not None]
        year = whole("--year", given["year"], first, last, problems)
        spans = spans_named(given, case.years, problems)
        if not names and given["year"]:
            problems.add("--year", None, None, given["year"], "--from and --to, where there is no reform")
    problems.raise_if_any(UsageError)
    assert case is not None
    from latecomer.study.attribute import SPANS, attribute

    spans = spans or marked_spans(SPANS, case.years)

    def ask(progress: Callable[[int, int], None]) -> Any:
        return attribute(
            case, series=series, spans=spans, reforms=reforms, year=year, histories=request.histories, seed=request.seed,
            threads=request.threads, progress=progress, **ways,
        )  # fmt: skip

    runs = request.histories * (1 if reforms else len(spans))
    found = carried_out(replace(request, histories=runs), case, ask)
    if request.json:
        typer.echo(json_rows(found.to_frame()))
    elif not request.quiet:
        for _, rows in found.table.groupby(["first", "last", "series"], sort=False):
            print_table(span_table(rows, found))
        print_text(NOTE)
    flagged = [f"--{name.replace('_', '-')}" for name, on in ways.items() if on]
    command = again("attribute", [*names, *flagged], {**given, "case": case_name})

    def save(folder: Path) -> list[Path]:
        from latecomer.report.attribution import save_attribution

        return save_attribution(found, folder, command)

    write(request, save)


def spans_named(given: Mapping[str, str], years: np.ndarray, problems: Problems) -> list[tuple[int, int]]:
    """Return the span that --from and --to name, or none; note a span that has only one end."""
    if not given["from"] and not given["to"]:
        return []
    first, last = int(years[0]), int(years[-1])
    begin = whole("--from", given["from"], first, last - 1, problems)
    end = whole("--to", given["to"] or str(last), (begin or first) + 1, last, problems)
    if not given["from"]:
        problems.add("--from", None, None, "", "the first year of the span that --to ends")
    return [] if begin is None or end is None else [(begin, end)]


def span_table(rows: "pd.DataFrame", found: "Attribution") -> Table:
    """Return the rows of one series and span as a table."""
    import pandas as pd

    from latecomer.report.ablation import told

    head = rows.iloc[0]
    name, factor, unit = told(str(head["series"]), str(head["unit"]))
    factor, unit = (1.0, "log points") if head["unit"] == "log points" else (factor, unit)
    title = f"{name}, {head['first']}-{head['last']} ({unit}; {head['histories']} histories)"
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for column in ("", "mean", "90% band", "part", "other ways to count"):
        table.add_column(
            column, justify="left" if column in ("", "other ways to count") else "right", no_wrap=True
        )
    alike = ["series", "first", "last", "player"]
    for row in rows.to_dict("records"):
        band = f"{row['low90'] * factor:+.3g} to {row['high90'] * factor:+.3g}"
        other = found.other
        mine = other[(other[alike] == pd.Series({name: row[name] for name in alike})).all(axis=1)]["share"]
        spread = f"{mine.min():.0%} to {mine.max():.0%}" if len(mine) else ""
        table.add_row(row["title"], f"{row['mean'] * factor:+.3g}", band, f"{row['share']:.0%}", spread)
    return table
