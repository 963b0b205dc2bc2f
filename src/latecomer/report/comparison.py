"""How is a comparison shown? One HTML page that opens offline: the answer, effects by year, how, for whom, at what cost.

It draws and prints what `study.compare` found, with the style, scripts and security
policy of the report of a run.
"""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from latecomer.case.span import marked
from latecomer.record import SERIES, Index
from latecomer.report import trust
from latecomer.report.figures import png, svg
from latecomer.report.layout import Figure, citation, render
from latecomer.report.power import GREAT_TITLE, STRONG_TITLE, arrow_head, power_axis, power_scale
from latecomer.report.style import BLUE, GREY, INK, MUTED, SHADE, layered, specified, unchecked, zero_line
from latecomer.study import words
from latecomer.study.bands import FAN
from latecomer.study.channels import channel_sentences
from latecomer.study.compare import Comparison
from latecomer.study.firms import (
    CHOSEN,
    FIRM_SERIES,
    RIVAL,
    chosen_makers,
    firm_effects,
    gains_of_makers,
    name_of,
)
from latecomer.study.growth import MODES, TOTAL
from latecomer.study.headline import (
    OF_MAKER,
    Course,
    courses,
    headline_years,
    import_share,
    permits_told,
    share_told,
)
from latecomer.study.literature import RULE
from latecomer.study.paired import sure
from latecomer.study.pairs import Effect, named
from latecomer.study.words import told
from latecomer.study.worth import Worth
from latecomer.vocabulary import QUANTITIES, told_in

EFFECTS = (
    "own_brand_share", "own_brand_home_share", "vehicles", "vehicle_exports", "imports", "quality_gap",
    "core_control", "new_energy_share",
    "average_price", "consumer_surplus", "public_balance", "great", "strong",
)  # fmt: skip
SIDES = ("own_brand_share", "vehicles", "vehicle_exports", "new_energy_share")
CARDS = ("own_brand_share", "vehicles", "strong", "great")
TABLE = (*EFFECTS, "own_brand_export_share", "passenger_cars", "home_sales", "profit", "research")
HEIGHT, BEFORE, SHOWN_FIRMS, DRAWN_FIRMS = 220, 3, 16, 3
PLANE_WIDE = 2.5
SHOWN_WHOLE = 0.8  # share of bars that are not cut
PICTURE, LINE = 560, 96  # width of a figure that is saved, and letters of its caption to a line


def save_pictures(found: Comparison, folder: Path) -> list[Path]:
    """Write every figure as PNG and SVG into a folder that is there; return the files."""
    written = []
    for name, figure in charts(found).items():
        head = alt.TitleParams(figure.title, subtitle=[found.name, *wrap(figure.about, LINE)])
        spec = specified(figure.chart.properties(width=PICTURE, title=head))
        for kind, data in (("png", png(spec)), ("svg", svg(spec).encode())):
            written.append(folder / f"{name}.{kind}")
            written[-1].write_bytes(data)
    return written


def page(found: Comparison) -> str:
    """Return the report of a comparison as HTML; what was published stands in it for the questions of a ready reform."""
    with unchecked():
        figures = charts(found)
    gains = found.gains
    since = found.years[0] if found.since is None else found.since
    compared = marked(found.case.setting.looks("compared"), found.years)
    shown_years = sorted({*(y for y in compared if y >= since), *headline_years(found)})
    asked = [
        {"name": str(reform), "name_local": reform.name_local, "note": reform.note, "rows": mine}
        for reform, mine in zip(found.reforms, found.changed, strict=True)
    ]
    return render(
        "comparison.html.jinja", figures, setting=found.case.setting,
        name=found.name, name_local=" + ".join(reform.name_local for reform in found.reforms if reform.name_local),
        title=found.case.title, since=found.since, free_since=found.free_since, pairs=len(found.histories),
        manifest=found.reformed.manifest, asked=asked, cards=cards(found), sentences=found.sentences(),
        training_end=found.case.setting.sample_end,
        effect_names=[f"effect_{name}" for name in EFFECTS], side_names=[f"side_{name}" for name in SIDES],
        channels=[*channel_sentences(found), *permits_told(found)], worth=gains, money=money_rows(gains),
        bought=money_sentences(found), firms=firm_table(found, shown_years),
        firm_names=list(firm_charts(found)), trust=trust.sentences(found.sides[0].errors, found.case.setting.sample_end),
        rule=RULE,
        growth=growth_rows(found), literature=found.literature.to_dict("records"),
        marked=shown_years, table=table_rows(found, shown_years), pairing=pairing(found), command=command(found),
        makers=maker_rows(found), regions=region_rows(found, gains), cited=citation(),
    )  # fmt: skip


