"""Does the money of a reform add up, and do the sentences on how it worked say what the numbers say?"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from latecomer.axes import PRIVATE
from latecomer.case.reform import Reform
from latecomer.record import SERIES
from latecomer.study.channels import CHANNELS, FOREIGN_CARS, channel_sentences, channel_table
from latecomer.study.compare import compare
from latecomer.study.worth import bought, cost, flows, worth


@pytest.fixture(scope="module")
def found(case):
    return compare(case, Reform({"tariff.car": {1986: 0.25}}, name="Low tariff"), histories=4)


def test_money_adds_up(found):
    parts = flows(found)
    profit = found.differences("profit")
    assert np.allclose(parts["own_profit"] + parts["foreign_profit"], profit, atol=1e-6)
    assert np.allclose(parts["tax"] - parts["outlay"], parts["balance"], atol=1e-6)
    whole = parts["surplus"] + profit + parts["balance"] + found.differences("soft_aid")
    assert np.allclose(parts["total"], whole, atol=1e-6)


def test_sums_and_discounting_by_hand(found):
    told = worth(found, last=1990).money.set_index("item")
    years = np.arange(1986, 1991)
    surplus = found.differences("consumer_surplus")[:, years - 1953]
    assert told.loc["surplus", "median"] == pytest.approx(np.median(surplus.sum(axis=1)))
    later = (surplus / (1.0 + found.case.setting.social_rate) ** (years - 1986)).sum(axis=1)
    assert told.loc["surplus", "discounted_median"] == pytest.approx(np.median(later))
    assert worth(found, last=1990, rate=0.0).money["discounted_median"].tolist() == told["median"].tolist()


def test_places_are_ranked_and_named(found):
    gains = worth(found)
    assert sorted(gains.regions["name"]) == sorted(found.case.labels.region_names)
    assert gains.regions["median"].is_monotonic_decreasing
    assert set(gains.buyers["name"]) == set(found.case.labels.buyers)


def test_per_yuan_only_where_outlay_clearly_rises(found):
    sums = {name: values.sum(axis=1) for name, values in flows(found).items()}
    assert bought(found, {**sums, "outlay": np.full(4, -5.0)}, 2025).empty
    rows = bought(found, {**sums, "outlay": np.full(4, 50.0)}, 2025).set_index("series")
    assert rows.loc["strong", "per_100_billion"] == pytest.approx(2.0 * found.effect("strong", 2025).median)
    share = found.effect("own_brand_share", 2025)
    assert rows.loc["own_brand_share", "low90"] == pytest.approx(200.0 * share.low90)
    assert rows.loc["surplus", "per_100_billion"] == pytest.approx(2.0 * np.median(sums["surplus"]))
    assert set(rows["histories"]) == {4}


def test_histories_in_which_outlay_falls_are_left_out_of_what_it_buys(found):
    many = SimpleNamespace(years=found.years, differences=lambda name: np.ones((20, len(found.years))))
    money = {"surplus": np.full(20, 30.0), "total": np.full(20, -10.0)}
    rows = bought(many, {**money, "outlay": np.r_[-1e-6, np.full(19, 50.0)]}, 2025).set_index("series")
    assert rows.loc["surplus", ["per_100_billion", "low90", "high90", "histories"]].tolist() == [
        60.0,
        60.0,
        60.0,
        19,
    ]
    assert rows.loc["own_brand_share", "per_100_billion"] == 200.0


def test_a_unit_costs_what_all_lose_for_it_where_its_sign_is_sure(found):
    """A tariff is told by its cost too, though nothing is spent on it."""
    gain = {
        "strong": np.full(20, -2.0),
        "own_brand_share": np.full(20, 0.01),
        "vehicles": np.r_[np.ones(10), -np.ones(10)],
    }
    many = SimpleNamespace(
        years=found.years, differences=lambda name: gain[name][:, None] * np.ones(len(found.years))
    )
    rows = cost(many, np.full(20, -10.0), 2025).set_index("series")
    assert rows["per_unit"].to_dict() == {
        "strong": pytest.approx(-5.0),
        "own_brand_share": pytest.approx(10.0),
    }
    assert (rows["histories"] == 20).all()
    gain["own_brand_share"][:] = 0.001  # a tenth of a point is not stretched to a whole one
    assert cost(many, np.full(20, -10.0), 2025)["series"].tolist() == ["strong"]
    told = worth(found, last=1990).cost.set_index("series")
    share = 100.0 * found.differences("own_brand_share")[:, found.years == 1990][:, 0]
    total = flows(found)["total"][:, found.years <= 1990].sum(axis=1)
    assert told.loc["own_brand_share", "per_unit"] == pytest.approx(np.median(-total / share))


def test_every_channel_has_a_series(found):
    assert {channel.series for channel in CHANNELS} <= {*SERIES, FOREIGN_CARS}
    table = channel_table(found)
    assert len(table) == len(CHANNELS)
    assert table["first"].dropna().is_monotonic_increasing


def test_low_tariffs_move_imports_first_and_up(found):
    first = channel_table(found).iloc[0]
    assert first["first"] == 1986
    assert found.effect("imports", 1986).median > 0.0
    said = channel_sentences(found)
    assert any(line.startswith("Imports moved") and "+" in line for line in said)


def test_a_null_reform_moves_nothing(case):
    null = compare(case, Reform({"tariff.car": "history"}), histories=2)
    assert channel_sentences(null) == [
        "The reform changes nothing within the years of the case, so nothing moves."
    ]
    assert not worth(null).money["median"].any()
    assert isinstance(channel_table(null), pd.DataFrame)
    assert channel_table(null)["first"].isna().all()


def test_profit_is_split_by_ownership(found):
    own = found.case.makers["ownership"] <= PRIVATE
    assert np.allclose(flows(found)["own_profit"], found.differences("maker_profit")[:, :, own].sum(axis=2))
