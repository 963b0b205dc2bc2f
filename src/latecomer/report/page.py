"""What does the reader of a run open? One HTML file that needs no network: text, tables, charts and the code that draws them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latecomer.case.span import marked
from latecomer.fit.ranks import PILLARS, countries, place_table
from latecomer.fit.score import errors, firm_scores, firm_table, moment_table, record_table
from latecomer.record import Run
from latecomer.report import affiliation, answer, evidence, rows, tables, trust, window, words
from latecomer.report.fan import SEGMENT_FANS
from latecomer.report.figures import drawings, titles
from latecomer.report.groups import firm_ranks, names_local
from latecomer.report.layout import Figure, citation, render
from latecomer.report.ranks import settled
from latecomer.report.style import unchecked
from latecomer.report.tiles import on_map


def write_report(run: Run, path: str | Path) -> Path:
    """Write the report of a run as one HTML file and return its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(run), encoding="utf-8", newline="\n")
    return path


def page(run: Run) -> str:
    """Return the report of a run as HTML."""
    figures = titled(run)
    heading = {"run": run, "title": run.case.title, "manifest": run.manifest, "command": command(run)}
    years = {"training_end": run.case.setting.sample_end, "last": int(run.years[-1])}
    return render(
        "page.html.jinja", figures, setting=run.case.setting, **heading, **years, **contents(run, figures), **told(run),
        **evidence_of(run), words=words, cited=citation(),
    )  # fmt: skip


def titled(run: Run) -> dict[str, Figure]:
    """Return every figure of the page with title and caption."""
    named = titles(run)
    with unchecked():
        return {name: Figure(chart, *named[name]) for name, chart in drawings(run).items()}


def contents(run: Run, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return which figures stand together, and what a sentence says instead of a figure."""
    ranks = place_table(run) if countries(run.case) else None
    return {
        "makers": [f"firm_{maker}" for maker in run.case.named_makers],
        "local_names": names_local(run.case),
        "segments": list(SEGMENT_FANS),
        "window": {
            "title": window.TITLE,
            "about": window.ABOUT,
            "names": list(window.window_fans(run.case.setting)),
        },
        "places": [name for index in PILLARS if (name := f"place_{index}") in figures],
        "settled": [line for index in PILLARS if (line := settled(ranks, index, run.case.setting))]
        if ranks is not None
        else [],
        "on_map": on_map(run.case),
    }


def told(run: Run) -> dict[str, Any]:
    """Return the sentences and the compared values of the page, with the sources they are numbered by."""
    record, scores = record_table(run), errors(run)
    shown = evidence.sources_shown(run.case, record)
    further = evidence.sources_of_inputs(run.case, shown)
    return {
        "sentences": answer.answer(run, record, scores),
        "cards": answer.cards(run, record),
        "trust": trust.sentences(scores, run.case.setting.sample_end),
        "matrix": rows.matrix(run, record, shown),
        "marked": marked(run.case.setting.looks("table"), run.years),
        "rows": rows.record_rows(record, shown),
        "affiliation": affiliation.sentence(run),
        "ranked": rows.rank_rows(firm_ranks(run)),
        "rank_years": [year for year in run.case.setting.looks("firm_ranks") if year in run.years],
        "firm_scores": rows.firm_score_rows(firm_scores(firm_table(run))),
        "scores": rows.score_rows(scores),
        "moments": rows.moment_rows(moment_table(run)),
        "sources": shown.assign(grades=tables.grades_by_source(run.case, record, shown)).to_dict("records"),
        "further": further.assign(grades="").to_dict("records"),
        "reference": run.case.setting.reference_told,
    }


def evidence_of(run: Run) -> dict[str, Any]:
    """Return what the case fills in or assumes."""
    found = {"grades": evidence.grades, "filled": evidence.filled, "assumed": evidence.assumed}
    parts = {name: table(run.case).to_dict("records") for name, table in found.items()}
    return {**parts, "assumed_rows": evidence.assumed_rows(run.case).to_dict("records")}


def command(run: Run) -> str:
    """Return the command that makes this run again."""
    made = run.manifest
    return f"latecomer run {run.case.name} --histories {made['histories']} --seed {made['seed']}"