def charts(found: Comparison) -> dict[str, Figure]:
    """Return every figure of the page by name, with its title and what a number in it means."""
    out = firm_charts(found)
    for name in EFFECTS:
        title, _, unit = told(name, SERIES[name].unit)
        out[f"effect_{name}"] = Figure(effect_chart(found, name), title, f"Reform less history, {unit}.")
    for name in SIDES:
        title, _, unit = told(name, SERIES[name].unit)
        about = f"{unit.replace('points', '%')}. Grey: history as simulated; blue: with the reform; black: recorded."
        out[f"side_{name}"] = Figure(sides_chart(found, name), title, about[:1].upper() + about[1:])
    last = int(found.years[-1])
    out["plane"] = Figure(
        plane_chart(found),
        "Great and strong",
        "To the right is bigger, up is stronger: medians, both scales logarithmic. Grey: history; blue: with the "
        "reform; the arrow "
        "is the last year.",
    )
    out["firms"] = Figure(
        firms_chart(found),
        "Makers that change most",
        f"Passenger vehicles in {last} more or less than in history, thousand: dot the median, bar 90% of pairs. "
        "Above are those that "
        "gain in most pairs, as the number says; an arrowhead marks a bar that goes on.",
    )
    out["provinces"] = Figure(
        provinces_chart(found),
        "Provinces",
        "What buyers and the province's taxes on cars gain over all years, billion CNY of 2010: dot the median, "
        "bar 90% of pairs.",
    )
    return out


def firm_charts(found: Comparison) -> dict[str, Figure]:
    """Return the effects on the makers that the reform is about, by name; none where it is about no maker."""
    out = {}
    for maker in chosen_makers(found)[:DRAWN_FIRMS]:
        for series in OF_MAKER:
            title, _, unit = of_maker(found, series, maker)
            chart = effect_chart(found, series, maker)
            out[f"effect_{maker}_{series}"] = Figure(chart, title, f"Reform less history, {unit}.")
    return out


def of_maker(found: Comparison, series: str, maker: str) -> tuple[str, float, str]:
    """Return the title of a series of one maker, the factor to the unit shown, and that unit."""
    return f"{name_of(found.case, maker)}: {SERIES[series].short.lower()}", *told_in(SERIES[series].unit)


def titled(found: Comparison, series: str, index: Index) -> tuple[str, float, str]:
    """Return the title of an effect, the factor to the unit shown, and that unit."""
    if isinstance(index, str) and series in OF_MAKER:
        return of_maker(found, series, index)
    title, factor, unit = told(series, SERIES[series].unit)
    return (title if index is None else f"{title}: {named(index)}"), factor, unit


