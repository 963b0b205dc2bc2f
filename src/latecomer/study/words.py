"""How is a number of a run put into words? Units, rounding, and the sentences that open the report.

Nothing is computed here beyond rounding: every number comes from the record or from the score.
"""

import math
import re

from latecomer.vocabulary import QUANTITIES, told_in

COUNTS = ("vehicles", "vehicles a year", "makers", "lines", "count")
NOTHING = "–"
SMALLEST_PRINTED = 0.0005
HYPHEN = re.compile(r"(?<![\w-])-(?=\d)")


def number(value: float, digits: int = 3) -> str:
    """Return a number to so many significant digits, with separators of thousands: 1,234 or 0.0123."""
    if not math.isfinite(value):
        return NOTHING
    if value == 0.0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{value:,.{min(places, 6)}f}"


def signed(value: float) -> str:
    """Return a number with its sign, to three digits or to the unit, never with an exponent."""
    size = abs(value)
    if not math.isfinite(value) or size < SMALLEST_PRINTED:
        return "0" if size < SMALLEST_PRINTED else "nothing"
    places = 0 if size >= 99.5 else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3
    return f"{value:+,.{places}f}"


def figure(value: float) -> str:
    """Return a number to three digits, with the sign of minus of a page."""
    return f"{'−' if value < 0 else ''}{number(abs(value))}" if math.isfinite(value) else NOTHING


def banded(median: float, low: float, high: float, factor: float = 1.0) -> str:
    """Return a value with its band as one cell: −3.1 (−5 to −1)."""
    if not math.isfinite(median):
        return NOTHING
    ends = [figure(float(value) * factor) for value in (median, low, high)]
    return f"{ends[0]} ({ends[1]} to {ends[2]})"


def count(value: float) -> str:
    """Return a count as people say it: 14.9 million, 204 thousand, 61."""
    size = abs(value)
    if not math.isfinite(value):
        return NOTHING
    if size >= 999_500.0:
        return f"{number(value / 1e6)} million"
    if size >= 9_999.5:
        return f"{value / 1e3:,.0f} thousand"
    return f"{value:,.0f}"


def quantity(value: float, unit: str) -> str:
    """Return a value in its unit, short enough for a cell: shares in per cent, money in thousand CNY."""
    if not math.isfinite(value):
        return NOTHING
    if unit.startswith("share"):
        return f"{100.0 * value:.1f}%"
    if unit in COUNTS:
        return count(value)
    if unit == "CNY of 2010":
        return f"{value / 1e3:,.0f} thousand"
    if unit.startswith("problems"):
        return f"{value:,.0f}"
    return number(value)


def cell(value: float, unit: str) -> str:
    """Return a value for a table whose rows name the unit of `cell_unit`: vehicles in thousands, shares in per cent."""
    if not math.isfinite(value):
        return NOTHING
    if unit.startswith("share"):
        return f"{100.0 * value:.1f}"
    if unit in ("vehicles", "vehicles a year", "CNY of 2010"):
        return f"{value / 1e3:,.0f}" if abs(value) >= 99_500.0 or value == 0.0 else f"{value / 1e3:.1f}"
    return number(value, 2) if abs(value) < 1.0 else quantity(value, unit)


def cell_unit(unit: str) -> str:
    """Return the unit in which `cell` prints a value of this unit."""
    return f"thousand {unit}" if unit in ("vehicles", "vehicles a year", "CNY of 2010") else shown_unit(unit)


def cell_span(low: float, high: float, unit: str) -> str:
    """Return a band for a table, ends joined by a dash."""
    first, last = cell(low, unit), cell(high, unit)
    return first if first == last else f"{first}–{last}"


def span(low: float, high: float, unit: str) -> str:
    """Return a band as text, from low to high; the shared word of size is said once."""
    first, last = quantity(low, unit), quantity(high, unit)
    if first == last:
        return first
    head, _, size = first.partition(" ")
    return f"{head} to {last}" if size and last.endswith(f" {size}") else f"{first} to {last}"


def error(value: float, measure: str, unit: str) -> str:
    """Return an error as a number: log ratios as such, shares in percentage points, the rest in their unit."""
    if not math.isfinite(value):
        return NOTHING
    if measure == "log":
        return f"{value:.2f}"
    return f"{100.0 * value:.1f}" if unit.startswith("share") else number(value)


def error_unit(measure: str, unit: str) -> str:
    """Return the unit in which `error` prints."""
    return "logs" if measure == "log" else "points" if unit.startswith("share") else unit


def shown_unit(unit: str) -> str:
    """Return the unit in which `quantity` prints a value of this unit."""
    if unit.startswith("share"):
        return "%" if unit == "share" else f"% {unit.removeprefix('share ')}"
    return "thousand CNY of 2010" if unit == "CNY of 2010" else unit


def minus(text: str) -> str:
    """Return text for a page: a hyphen that stands for minus becomes that sign."""
    return HYPHEN.sub("−", text)


def listed(items: list[str]) -> str:
    """Return the items as a list in a sentence: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def sentence(text: str) -> str:
    """Return the text with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def told(series: str, unit: str) -> tuple[str, float, str]:
    """Return the title of a panel, the factor to the unit in which a difference is shown, and that unit."""
    field = QUANTITIES.get(series)
    return (field.title, field.factor, field.change) if field else (series, *told_in(unit))
