"""Does every quantity stand once: its name, axes, unit, title, and how it is shown?"""

import ast
import shutil
from pathlib import Path

import pytest

from latecomer import vocabulary
from latecomer.vocabulary import AXIS, FOLDER, QUANTITIES, RECORDS, SERIES, UNITS, check, read, sizes

PACKAGE = FOLDER.parent
OTHERWISE = {  # titles that are also plain words
    "Great": "a word of sentences",
    "Strong": "a word of sentences",
}


def texts(path):
    """Return every string of a file that is no docstring, and the line where it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    heads = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in heads
    ]


def written_again(folder, titles):
    """Return where a string of the package, or a line of a page, begins with a title or states it as one."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        found += [(path.name, line, text) for text, line in texts(path) if begins(text, titles)]
    for path in sorted(folder.rglob("*.jinja")):
        found += [
            (path.name, number, title)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            for title in titles
            if f">{title}<" in line
        ]
    return found


def begins(text, titles):
    return any(text == title or text.startswith(f"{title},") for title in titles)


def test_a_title_stands_once():
    assert written_again(PACKAGE, {field.title for field in QUANTITIES.values()} - set(OTHERWISE)) == []


def test_a_title_written_again_is_found(tmp_path):
    (tmp_path / "chart.py").write_text(
        '"""Cars imported"""\n\nHEADS = {"imports": "Cars imported, thousand"}\n'
    )
    (tmp_path / "page.html.jinja").write_text("<h2>Cars imported</h2>\n")
    assert [(name, line) for name, line, _ in written_again(tmp_path, {"Cars imported"})] == [
        ("chart.py", 3),
        ("page.html.jinja", 1),
    ]


def test_the_tables_are_right():
    assert check().found == []


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "vocabulary"))


def test_everything_wrong_is_told_at_once(copy):
    year = copy / "year.csv"
    rows = year.read_text(encoding="utf-8").splitlines()
    rows[1] = rows[1].replace("vehicles,,vehicles,Motor vehicles made", "imports,q,vehicels,Cars imported")
    year.write_text("\n".join(rows) + "\n", encoding="utf-8")
    told = {(problem.line, problem.column) for problem in check(copy).found}
    again = 1 + next(number for number, row in enumerate(rows) if row.startswith("imports,,"))
    wanted = {(2, "unit"), (2, "axes"), (2, "name"), (2, "title"), (again, "name"), (again, "title")}
    assert wanted <= told
    with pytest.raises(vocabulary.InputError, match="vehicels"):
        read(copy, "year", UNITS)


def test_what_a_row_leaves_empty_follows_from_its_unit_and_its_line():
    own, gap, fees = SERIES["own_brand_share"], SERIES["quality_gap"], SERIES["technology_fees"]
    assert (own.factor, own.shown, own.change, own.head) == (100.0, "%", "points", "Own brands, %")
    assert (own.change_head, gap.change_head, gap.better) == (
        "Own brands, points",
        "Quality gap, problems",
        "less",
    )
    assert fees.short == fees.title
    assert vocabulary.told_in("vehicles") == (1e-3, "thousand")


def test_every_axis_of_a_record_has_a_length_and_the_case_sets_its_own(case):
    assert case.length == sizes(
        m=len(case.labels.makers), r=len(case.labels.regions), x=len(case.labels.destinations)
    )
    used = {
        letter for name in RECORDS for field in getattr(vocabulary, name.upper()) for letter in field.axes
    }
    assert [letter for letter in sorted(used) if not case.length[letter]] == []
    assert [letter for letter, axis in AXIS.items() if axis.labels and not case.labels.along(letter)] == []
