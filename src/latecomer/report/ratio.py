"""How far off is the simulation? The simulated value over the recorded one, year by year: 1 is right, 2 is twice too much.

The band is that of the histories over the same recorded value, so error and uncertainty are seen apart from the growth itself.
"""

import altair as alt
import pandas as pd

from latecomer.record import SERIES
from latecomer.report.fan import shading, year_axis, years
from latecomer.report.style import BLUE, RED, layered, tips
from latecomer.study import words
from latecomer.study.summary import Summary

TITLE = "Simulated over recorded"
ABOUT = "1 is right, 2 twice too much, 0.5 half. The band holds 90% of the histories; years with a recorded figure only."
HEIGHT = 290
TICKS = (0.1, 0.2, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 5, 10)


def ratio_chart(found: Summary, series: str) -> alt.LayerChart:
    """Draw median and 90% band of a series over what is recorded, on a logarithmic scale around 1."""
    table = ratio_table(found, series)
    if table.empty:
        return layered([alt.Chart(table).mark_point()], HEIGHT, f"{TITLE}: nothing is recorded.")
    x = year_axis(found, 5 * (int(table["year"].min()) // 5))
    ends = [min(0.9, table["low90"].min() / 1.1), max(1.1, table["high90"].max() * 1.1)]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    ticks = [tick for tick in TICKS if ends[0] <= tick <= ends[1]]
    axis = alt.Axis(values=ticks, labelExpr="format(datum.value, '~g') + '×'", title=None)
    y = alt.Y("median:Q", scale=scale, axis=axis)
    base = alt.Chart(years(table))
    band = base.mark_rule(color=BLUE, opacity=0.3, strokeWidth=4, clip=True)
    one = alt.Chart(pd.DataFrame({"one": [1.0]})).mark_rule(color=RED, strokeWidth=1)
    dots = base.mark_circle(color=BLUE, size=30, opacity=1, clip=True)
    shown = tips(
        year="Year", text="Simulated over recorded (90% band)", made="Simulated, median", told="Recorded"
    )
    layers = [
        *shading(found),
        one.encode(y=alt.Y("one:Q", scale=scale, axis=axis)),
        band.encode(x=x, y=alt.Y("low90:Q", scale=scale, axis=axis), y2=alt.Y2("high90:Q")),
        dots.encode(x=x, y=y, tooltip=shown),
    ]
    return layered(layers, HEIGHT, describe(table, series))


def ratio_table(found: Summary, series: str) -> pd.DataFrame:
    """Return year, median and 90% band of simulated over recorded, and both as text, in the years with a record."""
    table, unit = found.ratio(series), SERIES[series].unit
    text = [f"{row.median:.2f} ({row.low90:.2f} to {row.high90:.2f})" for row in table.itertuples()]
    made = [words.quantity(value, unit) for value in table["made"]]
    told = [words.quantity(value, unit) for value in table["recorded"]]
    return table[["year", "low90", "median", "high90"]].assign(text=text, made=made, told=told)


def describe(table: pd.DataFrame, series: str) -> str:
    """Return the alternative text: the largest error either way, and the last one."""
    low, high, last = (
        table.loc[at] for at in (table["median"].idxmin(), table["median"].idxmax(), table.index[-1])
    )
    said = [f"{row['median']:.2f} in {row['year']}" for row in (low, high, last)]
    return f"{SERIES[series].about}: simulated over recorded. Least {said[0]}, most {said[1]}, last {said[2]}; 1 is right."
