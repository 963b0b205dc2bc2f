"""Can our parts become models that others published? Two docked models, with the figures to be met and those found.

Docking (Axtell, Axelrod, Epstein and Cohen 1996) asks whether one model can give the results of another. `dock` runs one and
sets what is found beside its targets; docs/explanation/docking.md says what was chosen where a source is silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latecomer.asked import note_numbers
from latecomer.errors import Problems, UsageError
from latecomer.types import Finding

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("nelson-winter", "incalead")


@dataclass(frozen=True, repr=False)
class Docked(Finding):
    """The targets of a docked model beside what is found: `table` with target, value, band, found, standard_error, met.

    `found` is the mean of the histories, `standard_error` that of the mean (NaN for a model without chance, which is run once),
    `met` says whether found lies within the band around the value.
    """

    title: str
    table: "pd.DataFrame"
    manifest: Mapping[str, Any]

    kind = "docked"

    @property
    def question(self) -> str:
        return "Do our parts, put together as others published them, give their results?"

    @property
    def tables(self) -> "dict[str, pd.DataFrame]":
        return {"targets": self.table}

    @property
    def missed(self) -> "pd.Series":
        """Return how far found lies outside the band; zero where the target is met."""
        outside = ((self.table["found"] - self.table["value"]).abs() - self.table["band"]).clip(lower=0.0)
        return outside.where(~self.table["met"], 0.0)

    def sentences(self) -> list[str]:
        """Say how many targets are met, and by how much the others are missed."""
        rows = zip(self.table["target"], self.table["met"], self.missed, strict=True)
        missed = [f"{target} is missed by {outside:.2g}" for target, met, outside in rows if not met]
        met = f"{int(self.table['met'].sum())} of {len(self.table)} targets met"
        return [f"{'; '.join([met, *missed])}."]


def dock(name: str, histories: int = 500, seed: int = 1) -> Docked:
    """Return the targets of a docked model beside what is found. Raise UsageError for a model that is not docked."""
    problems = Problems()
    if name not in MODELS:
        problems.add(None, None, None, name, f"a docked model: {', '.join(MODELS)}", valid=MODELS)
    note_numbers(problems, histories=histories, seed=seed)
    problems.raise_if_any(UsageError)
    from latecomer.docking import incalead, nelson_winter

    if name == "incalead":
        found = compared(incalead.CASE, incalead.outcomes())
    else:
        found = compared(nelson_winter.CASE, nelson_winter.outcomes(histories, seed))
    return Docked(name, found, {"model": name, "histories": histories, "seed": seed})


def compared(case: str, outcomes: dict) -> "pd.DataFrame":
    """Return the targets of a case beside the mean over histories of the outcome that each names."""
    import numpy as np

    from latecomer.docking.tables import TARGETS, table

    rows = table(case, TARGETS)
    values = [outcomes[name] for name in rows["name"]]
    found = [float(value.mean()) for value in values]
    error = [float(value.std(ddof=1) / np.sqrt(value.size)) if value.size > 1 else np.nan for value in values]
    told = rows[["name", "value", "band"]].rename(columns={"name": "target"})
    told["found"], told["standard_error"] = found, error
    told["met"] = (told["found"] - told["value"]).abs() <= told["band"] + 1e-9
    return told
