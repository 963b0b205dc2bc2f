"""One small run, shared by the tests of the report."""

import pytest

from latecomer.case.load import load_case
from latecomer.report.page import page
from latecomer.run import run
from latecomer.study.summary import summary


@pytest.fixture(scope="session")
def result():
    return run(load_case("china-auto"), histories=6, seed=3)


@pytest.fixture(scope="session")
def found(result):
    return summary(result)


@pytest.fixture(scope="session")
def text(found):
    return page(found)
