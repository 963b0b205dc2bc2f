"""Does a maker that never lives, or the order in which things are listed, change anything for the others?

Draws are keyed by the place of a maker in its table, so a maker added at the end leaves every other draw as it was.
"""

from dataclasses import replace

import numpy as np
import pytest
from laboratory import Laboratory, read_only

from latecomer.axes import IMPORTER, PRIVATE
from latecomer.vocabulary import YEAR, by_rule

CODES = {field.name for field in YEAR if field.unit == "code"}  # -1: none


@pytest.fixture(scope="module")
def one_more(laboratory):
    """Return the laboratory of a case with one more maker at the end of the table, founded in a year that never comes."""
    case = laboratory.case
    newcomer = np.array(case.makers[:1])
    newcomer["start"], newcomer["passenger_start"], newcomer["ownership"] = 9999, 9999, PRIVATE
    newcomer["group"] = len(case.makers)
    makers = read_only(np.concatenate([np.array(case.makers), newcomer]).view(np.recarray))
    strategy = read_only(by_rule(len(case.years), case.length | {"m": len(makers)}))
    return Laboratory(replace(case, makers=makers, strategy=strategy))


@pytest.mark.parametrize("free", [0.0, 1.0])
def test_a_maker_that_never_lives_leaves_all_others_as_they_were(laboratory, one_more, free):
    plain, more = (place.run(levers={"mode_free": free}) for place in (laboratory, one_more))
    makers = len(laboratory.case.makers)
    for name in plain.dtype.names:
        values = more[name]
        if name.startswith("maker_"):
            assert (values[:, makers] == (-1 if name in CODES else 0)).all(), name
            values = values[:, :makers]
        assert plain[name].tobytes() == np.ascontiguousarray(values).tobytes(), name


def test_a_maker_founded_late_changes_nothing_before(laboratory, one_more):
    """The newcomer now comes in 2016; until then every bit is as it was, and afterwards it takes part."""
    case = one_more.case
    makers = np.array(case.makers).view(np.recarray)
    makers.start[-1] = makers.passenger_start[-1] = 2016
    later = one_more.run(makers={"start": makers.start, "passenger_start": makers.passenger_start})
    plain = laboratory.run()
    before = case.years < 2016
    for name in ("vehicles", "average_price", "own_brand_share", "great", "strong", "tax"):
        assert plain[name][before].tobytes() == later[name][before].tobytes(), name
    assert later.maker_sales[:, -1].max() > 0.0


def test_importers_build_nothing_at_home(laboratory):
    """A maker that sells from abroad is no part of what is made at home."""
    years = laboratory.run()
    abroad = laboratory.case.makers.ownership == IMPORTER
    assert years.maker_sales[:, abroad].sum() > 0.0
    assert years.maker_exports[:, abroad].sum() == years.maker_commercial[:, abroad].sum() == 0.0
