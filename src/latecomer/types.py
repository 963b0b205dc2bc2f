"""What is handed from the case folder to the model and to whoever judges a run?

A `Case` holds arrays that the kernel reads (years by rows, laid out by `axes`), the labels of their axes, and the
tables behind them with their sources, so that every number can be traced to a file and a line. Both are frozen; the
arrays are read-only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from latecomer import axes


@dataclass(frozen=True)
class Labels:
    """Names along the axes of a case: makers, regions and destinations are its own, the others are fixed in `axes`."""

    makers: tuple[str, ...]
    maker_names: tuple[str, ...]
    maker_names_zh: tuple[str, ...]
    regions: tuple[str, ...]
    region_names: tuple[str, ...]
    region_names_zh: tuple[str, ...]
    destinations: tuple[str, ...]
    destination_names: tuple[str, ...]
    destination_names_zh: tuple[str, ...]
    segments: tuple[str, ...] = axes.SEGMENTS
    powertrains: tuple[str, ...] = axes.POWERTRAINS
    domains: tuple[str, ...] = axes.DOMAINS
    commercial: tuple[str, ...] = axes.COMMERCIAL
    ownership: tuple[str, ...] = axes.OWNERSHIP
    origins: tuple[str, ...] = axes.ORIGINS
    buyers: tuple[str, ...] = axes.BUYERS
    ages: tuple[str, ...] = axes.AGES
    sources: tuple[str, ...] = axes.TECHNOLOGY_SOURCES
    improvements: tuple[str, ...] = axes.IMPROVEMENTS
    own_ownership: tuple[str, ...] = axes.OWN_OWNERSHIP

    def along(self, letter: str) -> tuple[str, ...]:
        """Return the labels of the axis with this letter (m, r, x, s, e, d, k, o, b, a, y, g, w)."""
        named = {
            "m": self.makers, "r": self.regions, "s": self.segments, "e": self.powertrains, "d": self.domains,
            "k": self.commercial, "o": self.origins, "b": self.buyers, "a": self.ages,
            "x": self.destinations, "y": self.sources, "g": self.improvements, "w": self.own_ownership,
        }  # fmt: skip
        return named[letter]


@dataclass(frozen=True)
class Case:
    """A country and industry as data, checked when loaded.

    `world`, `policy` and `strategy` (every maker by its own rule) have one record a year; `makers`, `contracts` one
    record each; `params` one record in all, `draws` one record for each vector that the last fit left. `register`
    is the parameter table; `levers` the dated rows behind `policy`; `targets`, `moments` recorded outcomes in the
    model's units; `facts` every fact with its file and line; `fills` every value of a world input that no source
    prints, with the rule that gave it; `inputs` the quantities behind `world` by year; `tables` all tables as read.
    `checksum` covers every file of `folder`; `left_out` says in words which recorded outcomes lie outside the years of the case.
    """

    name: str
    title: str
    years: np.ndarray
    world: np.recarray
    policy: np.recarray
    strategy: np.recarray
    makers: np.recarray
    contracts: np.recarray
    params: np.recarray
    draws: np.recarray
    labels: Labels
    register: pd.DataFrame
    levers: pd.DataFrame
    targets: pd.DataFrame
    moments: pd.DataFrame
    facts: pd.DataFrame
    sources: pd.DataFrame
    fills: pd.DataFrame
    inputs: pd.DataFrame
    maker_record: pd.DataFrame
    group_record: pd.DataFrame
    named_makers: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    checksum: str
    folder: Path
    left_out: tuple[str, ...] = ()

    @property
    def length(self) -> dict[str, int]:
        """Return the length of every inner axis, by letter."""
        return axes.sizes(len(self.makers), len(self.labels.regions), len(self.labels.destinations))
