"""Does the page open offline, hold every figure, escape its text, and print the score's own numbers?"""

import base64
import dataclasses
import hashlib
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from page_reader import Reader

import latecomer
from latecomer.fit.score import errors, record_table
from latecomer.report.figures import figures, save_figures
from latecomer.report.layout import CITATION, citation
from latecomer.report.page import page, titled
from latecomer.report.show import report
from latecomer.report.style import DARK
from latecomer.study.bands import SHOWN, fan
from latecomer.study.summary import Summary

MEGABYTE = 2**20
SPITEFUL = '</script><script>alert("1")</script><img src=x onerror=alert(2)> & {{ 7*7 }} "\'<b>'


@pytest.fixture(scope="module")
def read(text):
    return Reader(text)


@pytest.fixture(scope="module")
def specs(read):
    return json.loads("".join(next(s for s in read.all("script") if s.attributes.get("id") == "specs").text))


def test_nothing_is_loaded_from_elsewhere(read):
    assert [s.attributes for s in read.all("script") if "src" in s.attributes] == []
    assert [tag for tag in ("link", "iframe", "object", "embed", "base", "form") if read.all(tag)] == []
    assert read.all("img") == []
    assert re.findall(r"url\(|@import", "".join(read.all("style")[0].text)) == []
    assert all(a.attributes["href"].startswith(("#", "http://", "https://")) for a in read.all("a"))


def test_the_policy_allows_the_scripts_of_the_page_and_no_request(read):
    policy = next(m.attributes["content"] for m in read.all("meta") if "http-equiv" in m.attributes)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "http" not in policy and "'unsafe-inline'" not in rules["script-src"]
    code = ["".join(s.text) for s in read.all("script") if s.attributes.get("type") != "application/json"]
    assert len(code) == 2
    for script in code:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules["script-src"]


def test_the_share_of_affiliation_stands_beside_the_published_one(text):
    told = re.search(r'<p id="affiliation">(.*?)</p>', text, re.S)[1]
    assert "The published estimate is 8.3%" in told
    assert re.search(r"affiliation gave \d+\.\d% of the quality", told)


def test_every_figure_is_there_with_its_text(result, found, read, specs):
    names = list(figures(found))
    assert {f"firm_{maker}" for maker in result.case.named_makers} < set(names)
    assert list(specs) == names
    assert {f"figure-{name}" for name in names} <= set(read.ids())
    plots = {e.attributes["id"]: e.attributes for e in read.elements if e.attributes.get("role") == "img"}
    assert all(len(plots[f"plot-{name}"]["aria-label"]) > 40 for name in names)
    assert len(read.all("figcaption")) == len(read.all("noscript")) == len(names)


def test_every_figure_says_what_a_number_means(found):
    for name, figure in titled(found).items():
        assert figure.title and figure.about and len(figure.chart.description) > 40, name


def test_the_page_has_rules_for_dark_screens_and_for_paper(read):
    style = "".join(read.all("style")[0].text)
    dark = style.split("prefers-color-scheme: dark")[-1]
    assert all(f'[fill="{light}"]' in dark and colour in dark for light, colour in DARK.items())
    assert "@media print" in style and "break-inside: avoid" in style


def test_the_citation_has_author_year_and_version(text):
    root = Path(latecomer.__file__).parents[2]
    told = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (root / "CITATION.cff").read_bytes() == CITATION.read_bytes()
    assert told["version"] == told["preferred-citation"]["version"] == project["version"]
    assert citation() in text
    assert re.match(r"The Latecomer maintainers \(\d{4}\)\. .* Version ", citation())


def test_the_page_is_in_order(read, text):
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert read.all("html")[0].attributes["lang"] == "en"
    assert len(read.all("h1")) == 1
    assert len(read.ids()) == len(set(read.ids()))
    inside = {a.attributes["href"][1:] for a in read.all("a") if a.attributes["href"].startswith("#")}
    assert inside <= set(read.ids())
    assert all(head.attributes.get("scope") in ("row", "col") for head in read.all("th"))
    assert read.open == []


def test_same_run_same_bytes(found, text, tmp_path):
    save_figures(
        found, tmp_path, ("svg",), ("vehicles",)
    )  # the renderer counts its clips over its whole life
    assert report(found, tmp_path / "deep" / "report.html").read_bytes() == text.encode()


def test_the_page_stays_small_and_holds_no_single_histories(text, specs):
    assert len(text.encode()) < 3 * MEGABYTE
    rows = [len(data) for spec in specs.values() for data in spec["datasets"].values()]
    assert max(rows) <= 73 * 23  # years times groups of makers


def test_text_of_a_case_is_escaped(result):
    case = result.case
    spiteful = dataclasses.replace(
        case,
        title=SPITEFUL,
        targets=case.targets.assign(note=SPITEFUL),
        sources=case.sources.assign(title=SPITEFUL, publisher=SPITEFUL, address="javascript:alert(3)"),
        labels=dataclasses.replace(
            case.labels,
            maker_names=tuple(SPITEFUL for _ in case.labels.maker_names),
            region_names=tuple(SPITEFUL for _ in case.labels.region_names),
        ),
    )
    read = Reader(page(Summary(dataclasses.replace(result, case=spiteful))))
    assert len(read.all("script")) == 3
    assert all(image.attributes["src"].startswith("data:") for image in read.all("img"))
    assert "".join(read.all("h1")[0].text) == SPITEFUL
    assert not any(name.startswith("on") for element in read.elements for name in element.attributes)
    assert not any("javascript" in a.attributes["href"] for a in read.all("a"))
    stored = json.loads(
        "".join(next(s for s in read.all("script") if s.attributes.get("id") == "specs").text)
    )
    assert SPITEFUL in json.dumps(stored, ensure_ascii=False).replace('\\"', '"')


def test_the_table_of_compared_values_is_the_score_s(result, read):
    record = record_table(result)
    expected = record[["median", "recorded"]].to_numpy(float).ravel()
    assert read.numbers("table-record") == expected.tolist()


def test_the_table_of_errors_is_the_score_s(result, read):
    scores = errors(result)[["error", "bias", "random_walk", "drift"]].to_numpy(float).ravel()
    assert read.numbers("table-errors") == scores[np.isfinite(scores)].tolist()


def test_the_table_of_marked_years_is_the_record_s(result, read):
    expected = []
    record = record_table(result)
    for series in SHOWN:
        seen = fan(result, series).set_index("year")["median"]
        facts = (
            record[(record["series"] == series) & (record["index"] == "")]
            .drop_duplicates("year")
            .set_index("year")["recorded"]
        )
        for year in result.case.setting.looks("table"):
            expected += [float(part[year]) for part in (seen, facts) if year in part.index]
    assert read.numbers("table-marked") == expected
    assert len(expected) > 100


def test_what_made_the_run_is_printed(result, read, text):
    assert result.manifest["fingerprint"] in text
    commands = ["".join(code.text) for code in read.all("code")]
    assert "latecomer run china-auto --histories 6 --seed 3" in commands
