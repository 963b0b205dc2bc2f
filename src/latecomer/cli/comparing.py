"""What does `latecomer compare` ask, and how is its answer printed? Tables of effects, and sentences that say what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from latecomer.case.reform import Reform, change_rows, read_changes
from latecomer.case.reform_reader import Change
from latecomer.cli.ask import Line, Question, ask, brief_name
from latecomer.cli.request import PLAIN, Asked, Request, number, refuse_folders, refuse_too_large
from latecomer.cli.screen import print_line
from latecomer.errors import ReformError, UsageError
from latecomer.types import Case
from latecomer.vocabulary import QUANTITIES, SERIES

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.compare import Comparison
    from latecomer.study.pairs import Effect

WATCHED = (
    "own_brand_share", "own_brand_home_share", "own_brand_export_share", "vehicles", "passenger_cars", "vehicle_exports",
    "imports", "new_energy_share", "quality_gap", "core_control", "average_price", "consumer_surplus", "profit",
    "public_balance", "great", "strong",
)  # fmt: skip
MOST = 5000  # histories that --precision may add up to
NOTE = (
    "Median of the differences between paired histories, and the band that holds 90% of them; * where that band excludes zero, "
    "- where there is nothing to compare. Quality gap: problems per 100 cars, own brands less ventures. Price: mean of what is "
    "sold, so it moves with the mix. Money in billion CNY of 2010 a year; public balance: taxes on cars less public spending."
)
OF_RIVALS = ("maker_sales", "maker_control", "maker_profit")
SPENDS = ("in all", "for each of", "over")


@dataclass(frozen=True)
class Compared:
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

    ask(
        Question(
            request, asked.case, rows=lambda found: rows(found, asked), said=lambda found: said(found, asked),
            page=report_name(asked.reforms), before=tuple(changes_told(asked)),
            find=lambda tell: compare(
                asked.case, *asked.reforms, histories=request.histories, seed=request.seed, precision=asked.precision,
                series=asked.series, year=asked.year, most=MOST, threads=request.threads, progress=tell,
            ),
        )
    )  # fmt: skip


def read(
    names: Sequence[str], case_name: str, given: Mapping[str, str], flags: Mapping[str, bool]
) -> Compared:
    """Return what is asked; problems of options, case and reforms come in one error."""
    asked = Asked(given, flags)
    problems, request = asked.problems, asked.request
    precision = number("--precision", given["precision"], problems)
    if given["series"] not in PLAIN:
        problems.add(
            "--series", None, None, given["series"], "a series that is one number a year", valid=PLAIN
        )
    case = asked.open(case_name)
    years = asked.years() if case is not None and given["years"] else []
    year, since = asked.year("year"), asked.year("since")
    reforms = asked.reforms(names)
    changes: list[list[Change]] = []
    if case is not None:
        reforms = reforms if since is None else [reform.since_year(since) for reform in reforms]
        changes, wrong = read_changes(case, reforms)
        problems.found.extend(wrong.found)
        refuse_folders([request.out / report_name(reforms)] if request.out is not None else [], problems)
        refuse_too_large(2 * (request.histories if precision is None else MOST), case, problems)
    only_reforms = all(str(problem.file).endswith((".yaml", ".yml")) for problem in problems.found)
    checked = asked.checked(ReformError if only_reforms else UsageError)
    return Compared(request, checked, tuple(reforms), changes, years, precision, given["series"], year)


def intention(asked: Compared) -> list[str]:
    """Return what would be done."""
    request = asked.request
    many = f"{request.histories} histories" if asked.precision is None else f"up to {MOST} histories"
    names = [report_name(asked.reforms), *([brief_name(report_name(asked.reforms))] if request.brief else [])]
    files = [str(request.out / name) for name in names] if request.out is not None else []
    files += [str(path) for path in (request.csv, request.xlsx, request.pictures) if path is not None]
    doing = f"would run {many} of {asked.case.name} with seed {request.seed}, with and without"
    return [doing, *changes_told(asked), *(f"would write {file}" for file in files), "Nothing was run."]


def changes_told(asked: Compared) -> list[str]:
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


def rows(found: "Comparison", asked: Compared) -> "pd.DataFrame":
    """Return the effects in the years asked for, or in those that the effects choose: every series that is one number a year,
    after the chosen makers of a firm's reform."""
    from latecomer.study.headline import headline_rows

    return headline_rows(found, asked.years or None)


def said(found: "Comparison", asked: Compared) -> Iterator[Table | str]:
    """Give tables of the effects, sentences that say what they mean, and the fingerprint."""
    from latecomer.study.firms import firm_effects, standing_told
    from latecomer.study.headline import course_sentences, headline_years, permits_told, share_told, silent

    years = asked.years or headline_years(found)
    nothing = silent(found)
    firms = firm_effects(found, years)
    if len(firms):
        yield firms_table(firms, years)
    yield Line(found.title) if nothing and not asked.years else effects_table(found, years)
    if nothing:
        yield nothing
    elif found.since is not None:
        yield from (*standing_told(found), *share_told(found), *course_sentences(found))
    yield from (*permits_told(found), *leaning_told(found, years), *notes(found), NOTE)
    yield Line(f"Fingerprint {found.reformed.manifest['fingerprint']}")


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
        field = SERIES[series]
        label, factor = field.change_head.lower(), field.factor
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
        f"{SERIES[e.series].short.lower()} {e.year} ({'up' if e.positive > e.negative else 'down'} in "
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
    for series in WATCHED:
        field = SERIES[series]
        table.add_row(field.change_head, *(cell(found.effect(series, year), field.factor) for year in years))
        if series == "imports" and len(imported):
            at = imported.set_index("year")[["median", "low90", "high90"]] * 100.0
            table.add_row(QUANTITIES["import_share"].change_head, *(banded(*at.loc[year]) for year in years))
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
