"""How do all figures look? Colours, type and the names of what recurs.

Colours mean the same everywhere: blue is simulated, black is recorded, red is own brands; warm grey shades the years after the
fit. Blue and red differ in lightness, so they stay apart for colour-blind readers and in grey print; shapes carry grades.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

BLUE, RED, BLACK = "#1f5fa8", "#b5332e", "#111111"
INK, MUTED, RULE = "#23282d", "#5d666e", "#dfe3e6"
SHADE, FORECAST = "#f5f1e8", "#7d6c45"
FONT = "Arial, 'Helvetica Neue', Helvetica, sans-serif"


def house_style(font: str = FONT) -> dict[str, Any]:
    """Return the type, rules and spacing of the house as the configuration of a chart."""
    quiet = {"labelColor": MUTED, "labelFontSize": 11}
    axis = {
        "domain": False,
        "ticks": False,
        "gridColor": RULE,
        "gridWidth": 0.7,
        "labelPadding": 6,
        "titleColor": MUTED,
    }
    title = {
        "anchor": "start",
        "color": INK,
        "fontSize": 15,
        "offset": 10,
        "subtitleColor": MUTED,
        "subtitleFontSize": 11.5,
    }
    return {
        "font": font, "background": "#ffffff", "padding": 6, "view": {"stroke": None},
        "axis": {**quiet, **axis, "titleFontSize": 11, "titleFontWeight": "normal"},
        "legend": {**quiet, "title": None, "symbolSize": 46, "padding": 0, "offset": 8},
        "title": {**title, "subtitlePadding": 4},
    }  # fmt: skip


def tips(**titles: str) -> list[alt.Tooltip]:
    """Return the lines of a tooltip, column by column, each with its title; years are printed without separators."""
    return [
        alt.Tooltip("year:Q", title=title, format="d") if column == "year" else alt.Tooltip(f"{column}:N", title=title)
        for column, title in titles.items()
    ]  # fmt: skip


def layered(layers: Sequence[alt.Chart], height: int, description: str) -> alt.LayerChart:
    """Return layers as one chart of this height, with its alternative text."""
    chart = alt.LayerChart(layer=list(layers))
    chart.height, chart.description = height, description
    return chart


def above_frame(data: pd.DataFrame, text: str, x: Any) -> alt.Chart:
    """Return a short remark that ends at x, just above the frame."""
    mark = alt.Chart(data.assign(remark=text)).mark_text(
        align="right", baseline="bottom", dy=-3, fontSize=10.5, fontStyle="italic", color=FORECAST
    )
    return mark.encode(x=x, y=alt.value(0), text="remark:N")
