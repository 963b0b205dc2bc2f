"""Are the rows of `forces.csv` and `openness.csv` checked like all others, with line and nearest valid name?"""

import pytest

from latecomer.case.load import load_case
from latecomer.errors import CaseError


@pytest.mark.parametrize(
    ("table", "where", "column", "value", "said"),
    [
        ("forces", {"target": "gdp"}, "target", "gpd", "did you mean 'gdp'?"),
        ("forces", {"target": "tariff.*"}, "target", "tarif.*", "expected the name of a lever"),
        ("forces", {"target": "trade.*"}, "target", "tariff.car", "nothing that line 2 moves: tariff_car"),
        ("forces", {"target": "gdp"}, "value", "off", "expected held"),
        ("forces", {"target": "digestion"}, "value", "held", "expected off or a number"),
        ("forces", {"target": "gdp"}, "other", "market", "another force, or nothing"),
        ("forces", {"target": "battery_price"}, "other", "makret", "did you mean 'market'?"),
        ("forces", {"target": "tariff.*"}, "title", "", "the title of the force in its first row"),
        ("openness", {"lever": "tariff.car"}, "lever", "tariff.cars", "did you mean 'tariff.car'?"),
        ("openness", {"lever": "tariff.car"}, "closed", "9", "a number from 0 to 5"),
        ("openness", {"lever": "tariff.car"}, "index", "suv", "no index: tariff.car moves as a whole"),
        ("openness", {"index": "licence"}, "index", "license", "did you mean 'licence'?"),
        ("openness", {"lever": "technology.buy"}, "index", "engine", "no index: technology.buy moves as a whole"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_its_line(folder, table, where, column, value, said):
    line = folder.spoil(table, column, value, **where)
    with pytest.raises(CaseError) as error:
        load_case(folder.path)
    file = f"{table}.csv"
    assert any(said in str(p) and (p.file, p.line) == (file, line) for p in error.value.problems), error.value


def test_a_case_may_have_neither_forces_nor_a_dial(folder):
    for table in ("forces", "openness"):
        (folder.path / f"{table}.csv").unlink()
        assert load_case(folder.path).tables[table].empty
