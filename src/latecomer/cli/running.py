"""How is `latecomer run` carried out? Compile, run with progress, print, write; a stop by the user is told with what is kept.

The model and what draws are imported where they are needed: a dry run waits for neither.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING

import numpy as np
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from latecomer.cli.options import Request, refuse_folders
from latecomer.cli.screen import console, json_rows, print_line, print_table, print_text, speaker
from latecomer.cli.writing import whole_file, whole_files
from latecomer.errors import Interrupted, Problems, UsageError
from latecomer.types import Case
from latecomer.vocabulary import YEAR, record

if TYPE_CHECKING:
    from latecomer.record import Run
    from latecomer.report.export import Tables

RESIDUAL_SEEN = 1e-3


@dataclass
class Progressed:
    """How far a request has come, for the user who stops it."""

    done: int = 0
    written: list[Path] = field(default_factory=list)


def execute(request: Request, case: Case) -> None:
    """Carry out a request that was checked; raises Interrupted, HistoriesFailed, UsageError (a file that cannot be written)."""
    say = speaker(request.quiet)
    refuse_occupied(request, case)
    if request.dry_run:
        for line in intention(request, case):
            print_line(line)
        return
    state = Progressed()
    try:
        prepare(case, say)
        if request.only is not None:
            show_one(one_history(case, request.seed, request.only), request)
            return
        started = time.perf_counter()
        result = run_with_progress(request, case, state)
        say(f"{request.histories} histories in {time.perf_counter() - started:.1f} s")
        show(result, request)
        write(result, request, say, state.written)
    except KeyboardInterrupt:
        raise Interrupted(what_is_kept(request, state)) from None


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


def brief_name(report: str) -> str:
    """Return the name of the brief beside a report."""
    return report.replace(".html", "-brief.html")


def prepare(case: Case, say: Callable[[str], None]) -> None:
    """Compile what the store of compiled code lacks of the model, and say how far it is."""
    from latecomer.machine import addresses

    for line in (f"Running {case.name}: {case.title}", *case.notes):
        say(line)

    def tell(done: int, total: int, name: str) -> None:
        say(
            f"Compiling the model, once for this version: {done} of {total} parts{f' ({name})' if name else ''}"
        )

    with stop_put_off(say):
        addresses(tell)


@contextmanager
def stop_put_off(say: Callable[[str], None]) -> Iterator[None]:
    """Keep a first Ctrl-C until the block has ended, then raise it; a second one ends the program at once.

    Raised inside the compiler, it would be lost in one of its callbacks. Nothing is half-written then: the store of compiled
    code writes whole files only, and a process that compiles for this one ends when nobody waits for it.
    """
    if current_thread() is not main_thread():
        yield
        return
    usual, stopped = signal.getsignal(signal.SIGINT), Event()

    def note(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        say("Stopping when the model is compiled; press Ctrl-C again to stop at once")

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if stopped.is_set():
        raise KeyboardInterrupt


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


def run_with_progress(request: Request, case: Case, state: Progressed) -> "Run":
    """Run the histories; progress is a bar on a terminal, a line for every tenth otherwise, nothing when quiet."""
    from latecomer.run import run

    with teller(request, case) as tell:

        def progress(done: int, total: int) -> None:
            state.done = done
            tell(done, total)

        return run(case, request.histories, request.seed, request.threads, progress=progress)


@contextmanager
def teller(request: Request, case: Case) -> Iterator[Callable[[int, int], None]]:
    """Give the function that shows how far the work is."""
    screen = console(stderr=True)
    if request.quiet:
        yield lambda done, total: None
    elif screen.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task("histories", total=request.histories)
            yield lambda done, total: bar.update(task, completed=done)
    else:
        shown = [0]

        def line(done: int, total: int) -> None:
            if 10 * done // total > shown[0]:
                shown[0] = 10 * done // total
                screen.print(f"{done} of {total} histories")

        yield line


def show(result: "Run", request: Request) -> None:
    """Print the result: JSON rows, or the table, what was set aside and the fingerprint."""
    from latecomer.cli.show import result_table, summary, table_notes

    if request.json:
        typer.echo(json_rows(summary(result)))
    elif not request.quiet:
        print_table(result_table(result))
        print_text(table_notes())
        for line in [*set_aside(result), *bounds_met(result)]:
            print_line(line)
        print_line(f"Fingerprint {result.manifest['fingerprint']}")


def set_aside(result: "Run") -> list[str]:
    """Return how many histories failed, and how to see the first of them again."""
    if not result.failed:
        return []
    replay = f"latecomer run {result.case.name} --seed {result.manifest['seed']} --only {result.failed[0]}"
    return [f"{len(result.failed)} histories turned non-finite and were set aside. Replay one: {replay}"]


def bounds_met(result: "Run") -> list[str]:
    """Return how often a price was held by a bound or left unsolved, which a reader must know."""
    held = int((result.series("price_bounds_hit") > 0).sum())
    loose = int((result.series("price_residual") > RESIDUAL_SEEN).sum())
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


def write(result: "Run", request: Request, say: Callable[[str], None], written: list[Path]) -> None:
    """Write the files that were asked for, each whole or not at all, and print their paths."""
    if request.out is not None:
        from latecomer.report import write_report

        say("Writing the report")
        with whole_file(request.out / report_name(result.case)) as part:
            write_report(result, part)
        done([request.out / report_name(result.case)], written, request)
    if request.brief and request.out is not None:
        from latecomer.report.brief import write_brief

        with whole_file(request.out / brief_name(report_name(result.case))) as part:
            write_brief(result, part)
        done([request.out / brief_name(report_name(result.case))], written, request)
    if request.csv is not None or request.xlsx is not None:
        from latecomer.report.export import tables_of_run

        say("Writing the tables")
        write_all(tables_of_run(result), about(result.case.title, result.manifest), request, written)
    if request.pictures is not None:
        from latecomer.report import save_figures

        say("Drawing the pictures")
        with whole_files(request.pictures) as part:
            files = save_figures(result, part)
        done([request.pictures / path.name for path in files], written, request)
    if request.netcdf is not None:
        say("Writing all series")
        with whole_file(request.netcdf) as part:
            packed = {name: {"zlib": True, "complevel": 1} for name in result.data.data_vars}
            result.data.to_netcdf(part, engine="h5netcdf", encoding=packed)
        done([request.netcdf], written, request)


def write_all(tables: "Tables", about: Mapping[str, object], request: Request, written: list[Path]) -> None:
    """Write tables as a folder of CSV, as a workbook, or both."""
    from latecomer.report.export import write_tables, write_workbook

    if request.csv is not None:
        with whole_files(request.csv) as part:
            files = write_tables(tables, part)
        done([request.csv / path.name for path in files], written, request)
    if request.xlsx is not None:
        with whole_file(request.xlsx) as part:
            write_workbook(tables, part, about)
        done([request.xlsx], written, request)


def about(title: str, manifest: Mapping[str, object]) -> dict[str, object]:
    """Return what a workbook says of its tables: what they show, and what made them."""
    notes = {
        "title": title,
        "units": "in a column or in the head of one; shares in per cent, differences of shares in points",
        "bands": "low90 and high90 hold 90% of the histories",
    }
    made = {name: value for name, value in manifest.items() if isinstance(value, str | int | float)}
    return {**notes, **made}


def done(files: list[Path], written: list[Path], request: Request) -> None:
    """Note finished files and print their paths; beside JSON the paths go to standard error."""
    written += files
    for path in files:
        console(stderr=request.json).print(str(path), soft_wrap=True)


def what_is_kept(request: Request, state: Progressed) -> str:
    """Say what a stop by the user left behind."""
    lines = [f"Interrupted after {state.done} of {request.histories} histories."]
    lines += [f"Kept: {', '.join(map(str, state.written))}." if state.written else "Nothing was written."]
    again = "The same command gives the same bits, and does not compile again what was compiled."
    return " ".join([*lines, again])
