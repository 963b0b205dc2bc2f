"""What do the tests of the case share? The case that comes with the package."""

import pytest

from latecomer.case.load import load_case


@pytest.fixture(scope="session")
def case():
    """Return the China case."""
    return load_case("china-auto")
