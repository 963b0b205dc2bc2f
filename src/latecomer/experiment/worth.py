"""What did a reform cost, and whom did it serve? Money of paired histories, summed over years.

    total = buyers' surplus + profit of own brands + profit of ventures and foreign plants + public balance + losses made good
    public balance = taxes on cars - public outlay

as differences between paired histories, summed from the first year that differs to a last year, plainly and discounted to
the first year at the social rate of 8% (what China's ministries set for the appraisal of projects in 2006; quoted, not
located). Losses made good pass from the budget to makers, whose profit stands before them. Billion CNY of 2010. Not booked
in the model, hence not here: profit tax, duty on kits and parts, the cost of chargers, and what importers earn. What a
reform buys is told per 100 billion CNY of public outlay only where outlay clearly rises.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.axes import PRIVATE
from latecomer.experiment.compare import LEVELS, Comparison
from latecomer.shown import Shown

SOCIAL_RATE = 0.08
PLACES = ("surplus", "own_profit", "foreign_profit", "tax", "outlay", "balance", "total")
TITLES = {
    "surplus": "Buyers' surplus", "own_profit": "Profit of own-brand makers",
    "foreign_profit": "Profit of ventures and foreign plants",
    "tax": "Taxes and tariffs on cars", "outlay": "Public outlay", "balance": "Public balance", "total": "Sum",
}  # fmt: skip
BOUGHT = {
    "strong": "index points of strong",
    "own_brand_share": "share of own brands",
    "vehicles": "vehicles a year",
}
HUNDRED = 100.0  # billion CNY
COLUMNS = ["low90", "low50", "median", "high50", "high90"]


@dataclass(frozen=True, repr=False)
class Worth(Shown):
    """Money of a reform from `first` to `last`: `money` (item, title, then bands plain and `discounted_...`, positive),
    `regions` and `buyers` (name, bands), `bought` (per 100 billion CNY of outlay; empty where it does not clearly rise)."""

    first: int
    last: int
    rate: float
    money: pd.DataFrame
    regions: pd.DataFrame
    buyers: pd.DataFrame
    bought: pd.DataFrame


def worth(found: Comparison, last: int | None = None, rate: float = SOCIAL_RATE) -> Worth:
    """Return the money of a comparison up to a year (default: the last), discounted at `rate` a year."""
    years = found.years.astype(int)
    first = int(found.since or years[0])
    end = int(years[-1] if last is None else last)
    within = (years >= first) & (years <= end)
    factor = (1.0 + rate) ** -(years[within] - first).astype(float)
    items = {name: values[:, within] for name, values in flows(found).items()}
    rows = []
    for name in PLACES:
        plain, later = items[name].sum(axis=1), (items[name] * factor).sum(axis=1)
        bands = {f"discounted_{key}": value for key, value in banded(later).items()}
        rows.append(
            {
                "item": name,
                "title": TITLES[name],
                **banded(plain),
                **bands,
                "positive": float((plain > 0.0).mean()),
            }
        )
    money = pd.DataFrame(rows)
    regions = by_place(found, ("region_surplus", "region_tax"), found.case.labels.region_names, within)
    buyers = by_place(found, ("surplus_by_buyer",), found.case.labels.buyers, within)
    return Worth(first, end, rate, money, regions, buyers, bought(found, items["outlay"].sum(axis=1), end))


def flows(found: Comparison) -> dict[str, np.ndarray]:
    """Return the differences [n, t] of every item (billion CNY of 2010 a year)."""
    profit = found.differences("maker_profit")
    own = found.case.makers["ownership"] <= PRIVATE
    parts = {
        "surplus": found.differences("consumer_surplus"),
        "own_profit": profit[:, :, own].sum(axis=2),
        "foreign_profit": profit[:, :, ~own].sum(axis=2),
        "tax": found.differences("tax"),
        "outlay": found.differences("public_outlay"),
        "balance": found.differences("public_balance"),
    }
    total = parts["surplus"] + parts["own_profit"] + parts["foreign_profit"] + parts["balance"]
    return {**parts, "total": total + found.differences("soft_aid")}


def banded(values: np.ndarray) -> dict[str, float]:
    """Return median, 50% and 90% band of values [n]."""
    return dict(zip(COLUMNS, (float(value) for value in np.quantile(values, LEVELS)), strict=True))


def by_place(
    found: Comparison, series: tuple[str, ...], names: tuple[str, ...], within: np.ndarray
) -> pd.DataFrame:
    """Return what every place along the axis of the series gains in all, the largest gain first."""
    gained = np.sum([found.differences(name)[:, within].sum(axis=1) for name in series], axis=0)
    rows = [{"name": name, **banded(gained[:, i])} for i, name in enumerate(names)]
    return pd.DataFrame(rows).sort_values("median", ascending=False, kind="stable").reset_index(drop=True)


def bought(found: Comparison, outlay: np.ndarray, year: int) -> pd.DataFrame:
    """Return the effect in a year per 100 billion CNY of extra outlay; no rows where outlay does not clearly rise."""
    if (outlay > 0.0).mean() < 0.9 or np.median(outlay) < 1.0:
        return pd.DataFrame(columns=["series", "unit", "outlay", "per_100_billion"])
    rows = [
        {"series": name, "unit": unit, "outlay": float(np.median(outlay)),
         "per_100_billion": found.effect(name, year).median / np.median(outlay) * HUNDRED}
        for name, unit in BOUGHT.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)
