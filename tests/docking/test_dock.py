"""Are docked models asked for, compared and shown as said, and are wrong requests and tables refused?"""

import json

import numpy as np
import pytest

from latecomer.case.tables import GRADES
from latecomer.cli import main
from latecomer.docking import MODELS, compared, dock, tables
from latecomer.errors import CaseError, UsageError

COLUMNS = ["target", "value", "band", "found", "standard_error", "met"]


def test_the_table_has_a_row_for_each_target():
    for model in MODELS:
        told = dock(model, histories=2)
        assert list(told.table) == COLUMNS
        assert list(told.table["target"]) == list(
            tables.table(model.replace("-", "_"), tables.TARGETS)["name"]
        )


def test_found_is_the_mean_and_met_says_whether_it_lies_in_the_band(monkeypatch):
    rows = tables.table("incalead", tables.TARGETS)
    values = dict.fromkeys(rows["name"], np.array([0.0]))
    values["catch_up"] = np.array([23.9, 24.1, 24.0])
    told = compared("incalead", values).set_index("target")
    assert told.loc["catch_up", "found"] == pytest.approx(24.0)
    assert told.loc["catch_up", "standard_error"] == pytest.approx(0.1 / np.sqrt(3))
    assert list(told.index[told["met"]]) == ["catch_up"]


def test_a_wrong_request_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean 'incalead'") as told:
        dock("incaled", histories=0)
    assert len(told.value.problems) == 2


@pytest.mark.parametrize(
    ("schema", "line", "expected"),
    [
        (tables.PARAMETERS, "imitation,high,per unit,a book,guess,about", "2 problems"),
        (tables.TARGETS, "catch_up,23.98,-1,a paper", "a number from 0"),
        (tables.READINGS, "one,no_such,1,", "one of the parameters"),
    ],
)
def test_a_wrong_table_is_refused(monkeypatch, tmp_path, schema, line, expected):
    header = ",".join(column.name for column in schema.columns)
    (tmp_path / "here").mkdir()
    good = "name,value,unit,source,grade,about\nspeed,1,per year,a paper,reported,Speed\n"
    (tmp_path / "here" / "parameters.csv").write_text(good, encoding="utf-8")
    (tmp_path / "here" / schema.file).write_text(f"{header}\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(tables, "CASES", tmp_path)
    with pytest.raises(CaseError, match=expected):
        tables.table("here", schema)


def test_every_docked_number_has_a_unit_a_source_and_a_grade():
    for model in MODELS:
        rows = tables.table(model.replace("-", "_"), tables.PARAMETERS)
        assert set(rows["grade"]) <= set(GRADES)
        assert (rows[["unit", "source", "about"]] != "").all(axis=None)


def test_the_command_prints_what_is_met_and_by_how_much_the_rest_is_missed(capsys):
    assert main(["dock", "--histories", "500"]) == 0
    out = capsys.readouterr().out
    assert "nelson-winter: 14 of 15 targets met" in out
    assert "incalead: 13 of 13 targets met" in out
    line = next(line for line in out.splitlines() if line.startswith("productivity.4 "))
    assert "missed by 0.000" in line
    assert max(len(text) for text in out.splitlines()[:-1]) <= 80


def test_json_gives_rows_and_nothing_else(capsys):
    assert main(["dock", "incalead", "--json"]) == 0
    said = capsys.readouterr()
    rows = json.loads(said.out)
    assert said.err == ""
    assert [list(row) for row in rows] == [["model", *COLUMNS, "missed_by"]] * 13
    assert all(row["met"] and row["missed_by"] == 0 and row["standard_error"] is None for row in rows)


def test_a_wrong_command_is_refused_before_anything_is_run(capsys):
    assert main(["dock", "nelson", "--histories", "none", "--seed", "x"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("3 problems")
    assert "nelson-winter" in told
