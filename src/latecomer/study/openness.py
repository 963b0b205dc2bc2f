"""How open should a latecomer be? One dial from complete self-reliance to complete dependence, turned on the same histories.

From a year on, every lever of `openness.csv` stands at

    value(x) = closed + x (open - closed),        x = 0 self-reliance ... 1 dependence,

ventures and foundings begin by rule (`mode.free`), and everything else is as in history; the base is history by the same rules.
For each era and outcome (in the last year, and as a mean of all years since) there is the curve over the dial, and

    best      the value of the dial with the best median, and P(it beats history by rule), whose levers moved with the years
    inside    P(the best of a history lies strictly between the ends); with S steps that do nothing but make noise, (S - 2)/S
    beats     P(the best inside value of the medians beats both ends in a history), which no choice within a history flatters
    gain      what that value wins over the better end

Learning from foreigners starts with the cumulated output of ventures, X / (X + X0) with X0 = `presence_half`, which nobody has
measured: the left end of every curve hangs on it, so the dial is turned at half and at double X0 as well. Strategies of own
brands (low cost first, brand first) are run on the same base, histories and outcomes. Openness has sides - market, ventures,
technology - and the best mix need not lie on the line from all closed to all open: each side can be moved alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from latecomer.axes import FOREIGN_PLANT, JOINT_VENTURE, PRIVATE
from latecomer.case.openness import POLICY, SIDES, STRATEGY
from latecomer.case.reform import Reform, changed, find_reform, free, read_changes
from latecomer.case.span import marked
from latecomer.errors import Problems, ReformError
from latecomer.run import rows, watch_variants
from latecomer.study.paired import BAND90, Progress, Steps, asked_of, banded, made_by, share, writable
from latecomer.types import Case, Finding
from latecomer.vocabulary import QUANTITIES, Field

STEPS = 9
READING = (
    "The dial runs from 0, complete self-reliance, to 1, complete dependence. Best is the value with the best median of {} "
    "histories; in brackets that median, the one of history's own policies where ventures begin by rule, and how often the first "
    "beats the second: near one half chance decides. Strong counts home brands only, so it gains where rivals are kept out, and "
    "the quality gap is to foreign cars made at home, of which a closed country has few."
)
PRESENCE = (1.0, 0.5, 2.0)
RIVALS = ("low-cost-first", "brand-first")
MEASURES = ("last year", "mean")
DIAL, HISTORY = "dial", "history"


OUTCOMES = {
    "strong": "country", "own_brand_share": "country", "own_brand_volume": "country", "vehicles": "country",
    "consumer_surplus": "buyers", "quality_gap": "country", "state_output": "state makers", "private_output": "private makers",
    "foreign_output": "foreign makers", "state_profit": "state makers", "private_profit": "private makers",
    "foreign_profit": "foreign makers",
}  # what is looked at, and for whom it is told  # fmt: skip


@dataclass(frozen=True, repr=False)
class Openness(Finding):
    """What the dial does: `curves` (one row a presence, era, outcome, measure and value of the dial, history among them), `best`
    (one row a curve), `strategies` (paired change against history by rule), `path` (where history stood on the dial, by year)."""

    title: str
    curves: pd.DataFrame
    best: pd.DataFrame
    strategies: pd.DataFrame
    path: pd.DataFrame
    manifest: Mapping[str, Any]

    kind = "openness"

    @property
    def question(self) -> str:
        return "How open should a latecomer be, and for whom?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {
            "openness": self.curves, "openness-best": self.best, "openness-strategies": self.strategies,
            "openness-path": self.path,
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """Say how to read the dial, then of each outcome in the last year, at the X0 of the case, what is best from each era."""
        rows = self.best.query("presence == 1.0 and measure == 'last year'")
        return [
            READING.format(self.manifest["histories"]),
            *(self.sentence(str(name), part) for name, part in rows.groupby("outcome", sort=False)),
        ]

    def sentence(self, name: str, rows: pd.DataFrame) -> str:
        """Say of one outcome which value of the dial is best from every era on, beside history by rule."""
        said = "; ".join(told(row, self.curves) for row in rows.itertuples())
        return f"{QUANTITIES[name].title}, {QUANTITIES[name].shown}: {said}."


def openness(
    case: Case, eras: Sequence[int] | None = None, steps: int = STEPS, side: str = "", presence: Sequence[float] = PRESENCE,
    strategies: Sequence[str | Reform] = RIVALS, histories: int = 24, seed: int = 1, threads: int | None = None,
    progress: Progress | None = None,
) -> Openness:  # fmt: skip
    """Turn the dial of openness from each era on, in equal steps, at each multiple of X0; and try strategies of own brands.

    Eras are by default those that the case marks, clipped to the years of the case after its first.

    With `side` (market, ventures or technology) only the levers of that side move, and the others stay at history.
    `strategies` are ready reforms by name, files, or Reform objects, taken up in the year of the era. Raises UsageError for an
    era outside the case, fewer than three steps or a case without `openness.csv`, ReformError with every problem of the
    strategies, and HistoriesFailed as `run` does.
    """
    eras = marked(case.setting.looks("eras"), case.years[1:]) if eras is None else eras
    with asked_of(case, "openness", histories=histories, seed=seed, threads=threads) as problems:
        note_dial(problems, case, eras, steps, side, presence)
    case = one_sided(case, side)
    reforms = [one if isinstance(one, Reform) else find_reform(one, case) for one in strategies]
    dial = np.linspace(0.0, 1.0, steps)
    tables: tuple[list[dict], list[dict], list[dict]] = ([], [], [])
    work = Steps(progress, len(presence) * len(eras) * histories)
    for times in presence:
        at = with_presence(case, times)
        for era in eras:
            rivals = reforms if times == 1.0 else []
            found = turned(at, era, dial, rivals, histories, seed, threads, work.within(histories))
            for table, more in zip(
                tables, told_of(found, dial, rivals, {"presence": times, "era": era}), strict=True
            ):
                table += more
    frames = [pd.DataFrame(rows) for rows in tables]
    title = f"{case.title} ({side} only)" if side else case.title
    return Openness(title, frames[0], frames[1], frames[2], path_of(case), made_by(case, histories, seed))


def told_of(
    found: np.ndarray, dial: np.ndarray, rivals: Sequence[Reform], key: Mapping[str, Any]
) -> tuple[list[dict], list[dict], list[dict]]:
    """Return the rows of curves, best values and strategies of one era, from the outcomes of `turned`."""
    base, values, others = found[0], found[1 : len(dial) + 1], found[len(dial) + 1 :]
    curves, best, compared = [], [], []
    for j, name in enumerate(OUTCOMES):
        for k, measure in enumerate(MEASURES):
            told_by = {**key, "outcome": name, "measure": measure}
            curves += curve(base[:, j, k], values[:, :, j, k], dial, told_by)
            best.append({**told_by, **best_of(base[:, j, k], values[:, :, j, k], dial, QUANTITIES[name])})
            for reform, with_ in zip(rivals, others, strict=True):
                row = {"era": key["era"], "strategy": str(reform), "outcome": name, "measure": measure}
                compared.append({**row, **change(base[:, j, k], with_[:, j, k], QUANTITIES[name])})
    return curves, best, compared


def note_dial(
    problems: Problems, case: Case, eras: Sequence[int], steps: int, side: str, presence: Sequence[float]
) -> None:
    """Note eras, steps, sides and multiples of X0 that cannot be asked."""
    if side not in ("", *SIDES):
        problems.add("side", None, None, side, f"one of {', '.join(SIDES)}", valid=SIDES)
    for era in eras:
        if not case.years[0] < era <= case.years[-1]:
            expected = f"a year from {case.years[0] + 1} to {case.years[-1]}"
            problems.add("eras", None, None, era, expected)
    if steps < 3:
        problems.add("steps", None, None, steps, "at least three steps: two ends and something between")
    for times in presence:
        if not times > 0.0:
            problems.add("presence", None, None, times, "a multiple above zero")


def one_sided(case: Case, side: str) -> Case:
    """Return the case with only the rows of one side in its dial; without a side, the case itself."""
    rows = case.tables["openness"]
    return replace(case, tables={**case.tables, "openness": rows[rows["side"] == side]}) if side else case


def with_presence(case: Case, times: float) -> Case:
    """Return the case with X0 so many times its value in every draw."""
    params, draws = writable(case.params), writable(case.draws)
    for vectors in (params, draws):
        vectors["presence_half"] *= times
    return replace(case, params=params, draws=draws)


def turned(
    case: Case, era: int, dial: np.ndarray, reforms: Sequence[Reform], histories: int, seed: int, threads: int | None,
    progress: Progress | None,
) -> np.ndarray:  # fmt: skip
    """Return outcomes [variant, n, outcome, measure] of history by rule, every value of the dial, and every strategy."""
    first = int(np.searchsorted(case.years, era))
    base = free(case, first)
    problems = Problems()
    variants = [base, *(dialled(base, x, first) for x in dial)]
    for reform in reforms:
        changes, wrong = read_changes(base, [reform.since_year(era)])
        problems.found.extend(wrong.found)
        variants.append(changed(base, changes[0]) if not wrong.found else base)
    problems.raise_if_any(ReformError)
    kind = case.makers["ownership"]
    groups = {  # a foreign project may become a venture or a plant of its own
        "state": kind < PRIVATE,
        "private": kind == PRIVATE,
        "foreign": (kind == JOINT_VENTURE) | (kind == FOREIGN_PLANT),
    }

    def watch(records: np.recarray) -> np.ndarray:
        return measured(rows(records[first:]), groups)

    return watch_variants(variants, watch, histories, seed, threads, progress, first)


def dialled(case: Case, x: float, first: int) -> Case:
    """Return the case with every lever of openness at the value x of the dial, from the year of this index on."""
    policy, strategy = writable(case.policy), writable(case.strategy)
    own = case.makers["ownership"] <= PRIVATE
    for row in case.tables["openness"].itertuples():
        value = row.closed + x * (row.open - row.closed)
        if row.lever in POLICY:
            policy[POLICY[row.lever].name][place_of(case, row, first)] = value
        else:
            strategy[STRATEGY[row.lever].name][first:, own] = value
    return replace(case, policy=policy, strategy=strategy)


def place_of(case: Case, row: Any, first: int = 0) -> Any:
    """Return the index of the years from `first` on, at the place along its axis that a row names (all without one)."""
    if not row.index:
        return slice(first, None)
    return slice(first, None), case.labels.along(POLICY[row.lever].axes).index(row.index)


def measured(since: np.recarray, groups: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return every outcome in the last year and as a mean over the years [outcome, 2]; a gap is told only where there is one."""
    paths = {name: since[name] for name in OUTCOMES if name in (since.dtype.names or ())}
    paths["own_brand_volume"] = since["own_brand_share"] * since["passenger_cars"]
    paths["quality_gap"] = np.where(since["quality_gap"] == 0.0, np.nan, since["quality_gap"])
    for group, members in groups.items():
        paths[f"{group}_output"] = since["maker_sales"][:, members].sum(axis=1)
        paths[f"{group}_profit"] = since["maker_profit"][:, members].sum(axis=1)
    out = np.empty((len(OUTCOMES), len(MEASURES)))
    for j, name in enumerate(OUTCOMES):
        known = paths[name][np.isfinite(paths[name])]
        out[j] = paths[name][-1], known.mean() if len(known) else np.nan
    return out


