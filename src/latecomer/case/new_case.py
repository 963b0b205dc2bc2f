"""With what does a case of one's own begin? With the fewest rows that run, every number invented and marked so.

An invented country of two regions: makers of its own brands, one importer of cars, one market abroad, no venture. Facts stand in
the first and the last year, and rules fill the years between. Headers are those of the schemas: a column that is needed and
that no row below fills gets the plainest value that its schema allows, so that a new column does not break new cases.
Parts, forces, dial and strategies are those of the case that comes with the package, dates moved into the span.
"""

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from latecomer.axes import COMMERCIAL
from latecomer.case.params import OF_PACKAGE
from latecomer.case.schemas import NEEDED, SCHEMAS, SHORT_LISTS
from latecomer.case.tables import Column, Schema

PACKAGE = Path(__file__).resolve().parents[1] / "cases" / "china_auto"
FIRST_YEAR, LAST_YEAR, MAKERS = 1990, 2014, 3
SHORTEST = 5  # years
INVENTED, ABROAD = "INVENTED", "abroad"
GIVEN = {"source_id": INVENTED, "grade": "assumption"}
KEPT = {"source_id": OF_PACKAGE, "grade": "assumption"}  # what is taken from the case of the package
REGIONS = {"north": "North", "south": "South"}
COPIED = ("constants", "parts", "structures", "forces", "openness")
STRATEGIES = ("low-cost-first", "brand-first")  # which the dial of openness tries
MEASURED = ("national", "exogenous", "abroad", "policies")  # tables whose units stand in units.csv
MONEY = {"code": "CRO", "name": "crowns"}
PACKAGE_MONEY, PACKAGE_BASE = "CNY", "2010"  # in texts of the case of the package
TOLD = ("unit", "about", "note")  # columns of copied tables whose texts speak of money and years
HALF, TWICE = 0.5, 2.0  # the range of an invented number

# Quantity of the model, table, series, unit, scale to the unit of the model, value in the first and in the last year.
QUANTITIES = (
    ("cpi", "national", "consumer_prices", "index", 1.0, 60.0, 110.0),
    ("population", "national", "population", "persons", 1e-6, 60e6, 66e6),
    ("gdp_index", "national", "product", "index, product of the reference country = 100", 0.01, 60.0, 200.0),
    ("gdp_per_head", "national", "product_per_head", "CRO per head, current", 1e-3, 12_000.0, 66_000.0),
    ("urban_share", "national", "urban_share", "%", 0.01, 60.0, 75.0),
    ("urban_income", "national", "urban_income", "CRO per head, current", 1e-3, 8_000.0, 42_000.0),
    ("rural_income", "national", "rural_income", "CRO per head, current", 1e-3, 4_000.0, 22_000.0),
    ("households", "national", "households", "households", 1e-6, 18e6, 23e6),
    ("gini", "national", "gini", "0..1", 1.0, 0.38, 0.38),
    ("investment_nominal", "national", "investment", "billion CRO, current", 1.0, 180.0, 1_300.0),
    ("graduates", "national", "graduates", "persons", 1e-6, 150e3, 500e3),
    ("research_nominal", "national", "research", "billion CRO, current", 1.0, 5.0, 80.0),
    ("home_vehicles", "national", "vehicles_made", "vehicles", 1e-6, 0.2e6, 2e6),
    ("us_cpi", "exogenous", "prices_abroad", "index", 1.0, 75.0, 105.0),
    ("per_usd", "exogenous", "exchange_rate", "CRO per USD", 1.0, 6.5, 6.5),
    ("reer", "exogenous", "real_exchange_rate", "index, base year = 100", 0.01, 100.0, 100.0),
    ("brent", "exogenous", "oil_price", "USD per barrel", 1.0, 25.0, 100.0),
    ("battery_usd", "exogenous", "battery_price", "USD per kWh", 1.0, 3_000.0, 300.0),
    ("world_vehicles", "exogenous", "vehicles_made_worldwide", "vehicles", 1e-6, 50e6, 90e6),
    ("world_electric_share", "exogenous", "electric_share_abroad", "%", 0.01, 0.01, 1.0),
    ("world_suv_share", "exogenous", "suv_share_abroad", "%", 0.01, 5.0, 25.0),
    (f"market_{ABROAD}", "abroad", "market_share", "%", 0.01, 100.0, 100.0),
    (f"income_{ABROAD}", "abroad", "income_per_head", "USD per head", 1.0, 15_000.0, 15_000.0),
    (f"distance_{ABROAD}", "abroad", "distance", "thousand km", 1.0, 6.0, 6.0),
    (f"electric_share_{ABROAD}", "abroad", "electric_share", "%", 0.01, 0.01, 1.0),
)  # fmt: skip

