"""Which text is a number, and what was probably meant where it is none?

Digits are 0 to 9, the decimal sign is a point, thousands have no sign: what spreadsheets of other countries write is refused,
and named, for to guess would be wrong by a factor of a thousand.
"""

import re

PLAIN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:[,' \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+")
LONGEST = 400  # digits; a finite number has fewer


def plain_number(text: str) -> float | None:
    """Return the number that a text spells, which may be infinite where it is too large; None if it is no number."""
    return float(text) if len(text) <= LONGEST and PLAIN.fullmatch(text) else None


def number_hint(text: str) -> str:
    """Return what is to be said beside "a number", such as that the decimal sign is a point; empty if nothing is known."""
    text = text[:LONGEST]
    if THOUSANDS.fullmatch(text):
        return " without a sign between thousands"
    if COMMA.fullmatch(text):
        return ": the decimal sign is a point"
    if any(letter.isdecimal() and not letter.isascii() for letter in text):
        return " in the digits 0 to 9"
    return ""
