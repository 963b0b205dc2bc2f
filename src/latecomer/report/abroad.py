"""Where do the vehicles go? Exports by destination as layers over the recorded total."""

import math

import altair as alt
import numpy as np
import pandas as pd

from latecomer.report.fan import years
from latecomer.report.style import BLACK, INK, PAPER, SHADE, above_frame, layered, tips
from latecomer.study import words
from latecomer.study.evidence import source_text
from latecomer.study.summary import Summary

HEIGHT = 340
LABELS = "datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' million' : format(datum.value, ',d')"
ROOM = 0.062
COLOURS = ("#7a4b8a", "#a9480f", "#e58f45", "#2f9388", "#1d4f86", "#6b9bcd", "#aeb6bb")


def destinations_chart(found: Summary) -> alt.LayerChart:
    """Draw exports by destination as layers that add up to the median total, under the recorded totals."""
    layers = destination_layers(found)
    told = found.points("vehicle_exports")
    told["source"] = [source_text(found.case, name) for name in told["source_id"]]
    told["text"] = [words.count(value) for value in told["recorded"]]
    first = int(layers["year"].min())
    told = told[told["year"] >= first]
    order = list(found.case.labels.destination_names)
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(order))]
    x = alt.X(
        "year:Q",
        scale=alt.Scale(domain=[first, int(found.years[-1])], nice=False, zero=False),
        axis=alt.Axis(format="d", title=None, grid=False, tickCount=8),
    )
    y = alt.Y("top:Q", title=None, axis=alt.Axis(labelExpr=LABELS, tickCount=5))
    fill = alt.Color("destination:N", scale=alt.Scale(domain=order, range=colours), legend=None)
    base = alt.Chart(years(layers))
    area = base.mark_area(stroke=PAPER, strokeWidth=0.7, clip=True)
    areas = area.encode(x=x, y=y, y2=alt.Y2("bottom:Q"), color=fill)
    shown = tips(year="Year", destination="Destination", text="Vehicles, median", share="Share")
    cells = base.mark_rect(opacity=0, clip=True).properties(name="reader")
    reader = cells.encode(
        x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"), y=y, y2=alt.Y2("bottom:Q"), tooltip=shown
    )
    names = _names(layers, dict(zip(order, colours, strict=True)), x)
    parts = [*_after_fit(found), areas, *names, *_recorded(told, x), reader]
    return layered(parts, HEIGHT, describe_destinations(layers, told, found))


def destination_layers(found: Summary) -> pd.DataFrame:
    """Return the layers of exports by destination with their values as text."""
    table = found.destinations
    text = [words.count(value) for value in table["made"]]
    parts = [words.quantity(value, "share") for value in table["part"]]
    return table[["year", "destination", "bottom", "top"]].assign(text=text, share=parts)


def _recorded(told: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Return the recorded totals as a line with points; hollow where no source was located."""
    base = alt.Chart(told)
    y = alt.Y("recorded:Q", title=None)
    halo = base.mark_line(color=PAPER, strokeWidth=3.4, clip=True).encode(x=x, y=y)
    line = base.mark_line(color=BLACK, strokeWidth=1.3, clip=True).encode(x=x, y=y)
    dots = base.mark_point(filled=True, color=BLACK, stroke=BLACK, size=34, opacity=1.0)
    hollow = alt.condition("datum.grade === 'unsourced'", alt.value(PAPER), alt.value(BLACK))
    shown = tips(year="Year", text="Recorded, all destinations", grade="Grade", source="Source")
    return [halo, line, dots.encode(x=x, y=y, fill=hollow, tooltip=shown)]


def _names(layers: pd.DataFrame, colours: dict[str, str], x: alt.X) -> list[alt.Chart]:
    """Return the names of the destinations at the right edge, moved apart where layers are thin."""
    last = layers[layers["year"] == layers["year"].max()].sort_values("bottom")
    height = float(last["top"].max())
    at = np.array((last["top"] + last["bottom"]) / 2.0)
    for k in range(1, len(at)):
        at[k] = max(at[k], at[k - 1] + ROOM * height)
    at -= max(0.0, at[-1] - height)
    data = pd.DataFrame({"year": last["year"], "middle": at, "destination": last["destination"]})
    data["ink"] = [_dark(colours[name]) for name in data["destination"]]
    mark = alt.Chart(data).mark_text(align="left", dx=6, fontSize=11, fontWeight="bold")
    ink = alt.Color("ink:N", scale=None)
    return [mark.encode(x=x, y=alt.Y("middle:Q", title=None), text=alt.Text("destination:N"), color=ink)]


def _dark(colour: str) -> str:
    """Return a colour darkened until it can be read as type on white."""
    parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    light = 0.30 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2]
    factor = min(1.0, 120.0 / max(light, 1.0))
    return "#" + "".join(f"{math.floor(part * factor):02x}" for part in parts)


def _after_fit(found: Summary) -> list[alt.Chart]:
    """Return the shade behind the years that the fit may not use, with their name."""
    if found.years[-1] <= found.case.setting.sample_end:
        return []
    data = pd.DataFrame({"from": [found.case.setting.sample_end + 0.5], "to": [int(found.years[-1])]})
    shade = alt.Chart(data).mark_rect(color=SHADE, clip=True)
    x = alt.X("from:Q", title=None)
    rule = alt.Chart(data).mark_rule(color=INK, strokeDash=[3, 3], strokeWidth=1)
    return [
        shade.encode(x=x, x2=alt.X2("to:Q")),
        rule.encode(x=x),
        above_frame(data, "conditional forecast", alt.X("to:Q", title=None)),
    ]


def describe_destinations(layers: pd.DataFrame, told: pd.DataFrame, found: Summary) -> str:
    """Return the alternative text: the destinations of the last year, and the recorded total."""
    last = layers[layers["year"] == layers["year"].max()]
    named = [f"{name} {share}" for name, share in zip(last["destination"], last["share"], strict=True)]
    total = words.count(float(last["top"].max()))
    text = f"Vehicles exported by destination, medians of histories. In {found.years[-1]} {total}: {words.listed(named)}."
    if told.empty:
        return text
    end = told.iloc[-1]
    return f"{text} Recorded in {int(end['year'])}: {end['text']}."
