"""Who are the makers, and which foreign technology was handed to whom, when?

`makers.csv` says which rows of the fact tables are makers of the model and adds what is judgement: origin of the brand, strength
of the name, line of origin of the founders, plant at start. Dates, provinces, ownership and equity stay in the fact tables. A
firm's exit is an outcome and never read; only a contract ends a maker (a venture dissolved, a business handed to a venture).
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from latecomer import axes, vocabulary
from latecomer.case.takeovers import Takeovers
from latecomer.errors import Problems

FILE = "makers.csv"
OPEN = 9999
OWNED = {
    "central_state": axes.CENTRAL_STATE,
    "local_state": axes.LOCAL_STATE,
    "private": axes.PRIVATE,
    "collective": axes.PRIVATE,
    "foreign": axes.FOREIGN_PLANT,
}
OWNERSHIP_OF_KIND = {"venture": axes.JOINT_VENTURE, "works": axes.LOCAL_STATE, "importer": axes.IMPORTER}
TABLE_OF_KIND = {
    "own": "firms",
    "plant": "firms",
    "venture": "joint_ventures",
    "works": "regions",
    "importer": "",
}
FACT_ID = {
    "firms": "firm_id",
    "joint_ventures": "jv_id",
    "regions": "region_id",
    "licences": "licence_id",
    "acquisitions": "acquisition_id",
}


def build_makers(
    tables: Mapping[str, pd.DataFrame], length: dict[str, int], problems: Problems
) -> np.recarray:
    """Return the makers in the order of `makers.csv`; facts that are missing or unknown are added to `problems`."""
    rows = tables["makers"]
    makers = np.zeros(len(rows), vocabulary.record(vocabulary.MAKERS, length)).view(np.recarray)
    origins = tables["lines_of_origin"].set_index("line_of_origin")
    for i, (row, fact) in enumerate(_with_facts(tables, problems)):
        dates = _dates(row, fact, tables["joint_ventures"], problems)
        makers["start"][i], makers["passenger_start"][i], makers["end"][i] = dates
        makers["ownership"][i] = OWNERSHIP_OF_KIND.get(row.kind) or OWNED[fact["ownership"]]
        makers["home"][i] = _home(fact, tables["regions"])
        makers["group"][i] = _group(row, fact, i, rows, problems)
        makers["equity"][i] = _equity(row, fact)
        makers["partner"][i] = _partner(row, fact, rows, tables["joint_ventures"])
    makers["origin"] = [axes.ORIGINS.index(name) for name in rows["origin"]]
    makers["electric_only"] = rows["electric_only"]
    makers["minibus"] = rows["minibus_from"].notna()
    makers["first_line"] = [axes.SEGMENTS.index(name) if name else -1 for name in rows["first_line"]]
    makers["second_brand"] = _second_brands(rows, tables["brands"])
    _add_takeovers(tables, makers, problems)
    makers["brand"], makers["capacity"] = rows["brand"], rows["capacity"]
    makers["skill"] = rows["line_of_origin"].map(origins["skill"])
    makers["batteries"] = rows["line_of_origin"].map(origins["batteries"])
    makers["commercial"] = rows[list(axes.COMMERCIAL)].to_numpy(float)
    trucks_only = (makers["ownership"] == axes.JOINT_VENTURE) & (makers["commercial"].sum(axis=1) > 0)
    makers["passenger_start"][trucks_only] = OPEN
    _refuse_plants(rows, makers, problems)
    return makers


def begin_with_case(makers: np.recarray, first: int) -> None:
    """Let makers that began before the case's first year begin, sell and change hands in it, since nothing happens earlier."""
    lives = makers["end"] >= first
    for date in ("start", "passenger_start", "taken_year"):
        makers[date][lives] = np.maximum(makers[date][lives], first)


