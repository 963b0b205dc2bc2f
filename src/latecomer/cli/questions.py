"""What do `latecomer fork` and `latecomer uncertainty` ask, and how are their answers printed? Rows, and what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from latecomer.cli.ask import Question, ask
from latecomer.cli.request import MOST_HISTORIES, Asked, Request
from latecomer.cli.screen import json_rows, print_table
from latecomer.cli.writing import again
from latecomer.vocabulary import SERIES, told_in

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.fork import Timing
    from latecomer.study.uncertainty import Uncertainty

Given = Mapping[str, str]
PATHS = (
    "own_brand_share",
    "vehicles",
    "vehicle_exports",
    "new_energy_share",
    "quality_gap",
    "great",
    "strong",
)


def fork_reform(name: str, case_name: str, given: Given, flags: Mapping[str, bool]) -> None:
    """Tell until when a reform still worked, or how one history goes on with it; raise one error with every problem."""
    asked = Asked(given, flags)
    series = asked.series()
    asked.open(case_name)
    reforms, at, year = asked.reforms([name]), asked.year("at"), asked.year("since")
    years = asked.years() if asked.case is not None and given["years"] else None
    request = asked.request
    if request.only is not None and not given["since"]:
        asked.problems.add("--since", None, None, "", "the year in which the history takes the reform up")
    case = asked.checked()
    from latecomer.study.fork import fork, timing

    if request.only is not None:
        assert year is not None
        show_path(fork(case, request.only, year, reforms[0], seed=request.seed), year, request)
        return
    ask(
        Question(
            request, case, rows=lambda found: found.table, said=timing_said,
            command=again("fork", [name], {**given, "case": case_name}),
            find=lambda tell: timing(
                case, reforms[0], series, at, years, request.histories, request.seed, request.threads, tell
            ),
        )
    )  # fmt: skip


def timing_said(found: "Timing") -> Iterator[Table | str]:
    """Give the effect by the year of taking up, and until when the reform worked."""
    columns = ["series", "taken_up", "median", "low90", "high90", "unit", "verdict"]
    title = f"{found.reform}: effect in {int(found.table['at'].iloc[0])} if taken up in"
    yield rows_table(in_shown_units(found.table), columns, title)
    yield from found.sentences()


def explain_spread(names: Sequence[str], case_name: str, given: Given, flags: Mapping[str, bool]) -> None:
    """Tell why the effect of reforms is uncertain; raise one error with every problem."""
    asked = Asked({**given, "histories": given["histories"] or "1"}, flags)
    series, each = asked.series(), asked.number("each", 2, MOST_HISTORIES)
    asked.open(case_name)
    reforms, year, histories = (
        asked.reforms(names),
        asked.year("year"),
        pairs_named(asked, given["histories"]),
    )
    case, request = asked.checked(), asked.request
    from latecomer.study.uncertainty import uncertainty

    ask(
        Question(
            request, case, rows=lambda found: found.parts.assign(unit=found.unit), said=spread_said,
            command=again("uncertainty", names, {**given, "case": case_name}),
            find=lambda tell: uncertainty(
                case, *reforms, series=series[0], year=year, histories=histories, variant_histories=each,
                seed=request.seed, threads=request.threads, progress=tell,
            ),
        )
    )  # fmt: skip


def pairs_named(asked: Asked, text: str) -> int | None:
    """Return how many pairs --histories asks for, None where it does not; note what is no multiple of the draws."""
    if asked.case is None or not text:
        return None
    from latecomer.study.uncertainty import EACH

    draws, histories = len(asked.case.draws), asked.request.histories
    if histories % draws or histories < EACH * draws:
        expected = f"a multiple of {draws}, the number of draws, from {EACH * draws} on"
        asked.problems.add("--histories", None, None, text, expected)
    return histories


def spread_said(found: "Uncertainty") -> Iterator[Table | str]:
    """Give the four parts of the spread, and what weighs most."""
    parts = in_shown_units(found.parts.assign(unit=found.unit))
    yield rows_table(parts, ["title", "sd", "unit", "share"], f"{found.name}: {found.series} in {found.year}")
    yield from found.sentences()


def in_shown_units(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Return rows with their values in the units in which comparisons show them, by the column `unit`: points,
    thousand vehicles."""
    told = [told_in(str(unit)) for unit in rows["unit"]]
    factor = [pair[0] for pair in told]
    values = {name: rows[name] * factor for name in ("median", "low90", "high90", "sd") if name in rows}
    return rows.assign(**values, unit=[pair[1] for pair in told])


def rows_table(rows: "pd.DataFrame", columns: Sequence[str], title: str) -> Table:
    """Return some columns of rows as a table, numbers to three digits."""
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for column in columns:
        side: Any = "left" if rows[column].dtype == object else "right"
        table.add_column(column.replace("_", " "), justify=side, no_wrap=True)
    for row in rows[list(columns)].itertuples(index=False):
        table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row))
    return table


def show_path(found: Any, since: int, request: Request) -> None:
    """Print one history with and without the reform: what is watched, every fifth year from the fork on."""
    rows = found.to_frame(PATHS)
    if request.json:
        typer.echo(json_rows(rows[rows["year"] >= since]))
        return
    last = int(found.years[-1])
    years = sorted({*range(since, last, 5), last})
    title = f"History {request.only} as it was, and with {found.name} from {since}"
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for column in ("", *(str(year) for year in years)):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for series in PATHS:
        at = rows[rows["series"] == series].set_index("year")
        field = SERIES[series]
        for name, side in ((field.head, "base"), ("  with the reform", "reformed")):
            table.add_row(name, *(f"{at.loc[year, side] * field.factor:.3g}" for year in years))
    print_table(table)
