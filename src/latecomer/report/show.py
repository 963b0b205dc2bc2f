"""How is a finding shown? As a chart, as one HTML page that opens offline, or as files of its tables and pictures.

Whoever asks hands over a finding; everything shown stands in it, and nothing is run or computed for it here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt

from latecomer.errors import Problems, UsageError
from latecomer.record import Index
from latecomer.report import brief as briefs
from latecomer.report import comparison, page
from latecomer.report.ablation import ablation_chart, ablation_sheet, gallery_sheet
from latecomer.report.attribution import attribution_chart, attribution_sheet
from latecomer.report.export import tables_of, write_all, write_workbook
from latecomer.report.figures import png, save_figures, svg
from latecomer.report.openness import openness_chart, openness_sheet
from latecomer.report.plain import plain_chart, plain_sheet
from latecomer.report.questions import timing_chart, timing_sheet, uncertainty_chart, uncertainty_sheet
from latecomer.report.sheet import Sheet, sheet_page
from latecomer.report.style import specified
from latecomer.study.compare import Comparison
from latecomer.study.summary import Summary
from latecomer.types import Finding

SHEETS: dict[str, tuple[Callable[[Any], alt.TopLevelMixin], Callable[[Any], Sheet]]] = {
    "ablation": (ablation_chart, ablation_sheet),
    "attribution": (attribution_chart, attribution_sheet),
    "openness": (openness_chart, openness_sheet),
    "reforms": (ablation_chart, gallery_sheet),
    "timing": (timing_chart, timing_sheet),
    "uncertainty": (uncertainty_chart, uncertainty_sheet),
}  # kind of finding: its picture and its page


def plot(finding: Finding, name: str = "", index: Index = None) -> Any:
    """Return a chart of a finding: of a comparison the effect on a series (of a name along its inner axis), of a run the figure
    of this name, of everything else its picture. Raises UsageError for a name that is not there."""
    refuse_other(finding)
    if isinstance(finding, Comparison):
        return comparison.effect_chart(finding, name or "own_brand_share", index)
    if isinstance(finding, Summary):
        figures = page.titled(finding)
        if (name or "vehicles") not in figures:
            problems = Problems()
            problems.add("name", None, None, name, "a figure of the report", valid=tuple(figures))
            raise UsageError(problems.found)
        return figures[name or "vehicles"].chart
    return drawn(finding)


def report(finding: Finding, path: str | Path, brief: bool = False) -> Path:
    """Write the report of a finding as one HTML file that opens offline, and return its path.

    With `brief`, the four printed pages of a run or a comparison.
    """
    refuse_other(finding)
    path = Path(path)
    text = brief_text(finding) if brief else text_of(finding)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def export(finding: Finding, path: str | Path) -> list[Path]:
    """Write a finding to be taken along, and return the files: tables, pictures and, for all but runs and comparisons, the page
    into a folder; tables as one workbook where the path ends in `.xlsx`."""
    refuse_other(finding)
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        return [write_workbook(tables_of(finding), path, about(finding))]
    tables = write_all(tables_of(finding), path)
    return [*tables, *write_pictures(finding, path)]


def write_pictures(finding: Finding, folder: Path) -> list[Path]:
    """Write the pictures of a finding as PNG and SVG into a folder that is there; with the page, where it has one picture."""
    if isinstance(finding, Summary):
        return save_figures(finding, folder)
    if isinstance(finding, Comparison):
        return comparison.save_pictures(finding, folder)
    spec, stem = specified(drawn(finding)), next(iter(finding.tables))
    files = [folder / f"{stem}.{kind}" for kind in ("png", "svg", "html")]
    files[0].write_bytes(png(spec))
    files[1].write_text(svg(spec), encoding="utf-8")
    files[2].write_text(text_of(finding), encoding="utf-8", newline="\n")
    return files


def drawn(finding: Finding) -> alt.TopLevelMixin:
    """Return the picture of a finding that has one."""
    return SHEETS[finding.kind][0](finding) if finding.kind in SHEETS else plain_chart(finding)


def text_of(finding: Finding) -> str:
    """Return the page of a finding as HTML."""
    if isinstance(finding, Summary):
        return page.page(finding)
    if isinstance(finding, Comparison):
        return comparison.page(finding)
    return sheet_page(SHEETS[finding.kind][1](finding) if finding.kind in SHEETS else plain_sheet(finding))


def brief_text(finding: Finding) -> str:
    """Return the four printed pages of a finding as HTML; raises UsageError where it has none."""
    if isinstance(finding, Summary):
        return briefs.run_brief(finding)
    if isinstance(finding, Comparison):
        return briefs.comparison_brief(finding)
    problems = Problems()
    problems.add("brief", None, None, finding.kind, "a run or a comparison: they have four printed pages")
    raise UsageError(problems.found)


def about(finding: Finding) -> dict[str, object]:
    """Return what a workbook says of its tables: what they show, and what made them."""
    notes = {
        "title": finding.title,
        "units": "in a column or in the head of one; shares in per cent, differences of shares in points",
        "bands": "low90 and high90 hold 90% of the histories",
    }
    manifest = finding.reformed.manifest if isinstance(finding, Comparison) else finding.manifest
    made = {name: value for name, value in manifest.items() if isinstance(value, str | int | float)}
    return {**notes, **made}


def refuse_other(finding: object) -> None:
    """Raise UsageError for what is no finding; a run has to be summarised first."""
    if not isinstance(finding, Finding):
        problems = Problems()
        expected = "a finding: what a study returns, or `summary(run)` for a run"
        problems.add("finding", None, None, type(finding).__name__, expected)
        raise UsageError(problems.found)