def build_contracts(
    tables: Mapping[str, pd.DataFrame], makers: np.recarray, bought: Takeovers, length: dict[str, int], problems: Problems
) -> np.recarray:  # fmt: skip
    """Return dated access to technology: licences, design houses, purchases abroad, partners' technology.

    Technology bought before a maker builds its first vehicle is used from that year, and is as much older. `bought` says
    what takeovers bring besides.
    """
    rows = tables["contracts"]
    contracts = np.zeros(len(rows), vocabulary.record(vocabulary.CONTRACTS, length)).view(np.recarray)
    position = {name: i for i, name in enumerate(tables["makers"]["maker_id"])}
    shares = tables["components"].set_index("component")[list(axes.DOMAINS)]
    facts = {name: tables[name].set_index(key) for name, key in FACT_ID.items()}
    for i, row in enumerate(rows.itertuples()):
        if row.fact_id not in facts[row.table].index:
            expected = f"a row of {row.table}.csv"
            problems.add(
                "contracts.csv", row.line, "fact_id", row.fact_id, expected, valid=facts[row.table].index
            )
            continue
        fact = facts[row.table].loc[row.fact_id]
        component = row.component or fact.get("component", "")
        if component not in shares.index:
            expected = "a component of components.csv: this fact names none"
            problems.add("contracts.csv", row.line, "component", component, expected, valid=shares.index)
            continue
        signed = int(fact["start_production_year"] if row.table == "joint_ventures" else fact["year"])
        maker = position[row.maker_id]
        late = max(int(makers["start"][maker]) - signed, 0)
        contracts["maker"][i], contracts["year"][i] = maker, signed + late
        contracts["domain"][i], contracts["vintage"][i] = (
            shares.loc[component] * row.share,
            row.vintage + late,
        )
        contracts["source"][i] = _source(row.table, component)
        if row.table == "acquisitions":
            for name, gain in bought.get((row.fact_id, row.maker_id), {}).items():
                contracts[name][i] = gain
        if row.table == "joint_ventures":
            contracts["last"][i] = _or_open(fact["end_year"])
    order = np.argsort(contracts["year"], kind="stable")
    return contracts[order].view(np.recarray)


def _source(table: str, component: str) -> int:
    """Return the source of technology behind a contract: the table of its fact says which; styling comes from design houses."""
    if table == "licences":
        return axes.DESIGN_HOUSE if component == "design" else axes.LICENCE
    return axes.ACQUISITION if table == "acquisitions" else axes.PARTNER


def _second_brands(rows: pd.DataFrame, brands: pd.DataFrame) -> np.ndarray:
    """Return by maker the first year of a brand of its own for premium cars beside an older brand; 9999 without one."""
    own = brands[(brands["own_brand"] == 1.0) & brands["launched"].notna()]
    first = own.groupby("firm_id")["launched"].min()
    upper = own[own["segment"].str.contains("premium|luxury|upper", regex=True)]
    later = upper[upper["launched"] > upper["firm_id"].map(first)].groupby("firm_id")["launched"].min()
    houses = rows["fact_id"].where(rows["kind"] == "own", "")
    return houses.map(later).fillna(OPEN).to_numpy().astype(np.int64)


def _add_takeovers(tables: Mapping[str, pd.DataFrame], makers: np.recarray, problems: Problems) -> None:
    """Fill year and buyer of dated takeovers; a maker or a buyer that is unknown was refused on reading."""
    position = {name: i for i, name in enumerate(tables["makers"]["maker_id"])}
    years = tables["acquisitions"].set_index("acquisition_id")["year"]
    makers["taken_year"], makers["taken_by"] = OPEN, -1
    for row in tables["mergers"].itertuples():
        if row.fact_id not in years.index:
            expected = "a row of acquisitions.csv"
            problems.add("mergers.csv", row.line, "fact_id", row.fact_id, expected, valid=years.index)
            continue
        if row.maker_id not in position or row.taken_by not in position:
            continue
        makers["taken_year"][position[row.maker_id]] = int(years[row.fact_id])
        makers["taken_by"][position[row.maker_id]] = position[row.taken_by]


def _with_facts(tables: Mapping[str, pd.DataFrame], problems: Problems) -> list[tuple[Any, pd.Series]]:
    """Return each row of `makers.csv` with the row of facts it names; a row whose fact is unknown is noted and left out."""
    facts = {
        name: tables[name].set_index(FACT_ID[name], drop=False)
        for name in ("firms", "joint_ventures", "regions")
    }
    out = []
    for row in tables["makers"].itertuples():
        table = TABLE_OF_KIND[row.kind]
        if not table:
            out.append((row, pd.Series(dtype=object)))
        elif row.fact_id in facts[table].index:
            out.append((row, facts[table].loc[row.fact_id]))
        else:
            problems.add(
                FILE, row.line, "fact_id", row.fact_id, f"a row of {table}.csv", valid=facts[table].index
            )
    return out


