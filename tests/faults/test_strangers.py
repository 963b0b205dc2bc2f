"""Does a file from a stranger, whatever it holds, end in a result or in problems, never in a traceback?

The files that once did harm, and a few hundred seeded mutations; `make faults` goes on with others for as long as it may.
"""

import random
import warnings

import pytest
from mutations import REFORMS, SOURCE, Strangers, changed_bytes, some_reform, some_table

SEED = 20


@pytest.fixture(scope="module")
def strangers(case, tmp_path_factory):
    return Strangers(case, tmp_path_factory.mktemp("strangers"))


@pytest.fixture(autouse=True)
def warnings_are_faults():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("name", REFORMS)
def test_a_reform_that_once_did_harm(strangers, name):
    assert strangers.reform(REFORMS[name])


@pytest.mark.parametrize("name", REFORMS)
def test_the_same_as_the_head_of_a_case(strangers, name):
    assert strangers.head(REFORMS[name])


def test_mutated_reforms(strangers, case):
    rng = random.Random(SEED)
    assert 0 < sum(strangers.reform(some_reform(rng, case)) > 0 for _ in range(200)) <= 200


def test_mutated_heads(strangers):
    rng = random.Random(SEED)
    assert 0 < sum(strangers.head(changed_bytes(rng, SOURCE / "case.yaml")) > 0 for _ in range(100)) <= 100


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.csv")), ids=lambda path: path.stem)
def test_mutated_tables(strangers, path):
    rng = random.Random(f"{SEED} {path.stem}")
    for _ in range(4):
        strangers.table(path.name, some_table(rng, path))
    with pytest.raises(AssertionError):
        assert not strangers.table(path.name, b"")
