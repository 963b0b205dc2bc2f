"""What can be asked on the command line? Commands are parsed, called and answered here; nothing is decided or computed.

Exit codes: 0 done, 2 bad input (or a check of `doctor` that failed), 3 too many histories failed, 70 an unforeseen error,
74 what was asked for could not be written, 130 interrupted, 141 the reader of the output has gone.
Heavy parts are imported inside the commands, so that `latecomer --help` answers at once.
"""

import errno
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, cast

import typer

from latecomer.cli.streams import substitute_letters
from latecomer.errors import SHOWN, InputError, LatecomerError, printable

# Typer exports only a daughter of the class that it raises for wrong words on a command line.
USAGE_ERROR: type[Exception] = cast(type[Exception], typer.BadParameter.__mro__[1])
BAD_INPUT, UNFORESEEN, NOT_WRITTEN, INTERRUPTED, READER_GONE = 2, 70, 74, 130, 141
VERBOSE = "--verbose"
LONGEST = 200

app = typer.Typer(
    name="latecomer",
    help="Run alternate histories of an industry and compare them with the real one.",
    epilog="Example:  latecomer run china-auto --histories 200 --seed 1",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
# Unknown options are collected, and reported with all other problems.
LOOSE = {"ignore_unknown_options": True}


# Options that several commands share.
Seed = Annotated[
    str, typer.Option(metavar="NUMBER", help="Seed of all random draws; the same seed gives the same bits.")
]
Threads = Annotated[str, typer.Option(metavar="NUMBER", help="Threads to use [default: all processors].")]
CaseName = Annotated[str, typer.Option(metavar="CASE", help="Name of a case, or a folder that holds one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print rows as JSON and nothing else.")]
Brief = Annotated[
    bool, typer.Option("--brief", help="Also write a brief of four printed pages beside the report.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only the files written.")]
Package = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REFORM", help="A YAML file or the name of a ready reform; several make a package."
    ),
]


RENAMED = {"first": "from", "last": "to"}  # options whose names are words of Python


