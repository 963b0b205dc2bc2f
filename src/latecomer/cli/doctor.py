"""Does everything work on this machine? Each check says what it found and, if it failed, what to do."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import typer

from latecomer.case.load import list_cases, load_case
from latecomer.cli.request import memory_free
from latecomer.compiled import store
from latecomer.errors import LatecomerError
from latecomer.machine import missing
from latecomer.run import threads_available

CORE = ("numpy", "numba", "pandas", "xarray", "altair", "vl-convert-python", "typer", "rich")
OLDEST, TOO_NEW = (3, 11), (3, 14)
LEAST_MEMORY = 2**30
SAMPLE = 3
CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"x": 1, "y": 2}]},
    "mark": "point",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
}


class Unwell(Exception):
    """A check failed: what was found, and what to do about it."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.remedy = found, remedy


def examine() -> int:
    """Run all checks, print a line for each, and return 0 or, if one failed, 2."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python", python),
        ("packages", packages),
        ("extras", extras),
        ("processors", lambda: f"{threads_available()} usable of {os.cpu_count()}, {platform.machine()}"),
        ("memory", memory),
        ("cache", cache),
        *((f"case {name}", lambda name=name: case(name)) for name in list_cases()),
        ("one history", one_history),
        ("pictures", pictures),
    ]
    failed = [name for name, check in checks if not passed(name, check)]
    typer.echo(
        f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}" if failed else "All is well."
    )
    return 2 if failed else 0


def passed(name: str, check: Callable[[], str]) -> bool:
    """Run one check, print what it found, and say whether it passed."""
    try:
        typer.echo(f"ok    {name:18}{check()}")
    except Unwell as unwell:
        typer.echo(f"FAIL  {name:18}{unwell.found}\n      {'':18}What to do: {unwell.remedy}")
        return False
    return True


def python() -> str:
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        raise Unwell(platform.python_version(), "use Python 3.11, 3.12 or 3.13: make PYTHON=python3.12")
    return f"{platform.python_version()} at {sys.executable}"


def packages() -> str:
    return ", ".join(f"{name} {installed(name)}" for name in ("latecomer", *CORE))


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        if name == "latecomer":
            return "run from its folder"
        raise Unwell(f"{name} is missing", "install the pinned packages again: make clean run") from None


def extras() -> str:
    present = {"netcdf": find_spec("h5netcdf"), "fit": find_spec("cma")}
    return ", ".join(f"{name} {'installed' if found else 'not installed'}" for name, found in present.items())


def memory() -> str:
    free = memory_free()
    if free is None:
        return "not told by this system"
    if free < LEAST_MEMORY:
        raise Unwell(
            f"{free / 2**20:.0f} MiB free", "close other programs, or run fewer histories: --histories 50"
        )
    return f"{free / 2**30:.1f} GiB free"


def cache() -> str:
    folder = store()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = "point LATECOMER_CACHE to a folder that can be written; without it every run compiles again"
        raise Unwell(f"{folder}: {error.strerror}", remedy) from None
    lacking = len(missing())
    state = (
        f"{lacking} parts of the model not yet compiled (at the next check)" if lacking else "model compiled"
    )
    return f"{folder} can be written; {state}"


def case(name: str) -> str:
    try:
        loaded = load_case(name)
    except LatecomerError as error:
        raise Unwell(str(error), "mend the rows named above, or install the package again") from None
    return f"{loaded.years[0]}-{loaded.years[-1]}, {len(loaded.makers)} makers, {len(loaded.facts)} facts; every table is right"


def one_history() -> str:
    from latecomer.cli.running import one_history as run_one

    loaded = load_case(list_cases()[0])
    started = time.perf_counter()
    run_one(loaded, 0, 0)
    first = time.perf_counter() - started
    started = time.perf_counter()
    for history in range(SAMPLE):
        run_one(loaded, 0, history)
    each = (time.perf_counter() - started) / SAMPLE
    return (
        f"{1000 * each:.0f} ms on one processor; the first took {first:.1f} s with what was compiled or read"
    )


def pictures() -> str:
    remedy = "install the pinned packages again: make clean run; --json needs no pictures"
    try:
        import vl_convert

        size = len(vl_convert.vegalite_to_png(CHART))
    except Exception as error:  # its errors have no common class; whatever it is, there will be no report
        raise Unwell(f"vl-convert failed: {error}", remedy) from None
    return f"vl-convert drew a chart of {size} bytes"
