"""Does the money of a reform add up, and do the sentences on how it worked say what the numbers say?"""

import numpy as np
import pandas as pd
import pytest

from latecomer.axes import PRIVATE
from latecomer.case.reform import Reform
from latecomer.experiment.channels import CHANNELS, channel_sentences, channel_table
from latecomer.experiment.compare import compare
from latecomer.experiment.worth import SOCIAL_RATE, bought, flows, worth
from latecomer.record import SERIES


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
    later = (surplus / (1.0 + SOCIAL_RATE) ** (years - 1986)).sum(axis=1)
    assert told.loc["surplus", "discounted_median"] == pytest.approx(np.median(later))
    assert worth(found, last=1990, rate=0.0).money["discounted_median"].tolist() == told["median"].tolist()


def test_places_are_ranked_and_named(found):
    gains = worth(found)
    assert sorted(gains.regions["name"]) == sorted(found.case.labels.region_names)
    assert gains.regions["median"].is_monotonic_decreasing
    assert set(gains.buyers["name"]) == set(found.case.labels.buyers)


def test_per_yuan_only_where_outlay_clearly_rises(found):
    assert bought(found, np.full(4, -5.0), 2025).empty
    rows = bought(found, np.full(4, 50.0), 2025).set_index("series")
    assert rows.loc["strong", "per_100_billion"] == pytest.approx(2.0 * found.effect("strong", 2025).median)


def test_every_channel_has_a_series(found):
    assert {channel.series for channel in CHANNELS} <= set(SERIES)
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