def split(words: Mapping[str, Any], *positional: str) -> tuple[dict[str, str], dict[str, bool]]:
    """Return the options of a command, texts by name and flags by name, without its positional words."""
    told = {RENAMED.get(name, name): value for name, value in words.items() if name not in positional}
    texts = {name: value for name, value in told.items() if isinstance(value, str)}
    return texts, {name: value for name, value in told.items() if isinstance(value, bool)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; messages for people go to standard error. `--verbose` may stand anywhere."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    told = [word for word in words if word != VERBOSE]
    substitute_letters()
    if any("\0" in word for word in told):
        return complain(
            "A word of the command holds a NUL; nothing was run. See `latecomer --help`.", BAD_INPUT
        )
    try:
        code = answer(told, all_told=len(told) < len(words))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return turn_away(READER_GONE)
    except Exception as error:
        if len(told) < len(words):
            traceback.print_exc()
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            turn_away(NOT_WRITTEN)
            return complain("The output could not be written: no space is left there.", NOT_WRITTEN)
        return complain(unforeseen(error), UNFORESEEN)


def answer(words: list[str], all_told: bool = False) -> int:
    """Run one command; return its exit code, or that of an error which the package raises on purpose.

    `all_told` asks for every problem of an input, however many they are.
    """
    try:
        code = app(args=words, prog_name="latecomer", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except InputError as error:
        return complain(problems_told(error, all_told), error.exit_code)
    except LatecomerError as error:
        return complain(str(error), error.exit_code)
    except USAGE_ERROR as error:
        return complain(f"{getattr(error, 'message', error)} See `latecomer --help`.", BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        return complain("Interrupted. Nothing was written.", INTERRUPTED)
    except SystemExit as stop:  # Typer's way to end where the reader of the output has gone
        if isinstance(stop.__context__, OSError):
            raise BrokenPipeError from None
        raise


def problems_told(error: InputError, all_told: bool) -> str:
    """Return the problems of an input, all or the first of them, and how all are seen."""
    if all_told:
        return error.told(None)
    rest = f"\n  {VERBOSE} shows all of them" if len(error.problems) > SHOWN else ""
    return error.told() + rest


def unforeseen(error: Exception) -> str:
    """Return one line on an error that nobody foresaw, and what to do with it."""
    said = " ".join(str(error).split())[:LONGEST]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return (
        f"Something went wrong that was not foreseen ({what}). Please report it to the maintainers, with the command and what it "
        f"prints with {VERBOSE}."
    )


def turn_away(code: int) -> int:
    """Turn standard output to nowhere, so that nothing more is tried on it, and return the exit code."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def complain(message: str, code: int) -> int:
    typer.echo("\n".join(printable(line) for line in message.split("\n")), err=True)
    return code


def show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError
        from importlib.metadata import version as installed

        try:
            typer.echo(f"latecomer {installed('latecomer')}")
        except PackageNotFoundError:
            typer.echo("latecomer unreleased")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", callback=show_version, is_eager=True),
    ] = False,
    verbose: Annotated[
        bool, typer.Option(VERBOSE, help="Show the traceback of an unforeseen error; may stand anywhere.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(short_help="List the cases", epilog="Example:  latecomer cases")
def cases() -> None:
    """List the cases that come with the package."""
    from latecomer.cli.explaining import case_lines

    for line in case_lines():
        typer.echo(line)


@app.command(
    "new-case",
    short_help="Write a small case of your own that runs, to be filled in",
    epilog="Example:  latecomer new-case my-case --makers 3",
)
def new_case(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="The folder to be made; its name is the case's.")
    ],
    makers: Annotated[str, typer.Option(metavar="NUMBER", help="Makers of own brands.")] = "3",
    first_year: Annotated[str, typer.Option(metavar="YEAR", help="First year [default: 1990].")] = "",
    last_year: Annotated[
        str, typer.Option(metavar="YEAR", help="Last year [default: 24 years after the first].")
    ] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Title of the case.")] = "",
    out: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where to make the folder [default: here].")
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Write the tables of an invented country with the fewest rows that run. Nothing is written over."""
    from latecomer.cli.starting import start_case

    given = {"makers": makers, "first_year": first_year, "last_year": last_year, "title": title, "out": out}
    start_case(folder, given, quiet)


@app.command(
    short_help="Run histories of a case and write the report",
    context_settings=LOOSE,
    epilog="Example:  latecomer run china-auto --histories 200 --seed 1 --out results",
)
def run(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="CASE", help="Name of a case, or a folder that holds one.")
    ] = None,
    histories: Annotated[str, typer.Option(metavar="NUMBER", help="How many histories to run.")] = "200",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where to write the report [default: here].")
    ] = "",
    csv: Annotated[str, typer.Option(metavar="FOLDER", help="Also write all tables as CSV.")] = "",
    xlsx: Annotated[
        str, typer.Option(metavar="FILE", help="Also write all tables as one workbook (.xlsx).")
    ] = "",
    pictures: Annotated[
        str, typer.Option(metavar="FOLDER", help="Also write every figure as PNG and SVG.")
    ] = "",
    netcdf: Annotated[
        str, typer.Option(metavar="FILE", help="Also write all series of all histories as NetCDF.")
    ] = "",
    only: Annotated[
        str, typer.Option(metavar="NUMBER", help="Run this one history and print its path; write nothing.")
    ] = "",
    brief: Brief = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print rows as JSON and nothing else; a report only with --out.")
    ] = False,
    quiet: Quiet = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, say what would be done, do nothing.")
    ] = False,
) -> None:
    """Run histories of a case, print a short table beside the record, and write the report."""
    told = split(locals(), "words")
    from latecomer.cli.running import run_case

    run_case(words or [], *told)


