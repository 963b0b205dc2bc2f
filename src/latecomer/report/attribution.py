"""What accounts for growth? For each series and span what every force adds, from zero, and the whole beside it."""

import altair as alt
import pandas as pd

from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table
from latecomer.report.style import BLUE, GREY, INK, MUTED, OCHRE, house_style, layered, zero_line
from latecomer.study import words
from latecomer.study.attribute import MOMENTUM, TOTAL, Attribution, heading, per_cent, shown_unit
from latecomer.study.words import banded

COLOURS = {"still": GREY, "adds": BLUE, "takes": OCHRE, "sum": MUTED}
COLUMNS, WIDTH, ROW = 2, 330, 30


HELD = "A force held keeps its value of the first year. All forces held: what would have come all the same."


def attribution_chart(found: Attribution) -> alt.ConcatChart:
    """Return the picture of shares: one panel for each series and span, in the order of the table."""
    growth = found.of_growth
    panels = [titled(rows) for rows in found.panels]
    lines = [
        f"Bars: mean share over {int(found.table['histories'].max())} histories (they add up to the dark bar); lines: 90% of the "
        "histories. Blue adds, ochre takes away. Shapley values: no order of the players is preferred.",
        *([HELD] if growth else []),
    ]
    what = "accounts for growth" if growth else "each reform of the package does"
    head = alt.TitleParams(f"What {what}: {found.title}", subtitle=lines, fontSize=17, offset=16)
    chart = alt.concat(*panels, columns=COLUMNS, spacing=28).properties(title=head)
    chart.config = house_style()
    return chart


def titled(rows: pd.DataFrame) -> alt.LayerChart:
    """Return a panel of the picture with title and width."""
    return panel(rows).properties(
        title=alt.TitleParams(heading(rows.iloc[0]), fontSize=13, color=MUTED), width=WIDTH
    )


def panel(rows: pd.DataFrame) -> alt.LayerChart:
    """Return what each player adds: bars from zero, each with the band of its histories, the whole at the end."""
    head = rows.iloc[0]
    factor, unit = shown_unit(head)
    data = pd.DataFrame(
        {
            "label": rows["title"], "kind": kinds(rows), "zero": 0.0, "mean": rows["mean"] * factor,
            "low": rows["low90"] * factor, "high": rows["high90"] * factor, "share": rows["share"],
        }
    )  # fmt: skip
    data = data[data["mean"].notna()]
    data["told"] = [banded(row.mean, row.low, row.high) for row in data.itertuples()]
    data["part"] = [per_cent(row.share) for row in data.itertuples()]
    order = list(rows["title"])
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=300, labelColor=INK))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())), legend=None
    )
    tips = [
        alt.Tooltip("label:N", title="Share of"),
        alt.Tooltip("told:N", title=unit),
        alt.Tooltip("part:N", title="Part"),
    ]
    axis = alt.Axis(tickCount=5, format=",~r")
    base = alt.Chart(data).encode(y=y, tooltip=tips)
    bars = base.mark_bar(height=13).encode(
        x=alt.X("zero:Q", title=unit, axis=axis), x2=alt.X2("mean:Q"), color=colour
    )
    bands = base.mark_rule(strokeWidth=1.6, color=INK).encode(
        x=alt.X("low:Q", title=unit), x2=alt.X2("high:Q")
    )
    values = base.mark_text(align="left", dx=6, color=MUTED, fontSize=11).encode(
        x=alt.value("width"), text=alt.Text("part:N")
    )
    zero = zero_line(alt.X("at:Q", title=unit))
    return layered([zero, bars, bands, values], ROW * len(order), describe(data, heading(head), unit))


def kinds(rows: pd.DataFrame) -> list[str]:
    """Return for each row what it is: momentum, the sum, or a player that adds or takes away."""
    special = {MOMENTUM: "still", TOTAL: "sum"}
    return [
        special.get(player, "adds" if mean >= 0.0 else "takes")
        for player, mean in zip(rows["player"], rows["mean"], strict=True)
    ]


def describe(data: pd.DataFrame, title: str, unit: str) -> str:
    """Return the alternative text of a panel: its rows with their parts."""
    said = [f"{row.label} {row.told}, {row.part}" for row in data.itertuples()]
    return f"{title}, {unit}. {'; '.join(said)}."


def attribution_sheet(found: Attribution) -> Sheet:
    """Return the page of shares."""
    figures = {}
    for place, rows in enumerate(found.panels):
        unit = shown_unit(rows.iloc[0])[1]
        about = f"What each adds, {unit}: bar the mean, line 90% of the histories; at the right its part of the whole."
        figures[f"shares_{place + 1}"] = Figure(panel(rows), heading(rows.iloc[0]), about)
    reading = [
        "Blue adds, ochre takes away, the dark bar is the whole. Bars start at zero; means add up to the whole, bands of single "
        "histories do not. Shapley values: no order of the players is preferred.",
        *([HELD] if found.of_growth else []),
    ]
    tables = [Table("Shares", found.table.drop(columns=["counted", "player"]))]
    if len(found.other):
        tables.append(Table("The same with one row of forces.csv counted otherwise at a time", found.other))
    spans = dict.fromkeys(f"{rows.iloc[0]['first']}-{rows.iloc[0]['last']}" for rows in found.panels)
    title = f"{'What accounts for growth' if found.of_growth else 'What each reform does'}: {found.title}"
    return Sheet(
        "what accounts for it",
        found,
        words.listed(list(spans)),
        found.sentences(),
        figures,
        reading,
        tables,
        title,
    )