def effect_chart(found: Comparison, series: str, index: Index = None) -> alt.LayerChart:
    """Draw the effect on a series by year: median, 50% and 90% bands, over a zero line."""
    title, factor, unit = titled(found, series, index)
    rows = found.effects(series, index)
    columns = ["low90", "low50", "median", "high50", "high90"]
    rows[columns] *= factor
    rows = rows[rows["median"].notna() & (rows["year"] >= first_shown(found))]
    rows["band"] = [
        f"{words.number(r.median)} ({words.number(r.low90)} to {words.number(r.high90)})"
        for r in rows.itertuples()
    ]
    rows["sign"] = [
        f"{max(r.positive, r.negative):.0%} {'positive' if r.positive >= r.negative else 'negative'}"
        for r in rows.itertuples()
    ]
    x = year_axis(found)
    rows["sure"] = sure(rows)
    base = alt.Chart(rows[["year", *columns, "band", "sign", "sure"]])
    bands = [
        base.mark_area(color=BLUE, opacity=shade).encode(
            x=x, y=alt.Y(f"{low}:Q", title=None), y2=alt.Y2(f"{high}:Q")
        )
        for low, high, shade in (("low90", "high90", 0.18), ("low50", "high50", 0.3))
    ]
    zero = zero_line(alt.Y("at:Q", title=None))
    median = alt.Y("median:Q", title=None, axis=alt.Axis(tickCount=5))
    line = base.mark_line(color=BLUE, strokeWidth=1.4).encode(x=x, y=median)
    dots = base.mark_circle(color=BLUE, size=34, opacity=1).encode(x=x, y=median)
    dots = dots.transform_filter("datum.sure")
    reader = base.mark_rule(opacity=0, strokeWidth=9).encode(
        x=x, tooltip=[alt.Tooltip("year:Q", format="d", title="Year"), alt.Tooltip("band:N", title=unit),
                    alt.Tooltip("sign:N", title="Sign")]
    )  # fmt: skip
    final = rows.iloc[-1] if len(rows) else None
    about = f"{title}, difference by year" + (
        f"; in {final['year']}: {final['band']} {unit}." if final is not None else "."
    )
    return layered([*forecast_shade(found), *bands, zero, line, dots, reader], HEIGHT, about)


def year_axis(found: Comparison) -> alt.X:
    """Return the axis of years of an effect, from some years before the first that differs."""
    scale = alt.Scale(domain=[first_shown(found) - 0.5, int(found.years[-1]) + 0.5], nice=False, zero=False)
    return alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=6, grid=False), scale=scale)


