"""What was growth made of: more plant and people, better use of them, better vehicles, or better makers?

Real output is revenue at constant quality. With V vehicles made, R revenue, K plant, L people, U = R / V the value of a
vehicle, D the price of a vehicle of constant quality, and a labour share b of value added, each year

    d ln (R / D) =  (1-b) d ln K + b d ln L             more plant, more people
                  + (1-b) d ln (V / K)                   fuller use of plant
                  + b d ln (V / L)                       fewer people per vehicle
                  + W / U* - d ln D                      better vehicles: worth more than their price of constant quality
                  + (B + N - X) / U*                     output moves to makers of more valuable vehicles

which holds exactly. d ln D is the change of the quality-adjusted price times the mean share of cars in revenue; trucks
have a constant price in the model. The change of U = sum s_m v_m (s share of maker m in vehicles, v its value a vehicle)
is split after Griliches and Regev, whose averages leave no cross term:

    W = sum s~ dv,  B = sum ds (v~ - U~)  over makers in both years (~ mean of the two years)
    N = sum s (v - U~)  over makers that came,  X = the same over makers that went

and U* = dU / d ln U, the logarithmic mean, turns it into logs. Contributions of a period are sums over its years.

Given, not simulated: people per vehicle are those of the record (employment over production), joined log-linearly and held
at the ends. So the model tells plant, quality and shifts, and the record how the rest of volume falls to people and to
their productivity; outside the recorded years it falls to people. Sources: Solow 1957; Griliches and Regev 1995; Foster,
Haltiwanger and Krizan 2001, who compare ways to split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from latecomer.axes import IMPORTER
from latecomer.record import Run
from latecomer.study.paired import BAND90
from latecomer.types import Case, Finding

LABOUR_SHARE = 0.4  # of value added; an assumption, 0.3 to 0.5 are as good
PEOPLE, MADE = "auto_employment", "vehicle_production"
MODES = {
    "capital": "More plant",
    "labour": "More people",
    "use": "Fuller use of plant",
    "efficiency": "Fewer people per vehicle",
    "quality": "Better vehicles",
    "reallocation": "Shift between makers",
}
TOTAL = "total"
COLUMNS = ["period", "first", "last", "mode", "title", "mean", "low", "high"]


@dataclass(frozen=True, repr=False)
class Growth(Finding):
    """What growth was made of: `modes` (period, first, last, mode, title, mean, low, high; logs a year, means add up) and
    `prices`, the change of the price of a car of constant quality in the same columns."""

    title: str
    modes: pd.DataFrame
    prices: pd.DataFrame
    manifest: Mapping[str, Any]

    kind = "growth"

    @property
    def question(self) -> str:
        return "What was growth made of?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"growth": self.modes, "prices_at_constant_quality": self.prices}

    def sentences(self) -> list[str]:
        """Say of every period how fast real output grew, and which two modes gave most of it."""
        return [f"{text}." for text in told(self.modes)]


def growth(run: Run, breaks: Sequence[int] | None = None, labour_share: float = LABOUR_SHARE) -> Growth:
    """Return what the growth of a run was made of, by period. Raises ValueError where no year has output."""
    title = f"What growth was made of: {run.case.title}"
    return Growth(title, growth_table(run, breaks, labour_share), price_table(run, breaks), run.manifest)


def told(table: pd.DataFrame) -> list[str]:
    """Return the total and the two largest contributions of each period in words, per cent a year."""
    said = []
    for period, rows in table.groupby("period", sort=False):
        total = rows.loc[rows["mode"] == TOTAL, "mean"].iloc[0]
        largest = rows[rows["mode"] != TOTAL].nlargest(2, "mean")
        most = " and ".join(f"{row.title.lower()} {100.0 * row.mean:.1f}" for row in largest.itertuples())
        said.append(f"{period}: {100.0 * total:.1f}, most of it {most}")
    return said


def growth_table(
    run: Run, breaks: Sequence[int] | None = None, labour_share: float = LABOUR_SHARE
) -> pd.DataFrame:
    """Return one row for each period and mode, and the total: mean, low and high (90%), as a growth rate in logs a year.

    Columns: period, first, last, mode, title, mean, low, high. Means add up to the mean of the total. The first period
    begins with the first year in which every history has output. Raises ValueError where no year has.
    """
    start, parts = contributions(run, labour_share)
    first = int(run.years[start])
    rows = []
    for begin, end in periods(run, first, breaks):
        years = slice(begin - first, end - first)
        for mode, values in parts.items():
            rate = values[:, years].sum(axis=1) / (end - begin)
            rows.append(summed(begin, end, mode, MODES.get(mode, "Growth of real output"), rate))
    return pd.DataFrame(rows, columns=COLUMNS)


def price_table(run: Run, breaks: Sequence[int] | None = None) -> pd.DataFrame:
    """Return the change of the price of a car of constant quality by period, and what cost and margins add to it.

    ln P = ln (1 - markup) P - ln (1 - markup): cost at constant quality (taxes included) and the margin over it. The fall of
    that cost is technical change seen from prices, where contributions see it from quantities. Columns as in `growth_table`;
    modes `cost`, `margin` and `total`. Periods begin when every history has a market.
    """
    first = int(run.years[first_year(run.series("average_price"))])
    logs = {TOTAL: np.log(run.series("price_index")), "margin": -np.log1p(-run.series("markup"))}
    logs = {"cost": logs[TOTAL] - logs["margin"], **logs}
    named = {"cost": "Cost at constant quality", "margin": "Margin", TOTAL: "Price at constant quality"}
    rows = []
    for begin, end in periods(run, first, breaks):
        at = [end - int(run.years[0]), begin - int(run.years[0])]
        for mode, values in logs.items():
            rate = (values[:, at[0]] - values[:, at[1]]) / (end - begin)
            rows.append(summed(begin, end, mode, named[mode], rate))
    return pd.DataFrame(rows, columns=COLUMNS)


def periods(run: Run, first: int, breaks: Sequence[int] | None) -> list[tuple[int, int]]:
    """Return first and last year of each period, by default those of the case, cut off where the run has no output or ends."""
    breaks = run.case.setting.looks("growth") if breaks is None else breaks
    last = int(run.years[-1])
    return list(pairwise(sorted({min(max(year, first), last) for year in breaks})))


def summed(begin: int, end: int, mode: str, title: str, rate: np.ndarray) -> tuple:
    """Return one row of a table: mean and 90% band of a rate [n]."""
    low, high = np.quantile(rate, BAND90[::2])
    return f"{begin}-{end}", begin, end, mode, title, rate.mean(), low, high


def contributions(run: Run, labour_share: float = LABOUR_SHARE) -> tuple[int, dict[str, np.ndarray]]:
    """Return the index of the first year s, and by mode the contributions [n, t] to growth from year s + t to the next.

    The last entry is the total, d ln of real output, taken from revenue and prices, not from the sum of the modes.
    """
    home = run.case.makers["ownership"] != IMPORTER
    made = (run.series("maker_sales") + run.series("maker_commercial"))[:, :, home]
    revenue = run.series("maker_revenue")[:, :, home]
    plant = run.series("capacity") + run.series("truck_capacity")
    start = first_year(made.sum(axis=2), revenue.sum(axis=2), plant)
    trucks, prices = run.series("truck_revenue")[:, start:], run.series("price_index")[:, start:]
    made, revenue, plant = made[:, start:], revenue[:, start:], plant[:, start:]
    cars = 1.0 - trucks / revenue.sum(axis=2)
    deflator = 0.5 * (cars[:, 1:] + cars[:, :-1]) * np.diff(np.log(prices))
    people = np.log(people_per_vehicle(run.case))[start:]
    return start, account(made, revenue, plant, deflator, np.diff(people), labour_share)


def account(
    made: np.ndarray,
    revenue: np.ndarray,
    plant: np.ndarray,
    deflator: np.ndarray,
    people: np.ndarray,
    labour_share: float,
) -> dict[str, np.ndarray]:
    """Return contributions [n, t-1] by mode from vehicles and revenue [n, t, m], plant [n, t], the growth of the price of
    constant quality [n, t-1] and of people per vehicle [t-1] (logs). See the module docstring."""
    vehicles = np.diff(np.log(made.sum(axis=2)))
    capital = np.diff(np.log(plant))
    within, between = split(made, revenue)
    b = labour_share
    return {
        "capital": (1.0 - b) * capital,
        "labour": b * (vehicles + people),
        "use": (1.0 - b) * (vehicles - capital),
        "efficiency": -b * np.broadcast_to(people, vehicles.shape),
        "quality": within - deflator,
        "reallocation": between,
        TOTAL: np.diff(np.log(revenue.sum(axis=2))) - deflator,
    }


def split(made: np.ndarray, revenue: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what makers themselves and what shifts between them add to d ln of revenue a vehicle, [n, t-1] each."""
    total = made.sum(axis=2, keepdims=True)
    share = made / total
    value = np.divide(revenue, made, out=np.zeros_like(revenue), where=made > 0.0)
    mean = revenue.sum(axis=2, keepdims=True) / total
    there = made > 0.0
    stayed, came, went = (
        there[:, 1:] & there[:, :-1],
        there[:, 1:] & ~there[:, :-1],
        there[:, :-1] & ~there[:, 1:],
    )
    middle = 0.5 * (mean[:, 1:] + mean[:, :-1])
    within = stayed * 0.5 * (share[:, 1:] + share[:, :-1]) * np.diff(value, axis=1)
    moved = stayed * np.diff(share, axis=1) * (0.5 * (value[:, 1:] + value[:, :-1]) - middle)
    moved += came * share[:, 1:] * (value[:, 1:] - middle) - went * share[:, :-1] * (value[:, :-1] - middle)
    scale = logarithmic_mean(mean[:, :-1, 0], mean[:, 1:, 0])
    return within.sum(axis=2) / scale, moved.sum(axis=2) / scale


def logarithmic_mean(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (y - x) / (ln y - ln x), which is x where both are equal."""
    change = np.log(y / x)
    near = np.abs(change) < 1e-6  # a series, since the quotient loses its digits
    return np.where(near, np.sqrt(x * y), (y - x) / np.where(near, 1.0, change))


def first_year(*series: np.ndarray) -> int:
    """Return the first index from which all series [n, t] are positive in all histories."""
    positive = np.all([(values > 0.0).all(axis=0) for values in series], axis=0)
    gaps = np.flatnonzero(~positive)
    start = int(gaps[-1]) + 1 if len(gaps) else 0
    if start >= len(positive) - 1:
        raise ValueError("no two years in which every history has output, revenue and plant")
    return start


def people_per_vehicle(case: Case) -> np.ndarray:
    """Return people employed for each vehicle made a year [t], of the record; ones where the case has no such facts."""
    means = [
        case.facts[case.facts["series"] == name].groupby("year")["value"].mean() for name in (PEOPLE, MADE)
    ]
    ratio = (means[0] / means[1]).dropna()
    if ratio.empty:
        return np.ones(len(case.years))
    return np.exp(np.interp(case.years, ratio.index, np.log(ratio)))
