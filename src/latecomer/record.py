"""What is kept of a run, and how is it recognised again? Labelled results, their manifest and fingerprint.

The fingerprint is a digest of every number of the run together with what produced it: case, code, parameters, seed,
number of histories. Equal fingerprints mean equal results; the time of day is not part of it.
"""

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numba
import numpy as np
import pandas as pd
import xarray

from latecomer.asked import SERIES, is_whole, note_levels, note_series
from latecomer.compiled import code_digest
from latecomer.errors import Problems, UsageError
from latecomer.keys import LAYOUT_VERSION
from latecomer.panel import maker_facts, panel_of
from latecomer.shown import Shown
from latecomer.types import Case, same
from latecomer.vocabulary import AXIS, YEAR, Field

__all__ = [
    "DIMENSIONS",
    "SERIES",
    "Run",
    "describe",
    "labels_of",
    "manifest_of",
    "package_version",
    "place_of",
]

DIMENSIONS = {letter: axis.name for letter, axis in AXIS.items()}
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
Index = str | Sequence[str] | None


@dataclass(frozen=True, eq=False, repr=False)
class Run(Shown):
    """Histories of a case: records[n, t] (what happened each year), which histories they are, and their manifest.

    Two runs are equal if case, manifest and every bit of the records are.
    """

    case: Case
    histories: np.ndarray
    records: np.recarray
    failed: tuple[int, ...]
    manifest: dict = field(repr=False)

    @property
    def years(self) -> np.ndarray:
        """Return the calendar years [t]."""
        return self.case.years

    def series(self, name: str) -> np.ndarray:
        """Return a series as an array [n, t, ...]; raises UsageError with the nearest name if there is none of that name."""
        problems = Problems()
        note_series(problems, [name], plain=False)
        problems.raise_if_any(UsageError)
        return self.records[name]

    def bands(self, name: str, index: int | Index = None, levels: Sequence[float] = LEVELS) -> np.ndarray:
        """Return quantiles [level, t, ...] of a series over histories; `index` picks one name or place along its inner axes.

        Raises UsageError with all that is wrong with series, index and levels.
        """
        problems = Problems()
        note_levels(problems, levels)
        place = place_of(self.case, name, index, problems)
        problems.raise_if_any(UsageError)
        return np.quantile(self.records[name][place], levels, axis=0)

    @cached_property
    def data(self) -> xarray.Dataset:
        """Return all series with labels and units; nothing is copied."""
        return self.to_xarray()

    def to_xarray(self) -> xarray.Dataset:
        """Return the run as a labelled dataset with dimensions history, year and inner axes; units are attributes.

        Makers have the coordinates `maker_name`, `ownership`, `group`, `parent`, `brand_origin` and `home`, as the case gives
        them; by year, owner and group are series.
        """
        facts = {name: ("maker", values) for name, values in maker_facts(self.case).items()}
        coords: dict[str, Any] = {
            "history": self.histories,
            "year": self.years,
            **labels_of(self.case),
            **facts,
        }
        variables = {}
        for f in YEAR:
            dims = ("history", "year", *(DIMENSIONS[a] for a in f.axes))
            variables[f.name] = xarray.DataArray(
                self.records[f.name], dims=dims, attrs={"units": f.unit, "long_name": f.about}
            )
        return xarray.Dataset(variables, coords=coords, attrs={k: str(v) for k, v in self.manifest.items()})

    def to_frame(self, names: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return series that are one number a year as a tidy table: history, year, series, value, unit.

        Without names, all of them. Raises UsageError with every name that is none.
        """
        asked = [names] if isinstance(names, str) else names
        problems = Problems()
        note_series(problems, asked or ())
        problems.raise_if_any(UsageError)
        chosen = [f for f in YEAR if not f.axes and (asked is None or f.name in asked)]
        n, t = self.records.shape
        parts = [
            pd.DataFrame(
                {
                    "history": np.repeat(self.histories, t),
                    "year": np.tile(self.years, n),
                    "series": f.name,
                    "value": self.records[f.name].ravel(),
                    "unit": f.unit,
                }
            )
            for f in chosen
        ]
        return pd.concat(parts or [pd.DataFrame(columns=FRAME)], ignore_index=True)

    def panel(self, makers: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the panel of makers: one row for each history, year and maker that exists in it (`latecomer.panel`).

        Raises UsageError with every name that is no maker of the case.
        """
        return panel_of(self.case, self.histories, self.records, makers)

    def _title(self) -> str:
        return self.case._title()

    def _facts(self) -> dict[str, Any]:
        low, median, high = np.quantile(self.records["own_brand_share"][:, -1], (0.05, 0.5, 0.95))
        return {
            "histories": f"{len(self.histories)}, seed {self.manifest.get('seed')}; {len(self.failed)} failed",
            "years": f"{self.years[0]}-{self.years[-1]}",
            "own_brand_share": f"{median:.3f} in {self.years[-1]} (90% of histories: {low:.3f} to {high:.3f})",
            "series": f"{len(SERIES)}: .series(name), .bands(name), .to_frame(), .to_xarray(), .panel()",
            "fingerprint": str(self.manifest.get("fingerprint"))[:16],
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Run):
            return NotImplemented
        alike = self.case == other.case and (self.failed, self.manifest) == (other.failed, other.manifest)
        return alike and same(self.histories, other.histories) and same(self.records, other.records)

    def __hash__(self) -> int:
        return hash((self.case, self.manifest.get("fingerprint")))

    def __getstate__(self) -> dict[str, Any]:
        return {
            field.name: getattr(self, field.name) for field in fields(self)
        }  # not what was made on demand


FRAME = ["history", "year", "series", "value", "unit"]


def place_of(case: Case, series: str, index: int | Index, problems: Problems) -> Any:
    """Return what picks names along the inner axes of a series [n, t, ...], outermost first; note what is not there.

    Without an index it picks all. A whole number counts along the first inner axis.
    """
    before = len(problems)
    note_series(problems, [series], plain=False)
    if index is None or len(problems) > before:
        return ...
    named = list(index) if isinstance(index, Sequence) and not isinstance(index, str) else [index]
    letters = SERIES[series].axes
    if len(named) > len(letters) or (len(named) < len(letters) and not is_whole(index)):
        along = ", ".join(DIMENSIONS[letter] for letter in letters) or "none: it is one number a year"
        problems.add("index", None, None, index, f"a name for each inner axis of {series} ({along})")
        return ...
    places = [
        place_along(case, series, letter, name, problems)
        for letter, name in zip(letters, named, strict=False)
    ]
    return (slice(None), slice(None), *places)


def place_along(case: Case, series: str, letter: str, name: str | int, problems: Problems) -> int:
    """Return the place of a name, or of a whole number, along one axis; note one that is not there."""
    labels = labels_of(case).get(DIMENSIONS[letter], [])
    length = case.length[letter]
    if not isinstance(name, str) and is_whole(name) and -length <= name < length:
        return int(name)
    if name in labels:
        return labels.index(str(name))
    what = f"a {DIMENSIONS[letter].replace('_', ' ')} of {series}"
    problems.add("index", None, None, name, f"{what}, such as {labels[0]}" if labels else what, valid=labels)
    return 0


def labels_of(case: Case) -> dict[str, list[str]]:
    """Return the labels of every inner axis of the results."""
    return {DIMENSIONS[letter]: list(names) for letter, names in case.labels.by_letter.items()}


def describe(name: str) -> Field:
    """Return the declaration of a series."""
    return SERIES[name]


def package_version() -> str:
    """Return the installed version, or `unreleased` when the package is run from a folder."""
    try:
        return version("latecomer")
    except PackageNotFoundError:
        return "unreleased"


def manifest_of(
    case: Case, draws: np.recarray, seed: int, histories: int, failed: tuple[int, ...], records: np.ndarray, first: int = 0,
) -> dict:  # fmt: skip
    """Return what produced the records and the fingerprint of both."""
    made_by = {
        "case": case.name,
        "case_checksum": case.checksum,
        "changed_tables": list(case.changed),
        "inputs": digest_of(case.world, case.policy, case.strategy, case.makers, case.contracts),
        "version": package_version(),
        "code": code_digest(),
        "parameters": digest_of(draws),
        "draws": len(draws),
        "seed": seed,
        "first_history": first,
        "histories": histories,
        "years": f"{case.years[0]}-{case.years[-1]}",
        "failed": list(failed),
        "key_layout": LAYOUT_VERSION,
        "numba": numba.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
    }
    digest = hashlib.sha256(repr(sorted(made_by.items())).encode())
    digest.update(hashlib.sha256(np.ascontiguousarray(records).view(np.uint8).data).digest())
    return {**made_by, "fingerprint": digest.hexdigest()}


def digest_of(*arrays: np.ndarray) -> str:
    """Return the SHA-256 over the bytes of arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
