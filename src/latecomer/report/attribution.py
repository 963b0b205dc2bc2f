"""What was growth owed to? A waterfall for each series and span: a row starts where those above end, the last is the sum."""

from pathlib import Path

import altair as alt
import pandas as pd

from latecomer.experiment.attribute import MOMENTUM, TOTAL, Attribution
from latecomer.report import words
from latecomer.report.ablation import told
from latecomer.report.questions import saved
from latecomer.report.style import BLUE, INK, MUTED, house_style

STILL, SUM = "#a9b2b9", "#4a545c"
COLUMNS, WIDTH, ROW = 2, 330, 30


def attribution_chart(found: Attribution) -> alt.ConcatChart:
    """Return the picture of shares: one panel for each series and span, in the order of the table."""
    panels = [panel(rows) for _, rows in found.table.groupby(["first", "last", "series"], sort=False)]
    pairs = int(found.table["histories"].max())
    what = (
        "growth is owed to"
        if (found.table["player"] == MOMENTUM).any()
        else "each reform of the package does"
    )
    lines = [
        f"Bars: mean share over {pairs} histories (they add up); lines: 90% of the histories, from the start of the bar. "
        "Shapley values: no order of the players is preferred.",
        "A force held keeps its value of the first year. All forces held: what would have come all the same.",
    ]
    head = alt.TitleParams(
        f"What {what}: {found.title}", subtitle=lines[: 2 if "growth" in what else 1], fontSize=17, offset=16
    )
    chart = alt.concat(*panels, columns=COLUMNS, spacing=28).properties(title=head)
    chart.config = house_style()
    return chart


def panel(rows: pd.DataFrame) -> alt.LayerChart:
    """Return one waterfall: bars from where the rows above end, with a line for the band of each."""
    head = rows.iloc[0]
    logs = head["unit"] == "log points"
    title, factor, unit = told(str(head["series"]), str(head["unit"]))
    factor, unit = (1.0, "log points") if logs else (factor, unit)
    start = [0.0, *rows["mean"].cumsum().iloc[:-2], 0.0] if len(rows) > 1 else [0.0]
    data = pd.DataFrame(
        {
            "label": rows["title"], "kind": rows["player"].map({MOMENTUM: "still", TOTAL: "sum"}).fillna("player"),
            "start": pd.Series(start, index=rows.index) * factor,
            "mean": rows["mean"] * factor, "low": rows["low90"] * factor, "high": rows["high90"] * factor, "share": rows["share"],
        }
    )  # fmt: skip
    data = data[data["mean"].notna()]
    for name in ("mean", "low", "high"):
        data[f"to_{name}"] = data["start"] + data[name]
    data["told"] = [
        f"{words.number(row.mean)} ({words.number(row.low)} to {words.number(row.high)}), {row.share:.0%}"
        for row in data.itertuples()
    ]
    order = list(rows["title"])
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, labelColor=INK))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["still", "player", "sum"], range=[STILL, BLUE, SUM]), legend=None
    )
    tips = [alt.Tooltip("label:N", title="Share of"), alt.Tooltip("told:N", title=unit)]
    across = alt.X("start:Q", title=unit, axis=alt.Axis(tickCount=5, format=",~r"))
    base = alt.Chart(data).encode(y=y, tooltip=tips)
    bars = base.mark_bar(height=15).encode(x=across, x2=alt.X2("to_mean:Q"), color=colour)
    bands = base.mark_rule(strokeWidth=1.6, color=INK).encode(x=alt.X("to_low:Q", title=unit), x2=alt.X2("to_high:Q"))
    edge = data.assign(edge=data[["start", "to_mean", "to_high"]].max(axis=1))
    values = (
        alt.Chart(edge)
        .mark_text(align="left", dx=5, color=MUTED, fontSize=11)
        .encode(y=y, x=alt.X("edge:Q", title=unit), text=alt.Text("told_share:N"))
        .transform_calculate(told_share="format(datum.share, '.0%')")
    )
    zero = (
        alt.Chart(pd.DataFrame({"at": [0.0]}))
        .mark_rule(color=SUM, strokeWidth=1)
        .encode(x=alt.X("at:Q", title=unit))
    )
    chart = alt.LayerChart(layer=[zero, bars, bands, values])
    span = (
        f"{title}, {head['first']}-{head['last']}"
        if head["player"] == MOMENTUM
        else f"{title}, {head['last']}"
    )
    return chart.properties(
        title=alt.TitleParams(span, fontSize=13, color=MUTED), width=WIDTH, height=ROW * len(order)
    )


def save_attribution(found: Attribution, folder: Path) -> list[Path]:
    """Write the table with the other ways to count and the picture; return the files."""
    return saved(attribution_chart(found), {"attribution": found.to_frame()}, "attribution", folder)
