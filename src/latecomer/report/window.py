"""Who won the window? Three panels side by side: own brands among plug-in and combustion cars, and how many plug in."""

import altair as alt

from latecomer.report.fan import Fan, fan_chart
from latecomer.study.summary import Summary

TITLE = "Who won the turn to electric cars"
ABOUT = (
    "Three shares on the same scale: of 100 cars of a kind made and sold at home, those of own brands, and of "
    "100 cars made, those "
    "that plug in. Own brands among plug-in cars are recorded for one year."
)
FIRST = 2008
ELECTRIC = "own_brand_electric_share"
WINDOW_FANS = {
    "window_electric": Fan(ELECTRIC, "Share, made and sold at home.", "Own brands among plug-in cars", first=FIRST, full=True),
    "window_combustion": Fan(
        "own_brand_combustion_share", "Share, made and sold at home.", "Own brands among combustion cars", first=FIRST, full=True
    ),
    "window_market": Fan("new_energy_share", "Share of cars made.", "Plug-in cars in cars made", first=FIRST, full=True),
}  # fmt: skip


def window_charts(found: Summary) -> dict[str, alt.LayerChart]:
    """Draw the three shares from the years in which the window opens, each over its recorded points."""
    return {
        name: fan_chart(found, spec, found.electric_since if spec.series == ELECTRIC else 0)
        for name, spec in WINDOW_FANS.items()
    }
