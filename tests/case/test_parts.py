"""Are the rows of `parts.csv` checked like all others: every problem, with its line and the nearest valid name?"""

import pytest

from latecomer.case.load import load_case
from latecomer.errors import CaseError


@pytest.mark.parametrize(
    ("where", "column", "value", "said"),
    [
        ({"target": "digestion"}, "target", "digestoin", "did you mean 'digestion'?"),
        ({"target": "venture.allowed"}, "target", "venture.alowed", "did you mean 'venture.allowed'?"),
        ({"target": "tariff.*"}, "target", "tarif.*", "expected the name of a lever"),
        ({"target": "digestion"}, "kind", "parameter", "one of the kinds of switch"),
        ({"target": "digestion"}, "value", "of", "did you mean 'off'?"),
        ({"target": "launch_state"}, "value", "off", "this parameter has no off value"),
        ({"target": "launch_state"}, "value", "7", "a number from 0 to 1"),
        ({"target": "protection.local"}, "value", "9", "a number from 0 to 3"),
        ({"target": "protection.local"}, "value", "held", "the value of the year before is held"),
        ({"target": "income"}, "value", "0", "expected held"),
        ({"target": "income"}, "from_year", "2030", "a year from 1954 to 2025"),
        ({"target": "skill"}, "from_year", "1990", "no year: a maker holds in all years"),
        ({"target": "skill"}, "name", "", "the name of the part in its first row"),
        ({"target": "brand"}, "name", "Firms", "nothing, or 'Enterprises' as in line 2"),
        ({"target": "brand"}, "part", "0", "a number from 1"),
    ],
)  # fmt: skip
def test_a_wrong_switch_is_refused_with_its_line(folder, where, column, value, said):
    line = folder.spoil("parts", column, value, **where)
    with pytest.raises(CaseError) as error:
        load_case(folder.path)
    assert any(said in str(p) and (p.file, p.line) == ("parts.csv", line) for p in error.value.problems), (
        error.value
    )


def test_all_wrong_switches_are_told_at_once(folder):
    folder.spoil("parts", "target", "digestoin", target="digestion")
    folder.spoil("parts", "value", "7", target="launch_state")
    with pytest.raises(CaseError) as error:
        load_case(folder.path)
    assert len(error.value.problems) == 2


def test_a_case_may_have_no_table_of_parts(folder):
    (folder.path / "parts.csv").unlink()
    assert load_case(folder.path).tables["parts"].empty
