"""Does the compiled kernel say what the same functions say as plain Python?

Stretches of years are run twice, compiled here and uncompiled in a process of its own, from the same state: the first plants
under the plan; the opening of the car market; all the years between them (slow); a year of the growing market, with dated
ventures and with ventures by rule; a year with electric cars. They differ in rounding only, because compiled code may fuse a
multiplication with an addition.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from laboratory import differences

from latecomer.run import workspace

PLAIN = Path(__file__).parent / "plain_history.py"
ROUNDING = 1e-9
# First and last year, price rounds at most (plain Python takes a second for a round with all lines), seed, history, free mode.
STRETCHES = [
    (1953, 1957, 12, 1, 0, 0.0),
    (1980, 1981, 6, 1, 0, 0.0),
    pytest.param(1953, 1982, 12, 1, 0, 0.0, marks=pytest.mark.slow),
    (2005, 2005, 4, 2, 5, 0.0),
    (2003, 2003, 4, 1, 3, 1.0),
    (2022, 2022, 3, 1, 7, 0.0),
]
# Differences of nearly equal numbers: their rounding is large beside them, so they are compared on their own scale (a share).
ABSOLUTE = {"account_error": 1e-12, "price_residual": 1e-9}


@pytest.mark.parametrize(("since", "until", "rounds", "seed", "history", "free"), STRETCHES)
def test_compiled_and_plain_code_agree(laboratory, tmp_path, since, until, rounds, seed, history, free):
    first, last = laboratory.index(since), laboratory.index(until) + 1
    params = laboratory.params(price_rounds=rounds)
    space, policy = workspace(laboratory.case), laboratory.levers(mode_free=free)
    if first > 0:
        laboratory.go_on(space, params, seed, history, last=first, policy=policy)
    start, result = tmp_path / "start.npz", tmp_path / "result.npz"
    np.savez(start, state=space.state, flow=space.flow, params=params, seed=seed, history=history, free=free)
    compiled = laboratory.go_on(space, params, seed, history, first, last, policy=policy)[first:]
    run_plain(start, first, last, result)
    with np.load(result) as plain:
        records, state = plain["years"].view(np.recarray)[first:], plain["state"].view(np.recarray)
    apart = {name: gap for name, gap in differences(compiled, records).items() if name not in ABSOLUTE}
    assert {name: gap for name, gap in apart.items() if not gap < ROUNDING} == {}
    for name, bound in ABSOLUTE.items():
        assert np.abs(compiled[name] - records[name]).max() < bound
    state_apart = differences(space.state, state)
    assert {name: gap for name, gap in state_apart.items() if not gap < ROUNDING} == {}
    assert compiled.vehicles.max() > (1e5 if until > 1970 else 1e3) and (
        since < 1990 or compiled.lines.max() > 80
    )


def run_plain(start, first, last, result):
    """Run the stretch in a process of its own, with the compiler switched off."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(PLAIN.parents[1]), *sys.path])
    command = [sys.executable, str(PLAIN), str(start), str(first), str(last), str(result)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_the_oracle_refuses_to_run_compiled(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    environment["PYTHONPATH"] = os.pathsep.join([str(PLAIN.parents[1]), *sys.path])
    command = [sys.executable, str(PLAIN), str(tmp_path / "none"), "0", "1", str(tmp_path / "none")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "NUMBA_DISABLE_JIT" in done.stderr
