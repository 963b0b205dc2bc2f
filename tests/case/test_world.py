"""Do the world's series keep what is printed, fill gaps by their rule, list every fill, and add up?"""

import numpy as np
import pytest

from latecomer import axes
from latecomer.case.world import income_grid


def test_printed_values_are_kept_and_all_others_are_listed(case):
    for name in ("cpi", "gdp_index", "per_usd", "household_size", "reer", "graduates"):
        filled = set(case.fills.loc[case.fills["variable"] == name, "year"])
        series = case.tables["world"].query("quantity == @name and join == 'level'")
        facts = case.facts.merge(series, on=["table", "series"])
        printed = facts.groupby("year")["value"].first() * series["scale"].iloc[0]
        printed = printed[printed.index.isin(case.years)]
        assert set(case.years.tolist()) - filled == set(printed.index)
        assert case.inputs.loc[printed.index, name].to_numpy() == pytest.approx(printed.to_numpy())


def test_fills_carry_their_rule_and_the_value_that_is_used(case):
    assert (case.fills["rule"] != "").all()
    for row in case.fills[case.fills["index"] == ""].itertuples():
        assert case.inputs.loc[row.year, row.variable] == row.value
    size = case.fills.query("variable == 'household_size' and year == 2015")
    assert size["rule"].item() == "linear between printed years"
    assert size["value"].item() == pytest.approx((3.10 + 2.62) / 2)
    assert (
        case.fills.query("variable == 'graduates' and year == 2023")["rule"].item()
        == "growth of he_graduates_headline"
    )


def test_households_add_up_to_the_nation(case):
    people = case.world.households
    assert people.sum(axis=(1, 2)) == pytest.approx(case.inputs["households"].to_numpy(), rel=1e-12)
    assert (people >= 0).all()
    assert not people[:, :, axes.INCOME_CLASSES :].any()
    assert people[57].sum() == pytest.approx(401.51733)


def test_mean_income_of_the_classes_is_the_national_mean(case):
    inputs = case.inputs
    urban, rural = (inputs[name] / case.world.deflator for name in ("urban_income", "rural_income"))
    per_head = inputs["urban_share"] * urban + (1 - inputs["urban_share"]) * rural
    national = per_head * inputs["population"] / inputs["households"]
    classes = slice(axes.INCOME_CLASSES)
    held = (case.world.households.sum(axis=1)[:, classes] * case.world.income[:, classes]).sum(axis=1)
    assert held / case.world.households.sum(axis=(1, 2)) == pytest.approx(national.to_numpy(), rel=1e-9)
    assert case.world.income[:, axes.SMALL_BUSINESS] == pytest.approx(6.6 * per_head.to_numpy() + 12)


def test_the_grid_is_one_for_all_and_fine_at_the_top(case):
    grid = case.world.income[:, : axes.INCOME_CLASSES]
    multiples = income_grid(case.tables["constants"].set_index("name")["value"])
    assert multiples[[0, -1]] == pytest.approx([0.12, 12.0])
    assert grid / grid[:, :1] == pytest.approx(np.tile(multiples / multiples[0], (case.years.size, 1)))
    below = case.world.households.sum(axis=1)[:, : axes.INCOME_CLASSES].cumsum(axis=1)
    above_ninth_decile = (below / below[:, -1:] > 0.9).sum(axis=1)
    assert (above_ninth_decile >= 4).all()


@pytest.mark.parametrize("year", [1990, 2010, 2022])
def test_the_classes_keep_the_printed_spread_of_incomes(case, year):
    """The Gini of the classes falls short of the printed one by what is lost inside classes and by joining two laws."""
    i = year - 1953
    share = case.world.households[i].sum(axis=0)[: axes.INCOME_CLASSES]
    income = case.world.income[i, : axes.INCOME_CLASSES]
    share = share / share.sum()
    held = np.concatenate([[0.0], np.cumsum(share * income) / (share * income).sum()])
    gini = 1.0 - (share * (held[1:] + held[:-1])).sum()
    assert gini == pytest.approx(case.inputs.loc[year, "gini"], abs=0.03)


def test_region_shares_add_up_and_richer_regions_hold_richer_households(case):
    assert case.world.region_gdp_share.sum(axis=1) == pytest.approx(np.ones(case.years.size))
    people = case.world.households[57, :, : axes.INCOME_CLASSES]
    mean = people @ case.world.income[57, : axes.INCOME_CLASSES] / people.sum(axis=1)
    richest, poorest = (case.labels.regions.index(name) for name in ("CN-SH", "CN-GZ"))
    assert mean[richest] == mean.max()
    assert mean[poorest] < np.median(mean)


def test_indices_are_one_in_their_base_year(case):
    base = case.world[2010 - 1953]
    for name in ("deflator", "oil_price", "engineers", "real_exchange_rate"):
        assert base[name] == pytest.approx(1.0)
    assert case.world.investment[2005 - 1953] == pytest.approx(1.0)
    assert case.world.gdp[1978 - 1953] == pytest.approx(1.0)


def test_battery_price_joins_two_series_at_one_rate(case):
    """In 2020 both series print 137 dollars; 6.9 yuan a dollar and prices 28% above 2010 make .74 thousand yuan."""
    price = case.world.battery_price
    assert price[2020 - 1953] == pytest.approx(137 * 6.9 / 1.281 / 1000, rel=0.01)
    assert (np.diff(price[2010 - 1953 : 2022 - 1953]) < 0).all()
    assert price.max() == 15.0


def test_the_rest_of_the_world_leaves_out_the_home_country(case):
    assert case.world.world_market[2010 - 1953] == pytest.approx(77.629127 - 18.2647)
    assert case.world.world_electric_share[2021 - 1953] == pytest.approx(0.0622)
    assert not case.world.world_electric_share[: 2010 - 1953].any()


def test_destinations_are_shares_of_the_open_world_and_ratios_to_its_mean(case):
    world, base = case.world, 2010 - int(case.years[0])
    assert world.destination_market.shape == (case.years.size, len(case.labels.destinations))
    total = world.destination_market.sum(axis=1)
    assert (total > 0.7).all() and (total < 1.0).all()  # what is closed to imports is left out
    weight = world.destination_market[base] / total[base]
    for name in ("destination_income", "destination_distance"):
        assert np.log(world[name][base]) @ weight == pytest.approx(0.0, abs=1e-12)
    europe = case.labels.destinations.index("europe")
    share = case.inputs.loc[2023, ["electric_share_europe", "world_electric_share"]].to_numpy()
    assert world.destination_electric[2023 - 1953, europe] == pytest.approx(share[0] / share[1])
    assert (world.destination_electric[: 2000 - 1953] == 1.0).all()  # no electric car anywhere


def test_the_middle_of_two_printed_market_shares_is_their_mean(case):
    x = case.labels.destinations.index("latin_america")
    assert case.world.destination_market[2005 - 1953, x] == pytest.approx((0.057 + 0.108) / 2)
