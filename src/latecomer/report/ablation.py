"""What moved when a part was off? One small panel per series, parts as rows: a dot for the median, a bar for the 90% band."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from latecomer.report import words
from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table, banded, save_sheet
from latecomer.report.style import BLUE, GREY, INK, MUTED, house_style, layered, zero_line
from latecomer.study.headline import signed
from latecomer.vocabulary import QUANTITIES, told_in

COLUMNS, WIDTH, ROW = 3, 205, 19
FIRST, OTHER = GREY, BLUE


def told(series: str, unit: str) -> tuple[str, float, str]:
    """Return the title of a panel, the factor to the unit in which a difference is shown, and that unit."""
    field = QUANTITIES.get(series)
    return (field.title, field.factor, field.change) if field else (series, *told_in(unit))


PART_OFF = (
    "Change when the part is off, everything else and all chance kept. Dot: median; bar: 90% of the pairs.",
    "What each part is, and which switches turn it off, stands in the table. Changes of several parts do not add up.",
)


def ablation_chart(found: pd.DataFrame, title: str, about: Sequence[str] = PART_OFF) -> alt.ConcatChart:
    """Return the picture of a table of `ablate`: panels in the order of its series, the years in two shades."""
    panels = [
        titled_panel(rows, series, first_of_row=place % COLUMNS == 0)
        for place, (series, rows) in enumerate(by_series(found).items())
    ]
    lines = [f"{about[0]} {shades(found)}. {int(found['histories'].max())} pairs of histories.", *about[1:]]
    head = alt.TitleParams(title, subtitle=lines, fontSize=17, offset=16)
    chart = alt.concat(*panels, columns=COLUMNS, spacing=20).properties(title=head)
    chart.config = house_style()
    return chart


def by_series(found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each series, in the order of the table."""
    return {str(series): rows for series, rows in found.groupby("series", sort=False)}


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


def ablation_sheet(found: pd.DataFrame, title: str, manifest: Mapping[str, Any]) -> Sheet:
    """Return the page of a table of `ablate`."""
    reading = [
        "Everything else and all chance is kept: the same histories are run with and without each part. Dot: median of the "
        f"differences; bar: 90% of the pairs. {shades(found)}.",
        "A part that is off takes its interactions with all other parts along, so changes of several parts do not add up. "
        "A bar that crosses the red line has no clear sign.",
    ]
    parts = found.drop_duplicates("part")[["part", "name", "switches"]]
    tables = [*effect_tables(found, "part"), Table("What is switched off", parts)]
    return Sheet(
        "which part matters", title, "What moves when one part of the system is switched off?", years_told(found),
        largest(found, "when switching off"), figures(found, "Change when the part is off"), reading, tables, manifest, wide=True,
    )  # fmt: skip


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


def largest(found: pd.DataFrame, how: str) -> list[str]:
    """Say for every series which part or reform moves it most in the last year, and whether the sign is clear."""
    last, said = found[found["year"] == found["year"].max()], []
    for series, rows in by_series(last).items():
        rows = rows[rows["difference"].notna()]
        if rows.empty:
            continue
        title, factor, unit = told(series, str(rows["unit"].iloc[0]))
        most = rows.loc[rows["difference"].abs().idxmax()]
        clear = "" if most["low"] > 0.0 or most["high"] < 0.0 else "; no clear sign"
        middle, low, high = (signed(most[name] * factor) for name in ("difference", "low", "high"))
        band = f"{middle} {unit} ({low} to {high})"
        said.append(
            f"{title}, {most['year']}: the largest change comes {how} “{most['name']}”, {band}{clear}."
        )
    return said


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
            cells = [banded(row.difference, row.low, row.high, factor) for row in part.itertuples()]
            table[f"{title}, {unit}"] = pd.Series(cells, index=part[number])
        out.append(Table(f"{year}: median difference, 90% of pairs in brackets", table))
    return out


def save_ablation(
    found: pd.DataFrame, title: str, folder: Path, manifest: Mapping[str, Any] | None = None
) -> list[Path]:
    """Write the table as CSV, the picture as PNG and SVG, and a page that opens offline; return the files."""
    sheet = ablation_sheet(found, title, manifest or {})
    return save_sheet(sheet, ablation_chart(found, title), {"parts": found}, "parts", folder)


REFORM_MADE = (
    "Difference that the reform makes, everything else and all chance kept. Dot: median; bar: 90% of the pairs.",
)


def save_effects(
    found: pd.DataFrame, title: str, folder: Path, literature: pd.DataFrame, manifest: Mapping[str, Any] | None = None
) -> list[Path]:  # fmt: skip
    """Write the table of ready reforms, their picture and their page, in the same formats; return the files."""
    numbered = found.assign(part=found.groupby("reform", sort=False).ngroup() + 1)
    rows = numbered.rename(columns={"median": "difference", "low90": "low", "high90": "high"})
    return save_sheet(
        effects_sheet(rows, title, literature, manifest or {}), ablation_chart(rows, title, REFORM_MADE), {"reforms": found},
        "reforms", folder,
    )  # fmt: skip


def effects_sheet(
    rows: pd.DataFrame, title: str, literature: pd.DataFrame, manifest: Mapping[str, Any]
) -> Sheet:
    """Return the page of the ready reforms beside the literature."""
    tables = [*effect_tables(rows, "part"), Table("Beside the literature", literature)]
    return Sheet(
        "the ready reforms", title, "What would each ready reform have changed?", years_told(rows), largest(rows, "from"),
        figures(rows, "Difference that the reform makes"), [f"{REFORM_MADE[0]} {shades(rows)}."], tables, manifest, wide=True,
    )  # fmt: skip
