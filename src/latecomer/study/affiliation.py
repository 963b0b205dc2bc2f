"""How much of the quality gain of makers with joint ventures came from the ventures themselves?

Quality of a maker is Q_m = sum_d v_d C_md (log units): what it masters, at the weights of a combustion car. Each history
is run to the end of the first year once, and from there to the last twice: with affiliation, the direct
spillover from the best venture of a maker's own group, at its value, and switched off. Both branches start from the same
makers, and chance is the same in both. For the own-brand makers that had a living venture and output in the first year
and output in the last in both branches, weighted by output of the last year,

    direct share = sum over years of what affiliation added to Q / gain of Q
    net share    = (gain with affiliation - gain without) / gain with

The direct share holds all else as it was, and is the counterpart of the published estimate, 8.3% for 2001-14 (Bai, Barwick,
Cao and Li, quid pro quo: an estimated spillover times what it acted on). The net share is smaller: without affiliation a
maker lags more, and the trade, purchases and its own research teach a laggard more. Theirs counts initial problems of
affiliated models, ours all domains of a car. Shares are of mean gains over histories, bands those of single histories.
"""

from dataclasses import dataclass

import numpy as np

from latecomer.axes import COMBUSTION, DOMAINS, JOINT_VENTURE, PRIVATE
from latecomer.machine import simulate
from latecomer.model.cars.quality import domain_weight
from latecomer.record import Run
from latecomer.run import Workspace, workspace
from latecomer.shown import Shown
from latecomer.study.paired import BAND90, asked_of, note_spans
from latecomer.types import Case
from latecomer.vocabulary import YEAR, record

HISTORIES = 24


@dataclass(frozen=True, repr=False)
class Affiliation(Shown):
    """Direct share of affiliation in the quality gain with its 90% band, net share, gain (log units), makers a history."""

    direct: float
    low: float
    high: float
    net: float
    gain: float
    makers: float
    histories: int


def affiliation_share(
    case: Case, histories: int = HISTORIES, seed: int = 1, span: tuple[int, int] | None = None
) -> Affiliation | None:
    """Return the shares of affiliation in the quality gain of affiliated own-brand makers over the span.

    None where no history has such a maker at both ends, as in a case without ventures. History n takes draw n of the case's
    `draws`, as in `run`. Raises UsageError where the span lies outside the years of the case.
    """
    first, *_, last = case.setting.looks("affiliation") if span is None else span
    with asked_of(case, histories=histories, seed=seed) as problems:
        note_spans(problems, "span", [(first, last)], case)
    vectors = np.array(case.draws)
    found = [
        gains(
            case, vectors[n % len(vectors) :][:1].view(np.recarray), seed, n, workspace(case), (first, last)
        )
        for n in range(histories)
    ]
    told = np.array([gain for gain in found if gain[-1] > 0 and gain[0] != 0.0])
    if not len(told):
        return None
    gain, without, direct, makers = told.mean(axis=0)
    low, high = np.quantile(told[:, 2] / told[:, 0], BAND90[::2])
    return Affiliation(direct / gain, low, high, 1.0 - without / gain, gain, makers, len(told))


def of_run(run: Run) -> Affiliation | None:
    """Return the shares on the case and seed of a run, over `HISTORIES` histories of its own.

    None where the case does not hold the years, or has no own-brand maker with a joint venture in them.
    """
    case = run.case
    first, *_, last = case.setting.looks("affiliation")
    if not case.years[0] <= first < last <= case.years[-1]:
        return None
    if not (case.makers["ownership"] == JOINT_VENTURE).any():
        return None
    return affiliation_share(case, HISTORIES, run.manifest["seed"])


def gains(
    case: Case, params: np.recarray, seed: int, history: int, space: Workspace, span: tuple[int, int]
) -> tuple[float, float, float, int]:
    """Return the mean gain of affiliated makers with and without affiliation and its direct part (log units), and their
    number."""
    weights = np.array([domain_weight(d, COMBUSTION, params[0]) for d in range(len(DOMAINS))])
    first, last = (int(year - case.years[0]) + 1 for year in span)
    go_on(case, space, params, seed, history, 0, first)
    chosen, kept = affiliated(case, space.state[0]), space.state.copy()
    start, direct = kept[0]["mastered"] @ weights, np.zeros(len(case.makers))
    for t in range(first, last):
        go_on(case, space, params, seed, history, t, t + 1)
        direct += space.flow[0].group_gain
    gain, made = space.state[0].mastered @ weights - start, space.state[0].output.copy()
    alive = space.state[0].alive == 1
    off = np.array(params).view(np.recarray)
    off["affiliation"] = 0.0
    space.state[:] = kept
    go_on(case, space, off, seed, history, first, last)
    chosen &= alive & (made > 0.0) & (space.state[0].alive == 1)
    if not chosen.any():
        return 0.0, 0.0, 0.0, 0
    without = space.state[0].mastered @ weights - start
    mean = [float(np.average(x[chosen], weights=made[chosen])) for x in (gain, without, direct)]
    return mean[0], mean[1], mean[2], int(chosen.sum())


def go_on(
    case: Case, space: Workspace, params: np.recarray, seed: int, history: int, first: int, last: int
) -> None:
    """Run the years from index `first` up to, not including, `last` on the state in `space`."""
    if first == 0:
        space.state[:] = np.zeros(1, space.state.dtype)
        space.flow[:] = np.zeros(1, space.flow.dtype)
    years = np.zeros(last, record(YEAR, case.length)).view(np.recarray)
    inputs = (case.world, case.policy, case.strategy, case.makers, case.contracts)
    simulate(space.states, space.flow, *inputs, params, seed, history, first, years)


def affiliated(case: Case, state: np.record) -> np.ndarray:
    """Return by maker [m] whether it is an own-brand maker with output whose group has a living joint venture for cars."""
    makers = case.makers
    there = (
        (makers["ownership"] == JOINT_VENTURE)
        & (state.alive == 1)
        & (makers["passenger_start"] < case.years[-1])
    )
    groups = makers["group"][there]
    own = (makers["ownership"] <= PRIVATE) & (state.alive == 1) & (state.output > 0.0)
    return own & np.isin(np.arange(len(makers)), groups)
