"""Does affiliation give as much of the quality gain as was estimated?"""

from dataclasses import replace

import numpy as np
import pytest

from latecomer.errors import UsageError
from latecomer.study.affiliation import affiliation_share

HISTORIES = 8


def with_affiliation(case, strength):
    params = np.array(case.params)
    params["affiliation"] = strength
    return replace(case, draws=params.view(np.recarray))


@pytest.mark.parametrize("drawn", [False, True], ids=["defaults", "draws"])
def test_affiliation_gives_five_to_twelve_per_cent_of_the_gain(case, drawn):
    """T4. At the defaults single histories differ by about a percentage point, so that eight are enough."""
    found = affiliation_share(case if drawn else replace(case, draws=case.params), 24 if drawn else HISTORIES)
    assert 0.05 <= found.direct <= 0.12
    assert 0.0 < found.net < found.direct
    assert found.gain > 0.3 and found.makers >= 2


def test_without_affiliation_it_gives_nothing(case):
    found = affiliation_share(with_affiliation(case, 0.0), 1)
    assert found.direct == found.net == 0.0


def test_a_span_outside_the_case_is_refused(case):
    with pytest.raises(UsageError, match="the earlier first"):
        affiliation_share(case, 1, span=(1900, 2014))
