"""How is a band of histories drawn over the record? Fan charts of series, small ones of firms.

Median, 50% and 90% bands, year by year, under the recorded points; the years after the fit are shaded. Shapes carry the grade
of a recorded value; it is hollow where no source was located.
"""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from latecomer.axes import SEGMENTS
from latecomer.record import SERIES
from latecomer.report.style import BLACK, BLUE, INK, PAPER, RED, SHADE, above_frame, layered, tips
from latecomer.study import words
from latecomer.study.bands import FAN
from latecomer.study.evidence import source_text
from latecomer.study.summary import Summary
from latecomer.types import Setting

GRADES = ("reported", "derived", "estimated", "unsourced", "assumption")
SHAPES = ("circle", "diamond", "triangle-up", "circle", "cross")
HOLLOW = ("unsourced", "assumption")
STEPS = "Equal steps are equal factors."
HEIGHT = 290
SMALL_HEIGHT = 170
SMALL, LARGE, MANY = 22, 44, 25  # sizes of points; many points are drawn small, so that bands are seen
SEGMENT_NAMES = {
    "minibus": "Minibuses", "economy": "Economy cars", "mainstream": "Mainstream cars",
    "suv": "Sport-utility and multi-purpose cars", "premium": "Premium cars",
}  # fmt: skip


@dataclass(frozen=True)
class Fan:
    """A fan chart: the series it draws, what a number means, its vertical scale, its first year (0: where it moves).

    `own_title` stands where the title is not that of the series; `full` draws a share over all of its range, so that panels side
    by side can be compared.
    """

    series: str
    about: str
    own_title: str = ""
    index: str = ""
    log: bool = False
    first: int = 0
    full: bool = False

    @property
    def title(self) -> str:
        return self.own_title or SERIES[self.series].title


SHARE_OF = "Of 100 passenger cars"
ALL_FANS = (
    Fan("vehicles", f"Cars, trucks and buses made in a year. {STEPS}", log=True),
    Fan(
        "passenger_cars",
        f"Made in a year, minibuses and exports included. {STEPS}",
        log=True,
    ),
    Fan(
        "sedans",
        "Sedans and hatchbacks made in a year: no minibuses, no sport-utility vehicles.",
    ),
    Fan(
        "commercial_vehicles",
        "Made in a year; minibuses are counted as passenger cars.",
    ),
    Fan(
        "own_brand_share",
        f"{SHARE_OF} made, those of a brand owned at home. The headline share: exports count.",
    ),
    Fan(
        "own_brand_home_share",
        f"{SHARE_OF} made and sold at home, those of own brands; exports and imports left out.",
    ),
    Fan(
        "own_brand_export_share",
        f"{SHARE_OF} exported, those of own brands. No source prints this share.",
    ),
    Fan(
        "new_energy_share",
        f"{SHARE_OF} made, battery cars and plug-in hybrids.",
    ),
    Fan(
        "vehicle_exports",
        f"Cars, trucks and buses exported in a year. {STEPS}",
        log=True,
    ),
    Fan(
        "average_price",
        "What a buyer pays on average, CNY of 2010, taxes included, minibuses left out.",
    ),
    Fan(
        "price_index",
        f"Price of the same car, chained from year to year; 0.5 is half of the first price. {STEPS}",
        log=True,
    ),
    Fan(
        "core_control",
        "Share of used technology that own brands master, less for distance from the frontier and for "
        "venture output.",
    ),
    Fan(
        "quality_gap",
        "Initial problems per 100 cars, own brands less joint ventures: 0 is equal quality, lower is better.",
    ),
    Fan("top3_share", "Of 100 vehicles made, those of the three largest groups."),
)
FANS = {fan.series: fan for fan in ALL_FANS}
SEGMENT_FANS = {
    f"segment_{name}": Fan("segment_sales", "Made in a year.", SEGMENT_NAMES.get(name, name), name)
    for name in SEGMENTS
}


