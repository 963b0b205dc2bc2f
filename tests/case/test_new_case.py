"""Does a new case run as it stands, whatever its span, and does it say that its numbers are invented?"""

import csv
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from case_folder import Folder

from latecomer.case.load import load_case
from latecomer.case.new_case import INVENTED, write_case
from latecomer.case.params import OF_PACKAGE
from latecomer.case.reform import read_reform
from latecomer.case.schemas import NEEDED, OPTIONAL, SCHEMAS
from latecomer.case.span import marked, marked_spans
from latecomer.cli import main
from latecomer.errors import CaseError
from latecomer.explain.names import explain
from latecomer.fit.score import errors, firm_table, moment_table, record_table
from latecomer.report.comparison import page as comparison_page
from latecomer.report.page import page
from latecomer.run import run
from latecomer.study.ablate import ablate
from latecomer.study.affiliation import affiliation_share
from latecomer.study.attribute import attribute
from latecomer.study.compare import compare
from latecomer.study.fork import timing
from latecomer.study.growth import growth_table
from latecomer.study.openness import openness
from latecomer.study.summary import summary
from latecomer.study.uncertainty import uncertainty

SPANS = [(1900, 1930), (1960, 1984), (2012, 2036), (2001, 2006)]
HISTORIES = 4
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "bring-your-own-case.md"


def new(path, **given):
    """Return the folder of a new case."""
    path.mkdir()
    write_case(path, path.name, **given)
    return Folder(path)


def add(folder, table, row):
    """Write a table of one invented row; columns that are not given stay empty."""
    given = {"source_id": INVENTED, "grade": "assumption"} | row
    header = [column.name for column in SCHEMAS[table].columns]
    folder.write(table, [header, [given.get(name, "") for name in header]])


@pytest.fixture(scope="module")
def small_case(tmp_path_factory):
    """Return the case that `latecomer new-case` writes: three makers and an importer, two regions, 25 years, no venture."""
    return load_case(new(tmp_path_factory.mktemp("cases") / "small").path)


@pytest.fixture(scope="module")
def low_tariff(tmp_path_factory):
    """Return the function that makes a reform from a year on."""

    def reform(year):
        path = tmp_path_factory.mktemp("reform") / "low.yaml"
        path.write_text(f"name: Low tariff\npolicy:\n  tariff.car: {{{year}: 10%}}\n", encoding="utf-8")
        return read_reform(path)

    return reform


@pytest.fixture(scope="module")
def small_run(small_case):
    return run(small_case, HISTORIES, 1)


def test_every_number_is_marked_as_invented_or_kept(small_case):
    assert set(small_case.facts["grade"]) == set(small_case.register["grade"]) == {"assumption"}
    assert set(small_case.facts["source_id"]) == {INVENTED}
    assert set(small_case.register["source_id"]) == {OF_PACKAGE}
    assert set(small_case.sources.index) == {INVENTED, OF_PACKAGE}
    assert "invented" in small_case.title


def test_its_tables_have_the_columns_of_their_schemas(small_case):
    for path in small_case.folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as handle:
            header = next(csv.reader(handle))
        assert header == [column.name for column in SCHEMAS[path.stem].columns], path.stem


def test_parameters_are_those_of_the_model_in_its_order(case, small_case):
    assert small_case.params.dtype == case.params.dtype
    assert small_case.params.tolist() == case.params.tolist()


def test_a_row_of_its_own_replaces_a_parameter_and_a_wrong_name_is_told(tmp_path):
    folder = new(tmp_path / "own")
    row = {"name": "novelty", "group": "market", "default": "1", "prior": "fixed", "low": "0", "high": "2"}
    add(folder, "params", row | {"fit": "0"})
    assert load_case(folder.path).params["novelty"][0] == 1.0
    folder.spoil("params", "name", "noveltie")
    with pytest.raises(CaseError, match="did you mean 'novelty'"):
        load_case(folder.path)


