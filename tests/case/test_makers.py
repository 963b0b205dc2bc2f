"""Are makers and contracts what the tables say, without any outcome in them?"""

import numpy as np
import pytest

from latecomer import axes
from latecomer.case.load import load_case
from latecomer.case.makers import OPEN
from latecomer.errors import CaseError


def of(case, maker, field):
    """Return a field of a maker."""
    return case.makers[field][case.labels.makers.index(maker)]


def test_only_contracts_end_a_maker(case):
    """No maker ends with the exit year of its firm: ends are those of ventures, and Wuling's hand-over to a venture."""
    rows = case.tables["makers"].set_index("maker_id")
    ventures = case.tables["joint_ventures"].set_index("jv_id")
    for maker, end in zip(case.labels.makers, case.makers["end"], strict=True):
        if rows.loc[maker, "kind"] == "venture":
            dissolved = ventures.loc[maker, "end_year"]
            assert end == (OPEN if np.isnan(dissolved) else dissolved)
        elif rows.loc[maker, "succeeded_by"]:
            assert end == ventures.loc[rows.loc[maker, "succeeded_by"], "start_production_year"] - 1
        else:
            assert end == OPEN
    handed_over = [name for name in case.labels.makers if rows.loc[name, "succeeded_by"]]
    assert handed_over == ["wuling"]


def test_exit_years_of_firms_change_nothing(folder, case):
    """Firms that failed and firms that never sold are makers like the others, and a later exit leaves all arrays as they are."""
    folder.spoil("firms", "exit_year", "2020", firm_id="hafei")
    assert np.array_equal(load_case(folder.path).makers, case.makers)
    assert {"byton", "singulato", "hafei", "zotye", "wm"} <= set(case.labels.makers)


def test_founders_of_one_line_have_one_skill(case):
    rows = case.tables["makers"]
    skills = {
        line: {of(case, maker, "skill") for maker in group["maker_id"]}
        for line, group in rows.groupby("line_of_origin")
    }
    assert all(len(values) == 1 for values in skills.values())
    assert all(abs(value) <= 0.3 for values in skills.values() for value in values)


def test_facts_of_makers_come_from_the_fact_tables(case):
    regions = case.labels.region_names
    assert regions[of(case, "geely", "home")] == "Zhejiang"
    assert of(case, "saic_vw", "start") == 1985
    assert of(case, "beijing_jeep", "equity") == pytest.approx(0.686)
    assert case.labels.makers[of(case, "saic_vw", "group")] == "saic"
    assert case.labels.makers[of(case, "sgmw", "group")] == "saic"
    assert of(case, "tesla_china", "ownership") == axes.FOREIGN_PLANT
    assert of(case, "importer_germany", "home") == of(case, "importer_germany", "group") == -1
    assert of(case, "cnhtc", "passenger_start") == OPEN
    assert of(case, "changan", "passenger_start") == 1984


def test_makers_are_well_formed(case):
    makers = case.makers
    assert (makers["start"] <= makers["passenger_start"]).all()
    assert (makers["start"] <= makers["end"]).all()
    assert ((makers["equity"] >= 0) & (makers["equity"] <= 1)).all()
    own = np.isin(makers["ownership"], [axes.CENTRAL_STATE, axes.LOCAL_STATE, axes.PRIVATE])
    assert (makers["home"][makers["ownership"] != axes.IMPORTER] >= 0).all()
    assert (makers["origin"][own] == axes.ORIGINS.index("home")).all()
    assert (makers["equity"][own] == 1.0).all()
    weights = makers["commercial"].sum(axis=1)
    assert np.isin(weights.round(9), [0.0, 1.0]).all()


def test_every_province_has_local_works(case):
    works = [name for name in case.labels.makers if name.startswith("works_")]
    assert {of(case, name, "home") for name in works} == set(range(31))


def test_contracts_reach_a_maker_that_exists(case):
    contracts = case.contracts
    assert (contracts["year"] >= case.makers["start"][contracts["maker"]]).all()
    assert (np.diff(contracts["year"]) >= 0).all()
    assert ((contracts["domain"] >= 0) & (contracts["domain"] <= 1)).all()
    brought = (
        contracts["domain"].sum(axis=1) + contracts["network"].sum(axis=1) + contracts["name"].sum(axis=1)
    )
    assert (brought > 0).all()


def test_technology_bought_before_the_first_vehicle_is_older_when_used(case):
    """Chery bought Ford's engine line in 1996 and built its first car in 1999."""
    chery = case.labels.makers.index("chery")
    rows = case.contracts[case.contracts["maker"] == chery]
    fact = case.tables["contracts"].set_index("fact_id").loc["chery_1996", "vintage"]
    assert rows["year"].min() == 1999
    assert fact + 3 in rows["vintage"]


def test_every_firm_venture_licence_and_purchase_is_used_or_left_out_with_a_reason(case):
    omitted = case.tables["omissions"]
    assert (omitted["reason"].str.len() > 10).all()
    makers = case.tables["makers"]
    assert not set(omitted["fact_id"][omitted["table"] == "firms"]) & set(makers["fact_id"])


def test_takeovers_bring_network_and_name_where_they_say_at_prices_of_the_base_year(case):
    contracts, at = case.contracts, case.labels.destinations.index
    (volvo,) = np.flatnonzero(
        (contracts["maker"] == case.labels.makers.index("geely")) & (contracts["year"] == 2010)
    )
    assert contracts["network"][volvo, at("europe")] == 0.4
    assert contracts["name"][volvo, at("north_america")] == 0.5
    assert contracts["network"][volvo, at("russia")] == 0.0
    assert contracts["cost"][volvo] == pytest.approx(11.2)
    assert (contracts["cost"] > 0).sum() == len(set(case.tables["takeovers"]["acquisition_id"]))
    licences = contracts["cost"] == 0.0
    assert contracts["network"][licences].sum() == contracts["name"][licences].sum() == 0.0


def test_dated_takeovers_and_first_lines_come_from_the_tables(case):
    names = case.labels.makers
    assert (of(case, "hafei", "taken_year"), names[of(case, "hafei", "taken_by")]) == (2009, "changan")
    assert names[of(case, "wuling", "taken_by")] == "sgmw"
    assert of(case, "geely", "taken_year") == OPEN and of(case, "geely", "taken_by") == -1
    assert axes.SEGMENTS[of(case, "gwm", "first_line")] == "suv" and of(case, "saic", "first_line") == -1
    assert of(case, "geely", "second_brand") == 2009  # an upper brand after the first of 1998
    assert of(case, "byd", "batteries") == 1.0 and of(case, "geely", "batteries") == 0.0


def test_a_takeover_without_its_fact_is_refused(folder):
    folder.spoil("mergers", "fact_id", "changan_1909", maker_id="hafei")
    with pytest.raises(CaseError, match="changan_1909"):
        load_case(folder.path)


def test_only_partnerships_in_the_maker_itself_have_a_last_year(case):
    partners = {case.labels.makers[m] for m in case.contracts["maker"][case.contracts["last"] > 0]}
    assert {"sgmw", "southeast"} <= partners and "geely" not in partners
