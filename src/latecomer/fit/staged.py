"""Which parameters bring the histories near the record of the sample, and which others would do as well? A staged,
repeatable fit.

    stage 1  plan and trucks   vehicles of the early years, commercial vehicles, fleet            plan_*, truck_*
    stage 2  demand and prices sales, segments, imports, elasticity, price change      utility, price, cost, institutions
    stage 3  capability        quality gap, own-brand shares                           digestion, spillover, improvement, trust
    stage 4  all together      every target marked `fit`                               all of the above and the export constant
    stage 5  draws             vectors near the optimum, other parameters drawn from their ranges, kept by loss

Loss: mean over the years of each target of (miss / sd)^2, capped per point, summed over targets, plus the moments
(elasticity, price change, decay of the quality gap), plus a weak pull towards the middle of each range. Misses are
taken at the mean over a few histories. Only facts of the sample enter (`sample_end` of the case); electric parameters come
from outside priors and are not moved. Search: CMA-ES (Hansen and Ostermeier 2001, package `cma`), seeded. Years after the
sample are not even simulated.
"""

import csv
import io
import json
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from latecomer.asked import is_whole, note_numbers, note_whole
from latecomer.case.digests import FILE as DIGESTS
from latecomer.case.digests import write_digests
from latecomer.case.params import draws_digest
from latecomer.compiled import kernel_digest
from latecomer.errors import LatecomerError, Problems, UsageError
from latecomer.fit.score import moment_of, position
from latecomer.run import run_history, threads_available, workspace
from latecomer.shown import Shown
from latecomer.types import Case, note_case
from latecomer.vocabulary import YEAR, record

FEWEST_STEPS, MOST_STEPS = 8, 1_000_000
HIGHEST_FIT_SEED = 2**31 - 1  # what the search takes
PENALTY_CAP = 16.0
PULL = 0.05
WALK_BLOCK = 6
WALK_NARROW, WALK_WIDE = 0.02, 0.12

STAGES: dict[str, tuple[str, ...]] = {
    "plan and trucks": ("plan", "commercial"),
    "demand and prices": ("market", "buyers", "cost"),
    "capability": ("knowledge", "brand", "exports"),
    "all together": ("plan", "commercial", "market", "buyers", "cost", "knowledge", "brand", "exports"),
}
STAGE_TARGETS: dict[str, tuple[str, ...]] = {
    "plan and trucks": ("vehicles", "commercial_vehicles", "commercial_by_class", "vehicle_fleet",
                        "commercial_exports"),
    "demand and prices": ("vehicles", "passenger_cars", "sedans", "imports", "segment_sales", "private_fleet", "own_elasticity",
                          "price_index", "average_price"),
    "capability": ("own_brand_share", "own_brand_sedan_share", "quality_gap", "sedans", "passenger_cars", "vehicle_exports",
                   "passenger_exports", "exports_by_destination", "price_index", "research_intensity"),
    "all together": (),
}  # fmt: skip


@dataclass
class Objective:
    """Loss of a parameter vector on facts of the sample, on a fixed set of histories (common random numbers)."""

    case: Case
    histories: int = 6
    seed: int = 1

    def __post_init__(self) -> None:
        rows, self.sample_end = self.case.targets, self.case.setting.sample_end
        self.rows = rows[(rows["sample"] == "fit") & (rows["year"] <= self.sample_end)].reset_index(drop=True)
        self.last = int(np.searchsorted(self.case.years, self.sample_end)) + 1
        kind = record(YEAR, self.case.length)
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
    centre = simulated.mean(axis=0)
    miss = (np.log(np.maximum(centre, 1.0) / truth) if logs else centre - truth) / sd
    return float(np.mean(np.minimum(miss**2, PENALTY_CAP)))


def moment_misfit(values: np.ndarray, moment: Any, years: np.ndarray) -> float:
    """Return the squared miss of a moment at the mean over histories, in units of its sd."""
    found = float(moment_of(values, moment, years).mean())
    return float(min(((found - moment.value) / moment.sd) ** 2, 4 * PENALTY_CAP))


@dataclass(frozen=True, eq=False, repr=False)
class Fitted(Shown):
    """Outcome of a fit: the best vector, vectors near it, their losses, and how they were found."""

    best: np.recarray
    draws: np.recarray
    losses: np.ndarray
    parts: dict[str, float]
    how: dict


