"""Which parameters bring the histories near the record up to 2010, and which others would do as well? A staged, repeatable fit.

    stage 1  plan and trucks   vehicles 1955-84, commercial vehicles, fleet            plan_*, truck_*
    stage 2  demand and prices sales, segments, imports, elasticity, price change      utility, price, cost, institutions
    stage 3  capability        quality gap, own-brand shares                           digestion, spillover, improvement, trust
    stage 4  all together      every target marked `fit`                               all of the above and the export constant
    stage 5  draws             vectors near the optimum, other parameters drawn from their ranges, kept by loss

Loss: mean over the years of each target of (miss / sd)^2, capped per point, summed over targets, plus the moments (elasticity, price change,
decay of the quality gap), plus a weak pull towards the middle of each range. Misses are taken at the mean of logs over a few histories.
Only facts of 2010 and earlier enter; electric parameters come from outside priors and are not moved. Search: CMA-ES (Hansen and
Ostermeier 2001, package `cma`), seeded. Years after 2010 are not even simulated.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.axes import YEAR, record, sizes
from latecomer.fit.score import TRAINING_END, position
from latecomer.record import SERIES
from latecomer.run import run_history, threads_available, workspace
from latecomer.types import Case

PENALTY_CAP = 16.0
PULL = 0.05

STAGES: dict[str, tuple[str, ...]] = {
    "plan and trucks": ("plan", "commercial"),
    "demand and prices": ("market", "buyers", "cost"),
    "capability": ("knowledge", "brand", "exports"),
    "all together": ("plan", "commercial", "market", "buyers", "cost", "knowledge", "brand", "exports"),
}
STAGE_TARGETS: dict[str, tuple[str, ...]] = {
    "plan and trucks": ("vehicles", "commercial_vehicles", "commercial_by_class", "vehicle_fleet"),
    "demand and prices": ("vehicles", "passenger_cars", "sedans", "imports", "segment_sales", "private_fleet", "own_elasticity",
                          "price_index", "average_price"),
    "capability": ("own_brand_share", "own_brand_sedan_share", "quality_gap", "sedans", "passenger_cars", "vehicle_exports",
                   "passenger_exports", "price_index", "research_intensity"),
    "all together": (),
}  # fmt: skip


@dataclass
class Objective:
    """Loss of a parameter vector on facts up to 2010, on a fixed set of histories (common random numbers)."""

    case: Case
    histories: int = 6
    seed: int = 1

    def __post_init__(self) -> None:
        rows = self.case.targets
        self.rows = rows[(rows["sample"] == "fit") & (rows["year"] <= TRAINING_END)].reset_index(drop=True)
        self.last = int(np.searchsorted(self.case.years, TRAINING_END)) + 1
        kind = record(YEAR, sizes(len(self.case.makers), len(self.case.labels.regions)))
        self.out = np.zeros((self.histories, self.last), kind).view(np.recarray)
        self.spaces = [workspace(self.case) for _ in range(threads_available())]
        self.pool = ThreadPoolExecutor(len(self.spaces))

    def simulate(self, params: np.recarray) -> np.recarray:
        """Run the fixed histories to the last training year and return their records [n, t]."""

        def work(thread: int) -> None:
            for n in range(thread, self.histories, len(self.spaces)):
                run_history(self.case, self.seed, n, self.out[n], self.spaces[thread], params)

        list(self.pool.map(work, range(len(self.spaces))))
        return self.out

    def parts(self, params: np.recarray) -> dict[str, float]:
        """Return the loss by target and moment."""
        out = self.simulate(params)
        found: dict[str, float] = {}
        for target, rows in self.rows.groupby("target_id", sort=False):
            first = rows.iloc[0]
            values = series_of(self.case, out, first["series"], first["index_name"])
            picked = values[:, np.searchsorted(self.case.years, rows["year"].to_numpy(int))]
            found[f"{first['series']}|{target}"] = misfit(picked, rows, first["measure"] == "log")
        for moment in self.case.moments.itertuples():
            if moment.sample == "fit":
                values = series_of(self.case, out, moment.series, moment.index_name)
                found[f"{moment.series}|{moment.moment_id}"] = moment_misfit(values, moment, self.case.years)
        return found

    def loss(self, params: np.recarray, series: tuple[str, ...] = ()) -> float:
        """Return the loss, over all targets or those of the named series."""
        total = sum(
            value for name, value in self.parts(params).items() if not series or name.split("|")[0] in series
        )
        return total if np.isfinite(total) else 1e9


def series_of(case: Case, out: np.recarray, series: str, index: str) -> np.ndarray:
    """Return one series [n, t] of truncated records."""
    place = position(case, series, index)
    return out[series] if place is None else out[series][:, :, place]


def misfit(simulated: np.ndarray, rows: pd.DataFrame, logs: bool) -> float:
    """Return the mean squared miss of the ensemble centre over the years of a target, in units of its sd."""
    truth, sd = rows["value"].to_numpy(float), rows["sd"].to_numpy(float)
    centre = np.log(np.maximum(simulated, 1.0)).mean(axis=0) if logs else simulated.mean(axis=0)
    miss = (centre - (np.log(truth) if logs else truth)) / sd
    return float(np.mean(np.minimum(miss**2, PENALTY_CAP)))


def moment_misfit(values: np.ndarray, moment: tuple, years: np.ndarray) -> float:
    """Return the squared miss of a moment: the mean of a series over a span, or its log change between two years."""
    first, last = np.searchsorted(years, (moment.first, moment.last))
    if moment.measure == "mean":
        found = values[:, first : last + 1].mean()
    else:
        found = float(np.mean(np.log(np.maximum(values[:, last], 1e-9) / np.maximum(values[:, first], 1e-9))))
    return float(min(((found - moment.value) / moment.sd) ** 2, 4 * PENALTY_CAP))


def search(
    case: Case, objective: Objective, start: np.recarray, stage: str, evaluations: int, seed: int,
    progress: Callable[[str, int, float], None] | None = None, step: float = 0.15,
) -> tuple[np.recarray, np.ndarray]:  # fmt: skip
    """Minimise the loss over the free parameters of a stage from `start`; return the best vector and the last covariance (unit box)."""
    import cma

    register = case.register
    free = register[(register["fit"] == 1) & register["group"].isin(STAGES[stage])]
    low, span = free["low"].to_numpy(float), (free["high"] - free["low"]).to_numpy(float)
    names = list(free["name"])
    origin = np.array([(float(start[name][0]) - a) / b for name, a, b in zip(names, low, span, strict=True)])

    def value(x: np.ndarray) -> float:
        return objective.loss(placed(start, names, low + span * x), STAGE_TARGETS[stage]) + PULL * float(
            np.sum((2 * x - 1) ** 2)
        )

    options = {"bounds": [0, 1], "seed": seed, "maxfevals": evaluations, "verbose": -9, "popsize": 12}
    engine = cma.CMAEvolutionStrategy(np.clip(origin, 0.02, 0.98), step, options)
    best, best_value = origin, value(origin)
    while not engine.stop():
        points = engine.ask()
        losses = [value(x) for x in points]
        engine.tell(points, losses)
        k = int(np.argmin(losses))
        if losses[k] < best_value:
            best, best_value = np.array(points[k]), losses[k]
        if progress:
            progress(stage, int(engine.countevals), best_value)
    return placed(start, names, low + span * best), engine.sigma**2 * np.array(engine.C)


def placed(params: np.recarray, names: list[str], values: np.ndarray) -> np.recarray:
    """Return a copy of the parameter record with some values replaced."""
    changed = np.array(params).view(np.recarray)
    for name, value in zip(names, values, strict=True):
        changed[name] = value
    return changed