def forecast_shade(found: Comparison) -> list[alt.Chart]:
    """Return the shade behind the years that the fit may not use."""
    first, last = max(first_shown(found), found.case.setting.sample_end) + 0.5, int(found.years[-1]) + 0.5
    if first >= last:
        return []
    data = pd.DataFrame({"from": [first], "to": [last]})
    return [
        alt.Chart(data)
        .mark_rect(color=SHADE, clip=True)
        .encode(x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"))
    ]


def first_shown(found: Comparison) -> int:
    """Return the first year of the figures: some years before the first that differs."""
    return int(max((found.since or found.years[0]) - BEFORE, found.years[0]))


def sides_chart(found: Comparison, series: str) -> alt.LayerChart:
    """Draw both sides of a series, medians and 90% bands, over the recorded points."""
    _, factor, unit = told(series, SERIES[series].unit)
    unit = unit.replace("points", "%")
    layers: list[alt.Chart] = forecast_shade(found)
    x = year_axis(found)
    for side, colour in zip(found.sides, (GREY, BLUE), strict=True):
        rows = side.fan(series)
        rows = rows[rows["year"] >= first_shown(found)].copy()
        rows[FAN] *= factor
        base = alt.Chart(rows[["year", "low90", "median", "high90"]])
        layers.append(
            base.mark_area(color=colour, opacity=0.16).encode(
                x=x, y=alt.Y("low90:Q", title=None), y2=alt.Y2("high90:Q")
            )
        )
        layers.append(
            base.mark_line(color=colour, strokeWidth=2.2).encode(x=x, y=alt.Y("median:Q", title=None))
        )
    seen = found.sides[0].points(series)
    seen = seen[seen["year"] >= first_shown(found)].assign(recorded=lambda rows: rows["recorded"] * factor)
    dots = alt.Chart(seen[["year", "recorded"]]).mark_circle(color=INK, size=20, opacity=1)
    layers.append(
        dots.encode(
            x=x,
            y=alt.Y("recorded:Q", title=None),
            tooltip=["year:Q", alt.Tooltip("recorded:Q", format=".3~g")],
        )
    )
    return layered(layers, HEIGHT, describe_sides(found, series))


def describe_sides(found: Comparison, series: str) -> str:
    """Return the alternative text of both sides: their medians in the last year."""
    title, factor, unit = told(series, SERIES[series].unit)
    effect = found.effect(series, int(found.years[-1]))
    ends = [words.number(value * factor) for value in (effect.base, effect.reformed)]
    unit = unit.replace("points", "%")
    return f"{title} in {effect.year}: {ends[0]} in history as simulated, {ends[1]} with the reform ({unit})."


def plane_chart(found: Comparison) -> alt.LayerChart:
    """Draw the median paths of both sides in the plane of the two indices, history named below its path, the reform above."""
    paths = [
        path[path["year"] >= first_shown(found)].assign(side=name)
        for path, name in (
            (found.sides[0].power_path, "history"),
            (found.sides[1].power_path, "reform"),
        )
    ]
    both = pd.concat(paths)
    x = alt.X("great:Q", title=GREAT_TITLE, scale=power_scale(both, "great"), axis=power_axis())
    y = alt.Y("strong:Q", title=STRONG_TITLE, scale=power_scale(both, "strong"), axis=power_axis())
    shown_years = marked((*found.case.setting.looks("plane"), int(found.years[-1])), found.years)
    layers: list[alt.Chart] = []
    for path, colour, below in zip(paths, (GREY, BLUE), (True, False), strict=True):
        base = alt.Chart(path[["year", "great", "strong", "side"]])
        layers.append(
            base.mark_line(color=colour, strokeWidth=2.2).encode(x=x, y=y, order=alt.Order("year:O"))
        )
        at = alt.Chart(path[path["year"].isin(shown_years)][["year", "great", "strong", "side"]])
        shown = [
            "side:N",
            alt.Tooltip("year:Q", format="d"),
            *(alt.Tooltip(f"{n}:Q", format=".3~g") for n in ("great", "strong")),
        ]
        layers.append(at.mark_circle(color=colour, size=46, opacity=1).encode(x=x, y=y, tooltip=shown))
        place: dict[str, Any] = (
            {"dx": 8, "dy": 12, "align": "left"} if below else {"dx": -8, "dy": -10, "align": "right"}
        )
        named = path[
            path["year"].isin(shown_years if below else shown_years[-2:])
        ]  # one path names all years, the other its end
        at = alt.Chart(named[["year", "great", "strong"]])
        name = at.mark_text(color=MUTED if below else colour, fontSize=11.5, fontWeight="bold", **place)
        layers.append(name.encode(x=x, y=y, text=alt.Text("year:Q")))
        layers.append(arrow_head(path, colour, (x, y), PLANE_WIDE))
    return layered(layers, 400, describe_plane(paths))


def describe_plane(paths: list[pd.DataFrame]) -> str:
    """Return the alternative text of the plane: where both paths end."""
    ends = [
        f"{path['side'].iloc[-1]} great {words.number(path['great'].iloc[-1])}, strong {words.number(path['strong'].iloc[-1])}"
        for path in paths
    ]
    return f"Paths of great and strong without and with the reform. In {paths[0]['year'].iloc[-1]}: {'; '.join(ends)}."


def changed_most(found: Comparison) -> pd.DataFrame:
    """Return the makers whose median or band moves most, those that gain in most pairs first; thousand vehicles."""
    rows = gains_of_makers(found)
    size = rows["median"].abs() + 0.1 * (rows["high90"] - rows["low90"])
    rows = rows.loc[size.nlargest(SHOWN_FIRMS).index].sort_values(["positive", "median"], ascending=False)
    return rows.assign(**{name: rows[name] / 1000.0 for name in ("median", "low90", "high90")})


def firms_chart(found: Comparison) -> alt.LayerChart:
    """Draw the makers that change most."""
    rows = changed_most(found)
    return bars_chart(rows.assign(name=rows["name"].str.split(" (", regex=False).str[0]), "thousand vehicles")


def maker_rows(found: Comparison) -> list[dict[str, str]]:
    """Return the makers that change most as text, with both names."""
    return [change_row(row) for row in changed_most(found).itertuples(index=False)]


def region_rows(found: Comparison, gains: Worth) -> list[dict[str, str]]:
    """Return what every province gains or loses as text, with both names."""
    chinese = dict(zip(found.case.labels.region_names, found.case.labels.region_names_local, strict=True))
    rows = gains.regions.assign(name_local=[chinese.get(name, "") for name in gains.regions["name"]])
    return [change_row(row) for row in rows.itertuples(index=False)]


def change_row(row: Any) -> dict[str, str]:
    """Return a gain or loss as text: name, name in the local language, median, 90% band, share of pairs in which it is a gain."""
    return {
        "name": row.name, "name_local": row.name_local if row.name_local != row.name else "", "median": signed(row.median),
        "band": f"{signed(row.low90)} to {signed(row.high90)}", "positive": f"{row.positive:.0%}",
    }  # fmt: skip


def provinces_chart(found: Comparison) -> alt.LayerChart:
    """Draw what every province gains or loses."""
    return bars_chart(found.gains.regions, "billion CNY of 2010")


def bars_chart(rows: pd.DataFrame, unit: str) -> alt.LayerChart:
    """Return names with a dot for the median and a bar for the 90% band, over a zero line.

    A few wide bands would make all others invisible: bars end at the frame with a head where they go on.
    """
    order = list(rows["name"])
    columns = ["median", "low90", "high90"]
    ends = rows[columns].abs()
    edge = 1.1 * max(float(ends.max(axis=1).quantile(SHOWN_WHOLE)), float(ends["median"].max())) or 1.0
    data = rows[["name", *columns]].assign(
        left=rows["low90"].clip(-edge, edge), right=rows["high90"].clip(-edge, edge),
        odds=[f"{value:.0%}" for value in rows["positive"]],
        band=[f"{signed(a)} to {signed(b)}" for a, b in zip(rows["low90"], rows["high90"], strict=True)],
    )  # fmt: skip
    scale = alt.Scale(domain=[-edge, edge], nice=False)
    axis = alt.Axis(tickCount=5)
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, labelColor=INK, grid=False))
    shown = [alt.Tooltip("name:N", title="Name"), alt.Tooltip("median:Q", title=unit, format="+.3~g"),
             alt.Tooltip("band:N", title="90% of pairs"), alt.Tooltip("odds:N", title="gains in")]  # fmt: skip
    base = alt.Chart(data)
    bars = base.mark_rule(color=BLUE, strokeWidth=3.2, opacity=0.4).encode(
        x=alt.X("left:Q", title=unit, scale=scale, axis=axis), x2=alt.X2("right:Q"), y=y
    )
    dots = base.mark_circle(color=BLUE, size=42, opacity=1, clip=True).encode(
        x=alt.X("median:Q", title=unit, scale=scale, axis=axis), y=y, tooltip=shown
    )
    odds = base.mark_text(align="left", dx=5, color=MUTED, fontSize=10).encode(
        x=alt.value("width"), y=y, text=alt.Text("odds:N")
    )
    layers = [
        zero_line(alt.X("at:Q", title=unit, scale=scale, axis=axis)),
        bars,
        *heads(data, edge, scale, y),
        dots,
        odds,
    ]
    return layered(layers, 17 * len(order), describe_bars(rows, unit))


