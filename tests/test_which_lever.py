"""Can every line of the page "which lever" be typed as it stands, and does its ready reform change the lever shown?"""

import re
from pathlib import Path

import pytest

from latecomer.case.reform import find_reform, gallery, read_changes, read_reform

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "which-lever.md"
ROWS = re.findall(r"^\| (What[^|]+) \| ([^|]+) \| `([^|]+)` \|$", PAGE.read_text(encoding="utf-8"), re.M)


def levers(case, reform):
    """Return the levers that a reform changes, after checking that nothing is wrong with it."""
    changes, problems = read_changes(case, [reform])
    assert not problems.found, [str(problem) for problem in problems.found]
    return {change.lever.name for change in changes[0]}


def test_twelve_questions_and_more_have_a_ready_reform():
    assert sum(names != "-" for _, names, _ in ROWS) >= 12


@pytest.mark.parametrize(("question", "names", "line"), ROWS, ids=[row[0][:50] for row in ROWS])
def test_a_line_can_be_typed_and_changes_what_the_ready_reform_changes(case, tmp_path, question, names, line):
    file = tmp_path / "mine.yaml"
    file.write_text(f"name: Mine\n{line}\n", encoding="utf-8")
    mine = levers(case, read_reform(file))
    assert mine
    for name in re.findall(r"`([\w-]+)`", names):
        assert name in gallery(case)
        theirs = levers(case, find_reform(name, case))
        assert mine & theirs, question
