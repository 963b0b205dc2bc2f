"""What do all tests share? The case, read once, and a laboratory that runs its histories."""

import pytest
from laboratory import Laboratory

from latecomer.case.load import load_case


@pytest.fixture(scope="session")
def case():
    """Return the China case."""
    return load_case("china-auto")


@pytest.fixture(scope="session")
def laboratory(case):
    """Return the laboratory of the China case."""
    return Laboratory(case)
