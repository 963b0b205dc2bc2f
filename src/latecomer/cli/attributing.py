"""What does `latecomer attribute` ask, and how is its answer printed? A table of shares for each series and span."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from latecomer.cli.ask import Question, ask
from latecomer.cli.request import Asked, whole
from latecomer.cli.writing import again

if TYPE_CHECKING:
    import pandas as pd

    from latecomer.study.attribute import Attribution

NOTE = (
    "Mean of the Shapley shares over the histories (rows add up), the band that holds 90% of them, and the part of the whole. "
    "What counts as which force stands in forces.csv; with each row of the case as a force of its own, the part of the whole is "
    "in the last column."
)


def attribute_growth(
    names: Sequence[str], case_name: str, ways: Mapping[str, bool], given: Mapping[str, str], flags: Mapping[str, bool]
) -> None:  # fmt: skip
    """Share out growth among forces, or the effect of a package among its reforms; raise one error with every problem."""
    asked = Asked(given, flags)
    series = asked.series()
    asked.open(case_name)
    reforms, year, spans = asked.reforms(names, needed=False), asked.year("year"), spans_named(asked)
    if asked.case is not None and not names and given["year"]:
        asked.problems.add("--year", None, None, given["year"], "--from and --to, where there is no reform")
    case, request = asked.checked(), asked.request
    from latecomer.study.attribute import attribute, usual_spans

    flagged = [f"--{name.replace('_', '-')}" for name, on in ways.items() if on]
    ask(
        Question(
            request, case, rows=lambda found: found.to_frame(), said=said,
            command=again("attribute", [*names, *flagged], {**given, "case": case_name}),
            find=lambda tell: attribute(
                case, series=series, spans=spans or usual_spans(case), reforms=reforms, year=year,
                histories=request.histories, seed=request.seed, threads=request.threads, progress=tell, **ways,
            ),
        )
    )  # fmt: skip


def said(found: "Attribution") -> Iterator[Table | str]:
    """Give a table for each series and span, and what it shows."""
    for rows in found.panels:
        yield span_table(rows, found)
    yield NOTE


def spans_named(asked: Asked) -> list[tuple[int, int]]:
    """Return the span that --from and --to name, or none; note a span that has only one end."""
    given, problems = asked.given, asked.problems
    if asked.case is None or not (given["from"] or given["to"]):
        return []
    years = asked.case.years
    first, last = int(years[0]), int(years[-1])
    begin = whole("--from", given["from"], first, last - 1, problems)
    end = whole("--to", given["to"] or str(last), (begin or first) + 1, last, problems)
    if not given["from"]:
        problems.add("--from", None, None, "", "the first year of the span that --to ends")
    return [] if begin is None or end is None else [(begin, end)]


def span_table(rows: "pd.DataFrame", found: "Attribution") -> Table:
    """Return the rows of one series and span as a table."""
    import pandas as pd

    from latecomer.study.attribute import shown_unit
    from latecomer.study.words import told

    head = rows.iloc[0]
    factor, unit = shown_unit(head)
    name = told(str(head["series"]), str(head["unit"]))[0]
    title = f"{name}, {head['first']}-{head['last']} ({unit}; {head['histories']} histories)"
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for column in ("", "mean", "90% band", "part", "other ways to count"):
        table.add_column(
            column, justify="left" if column in ("", "other ways to count") else "right", no_wrap=True
        )
    alike = ["series", "first", "last", "player"]
    for row in rows.to_dict("records"):
        band = f"{row['low90'] * factor:+.3g} to {row['high90'] * factor:+.3g}"
        other = found.other
        mine = other[(other[alike] == pd.Series({name: row[name] for name in alike})).all(axis=1)]["share"]
        spread = f"{mine.min():.0%} to {mine.max():.0%}" if len(mine) else ""
        table.add_row(row["title"], f"{row['mean'] * factor:+.3g}", band, f"{row['share']:.0%}", spread)
    return table
