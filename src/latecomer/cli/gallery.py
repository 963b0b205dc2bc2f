"""What does `latecomer reforms` ask, and how is it printed? The ready reforms, or what they do beside what was published."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from latecomer.case.reform import gallery, read_reform
from latecomer.cli.ask import Line, Question, ask
from latecomer.cli.request import Asked
from latecomer.cli.screen import json_rows, print_line
from latecomer.cli.writing import again
from latecomer.types import Case
from latecomer.vocabulary import SERIES

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.gallery import Gallery

NOTE = (
    "Median of the differences between paired histories; * where the band that holds 90% of them excludes zero. Own "
    "brands in points, "
    "vehicles and exports in million, gap in problems per 100 cars. Bands: --json or --out."
)


def show_reforms(case_name: str, table: bool, given: Mapping[str, str], flags: Mapping[str, bool]) -> None:
    """List the ready reforms of a case, or run them all and tell what they do."""
    asked = Asked(given, flags)
    asked.open(case_name)
    if asked.request.out is not None and not table:
        asked.problems.add("--out", None, None, given["out"], "--table with it: only what is run is written")
    case, request = asked.checked(), asked.request
    if not table:
        listed(case, request.json)
        return
    from latecomer.study.gallery import ready_reforms

    ask(
        Question(
            request, case, rows=lambda found: found.effects, said=said,
            command=again("reforms", ["--table"], {**given, "case": case_name}),
            find=lambda tell: ready_reforms(
                case, None, request.histories, request.seed, threads=request.threads, progress=tell
            ),
        )
    )  # fmt: skip


def said(found: "Gallery") -> Iterator[Table | str]:
    """Give a table for each year, then each published finding beside ours."""
    from latecomer.study.literature import RULE

    title = found.title.removeprefix("What the ready reforms do: ")
    for year in sorted(found.effects["year"].unique()):
        yield year_table(found.effects[found.effects["year"] == year], f"{title}: ready reforms, {year}")
    yield NOTE
    for row in found.literature.itertuples():
        yield Line(
            f"{row.question} Here {row.ours}; published {row.published}. {row.agree}. [{row.reform}; {row.source}]"
        )
    yield Line(RULE)


def listed(case: Case, as_json: bool) -> None:
    """Print name and note of every ready reform."""
    reforms = {name: read_reform(path) for name, path in gallery(case).items()}
    if as_json:
        rows = [
            {"reform": name, "name": r.name, "name_local": r.name_local, "note": r.note}
            for name, r in reforms.items()
        ]
        typer.echo(json_rows(rows))
        return
    for name, reform in reforms.items():
        print_line(f"{name}: {reform.name}. {reform.note}")
    print_line("See one: latecomer compare NAME. See all: latecomer reforms --table")


def year_table(rows: "pd.DataFrame", title: str) -> Table:
    """Return the effects in one year: reforms as rows, series as columns."""
    from latecomer.study.gallery import WATCHED

    table = Table(box=None, padding=(0, 1, 0, 0), title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for series in WATCHED:
        table.add_column(SERIES[series].short, justify="right", no_wrap=True)
    for name, part in rows.groupby("reform", sort=False):
        at = part.set_index("series")
        table.add_row(str(name), *(cell(at.loc[series], SERIES[series].factor) for series in WATCHED))
    return table


def cell(row: "pd.Series", factor: float) -> str:
    """Return a median with its sign, starred where the 90% band excludes zero."""
    value = float(row["median"]) * factor
    if value != value:
        return "- "
    if row["positive"] == row["negative"] == 0.0:
        return "0 "
    clear = row["low90"] > 0.0 or row["high90"] < 0.0
    places = 0 if abs(value) >= 9.95 else 1 if abs(value) >= 0.95 else 2
    text = f"{value:+.{places}f}"
    return f"{text if float(text) else '0'}{'*' if clear and float(text) else ' '}"