def fit(
    case: Case, evaluations: tuple[int, int, int, int] = (400, 2500, 800, 2500), steps: int = 4000, kept: int = 48, seed: int = 7,
    histories: int = 6, progress: Callable[[str, int, float], None] | None = None,
) -> Fitted:  # fmt: skip
    """Fit the free parameters in stages on facts of the sample, then draw vectors that do about as well.

    `evaluations` is the budget of each stage, `steps` the length of the random walk that gives the draws, of which
    `kept` are evenly taken. `progress(stage, count, loss)` is called as work goes on. Same arguments, same result, to
    the bit. Raises UsageError with everything that cannot be asked.
    """
    refuse(case, evaluations, steps, kept, seed, histories)
    objective = Objective(case, histories)
    params = np.array(case.params).view(np.recarray)
    for stage, budget in zip(STAGES, evaluations, strict=True):
        if budget:
            params = search(case, objective, params, stage, budget, seed, progress)
    draws, losses, accepted, params = walk(case, objective, params, steps, kept, seed, progress)
    how = {
        "case": case.name, "facts_to": case.setting.sample_end, "evaluations": list(evaluations), "steps": steps,
        "kept": kept, "seed": seed, "histories": histories, "accepted": round(accepted, 4),
        "loss_of_best": round(objective.loss(params), 4),
        "loss_of_draws": [round(float(q), 3) for q in np.quantile(losses, (0.05, 0.5, 0.95))], "kernel": kernel_digest(),
    }  # fmt: skip
    return Fitted(params, draws, losses, objective.parts(params), how)


def refuse(case: Case, evaluations: Sequence[int], steps: int, kept: int, seed: int, histories: int) -> None:
    """Raise one UsageError with everything that cannot be asked of a fit."""
    problems = Problems()
    if note_case(problems, case) and not (case.register["fit"] == 1).any():
        expected = "1 in a row at least: a parameter that is fitted"
        problems.add("params.csv", None, "fit", None, expected)
    if len(evaluations) != len(STAGES):
        problems.add("evaluations", None, None, evaluations, f"{len(STAGES)} numbers: {', '.join(STAGES)}")
    for budget in evaluations:
        note_whole(problems, "evaluations", budget, 0, MOST_STEPS)
    note_whole(problems, "steps", steps, FEWEST_STEPS, MOST_STEPS)
    note_whole(problems, "kept", kept, 1, max(steps, FEWEST_STEPS) if is_whole(steps) else MOST_STEPS)
    note_whole(problems, "seed", seed, 1, HIGHEST_FIT_SEED)
    note_numbers(problems, histories=histories)
    problems.raise_if_any(UsageError)