def recent_fans(setting: Setting) -> dict[str, Fan]:
    """Return the fans drawn from a year of the case on, with equal steps for equal numbers."""
    first = setting.looks("volume_from")[0]
    about = "Vehicles made in a year; equal steps are equal numbers."
    return {"vehicles_recent": Fan("vehicles", about, "The same, recent years", first=first)}


def fan_chart(found: Summary, spec: Fan, since: int = 0) -> alt.LayerChart:
    """Draw median, 50% and 90% bands of a series, from year `since` on, over its recorded points."""
    unit = SERIES[spec.series].unit
    seen = found.fan(spec.series, spec.index)
    told = found.points(spec.series, spec.index)
    told["source"] = [source_text(found.case, name) for name in told["source_id"]]
    told["use"] = np.where(told["sample"] == "fit", "used in the fit", "not used in the fit")
    seen, told = seen[seen["year"] >= max(spec.first, since)], told[told["year"] >= spec.first]
    layers = fan_layers(seen, unit, spec.log, found, told, full=spec.full, start=spec.first)
    return layered(layers, HEIGHT, describe_fan(spec.title, seen, told, unit))


def firm_chart(found: Summary, maker: str, first: int) -> alt.LayerChart:
    """Draw from year `first` a group's volume with bands, and its head's own passenger cars, over what is recorded."""
    case = found.case
    seen = found.group_fan(maker)
    told = found.firm_points(maker)
    told["source"] = [source_text(case, name) for name in told["source_id"]]
    told["use"] = "not used in the fit"
    group, own = told[told["kind"] == "group"], told[told["kind"] == "own"]
    layers = fan_layers(seen[seen["year"] >= first], "vehicles", False, found, group, first)
    x = year_axis(found, first)
    cars = found.fan("maker_sales", maker)
    if not cars.empty:
        line = alt.Chart(cars[["year", "median"]])
        line = line.mark_line(color=RED, strokeWidth=1.4, strokeDash=[4, 2], clip=True)
        layers.append(line.encode(x=x, y=alt.Y("median:Q", title=None)))
    if not own.empty:
        layers.append(_points(own, "vehicles", RED, SMALL, x))
    name = case.labels.maker_names[case.labels.makers.index(maker)]
    told_of = describe_fan(f"{name}, ventures included", seen, group, "vehicles")
    return layered(layers, SMALL_HEIGHT, told_of).resolve_scale(fill="independent", stroke="independent")


def fan_layers(
    seen: pd.DataFrame, unit: str, log: bool, found: Summary, told: pd.DataFrame, first: int | None = None, full: bool = False,
    start: int = 0,
) -> list[alt.Chart]:  # fmt: skip
    """Return the layers of a fan: shaded years, bands, a strip for reading values, recorded points, and over them the median.

    A year `first` makes it a small panel that starts there; `full` draws a share from 0 to 100%, and `start` sets the first
    year of a large one.
    """
    small = first is not None
    floor = _floor(seen, told) if log else -np.inf
    drawn = _drawn(seen, floor, unit)
    x = year_axis(found, first or start or first_year(found, drawn, told))
    y = _y(unit, log, floor, drawn, told, small)
    if full:
        y["scale"] = alt.Scale(domain=[0.0, 1.0], nice=False)
    base = alt.Chart(drawn)
    layers = shading(found, small)
    for low, high, opacity in (("low90", "high90", 0.18), ("low50", "high50", 0.30)):
        band = base.mark_area(color=BLUE, opacity=opacity, clip=True)
        layers.append(band.encode(x=x, y=alt.Y(f"at_{low}:Q", **y), y2=alt.Y2(f"at_{high}:Q")))
    layers.append(_reader(base))
    if not told.empty:
        layers.append(
            _points(told, unit, BLACK, SMALL if small or len(told) > MANY else LARGE, x, legend=not small)
        )
    median = alt.Y("at_median:Q", **y)
    edge = base.mark_line(color=PAPER, strokeWidth=3.4 if small else 4.4, opacity=0.6, clip=True)
    line = base.mark_line(color=BLUE, strokeWidth=1.6 if small else 2.2, clip=True)
    return [*layers, *([] if told.empty else [edge.encode(x=x, y=median)]), line.encode(x=x, y=median)]


