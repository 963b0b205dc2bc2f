"""What is handed from the case folder to the model and to whoever judges a run?

A `Case` holds arrays that the kernel reads (years by rows, laid out by `axes`), the labels of their axes, and the
tables behind them with their sources, so that every number can be traced to a file and a line. Both are frozen; the
arrays are read-only, also after copying and in another process: the compiled model takes no others.

A `Finding` is what a study found: the only thing that a chart, a report or a page shows.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import numpy as np

from latecomer.asked import note_draws, note_numbers, note_params
from latecomer.errors import Problems, UsageError
from latecomer.shown import Shown
from latecomer.vocabulary import AXIS, CONTRACTS, ENTRIES, MAKERS, POLICY, STRATEGY, WORLD, record, sizes

ARRAYS = ("years", "world", "policy", "strategy", "makers", "contracts", "params", "draws")

if TYPE_CHECKING:  # a case can be handled without its tables, and they take a second to import
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Labels(Shown):
    """Names along the axes of a case: makers, regions and destinations are its own, the others those of `vocabulary/axes.csv`."""

    makers: tuple[str, ...]
    maker_names: tuple[str, ...]
    maker_names_local: tuple[str, ...]
    regions: tuple[str, ...]
    region_names: tuple[str, ...]
    region_names_local: tuple[str, ...]
    destinations: tuple[str, ...]
    destination_names: tuple[str, ...]
    destination_names_local: tuple[str, ...]
    segments: tuple[str, ...] = ENTRIES["segments"]
    powertrains: tuple[str, ...] = ENTRIES["powertrains"]
    domains: tuple[str, ...] = ENTRIES["domains"]
    commercial: tuple[str, ...] = ENTRIES["commercial"]
    ownership: tuple[str, ...] = ENTRIES["ownership"]
    own_ownership: tuple[str, ...] = ENTRIES["own_ownership"]
    origins: tuple[str, ...] = ENTRIES["origins"]
    buyers: tuple[str, ...] = ENTRIES["buyers"]
    ages: tuple[str, ...] = ENTRIES["ages"]
    actors: tuple[str, ...] = ENTRIES["actors"]
    employers: tuple[str, ...] = ENTRIES["employers"]
    sources: tuple[str, ...] = ENTRIES["sources"]
    improvements: tuple[str, ...] = ENTRIES["improvements"]

    def along(self, letter: str) -> tuple[str, ...]:
        """Return the labels of the axis with this letter; none where places along it have no names."""
        named = AXIS[letter].labels
        return getattr(self, named) if named else ()

    @property
    def by_letter(self) -> dict[str, tuple[str, ...]]:
        """Return the labels of every axis that has names, by letter."""
        return {letter: self.along(letter) for letter, axis in AXIS.items() if axis.labels}

    @property
    def length(self) -> dict[str, int]:
        """Return the length of every inner axis, by letter."""
        return sizes(**{letter: len(names) for letter, names in self.by_letter.items()})


@dataclass(frozen=True)
class Setting:
    """What makes a case that of one country: money, base years, end of the sample, who it is compared with, years looked at.

    `marked` holds the years of each picture or question (names in `case.span.MARKED`), `rivals` the series of facts beside
    which output is ranked and who made them; texts that a case does not give are empty.
    """

    currency: str
    currency_name: str
    base_year: int
    investment_year: int
    region_years: tuple[int, int]
    sample_end: int
    social_rate: float
    language_code: str
    language: str
    reference: str
    reference_year: str
    rivals: tuple[tuple[str, str], ...]
    rank_series: str
    tile_map: tuple[str, ...]
    marked: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def money(self) -> str:
        """Return the unit of money: that of the case, at prices of its base year."""
        return f"{self.currency} of {self.base_year}"

    @property
    def reference_told(self) -> str:
        """Return who stands for 100 of the indices, in words."""
        when = f" in {self.reference_year}" if self.reference_year else ""
        return f"{self.reference}{when}" if self.reference else "the level that the parameters name"

    def looks(self, name: str) -> tuple[int, ...]:
        """Return the years at which a picture or question looks, by its name."""
        return dict(self.marked)[name]


@dataclass(frozen=True, eq=False, repr=False)
class Case(Shown):
    """A country and industry as data, checked when loaded. Two cases are equal if folder and arrays hold the same.

    `world`, `policy` and `strategy` (every maker by its own rule) have one record a year; `makers`, `contracts` one
    record each; `params` one record in all, `draws` one record for each vector that the last fit left. `register`
    is the parameter table; `levers` the dated rows behind `policy`; `targets`, `moments` recorded outcomes in the
    model's units; `facts` every fact with its file and line; `fills` every value of a world input that no source
    prints, with the rule that gave it; `inputs` the quantities behind `world` by year; `tables` all tables as read.
    `checksum` covers every file of `folder`; `left_out` says in words which recorded outcomes lie outside the years of the case;
    `changed` names the tables that are not as published (`digests.csv`).
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
    register: "pd.DataFrame"
    levers: "pd.DataFrame"
    targets: "pd.DataFrame"
    moments: "pd.DataFrame"
    facts: "pd.DataFrame"
    sources: "pd.DataFrame"
    fills: "pd.DataFrame"
    inputs: "pd.DataFrame"
    maker_record: "pd.DataFrame"
    group_record: "pd.DataFrame"
    named_makers: tuple[str, ...]
    setting: Setting
    tables: "Mapping[str, pd.DataFrame]"
    checksum: str
    folder: Path
    left_out: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ARRAYS:
            object.__setattr__(self, name, locked(getattr(self, name)))
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))

    @property
    def notes(self) -> tuple[str, ...]:
        """Return in sentences what whoever uses the case should be told: outcomes left out, tables that were changed."""
        named = ", ".join(self.changed)
        return (*self.left_out, *([f"Not as published with the case: {named}."] if named else []))

    @property
    def length(self) -> dict[str, int]:
        """Return the length of every inner axis, by letter; makers are counted by their records, of which a study may add one."""
        return self.labels.length | {"m": len(self.makers)}

    def with_params(self, **values: float | str) -> "Case":
        """Return the case with parameters set, in every draw: to a number, or to "off".

        Raises UsageError with every name that is no parameter and every value out of its range.
        """
        problems = Problems()
        note_params(problems, values, self)
        problems.raise_if_any(UsageError)
        off = self.register.set_index("name")["off"]
        vectors = {name: np.array(getattr(self, name)).view(np.recarray) for name in ("params", "draws")}
        for name, value in values.items():
            for vector in vectors.values():
                vector[name] = off[name] if value == "off" else value
        return replace(self, params=vectors["params"], draws=vectors["draws"])

    def _title(self) -> str:
        return f"{self.name}: {self.title}"

    def _facts(self) -> dict[str, Any]:
        return {
            "years": f"{self.years[0]}-{self.years[-1]}", "makers": self.labels.makers, "regions": self.labels.regions,
            "parameters": f"{len(self.register)}, in {len(self.draws)} draws", "levers": self.policy.dtype.names,
            "facts": f"{len(self.facts)} from {len(self.sources)} sources", "folder": self.folder, "checksum": self.checksum[:16],
        }  # fmt: skip

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Case):
            return NotImplemented
        return (self.name, self.checksum, self.labels) == (other.name, other.checksum, other.labels) and all(
            same(getattr(self, name), getattr(other, name)) for name in ARRAYS
        )

    def __hash__(self) -> int:
        return hash((self.name, self.checksum))

    def __getstate__(self) -> dict[str, Any]:
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        return state | {"tables": dict(self.tables)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()


F = TypeVar("F", bound=Callable[..., Any])


def kept(make: F) -> F:
    """Let a function of an object (its first argument) and of names compute its value once, and keep it with the object.

    What is kept is shared by all who ask: a table of it is copied before it is changed. Copies and pickles leave it behind.
    """

    @wraps(make)
    def once(thing: Any, *names: Any, **named: Any) -> Any:
        store = thing.__dict__.setdefault("_kept", {})
        key = (make.__module__, make.__qualname__, *names, *named.items())
        if key not in store:
            store[key] = make(thing, *names, **named)
        return store[key]

    return cast(F, once)


class Finding(Shown, ABC):
    """What a study found: its kind, a title, a question in the reader's words, tables, sentences, and what made it.

    `tables` are tidy and in the units of the model, by the name that their files get; a unit stands in the column `unit`, or
    is told by the class. `sentences` say what the tables mean. `manifest` says what made the numbers, and makes them again.
    """

    kind: ClassVar[str]

    if TYPE_CHECKING:  # fields of most findings, made on demand in some

        @property
        def title(self) -> str: ...

        @property
        def manifest(self) -> Mapping[str, Any]: ...

    @property
    @abstractmethod
    def question(self) -> str:
        """Return the question that is answered."""

    @property
    @abstractmethod
    def tables(self) -> "Mapping[str, pd.DataFrame]":
        """Return the tables by the name of their files, the one that answers first."""

    @abstractmethod
    def sentences(self) -> list[str]:
        """Say what the tables mean."""

    def to_frame(self) -> "pd.DataFrame":
        """Return the table that answers the question."""
        return next(iter(self.tables.values())).copy()

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


def note_case(problems: Problems, case: Any) -> bool:
    """Note what is no case, arrays that do not fit its labels and years, and draws out of range; say whether it is a case."""
    if not isinstance(case, Case):
        problems.add("case", None, None, case, "a case: load_case(name) returns one")
        return False
    years, length = len(case.years), case.length
    for name, declared, rows in (
        ("world", WORLD, years), ("policy", POLICY, years), ("strategy", STRATEGY, years),
        ("makers", MAKERS, length["m"]), ("contracts", CONTRACTS, len(case.contracts)),
    ):  # fmt: skip
        array = getattr(case, name)
        if array.dtype.descr != record(declared, length).descr or array.shape != (rows,):
            problems.add(f"case.{name}", expected=f"{rows} rows with the fields that load_case gives them")
    note_draws(problems, case.draws, case)
    return True


def refuse_run(
    case: Any, draws: Any, params: Mapping[str, Any] | None, progress: Any, **numbers: Any
) -> None:
    """Raise one UsageError with everything wrong with a request to run a case."""
    problems = Problems()
    if note_case(problems, case):
        if draws is not None:
            note_draws(problems, draws, case)
        note_params(problems, params or {}, case)
    note_numbers(problems, **numbers)
    if progress is not None and not callable(progress):
        problems.add("progress", None, None, progress, "a function of histories done and in all")
    problems.raise_if_any(UsageError)


def locked(array: np.ndarray) -> np.ndarray:
    """Return an array that cannot be written, as the compiled model takes it: one block, fields read as attributes."""
    block = array if array.flags.c_contiguous else np.ascontiguousarray(array)
    view = block.view(np.recarray) if block.dtype.names else block.view()
    view.flags.writeable = False
    return view


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two arrays have the same type, shape and bits."""
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
