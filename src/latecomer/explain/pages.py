"""How do the reference pages stay true? They are printed from the vocabulary, the registers of the case and the model's files.

`latecomer docs --write` writes them; a test compares them with what is printed now.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from latecomer import axes, vocabulary
from latecomer.case.span import marked
from latecomer.explain import code
from latecomer.explain.names import number, path_of, sources_of
from latecomer.types import Case
from latecomer.vocabulary import AXIS

MADE = "<!-- Made by `latecomer docs --write` from the package; changes made here are lost. -->"
LEVER_COLUMNS = ("lever", "axes", "unit", "bounds", "off", "what it is", "read in")


def pages(case: Case) -> dict[str, str]:
    """Return the text of every generated page by its path under docs/."""
    makers: dict[str, Callable[[Case], Iterable[str]]] = {
        "reference/notation.md": notation,
        "reference/symbols.md": symbols,
        "reference/levers.md": levers,
        "reference/strategy.md": strategy,
        "reference/parameters.md": parameters,
        "explanation/the-year.md": the_year,
    }
    return {path: "\n".join(make(case)) + "\n" for path, make in makers.items()}


def stale(case: Case, folder: Path) -> list[str]:
    """Return the pages under `folder` that are missing or differ from what is printed now."""
    return [path for path, text in pages(case).items() if not same(folder / path, text)]


def same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def notation(case: Case) -> list[str]:
    """Return the page of axes and of every declared quantity."""
    about = (
        "Every quantity has one name, in tables, code, figures and here; it is declared in the tables of `vocabulary/`. One "
        "letter per axis, the same everywhere. Words with a meaning of their own are in the [glossary](glossary.md)."
    )
    axis_rows = [(f"`{a}`", axis.title, entries(a, case)) for a, axis in AXIS.items()]
    lines = [*head("Notation", about), "## Axes", "", *table(("letter", "axis", "entries"), axis_rows)]
    parts = (
        ("World: given by history outside the industry", vocabulary.WORLD, "read in", "world"),
        ("Makers: what a maker is", vocabulary.MAKERS, "read in", "makers"),
        ("Contracts: dated access to technology", vocabulary.CONTRACTS, "read in", "contracts"),
        ("State: all the next year needs", vocabulary.STATE, "used in", "state"),
        ("Year: what happened, the series of a result", vocabulary.YEAR, "filled in", "out"),
    )
    for title, fields, verb, record in parts:
        where = (
            code.fills()
            if record == "out"
            else {field.name: code.readers(record, field.name) for field in fields}
        )
        rows = [(f"`{f.name}`", along(f), f.unit, f.about, files(where.get(f.name, ()))) for f in fields]
        lines += [f"## {title}", "", *table(("name", "axes", "unit", "what it is", verb), rows)]
    return [
        *lines,
        "Levers and parameters have pages of their own: [levers](levers.md) of policy, levers of [strategy](strategy.md), "
        "[parameters](parameters.md).",
    ]


def symbols(case: Case) -> list[str]:
    """Return the page of the letters of axes and of the symbols of quantities."""
    lines = head(
        "Symbols",
        "A letter after `_` is an axis and means the same everywhere. A symbol listed here, with these axes, is this quantity "
        "in the equations at the heads of the model's files; every other letter is local, and the head that uses it says what it "
        "is.",
    )
    marks = [(f"`{letter}`", axis.title) for letter, axis in AXIS.items()]
    lines += ["## Letters of axes", "", *table(("letter", "axis"), marks), "## Quantities", ""]
    rows = [
        (f"`{field.symbol}`", f"`{name}.{field.name}`", field.unit, field.about)
        for name in vocabulary.RECORDS
        for field in getattr(vocabulary, name.upper())
        if field.symbol
    ]
    return [*lines, *table(("symbol", "quantity", "unit", "what it is"), sorted(rows))][:-1]


def levers(case: Case) -> list[str]:
    """Return the page of policy levers: unit, bounds, off value, reader, and what they were in the case."""
    lines = head(
        "Policy levers",
        "A lever is a dated quantity that government sets. At its off value it does nothing; values outside its bounds are "
        "refused. "
        f"The columns of years show the case {case.name}, *path* the years in which dated rules set the lever, *sources* where "
        "they are printed; without a path the lever is at its off value. `latecomer explain NAME` lists the rules.",
    )
    years = marked(case.setting.looks("reference"), case.years)
    for group in dict.fromkeys(lever.group for lever in vocabulary.POLICY):
        rows = []
        for lever in (lever for lever in vocabulary.POLICY if lever.group == group):
            told = (*declared(lever, "policy"), *(set_in(lever, year, case) for year in years))
            named = "; ".join(f"`{source}` ({grades})" for source, grades in sources_of(lever, case))
            rows.append((*told, path_of(lever, case), named or "-"))
        columns = (*LEVER_COLUMNS, *map(str, years), "path", "sources")
        lines += [f"## {group.capitalize()}", "", *table(columns, rows)]
    return lines[:-1]


def strategy(case: Case) -> list[str]:
    """Return the page of strategy levers: unit, bounds, off value and reader."""
    lines = head(
        "Strategy levers",
        "A strategy lever is a dated quantity that each firm decides. At its off value the maker follows its own rule, and all "
        f"makers do in {case.name} as loaded; `Case.strategy` holds the values by year, and a reform can set others.",
    )
    return [*lines, *table(LEVER_COLUMNS, [declared(lever, "strategy") for lever in vocabulary.STRATEGY])][
        :-1
    ]


def declared(lever: vocabulary.Lever, record: str) -> tuple[str, ...]:
    """Return what is declared about a lever, and the files that read it from a record (policy, strategy)."""
    bounds = f"{number(lever.low)} to {number(lever.high)}"
    told = (f"`{lever.public_name}`", along(lever), lever.unit, bounds, number(lever.off), lever.about)
    return (*told, files(code.readers(record, lever.name)))


def parameters(case: Case) -> list[str]:
    """Return the page of behavioural parameters by group."""
    register = case.register
    lines = head(
        "Parameters",
        f"What describes behaviour in the case {case.name}. At its off value a mechanism does nothing; `-` means that the "
        "parameter is a scale without an off value. A fitted parameter was estimated on outcomes to "
        f"{case.setting.sample_end} only. "
        "Sources are ids of `sources.csv`; `latecomer explain NAME` spells them out.",
    )
    for group, rows in register.groupby("group", sort=False):
        told = [
            (f"`{row.name}`", row.unit, number(row.default), "-" if pd.isna(row.off) else number(row.off),
             f"{row.prior} {number(row.low)} to {number(row.high)}", "yes" if row.fit else "", row.about,
             files(code.readers("params", row.name)), f"{row.source_id} ({row.grade})")
            for row in rows.itertuples()
        ]  # fmt: skip
        columns = (
            "parameter",
            "unit",
            "default",
            "off",
            "prior",
            "fitted",
            "what it is",
            "read in",
            "source",
        )
        lines += [f"## {str(group).capitalize()}", "", *table(columns, told)]
    return lines[:-1]


def the_year(case: Case) -> list[str]:
    """Return the page of the year stage by stage, in the words at the head of the model's files."""
    lines = head(
        "The year, stage by stage",
        "A year of the model runs these stages in this order, in nine phases. Each calls one function of one file of `model/`; "
        "below are the "
        "question and equations at the head of each file.",
    )
    rows = [(s.phase, f"[`{s.file}.{s.function}`](#{s.file})", sentence(s.about)) for s in code.stages()]
    lines += table(("phase", "function", "what it does"), rows)
    for mechanism in code.mechanisms():
        lines += [f"## {mechanism.name}", "", mechanism.question, ""]
        for text in mechanism.paragraphs:
            shown = ["```text", *dedented(text), "```"] if text.startswith(code.INDENT) else [text]
            lines += [*shown, ""]
    return lines[:-1]