@app.command(
    short_help="Say what a name means: unit, source, equation",
    epilog="Example:  latecomer explain tariff.car comfort_effect chery",
)
def explain(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="One or more names; without one, the kinds of names are listed."),
    ] = None,
    search: Annotated[
        str, typer.Option(metavar="WORDS", help="Find names by what they mean, such as 'R&D' or 'subsidies'.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="List every name.")] = False,
    case: Annotated[
        str, typer.Option(metavar="CASE", help="The case whose values are shown.")
    ] = "china-auto",
) -> None:
    """Say what a lever, parameter, series, world input, maker, region, mechanism or source is."""
    from latecomer.cli.explaining import explain_names

    explain_names(names or [], search, every, case)


@app.command(
    short_help="Fit the parameters of a case to its record",
    epilog="Example:  latecomer fit china-auto --out my-case",
)
def fit(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Name of a case, or a folder that holds one.")],
    out: Annotated[
        str,
        typer.Option(metavar="FOLDER", help="A copy of the case with the fitted parameters is written here."),
    ],
    evaluations: Annotated[
        str, typer.Option(metavar="A,B,C,D", help="How many parameter vectors each of the four stages tries.")
    ] = "400,2500,800,4000",
    steps: Annotated[
        str, typer.Option(metavar="NUMBER", help="Steps of the walk that gives the draws.")
    ] = "4000",
    kept: Annotated[str, typer.Option(metavar="NUMBER", help="Draws kept from the walk.")] = "48",
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Seed of the search.")] = "7",
) -> None:
    """Fit in stages on facts up to 2010, then draw parameter vectors that do about as well; takes some ten minutes.

    Run the result with `latecomer run FOLDER`.
    """
    from latecomer.cli.fitting import fit_case

    fit_case(
        case, {"--out": out, "--evaluations": evaluations, "--steps": steps, "--kept": kept, "--seed": seed}
    )


@app.command(
    short_help="Reproduce published models with Latecomer's components and compare results",
    epilog="Example:  latecomer dock nelson-winter --histories 500",
)
def dock(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="nelson-winter or incalead; without one, both are docked.")
    ] = "",
    histories: Annotated[
        str, typer.Option(metavar="NUMBER", help="Histories of a model with random draws.")
    ] = "500",
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Seed of all random draws.")] = "1",
    json: AsJson = False,
) -> None:
    """Print each target of a docked model, its band, what is found, and whether it is met or by how much it is missed."""
    from latecomer.cli.docking import print_docked

    print_docked(name, histories, seed, json)


