"""What do the ready reforms of a case do, side by side, and does the literature find the same?

All ready reforms run on the same histories; those with one base share its runs. What was published stands beside them
(`literature`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from latecomer.case.reform import find_reform, gallery
from latecomer.case.span import marked
from latecomer.study.ablate import largest
from latecomer.study.compare import Comparison, compare_all
from latecomer.study.paired import Progress, Steps, asked_of, made_by
from latecomer.types import Case, Finding

WATCHED = ("own_brand_share", "vehicles", "quality_gap", "vehicle_exports", "great", "strong")
AT_ONCE = 6  # reforms whose runs are held in memory together


@dataclass(frozen=True, repr=False)
class Gallery(Finding):
    """What the ready reforms do: `effects` (reform, name, series, year, median, low90, high90, positive, negative, base,
    reformed, unit, histories), and `literature`, what was published beside it."""

    title: str
    effects: pd.DataFrame
    literature: pd.DataFrame
    manifest: Mapping[str, Any]

    kind = "reforms"

    @property
    def question(self) -> str:
        return "What would each ready reform have changed?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"reforms": self.effects, "literature": self.literature}

    @property
    def numbered(self) -> pd.DataFrame:
        """Return the effects with the columns of an ablation: every reform a part."""
        rows = self.effects.assign(part=self.effects.groupby("reform", sort=False).ngroup() + 1)
        return rows.rename(columns={"median": "difference", "low90": "low", "high90": "high"})

    def sentences(self) -> list[str]:
        """Say for every series which reform moves it most in the last year."""
        return largest(self.numbered, "from")


def ready_reforms(
    case: Case, names: Sequence[str] | None = None, histories: int = 40, seed: int = 1, years: Sequence[int] | None = None,
    series: Sequence[str] = WATCHED, threads: int | None = None, progress: Progress | None = None,
) -> Gallery:  # fmt: skip
    """Return what the ready reforms do (all, or those named), and what the literature found beside them.

    Years are by default the headline years of the case.
    Raises ReformError for a name that is none, UsageError for
    everything else that cannot be asked.
    """
    with asked_of(case, series=series, histories=histories, seed=seed, threads=threads):
        pass
    years = marked(case.setting.looks("headline"), case.years) if years is None else years
    chosen = list(gallery(case)) if names is None else list(names)
    reforms = {name: find_reform(name, case) for name in chosen}
    work = Steps(progress, histories * len(chosen))
    rows: list[dict] = []
    beside: list[pd.DataFrame] = []
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        tell = work.within(len(some) * histories)
        found = compare_all(
            case, [[reforms[name]] for name in some], histories, seed, threads=threads, progress=tell
        )
        for name, one in zip(some, found, strict=True):
            rows += [row_of(name, one, key, year) for key in series for year in years]
            beside.append(one.literature)
    title = f"What the ready reforms do: {case.title}"
    beside_all = pd.concat(beside, ignore_index=True)
    return Gallery(title, pd.DataFrame(rows), beside_all, made_by(case, histories, seed))


def row_of(name: str, found: Comparison, series: str, year: int) -> dict:
    """Return one row of the table of effects."""
    effect = found.effect(series, year)
    kept = ("median", "low90", "high90", "positive", "negative", "base", "reformed", "unit", "histories")
    return {
        "reform": name,
        "name": found.name,
        "series": series,
        "year": year,
        **{key: getattr(effect, key) for key in kept},
    }