# Lever, value of the policy behind it in all years, unit of the policy, scale to the unit of the lever.
POLICIES = (
    ("tariff.car", 50.0, "%", 0.01),
    ("tax.value_added", 15.0, "%", 0.01),
    ("purchase.private", 1.0, "0..1", 1.0),
    ("entry.private", 1.0, "0..1", 1.0),
    ("reform.state_firms", 1.0, "0..1", 1.0),
    ("research.links", 0.5, "index", 1.0),
)

NOTES = """# {title}

**Every number of this folder is invented,** or kept from `china-auto`. It stands there so that the case runs; rows say
`{invented}` or `china-auto`, and `assumption`. Replace a row by a fact with its unit, year, source and grade, then check:

    latecomer run {name} --dry-run

What to fill in, in this order:

1. `case.yaml`: title, years, the makers to be shown by name, currency, base year, end of the sample.
2. `sources.csv`, `units.csv`: where your facts come from, and their units.
3. `national.csv`, `exogenous.csv`, `abroad.csv`: one row a fact and year, money in the currency of `case.yaml`. Years that
   no source prints are filled by the rules of `world.csv`. Product counts in that of the first year of `china-auto`'s index,
   since the size of the fleet of institutions hangs on it.
4. `regions.csv`, `firms.csv`, `makers.csv`: regions, makers, what each began with. Own brands have the origin `home`.
5. `policies.csv` and `levers.csv`: dated rules, and the lever that each one moves.
6. `targets.csv`: which recorded outcomes a run is compared with. Here it is a series that is invented, too.

Tables that you may add: ventures, licences, purchases, brands, sales of makers, provinces' rules, estimates, places of other
countries. Parameters of behaviour that no `params.csv` names keep the values of `china-auto`; a row with a name of theirs
replaces one. `parts.csv`, `structures.csv`, `forces.csv`, `openness.csv` and `reforms/` are those of `china-auto`.
"""


def write_case(
    folder: Path, name: str, title: str = "", makers: int = MAKERS, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR
) -> None:  # fmt: skip
    """Write the tables, `case.yaml`, NOTES.md and ready reforms of a new case into a folder that is there."""
    title = title or f"{name.replace('-', ' ').capitalize()}, invented, {first_year}-{last_year}"
    named = [f"maker_{i + 1}" for i in range(makers)]
    tables = tables_of(named, first_year, last_year)
    for table, rows in tables.items():
        if rows or table in NEEDED:
            write_table(folder, SCHEMAS[table], rows, first_year)
    head = {
        "name": name,
        "title": title,
        "first_year": first_year,
        "last_year": last_year,
        "named_makers": named[:10],
        **setting(first_year, last_year),
    }
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000)
    (folder / "case.yaml").write_text(text, encoding="utf-8", newline="\n")
    notes = NOTES.format(title=title, name=name, invented=INVENTED)
    (folder / "NOTES.md").write_text(notes, encoding="utf-8", newline="\n")
    (folder / "reforms").mkdir()
    for strategy in STRATEGIES:
        text = (PACKAGE / "reforms" / f"{strategy}.yaml").read_text(encoding="utf-8")
        (folder / "reforms" / f"{strategy}.yaml").write_text(text, encoding="utf-8", newline="\n")


