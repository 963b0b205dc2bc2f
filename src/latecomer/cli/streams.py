"""Which letters can standard output and standard error take? Those that they lack are substituted, so that no answer is lost."""

import sys


def writable_everywhere() -> bool:
    """Return whether standard output takes every letter."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def substitute_letters() -> None:
    """Let both streams write a substitute for letters that they lack, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace" if stream is sys.stdout else "backslashreplace")