def search(
    case: Case, objective: Objective, start: np.recarray, stage: str, evaluations: int, seed: int,
    progress: Callable[[str, int, float], None] | None = None, step: float = 0.07,
) -> np.recarray:  # fmt: skip
    """Minimise the loss over the free parameters of a stage from `start` by CMA-ES in the unit box; return the best
    vector met, `start` where the case fits no parameter of the stage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # cma asks for matplotlib, which nothing here needs
            import cma
    except ImportError as error:
        raise LatecomerError("fitting needs the package cma: pip install 'latecomer[fit]'") from error
    register = case.register
    free = register[(register["fit"] == 1) & register["group"].isin(STAGES[stage])]
    if free.empty:
        return start
    low, span = free["low"].to_numpy(float), (free["high"] - free["low"]).to_numpy(float)
    names = list(free["name"])
    origin = (np.array([float(start[name][0]) for name in names]) - low) / span

    def value(x: np.ndarray) -> float:
        pull = PULL * float(np.sum((2 * x - 1) ** 2))
        return objective.loss(placed(start, names, low + span * x), STAGE_TARGETS[stage]) + pull

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
    return placed(start, names, low + span * best)


def walk(
    case: Case, objective: Objective, best: np.recarray, steps: int, kept: int, seed: int,
    progress: Callable[[str, int, float], None] | None = None,
) -> tuple[np.recarray, np.ndarray, float, np.recarray]:  # fmt: skip
    """Draw vectors by a random walk from the best one: density exp(-loss / 2) x prior, a few parameters moved at a
    time.

    Metropolis et al. 1953. Every target counts as one observation of its sd. Priors: uniform over the range for
    fitted parameters, triangular around the default for the rest; `fixed` ones stay. A short chain from one start: it
    follows ridges, it does not prove convergence. Returns the draws in random order, their losses, the share of steps
    accepted, and the vector of least loss met, fitted parameters moved only.
    """
    register = case.register[case.register["prior"] != "fixed"]
    names = list(register["name"])
    low, high = register["low"].to_numpy(float), register["high"].to_numpy(float)
    peak = np.array([float(best[name][0]) for name in names])
    peaked = (register["prior"] == "triangular").to_numpy()
    block = min(WALK_BLOCK, len(names))
    rng = np.random.default_rng(seed)
    here, loss, accepted = peak.copy(), objective.loss(best), 0
    prior = log_prior(here, low, high, peak, peaked)
    chain, losses = [], []
    free = (register["fit"] == 1).to_numpy()
    least, lowest = here, loss
    for step in range(steps):
        chosen = rng.choice(len(names), size=block, replace=False)
        there = here.copy()
        width = np.where(peaked[chosen], WALK_WIDE, WALK_NARROW) * (high[chosen] - low[chosen])
        there[chosen] += width * rng.standard_normal(block)
        toss = np.log(rng.random())
        if np.all((there >= low) & (there <= high)):
            prior_there = log_prior(there, low, high, peak, peaked)
            loss_there = objective.loss(placed(best, names, there))
            if toss < 0.5 * (loss - loss_there) + prior_there - prior:
                here, loss, prior, accepted = there, loss_there, prior_there, accepted + 1
                if loss < lowest:
                    least, lowest = here, loss
        chain.append(here)
        losses.append(loss)
        if progress and step % 20 == 0:
            progress("draws", step, loss)
    picked = np.linspace(steps // 4, steps - 1, kept).astype(int)
    picked = np.random.default_rng([seed, kept]).permutation(picked)  # few histories see the whole walk
    draws = np.repeat(np.array(best), kept).view(np.recarray)
    for column, name in enumerate(names):
        draws[name] = [float(f"{chain[k][column]:.6g}") for k in picked]
    found = placed(best, names, np.where(free, least, peak))
    if objective.loss(found) > objective.loss(best):
        found = best
    return draws, np.array(losses)[picked], accepted / max(steps, 1), found


def log_prior(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, peak: np.ndarray, peaked: np.ndarray
) -> float:
    """Return the log density of independent priors: triangular with its mode at `peak` where `peaked`, else uniform."""
    left, right = np.maximum(peak - low, 1e-12), np.maximum(high - peak, 1e-12)
    height = np.where(x <= peak, (x - low) / left, (high - x) / right)
    return float(np.sum(np.log(np.maximum(height[peaked], 1e-12))))


def placed(params: np.recarray, names: list[str], values: np.ndarray) -> np.recarray:
    """Return a copy of the parameter record with some values replaced."""
    changed = np.array(params).view(np.recarray)
    for name, value in zip(names, values, strict=True):
        changed[name] = value
    return changed


def write(fitted: Fitted, case: Case, folder: Path) -> None:
    """Write defaults, draws, what is told of them and new digests into a case folder, each file whole or not at all."""
    free = case.register[case.register["fit"] == 1]["name"]
    rows = (folder / "params.csv").read_text(encoding="utf-8").splitlines()
    header = rows[0].split(",")
    name_at, value_at = header.index("name"), header.index("default")
    for number, row in enumerate(rows[1:], 1):
        cells = next(csv.reader([row]))
        if cells[name_at] in set(free):
            cells[value_at] = f"{float(fitted.best[cells[name_at]][0]):.6g}"
            rows[number] = joined(cells)
    moving = list(case.register[case.register["prior"] != "fixed"]["name"])
    replace(folder / "params.csv", "\n".join(rows) + "\n")
    drawn = [[f"{float(draw[name]):.6g}" for name in moving] for draw in fitted.draws]
    replace(folder / "draws.csv", "\n".join(",".join(cells) for cells in [moving, *drawn]) + "\n")
    usual = dict(zip(case.register["name"], case.register["default"].astype(float), strict=True))
    usual |= defaults_in(folder)  # a case need not name a parameter whose value it does not change
    defaults = {name: usual[name] for name in moving}
    digest = draws_digest(moving, drawn)
    told = {**fitted.how, "draws_sha256": digest, "loss_by_target": fitted.parts, "defaults": defaults}
    replace(folder / "draws.json", json.dumps(told, indent=1) + "\n")
    if (folder / DIGESTS).exists():
        write_digests(folder)


def defaults_in(folder: Path) -> dict[str, float]:
    """Return the defaults that stand in the register of a case folder."""
    with (folder / "params.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["default"]) for row in csv.DictReader(file)}


def joined(cells: list[str]) -> str:
    """Return one CSV row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
