"""Which makers belong together, and how much do they make? Volumes and shares of groups, ventures included.

The makers of a group are summed within each history before quantiles are taken, since quantiles of parts do not add up to that of
the whole.
"""

import numpy as np
import pandas as pd

from latecomer.axes import CENTRAL_STATE, FOREIGN_PLANT, IMPORTER, LOCAL_STATE
from latecomer.record import SERIES, Run
from latecomer.study.bands import fan_of
from latecomer.study.paired import BAND90, ENDS90
from latecomer.types import Case, kept
from latecomer.vocabulary import YEAR

BY_MAKER = tuple(field for field in YEAR if field.axes == "m")
OTHERS = "Others"
KINDS = ("central state", "local state", "private", "foreign")
SETTLED = 30  # years after which the largest groups are looked for, so that the first few works do not fill the list


def heads(case: Case) -> np.ndarray:
    """Return for every maker [m] the maker that heads its group, itself where it has no parent; -1 for importers."""
    own = np.arange(len(case.makers))
    alone = np.where(case.makers["ownership"] == IMPORTER, -1, own)
    return np.where(case.makers["group"] >= 0, case.makers["group"], alone)


@kept
def group_volumes(run: Run) -> np.ndarray:
    """Return vehicles made [n, t, m] by the group that each maker heads, ventures in; zero for makers in another's group."""
    made = run.series("maker_sales") + run.series("maker_commercial")
    out = np.zeros_like(made)
    for maker, head in enumerate(heads(run.case)):
        if head >= 0:
            out[:, :, head] += made[:, :, maker]
    return out


def group_fan(run: Run, maker: str) -> pd.DataFrame:
    """Return the fan of the volume of the group that this maker heads."""
    return fan_of(run, group_volumes(run)[:, :, run.case.labels.makers.index(maker)])


def firm_points(case: Case, maker: str) -> pd.DataFrame:
    """Return recorded volumes of a maker: `kind` is group (ventures and trucks in) or own (its own passenger cars).

    A figure that serves as both, for a maker without ventures, is kept once, as group.
    """
    group = case.group_record[case.group_record["maker_id"] == maker].assign(kind="group")
    own = case.maker_record
    own = own[(own["maker_id"] == maker) & (own["series"] == "maker_sales")].assign(kind="own")
    rows = pd.concat([group, own], ignore_index=True).rename(columns={"value": "recorded"})
    rows = rows[rows["year"].between(case.years[0], case.years[-1])].drop_duplicates(["year", "recorded"])
    return rows[["kind", "year", "recorded", "grade", "source_id"]].reset_index(drop=True)


