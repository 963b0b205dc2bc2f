"""Who won the window? Own brands among electric and among combustion cars, and how fast the market turned electric."""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from latecomer.case.span import shown_from
from latecomer.record import Run
from latecomer.report import tables, words
from latecomer.report.fan import years
from latecomer.report.style import BLUE, RED, above_frame, layered, tips

TITLE = "Who won the turn to electric cars"
ABOUT = (
    "Medians with 90% bands. Own brands' share among plug-in cars and among combustion cars made and sold at home, and the share "
    "of plug-in cars in cars made. Points are recorded, in the colour of their line; own brands among plug-in cars are "
    "recorded for one year."
)
FIRST, HEIGHT, GREEN = 2008, 330, "#4d8a57"
LEAST_ELECTRIC = 0.002  # below this share of cars made, a share among electric cars says nothing


@dataclass(frozen=True)
class Line:
    """A line of the chart: its series, its name, its colour, and whether it is named where it ends or where it starts."""

    series: str
    name: str
    colour: str
    at_end: bool


LINES = (
    Line("own_brand_electric_share", "own brands among plug-in cars", RED, True),
    Line("own_brand_combustion_share", "own brands among combustion cars", BLUE, False),
    Line("new_energy_share", "plug-in cars in cars made", GREEN, False),
)


def window_chart(run: Run, record: pd.DataFrame) -> alt.LayerChart:
    """Draw the three shares with bands and recorded points from the years in which the window opens."""
    first = shown_from(FIRST, run.years)
    span = alt.Scale(domain=[first - 0.5, int(run.years[-1]) + 0.5], nice=False, zero=False)
    x = alt.X("year:Q", scale=span, axis=alt.Axis(format="d", title=None, grid=False, tickMinStep=1))
    axis = alt.Axis(title=None, labelExpr="format(datum.value, '.0%')", tickCount=5)
    scale = alt.Scale(domain=[0.0, 1.0], nice=False)
    y = alt.Y("median:Q", scale=scale, axis=axis)
    table, layers = window_table(run), []
    told = recorded(run, record, first)
    for line in LINES:
        base = alt.Chart(table[table["series"] == line.series])
        layers.append(
            base.mark_area(color=line.colour, opacity=0.17, clip=True).encode(
                x=x, y=alt.Y("low90:Q", scale=scale, axis=axis), y2="high90:Q"
            )
        )
        layers.append(base.mark_line(color=line.colour, strokeWidth=2.2, clip=True).encode(x=x, y=y))
        layers.append(_name(table, line, x, scale))
        points = told[told["series"] == line.series]
        if not points.empty:
            shown = tips(year="Year", text="Recorded", source="Source", grade="Grade")
            marks = alt.Chart(points).mark_point(filled=True, color=line.colour, size=46, opacity=1)
            layers.append(marks.encode(x=x, y=alt.Y("recorded:Q", scale=scale), tooltip=shown))
    cells = alt.Chart(years(table)).mark_rect(opacity=0, clip=True).properties(name="reader")
    shown = tips(year="Year", name="Share", text="Simulated, median (90% band)")
    layers.append(
        cells.encode(
            x=alt.X("from:Q", title=None),
            x2="to:Q",
            y=alt.Y("low90:Q", scale=scale),
            y2="high90:Q",
            tooltip=shown,
        )
    )
    frame = pd.DataFrame({"to": [int(run.years[-1]) + 0.5]})
    layers.append(above_frame(frame, "conditional forecast after 2010", alt.X("to:Q", title=None)))
    return layered(layers, HEIGHT, describe(table, run))


def window_table(run: Run) -> pd.DataFrame:
    """Return series, name, year and quantiles of the three shares, those among electric cars once some are sold."""
    electric = tables.fan(run, "new_energy_share").set_index("year")["median"]
    frames = []
    for line in LINES:
        seen = tables.fan(run, line.series)
        seen = seen[seen["year"] >= shown_from(FIRST, run.years)].assign(series=line.series, name=line.name)
        if line.series == "own_brand_electric_share":
            seen = seen[electric.reindex(seen["year"]).fillna(0.0).to_numpy() >= LEAST_ELECTRIC]
        frames.append(seen)
    table = pd.concat(frames, ignore_index=True)
    table["text"] = [
        f"{row.median:.0%} ({row.low90:.0%} to {row.high90:.0%})" for row in table.itertuples(index=False)
    ]
    return table


def recorded(run: Run, record: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the recorded points of the three shares from year `first` on, with their sources."""
    frames = [tables.points(record, line.series).assign(series=line.series) for line in LINES]
    told = pd.concat(frames, ignore_index=True)
    told = told[told["year"] >= first]
    told["source"] = [tables.source_text(run.case, name) for name in told["source_id"]]
    told["text"] = [f"{value:.1%}" for value in told["recorded"]]
    return told


def _name(table: pd.DataFrame, line: Line, x: alt.X, scale: alt.Scale) -> alt.Chart:
    """Return the name of a line, above it where it ends or starts, so that names stay apart."""
    rows = table[table["series"] == line.series]
    last = rows.tail(1) if line.at_end else rows.head(1)
    mark = alt.Chart(last).mark_text(
        align="right" if line.at_end else "left",
        baseline="bottom",
        dx=-4 if line.at_end else 4,
        dy=-9,
        fontSize=11,
        color=line.colour,
    )
    return mark.encode(x=x, y=alt.Y("median:Q", scale=scale), text="name:N")


def describe(table: pd.DataFrame, run: Run) -> str:
    """Return the alternative text: the shares in the last year."""
    last = table[table["year"] == int(run.years[-1])]
    return f"{TITLE}. In {run.years[-1]:.0f}: {words.listed([f'{row.name} {row.text}' for row in last.itertuples(index=False)])}."
