"""Are the years of an answer those of its effect, and does a lever that moves nothing say so in one line?"""

import numpy as np
import pandas as pd
import pytest
from made import HISTORIES, comparison, path

from latecomer.case.reform import Reform, change_rows, read_changes
from latecomer.study.channels import channel_table
from latecomer.study.firms import CHOSEN, RIVAL, chosen_makers, firm_effects, main_rivals, standing_told
from latecomer.study.headline import (
    counts_in,
    course_of,
    course_sentences,
    courses,
    headline_rows,
    headline_years,
    import_share,
    leans_in,
    permits_told,
    share_told,
    signed,
    silent,
    years_of,
)

TARIFF = Reform({"tariff.car": {1986: 0.25}}, name="Low tariff")
CHERY = Reform(firms={"chery": {"research.revenue_share": {2001: 0.08}}}, name="Chery")


@pytest.fixture(scope="module")
def tariff(case):
    """Return a reform that moves own brands by 37 points in 1990, half of it by 1997, nothing from 2005 on."""
    share = path(case, {1985: 0.0, 1990: 0.37, 2000: 0.12, 2005: 0.0})
    moved = {"own_brand_share": share, "imports": 1e5 * (share > 0.0)}
    return comparison(case, TARIFF, moved, {"imports": 1e5, "home_sales": 1e6, "passenger_cars": 1e6})


@pytest.fixture(scope="module")
def chery(case):
    """Return a reform of one maker that doubles its sales from 2010 on."""
    sales = np.zeros((len(case.years), len(case.makers)))
    place = {maker: case.labels.makers.index(maker) for maker in ("chery", "geely", "byd", "gwm", "gac")}
    base = sales.copy()
    for size, maker in enumerate(place, 1):
        base[30:, place[maker]] = 1e5 * size
    sales[57:, place["chery"]] = 1e5
    return comparison(case, CHERY, {"maker_sales": sales}, {"maker_sales": base})


def rows_of(medians, width, unit="share", base=0.5):
    """Return effects by year from 2001 on with these medians and half-widths of the band."""
    medians = np.asarray(medians, dtype=float)
    return pd.DataFrame(
        {"series": "own_brand_share", "index": "", "year": 2001 + np.arange(len(medians)), "median": medians, "low90":
         medians - width, "high90": medians + width, "positive": 1.0, "negative": 0.0, "base": base, "unit": unit}
    )  # fmt: skip


def test_the_course_of_an_effect_by_hand():
    found = course_of(rows_of([0.0, 0.1, 0.3, 0.2, 0.15, 0.05, 0.01], 0.02), "Own brands")
    assert (found.peak, found.halved, found.unsure, found.last) == (2003, 2005, 2007, 2007)
    assert years_of([found]) == {
        2003: "largest sure effect: Own brands",
        2005: "has halved: Own brands",
        2007: "last year",
    }


def test_the_largest_effect_that_is_not_sure_is_no_headline():
    rows = rows_of([0.1, 0.4, 0.1], [0.05, 0.5, 0.05])
    found = course_of(rows, "Own brands")
    assert (found.peak, found.unsure, found.top) == (2001, 2002, 2002)
    assert course_of(rows_of([0.1, 0.2], 0.3), "Own brands").peak is None


def test_an_effect_that_no_page_can_show_is_no_headline():
    assert course_of(rows_of([1e-6, 2e-6], 1e-7), "Own brands").peak is None
    assert course_of(rows_of([10.0, 12.0], 1.0, "vehicles", base=1e6), "Vehicles").peak is None


def test_years_sentences_and_rows_make_the_same_choice(tariff):
    years = headline_years(tariff)
    assert years == [1990, 1998, 2025]
    assert course_sentences(tariff)[0].startswith(
        "Own brands in passenger cars made: largest sure effect in 1990, +37.0 points"
    )
    rows = headline_rows(tariff)
    plain = rows[rows["series"] == "vehicles"]
    assert sorted(plain["year"]) == years
    own = rows[rows["series"] == "own_brand_share"].set_index("year")
    assert own.loc[1990, "why"] == "largest sure effect"
    assert own["sure"].tolist() == [True, True, False]


def test_years_that_a_user_names_are_obeyed(tariff):
    rows = headline_rows(tariff, [1987, 2000])
    assert set(rows["year"]) == {1987, 2000}


def test_a_sure_trifle_does_not_choose_the_years():
    trifle = course_of(rows_of([0.002, 0.001, 0.001, 0.001], 1e-4), "Own brands")
    large = course_of(rows_of([0.0, 0.2, 0.05, 0.05], 0.01), "Plug-in cars")
    assert years_of([trifle, large]) == {
        2002: "largest sure effect: Plug-in cars",
        2003: "has halved: Plug-in cars",
        2004: "last year",
    }
    assert 2001 in years_of([trifle])
    growing = course_of(rows_of([0.0, 0.1, 0.2, 0.3, 0.4], 0.01), "Own brands")
    assert years_of([growing]) == {2003: "half-way", 2005: "largest sure effect: Own brands"}


def test_a_share_that_rises_since_others_make_less_says_so(case, tariff):
    """Own brands make half of a million cars, then nine tenths of five hundred thousand: a larger share of fewer cars."""
    share, fewer = 0.4 * (case.years >= 1990), -5e5 * (case.years >= 1990)
    base = {"own_brand_share": 0.5, "passenger_cars": 1e6}
    found = comparison(case, TARIFF, {"own_brand_share": share, "passenger_cars": fewer}, base)
    said = share_told(found)
    assert said[0].startswith(
        "Own brands' share rises in 1990 mainly because others make fewer cars: own brands themselves make -"
    )
    assert share_told(tariff) == []