def heads(data: pd.DataFrame, edge: float, scale: alt.Scale, y: alt.Y) -> list[alt.Chart]:
    """Return the heads of the bars that go on beyond the frame, at either side."""
    out = []
    for name, at, turn in (("low90", -edge, 270), ("high90", edge, 90)):
        cut = data[(data[name] < -edge) | (data[name] > edge)].assign(at=at)
        if len(cut):
            head = alt.Chart(cut[["name", "at"]]).mark_point(
                shape="triangle", filled=True, color=BLUE, size=44, angle=turn, opacity=1
            )
            out.append(head.encode(x=alt.X("at:Q", scale=scale), y=y))
    return out


def describe_bars(rows: pd.DataFrame, unit: str) -> str:
    """Return the alternative text of gains and losses: the largest of both."""
    if rows.empty:
        return "Nothing to compare."
    first, last = (rows.loc[at] for at in (rows["median"].idxmax(), rows["median"].idxmin()))
    return (
        f"Most: {first['name']} {first['median']:+.3g}; least: {last['name']} {last['median']:+.3g} {unit}."
    )


def shown(effect: Effect) -> tuple[str, str, str, str]:
    """Return title, median, band and unit of an effect as text."""
    title, factor, unit = told(effect.series, effect.unit)
    if not np.isfinite(effect.median):
        return title, words.NOTHING, words.NOTHING, unit
    values = [signed(value * factor) for value in (effect.median, effect.low90, effect.high90)]
    return title, values[0], f"{values[1]} to {values[2]}", unit


