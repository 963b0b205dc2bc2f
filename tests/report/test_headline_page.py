"""Does the page of a reform lead with the years of its effect, the firm it is about, and stars that mean one thing?"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parents[1] / "study"))
from made import comparison, path
from test_headline import CHERY, TARIFF

from latecomer.report.comparison import (
    cards,
    firm_table,
    money_sentences,
    starred,
    table_rows,
)
from latecomer.study.worth import worth


@pytest.fixture(scope="module")
def tariff(case):
    share = path(case, {1985: 0.0, 1990: 0.37, 2000: 0.12, 2005: 0.0})
    moved = {
        "own_brand_share": share,
        "imports": 1e5 * (share > 0.0),
        "consumer_surplus": -10.0 * (share > 0.0),
    }
    return comparison(case, TARIFF, moved, {"imports": 1e5, "home_sales": 1e6})


def test_cards_and_answer_lead_with_the_largest_sure_effect(tariff):
    first = cards(tariff)[0]
    assert (first["name"], first["text"]) == ("Own brands in passenger cars made, 1990", "+37.0 points")
    assert first["told"] == "Largest sure effect; from 2005 on the band includes zero"
    assert tariff.sentences()[0].startswith("Own brands in passenger cars made: largest sure effect in 1990")


def test_the_firm_stands_first(case):
    sales = np.zeros((len(case.years), len(case.makers)))
    sales[57:, case.labels.makers.index("chery")] = 1e5
    found = comparison(case, CHERY, {"maker_sales": sales}, {"maker_sales": 10.0})
    assert cards(found)[0]["name"].startswith("Chery Automobile: cars made")
    rows = firm_table(found, [2000, 2025])
    assert rows[0]["title"] == "Chery Automobile: cars made"
    assert rows[0]["cells"][0] == "0 (0 to 0)"
    assert rows[0]["cells"][1].startswith("+100* (")
    assert any("(rival)" in row["title"] for row in rows)


def test_no_star_stands_beside_a_band_with_zero():
    assert starred(1.0, 0.5, 2.0) == "+1.00* (+0.50 to +2.00)"
    assert "*" not in starred(3.4, -1.7, 11.7)
    assert "*" not in starred(0.0, 0.0, 0.3)
    assert starred(0.16, 1e-5, 0.69) == "+0.16 (0 to +0.69)"


def test_a_number_too_small_to_print_is_zero_and_has_no_star():
    assert starred(-1e-9, -2e-7, 1e-8) == "0 (0 to 0)"
    assert starred(0.162, 6e-6, 0.45) == "+0.16 (0 to +0.45)"


def test_losing_both_money_and_cars_is_no_benefit(tariff):
    """Two million cars fewer and ten billion lost: five lost for each, with its band the right way round."""
    lost = replace(
        worth(tariff),
        cost=pd.DataFrame(
            [("vehicles", "million vehicles a year", -2.0, -5.0, -6.0, -4.0, 20)],
            columns=["series", "unit", "gain", "per_unit", "low90", "high90", "histories"],
        ),
    )
    assert "-5.00 (-6.00 to -4.00) billion CNY for each million of vehicles a year less" in lost.costs()[0]


def test_imports_and_their_share_are_in_the_table(tariff):
    rows = {row["title"]: row for row in table_rows(tariff, [1990, 2025])}
    assert rows["Imports in cars sold at home"]["cells"][0].startswith("+10.0*")


def test_a_tariff_is_told_by_what_a_point_costs(tariff):
    said = money_sentences(tariff)
    assert said[0] == "Public spending does not clearly increase, so no cost per yuan is given."
    assert "What buyers, makers and budgets together gain from 1986 to 1990" in said[1]
    assert "−1.35 (−1.35 to −1.35) billion CNY for each point of own brands' share more" in said[1]
    assert tariff.gains_at_peak is worth(tariff, last=1990)
