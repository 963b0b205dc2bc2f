"""How is `latecomer compare` carried out? Reforms and options checked together, paired runs with progress, a table, a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from rich.table import Table

from latecomer.case.reform import Reform, change_rows, find_reform, read_changes
from latecomer.case.reform_reader import Change
from latecomer.cli.options import (
    PLAIN,
    Request,
    checked_case,
    number,
    refuse_folders,
    refuse_too_large,
    requested,
    whole,
    years_named,
)
from latecomer.cli.running import (
    Progressed,
    about,
    brief_name,
    done,
    prepare,
    teller,
    what_is_kept,
    write_all,
)
from latecomer.cli.screen import json_rows, print_line, print_table, print_text, speaker
from latecomer.cli.writing import whole_file, whole_files
from latecomer.errors import Interrupted, Problems, ReformError, UsageError
from latecomer.types import Case

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.compare import Comparison, Effect

WATCHED = {
    "own_brand_share": ("Own brands, points", 100.0),
    "own_brand_home_share": ("  at home, points", 100.0),
    "own_brand_export_share": ("  in exports, points", 100.0),
    "vehicles": ("Vehicles, million", 1e-6),
    "passenger_cars": ("Cars, million", 1e-6),
    "vehicle_exports": ("Exports, million", 1e-6),
    "imports": ("Imports, thousand", 1e-3),
    "new_energy_share": ("New energy, points", 100.0),
    "quality_gap": ("Quality gap, problems", 1.0),
    "core_control": ("Core control, points", 100.0),
    "average_price": ("Price, thousand CNY", 1e-3),
    "consumer_surplus": ("Buyers' surplus, bn", 1.0),
    "profit": ("Makers' profit, bn", 1.0),
    "public_balance": ("Public balance, bn", 1.0),
    "great": ("Great, index", 1.0),
    "strong": ("Strong, index", 1.0),
}
MOST = 5000  # histories that --precision may add up to
NOTE = (
    "Median of the differences between paired histories, and the band that holds 90% of them; * where that band excludes zero, "
    "- where there is nothing to compare. Quality gap: problems per 100 cars, own brands less ventures. Price: mean of what is "
    "sold, so it moves with the mix. Money in billion CNY of 2010 a year; public balance: taxes on cars less public spending."
)
OF_FIRMS = {
    "maker_sales": ("cars made, thousand", 1e-3),
    "maker_exports": ("exported, thousand", 1e-3),
    "maker_revenue": ("revenue, bn", 1.0),
    "maker_control": ("control, points", 100.0),
    "maker_profit": ("profit, bn", 1.0),
}
OF_RIVALS = ("maker_sales", "maker_control", "maker_profit")
SPENDS = ("in all", "for each of", "over")


@dataclass(frozen=True)
class Asked:
    """What is asked of `latecomer compare`, checked."""

    request: Request
    case: Case
    reforms: tuple[Reform, ...]
    changes: list[list[Change]]
    years: list[int]
    precision: float | None
    series: str
    year: int | None


def compare_reforms(
    names: Sequence[str], case: str, given: Mapping[str, str], flags: Mapping[str, bool]
) -> None:
    """Compare histories with and without reforms, and tell what was different; raise one error with every problem."""
    asked = read(names, case, given, flags)
    request = asked.request
    if request.dry_run:
        for line in intention(asked):
            print_line(line)
        return
    from latecomer.study.compare import compare

    say, state = speaker(request.quiet), Progressed()
    for line in changes_told(asked):
        say(line)
    try:
        prepare(asked.case, say)
        with teller(request, asked.case) as tell:

            def progress(count: int, total: int) -> None:
                state.done = count
                tell(count, total)

            found = compare(
                asked.case, *asked.reforms, histories=request.histories, seed=request.seed, precision=asked.precision,
                series=asked.series, year=asked.year, most=MOST, threads=request.threads, progress=progress,
            )  # fmt: skip
        show(found, asked)
        write(found, request, say, state.written)
    except KeyboardInterrupt:
        raise Interrupted(what_is_kept(request, state)) from None


def read(names: Sequence[str], case_name: str, given: Mapping[str, str], flags: Mapping[str, bool]) -> Asked:
    """Return what is asked; problems of options, case and reforms come in one error."""
    problems = Problems()
    request = requested(given, problems, **flags)
    precision = number("--precision", given["precision"], problems)
    if given["series"] not in PLAIN:
        problems.add(
            "--series", None, None, given["series"], "a series that is one number a year", valid=PLAIN
        )
    case = checked_case(case_name, problems)
    years: list[int] = []
    reforms: list[Reform] = []
    changes: list[list[Change]] = []
    year = since = None
    if case is not None:
        first, last = int(case.years[0]), int(case.years[-1])
        years = years_named("--years", given["years"], case, problems) if given["years"] else []
        year = whole("--year", given["year"], first, last, problems)
        since = whole("--since", given["since"], first, last, problems)
        reforms = [reform for name in names if (reform := found_reform(name, case, problems)) is not None]
        if not names:
            problems.add(
                "REFORM", expected="a YAML file or the name of a ready reform; `latecomer reforms` lists them"
            )
        if since is not None:
            reforms = [reform.since_year(since) for reform in reforms]
        changes, wrong = read_changes(case, reforms)
        problems.found.extend(wrong.found)
        refuse_folders([request.out / report_name(reforms)] if request.out is not None else [], problems)
        refuse_too_large(2 * (request.histories if precision is None else MOST), case, problems)
    if problems.found:
        raise (ReformError if all(str(problem.file).endswith((".yaml", ".yml")) for problem in problems.found) else UsageError)(
            problems.found
        )  # fmt: skip
    assert case is not None
    return Asked(request, case, tuple(reforms), changes, years, precision, given["series"], year)


def found_reform(name: str, case: Case, problems: Problems) -> Reform | None:
    """Return a reform by file or name, or None after noting why there is none."""
    try:
        return find_reform(name, case)
    except ReformError as error:
        problems.found.extend(error.problems)
        return None


def intention(asked: Asked) -> list[str]:
    """Return what would be done."""
    request = asked.request
    many = f"{request.histories} histories" if asked.precision is None else f"up to {MOST} histories"
    names = [report_name(asked.reforms), *([brief_name(report_name(asked.reforms))] if request.brief else [])]
    files = [str(request.out / name) for name in names] if request.out is not None else []
    files += [str(path) for path in (request.csv, request.xlsx, request.pictures) if path is not None]
    doing = f"would run {many} of {asked.case.name} with seed {request.seed}, with and without"
    return [doing, *changes_told(asked), *(f"would write {file}" for file in files), "Nothing was run."]


def changes_told(asked: Asked) -> list[str]:
    """Return what each reform changes: lever, years that differ, values before and after, totals of what adds up."""
    lines = []
    for reform, changes in zip(asked.reforms, asked.changes, strict=True):
        lines.append(f"{reform}:")
        for row in change_rows(asked.case, changes):
            became = (
                f"{row['before']} becomes {with_unit(row['after'], row['unit'])}"
                if row["before"]
                else row["after"]
            )
            lines.append(f"  {row['what']}: {row['years']}, {became}")
    return lines


def with_unit(value: str, unit: str) -> str:
    """Return a value of `change_rows` with its unit behind the first number: 15 bn in all, 5 for each of 3 kinds of owner."""
    ends = [
        at for word in SPENDS if (at := value.find(f" {word} ")) >= 0 or (at := value.find(f" {word},")) >= 0
    ]
    at = min(ends, default=len(value))
    return f"{value[:at]} {unit}{value[at:]}"


def show(found: "Comparison", asked: Asked) -> None:
    """Print the effects in the years asked for, or in those that the effects choose: tables, or JSON with every series that is
    one number a year, after the chosen makers of a firm's reform."""
    from latecomer.study.firms import firm_effects, standing_told
    from latecomer.study.headline import (
        course_sentences,
        headline_rows,
        headline_years,
        permits_told,
        share_told,
        silent,
    )

    if asked.request.json:
        typer.echo(json_rows(headline_rows(found, asked.years or None)))
    elif not asked.request.quiet:
        years = asked.years or headline_years(found)
        nothing = silent(found)
        firms = firm_effects(found, years)
        tables = [firms_table(firms, years)] if len(firms) else []
        if nothing and not asked.years:
            print_line(f"{found.name}: what would have been different")
        else:
            tables.append(effects_table(found, years))
        for table in tables:
            print_table(table)
        said = [nothing] if nothing else []
        if not nothing and found.since is not None:
            said = [*standing_told(found), *share_told(found), *course_sentences(found)]
        for line in [
            *said,
            *permits_told(found),
            *leaning_told(found, years),
            *notes(found),
            NOTE,
        ]:
            print_text(line)
        print_line(f"Fingerprint {found.reformed.manifest['fingerprint']}")