def signed(value: float) -> str:
    """Return a number with its sign, as the sentences print it, with the sign of minus of a page."""
    return words.minus(words.signed(value))


def cards(found: Comparison) -> list[dict[str, str]]:
    """Return the numbers at the head of the page: for each series the largest sure effect, or without one that of the last year;
    for a reform of firms those of the first maker come first."""
    told = courses(found)
    firm = [one for one in told if one.index and one.index == told[0].index]
    by_name = {one.series: one for one in told if not one.index}
    relative = {"own_brand_share": "Others make {}: see the answer"} if share_told(found) else {}
    shown = [*firm, *(by_name[name] for name in CARDS[: 1 if firm else None])]
    return [card(one, "" if one.index else relative.get(one.series, "")) for one in shown]


def card(course: Course, caution: str) -> dict[str, str]:
    """Return one number at the head of the page: what and when, its effect, the band, and how sure it is, or a caution."""
    year = course.peak or (course.top if course.index else course.last)
    row = course.rows.set_index("year").loc[year]
    factor, unit = told_in(str(row["unit"]))
    median, low, high = (signed(row[name] * factor) for name in ("median", "low90", "high90"))
    if not np.isfinite(row["median"]):
        median, low, high = (words.NOTHING,) * 3
    return {
        "name": f"{course.title}, {year}", "text": median if unit.startswith("index") else f"{median} {unit}",
        "band": f"{low} to {high}",
        "told": caution.format("fewer" if row["median"] > 0.0 else "more") or (lasting(course) if course.peak else likely(row)),
    }  # fmt: skip


def lasting(course: Course) -> str:
    """Return how long the largest sure effect lasts."""
    if course.unsure is not None:
        return f"Largest sure effect; from {course.unsure} on the band includes zero"
    return f"Largest sure effect; still sure in {course.last}"


def likely(row: Effect | pd.Series) -> str:
    """Return how often an effect has its more frequent sign."""
    if row.positive == row.negative == 0.0 or not np.isfinite(
        row["median"] if isinstance(row, pd.Series) else row.median
    ):
        return "No difference in any pair"
    up = row.positive >= row.negative
    return f"{'Positive' if up else 'Negative'} in {max(row.positive, row.negative):.0%} of paired runs"


def firm_table(found: Comparison, years: list[int]) -> list[dict[str, Any]]:
    """Return the effects on the chosen makers of a firm's reform and on their main rivals in these years, as text."""
    rows = firm_effects(found, years)
    if rows.empty:
        return []
    out = []
    for (name, role, series), part in rows.groupby(["name", "role", "series"], sort=False):
        if role == RIVAL and series not in FIRM_SERIES[::2] + FIRM_SERIES[3:4]:
            continue
        factor, unit = told_in(str(part["unit"].iloc[0]))
        ends = part[["median", "low90", "high90"]].to_numpy(float) * factor
        title = f"{name}{'' if role == CHOSEN else ' (rival)'}: {SERIES[series].short.lower()}"
        out.append({"title": title, "unit": unit, "cells": [starred(*values) for values in ends]})
    return out