def _drawn(seen: pd.DataFrame, floor: float, unit: str) -> pd.DataFrame:
    """Return a fan with positions held above the floor of the scale, and with its values as text."""
    drawn = years(seen[seen["high90"] >= floor])
    for column in FAN:
        drawn[f"at_{column}"] = drawn[column].clip(lower=floor)
    drawn["text"] = [words.quantity(value, unit) for value in drawn["median"]]
    for level in ("50", "90"):
        ends = zip(drawn[f"low{level}"], drawn[f"high{level}"], strict=True)
        drawn[f"text{level}"] = [words.span(low, high, unit) for low, high in ends]
    return drawn


def _reader(base: alt.Chart) -> alt.Chart:
    """Return an unseen strip over each year that shows the simulated values under the pointer."""
    shown = tips(year="Year", text="Simulated, median", text50="50% of histories", text90="90% of histories")
    strip = base.mark_rect(opacity=0, clip=True)
    return strip.encode(x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"), tooltip=shown).properties(
        name="reader"
    )


def _points(
    told: pd.DataFrame, unit: str, colour: str, size: int, x: alt.X, legend: bool = False
) -> alt.Chart:
    """Return recorded points: filled where a source reports, derives or estimates them, hollow where none is located."""
    told = told.assign(text=[words.quantity(value, unit) for value in told["recorded"]])
    present = [grade for grade in GRADES if grade in set(told["grade"])]
    key = alt.Legend(values=present, orient="bottom", symbolStrokeWidth=1.1) if legend else None
    fills = [PAPER if grade in HOLLOW else colour for grade in GRADES]
    shape, fill, stroke = (
        channel("grade:N", scale=alt.Scale(domain=list(GRADES), range=list(marks)), legend=key)
        for channel, marks in ((alt.Shape, SHAPES), (alt.Fill, fills), (alt.Stroke, [colour] * len(GRADES)))
    )
    shown = tips(year="Year", text="Recorded", source="Source", grade="Grade", use="Sample")
    base = alt.Chart(told[["year", "recorded", "text", "grade", "source", "use"]])
    marks = base.mark_point(size=size, strokeWidth=1.1, opacity=1)
    y = alt.Y("recorded:Q", title=None)
    return marks.encode(x=x, y=y, shape=shape, fill=fill, stroke=stroke, tooltip=shown)