@pytest.mark.parametrize("table", list(OPTIONAL))
def test_any_table_that_is_not_needed_may_be_missing(tmp_path, table):
    folder = new(tmp_path / "own")
    (folder.path / f"{table}.csv").unlink(missing_ok=True)
    if table == "policies":
        (folder.path / "levers.csv").unlink()
    assert load_case(folder.path).tables[table].empty == (table != "params")


def test_a_needed_table_that_is_missing_is_told(tmp_path):
    folder = new(tmp_path / "own")
    for table in NEEDED:
        (folder.path / f"{table}.csv").unlink()
    with pytest.raises(CaseError) as raised:
        load_case(folder.path)
    told = {problem.file for problem in raised.value.problems if "this table" in problem.expected}
    assert told == {f"{table}.csv" for table in NEEDED}


def test_a_column_that_may_be_empty_may_be_missing(small_case, tmp_path):
    folder = Folder(shutil.copytree(small_case.folder, tmp_path / "small"))
    for path in folder.path.glob("*.csv"):
        rows = folder.rows(path.stem)
        kept = [i for i, _ in enumerate(rows[0]) if any(row[i] for row in rows[1:])]
        folder.write(path.stem, [[row[i] for i in kept] for row in rows])
    case = load_case(folder.path)
    assert case.labels.region_names_local == case.labels.region_names == ("North", "South")
    assert case.world.tobytes() == small_case.world.tobytes()
    assert case.policy.tobytes() == small_case.policy.tobytes()


def test_only_a_case_with_a_list_of_omissions_is_held_to_it(tmp_path):
    folder = new(tmp_path / "own")
    folder.write("makers", [row for row in folder.rows("makers") if row[0] != "maker_3"])
    text = (folder.path / "case.yaml").read_text(encoding="utf-8")
    (folder.path / "case.yaml").write_text(text.replace(", maker_3", ""), encoding="utf-8")
    assert load_case(folder.path).labels.makers == ("maker_1", "maker_2", "importer")
    add(folder, "omissions", {"table": "firms", "fact_id": "maker_1", "reason": "A reason"})
    with pytest.raises(CaseError, match="maker_3"):
        load_case(folder.path)


@pytest.mark.parametrize("first,last", SPANS)
def test_base_years_outside_the_case_leave_a_whole_world(tmp_path, first, last):
    case = load_case(new(tmp_path / "own", first_year=first, last_year=last).path)
    assert case.years.tolist() == case.world.year.tolist() == list(range(first, last + 1))
    for name in case.world.dtype.names:
        assert np.isfinite(case.world[name]).all()
    assert set(case.inputs.index) == set(case.years)
    assert case.fills["year"].between(first, last).all()


def test_prices_are_those_of_the_base_year_also_where_the_case_ends_before_it(tmp_path):
    """Consumer prices stand at 110 from the last year on, so that the deflator is one at the end."""
    folder = new(tmp_path / "own", first_year=1960, last_year=1984).path
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    assert "base_year: 1978" in text
    (folder / "case.yaml").write_text(text.replace("base_year: 1978", "base_year: 2010"), encoding="utf-8")
    case = load_case(folder)
    assert case.world.deflator[-1] == 1.0
    assert case.world.deflator[0] == pytest.approx(60.0 / 110.0)


def test_makers_older_than_the_case_begin_with_it(tmp_path):
    folder = new(tmp_path / "own")
    for column in ("founded", "first_vehicle_year", "first_own_brand_car_year", "passenger_entry_year"):
        folder.spoil("firms", column, "1950", firm_id="maker_2")
    case = load_case(folder.path)
    assert case.makers["start"].tolist()[:2] == case.makers["passenger_start"].tolist()[:2] == [1990, 1990]


