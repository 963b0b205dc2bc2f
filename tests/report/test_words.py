"""Do numbers read right? Rounding, units, bands and lists."""

import math

import pytest

from latecomer.study import words

COUNTS = (
    (5_071_000, "5.07 million"),
    (34_531_000, "34.5 million"),
    (222_288, "222 thousand"),
    (61, "61"),
    (1_654, "1,654"),
    (0, "0"),
    (999_600, "1.00 million"),
    (9_999.6, "10 thousand"),
    (math.nan, "–"),
)


@pytest.mark.parametrize(("value", "expected"), COUNTS)
def test_counts_are_said_as_people_say_them(value, expected):
    assert words.count(value) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.6954, "share", "69.5%"),
        (0.013, "share of revenue", "1.3%"),
        (171_214.0, "CNY of 2010", "171 thousand"),
        (257.1, "problems per 100 cars", "257"),
        (0.0347, "index, start=1", "0.0347"),
        (418.65, "index, reference=100", "419"),
        (math.inf, "share", "–"),
    ],
)
def test_a_quantity_carries_its_unit(value, unit, expected):
    assert words.quantity(value, unit) == expected


def test_a_band_says_its_size_once():
    assert words.span(19.2e6, 27.8e6, "vehicles") == "19.2 to 27.8 million"
    assert words.span(950e3, 1.2e6, "vehicles") == "950 thousand to 1.20 million"
    assert words.span(0.5, 0.5, "share") == "50.0%"


def test_cells_of_a_row_share_one_unit():
    assert words.cell_unit("vehicles") == "thousand vehicles"
    assert [words.cell(v, "vehicles") for v in (0.0, 600, 58_700, 222_288, 5_071_000)] == [
        "0",
        "0.6",
        "58.7",
        "222",
        "5,071",
    ]
    assert words.cell(0.6954, "share") == "69.5"


def test_errors_read_in_the_measure_of_their_target():
    assert (words.error(0.1349, "log", "vehicles"), words.error_unit("log", "vehicles")) == ("0.13", "logs")
    assert (words.error(0.0254, "level", "share"), words.error_unit("level", "share")) == ("2.5", "points")
    assert words.error(math.nan, "log", "vehicles") == words.NOTHING


@pytest.mark.parametrize(
    ("items", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_sentences(items, expected):
    assert words.listed(items) == expected
