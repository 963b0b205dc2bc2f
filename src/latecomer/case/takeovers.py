"""Which takeovers abroad brought more than technology: a network and a name in some market, at a price?

`takeovers.csv` has one row for each market that an acquisition of `contracts.csv` opens. The price is in billion CNY of the year
and stands on each row of the acquisition; it is paid once.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from latecomer.errors import Problems

FILE = "takeovers.csv"
GAINS = ("network", "name")
Takeovers = dict[tuple[str, str], dict[str, np.ndarray | float]]


def read_takeovers(
    tables: Mapping[str, pd.DataFrame], destinations: Sequence[str], years: np.ndarray, deflator: np.ndarray, problems: Problems
) -> Takeovers:  # fmt: skip
    """Return network (x), name (x) and cost (billion CNY of 2010) by acquisition and maker; `deflator` (t) is 1 in the base year.

    A row without its contract, a gain outside its range and two prices of one acquisition are added to `problems`.
    """
    contracts = tables["contracts"].query("table == 'acquisitions'")
    known = set(zip(contracts["fact_id"], contracts["maker_id"], strict=True))
    dated = dict(zip(tables["acquisitions"]["acquisition_id"], tables["acquisitions"]["year"], strict=True))
    out: Takeovers = {}
    for row in tables["takeovers"].itertuples():
        taken = (row.acquisition_id, row.maker_id)
        if taken not in known or row.acquisition_id not in dated:
            expected = f"an acquisition of contracts.csv by {row.maker_id}"
            valid = sorted({fact for fact, _ in known})
            problems.add(FILE, row.line, "acquisition_id", row.acquisition_id, expected, valid=valid)
            continue
        at = int(np.clip(dated[row.acquisition_id] - years[0], 0, years.size - 1))
        cost = row.price / float(deflator[at])
        gains = out.setdefault(taken, {name: np.zeros(len(destinations)) for name in GAINS} | {"cost": cost})
        if gains["cost"] != cost:
            problems.add(
                FILE, row.line, "price", row.price, "the price on the other rows of this acquisition"
            )
        for name in GAINS:
            value, low, high = (
                float(getattr(row, column)) for column in (name, f"{name}_low", f"{name}_high")
            )
            if not low <= value <= high:
                problems.add(
                    FILE, row.line, name, value, f"a value from {low:g} to {high:g}, the range of the row"
                )
            path = gains[name]
            assert isinstance(path, np.ndarray)
            path[destinations.index(row.destination)] = value
    return out
