"""What does `latecomer ablate` ask, and how is its answer printed? A table for each year: parts as rows, series as columns."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from latecomer.cli.ask import Question, ask
from latecomer.cli.request import Asked, refuse_too_large
from latecomer.cli.writing import again
from latecomer.vocabulary import SERIES

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.ablate import Ablation

HEADS = {  # abbreviated: nine columns beside the names of parts have to fit into eighty letters
    "own_brand_share": "Own", "own_brand_home_share": "home", "own_brand_export_share": "abroad", "vehicles": "Veh.",
    "passenger_cars": "Cars", "quality_gap": "Gap", "core_control": "Core", "great": "Great", "strong": "Strong",
}  # fmt: skip
NOTE = (
    "Median change when the part is off, same seed and history on both sides; * where the 90% band holds no zero, - where there "
    "is nothing to compare. Own brands (all, home, abroad) and core control in points, vehicles and cars in millions, gap in "
    "problems per 100 cars. Bands: --json or --out."
)


def ablate_case(name: str, given: Mapping[str, str], flags: Mapping[str, bool]) -> None:
    """Switch off each part of a case and tell what moved; raise one UsageError with every problem of the request."""
    asked = Asked(given, flags)
    asked.open(name)
    years = asked.years(usual="headline")
    if asked.case is not None:
        refuse_too_large(asked.request.histories, asked.case, asked.problems)
    case, request = asked.checked(), asked.request
    from latecomer.study.ablate import ablate

    ask(
        Question(
            request, case, rows=lambda found: found.table, said=said, command=again("ablate", [name], given),
            find=lambda tell: ablate(
                case, request.histories, request.seed, years, progress=tell, threads=request.threads
            ),
        )
    )  # fmt: skip


def said(found: "Ablation") -> Iterator[Table | str]:
    """Give a table for each year, and what it shows."""
    title = found.title.removeprefix("What each part does: ")
    for year in sorted(found.table["year"].unique()):
        yield year_table(found.table[found.table["year"] == year], f"{title}: parts switched off, {year}")
    yield NOTE


def year_table(rows: "pd.DataFrame", title: str) -> Table:
    """Return what moved in a year: parts as rows, series as columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), title=title, title_justify="left")
    series = [name for name in HEADS if name in set(rows["series"])]
    table.add_column("", no_wrap=True)
    for name in series:
        table.add_column(HEADS[name], justify="right", no_wrap=True)
    for (number, label), part in rows.groupby(["part", "name"], sort=True):
        at = part.set_index("series")
        table.add_row(f"{number:2} {label}", *(cell(at.loc[name], SERIES[name].factor) for name in series))
    return table


def cell(row: "pd.Series", factor: float) -> str:
    """Return a change with its sign, starred where the band holds no zero."""
    value = float(row["difference"]) * factor
    if not np.isfinite(value):
        return "- "
    if row["low"] == row["high"] == 0.0:
        return "0 "
    clear = row["low"] > 0.0 or row["high"] < 0.0
    return f"{value:+.{0 if abs(value) >= 9.95 else 1}f}{'*' if clear else ' '}"
