"""Who masters the technology of its cars, and where does the rest come from? Two stacked areas and a dot chart.

Sources and ways of learning are means over histories, which add up; control of makers is medians with 90% bands.
"""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from latecomer.case.span import marked, shown_from
from latecomer.report.fan import end_of_fit, years
from latecomer.report.style import BLUE, INK, MUTED, layered, tips
from latecomer.study import words
from latecomer.study.groups import short_name
from latecomer.study.summary import Summary
from latecomer.types import Setting
from latecomer.vocabulary import SERIES

HEIGHT = 290
COLUMNS = "width < 380 ? 1 : 2"  # of a legend: two of these names need so much room
ROW = 26
SOURCES = {
    "Machinery and parts": (("technology_sources", "machinery"),),
    "Licences": (("technology_sources", "licence"),),
    "Partners in the maker": (("technology_sources", "partner"),),
    "Suppliers": (("technology_sources", "suppliers"),),
    "Firms taken over": (("technology_sources", "acquisition"),),
    "Design houses": (("technology_sources", "design_house"),),
}
SOURCE_COLOURS = ("#8d98a1", "#cf6a1e", "#7a4b8a", "#2f9388", "#3a74b4", "#f0c27c")
Parts = Mapping[str, tuple[tuple[str, str], ...]]
WAYS = {
    "Suppliers at home": (("learning", "suppliers"),),
    "Joint ventures: partners, engineers who move": (("learning", "partner"), ("learning", "movers")),
    "Machinery, licences, design houses": (
        ("learning", "machinery"),
        ("learning", "licence"),
        ("learning", "design_house"),
    ),
    "Firms taken over": (("learning", "acquisition"),),
    "Own research and integration": (
        ("improvements", "absorbed"),
        ("improvements", "integrated"),
        ("improvements", "original"),
    ),
}
WAY_COLOURS = ("#2f9388", "#7a4b8a", "#8d98a1", "#3a74b4", "#d9a520")
TITLES = {
    "sources": (
        SERIES["technology_sources"].title,
        "Height: share of the technology in own-brand cars that its maker could not make alone, by where it comes from; means of "
        "histories.",
    ),
    "learning": (
        "How own brands learn",
        "Height: how much more own brands master at the end of a year, per cent, by way of learning; learning by doing left out; "
        "means of histories, weighted by output.",
    ),
    "makers_control": (
        "Who masters the technology it uses",
        "Share of used technology that a named firm masters, less for distance from the frontier: medians with 90% bands.",
    ),
}


def sources_chart(found: Summary) -> alt.LayerChart:
    """Draw the share of used technology that own brands do not master, stacked by source."""
    return stacked(
        found, SOURCES, SOURCE_COLOURS, "%", f"{SERIES['technology_sources'].title} by own brands, by source"
    )


def learning_chart(found: Summary) -> alt.LayerChart:
    """Draw what own brands come to master in a year, stacked by way of learning."""
    return stacked(found, WAYS, WAY_COLOURS, ".1%", "What own brands come to master in a year, by way")


def stacked(found: Summary, parts: Parts, tones: Sequence[str], form: str, told: str) -> alt.LayerChart:
    """Draw parts of series as areas that add up, from bottom to top; `parts` has the series and indices that each sums."""
    table = part_table(found, parts)
    order = list(parts)
    first = shown_from(found.case.setting.looks("control_from")[0], found.years)
    scale = alt.Scale(domain=[first, int(found.years[-1])], nice=False, zero=False)
    x = alt.X("year:Q", scale=scale, axis=alt.Axis(format="d", title=None, grid=False, tickCount=8))
    y = alt.Y("top:Q", title=None, axis=alt.Axis(format=form, tickCount=5))
    colours = alt.Scale(domain=order, range=list(tones))
    legend = alt.Legend(title=None, orient="bottom", columns=alt.expr(COLUMNS), symbolType="square")
    fill = alt.Color("part:N", scale=colours, sort=order, legend=legend)
    base = alt.Chart(years(table))
    areas = base.mark_area(clip=True).encode(x=x, y=y, y2=alt.Y2("bottom:Q"), color=fill)
    shown = tips(year="Year", part="Source", text="Mean")
    cells = base.mark_rect(opacity=0, clip=True).properties(name="reader")
    reader = cells.encode(
        x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"), y=y, y2=alt.Y2("bottom:Q"), tooltip=shown
    )
    return layered(
        [areas, *end_of_fit(found), reader], HEIGHT, describe_parts(table, told, found.case.setting)
    )


