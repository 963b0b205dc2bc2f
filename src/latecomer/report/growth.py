"""What was growth made of? Contributions by period as stacked bars, with the growth of real output and its 90% band."""

import altair as alt
import pandas as pd

from latecomer.report.style import INK, PAPER, layered, tips
from latecomer.study.growth import LABOUR_SHARE, MODES, TOTAL, told
from latecomer.study.summary import Summary

TITLE = "Modes of growth"
ABOUT = (
    "Growth of real output at constant quality, per cent a year, and what it was made of: means over histories, which add up. "
    "The mark is the total with its 90% band. People per vehicle are those of the record, held outside its years, not simulated; "
    f"the labour share of {LABOUR_SHARE:g} is an assumption."
)
COLOURS = (
    "#8d98a1",
    "#c3cad0",
    "#5f9bd1",
    "#1f5fa8",
    "#b0852f",
    "#e2cb96",
)  # inputs grey, their use blue, value ochre
HEIGHT = 330


def growth_chart(found: Summary) -> alt.LayerChart:
    """Draw contributions to growth by period, stacked, and the total as a mark with its band."""
    table = found.growth.copy()
    for name in ("mean", "low", "high"):
        table[name] *= 100.0
    table["text"] = [
        f"{row.mean:.1f} ({row.low:.1f} to {row.high:.1f})" for row in table.itertuples(index=False)
    ]
    order = list(dict.fromkeys(table["period"]))
    x = alt.X("period:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, domain=False))
    parts = table[table["mode"] != TOTAL].assign(rank=lambda rows: rows["mode"].map(list(MODES).index))
    shown = tips(period="Period", title="Mode", text="% a year (90% band)")
    colour = alt.Color(
        "title:N", sort=None, scale=alt.Scale(domain=list(MODES.values()), range=list(COLOURS))
    )
    bars = alt.Chart(parts).mark_bar(width={"band": 0.62}, stroke=PAPER, strokeWidth=0.6)
    y = alt.Y("mean:Q", title="% a year", stack="zero")
    total = alt.Chart(table[table["mode"] == TOTAL])
    ends = alt.Y("low:Q", title="% a year")
    return layered(
        [
            bars.encode(x=x, y=y, color=colour, order=alt.Order("rank:O"), tooltip=shown),
            total.mark_rule(color=INK, strokeWidth=1.6).encode(x=x, y=ends, y2=alt.Y2("high:Q")),
            total.mark_point(shape="diamond", filled=True, color=INK, size=70, opacity=1).encode(
                x=x, y=alt.Y("mean:Q", title="% a year"), tooltip=shown
            ),
        ],
        HEIGHT,
        describe(found.growth),
    )


def describe(table: pd.DataFrame) -> str:
    """Return the alternative text: the total and the two largest contributions of each period."""
    return f"Contributions to the growth of real output, per cent a year. {'; '.join(told(table))}."
