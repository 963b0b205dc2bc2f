"""Are tables read as spreadsheets save them, and is what is no such table refused once and clearly?"""

import os

import pytest

from latecomer.case.files import read_bytes, read_json
from latecomer.case.outcomes import is_slip
from latecomer.case.schemas import FILLED, SCHEMAS
from latecomer.case.tables import LARGEST, MOST_ROWS, Column, Schema, read_table
from latecomer.errors import Problems

TABLE = Schema(
    "facts.csv",
    (
        Column("series"),
        Column("year", "whole", low=1700, high=2100),
        Column("value", "number"),
        Column("unit", empty=True),
    ),
    ("series", "year"),
    filled=True,
)
TEXT = "series,year,value,unit\nmade,1955,61,vehicles\nmade,1956,1654,vehicles\n"


def read(tmp_path, data, schema=TABLE):
    (tmp_path / schema.file).write_bytes(data.encode() if isinstance(data, str) else data)
    problems = Problems()
    return read_table(tmp_path, schema, {}, problems), [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT + ",,,\n , ,,\n\n,,\n",
        TEXT.replace("\n", ",,\n"),
        "sep=,\n" + TEXT,
        "\ufeffsep=,\r\n" + TEXT.replace("\n", "\r\n"),
    ],
)
def test_what_a_spreadsheet_adds_is_passed_over(tmp_path, data):
    table, told = read(tmp_path, data)
    assert told == []
    assert table["value"].tolist() == [61, 1654]


def test_lines_are_those_of_the_file(tmp_path):
    assert read(tmp_path, "sep=,\n" + TEXT.replace("1956", "1956.5"))[1][0].startswith(
        "facts.csv, line 4, column year"
    )
    assert read(tmp_path, TEXT.replace("made,1955", ",,,\nmade,x"))[1][0].startswith(
        "facts.csv, line 3, column year"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            TEXT.replace(",", ";"),
            "line 1: 'cells separated by semicolons'; expected cells separated by commas",
        ),
        ("sep=;\n" + TEXT.replace(",", ";"), "'cells separated by semicolons'"),
        (TEXT.replace(",", "\t"), "'cells separated by tabs'"),
        (TEXT.encode("utf-16"), "line 1: 'UTF-16'; expected text in UTF-8"),
        (TEXT.encode("utf-16-le"), "line 1: 'UTF-16'; expected text in UTF-8"),
        (
            TEXT.replace("1955,61", "1955,61\N{POUND SIGN}").encode("cp1252"),
            "line 2: 'byte 0xa3, £ in Windows-1252'",
        ),
        (
            "Country Name,Country Code,Year,Value\nChina,CHN,1960,5\n",
            "expected the columns series, year, value, unit",
        ),
        ("", "'nothing'; expected a header that names the columns"),
        ("\n\n", "'nothing'; expected a header that names the columns"),
        ("series,year,value,unit\n", "'a header only'; expected rows"),
        (TEXT + '"', "line 4: expected a table with commas and quotes"),
        (TEXT + "x" * LARGEST, "at most 8,388,608 bytes"),
        (TEXT + "a\n" * (MOST_ROWS + 5), "at most 100,000 rows"),
        (
            TEXT.replace("1654", '"1,654"'),
            "line 3, column value: '1,654'; expected a number without a sign between",
        ),
        (TEXT.replace("1654", '"16,5"'), "expected a number: the decimal sign is a point"),
        (TEXT.replace("1654", "１２"), "expected a number in the digits 0 to 9"),
        (TEXT.replace("1654", "1_000"), "expected a number"),
        (TEXT.replace("1654", "NaN"), "expected a finite number"),
        (TEXT.replace("1654", "1e309"), "expected a finite number"),
        (TEXT.replace("1654", "9" * 5000), "expected a number"),
        (
            TEXT.replace("made,1956", "ma\0de,1956"),
            "line 3, column series: 'ma\\x00de'; expected text without",
        ),
        (TEXT.replace("made,1956", "\x1b[2Jmade,1956"), "the invisible letter U+001B"),
        (TEXT.replace("made,1956", "\u202emade,1956"), "the invisible letter U+202E"),
        (TEXT.replace("made,1956", '"ma\nde",1956'), "the invisible letter U+000A"),
        (TEXT.replace("1654,vehicles", "1654,vehicles,x"), "line 3: '5 cells'"),
    ],
)
def test_what_is_no_such_table_is_one_problem_that_says_so(tmp_path, data, said):
    _, told = read(tmp_path, data)
    assert len(told) == 1, told
    assert said in told[0]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_an_empty_file_is_no_table_and_a_header_only_where_a_case_can_do_without(tmp_path, name):
    schema = SCHEMAS[name]
    names = dict.fromkeys((column.among for column in schema.columns), ())
    (tmp_path / schema.file).write_text("")
    problems = Problems()
    read_table(tmp_path, schema, names, problems)
    assert len(problems) == 1
    (tmp_path / schema.file).write_text(",".join(column.name for column in schema.columns) + "\n")
    problems = Problems()
    read_table(tmp_path, schema, names, problems)
    assert len(problems) == (1 if name in FILLED else 0)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop", "missing"])
def test_only_regular_files_are_read(tmp_path, kind):
    path = tmp_path / "facts.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    problems = Problems()
    assert read_bytes(path, "facts.csv", 100, problems) is None
    read_table(tmp_path, TABLE, {}, problems)
    assert len(problems) == 2


def test_no_more_is_read_than_the_bound(tmp_path):
    (tmp_path / "a.json").write_text("[1, 2]")
    problems = Problems()
    assert read_json(tmp_path / "a.json", "a.json", problems) == [1, 2]
    assert read_bytes(tmp_path / "a.json", "a.json", 6, problems) == b"[1, 2]"
    assert len(problems) == 0
    assert read_bytes(tmp_path / "a.json", "a.json", 5, problems) is None
    assert read_bytes(tmp_path / ("x" * 300), "x", 5, problems) is None
    assert read_bytes(tmp_path / "x\0", "x", 5, problems) is None
    assert len(problems) == 3


@pytest.mark.parametrize(
    ("name", "right", "slip"),
    [
        ("vehicle_prodution", "vehicle_production", True),
        ("Vehicle_Production", "vehicle_production", True),
        ("vehicleproduction", "vehicle_production", True),
        ("vehicle_production_oica", "vehicle_production", False),
        ("bev_sales", "nev_sales", False),
        ("battery_pack_price_real2019", "battery_pack_price_real2020", False),
        ("vehicle_exports_to_uae", "vehicle_exports_to_russia", False),
    ],
)
def test_a_slip_of_the_pen_is_told_from_another_series(name, right, slip):
    assert is_slip(name, right) == slip
