"""What is kept of a run, and how is it recognised again? Labelled results, their manifest and fingerprint.

The fingerprint is a digest of every number of the run together with what produced it: case, code, parameters, seed,
number of histories. Equal fingerprints mean equal results; the time of day is not part of it.
"""

import hashlib
import platform
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

import numba
import numpy as np
import pandas as pd
import xarray

from latecomer.axes import (
    ACTORS,
    AGES,
    BUYERS,
    COMMERCIAL,
    DOMAINS,
    EMPLOYERS,
    IMPROVEMENTS,
    ORIGINS,
    OWN_OWNERSHIP,
    POWERTRAINS,
    SEGMENTS,
    TECHNOLOGY_SOURCES,
    YEAR,
    Field,
)
from latecomer.compiled import code_digest
from latecomer.keys import LAYOUT_VERSION
from latecomer.types import Case

DIMENSIONS = {
    "m": "maker", "s": "segment", "e": "powertrain", "r": "region", "b": "buyer", "d": "domain",
    "k": "commercial_class", "o": "origin", "a": "age", "i": "pillar",
    "x": "destination",
    "u": "actor", "v": "receiver", "h": "employer",
    "y": "source", "g": "improvement", "w": "own_ownership",
}  # fmt: skip
SERIES = {f.name: f for f in YEAR}


@dataclass(frozen=True)
class Run:
    """Histories of a case: records[n, t] (what happened each year), which histories they are, and their manifest."""

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
        """Return a series as an array [n, t, ...]; raises KeyError with the nearest names if there is none of that name."""
        if name not in SERIES:
            from latecomer.errors import nearest

            raise KeyError(f"no series {name!r}; nearest: {nearest(name, SERIES)}")
        return self.records[name]

    def bands(
        self, name: str, index: int | None = None, levels: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)
    ) -> np.ndarray:
        """Return quantiles [level, t] of a series over histories; `index` picks one entry of its inner axis."""
        values = self.series(name) if index is None else self.series(name)[:, :, index]
        return np.quantile(values, levels, axis=0)

    @cached_property
    def data(self) -> xarray.Dataset:
        """Return all series with labels and units; nothing is copied."""
        return self.to_xarray()

    def to_xarray(self) -> xarray.Dataset:
        """Return the run as a labelled dataset with dimensions history, year and inner axes; units are attributes."""
        coords = {"history": self.histories, "year": self.years, **labels_of(self.case)}
        variables = {}
        for f in YEAR:
            dims = ("history", "year", *(DIMENSIONS[a] for a in f.axes))
            variables[f.name] = xarray.DataArray(
                self.records[f.name], dims=dims, attrs={"units": f.unit, "long_name": f.about}
            )
        return xarray.Dataset(variables, coords=coords, attrs={k: str(v) for k, v in self.manifest.items()})

    def to_frame(self, names: tuple[str, ...] | None = None) -> pd.DataFrame:
        """Return series without inner axes as a tidy table: history, year, series, value, unit."""
        chosen = [f for f in YEAR if not f.axes and (names is None or f.name in names)]
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
        return pd.concat(parts, ignore_index=True)


def labels_of(case: Case) -> dict[str, list[str]]:
    """Return the labels of every inner axis of the results."""
    return {
        "maker": list(case.labels.makers), "region": list(case.labels.regions), "segment": list(SEGMENTS),
        "powertrain": list(POWERTRAINS), "buyer": list(BUYERS), "domain": list(DOMAINS), "commercial_class": list(COMMERCIAL),
        "origin": list(ORIGINS), "age": list(AGES), "destination": list(case.labels.destinations),
        "actor": list(ACTORS), "receiver": list(ACTORS), "employer": list(EMPLOYERS),
        "source": list(TECHNOLOGY_SOURCES), "improvement": list(IMPROVEMENTS),
        "own_ownership": list(OWN_OWNERSHIP),
    }  # fmt: skip


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
