"""Who are the makers, and which foreign technology was handed to whom, when?

`makers.csv` says which rows of the fact tables are makers of the model and adds what is judgement: origin of the brand, strength of
the name, line of origin of the founders, plant at start. Dates, provinces, ownership and equity stay in the fact tables. A firm's exit
is an outcome and never read; only a contract ends a maker (a venture that was dissolved, a business handed to a venture).
"""

import math

import numpy as np
import pandas as pd

from latecomer import axes
from latecomer.errors import Problems

FILE = "makers.csv"
OPEN = 9999
OWNED = {
    "central_soe": axes.CENTRAL_STATE, "local_soe": axes.LOCAL_STATE, "private": axes.PRIVATE, "collective": axes.PRIVATE,
    "foreign": axes.FOREIGN_PLANT,
}  # fmt: skip
KINDS = {"own": "firms", "plant": "firms", "venture": "joint_ventures", "works": "regions", "importer": ""}
FACT_ID = {"firms": "firm_id", "joint_ventures": "jv_id", "regions": "region_id", "licences": "licence_id", "acquisitions": "acquisition_id"}


def build_makers(tables: dict[str, pd.DataFrame], length: dict[str, int], problems: Problems) -> np.recarray:
    """Return the makers in the order of `makers.csv`."""
    rows = tables["makers"]
    facts = {name: tables[name].set_index(FACT_ID[name]) for name in ("firms", "joint_ventures", "regions")}
    regions = {name: i for i, name in enumerate(tables["regions"]["region_id"])}
    by_name = {name: i for i, name in enumerate(tables["regions"]["province_en"])}
    skill = tables["lines_of_origin"].set_index("line_of_origin")["skill"]
    position = {name: i for i, name in enumerate(rows["maker_id"])}
    makers = np.zeros(len(rows), axes.record(axes.MAKERS, length)).view(np.recarray)
    for i, row in enumerate(rows.itertuples()):
        table = KINDS.get(row.kind, "")
        if table and row.fact_id not in facts[table].index:
            problems.add(FILE, row.line, "fact_id", row.fact_id, f"a row of {table}.csv", valid=facts[table].index)
            continue
        fact = facts[table].loc[row.fact_id] if table else None
        dated = _dates(row, fact, facts["joint_ventures"], problems)
        makers["start"][i], makers["passenger_start"][i], makers["end"][i] = dated
        makers["ownership"][i] = _ownership(row, fact)
        makers["home"][i] = -1 if fact is None else regions.get(row.fact_id, by_name.get(fact.get("home_province", fact.get("province", "")), -1))
        makers["group"][i] = _group(row, fact, i, position, problems)
        makers["equity"][i] = fact["chinese_share_pct"] / 100.0 if row.kind == "venture" else float(row.kind in ("own", "works"))
    makers["origin"] = [axes.ORIGINS.index(name) if name in axes.ORIGINS else 0 for name in rows["origin"]]
    makers["electric_only"], makers["minibus"] = rows["electric_only"].fillna(0), rows["minibus_from"].notna()
    makers["brand"], makers["capacity"] = rows["brand"], rows["capacity"]
    makers["skill"] = [skill.get(line, 0.0) for line in rows["line_of_origin"]]
    makers["commercial"] = rows[list(axes.COMMERCIAL)].to_numpy(float)
    _refuse_plants(rows, makers, problems)
    return makers


