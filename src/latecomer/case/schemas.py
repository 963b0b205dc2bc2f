"""Which tables make a case, and what must each column hold?

The lists named in `among`: grades, sources, units, regions, policies, levers, makers, lines, components, quantities, series
(outcomes of a year), and a few short ones below. Every table of a case folder is here; a case may bring further facts only as rows.
"""

from latecomer import axes
from latecomer.case.tables import GRADES, Column, Schema

INF = float("inf")
SOURCED = (Column("source_id", among="sources"), Column("grade", among="grades"))
RANGE = (Column("low", "number", empty=True), Column("high", "number", empty=True))
YEAR = Column("year", "whole", low=1800, high=2100)
NAME = {"text": True}


def text(*names: str) -> tuple[Column, ...]:
    """Return columns of free text that may be empty."""
    return tuple(Column(name, empty=True) for name in names)


SHORT_LISTS = {
    "grades": GRADES,
    "segments": axes.SEGMENTS,
    "origins": axes.ORIGINS,
    "kinds of maker": ("own", "plant", "venture", "works", "importer"),
    "ownership forms": ("central_soe", "local_soe", "private", "collective", "foreign"),
    "levers": tuple(lever.public_name for lever in axes.POLICY),
    "outcome series": tuple(series.name for series in axes.YEAR),
    "fact tables": ("national", "exogenous", "segments"),
    "tables with outcomes": ("national", "exogenous", "segments", "concentration"),
    "tables of contracts": ("licences", "acquisitions", "joint_ventures"),
    "all tables": ("firms", "joint_ventures", "licences", "acquisitions"),
    "fill rules": ("log", "linear", "step"),
    "joins": ("level", "growth"),
    "measures": ("log", "level"),
    "samples": ("fit", "check"),
}

_FACT = (Column("series"), YEAR, Column("value", "number"), *RANGE, Column("unit", among="units"), *SOURCED)

