"""What do all pages share? One template, style for screen, dark screen, phone and print, and charts that need no network.

A content-security policy in the page itself forbids every outside request and every script but the page's own two, which it
knows by their digests; a page without charts for the script has no script at all. All text passes through an escaping template.
The same numbers give the same bytes: no date, no random name.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from latecomer.case.kept import kept_text
from latecomer.report.style import PAGE_FONT, dark_rules, specified
from latecomer.study.words import minus

HERE = Path(__file__).parent
CITATION = HERE.parent / "CITATION.cff"
EXPOSED = "window.vegaEmbed = vegaEmbed;"
DIGITS = 6  # of a number that is drawn: a thousandth of a pixel; tables hold every number in full


@dataclass(frozen=True)
class Figure:
    """A chart of a page, its title, and what a number in it means. The chart's description is its alternative text."""

    chart: alt.LayerChart
    title: str
    about: str


def render(template: str, figures: Mapping[str, Figure], **parts: Any) -> str:
    """Return a page: its template filled with the parts, the figures, the house's style and what draws the figures."""
    specs = {name: drawable(figure.chart) for name, figure in figures.items()}
    script = (HERE / "page.js").read_text(encoding="utf-8")
    scripts = {"library": chart_library(), "script": script} if specs else {}
    texts = {
        name: {"title": figure.title, "about": figure.about, "alt": specs[name].get("description", "")}
        for name, figure in figures.items()
    }
    return environment().get_template(template).render(
        **{"library": "", "script": "", **scripts}, specs=embedded(specs) if specs else "", figures=texts,
        style=style_sheet(), policy=security_policy(tuple(scripts.values())), **parts,
    )  # fmt: skip


def drawable(chart: alt.LayerChart) -> dict[str, Any]:
    """Return a chart as the page draws it: as wide as its place."""
    return {**specified(chart, PAGE_FONT), "width": "container"}


def environment() -> Environment:
    """Return the templates of the pages: everything is escaped, and a name that is not given is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    found.filters["minus"] = minus
    return found


def style_sheet() -> str:
    """Return the style of all pages, with the dark colours of the figures."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return f"{style}@media screen and (prefers-color-scheme: dark) {{\n{dark_rules()}\n}}\n"


@cache
def vegalite_version() -> str:
    """Return the version of the chart language that the charts are written in, as the converter names it."""
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


@cache
def chart_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, safe to stand inside an HTML page; bundled once, then kept."""
    made_by = f"{EXPOSED} {vegalite_version()} {version('vl-convert-python')}"
    return kept_text(f"charts-{hashlib.sha256(made_by.encode()).hexdigest()[:32]}", bundled)


def bundled() -> str:
    """Return the script as the converter bundles it."""
    return vl_convert.javascript_bundle(EXPOSED, vl_version=vegalite_version()).replace(
        "</script", "<\\/script"
    )


def security_policy(scripts: tuple[str, ...]) -> str:
    """Return a policy that allows no outside request and no script but these; Vega compiles its own expressions."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join([*(f"'sha256-{digest}'" for digest in digests), "'unsafe-eval'"])
    rules = {
        "default-src": "'none'",
        "script-src": allowed if scripts else "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def embedded(specs: dict[str, dict[str, Any]]) -> str:
    """Return the charts as JSON that no HTML parser can mistake for markup."""
    text = json.dumps(shortened(specs), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def shortened(value: Any) -> Any:
    """Return nested lists and mappings with every float to `DIGITS` digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: shortened(one) for key, one in value.items()}
    return [shortened(one) for one in value] if isinstance(value, list) else value


@cache
def citation() -> str:
    """Return author, year, title and version of the package, as CITATION.cff has them."""
    told = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    authors = ", ".join(one.get("name") or one["family-names"] for one in told["authors"])
    return f"{authors} ({told['preferred-citation']['year']}). {told['title']}. Version {told['version']}"
