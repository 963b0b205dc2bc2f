"""What passes between the four actors of the innovation system? Matrices of people, money and knowledge at marked years.

One row of matrices a kind of flow, one column a year. In a matrix the row gives and the column receives; what stays inside
an actor is on the diagonal. Tone follows the logarithm within a kind, so that small early flows stay visible.
"""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from latecomer.axes import ACTORS
from latecomer.report.style import INK, MUTED, ON_DEEP, ON_PALE, PAPER, layered, tips
from latecomer.study import words
from latecomer.study.summary import Summary

HEIGHT = 560
KINDS = {
    "people_flow": ("People: graduates and movers, persons a year", ("#f1f5fa", "#1f5fa8")),
    "money_flow": ("Money for research, billion CNY of 2010 a year", ("#eef6f3", "#0f6e66")),
    "knowledge_flow": ("Results that pass, billion CNY of 2010 of research a year", ("#fbf2ea", "#a9480f")),
}
SHORT = {"enterprises": "Ent.", "institutes": "Inst.", "universities": "Univ.", "government": "Gov."}
NOTHING = "·"
DECADES = 4.0
LEFT, GAP, HEAD, TOP, SPARE = 1.9, 0.45, 1.0, 1.1, 0.55
SIGNS: dict[str, dict[str, Any]] = {
    "title": {"align": "left", "fontSize": 12, "fontWeight": "bold", "color": INK},
    "year": {"align": "center", "fontSize": 11.5, "fontWeight": "bold", "color": MUTED},
    "column": {
        "align": "center",
        "fontSize": 9.5,
        "color": MUTED,
        "opacity": alt.expr("width < 480 ? 0 : 1"),
    },
    "initial": {
        "align": "center",
        "fontSize": 9.5,
        "color": MUTED,
        "opacity": alt.expr("width < 480 ? 1 : 0"),
    },
    "row": {"align": "right", "fontSize": 10, "color": MUTED, "dx": -5},
}


def flow_chart(found: Summary) -> alt.LayerChart:
    """Draw the flows between the four actors as a grid of small matrices, kinds down and years across."""
    table = found.flows
    years = list(dict.fromkeys(table["year"]))
    n = len(ACTORS)
    wide = LEFT + len(years) * (n + GAP)
    tall = _top(len(KINDS)) - SPARE
    across, down = alt.Scale(domain=[0, wide], nice=False), alt.Scale(domain=[tall, 0], nice=False)
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
    edges = {
        "x": alt.X("left:Q", scale=across, axis=None), "x2": alt.X2("right:Q"),
        "y": alt.Y("upper:Q", scale=down, axis=None), "y2": alt.Y2("lower:Q"),
    }  # fmt: skip
    layers = []
    for row, (name, (_, tones)) in enumerate(KINDS.items()):
        cells = _cells(table[table["kind"] == name], years, row)
        layers += _matrix(cells, tones, edges, x, y)
    signs = _signs(years)
    for kind, style in SIGNS.items():
        part = alt.Chart(signs[signs["kind"] == kind])
        layers.append(part.mark_text(**style).encode(x=x, y=y, text=alt.Text("text:N")))
    return layered(layers, HEIGHT, describe_flows(table)).resolve_scale(fill="independent")


def _cells(flows: pd.DataFrame, years: list[int], row: int) -> pd.DataFrame:
    """Return the cells of one row of matrices: edges, tone from 0 to 1, ink, and values as text."""
    top = float(flows["median"].max())
    tone = np.clip(1.0 + np.log10(np.maximum(flows["median"], 1e-300) / max(top, 1e-300)) / DECADES, 0.0, 1.0)
    at_x = [LEFT + years.index(year) * (len(ACTORS) + GAP) for year in flows["year"]]
    at_y = _top(row) + HEAD
    out = flows.assign(
        left=[a + ACTORS.index(v) for a, v in zip(at_x, flows["to"], strict=True)],
        upper=[at_y + ACTORS.index(u) for u in flows["from"]],
        tone=tone,
        ink=np.where(tone > 0.62, ON_DEEP, ON_PALE),
        label=[label(value, name) for value, name in zip(flows["median"], flows["kind"], strict=True)],
        text=[words.number(value) for value in flows["median"]],
        band=[
            f"{words.number(a)} to {words.number(b)}"
            for a, b in zip(flows["low90"], flows["high90"], strict=True)
        ],
    )
    return out.assign(
        right=out["left"] + 1, lower=out["upper"] + 1, x=out["left"] + 0.5, y=out["upper"] + 0.5
    )


