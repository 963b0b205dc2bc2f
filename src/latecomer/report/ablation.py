"""What moved when a part was off? One small panel per series, parts as rows: a dot for the median, a bar for the 90% band."""

import altair as alt
import pandas as pd

from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table
from latecomer.report.style import BLUE, GREY, INK, MUTED, house_style, layered, zero_line
from latecomer.study import words
from latecomer.study.ablate import Ablation, by_series
from latecomer.study.gallery import Gallery
from latecomer.study.words import told

COLUMNS, WIDTH, ROW = 3, 205, 19
FIRST, OTHER = GREY, BLUE


REFORM_MADE = (
    "Difference that the reform makes, everything else and all chance kept. Dot: median; bar: 90% of the pairs.",
)
PART_OFF = (
    "Change when the part is off, everything else and all chance kept. Dot: median; bar: 90% of the pairs.",
    "What each part is, and which switches turn it off, stands in the table. Changes of several parts do not add up.",
)


def ablation_chart(found: Ablation | Gallery) -> alt.ConcatChart:
    """Return the picture of what parts or reforms do: panels in the order of the series, the years in two shades."""
    rows, about = rows_of(found), PART_OFF if isinstance(found, Ablation) else REFORM_MADE
    panels = [
        titled_panel(part, series, first_of_row=place % COLUMNS == 0)
        for place, (series, part) in enumerate(by_series(rows).items())
    ]
    lines = [f"{about[0]} {shades(rows)}. {int(rows['histories'].max())} pairs of histories.", *about[1:]]
    head = alt.TitleParams(found.title, subtitle=lines, fontSize=17, offset=16)
    chart = alt.concat(*panels, columns=COLUMNS, spacing=20).properties(title=head)
    chart.config = house_style()
    return chart


def rows_of(found: Ablation | Gallery) -> pd.DataFrame:
    """Return what is drawn, a row for each part, series and year."""
    return found.table if isinstance(found, Ablation) else found.numbered


def shades(found: pd.DataFrame) -> str:
    """Say which colour is which year: `Grey: 2010; blue: 2025`."""
    years = sorted(found["year"].unique())
    named = "; ".join(f"{shade}: {year}" for year, shade in zip(years, shade_names(years), strict=True))
    return f"{named[:1].upper()}{named[1:]}"


def shade_names(years: list[int]) -> list[str]:
    """Return how the legend names the colour of each year."""
    return ["grey" if place < len(years) - 1 else "blue" for place, _ in enumerate(years)]


def titled_panel(rows: pd.DataFrame, series: str, first_of_row: bool) -> alt.LayerChart:
    """Return one panel of a picture, with title and width; only the first of a row names the parts."""
    title = told(series, str(rows["unit"].iloc[0]))[0]
    return panel(rows, series, first_of_row).properties(
        title=alt.TitleParams(title, fontSize=13, color=MUTED), width=WIDTH
    )


