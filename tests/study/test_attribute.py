"""Do shares add up in every history, is nothing owed to what does nothing, and do equals get equal shares?"""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from latecomer.case.reform import Reform
from latecomer.errors import UsageError
from latecomer.report.show import export, plot
from latecomer.run import run, watch_variants
from latecomer.study.attribute import MOMENTUM, OF_CASE, TOTAL, attribute, shapley
from latecomer.study.compare import compare
from latecomer.study.paired import switched

SPAN, SEED, HISTORIES = (2005, 2012), 5, 3
TARIFF = Reform(policy={"tariff.car": {1994: "25%"}}, name="Low tariff")
VENTURES = Reform(policy={"venture.allowed": {1994: "off"}}, name="No ventures", mode="dated")


def with_forces(case, *rows):
    """Return the case with forces made of these rows (force, kind, target, value, other)."""
    table = pd.DataFrame(rows, columns=["force", "kind", "target", "value", "other"])
    table = table.assign(title=table["force"].str.capitalize(), note="", line=range(2, len(table) + 2))
    return replace(case, tables={**case.tables, "forces": table})


@pytest.fixture(scope="module")
def small(case):
    """Return the case with three forces: one that never moves, and two that do."""
    return with_forces(
        case,
        ("still", "lever", "university.places", "held", ""),
        ("market", "world", "income", "held", ""),
        ("market", "world", "households", "held", ""),
        ("technology", "world", "frontier_clock", "held", ""),
        ("technology", "param", "digestion", "off", "market"),
    )


@pytest.fixture(scope="module")
def found(small):
    return attribute(small, ("vehicles", "strong"), [SPAN], histories=HISTORIES, seed=SEED)


def test_shapley_is_the_mean_over_all_orders():
    v = np.random.default_rng(1).normal(size=(8, 4))
    by_orders = np.zeros((3, 4))
    for order in permutations(range(3)):
        mask = 0
        for i in order:
            by_orders[i] += (v[mask | 1 << i] - v[mask]) / 6
            mask |= 1 << i
    assert np.allclose(shapley(v), by_orders, rtol=1e-12, atol=0)


def test_rows_add_up_in_every_history_to_the_growth_of_history(case, found):
    years = list(case.years)
    plain = run(case, HISTORIES, SEED)
    for series in ("vehicles", "strong"):
        shares = found.shares[series, *SPAN]
        grown = plain.series(series)[:, years.index(SPAN[1])] - plain.series(series)[:, years.index(SPAN[0])]
        assert np.array_equal(shares[-1], grown)
        assert np.allclose(
            shares[:-1].sum(axis=0), grown, rtol=1e-9, atol=1e-9 * np.abs(plain.series(series)).max()
        )
        rows = found.table[found.table["series"] == series].set_index("player")
        assert rows["mean"].drop(TOTAL).sum() == pytest.approx(rows.loc[TOTAL, "mean"], rel=1e-9)
        assert rows["share"].drop(TOTAL).sum() == pytest.approx(1.0, rel=1e-9)
        assert rows.index[0] == MOMENTUM and (rows["low90"] <= rows["high90"]).all()


def test_nothing_is_owed_to_a_force_that_does_not_move(found):
    rows = found.to_frame().query("player == 'still'")
    assert len(rows) == 4
    assert (rows[["mean", "low90", "high90", "share", "positive"]] == 0.0).all().all()
    assert (found.shares["strong", *SPAN][1] == 0.0).all()


def test_what_a_critic_counts_otherwise_is_counted_so_too(found):
    assert list(found.other["counted"].unique()) == ["digestion as market"]
    assert (found.table["counted"] == OF_CASE).all()
    totals = found.to_frame().query("player in ('total', 'momentum')").groupby(["series", "player"])["mean"]
    assert (totals.nunique() == 1).all()
    moved = found.to_frame().query("player == 'technology' and series == 'strong'")["mean"]
    assert moved.nunique() == 2


