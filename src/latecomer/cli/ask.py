"""How is a question asked on the command line? One course for all: prepare, run with progress, print, write.

A command declares a `Question`: what finds the answer, the rows that `--json` prints, what is printed for people, and the page
that is written. A stop by the user is told with what is kept. The model and what draws are imported where they are needed: a dry
run waits for neither.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from latecomer.cli.request import Request
from latecomer.cli.screen import console, json_rows, print_line, print_table, print_text, speaker
from latecomer.cli.writing import whole_file, whole_files
from latecomer.errors import Interrupted
from latecomer.types import Case, Finding

if TYPE_CHECKING:
    import pandas as pd

Tell = Callable[[int, int], None]


class Line(str):
    """A text that is printed on one line, however long; a plain text is a paragraph, broken into lines."""


@dataclass(frozen=True)
class Question:
    """What a command asks. `find` runs and tells its progress; `rows` are what `--json` prints, `said` what is printed for
    people; `page` names the file of a report in the folder (without one, tables, picture and page are written there);
    `command` is the command line that makes the same numbers again, where the page shows it."""

    request: Request
    case: Case
    find: Callable[[Tell], Finding]
    rows: "Callable[[Any], pd.DataFrame]"
    said: Callable[[Any], Iterable[Table | str]]
    page: str = ""
    command: str = ""
    before: tuple[str, ...] = ()  # said before anything is done


@dataclass
class Progressed:
    """How far a request has come, for the user who stops it."""

    total: int
    done: int = 0
    written: list[Path] = field(default_factory=list)


def ask(question: Question) -> None:
    """Carry out a question that was checked; raises Interrupted, HistoriesFailed, NotWritten."""
    request = question.request
    say, state = speaker(request.quiet), Progressed(request.histories)
    for line in question.before:
        say(line)
    with told_if_stopped(state):
        prepare(question.case, say)
        with teller(request.quiet) as tell:

            def progress(done: int, total: int) -> None:
                state.done, state.total = done, total
                tell(done, total)

            found = question.find(progress)
        show(question, found)
        write(question, found, say, state.written)


@contextmanager
def told_if_stopped(state: Progressed) -> Iterator[None]:
    """Raise a stop by the user as Interrupted, with what is kept."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(what_is_kept(state)) from None


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


@contextmanager
def teller(quiet: bool) -> Iterator[Tell]:
    """Give the function that shows how far the work is: a bar on a terminal, a line for every tenth otherwise, nothing when
    quiet."""
    screen = console(stderr=True)
    if quiet:
        yield lambda done, total: None
    elif screen.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task("histories", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        shown = [0]

        def line(done: int, total: int) -> None:
            if 10 * done // total > shown[0]:
                shown[0] = 10 * done // total
                screen.print(f"{done} of {total} histories")

        yield line


def show(question: Question, found: Finding) -> None:
    """Print the answer: rows as JSON, or tables and texts; nothing when quiet."""
    if question.request.json:
        typer.echo(json_rows(question.rows(found)))
    elif not question.request.quiet:
        for part in question.said(found):
            if isinstance(part, Table):
                print_table(part)
            elif isinstance(part, Line):
                print_line(part)
            else:
                print_text(part)


def write(question: Question, found: Finding, say: Callable[[str], None], written: list[Path]) -> None:
    """Write what was asked for, each file whole or not at all, and print their paths."""
    request = question.request
    if question.page:
        write_pages(question, found, say, written)
        write_tables(found, request, say, written)
        write_pictures(found, request, say, written)
        write_series(found, request, say, written)
    elif request.out is not None:
        from latecomer.report.show import export

        made = replace(found, manifest={"command": question.command, **found.manifest})  # type: ignore[type-var]
        with whole_files(request.out) as part:
            files = export(made, part)
        done([request.out / path.name for path in files], written, request)


def write_pages(question: Question, found: Finding, say: Callable[[str], None], written: list[Path]) -> None:
    """Write the report, and the brief beside it."""
    request = question.request
    if request.out is None:
        return
    from latecomer.report.show import report

    say("Writing the report")
    names = {question.page: False, **({brief_name(question.page): True} if request.brief else {})}
    for name, brief in names.items():
        with whole_file(request.out / name) as part:
            report(found, part, brief)
        done([request.out / name], written, request)


def write_tables(found: Finding, request: Request, say: Callable[[str], None], written: list[Path]) -> None:
    """Write tables as a folder of CSV, as a workbook, or both."""
    if request.csv is None and request.xlsx is None:
        return
    from latecomer.report.export import tables_of, write_all, write_workbook
    from latecomer.report.show import about

    say("Writing the tables")
    tables = tables_of(found)
    if request.csv is not None:
        with whole_files(request.csv) as part:
            files = write_all(tables, part)
        done([request.csv / path.name for path in files], written, request)
    if request.xlsx is not None:
        with whole_file(request.xlsx) as part:
            write_workbook(tables, part, about(found))
        done([request.xlsx], written, request)


def write_pictures(found: Finding, request: Request, say: Callable[[str], None], written: list[Path]) -> None:
    """Write every figure as PNG and SVG."""
    if request.pictures is None:
        return
    from latecomer.report.show import write_pictures

    say("Drawing the pictures")
    with whole_files(request.pictures) as part:
        files = write_pictures(found, part)
    done([request.pictures / path.name for path in files], written, request)


def write_series(found: Any, request: Request, say: Callable[[str], None], written: list[Path]) -> None:
    """Write all series of all histories of a run as NetCDF."""
    if request.netcdf is None:
        return
    say("Writing all series")
    with whole_file(request.netcdf) as part:
        data = found.run.data
        packed = {name: {"zlib": True, "complevel": 1} for name in data.data_vars}
        data.to_netcdf(part, engine="h5netcdf", encoding=packed)
    done([request.netcdf], written, request)


def brief_name(report: str) -> str:
    """Return the name of the brief beside a report."""
    return report.replace(".html", "-brief.html")


def done(files: list[Path], written: list[Path], request: Request) -> None:
    """Note finished files and print their paths; beside JSON the paths go to standard error."""
    written += files
    for path in files:
        console(stderr=request.json).print(str(path), soft_wrap=True)


def what_is_kept(state: Progressed) -> str:
    """Say what a stop by the user left behind."""
    lines = [f"Interrupted after {state.done} of {state.total} histories."]
    lines += [f"Kept: {', '.join(map(str, state.written))}." if state.written else "Nothing was written."]
    again = "The same command gives the same bits, and does not compile again what was compiled."
    return " ".join([*lines, again])
