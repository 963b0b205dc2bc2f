"""Who makes the vehicles? Shares of the groups as layers that add up to one, coloured by ownership."""

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from latecomer.report.fan import end_of_fit, years
from latecomer.report.style import INK, ON_DEEP, ON_PALE, PAPER, layered, tips
from latecomer.study import words
from latecomer.study.groups import OTHERS
from latecomer.study.summary import Summary

HEIGHT = 460
KINDS = {
    "central state": ("#1d4f86", "#3a74b4", "#6b9bcd", "#9dbfe0", "#c3d8ec"),
    "local state": ("#0f6e66", "#2f9388", "#63b3a8", "#96cdc4", "#c0e2dc"),
    "private": ("#a9480f", "#cf6a1e", "#e58f45", "#f0b27c", "#f7d2b0"),
    "foreign": ("#7a4b8a", "#a37fb2"),
    "other": ("#d5d8da",),
}


def stream_chart(found: Summary) -> alt.LayerChart:
    """Draw the groups' shares in vehicles made as layers that add up to one, each named where it is thickest."""
    shares = _stacked(found.group_shares)
    order = list(dict.fromkeys(shares["group"]))
    colours = _stream_colours(shares, order)
    scale = alt.Scale(domain=[int(shares["year"].min()), int(found.years[-1])], nice=False, zero=False)
    x = alt.X("year:Q", scale=scale, axis=alt.Axis(format="d", title=None, grid=False, tickCount=8))
    y = alt.Y("top:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", title=None, tickCount=5))
    colour = alt.Color("group:N", scale=alt.Scale(domain=order, range=colours), legend=None)
    base = alt.Chart(years(shares))
    area = base.mark_area(stroke=PAPER, strokeWidth=0.8, clip=True)
    areas = area.encode(x=x, y=y, y2=alt.Y2("bottom:Q"), color=colour)
    shown = tips(year="Year", group="Group", kind="Ownership", text="Share, median", made="Vehicles, median")
    cells = base.mark_rect(opacity=0, clip=True).properties(name="reader")
    reader = cells.encode(
        x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"), y=y, y2=alt.Y2("bottom:Q"), tooltip=shown
    )
    labels = _stream_labels(shares, dict(zip(order, colours, strict=True)), x)
    return layered([areas, *labels, *end_of_fit(found), reader], HEIGHT, describe_stream(shares, found))


def _stacked(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the shares with the edges of their layers, stretched to add up to one, and with their values as text."""
    drawn = shares["share"] / shares.groupby("year")["share"].transform("sum")
    top = 1.0 - drawn.groupby(shares["year"]).cumsum() + drawn
    text = [words.quantity(value, "share") for value in shares["share"]]
    made = [words.count(value) for value in shares["volume"]]
    return shares.assign(drawn=drawn, top=top, bottom=top - drawn, text=text, made=made)


def _stream_colours(shares: pd.DataFrame, order: Sequence[str]) -> list[str]:
    """Return a colour for each group: the hue is its ownership, the tone its place among the groups of that ownership."""
    kind = shares.drop_duplicates("group").set_index("group")["kind"]
    placed: dict[str, int] = {}
    out = []
    for group in order:
        tones = KINDS[kind[group]]
        place = placed.get(kind[group], 0)
        out.append(tones[place % len(tones)])
        placed[kind[group]] = place + 1
    return out


def _stream_labels(shares: pd.DataFrame, colours: dict[str, str], x: alt.X) -> list[alt.Chart]:
    """Return the names of the groups where there is room for them, dark on light tones and light on dark ones."""
    found = [(group, *_room(rows, group)) for group, rows in shares.groupby("group", sort=False)]
    at = pd.DataFrame(found, columns=["group", "year", "middle", "room"])
    at = at[at["room"] > 0.026]
    at["ink"] = [ON_PALE if _light(colours[group]) else ON_DEEP for group in at["group"]]
    wide = alt.expr("width < 420 ? 0 : 1")  # on a phone the names at the right edge are enough
    y, ink = alt.Y("middle:Q", title=None), alt.Color("ink:N", scale=None)
    inside = alt.Chart(at).mark_text(fontSize=11.5, fontWeight="bold", clip=True, opacity=wide)
    last = shares[(shares["year"] == shares["year"].max()) & (shares["drawn"] > 0.021)]
    last = last.assign(middle=(last["top"] + last["bottom"]) / 2)[["year", "middle", "group"]]
    edge = alt.Chart(last).mark_text(align="left", dx=5, fontSize=10, color=INK)
    return [
        inside.encode(x=x, y=y, text=alt.Text("group:N"), color=ink),
        edge.encode(x=x, y=y, text=alt.Text("group:N")),
    ]


def _room(rows: pd.DataFrame, name: str) -> tuple[int, float, float]:
    """Return year, middle and height of the widest place where a name of this length stays inside its layer."""
    years_wide = 2 * math.ceil(0.37 * len(name) + 1) + 1
    tops = rows["top"].rolling(years_wide, center=True).min()
    bottoms = rows["bottom"].rolling(years_wide, center=True).max()
    room = (tops - bottoms).fillna(0.0)
    best = room.idxmax()
    middle = (tops.fillna(1.0)[best] + bottoms.fillna(0.0)[best]) / 2
    return int(rows.loc[best, "year"]), float(middle), float(room[best])


def _light(colour: str) -> bool:
    """Say whether a colour is light enough to carry dark type."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return 0.30 * red + 0.59 * green + 0.11 * blue > 0.55


def describe_stream(shares: pd.DataFrame, found: Summary) -> str:
    """Return the alternative text of the stream: the largest groups in the last year."""
    last = shares[(shares["year"] == shares["year"].max()) & (shares["group"] != OTHERS)].nlargest(5, "share")
    named = [f"{group} {share}" for group, share in zip(last["group"], last["text"], strict=True)]
    return f"Shares of groups in vehicles made, medians of histories. Largest in {found.years[-1]}: {words.listed(named)}."
