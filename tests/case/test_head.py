"""Is case.yaml read as data only: a short name, a title of one line, years within bounds?"""

import pytest

from latecomer.case.head import read_head
from latecomer.case.span import MARKED
from latecomer.errors import Problems

RIGHT = {
    "name": "china-auto",
    "title": "China's car industry, 1953-2025",
    "first_year": "1953",
    "last_year": "2025",
    "named_makers": "[faw, geely]",
    "currency": "{code: CNY, name: yuan}",
    "base_year": "2010",
    "region_years": "[2005, 2020]",
    "sample_end": "2010",
    "social_rate": "0.08",
}
BOMB = "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]\n" for i in range(1, 10))


def read(tmp_path, text):
    (tmp_path / "case.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    problems = Problems()
    return read_head(tmp_path, problems), [str(problem) for problem in problems.found]


def written(**other):
    return "".join(f"{key}: {value}\n" for key, value in {**RIGHT, **other}.items())


def test_a_right_head_is_read(tmp_path):
    head, told = read(tmp_path, "\ufeff" + written())
    assert told == []
    assert (head.name, head.first_year, head.years.size) == ("china-auto", 1953, 73)
    assert head.named_makers == ("faw", "geely")
    assert head.setting.money == "CNY of 2010"
    assert head.setting.looks("headline") == (2010, 2025)


def test_what_a_case_does_not_mark_is_spread_over_it(tmp_path):
    text = written(marked_years="{table: [1990, 1960], window_from: 1980}", sample_end="1999")
    head, told = read(tmp_path, text)
    looks = head.setting.looks
    assert told == []
    assert (looks("table"), looks("window_from")) == ((1960, 1990), (1980,))
    assert (looks("headline"), looks("control_from"), len(looks("flows"))) == ((1999, 2025), (1953,), 4)
    assert all(1953 <= year <= 2025 for name in MARKED for year in looks(name))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", "x/../../../escaped", "letters a to z, digits and hyphens"),
        ("name", "-rf", "letters a to z, digits and hyphens"),
        ("name", "a" * 61, "at most 60 letters"),
        ("name", "比亚迪", "letters a to z, digits and hyphens"),
        ("name", "", "a text"),
        ("title", '"\\e]0;x\\a\\e[2J"', "U+001B"),
        ("title", '"a\\nFingerprint 0000"', "U+000A"),
        ("title", '"\\u202egnp.exe"', "U+202E"),
        ("title", '"\\ud800"', "U+D800"),
        ("title", '"\\U00110000"', "names no letter"),
        ("title", '"\\Uffffffff"', "names no letter"),
        ("title", "[a, b]", "a text"),
        ("title", "x" * 201, "at most 200 letters"),
        ("first_year", "true", "a year from 1700 to 2100"),
        ("first_year", "-5000", "a year from 1700 to 2100"),
        ("last_year", "3000000000", "a year from 1700 to 2100"),
        ("last_year", "9" * 5000, "a year from 1700 to 2100"),
        ("last_year", "２０２５", "a year from 1700 to 2100"),
        ("last_year", "1952", "up to 300 years from the first"),
        ("named_makers", "faw", "a list of names"),
        ("named_makers", "[1, {a: b}]", "a list of names"),
        ("country", "China", "a key of a case"),
        ("currency", "CNY", "a mapping with code and name"),
        ("currency", "{code: CNY}", "a mapping with code and name"),
        ("currency", '{code: "\\e[2J", name: yuan}', "U+001B"),
        ("base_year", "then", "a year from 1700 to 2100"),
        ("region_years", "2005", "two years"),
        ("social_rate", "8%", "a number from 0 to 0.5"),
        ("social_rate", "nan", "a number from 0 to 0.5"),
        ("tile_map", "HL", "a list of rows"),
        ("rivals", "[a, b]", "a mapping of texts"),
        ("marked_years", "[2010]", "a mapping of names to years"),
        ("marked_years", "{tabel: [2010]}", "did you mean 'table'?"),
        ("marked_years", "{table: [2010, later]}", "a year from 1700 to 2100"),
    ],
)
def test_one_wrong_line_is_one_problem(tmp_path, key, value, said):
    head, told = read(tmp_path, written(**{key: value}))
    assert len(told) == 1
    assert said in told[0]
    assert head.years.size <= 401


def test_a_date_as_title_is_a_text(tmp_path):
    assert read(tmp_path, written(title="2001-99-99"))[0].title == "2001-99-99"


@pytest.mark.parametrize(
    "text", [BOMB, "a: " + "[" * 30_000, "- " * 30_000, "#" * 70_000, "~", "[]", "x", ""]
)
def test_a_bomb_is_told_and_does_no_harm(tmp_path, text):
    head, told = read(tmp_path, text)
    assert told
    assert head.years.size == 401


def test_an_empty_head_lacks_every_key(tmp_path):
    assert read(tmp_path, "# to be written\n")[1] == [
        f"case.yaml, column {key}: expected this key" for key in RIGHT
    ]