def tables_of(makers: list[str], first: int, last: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table of the case, by the names of its tables; units and sources last."""
    tables: dict[str, list[dict[str, Any]]] = {
        "regions": regions(), "firms": firms(makers, first, last), "makers": roster(makers, first),
        "destinations": [{"destination_id": ABROAD, "name_en": "Abroad"}],
        "lines_of_origin": [{"line_of_origin": "founders", "skill": 0, "batteries": 0, "low": -0.3, "high": 0.3}],
        "world": world(), "policies": policies(first), "levers": levers(),
        "targets": targets(first, last), **facts(first, last), **copied(first, last),
    }  # fmt: skip
    used = {row["unit"] for table in MEASURED for row in tables[table]}
    tables["units"] = [{"unit": unit} for unit in sorted(used)]
    about = "Invented so that the case runs; to be replaced by facts"
    kept = {"source_id": OF_PACKAGE, "publisher": "Latecomer", "title": f"As in {OF_PACKAGE}", "opened": 1}
    tables["sources"] = [{"source_id": INVENTED, "publisher": "none", "title": about, "opened": 0}, kept]
    return tables


def setting(first: int, last: int) -> dict[str, Any]:
    """Return money, base years, end of the sample and rate of discount, as `case.yaml` says them."""
    base = sample_end(first, last)
    regional = [first + (last - first) // 4, last - (last - first) // 4]
    return {
        "currency": MONEY,
        "base_year": base,
        "region_years": regional,
        "sample_end": base,
        "social_rate": 0.06,
    }


def sample_end(first: int, last: int) -> int:
    """Return the last year that a fit may see: three quarters of the span."""
    return first + 3 * (last - first) // 4


def facts(first: int, last: int) -> dict[str, list[dict[str, Any]]]:
    """Return the fact tables: each series in the first and the last year."""
    out: dict[str, list[dict[str, Any]]] = {}
    for _, table, series, unit, _, early, late in QUANTITIES:
        rows = out.setdefault(table, [])
        for year, value in ((first, early), (last, late)):
            rows.append({"series": series, "year": year, "value": value, **ranged(value), "unit": unit})
    return out


def ranged(value: float) -> dict[str, float]:
    """Return the range of an invented number: half to twice its value."""
    return {"low": HALF * value, "high": TWICE * value}


def world() -> list[dict[str, Any]]:
    """Return which series makes each input of the model, and the rules of the years without a fact."""
    rules = {"join": "level", "between": "log", "before": "hold", "after": "hold"}
    return [
        {"quantity": quantity, "priority": 1, "table": table, "series": series, "scale": scale, **rules}
        for quantity, table, series, _, scale, _, _ in QUANTITIES
    ]


def regions() -> list[dict[str, Any]]:
    """Return the regions, the first with more people and product per head."""
    wealth = {
        f"{name}_{year}": value
        for year, people, product in (("early", 32e6, 30_000.0), ("late", 34e6, 70_000.0))
        for name, value in (("population", people), ("gdp_per_capita", product))
    }
    return [
        {"region_id": key, "province_en": name, **{k: v * (1.0 - 0.2 * i) for k, v in wealth.items()}}
        for i, (key, name) in enumerate(REGIONS.items())
    ]


def firms(makers: list[str], first: int, last: int) -> list[dict[str, Any]]:
    """Return the firms: one of the state from the first year on, then private ones over the first half of the span."""
    rows = []
    for i, maker in enumerate(makers):
        begun = first + (i * (last - first)) // (2 * len(makers))
        years = dict.fromkeys(
            ("founded", "first_vehicle_year", "first_own_brand_car_year", "passenger_entry_year"), begun
        )
        home = list(REGIONS.values())[i % len(REGIONS)]
        named = {"firm_id": maker, "name_en": f"Maker {i + 1}", "home_province": home}
        rows.append({**named, "ownership": "private" if i else "central_state", **years})
    return rows


def roster(makers: list[str], first: int) -> list[dict[str, Any]]:
    """Return the makers of the model: those of own brands, the first with plant for trucks, and an importer of cars."""
    judged = {"line_of_origin": "founders", "electric_only": 0, "brand_low": -1, "brand_high": 1}
    trucks = {**dict.fromkeys(COMMERCIAL, 1.0 / len(COMMERCIAL)), "capacity": 0.05}
    cars = {**dict.fromkeys(COMMERCIAL, 0.0), "capacity": 0.0}
    own = [
        {
            "maker_id": maker,
            "kind": "own",
            "fact_id": maker,
            "origin": "home",
            "brand": 0,
            **judged,
            **(cars if i else trucks),
        }
        for i, maker in enumerate(makers)
    ]
    importer = {"maker_id": "importer", "kind": "importer", "origin": "japan", "start": first, "brand": 0.3}
    return [*own, {**importer, **judged, **cars}]


def policies(first: int) -> list[dict[str, Any]]:
    """Return one policy for each lever that is set, in force in all years."""
    return [
        {
            "policy_id": policy_id(lever),
            "name": f"Behind {lever}",
            "start": first,
            "value": value,
            **ranged(value),
            "unit": unit,
        }
        for lever, value, unit, _ in POLICIES
    ]


def levers() -> list[dict[str, Any]]:
    """Return which policy feeds which lever."""
    return [
        {"lever": lever, "policy_id": policy_id(lever), "scale": scale, **ranged(scale)}
        for lever, _, _, scale in POLICIES
    ]


def policy_id(lever: str) -> str:
    return lever.replace(".", "_")


def targets(first: int, last: int) -> list[dict[str, Any]]:
    """Return the targets: vehicles made, in the years that a fit may see and in those after them."""
    fact = next(row for row in QUANTITIES if row[0] == "home_vehicles")
    compared = {
        "series": "vehicles",
        "table": fact[1],
        "fact_series": fact[2],
        "scale": 1,
        "measure": "log",
        "sd": 0.2,
    }
    spans = (
        ("vehicles_fit", "fit", first, sample_end(first, last)),
        ("vehicles", "check", sample_end(first, last) + 1, last),
    )
    return [
        {"target_id": name, **compared, "first": begin, "last": end, "sample": sample}
        for name, sample, begin, end in spans
        if begin <= end
    ]


def copied(first: int, last: int) -> dict[str, list[dict[str, Any]]]:
    """Return the tables that are those of the case of the package; a date outside the span becomes its second year."""
    out: dict[str, list[dict[str, Any]]] = {}
    for table in COPIED:
        with (PACKAGE / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            out[table] = [dict(row) for row in csv.DictReader(handle)]
        for row in out[table]:
            since = int(row.get("from_year") or first + 1)
            if not first < since <= last:
                moved = {
                    "from_year": str(first + 1),
                    "question": row["question"].replace(str(since - 1), str(first)),
                }
                row.update(moved)
            row.update({name: value for name, value in KEPT.items() if name in row})
            row.update({name: _in_its_money(row[name], first, last) for name in TOLD if name in row})
    return out


def _in_its_money(text: str, first: int, last: int) -> str:
    """Return a text of the case of the package in the money and with the base year of the new one."""
    base = str(sample_end(first, last))
    return text.replace(PACKAGE_MONEY, MONEY["code"]).replace(PACKAGE_BASE, base)


def write_table(folder: Path, schema: Schema, rows: Iterable[Mapping[str, Any]], first: int) -> None:
    """Write a table with every column of its schema; a cell that is needed and not given gets its plainest value."""
    header = [column.name for column in schema.columns]
    with (folder / schema.file).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([cell(row.get(column.name), column, first) for column in schema.columns])


def cell(value: Any, column: Column, first: int) -> str:
    """Return a value as text, or the plainest one that the column allows: nothing, zero, the first name of its list."""
    if value is None:
        value = GIVEN.get(column.name) or ("" if column.empty else plainest(column, first))
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def plainest(column: Column, first: int) -> str | float | int:
    """Return the plainest value of a column that must not be empty."""
    if column.kind == "text":
        return str(next(iter(SHORT_LISTS.get(column.among, ("invented",)))))
    if column.kind == "date":
        return first
    nearest = min(max(0.0, column.low), column.high)
    whole = column.kind in ("whole", "flag") and math.isfinite(nearest)
    return int(nearest) if whole else nearest
