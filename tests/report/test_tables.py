"""Do the tables and sentences say what the record says?"""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from latecomer.fit.score import errors, record_table
from latecomer.report.export import shown_in, tables_of, write_all
from latecomer.study import answer, bands, evidence
from latecomer.study.groups import firm_points, heads


@pytest.fixture(scope="module")
def record(result):
    return record_table(result)


def test_a_fan_begins_where_the_first_history_moves(result):
    values = np.tile(np.array([1.0, 1.0, 1.0, 2.0]), (3, 1))
    values[0, 2] = 1.5
    still = np.ones((3, len(result.years)))
    still[:, :4] = values
    still[:, 4:] = 2.0
    assert bands.fan_of(result, still)["year"].iloc[0] == result.years[2]
    assert bands.fan_of(result, np.ones_like(still)).empty


def test_ventures_belong_to_the_group_of_their_chinese_parent(result):
    at = result.case.labels.makers.index
    head = heads(result.case)
    assert head[at("saic_vw")] == at("saic") and head[at("saic")] == at("saic")
    assert all(
        head[m] == -1 for m, name in enumerate(result.case.labels.makers) if name.startswith("importer")
    )


def test_a_figure_of_a_maker_without_ventures_is_drawn_once(result):
    rows = firm_points(result.case, "chery")
    assert not rows.duplicated(["year", "recorded"]).any()
    assert (rows["kind"] == "group").sum() > 10


def test_the_answer_puts_the_record_beside_the_run(result, record):
    sentences = answer.answer(result, record, errors(result))
    assert len(sentences) == 5
    assert "2004 (recorded: 5.07 million)" in sentences[0]
    assert "recorded rank in the world: third" in sentences[1]
    assert "2025 (recorded: 69.5%)" in sentences[2]
    assert "great" in sentences[3] and "random walk" in sentences[4]


def test_the_rank_is_counted_among_recorded_rivals(result):
    """11.3, 11.5, 5.8 and 3.8 million were made in 2006 in the USA, Japan, Germany and Korea."""
    records = result.records.copy()
    for made, rank in ((1e6, 5), (7.2e6, 3), (20e6, 1)):
        records["vehicles"] = made
        assert bands.rank_of(dataclasses.replace(result, records=records), 2006) == (rank, made)
    assert bands.rank_of(result, 1901) is None


def test_a_year_outside_the_run_has_no_value(result, record):
    assert answer.value(result, record, "vehicles", 1900) is None


def test_every_source_number_stands_for_one_source(result, record):
    shown = evidence.sources_shown(result.case, record)
    assert set(record["source_id"]) <= set(shown["source_id"])
    assert shown["number"].tolist() == list(range(1, len(shown) + 1))
    assert shown["source_id"].is_unique
    further = evidence.sources_of_inputs(result.case, shown)
    assert set(further["source_id"]) & set(shown["source_id"]) == set()


def test_evidence_counts_what_the_case_holds(result):
    case = result.case
    assert evidence.grades(case)["facts"].sum() == len(case.facts)
    assert evidence.filled(case)["values"].sum() == len(case.fills)
    assert len(evidence.assumed(case)) == (case.register["grade"] == "assumption").sum()


def test_tables_come_out_as_csv_in_the_units_and_digits_of_the_page(found, record, tmp_path):
    written = {path.stem: path for path in write_all(tables_of(found), tmp_path / "tables")}
    assert {"record", "errors", "fans", "firms", "provinces", "power_path", "sources"} <= written.keys()
    read = pd.read_csv(written["record"])
    factor, unit = zip(*(shown_in(unit) for unit in record["unit"]), strict=True)
    assert np.allclose(read["median"], record["median"] * np.array(factor), rtol=1e-4)
    assert tuple(read["unit"]) == unit
    assert len(pd.read_csv(written["provinces"])) == 31
