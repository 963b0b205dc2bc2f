"""Does the case load, say where everything comes from, and refuse every kind of bad row at once?"""

import dataclasses
import hashlib
import shutil

import numpy as np
import pytest

from latecomer import vocabulary
from latecomer.case.digests import FILE as DIGESTS
from latecomer.case.load import CASES, checksum, list_cases, load_case
from latecomer.errors import CaseError


def test_the_case_has_all_years_fields_and_names(case):
    assert case.years.tolist() == list(range(1953, 2026))
    assert case.world.dtype == vocabulary.record(
        vocabulary.WORLD, vocabulary.sizes(m=len(case.labels.makers), r=31, x=7)
    )
    assert case.policy.shape == case.world.shape == case.years.shape
    assert len(case.makers) == len(case.labels.makers) == len(set(case.labels.makers)) > 100
    assert case.params.shape == (1,)
    assert set(case.params.dtype.names) == set(case.register["name"])
    assert all(np.isfinite(case.world[name]).all() for name in case.world.dtype.names)


def test_arrays_and_fields_cannot_be_changed(case):
    for array in (
        case.years,
        case.world,
        case.policy,
        case.strategy,
        case.makers,
        case.contracts,
        case.params,
    ):
        assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        case.policy.tariff_car[0] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        case.name = "other"


def test_every_fact_lever_target_and_parameter_names_a_source(case):
    for table in (case.facts, case.levers, case.targets, case.register, case.maker_record, case.group_record):
        assert set(table["source_id"]) <= set(case.sources.index)
    assert {"file", "line", "grade", "unit"} <= set(case.facts.columns)


