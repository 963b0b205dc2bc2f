"""How does an object show itself at a prompt and in a notebook? In a few lines: what it is, and what it holds.

A case holds millions of numbers, and the last line of a notebook's cell is printed without being asked for. So whatever is
handed to a user says its kind, its title and a dozen facts; values of a length are described, not printed. Text may come
from a stranger's file: control characters are escaped, and so is markup where HTML is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from html import escape
from typing import Any

import numpy as np

from latecomer.errors import printable

LONGEST, MOST_FACTS, NAMES = 96, 16, 5


class Shown:
    """Shows itself in a few lines. A class may give its own `_title` and `_facts`; by default they are its fields, in short.

    Made for dataclasses: `@dataclass(repr=False)`, or the dataclass writes every field out.
    """

    def _title(self) -> str:
        """Return what stands beside the name of the class; may be empty."""
        return ""

    def _facts(self) -> dict[str, Any]:
        """Return what is shown, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def __repr__(self) -> str:
        rows = short(self._facts())
        width = max(map(len, rows), default=0)
        return "\n".join([headed(self), *(f"  {name:<{width}}  {value}" for name, value in rows.items())])

    def _repr_html_(self) -> str:
        """Return a small table for a notebook."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(value)}</td></tr>"
            for name, value in short(self._facts()).items()
        )
        return f"<table><caption style='text-align:left'>{escape(headed(self))}</caption>{rows}</table>"


def headed(thing: Shown) -> str:
    """Return the kind of an object and its title on one line."""
    return cut(f"{type(thing).__name__} {thing._title()}".rstrip())


def short(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return names and values as they are shown; of too many the first."""
    shown = {cut(str(name)): brief(value) for name, value in list(facts.items())[:MOST_FACTS]}
    return shown | ({"and": f"{len(facts) - MOST_FACTS} more"} if len(facts) > MOST_FACTS else {})


def brief(value: Any) -> str:
    """Return a value on one line: a number as it is, a table by its columns, an array by its shape, a long list by its start."""
    if hasattr(value, "columns"):  # a table, whose library is not imported for it
        return cut(f"table of {len(value)} rows: {', '.join(map(str, value.columns[: 3 * NAMES]))}")
    if isinstance(value, np.ndarray):
        return cut(
            f"array {value.shape}" if value.ndim != 1 or value.size > NAMES else ", ".join(map(brief, value))
        )
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Shown):
        return headed(value)
    if isinstance(value, Mapping):
        return cut(f"{len(value)} entries: {', '.join(map(str, list(value)[:NAMES]))}")
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        some = ", ".join(brief(one) for one in value[:NAMES])
        return cut(f"{len(value)}: {some}, ..." if len(value) > NAMES else some)
    return cut(str(value))


def cut(text: str) -> str:
    """Return text on one line, short, without control characters."""
    line = printable(text[: 2 * LONGEST])
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
