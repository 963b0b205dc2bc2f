"""Does the dial stand where its table says, does it do nothing where it stands at history, and is what is best read off right?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from latecomer.axes import PRIVATE
from latecomer.case.openness import POLICY, SIDES
from latecomer.case.reform import free
from latecomer.errors import UsageError
from latecomer.report.show import export
from latecomer.run import run
from latecomer.study.openness import (
    OUTCOMES,
    RIVALS,
    best_of,
    dialled,
    measured,
    one_sided,
    openness,
    path_of,
    place_of,
    turned,
    with_presence,
)
from latecomer.vocabulary import QUANTITIES

ERA, SEED = 2018, 5
FIRST = ERA - 1953


def with_dial(case, *rows):
    """Return the case with a dial made of these rows (lever, index, closed, open)."""
    table = pd.DataFrame(rows, columns=["lever", "index", "closed", "open"]).assign(side="market")
    return replace(case, tables={**case.tables, "openness": table})


@pytest.fixture(scope="module")
def found(case):
    return openness(case, eras=(ERA,), steps=3, presence=(1.0, 2.0), histories=3, seed=SEED)


def test_the_ends_are_what_the_table_says_and_between_them_it_is_straight(case):
    settings = [dialled(case, x, FIRST) for x in np.linspace(0.0, 1.0, 5)]
    own = case.makers["ownership"] <= PRIVATE
    for row in case.tables["openness"].itertuples():
        if row.lever == "technology.buy":
            paths = [one.strategy["technology_buy"][FIRST:, own] for one in settings]
        else:
            name = POLICY[row.lever].name
            paths = [one.policy[name][place_of(case, row, FIRST)] for one in settings]
        values = np.array([np.unique(path) for path in paths]).ravel()
        assert (values[0], values[-1]) == (row.closed, row.open)
        assert np.allclose(np.diff(values), (row.open - row.closed) / 4) and np.all(np.diff(values) != 0)
    shut = settings[0]
    for name in case.policy.dtype.names:
        assert np.array_equal(shut.policy[name][:FIRST], case.policy[name][:FIRST])
    assert np.array_equal(shut.strategy["technology_buy"][:, ~own], case.strategy["technology_buy"][:, ~own])
    assert not shut.policy.flags.writeable and not shut.strategy.flags.writeable


def test_a_dial_that_stands_at_history_changes_no_bit(case):
    """Levers that history does not move from the era on, both ends at their values."""
    same = with_dial(
        case,
        ("technology.buy", "", 1.0, 1.0),
        ("trade.quota", "", 1000.0, 1000.0),
        *(("supply.cutoff_source", source, 0.0, 0.0) for source in case.labels.sources),
    )
    out = turned(same, ERA, np.array([0.0, 0.5, 1.0]), [], 2, SEED, None, None)
    assert all(np.array_equal(out[0], one, equal_nan=True) for one in out[1:])
    plain = run(free(case, FIRST), 2, SEED)
    assert np.array_equal(out[0][:, list(OUTCOMES).index("strong"), 0], plain.series("strong")[:, -1])


def test_one_side_moves_alone(case):
    shut = dialled(one_sided(case, "technology"), 0.0, FIRST)
    assert np.array_equal(shut.policy["tariff_car"], case.policy["tariff_car"])
    assert (shut.policy["supply_cutoff_source"][FIRST:] == 1.0).all()
    sides = [set(one_sided(case, side).tables["openness"]["lever"]) for side in SIDES]
    assert set.union(*sides) == set(case.tables["openness"]["lever"]) and not set.intersection(*sides)


def test_outcomes_are_sums_over_kinds_of_makers_and_means_over_years(case):
    plain = run(free(case, FIRST), 1, SEED).records[0][FIRST:]
    kind = case.makers["ownership"]
    told = measured(plain, {"state": kind < PRIVATE, "private": kind == PRIVATE, "foreign": kind > PRIVATE})
    at = {name: told[j] for j, name in enumerate(OUTCOMES)}
    assert np.isfinite(told).all()
    assert at["vehicles"][1] == pytest.approx(plain["vehicles"].mean(), rel=1e-12)
    made = at["state_output"] + at["private_output"]
    assert made[0] == pytest.approx(at["own_brand_volume"][0], rel=1e-9)


def test_what_is_best_is_read_off_the_medians_and_against_both_ends():
    dial = np.array([0.0, 0.5, 1.0])
    values = np.array([[1.0, 1.0, 5.0, 1.0], [2.0, 2.0, 2.0, 2.0], [0.0, 1.5, 0.5, 1.0]])
    told = best_of(np.array([1.0, 3.0, 1.0, 1.0]), values, dial, QUANTITIES["strong"])
    assert (told["best"], told["best_inside"], told["inside"], told["beats"]) == (0.5, 0.5, 0.75, 0.75)
    assert told["beats_history"] == 0.75
    assert told["gain"] == pytest.approx(0.75)
    less = best_of(np.ones(4), values, dial, QUANTITIES["quality_gap"])
    assert less["best"] == 1.0
    gone = best_of(
        np.ones(2), np.array([[np.nan, np.nan], [1.0, 2.0], [3.0, 4.0]]), dial, QUANTITIES["strong"]
    )
    assert gone["best"] == 1.0 and gone["histories"] == 0 and np.isnan(gone["beats"])


def test_presence_scales_every_draw_and_moves_the_curves(case, found):
    double = with_presence(case, 2.0)
    assert np.array_equal(double.draws["presence_half"], 2.0 * case.draws["presence_half"])
    at = found.curves.query("outcome == 'strong' and measure == 'last year' and variant == 'dial'")
    assert (at.groupby("dial")["median"].nunique() == 2).any()


def test_history_moves_on_the_dial_from_closed_towards_open(case):
    path = path_of(case).set_index("year")["dial"]
    assert 0.0 < path[1994] < path[2001] < path[2010] < path[2025] <= 1.0
    half = with_dial(case, ("tariff.car", "", 0.3, 0.0), ("venture.limit", "", 1.0, 20.0))
    assert path_of(half).set_index("year").loc[2025, "dial"] == pytest.approx((0.5 + 1.0) / 2)


def test_tables_have_a_row_for_everything_and_strategies_move_something(found, tmp_path):
    assert len(found.curves) == 2 * len(OUTCOMES) * 2 * (3 + 1)
    assert len(found.best) == 2 * len(OUTCOMES) * 2
    assert len(found.strategies) == len(OUTCOMES) * 2 * len(RIVALS)
    for _, rows in found.strategies.groupby("strategy"):
        assert (rows["median"] != 0.0).any()
    assert (found.curves["low90"] <= found.curves["high90"]).eq(found.curves["median"].notna()).all()
    assert len(found.sentences()) == 1 + len(OUTCOMES)  # and how to read them
    names = sorted(path.name for path in export(found, tmp_path))
    tables = ["openness-best.csv", "openness-path.csv", "openness-strategies.csv", "openness.csv"]
    assert names == sorted([*tables, "openness.html", "openness.png", "openness.svg"])


def test_all_that_cannot_be_asked_is_told_at_once(case):
    bare = with_dial(case)
    with pytest.raises(UsageError) as error:
        openness(bare, eras=(1900,), steps=2, side="trade", presence=(0.0,))
    assert len(error.value.problems) == 5
