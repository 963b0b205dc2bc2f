"""From great to strong: the path of the two indices in one plane, both on scales where equal steps are equal factors."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from latecomer.case.span import marked
from latecomer.report.style import BLUE, INK, PAPER, above_frame, layered, tips
from latecomer.study import words
from latecomer.study.summary import Summary
from latecomer.types import Setting

HEIGHT = 440
AHEAD = 4  # years over which the direction of the end is taken
WIDE = 2.2  # width over height of the frame, for the direction of an arrow
GREAT_TITLE = "Great: output, market, capacity, value added, exports"
STRONG_TITLE = "Strong: control, brands, quality, returns"


def power_chart(found: Summary) -> alt.LayerChart:
    """Draw the path in the plane of the two indices, both on scales where a step of the same length is the same factor."""
    path = found.power_path.copy()
    labelled = _labelled(found.power_path, found.case.setting)
    for name in ("great", "strong"):
        low, high = path[f"{name}_low"], path[f"{name}_high"]
        bands = [words.span(*ends, "index") for ends in zip(low, high, strict=True)]
        path[f"{name}_text"] = [
            f"{words.number(m)} ({band})" for m, band in zip(path[name], bands, strict=True)
        ]
    x = alt.X("great:Q", title=GREAT_TITLE, scale=power_scale(path, "great"), axis=power_axis())
    y = alt.Y("strong:Q", title=STRONG_TITLE, scale=power_scale(path, "strong"), axis=power_axis())
    base = alt.Chart(path)
    shown = tips(year="Year", great_text="Great (90% band)", strong_text="Strong (90% band)")
    line = base.mark_line(color=BLUE, strokeWidth=2.4, clip=True).encode(x=x, y=y, order=alt.Order("year:O"))
    later = path["year"] > found.case.setting.sample_end
    filled = alt.Chart(path[~later]).mark_point(color=BLUE, fill=BLUE, size=22, strokeWidth=1.3, opacity=1)
    hollow = alt.Chart(path[later]).mark_point(color=BLUE, fill=PAPER, size=22, strokeWidth=1.3, opacity=1)
    dots = [marks.encode(x=x, y=y, tooltip=shown) for marks in (filled, hollow)]
    arrow = arrow_head(path, BLUE, (x, y), WIDE)
    note = above_frame(pd.DataFrame({"at": [1]}), "hollow: conditional forecast", alt.value("width"))
    layers = [
        *_reference(x, y, found.case.setting),
        *_power_bands(labelled, x, y),
        line,
        *dots,
        arrow,
        *_power_years(labelled, x, y),
        note,
    ]
    return layered(layers, HEIGHT, describe_power(labelled))


def arrow_head(path: pd.DataFrame, colour: str, axes: tuple[alt.X, alt.Y], wide: float) -> alt.Chart:
    """Return a head at the end of a path that points where its last years lead, in a frame `wide` times as wide as high."""
    last = path.tail(AHEAD)
    if len(last) < 2:
        return alt.Chart(path.tail(1)).mark_point().encode(x=axes[0], y=axes[1])
    spans = [np.log(one.to_dict()["scale"]["domain"]) for one in axes]  # type: ignore[call-overload]
    across, up = (
        float(np.log(last[name].iloc[-1] / last[name].iloc[0]) / (span[1] - span[0]))
        for name, span in zip(("great", "strong"), spans, strict=True)
    )
    turn = float(np.degrees(np.arctan2(across * wide, up)))
    head = alt.Chart(path.tail(1)[["year", "great", "strong"]])
    head = head.mark_point(shape="wedge", filled=True, color=colour, size=420, angle=turn % 360, opacity=1)
    return head.encode(x=axes[0], y=axes[1])


def _labelled(path: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Return the rows of the labelled years, clipped to the path."""
    return (
        path[path["year"].isin(marked(setting.looks("labelled"), path["year"].to_numpy()))]
        if len(path)
        else path
    )


def power_scale(path: pd.DataFrame, name: str) -> alt.Scale:
    """Return a logarithmic scale that holds the path and the reference point."""
    low = min(path[f"{name}_low"].min(), 100.0)
    high = max(path[f"{name}_high"].max(), 100.0)
    return alt.Scale(type="log", domain=[float(max(low * 0.75, 0.1)), float(high * 1.6)], nice=False)


def power_axis() -> alt.Axis:
    """Return an axis with two labels to each power of ten."""
    return alt.Axis(format="~g", values=[0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000], titlePadding=8)


def _reference(x: alt.X, y: alt.Y, setting: Setting) -> list[alt.Chart]:
    """Return the point of the reference countries with lines through it."""
    text = setting.reference_told
    base = alt.Chart(pd.DataFrame({"great": [100.0], "strong": [100.0], "text": [text]}))
    rule: dict[str, Any] = {"color": "#a9b0b6", "strokeDash": [3, 3], "strokeWidth": 1}
    return [
        base.mark_rule(**rule).encode(x=x),
        base.mark_rule(**rule).encode(y=y),
        base.mark_point(shape="diamond", filled=True, color=INK, size=110, opacity=1).encode(x=x, y=y),
        base.mark_text(align="right", dx=-10, dy=16, fontSize=11, color=INK).encode(
            x=x, y=y, text=alt.Text("text:N")
        ),
    ]


def _power_bands(labelled: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return 90% bands of both indices at the labelled years, as a cross."""
    base = alt.Chart(labelled)
    cross: dict[str, Any] = {"color": BLUE, "opacity": 0.35, "strokeWidth": 5, "clip": True}
    low, lower = alt.X("great_low:Q", title=GREAT_TITLE), alt.Y("strong_low:Q", title=STRONG_TITLE)
    across = base.mark_rule(**cross).encode(x=low, x2=alt.X2("great_high:Q"), y=y)
    return [across, base.mark_rule(**cross).encode(x=x, y=lower, y2=alt.Y2("strong_high:Q"))]


def _power_years(labelled: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return marks and names of the labelled years, each name with a light edge that keeps it off the path."""
    base = alt.Chart(labelled)
    place: dict[str, Any] = {"align": "right", "dx": -5, "dy": -12, "fontSize": 12.5, "fontWeight": "bold"}
    edge = base.mark_text(**place, color=PAPER, stroke=PAPER, strokeWidth=4, strokeJoin="round")
    dots = base.mark_circle(color=BLUE, size=80, opacity=1)
    names = [mark.encode(text=alt.Text("year:Q")) for mark in (edge, base.mark_text(**place, color=INK))]
    return [layer.encode(x=x, y=y) for layer in (dots, *names)]


def describe_power(labelled: pd.DataFrame) -> str:
    """Return the alternative text of the plane: both indices at the labelled years."""
    rows = labelled.itertuples()
    steps = [
        f"{row.year}: great {words.number(row.great)}, strong {words.number(row.strong)}" for row in rows
    ]
    axes = "Path in the plane of great (volume) and strong (control, brands, quality)"
    return f"{axes}, reference countries at 100. {'; '.join(steps)}."
