"""What does a firm's own reform do to that firm, and to its rivals? Sales, control, profit by year, paired, with bands.

Chosen are the makers under `firms` in the reforms, where they are so few that each can be shown; for a whole kind of makers the
national series answer. Rivals are the largest other makers of own brands in the histories without the reform, by the sum of
their median output from the first changed year on.
"""

import numpy as np
import pandas as pd

from latecomer.axes import PRIVATE
from latecomer.case.reform import read_changes
from latecomer.study.compare import Comparison
from latecomer.types import Case

FIRM_SERIES = ("maker_sales", "maker_exports", "maker_revenue", "maker_control", "maker_profit")
MOST_CHOSEN, RIVALS = 6, 3
CHOSEN, RIVAL = "chosen", "rival"


def chosen_makers(found: Comparison) -> list[str]:
    """Return the makers whose own strategy the reforms change, none where there are more than can be shown."""
    changes, _ = read_changes(found.case, found.reforms)
    places = dict.fromkeys(
        change.place[0] for mine in changes for change in mine if change.section == "firms"
    )
    return [found.case.labels.makers[m] for m in places] if len(places) <= MOST_CHOSEN else []


def main_rivals(found: Comparison) -> list[str]:
    """Return the largest other makers of own brands in the histories without the reform."""
    chosen, labels = chosen_makers(found), found.case.labels.makers
    since = found.years >= (found.since or found.years[0])
    made = np.median(found.values("maker_sales")[0][:, since], axis=0).sum(axis=0)
    own = found.case.makers["ownership"] <= PRIVATE
    ranked = [labels[m] for m in np.argsort(-made, kind="stable") if own[m] and made[m] > 0.0]
    return [maker for maker in ranked if maker not in chosen][:RIVALS]


def firm_effects(found: Comparison, years: list[int] | None = None) -> pd.DataFrame:
    """Return the effects on the chosen makers and their main rivals: maker, name, role, then as `Comparison.effects`, and `sure`.

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
    sure = (rows["low90"] > 0.0) | (rows["high90"] < 0.0)
    columns = ["maker", "name", "role", *(name for name in rows if name not in ("maker", "name", "role"))]
    return rows.assign(sure=sure)[[*columns, "sure"]].reset_index(drop=True)


def name_of(case: Case, maker: str) -> str:
    """Return the name of a maker by its id, without what it is also called."""
    return case.labels.maker_names[case.labels.makers.index(maker)].split(" (")[0]