def firms_table(rows: "pd.DataFrame", years: Sequence[int]) -> Table:
    """Return the effects on the chosen makers and their main rivals, years as columns."""
    from latecomer.study.firms import CHOSEN, RIVAL

    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        title="The firm and the largest other own brands of these histories",
        title_justify="left",
    )
    for column in ("", *(str(year) for year in years)):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for (name, role, series), part in rows.groupby(["name", "role", "series"], sort=False):
        if role == RIVAL and series not in OF_RIVALS:
            continue
        label, factor = OF_FIRMS[series]
        at = part.set_index("year")
        cells = (
            banded(*(float(at.loc[year, key]) * factor for key in ("median", "low90", "high90")))
            for year in years
        )
        table.add_row(f"{name}: {label}" if role == CHOSEN else f"  {name} (rival): {label}", *cells)
    return table


def leaning_told(found: "Comparison", years: Sequence[int]) -> list[str]:
    """Say in words where nine pairs in ten agree on the sign of an effect shown although its band includes zero."""
    effects = [found.effect(series, year) for series in WATCHED for year in years]
    said = [
        f"{WATCHED[e.series][0].split(',')[0].strip().lower()} {e.year} ({'up' if e.positive > e.negative else 'down'} in "
        f"{max(e.positive, e.negative):.0%} of pairs)"
        for e in effects
        if e.leans
    ]
    return (
        [f"Sign shared by nine pairs in ten, though the band includes zero: {'; '.join(said)}."]
        if said
        else []
    )