def part_table(found: Summary, parts: Parts) -> pd.DataFrame:
    """Return year, part, value (mean over histories), the edges of its layer and text, from where it is drawn on."""
    table = found.layers(parts, found.case.setting.looks("control_from")[0])
    return table.assign(text=[words.quantity(value, "share") for value in table["value"]])


def describe_parts(table: pd.DataFrame, told: str, setting: Setting) -> str:
    """Return the alternative text of stacked areas: the largest parts of the marked years."""
    said = []
    for year in marked(setting.looks("control"), table["year"].unique()):
        rows = table[table["year"] == year].nlargest(2, "value")
        if len(rows):
            said.append(f"{year}: {words.listed([f'{r.part} {r.text}' for r in rows.itertuples()])}")
    return f"{told}, means of histories. Largest in {'; '.join(said)}."


def makers_chart(found: Summary) -> alt.LayerChart:
    """Draw the core control of the named firms in two years, one row a firm, the most in control on top."""
    table = maker_table(found)
    order = list(table[table["year"] == table["year"].max()].sort_values("median", ascending=False)["firm"])
    shades = alt.Scale(domain=sorted(table["period"].unique()), range=["#9aa5ad", BLUE])
    legend = alt.Legend(title=None, orient="top")
    colour = alt.Color("period:N", scale=shades, legend=legend)
    y = alt.Y("firm:N", sort=order, title=None, axis=alt.Axis(labelColor=INK, grid=False))
    offset = alt.YOffset("period:N", scale=alt.Scale(paddingOuter=0.6))
    axis = alt.Axis(format="%", tickCount=5)
    x = alt.X("median:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=axis)
    base = alt.Chart(table)
    bands = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X("low:Q", title=None), x2=alt.X2("high:Q"), y=y, yOffset=offset, color=colour
    )
    shown = tips(firm="Firm", year="Year", text="Control, median", band="90% of histories")
    dots = base.mark_circle(size=62, opacity=1).encode(x=x, y=y, yOffset=offset, color=colour, tooltip=shown)
    known = table.groupby("firm")["text"].agg("".join)
    missing = pd.DataFrame({"firm": known.index[known == ""], "note": "not in business in these years"})
    marks = (
        alt.Chart(missing)
        .mark_text(align="left", color=MUTED)
        .encode(x=alt.value(4), y=y, text=alt.Text("note:N"))
    )
    return layered([bands, dots, marks], ROW * len(order) + 20, describe_makers(table))


def maker_table(found: Summary) -> pd.DataFrame:
    """Return firm, year, median, low and high (90%) of core control in histories where the firm lives; blank where in none."""
    rows = []
    for maker in found.case.named_makers:
        for year in marked(found.case.setting.looks("control"), found.years):
            row = {
                "firm": short_name(found.case, maker),
                "year": year,
                "period": str(year),
                "text": "",
                "band": "",
            }
            if (living := found.living("maker_control", maker, year)) is not None:
                low, median, high = living
                row |= {"low": low, "median": median, "high": high}
                row |= {"text": words.quantity(median, "share"), "band": words.span(low, high, "share")}
            rows.append(row)
    return pd.DataFrame(rows, columns=["firm", "year", "period", "low", "median", "high", "text", "band"])


def describe_makers(table: pd.DataFrame) -> str:
    """Return the alternative text of the dot chart: control of every firm in the last year drawn."""
    last = table[(table["year"] == table["year"].max()) & (table["text"] != "")]
    named = [f"{row.firm} {row.text}" for row in last.sort_values("median", ascending=False).itertuples()]
    return f"Share of used technology that named firms master, medians. In {table['year'].max()}: {words.listed(named)}."
