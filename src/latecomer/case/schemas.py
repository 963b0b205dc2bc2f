"""Which tables make a case, and what must each column hold?

A table of facts has a row for each fact with its unit, year, source and grade; the other tables say what the model makes of them.
The lists named by `ref` are the short ones below or the names in a column of another table (`NAMED_BY`).
"""

from dataclasses import replace

from latecomer import axes, vocabulary
from latecomer.case.head import FIRST, LAST
from latecomer.case.openness import SIDES
from latecomer.case.tables import GRADES, Column, Schema

LARGEST = 1e15
LOWEST_RANK = 1000
PEOPLE, MONEY = 1e9, 1e9  # of a region: inhabitants, output a head


def ref(name: str, among: str, empty: bool = False) -> Column:
    """Return a column whose text must be found in a list."""
    return Column(name, empty=empty, among=among)


def text(*names: str) -> tuple[Column, ...]:
    """Return columns of free text that may be empty."""
    return tuple(Column(name, empty=True) for name in names)


def number(name: str, low: float = -LARGEST, high: float = LARGEST, empty: bool = False) -> Column:
    """Return a column of finite numbers within bounds."""
    return Column(name, "number", empty, "", low, high)


def year(name: str = "year", empty: bool = False) -> Column:
    """Return a column of calendar years."""
    return Column(name, "whole", empty, "", FIRST, LAST)


def years(name: str, empty: bool = False) -> Column:
    """Return a column of a calendar year or several, as text."""
    return Column(name, "years", empty, "", FIRST, LAST)


def span(start_may_be_empty: bool = False) -> tuple[Column, Column]:
    """Return the first and last date of a rule; an open end means still in force."""
    return Column("start", "date", start_may_be_empty, "", FIRST, LAST), Column(
        "end", "date", True, "", FIRST, LAST
    )


def flag(name: str) -> Column:
    """Return a column of 0 or 1."""
    return Column(name, "flag")


def rank(name: str) -> Column:
    """Return a column of whole numbers from 1."""
    return Column(name, "whole", low=1, high=LOWEST_RANK)


SOURCED = (ref("source_id", "sources"), ref("grade", "grades"))
RANGE = (number("low", empty=True), number("high", empty=True))
FACT = (Column("series"), year(), number("value"), *RANGE, ref("unit", "units"), *SOURCED)
FACT_KEY = ("series", "year", "source_id", "unit")

SHORT_LISTS = {
    "grades": GRADES,
    "segments": axes.SEGMENTS,
    "origins": axes.ORIGINS,
    "kinds of maker": ("own", "plant", "venture", "works", "importer"),
    "ownership forms": ("central_state", "local_state", "private", "collective", "foreign"),
    "levers": tuple(lever.public_name for lever in vocabulary.POLICY),
    "levers of openness": tuple(lever.public_name for lever in vocabulary.POLICY + vocabulary.STRATEGY),
    "outcome series": tuple(series.name for series in vocabulary.YEAR),
    "fact tables": ("national", "exogenous", "segments", "abroad"),
    "tables with outcomes": ("national", "exogenous", "segments", "abroad", "concentration"),
    "tables of contracts": ("licences", "acquisitions", "joint_ventures"),
    "tables of makers and contracts": ("firms", "joint_ventures", "licences", "acquisitions"),
    "constants": (
        *("institution_income", "small_business_income", "small_business_offset", "region_elasticity"),
        *("first_income_class", "last_income_class", "least_spread"),
        *("battery_price_most", "early_investment_elasticity"),
    ),
    "fill rules": ("log", "linear", "step"),
    "measures of effects": ("change", "relative", "net", "net_share", "total"),
    "joins": ("level", "growth"),
    "scopes": ("group_total", "own_brand_pv", "jv_pv", "cv", "nev", "export"),
    "series by maker": ("maker_sales", "maker_exports", "group_vehicles"),
    "measures": ("log", "level"),
    "indices": ("great", "strong"),
    "pillars": axes.GREAT_PILLARS + axes.STRONG_PILLARS,
    "moment measures": ("mean", "change"),
    "samples": ("fit", "check"),
    "distributions": ("uniform", "triangular", "normal", "lognormal", "fixed"),
    "kinds of switch": ("param", "lever", "maker", "world"),
    "sides of openness": SIDES,
    "kinds of moving thing": ("param", "lever", "world"),
}

