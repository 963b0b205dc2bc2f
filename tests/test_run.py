"""Does a run depend on anything but its question, and is a history that fails set aside, counted and named?"""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latecomer.cli.request import WITH_VALUE
from latecomer.errors import HistoriesFailed, UsageError
from latecomer.run import failure_note, finite, run, run_history, run_variants, workspace
from latecomer.vocabulary import YEAR, record

# A parameter through which a number that is none runs on into prices, and so into the books.
POISON = "quality_taste"


@pytest.fixture(scope="module")
def early(laboratory):
    """Return the case cut off after 1988, when makers, plans, trucks and a small car market are all there."""
    return laboratory.until(1988)


@pytest.fixture(scope="module")
def twelve(case):
    """Return twelve histories of the whole case, run on one thread in one batch."""
    return run(case, 12, seed=3, threads=1, batch=50)


@pytest.mark.parametrize(("threads", "batch"), [(1, 1), (1, 3), (2, 1), (2, 3), (2, 50), (3, 5), (None, 8)])
def test_the_same_bits_for_any_batch_and_number_of_threads(case, twelve, threads, batch):
    again = run(case, 12, seed=3, threads=threads, batch=batch)
    assert again.records.tobytes() == twelve.records.tobytes()
    assert again.manifest == twelve.manifest


@settings(max_examples=12, deadline=None)
@given(
    histories=st.integers(1, 20),
    threads=st.integers(1, 4),
    batch=st.integers(1, 25),
    seed=st.integers(0, 2**63 - 1),
)
def test_the_same_bits_whatever_the_schedule(early, histories, threads, batch, seed):
    scheduled = run(early, histories, seed=seed, threads=threads, batch=batch)
    assert list(scheduled.histories) == list(range(histories))
    for n in (0, histories - 1):
        assert alone(early, seed, n).tobytes() == scheduled.records[n].tobytes()


def alone(case, seed, history, params=None):
    """Run one history by itself, on memory of its own."""
    kind = record(YEAR, case.length)
    out = np.zeros(len(case.years), kind).view(np.recarray)
    vector = np.array(case.draws[history % len(case.draws)][None] if params is None else params)
    run_history(case, seed, history, out, workspace(case), vector.view(np.recarray))
    return out


def test_a_history_alone_is_the_one_in_the_ensemble(case, twelve):
    for n in (11, 0, 5):
        assert alone(case, 3, n).tobytes() == twelve.records[n].tobytes()


def test_memory_used_before_leaves_no_trace(case, twelve):
    """A workspace in which another history ran gives the same bits as a new one."""
    space = workspace(case)
    out = np.zeros(len(case.years), twelve.records.dtype).view(np.recarray)
    for history in (7, 2, 7):
        run_history(
            case,
            3,
            history,
            out,
            space,
            np.array(case.draws[history % len(case.draws)][None]).view(np.recarray),
        )
    assert out.tobytes() == twelve.records[7].tobytes()


def test_more_histories_leave_the_first_as_they_were(case, twelve):
    assert run(case, 5, seed=3).records.tobytes() == twelve.records[:5].tobytes()


def test_histories_and_seeds_differ(case, twelve):
    finals = {float(years.vehicles[-1]) for years in twelve.records}
    assert len(finals) == 12
    assert run(case, 1, seed=4).records[0].vehicles[-1] not in finals


def test_histories_take_parameter_vectors_in_turn(early, laboratory):
    vectors = np.concatenate([laboratory.params(plan_norm=norm) for norm in (0.1, 0.2, 0.4)]).view(
        np.recarray
    )
    drawn = run(early, 7, draws=vectors)
    for n in range(7):
        assert alone(early, 1, n, vectors[n % 3][None]).tobytes() == drawn.records[n].tobytes()


def test_progress_is_told_in_order_from_the_calling_thread(early):
    told = []
    run(early, 23, batch=4, progress=lambda done, total: told.append((done, total, threading.get_ident())))
    done = [step[0] for step in told]
    assert done == sorted(set(done))
    assert done[-1] == 23
    assert {step[1:] for step in told} == {(23, threading.get_ident())}


def with_poison(laboratory, count, places, name=POISON):
    """Return `count` default vectors with a parameter that is no number in some of them."""
    vectors = np.concatenate([laboratory.params()] * count).view(np.recarray)
    vectors[name][list(places)] = np.nan
    return vectors


def run_unchecked(case, histories, seed, draws):
    """Run parameter vectors that `run` would refuse."""
    return run_variants([replace(case, draws=draws)], histories, seed)[0]


def test_a_history_that_turns_non_finite_is_set_aside_counted_and_named(early, laboratory):
    """One of a hundred is the most that may fail."""
    poisoned = run_unchecked(early, 100, 1, with_poison(laboratory, 100, [37]))
    assert poisoned.failed == (37,)
    assert poisoned.manifest["failed"] == [37]
    assert poisoned.manifest["histories"] == 100
    assert list(poisoned.histories) == [n for n in range(100) if n != 37]
    assert finite(poisoned.records).all()
    whole = run(early, 100, draws=with_poison(laboratory, 100, []))
    assert whole.failed == ()
    assert poisoned.records.tobytes() == whole.records[poisoned.histories].tobytes()
    assert set(poisoned.data.history.values) == set(poisoned.histories)


def test_more_failures_than_allowed_stop_the_run(early, laboratory):
    with pytest.raises(HistoriesFailed) as failure:
        run_unchecked(early, 100, 9, with_poison(laboratory, 100, [4, 37]))
    said = str(failure.value)
    assert "2 of 100" in said
    assert "4, 37" in said
    assert "--seed 9 --only 4" in said
    assert failure.value.exit_code == 3


def test_the_replay_that_a_failure_names_is_a_command(case):
    command = failure_note(case.name, 9, (4, 37), 100).split("Replay one: ")[1].split()
    assert command[:3] == ["latecomer", "run", case.name]
    assert set(command[3::2]) <= set(WITH_VALUE)
    assert [int(value) for value in command[4::2]] == [9, 4]


def test_a_parameter_that_is_no_number_never_passes_for_a_result(laboratory, case):
    """Nothing fails silently: a vector with a hole is refused by name, whichever parameter it is."""
    for name in case.params.dtype.names:
        with pytest.raises(UsageError, match=f"column {name}: nan"):
            run(case, 1, draws=with_poison(laboratory, 1, [0], name))


def test_the_case_itself_does_not_fail(twelve):
    assert twelve.failed == ()
    assert finite(twelve.records).all()


def test_a_shorter_case_is_the_beginning_of_the_longer_one(case, early, twelve):
    """The years to come do not reach back."""
    short = run(early, 4, seed=3)
    assert short.records.tobytes() == twelve.records[:4, : len(early.years)].tobytes()


def test_what_government_does_later_does_not_reach_back(case, laboratory):
    later = np.array(case.policy.subsidy_battery_car)
    later[case.years >= 2009] *= 2.0
    changed = run(replace(case, policy=laboratory.levers(subsidy_battery_car=later)), 3, seed=3)
    before = case.years < 2009
    plain = run(case, 3, seed=3)
    assert changed.records[:, before].tobytes() == plain.records[:, before].tobytes()
    assert changed.records[:, ~before].tobytes() != plain.records[:, ~before].tobytes()
