"""What does the reader open? One HTML file that needs no network: text, tables, charts and the code that draws them.

A content-security policy in the page itself forbids every outside request and every script but the page's own two, which it
knows by their digests. All text passes through an escaping template. The same run gives the same bytes: no date, no random name.
"""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from latecomer.case.span import marked
from latecomer.fit.score import TRAINING_END, errors, firm_scores, firm_table, moment_table, record_table
from latecomer.record import Run
from latecomer.report import affiliation, answer, evidence, rows, tables, trust, words
from latecomer.report.fan import SEGMENT_FANS
from latecomer.report.figures import figures, svg, titles, vegalite_version
from latecomer.report.groups import RANK_YEARS, firm_ranks
from latecomer.report.style import house_style
from latecomer.report.tiles import on_map

HERE = Path(__file__).parent
PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
STATIC_WIDTH = 520
EXPOSED = "window.vegaEmbed = vegaEmbed;"


def write_report(run: Run, path: str | Path) -> Path:
    """Write the report of a run as one HTML file and return its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(run), encoding="utf-8", newline="\n")
    return path


def page(run: Run) -> str:
    """Return the report of a run as HTML."""
    scripts = {"library": chart_library(), "script": (HERE / "page.js").read_text(encoding="utf-8")}
    template = environment().get_template("page.html.jinja")
    style = (HERE / "page.css").read_text(encoding="utf-8")
    heading = {"run": run, "title": run.case.title, "manifest": run.manifest, "command": command(run)}
    years = {"training_end": TRAINING_END, "last": int(run.years[-1])}
    parts = {**heading, **years, **drawn(run), **told(run), **evidence_of(run)}
    return template.render(
        **parts, **scripts, style=style, policy=security_policy(tuple(scripts.values())), words=words
    )


def environment() -> Environment:
    """Return the templates of the page: everything is escaped, and a name that is not given is an error."""
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip


def drawn(run: Run) -> dict[str, Any]:
    """Return the charts of the page: as data for the script, as pictures for readers without one, and their texts."""
    charts = figures(run)
    style = house_style(PAGE_FONT)
    specs = {name: {**chart.to_dict(validate=False), "config": style} for name, chart in charts.items()}
    return {
        "specs": embedded(specs),
        "statics": {name: static(spec) for name, spec in specs.items()},
        "figures": figure_texts(run, charts),
        "makers": [f"firm_{maker}" for maker in run.case.named_makers],
        "segments": list(SEGMENT_FANS),
        "on_map": on_map(run.case.labels.regions),
    }


def told(run: Run) -> dict[str, Any]:
    """Return the sentences and the compared values of the page, with the sources they are numbered by."""
    record, scores = record_table(run), errors(run)
    shown = evidence.sources_shown(run.case, record)
    further = evidence.sources_of_inputs(run.case, shown)
    return {
        "sentences": answer.answer(run, record, scores),
        "cards": answer.cards(run, record),
        "trust": trust.sentences(scores),
        "matrix": rows.matrix(run, record, shown),
        "marked": marked(tables.MARKED_YEARS, run.years),
        "rows": rows.record_rows(record, shown),
        "affiliation": affiliation.sentence(run),
        "ranked": rows.rank_rows(firm_ranks(run)),
        "rank_years": [year for year in RANK_YEARS if year in run.years],
        "firm_scores": rows.firm_score_rows(firm_scores(firm_table(run))),
        "scores": rows.score_rows(scores),
        "moments": rows.moment_rows(moment_table(run)),
        "sources": shown.to_dict("records"),
        "further": further.to_dict("records"),
        "reference": words.REFERENCE,
    }


def evidence_of(run: Run) -> dict[str, Any]:
    """Return what the case fills in or assumes."""
    found = {"grades": evidence.grades, "filled": evidence.filled, "assumed": evidence.assumed}
    parts = {name: table(run.case).to_dict("records") for name, table in found.items()}
    return {**parts, "assumed_rows": evidence.assumed_rows(run.case).to_dict("records")}


@cache
def chart_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, safe to stand inside an HTML page."""
    return vl_convert.javascript_bundle(EXPOSED, vl_version=vegalite_version()).replace(
        "</script", "<\\/script"
    )


def security_policy(scripts: tuple[str, ...]) -> str:
    """Return a policy that allows no outside request and no script but these; Vega compiles its own expressions."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    rules = {
        "default-src": "'none'",
        "script-src": " ".join([*(f"'sha256-{digest}'" for digest in digests), "'unsafe-eval'"]),
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def embedded(specs: dict[str, dict[str, Any]]) -> str:
    """Return the charts as JSON that no HTML parser can mistake for markup."""
    text = json.dumps(specs, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def static(spec: dict[str, Any]) -> str:
    """Return a chart as an SVG picture in a data address, for readers whose program runs no scripts."""
    layers = [layer for layer in spec["layer"] if layer.get("name") != "reader"]
    picture = svg({**spec, "width": STATIC_WIDTH, "layer": layers})
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


def figure_texts(run: Run, drawn: dict[str, alt.LayerChart]) -> dict[str, dict[str, str]]:
    """Return title, explanation and alternative text of every figure."""
    named = titles(run)
    return {
        name: {"title": named[name][0], "about": named[name][1], "alt": chart.description}
        for name, chart in drawn.items()
    }


def command(run: Run) -> str:
    """Return the command that makes this run again."""
    made = run.manifest
    return f"latecomer run {run.case.name} --histories {made['histories']} --seed {made['seed']}"