def years(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the edges of each year, for strips."""
    return table.assign(**{"from": table["year"] - 0.5, "to": table["year"] + 0.5})


def first_year(found: Summary, *parts: pd.DataFrame) -> int:
    """Return the first year with anything to show, rounded down to five, not before the first year of the run."""
    firsts = [int(part["year"].min()) for part in parts if len(part)]
    return max(int(found.years[0]), 5 * (min(firsts, default=int(found.years[0])) // 5))


def year_axis(found: Summary, first: int) -> alt.X:
    """Return the axis of years from the first to the last, with half a year to spare at both ends."""
    last = int(found.years[-1])
    step = 5 if last - first <= 25 else 10 if last - first <= 50 else 20
    values = [year for year in range(first, last + 1) if year % step == 0]
    scale = alt.Scale(domain=[first - 0.5, last + 0.5], nice=False, zero=False)
    return alt.X("year:Q", scale=scale, axis=alt.Axis(format="d", title=None, grid=False, values=values))


def _y(
    unit: str, log: bool, floor: float, drawn: pd.DataFrame, told: pd.DataFrame, small: bool
) -> dict[str, Any]:
    """Return title, scale and labels of the vertical axis for values of this unit."""
    top = max([10.0 * floor if log else 0.0, *drawn["high90"], *told["recorded"]])
    labels = "format(datum.value, '~g')"
    if unit.startswith("share"):
        labels = "format(datum.value, '.0%')" if top > 0.05 else "format(datum.value, '.1%')"
    elif unit in words.COUNTS:
        large = "' m'" if small else "' million'"
        labels = f"datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + {large} : format(datum.value, ',d')"
    elif unit == "CNY of 2010":
        labels = "format(datum.value, ',d')"
    if log:
        steps = (1.0,) if top > 200.0 * floor else (1.0, 2.0, 5.0)
        decades = range(int(np.floor(np.log10(floor))), int(np.ceil(np.log10(top))) + 1)
        values = [step * 10.0**k for k in decades for step in steps if floor <= step * 10.0**k <= top * 1.25]
        axis = alt.Axis(title=None, labelExpr=labels, values=values)
        return {"scale": alt.Scale(type="log", domain=[floor, top * 1.25], nice=False), "axis": axis}
    bottom = min([0.0, *drawn["low90"], *told["recorded"]])
    scale = alt.Scale(domain=[float(bottom), float(top * 1.08) or 1.0], nice=False, zero=True)
    return {"scale": scale, "axis": alt.Axis(title=None, labelExpr=labels, tickCount=3 if small else 5)}


def _floor(seen: pd.DataFrame, told: pd.DataFrame) -> float:
    """Return where a logarithmic scale begins: the step of 1, 2 or 5 below the least value, four decades under the peak at most.

    A scale of more than two decades begins with a power of ten.
    """
    least = [seen["high90"].max() * 1e-4, seen.loc[seen["median"] > 0, "median"].max(), *told["recorded"]]
    if seen["median"].min() > 0:
        least[0] = max(least[0], seen["low90"].min())
    low = min((value for value in least if value > 0), default=1.0)
    decade = float(10.0 ** np.floor(np.log10(low)))
    if max([low, *seen["high90"], *told["recorded"]]) > 100.0 * low:
        return decade
    return max(step * decade for step in (1.0, 2.0, 5.0) if step * decade <= low)


def shading(found: Summary, small: bool = False) -> list[alt.Chart]:
    """Return the shaded years after the fit and, in a large panel, their name above the frame."""
    if found.years[-1] <= found.case.setting.sample_end:
        return []
    data = pd.DataFrame({"from": [found.case.setting.sample_end + 0.5], "to": [int(found.years[-1]) + 0.5]})
    shade = (
        alt.Chart(data)
        .mark_rect(color=SHADE, clip=True)
        .encode(x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"))
    )
    return [shade] if small else [shade, above_frame(data, "conditional forecast", alt.X("to:Q", title=None))]


def end_of_fit(found: Summary) -> list[alt.Chart]:
    """Return a rule at the last year that the fit may use, and the name of the years after it."""
    if found.years[-1] <= found.case.setting.sample_end:
        return []
    data = pd.DataFrame({"year": [found.case.setting.sample_end + 0.5], "to": [int(found.years[-1])]})
    rule = alt.Chart(data).mark_rule(color=INK, strokeDash=[3, 3], strokeWidth=1)
    return [
        rule.encode(x=alt.X("year:Q", title=None)),
        above_frame(data, "conditional forecast", alt.X("to:Q", title=None)),
    ]


def describe_fan(title: str, seen: pd.DataFrame, told: pd.DataFrame, unit: str) -> str:
    """Return the alternative text of a fan chart: where it starts, where it ends, and what is recorded last."""
    if seen.empty:
        return f"{title}: nothing simulated."
    first, last = seen.iloc[0], seen.iloc[-1]
    ends = [f"{words.quantity(one['median'], unit)} in {one['year']:.0f}" for one in (first, last)]
    band = words.span(last["low90"], last["high90"], unit)
    text = f"{title}. Simulated median {ends[0]} and {ends[1]} (90% band {band})"
    if told.empty:
        return f"{text}. Nothing recorded."
    known = told.sort_values("year").iloc[[0, -1]]
    facts = [f"{words.quantity(row.recorded, unit)} in {row.year}" for row in known.itertuples()]
    return f"{text}. Recorded: {words.listed(list(dict.fromkeys(facts)))}; {len(told)} recorded years."
