"""How long may one input take, and how much memory? A hang is cut off and told, not waited for."""

import faulthandler
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

LONGEST_WAIT = (
    60  # seconds for one input, by the clock: a reader that waits for a pipe spends no processor time
)
LAST_WAIT = (
    120  # seconds after which the process ends where it stands: compiled code does not hear of a signal
)
MOST_ADDRESSED = 8 * 2**30  # bytes


class Hang(Exception):
    """One input took longer than it may."""


def stop(signum: int, frame: FrameType | None) -> NoReturn:
    """Raise in place of whatever is waited for."""
    raise Hang(f"more than {LONGEST_WAIT} seconds")


@contextmanager
def cut_off() -> Iterator[None]:
    """Raise Hang where what is done inside takes too long; end the process with a traceback where even that is not heard."""
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_WAIT)
    faulthandler.dump_traceback_later(LAST_WAIT, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def bound_memory() -> None:
    """Let a file that asks for all memory end in a MemoryError, which is told, and not in the end of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSED, MOST_ADDRESSED))
