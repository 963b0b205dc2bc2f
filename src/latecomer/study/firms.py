"""What does a reform do to makers? To the firm that it is about and its rivals by year; to all of them in the last year.

Chosen are the makers under `firms` in the reforms, where they are so few that each can be shown; for a whole kind of makers the
national series answer. Rivals are the largest other makers of own brands in the histories without the reform, by the sum of
their median output from the first changed year on.
"""

import numpy as np
import pandas as pd

from latecomer.axes import IMPORTER, PRIVATE
from latecomer.study.groups import BY_MAKER, by_maker
from latecomer.study.paired import BAND90, sure
from latecomer.study.pairs import Pairs
from latecomer.types import Case, kept

FIRM_SERIES = ("maker_sales", "maker_exports", "maker_revenue", "maker_control", "maker_profit")
MOST_CHOSEN, RIVALS = 6, 3
CHOSEN, RIVAL = "chosen", "rival"


def chosen_makers(found: Pairs) -> list[str]:
    """Return the makers whose own strategy the reforms change, none where there are more than can be shown."""
    places = dict.fromkeys(
        change.place[0] for mine in found.changes for change in mine if change.section == "firms"
    )
    return [found.case.labels.makers[m] for m in places] if len(places) <= MOST_CHOSEN else []


def main_rivals(found: Pairs) -> list[str]:
    """Return the largest other makers of own brands in the histories without the reform."""
    chosen, labels = chosen_makers(found), found.case.labels.makers
    since = found.years >= (found.since or found.years[0])
    made = np.median(found.values("maker_sales")[0][:, since], axis=0).sum(axis=0)
    own = found.case.makers["ownership"] <= PRIVATE
    ranked = [labels[m] for m in np.argsort(-made, kind="stable") if own[m] and made[m] > 0.0]
    return [maker for maker in ranked if maker not in chosen][:RIVALS]


def firm_effects(found: Pairs, years: list[int] | None = None) -> pd.DataFrame:
    """Return the effects on the chosen makers and their main rivals: maker, name, role, then as `Pairs.effects`, and `sure`.

    No rows where the reforms choose no makers. `years` None gives all from the first changed year on.
    """
    chosen = chosen_makers(found)
    if not chosen:
        return pd.DataFrame()
    first = int(found.since or found.years[0])
    parts = []
    for role, makers in ((CHOSEN, chosen), (RIVAL, main_rivals(found))):
        for maker in makers:
            head = {"maker": maker, "name": name_of(found.case, maker), "role": role}
            parts += [found.effects(series, maker).assign(**head) for series in FIRM_SERIES]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["year"] >= first] if years is None else rows[rows["year"].isin(years)]
    columns = ["maker", "name", "role", *(name for name in rows if name not in ("maker", "name", "role"))]
    return rows.assign(sure=sure(rows))[[*columns, "sure"]].reset_index(drop=True)


def standing_told(found: Pairs) -> list[str]:
    """Say of each chosen maker how large it is in the last year without the reform, what is recorded, and how often it is gone.

    An effect on a maker that the model takes for a tenth of its size, or for dead, has to be read with that in mind.
    """
    said = []
    for maker in chosen_makers(found):
        m, year = found.case.labels.makers.index(maker), int(found.years[-1])
        made = [side[:, -1, m] for side in found.values("maker_sales")]
        low, median, high = np.quantile(made[0], BAND90) / 1e6
        gone = [int((side <= 0.0).sum()) for side in made]
        said.append(
            f"{name_of(found.case, maker)} without the reform: {median:.2f} million cars made in {year} "
            f"({low:.2f} to {high:.2f}); {recorded_told(found.case, maker, year)}. It makes none in {gone[0]} of "
            f"{len(made[0])} histories without the reform and in {gone[1]} with it."
        )
    return said


def recorded_told(case: Case, maker: str, year: int) -> str:
    """Return the last recorded sales of a maker up to a year in words, with what they count."""
    record = case.maker_record
    mine = record[
        (record["maker_id"] == maker) & (record["series"] == "maker_sales") & (record["year"] <= year)
    ]
    if mine.empty:
        return "no sales are recorded"
    last = mine.sort_values("year").iloc[-1]
    return (
        f"recorded: {last['value'] / 1e6:.2f} million in {last['year']:g} ({last['scope'].replace('_', ' ')})"
    )


def name_of(case: Case, maker: str) -> str:
    """Return the name of a maker by its id, without what it is also called."""
    return case.labels.maker_names[case.labels.makers.index(maker)].split(" (")[0]


@kept
def gains_of_makers(found: Pairs) -> pd.DataFrame:
    """Return what every home maker gains or loses in passenger vehicles in the last year.

    Columns: maker, name, name_local, median, low90, high90, positive (share of pairs in which it gains), most gained first.
    """
    change = found.differences("maker_sales")[:, -1]
    low, median, high = np.quantile(change, BAND90, axis=0)
    names = found.case.labels
    rows = pd.DataFrame(
        {
            "maker": names.makers, "name": names.maker_names, "name_local": names.maker_names_local,
            "median": median, "low90": low, "high90": high, "positive": (change > 0.0).mean(axis=0),
        }
    )  # fmt: skip
    rows = rows[found.case.makers["ownership"] != IMPORTER]
    return rows.sort_values("median", ascending=False, kind="stable").reset_index(drop=True)


def effects_by_maker(found: Pairs) -> pd.DataFrame:
    """Return the effect on every series by maker: maker, name, series, year, unit, median, 90% band, share above zero."""
    parts = []
    for field in BY_MAKER:
        change = found.differences(field.name)
        parts.append(by_maker(found.base, field.name, change, positive=(change > 0.0).mean(axis=0)))
    return pd.concat(parts, ignore_index=True)
