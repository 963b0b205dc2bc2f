"""Until when did a reform still work, and why is its effect uncertain? Their figures, pictures and pages."""

import altair as alt
import pandas as pd

from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table
from latecomer.report.style import BLUE, GREY, INK, MUTED, house_style, layered, zero_line
from latecomer.study import words
from latecomer.study.fork import LEAST, RULE, Timing
from latecomer.study.uncertainty import Uncertainty
from latecomer.study.words import told

WIDTH, HEIGHT = 520, 190
NORMAL90 = 1.645  # standard errors on either side that hold 90% of a normal distribution
WORKS = (
    f"Blue: it works (the 90% band excludes zero, with the sign of the largest sure effect and at least {LEAST:.0%} of it). "
    "Grey: it does not."
)


def timing_chart(found: Timing) -> alt.VConcatChart:
    """Return the effect by the year in which a reform is taken up: dots and 90% bands, blue where it still works."""
    panels = [
        titled(timing_panel(rows, str(series)), told(str(series), str(rows["unit"].iloc[0]))[0])
        for series, rows in found.table.groupby("series", sort=False)
    ]
    at, pairs = int(found.table["at"].iloc[0]), int(found.table["histories"].max())
    lines = [
        f"Effect in {at} of taking the reform up in the year below. Dot: median of {pairs} pairs; bar: 90% of them.",
        WORKS,
    ]
    head = alt.TitleParams(found.title, subtitle=lines, fontSize=17, offset=14)
    return dressed(alt.vconcat(*panels, spacing=18).properties(title=head))


def titled(chart: alt.LayerChart, title: str) -> alt.LayerChart:
    """Return a panel of a picture with title and width."""
    return chart.properties(title=alt.TitleParams(title, fontSize=13, color=MUTED), width=WIDTH)


def timing_panel(rows: pd.DataFrame, series: str) -> alt.LayerChart:
    """Return the effect on one series by the year in which the reform is taken up."""
    title, factor, unit = told(series, str(rows["unit"].iloc[0]))
    data = rows.assign(**{name: rows[name] * factor for name in ("median", "low90", "high90")})
    data["band"] = [words.banded(row.median, row.low90, row.high90) for row in data.itertuples()]
    data["said"] = ["works" if works else "does not work" for works in data["works"]]
    columns = ["taken_up", "median", "low90", "high90", "works", "band", "said"]
    shade = alt.condition("datum.works", alt.value(BLUE), alt.value(GREY))
    tips = [
        alt.Tooltip("taken_up:O", title="Taken up in"),
        alt.Tooltip("band:N", title=unit),
        alt.Tooltip("said:N", title="Then"),
    ]
    base = alt.Chart(data[columns]).encode(
        x=alt.X("taken_up:O", title="taken up in", axis=alt.Axis(labelAngle=0)), color=shade, tooltip=tips
    )
    bars = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        y=alt.Y("low90:Q", title=unit), y2=alt.Y2("high90:Q")
    )
    dots = base.mark_circle(size=52, opacity=1).encode(y=alt.Y("median:Q"))
    ends = [f"taken up in {row.taken_up} {row.band}, {row.said}" for row in data.iloc[[0, -1]].itertuples()]
    about = f"{title} in {int(rows['at'].iloc[0])}, {unit}: {'; '.join(ends)}."
    return layered([zero_line(alt.Y("at:Q")), bars, dots], HEIGHT, about)


def timing_sheet(found: Timing) -> Sheet:
    """Return the page of a timing."""
    at = int(found.table["at"].iloc[0])
    figures = {}
    for series, rows in found.table.groupby("series", sort=False):
        title, _, unit = told(str(series), str(rows["unit"].iloc[0]))
        about = f"Effect in {at}, {unit}, by the year in which the reform is taken up. Dot: median; bar: 90% of pairs. {WORKS}"
        figures[str(series)] = Figure(timing_panel(rows, str(series)), title, about)
    reading = [
        "Histories are rewound and take the reform up in one year after the other; before that year they are the "
        "same in every bit.",
        f"{RULE} An effect can be clear in sign and yet too small.",
    ]
    first, last = int(found.table["taken_up"].min()), int(found.table["taken_up"].max())
    tables = [Table("Effect by the year in which the reform is taken up", found.table)]
    years = f"taken up {first} to {last}, judged in {at}"
    return Sheet("until when it worked", found, years, found.sentences(), figures, reading, tables)


def uncertainty_chart(found: Uncertainty) -> alt.VConcatChart:
    """Return the four parts of the spread of an effect as bars, and below them the effect in other structures of the model."""
    title, factor, unit = told(found.series, found.unit)
    top = titled(parts_panel(found), "How far each part alone would spread the effect")
    low = titled(structures_panel(found), "The effect if the model were made otherwise (line: as it is)")
    median = f"{title}, {found.year}: median effect {words.number(found.median * factor)} {unit}"
    head = alt.TitleParams(found.title, subtitle=[median], fontSize=17, offset=14)
    return dressed(alt.vconcat(top, low, spacing=22).properties(title=head))


