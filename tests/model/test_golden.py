"""Are the histories those of the last time someone looked? Sameness, not truth: see `golden`, which also writes the file."""

import csv

import pytest
from golden import FILE, SERIES, YEARS, rows
from llvmlite.binding import get_host_cpu_name

SAME_PROCESSOR, ANOTHER = 1e-6, 2e-3
HOW = "if this was meant: `python tests/model/golden.py` writes the file; say in CHANGELOG.md what moved, by how much and why"


@pytest.fixture(scope="module")
def kept():
    """Return the golden numbers by series and year, and how near they must come on this type of processor."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        table = list(csv.DictReader(handle))
    same = {row["processor"] for row in table} == {get_host_cpu_name()}
    numbers = {(row["series"], int(row["year"])): float(row["median"]) for row in table}
    return numbers, SAME_PROCESSOR if same else ANOTHER


def test_medians_are_the_golden_ones(kept):
    kept, tolerance = kept
    now = {(name, year): float(median) for name, year, _, median, _ in rows()}
    moved = [
        f"{name} {year}: {kept[name, year]:.6g} -> {value:.6g} ({value / kept[name, year] - 1:+.2%})"
        for (name, year), value in now.items()
        if value != pytest.approx(kept[name, year], rel=tolerance, abs=1e-12)
    ]
    assert moved == [], HOW


def test_the_golden_file_holds_every_series_and_year(kept):
    assert set(kept[0]) == {(name, year) for name in SERIES for year in YEARS}
