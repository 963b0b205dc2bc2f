"""How is a finding shown that has no page of its own? Its first table as bars or dots, its sentences, all of its tables."""

import altair as alt
import pandas as pd
from pandas.api.types import is_float_dtype

from latecomer.report.layout import Figure
from latecomer.report.sheet import Sheet, Table
from latecomer.report.style import BLUE, INK, layered
from latecomer.types import Finding

ROW, MOST = 20, 40
VALUES = ("median", "mean", "found", "error", "value")


def plain_chart(found: Finding) -> alt.LayerChart:
    """Return the first rows of the first table: a dot for each, by name, with its value."""
    table = next(iter(found.tables.values())).head(MOST)
    value = value_of(table)
    texts = [name for name in table if not is_float_dtype(table[name])][:3]
    label = (
        [" ".join(map(str, row)) for row in table[texts].itertuples(index=False)]
        if texts
        else table.index.astype(str)
    )
    data = pd.DataFrame({"label": label, "value": table[value].to_numpy(float)})
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320, labelColor=INK))
    dots = alt.Chart(data).mark_circle(color=BLUE, size=42, opacity=1)
    x = alt.X("value:Q", title=value.replace("_", " "))
    return layered(
        [dots.encode(x=x, y=y)], ROW * max(len(data), 1), f"{found.title}: {value}, {len(data)} rows."
    )


def value_of(table: pd.DataFrame) -> str:
    """Return the column that is drawn."""
    return next((name for name in VALUES if name in table), next(iter(table.select_dtypes("float").columns)))


def plain_sheet(found: Finding) -> Sheet:
    """Return the page of a finding that has none of its own."""
    title = next(iter(found.tables)).replace("_", " ")
    figure = Figure(plain_chart(found), title, "The first rows of the first table below.")
    tables = [Table(name.replace("_", " "), table) for name, table in found.tables.items()]
    years = str(found.manifest.get("years", ""))
    reading = ["Numbers are those of the tables below, with their units."]
    return Sheet(found.kind, found, years, found.sentences(), {"first": figure}, reading, tables, wide=True)