# Lists whose names stand in a column of a table: list, table, column.
NAMED_BY = (
    ("sources", "sources", "source_id"),
    ("units", "units", "unit"),
    ("provinces", "regions", "province_en"),
    ("policies", "policies", "policy_id"),
    ("estimates", "estimates", "estimate_id"),
    ("firms", "firms", "firm_id"),
    ("ventures", "joint_ventures", "jv_id"),
    ("components", "components", "component"),
    ("lines of origin", "lines_of_origin", "line_of_origin"),
    ("makers", "makers", "maker_id"),
    ("destinations", "destinations", "destination_id"),
)

FACTS = (
    Schema(
        "sources.csv",
        (Column("source_id"), *text("publisher", "title", "address", "accessed"), flag("opened")),
        ("source_id",),
    ),
    Schema("units.csv", (Column("unit"),), ("unit",)),
    Schema("national.csv", FACT, FACT_KEY),
    Schema("exogenous.csv", FACT, FACT_KEY),
    Schema("segments.csv", FACT, FACT_KEY),
    Schema("abroad.csv", FACT, FACT_KEY),
    Schema(
        "destinations.csv",
        (Column("destination_id"), Column("name_en"), *text("name_local", "members", "note")),
        ("destination_id",),
    ),
    Schema(
        "concentration.csv",
        (year(), Column("measure"), number("value"), Column("scope"), *SOURCED, *text("note")),
        ("year", "measure", "scope", "source_id", "value"),
    ),
    Schema(
        "policies.csv",
        (
            *(Column("policy_id"), *text("name", "instrument"), *span(), number("value", empty=True), *RANGE),
            *(ref("unit", "units"), *text("applies_to", "description"), *SOURCED),
        ),
        ("policy_id", "start"),
    ),
    Schema(
        "regions.csv",
        (
            *(Column("region_id"), *text("province_local"), Column("province_en")),
            *(number("population_early", 1, PEOPLE), number("population_late", 1, PEOPLE)),
            *(
                number("gdp_per_capita_early", 1, MONEY),
                number("gdp_per_capita_late", 1, MONEY),
                *text("home_firms"),
                *SOURCED,
            ),
        ),
        ("region_id",),
    ),
    Schema(
        "regional_protection.csv",
        (
            *(Column("episode_id"), *text("region_id"), *span()),
            *(*text("measure", "instrument", "protected_firm", "target_firm"), number("value", empty=True)),
            *(*text("unit", "description"), *SOURCED),
        ),
        ("episode_id",),
    ),
    Schema(
        "estimates.csv",
        (
            *(Column("estimate_id"), Column("quantity"), number("value", empty=True), *RANGE),
            *(*text("unit", "context", "paper"), years("year", True), *text("table_or_page"), *SOURCED),
        ),
        ("estimate_id",),
    ),
    Schema(
        "rnd_system.csv",
        (Column("item"), years("year"), number("value", empty=True), *text("unit", "description"), *SOURCED),
        ("item", "year"),
    ),
    Schema(
        "firms.csv",
        (
            *(Column("firm_id"), Column("name_en"), *text("name_local"), ref("ownership", "ownership forms")),
            *(
                ref("home_province", "provinces", empty=True),
                year("founded"),
                year("first_vehicle_year", True),
            ),
            *(
                year("first_own_brand_car_year", True),
                year("passenger_entry_year", True),
                year("exit_year", True),
            ),
            *(*text("exit_how", "notes"), *SOURCED),
        ),
        ("firm_id",),
    ),
    Schema(
        "joint_ventures.csv",
        (
            *(
                Column("jv_id"),
                Column("name"),
                ref("home_partner", "firms"),
                ref("foreign_partner", "firms"),
            ),
            *(year("signed_year"), year("start_production_year"), year("end_year", True)),
            *(number("home_share_pct", 0, 100), ref("province", "provinces")),
            *(*text("main_models", "equity_changes"), *SOURCED),
        ),
        ("jv_id",),
    ),
    Schema(
        "licences.csv",
        (
            *(Column("licence_id"), year(), ref("receiver", "firms"), Column("provider"), *text("what")),
            *(ref("component", "components"), *SOURCED),
        ),
        ("licence_id",),
    ),
    Schema(
        "acquisitions.csv",
        (
            Column("acquisition_id"),
            year(),
            Column("acquirer"),
            Column("target"),
            *text("what", "outcome"),
            *SOURCED,
        ),
        ("acquisition_id",),
    ),
    Schema(
        "brands.csv",
        (
            *(Column("brand"), ref("firm_id", "firms"), year("launched", True), year("ended", True)),
            *(*text("segment"), flag("own_brand"), *SOURCED),
        ),
        ("brand", "firm_id"),
    ),
    Schema(
        "firm_sales.csv",
        (
            *(
                ref("firm_id", "firms"),
                ref("scope", "scopes"),
                year(),
                number("value", 0),
                ref("unit", "units"),
            ),
            *(*SOURCED, ref("jv_id", "ventures", empty=True), *text("brand", "note")),
        ),
        ("firm_id", "scope", "year", "jv_id", "brand", "source_id", "unit"),
    ),
)

