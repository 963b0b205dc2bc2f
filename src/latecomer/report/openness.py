"""What does the dial of openness do? One panel an outcome: median and 50% band over the dial, an era in each colour."""

import altair as alt
import pandas as pd

from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table
from latecomer.report.style import BLUE, GREY, INK, MUTED, OCHRE, house_style, layered
from latecomer.study import words
from latecomer.study.openness import DIAL, HISTORY, OUTCOMES, Openness
from latecomer.vocabulary import QUANTITIES, Field

COLUMNS, WIDTH, HEIGHT = 3, 245, 165
COLOURS = (GREY, OCHRE, BLUE, "#7a4b8a", "#0f6e66", INK)
MEASURE, PRESENCE = "last year", 1.0


def openness_chart(found: Openness) -> alt.ConcatChart:
    """Return the picture of the dial in the last year at the X0 of the case; ticks at the right edge: history by rule."""
    panels = [titled(panel(rows, outcome), outcome) for outcome, rows in shown_by_outcome(found)]
    lines = [
        "From complete self-reliance (0) to complete dependence (1), from the year in colour on; last year of the case. "
        "Line: median, band: half of the histories, ring: best median.",
        f"Ticks at the right: history with ventures by rule. {int(found.curves['histories'].max())} histories, the same for all. "
        "What the dial moves stands in openness.csv; its ends are judgements.",
    ]
    head = alt.TitleParams(f"How open? {found.title}", subtitle=lines, fontSize=17, offset=16)
    chart = alt.concat(*panels, columns=COLUMNS, spacing=24).properties(title=head)
    chart.config = house_style()
    return chart


def panel(rows: pd.DataFrame, outcome: Field) -> alt.LayerChart:
    """Return one panel: a curve with its band for each era, its best value, and history beside it."""
    factor, unit = outcome.factor, outcome.shown
    bands = ["low50", "median", "high50"]
    data = rows.assign(era=rows["era"].astype(str), **{name: rows[name] * factor for name in bands})
    dial, history = data[data["variant"] == DIAL], data[data["variant"] == HISTORY].assign(dial=1.05)
    dial = dial[dial["median"].notna()]
    best = dial.loc[dial.groupby("era")["median"].agg("idxmin" if outcome.better == "less" else "idxmax")]
    eras = list(dict.fromkeys(data["era"]))
    colour = alt.Color(
        "era:N",
        scale=alt.Scale(domain=eras, range=list(COLOURS[: len(eras)])),
        legend=alt.Legend(orient="top", symbolOpacity=1),
    )
    x = alt.X(
        "dial:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1.08]),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f"),
    )
    y = alt.Y("median:Q", title=unit, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5, format=",~r"))
    value = alt.Tooltip("median:Q", title=unit, format=",.3~r")
    tips = [alt.Tooltip("era:N", title="From"), alt.Tooltip("dial:Q", title="Dial"), value]
    base = alt.Chart(dial).encode(x=x, color=colour)
    layers = [
        base.mark_area(opacity=0.14).encode(y=alt.Y("low50:Q", title=unit), y2=alt.Y2("high50:Q")),
        base.mark_line(strokeWidth=2).encode(y=y, tooltip=tips),
        alt.Chart(best)
        .mark_point(size=55, strokeWidth=2, filled=False)
        .encode(x=x, y=y, color=colour, tooltip=tips),
        alt.Chart(history)
        .mark_tick(thickness=3, width=12, orient="horizontal")
        .encode(x=x, y=y, color=colour),
    ]
    return layered(layers, HEIGHT, describe(dial, best, outcome, unit))


def shown_by_outcome(found: Openness) -> list[tuple[Field, pd.DataFrame]]:
    """Return the curves that are drawn, by outcome: last year, at the X0 of the case."""
    curves = found.curves
    shown = curves[(curves["measure"] == MEASURE) & (curves["presence"] == PRESENCE)]
    return [(QUANTITIES[name], shown[shown["outcome"] == name]) for name in OUTCOMES]


def titled(chart: alt.LayerChart, outcome: Field) -> alt.LayerChart:
    """Return a panel of the picture with title and width."""
    title = alt.TitleParams(
        outcome.title, subtitle=f"for {OUTCOMES[outcome.name]}", fontSize=13, color=INK, subtitleColor=MUTED
    )
    return chart.properties(title=title, width=WIDTH)


def describe(dial: pd.DataFrame, best: pd.DataFrame, outcome: Field, unit: str) -> str:
    """Return the alternative text of a panel: the best value of the dial from every era on."""
    said = [f"from {row.era} at {row.dial:g} ({words.number(row.median)})" for row in best.itertuples()]
    return f"{outcome.title}, {unit}, by openness from 0 to 1. Best {words.listed(said)}."


def openness_sheet(found: Openness) -> Sheet:
    """Return the page of the dial."""
    figures = {}
    for outcome, rows in shown_by_outcome(found):
        unit = outcome.shown
        about = (
            f"For {OUTCOMES[outcome.name]}; {unit} in the last year. "
            "From left, self-reliance, to right, dependence. Ring: best median."
        )
        figures[str(rows["outcome"].iloc[0])] = Figure(panel(rows, outcome), outcome.title, about)
    best = found.best.query("presence == @PRESENCE and measure == @MEASURE")
    eras = [str(era) for era in dict.fromkeys(best["era"])]
    reading = [
        "The dial runs from complete self-reliance (0) to complete dependence (1), turned in the year in colour. "
        "Line: median; band: "
        "half of the histories; ring: best median. Ticks at the right: history with ventures by rule.",
        "What the dial moves stands in openness.csv of the case; its ends are judgements. At half and double of "
        "the presence at which "
        "learning is half of what it can be, which nobody has measured, the best value may lie elsewhere: see "
        "the table of all curves.",
    ]
    tables = [
        Table("Best value of the dial, last year", best.drop(columns=["presence", "measure"])),
        Table("Strategies of own brands against history by rule", found.strategies),
        Table("Where history stood on the dial", found.path),
    ]
    years = f"from {words.listed(eras)}"
    return Sheet(
        "the dial of openness",
        found,
        years,
        found.sentences(),
        figures,
        reading,
        tables,
        f"How open? {found.title}",
    )