def test_a_stopped_clock_stops_the_frontier_and_a_switched_parameter_acts_from_the_year_on(case):
    at = SPAN[0] - int(case.years[0])
    rows = pd.DataFrame(
        [("world", "frontier_clock", "held"), ("param", "digestion", "off"), ("param", "improvement", "off")],
        columns=["kind", "target", "value"],
    )
    still = switched(case, rows.assign(from_year=float(SPAN[0] + 1)))

    def watch(records):
        return np.column_stack([records["frontier"][:, 1], records["strong"]])

    history, stopped = watch_variants([case, still], watch, 2, SEED, same_until=at + 1)
    assert np.array_equal(history[:, : at + 1], stopped[:, : at + 1])
    assert (stopped[:, at:, 0] == stopped[:, at : at + 1, 0]).all() and (
        np.diff(history[:, at:, 0]) > 0
    ).all()
    assert (history[:, -1, 1] != stopped[:, -1, 1]).all()
    assert np.array_equal(history[:, :, 1], run(case, 2, SEED).series("strong"))


def test_shares_of_logs_add_up_to_growth_in_logs(small):
    found = attribute(small, ("vehicles",), [SPAN], logs=True, histories=2, seed=SEED)
    levels = attribute(small, ("vehicles",), [SPAN], histories=2, seed=SEED)
    shares = found.shares["vehicles", *SPAN]
    assert np.allclose(shares[:-1].sum(axis=0), shares[-1], rtol=1e-9)
    assert (found.table["unit"] == "log points").all()
    assert 0 < shares[-1].min() < shares[-1].max() < 5 < levels.shares["vehicles", *SPAN][-1].min()


def test_a_package_is_shared_out_to_the_effect_that_compare_finds(case):
    found = attribute(
        case, ("vehicles",), reforms=[TARIFF, VENTURES], year=2010, histories=HISTORIES, seed=SEED
    )
    effect = compare(case, TARIFF, VENTURES, histories=HISTORIES, seed=SEED).differences("vehicles")[
        :, 2010 - 1953
    ]
    shares = found.shares["vehicles", 1994, 2010]
    assert np.array_equal(shares[-1], effect)
    assert np.allclose(shares[:-1].sum(axis=0), effect, rtol=1e-9, atol=1e-2)
    assert list(found.table["title"]) == ["Low tariff", "No ventures", "Package"]
    assert len(found.other) == 0 and found.sentences()[0].startswith("Motor vehicles made, 2010: ")


def test_equal_reforms_get_equal_shares_and_a_null_package_nothing(case):
    twice = attribute(case, ("imports",), reforms=[TARIFF, TARIFF], histories=2, seed=SEED)
    one, other, total = twice.shares["imports", 1994, 2025]
    assert np.array_equal(one, other) and np.array_equal(one + other, total) and total.any()
    nothing = Reform(policy={"tariff.car": "history"}, name="Nothing")
    null = attribute(case, reforms=[nothing, nothing], histories=2, seed=SEED)
    assert (null.table[["mean", "low90", "high90"]] == 0.0).all().all()
    assert null.table["share"].isna().all()


def test_all_that_cannot_be_asked_is_told_at_once(case):
    bare = replace(case, tables={**case.tables, "forces": case.tables["forces"].iloc[:0]})
    with pytest.raises(UsageError) as error:
        attribute(bare, ("vehicle",), [(2010, 1990)])
    assert len(error.value.problems) == 3
    assert "did you mean 'vehicles'" in str(error.value)


def test_the_picture_shows_every_row_and_is_written_with_the_table(found, tmp_path):
    spec = plot(found).to_dict()
    assert len(spec["concat"]) == 2
    files = export(found, tmp_path)
    assert sorted(path.name for path in files) == [
        f"attribution.{kind}" for kind in ("csv", "html", "png", "svg")
    ]
    table = pd.read_csv(tmp_path / "attribution.csv")
    assert len(table) == len(found.to_frame())