def test_outcomes_outside_the_case_are_left_out_and_told(tmp_path):
    folder = new(tmp_path / "own")
    folder.spoil("targets", "first", "1955", target_id="vehicles_fit")
    facts = folder.rows("national")
    early = [("1955" if name == "year" else cell) for name, cell in zip(facts[0], facts[1], strict=True)]
    series = facts[0].index("series")
    early[series] = "vehicles_made"
    folder.write("national", [*facts, early])
    moment = {"moment_id": "early", "series": "vehicles", "measure": "mean", "first": "1985", "last": "1995"}
    add(folder, "moments", moment | {"value": "1", "sd": "1", "sample": "check"})
    case = load_case(folder.path)
    assert case.targets["year"].tolist() == [1990, 2014] and case.moments.empty
    assert case.left_out == (
        "targets.csv: 1 targets are compared within 1990-2014",
        "moments.csv: 1 moments are left out, not wholly within 1990-2014",
    )


def test_a_reference_country_without_a_pillar_is_told(tmp_path):
    folder = new(tmp_path / "own")
    pillar = {"country": "Utopia", "index": "great", "pillar": "output", "value": "1", "year": "2000"}
    add(folder, "references", pillar)
    with pytest.raises(CaseError, match="Utopia for the pillar home_market of great"):
        load_case(folder.path)


def test_wanted_years_are_clipped_to_the_case():
    years = np.arange(1990, 2015)
    assert marked((1980, 1995, 2010, 2025), years) == [1990, 1995, 2010, 2014]
    assert marked((2000, 2010), years) == [2000, 2010]
    assert marked((2010, 2025), np.arange(2012, 2037)) == [2012, 2025, 2036]
    assert marked((2010, 2025), np.arange(1960, 1985)) == [1960, 1984]
    assert marked_spans(((1990, 2010), (2010, 2025)), years) == [(1990, 2010), (2010, 2014)]
    assert marked_spans(((1990, 2010), (2010, 2025)), np.arange(2000, 2001)) == [(2000, 2000)]


def test_it_makes_and_sells_cars_at_home_and_abroad(small_run):
    assert not small_run.failed
    for name in ("passenger_cars", "vehicle_exports", "home_sales"):
        assert (small_run.series(name)[:, -1] > 0.0).all()


def test_its_report_is_written(small_run):
    text = page(summary(small_run))
    assert "1990-2014" in text and "2014" in text
    for foreign in ("Guangdong", "near its place on the map", "place_great"):
        assert foreign not in text
    assert set(growth_table(small_run)["last"]) <= set(small_run.years)


@pytest.mark.parametrize("first,last", SPANS[1:3])
def test_the_report_is_written_for_any_span(tmp_path, low_tariff, first, last):
    case = load_case(new(tmp_path / "own", first_year=first, last_year=last).path)
    assert f"{first}-{last}" in page(summary(run(case, 2, 1)))
    found = compare(case, low_tariff(first + 2), histories=2)
    assert f"{first + 2}" in comparison_page(found)


def test_the_tables_of_the_record_may_be_empty(small_case, tmp_path):
    path = shutil.copytree(small_case.folder, tmp_path / "small")
    for name in ("targets", "parts", "forces", "openness", "structures", "levers", "policies"):
        (path / f"{name}.csv").unlink()
    found = run(load_case(path), 2, 1)
    for table in (record_table, errors, moment_table, firm_table):
        assert table(found).empty
    assert "The answer" in page(summary(found))


def test_every_question_can_be_asked_of_it(small_case, low_tariff):
    reform = low_tariff(2000)
    assert sorted(ablate(small_case, HISTORIES).table["year"].unique()) == [2008, 2014]
    found = attribute(small_case, histories=2)
    assert len(found.sentences()) == 4
    assert sorted(found.table["first"].unique()) == [1990, 2002]
    dial = openness(small_case, steps=3, histories=2)
    assert sorted(dial.best["era"].unique()) == [1991, 1994, 2001, 2010, 2014] and dial.sentences()
    assert timing(small_case, reform, histories=HISTORIES).sentences()
    assert uncertainty(small_case, reform, variant_histories=2).sentences()
    assert compare(small_case, reform, histories=HISTORIES).since == 2000
    names = ("maker_1", "tariff.car", "base_utility", "north", "abroad")
    assert {entry.name for entry in explain(names, small_case)} >= {"maker_1", "tariff.car", "base_utility"}