def curve(base: np.ndarray, values: np.ndarray, dial: np.ndarray, key: Mapping[str, Any]) -> list[dict]:
    """Return the rows of a curve: bands of the outcome and the median change against history at each value of the dial."""
    rows = [{**key, "variant": HISTORY, "dial": np.nan, **counted(base), "change": 0.0}]
    for x, found in zip(dial, values, strict=True):
        moved = (found - base)[np.isfinite(found - base)]
        rows.append(
            {
                **key, "variant": DIAL, "dial": float(x), **counted(found),
                "change": float(np.median(moved)) if len(moved) else np.nan,
            }
        )  # fmt: skip
    return rows


def counted(values: np.ndarray) -> dict[str, float]:
    """Return median, bands and number of the values that are there."""
    return {**banded(values), "histories": int(np.isfinite(values).sum())}


def best_of(base: np.ndarray, values: np.ndarray, dial: np.ndarray, outcome: Field) -> dict[str, Any]:
    """Return the best value of the dial by the medians, and how sure it is that the best lies inside (module docstring).

    `base` [n] is history, `values` [step, n]; nothing is said of inside and ends where an end has nothing to compare.
    """
    worth, history = (-values, -base) if outcome.better == "less" else (values, base)
    medians = np.array(
        [np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else -np.inf for row in worth]
    )
    top, middle = int(np.argmax(medians)), 1 + int(np.argmax(medians[1:-1]))
    both = np.isfinite(worth[top]) & np.isfinite(history)
    whole = worth[:, np.isfinite(worth).all(axis=0)]
    ends = np.maximum(whole[0], whole[-1])
    won = whole[middle] - ends
    low, median, high = np.quantile(won, BAND90) if len(won) else (np.nan,) * 3
    return {
        "best": float(dial[top]), "beats_history": share(worth[top][both] > history[both]), "best_inside": float(dial[middle]),
        "inside": share(whole[1:-1].max(axis=0) > ends), "beats": share(won > 0.0), "gain": float(median), "low90": float(low),
        "high90": float(high), "histories": len(won),
    }  # fmt: skip


