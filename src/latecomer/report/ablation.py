"""What moved when a part was off? One small panel per series, parts as rows: a dot for the median, a bar for the 90% band."""

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

from latecomer.report import words
from latecomer.report.figures import png, svg, vegalite_version
from latecomer.report.style import BLUE, INK, MUTED, RED, house_style

TITLES = {
    "own_brand_share": ("Own brands in cars made", 100.0, "points"),
    "own_brand_home_share": ("Own brands at home", 100.0, "points"),
    "own_brand_export_share": ("Own brands in exports", 100.0, "points"),
    "vehicles": ("Vehicles made", 1e-6, "million"),
    "passenger_cars": ("Cars made", 1e-6, "million"),
    "quality_gap": ("Quality gap to ventures", 1.0, "problems per 100 cars"),
    "core_control": ("Control of core technology", 100.0, "points"),
    "new_energy_share": ("Plug-in cars in cars made", 100.0, "points"),
    "vehicle_exports": ("Vehicles exported", 1e-6, "million"),
    "home_sales": ("Cars sold at home", 1e-6, "million"),
    "average_price": ("Average price of a car", 1e-3, "thousand CNY of 2010"),
    "consumer_surplus": ("Surplus of buyers", 1.0, "billion CNY of 2010"),
    "profit": ("Profit of makers", 1.0, "billion CNY of 2010"),
    "research": ("Research of makers", 1.0, "billion CNY of 2010"),
    "public_balance": ("Taxes on cars less public outlay", 1.0, "billion CNY of 2010"),
    "great": ("Great", 1.0, "index points"),
    "strong": ("Strong", 1.0, "index points"),
}
SHARE, COUNT = (100.0, "points"), (1e-6, "million")
COLUMNS, WIDTH, ROW = 3, 205, 19
FIRST, OTHER = "#8d98a1", BLUE


def told(series: str, unit: str) -> tuple[str, float, str]:
    """Return the title of a panel, the factor to the unit shown, and that unit."""
    if series in TITLES:
        return TITLES[series]
    factor, shown = SHARE if unit.startswith("share") else COUNT if unit == "vehicles" else (1.0, unit)
    return series.replace("_", " ").capitalize(), factor, shown


PART_OFF = (
    "Change when the part is off, everything else and all chance kept. Dot: median; bar: 90% of the pairs.",
    "What each part is, and which switches turn it off, stands in the table. Changes of several parts do not add up.",
)


def ablation_chart(found: pd.DataFrame, title: str, about: Sequence[str] = PART_OFF) -> alt.ConcatChart:
    """Return the picture of a table of `ablate`: panels in the order of its series, the years in two shades."""
    panels = []
    for place, series in enumerate(dict.fromkeys(found["series"])):
        rows = found[found["series"] == series]
        panels.append(panel(rows, series, first_of_row=place % COLUMNS == 0))
    years = sorted(found["year"].unique())
    shades = "; ".join(f"{shade}: {year}" for year, shade in zip(years, shade_names(years), strict=True))
    pairs = int(found["histories"].max())
    lines = [f"{about[0]} {shades[:1].upper()}{shades[1:]}. {pairs} pairs of histories.", *about[1:]]
    head = alt.TitleParams(title, subtitle=lines, fontSize=17, offset=16)
    chart = alt.concat(*panels, columns=COLUMNS, spacing=20).properties(title=head)
    chart.config = house_style()
    return chart


def shade_names(years: list[int]) -> list[str]:
    """Return how the legend names the colour of each year."""
    return ["grey" if place < len(years) - 1 else "blue" for place, _ in enumerate(years)]


def panel(rows: pd.DataFrame, series: str, first_of_row: bool) -> alt.LayerChart:
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
    labels = alt.Axis(labelLimit=290, labelColor=INK) if first_of_row else None
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
    zero = (
        alt.Chart(pd.DataFrame({"at": [0.0]}))
        .mark_rule(color=RED, strokeWidth=1)
        .encode(x=alt.X("at:Q", title=unit))
    )
    chart = alt.LayerChart(layer=[zero, bars, dots])
    size = {"width": WIDTH, "height": ROW * len(order)}
    return chart.properties(title=alt.TitleParams(title, fontSize=13, color=MUTED), **size)


def save_ablation(found: pd.DataFrame, title: str, folder: Path) -> list[Path]:
    """Write the table as CSV and the picture as PNG, SVG and an HTML page that opens offline; return the files."""
    return saved(found, ablation_chart(found, title), "parts", folder)


def save_effects(found: pd.DataFrame, title: str, folder: Path) -> list[Path]:
    """Write the table of ready reforms and their picture, in the same formats; return the files."""
    numbered = found.assign(part=found.groupby("reform", sort=False).ngroup() + 1)
    rows = numbered.rename(columns={"median": "difference", "low90": "low", "high90": "high"})
    lines = [
        "Difference that the reform makes, everything else and all chance kept. Dot: median; bar: 90% of the pairs."
    ]
    return saved(found, ablation_chart(rows, title, lines), "reforms", folder)


def saved(table: pd.DataFrame, chart: alt.ConcatChart, stem: str, folder: Path) -> list[Path]:
    """Write a table as CSV and a chart as PNG, SVG and an HTML page that opens offline; return the files."""
    spec = chart.to_dict()
    files = [folder / f"{stem}.{kind}" for kind in ("csv", "png", "svg", "html")]
    table.to_csv(files[0], index=False, lineterminator="\n")
    files[1].write_bytes(png(spec))
    files[2].write_text(svg(spec), encoding="utf-8")
    files[3].write_text(offline_page(spec), encoding="utf-8", newline="\n")
    return files


def offline_page(spec: dict) -> str:
    """Return a chart as one HTML page with everything it needs inside."""
    return vl_convert.vegalite_to_html(spec, vl_version=vegalite_version(), bundle=True)
