"""What do the tests of the mechanisms share? A bench on which one mechanism at a time is tried."""

import pytest
from bench import Bench
from laboratory import altered

from latecomer.run import workspace


@pytest.fixture
def bench(laboratory):
    """Return blank records with the case's inputs; policy, makers and parameters may be changed."""
    space, case = workspace(laboratory.case), laboratory.case
    return Bench(
        space.state[0], space.flow[0], altered(case.world, {}), altered(case.policy, {}), altered(case.strategy, {}),
        altered(case.makers, {}),
        altered(case.contracts, {}), laboratory.params()[0], laboratory.index(2005),
    )  # fmt: skip