def test_a_venture_whose_partner_makes_nothing_leaves_the_report_whole(tmp_path):
    """A case with ventures, but without an own brand that learns from one: affiliation has no share, and no error."""
    folder = new(tmp_path / "own")
    venture = {
        "jv_id": "venture",
        "name": "Venture",
        "home_partner": "maker_3",
        "foreign_partner": "maker_2",
    }
    dates = {"signed_year": "1999", "start_production_year": "2000"}
    add(folder, "joint_ventures", venture | dates | {"home_share_pct": "50", "province": "North"})
    for column, value in (
        ("kind", "venture"),
        ("fact_id", "venture"),
        ("group", "maker_1"),
        ("origin", "japan"),
    ):
        folder.spoil("makers", column, value, maker_id="maker_2")
    for column in ("founded", "first_vehicle_year", "first_own_brand_car_year", "passenger_entry_year"):
        folder.spoil("firms", column, "2014", firm_id="maker_1")
    case = load_case(folder.path)
    assert affiliation_share(case, 2) is None
    assert 'id="affiliation"' not in page(summary(run(case, 2, 1)))


def test_the_command_writes_a_case_that_runs_and_writes_over_nothing(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["new-case", "my-case", "--makers", "3", "--title", "Ruritania"]) == 0
    assert capfd.readouterr().out == "my-case\n"
    assert main(["run", "my-case", "--histories", "2", "--out", "x", "--quiet"]) == 0
    assert (tmp_path / "x" / "latecomer-my-case.html").stat().st_size > 1e6
    before = (tmp_path / "my-case" / "case.yaml").read_bytes()
    assert main(["new-case", "my-case", "--title", "Other"]) == 2
    assert (tmp_path / "my-case" / "case.yaml").read_bytes() == before


def test_wrong_words_are_told_together(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["new-case", "Bad_Name", "--makers", "0", "--first-year", "2000", "--last-year", "2001"]
    assert main([*words, "--title", "a\x1b[31m"]) == 2
    told = capfd.readouterr().err
    assert "4 problems" in told
    for said in ("FOLDER: 'Bad_Name'", "--makers: '0'", "--last-year: '2001'", "--title"):
        assert said in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given,span", [(["--first-year", "1950"], (1950, 1974)), (["--last-year", "2030"], (2006, 2030))]
)
def test_one_end_of_the_span_gives_the_other(tmp_path, given, span):
    assert main(["new-case", "own", "--out", str(tmp_path / "cases"), "--quiet", *given]) == 0
    case = load_case(tmp_path / "cases" / "own")
    assert (int(case.years[0]), int(case.years[-1])) == span


def test_other_numbers_of_makers_load(tmp_path):
    for makers in (1, 12):
        case = load_case(new(tmp_path / f"own-{makers}", makers=makers).path)
        assert len(case.makers) == makers + 1
        assert len(case.named_makers) == min(makers, 10)


def test_the_commands_of_the_guide_work_one_after_the_other(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^latecomer (.*)$", GUIDE.read_text(encoding="utf-8"), re.M)
    assert shown[0].startswith("new-case ")
    for command in shown:
        assert main(shlex.split(command)) == 0, capfd.readouterr().err
    assert (tmp_path / "results" / "latecomer-my-case.html").is_file()


def test_the_guide_tells_every_table_and_which_of_them_are_needed():
    _, needed, added, _, _ = re.split(r"^## (?=\d|What)", GUIDE.read_text(encoding="utf-8"), flags=re.M)[1:]
    for names, text in ((NEEDED, needed), (OPTIONAL, added)):
        rows = "".join(line for line in text.splitlines() if line.startswith("|"))
        assert sorted(re.findall(r"`(\w+)\.csv`", rows)) == sorted(names)


def test_other_numbers_of_makers_run_and_report(tmp_path):
    case = load_case(new(tmp_path / "own", makers=7, first_year=2003, last_year=2009).path)
    assert "2003-2009" in page(summary(run(case, 2, 1)))
