"""What did each maker do, year by year? The panel of makers: who they are, what they know, what they sold and earned.

One row for each history, year and maker that exists in it. Beside the series by maker stand

    ownership, group     as they are in that year (in histories by rule they differ from the case's)
    ventures             joint ventures of its group that exist in that year: what it may learn from
    name, parent, brand_origin, home     as the case gives them; the parent is the foreign maker behind a venture or plant
    capability_<domain>  mastered technology by domain (log units)

Quality and price are missing where a maker sells no car at home. Money is in CNY of 2010, volumes in vehicles. An importer's
sales are its imports. The frame is made on demand; nothing of it is kept.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from latecomer.axes import DOMAINS, JOINT_VENTURE, ORIGINS, OWNERSHIP
from latecomer.errors import Problems, UsageError
from latecomer.types import Case

BY_MAKER = {
    "sales": "maker_sales", "exports": "maker_exports", "commercial": "maker_commercial", "revenue": "maker_revenue",
    "profit": "maker_profit", "research": "maker_research", "quality": "maker_quality", "price": "maker_price",
    "trust": "maker_trust", "control": "maker_control",
}  # fmt: skip
MISSING_WITHOUT_SALES = ("quality", "price")


def panel_of(
    case: Case, histories: np.ndarray, records: np.recarray, makers: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the panel of records [n, t] (module docstring), of all makers or of those named.

    Raises UsageError with every name that is no maker of the case.
    """
    chosen = places_of(case, makers)
    owner = records["maker_owner"][:, :, chosen]
    n, t, m = np.nonzero(owner >= 0)
    at = (n, t, chosen[m])
    facts = {name: np.array(values)[at[2]] for name, values in maker_facts(case).items()}
    group = records["maker_group"][at]
    columns = {
        "history": histories[n], "year": case.years[t], "maker": np.array(case.labels.makers)[at[2]],
        "name": facts["maker_name"], "ownership": np.array(OWNERSHIP)[owner[n, t, m]],
        "group": np.array([*case.labels.makers, ""])[group], "parent": facts["parent"],
        "brand_origin": facts["brand_origin"], "home": facts["home"], "ventures": ventures_of(records)[n, t, group],
    }  # fmt: skip
    columns |= {name: records[series][at].astype(float) for name, series in BY_MAKER.items()}
    known = records["maker_capability"][at].astype(float)
    columns |= {f"capability_{domain}": known[:, d] for d, domain in enumerate(DOMAINS)}
    found = pd.DataFrame(columns)
    found.loc[found["price"] == 0.0, list(MISSING_WITHOUT_SALES)] = np.nan
    return found


def places_of(case: Case, makers: str | Sequence[str] | None) -> np.ndarray:
    """Return the places of the makers named, of all without names; raises UsageError with every name that is none."""
    if makers is None:
        return np.arange(len(case.labels.makers))
    problems = Problems()
    names = list(makers) if isinstance(makers, Iterable) and not isinstance(makers, str) else [makers]
    for name in names:
        if name not in case.labels.makers:
            problems.add("makers", None, None, name, "a maker of the case", valid=case.labels.makers)
    problems.raise_if_any(UsageError)
    return np.array([case.labels.makers.index(name) for name in names], dtype=int)


def ventures_of(records: np.recarray) -> np.ndarray:
    """Return how many joint ventures a group has [n, t, m + 1], by its head; the last place, of makers in none, is zero."""
    n, t, m = np.nonzero((records["maker_owner"] == JOINT_VENTURE) & (records["maker_group"] >= 0))
    shape = records["maker_owner"].shape
    count = np.zeros((shape[0], shape[1], shape[2] + 1), dtype=int)
    np.add.at(count, (n, t, records["maker_group"][n, t, m]), 1)
    return count


def maker_facts(case: Case) -> dict[str, list[str]]:
    """Return what the case says of each maker: name, ownership, head of its group, foreign parent, origin of the brand, home."""
    makers, labels = case.makers, case.labels
    return {
        "maker_name": list(labels.maker_names),
        "ownership": [OWNERSHIP[code] for code in makers["ownership"]],
        "group": [labels.makers[code] if code >= 0 else "" for code in makers["group"]],
        "parent": parents(case),
        "brand_origin": [ORIGINS[code] for code in makers["origin"]],
        "home": [labels.regions[code] if code >= 0 else "" for code in makers["home"]],
    }


def parents(case: Case) -> list[str]:
    """Return the foreign maker behind each venture; a plant's is the maker itself, others have none.

    Codes count the foreign partners of `joint_ventures.csv` in order of appearance, and after them the makers.
    """
    foreign = [*pd.unique(case.tables["joint_ventures"]["foreign_partner"]), *case.labels.makers]
    return [str(foreign[code]) if code >= 0 else "" for code in case.makers["partner"]]