def starred(median: float, low: float, high: float) -> str:
    """Return a median with its 90% band in brackets, and a star where that band, as printed, excludes zero."""
    if not np.isfinite(median):
        return words.NOTHING
    first, last = signed(low), signed(high)
    star = (
        "*" if first.startswith("+") or last.startswith("−") else ""
    )  # as printed: never beside a band that shows zero
    return f"{signed(median)}{star} ({first} to {last})"


def money_rows(gains: Worth) -> list[dict[str, str]]:
    """Return the money table as text."""
    return [
        {
            "title": row["title"], "median": signed(row["median"]), "band": f"{signed(row['low90'])} to {signed(row['high90'])}",
            "positive": f"{row['positive']:.0%}", "later": signed(row["discounted_median"]),
            "later_band": f"{signed(row['discounted_low90'])} to {signed(row['discounted_high90'])}",
        }
        for row in gains.money.to_dict("records")
    ]  # fmt: skip


def money_sentences(found: Comparison) -> list[str]:
    """Say what public spending buys, and what a unit of each gain costs in all, at the peak and in the last year."""
    peak = found.gains_at_peak
    spent, *costs = found.gains.sentences()
    return [words.minus(text) for text in (spent, *(peak.costs() if peak is not None else []), *costs)]


def growth_rows(found: Comparison) -> dict[str, Any]:
    """Return the modes of growth of both sides by period, per cent a year."""
    sides = [side.growth for side in found.sides]
    periods = list(dict.fromkeys(sides[0]["period"]))
    rows = []
    for mode in (*MODES, TOTAL):
        cells = []
        for period in periods:
            for side in sides:
                mean = side[(side["period"] == period) & (side["mode"] == mode)]["mean"]
                cells.append(f"{100.0 * mean.iloc[0]:.1f}" if len(mean) else words.NOTHING)
        rows.append({"title": MODES.get(mode, "Growth of real output"), "cells": cells})
    return {"periods": periods, "rows": rows}


def table_rows(found: Comparison, years: list[int], names: Sequence[str] = TABLE) -> list[dict[str, Any]]:
    """Return the table of effects at marked years as text; imports in cars sold at home where imports move."""
    rows = []
    for series in names:
        title, factor, unit = told(series, SERIES[series].unit)
        rows.append({"title": title, "unit": unit, "cells": cells_of(found.effects(series), years, factor)})
        if series == "imports" and len(imported := import_share(found)):
            cells = cells_of(imported, years, 100.0)
            rows.append({"title": QUANTITIES["import_share"].title, "unit": "points", "cells": cells})
    return rows


def cells_of(effects: pd.DataFrame, years: list[int], factor: float) -> list[str]:
    """Return effects in these years as text."""
    at = effects.set_index("year").loc[years, ["median", "low90", "high90"]].to_numpy(float) * factor
    return [starred(*values) for values in at]


def pairing(found: Comparison) -> str:
    """Say what pairing gained: the spread of differences between unpaired histories over that of paired ones."""
    paired, unpaired = found.spreads
    head = f"{len(found.histories)} pairs with the same seed, parameters and chance on both sides."
    if paired <= 0.0:
        return head
    ratio = unpaired / paired
    return (
        f"{head} For own brands in cars made in {found.years[-1]}, differences between unpaired histories would spread "
        f"{ratio:.1f} times as far: it would take {ratio**2:.0f} times as many of them to know the effect as well."
    )


def command(found: Comparison) -> str:
    """Return the command that makes this comparison again."""
    names = " ".join(Path(reform.file).name for reform in found.reforms)
    made = found.base.manifest
    since = "".join(f" --since {reform.since}" for reform in found.reforms[:1] if reform.since)
    return f"latecomer compare {names} --case {made['case']} --histories {len(found.base.records)} --seed {made['seed']}{since}"