def head(title: str, about: str) -> list[str]:
    return [f"# {title}", "", MADE, "", about, ""]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown, followed by an empty line."""
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *cells)] + [""]


def along(field: vocabulary.Field) -> str:
    return " ".join(f"`{letter}`" for letter in field.axes)


def files(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "the case only"


def entries(letter: str, case: Case) -> str:
    """Return the names along an axis, or how many there are and where they stand."""
    counted = {
        "m": f"{len(case.labels.makers)} makers of `makers.csv`",
        "r": f"{len(case.labels.regions)} regions of `regions.csv`",
        "x": f"{len(case.labels.destinations)} destinations of `destinations.csv`",
        "t": f"{case.years[0]} to {case.years[-1]}",
        "p": f"{axes.PIPELINE_YEARS}",
        "n": "as many as are asked for",
    }
    if letter == "i":
        return f"great: {', '.join(axes.GREAT_PILLARS)}; strong: {', '.join(axes.STRONG_PILLARS)}"
    return counted.get(letter) or ", ".join(case.labels.along(letter))


def set_in(lever: vocabulary.Lever, year: int, case: Case) -> str:
    """Return a lever's value in a year; of a lever with an axis, its lowest and highest."""
    value = case.policy[lever.name][list(case.years).index(year)]
    if not lever.axes or value.min() == value.max():
        return number(value.min())
    return f"{number(value.min())} to {number(value.max())}"


def sentence(text: str) -> str:
    """Return the first sentence of a docstring."""
    return " ".join(text.split("\n\n")[0].split())


def dedented(text: str) -> list[str]:
    return [line.removeprefix(code.INDENT) for line in text.split("\n")]
