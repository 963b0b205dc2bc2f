"""What does `latecomer openness` ask, and how is its answer printed? The best values of the dial, and what strategies change."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from latecomer.case.span import marked
from latecomer.cli.ask import Question, ask
from latecomer.cli.request import Asked
from latecomer.cli.writing import again
from latecomer.vocabulary import QUANTITIES

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.openness import Openness

MOST_STEPS = 101
SIDES = ("market", "ventures", "technology")
SURE = 0.9
NOTE = (
    "From self-reliance (0) to dependence (1): the value with the best median in the last year. h: it beats history by rule in "
    "at least nine histories of ten; ^: a value inside beats both ends as often; ~: at half or double X0 the best lies more than "
    "one step away. Curves, bands and means over the years: --out."
)
CHANGES = (
    "Median change in the last year against history by rule: millions of cars, points of share, billion CNY of 2010, index "
    "points, problems per 100 cars; * where the 90% band excludes zero."
)


def turn_dial(case_name: str, given: Mapping[str, str], flags: Mapping[str, bool]) -> None:
    """Turn the dial of openness from each era on and tell what was best; raise one error with every problem."""
    asked = Asked(given, flags)
    steps = asked.number("steps", 3, MOST_STEPS)
    if given["side"] not in ("", *SIDES):
        asked.problems.add("--side", None, None, given["side"], f"one of {', '.join(SIDES)}", valid=SIDES)
    opened = asked.open(case_name)
    usual = opened is not None and not given["eras"]
    eras = (
        marked(opened.setting.looks("eras"), opened.years[1:])
        if opened is not None and usual
        else asked.years("eras", "eras")
    )
    case, request = asked.checked(), asked.request
    from latecomer.study.openness import openness

    ask(
        Question(
            request, case, rows=lambda found: found.best, said=said, command=again("openness", [case_name], given),
            find=lambda tell: openness(
                case, eras=eras, steps=steps, side=given["side"], histories=request.histories, seed=request.seed,
                threads=request.threads, progress=tell,
            ),
        )
    )  # fmt: skip


def said(found: "Openness") -> Iterator[Table | str]:
    """Give the best values of the dial and the strategies, each with what it shows."""
    yield best_table(found)
    yield NOTE
    yield strategy_table(found)
    yield CHANGES


def best_table(found: "Openness") -> Table:
    """Return the best value of the dial in the last year: outcomes as rows, eras as columns."""
    from latecomer.study.openness import OUTCOMES

    best = found.best[found.best["measure"] == "last year"]
    eras = list(dict.fromkeys(best["era"]))
    table = Table(box=None, padding=(0, 2, 0, 0), title=f"{found.title}: the best dial", title_justify="left")
    for column in ("", *(f"from {era}" for era in eras)):
        table.add_column(column, no_wrap=True)
    step = 1.0 / (found.curves["dial"].nunique() - 1)
    for name in OUTCOMES:
        mine = [best[(best["outcome"] == name) & (best["era"] == era)].set_index("presence") for era in eras]
        table.add_row(QUANTITIES[name].short, *(cell(rows, step) for rows in mine))
    return table


def cell(rows: "pd.DataFrame", step: float) -> str:
    """Return the best value of the dial at X0, with its marks; `rows` by multiple of X0."""
    row = rows.loc[1.0]
    moved = (rows["best"] - row["best"]).abs().max() > 1.5 * step
    marks = (
        ("h" if row["beats_history"] >= SURE else "")
        + ("^" if row["beats"] >= SURE else "")
        + ("~" if moved else "")
    )
    return f"{row['best']:.3g}{marks}"


def strategy_table(found: "Openness") -> Table:
    """Return what strategies change in the last year: outcomes as rows, strategies and eras as columns."""
    from latecomer.study.openness import OUTCOMES

    rows = found.strategies[found.strategies["measure"] == "last year"]
    pairs = sorted(dict.fromkeys(zip(rows["strategy"], rows["era"], strict=True)))
    table = Table(box=None, padding=(0, 1, 0, 0), title="Strategies of own brands", title_justify="left")
    table.add_column("", no_wrap=True)
    for strategy, era in pairs:
        table.add_column(f"{strategy}\n{era}".replace(" first", ""), justify="right")
    at = rows.set_index(["outcome", "strategy", "era"]).sort_index()
    for name in OUTCOMES:
        table.add_row(
            QUANTITIES[name].short, *(change(at.loc[name, strategy, era]) for strategy, era in pairs)
        )
    return table


def change(row: "pd.Series") -> str:
    """Return a change in millions, points or its unit, starred where its 90% band excludes zero."""
    value = row["median"] * {"vehicles": 1e-6, "share": 100.0}.get(row["unit"], 1.0)
    clear = row["low90"] > 0.0 or row["high90"] < 0.0
    return f"{value:+.{0 if abs(value) >= 9.95 else 1}f}{'*' if clear else ' '}"
