"""Do the charts of control and sources hold the run's own numbers?"""

import numpy as np

from latecomer.axes import IMPROVEMENTS, TECHNOLOGY_SOURCES
from latecomer.report.control import SOURCES, WAYS, maker_table, part_table


def test_layers_add_up_to_what_is_not_mastered(result, found):
    table = part_table(found, SOURCES)
    total = result.series("technology_sources").sum(axis=2).mean(axis=0)
    for year, rows in table.groupby("year"):
        t = int(year - result.years[0])
        assert np.isclose(rows["value"].sum(), total[t], rtol=1e-12, atol=1e-15)
        assert np.isclose(rows["top"].max(), total[t], rtol=1e-12, atol=1e-15)


def test_every_way_of_learning_has_a_layer():
    assert {pair for summed in WAYS.values() for pair in summed} == {
        *(("learning", name) for name in TECHNOLOGY_SOURCES),
        *(("improvements", name) for name in IMPROVEMENTS),
    }


def test_dots_are_medians_of_the_histories_in_which_a_firm_lives(result, found):
    table = maker_table(found)
    assert set(table["year"]) == {
        year for year in result.case.setting.looks("control") if year in result.years
    }
    for row in table[table["text"] != ""].itertuples():
        assert 0.0 < row.low <= row.median <= row.high <= 1.0
