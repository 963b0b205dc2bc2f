"""How is `latecomer reforms` carried out? A list of the ready reforms, or a table of what they do and what was published."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from latecomer.case.reform import gallery, read_reform
from latecomer.cli.options import checked_case, requested
from latecomer.cli.running import Progressed, done, prepare, teller, what_is_kept
from latecomer.cli.screen import json_rows, print_line, print_table, print_text, speaker
from latecomer.cli.writing import again, whole_files
from latecomer.errors import Interrupted, Problems, UsageError
from latecomer.types import Case
from latecomer.vocabulary import SERIES

if TYPE_CHECKING:
    import pandas as pd

NOTE = (
    "Median of the differences between paired histories; * where the band that holds 90% of them excludes zero. Own "
    "brands in points, "
    "vehicles and exports in million, gap in problems per 100 cars. Bands: --json or --out."
)


def show_reforms(case_name: str, given: Mapping[str, str], table: bool, flags: Mapping[str, bool]) -> None:
    """List the ready reforms of a case, or run them all and tell what they do."""
    problems = Problems()
    request = requested(given, problems, **flags)
    case = checked_case(case_name, problems)
    if request.out is not None and not table:
        problems.add("--out", None, None, given["out"], "--table with it: only what is run is written")
    problems.raise_if_any(UsageError)
    assert case is not None
    if not table:
        listed(case, request.json)
        return
    from latecomer.study.gallery import RULE, effects_of_all

    state, count = Progressed(), len(gallery(case))
    try:
        prepare(case, speaker(request.quiet))
        with teller(request, case) as tell:

            def progress(count: int, total: int) -> None:
                state.done = count
                tell(count, total)

            found, beside = effects_of_all(
                case, None, request.histories, request.seed, threads=request.threads, progress=progress
            )
    except KeyboardInterrupt:
        raise Interrupted(
            what_is_kept(replace(request, histories=count * request.histories), state)
        ) from None
    if request.json:
        typer.echo(json_rows(found))
    elif not request.quiet:
        for year in sorted(found["year"].unique()):
            print_table(year_table(found[found["year"] == year], f"{case.title}: ready reforms, {year}"))
        print_text(NOTE)
        for row in beside.itertuples():
            print_line(
                f"{row.question} Here {row.ours}; published {row.published}. {row.agree}. [{row.reform}; {row.source}]"
            )
        print_line(RULE)
    if request.out is not None:
        from latecomer.report.sheet import made_by

        command = again("reforms", ["--table"], {**given, "case": case_name})
        write(found, beside, case, request.out, made_by(case, request.histories, request.seed, command))
        done([request.out / name for name in FILES], [], request)


FILES = ("reforms.csv", "literature.csv", "reforms.png", "reforms.svg", "reforms.html")


def listed(case: Case, as_json: bool) -> None:
    """Print name and note of every ready reform."""
    reforms = {name: read_reform(path) for name, path in gallery(case).items()}
    if as_json:
        rows = [
            {"reform": name, "name": r.name, "name_zh": r.name_zh, "note": r.note}
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


def write(
    found: "pd.DataFrame", beside: "pd.DataFrame", case: Case, folder: Path, made: Mapping[str, Any]
) -> None:
    """Write tables and picture into a folder, each whole or not at all."""
    from latecomer.report.ablation import save_effects
    from latecomer.report.export import presented, write_table

    with whole_files(folder) as part:
        save_effects(found, f"What the ready reforms do: {case.title}", part, beside, made)
        write_table(presented(beside), part / "literature.csv")