def _dates(row: Any, fact: pd.Series, ventures: pd.DataFrame, problems: Problems) -> tuple[int, int, int]:
    """Return the first year of vehicles, the first year of passenger cars and the last year of the contract."""
    if row.kind == "venture":
        start = int(fact["start_production_year"])
        trucks_only = row.heavy_truck + row.medium_truck == 1.0
        return start, OPEN if trucks_only else start, _or_open(fact["end_year"])
    first = row.start if not math.isnan(row.start) else fact.get("first_vehicle_year", math.nan)
    if math.isnan(first):
        problems.add(FILE, row.line, "start", "", "a first year: the facts of this maker name none")
        return OPEN, OPEN, OPEN
    start = int(max(first, fact.get("founded", first)))
    if row.kind in ("importer", "works"):
        return start, start if row.kind == "importer" else OPEN, OPEN
    entries = [year for year in (fact["passenger_entry_year"], row.minibus_from) if not math.isnan(year)]
    passenger = max(start, int(min(entries))) if entries else (start if row.electric_only else OPEN)
    if not row.succeeded_by:
        return start, passenger, OPEN
    successor = ventures.loc[ventures["jv_id"] == row.succeeded_by, "start_production_year"]
    return start, passenger, int(successor.iloc[0]) - 1


def _or_open(year: float) -> int:
    return OPEN if math.isnan(year) else int(year)


def _home(fact: pd.Series, regions: pd.DataFrame) -> int:
    """Return the index of the region in which the main plant stands, -1 if the maker has none."""
    province = next((fact[name] for name in ("home_province", "province", "province_en") if name in fact), "")
    found = np.flatnonzero(regions["province_en"] == province)
    return int(found[0]) if found.size else -1


def _group(row: Any, fact: pd.Series, i: int, rows: pd.DataFrame, problems: Problems) -> int:
    """Return the index of the Chinese parent: the maker itself unless the row or the contract names another, -1 if foreign."""
    if row.kind in ("importer", "plant"):
        return -1
    parent = row.group or fact.get("home_partner", row.maker_id)
    found = np.flatnonzero(rows["maker_id"] == parent)
    if not found.size:
        problems.add(FILE, row.line, "group", parent, "a maker of this table", valid=rows["maker_id"])
    return int(found[0]) if found.size else i


def _equity(row: Any, fact: pd.Series) -> float:
    """Return the Chinese share in the equity."""
    if row.kind == "venture":
        return float(fact["home_share_pct"]) / 100.0
    return 1.0 if row.kind in ("own", "works") else 0.0


def _partner(row: Any, fact: pd.Series, rows: pd.DataFrame, ventures: pd.DataFrame) -> int:
    """Return the code of the foreign maker behind a venture or plant, in order of appearance; -1 for none.

    A foreign name that is owned at home in full is no project of a foreign maker.
    """
    foreign = pd.unique(ventures["foreign_partner"])
    if row.kind == "plant":
        return len(foreign) + int(np.flatnonzero(rows["maker_id"] == row.maker_id)[0])
    if row.kind != "venture" or _equity(row, fact) >= 1.0:
        return -1
    return int(np.flatnonzero(foreign == fact["foreign_partner"])[0])


def _refuse_plants(rows: pd.DataFrame, makers: np.recarray, problems: Problems) -> None:
    """Note makers that end before they start, brands outside their range, and class weights that are not shares."""
    for i, row in enumerate(rows.itertuples()):
        if makers["end"][i] < makers["start"][i]:
            expected = f"a first year not after the last, {makers['end'][i]}"
            problems.add(FILE, row.line, "start", int(makers["start"][i]), expected)
        if not row.brand_low <= row.brand <= row.brand_high:
            problems.add(
                FILE, row.line, "brand", row.brand, f"a value from {row.brand_low:g} to {row.brand_high:g}"
            )
        total = float(makers["commercial"][i].sum())
        if min(abs(total), abs(total - 1.0)) > 1e-9:
            problems.add(FILE, row.line, "bus", total, "class weights that add up to 1, or none")