def _dates(row, fact, ventures: pd.DataFrame, problems: Problems) -> tuple[int, int, int]:
    """Return the first year of vehicles, the first year of passenger cars and the last year of the contract."""
    if row.kind in ("importer", "works"):
        return int(row.start), (int(row.start) if row.kind == "importer" else OPEN), OPEN
    if row.kind == "venture":
        start = int(fact["start_production_year"])
        passenger = OPEN if row.heavy_truck + row.medium_truck == 1.0 else start
        return start, passenger, _or_open(fact["end_year"])
    start = int(max(fact["founded"], row.start if not math.isnan(row.start) else fact["first_vehicle_year"]))
    entry = [year for year in (fact["passenger_entry_year"], row.minibus_from) if not math.isnan(year)]
    passenger = max(start, int(min(entry))) if entry else (start if row.electric_only else OPEN)
    if not row.succeeded_by:
        return start, passenger, OPEN
    if row.succeeded_by not in ventures.index:
        problems.add(FILE, row.line, "succeeded_by", row.succeeded_by, "a venture of joint_ventures.csv", valid=ventures.index)
        return start, passenger, OPEN
    return start, passenger, int(ventures.loc[row.succeeded_by, "start_production_year"]) - 1


def _or_open(year: float) -> int:
    return OPEN if math.isnan(year) else int(year)


def _ownership(row, fact) -> int:
    if row.kind in ("own", "plant"):
        return OWNED.get(fact["ownership"], axes.LOCAL_STATE)
    return {"venture": axes.JOINT_VENTURE, "works": axes.LOCAL_STATE, "importer": axes.IMPORTER}.get(row.kind, axes.LOCAL_STATE)


def _group(row, fact, i: int, position: dict[str, int], problems: Problems) -> int:
    """Return the maker index of the Chinese parent: itself for own brands unless the row names another, -1 for foreign ones."""
    if row.kind in ("importer", "plant"):
        return -1
    parent = row.group or (fact["chinese_partner"] if row.kind == "venture" else "")
    if not parent:
        return i
    if parent not in position:
        problems.add(FILE, row.line, "group", parent, "a maker of this table", valid=position)
        return -1
    return position[parent]


def _refuse_plants(rows: pd.DataFrame, makers: np.recarray, problems: Problems) -> None:
    """Note makers that end before they start, and plants whose class weights are not shares."""
    for i, row in enumerate(rows.itertuples()):
        if makers["end"][i] < makers["start"][i]:
            problems.add(FILE, row.line, "start", int(makers["start"][i]), f"a first year not after the last, {makers['end'][i]}")
        total = float(makers["commercial"][i].sum())
        if min(abs(total), abs(total - 1.0)) > 1e-9:
            problems.add(FILE, row.line, "bus", total, "class weights that add up to 1, or none")


def build_contracts(tables: dict[str, pd.DataFrame], length: dict[str, int], problems: Problems) -> np.recarray:
    """Return dated access to technology: licences, design houses, purchases abroad."""
    rows = tables["contracts"]
    position = {name: i for i, name in enumerate(tables["makers"]["maker_id"])}
    components = tables["components"].set_index("component")
    records = []
    for row in rows.itertuples():
        if row.table not in ("licences", "acquisitions", "joint_ventures"):
            continue
        facts = tables[row.table].set_index(FACT_ID[row.table])
        if row.fact_id not in facts.index:
            problems.add("contracts.csv", row.line, "fact_id", row.fact_id, f"a row of {row.table}.csv", valid=facts.index)
            continue
        fact = facts.loc[row.fact_id]
        component = row.component or fact.get("component", "")
        if component in components.index and row.maker_id in position:
            year = fact["start_production_year"] if row.table == "joint_ventures" else fact["year"]
            records.append((position[row.maker_id], year, components.loc[component, list(axes.DOMAINS)].to_numpy(float) * row.share, row.vintage))
        else:
            problems.add("contracts.csv", row.line, "component", component, "a component of components.csv", valid=components.index)
    contracts = np.zeros(len(records), axes.record(axes.CONTRACTS, length)).view(np.recarray)
    for i, (maker, year, domain, vintage) in enumerate(records):
        contracts["maker"][i], contracts["year"][i], contracts["domain"][i], contracts["vintage"][i] = maker, year, domain, vintage
    order = np.argsort(contracts["year"], kind="stable")
    return contracts[order].view(np.recarray)
