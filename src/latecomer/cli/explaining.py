"""How is `latecomer explain` answered? From what is kept of the names of a case; nothing is read anew that was read before."""

import textwrap
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from latecomer.case.folder import CASES, list_cases
from latecomer.cli.screen import TEXT_WIDTH, console, print_line, print_text
from latecomer.errors import Problems, UsageError
from latecomer.explain import code
from latecomer.explain.entries import FOUND, Entry, entries_of, grouped, meanings, search, see_also

LABEL_WIDTH, SHOWN_NAMES = 24, 10
NOTHING_LIKE_IT = "words that stand in a name or in what it is; `latecomer explain --all` lists every name"
HINTS = (
    "latecomer explain NAME tells what a name is: unit, source, equation.",
    "latecomer explain --search WORDS finds names by meaning; latecomer explain --all lists all of them.",
    "docs/how-to/which-lever.md says which lever to change for what, with a ready reform for each.",
)


def explain_names(names: Sequence[str], words: str, every: bool, case: str) -> None:
    """Print what names mean, what is found by words, or the names there are; raise UsageError for what is unknown."""
    entries = entries_of(case)
    if words:
        print_found(words, search(words, entries))
    elif not names:
        print_names(grouped(entries), every)
    for entry in meanings(names, entries):
        print_entry(entry)
    for name in names:
        others = see_also(name, entries)
        if others:
            more = [f"and {len(others) - SHOWN_NAMES} more"] if len(others) > SHOWN_NAMES else []
            print_text(f"See also: {', '.join([*others[:SHOWN_NAMES], *more])}")


def print_found(words: str, found: Sequence[Entry]) -> None:
    """Print the best of what was found, a line each; raise UsageError where nothing was."""
    if not found:
        problems = Problems()
        problems.add("--search", None, None, words, NOTHING_LIKE_IT)
        raise UsageError(problems.found)
    wide = max(len(entry.name) for entry in found[:FOUND])
    for entry in found[:FOUND]:
        print_line(f"{entry.name:{wide}}  {entry.kind}: {entry.about}")
    if len(found) > FOUND:
        print_line(f"and {len(found) - FOUND} more; give more words")


def print_names(names: dict[str, list[str]], every: bool) -> None:
    """Print the kinds of names with the first of each, levers by group, or with all of them."""
    for kind, members in names.items():
        print_line(f"{kind} ({len(members)})")
        shown = members if every else in_short(members)
        for line in textwrap.wrap(
            ", ".join(shown), TEXT_WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
        ):
            print_line(line)
    print_line("")
    for line in HINTS:
        print_text(line)


def in_short(members: Sequence[str]) -> list[str]:
    """Return the first names; of names in groups, such as tariff.car, every group with what is in it."""
    groups: dict[str, list[str]] = {}
    for name in members:
        group, _, rest = name.partition(".")
        groups.setdefault(group if rest else "", []).append(rest or name)
    single = groups.pop("", [])
    grouped_names = [
        f"{group}.({' '.join(rest)})" if len(rest) > 1 else f"{group}.{rest[0]}"
        for group, rest in groups.items()
    ]
    more = [f"and {len(single) - SHOWN_NAMES} more"] if len(single) > SHOWN_NAMES else []
    return [*grouped_names, *single[:SHOWN_NAMES], *more]


def print_entry(entry: Entry) -> None:
    """Print one meaning of a name: facts in two columns, then the equations that use it, as they stand in the model."""
    screen = console()
    screen.print(Text(f"{entry.name} ({entry.kind})", style="bold"))
    print_text(entry.about)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, max_width=LABEL_WIDTH)
    grid.add_column(overflow="fold")
    for label, said in entry.facts:
        grid.add_row(Text(label, style="dim"), said)
    screen.print(grid)
    for name in entry.files:
        print_mechanism(code.mechanism(name))
    print_line("")


def print_mechanism(mechanism: code.Mechanism) -> None:
    """Print the equations of a file of the model and the first source that it names."""
    console().print(Text(f"\n{mechanism.path}: {mechanism.question}", style="dim"), soft_wrap=True)
    print_line(mechanism.equations)
    sources = [text for text in mechanism.remarks.split(". ") if text.startswith("Source")]
    for text in sources[:1]:
        print_line(" ".join(text.split()))


def case_lines() -> list[str]:
    """Return one line for each case that comes with the package."""
    from latecomer.case.head import read_head

    lines = []
    for name in list_cases():
        head = read_head(CASES / name.replace("-", "_"), Problems())
        lines.append(f"{name:16}{head.title}")
    return lines