@app.command(
    short_help="Switch off each part of the system and see what changes",
    epilog="Example:  latecomer ablate china-auto --histories 100 --out parts",
)
def ablate(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Name of a case, or a folder that holds one.")
    ] = "china-auto",
    histories: Annotated[
        str, typer.Option(metavar="NUMBER", help="How many histories with and without each part.")
    ] = "100",
    seed: Seed = "1",
    years: Annotated[
        str, typer.Option(metavar="YEAR,YEAR", help="The years that are compared [default: 2010,2025].")
    ] = "",
    threads: Threads = "",
    out: Annotated[
        str, typer.Option(metavar="FOLDER", help="Write table (CSV) and picture (PNG, SVG, HTML) here.")
    ] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run the same histories with and without each part of the system, and print the median change.

    The case's table parts.csv says what a part is and which switches turn it off.
    """
    told = split(locals(), "case")
    from latecomer.cli.ablating import ablate_case

    ablate_case(case, *told)


@app.command(
    short_help="Run histories with and without a reform and report the effects",
    epilog="Example:  latecomer compare my-reform.yaml --histories 200 --out results",
)
def compare(
    reforms: Package = None,
    case: CaseName = "china-auto",
    histories: Annotated[str, typer.Option(metavar="NUMBER", help="How many pairs of histories.")] = "200",
    precision: Annotated[
        str,
        typer.Option(
            metavar="NUMBER",
            help="Add histories instead until the median effect on --series in --year is known this well (in its unit).",
        ),
    ] = "",
    series: Annotated[
        str, typer.Option(metavar="NAME", help="The series whose precision is asked for.")
    ] = "own_brand_share",
    year: Annotated[str, typer.Option(metavar="YEAR", help="Its year [default: the last].")] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="YEAR",
            help="Fork: keep history before this year, and begin the reform then.",
        ),
    ] = "",
    years: Annotated[
        str,
        typer.Option(
            metavar="YEAR,YEAR",
            help="The years that are printed [default: of the largest sure effect, of its halving, and the last].",
        ),
    ] = "",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Write the report here.")] = "",
    csv: Annotated[str, typer.Option(metavar="FOLDER", help="Write all tables as CSV here.")] = "",
    xlsx: Annotated[str, typer.Option(metavar="FILE", help="Write all tables as one workbook (.xlsx).")] = "",
    pictures: Annotated[
        str, typer.Option(metavar="FOLDER", help="Write every figure as PNG and SVG here.")
    ] = "",
    brief: Brief = False,
    json: AsJson = False,
    quiet: Quiet = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, say what would be done, do nothing.")
    ] = False,
) -> None:
    """Run the same histories with and without one or more reforms, and print the effects with their bands.

    A reform is a file of three lines or more: a name, and under policy, firms or world what changes, and from which year.
    """
    told = split(locals(), "reforms", "case")
    from latecomer.cli.comparing import compare_reforms

    compare_reforms(reforms or [], case, *told)


@app.command(
    short_help="Say when a reform stops working, or fork one history",
    epilog="Example:  latecomer fork my-reform.yaml --series strong --at 2025 --out late",
)
def fork(
    reform: Annotated[
        str, typer.Argument(metavar="REFORM", help="A YAML file or the name of a ready reform.")
    ],
    case: CaseName = "china-auto",
    series: Annotated[
        str, typer.Option(metavar="NAME,NAME", help="The series on which it should work.")
    ] = "strong,vehicles",
    at: Annotated[
        str, typer.Option(metavar="YEAR", help="The year that is looked at [default: the last].")
    ] = "",
    years: Annotated[
        str,
        typer.Option(
            metavar="YEAR,YEAR", help="Years in which it begins [default: every fourth from its first]."
        ),
    ] = "",
    only: Annotated[
        str,
        typer.Option(
            metavar="NUMBER", help="Fork this one history and print both of its paths; needs --since."
        ),
    ] = "",
    since: Annotated[str, typer.Option(metavar="YEAR", help="With --only: the year of the fork.")] = "",
    histories: Annotated[str, typer.Option(metavar="NUMBER", help="How many pairs for each year.")] = "60",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Write table and picture here.")] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Introduce a reform in one year after the other, and say when it stops working."""
    told = split(locals(), "reform", "case")
    from latecomer.cli.questions import fork_reform

    fork_reform(reform, case, *told)


