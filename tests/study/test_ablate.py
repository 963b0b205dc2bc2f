"""Does every part of the system move something when it is off, alike each time, and nothing when nothing is switched?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from latecomer.errors import HistoriesFailed, UsageError
from latecomer.run import run
from latecomer.study.ablate import WATCHED, ablate, parts_of
from latecomer.study.paired import switched

HISTORIES, SEED = 4, 5


@pytest.fixture(scope="module")
def found(case):
    return ablate(case, HISTORIES, SEED).table


def one_part(case, *rows):
    """Return the case with a table of parts that has one part, made of these switches (kind, target, value, from)."""
    table = case.tables["parts"].iloc[: len(rows)].copy()
    table["part"], table["name"], table["question"] = 1.0, "one", "?"
    for column, cells in zip(("kind", "target", "value", "from_year"), zip(*rows, strict=True), strict=True):
        table[column] = list(cells)
    return replace(case, tables={**case.tables, "parts": table})


def test_the_parts_are_seventeen_with_a_question_each(case):
    parts = parts_of(case)
    assert [part.number for part in parts] == list(range(1, 18))
    assert len({part.name for part in parts}) == 17
    assert all(part.question.endswith("?") and part.note and part.told for part in parts)


def test_every_part_moves_something(found):
    assert len(found) == 17 * len(WATCHED) * 2
    moved = found.groupby("part")[["difference", "low", "high"]].apply(
        lambda rows: (rows.abs() > 0).any().any()
    )
    assert moved.all(), moved[~moved]
    assert (found["low"] <= found["difference"]).eq(found["difference"].notna()).all()


def test_a_part_off_twice_gives_the_same_bits(case, found):
    part = parts_of(case)[5]
    once, again = (run(switched(case, part.switches), HISTORIES, SEED).records.tobytes() for _ in range(2))
    assert once == again
    only = one_part(case, ("lever", "venture.allowed", "off", np.nan))
    mine = ablate(only, HISTORIES, SEED).table.drop(columns=["part", "name"])
    theirs = found[found["part"] == part.number].drop(columns=["part", "name"])
    pd.testing.assert_frame_equal(
        mine.reset_index(drop=True), theirs.reset_index(drop=True), check_exact=True
    )


def test_what_is_reported_are_quantiles_of_paired_differences(case, found):
    part = parts_of(case)[3]
    on, off = run(case, HISTORIES, SEED), run(switched(case, part.switches), HISTORIES, SEED)
    t = 2010 - int(case.years[0])
    pairs = off.series("strong")[:, t] - on.series("strong")[:, t]
    row = found.query("part == 4 and series == 'strong' and year == 2010").iloc[0]
    assert (row["low"], row["difference"], row["high"]) == tuple(np.quantile(pairs, (0.05, 0.5, 0.95)))
    assert row["histories"] == HISTORIES


def test_switching_nothing_moves_nothing(case):
    """A parameter at its default, where it has only that one, and a lever held at a value that it keeps."""
    value = str(float(case.params["great_output"][0]))
    still = one_part(
        case, ("param", "great_output", value, np.nan), ("lever", "venture.allowed", "held", 2020)
    )
    rows = ablate(still, HISTORIES, SEED).table
    assert (rows[["difference", "low", "high"]].fillna(0.0) == 0.0).all().all()
    assert rows["difference"].notna().all()


def test_switches_set_what_they_say_and_nothing_else(case):
    part = parts_of(
        one_part(
            case,
            ("param", "comfort_effect", "off", np.nan),
            ("lever", "tariff.*", "off", 2000),
            ("lever", "abroad.window", "0.5", np.nan),
            ("maker", "skill", "mean", np.nan),
            ("world", "income", "held", 1992),
        )
    )[0]
    changed = switched(case, part.switches)
    at = 2000 - int(case.years[0])
    assert (changed.draws["comfort_effect"] == 0.0).all() and (changed.params["comfort_effect"] == 0.0).all()
    assert (changed.policy["tariff_car"][at:] == 0.0).all() and (
        changed.policy["tariff_parts"][at:] == 0.0
    ).all()
    assert np.array_equal(changed.policy["tariff_car"][:at], case.policy["tariff_car"][:at])
    assert (changed.policy["abroad_window"] == 0.5).all()
    assert (changed.world["income"][39:] == case.world["income"][38]).all()
    for kind in np.unique(case.makers["ownership"]):
        alike = case.makers["ownership"] == kind
        assert np.allclose(changed.makers["skill"][alike], case.makers["skill"][alike].mean())
    touched = {"comfort_effect", "tariff_car", "tariff_parts", "abroad_window", "skill", "income"}
    for name in ("params", "draws", "policy", "makers", "world"):
        before, after = getattr(case, name), getattr(changed, name)
        assert not after.flags.writeable
        for field in set(before.dtype.names) - touched:
            assert np.array_equal(before[field], after[field]), field


def test_a_gap_to_ventures_is_told_only_where_there_are_ventures(found):
    rows = found.query("name == 'Joint ventures' and series == 'quality_gap'").set_index("year")
    assert np.isnan(rows.loc[2010, "difference"]) and rows.loc[2010, "histories"] == 0


def test_a_wrong_year_or_series_or_a_case_without_parts_is_refused(case):
    bare = replace(case, tables={**case.tables, "parts": case.tables["parts"].iloc[:0]})
    with pytest.raises(UsageError) as error:
        ablate(bare, 2, years=(1890,), series=("own_brand_shares", "maker_sales"))
    assert len(error.value.problems) == 4
    assert "did you mean 'own_brand_share'" in str(error.value)


def test_progress_counts_all_runs(case):
    seen = []
    small = one_part(case, ("param", "comfort_effect", "off", np.nan))
    ablate(small, 2, SEED, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4, 4)
    assert seen == sorted(seen)


def test_a_part_without_which_histories_fail_is_named(case):
    broken = one_part(case, ("param", "heavy_growth", "1e9", np.nan))
    with pytest.raises(HistoriesFailed, match=r"Without part 1 \(one\): 2 of 2 histories"):
        ablate(broken, 2, SEED)