def test_a_fact_stands_on_the_line_it_names(case):
    facts = case.facts.iloc[:: max(1, len(case.facts) // 60)]
    for row in facts[facts["table"].isin(["national", "exogenous", "segments"])].itertuples():
        line = (CASES / "china_auto" / row.file).read_text(encoding="utf-8").splitlines()[row.line - 1]
        assert line.startswith(f"{row.series},{row.year},")


def test_disagreeing_sources_stay_as_facts_and_one_is_compared(case):
    share = case.facts[(case.facts["table"] == "concentration") & (case.facts["series"] == "CR3")]
    assert share[share["year"] == 2008]["value"].tolist() == [49.0, 48.8]
    compared = case.targets[(case.targets["series"] == "top3_share") & (case.targets["year"] == 2008)]
    assert compared["value"].tolist() == [0.49]
    assert not case.targets.duplicated(["target_id", "year"]).any()


def test_later_outcomes_only_check_a_fit(case):
    assert case.targets.loc[case.targets["sample"] == "fit", "year"].max() <= 2010
    assert case.moments.loc[case.moments["sample"] == "fit", "last"].max() <= 2010
    assert set(case.targets["sample"]) == {"fit", "check"}


def test_sales_by_maker_are_counted_once(case):
    assert not case.maker_record.duplicated(["maker_id", "series", "year"]).any()
    assert set(case.maker_record["maker_id"]) <= set(case.labels.makers)
    jetta_and_audi = case.maker_record.query("maker_id == 'faw_vw' and year == 1997")["value"].item()
    assert jetta_and_audi == 6789 + 43869
    # Of Seres no sales are sourced; it is named because histories make it large.
    assert set(case.named_makers) - set(case.group_record["maker_id"]) == {"seres"}


def test_makers_never_sell_more_than_the_nation(case):
    total = case.targets[case.targets["series"] == "passenger_cars"].set_index("year")["value"]
    sold = case.maker_record[case.maker_record["series"] == "maker_sales"].groupby("year")["value"].sum()
    shared = total.index.intersection(sold.index)
    assert (sold[shared] < total[shared]).all()


@pytest.mark.parametrize(
    ("table", "column", "old", "now"),
    [
        ("makers", "origin", "china", "home"),
        ("firms", "ownership", "central_soe", "central_state"),
    ],
)
def test_a_value_of_earlier_versions_is_told_by_its_new_name(folder, table, column, old, now):
    folder.spoil(table, column, old)
    with pytest.raises(CaseError, match=f"did you mean '{now}'"):
        load_case(folder.path)


def test_a_column_of_earlier_versions_is_told_by_its_new_name(folder):
    header, *rows = folder.rows("joint_ventures")
    folder.write(
        "joint_ventures", [["chinese_partner" if name == "home_partner" else name for name in header], *rows]
    )
    with pytest.raises(CaseError, match="did you mean 'home_partner'"):
        load_case(folder.path)


def test_the_checksum_covers_every_file_and_its_name(folder, case):
    shutil.copy(case.folder / DIGESTS, folder.path)
    assert checksum(folder.path) == case.checksum
    (folder.path / "NOTES.md").rename(folder.path / "NOTE.md")
    renamed = checksum(folder.path)
    folder.spoil("brands", "segment", "cars")
    assert len({case.checksum, renamed, checksum(folder.path)}) == 3
    assert len(case.checksum) == len(hashlib.sha256().hexdigest())


def test_cases_are_found_by_name_and_by_folder(folder, case):
    assert "china-auto" in list_cases()
    shutil.copy(case.folder / DIGESTS, folder.path)
    assert load_case(folder.path).checksum == case.checksum
    with pytest.raises(CaseError, match=r"chin-auto.*did you mean 'china-auto'"):
        load_case("chin-auto")


def test_every_kind_of_bad_cell_is_told_in_one_error(folder):
    told = {
        (
            "policies.csv",
            folder.spoil("policies", "value", "many", policy_id="nev_credit_ratio"),
            "value",
        ): "a number",
        (
            "policies.csv",
            folder.spoil("policies", "end", "1990-13", policy_id="tariff_car_lt3l"),
            "end",
        ): "a date",
        (
            "policies.csv",
            folder.spoil("policies", "end", "1993", policy_id="jv_equity_cap"),
            "end",
        ): "not before the start",
        ("policies.csv", folder.spoil("policies", "low", "", policy_id="plan_priority"), "low"): "a range",
        ("levers.csv", folder.spoil("levers", "lever", "tarif.car"), "lever"): "did you mean 'tariff.car'",
        (
            "levers.csv",
            folder.spoil("levers", "policy_id", "soft_buget", lever="budget.softness"),
            "policy_id",
        ): "'soft_budget'",
        ("national.csv", folder.spoil("national", "unit", "vehicels"), "unit"): "did you mean 'vehicles'",
        ("national.csv", folder.spoil("national", "grade", "guessed", 3), "grade"): "one of the grades",
        ("national.csv", folder.spoil("national", "source_id", "CCTV2008", 5), "source_id"): "did you mean",
        ("national.csv", folder.spoil("national", "value", "nan", 7), "value"): "a finite number",
        ("national.csv", folder.spoil("national", "value", "", 9), "value"): "a value",
        ("national.csv", folder.spoil("national", "year", "19555", 11), "year"): "a number from",
        ("national.csv", folder.spoil("national", "year", "1990.5", 13), "year"): "a whole number",
        (
            "firms.csv",
            folder.spoil("firms", "home_province", "Jilinn"),
            "home_province",
        ): "did you mean 'Jilin'",
        (
            "joint_ventures.csv",
            folder.spoil("joint_ventures", "home_share_pct", "168"),
            "home_share_pct",
        ): "0 to 100",
        (
            "contracts.csv",
            folder.spoil("contracts", "maker_id", "cherry"),
            "maker_id",
        ): "did you mean 'chery'",
        ("makers.csv", folder.spoil("makers", "electric_only", "no"), "electric_only"): "0 or 1",
        ("targets.csv", folder.spoil("targets", "series", "vehicle"), "series"): "did you mean 'vehicles'",
    }
    with pytest.raises(CaseError) as caught:
        load_case(folder.path)
    found = {(p.file, p.line, p.column): str(p) for p in caught.value.problems}
    for place, said in told.items():
        assert said in found[place]
    assert set(found) == set(told)
    assert str(caught.value).startswith("18 problems in the case")


def test_rows_that_clash_are_told_with_both_lines(folder):
    rows = folder.rows("exogenous")
    folder.write("exogenous", [*rows, rows[1]])
    with pytest.raises(CaseError, match=rf"exogenous.csv, line {len(rows) + 1}.*line 2 has the same"):
        load_case(folder.path)


def test_a_missing_column_a_wrong_column_and_a_short_row_are_told(folder):
    rows = folder.rows("segments")
    rows[0][rows[0].index("grade")] = "quality"
    rows[4] = rows[4][:-1]
    folder.write("segments", rows)
    with pytest.raises(CaseError) as caught:
        load_case(folder.path)
    said = [str(problem) for problem in caught.value.problems]
    assert "segments.csv, line 1, column grade: expected this column in the header" in said
    assert any("column quality" in text and "a column of this table" in text for text in said)
    assert any(text.startswith("segments.csv, line 5: '7 cells'") for text in said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("first_year: soon", "column first_year"),
        ("last_year: 1900", "up to 300 years from the first"),
        ("last_year: 2030", "the last one with facts"),
        ("named_makers: [gely]", "did you mean 'geely'"),
        ("titel: x", "did you mean 'title'"),
        ("name: [", "expected YAML"),
    ],
)
def test_a_bad_head_is_told(folder, line, said):
    head = folder.path / "case.yaml"
    key = line.split(":")[0]
    kept = [text for text in head.read_text(encoding="utf-8").splitlines() if not text.startswith(key)]
    head.write_text("\n".join([*kept, line]), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_case(folder.path)
    assert said in str(caught.value)


def test_a_missing_table_is_told(folder):
    (folder.path / "regions.csv").unlink()
    with pytest.raises(CaseError) as caught:
        load_case(folder.path)
    assert [str(problem) for problem in caught.value.problems] == [
        "regions.csv: expected this table in the case folder"
    ]


@pytest.mark.parametrize(
    ("table", "column", "value", "where", "said"),
    [
        ("levers", "index", "CN_BJ", {"index": "CN-BJ"}, "did you mean 'CN-BJ'"),
        ("levers", "index", "suv", {"lever": "plan.share"}, "no index"),
        ("levers", "scale", "9", {"lever": "credit.ratio"}, "credit.ratio from 0 to 2 in 2019"),
        ("levers", "start", "2030", {"lever": "plan.share"}, "a policy in force within the window"),
        (
            "policies",
            "start",
            "1993-06",
            {"policy_id": "tariff_car_lt3l", "start": "1994-04"},
            "both feed tariff.car",
        ),
        ("world", "series", "gdp_real_indx", {"quantity": "gdp_index"}, "did you mean 'gdp_real_index'"),
        ("world", "before", "with:gdp_indx", {"quantity": "brent"}, "did you mean 'gdp_index'"),
        ("world", "before", "back:2010", {"quantity": "battery_usd"}, "two years of the case"),
        ("world", "times", "us_cpi@1066", {"quantity": "battery_usd"}, "QUANTITY@YEAR"),
        ("exogenous", "value", "0", {"series": "brent_oil_price", "year": "1998"}, "that of 1998 is not"),
        ("regions", "population_late", "1e308", {"region_id": "CN-SH"}, "a number from 1 to 1e+09"),
        ("world", "after", "hope", {"quantity": "brent"}, "hold, zero, with:QUANTITY"),
        ("world", "quantity", "cpj", {"quantity": "cpi"}, "a row for this quantity"),
        ("constants", "value", "2", {"name": "region_elasticity"}, "a value from 0.6 to 1"),
        ("makers", "fact_id", "gely", {"maker_id": "geely"}, "did you mean 'geely'"),
        ("makers", "group", "saik", {"maker_id": "sgmw"}, "did you mean 'saic'"),
        ("makers", "bus", "0.5", {"maker_id": "cnhtc"}, "class weights that add up to 1"),
        ("makers", "start", "", {"maker_id": "importer_japan"}, "a first year"),
        ("contracts", "fact_id", "geely_1989", {"fact_id": "geely_1998"}, "did you mean 'geely_1998'"),
        ("targets", "last", "2012", {"target_id": "vehicles_fit"}, "only check a fit"),
        ("targets", "index", "van", {"target_id": "minibus_fit"}, "a name along axis 's'"),
        ("targets", "fact_series", "vehicle_producton", {"target_id": "vehicles"}, "'vehicle_production'"),
        ("moments", "last", "2015", {"moment_id": "price_2004_2009"}, "only check a fit"),
        (
            "moments",
            "index",
            "suv",
            {"moment_id": "price_2004_2009"},
            "moments.csv, line 4, column index: 'suv'; expected no index",
        ),
        (
            "exogenous",
            "value",
            "-40",
            {"series": "brent_oil_price", "year": "1998"},
            "a value not below zero",
        ),
        (
            "national",
            "series",
            "vehicle_prodution",
            {"series": "vehicle_production"},
            "mean 'vehicle_production'?",
        ),
        ("regional_protection", "value", "-5", {"unit": "CNY per car"}, "a value not below zero"),
        ("rnd_system", "year", "3023", {"item": "tsinghua_department"}, "years from 1700 to 2100"),
        ("params", "off", "-99", {"name": "base_utility"}, "the range of the row, or 0 or 1"),
        ("firm_targets", "rank", "1e300", {"rank": "1"}, "a number from 1 to 1000"),
        ("params", "default", "1e9", {"name": "base_utility"}, "the range of the row"),
        ("omissions", "fact_id", "huawey", {"fact_id": "huawei"}, "a reason in omissions.csv"),
        ("abroad", "low", "", {"series": "income_russia"}, "a range in low and high"),
        ("world", "quantity", "market_rusia", {"quantity": "market_russia"}, "a row for this quantity"),
        ("levers", "index", "rusia", {"lever": "abroad.window"}, "did you mean 'russia'"),
        ("takeovers", "destination", "europ", {"acquisition_id": "geely_2010"}, "did you mean 'europe'"),
        (
            "takeovers",
            "acquisition_id",
            "geely_2011",
            {"acquisition_id": "geely_2010"},
            "an acquisition of contracts",
        ),
        (
            "takeovers",
            "maker_id",
            "byd",
            {"acquisition_id": "geely_2010"},
            "an acquisition of contracts.csv by byd",
        ),
        ("takeovers", "network", "0.9", {"acquisition_id": "geely_2010"}, "a value from 0.2 to 0.7"),
        ("takeovers", "price", "9", {"acquisition_id": "geely_2010"}, "the price on the other rows"),
    ],
)
def test_rows_that_do_not_fit_together_are_told(folder, table, column, value, where, said):
    folder.spoil(table, column, value, **where)
    with pytest.raises(CaseError) as caught:
        load_case(folder.path)
    assert said in str(caught.value)


def test_facts_that_give_no_finite_number_are_refused(folder, recwarn):
    folder.spoil(
        "exogenous", "value", "47.9", series="gini_national", year="2003"
    )  # per cent in place of a share
    expected = "'income'; expected facts that give a finite number"
    with pytest.raises(CaseError, match=expected):
        load_case(folder.path)
    assert not recwarn.list
