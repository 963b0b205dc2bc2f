"""How do all figures look? Colours on light and dark ground, type, and the names of what recurs.

Colours mean the same everywhere: blue is simulated, black is recorded, red a second series or the zero line; warm grey shades
the years after the fit. Blue and red differ in lightness, so they stay apart for colour-blind readers and in grey print; shapes
carry grades. No figure sets red against green.

A figure is drawn once, for light ground. On a dark screen the page's style sheet gives every colour of `DARK` its dark
counterpart, so print stays light and nothing is drawn twice; type on coloured tiles (`ON_PALE`, `ON_DEEP`) is the same on both.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd
from altair.utils import schemapi

BLUE, RED, OCHRE, GREY, BLACK = "#1f5fa8", "#b5332e", "#b0852f", "#8d98a1", "#111111"
INK, MUTED, RULE, PAPER = "#23282d", "#5d666e", "#dfe3e6", "#ffffff"
SHADE, FORECAST = "#f5f1e8", "#7d6c45"
ON_PALE, ON_DEEP = "#22272c", "#fefefe"
DARK = {
    PAPER: "#14191f", INK: "#e6eaee", MUTED: "#a7b1ba", RULE: "#323b44", BLACK: "#f3f5f7", BLUE: "#78b0ee",
    RED: "#f08a80", OCHRE: "#d9ae5c", SHADE: "#25221a", FORECAST: "#cdb683",
}  # fmt: skip
FONT = "Arial, 'Helvetica Neue', Helvetica, sans-serif"
PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
FAST = "latecomer"  # name of the way in which data reach a chart


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
        "font": font, "background": PAPER, "padding": 6, "view": {"stroke": None},
        "axis": {**quiet, **axis, "titleFontSize": 11, "titleFontWeight": "normal"},
        "legend": {**quiet, "title": None, "symbolSize": 46, "padding": 0, "offset": 8, "labelLimit": 0},
        "title": {**title, "subtitlePadding": 4},
    }  # fmt: skip


@contextmanager
def unchecked() -> Iterator[None]:
    """Draw charts without the library's check of every part against its schema, which the tests make once."""
    with schemapi.debug_mode(False):
        yield


def specified(chart: alt.TopLevelMixin, font: str = FONT) -> dict[str, Any]:
    """Return a chart as Vega-Lite, in the style of the house, with its data as they are."""
    with unchecked(), alt.data_transformers.enable(FAST):
        return {**chart.to_dict(validate=False), "config": house_style(font)}


def plain(data: Any) -> Any:
    """Return a table as rows of plain values, missing ones as null: a tenth of the time of Altair's own way."""
    if not isinstance(data, pd.DataFrame):
        return data
    columns = [listed(data[name]) for name in data]
    return {"values": [dict(zip(data.columns, row, strict=True)) for row in zip(*columns, strict=True)]}


def listed(column: pd.Series) -> list[Any]:
    """Return the values of a column as JSON knows them: nothing for what is no number or is missing."""
    numbers = column.dtype.kind == "f"
    return [
        None if value != value or (numbers and not isfinite(value)) else value for value in column.tolist()
    ]


alt.data_transformers.register(FAST, plain)


def dark_rules(colours: Mapping[str, str] = DARK) -> str:
    """Return the style rules that give the colours of a drawing their dark counterparts."""
    return "\n".join(
        f'svg.marks [{kind}="{light}"] {{ {kind}: {dark}; }}'
        for light, dark in colours.items()
        for kind in ("fill", "stroke")
    )


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
    return mark.encode(x=x, y=alt.value(0), text=alt.Text("remark:N"))


def zero_line(across: alt.X | alt.Y) -> alt.Chart:
    """Return the line of no difference, across a chart whose values run along this axis (its field is `at`)."""
    mark = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=RED, strokeWidth=1)
    return mark.encode(x=across) if isinstance(across, alt.X) else mark.encode(y=across)
