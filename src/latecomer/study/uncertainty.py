"""Why is an effect uncertain? Its spread in four parts: luck, parameters, structure, data.

Effects d_n are differences between paired histories (`compare`). History n has parameter vector n modulo their number D, so
that a one-way layout with random effects (Searle, Casella and McCulloch 1992, chapter 3) tells chance from parameters:

    luck         variance of d within a vector              MS within
    parameters   variance of its mean over vectors          max(0, (MS between - MS within) / k),  k histories a vector
    structure    the model made otherwise (`structures.csv`), not fitted again
    data         weights that were judged when laws were turned into levers, drawn again from their ranges (triangular)

For the last two the same histories are run in V variants and the mean of d_v - d over histories is taken with its error s_v:
max(0, mean over variants of (mean^2 - s_v^2)). Parts are variances of one history's effect; they are taken as independent, so
that shares add up to one, which they would not if, say, structure changed what luck does. Errors in recorded outcomes enter
through the draws, as parameters; ranges of inputs of the world other than laws are not drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from latecomer import vocabulary
from latecomer.asked import is_whole
from latecomer.case.policy import build_policy
from latecomer.case.reform import ReformLike
from latecomer.errors import Problems
from latecomer.study.ablate import parts_of
from latecomer.study.compare import Comparison, compare, paired_request
from latecomer.study.paired import Progress, Steps, made_by, switched
from latecomer.study.words import signed, told
from latecomer.types import Case, Finding
from latecomer.vocabulary import SERIES, told_in

PARTS = {
    "luck": "Chance within a history",
    "parameters": "What the facts to 2010 leave open",
    "structure": "How the model is made",
    "data": "How laws were turned into numbers",
}
DATA_VARIANTS = 8
EACH = 2  # histories that every parameter vector must have, or luck cannot be told from it


@dataclass(frozen=True, repr=False)
class Uncertainty(Finding):
    """The spread of an effect on a series in a year: `parts` (part, title, sd, share) and `variants` (kind, name, effect,
    difference, error, level), all in the unit of the series; `median` is the effect itself. `effect` is the median over the
    pairs of the variant alone; `level` is what compares with `median`: it, and the mean paired difference that the variant
    makes. `name` is that of the reforms."""

    series: str
    year: int
    unit: str
    median: float
    parts: pd.DataFrame
    variants: pd.DataFrame
    name: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)

    kind = "uncertainty"

    @property
    def title(self) -> str:
        return f"Why is the effect uncertain? {self.name}"

    @property
    def question(self) -> str:
        series = told(self.series, self.unit)[0].lower()
        return f"What makes the effect on {series} in {self.year} uncertain: chance, parameters, structure or data?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"uncertainty": self.parts, "variants": self.variants}

    def sentences(self) -> list[str]:
        """Say which part weighs most, and which variant of the model would change the answer most."""
        name = SERIES[self.series].phrase
        if not (self.parts["sd"] > 0.0).any():
            return [f"The effect on {name} in {self.year} is the same whatever is varied."]
        most = self.parts.loc[self.parts["share"].idxmax()]
        part = most["title"][:1].lower() + most["title"][1:]
        said = [
            f"Of what is uncertain in the effect on {name} in {self.year}, {most['share']:.0%} comes from {part}."
        ]
        factor, unit = told_in(self.unit)
        if len(self.variants):
            far = self.variants.loc[self.variants["difference"].abs().idxmax()]
            said.append(
                f"The median effect is {signed(self.median * factor)} {unit}; the variant that moves it most is "
                f"\N{LEFT DOUBLE QUOTATION MARK}{far['name']}\N{RIGHT DOUBLE QUOTATION MARK}: by "
                f"{signed(far['difference'] * factor)} on the same "
                f"pairs, to {signed(far['level'] * factor)}."
            )
        return said


def uncertainty(
    case: Case, *reforms: ReformLike, series: str = "own_brand_share", year: int | None = None, histories: int | None = None,
    variant_histories: int = 48, seed: int = 1, threads: int | None = None, progress: Progress | None = None,
) -> Uncertainty:  # fmt: skip
    """Return the spread of the effect of reforms on a series in a year (default: the last) in four parts.

    `histories` must be a multiple of the number of draws, at least twice it (default: four times), `variant_histories` are run
    for each variant. Raises UsageError with all that is wrong with these, ReformError with every problem of the reforms.
    """
    at = int(case.years[-1] if year is None else year)
    draws = len(case.draws)
    count = 2 * EACH * draws if histories is None else histories
    with paired_request(
        case, series, year, histories=variant_histories, seed=seed, threads=threads
    ) as problems:
        if not is_whole(count) or count % draws or count < EACH * draws:
            expected = f"a multiple of {draws}, the number of draws, from {EACH * draws} on"
            problems.add("histories", None, None, count, expected)
    kinds = variants_of(case, seed)
    work = Steps(progress, count + variant_histories * len(kinds))
    main = compare(case, *reforms, histories=count, seed=seed, threads=threads, progress=work.within(count))
    effects = differences(main, series, at)
    rows = []
    for kind, name, variant in kinds:
        tell = work.within(variant_histories)
        found = compare(
            variant, *reforms, histories=variant_histories, seed=seed, threads=threads, progress=tell
        )
        rows.append({"kind": kind, "name": name, **apart(differences(found, series, at), effects)})
    median = float(np.nanmedian(effects)) if effects.notna().any() else float("nan")
    variants = pd.DataFrame(rows, columns=["kind", "name", "effect", "difference", "error"])
    variants["level"] = median + variants["difference"]
    parts = shares(effects.reindex(range(count)).to_numpy().reshape(-1, draws), variants)
    made = made_by(case, count, seed)
    return Uncertainty(series, at, SERIES[series].unit, median, parts, variants, main.name, made)


def shares(effects: np.ndarray, variants: pd.DataFrame) -> pd.DataFrame:
    """Return the four parts of the spread, from effects [k, vector] and from what variants differ by: part, title, sd, share."""
    luck, parameters = components(effects)
    parts = {"luck": luck, "parameters": parameters}
    parts |= {kind: between(variants[variants["kind"] == kind]) for kind in ("structure", "data")}
    whole = sum(parts.values())
    rows = [
        (part, PARTS[part], np.sqrt(value), value / whole if whole > 0.0 else 0.0)
        for part, value in parts.items()
    ]
    return pd.DataFrame(rows, columns=["part", "title", "sd", "share"])


def variants_of(case: Case, seed: int) -> list[tuple[str, str, Case]]:
    """Return kind, name and case of every variant: other structures, and weights of laws drawn again."""
    structures = [
        ("structure", part.name, switched(case, part.switches)) for part in parts_of(case, "structures")
    ]
    drawn = [("data", f"Weights drawn again, {k + 1}", redrawn(case, seed, k)) for k in range(DATA_VARIANTS)]
    return structures + drawn


def differences(found: Comparison, series: str, year: int) -> pd.Series:
    """Return the effect of every history in a year, by history number."""
    at = int(np.searchsorted(found.years, year))
    return pd.Series(found.differences(series)[:, at], index=found.histories)


def apart(effects: pd.Series, plain: pd.Series) -> dict[str, float]:
    """Return the median effect in a variant, the mean of its difference from the model itself, and the error of that mean."""
    moved = (effects - plain.reindex(effects.index)).dropna()
    if len(moved) < 2:
        return {"effect": float("nan"), "difference": 0.0, "error": 0.0}
    error = float(moved.std(ddof=1) / np.sqrt(len(moved)))
    return {"effect": float(effects.median()), "difference": float(moved.mean()), "error": error}


def between(variants: pd.DataFrame) -> float:
    """Return the variance among variants: the mean square of what they differ by, less what chance alone would give."""
    if variants.empty:
        return 0.0
    return max(0.0, float((variants["difference"] ** 2 - variants["error"] ** 2).mean()))


def components(effects: np.ndarray) -> tuple[float, float]:
    """Return the variance of effects [k, vector] within vectors and the variance of their means; missing ones left out."""
    table = pd.DataFrame(effects)
    counts = table.count()
    table = table.loc[:, counts >= EACH]
    if table.shape[1] < 2:
        return float(np.nanvar(effects)) if np.isfinite(effects).any() else 0.0, 0.0
    within = float(table.var(ddof=1).mean())
    each = float(table.count().mean())
    among = each * float(table.mean().var(ddof=1))
    return within, max(0.0, (among - within) / each)


def redrawn(case: Case, seed: int, variant: int) -> Case:
    """Return the case with the judged weights of its laws drawn again, each from its range; a lever stays within its bounds."""
    mapping = case.tables["levers"].copy()
    judged = (
        mapping["low"].notna() & mapping["high"].notna() & (mapping["low"] < mapping["high"])
    ).to_numpy()
    generator = np.random.default_rng([seed % 2**32, variant, 41])
    ranges = mapping.loc[judged, ["low", "scale", "high"]].to_numpy(float)
    middle = np.clip(ranges[:, 1], ranges[:, 0], ranges[:, 2])
    mapping.loc[judged, "scale"] = generator.triangular(ranges[:, 0], middle, ranges[:, 2])
    along = case.labels.by_letter
    past_bounds = Problems()  # a weight may carry a lever past its bounds, where it is held
    policy, levers = build_policy(
        mapping, case.tables["policies"], case.years, case.world.deflator, along, case.length, past_bounds
    )
    for lever in vocabulary.POLICY:
        policy[lever.name] = np.clip(policy[lever.name], lever.low, lever.high)
    return replace(case, policy=policy, levers=levers)
