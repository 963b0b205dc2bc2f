"""Which numbers describe behaviour, what are their ranges, and where do they come from?

The register has one row a parameter. `default` is used unless a run says otherwise; at `off` the mechanism does nothing; `low`
and `high` bound what is accepted; `prior` says how it is drawn; `fit` marks those that the first fit moves.
"""

import numpy as np
import pandas as pd

from latecomer.errors import Problems

FILE = "params.csv"


def build_params(register: pd.DataFrame, problems: Problems) -> np.recarray:
    """Return one record with a field for each parameter at its default; note defaults outside their range and bad names."""
    for row in register.itertuples():
        if not row.name.isidentifier():
            problems.add(FILE, row.line, "name", row.name, "a name of letters, digits and underscores")
        if not row.low <= row.default <= row.high:
            expected = f"a value from {row.low:g} to {row.high:g}, the range of the row"
            problems.add(FILE, row.line, "default", row.default, expected)
    names = [name for name in dict.fromkeys(register["name"]) if name.isidentifier()]
    params = np.zeros(1, np.dtype([(name, "f8") for name in names], align=True)).view(np.recarray)
    for name, value in zip(register["name"], register["default"], strict=True):
        if name in names:
            params[name] = value
    return params
