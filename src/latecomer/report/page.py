"""What does the reader of a run open? One HTML file that needs no network: text, tables, charts and the code that draws them."""

from collections.abc import Mapping
from typing import Any

from latecomer.case.span import marked
from latecomer.fit.ranks import PILLARS
from latecomer.report import affiliation, rows, trust, window
from latecomer.report.fan import SEGMENT_FANS
from latecomer.report.figures import drawings, titles
from latecomer.report.layout import Figure, citation, render
from latecomer.report.ranks import settled
from latecomer.report.style import unchecked
from latecomer.report.tiles import on_map
from latecomer.study import answer, evidence, words
from latecomer.study.groups import names_local
from latecomer.study.summary import Summary
from latecomer.types import Case


def page(found: Summary) -> str:
    """Return the report of a run as HTML."""
    figures = titled(found)
    heading = {"run": found.run, "title": found.title, "manifest": found.manifest, "command": command(found)}
    years = {"training_end": found.case.setting.sample_end, "last": int(found.years[-1])}
    return render(
        "page.html.jinja", figures, **heading, **years, **contents(found, figures), **told(found), **evidence_of(found.case),
        setting=found.case.setting, words=words, cited=citation(),
    )  # fmt: skip


def titled(found: Summary) -> dict[str, Figure]:
    """Return every figure of the page with title and caption."""
    named = titles(found)
    with unchecked():
        return {name: Figure(chart, *named[name]) for name, chart in drawings(found).items()}


def contents(found: Summary, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return which figures stand together, and what a sentence says instead of a figure."""
    case = found.case
    return {
        "makers": [f"firm_{maker}" for maker in case.named_makers],
        "local_names": names_local(case),
        "segments": list(SEGMENT_FANS),
        "window": {
            "title": window.TITLE,
            "about": window.ABOUT,
            "names": list(window.window_fans(case.setting)),
        },
        "places": [name for index in PILLARS if (name := f"place_{index}") in figures],
        "settled": [
            line
            for index in PILLARS
            if found.countries and (line := settled(found.places, index, case.setting))
        ],
        "on_map": on_map(case),
    }


def told(found: Summary) -> dict[str, Any]:
    """Return the sentences and the compared values of the page, with the sources they are numbered by."""
    shown, record = found.sources, found.record
    return {
        "sentences": found.sentences(),
        "cards": answer.cards(found.run, record),
        "trust": trust.sentences(found.errors, found.case.setting.sample_end),
        "matrix": rows.matrix(found.marked_years, shown),
        "marked": marked(found.case.setting.looks("table"), found.years),
        "rows": rows.record_rows(record, shown),
        "affiliation": affiliation.sentence(found),
        "ranked": rows.rank_rows(found.firm_ranks),
        "rank_years": [year for year in found.case.setting.looks("firm_ranks") if year in found.years],
        "firm_scores": rows.firm_score_rows(found.firm_scores),
        "scores": rows.score_rows(found.errors),
        "moments": rows.moment_rows(found.moments),
        "sources": shown.assign(grades=evidence.grades_by_source(found.case, record, shown)).to_dict(
            "records"
        ),
        "further": found.further_sources.assign(grades="").to_dict("records"),
        "reference": found.case.setting.reference_told,
    }


def evidence_of(case: Case) -> dict[str, Any]:
    """Return what the case fills in or assumes."""
    found = {
        "grades": evidence.grades, "filled": evidence.filled, "assumed": evidence.assumed, "assumed_rows": evidence.assumed_rows
    }  # fmt: skip
    return {name: table(case).to_dict("records") for name, table in found.items()}


def command(found: Summary) -> str:
    """Return the command that makes this run again."""
    made = found.manifest
    return f"latecomer run {found.case.name} --histories {made['histories']} --seed {made['seed']}"
