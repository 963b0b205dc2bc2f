"""How are `latecomer fork` and `latecomer uncertainty` carried out? Options checked together, runs with progress, files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from latecomer.cli.comparing import WATCHED, found_reform
from latecomer.cli.options import MOST_HISTORIES, PLAIN, Request, checked_case, requested, whole, years_named
from latecomer.cli.running import Progressed, done, prepare, teller, what_is_kept
from latecomer.cli.screen import json_rows, print_table, print_text, speaker
from latecomer.cli.writing import again, whole_files
from latecomer.errors import Interrupted, Problems, UsageError
from latecomer.types import Case

if TYPE_CHECKING:
    import pandas as pd

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
    problems = Problems()
    request = requested(given, problems, **flags)
    series = named_series("--series", given["series"], problems)
    case = checked_case(case_name, problems)
    reform = at = year = None
    years: list[int] | None = None
    if case is not None:
        first, last = int(case.years[0]), int(case.years[-1])
        reform = found_reform(name, case, problems)
        at = whole("--at", given["at"], first, last, problems)
        year = whole("--since", given["since"], first, last, problems)
        years = years_named("--years", given["years"], case, problems) if given["years"] else None
    if request.only is not None and not given["since"]:
        problems.add("--since", None, None, "", "the year in which the history takes the reform up")
    problems.raise_if_any(UsageError)
    assert case is not None and reform is not None
    from latecomer.study.fork import fork, timing

    if request.only is not None:
        assert year is not None
        show_path(fork(case, request.only, year, reform, seed=request.seed), year, request)
        return

    def ask(progress: Callable[[int, int], None]) -> Any:
        return timing(
            case, reform, series, at, years, request.histories, request.seed, request.threads, progress
        )

    found = carried_out(request, case, ask)
    columns = ["series", "taken_up", "median", "low90", "high90", "unit", "verdict"]
    rows = found.table if request.json else in_shown_units(found.table)
    show(
        rows,
        columns,
        found.sentences(),
        f"{reform}: effect in {int(found.table['at'].iloc[0])} if taken up in",
        request,
    )

    def save(folder: Path) -> list[Path]:
        from latecomer.report.questions import save_timing
        from latecomer.report.sheet import made_by

        command = again("fork", [name], {**given, "case": case_name})
        return save_timing(found, folder, made_by(case, request.histories, request.seed, command))

    write(request, save)


def explain_spread(names: Sequence[str], case_name: str, given: Given, flags: Mapping[str, bool]) -> None:
    """Tell why the effect of reforms is uncertain; raise one error with every problem."""
    problems = Problems()
    request = requested({**given, "histories": given["histories"] or "1"}, problems, **flags)
    series = named_series("--series", given["series"], problems)
    from latecomer.study.uncertainty import EACH, uncertainty

    each = whole("--each", given["each"], 2, MOST_HISTORIES, problems) or 2
    case = checked_case(case_name, problems)
    reforms, year, histories = [], None, None
    if case is not None:
        reforms = [reform for name in names if (reform := found_reform(name, case, problems)) is not None]
        if not names:
            problems.add(
                "REFORM", expected="a YAML file or the name of a ready reform; `latecomer reforms` lists them"
            )
        year = whole("--year", given["year"], int(case.years[0]), int(case.years[-1]), problems)
        if given["histories"]:
            draws = len(case.draws)
            histories = request.histories
            if histories % draws or histories < EACH * draws:
                expected = f"a multiple of {draws}, the number of draws, from {EACH * draws} on"
                problems.add("--histories", None, None, given["histories"], expected)
    problems.raise_if_any(UsageError)
    assert case is not None

    def ask(progress: Callable[[int, int], None]) -> Any:
        return uncertainty(
            case, *reforms, series=series[0], year=year, histories=histories, variant_histories=each, seed=request.seed,
            threads=request.threads, progress=progress,
        )  # fmt: skip

    found = carried_out(request, case, ask)
    named = " + ".join(str(reform) for reform in reforms)
    parts = found.parts.assign(unit=found.unit)
    show(
        parts if request.json else in_shown_units(parts),
        ["title", "sd", "unit", "share"],
        found.sentences(),
        f"{named}: {found.series} in {found.year}",
        request,
    )

    def save(folder: Path) -> list[Path]:
        from latecomer.report.questions import save_uncertainty
        from latecomer.report.sheet import made_by

        command = again("uncertainty", names, {**given, "case": case_name})
        return save_uncertainty(
            found,
            named,
            folder,
            made_by(case, histories or len(case.draws) * 2 * EACH, request.seed, command),
        )

    write(request, save)


def in_shown_units(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Return rows with their values in the units in which comparisons show them, by the column `unit`: points,
    thousand vehicles."""
    from latecomer.study.headline import shown_in

    told = [shown_in(str(unit)) for unit in rows["unit"]]
    factor = [pair[0] for pair in told]
    values = {name: rows[name] * factor for name in ("median", "low90", "high90", "sd") if name in rows}
    return rows.assign(**values, unit=[pair[1] for pair in told])


def named_series(option: str, text: str, problems: Problems) -> list[str]:
    """Return the series in a text such as strong,vehicles; note what is none."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in PLAIN:
            problems.add(option, None, None, name, "a series that is one number a year", valid=PLAIN)
    return names


def carried_out(request: Request, case: Case, ask: Callable[[Callable[[int, int], None]], Any]) -> Any:
    """Return what `ask` finds, with progress; a stop by the user is told."""
    state = Progressed()
    try:
        prepare(case, speaker(request.quiet))
        with teller(request, case) as tell:

            def progress(count: int, total: int) -> None:
                state.done = count
                tell(count, total)

            return ask(progress)
    except KeyboardInterrupt:
        raise Interrupted(
            what_is_kept(replace(request, histories=max(request.histories, state.done)), state)
        ) from None


def show(
    rows: "pd.DataFrame", columns: Sequence[str], sentences: Sequence[str], title: str, request: Request
) -> None:
    """Print rows as JSON, or as a table with the sentences that say what they mean."""
    if request.json:
        typer.echo(json_rows(rows))
    elif not request.quiet:
        table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
        for column in columns:
            table.add_column(
                column.replace("_", " "),
                justify="left" if rows[column].dtype == object else "right",
                no_wrap=True,
            )
        for row in rows[list(columns)].itertuples(index=False):
            table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row))
        print_table(table)
        for line in sentences:
            print_text(line)


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
        label, factor = WATCHED[series]
        for name, side in ((label.replace("points", "%"), "base"), ("  with the reform", "reformed")):
            table.add_row(name, *(f"{at.loc[year, side] * factor:.3g}" for year in years))
    print_table(table)


def write(request: Request, save: Callable[[Path], list[Path]]) -> None:
    """Write table and picture into the folder that was named, each whole or not at all."""
    if request.out is None:
        return
    with whole_files(request.out) as part:
        files = save(part)
    done([request.out / path.name for path in files], [], request)
