"""Is every finding shown in the same three ways, from what stands in it alone, without a history being run?"""

import sys
import zipfile

import pandas as pd
import pytest

import latecomer as lc
from latecomer.errors import UsageError
from latecomer.study.gallery import ready_reforms
from latecomer.study.worth import worth
from latecomer.types import Finding

TARIFF = lc.Reform({"tariff.car": {1970: 0.1}}, name="Low tariff")
STUDIES = {
    "run": lambda case: lc.summary(lc.run(case, 2)),
    "comparison": lambda case: lc.compare(case, TARIFF, histories=2),
    "ablation": lambda case: lc.ablate(case, histories=2),
    "attribution": lambda case: lc.attribute(case, histories=2),
    "openness": lambda case: lc.openness(case, eras=(1975,), steps=3, presence=(1.0,), histories=2),
    "timing": lambda case: lc.timing(case, TARIFF, years=(1970, 1980), histories=2),
    "uncertainty": lambda case: lc.uncertainty(case, TARIFF, variant_histories=2),
    "growth": lambda case: lc.growth(lc.run(case, 2)),
    "score": lambda case: lc.score(lc.run(case, 2)),
    "docked": lambda case: lc.dock("incalead"),
    "worth": lambda case: worth(lc.compare(case, TARIFF, histories=2)),
    "reforms": lambda case: ready_reforms(case, ["no-ventures"], histories=2),
}


@pytest.fixture
def no_run(monkeypatch):
    """Let whatever runs a history fail."""

    def refuse(*_):
        raise AssertionError("a history was run")

    for module in ("latecomer.run", "latecomer.study.affiliation", "latecomer.machine"):
        monkeypatch.setattr(sys.modules[module], "simulate", refuse)


@pytest.fixture(scope="module", params=STUDIES)
def finding(request, small_case):
    return STUDIES[request.param](small_case)


def test_a_finding_has_a_question_tables_with_units_and_sentences(finding):
    assert isinstance(finding, Finding) and finding.kind in STUDIES
    assert finding.question.endswith("?") and finding.title
    assert all(isinstance(table, pd.DataFrame) for table in finding.tables.values())
    assert finding.sentences() and all(isinstance(text, str) for text in finding.sentences())
    assert finding.manifest
    assert len(finding.to_frame()) and repr(finding).startswith(type(finding).__name__)


def test_it_is_drawn_reported_and_taken_along_without_a_run(finding, no_run, tmp_path):
    assert lc.plot(finding).to_dict()
    page = lc.report(finding, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "default-src &#39;none&#39;" in page
    (book,) = lc.export(finding, tmp_path / "book.xlsx")
    assert zipfile.ZipFile(book).testzip() is None
    files = {path.name for path in lc.export(finding, tmp_path / "files")}
    assert {f"{name}.csv" for name in finding.tables} < files
    assert any(name.endswith(".png") for name in files) and any(name.endswith(".svg") for name in files)
    if finding.kind in ("run", "comparison"):
        assert "<h1" in lc.report(finding, tmp_path / "brief.html", brief=True).read_text(encoding="utf-8")


def test_what_runs_would_be_noticed(small_case, no_run):
    with pytest.raises(AssertionError, match="a history was run"):
        lc.run(small_case, 1)


def test_what_cannot_be_shown_is_refused_with_what_can(small_case):
    run = lc.run(small_case, 1)
    with pytest.raises(UsageError, match=r"summary\(run\)"):
        lc.report(run, "nowhere.html")
    with pytest.raises(UsageError, match="did you mean 'vehicles'"):
        lc.plot(lc.summary(run), "vehicels")
    with pytest.raises(UsageError, match="four printed pages"):
        lc.report(lc.growth(run), "nowhere.html", brief=True)


def test_the_effects_of_a_series_are_computed_once(small_case, monkeypatch):
    found, calls = lc.compare(small_case, TARIFF, histories=2), []
    made = type(found).differences
    monkeypatch.setattr(type(found), "differences", lambda *words: calls.append(words) or made(*words))
    first, table = found.effect("vehicles", 1980), found.effects("vehicles")
    table["median"] = 0.0  # a copy
    assert found.effect("vehicles", 1980) == first
    assert found.effect("vehicles", 1990) is not None and len(calls) == 1


def test_an_effect_along_an_axis_is_drawn_under_its_name(small_case):
    found = lc.compare(small_case, TARIFF, histories=2)
    assert "suv" in lc.plot(found, "segment_sales", "suv").description
