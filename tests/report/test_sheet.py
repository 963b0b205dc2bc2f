"""Is a page on one question whole: question, answer, figures with captions, how to read them, tables, manifest?"""

import pandas as pd
import pytest
from page_reader import Reader

from latecomer.report.ablation import ablation_sheet
from latecomer.report.questions import structures, uncertainty_sheet
from latecomer.report.sheet import Table, printed, sheet_page
from latecomer.study.ablate import Ablation
from latecomer.study.uncertainty import Uncertainty

MADE = {"command": "latecomer ablate china-auto --seed 1", "case": "china-auto", "seed": 1, "histories": 4}
SPITEFUL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def parts():
    """Two parts, one series, two years."""
    rows = [
        {"part": part, "name": name, "series": "vehicles", "year": year, "difference": 1e6 * part, "low": -1e6, "high": 2e6,
         "unit": "vehicles", "histories": 4, "switches": "x off"}
        for part, name in ((1, "Ventures"), (2, SPITEFUL)) for year in (2010, 2025)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_page_on_one_question_is_whole(parts):
    text = sheet_page(ablation_sheet(Ablation("What each part does", parts, MADE)))
    found = Reader(text)
    assert {"answer", "figures", "reading", "tables", "again", "figure-vehicles"} <= set(found.ids())
    assert len(found.all("h1")) == 1 and len(found.all("nav")) == 1
    assert MADE["command"] in text and "Cite as: The Latecomer maintainers" in text
    assert "prefers-color-scheme: dark" in text and "@media print" in text
    assert SPITEFUL not in text.replace("\\u003c", "<").split("<main>")[0]
    assert len(found.all("script")) == 3
    assert all(head.attributes.get("scope") in ("row", "col") for head in found.all("th"))
    assert found.open == []


def test_a_band_with_zero_inside_is_told_as_unclear(parts):
    sheet = ablation_sheet(Ablation("What each part does", parts, {}))
    assert sheet.sentences == [
        "Motor vehicles made, 2025: the largest change comes when switching off "
        f"\N{LEFT DOUBLE QUOTATION MARK}{SPITEFUL}\N{RIGHT DOUBLE QUOTATION MARK}, +2.00 million (-1.00 to +2.00); no clear sign."
    ]


def test_another_structure_is_drawn_at_the_paired_difference():
    """No crowding: the effect over other pairs is 0.137, but the paired difference is nearly zero."""
    parts = pd.DataFrame({"part": ["luck"], "title": ["Chance"], "sd": [0.1], "share": [1.0]})
    variants = pd.DataFrame(
        {
            "kind": ["structure"],
            "name": ["No crowding"],
            "effect": [0.137],
            "difference": [-0.0005],
            "error": [0.001],
            "level": [0.1135],
        }
    )
    found = Uncertainty("own_brand_share", 2000, "share", 0.114, parts, variants, "Low tariff")
    assert structures(found)["shifted"].tolist() == pytest.approx([11.35])
    assert "figure-structures" in sheet_page(uncertainty_sheet(found))


def test_numbers_of_a_table_read_as_numbers():
    table = printed(
        Table(
            "T",
            pd.DataFrame(
                {"name": ["a"], "x": [-1234.5], "y": [float("nan")], "works": [True], "year": [2025]}
            ),
        )
    )
    assert table["cells"] == [["a", "−1,234", "–", "yes", "2025"]]
    assert [text for _, text in table["columns"]] == [True, False, False, True, False]
