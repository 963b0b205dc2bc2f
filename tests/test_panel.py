"""Does the panel of makers say what the record says, and can a panel regression be run on it?"""

import numpy as np
import pandas as pd
import pytest

import latecomer as lc
from latecomer.axes import DOMAINS, JOINT_VENTURE, OWNERSHIP, PRIVATE
from latecomer.panel import BY_MAKER, maker_facts


@pytest.fixture(scope="module")
def run(case):
    """Return four histories of the case."""
    return lc.run(case, 4, seed=5)


@pytest.fixture(scope="module")
def panel(run):
    """Return their panel."""
    return run.panel()


def test_there_is_a_row_for_every_maker_that_exists(run, panel):
    exists = run.records.maker_owner >= 0
    assert len(panel) == exists.sum()
    assert not panel.duplicated(["history", "year", "maker"]).any()
    sold = panel.groupby(["history", "year"])["sales"].sum().to_numpy().reshape(exists.shape[:2])
    assert np.allclose(sold, run.records.passenger_cars + run.records.imports)


def test_columns_are_the_series(run, panel):
    row = panel[(panel["history"] == 2) & (panel["year"] == 2015) & (panel["maker"] == "geely")].iloc[0]
    at = run.data.sel(history=2, year=2015, maker="geely")
    assert {name: row[name] for name in BY_MAKER} == {
        name: at[series].item() for name, series in BY_MAKER.items()
    }
    assert [row[f"capability_{domain}"] for domain in DOMAINS] == list(at["maker_capability"].values)
    assert (row["ownership"], row["group"], row["parent"], row["brand_origin"]) == (
        "private",
        "geely",
        "",
        "home",
    )


def test_quality_and_price_are_missing_where_no_car_is_sold_at_home(panel):
    assert panel["price"].isna().equals(panel["quality"].isna())
    assert (panel["price"].dropna() > 1e4).all() and (panel["quality"].dropna() <= 1e-6).all()
    assert panel["price"].isna().mean() > 0.1
    numbers = panel.drop(columns=["price", "quality"]).select_dtypes("number")
    assert np.isfinite(numbers).all(axis=None)


def test_ventures_of_a_group_are_counted_by_year(panel):
    ventures = panel[panel["ownership"] == "joint_venture"]
    count = ventures.groupby(["history", "year", "group"]).size()
    heads = panel[panel["maker"] == panel["group"]].set_index(["history", "year", "maker"])["ventures"]
    pd.testing.assert_series_equal(heads[heads > 0].sort_index(), count[count.index.isin(heads.index)].sort_index(),
                                   check_names=False)  # fmt: skip
    assert set(ventures.loc[ventures["maker"] == "saic_vw", "parent"]) == {"vw"}


def test_coordinates_are_what_the_case_says(case, run):
    data = run.data
    for name, values in maker_facts(case).items():
        assert list(data[name].values) == values
        assert data[name].dims == ("maker",)
    ventures = data["maker_sales"].where(data["ownership"] == "joint_venture", drop=True)
    assert ventures.sizes["maker"] == (case.makers.ownership == JOINT_VENTURE).sum()
    assert data["parent"].sel(maker="saic_vw").item() == "vw"
    plants = data["maker"][data["ownership"] == "foreign_plant"]
    assert list(plants.values) == list(data["parent"].sel(maker=plants).values)


def test_owners_and_groups_of_histories_by_rule_are_their_own(run, laboratory):
    """Where ventures begin by rule the panel tells who came to whom in that history."""
    by_rule = lc.run(laboratory.with_levers(mode_free=1.0), 2, seed=5).panel()
    ventures = by_rule[by_rule["ownership"] == "joint_venture"]
    groups = ventures.groupby("maker")["group"].unique()
    dated = dict(zip(run.case.labels.makers, maker_facts(run.case)["group"], strict=True))
    assert any(set(found) != {dated[maker]} for maker, found in groups.items())
    assert set(ventures["group"]) <= {*run.case.labels.makers, ""}


def test_a_panel_regression_runs(case, panel):
    """Among own brands of a history and year, makers that spend more on research make better cars."""
    own = panel[panel["ownership"].isin(OWNERSHIP[: PRIVATE + 1])].dropna(subset=["quality"])
    own = own.assign(research=np.log1p(own["research"]), affiliated=(own["ventures"] > 0).astype(float))
    columns = ["quality", "research", "affiliated"]
    within = own[columns] - own.groupby(["history", "year"])[columns].transform("mean")
    slopes = np.linalg.lstsq(within[["research", "affiliated"]], within["quality"], rcond=None)[0]
    assert slopes[0] > 0.0 and np.isfinite(slopes).all()


def test_the_panel_of_some_makers_is_part_of_the_whole(run, panel):
    some = run.panel(("byd", "faw"))
    whole = panel[panel["maker"].isin(("byd", "faw"))].sort_values(["history", "year", "maker"])
    pd.testing.assert_frame_equal(
        some.sort_values(["history", "year", "maker"]).reset_index(drop=True), whole.reset_index(drop=True)
    )
    assert set(run.panel("byd")["maker"]) == {"byd"}


def test_what_is_no_name_of_a_maker_is_refused(run):
    with pytest.raises(lc.errors.UsageError, match="3; expected a maker of the case"):
        run.panel(3)
