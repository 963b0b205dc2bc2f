"""How are many charts drawn in a few seconds? Without the library's checks of every part, which our tests make once.

Altair validates each piece of a chart against the language's schema and copies each table several times on its way to JSON.
Within `quickly` it does neither; what comes out is the same to the byte (a test compares).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd
from altair.utils import schemapi

NAME = "latecomer_rows"


@contextmanager
def quickly() -> Iterator[None]:
    """Draw charts without checks and with plain rows for data while the block lasts."""
    alt.data_transformers.register(NAME, rows_of)
    with schemapi.debug_mode(False), alt.data_transformers.enable(NAME):
        yield


def rows_of(data: Any) -> Any:
    """Return a table of numbers and texts as inline rows; anything else goes Altair's own way."""
    if not isinstance(data, pd.DataFrame) or not all(isinstance(name, str) for name in data.columns):
        return alt.default_data_transformer(data)
    kinds = {str(kind) for kind in data.dtypes}
    if not kinds <= {"float64", "int64", "int32", "str", "string", "bool"}:
        return alt.default_data_transformer(data)
    columns = [listed(data[name]) for name in data.columns]
    return {"values": [dict(zip(data.columns, row, strict=True)) for row in zip(*columns, strict=True)]}


def listed(column: pd.Series) -> list[Any]:
    """Return the values of a column as JSON knows them: nothing for what is no number or is missing."""
    values = column.tolist()
    if column.dtype.kind == "f":
        return [value if isfinite(value) else None for value in values]
    return [None if value != value else value for value in values]
