"""Who won the window? Three panels side by side: own brands among plug-in and combustion cars, and how many plug in."""

import altair as alt
import pandas as pd

from latecomer.record import Run
from latecomer.report import tables
from latecomer.report.fan import Fan, fan_chart
from latecomer.types import Setting

TITLE = "Who won the turn to electric cars"
ABOUT = (
    "Three shares on the same scale: of 100 cars of a kind made and sold at home, those of own brands, and of "
    "100 cars made, those "
    "that plug in. Own brands among plug-in cars are recorded for one year."
)
LEAST_ELECTRIC = 0.002  # below this share of cars made, a share among electric cars says nothing
ELECTRIC, COMBUSTION = "own_brand_electric_share", "own_brand_combustion_share"


def window_fans(setting: Setting) -> dict[str, Fan]:
    """Return the three shares that are drawn, from the year in which the case sees the window open."""
    first = setting.looks("window_from")[0]
    told = (
        ("window_electric", ELECTRIC, "Own brands among plug-in cars", "Share, made and sold at home."),
        (
            "window_combustion",
            COMBUSTION,
            "Own brands among combustion cars",
            "Share, made and sold at home.",
        ),
        ("window_market", "new_energy_share", "Plug-in cars in cars made", "Share of cars made."),
    )
    return {name: Fan(series, title, about, first=first, full=True) for name, series, title, about in told}


def window_charts(run: Run, record: pd.DataFrame) -> dict[str, alt.LayerChart]:
    """Draw the three shares from the years in which the window opens, each over its recorded points."""
    return {
        name: fan_chart(run, record, spec, noticed(run) if spec.series == ELECTRIC else 0)
        for name, spec in window_fans(run.case.setting).items()
    }


def noticed(run: Run) -> int:
    """Return the first year in which enough plug-in cars are made for a share among them to say something."""
    seen = tables.fan(run, "new_energy_share")
    sold = seen[seen["median"] >= LEAST_ELECTRIC]
    return int(sold["year"].iloc[0]) if len(sold) else int(run.years[-1])