@kept
def group_shares(run: Run, most: int = 8) -> pd.DataFrame:
    """Return the median share of each group in vehicles made: year, group, kind, share, volume.

    Kept apart are the named makers of the case and the `most` largest others by their best year; the rest is one group. Shares
    are taken within each history, then their median; the drawing stretches their sum to one.
    """
    case, volumes = run.case, group_volumes(run)
    total = volumes.sum(axis=2, keepdims=True)
    shares = np.divide(volumes, total, out=np.zeros_like(volumes), where=total > 0)
    middle = np.median(shares, axis=0)
    named = [case.labels.makers.index(maker) for maker in case.named_makers]
    late = run.years > case.years[0] + min(SETTLED, len(run.years) // 2)
    largest = [m for m in np.argsort(-middle[late].max(axis=0), kind="stable") if m not in named][:most]
    kinds = {m: kind_of(case, m) for m in [*named, *largest]}
    kept = sorted(kinds, key=lambda m: (KINDS.index(kinds[m]), -middle[:, m].mean(), m))
    rest = [m for m in range(len(case.makers)) if m not in kinds]
    parts = [(short_name(case, case.labels.makers[m]), kinds[m], [m]) for m in kept] + [
        (OTHERS, "other", rest)
    ]
    frames = [_share_rows(run, name, kind, shares[:, :, at], volumes[:, :, at]) for name, kind, at in parts]
    table = pd.concat(frames, ignore_index=True)
    made = table.groupby("year")["volume"].transform("sum") > 0
    return table[made].reset_index(drop=True)


def _share_rows(run: Run, name: str, kind: str, shares: np.ndarray, volumes: np.ndarray) -> pd.DataFrame:
    """Return the rows of one layer: median share and median volume by year, of the sum of its groups [n, t, m]."""
    middle = {
        "share": np.median(shares.sum(axis=2), axis=0),
        "volume": np.median(volumes.sum(axis=2), axis=0),
    }
    return pd.DataFrame({"year": run.years.astype(int), "group": name, "kind": kind, **middle})


def kind_of(case: Case, maker: int) -> str:
    """Return the ownership of a head of group in plain words."""
    plain = {CENTRAL_STATE: "central state", LOCAL_STATE: "local state", FOREIGN_PLANT: "foreign"}
    return plain.get(int(case.makers["ownership"][maker]), "private")


def short_name(case: Case, maker: str) -> str:
    """Return a name that fits a label: FAW, Chery, Li Auto."""
    full = case.labels.maker_names[case.labels.makers.index(maker)]
    spaced = maker.replace("_", " ")
    initials = "_" not in maker and (maker.upper() in full.split() or maker not in full.lower())
    return maker.upper() if initials else spaced.title()


def names_local(case: Case) -> dict[str, str]:
    """Return the name in the local language of every maker by its short name, where it has one of its own."""
    names = case.labels
    return {
        short_name(case, maker): local
        for maker, full, local in zip(names.makers, names.maker_names, names.maker_names_local, strict=True)
        if local != full
    }


def firm_ranks(run: Run) -> pd.DataFrame:
    """Return the places of the named makers by size of their groups: year, maker_id, name, median, recorded, both ranks.

    Only makers with a record in the year are ranked, so that both ranks run over the same makers.
    """
    volumes = np.median(group_volumes(run), axis=0)
    names = run.case.labels.makers
    told = run.case.group_record.set_index(["maker_id", "year"])["value"]
    rows = [
        (
            year,
            maker,
            short_name(run.case, maker),
            volumes[year - int(run.years[0]), names.index(maker)],
            told[maker, year],
        )
        for year in run.case.setting.looks("firm_ranks")
        for maker in run.case.named_makers
        if (maker, year) in told.index and year in run.years
    ]
    table = pd.DataFrame(rows, columns=["year", "maker_id", "name", "median", "recorded"])
    ranks = table.groupby("year")[["median", "recorded"]].rank(ascending=False, method="first")
    table["rank"], table["recorded_rank"] = ranks["median"].astype(int), ranks["recorded"].astype(int)
    return table


def firms(run: Run) -> pd.DataFrame:
    """Return the fans of the groups of the named makers, with what is recorded of each."""
    frames = []
    for maker in run.case.named_makers:
        facts = firm_points(run.case, maker)
        told = facts[facts["kind"] == "group"].set_index("year")[["recorded", "source_id", "grade"]]
        seen = group_fan(run, maker).assign(maker_id=maker, unit="vehicles")
        frames.append(seen.join(told, on="year"))
    return pd.concat(frames, ignore_index=True)


def makers_by_year(run: Run) -> pd.DataFrame:
    """Return every series by maker: maker, name, series, year, unit, median and 90% band, in years with any."""
    parts = [by_maker(run, field.name, run.series(field.name)) for field in BY_MAKER]
    return pd.concat(parts, ignore_index=True)


def by_maker(run: Run, series: str, values: np.ndarray, **more: np.ndarray) -> pd.DataFrame:
    """Return values [n, t, m] by maker and year, without years in which they are zero in every history."""
    labels, years = run.case.labels, run.years.astype(int)
    bands = np.quantile(values, BAND90, axis=0)
    t, m = np.nonzero((values != 0.0).any(axis=0))
    columns = {name: band[t, m] for name, band in (*zip(ENDS90, bands, strict=True), *more.items())}
    head = {
        "maker": np.array(labels.makers)[m],
        "name": np.array(labels.maker_names)[m],
        "series": series,
        "year": years[t],
    }
    table = pd.DataFrame({**head, "unit": SERIES[series].unit, **columns})
    return table.sort_values(["maker", "year"], kind="stable", ignore_index=True)
