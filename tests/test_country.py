"""Does the package know a country, a currency, a kind of car or a calendar year by name? Only as far as this list, which shrinks.

Numbers are lines; `cases/` states facts and is left out, as are citations (a name or "et al." before a year) and lines of docs.
What is left belongs to the engine and the vocabulary; whoever takes lines away lowers the number here.
"""

import re
from pathlib import Path

import pytest

import latecomer

ROOT = Path(latecomer.__file__).parent
COUNTRIES = re.compile(r"\bchin(a|ese)\b|\bgerman(y)?\b|\bjapan(ese)?\b|\bkorea\b|\busa\b", re.I)
MONEY = re.compile(r"\bCNY\b|\byuan\b")
CARS = re.compile(r"\bsedans?\b|\bsuvs?\b|\bminibus(es)?\b|sport-utility", re.I)
YEARS = re.compile(
    r"^(?!.*(Source|\([12]\d{3}\)|[A-Z][a-z]+,? [12]\d{3})).*[^\w.#-](19[4-9]|20[0-2])\d[^\w.-]"
)
MOST = {"countries": 35, "money": 141, "cars": 49, "years": 130}
WORDS = {"countries": COUNTRIES, "money": MONEY, "cars": CARS, "years": YEARS}


def lines(pattern):
    """Return the lines of the package, cases left out, that a pattern finds."""
    paths = (path for kind in ("*.py", "*.jinja", "*.csv") for path in ROOT.rglob(kind))
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(paths)
        if "cases" not in path.relative_to(ROOT).parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("kind", MOST)
def test_no_more_lines_name_what_belongs_to_a_case(kind):
    found = lines(WORDS[kind])
    assert len(found) == MOST[kind], "\n".join(found)
