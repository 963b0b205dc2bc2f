"""Is a table that was cut off refused, and one that was changed named?"""

import pytest

from latecomer.case.digests import FILE, changed_tables, write_digests
from latecomer.case.load import CASES, load_case
from latecomer.errors import CaseError, Problems


def found(folder):
    """Return the tables named as changed, and the problems."""
    problems = Problems()
    return changed_tables(folder, problems), problems.found


@pytest.mark.parametrize("folder", sorted(CASES.glob("*/" + FILE)), ids=lambda path: path.parent.name)
def test_a_case_of_the_package_is_as_published(folder):
    """Run `python -m latecomer.case.digests FOLDER` after a change of a table."""
    assert found(folder.parent) == ((), [])


def test_what_a_spreadsheet_does_to_a_table_is_no_change(folder):
    write_digests(folder.path)
    text = (folder.path / "levers.csv").read_text()
    (folder.path / "levers.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", ",,\r\n").encode())
    assert found(folder.path) == ((), [])


def test_a_changed_table_is_named_wherever_the_case_is_used(folder):
    write_digests(folder.path)
    folder.spoil("levers", "note", "read again")
    case = load_case(folder.path)
    assert case.changed == ("levers.csv",)
    assert case.notes == ("Not as published with the case: levers.csv.",)
    assert load_case(folder.path).changed == case.changed  # as kept, too


@pytest.mark.parametrize("left", [1, 4])
@pytest.mark.parametrize("table", ["levers", "takeovers"])
def test_a_table_cut_off_between_rows_is_refused(folder, table, left):
    write_digests(folder.path)
    folder.write(table, folder.rows(table)[: 1 + left])
    with pytest.raises(CaseError, match=rf"{table}.csv.*rows as published.*cut off.*{FILE}"):
        load_case(folder.path)


def test_a_table_that_is_gone_or_new_is_told(folder):
    write_digests(folder.path)
    (folder.path / "brands.csv").rename(folder.path / "marks.csv")
    changed, problems = found(folder.path)
    assert changed == ("marks.csv",)
    assert [problem.file for problem in problems] == ["brands.csv"]


def test_without_digests_a_case_is_taken_as_it_stands(folder):
    folder.spoil("levers", "note", "read again")
    assert load_case(folder.path).changed == ()