READINGS = (
    Schema(
        "levers.csv",
        (
            *(ref("lever", "levers"), *text("index"), ref("policy_id", "policies"), number("scale")),
            *(number("offset", empty=True), *span(True), ref("grade", "grades"), *RANGE, *text("note")),
        ),
        ("lever", "index", "policy_id", "start_text"),
    ),
    Schema(
        "world.csv",
        (
            *(
                Column("quantity"),
                rank("priority"),
                ref("table", "fact tables"),
                Column("series"),
                number("scale"),
            ),
            *(*text("times"), ref("join", "joins"), year("first", True), year("last", True)),
            *(ref("between", "fill rules"), Column("before"), Column("after"), *text("note")),
        ),
        ("quantity", "priority"),
    ),
    Schema(
        "constants.csv",
        (ref("name", "constants"), number("value"), *RANGE, *text("unit"), *SOURCED, *text("about")),
        ("name",),
    ),
    Schema(
        "lines_of_origin.csv",
        (
            Column("line_of_origin"),
            number("skill", -1, 1),
            number("batteries", 0, 1),
            *RANGE,
            *SOURCED,
            *text("about"),
        ),
        ("line_of_origin",),
    ),
    Schema(
        "components.csv",
        (
            Column("component"),
            *(number(name, 0, 1) for name in axes.DOMAINS),
            *RANGE,
            *SOURCED,
            *text("about"),
        ),
        ("component",),
    ),
    Schema(
        "makers.csv",
        (
            *(
                Column("maker_id"),
                ref("kind", "kinds of maker"),
                *text("fact_id", "group"),
                ref("origin", "origins"),
            ),
            *(ref("line_of_origin", "lines of origin"), flag("electric_only"), year("minibus_from", True)),
            ref("first_line", "segments", empty=True),
            *(year("start", True), ref("succeeded_by", "ventures", empty=True), number("brand", -3, 3)),
            *(number("brand_low"), number("brand_high"), number("capacity", 0, 5)),
            *(*(number(name, 0, 1) for name in axes.COMMERCIAL), *SOURCED, *text("note")),
        ),
        ("maker_id",),
    ),
    Schema(
        "contracts.csv",
        (
            *(ref("table", "tables of contracts"), Column("fact_id"), ref("maker_id", "makers")),
            *(ref("component", "components", empty=True), number("share", 0, 1), number("vintage", 0, 50)),
            *(number("vintage_low", 0), number("vintage_high", 0), *SOURCED, *text("note")),
        ),
        ("table", "fact_id", "maker_id"),
    ),
    Schema(
        "takeovers.csv",
        (
            *(Column("acquisition_id"), ref("maker_id", "makers"), ref("destination", "destinations")),
            *(number("network", 0, 1), number("network_low", 0, 1), number("network_high", 0, 1)),
            *(number("name", 0, 1), number("name_low", 0, 1), number("name_high", 0, 1)),
            *(number("price", 0, 100), *SOURCED, *text("note")),
        ),
        ("acquisition_id", "maker_id", "destination"),
    ),
    Schema(
        "mergers.csv",
        (Column("fact_id"), ref("maker_id", "makers"), ref("taken_by", "makers"), *text("note")),
        ("maker_id",),
    ),
    Schema(
        "omissions.csv",
        (ref("table", "tables of makers and contracts"), Column("fact_id"), Column("reason")),
        ("table", "fact_id"),
    ),
    Schema(
        "targets.csv",
        (
            *(
                Column("target_id"),
                ref("series", "outcome series"),
                *text("index"),
                ref("table", "tables with outcomes"),
            ),
            *(
                Column("fact_series"),
                number("scale"),
                year("first"),
                year("last"),
                ref("measure", "measures"),
            ),
            *(number("sd", 1e-9), ref("sample", "samples"), *text("deflate", "note")),
        ),
        ("target_id",),
    ),
    Schema(
        "moments.csv",
        (
            *(
                Column("moment_id"),
                ref("series", "outcome series"),
                *text("index"),
                ref("measure", "moment measures"),
            ),
            *(year("first"), year("last"), number("value"), number("sd", 1e-9), ref("sample", "samples")),
            *(*SOURCED, *text("note")),
        ),
        ("moment_id",),
    ),
    Schema(
        "references.csv",
        (
            *(
                Column("country"),
                ref("index", "indices"),
                ref("pillar", "pillars"),
                number("value", 0),
                *RANGE,
            ),
            *(*text("unit"), year(), *SOURCED, *text("about")),
        ),
        ("country", "index", "pillar"),
    ),
    Schema(
        "firm_targets.csv",
        (
            *(
                ref("maker_id", "makers"),
                ref("series", "series by maker"),
                ref("firm_id", "firms"),
                ref("scope", "scopes"),
            ),
            *(ref("jv_id", "ventures", empty=True), *text("brand"), year("first", True), year("last", True)),
            *(rank("rank"), flag("add"), *text("note")),
        ),
        ("maker_id", "series", "firm_id", "scope", "brand", "rank", "first"),
    ),
    Schema(
        "params.csv",
        (
            *(Column("name"), Column("group"), *text("unit"), number("default"), number("off", empty=True)),
            *(
                ref("prior", "distributions"),
                number("low"),
                number("high"),
                flag("fit"),
                *SOURCED,
                *text("about"),
            ),
        ),
        ("name",),
    ),
    *(
        Schema(
            file,
            (
                *(rank("part"), *text("name", "question"), ref("kind", "kinds of switch"), Column("target")),
                *(Column("value"), year("from_year", True), *text("note")),
            ),
            ("part", "kind", "target"),
        )
        for file in ("parts.csv", "structures.csv")
    ),
    Schema(
        "findings.csv",
        (
            *(
                Column("reform"),
                ref("estimate_id", "estimates"),
                Column("question"),
                ref("measure", "measures of effects"),
            ),
            *(
                ref("series", "outcome series", empty=True),
                *text("index"),
                year("first"),
                year("last"),
                number("factor"),
            ),
            *(number("sign", -1, 1, empty=True), *text("note")),
        ),
        ("reform", "estimate_id"),
    ),
    Schema(
        "forces.csv",
        (
            *(Column("force"), *text("title"), ref("kind", "kinds of moving thing"), Column("target")),
            *(Column("value"), *text("other", "note")),
        ),
        ("kind", "target"),
    ),
    Schema(
        "openness.csv",
        (
            *(ref("lever", "levers of openness"), *text("index"), ref("side", "sides of openness")),
            *(number("closed"), number("open")),
            *(*SOURCED, *text("note")),
        ),
        ("lever", "index"),
    ),
)

# A case needs these; without any other it runs, and only what reads that table is not to be had.
NEEDED = (
    *("sources", "units", "national", "exogenous", "abroad", "destinations", "regions", "firms"),
    *("world", "constants", "lines_of_origin", "makers"),
)
# Without a row, one of these was cut off or is still to be written: a case without levers leaves the table out.
FILLED = (*NEEDED, "levers", "policies", "params")
SCHEMAS = {
    name: replace(schema, filled=name in FILLED)
    for schema in FACTS + READINGS
    for name in [schema.file.removesuffix(".csv")]
}
OPTIONAL = tuple(name for name in SCHEMAS if name not in NEEDED)