SCHEMAS = {
    schema.file.removesuffix(".csv"): schema
    for schema in (
        Schema("sources.csv", (Column("source_id"), *text("publisher", "title", "address", "accessed"), Column("opened", "flag")),
               ("source_id",)),
        Schema("units.csv", (Column("unit"),), ("unit",)),
        Schema("national.csv", _FACT, ("series", "year", "source_id", "unit")),
        Schema("exogenous.csv", _FACT, ("series", "year", "source_id", "unit")),
        Schema("segments.csv", _FACT, ("series", "year", "source_id", "unit")),
        Schema("concentration.csv", (YEAR, Column("measure"), Column("value", "number"), Column("scope"), *SOURCED, *text("note")),
               ("year", "measure", "scope", "source_id", "value")),
        Schema("policies.csv",
               (Column("policy_id"), *text("name", "instrument"), Column("start", "date", low=1900, high=2100),
                Column("end", "date", empty=True, low=1900, high=2100), Column("value", "number", empty=True), *RANGE,
                Column("unit", among="units"), *text("applies_to", "description"), *SOURCED), ("policy_id", "start")),
        Schema("levers.csv",
               (Column("lever", among="levers"), *text("index"), Column("policy_id", among="policies"), Column("scale", "number"),
                Column("offset", "number", empty=True), Column("start", "date", empty=True, low=1900, high=2100),
                Column("end", "date", empty=True, low=1900, high=2100), Column("grade", among="grades"), *RANGE, *text("note")),
               ("lever", "index", "policy_id", "start_text")),
        Schema("world.csv",
               (Column("quantity"), Column("priority", "whole", low=1), Column("table", among="fact tables"), Column("series"),
                Column("scale", "number"), *text("times"), Column("join", among="joins"), Column("first", "whole", empty=True),
                Column("last", "whole", empty=True), Column("between", among="fill rules"), Column("before"), Column("after"),
                *text("note")), ("quantity", "priority")),
        Schema("regions.csv",
               (Column("region_id"), Column("province_zh"), Column("province_en"), Column("population_2005", "number", low=1),
                Column("population_2020", "number", low=1), Column("gdp_per_capita_2005", "number", low=1),
                Column("gdp_per_capita_2020", "number", low=1), *text("home_firms"), *SOURCED), ("region_id",)),
        Schema("regional_protection.csv",
               (Column("episode_id"), *text("region_id"), Column("start", "date", low=1900, high=2100),
                Column("end", "date", empty=True, low=1900, high=2100),
                *text("measure", "instrument", "protected_firm", "target_firm"), Column("value", "number", empty=True),
                *text("unit", "description"), *SOURCED), ("episode_id",)),
        Schema("estimates.csv",
               (Column("estimate_id"), Column("quantity"), Column("value", "number", empty=True), *RANGE,
                *text("unit", "context", "paper", "year", "table_or_page"), *SOURCED), ("estimate_id",)),
        Schema("rnd_system.csv", (Column("item"), Column("year"), Column("value", "number", empty=True), *text("unit", "description"),
                                  *SOURCED), ("item", "year")),
        Schema("firms.csv",
               (Column("firm_id"), Column("name_en"), Column("name_zh"), Column("ownership", among="ownership forms"),
                Column("home_province", empty=True, among="provinces"), Column("founded", "whole", low=1700, high=2100),
                *(Column(name, "whole", empty=True, low=1900, high=2100)
                  for name in ("first_vehicle_year", "first_own_brand_car_year", "passenger_entry_year", "exit_year")),
                *text("exit_how", "notes"), *SOURCED), ("firm_id",)),
        Schema("joint_ventures.csv",
               (Column("jv_id"), Column("name"), Column("chinese_partner", among="firms"), Column("foreign_partner", among="firms"),
                Column("signed_year", "whole", low=1900, high=2100), Column("start_production_year", "whole", low=1900, high=2100),
                Column("end_year", "whole", empty=True, low=1900, high=2100), Column("chinese_share_pct", "number", low=0, high=100),
                Column("province", among="provinces"), *text("main_models", "equity_changes"), *SOURCED), ("jv_id",)),
        Schema("licences.csv",
               (Column("licence_id"), YEAR, Column("receiver", among="firms"), Column("provider"), *text("what"),
                Column("component", among="components"), *SOURCED), ("licence_id",)),
        Schema("acquisitions.csv",
               (Column("acquisition_id"), YEAR, Column("acquirer"), Column("target"), *text("what", "outcome"), *SOURCED),
               ("acquisition_id",)),
        Schema("brands.csv",
               (Column("brand"), Column("firm_id", among="firms"), Column("launched", "whole", empty=True),
                Column("ended", "whole", empty=True), *text("segment"), Column("own_brand", "flag"), *SOURCED), ("brand", "firm_id")),
        Schema("firm_sales.csv",
               (Column("firm_id", among="firms"), Column("scope"), YEAR, Column("value", "number", low=0),
                Column("unit", among="units"), *SOURCED, Column("jv_id", empty=True, among="ventures"), *text("brand", "note")),
               ("firm_id", "scope", "year", "jv_id", "brand", "source_id", "unit")),
        Schema("lines_of_origin.csv", (Column("line_of_origin"), Column("skill", "number", low=-1, high=1), *RANGE, *SOURCED,
                                       *text("about")), ("line_of_origin",)),
        Schema("components.csv",
               (Column("component"), *(Column(name, "number", low=0, high=1) for name in axes.DOMAINS), *RANGE, *SOURCED,
                *text("about")), ("component",)),
        Schema("makers.csv",
               (Column("maker_id"), Column("kind", among="kinds of maker"), *text("fact_id", "group"),
                Column("origin", among="origins"), Column("line_of_origin", among="lines"), Column("electric_only", "flag"),
                Column("minibus_from", "whole", empty=True, low=1900, high=2100),
                Column("start", "whole", empty=True, low=1900, high=2100), *text("succeeded_by"),
                Column("brand", "number", low=-3, high=3), Column("brand_low", "number"), Column("brand_high", "number"),
                Column("capacity", "number", low=0, high=5), *(Column(name, "number", low=0, high=1) for name in axes.COMMERCIAL),
                *SOURCED, *text("note")), ("maker_id",)),
        Schema("contracts.csv",
               (Column("table", among="tables of contracts"), Column("fact_id"), Column("maker_id", among="makers"),
                Column("component", empty=True, among="components"), Column("share", "number", low=0, high=1),
                Column("vintage", "number", low=0, high=50), Column("vintage_low", "number", low=0),
                Column("vintage_high", "number", low=0), *SOURCED, *text("note")), ("table", "fact_id", "maker_id")),
        Schema("omissions.csv", (Column("table", among="all tables"), Column("fact_id"), Column("reason")), ("table", "fact_id")),
        Schema("targets.csv",
               (Column("target_id"), Column("series", among="outcome series"), *text("index"),
                Column("table", among="tables with outcomes"), Column("fact_series"), Column("scale", "number"),
                Column("first", "whole"), Column("last", "whole"), Column("measure", among="measures"),
                Column("sd", "number", low=1e-9), Column("sample", among="samples"), *text("deflate"), *text("note")), ("target_id",)),
        Schema("params.csv",
               (Column("name"), Column("group"), *text("unit"), Column("default", "number"), Column("off", "number", empty=True),
                *text("prior"), Column("low", "number"), Column("high", "number"), Column("fit", "flag"), *SOURCED, *text("about")),
               ("name",)),
    )
}  # fmt: skip
