"""What does the model say without its compiler? Runs a stretch of years as plain Python: the slow side of the oracle test.

    NUMBA_DISABLE_JIT=1 python plain_history.py START FIRST LAST RESULT

START is an .npz archive with the state, the working space and the parameters at index FIRST, seed and history, and the
lever mode.free; RESULT receives the years' records and the state after the year before LAST. Arrays hold numbers only.
"""

import sys

import numpy as np
from laboratory import Laboratory
from numba import config

from latecomer.case.load import load_case
from latecomer.run import workspace


def main(start, first, last, result):
    """Run the years from index `first` up to `last` uncompiled."""
    if not config.DISABLE_JIT:
        raise SystemExit("set NUMBA_DISABLE_JIT=1: compiled code cannot be its own oracle")
    laboratory = Laboratory(load_case("china-auto"))
    with np.load(start) as saved:
        space = workspace(laboratory.case)
        space.state[:], space.flow[:] = saved["state"], saved["flow"]
        params = np.array(saved["params"]).view(np.recarray)
        seed, history = int(saved["seed"]), int(saved["history"])
        policy = laboratory.levers(mode_free=float(saved["free"]))
    years = laboratory.go_on(space, params, seed, history, first, last, policy=policy)
    np.savez(result, years=years, state=space.state)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
