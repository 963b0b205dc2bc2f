"""What does a run say, in a few sentences? Built from its numbers and the record, so that no sentence can outlive them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.case.span import marked
from latecomer.record import SERIES, Run
from latecomer.study import bands, words

ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


@dataclass(frozen=True)
class Value:
    """A series in one year: the simulated median with its 90% band, and the recorded value or None."""

    year: int
    median: float
    low: float
    high: float
    recorded: float | None
    unit: str

    @property
    def text(self) -> str:
        return words.quantity(self.median, self.unit)

    @property
    def band(self) -> str:
        return words.span(self.low, self.high, self.unit)

    @property
    def told(self) -> str:
        return words.quantity(self.recorded, self.unit) if self.recorded is not None else "not recorded"

    @property
    def beside(self) -> str:
        """Return simulated, year and recorded as a part of a sentence."""
        recorded = f" (recorded: {self.told})" if self.recorded is not None else ""
        return f"{self.text} in {self.year}{recorded}"


def value(run: Run, record: pd.DataFrame, series: str, year: int) -> Value | None:
    """Return a series in a year, None outside the years of the run."""
    if year not in run.years:
        return None
    low, median, high = run.bands(series, levels=(0.05, 0.5, 0.95))[
        :, int(np.flatnonzero(run.years == year)[0])
    ]
    facts = bands.points(record, series).set_index("year")["recorded"]
    recorded = float(facts[year]) if year in facts.index else None
    return Value(year, float(median), float(low), float(high), recorded, SERIES[series].unit)


def answer(run: Run, record: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    """Return the answer of the run as sentences: volume, rank, own brands, great and strong, and how far to trust them."""
    after = forecast(scores, run.case.setting.sample_end)
    parts = [volume(run, record), rank(run), own_brands(run, record), indices(run, record), after]
    return [part for part in parts if part]


def volume(run: Run, record: pd.DataFrame) -> str:
    """Return how many vehicles are made in the years that the case is known for."""
    found = [
        value(run, record, "vehicles", year) for year in marked(run.case.setting.looks("volume"), run.years)
    ]
    told = [one.beside for one in found if one]
    told[:1] = [text.replace(" in ", " vehicles in ", 1) for text in told[:1]]
    count = f"{len(run.histories):,} simulated histories"
    return f"Across {count}, median output is {words.listed(told)}." if told else ""


def rank(run: Run) -> str:
    """Return the place of simulated output among recorded rivals, beside the recorded rank."""
    year = run.case.setting.looks("rank")[-1]
    found, recorded = bands.rank_of(run, year), bands.recorded_rank(run.case, year)
    if not found:
        return ""
    place, made = found
    told = f" (recorded rank in the world: {ORDINALS.get(recorded, recorded)})" if recorded else ""
    rivals = f"the recorded output of {words.listed([name for _, name in run.case.setting.rivals])}"
    return f"At {words.count(made)} in {year}, the median ranks {ORDINALS[place]} when set beside {rivals}{told}."


def own_brands(run: Run, record: pd.DataFrame) -> str:
    """Return the own-brand share at the end of the fit, at its recorded low after it, and at the end."""
    facts = bands.points(record, "own_brand_share")
    later = facts[facts["year"] > run.case.setting.sample_end]
    if later.empty:
        return ""
    low = int(later.loc[later["recorded"].idxmin(), "year"])
    years = sorted({run.case.setting.sample_end, low, int(later["year"].max())})
    found = [value(run, record, "own_brand_share", year) for year in years]
    told = words.listed([one.beside for one in found if one])
    return f"Own brands' share of passenger cars made is {told}; {low} is the recorded low after {run.case.setting.sample_end}."


def indices(run: Run, record: pd.DataFrame) -> str:
    """Return both indices at the marked years and the years in which they pass the reference."""
    years = marked(run.case.setting.looks("indices"), run.years)
    told = {}
    for name in ("great", "strong"):
        found = [value(run, record, name, year) for year in years]
        told[name] = words.listed([words.number(one.median) for one in found if one])
    great = f"the index of great power (volume) is {told['great']}"
    strong = f"that of strong power (control, brands, quality) {told['strong']}"
    named = words.listed([str(year) for year in years])
    reference = f"100 is the reference, {run.case.setting.reference_told}"
    passed = f"{passing(run, 'great')}; {passing(run, 'strong').lower()}"
    return f"In {named} {great}, {strong}; {reference}. {passed}."


def passing(run: Run, name: str) -> str:
    """Return when the median of an index first reaches 100."""
    median = run.bands(name, levels=(0.5,))[0]
    if not (median >= 100.0).any():
        return f"{name.capitalize()} does not reach 100 by {run.years[-1]}"
    return f"{name.capitalize()} first reaches 100 in {run.years[int(np.argmax(median >= 100.0))]}"


def forecast(scores: pd.DataFrame, sample_end: int) -> str:
    """Return the errors of the conditional forecast of cars and own brands, each beside the random walk."""
    told = []
    for target, name in (("passenger_cars", "passenger cars"), ("own_brand_share", "own-brand share")):
        rows = scores[(scores["target_id"] == target) & (scores["sample"] == "check")]
        for row in rows.itertuples():
            size, walk = (words.error(one, row.measure, row.unit) for one in (row.error, row.random_walk))
            beside = f" (random walk: {walk})" if np.isfinite(row.random_walk) else ""
            unit = "in logs" if row.measure == "log" else words.error_unit(row.measure, row.unit)
            told.append(f"{name} {size} {unit}{beside}")
    start = f"Forecast error after {sample_end}: {'; '.join(told)}"
    return f"{start}. Root mean squares; 0.1 in logs is about ten per cent." if told else ""


def cards(run: Run, record: pd.DataFrame) -> list[dict[str, str]]:
    """Return the few figures at the top of the page: what, simulated, band, recorded."""
    last = int(run.years[-1])
    wanted = (
        ("Vehicles made", "vehicles", marked(run.case.setting.looks("volume"), run.years)[0]),
        ("Vehicles made", "vehicles", last),
        ("Own brands in passenger cars", "own_brand_share", last), ("Great", "great", last),
        ("Strong", "strong", last),
    )  # fmt: skip
    found = [(name, series, value(run, record, series, year)) for name, series, year in wanted]
    return [card(name, series, one) for name, series, one in found if one]


def card(name: str, series: str, found: Value) -> dict[str, str]:
    """Return one figure at the top of the page."""
    told = f"recorded {found.told}" if found.recorded is not None else found.told
    told = "reference: 100" if series in ("great", "strong") else told
    return {"name": f"{name}, {found.year}", "text": found.text, "band": found.band, "recorded": told}
