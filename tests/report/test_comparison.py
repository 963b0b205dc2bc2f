"""Does the report of a reform open offline, say what was asked and found, and escape what users write?"""

import json
import re

import pytest

from latecomer.case.reform import Reform, find_reform
from latecomer.report.comparison import EFFECTS, SIDES, charts, page, pairing, signed
from latecomer.report.show import export, plot
from latecomer.study.compare import compare
from latecomer.study.headline import OF_MAKER

WRITTEN = "<script>alert(1)</script> & more"


@pytest.fixture(scope="module")
def found(case):
    reform = Reform(
        {"tariff.car": {1986: 0.25}},
        {"geely": {"research.revenue_share": {2001: 0.08}}},
        name=WRITTEN,
        note=WRITTEN,
    )
    return compare(case, reform, histories=4)


@pytest.fixture(scope="module")
def html(found):
    return page(found)


def test_the_page_needs_no_network_and_runs_only_its_own_scripts(html):
    assert "default-src &#39;none&#39;" in html
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?https?:", html)


def test_what_users_write_is_escaped(html):
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_every_figure_has_a_place_data_and_a_text(html, found):
    specs = json.loads(re.search(r'id="specs">(.*?)</script>', html, re.S)[1])
    names = [
        *(f"effect_geely_{name}" for name in OF_MAKER),
        *(f"effect_{name}" for name in EFFECTS),
        *(f"side_{name}" for name in SIDES),
        "plane",
        "firms",
        "provinces",
    ]
    assert sorted(specs) == sorted(names) == sorted(charts(found))
    for name in names:
        assert f'id="plot-{name}"' in html
    assert all(figure.chart.description and figure.about for figure in charts(found).values())


def test_it_says_what_was_asked_and_how_to_make_it_again(html):
    assert "geely, research.revenue_share" in html
    assert "1986-2025" in html
    assert "latecomer compare" in html
    assert "Joint ventures, licences and entries happen on their historical dates" in html


def test_the_literature_is_shown_where_there_is_any(case, html):
    assert 'id="literature"' not in html
    ready = compare(case, find_reform("no-plate-quotas", case), histories=2)
    text = page(ready)
    assert 'id="literature"' in text and len(ready.literature)
    assert all(question in text for question in ready.literature["question"])


def test_a_null_reform_says_so(case):
    null = compare(case, Reform({"tariff.car": "history"}), histories=2)
    assert null.sentences() == [
        "The reform changes nothing within the years of the case: every effect is exactly zero."
    ]
    assert "No difference in any pair" in page(null)


def test_figures_and_tables_can_be_taken_along(found, tmp_path):
    names = {path.name for path in export(found, tmp_path)}
    assert {"effects.csv", "money.csv", "firms.csv", "effect_strong.png", "plane.svg"} <= names
    assert all((tmp_path / name).stat().st_size > 100 for name in names)


def test_numbers_with_signs():
    assert [signed(value) for value in (0.0, 12.34, -0.5)] == ["0", "+12.3", "−0.50"]


def test_the_gain_of_pairing_is_told(found):
    assert re.search(r"spread \d+\.\d times as far", pairing(found))


def test_a_chart_for_a_user(found):
    chart = plot(found, "own_brand_share")
    assert "Own brands in passenger cars made" in chart.description
    chart.to_dict()
