"""Are the figures right? They compile, draw the record's own numbers, and come out as files."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import vl_convert

from latecomer.fit.score import record_table
from latecomer.report.fan import FANS, SEGMENT_FANS
from latecomer.report.figures import figures, save_figures, titles, vegalite_version
from latecomer.report.flow import KINDS, label
from latecomer.report.ranks import settled
from latecomer.report.ratio import ratio_table
from latecomer.report.style import house_style
from latecomer.report.tiles import places
from latecomer.study.groups import group_shares, group_volumes


@pytest.fixture(scope="module")
def specs(found):
    return {name: chart.to_dict() for name, chart in figures(found).items()}


def rows_with(spec, *columns):
    return next(data for data in spec["datasets"].values() if data and set(columns) <= data[0].keys())


def test_every_figure_obeys_the_schema_and_compiles(specs):
    for spec in specs.values():
        assert vl_convert.vegalite_to_vega(spec, vl_version=vegalite_version())["marks"]


def test_every_figure_has_a_title(found, specs):
    named = titles(found)
    assert named.keys() >= specs.keys()
    assert all(
        (title and about.endswith((".", "车", "汽"))) or name.startswith("firm_")
        for name, (title, about) in named.items()
    )


def test_no_name_in_a_key_is_cut(specs):
    """A label longer than its limit would end in dots; the house sets no limit, and wide keys wrap on a phone."""
    for name in ("learning", "sources"):
        legend = json.dumps(specs[name]["layer"][0]["encoding"]["color"]["legend"])
        assert "labelLimit" not in legend and "width < " in legend
    assert house_style()["legend"]["labelLimit"] == 0


def test_the_error_is_the_simulated_value_over_the_recorded_one(result, found):
    record = record_table(result)
    table = ratio_table(found, "vehicles").set_index("year")
    facts = record[record["series"] == "vehicles"].drop_duplicates("year").set_index("year")
    row = facts.loc[2004]
    assert table.loc[2004, "median"] == pytest.approx(row["median"] / row["recorded"])
    assert table.loc[2004, "low90"] <= table.loc[2004, "median"] <= table.loc[2004, "high90"]


def test_one_place_in_every_year_is_a_sentence_and_no_chart(result):
    rows = [
        {"index": "strong", "weights": weights, "year": year, "place": place, "probability": float(place == 5)}
        for weights in ("drawn", "equal") for year in (1990, 1991) for place in (4, 5)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    assert "comes fifth beside the reference countries in at least 100% of histories" in settled(
        table, "strong", result.case.setting
    )
    table.loc[table["year"] == 1991, "probability"] = 0.5
    assert settled(table, "strong", result.case.setting) == ""


@pytest.mark.parametrize("name", [*FANS, *SEGMENT_FANS])
def test_a_fan_holds_the_quantiles_of_the_run(result, specs, name):
    spec = (FANS | SEGMENT_FANS)[name]
    at = result.case.labels.segments.index(spec.index) if spec.index else None
    low, median, high = result.bands(spec.series, at, (0.05, 0.5, 0.95))
    place = {int(year): t for t, year in enumerate(result.years)}
    drawn = rows_with(specs[name], "low90", "high90")
    assert len(drawn) > 10
    for row in drawn:
        t = place[row["year"]]
        assert (row["low90"], row["median"], row["high90"]) == (low[t], median[t], high[t])


@pytest.mark.parametrize("name", ["vehicles", "own_brand_share", "quality_gap"])
def test_a_fan_holds_every_recorded_value_with_source_and_sample(result, specs, name):
    record = record_table(result)
    facts = (
        record[(record["series"] == name) & (record["index"] == "")].drop_duplicates("year").set_index("year")
    )
    drawn = {row["year"]: row for row in rows_with(specs[name], "recorded")}
    assert drawn.keys() == set(facts.index)
    for year, row in drawn.items():
        assert row["recorded"] == facts.loc[year, "recorded"]
        assert row["source"] and row["grade"] == facts.loc[year, "grade"]
        assert (row["use"] == "used in the fit") == (facts.loc[year, "sample"] == "fit")


def test_every_fan_shades_the_years_after_the_fit(result, specs):
    firms = {f"firm_{maker}" for maker in result.case.named_makers}
    for name in {*FANS, *SEGMENT_FANS, *firms}:
        shade = next(
            d
            for d in specs[name]["datasets"].values()
            if d[0].keys() >= {"from", "to"} and "year" not in d[0]
        )
        assert shade[0]["from"] == result.case.setting.sample_end + 0.5
        assert shade[0]["to"] == result.years[-1] + 0.5


def test_groups_hold_all_vehicles_made_at_home(result):
    made = group_volumes(result).sum(axis=2)
    total = result.series("vehicles")
    assert np.allclose(made, total, rtol=1e-6, atol=1.0)


def test_the_stream_names_the_named_makers_and_adds_up_to_one(result, specs):
    shares = group_shares(result)
    assert {"FAW", "Dongfeng", "SAIC", "GAC", "BAIC", "CNHTC", "Changan", "Hafei", "Chery", "Geely"} <= set(
        shares["group"]
    )
    drawn = rows_with(specs["makers"], "drawn", "top", "bottom")
    for year in (1980, 2004, 2025):
        assert sum(row["drawn"] for row in drawn if row["year"] == year) == pytest.approx(1.0)


def test_provinces_have_each_their_own_tile(result):
    at = places(result.case)
    assert len(set(at)) == len(at) == 31
    north, south = (at[result.case.labels.regions.index(code)][1] for code in ("CN-HL", "CN-HI"))
    assert north < south


def test_the_flows_between_the_actors_are_the_medians_of_the_run(result, found, specs):
    table = found.flows
    assert set(table["year"]) == {1980, 1995, 2010, 2025}
    assert len(table) == len(KINDS) * 4 * 4 * 4
    place = list(result.years).index(2010)
    for name in KINDS:
        drawn = table[(table["kind"] == name) & (table["year"] == 2010)]["median"].to_numpy().reshape(4, 4)
        assert np.array_equal(drawn, np.median(result.series(name)[:, place], axis=0))
        texts = {
            row["label"] for row in rows_with(specs["innovation_system"], "label", "tone") if row["label"]
        }
        assert len(texts) > 5


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (0.4, "people_flow", "·"), (740.2, "people_flow", "740"), (999.6, "people_flow", "1.0k"),
        (26_165.0, "people_flow", "26k"),
        (0.004, "money_flow", "·"), (0.043, "money_flow", ".04"), (0.996, "money_flow", "1.0"), (93.2, "knowledge_flow", "93"),
    ],
)  # fmt: skip
def test_a_cell_holds_at_most_four_signs(value, kind, shown):
    assert label(value, kind) == shown


def test_unknown_regions_fill_a_plain_grid(result):
    labels = replace(result.case.labels, regions=("A", "B", "C", "D", "E"))
    assert places(replace(result.case, labels=labels)) == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]


def test_pictures_come_out_as_png_and_svg(found, tmp_path):
    names = ("vehicles", "overview")
    written = save_figures(found, tmp_path / "pictures", ("png", "svg"), names)
    assert [path.name for path in written] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    for path in written:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
        else:
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
    again = save_figures(found, tmp_path / "again", ("svg",), ("overview",))
    assert again[0].read_bytes() == (tmp_path / "pictures" / "overview.svg").read_bytes()


@pytest.mark.parametrize(("formats", "names"), [(("gif",), None), (("png",), ("vehicels",))])
def test_an_unknown_format_or_name_writes_nothing(found, tmp_path, formats, names):
    with pytest.raises(ValueError, match=r"gif|vehicels"):
        save_figures(found, tmp_path / "none", formats, names)
    assert not (tmp_path / "none").exists()


def test_destinations_end_at_the_median_total_under_the_recorded_one(result, specs):
    (total,) = result.bands("vehicle_exports", None, (0.5,))
    layers = rows_with(specs["destinations"], "destination", "top", "bottom", "from")
    assert {row["destination"] for row in layers} == set(result.case.labels.destination_names)
    for year in (2010, 2025):
        rows = sorted((row["bottom"], row["top"]) for row in layers if row["year"] == year)
        assert rows[0][0] == 0.0
        assert all(below[1] == pytest.approx(above[0]) for below, above in pairwise(rows))
        assert rows[-1][1] == pytest.approx(total[year - result.years[0]], rel=1e-9)
    recorded = {row["year"]: row["recorded"] for row in rows_with(specs["destinations"], "recorded")}
    assert recorded[2012] == 1056100
