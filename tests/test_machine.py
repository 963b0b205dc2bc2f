"""Are phases compiled by processes of their own, and what if such a process dies?"""

import numpy as np
import pytest
from numba import config

from latecomer import machine, vocabulary
from latecomer.model import step
from latecomer.run import workspace

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")


def test_a_process_compiles_a_phase_into_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path))
    told = []
    assert "recall" in machine.missing()
    machine.compile_side_by_side(["recall"], 1, lambda *news: told.append(news))
    assert told == [(1, 1, "recall")]
    assert "recall" not in machine.missing()


def test_a_process_that_dies_leaves_its_phase_to_others(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path))
    monkeypatch.setattr(machine, "MODULE", "latecomer.no_such_module")
    told = []
    machine.compile_side_by_side(["recall", "learn"], 2, lambda *news: told.append(news))
    assert told == []
    assert {"recall", "learn"} <= set(machine.missing())
    assert "no_such_module" in capfd.readouterr().err


def test_every_phase_of_the_year_is_compiled():
    assert [phase.name for phase in machine.phases()] == ["recall", *(phase.__name__ for phase in step.YEAR)]
    assert sorted(machine.LONGEST) == sorted(phase.__name__ for phase in step.YEAR)


def test_the_register_of_the_case_holds_every_parameter_that_the_model_reads(case):
    assert set(machine.parameters()) <= set(case.params.dtype.names)


@pytest.mark.parametrize("name", machine.KINDS)
def test_a_kind_of_record_knows_the_lengths_that_are_the_cases_own(name):
    kind = machine.kinds()[machine.KINDS.index(name)]
    listed = {
        "state": vocabulary.STATE,
        "year": vocabulary.YEAR,
        "makers": vocabulary.MAKERS,
        "policy": vocabulary.POLICY,
    }.get(name, ())
    for field in listed:
        own = tuple(letter in "mrx" for letter in field.axes)
        assert tuple(length is None for length in kind.fields[field.name].shape) == own


def test_histories_of_cases_of_two_sizes_run_on_the_same_code(laboratory):
    before = machine.addresses().copy()
    short = laboratory.until(1956)
    from latecomer.run import run

    found = run(short, histories=1)
    assert found.records.shape == (1, 4)
    assert np.array_equal(machine.addresses(), before)


def test_records_that_do_not_fit_each_other_are_refused_before_anything_runs(laboratory):
    """Compiled code would write behind the end of the shorter ones."""
    case = laboratory.case
    more = np.concatenate([np.array(case.makers), np.array(case.makers[:1])]).view(np.recarray)
    space = workspace(case)
    years = np.zeros(4, vocabulary.record(vocabulary.YEAR, case.length)).view(np.recarray)
    given = (case.world, case.policy, case.strategy, more, case.contracts, case.params)
    with pytest.raises(ValueError, match=rf"axis m has lengths \[{len(case.makers)}, {len(more)}\]"):
        machine.simulate(space.states, space.flow, *given, 1, 0, 0, years)
