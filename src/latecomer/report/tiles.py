"""Where are the buyers, and what do they buy? Regions as equal tiles near their place on the map, north on top.

A case places its regions in `tile_map` of case.yaml by the last part of their ids; those of any other case fill a plain grid.
"""

import math

import altair as alt
import numpy as np
import pandas as pd

from latecomer.report.style import ON_DEEP, ON_PALE, layered, tips
from latecomer.study import words
from latecomer.study.summary import Summary
from latecomer.types import Case

HEIGHT = 430
BLUES, REDS = ("#eaf1f8", "#8fb6dc", "#123f73"), ("#fbeeeb", "#e08a7c", "#8c1c1a")


def tile_chart(found: Summary, column: str, title: str) -> alt.LayerChart:
    """Draw the regions as tiles near their place on the map, coloured by one column of `Summary.provinces`."""
    data = _tiles(found.provinces, column, places(found.case))
    share = column != "sales"
    low, high = (data[column].min() if share else 0.0), data[column].max()
    data["ink"] = np.where(data[column] > low + 0.55 * (high - low), ON_DEEP, ON_PALE)
    gaps = alt.Scale(paddingInner=0.05)
    base = alt.Chart(data).encode(
        x=alt.X("column:O", axis=None, scale=gaps), y=alt.Y("row:O", axis=None, scale=gaps)
    )
    scale = alt.Scale(
        range=list(REDS if share else BLUES), domain=[float(low), float(high)], interpolate="lab"
    )
    labels = "format(datum.value, '.0%')" if share else "format(datum.value / 1e6, '~g') + ' m'"
    legend = alt.Legend(
        orient="bottom", direction="horizontal", gradientThickness=9, tickCount=4, labelExpr=labels
    )
    fill = alt.Fill(f"{column}:Q", scale=scale, legend=legend)
    language = found.case.setting.language
    local = {"name_local": f"In {language}"} if language else {}
    shown = tips(
        name="Region", **local, sales_text="Cars sold (90% band)", own_text="Own brands (90% band)",
        local_text="Makers of the region (90% band)",
    )  # fmt: skip
    rects = base.mark_rect(cornerRadius=3).encode(fill=fill, tooltip=shown)
    ink = alt.Color("ink:N", scale=None)
    code = base.mark_text(dy=-6, fontSize=12, fontWeight="bold").encode(text=alt.Text("code:N"), color=ink)
    value = base.mark_text(dy=8, fontSize=10).encode(text=alt.Text("label:N"), color=ink)
    return layered([rects, code, value], HEIGHT, describe_tiles(title, data, column, int(found.years[-1])))


def _tiles(data: pd.DataFrame, column: str, at: list[tuple[int, int]]) -> pd.DataFrame:
    """Return the regions with their place, short name, label, and every value as text; other numbers are left out."""
    out = data[["region", "name", "name_local", column]].assign(
        column=[place[0] for place in at],
        row=[place[1] for place in at],
        code=data["region"].str.split("-").str[-1],
    )
    for name in ("sales", "own", "local"):
        unit = "vehicles" if name == "sales" else "share"
        rows = zip(data[name], data[f"{name}_low"], data[f"{name}_high"], strict=True)
        out[f"{name}_text"] = [f"{words.quantity(m, unit)} ({words.span(a, b, unit)})" for m, a, b in rows]
    return out.assign(label=[_tile_label(value, column) for value in data[column]])


def _tile_label(value: float, column: str) -> str:
    """Return the number printed in a tile: per cent, or thousands and millions."""
    if column != "sales":
        return f"{100 * value:.0f}%"
    return f"{value / 1e6:.1f} m" if value >= 999_500 else f"{value / 1e3:.0f} k"


def on_map(case: Case) -> bool:
    """Return whether all regions have a place on the map of the case."""
    return _placed(case).keys() >= set(case.labels.regions)


def _placed(case: Case) -> dict[str, tuple[int, int]]:
    """Return (column, row) of the regions that the map of the case holds."""
    at = {
        code: (column, row)
        for row, line in enumerate(case.setting.tile_map)
        for column, code in enumerate(line.split())
        if code != "."
    }
    ends = {region: region.split("-")[-1] for region in case.labels.regions}
    return {region: at[end] for region, end in ends.items() if end in at}


def places(case: Case) -> list[tuple[int, int]]:
    """Return (column, row) of each region: on the map of the case, or in a grid."""
    if on_map(case):
        return list(_placed(case).values())
    count = len(case.labels.regions)
    width = math.ceil(math.sqrt(count))
    return [(place % width, place // width) for place in range(count)]


def describe_tiles(title: str, data: pd.DataFrame, column: str, year: int) -> str:
    """Return the alternative text of a tile map: its highest and lowest regions."""
    ordered = data.sort_values(column)
    low, high = ordered.iloc[0], ordered.iloc[-1]
    ends = [f"{one['name']}, {one['label']}" for one in (high, low)]
    return f"{title} by region in {year}, medians. Highest: {ends[0]}; lowest: {ends[1]}."
