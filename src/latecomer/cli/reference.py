"""Are the generated pages, and the finding in the README, what the code says now?"""

import re
from pathlib import Path

import pandas as pd
import typer

from latecomer.case.load import load_case
from latecomer.cli.show import short
from latecomer.cli.writing import whole_file
from latecomer.explain.pages import pages
from latecomer.run import run
from latecomer.study.summary import Summary
from latecomer.types import Case
from latecomer.vocabulary import SERIES

CASE_OF_THE_DOCS, HISTORIES, SEED = "china-auto", 200, 1
README = "README.md"
PLACE = re.compile(r"(<!-- finding: .*? -->\n).*?(<!-- end of the finding -->)", re.S)
FINDING = (
    ("vehicles", (1980, 2004, 2010, 2025)), ("own_brand_share", (2010, 2020, 2025)), ("new_energy_share", (2015, 2020, 2025)),
    ("vehicle_exports", (2010, 2025)),
)  # fmt: skip
SAMPLES = {"fit": "fit", "check": "forecast"}


def refresh(folder: str, write: bool) -> int:
    """List the pages that are missing or out of date, or write them; return 2 if some stay so."""
    wanted = texts(load_case(CASE_OF_THE_DOCS), Path(folder))
    old = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in old:
        if write:
            with whole_file(path) as part:
                part.write_text(wanted[path], encoding="utf-8")
        typer.echo(f"{'written' if write else 'out of date'}: {path}")
    if not old:
        typer.echo("All generated pages agree with the code.")
    return 2 if old and not write else 0


def texts(case: Case, folder: Path) -> dict[Path, str]:
    """Return what the pages under `folder` should hold, and the README beside it if there is one."""
    wanted = {folder / name: text for name, text in pages(case).items()}
    readme = folder.parent / README
    if readme.is_file():
        wanted[readme] = with_finding(readme.read_text(encoding="utf-8"), case)
    return wanted


def with_finding(readme: str, case: Case) -> str:
    """Return the text of the README with its place for the finding filled from a run."""
    rows = Summary(run(case, HISTORIES, SEED)).rows
    filled = "\n".join(finding(rows))
    return PLACE.sub(lambda found: f"{found[1]}{filled}\n{found[2]}", readme)


def finding(rows: pd.DataFrame) -> list[str]:
    """Return a table of simulated and recorded figures, from the rows that `latecomer run --json` prints."""
    lines = [
        "| | year | simulated | 90% of histories | recorded | sample |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for series, years in FINDING:
        field = SERIES[series]
        label, scale = f"{field.title}, {field.shown}", field.factor
        for year in years:
            told = rows[(rows["series"] == series) & (rows["year"] == year)].iloc[0]
            median, low, high, recorded = (
                short(told[name] * scale) for name in ("median", "low", "high", "recorded")
            )
            sample = SAMPLES[told["sample"]]
            lines.append(f"| {label} | {year} | {median} | {low} to {high} | {recorded} | {sample} |")
    return lines
