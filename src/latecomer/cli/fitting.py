"""How is `latecomer fit` carried out? Options checked together, progress by stage, and a case folder with what was found."""

import shutil
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from latecomer.cli.request import checked_case, folder, whole
from latecomer.cli.screen import console
from latecomer.cli.writing import whole_files
from latecomer.errors import Problems, UsageError

STAGES = 4
FEWEST_STEPS, MOST = 8, 1_000_000
HIGHEST_FIT_SEED = 2**31 - 1  # what the search takes
TOLD_EVERY = 240


def fit_case(name: str, given: Mapping[str, str]) -> None:
    """Fit a case and write a copy of it with the result; raise one UsageError with every problem of the request."""
    problems = Problems()
    budgets = four_numbers(given["--evaluations"], problems)
    steps = whole("--steps", given["--steps"], FEWEST_STEPS, MOST, problems) or FEWEST_STEPS
    kept = whole("--kept", given["--kept"], 1, steps, problems) or 1
    seed = whole("--seed", given["--seed"], 1, HIGHEST_FIT_SEED, problems) or 1
    out = folder("--out", given["--out"], problems)
    if not given["--out"]:
        problems.add("--out", expected="a folder for the case with its new parameters")
    if out is not None and out.is_dir() and any(out.iterdir()):
        problems.add("--out", None, None, given["--out"], "an empty folder, or one that does not exist yet")
    if find_spec("cma") is None:
        problems.add(expected="the package cma; install it with: pip install 'latecomer[fit]'")
    case = checked_case(name, problems)
    problems.raise_if_any(UsageError)
    assert case is not None and out is not None
    from latecomer.fit.staged import fit, write

    found = fit(case, budgets, steps, kept, seed, progress=teller(budgets, steps))
    with whole_files(out) as part:
        shutil.copytree(
            case.folder, part, copy_function=shutil.copyfile, dirs_exist_ok=True, ignore=no_part_of_a_case
        )
        write(found, case, part)
    console().print(f"Loss {found.how['loss_of_best']}; by target in {out / 'draws.json'}", soft_wrap=True)
    console().print(f"Run it with: latecomer run {out}", soft_wrap=True)


def no_part_of_a_case(folder: str, names: list[str]) -> list[str]:
    """Return the names in a folder that are no files of the case: pipes, devices, and links to folders elsewhere."""
    paths = [Path(folder, name) for name in names]
    return [path.name for path in paths if not path.is_file() and (path.is_symlink() or not path.is_dir())]


def four_numbers(text: str, problems: Problems) -> tuple[int, int, int, int]:
    """Return the budgets of the four stages."""
    parts = [whole("--evaluations", part.strip(), 0, MOST, problems) for part in text.split(",")]
    if len(parts) != STAGES:
        problems.add("--evaluations", None, None, text, f"{STAGES} numbers, one for each stage")
    a, b, c, d = ([part or 0 for part in parts] + [0] * STAGES)[:STAGES]
    return a, b, c, d


def teller(budgets: tuple[int, ...], steps: int) -> Callable[[str, int, float], None]:
    """Return what says a line now and then: the stage, how far it is, and the best loss."""
    from latecomer.fit.staged import STAGES as NAMES

    screen = console(stderr=True)
    whole_of = {**dict(zip(NAMES, budgets, strict=True)), "draws": steps}
    told: dict[str, int] = {}

    def tell(stage: str, count: int, loss: float) -> None:
        if count - told.get(stage, -TOLD_EVERY) >= TOLD_EVERY:
            told[stage] = count
            screen.print(f"{stage}: {count} of {whole_of[stage]}, loss {loss:.2f}", soft_wrap=True)

    return tell
