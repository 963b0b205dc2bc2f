"""What does a run say? All that a report of it shows: bands beside the record, makers, groups, provinces, flows, growth, places.

Everything is computed here, each thing once and when it is first asked for; who draws or prints takes it from a `Summary`.
Quantiles are taken over histories, of sums within a history. Only the share of affiliation needs histories of its own: they are
run when the summary is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from latecomer.axes import ACTORS
from latecomer.case import span
from latecomer.fit.ranks import countries, place_table
from latecomer.fit.score import errors, firm_scores, firm_table, moment_table, record_table
from latecomer.record import SERIES, Run, package_version
from latecomer.study import answer, bands, evidence, groups
from latecomer.study.affiliation import Affiliation, of_run
from latecomer.study.growth import growth_table, price_table
from latecomer.study.paired import BAND90, ENDS90
from latecomer.types import Case, Finding, kept
from latecomer.vocabulary import YEAR

FLOWS = ("people_flow", "money_flow", "knowledge_flow")
LEAST_ELECTRIC = 0.002  # below this share of cars made, a share among electric cars says nothing
FIRST_SHARE = 0.004  # of the largest volume: exports below it are not drawn
NATIONAL = "national"
RESIDUAL_SEEN = 1e-3
PLAIN = tuple(field for field in YEAR if not field.axes)
BY_REGION = tuple(field for field in YEAR if field.axes == "r")
TIDY = ["model", "scenario", "region", "variable", "unit", "year", "value"]


def summary(run: Run, beside: bool = True) -> "Summary":
    """Return what a run says; with `beside`, 24 short histories more give the share of affiliation for its report."""
    return Summary(run, of_run(run) if beside else None)


@dataclass(frozen=True, repr=False)
class Summary(Finding):
    """What a run says: `run` itself, the share of affiliation in the quality gain (None: not asked for, or there is none)."""

    run: Run
    affiliation: Affiliation | None = None

    kind = "run"

    @property
    def case(self) -> Case:
        return self.run.case

    @property
    def years(self) -> np.ndarray:
        """Return the calendar years [t]."""
        return self.run.years

    @property
    def title(self) -> str:
        return self.case.title

    @property
    def question(self) -> str:
        return "How did this industry grow, and how near do its simulated histories come to the record?"

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self.run.manifest

    @property
    def record(self) -> pd.DataFrame:
        """Return simulated beside recorded values (`fit.score`)."""
        return record_table(self.run)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """Return the errors of every target, in the sample of the fit and after it (`fit.score`)."""
        return errors(self.run)

    @cached_property
    def moments(self) -> pd.DataFrame:
        """Return single published numbers beside those of the run."""
        return moment_table(self.run)

    @cached_property
    def firm_sales(self) -> pd.DataFrame:
        """Return simulated beside recorded sales of makers."""
        return firm_table(self.run)

    @cached_property
    def firm_scores(self) -> pd.DataFrame:
        """Return how well sizes of makers are ranked."""
        return firm_scores(self.firm_sales)

    @cached_property
    def firm_ranks(self) -> pd.DataFrame:
        """Return simulated and recorded places of the named makers."""
        return groups.firm_ranks(self.run)

    @property
    def group_shares(self) -> pd.DataFrame:
        """Return the median share of each group in vehicles made, by year."""
        return groups.group_shares(self.run)

    @cached_property
    def power_path(self) -> pd.DataFrame:
        """Return medians and 90% bands of the two indices by year."""
        return bands.power_path(self.run)

    @cached_property
    def provinces(self) -> pd.DataFrame:
        """Return sales and shares by region in the last year."""
        return bands.provinces(self.run, int(self.years[-1]))

    @cached_property
    def places(self) -> pd.DataFrame:
        """Return the probability of every place among the reference countries, by year."""
        return place_table(self.run)

    @property
    def countries(self) -> tuple[str, ...]:
        """Return the reference countries."""
        return countries(self.case)

    @cached_property
    def growth(self) -> pd.DataFrame:
        """Return contributions to growth by period."""
        return growth_table(self.run)

    @cached_property
    def marked_years(self) -> pd.DataFrame:
        """Return simulated beside recorded values of the main series at marked years."""
        return bands.marked_years(self.run, self.record)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Return the sources of everything shown, numbered from 1."""
        return evidence.sources_shown(self.case, self.record)

    @cached_property
    def further_sources(self) -> pd.DataFrame:
        """Return the sources of inputs, levers and parameters that are not among `sources`."""
        return evidence.sources_of_inputs(self.case, self.sources)

    @kept
    def fan(self, series: str, index: str = "") -> pd.DataFrame:
        """Return year and quantiles of a series, from the year in which it first moves; not to be changed."""
        return bands.fan(self.run, series, index)

    @kept
    def group_fan(self, maker: str) -> pd.DataFrame:
        """Return year and quantiles of the volume of the group that this maker heads."""
        return groups.group_fan(self.run, maker)

    def points(self, series: str, index: str = "") -> pd.DataFrame:
        """Return the recorded points of a series."""
        return bands.points(self.record, series, index)

    def firm_points(self, maker: str) -> pd.DataFrame:
        """Return the recorded volumes of a maker."""
        return groups.firm_points(self.case, maker)

    @cached_property
    def electric_since(self) -> int:
        """Return the first year in which enough plug-in cars are made for a share among them to say something."""
        seen = self.fan("new_energy_share")
        sold = seen[seen["median"] >= LEAST_ELECTRIC]
        return int(sold["year"].iloc[0]) if len(sold) else int(self.years[-1])

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Return medians and 90% bands of what passes between actors: kind, year, from, to, median, low90, high90, unit."""
        rows = []
        for name in FLOWS:
            for year in span.marked(self.case.setting.looks("flows"), self.years):
                values = self.run.series(name)[:, int(np.flatnonzero(self.years == year)[0])]
                low, median, high = np.quantile(values, BAND90, axis=0)
                rows += [
                    (name, year, giver, taker, median[u, v], low[u, v], high[u, v], SERIES[name].unit)
                    for u, giver in enumerate(ACTORS)
                    for v, taker in enumerate(ACTORS)
                ]
        return pd.DataFrame(rows, columns=["kind", "year", "from", "to", "median", "low90", "high90", "unit"])

    @cached_property
    def destinations(self) -> pd.DataFrame:
        """Return vehicles exported by year and destination with the edges of their layers, from the year in which exports
        are noticed: year, destination, made, share, bottom, top.

        Shares are medians over histories, stretched to add up to one, of the median total, so that the layers end at it.
        """
        sent = self.run.series("exports_by_destination")
        total = sent.sum(axis=2, keepdims=True)
        share = np.median(np.divide(sent, total, out=np.zeros_like(sent), where=total > 0.0), axis=0)
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
        volume = np.median(total[:, :, 0], axis=0)
        start = int(np.argmax(volume > FIRST_SHARE * volume.max()))
        frames, bottom = [], np.zeros_like(volume)
        for x, name in reversed(list(enumerate(self.case.labels.destination_names))):
            made = share[:, x] * volume
            columns = {
                "year": self.years.astype(int),
                "destination": name,
                "bottom": bottom,
                "top": bottom + made,
            }
            frames.append(pd.DataFrame({**columns, "made": made, "part": share[:, x]})[start:])
            bottom = bottom + made
        return pd.concat(frames[::-1], ignore_index=True)

    def layers(self, parts: Mapping[str, Sequence[tuple[str, str]]], first: int) -> pd.DataFrame:
        """Return year, part, value (mean over histories) and the edges of its layer, from year `first` on; each part sums some
        (series, index)."""
        seen = self.years >= span.shown_from(first, self.years)
        bottom = np.zeros(int(seen.sum()))
        frames = []
        for part, summed in parts.items():
            value = sum(self._values(series, index)[:, seen].mean(axis=0) for series, index in summed)
            edges = {"value": value, "bottom": bottom, "top": bottom + value}
            frames.append(pd.DataFrame({"year": self.years[seen].astype(int), "part": part, **edges}))
            bottom = bottom + value
        return pd.concat(frames, ignore_index=True)

    def _values(self, series: str, index: str) -> np.ndarray:
        """Return a series [n, t] at a name along its inner axis."""
        return self.run.series(series)[:, :, self.case.labels.along(SERIES[series].axes).index(index)]

    def living(self, series: str, maker: str, year: int) -> tuple[float, float, float] | None:
        """Return low, median and high (90%) of a series of a maker over histories in which it is above zero; None in none."""
        values = self.run.series(series)[:, int(year - self.years[0]), self.case.labels.makers.index(maker)]
        values = values[values > 0.0]
        if not len(values):
            return None
        low, median, high = (float(q) for q in np.quantile(values, BAND90))
        return low, median, high

    def ratio(self, series: str) -> pd.DataFrame:
        """Return year, median and 90% band of simulated over recorded, `made` and `recorded`, in the years with a record."""
        facts = self.points(series).set_index("year")["recorded"]
        both = self.fan(series).set_index("year").join(facts[facts > 0.0], how="inner")
        both = both[both["median"] > 0.0]
        table = pd.DataFrame({name: both[name] / both["recorded"] for name in ENDS90})
        return table.assign(made=both["median"], recorded=both["recorded"]).reset_index(names="year")

    @property
    def bounds_met(self) -> tuple[int, int]:
        """Return in how many history-years prices were held by a bound, and left unsolved by more than a thousandth."""
        held = int((self.run.series("price_bounds_hit") > 0).sum())
        return held, int((self.run.series("price_residual") > RESIDUAL_SEEN).sum())

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Return series, index, year, median, low, high (90%), recorded, unit, source, grade, sample.

        One row for each year of each series that is one number a year, and of each part of a series with a record (`index`
        names the part); where several targets record the same figure, each has its row. `sample` says whether the fit may use it.
        """
        record = self.record.rename(columns={"source_id": "source"})
        keys = ["series", "index", "year"]
        told = record[[*keys, "recorded", "source", "grade", "sample"]]
        indexed = record[record["index"] != ""][[*keys, "median", "low", "high", "unit"]].drop_duplicates(
            keys
        )
        found = pd.concat(
            [*(scalar_bands(self.run, field.name) for field in PLAIN), indexed], ignore_index=True
        )
        merged = found.merge(told, on=keys, how="left")
        return merged[[*keys, "median", "low", "high", "recorded", "unit", "source", "grade", "sample"]]

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the report, makers by year, each history, and the tidy form, by the name of its file."""
        run, case = self.run, self.case
        return {
            "marked_years": self.marked_years, "record": self.record, "errors": self.errors, "moments": self.moments,
            "fans": bands.fans(run), "firms": groups.firms(run), "firm_ranks": self.firm_ranks, "firm_sales": self.firm_sales,
            "firm_scores": self.firm_scores, "group_shares": self.group_shares, "provinces": self.provinces,
            "power_path": self.power_path, "places": self.places, "growth": self.growth,
            "prices_at_constant_quality": price_table(run), "flows": self.flows, "grades": evidence.grades(case),
            "filled": evidence.filled(case), "assumptions": evidence.assumed(case), "sources": self.sources,
            "makers": groups.makers_by_year(run), "histories": histories(run), "tidy": tidy({"history": run}),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """Say how much was made, who ranks where, whose brands and how strong, and how far to trust it."""
        return answer.answer(self.run, self.record, self.errors)


def scalar_bands(run: Run, name: str) -> pd.DataFrame:
    """Return the median and the 90% band of a series by year."""
    low, median, high = run.bands(name, levels=BAND90)
    head = {"series": name, "index": "", "year": run.years.astype(int)}
    return pd.DataFrame({**head, "median": median, "low": low, "high": high, "unit": SERIES[name].unit})


def histories(run: Run) -> pd.DataFrame:
    """Return the path of every history, a column for each series that is one number a year."""
    count, length = run.records.shape
    columns = {"history": np.repeat(run.histories, length), "year": np.tile(run.years.astype(int), count)}
    return pd.DataFrame({**columns, **{field.name: run.series(field.name).ravel() for field in PLAIN}})


def tidy(scenarios: Mapping[str, Run]) -> pd.DataFrame:
    """Return medians and 90% bands of all series that are one number a year or a region, as model, scenario, region, variable,
    unit, year, value: the form that collections of scenarios exchange."""
    parts = []
    for scenario, run in scenarios.items():
        for field in (*PLAIN, *BY_REGION):
            found = np.quantile(run.series(field.name), BAND90, axis=0)
            regions = run.case.labels.regions if field.axes else (NATIONAL,)
            index = pd.MultiIndex.from_product(
                [[f"{field.name}|{level}" for level in ENDS90], run.years.astype(int), list(regions)],
                names=["variable", "year", "region"],
            )
            rows = pd.DataFrame({"value": found.ravel()}, index=index).reset_index()
            parts.append(rows.assign(scenario=scenario, unit=field.unit))
    model = f"latecomer {package_version()}"
    return pd.concat(parts, ignore_index=True).assign(model=model)[TIDY]
