"""What if a parameter, a lever or an input of the case were different? Histories for tests, on one kernel compiled once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from latecomer import vocabulary
from latecomer.machine import simulate
from latecomer.run import Workspace, workspace
from latecomer.types import Case

NOTHING: Mapping[str, Any] = {}
DIAGNOSTICS = {"price_residual", "price_rounds", "price_bounds_hit", "account_error"}


def altered(record: np.recarray, changes: Mapping[str, Any]) -> np.recarray:
    """Return a copy of the records with the named columns set to other values."""
    copy = np.array(record).view(np.recarray)
    for name, value in changes.items():
        copy[name][...] = value
    return copy


def read_only(record: np.recarray) -> np.recarray:
    """Return the records, locked: the kernel is compiled for the arrays of a case, which are read-only."""
    record.flags.writeable = False
    return record


@dataclass(repr=False)
class Laboratory:
    """Runs histories of the case with some parameters, levers or inputs set to other values."""

    case: Case
    kept: dict = field(default_factory=dict)

    @cached_property
    def length(self) -> dict[str, int]:
        """Return the length of every axis."""
        return self.case.length

    @cached_property
    def space(self) -> Workspace:
        """Return the records in which histories run."""
        return workspace(self.case)

    def index(self, year: int) -> int:
        """Return the row of a calendar year."""
        return int(year - self.case.years[0])

    def params(self, **changes: float) -> np.recarray:
        """Return the default parameters with some at other values."""
        return altered(self.case.params, changes)

    def levers(self, **changes: Any) -> np.recarray:
        """Return the policy of the case with some levers at other values (by year, or one value for all)."""
        return read_only(altered(self.case.policy, changes))

    def with_levers(self, **changes: Any) -> Case:
        """Return the case under another policy."""
        return replace(self.case, policy=self.levers(**changes))

    def strategy(self, **changes: Any) -> np.recarray:
        """Return the strategy of the case's firms with some levers at other values."""
        return read_only(altered(self.case.strategy, changes))

    def until(self, year: int) -> Case:
        """Return the case cut off after a calendar year, so that its histories are short."""
        n = self.index(year) + 1
        return replace(
            self.case,
            years=self.case.years[:n],
            world=self.case.world[:n],
            policy=self.case.policy[:n],
            strategy=self.case.strategy[:n],
        )

    def run(
        self, params: Mapping[str, float] = NOTHING, levers: Mapping[str, Any] = NOTHING, world: Mapping[str, Any] = NOTHING,
        makers: Mapping[str, Any] = NOTHING, strategy: Mapping[str, Any] = NOTHING, seed: int = 1, history: int = 0,
    ) -> np.recarray:  # fmt: skip
        """Run one history and return its years [t]. The unchanged case is run once for each seed and history."""
        plain = not (params or levers or world or makers or strategy)
        if plain and (seed, history) in self.kept:
            return self.kept[seed, history]
        space = workspace(self.case) if plain else self.space
        years = self.go_on(
            space, self.params(**params), seed, history,
            world=read_only(altered(self.case.world, world)), policy=self.levers(**levers),
            makers=read_only(altered(self.case.makers, makers)), strategy=self.strategy(**strategy),
        )  # fmt: skip
        if plain:
            self.kept[seed, history] = years
        return years

    def go_on(
        self, space: Workspace, params: np.recarray, seed: int = 1, history: int = 0, first: int = 0, last: int | None = None,
        **inputs: np.recarray,
    ) -> np.recarray:  # fmt: skip
        """Run the years from index `first` up to, not including, `last`, on the state in `space`, and return their records.

        From a blank state if first is 0; `inputs` are the world, policy, strategy and makers if they are not those of the case.
        """
        if first == 0:
            space.state[:] = np.zeros(1, space.state.dtype)
            space.flow[:] = np.zeros(1, space.flow.dtype)
        years = np.zeros(last or len(self.case.years), vocabulary.record(vocabulary.YEAR, self.length)).view(
            np.recarray
        )
        self.fill(space, params, years, seed, history, first, **inputs)
        return years

    def fill(
        self, space: Workspace, params: np.recarray, years: np.recarray, seed: int = 1, history: int = 0, first: int = 0,
        **inputs: np.recarray,
    ) -> None:  # fmt: skip
        """Run the years from index `first` on into `years`, as the kernel would."""
        case = self.case
        simulate(
            space.states, space.flow, inputs.get("world", case.world), inputs.get("policy", case.policy),
            inputs.get("strategy", case.strategy), inputs.get("makers", case.makers), case.contracts, params,
            seed, history, first, years,
        )  # fmt: skip

    def after(
        self, year: int, params: Mapping[str, float] = NOTHING, seed: int = 1, history: int = 0
    ) -> Workspace:
        """Return a workspace of its own, as it stands at the end of a calendar year."""
        space = workspace(self.case)
        self.go_on(space, self.params(**params), seed, history, last=self.index(year) + 1)
        return space


def differences(one: np.recarray, other: np.recarray) -> dict[str, float]:
    """Return by series the largest difference of two histories; series that agree in every bit are left out.

    Differences are relative to the value, or to a billionth of the largest value of the series if that is more. Series kept in
    single precision may differ in their last digit, which rounds either way.
    """
    found = {}
    for name in one.dtype.names:
        a, b = np.asarray(one[name], dtype=float), np.asarray(other[name], dtype=float)
        scale = np.maximum(np.abs(a), max(1e-9 * np.abs(a).max(), 1e-300))
        gap = float(np.max(np.abs(a - b) / scale))
        if one[name].dtype == np.float32 and gap < 2.0 * np.finfo(np.float32).eps:
            continue
        if gap != 0.0:
            found[name] = gap
    return found


def outcomes_moved(one: np.recarray, other: np.recarray) -> dict[str, float]:
    """Return the differences of two histories, those of the solver's own diagnostics left out."""
    return {name: gap for name, gap in differences(one, other).items() if name not in DIAGNOSTICS}
