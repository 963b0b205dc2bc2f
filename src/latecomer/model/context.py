"""What is a stage of the year given? This year and its inputs, and what the stages hand each other.

    now      this year: index t, seed, history, the year's slices of world, policy and strategy, whole paths of world and policy
             for lags, makers and contracts
    before   the state at the start of the year; nobody writes it
    after    the state as the year leaves it; it begins as a copy of `before`, and each field is written in one file
    flow     what stages hand each other this year: every part is declared (`FLOW`) in the file of the stage that writes it
    p, out   parameters; what happened, which no stage of the next year reads

A kernel takes what it is about (maker m, line j ...) first, then those of these that it needs, in this order.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from latecomer.model.kinds import LINES, PRICE_MEMORY, TRAINS

OWN_AXES = "mrx"  # lengths that differ from case to case
CACHE_LINE = 64  # bytes
EFFORTS = 3  # digestion of partners, digestion of purchases, own innovation


class Now(NamedTuple):
    """A year of one history, as plain Python and single kernels see it; `layout.NowType` is the same in compiled phases."""

    t: int
    seed: int
    history: int
    world: Any
    policy: Any
    strategy: Any
    world_path: Any
    policy_path: Any
    makers: Any
    contracts: Any


class Part(NamedTuple):
    """A quantity that a stage hands on: name, axes (letters) and type."""

    name: str
    axes: str
    kind: str = "f8"


def each(axes: str, names: str, kind: str = "f8") -> tuple[Part, ...]:
    """Return parts with the same axes.

    Letters are those of the vocabulary and j line, J line and one more, E powertrain and one more, n line or seller, q round of
    prices kept, z direction of research effort.
    """
    return tuple(Part(name, axes, kind) for name in names.split())


def flow_type(parts: Iterable[Part], length: dict[str, int]) -> np.dtype:
    """Return the record of all parts for axes of these lengths.

    Every array begins at a cache line: unaligned, sums over buyer classes took a fifth more time. What depends on the case's own
    axes comes last, so that what stands before it stands at the same place in every case.
    """
    longer = length | {
        "j": LINES, "J": LINES + 1, "E": TRAINS + 1, "n": LINES + length["m"], "q": PRICE_MEMORY, "z": EFFORTS,
    }  # fmt: skip
    places, end = {}, 0
    for part in sorted(parts, key=lambda part: any(letter in OWN_AXES + "n" for letter in part.axes)):
        kind = np.dtype((part.kind, tuple(longer[letter] for letter in part.axes)))
        start = next_line(end) if part.axes else end
        places[part.name], end = (kind, start), start + kind.itemsize
    kinds, offsets = zip(*places.values(), strict=True)
    return np.dtype({"names": [*places], "formats": kinds, "offsets": offsets, "itemsize": next_line(end)})


def next_line(place: int) -> int:
    """Return the first place from here on at which a cache line begins."""
    return place + -place % CACHE_LINE


def blank(kind: np.dtype) -> np.recarray:
    """Return one record of zeros that begins at a cache line."""
    memory = np.zeros(kind.itemsize + CACHE_LINE, np.uint8)
    start = next_line(memory.ctypes.data) - memory.ctypes.data
    return memory[start : start + kind.itemsize].view(kind).view(np.recarray)
