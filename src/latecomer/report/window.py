"""Who won the window? Three panels side by side: own brands among plug-in and combustion cars, and how many plug in."""

import altair as alt

from latecomer.report.fan import Fan, fan_chart
from latecomer.study.summary import Summary
from latecomer.types import Setting

TITLE = "Who won the turn to electric cars"
ABOUT = (
    "Three shares on the same scale: of 100 cars of a kind made and sold at home, those of own brands, and of "
    "100 cars made, those "
    "that plug in. Own brands among plug-in cars are recorded for one year."
)
ELECTRIC, COMBUSTION = "own_brand_electric_share", "own_brand_combustion_share"


def window_fans(setting: Setting) -> dict[str, Fan]:
    """Return the three shares that are drawn, from the year in which the case sees the window open."""
    first = setting.looks("window_from")[0]
    told = (
        ("window_electric", ELECTRIC, "Share, made and sold at home.", "Own brands among plug-in cars"),
        (
            "window_combustion",
            COMBUSTION,
            "Share, made and sold at home.",
            "Own brands among combustion cars",
        ),
        ("window_market", "new_energy_share", "Share of cars made.", "Plug-in cars in cars made"),
    )
    return {name: Fan(series, about, title, first=first, full=True) for name, series, about, title in told}


def window_charts(found: Summary) -> dict[str, alt.LayerChart]:
    """Draw the three shares from the years in which the window opens, each over its recorded points."""
    return {
        name: fan_chart(found, spec, found.electric_since if spec.series == ELECTRIC else 0)
        for name, spec in window_fans(found.case.setting).items()
    }
