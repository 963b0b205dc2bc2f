"""Are the histories those of the last time someone looked? Sameness, not truth: see `golden`, which also writes the file."""

import csv

import pytest
from golden import FILE, SERIES, YEARS, rows

TOLERANCE = 1e-6
HOW = "if this was meant: `python tests/model/golden.py` writes the file; say in CHANGELOG.md what moved, by how much and why"


@pytest.fixture(scope="module")
def kept():
    """Return the golden numbers by series and year."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        return {(row["series"], int(row["year"])): float(row["median"]) for row in csv.DictReader(handle)}


def test_medians_are_the_golden_ones(kept):
    now = {(name, year): float(median) for name, year, _, median in rows()}
    moved = [
        f"{name} {year}: {kept[name, year]:.6g} -> {value:.6g} ({value / kept[name, year] - 1:+.2%})"
        for (name, year), value in now.items()
        if value != pytest.approx(kept[name, year], rel=TOLERANCE, abs=1e-12)
    ]
    assert moved == [], HOW


def test_the_golden_file_holds_every_series_and_year(kept):
    assert set(kept) == {(name, year) for name in SERIES for year in YEARS}
