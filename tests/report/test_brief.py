"""Does a brief fit four printed pages, without a script, and do pages open in a real browser without a complaint?"""

import re
import shutil
import subprocess

import pytest
from page_reader import Reader

from latecomer.case.reform import Reform
from latecomer.report.brief import comparison_brief, run_brief
from latecomer.study.compare import compare

PAGES = 4
BROWSER = [
    "chromium",
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-logging=stderr",
    "--no-pdf-header-footer",
]


@pytest.fixture(scope="module")
def briefs(case, found):
    reform = Reform(
        {"tariff.car": {1986: 0.25}}, name="Tariffs at 25% from 1986", name_local="1986年起关税25%"
    )
    return {"run": run_brief(found), "reform": comparison_brief(compare(case, reform, histories=4))}


def test_a_brief_is_four_sheets_of_drawings_and_tables_without_a_script(briefs):
    for text in briefs.values():
        found = Reader(re.sub(r"<svg.*?</svg>", "", text, flags=re.S))
        sheets = [one for one in found.all("section") if one.attributes.get("class") == "sheet"]
        assert len(sheets) == PAGES
        assert found.all("script") == [] and "default-src &#39;none&#39;" in text
        assert re.findall(r'(?:href|src)="(?!#)', text) == []
        clips = re.findall(r'<clipPath id="([^"]+)"', text)
        assert len(clips) == len(set(clips))
        assert len(text.encode()) < 2**20
    assert "1986年起关税25%" in briefs["reform"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_in_a_browser_a_brief_prints_on_four_pages_and_no_page_complains(briefs, text, tmp_path):
    for name, html in {**briefs, "full": text}.items():
        page, printed = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        page.write_text(html, encoding="utf-8")
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        words = [*BROWSER, profile, f"--print-to-pdf={printed}", page.as_uri()]
        told = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True).stderr
        assert [line for line in told.splitlines() if "CONSOLE" in line] == []
        if name in briefs:
            assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == PAGES