def panel(rows: pd.DataFrame, series: str, named: bool = True) -> alt.LayerChart:
    """Return one panel: a zero line, and for each part a band and a dot a year."""
    title, factor, unit = told(series, str(rows["unit"].iloc[0]))
    order = [
        f"{row.part}  {row.name}"
        for row in rows.drop_duplicates("part")[["part", "name"]].itertuples(index=False)
    ]
    data = pd.DataFrame(
        {
            "label": [f"{part}  {name}" for part, name in zip(rows["part"], rows["name"], strict=True)],
            "year": rows["year"].astype(str),
            **{name: rows[name] * factor for name in ("difference", "low", "high")},
        }
    )
    data = data[data["difference"].notna()]
    data["band"] = [
        f"{words.number(row.difference)} ({words.number(row.low)} to {words.number(row.high)})"
        for row in data.itertuples()
    ]
    years = sorted({str(year) for year in rows["year"]})
    colours = alt.Scale(domain=years, range=[*[FIRST] * (len(years) - 1), OTHER])
    labels = alt.Axis(labelLimit=360, labelColor=INK) if named else None
    y = alt.Y("label:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=labels)
    base = alt.Chart(data).encode(
        y=y, yOffset=alt.YOffset("year:N", sort=years), color=alt.Color("year:N", scale=colours, legend=None),
        tooltip=[alt.Tooltip("label:N", title="Part"), alt.Tooltip("year:N", title="Year"), alt.Tooltip("band:N", title=unit)],
    )  # fmt: skip
    across = alt.Axis(tickCount=5, format=",~r", grid=True)
    bars = base.mark_rule(strokeWidth=3.2, opacity=0.45).encode(
        x=alt.X("low:Q", title=unit, axis=across), x2=alt.X2("high:Q")
    )
    dots = base.mark_circle(size=34, opacity=1).encode(x=alt.X("difference:Q", title=unit, axis=across))
    zero = zero_line(alt.X("at:Q", title=unit))
    return layered([zero, bars, dots], ROW * len(order), describe(data, title, unit))


def describe(data: pd.DataFrame, title: str, unit: str) -> str:
    """Return the alternative text of a panel: what moves it most in its last year."""
    last = data[data["year"] == data["year"].max()]
    if last.empty:
        return f"{title}: nothing to compare."
    most = last.loc[last["difference"].abs().idxmax()]
    return f"{title}, change in {most['year']}, {unit}. Largest: {most['label'].split('  ', 1)[1]}, {most['band']}."


def ablation_sheet(found: Ablation) -> Sheet:
    """Return the page of what parts do."""
    table = found.table
    reading = [
        "Everything else and all chance is kept: the same histories are run with and without each part. Dot: median of the "
        f"differences; bar: 90% of the pairs. {shades(table)}.",
        "A part that is off takes its interactions with all other parts along, so changes of several parts do not add up. "
        "A bar that crosses the red line has no clear sign.",
    ]
    parts = table.drop_duplicates("part")[["part", "name", "switches"]]
    tables = [*effect_tables(table, "part"), Table("What is switched off", parts)]
    drawn = figures(table, "Change when the part is off")
    return Sheet(
        "which part matters", found, years_told(table), found.sentences(), drawn, reading, tables, wide=True
    )


def figures(found: pd.DataFrame, what: str) -> dict[str, Figure]:
    """Return one figure for each series, parts as rows."""
    out = {}
    for series, rows in by_series(found).items():
        title, _, unit = told(series, str(rows["unit"].iloc[0]))
        out[series] = Figure(
            panel(rows, series), title, f"{what}, {unit}. {shades(found)}. Dot: median; bar: 90% of pairs."
        )
    return out


def years_told(found: pd.DataFrame) -> str:
    """Return the years that are compared."""
    return words.listed([str(year) for year in sorted(found["year"].unique())])


def effect_tables(found: pd.DataFrame, number: str) -> list[Table]:
    """Return one table a year: parts as rows, series as columns, each cell a median with its 90% band."""
    out = []
    for year, rows in found.groupby("year"):
        table = (
            rows.drop_duplicates(number)[["name"]]
            .rename(columns={"name": "Name"})
            .set_index(rows[number].drop_duplicates())
        )
        for series, part in by_series(rows).items():
            title, factor, unit = told(series, str(part["unit"].iloc[0]))
            cells = [words.banded(row.difference, row.low, row.high, factor) for row in part.itertuples()]
            table[f"{title}, {unit}"] = pd.Series(cells, index=part[number])
        out.append(Table(f"{year}: median difference, 90% of pairs in brackets", table))
    return out


def gallery_sheet(found: Gallery) -> Sheet:
    """Return the page of the ready reforms beside the literature."""
    rows = found.numbered
    tables = [*effect_tables(rows, "part"), Table("Beside the literature", found.literature)]
    drawn = figures(rows, "Difference that the reform makes")
    reading = [f"{REFORM_MADE[0]} {shades(rows)}."]
    return Sheet(
        "the ready reforms", found, years_told(rows), found.sentences(), drawn, reading, tables, wide=True
    )
