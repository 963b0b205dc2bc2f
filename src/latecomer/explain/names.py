"""What is this name: a lever, parameter, series, world input, maker, region, mechanism, part of the state, or source?

A name may mean several things (research intensity is a parameter and a series); every meaning is told. Nothing is computed
here: entries are put together from the vocabulary, the registers of the case, and the heads of the model's files.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from latecomer import vocabulary
from latecomer.case.folder import list_cases
from latecomer.case.kept import open_case
from latecomer.errors import plain
from latecomer.explain import code
from latecomer.explain.entries import SOURCE, Entry, meanings
from latecomer.types import Case
from latecomer.vocabulary import AXIS

ROWS_SHOWN = 12


def explain(names: str | Sequence[str], case: Case | None = None) -> list[Entry]:
    """Return every meaning of a name, or of each of several, in a case (default: the first that comes with the package).

    Raises UsageError that lists all unknown names with their nearest ones.
    """
    names = [names] if isinstance(names, str) else names
    case = open_case(list_cases()[0]) if case is None else case
    known: dict[str, list[Callable[[], Entry]]] = {}
    for make, spellings in spelled(case):
        for spelling in spellings:
            known.setdefault(spelling, []).append(make)
    if all(plain(name) in known for name in names):
        return [make() for name in names for make in known[plain(name)]]
    return meanings(names, all_entries(case))


def all_entries(case: Case) -> list[Entry]:
    """Return every meaning of every name of the model and the case, with all its spellings."""
    return [replace(make(), names=names) for make, names in spelled(case)]


def spelled(case: Case) -> list[tuple[Callable[[], Entry], tuple[str, ...]]]:
    """Return what makes each entry, in the order of the declarations, with its plain spellings: lower case, one separator."""
    found: list[tuple[Callable[[], Entry], tuple[str, ...]]] = []

    def add(make: Callable[[], Entry], *names: str) -> None:
        found.append((make, tuple(dict.fromkeys(plain(name) for name in names if name))))

    for mechanism in code.mechanisms():
        add(partial(of_mechanism, mechanism, case), mechanism.name)
    for lever in vocabulary.POLICY:
        add(partial(of_lever, lever, case), lever.public_name, lever.name)
    for lever in vocabulary.STRATEGY:
        add(partial(of_strategy, lever), lever.public_name, lever.name)
    for row in case.register.itertuples():
        add(partial(of_parameter, row, case), row.name)
    for row in case.tables["constants"].itertuples():
        add(partial(of_constant, row, case), row.name)
    for field in vocabulary.YEAR:
        add(partial(of_series, field, case), field.name)
    for field in vocabulary.WORLD:
        add(partial(of_world, field, case), field.name)
    for field in vocabulary.STATE:
        add(partial(of_state, field), field.name)
    labels = case.labels
    for m, (name, english, native) in enumerate(
        zip(labels.makers, labels.maker_names, labels.maker_names_local, strict=True)
    ):
        add(partial(of_maker, m, case), name, english, native)
    for r, (name, english, native) in enumerate(
        zip(labels.regions, labels.region_names, labels.region_names_local, strict=True)
    ):
        add(partial(of_region, r, case), name, english, native)
    for x, (name, english, native) in enumerate(
        zip(labels.destinations, labels.destination_names, labels.destination_names_local, strict=True)
    ):
        add(partial(of_destination, x, case), name, english, native)
    for source in case.sources.index:
        add(partial(of_source, source, case), source)
    return found


def of_mechanism(mechanism: code.Mechanism, case: Case) -> Entry:
    """Explain a file of the model: its equations, and the levers, parameters, world inputs and series it touches."""
    touched = [pair for pair, files in code.uses().items() if mechanism.name in files]

    def among(record: str, declared: Sequence[str]) -> str:
        used = {field for where, field in touched if where == record}
        return ", ".join(name for name in declared if name in used) or "none"

    public = {lever.name: lever.public_name for lever in vocabulary.POLICY}
    levers = {field for where, field in touched if where == "policy"}
    decided = {field for where, field in touched if where == "strategy"}
    stages = [stage for stage in code.stages() if stage.file == mechanism.name]
    filled = [field.name for field in vocabulary.YEAR if mechanism.name in code.fills().get(field.name, ())]
    facts = (
        ("file", mechanism.path),
        *((f"{mechanism.name}.{stage.function}", first_line(stage.about)) for stage in stages),
        ("levers", ", ".join(public[name] for name in public if name in levers) or "none"),
        (
            "strategy levers",
            ", ".join(lever.public_name for lever in vocabulary.STRATEGY if lever.name in decided) or "none",
        ),
        ("world inputs", among("world", [field.name for field in vocabulary.WORLD])),
        ("parameters", among("params", list(case.register["name"]))),
        ("series filled", ", ".join(filled) or "none"),
    )
    return Entry(mechanism.name, "mechanism", mechanism.question, facts, (mechanism.name,))


def of_lever(lever: vocabulary.Lever, case: Case) -> Entry:
    """Explain a lever: unit, bounds, what it was in each year, the dated rules behind it and who reads it."""
    rows = case.levers[case.levers["lever"] == lever.public_name]
    rules = [
        f"{row['since']} to {row['until']}: {row['name']}{' (' + row['index'] + ')' if row['index'] else ''}, "
        f"{row['value']:g} {row['policy_unit']} [{row['source_id']}, {row['grade']}]"
        for _, row in rows.iterrows()
    ]
    values = case.policy[lever.name]
    told = steps(case.years, values) if not lever.axes else f"by {AXIS[lever.axes].title}; see the rules"
    sources = [f"{source_line(source, case)}: {grades}" for source, grades in sources_of(lever, case)]
    facts = (
        ("public name", lever.public_name),
        *common(lever),
        ("bounds", f"{number(lever.low)} to {number(lever.high)}"),
        ("does nothing at", number(lever.off)),
        *used_in("policy", lever.name),
        ("path of history", path_of(lever, case)),
        (f"in {case.name}", told),
        *listed("rules", rules),
        *listed("sources", sources, len(sources)),
    )
    return Entry(
        lever.public_name, "policy lever", lever.about, facts, heads(code.readers("policy", lever.name))
    )


def of_strategy(lever: vocabulary.Lever) -> Entry:
    """Explain a strategy lever: unit, bounds, the value at which a maker follows its own rule, and who reads it."""
    facts = (
        ("public name", lever.public_name),
        *common(lever),
        ("bounds", f"{number(lever.low)} to {number(lever.high)}"),
        (
            "does nothing at",
            f"{number(lever.off)}: the maker's own rule, which all follow when a case is loaded",
        ),
        *used_in("strategy", lever.name),
    )
    readers = heads(code.readers("strategy", lever.name))
    return Entry(lever.public_name, "strategy lever", lever.about, facts, readers)


def path_of(lever: vocabulary.Lever, case: Case) -> str:
    """Return the first and last year in which dated rules set a lever, or that none does."""
    rows = case.levers[case.levers["lever"] == lever.public_name]
    if rows.empty:
        return "none: off in all years"
    return f"{rows['since'].min()[:4]}-{rows['until'].max()[:4]}"


def sources_of(lever: vocabulary.Lever, case: Case) -> list[tuple[str, str]]:
    """Return the sources behind a lever, in the order of its rules, each with the grades of what it is taken for."""
    rows = case.levers[case.levers["lever"] == lever.public_name]
    return [
        (str(source), ", ".join(dict.fromkeys(grades)))
        for source, grades in rows.groupby("source_id", sort=False)["grade"]
    ]


def of_parameter(row: Any, case: Case) -> Entry:
    """Explain a parameter: default, off value, prior, source and who reads it."""
    fit = (
        f"yes, on outcomes to {case.setting.sample_end}"
        if row.fit
        else "no: held at the default or drawn from the prior"
    )
    facts = (
        ("group", row.group),
        ("unit", row.unit),
        ("default", number(row.default)),
        ("does nothing at", "-" if pd.isna(row.off) else number(row.off)),
        ("prior", f"{row.prior}, {number(row.low)} to {number(row.high)}"),
        ("moved by the fit", fit),
        *drawn(row.name, case),
        *used_in("params", row.name),
        ("source", source_line(row.source_id, case)),
        ("grade", row.grade),
    )
    return Entry(row.name, "parameter", row.about, facts, heads(code.readers("params", row.name)))


def drawn(name: str, case: Case) -> tuple[tuple[str, str], ...]:
    """Return the range of a parameter over the vectors that the fit left, if it differs between them."""
    values = case.draws[name]
    if len(np.unique(values)) < 2:
        return ()
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    told = f"{len(values)} vectors, median {number(middle)}, 90% from {number(low)} to {number(high)}"
    return (("left by the fit", told),)


def of_constant(row: Any, case: Case) -> Entry:
    """Explain a constant with which the case turns its tables into inputs."""
    facts = (
        ("unit", row.unit),
        ("value", number(row.value)),
        ("range", f"{number(row.low)} to {number(row.high)}"),
        ("source", f"{source_line(row.source_id, case)} ({row.grade})"),
    )
    return Entry(row.name, "constant of the case", row.about, facts)


def of_series(field: vocabulary.Field, case: Case) -> Entry:
    """Explain a series of the result: unit, axes, who fills it, and what it can be compared with."""
    targets = case.targets[case.targets["series"] == field.name]
    compared = [
        f"{target}: {int(rows['year'].min())}-{int(rows['year'].max())}, {len(rows)} years, sample `{rows['sample'].iloc[0]}`"
        + (f"; {rows['note'].iloc[0]}" if rows["note"].iloc[0] else "")
        for target, rows in targets.groupby("target_id", sort=False)
    ]
    facts = (
        *common(field),
        ("filled in", files_told(code.fills().get(field.name, ()))),
        *listed("compared with", compared or ["no recorded figure"]),
    )
    return Entry(field.name, "series", field.about, facts, heads(code.fills().get(field.name, ())))


def of_world(field: vocabulary.Field, case: Case) -> Entry:
    """Explain an input that history outside the industry gives."""
    values = case.world[field.name]
    told = (
        at_years(case.years, values)
        if not field.axes
        else f"by {' and '.join(AXIS[a].title for a in field.axes)}"
    )
    facts = (*common(field), (f"in {case.name}", told), *used_in("world", field.name))
    return Entry(field.name, "world input", field.about, facts, heads(code.readers("world", field.name)))


def of_state(field: vocabulary.Field) -> Entry:
    """Explain a part of what the next year needs."""
    return Entry(field.name, "state", field.about, (*common(field), *used_in("state", field.name)))


def of_maker(m: int, case: Case) -> Entry:
    """Explain a maker: who owns it, where it is, since when it may build, its contracts and its recorded figures."""
    maker, labels = case.makers[m], case.labels
    row = case.tables["makers"].iloc[m]
    record = case.maker_record[case.maker_record["maker_id"] == labels.makers[m]]
    contracts = [
        f"from {contract.year}: {', '.join(labels.domains[d] for d in np.flatnonzero(contract.domain))}; "
        f"technology {contract.vintage:g} years old"
        for contract in case.contracts[case.contracts["maker"] == m]
    ]
    recorded = [
        f"{series}: {len(rows)} years, {rows['year'].min()}-{rows['year'].max()}"
        for series, rows in record.groupby("series")
    ]
    facts = (
        ("names", f"{labels.maker_names[m]}, {labels.maker_names_local[m]}"),
        ("ownership", labels.ownership[maker.ownership]),
        ("home", labels.region_names[maker.home] if maker.home >= 0 else "abroad"),
        ("group", labels.makers[maker.group] if maker.group >= 0 else "none"),
        ("origin of the brand", labels.origins[maker.origin]),
        ("may build from", year_told(maker.start)),
        ("passenger cars from", year_told(maker.passenger_start)),
        ("contract ends", year_told(maker.end)),
        ("equity at home", f"{maker.equity:g}"),
        (
            "founders",
            f"{row['line_of_origin']} (skill {maker.skill:+.2f} log units)" if row["line_of_origin"] else "-",
        ),
        *listed("contracts", contracts),
        *listed("recorded", recorded or ["no figures by maker"]),
        ("source", f"{source_line(row['source_id'], case)} ({row['grade']})"),
    )
    return Entry(labels.makers[m], "maker", labels.maker_names[m], facts)


def of_region(r: int, case: Case) -> Entry:
    """Explain a region: its names, its weight and its makers."""
    labels = case.labels
    at_home = [labels.makers[m] for m in np.flatnonzero(case.makers["home"] == r)]
    facts = (
        ("names", f"{labels.region_names[r]}, {labels.region_names_local[r]}"),
        ("share in product", at_years(case.years, case.world["region_gdp_share"][:, r])),
        ("makers at home", ", ".join(at_home) or "none"),
    )
    return Entry(labels.regions[r], "region", labels.region_names[r], facts)


def of_destination(x: int, case: Case) -> Entry:
    """Explain a destination abroad: its names, its countries, its weight and its tariff."""
    labels, row = case.labels, case.tables["destinations"].iloc[x]
    facts = (
        ("names", f"{labels.destination_names[x]}, {labels.destination_names_local[x]}"),
        ("countries", row["members"]),
        ("share in the market abroad", at_years(case.years, case.world["destination_market"][:, x])),
        ("tariff", steps(case.years, case.policy["abroad_tariff"][:, x])),
        *listed("note", [row["note"]] if row["note"] else []),
    )
    return Entry(labels.destinations[x], "destination", labels.destination_names[x], facts)


def of_source(source: str, case: Case) -> Entry:
    """Explain a source: who printed it, where, and how many facts rest on it."""
    row = case.sources.loc[source]
    facts = (
        ("publisher", row["publisher"]),
        ("address", row["address"] or "-"),
        ("opened", "yes" if row["opened"] else "no: unverified, or not a page"),
        ("facts", str(int((case.facts["source_id"] == source).sum()))),
    )
    return Entry(source, SOURCE, row["title"], facts)


def common(field: vocabulary.Field) -> tuple[tuple[str, str], ...]:
    """Return unit and axes of a declared quantity."""
    along = ", ".join(AXIS[letter].title for letter in field.axes)
    only = (("defined where", f"{field.defined} is not zero"),) if field.defined else ()
    return (("unit", field.unit), *((("one value for each", along),) if along else ()), *only)


def used_in(record: str, field: str) -> tuple[tuple[str, str], ...]:
    """Return the line that names the files in which a quantity is read."""
    return (("read in", files_told(code.readers(record, field))),)


def files_told(names: Sequence[str]) -> str:
    return ", ".join(code.path_of(name) for name in names) or "no file of the model"


def heads(names: Sequence[str]) -> tuple[str, ...]:
    """Return the files that have equations."""
    return tuple(name for name in names if code.mechanism(name).equations)


def listed(label: str, lines: Sequence[str], most: int = ROWS_SHOWN) -> tuple[tuple[str, str], ...]:
    """Return one labelled line for each of the first lines, and how many were left out."""
    shown = [(label if i == 0 else "", line) for i, line in enumerate(lines[:most])]
    left = len(lines) - most
    return (*shown, *((("", f"and {left} more"),) if left > 0 else ()))


def source_line(source: str, case: Case) -> str:
    """Return a source's title and publisher with its id."""
    if source not in case.sources.index:
        return source
    row = case.sources.loc[source]
    return f"{row['title']} ({row['publisher']}) [{source}]"


def steps(years: np.ndarray, values: np.ndarray) -> str:
    """Return a yearly path as spans of equal values."""
    cuts = [0, *(np.flatnonzero(np.abs(np.diff(values)) > 1e-9) + 1), len(values)]
    spans = [(years[a], years[b - 1], number(values[a])) for a, b in pairwise(cuts)]
    return ", ".join(
        f"{first}: {value}" if first == last else f"{first}-{last}: {value}" for first, last, value in spans
    )


def at_years(years: np.ndarray, values: np.ndarray) -> str:
    """Return a yearly path at its first year, its last year and the turns of decades between."""
    picked = [t for t, year in enumerate(years) if t in (0, len(years) - 1) or year % 10 == 0]
    return ", ".join(f"{int(years[t])}: {number(values[t])}" for t in picked)


def number(value: float) -> str:
    """Return a number in four digits, or whole with separators from ten thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def year_told(year: int) -> str:
    return "never" if year >= 9999 else str(int(year))


def first_line(text: str) -> str:
    return text.split("\n")[0]