def change(base: np.ndarray, with_: np.ndarray, outcome: Field) -> dict[str, Any]:
    """Return the paired change of an outcome: bands, shares of histories that are better and worse, medians of both sides."""
    moved = with_ - base
    known = moved[np.isfinite(moved)]
    sign = -1.0 if outcome.better == "less" else 1.0
    shares = {"better": share(sign * known > 0.0), "worse": share(sign * known < 0.0)}
    sides = {HISTORY: banded(base)["median"], "with": banded(with_)["median"]}
    return {**counted(moved), **shares, **sides, "unit": outcome.unit}


def path_of(case: Case) -> pd.DataFrame:
    """Return where history stood on the dial by year: the mean over its levers, with the least and the most open of them.

    Each lever is cut off at the ends; at an off value that lies outside them it binds nobody, which is open. Rules for ventures
    count even in years in which ventures are not allowed at all.
    """
    places: dict[str, list[np.ndarray]] = {}
    own = case.makers["ownership"] <= PRIVATE
    for row in case.tables["openness"].itertuples():
        if row.closed == row.open:
            continue
        if row.lever in POLICY:
            lever, value = POLICY[row.lever], case.policy[POLICY[row.lever].name]
            value = value[place_of(case, row)]
        else:
            lever, value = STRATEGY[row.lever], case.strategy[STRATEGY[row.lever].name][:, own]
        x = (value - row.closed) / (row.open - row.closed)
        free_of_it = (value == lever.off) & ((x < 0.0) | (x > 1.0))
        stood = np.where(free_of_it, 1.0, np.clip(x, 0.0, 1.0)).reshape(len(case.years), -1)
        places.setdefault(row.lever, []).append(stood.mean(axis=1))
    x = np.stack([np.mean(found, axis=0) for found in places.values()])
    return pd.DataFrame(
        {
            "year": case.years.astype(int),
            "dial": x.mean(axis=0),
            "least": x.min(axis=0),
            "most": x.max(axis=0),
        }
    )


def told(row: Any, curves: pd.DataFrame) -> str:
    """Return which value of the dial is best for an outcome from an era on, and how it compares with history by rule."""
    mine = curves[
        (curves["presence"] == row.presence) & (curves["era"] == row.era) & (curves["outcome"] == row.outcome)
        & (curves["measure"] == row.measure)
    ]  # fmt: skip
    dial = mine[mine["variant"] == DIAL].set_index("dial")["median"]
    history = float(mine.loc[mine["variant"] == HISTORY, "median"].iloc[0])
    factor = QUANTITIES[row.outcome].factor
    best, given = (f"{value * factor:,.3g}" if abs(value * factor) < 1000.0 else f"{value * factor:,.0f}"
                   for value in (float(dial[row.best]), history))  # fmt: skip
    better = f"better in {row.beats_history:.0%} of histories"
    return f"from {row.era} best at {row.best:.2g} ({best}; history by rule {given}; {better})"
