"""What does `latecomer run` ask, and how is its answer printed? A table beside the record, or the path of one history."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import typer
from rich.table import Table

from latecomer.cli.ask import Line, Progressed, Question, Tell, ask, brief_name, prepare, told_if_stopped
from latecomer.cli.request import FILES, Asked, Request, case_among, refuse_folders, refuse_too_large
from latecomer.cli.screen import json_rows, print_line, print_table, speaker
from latecomer.errors import Problems, UsageError
from latecomer.types import Case
from latecomer.vocabulary import YEAR, record

if TYPE_CHECKING:
    from latecomer.record import Run
    from latecomer.study.summary import Summary

RESIDUAL_SEEN = 1e-3


def run_case(words: Sequence[str], given: Mapping[str, str], flags: Mapping[str, bool]) -> None:
    """Run histories of a case, or one of them, and tell what they say; raise one UsageError with every problem."""
    request, case = read(words, given, flags)
    refuse_occupied(request, case)
    if request.dry_run:
        for line in intention(request, case):
            print_line(line)
        return
    if request.only is not None:
        with told_if_stopped(Progressed(request.histories)):
            prepare(case, speaker(request.quiet))
            show_one(one_history(case, request.seed, request.only), request)
        return
    ask(
        Question(
            request, case, find=lambda tell: found_by(request, case, tell), rows=lambda found: found.rows, said=said,
            page=report_name(case),
        )
    )  # fmt: skip


def read(words: Sequence[str], given: Mapping[str, str], flags: Mapping[str, bool]) -> tuple[Request, Case]:
    """Return the request and its case; raise one UsageError with every problem of words, numbers, folders and case."""
    problems = Problems()
    name = case_among(words, problems)
    asked = Asked({**given, "out": given["out"] or ("" if flags["json"] else ".")}, flags, problems)
    for option in FILES if given["only"] else ():
        if given[option]:
            expected = "no file together with --only, which writes nothing"
            problems.add(f"--{option}", None, None, given[option], expected)
    case = asked.open(name)
    if case is not None and not given["only"]:
        refuse_too_large(asked.request.histories, case, problems)
    return asked.request, asked.checked()


def found_by(request: Request, case: Case, tell: Tell) -> "Summary":
    """Run the histories and return what they say; the share of affiliation only where a report is written."""
    from latecomer.run import run
    from latecomer.study.summary import summary

    started = time.perf_counter()
    result = run(case, request.histories, request.seed, request.threads, progress=tell)
    speaker(request.quiet)(f"{request.histories} histories in {time.perf_counter() - started:.1f} s")
    return summary(result, beside=request.out is not None)


def refuse_occupied(request: Request, case: Case) -> None:
    """Raise UsageError where a folder stands in the place of the report."""
    problems = Problems()
    refuse_folders([request.out / report_name(case)] if request.out is not None else [], problems)
    problems.raise_if_any(UsageError)


def intention(request: Request, case: Case) -> list[str]:
    """Return what would be done."""
    if request.only is not None:
        doing = f"would run history {request.only} with seed {request.seed} and print its path"
    else:
        threads = "all processors" if request.threads is None else f"{request.threads} threads"
        doing = f"would run {request.histories} histories with seed {request.seed} on {threads}"
    size = f"{len(case.makers)} makers, {len(case.labels.regions)} regions, {len(case.params.dtype.names or ())} parameters"
    files = [] if request.only is not None else planned_files(request, case)
    head = f"{case.name}: {case.title}; {size}; every table is right"
    return [head, *case.notes, doing, *(f"would write {path}" for path in files), "Nothing was run."]


def planned_files(request: Request, case: Case) -> list[Path]:
    """Return the files and folders that a run would write."""
    names = [report_name(case), *([brief_name(report_name(case))] if request.brief else [])]
    report = [request.out / name for name in names] if request.out is not None else []
    others = (request.csv, request.xlsx, request.pictures, request.netcdf)
    return [*report, *(path for path in others if path is not None)]


def report_name(case: Case) -> str:
    return f"latecomer-{case.name}.html"


def one_history(case: Case, seed: int, history: int) -> "Run":
    """Run one history of an ensemble by its number, with the parameter vector that it has there."""
    from latecomer.record import Run, manifest_of
    from latecomer.run import run_history, workspace

    draw = history % len(case.draws)
    params = np.array(case.draws[draw : draw + 1]).view(
        np.recarray
    )  # a copy, as in an ensemble: the same compiled code
    out = np.zeros((1, len(case.years)), record(YEAR, case.length)).view(np.recarray)
    run_history(case, seed, history, out[0], workspace(case), params)
    return Run(case, np.array([history]), out, (), manifest_of(case, params, seed, 1, (), out))


def said(found: "Summary") -> Iterator[Table | str]:
    """Give the table, what was set aside, and the fingerprint."""
    from latecomer.cli.show import result_table, table_notes

    yield result_table(found)
    yield table_notes(found.run.case.setting.sample_end)
    yield from map(Line, [*set_aside(found.run), *bounds_met(found)])
    yield Line(f"Fingerprint {found.manifest['fingerprint']}")


def set_aside(result: "Run") -> list[str]:
    """Return how many histories failed, and how to see the first of them again."""
    if not result.failed:
        return []
    replay = f"latecomer run {result.case.name} --seed {result.manifest['seed']} --only {result.failed[0]}"
    return [f"{len(result.failed)} histories turned non-finite and were set aside. Replay one: {replay}"]


def bounds_met(found: "Summary") -> list[str]:
    """Return how often a price was held by a bound or left unsolved, which a reader must know."""
    held, loose = found.bounds_met
    told = []
    if held:
        told.append(
            f"Prices or shadow costs were held by a bound in {held} history-years: see price_bounds_hit"
        )
    if loose:
        told.append(
            f"Prices were left unsolved by more than {RESIDUAL_SEEN:.0e} in {loose} history-years: see price_residual"
        )
    return told


def show_one(result: "Run", request: Request) -> None:
    """Print the path of a single history, and where it first turned non-finite."""
    from latecomer.cli.show import first_non_finite, path_rows, path_table

    if request.json:
        typer.echo(json_rows(path_rows(result)))
        return
    print_table(path_table(result))
    broken = first_non_finite(result)
    if broken:
        print_line(f"Non-finite from {broken[0]} on, first in {broken[1]}")
    print_line(f"Fingerprint {result.manifest['fingerprint']}")