def _top(row: int) -> float:
    return TOP + row * (len(ACTORS) + HEAD + SPARE)


def label(value: float, kind: str) -> str:
    """Return the number of a cell, at most four signs: 26k, 740, 2.3, .04; a dot where next to nothing passes."""
    if value < (0.5 if kind == "people_flow" else 0.005):
        return NOTHING
    if kind == "people_flow":
        size = 0 if value < 999.5 else 1 if value < 9_949.5 else 2
        return (f"{value:.0f}", f"{value / 1e3:.1f}k", f"{value / 1e3:.0f}k")[size]
    size = 0 if value < 0.995 else 1 if value < 9.95 else 2
    return (f"{value:.2f}".lstrip("0"), f"{value:.1f}", f"{value:.0f}")[size]


def _matrix(
    cells: pd.DataFrame, tones: tuple[str, str], edges: dict[str, Any], x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    """Return the tiles of a row of matrices, and their numbers."""
    scale = alt.Scale(domain=[0, 1], range=list(tones), interpolate="lab")
    base = alt.Chart(cells)
    shown = tips(
        year="Year", text="Median", band="90% of histories", unit="Unit", **{"from": "From", "to": "To"}
    )
    tiles = base.mark_rect(stroke=PAPER, strokeWidth=1.2).encode(
        **edges, fill=alt.Fill("tone:Q", scale=scale, legend=None), tooltip=shown
    )
    size = alt.expr("width < 480 ? 6 : 9.5")
    number = base.mark_text(fontSize=size).encode(
        x=x, y=y, text=alt.Text("label:N"), color=alt.Color("ink:N", scale=None)
    )
    return [tiles, number]


def _signs(years: list[int]) -> pd.DataFrame:
    """Return the words around the matrices with their places: titles, years, names of givers and receivers."""
    rows = []
    for place, (title, _) in enumerate(KINDS.values()):
        top = _top(place)
        rows.append(("title", 0.0, top, title))
        rows += [("row", LEFT, top + HEAD + u + 0.5, actor.capitalize()) for u, actor in enumerate(ACTORS)]
        for column, year in enumerate(years):
            left = LEFT + column * (len(ACTORS) + GAP)
            if place == 0:
                rows.append(("year", left + len(ACTORS) / 2, 0.25, str(year)))
            for v, actor in enumerate(ACTORS):
                at = (left + v + 0.5, top + HEAD - 0.3)
                rows += [("column", *at, SHORT[actor]), ("initial", *at, SHORT[actor][0])]
    return pd.DataFrame(rows, columns=["kind", "x", "y", "text"])


def describe_flows(table: pd.DataFrame) -> str:
    """Return the alternative text of the flows: the largest between two actors, by kind, in the last year."""
    year = int(table["year"].max())
    last = table[(table["year"] == year) & (table["from"] != table["to"])]
    named = []
    for name in KINDS:
        best = last[last["kind"] == name].nlargest(1, "median").iloc[0]
        value = f"{words.number(best['median'])} {best['unit']}"
        named.append(f"{name.removesuffix('_flow')} from {best['from']} to {best['to']}, {value}")
    return f"Flows between {words.listed(list(ACTORS))}, medians of histories. Largest in {year}: {'; '.join(named)}."