def parts_panel(found: Uncertainty) -> alt.LayerChart:
    """Return the four parts of the spread as bars, each with its share of the variance."""
    title, factor, unit = told(found.series, found.unit)
    parts = found.parts.assign(
        sd=found.parts["sd"] * factor, label=[f"{share:.0%}" for share in found.parts["share"]]
    )
    y = alt.Y(
        "title:N",
        sort=list(parts["title"]),
        title=None,
        axis=alt.Axis(labelLimit=260, labelColor=INK, grid=False),
    )
    x = alt.X("sd:Q", title=f"standard deviation, {unit}", axis=alt.Axis(tickCount=5))
    base = alt.Chart(parts).encode(
        y=y, x=x, tooltip=[alt.Tooltip("title:N", title="Part"), alt.Tooltip("label:N", title="Share")]
    )
    shares = base.mark_text(align="left", dx=5, color=MUTED).encode(text=alt.Text("label:N"))
    said = [f"{row.title} {row.label}" for row in parts.itertuples()]
    about = f"Shares of the variance of the effect on {title.lower()} in {found.year}: {words.listed(said)}."
    return layered([base.mark_bar(color=BLUE, height=16), shares], 28 * len(parts), about)


def structures_panel(found: Uncertainty) -> alt.LayerChart:
    """Return the effect in every other structure: the model's own plus the paired difference, which compares like with like."""
    title, factor, unit = told(found.series, found.unit)
    others = structures(found)
    order = list(others["name"])
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelColor=INK))
    x = alt.X("shifted:Q", title=f"effect, {unit}", axis=alt.Axis(tickCount=5))
    tips = [alt.Tooltip("name:N", title="Structure"), alt.Tooltip("moved:N", title=f"Difference, {unit}")]
    base = alt.Chart(others).encode(y=y, tooltip=tips)
    bars = base.mark_rule(color=GREY, strokeWidth=3, opacity=0.6).encode(
        x=alt.X("low:Q", title=f"effect, {unit}"), x2=alt.X2("high:Q")
    )
    dots = base.mark_circle(color=INK, size=52, opacity=1).encode(x=x)
    here = (
        alt.Chart(pd.DataFrame({"at": [found.median * factor]}))
        .mark_rule(color=BLUE, strokeWidth=1.5)
        .encode(x=alt.X("at:Q"))
    )
    said = (
        [f"{row.name} {row.moved}" for row in others.iloc[[0, -1]].itertuples()]
        if len(others)
        else ["no other structure"]
    )
    about = (
        f"{title} in {found.year}: what other structures change in the effect, {unit}. {words.listed(said)}."
    )
    return layered([zero_line(alt.X("at:Q")), here, bars, dots], 20 * max(len(order), 1), about)


def structures(found: Uncertainty) -> pd.DataFrame:
    """Return name, shifted effect, its 90% interval and the difference as text of every other structure, in the unit shown."""
    factor = told(found.series, found.unit)[1]
    rows = found.variants[found.variants["kind"] == "structure"].sort_values("difference")
    half = NORMAL90 * rows["error"]
    shifted = found.median + rows["difference"]
    ends = {"shifted": shifted, "low": shifted - half, "high": shifted + half}
    out = pd.DataFrame({"name": rows["name"], **{name: values * factor for name, values in ends.items()}})
    moved = zip(
        rows["difference"] * factor,
        (rows["difference"] - half) * factor,
        (rows["difference"] + half) * factor,
        strict=True,
    )
    return out.assign(moved=[words.banded(*values) for values in moved])


def uncertainty_sheet(found: Uncertainty) -> Sheet:
    """Return the page of an uncertainty."""
    title, factor, unit = told(found.series, found.unit)
    columns = ["effect", "difference", "error", "level"]
    variants = found.variants.assign(**{name: found.variants[name] * factor for name in columns})
    figures = {
        "parts": Figure(
            parts_panel(found), "How far each part alone would spread the effect",
            f"{title}, {found.year}: standard deviation of the effect, {unit}. At the right its share of the whole variance.",
        ),
        "structures": Figure(
            structures_panel(found), "The effect if the model were made otherwise",
            "Dot: the model's own median effect plus the mean paired difference that the other structure makes, "
            f"{unit}; bar: 90% "
            "interval of that mean. Blue line: the model as it is; red line: no effect.",
        ),
    }  # fmt: skip
    reading = [
        "Chance: two histories with the same parameters differ. Parameters: what the facts to the end of the fit "
        "leave open. Structure: "
        "the model made otherwise, not fitted again. Data: how laws were turned into numbers.",
        "Parts are variances of one history's effect and are taken as independent, so that shares add up to one.",
    ]
    tables = [
        Table(
            f"The four parts: standard deviation, {unit}, and share of the variance",
            found.parts.assign(sd=found.parts["sd"] * factor),
        ),
        Table(
            f"Every variant of structure and data, {unit}: effect over its own pairs; mean paired difference and its "
            "standard error; the effect with this difference",
            variants,
        ),
    ]
    head, years = "why an effect is uncertain", str(found.year)
    return Sheet(head, found, years, found.sentences(), figures, reading, tables, wide=True)


def dressed(chart: alt.VConcatChart) -> alt.VConcatChart:
    """Return a chart in the style of the house."""
    chart.config = house_style()
    return chart
