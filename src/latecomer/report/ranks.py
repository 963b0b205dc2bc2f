"""Which place among the reference countries, and how sure is it? Probabilities of every place, year by year."""

import altair as alt
import pandas as pd

from latecomer.case.span import marked, shown_from
from latecomer.report.style import INK, layered, tips
from latecomer.study import words
from latecomer.types import Setting

HEIGHT = 230
SHADES = ("#0b3c75", "#2f74b8", "#76a9d6", "#bcd6ec", "#eceff2")
PLACES = ("first", "second", "third", "fourth", "fifth")
SETTLED = 0.9


def rank_chart(places: pd.DataFrame, index: str, setting: Setting) -> alt.LayerChart:
    """Draw the probability of every place in an index (rows of `fit.ranks.place_table`), best at the bottom.

    The white line over the areas is the chance of the first place under equal weights.
    """
    first = shown_from(setting.looks("places_from")[0], places["year"].unique())
    shown = places[(places["index"] == index) & (places["year"] >= first)]
    drawn = shown[shown["weights"] == "drawn"].copy()
    drawn["name"] = [named(place) for place in drawn["place"]]
    drawn["text"] = [words.quantity(value, "share") for value in drawn["probability"]]
    kept = [named(place) for place in range(1, int(drawn["place"].max()) + 1)]
    shades = [SHADES[min(place, len(SHADES) - 1)] for place in range(len(kept))]
    colour = alt.Color(
        "name:N", scale=alt.Scale(domain=kept, range=shades), sort=kept,
        legend=alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square"),
    )  # fmt: skip
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", grid=False))
    y = alt.Y("probability:Q", title="Share of histories", stack="zero", axis=alt.Axis(format="%"))
    areas = alt.Chart(drawn).mark_area().encode(x=x, y=y, color=colour, order=alt.Order("place:Q"))
    areas = areas.encode(tooltip=tips(year="Year", name="Place", text="Share of histories"))
    equal = shown[(shown["weights"] == "equal") & (shown["place"] == 1)]
    line = alt.Chart(equal).mark_line(color=INK, strokeDash=[4, 3], strokeWidth=1.4)
    return layered(
        [areas, line.encode(x=x, y=alt.Y("probability:Q"))], HEIGHT, describe(drawn, index, setting)
    )


def settled(places: pd.DataFrame, index: str, setting: Setting) -> str:
    """Say which place the industry takes where it hardly ever takes another; empty where a chart has something to show.

    A chart of one place in `SETTLED` of the histories of every year would be an empty rectangle.
    """
    shown = places[(places["index"] == index) & (places["year"] >= setting.looks("places_from")[0])]
    drawn = shown[shown["weights"] == "drawn"].pivot(index="year", columns="place", values="probability")
    if drawn.empty or drawn.min().max() < SETTLED:
        return ""
    place = int(drawn.min().idxmax())
    equal = shown[(shown["weights"] == "equal") & (shown["place"] == place)]["probability"].min()
    return (
        f"Place in {index}: in every year from {drawn.index.min()} to {drawn.index.max()} the industry comes {named(place)} "
        f"beside the reference countries in at least {100 * drawn[place].min():.0f}% of histories "
        f"({100 * equal:.0f}% under equal weights)."
    )


def named(place: int) -> str:
    """Return a place in words: first to fifth, then 6th and so on."""
    return PLACES[place - 1] if place <= len(PLACES) else f"{place}th"


def describe(drawn: pd.DataFrame, index: str, setting: Setting) -> str:
    """Return the alternative text: the likeliest place in some years with its probability."""
    steps = []
    for year in marked(setting.looks("places"), drawn["year"].unique()):
        rows = drawn[drawn["year"] == year]
        if len(rows):
            best = rows.loc[rows["probability"].idxmax()]
            steps.append(f"{year}: {best['name']} in {best['text']} of histories")
    return f"Place among the reference countries in {index}. {'; '.join(steps)}."
