"""Which place does the industry take among the reference countries, whatever the weights of the indices?

The indices weigh pillars z (ratios to the mean of the reference countries, model stage `index`):

    index_c = prod (z_ci / ref_i)^w_i

The weights are judgement. So every history draws its own, w ~ Dirichlet(20 w0) around those of the case, and for every
pillar of a country that is an assumption a value within its range; place = 1 + the countries with a larger index. Beside
it stand equal weights. Countries are held as they were in the reference year. Source of the countries: references.csv.
"""

import numpy as np
import pandas as pd

from latecomer import axes
from latecomer.record import Run
from latecomer.types import Case

CONCENTRATION = 20.0
PILLARS = {"great": axes.GREAT_PILLARS, "strong": axes.STRONG_PILLARS}
# The parameters of a pillar, where their names differ from the pillar's: reference mean and weight.
WEIGHTS = {
    "great": ("great_output", "great_market", "great_capacity", "great_value", "great_exports"),
    "strong": (
        *("strong_control", "strong_brands", "strong_quality"),
        *("strong_exports", "strong_return", "strong_talent"),
    ),
}
REFERENCES = {
    "great": (
        *("reference_output", "reference_market", "reference_capacity"),
        *("reference_value", "reference_exports"),
    ),
    "strong": (
        *("reference_control", "reference_brands", "reference_quality"),
        *("reference_export_value", "reference_return", "reference_talent"),
    ),
}
LEAST, MOST = 1e-3, 10.0


def countries(case: Case) -> tuple[str, ...]:
    """Return the reference countries of the case in the order of its table."""
    return tuple(dict.fromkeys(case.tables["references"]["country"]))


def place_table(run: Run) -> pd.DataFrame:
    """Return the probability of every place by year: columns index, weights (drawn, equal), year, place, probability."""
    frames = []
    for index in PILLARS:
        for weights in ("drawn", "equal"):
            found = places(run, index, equal=weights == "equal")
            for place in range(1, len(countries(run.case)) + 2):
                part = (found == place).mean(axis=0)
                frames.append(
                    pd.DataFrame({"year": run.years.astype(int), "place": place, "probability": part}).assign(
                        index=index, weights=weights
                    )
                )
    return pd.concat(frames, ignore_index=True)[["index", "weights", "year", "place", "probability"]]


def places(run: Run, index: str, equal: bool = False) -> np.ndarray:
    """Return the place [n, t] of the industry among itself and the reference countries in an index (great or strong)."""
    count = len(PILLARS[index])
    draw = np.random.default_rng([int(run.manifest["seed"]), list(PILLARS).index(index), len(run.histories)])
    prior = np.array([float(run.case.params[name][0]) for name in WEIGHTS[index]])
    weights = draw.dirichlet(CONCENTRATION * prior / prior.sum(), len(run.histories))
    if equal:
        weights = np.full_like(weights, 1.0 / count)
    own = logs(run.series(f"{index}_pillars")[:, :, :count])
    rivals = logs(reference_ratios(run.case, index, draw, len(run.histories)))
    mine = np.einsum("nti,ni->nt", own, weights)
    theirs = np.einsum("nci,ni->nc", rivals, weights)
    return 1 + (theirs[:, None, :] > mine[:, :, None]).sum(axis=2)


def reference_ratios(case: Case, index: str, draw: np.random.Generator, histories: int) -> np.ndarray:
    """Return pillars of the countries over the reference means [n, c, i]; assumed ones drawn within their ranges."""
    table = case.tables["references"]
    rows = table[table["index"] == index].set_index(["country", "pillar"])
    out = np.empty((histories, len(countries(case)), len(PILLARS[index])))
    for c, country in enumerate(countries(case)):
        for i, pillar in enumerate(PILLARS[index]):
            row = rows.loc[(country, pillar)]
            value, low, high = (float(row[name]) for name in ("value", "low", "high"))
            drawn = draw.uniform(low, high, histories) if np.isfinite(low) and np.isfinite(high) else value
            out[:, c, i] = drawn / float(case.params[REFERENCES[index][i]][0])
    return out


def logs(ratios: np.ndarray) -> np.ndarray:
    """Return logs of ratios, held within the bounds that the model's indices have."""
    return np.log(np.clip(ratios, LEAST, MOST))