def test_imports_have_their_share_where_they_move(tariff, chery):
    share = import_share(tariff).set_index("year")["median"]
    assert share[1990] == pytest.approx(0.1)
    assert import_share(chery).empty
    assert "import_share" in set(headline_rows(tariff)["series"])


def test_permits_that_still_bind_are_told(tariff, case):
    told = permits_told(tariff)
    assert len(told) == 1
    assert told[0].startswith("Import permits still bind from 1986 to 2004")
    free = Reform({"tariff.car": {1986: 0.25}, "trade.licence": {1986: 0.0}})
    assert permits_told(comparison(case, free, {})) == []


def test_a_lever_that_moves_nothing_says_so_in_one_line(case):
    cap = Reform({"venture.share_cap": {1994: 1.0}}, mode="dated", name="No cap")
    tiny = 1e-6 * (case.years >= 1995)
    found = comparison(case, cap, {"own_brand_share": tiny}, {"ventures": 20.0, "foreign_equity": 0.4})
    line = silent(found)
    assert line.startswith("No visible effect:")
    assert f"reaches the cap in 0 of {HISTORIES} histories" in line
    assert f"something differs in {HISTORIES} of {HISTORIES} pairs" in line
    same = silent(comparison(case, cap, {}, {"ventures": 20.0, "foreign_equity": 0.4}))
    assert same.startswith(f"This lever does not bind: nothing differs in any of {HISTORIES} pairs")
    assert silent(comparison(case, cap, {"own_brand_share": 1e4 * tiny})) == ""


def test_a_lever_whose_visible_effect_has_one_sign_binds_though_its_band_holds_zero():
    rows = rows_of([0.2, 0.3], 1.0)
    assert not counts_in(rows).any()
    agreed = rows.assign(positive=0.93, negative=0.05)
    assert leans_in(agreed).all() and not leans_in(rows.assign(positive=0.8, negative=0.2)).any()


def test_a_sure_effect_that_later_ones_dwarf_is_no_headline():
    found = course_of(rows_of([0.02, 1.0], [0.01, 2.0]), "Chery: profit")
    assert (found.peak, found.top) == (None, 2002)


def test_a_firm_s_reform_shows_the_firm_and_its_rivals_first(chery):
    assert chosen_makers(chery) == ["chery"]
    assert main_rivals(chery) == ["gac", "gwm", "byd"]
    rows = firm_effects(chery, [2025])
    assert rows["role"].tolist() == [CHOSEN] * 5 + [RIVAL] * 15
    assert rows.iloc[0]["median"] == pytest.approx(1e5)
    assert headline_rows(chery).iloc[0]["index"] == "chery"
    assert courses(chery)[0].index == "chery"
    assert course_sentences(chery)[0].startswith("Chery Automobile: cars made: largest sure effect in 20")


def test_a_reform_of_all_own_brands_has_no_firm_to_show(case):
    every = comparison(case, Reform(firms={"own_brands": {"research.effort": 2.0}}), {})
    assert chosen_makers(every) == []
    assert firm_effects(every).empty


def test_output_of_ventures_is_a_channel(tariff):
    row = channel_table(tariff).set_index("series").loc["foreign_cars"]
    assert row["first"] == 1986
    assert row["first_median"] == pytest.approx(-1e3 * 0.074)


def told_of(case, reform):
    return change_rows(case, read_changes(case, [reform])[0][0])[0]


def test_totals_of_levers_with_several_places_are_told(case):
    row = told_of(case, Reform({"research.grants": {1995: 5}}))
    assert (row["before"], row["after"]) == ("0", "15 in all, 5 for each of 3 kinds of owner")
    row = told_of(case, Reform({"plate.limit": {2011: 0.5}}))
    assert "in all" not in row["after"]  # shares do not add up


def test_twice_zero_is_told(case):
    assert (
        "zero in history; multiplying it changes nothing"
        in told_of(case, Reform({"research.grants": {1995: "x2"}}))["after"]
    )


def test_zero_that_means_a_rule_is_told_with_the_rule(case):
    rule = float(case.params["research_intensity"][0])
    assert told_of(case, CHERY)["before"].startswith(f"own rule (about {rule:.2g},")
    private = rule * float(case.params["private_research"][0])
    geely = Reform(firms={"geely": {"research.revenue_share": {2001: 0.08}}})
    assert told_of(case, geely)["before"].startswith(f"own rule (about {private:.2g},")


def test_numbers_have_no_exponents():
    told = [signed(value) for value in (1.23e-7, -0.04, 12.345, -1234567.0)]
    assert told == ["0", "-0.040", "+12.3", "-1,234,567"]


def test_a_lever_of_many_places_moves_in_the_years_in_which_any_of_them_moves(case):
    quotas = case.policy["plate_limit"] if "plate_limit" in case.policy.dtype.names else None
    assert quotas is not None and (quotas > 0.0).any(axis=0).sum() > 1
    first = int(case.years[np.flatnonzero((quotas > 0.0).any(axis=1))[0]])
    reform = Reform({"plate.limit": "off"}, name="No quotas")
    assert change_rows(case, read_changes(case, [reform])[0][0])[0]["years"].startswith(f"{first}-")


def test_a_firm_s_reform_says_how_large_the_firm_is_here_and_in_the_record(chery):
    said = standing_told(chery)[0]
    assert said.startswith(
        "Chery Automobile without the reform: 0.10 million cars made in 2025 (0.10 to 0.10); recorded: "
    )
    assert said.endswith("It makes none in 0 of 20 histories without the reform and in 0 with it.")
