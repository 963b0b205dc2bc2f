"""Which numbers should a run give until someone means them to change? Writes them: `python tests/model/golden.py`.

A golden proves sameness, not truth: it says that a change of code, case or parameters moved nothing by accident.
Whether the numbers are right is for the other tests and for the record to say. When a golden moves on purpose, write
it again and say in the changelog ("Results moved") which number moved, by how much and why.

The same bits come back on one type of processor. Another one sums in another order, which the price iterations carry
into the sixth digit; so the file says on which type it was written.
"""

import csv
from pathlib import Path

import numpy as np
from llvmlite.binding import get_host_cpu_name

from latecomer.case.load import load_case
from latecomer.run import run

FILE = Path(__file__).with_name("golden.csv")
HISTORIES, SEED = 16, 1
YEARS = (1960, 1980, 2004, 2010, 2025)
SERIES = (
    "vehicles",
    "passenger_cars",
    "own_brand_share",
    "average_price",
    "new_energy_share",
    "vehicle_exports",
    "consumer_surplus",
    "great",
    "strong",
)


def rows():
    """Return (series, year, unit, median, processor) over the histories of the case, medians to twelve digits."""
    processor = get_host_cpu_name()
    ensemble = run(load_case("china-auto"), HISTORIES, SEED)
    for name in SERIES:
        median = np.median(ensemble.series(name), axis=0)
        unit = ensemble.data[name].attrs["units"]
        for year in YEARS:
            yield name, year, unit, f"{median[year - ensemble.years[0]]:.12g}", processor


def write():
    """Write the golden file."""
    with FILE.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        table.writerow(["series", "year", "unit", "median", "processor"])
        table.writerows(rows())


if __name__ == "__main__":
    write()
