"""Until when did a reform still work, and why is its effect uncertain? Two small pictures and their tables."""

from pathlib import Path

import altair as alt
import pandas as pd

from latecomer.experiment.fork import Timing
from latecomer.experiment.uncertainty import Uncertainty
from latecomer.report import words
from latecomer.report.ablation import offline_page, told
from latecomer.report.figures import png, svg
from latecomer.report.style import BLUE, INK, MUTED, RED, house_style

WIDTH, HEIGHT = 520, 190
GREY = "#8d98a1"


def timing_chart(found: Timing) -> alt.VConcatChart:
    """Return the effect by the year in which a reform is taken up: dots and 90% bands, filled where it still works."""
    panels = [timing_panel(rows, str(series)) for series, rows in found.table.groupby("series", sort=False)]
    at, pairs = int(found.table["at"].iloc[0]), int(found.table["histories"].max())
    lines = [
        f"Effect in {at} of taking the reform up in the year below. Dot: median of {pairs} pairs; bar: 90% of them.",
        "Blue: it works (the band excludes zero, the sign of the largest sure effect and at least a quarter of it). Grey: not.",
    ]
    head = alt.TitleParams(f"Too late? {found.reform}", subtitle=lines, fontSize=17, offset=14)
    return dressed(alt.vconcat(*panels, spacing=18).properties(title=head))


def timing_panel(rows: pd.DataFrame, series: str) -> alt.LayerChart:
    """Return one panel of the picture of timing."""
    title, factor, unit = told(series, str(rows["unit"].iloc[0]))
    data = rows.assign(**{name: rows[name] * factor for name in ("median", "low90", "high90")})
    shade = alt.condition("datum.works", alt.value(BLUE), alt.value(GREY))
    tips = [
        alt.Tooltip("taken_up:O", title="Taken up in"),
        alt.Tooltip("median:Q", title=unit, format="+.3~g"),
    ]
    base = alt.Chart(data).encode(
        x=alt.X("taken_up:O", title=None, axis=alt.Axis(labelAngle=0)), color=shade, tooltip=tips
    )
    bars = base.mark_rule(strokeWidth=3, opacity=0.45).encode(y=alt.Y("low90:Q", title=unit), y2="high90:Q")
    dots = base.mark_circle(size=52, opacity=1).encode(y="median:Q")
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=RED, strokeWidth=1).encode(y="at:Q")
    chart = alt.LayerChart(layer=[zero, bars, dots])
    return chart.properties(
        title=alt.TitleParams(title, fontSize=13, color=MUTED), width=WIDTH, height=HEIGHT
    )


def uncertainty_chart(found: Uncertainty, name: str) -> alt.VConcatChart:
    """Return the four parts of the spread of an effect as bars, and below them the effect in other structures of the model."""
    title, factor, unit = told(found.series, found.unit)
    parts = found.parts.assign(
        sd=found.parts["sd"] * factor, label=[f"{share:.0%}" for share in found.parts["share"]]
    )
    y = alt.Y("title:N", sort=list(parts["title"]), title=None, axis=alt.Axis(labelLimit=260, labelColor=INK))
    bars = (
        alt.Chart(parts)
        .mark_bar(color=BLUE, height=16)
        .encode(x=alt.X("sd:Q", title=f"standard deviation, {unit}"), y=y)
    )
    shares = bars.mark_text(align="left", dx=5, color=MUTED).encode(text="label:N")
    top = (bars + shares).properties(width=WIDTH - 120, height=110)
    others = found.variants[found.variants["kind"] == "structure"].assign(
        effect=lambda rows: rows["effect"] * factor
    )
    order = list(others.sort_values("effect")["name"])
    names = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelColor=INK))
    dots = (
        alt.Chart(others)
        .mark_circle(size=60, color=GREY, opacity=1)
        .encode(x=alt.X("effect:Q", title=f"median effect, {unit}"), y=names)
    )
    here = (
        alt.Chart(pd.DataFrame({"at": [found.median * factor]}))
        .mark_rule(color=BLUE, strokeWidth=1.5)
        .encode(x="at:Q")
    )
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=RED, strokeWidth=1).encode(x="at:Q")
    heading = alt.TitleParams(
        "The effect if the model were made otherwise (blue: as it is)", fontSize=13, color=MUTED
    )
    low = alt.LayerChart(layer=[zero, here, dots]).properties(
        title=heading, width=WIDTH - 120, height=20 * max(len(order), 1)
    )
    median = f"{title}, {found.year}: median effect {words.number(found.median * factor)} {unit}"
    head = alt.TitleParams(f"Why is the effect uncertain? {name}", subtitle=[median], fontSize=17, offset=14)
    return dressed(alt.vconcat(top, low, spacing=22).properties(title=head))


def dressed(chart: alt.VConcatChart) -> alt.VConcatChart:
    """Return a chart in the style of the house."""
    chart.config = house_style()
    return chart


def save_timing(found: Timing, folder: Path) -> list[Path]:
    """Write table and picture of a timing; return the files."""
    return saved(timing_chart(found), {"timing": found.table}, "timing", folder)


def save_uncertainty(found: Uncertainty, name: str, folder: Path) -> list[Path]:
    """Write tables and picture of an uncertainty; return the files."""
    return saved(
        uncertainty_chart(found, name),
        {"uncertainty": found.parts, "variants": found.variants},
        "uncertainty",
        folder,
    )


def saved(
    chart: alt.VConcatChart | alt.ConcatChart, tables: dict[str, pd.DataFrame], stem: str, folder: Path
) -> list[Path]:
    """Write tables as CSV and a chart as PNG, SVG and an HTML page that opens offline; return the files."""
    spec = chart.to_dict()
    files = [folder / f"{name}.csv" for name in tables]
    for path, table in zip(files, tables.values(), strict=True):
        table.to_csv(path, index=False, lineterminator="\n")
    pictures = [folder / f"{stem}.{kind}" for kind in ("png", "svg", "html")]
    pictures[0].write_bytes(png(spec))
    pictures[1].write_text(svg(spec), encoding="utf-8")
    pictures[2].write_text(offline_page(spec), encoding="utf-8", newline="\n")
    return [*files, *pictures]
