"""How does text reach a terminal, a pipe or a file? Whole: nothing is cut, and letters that it lacks are substituted.

Light on purpose: whoever only asks for help, a name or a dry run waits for no table library.
"""

import json
import math
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from latecomer.cli.streams import writable_everywhere

NARROWEST, TEXT_WIDTH, NO_LIMIT = 32, 80, 100_000


def console(stderr: bool = False) -> Console:
    """Return a console that prints text as it stands: no markup, no highlighting, and no limit of width off a terminal."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width(stderr))


def width(stderr: bool = False) -> int | None:
    """Return the width to print to: that of the terminal (None lets it be measured), or no limit for a pipe or file."""
    stream = sys.stderr if stderr else sys.stdout
    try:
        if not stream.isatty():
            return NO_LIMIT
    except (AttributeError, ValueError):
        return NO_LIMIT
    told = os.environ.get("COLUMNS", "")
    return max(int(told), NARROWEST) if told.isdecimal() else None


def print_line(text: str) -> None:
    """Print a line as it is, however long."""
    console().print(text, soft_wrap=True)


def print_text(text: str) -> None:
    """Print a paragraph, broken into lines of the terminal or of eighty letters."""
    screen = console()
    room = TEXT_WIDTH if screen.width == NO_LIMIT else screen.width
    for line in textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False):
        screen.print(line, soft_wrap=True)


def print_table(table: Table) -> None:
    """Print a table; where it is wider than the terminal its columns come in blocks under one another, each with the first."""
    screen = console()
    for block in blocks(table, screen.width):
        screen.print(block)


def blocks(table: Table, room: int) -> list[Table]:
    """Return a table in blocks of columns that fit into so many letters; a lone column that does not fit is folded."""
    wide = [widest(column) + sum(table.padding[1::2]) for column in table.columns]
    if sum(wide) <= room or len(wide) < 2:
        return [folded(table, range(len(wide)), whole=sum(wide) <= room)]
    chosen: list[list[int]] = []
    for place in range(1, len(wide)):
        if chosen and wide[0] + sum(wide[i] for i in chosen[-1]) + wide[place] <= room:
            chosen[-1].append(place)
        else:
            chosen.append([place])
    fits = [wide[0] + sum(wide[i] for i in mine) <= room for mine in chosen]
    return [folded(table, [0, *mine], whole) for mine, whole in zip(chosen, fits, strict=True)]


def widest(column: Any) -> int:
    """Return how many letters the widest cell of a column takes."""
    cells = [column.header, *column.cells]
    return max(cell_len(line) for cell in cells for line in (str(cell).split("\n") or [""]))


def folded(table: Table, places: Iterable[int], whole: bool) -> Table:
    """Return some columns of a table as a table; unless they fit as a whole, long cells go on in the next line."""
    block = Table(box=table.box, padding=table.padding, title=table.title, title_justify=table.title_justify)
    columns = [table.columns[place] for place in places]
    for column in columns:
        block.add_column(column.header, justify=column.justify, no_wrap=whole, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        block.add_row(*row)
    return block


def speaker(quiet: bool) -> Callable[[str], None]:
    """Return what says a line to a person: standard error, nothing when quiet."""
    screen = console(stderr=True)
    return (lambda text: None) if quiet else (lambda text: screen.print(text, soft_wrap=True))


def json_rows(rows: Any) -> str:
    """Return a table, or rows as mappings, as a JSON list with one row a line; six digits, null where there is no value.

    Letters that the stream cannot write are escaped as JSON has it.
    """
    listed: Iterable[Mapping[str, Any]] = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
    escaped = not writable_everywhere()
    lines = [
        json.dumps({key: json_value(value) for key, value in row.items()}, ensure_ascii=escaped)
        for row in listed
    ]
    return "[\n" + ",\n".join(lines) + "\n]"


def json_value(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return None if type(value).__name__ == "NAType" else value