def effects_table(found: "Comparison", years: Sequence[int]) -> Table:
    """Return the effects on what is watched, years as columns."""
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        title=f"{found.name}: what would have been different",
        title_justify="left",
    )
    table.add_column("", no_wrap=True)
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    from latecomer.study.headline import import_share

    imported = import_share(found)
    for series, (label, factor) in WATCHED.items():
        table.add_row(label, *(cell(found.effect(series, year), factor) for year in years))
        if series == "imports" and len(imported):
            at = imported.set_index("year")[["median", "low90", "high90"]] * 100.0
            table.add_row("  in cars sold at home, points", *(banded(*at.loc[year]) for year in years))
    return table


def cell(effect: "Effect", factor: float) -> str:
    """Return an effect with its band, starred where the band excludes zero."""
    if effect.positive == effect.negative == 0.0 and np.isfinite(effect.median):
        return "0 "
    return banded(*(value * factor for value in (effect.median, effect.low90, effect.high90)))


def banded(median: float, low: float, high: float) -> str:
    """Return a median with its band in brackets; a star where the band excludes zero, a dash where there is nothing
    to compare."""
    if not np.isfinite(median):
        return "- "
    if low == high == 0.0:
        return "0 "
    places = 0 if max(abs(low), abs(high)) >= 99.5 else 1 if max(abs(low), abs(high)) >= 9.95 else 2
    middle, first, last = (signed(value, places) for value in (median, low, high))
    star = (
        "*" if float(first) > 0.0 or float(last) < 0.0 else " "
    )  # as printed: never beside a band that shows zero
    return f"{middle}{star}({first} to {last})"


def signed(value: float, places: int) -> str:
    """Return a number with its sign to so many places; zero has none."""
    text = f"{value:+.{places}f}"
    return text if float(text) else text[1:]


def notes(found: "Comparison") -> list[str]:
    """Return what a reader must know of these pairs."""
    told = [f"{len(found.histories)} pairs of histories"]
    told += ["The reform changes nothing within the years of the case."] if found.since is None else []
    if found.free_since is not None:
        told.append(f"Ventures and start-ups begin by rule from {found.free_since} on, on both sides")
    lost = set(found.base.failed) | set(found.reformed.failed)
    return [*told, *([f"{len(lost)} pairs were set aside: a side turned non-finite"] if lost else [])]


def report_name(reforms: Sequence[Reform]) -> str:
    """Return the name of the file of the report."""
    stem = "-".join(Path(reform.file).stem for reform in reforms)
    return f"latecomer-{stem[:80]}.html"


def write(found: "Comparison", request: Request, say: Callable[[str], None], written: list[Path]) -> None:
    """Write the report, tables and pictures that were asked for, each whole or not at all, and print their paths."""
    if request.out is not None:
        from latecomer.report.comparison import write_comparison
        from latecomer.study.gallery import literature

        say("Writing the report")
        with whole_file(request.out / report_name(found.reforms)) as part:
            write_comparison(found, part, literature(found))
        done([request.out / report_name(found.reforms)], written, request)
    if request.brief and request.out is not None:
        from latecomer.report.brief import write_brief

        name = brief_name(report_name(found.reforms))
        with whole_file(request.out / name) as part:
            write_brief(found, part)
        done([request.out / name], written, request)
    if request.csv is not None or request.xlsx is not None:
        from latecomer.report.export import tables_of_comparison

        say("Writing the tables")
        told = about(f"{found.name}: what would have been different", found.reformed.manifest)
        write_all(tables_of_comparison(found), told, request, written)
    if request.pictures is not None:
        from latecomer.report.comparison import save_pictures

        say("Drawing the pictures")
        with whole_files(request.pictures) as part:
            files = save_pictures(found, part)
        done([request.pictures / path.name for path in files], written, request)
