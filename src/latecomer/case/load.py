"""How does a folder of tables become a case that the model can run?

Read every table, check every row, then build: quantities and world, levers by year, makers, contracts, parameters.
Nothing is returned unless all tables are right; otherwise all problems come in one error. Facts stay as printed; what
a rule fills is listed in `fills`.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from latecomer import vocabulary
from latecomer.case import outcomes
from latecomer.case.digests import changed_tables
from latecomer.case.files import is_there
from latecomer.case.folder import CASES, checksum, list_cases
from latecomer.case.forces import check_forces
from latecomer.case.head import FILE, Head, read_head
from latecomer.case.kept import open_case
from latecomer.case.makers import FACT_ID, begin_with_case, build_contracts, build_makers
from latecomer.case.openness import check_openness
from latecomer.case.params import OF_PACKAGE, build_params, completed, read_draws
from latecomer.case.parts import check_parts
from latecomer.case.policy import build_policy
from latecomer.case.schemas import NAMED_BY, OPTIONAL, SCHEMAS, SHORT_LISTS
from latecomer.case.series import Quantities, check_rules
from latecomer.case.tables import (
    SHIFT,
    empty_table,
    read_rows,
    read_table,
    refuse_negative,
    refuse_ranges,
    refuse_spans,
)
from latecomer.case.takeovers import read_takeovers
from latecomer.case.world import REGION_TIMES, build_world, covering, refuse_undefined, rules_of
from latecomer.errors import CaseError, Problems
from latecomer.types import Case, Labels, Setting

__all__ = ["CASES", "list_cases", "load_case", "read_case"]

WHOLE_INDUSTRY = ("groups, all vehicles", "all vehicle assemblers")
FACT_COLUMNS = [
    "table",
    "series",
    "index",
    "year",
    "value",
    "low",
    "high",
    "unit",
    "source_id",
    "grade",
    "file",
    "line",
]


def load_case(name: str | Path) -> Case:
    """Return the case of this name, or the case in this folder; raise CaseError with every problem of its tables."""
    return open_case(name)


def read_case(folder: Path) -> Case:
    """Read and check the case in a folder; raise CaseError with every problem of its tables."""
    problems = Problems()
    head = read_head(folder, problems)
    tables = _tables(folder, head, problems)
    changed = changed_tables(folder, problems)
    problems.raise_if_any(CaseError)
    case = _build(folder, head, tables, problems)
    problems.raise_if_any(CaseError)
    return replace(case, changed=changed)


def _tables(folder: Path, head: Head, problems: Problems) -> dict[str, pd.DataFrame]:
    """Read every table, lists of names first, and check spans and ranges."""
    names: dict[str, Iterable[str] | None] = dict(SHORT_LISTS)
    tables: dict[str, pd.DataFrame] = {}
    for listed, table, column in NAMED_BY:
        names[listed] = _names(folder, table, column)
    for table, schema in SCHEMAS.items():
        missing = table in OPTIONAL and not is_there(folder / schema.file)
        tables[table] = empty_table(schema) if missing else read_table(folder, schema, names, problems)
    tables["params"], tables["sources"] = completed(
        tables["params"], tables["sources"], _register(), problems
    )
    for table in ("policies", "levers", "regional_protection"):
        refuse_spans(tables[table], f"{table}.csv", problems)
    for table in (*SHORT_LISTS["fact tables"], "policies"):
        refuse_ranges(tables[table], f"{table}.csv", problems)
    for table in (*SHORT_LISTS["fact tables"], "policies", "regional_protection"):
        refuse_negative(tables[table], f"{table}.csv", problems)
    refuse_ranges(tables["levers"], "levers.csv", problems, "scale")
    refuse_ranges(tables["constants"], "constants.csv", problems)
    for name in sorted(set(SHORT_LISTS["constants"]) - set(tables["constants"]["name"])):
        problems.add("constants.csv", None, "name", name, "a row for this constant")
    years = covering(head.years, head.setting)
    check_rules(tables["world"], rules_of(head.setting), years, problems)
    refuse_ranges(tables["lines_of_origin"], "lines_of_origin.csv", problems, "skill")
    return tables


def _register() -> pd.DataFrame:
    """Return the parameters of the model as the case that comes with the package has them; they are checked with that case."""
    names = dict.fromkeys((column.among for column in SCHEMAS["params"].columns), None)
    return read_table(CASES / OF_PACKAGE.replace("-", "_"), SCHEMAS["params"], names, Problems())


def _names(folder: Path, table: str, column: str) -> list[str] | None:
    """Return the names in one column of one table, none if it is left out, or None if it cannot be read: that is refused when
    it is read in full."""
    file = f"{table}.csv"
    if table in OPTIONAL and not is_there(folder / file):
        return []
    header, rows = read_rows(folder / file, file, Problems())
    if column not in header:
        return None
    at = header.index(column)
    return [cells[at].strip() for _, cells in rows if len(cells) > at]


def _build(folder: Path, head: Head, tables: dict[str, pd.DataFrame], problems: Problems) -> Case:
    """Build the arrays of the case from tables that were read without a problem."""
    years = head.years
    labels = _labels(tables)
    length = labels.length
    facts = _facts(tables, head.setting)
    best = outcomes.best_graded(facts, ["table", "series", "index", "year", "unit"])
    world_rows = tables["world"].fillna({"first": -np.inf, "last": np.inf})
    given = Quantities(
        world_rows,
        best,
        covering(years, head.setting),
        rules_of(head.setting),
        _pairs(tables["constants"], "name", "value"),
        problems,
    )
    with np.errstate(all="ignore"):  # what is no number is told below, and in the words of the tables
        world, fills, inputs = build_world(
            given, tables["regions"], labels.destinations, length, years, head.setting
        )
    refuse_undefined(world, problems)
    along = labels.by_letter
    policy, levers = build_policy(
        tables["levers"], tables["policies"], years, world.deflator, along, length, problems
    )
    strategy = vocabulary.by_rule(years.size, length)
    makers = build_makers(tables, length, problems)
    begin_with_case(makers, int(years[0]))
    bought = read_takeovers(tables, labels.destinations, years, world.deflator, problems)
    contracts = build_contracts(tables, makers, bought, length, problems)
    _refuse_unused(tables, problems)
    _refuse_unknown_named(head, labels, problems)
    _refuse_years_to_come(head, tables, problems)
    outcomes.refuse_misspelt(facts, tables, problems)
    targets = tables["targets"].rename(columns={"index": "index_name"})
    outcomes.check_targets(targets, facts, along, head.setting.sample_end, problems)
    moments = tables["moments"].rename(columns={"index": "index_name"})
    outcomes.check_moments(moments, along, head.setting.sample_end, problems)
    outcomes.check_references(tables["references"], problems)
    targets, moments, left_out = outcomes.within_case(targets, moments, years)
    recorded = outcomes.target_values(targets, facts, years, world.deflator)
    record = outcomes.maker_record(tables["firm_targets"], tables["firm_sales"])
    of_groups = record["series"] == outcomes.GROUP_SERIES
    params = build_params(tables["params"], problems)
    draws = read_draws(folder, params, tables["params"], problems)
    for name in ("parts", "structures"):
        check_parts(tables[name], f"{name}.csv", tables["params"], years, problems)
    check_forces(tables["forces"], tables["params"], problems)
    check_openness(tables["openness"], labels, problems)
    for array in (years, world, policy, strategy, makers, contracts, params, draws):
        array.setflags(write=False)
    return Case(
        name=head.name, title=head.title, years=years, world=world, policy=policy, strategy=strategy,
        makers=makers, contracts=contracts,
        params=params, draws=draws, labels=labels, register=tables["params"], levers=levers, targets=recorded,
        moments=moments, facts=facts,
        sources=tables["sources"].set_index("source_id"), fills=fills, inputs=inputs,
        maker_record=record[~of_groups].reset_index(drop=True), group_record=record[of_groups].reset_index(drop=True),
        named_makers=head.named_makers, setting=head.setting,
        tables=MappingProxyType(tables), checksum=checksum(folder), folder=folder,
        left_out=left_out,
    )  # fmt: skip


def _labels(tables: dict[str, pd.DataFrame]) -> Labels:
    """Return the names of makers, regions and destinations, in English and in the local language where a table has both."""
    makers, regions, firms = tables["makers"], tables["regions"], tables["firms"]
    abroad = tables["destinations"]
    english = _pairs(firms, "firm_id", "name_en") | _pairs(tables["joint_ventures"], "jv_id", "name")
    english |= {
        region: f"Local works of {name}"
        for region, name in _pairs(regions, "region_id", "province_en").items()
    }
    local = {firm: name for firm, name in _pairs(firms, "firm_id", "name_local").items() if name}
    facts = _pairs(makers, "maker_id", "fact_id")
    named = {maker: english.get(fact, maker.replace("_", " ").capitalize()) for maker, fact in facts.items()}
    return Labels(
        makers=tuple(facts),
        maker_names=tuple(named.values()),
        maker_names_local=tuple(local.get(facts[maker], name) for maker, name in named.items()),
        regions=tuple(regions["region_id"]),
        region_names=tuple(regions["province_en"]),
        region_names_local=_or_else(regions["province_local"], regions["province_en"]),
        destinations=tuple(abroad["destination_id"]),
        destination_names=tuple(abroad["name_en"]),
        destination_names_local=_or_else(abroad["name_local"], abroad["name_en"]),
    )


def _or_else(names: pd.Series, others: pd.Series) -> tuple[str, ...]:
    """Return the names, and where one is empty the other."""
    return tuple(names.where(names != "", others))


def _pairs(table: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    return dict(zip(table[key], table[value], strict=True))


def _facts(tables: dict[str, pd.DataFrame], setting: Setting) -> pd.DataFrame:
    """Return every fact with a year and a number in one table, each with its file and line.

    `index` is the region, firm or venture of a fact; a policy stands at the year of its start. Of the concentration
    ratios only those that count all vehicles are series; the others keep their scope in the name.
    """
    out = [tables[name].assign(table=name, index="") for name in SHORT_LISTS["fact tables"]]
    share = tables["concentration"]
    whole = share["scope"].isin(WHOLE_INDUSTRY)
    named = share["measure"].where(whole, share["measure"] + ", " + share["scope"])
    out.append(share.assign(table="concentration", index="", series=named, unit=share["scope"]))
    sales = tables["firm_sales"]
    held = sales["jv_id"].where(sales["jv_id"] != "", sales["firm_id"])
    out.append(sales.assign(table="firm_sales", index=held, series=sales["scope"]))
    rules = tables["policies"]
    out.append(
        rules.assign(table="policies", index="", series=rules["policy_id"], year=rules["start"] // SHIFT)
    )
    for name, unit in (
        ("population", "persons"),
        ("gdp_per_capita", f"{setting.currency} per head, current"),
    ):
        for when, year in zip(REGION_TIMES, setting.region_years, strict=True):
            regions = tables["regions"]
            values = {
                "series": name,
                "index": regions["region_id"],
                "year": year,
                "value": regions[f"{name}_{when}"],
            }
            out.append(regions.assign(table="regions", unit=unit, **values))
    facts = pd.concat([rows.assign(file=rows["table"] + ".csv") for rows in out], ignore_index=True)
    return facts[FACT_COLUMNS].astype({"year": int})


def _refuse_unknown_named(head: Head, labels: Labels, problems: Problems) -> None:
    """Note named makers of case.yaml that are no makers."""
    for maker in head.named_makers:
        if maker not in labels.makers:
            expected = "a maker of makers.csv"
            problems.add(FILE, None, "named_makers", maker, expected, valid=labels.makers)


def _refuse_years_to_come(head: Head, tables: dict[str, pd.DataFrame], problems: Problems) -> None:
    """Note a last year after the last one that any fact speaks of: rules would fill it, and it would look like a record."""
    last = max(tables[name]["year"].max() for name in SHORT_LISTS["fact tables"])
    if head.last_year > last:
        problems.add(
            FILE, None, "last_year", head.last_year, f"a year up to {last:g}, the last one with facts"
        )


def _refuse_unused(tables: dict[str, pd.DataFrame], problems: Problems) -> None:
    """Note firms, ventures, licences and purchases that are neither used nor left out with a reason.

    Only a case that keeps a list of what it leaves out is held to it.
    """
    makers, contracts, omitted = tables["makers"], tables["contracts"], tables["omissions"]
    if omitted.empty:
        return
    left_out = set(zip(omitted["table"], omitted["fact_id"], strict=True))
    used = set(zip(contracts["table"], contracts["fact_id"], strict=True))
    used |= {("firms", fact) for fact in makers["fact_id"]} | {
        ("joint_ventures", fact) for fact in makers["fact_id"]
    }
    for table in SHORT_LISTS["tables of makers and contracts"]:
        for row in tables[table].itertuples():
            fact = getattr(row, FACT_ID[table])
            if (table, fact) not in used | left_out:
                problems.add(
                    f"{table}.csv",
                    row.line,
                    FACT_ID[table],
                    fact,
                    "a maker, a contract, or a reason in omissions.csv",
                )
