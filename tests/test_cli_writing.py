"""Are files whole or not at all, whatever happens while they are written, and do spreadsheets read them as they are?"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest

from latecomer.cli.writing import NEW, OLD, NotWritten, whole_file, whole_files
from latecomer.errors import spreadsheet_safe
from latecomer.report.export import in_shown_units, presented, rounded, write_all, write_workbook
from latecomer.report.style import FAST, unchecked

TABLE = pd.DataFrame(
    {
        "name": ["=1+cmd", "奇瑞", "-3.5", "@x", "+", "x", "a=b", ""],
        "unit": ["share"] * 8,
        "median": [0.4321987654321] * 8,
        "histories": [2] * 8,
    }
)


def dead_process():
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_new_folder_appears_at_once_and_no_other_file_is_left(tmp_path):
    with whole_files(tmp_path / "a" / "tables") as part:
        (part / "x.csv").write_text("1")
        assert not (tmp_path / "a" / "tables").exists()
    assert [path.name for path in (tmp_path / "a").rglob("*")] == ["tables", "x.csv"]


def test_the_folder_that_one_stands_in_can_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_files(Path(".")) as part:
        (part / "x.csv").write_text("1")
    with whole_file(Path("page.html")) as part:
        part.write_text("2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "x.csv"]


def test_files_that_were_there_come_back_where_one_cannot_be_moved(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("old")
    (tmp_path / "c.csv").mkdir()
    (tmp_path / "c.csv" / "mine").write_text("kept")
    with pytest.raises(NotWritten, match="could not be written"), whole_files(tmp_path) as part:
        for name in ("a.csv", "aa.csv", "b.csv", "c.csv"):
            (part / name).write_text("new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {
        "a.csv": "old",
        "b.csv": "old",
    }
    assert (tmp_path / "c.csv" / "mine").read_text() == "kept"


def test_what_a_killed_process_left_is_cleared_and_what_it_put_aside_comes_back(tmp_path):
    dead = dead_process()
    part = tmp_path / f".latecomer-{dead}"
    (part / OLD).mkdir(parents=True)
    (part / NEW).mkdir()
    (part / OLD / "b.csv").write_text("old")
    (part / NEW / "c.csv").write_text("new")
    (tmp_path / f".latecomer-{dead}.html").write_text("half a p")
    (tmp_path / f".latecomer-{os.getppid()}.html").write_text("somebody is at work")
    with whole_file(tmp_path / "page.html") as path:
        path.write_text("whole")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f".latecomer-{os.getppid()}.html", "b.csv", "page.html"]
    assert (tmp_path / "b.csv").read_text() == "old"


def test_what_could_not_be_written_is_not_called_a_wrong_request(tmp_path):
    with pytest.raises(NotWritten) as stopped, whole_file(tmp_path / "page.html"):
        raise OSError(28, "No space left on device")
    assert stopped.value.exit_code == 74
    assert "nothing was run" not in str(stopped.value) and "No space left" in str(stopped.value)


def test_csv_is_read_by_spreadsheets_as_it_is(tmp_path):
    (path,) = write_all({"names": TABLE}, tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    names = pd.read_csv(path, keep_default_na=False, dtype=str)["name"].tolist()
    assert names == ["'=1+cmd", "奇瑞", "-3.5", "'@x", "'+", "x", "a=b", ""]


def test_a_workbook_holds_every_table_no_formula_and_the_same_bytes(tmp_path):
    many = {"names": TABLE, "a_name_that_is_longer_than_a_sheet_may_have": TABLE}
    first = write_workbook(many, tmp_path / "a.xlsx", {"title": "=1+1"}).read_bytes()
    assert first == write_workbook(many, tmp_path / "b.xlsx", {"title": "=1+1"}).read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 3 and not any("<f>" in sheet for sheet in sheets)
    assert "奇瑞" in texts and "'=1+cmd" in texts and "'=1+1" in texts


def test_numbers_have_the_unit_and_the_digits_of_the_page():
    shown = presented(TABLE)
    assert set(shown["unit"]) == {"%"} and set(shown["median"]) == {43.22}
    assert set(presented(TABLE, differences=True)["unit"]) == {"points"}
    assert TABLE["median"].iloc[0] == 0.4321987654321  # the table itself stays
    heads = presented(pd.DataFrame({"own": [0.5], "own_low": [0.25], "sales": [1234567.8]}), "provinces")
    assert heads.iloc[0].to_dict() == {"own [%]": 50.0, "own_low [%]": 25.0, "sales [vehicles]": 1234568.0}


def test_the_spread_of_a_logarithm_is_no_share():
    rows = pd.DataFrame({"unit": ["share"] * 2, "measure": ["log", "level"], "sd": [0.1, 0.1]})
    assert in_shown_units(rows, differences=False)["sd"].tolist() == pytest.approx([0.1, 10.0])


def test_rounding_keeps_five_digits_and_whole_counts():
    values = [0.0, -0.0, np.nan, 0.000123456789, 12.3456789, 99999.4, 1234567.8, -0.5]
    expected = [0.0, 0.0, np.nan, 0.00012346, 12.346, 99999.0, 1234568.0, -0.5]
    assert np.array_equal(rounded(np.array(values)), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "safe"), [("=a", "'=a"), ("-1.5", "-1.5"), ("+86", "+86"), ("-", "'-"), ("a", "a"), ("", "")]
)
def test_text_is_no_formula(text, safe):
    assert spreadsheet_safe(text) == safe


def test_charts_drawn_quickly_are_the_same_to_the_byte():
    rows = pd.DataFrame(
        {
            "year": [2000, 2001],
            "x": [0.1, np.nan],
            "name": ["a", None],
            "y": [np.inf, 1.0],
            "b": [True, False],
        }
    )
    chart = (
        alt.layer(
            alt.Chart(rows).mark_line().encode(x="year:Q", y="x:Q"),
            alt.Chart(rows).mark_point().encode(x="year:Q"),
        )
        .properties(title="T")
        .resolve_scale(y="independent")
    )
    usual = json.dumps(chart.to_dict())
    with unchecked(), alt.data_transformers.enable(FAST):
        assert json.dumps(chart.to_dict(validate=False)) == usual
    assert alt.data_transformers.active == "default"
