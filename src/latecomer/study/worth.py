"""What did a reform cost, and whom did it serve? Money of paired histories, summed over years.

    total = buyers' surplus + profit of own brands + profit of ventures and foreign plants + public balance + losses made good
    public balance = taxes on cars - public outlay

as differences between paired histories, summed from the first year that differs to a last year, plainly and discounted to
the first year at the social rate of 8% (what China's ministries set for the appraisal of projects in 2006; quoted, not
located). Losses made good pass from the budget to makers, whose profit stands before them. Billion CNY of 2010. Not booked
in the model, hence not here: profit tax, duty on kits and parts, the cost of chargers, what importers earn, and what owners
keep of the aid for which they trade in a car with a combustion engine.

    bought   100 x gain / outlay     what 100 billion CNY of outlay buy, where outlay clearly rises
    cost     -total / gain           what a unit of a gain costs all together, spent or not: also of a tariff or a rule

Both are ratios within a history, with their band: over the histories in which outlay rises, or the gain has its more
frequent sign (no row unless 95% have it: its 90% band excludes zero; nor where the gain is under a quarter of its unit:
nothing is stretched more than fourfold). Where a cost is negative, whoever gives up a unit pays for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from latecomer.axes import PRIVATE
from latecomer.study.paired import banded
from latecomer.study.pairs import Pairs
from latecomer.study.words import number, signed
from latecomer.types import Finding, kept
from latecomer.vocabulary import QUANTITIES

PLACES = ("surplus", "own_profit", "foreign_profit", "tax", "outlay", "balance", "total")
SERIES_OF = {
    "surplus": "consumer_surplus",
    "outlay": "public_outlay",
    "balance": "public_balance",
}  # where names differ
SUM = "Sum"
BOUGHT = {
    "strong": (1.0, "index points of strong"),
    "own_brand_share": (100.0, "points of own brands' share"),
    "vehicles": (1e-6, "million vehicles a year"),
}  # factor, unit
RETURNED = {"surplus": "billion CNY of buyers' surplus", "total": "billion CNY in all"}
HUNDRED = 100.0  # billion CNY
SURE = 0.9  # histories that agree on a sign
BAND_SURE = 0.95  # the same where the 90% band excludes zero: a ratio to a gain near zero means nothing
LEAST_OUTLAY = 1.0  # billion CNY
LEAST_GAIN = 0.25  # units


@dataclass(frozen=True, repr=False)
class Worth(Finding):
    """Money of a reform from `first` to `last`: `money` (item, title, then bands plain and `discounted_...`, positive),
    `regions` and `buyers` (name, bands, positive), `bought` (per 100 billion CNY of outlay) and `cost` (billion CNY per
    unit); see the module docstring for where these two have no rows."""

    first: int
    last: int
    rate: float
    money: pd.DataFrame
    regions: pd.DataFrame
    buyers: pd.DataFrame
    bought: pd.DataFrame
    cost: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)

    kind = "worth"

    @property
    def title(self) -> str:
        return f"Money from {self.first} to {self.last}"

    @property
    def question(self) -> str:
        return "What did it cost, and whom did it serve?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {
            "money": self.money, "provinces": self.regions, "buyers": self.buyers, "bought": self.bought, "cost": self.cost
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """Say what 100 billion CNY of public spending buy, and what a unit of each gain costs in all."""
        if self.bought.empty:
            said = ["Public spending does not clearly increase, so no cost per yuan is given."]
        else:
            outlay = number(float(self.bought["outlay"].iloc[0]))
            parts = [f"{ratio(row, 'per_100_billion')} {row.unit}" for row in self.bought.itertuples()]
            said = [
                f"Of {outlay} billion CNY of extra public spending to {self.last}, every 100 billion yield: {'; '.join(parts)} "
                "(90% of pairs in brackets; not discounted)."
            ]
        return [*said, *self.costs()]

    def costs(self) -> list[str]:
        """Say what everybody together pays, up to the last year of the sums, for a unit gained, and gets for one given up."""
        if self.cost.empty:
            return []
        rows = self.cost.assign(**{name: per_unit_of(self.cost, name) for name in RATIOS})
        parts = [
            f"{ratio(row, 'per_unit')} billion CNY for each {one_of(row.unit)} {'more' if row.gain > 0.0 else 'less'}"
            for row in rows.itertuples()
        ]
        return [
            f"What buyers, makers and budgets together gain from {self.first} to {self.last}, not discounted, per unit of what "
            f"changes in {self.last}: {'; '.join(parts)} (90% of pairs in brackets; below zero they lose)."
        ]


RATIOS = {"per_unit": "per_unit", "low90": "high90", "high90": "low90"}


def per_unit_of(rows: Any, name: str) -> Any:
    """Return money that all get per unit of the size of an effect: minus the cost of a gain, the cost of a unit for a loss."""
    return np.where(rows["gain"] > 0.0, -rows[RATIOS[name]], rows[name])


def one_of(unit: str) -> str:
    """Return a unit of `worth` in the singular."""
    return unit.replace("points", "point", 1).replace("million vehicles", "million of vehicles")


def ratio(row: Any, name: str) -> str:
    """Return a ratio with its band as text."""
    return f"{signed(getattr(row, name))} ({signed(row.low90)} to {signed(row.high90)})"


@kept
def worth(found: Pairs, last: int | None = None, rate: float | None = None) -> Worth:
    """Return the money of a comparison up to a year (default: the last), discounted at `rate` a year.

    The rate is by default the social rate of the case.
    """
    rate = found.case.setting.social_rate if rate is None else rate
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
                "title": title_of(name),
                **banded(plain),
                **bands,
                "positive": float((plain > 0.0).mean()),
            }
        )
    money = pd.DataFrame(rows)
    regions = by_place(found, ("region_surplus", "region_tax"), found.case.labels.region_names, within)
    buyers = by_place(found, ("surplus_by_buyer",), found.case.labels.buyers, within)
    sums = {name: values.sum(axis=1) for name, values in items.items()}
    return Worth(
        first,
        end,
        rate,
        money,
        regions,
        buyers,
        bought(found, sums, end),
        cost(found, sums["total"], end),
        found.manifest,
    )


def title_of(item: str) -> str:
    """Return the title of an item of the money."""
    return SUM if item == "total" else QUANTITIES[SERIES_OF.get(item, item)].title


@kept
def flows(found: Pairs) -> dict[str, np.ndarray]:
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


def by_place(
    found: Pairs, series: tuple[str, ...], names: tuple[str, ...], within: np.ndarray
) -> pd.DataFrame:
    """Return what every place along the axis of the series gains in all, the largest gain first."""
    gained = np.sum([found.differences(name)[:, within].sum(axis=1) for name in series], axis=0)
    odds = (gained > 0.0).mean(axis=0)
    rows = [{"name": name, **banded(gained[:, i]), "positive": odds[i]} for i, name in enumerate(names)]
    return pd.DataFrame(rows).sort_values("median", ascending=False, kind="stable").reset_index(drop=True)


def bought(found: Pairs, sums: Mapping[str, np.ndarray], year: int) -> pd.DataFrame:
    """Return the gains of a year, and the money [n] summed until then, per 100 billion CNY of extra outlay.

    Columns: series, unit, outlay (median), per_100_billion (median), low90, high90, histories (that count). No rows where outlay
    does not clearly rise.
    """
    columns = ["series", "unit", "outlay", "per_100_billion", "low90", "high90", "histories"]
    outlay = sums["outlay"]
    rises, typical = outlay > 0.0, float(np.median(outlay))
    if rises.mean() < SURE or typical < LEAST_OUTLAY:
        return pd.DataFrame(columns=columns)
    gains = {name: (unit, gain) for name, unit, gain in gains_of(found, year)}
    gains |= {name: (unit, sums[name]) for name, unit in RETURNED.items()}
    rows = [
        (name, unit, typical, *of_ratio(HUNDRED * gain[rises] / outlay[rises]))
        for name, (unit, gain) in gains.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def cost(found: Pairs, total: np.ndarray, year: int) -> pd.DataFrame:
    """Return what a unit of each gain of a year costs in money [n] summed until then (billion CNY per unit).

    Columns: series, unit, gain (median), per_unit (median), low90, high90, histories (that count). No row where the sign of
    the gain is not sure, or the gain small.
    """
    rows = []
    for name, unit, gain in gains_of(found, year):
        sign = 1.0 if (gain > 0.0).mean() >= SURE else -1.0
        agree = sign * gain > 0.0
        if agree.mean() >= BAND_SURE and abs(float(np.median(gain))) >= LEAST_GAIN:
            rows.append((name, unit, float(np.median(gain)), *of_ratio(-total[agree] / gain[agree])))
    return pd.DataFrame(rows, columns=["series", "unit", "gain", "per_unit", "low90", "high90", "histories"])


def gains_of(found: Pairs, year: int) -> list[tuple[str, str, np.ndarray]]:
    """Return series, unit and difference [n] of what a reform may be for, in a year."""
    at = found.years == year
    return [
        (name, unit, factor * found.differences(name)[:, at][:, 0]) for name, (factor, unit) in BOUGHT.items()
    ]


def of_ratio(values: np.ndarray) -> tuple[float, float, float, int]:
    """Return median, ends of the 90% band, and the number of histories of a ratio [n]."""
    bands = banded(values)
    return bands["median"], bands["low90"], bands["high90"], len(values)
