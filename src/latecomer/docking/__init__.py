"""Can our parts become models that others published? Two docked models, with the figures to be met and those found.

Docking (Axtell, Axelrod, Epstein and Cohen 1996) asks whether one model can give the results of another. `dock` runs one and
sets what is found beside its targets; docs/explanation/docking.md says what was chosen where a source is silent.
"""

from typing import TYPE_CHECKING

from latecomer.asked import note_numbers
from latecomer.errors import Problems, UsageError

if TYPE_CHECKING:
    import pandas as pd

MODELS = ("nelson-winter", "incalead")


def dock(name: str, histories: int = 500, seed: int = 1) -> "pd.DataFrame":
    """Return the targets of a docked model beside what is found: target, value, band, found, standard_error, met.

    `found` is the mean of the histories, `standard_error` that of the mean (NaN for a model without chance, which is run once),
    `met` says whether found lies within the band around the value. Raise UsageError for a model that is not docked.
    """
    problems = Problems()
    if name not in MODELS:
        problems.add(None, None, None, name, f"a docked model: {', '.join(MODELS)}", valid=MODELS)
    note_numbers(problems, histories=histories, seed=seed)
    problems.raise_if_any(UsageError)
    from latecomer.docking import incalead, nelson_winter

    if name == "incalead":
        return compared(incalead.CASE, incalead.outcomes())
    return compared(nelson_winter.CASE, nelson_winter.outcomes(histories, seed))


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