@app.command(
    short_help="Split the uncertainty of an effect into luck, parameters, structure and data",
    epilog="Example:  latecomer uncertainty my-reform.yaml --series strong --year 2010",
)
def uncertainty(
    reforms: Package = None,
    case: CaseName = "china-auto",
    series: Annotated[str, typer.Option(metavar="NAME", help="The series looked at.")] = "own_brand_share",
    year: Annotated[str, typer.Option(metavar="YEAR", help="The year looked at [default: the last].")] = "",
    histories: Annotated[
        str,
        typer.Option(metavar="NUMBER", help="Pairs, a multiple of the draws [default: four times these]."),
    ] = "",
    each: Annotated[
        str, typer.Option(metavar="NUMBER", help="Pairs for each variant of structure and data.")
    ] = "48",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Write tables and picture here.")] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Split the spread of an effect into luck, parameters, the structure of the model and the data; takes some 30 seconds."""
    told = split(locals(), "reforms", "case")
    from latecomer.cli.questions import explain_spread

    explain_spread(reforms or [], case, *told)


@app.command(
    short_help="List the ready reforms, or run them all and compare with the literature",
    epilog="Example:  latecomer reforms --table --histories 40 --out gallery",
)
def reforms(
    case: CaseName = "china-auto",
    table: Annotated[
        bool, typer.Option("--table", help="Run every ready reform and print its effects.")
    ] = False,
    histories: Annotated[
        str, typer.Option(metavar="NUMBER", help="With --table: pairs for each reform.")
    ] = "40",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Write tables and picture here.")] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List the ready reforms of a case, or run all of them on the same histories and print what they do."""
    told = split(locals(), "case", "table")
    from latecomer.cli.gallery import show_reforms

    show_reforms(case, table, *told)


@app.command(
    short_help="Decompose growth into policy, market and technology (Shapley), or a package of reforms",
    epilog="Example:  latecomer attribute --series vehicles,strong --out growth",
)
def attribute(
    reforms: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REFORM",
            help="Two or more files or ready reforms, whose joint effect is decomposed instead.",
        ),
    ] = None,
    case: CaseName = "china-auto",
    series: Annotated[str, typer.Option(metavar="NAME,NAME", help="What grew.")] = "vehicles,strong",
    first: Annotated[
        str, typer.Option("--from", metavar="YEAR", help="First year of the span [default: 1990, and 2010].")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="YEAR", help="Last year of the span [default: 2010, and 2025].")
    ] = "",
    year: Annotated[
        str, typer.Option(metavar="YEAR", help="With reforms: the year looked at [default: the last].")
    ] = "",
    logs: Annotated[bool, typer.Option("--logs", help="Decompose the growth of the logarithm.")] = False,
    by_rule: Annotated[
        bool,
        typer.Option(
            "--by-rule",
            help="Endogenous entry in the span: ventures and start-ups begin by rule, not on their dates.",
        ),
    ] = False,
    histories: Annotated[
        str, typer.Option(metavar="NUMBER", help="How many histories of every coalition.")
    ] = "48",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[
        str, typer.Option(metavar="FOLDER", help="Write table (CSV) and picture (PNG, SVG, HTML) here.")
    ] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Decompose growth between two years into the forces of forces.csv (Shapley values); takes about a minute.

    With reforms, decompose the effect of the package into its reforms, over paired histories.
    """
    told = split(locals(), "reforms", "case", "logs", "by_rule")
    from latecomer.cli.attributing import attribute_growth

    attribute_growth(reforms or [], case, {"logs": logs, "by_rule": by_rule}, *told)


@app.command(
    short_help="Vary openness from self-reliance to full dependence and report who gains",
    epilog="Example:  latecomer openness china-auto --out dial",
)
def openness(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Name of a case, or a folder that holds one.")
    ] = "china-auto",
    eras: Annotated[
        str,
        typer.Option(
            metavar="YEAR,YEAR", help="Years from which the dial is turned [default: 1984,1994,2001,2010]."
        ),
    ] = "",
    steps: Annotated[
        str, typer.Option(metavar="NUMBER", help="Values of the dial, both ends included.")
    ] = "9",
    side: Annotated[
        str,
        typer.Option(metavar="NAME", help="Move only market, ventures or technology [default: all three]."),
    ] = "",
    histories: Annotated[
        str, typer.Option(metavar="NUMBER", help="How many histories of every value.")
    ] = "24",
    seed: Seed = "1",
    threads: Threads = "",
    out: Annotated[
        str, typer.Option(metavar="FOLDER", help="Write tables (CSV) and picture (PNG, SVG, HTML) here.")
    ] = "",
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run the same histories at every degree of openness from each era on, and with low cost or brand first; a minute or two.

    The case's table openness.csv says which levers the dial moves, and between which values.
    """
    told = split(locals(), "case")
    from latecomer.cli.opening import turn_dial

    turn_dial(case, *told)


@app.command(short_help="Check that everything works here", epilog="Example:  latecomer doctor")
def doctor() -> int:
    """Check that everything works on this machine, and say what to do where it does not."""
    from latecomer.cli.doctor import examine

    return examine()


@app.command(short_help="Refresh the generated reference pages", epilog="Example:  latecomer docs --write")
def docs(
    write: Annotated[
        bool, typer.Option("--write", help="Write the pages that are missing or out of date.")
    ] = False,
    folder: Annotated[str, typer.Option(metavar="FOLDER", help="The folder of the documentation.")] = "docs",
) -> int:
    """For those who change the package: compare the generated reference pages with the code, or write them."""
    from latecomer.cli.reference import refresh

    return refresh(folder, write)
