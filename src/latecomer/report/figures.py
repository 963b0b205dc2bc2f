"""What does a run look like? Every figure of the report as a Vega-Lite chart, and all of them as PNG and SVG files.

Data are aggregated before they reach a chart: none holds single histories.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

import altair as alt
import vl_convert

from latecomer.fit.ranks import PILLARS
from latecomer.report import control, ratio, window
from latecomer.report.abroad import destinations_chart
from latecomer.report.fan import FANS, SEGMENT_FANS, Fan, fan_chart, firm_chart, first_year, recent_fans
from latecomer.report.flow import flow_chart
from latecomer.report.growth import ABOUT, TITLE, growth_chart
from latecomer.report.layout import vegalite_version
from latecomer.report.power import power_chart
from latecomer.report.ranks import rank_chart, settled
from latecomer.report.stream import stream_chart
from latecomer.report.style import MUTED, house_style, specified
from latecomer.report.tiles import on_map, tile_chart
from latecomer.report.window import window_charts, window_fans
from latecomer.study import words
from latecomer.study.groups import short_name
from latecomer.study.summary import Summary

Picture = alt.LayerChart | alt.ConcatChart
LINE = 112  # letters of a subtitle that fit over a picture
FIRMS_KEY = (
    "Blue with bands: vehicles made by the whole group, ventures and trucks in; black: recorded. Dashed red: the maker's own "
    "passenger cars; red: recorded. Hollow: no source located. Scales differ; m: million."
)
COUNTED = re.compile(r"\b(clip|gradient_)(\d+)\b")


def figures(found: Summary) -> dict[str, alt.LayerChart]:
    """Return every figure of the page by name; widths follow the page, descriptions are the alternative texts."""
    out = drawings(found)
    for chart in out.values():
        chart.width = "container"
        chart.config = house_style()
    return out


def drawings(found: Summary) -> dict[str, alt.LayerChart]:
    """Return every figure by name, without width and style, as parts of a page or of a picture."""
    fans = FANS | recent_fans(found.case.setting) | SEGMENT_FANS
    out = {name: fan_chart(found, spec) for name, spec in fans.items() if has_values(found, spec)}
    out["vehicles_ratio"] = ratio.ratio_chart(found, "vehicles")
    out["makers"] = stream_chart(found)
    out["destinations"] = destinations_chart(found)
    out |= window_charts(found)
    out["great_strong"] = power_chart(found)
    if found.countries:
        ranks = found.places
        setting = found.case.setting
        unsettled = [index for index in PILLARS if not settled(ranks, index, setting)]
        out |= {f"place_{index}": rank_chart(ranks, index, setting) for index in unsettled}
    out["growth"] = growth_chart(found)
    out["innovation_system"] = flow_chart(found)
    out["sources"], out["learning"] = control.sources_chart(found), control.learning_chart(found)
    out["makers_control"] = control.makers_chart(found)
    out["provinces_sales"] = tile_chart(found, "sales", "Passenger cars sold")
    out["provinces_own"] = tile_chart(found, "own", "Own brands in sales")
    recorded = [found.firm_points(maker) for maker in found.case.named_makers]
    first = first_year(found, *recorded)
    for maker in found.case.named_makers:
        out[f"firm_{maker}"] = firm_chart(found, maker, first)
    return out


def has_values(found: Summary, spec: Fan) -> bool:
    """Return whether a fan has anything to show: a case without ventures has no quality gap to them."""
    simulated = found.fan(spec.series, spec.index)["median"].notna().any()
    return bool(simulated or len(found.points(spec.series, spec.index)))


def titles(found: Summary) -> dict[str, tuple[str, str]]:
    """Return title and explanation of every figure by name, those included that a run may not need."""
    fans = FANS | recent_fans(found.case.setting) | SEGMENT_FANS | window_fans(found.case.setting)
    out = {name: (spec.title, spec.about) for name, spec in fans.items()}
    out["vehicles_ratio"] = (ratio.TITLE, ratio.ABOUT)
    out["makers"] = (
        "Who makes the vehicles",
        "Height: a group's share in all vehicles made, ventures included; medians. "
        "Blue: central state; green: local state; orange: private; purple: foreign.",
    )
    out["destinations"] = (
        "Where the vehicles go",
        "Height: vehicles exported in a year, split by destination as in the median history. Black: recorded for all "
        "destinations together; hollow where no source was located.",
    )
    out["great_strong"] = (
        "From great to strong",
        "To the right is bigger, up is stronger; 100 is the reference. Crosses are 90% bands; hollow years are conditional "
        "forecast; the arrow is the last year.",
    )
    told = found.case.setting.reference_year
    when = f" in {told}" if told else ""
    ranked = (
        "Height: share of histories in which the industry takes the place. "
        f"Places beside {words.listed(list(found.countries))} as they were{when}. Weights are drawn around those of "
        "the case, assumed values within their ranges. Dashed: first place under equal weights."
    )
    out |= {f"place_{index}": (f"Place in {index}", ranked) for index in PILLARS}
    out["growth"] = (TITLE, ABOUT)
    out["innovation_system"] = (
        "The innovation system: who gives what to whom",
        "What the row gives and the column receives in a year, medians. Darker is more, on a logarithmic scale; a dot means near "
        "zero. Results are valued at the cost of the research behind them.",
    )
    out |= control.TITLES
    year = int(found.years[-1])
    placed = on_map(found.case)
    tile = "In a tile, by province" if placed else "In a tile, by region"
    sold, owned = (
        (" (GD: Guangdong, and so on by ISO 3166-2)", " (letters of ISO 3166-2)") if placed else ("", "")
    )
    out["provinces_sales"] = (
        f"Passenger cars sold, {year}",
        f"{tile}: cars sold in the year, simulated median{sold}; k: thousand, m: million.",
    )
    out["provinces_own"] = (
        f"Own brands in sales, {year}",
        f"{tile}: of 100 cars sold, those of own brands, simulated median{owned}.",
    )
    for maker in found.case.named_makers:
        at = found.case.labels.makers.index(maker)
        named = found.case.labels.maker_names[at].split(" (")[0], found.case.labels.maker_names_local[at]
        out[f"firm_{maker}"] = (short_name(found.case, maker), ", ".join(dict.fromkeys(named)))
    return out


def pictures(found: Summary) -> dict[str, Picture]:
    """Return every figure as a picture that stands alone: with title, size and key; small multiples in one picture."""
    drawn, named = drawings(found), titles(found)
    count = len(found.run.histories)
    blue = f"Blue: {count} histories, median with 50% and 90% bands."
    key = f"{blue} Black: recorded; hollow where no source was located."
    recorded = set(found.case.targets["series"])
    single = [
        *FANS,
        "makers",
        "destinations",
        "great_strong",
        "growth",
        "innovation_system",
        *control.TITLES,
    ]
    out: dict[str, Picture] = {}
    for name in filter(drawn.__contains__, single):
        keys = [key if name in recorded else blue] if name in FANS else []
        told = [*wrap(named[name][1], LINE), *keys]
        out[name] = _titled(drawn[name], named[name][0], told, 640)
    out["segments"] = _headed(
        _grid([_titled(drawn[n], named[n][0], [], 330, 200) for n in SEGMENT_FANS if n in drawn], 3), key
    )
    out["window"] = _headed(
        _grid(
            [
                _titled(drawn[n], named[n][0], [], 330, 220)
                for n in window_fans(found.case.setting)
                if n in drawn
            ],
            3,
        ),
        f"{window.ABOUT} {key}",
    )
    places = [name for index in PILLARS if (name := f"place_{index}") in drawn]
    if places:
        out["places"] = _headed(
            _grid([_titled(drawn[n], named[n][0], [], 440) for n in places], 2), named[places[0]][1]
        )
    out["provinces"] = _grid(
        [_titled(drawn[n], *named[n], 440) for n in ("provinces_sales", "provinces_own")], 2
    )
    makers = [f"firm_{maker}" for maker in found.case.named_makers]
    out["firms"] = _headed(_grid([_titled(drawn[n], named[n][0], [], 240) for n in makers], 5), FIRMS_KEY)
    out["overview"] = overview(drawn, named, key)
    for chart in out.values():
        chart.config = house_style()
    return out


def overview(drawn: dict[str, alt.LayerChart], named: dict[str, tuple[str, str]], key: str) -> Picture:
    """Return the run in one picture: volume, own brands, new energy, and the way from great to strong."""
    names = ("vehicles", "own_brand_share", "new_energy_share", "great_strong")
    parts = [_titled(drawn[name], named[name][0], [], 350, 240) for name in names if name in drawn]
    return _headed(_grid(parts, 2), key)


def _titled(
    chart: alt.LayerChart, title: str, subtitle: str | list[str], width: int, height: int | None = None
) -> alt.LayerChart:
    """Return the chart with title and size."""
    text = alt.TitleParams(title, subtitle=subtitle) if subtitle else alt.TitleParams(title)
    sized = chart.properties(title=text, width=width)
    return sized.properties(height=height) if height else sized


def _grid(charts: list[alt.LayerChart], columns: int) -> alt.ConcatChart:
    """Return charts in a grid, each with its own scales."""
    return alt.concat(*charts, columns=columns, spacing=26).resolve_scale(
        color="independent", fill="independent", stroke="independent", shape="independent"
    )


def _headed(chart: alt.ConcatChart, text: str) -> alt.ConcatChart:
    """Return a grid of charts with what they have in common said above them."""
    lines = wrap(text, 2 * LINE)
    title = alt.TitleParams(lines, fontSize=12, fontWeight="normal", color=MUTED, offset=14, anchor="start")
    return chart.properties(title=title)


def svg(spec: dict[str, Any]) -> str:
    """Return a chart as SVG. The renderer numbers clips and gradients over its whole life; here they are numbered from 1."""
    text = vl_convert.vegalite_to_svg(spec, vl_version=vegalite_version())
    numbered = {name: place for place, name in enumerate(dict.fromkeys(COUNTED.findall(text)), 1)}
    return COUNTED.sub(lambda found: f"{found[1]}{numbered[(found[1], found[2])]}", text)


def save_figures(
    found: Summary,
    folder: str | Path,
    formats: Sequence[str] = ("png", "svg"),
    names: Sequence[str] | None = None,
) -> list[Path]:
    """Write pictures (all, or those named) into the folder in each format (png, svg) and return the files.

    Raise ValueError for another format or name. `overview` is the one picture that tells the whole run.
    """
    drawn = pictures(found)
    wrong = sorted({*formats} - {"png", "svg"}) + sorted({*(names or ())} - drawn.keys())
    if wrong:
        raise ValueError(
            f"no such format or picture: {words.listed(wrong)}; pictures are {words.listed(list(drawn))}"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names or drawn:
        spec = specified(drawn[name])
        for kind in formats:
            written.append(folder / f"{name}.{kind}")
            written[-1].write_bytes(png(spec) if kind == "png" else svg(spec).encode())
    return written


def png(spec: dict[str, Any]) -> bytes:
    """Return a chart as PNG at twice its size, sharp on a fine screen and in print."""
    return vl_convert.vegalite_to_png(spec, vl_version=vegalite_version(), scale=2)
