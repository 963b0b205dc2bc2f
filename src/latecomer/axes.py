"""What is every quantity called, along which axes does it run, and in which unit?

This file is the vocabulary of the project. Records that the kernel reads and writes are built from the lists below,
labels of results come from them, and the notation page of the docs is printed from them. One letter per axis, the
same everywhere:

    t year    m maker    s segment    e powertrain    r region    b buyer class    d technology domain
    k commercial class    o origin of a brand    a age of a car    i pillar of an index    x destination abroad
    n history             u actor of the innovation system, as giver    v the same, as receiver
    h employer of engineers    y source of technology    g kind of improvement    w ownership of an own brand

A record is one row of a NumPy structured array; a field with axes is a block inside it. Numba passes records by
address, so a kernel takes a handful of arguments however many fields there are, and adding a field is one line here.
"""

from dataclasses import dataclass

import numpy as np

SEGMENTS = ("minibus", "economy", "mainstream", "suv", "premium")
POWERTRAINS = ("combustion", "plug_in_hybrid", "battery_electric")
DOMAINS = ("platform", "engine", "electronics", "battery", "process", "design")
COMMERCIAL = ("heavy_truck", "medium_truck", "light_truck", "bus")
OWNERSHIP = ("central_state", "local_state", "private", "joint_venture", "foreign_plant", "importer")
OWN_OWNERSHIP = OWNERSHIP[:3]
ORIGINS = ("china", "germany", "japan", "usa", "korea", "europe")
INCOME_CLASSES = 14
BUYERS = (*(f"income_{i + 1}" for i in range(INCOME_CLASSES)), "institution", "small_business")
AGES = (*(f"age_{a}" for a in range(10)), "age_10_up")
GREAT_PILLARS = ("output", "home_market", "capacity", "value_added", "export_units")
STRONG_PILLARS = ("core_control", "own_brand_share", "quality", "export_value", "return", "frontier_talent")
ACTORS = ("enterprises", "institutes", "universities", "government")
EMPLOYERS = (
    "state_makers", "private_makers", "ventures", "institutes", "universities", "government", "elsewhere",
)  # fmt: skip
TECHNOLOGY_SOURCES = (
    "partner", "licence", "design_house", "acquisition", "machinery", "suppliers", "movers",
)  # fmt: skip
IMPROVEMENTS = ("original", "integrated", "absorbed")
PILLARS = 6
PIPELINE_YEARS = 2

CENTRAL_STATE, LOCAL_STATE, PRIVATE, JOINT_VENTURE, FOREIGN_PLANT, IMPORTER = range(len(OWNERSHIP))
MINIBUS, ECONOMY, MAINSTREAM, SUV, PREMIUM = range(len(SEGMENTS))
COMBUSTION, HYBRID, BATTERY_CAR = range(len(POWERTRAINS))
PLATFORM, ENGINE, ELECTRONICS, BATTERY, PROCESS, DESIGN = range(len(DOMAINS))
HEAVY, MEDIUM, LIGHT, BUS = range(len(COMMERCIAL))
ENTERPRISES, INSTITUTES, UNIVERSITIES, GOVERNMENT = range(len(ACTORS))
STATE_STAFF, PRIVATE_STAFF, VENTURE_STAFF, INSTITUTE_STAFF, UNIVERSITY_STAFF, OFFICIALS, ELSEWHERE = range(
    len(EMPLOYERS)
)
PARTNER, LICENCE, DESIGN_HOUSE, ACQUISITION, MACHINERY, SUPPLIERS, MOVERS = range(len(TECHNOLOGY_SOURCES))
OWN_SOURCE = -1  # what a maker masters needs no source
ORIGINAL, INTEGRATED, ABSORBED = range(len(IMPROVEMENTS))
INSTITUTION, SMALL_BUSINESS = INCOME_CLASSES, INCOME_CLASSES + 1


@dataclass(frozen=True)
class Field:
    """A named quantity: its axes (letters, outermost first), its unit and one line on what it is."""

    name: str
    axes: str
    unit: str
    about: str
    kind: str = "f8"


@dataclass(frozen=True)
class Lever(Field):
    """A dated quantity that government sets (POLICY) or each firm (STRATEGY). At `off` it does nothing; values outside
    low..high are refused.

    `group` is the first half of its public name (`tariff.car`), `reader` the model file whose equation reads it.
    """

    group: str = ""
    off: float = 0.0
    low: float = 0.0
    high: float = 1.0
    reader: str = ""

    @property
    def public_name(self) -> str:
        return f"{self.group}.{self.name.removeprefix(self.group + '_')}"


# World: given by history outside the industry, one record a year.
WORLD = (
    Field("year", "", "year", "Calendar year"),
    Field(
        "frontier_clock",
        "",
        "year",
        "Year whose world technology is the newest: the frontier, best-practice cost and best-practice defects",
    ),
    Field("gdp", "", "index, 1978=1", "Real gross domestic product of the home country"),
    Field("investment", "", "index, 2005=1", "Real fixed investment of the home country"),
    Field(
        "households",
        "rb",
        "million",
        "Households by region and income class; buyer columns of institutions and firms are zero",
    ),
    Field("income", "b", "thousand CNY of 2010 a year", "Real household income of the class"),
    Field("region_gdp_share", "r", "share", "Region's share in national product"),
    Field(
        "real_exchange_rate", "", "index, 2010=1", "Real effective exchange rate; a rise is an appreciation"
    ),
    Field("deflator", "", "index, 2010=1", "Consumer prices"),
    Field("oil_price", "", "index, 2010=1", "Real crude oil price at home"),
    Field("battery_price", "", "thousand CNY of 2010 per kWh", "World price of a battery pack"),
    Field("world_market", "", "million vehicles", "Vehicles made outside the home country"),
    Field("world_electric_share", "", "share", "Electric share of new cars outside the home country"),
    Field(
        "destination_market", "x", "share", "Destination's share in vehicles sold outside the home country"
    ),
    Field("destination_income", "x", "ratio to mean of 2010", "Income per head of the destination"),
    Field("destination_distance", "x", "ratio to mean of 2010", "Distance of the destination"),
    Field(
        "destination_electric", "x", "ratio", "Electric share of the destination's new cars over that abroad"
    ),
    Field("world_suv_share", "", "share", "Sport-utility share of new cars in the world"),
    Field("engineers", "", "index, 2010=1", "Yearly graduates of higher education, the pool of engineers"),
    Field("research_spending", "", "billion CNY of 2010", "National spending on research and development"),
)

# Policy: given by government, one record a year.
POLICY = (
    Lever(
        "tariff_car",
        "",
        "share of value",
        "Import tariff on complete cars",
        group="tariff",
        high=5.0,
        reader="cost",
    ),
    Lever(
        "tariff_parts",
        "",
        "share of value",
        "Import tariff on parts and kits",
        group="tariff",
        high=3.0,
        reader="cost",
    ),
    Lever(
        "trade_licence",
        "",
        "0..1",
        "Import licensing: share of imports that permits hold back",
        group="trade",
        reader="appeal",
    ),
    Lever(
        "tax_value_added",
        "",
        "share of price",
        "Value-added tax on cars",
        group="tax",
        high=1.0,
        reader="cost",
    ),
    Lever(
        "tax_purchase_small",
        "",
        "share of price",
        "Purchase tax, small engines (minibus and economy)",
        group="tax",
        high=1.0,
        reader="cost",
    ),
    Lever(
        "tax_purchase_large",
        "",
        "share of price",
        "Purchase tax, larger engines",
        group="tax",
        high=1.0,
        reader="cost",
    ),
    Lever(
        "tax_purchase_electric",
        "",
        "share of price",
        "Purchase tax, new-energy cars",
        group="tax",
        high=1.0,
        reader="cost",
    ),
    Lever(
        "tax_excise",
        "s",
        "share of ex-factory price",
        "Consumption tax by segment",
        group="tax",
        high=1.0,
        reader="cost",
    ),
    Lever(
        "subsidy_battery_car",
        "",
        "CNY per car",
        "Purchase subsidy, battery cars, central",
        group="subsidy",
        high=3e5,
        reader="cost",
    ),
    Lever(
        "subsidy_hybrid",
        "",
        "CNY per car",
        "Purchase subsidy, plug-in hybrids, central",
        group="subsidy",
        high=3e5,
        reader="cost",
    ),
    Lever(
        "subsidy_local_ratio",
        "",
        "share of central",
        "Local top-up on electric purchase subsidies",
        group="subsidy",
        high=2.0,
        reader="cost",
    ),
    Lever(
        "subsidy_rural",
        "",
        "CNY per car",
        "Aid to rural and small-firm buyers of minibuses",
        group="subsidy",
        high=1e5,
        reader="cost",
    ),
    Lever(
        "subsidy_small_car",
        "",
        "CNY per car",
        "Aid to fuel-saving small cars",
        group="subsidy",
        high=1e5,
        reader="cost",
    ),
    Lever(
        "subsidy_trade_in",
        "",
        "CNY per car",
        "Scrappage and trade-in aid, combustion",
        group="subsidy",
        high=1e5,
        reader="buyers",
    ),
    Lever(
        "subsidy_trade_in_electric",
        "",
        "CNY per car",
        "Scrappage and trade-in aid, new-energy",
        group="subsidy",
        high=1e5,
        reader="buyers",
    ),
    Lever(
        "credit_ratio",
        "",
        "share of combustion volume",
        "New-energy credit mandate",
        group="credit",
        high=2.0,
        reader="cost",
    ),
    Lever(
        "plate_limit",
        "r",
        "share of buyers",
        "Share of a region's buyers held back by a plate quota",
        group="plate",
        high=0.95,
        reader="buyers",
    ),
    Lever(
        "plate_electric_free",
        "",
        "0..1",
        "Electric cars are exempt from plate quotas",
        group="plate",
        reader="buyers",
    ),
    Lever(
        "charging_programme",
        "",
        "0..1",
        "Public programme of charging points",
        group="charging",
        reader="chargers",
    ),
    Lever(
        "plan_share",
        "",
        "share of output",
        "Output allocated by plan at administered prices",
        group="plan",
        reader="plan",
    ),
    Lever(
        "plan_priority",
        "",
        "index",
        "Plan investment in the industry relative to its norm",
        group="plan",
        off=0.0,
        high=5.0,
        reader="plan",
    ),
    Lever(
        "purchase_private",
        "",
        "0..1",
        "Households may buy motor vehicles",
        group="purchase",
        off=0.0,
        reader="buyers",
    ),
    Lever(
        "venture_allowed", "", "0..1", "New joint ventures may be signed", group="venture", reader="founding"
    ),
    Lever(
        "venture_share_cap",
        "",
        "share of equity",
        "Highest foreign share in a joint venture that comes by rule",
        group="venture",
        off=1.0,
        reader="entry",
    ),
    Lever(
        "venture_limit",
        "",
        "joint ventures",
        "Most joint ventures of one foreign maker that come by rule; 0 no limit",
        group="venture",
        high=20.0,
        reader="entry",
    ),
    Lever(
        "plant_foreign_allowed",
        "",
        "0..1",
        "Foreign makers may own plants for any cars in full",
        group="plant",
        reader="entry",
    ),
    Lever(
        "plant_foreign_electric",
        "",
        "0..1",
        "Foreign makers may own plants for electric cars in full",
        group="plant",
        reader="entry",
    ),
    Lever(
        "mode_free",
        "",
        "0..1",
        "Endogenous entry: ventures and start-ups begin by rule, not on their historical dates",
        group="mode",
        reader="entry",
    ),
    Lever(
        "venture_research_duty",
        "",
        "0..1",
        "Joint ventures must run research and share it",
        group="venture",
        reader="learning",
    ),
    Lever(
        "venture_local_content",
        "",
        "share of value",
        "Minimum local content of joint-venture cars",
        group="venture",
        reader="cost",
    ),
    Lever(
        "entry_private",
        "",
        "0..1",
        "Licences for private makers of combustion cars",
        group="entry",
        off=0.0,
        reader="lines",
    ),
    Lever(
        "entry_electric",
        "",
        "0..1",
        "Licences for new makers of electric cars",
        group="entry",
        off=0.0,
        reader="lines",
    ),
    Lever(
        "protection_local",
        "",
        "index, 1=before the ban",
        "Local protection of home makers by provinces",
        group="protection",
        high=3.0,
        reader="provinces",
    ),
    Lever(
        "research_electric",
        "",
        "billion CNY of 2010 a year",
        "Public programmes for electric drive",
        group="research",
        high=200.0,
        reader="science",
    ),
    Lever(
        "research_public",
        "d",
        "billion CNY of 2010 a year",
        "Public programmes by domain, beyond those of history",
        group="research",
        high=200.0,
        reader="science",
    ),
    Lever(
        "research_grants",
        "w",
        "billion CNY of 2010 a year",
        "Grants for research to own-brand makers by ownership, beyond those of history",
        group="research",
        high=200.0,
        reader="effort",
    ),
    Lever(
        "university_places",
        "",
        "index, 1=history",
        "Places for engineers at universities; they enter work years later",
        group="university",
        off=1.0,
        high=5.0,
        reader="talent",
    ),
    Lever(
        "research_deduction",
        "w",
        "share of cost",
        "Extra tax deduction for research of own-brand makers by ownership",
        group="research",
        high=3.0,
        reader="effort",
    ),
    Lever(
        "research_links",
        "",
        "index, 1=history",
        "Links of institutes and universities to enterprises",
        group="research",
        high=5.0,
        reader="science",
    ),
    Lever(
        "budget_softness",
        "w",
        "0..1",
        "Soft budgets of own-brand makers by ownership: losses refinanced",
        group="budget",
        reader="finance",
    ),
    Lever(
        "reform_state_firms",
        "",
        "0..1",
        "Reform of state makers: corporate governance, separation from ministries",
        group="reform",
        reader="effort",
    ),
    Lever(
        "procurement_own_brand",
        "",
        "0..1",
        "Preference for own brands in official purchases",
        group="procurement",
        reader="appeal",
    ),
    Lever(
        "battery_whitelist",
        "",
        "0..1",
        "Supplier list that ties subsidies to domestic batteries",
        group="battery",
        reader="cost",
    ),
    Lever(
        "supply_cutoff", "d", "0..1", "Foreign sources of a domain cut off", group="supply", reader="access"
    ),
    Lever(
        "supply_cutoff_source",
        "y",
        "0..1",
        "Sources of technology cut off, of whatever domain",
        group="supply",
        reader="access",
    ),
    Lever(
        "abroad_tariff",
        "x",
        "share of value",
        "Tariff of the destination on the country's cars",
        group="abroad",
        high=2.0,
        reader="abroad",
    ),
    Lever(
        "abroad_window",
        "x",
        "0..1",
        "Share of the destination's market left open by departing rivals",
        group="abroad",
        reader="abroad",
    ),
    Lever(
        "trade_quota",
        "",
        "million cars a year",
        "Import quota on complete cars; 1000 is none, as in history, where permits limit imports",
        group="trade",
        off=1000.0,
        high=1000.0,
        reader="capacity",
    ),
    Lever(
        "venture_transfer_duty",
        "",
        "0..1",
        "Joint ventures must hand technology over, beyond what partners gave in history",
        group="venture",
        reader="learning",
    ),
    Lever(
        "entry_state",
        "",
        "0..1",
        "Licences for state makers that take up combustion cars; 1 free, as in history",
        group="entry",
        off=1.0,
        reader="lines",
    ),
    Lever(
        "plan_price",
        "",
        "index, 1=history",
        "Administered price of plan deliveries",
        group="plan",
        off=1.0,
        high=5.0,
        reader="finance",
    ),
    Lever(
        "institute_posts",
        "",
        "index, 1=history",
        "Research posts for engineers at institutes",
        group="institute",
        off=1.0,
        high=5.0,
        reader="talent",
    ),
    Lever(
        "export_rebate",
        "",
        "share of value",
        "Tax rebate on exported vehicles, beyond that of history, which export prices already hold",
        group="export",
        high=0.5,
        reader="abroad",
    ),
)

# Strategy: decided by each firm, one record a year. At the off value a maker follows its own rule.
STRATEGY = (
    Lever(
        "research_revenue_share",
        "m",
        "share of revenue",
        "Research over revenue, replacing the maker's own rule; 0 keeps the rule",
        group="research",
        high=0.25,
        reader="effort",
    ),
    Lever(
        "research_focus",
        "md",
        "ratio to the rule",
        "Weight of a domain in the maker's research, at the cost of its other domains",
        group="research",
        off=1.0,
        high=5.0,
        reader="effort",
    ),
    Lever(
        "research_own",
        "md",
        "ratio to the rule",
        "Weight of own innovation when effort is split",
        group="research",
        off=1.0,
        high=10.0,
        reader="learning",
    ),
    Lever(
        "research_digestion",
        "md",
        "ratio to the rule",
        "Weight of digesting what partners know when effort is split",
        group="research",
        off=1.0,
        high=10.0,
        reader="learning",
    ),
    Lever(
        "research_purchase",
        "md",
        "ratio to the rule",
        "Weight of digesting what was bought when effort is split",
        group="research",
        off=1.0,
        high=10.0,
        reader="learning",
    ),
    Lever(
        "technology_buy",
        "md",
        "share",
        "Share of the technology on offer that an own brand buys; at 0 it develops all itself",
        group="technology",
        off=1.0,
        reader="access",
    ),
    Lever(
        "technology_ally",
        "md",
        "0..1",
        "Strength of an own brand's alliance with a technology leader",
        group="technology",
        reader="access",
    ),
    Lever(
        "brand_own_effort",
        "m",
        "ratio to the rule",
        "Effort of a state group for its own brand, up to what it would be without ventures",
        group="brand",
        off=1.0,
        high=3.0,
        reader="finance",
    ),
    Lever(
        "marketing_share",
        "m",
        "ratio to the rule",
        "Spending on marketing and service over revenue",
        group="marketing",
        off=1.0,
        high=5.0,
        reader="finance",
    ),
    Lever(
        "price_stance",
        "m",
        "share of cost",
        "Part of unit cost ignored when prices are set: above 0 volume first, below 0 brand first",
        group="price",
        low=-0.25,
        high=0.25,
        reader="cost",
    ),
    Lever(
        "export_push",
        "m",
        "ratio to the rule",
        "Push abroad: speed and patience in building networks, and divisor of a parent's reluctance",
        group="export",
        off=1.0,
        high=5.0,
        reader="abroad",
    ),
    Lever(
        "plant_ambition",
        "m",
        "ratio to the rule",
        "Desired capacity, of cars and of trucks",
        group="plant",
        off=1.0,
        high=3.0,
        reader="capacity",
    ),
    Lever(
        "research_effort",
        "m",
        "factor",
        "Spending on research against the maker's own rule",
        group="research",
        off=1.0,
        high=5.0,
        reader="effort",
    ),
)

# Makers: what a maker is. Under exogenous entry ventures and start-ups are given with their dates; under endogenous entry
# owner, group, home, equity and dates of those that enter by rule are written on the history's own copy of this table.
MAKERS = (
    Field("ownership", "", "code", "Index into OWNERSHIP", "i8"),
    Field("home", "", "code", "Region of the main plant; -1 for importers", "i8"),
    Field(
        "group",
        "",
        "code",
        "Maker index of the head of its group at home: itself for a head, -1 for none",
        "i8",
    ),
    Field("origin", "", "code", "Index into ORIGINS of the brand sold", "i8"),
    Field(
        "partner",
        "",
        "code",
        "Foreign maker behind a venture or plant that may come by rule; -1 for none",
        "i8",
    ),
    Field("start", "", "year", "First year in which it may build vehicles", "i8"),
    Field("passenger_start", "", "year", "First year in which it may sell passenger cars; 9999 never", "i8"),
    Field("end", "", "year", "Last year of its contract; 9999 open", "i8"),
    Field("electric_only", "", "0/1", "Founded to make electric cars only", "i8"),
    Field("minibus", "", "0/1", "Entered cars from minibuses or mini trucks", "i8"),
    Field(
        "first_line", "", "code", "Segment of the cars it was founded to make; -1 where none is known", "i8"
    ),
    Field("second_brand", "", "year", "First year of a brand of its own for premium cars; 9999 never", "i8"),
    Field("taken_year", "", "year", "Year of a dated takeover; 9999 never", "i8"),
    Field("taken_by", "", "code", "Maker that takes it over in that year; -1 for none", "i8"),
    Field("equity", "", "share", "Chinese equity in a joint venture; 1 for own-brand makers"),
    Field("brand", "", "utility", "Strength of the brand name at entry"),
    Field("skill", "", "log units", "Founders' skill against the average entrant, by line of origin"),
    Field("batteries", "", "0..1", "Founders came from batteries: related industry in electric drive"),
    Field("capacity", "", "million a year", "Capacity of commercial vehicles and plan-era cars at start"),
    Field("commercial", "k", "weight", "Commercial classes it builds; weights of its plant at start"),
)

# Contracts: dated access to technology (licences, design houses, acquisitions), one record each.
CONTRACTS = (
    Field("maker", "", "code", "Maker that receives", "i8"),
    Field("year", "", "year", "First year of access", "i8"),
    Field("domain", "d", "0..1", "Share of the domain to which it gives access"),
    Field("vintage", "", "years", "Age of the technology handed over"),
    Field("network", "x", "0..1", "Sales network abroad that a takeover brings"),
    Field("name", "x", "0..1", "Trusted name abroad that a takeover brings"),
    Field("cost", "", "billion CNY of 2010", "Price of a takeover abroad"),
    Field("source", "", "code", "Source of the technology, of `TECHNOLOGY_SOURCES`", "i8"),
    Field(
        "last",
        "",
        "year",
        "Last year of a partnership in the maker itself; 0 where the contract is none",
        "i8",
    ),
)

# State: all the next year needs, nothing more.
STATE = (
    Field("alive", "m", "0/1", "The maker exists", "i8"),
    Field("begun", "m", "year", "Year in which the maker last began; 0 not yet", "i8"),
    Field("owner", "m", "code", "Ownership of a maker that has begun", "i8"),
    Field("parent", "m", "code", "Maker at the head of its group; -1 for none", "i8"),
    Field("province", "m", "code", "Region of its main plant; -1 for importers", "i8"),
    Field("stake", "m", "share", "Chinese equity of a maker that has begun"),
    Field("apart", "m", "years", "Years of poor profit of a foreign project, or years since it ended"),
    Field("trust", "m", "utility", "Buyers' trust in the name, combustion cars"),
    Field("trust_electric", "m", "utility", "Buyers' trust in the name, electric cars"),
    Field("network", "mx", "0..1", "Sales network in the destination"),
    Field("name_abroad", "mx", "0..1", "Trust in the maker's name in the destination"),
    Field(
        "reputation_abroad", "x", "0..1", "Trust in the country's brands in the destination, shared by all"
    ),
    Field("cash", "m", "billion CNY of 2010", "Cash less debt"),
    Field("research", "m", "billion CNY of 2010", "Smoothed yearly research and development"),
    Field("dividends", "m", "billion CNY of 2010", "Dividends received from joint ventures last year"),
    Field(
        "organisation",
        "m",
        "index, 1=best practice",
        "Management capability: multiplies what research achieves",
    ),
    Field("dependence", "m", "share", "Share of group profit from joint ventures"),
    Field("losses", "m", "years", "Run of loss years; a loss as large as revenue counts more"),
    Field("rescued", "m", "share of revenue", "Losses covered last year, over revenue"),
    Field("goodwill", "m", "billion CNY of 2010", "Marketing and service of past years that buyers remember"),
    Field("experience", "m", "million", "Cumulated output of cars"),
    Field("experience_electric", "m", "million", "Cumulated output of electric cars"),
    Field("capacity", "m", "million a year", "Capacity for passenger cars"),
    Field("pipeline", "mp", "million a year", "Capacity ordered, by years still to wait"),
    Field("shadow", "m", "thousand CNY of 2010", "Shadow cost of scarce capacity"),
    Field("exports", "m", "million", "Passenger cars exported last year"),
    Field("output", "m", "million", "Passenger cars built last year"),
    Field("revenue", "m", "billion CNY of 2010", "Revenue last year"),
    Field("profit", "m", "billion CNY of 2010", "Operating profit last year"),
    Field("mastered", "md", "log units", "Mastered capability by domain"),
    Field("accessible", "md", "log units", "Technology the maker may use by domain"),
    Field("truck_capacity", "m", "million a year", "Capacity for commercial vehicles"),
    Field("truck_pipeline", "mp", "million a year", "Commercial capacity ordered"),
    Field("truck_output", "m", "million", "Commercial vehicles built last year"),
    Field("active", "mse", "0/1", "The line is on sale", "i8"),
    Field("age", "mse", "years", "Age of the line"),
    Field("taste", "mse", "utility", "Unobserved appeal of the line"),
    Field("price", "mse", "thousand CNY of 2010", "Consumer price last year"),
    Field("line_losses", "mse", "years", "Run of loss years of the line"),
    Field("fleet", "rba", "million", "Cars of households by region, income class and age"),
    Field("fleet_other", "a", "million", "Cars of institutions and firms by age"),
    Field("truck_fleet", "", "million", "Commercial vehicles in use"),
    Field("electric_fleet", "r", "million", "Electric cars in use"),
    Field("chargers", "r", "0..1", "Density of charging points in the region"),
    Field("software", "m", "log units", "Mastered part of what software has added to electronics"),
    Field(
        "public_knowledge",
        "d",
        "billion CNY of 2010",
        "Public knowledge that reaches enterprises by domain, research at cost, decayed",
    ),
    Field(
        "science",
        "d",
        "billion CNY of 2010",
        "Knowledge of universities and institutes by domain, published or not, research at cost, decayed",
    ),
    Field("engineers", "h", "thousand persons", "Engineers trained for the industry, by employer"),
    Field(
        "engineer_pool",
        "",
        "thousand persons",
        "All engineers: talent depends on their number, not on who employs them",
    ),
    Field("engineer_quality", "", "index, base year=1", "Mean quality of the schooling of those engineers"),
    Field(
        "venture_output",
        "",
        "million",
        "Cumulated output of foreign makers at home, ventures or not: the presence of foreign technology",
    ),
    Field("home_sales", "", "million", "Home sales of passenger cars last year"),
    Field("electric_share", "", "share", "Electric share of home sales last year"),
    Field("segment_share", "s", "share", "Shares of spending at home that makers expect of the segments"),
    Field("plan_peak", "", "index", "Highest output of the economy so far, the norm of plan inputs"),
    Field("price_index", "", "index", "Quality-adjusted price, chained"),
    Field("quality", "m", "log units", "Quality of the maker's combustion cars last year"),
    Field("own_mean", "d", "log units", "Mastered capability of own brands last year, weighted by output"),
    Field("truck_sales", "", "million", "Home sales of commercial vehicles last year"),
    Field("truck_trend", "", "log a year", "Smoothed growth of commercial sales"),
    Field("car_trend", "", "log a year", "Smoothed growth of home sales of passenger cars"),
)

# Year: what happened; the next year never reads it.
YEAR = (
    Field("vehicles", "", "vehicles", "Motor vehicles made (passenger and commercial)"),
    Field("passenger_cars", "", "vehicles", "Passenger vehicles made, minibuses and exports included"),
    Field("sedans", "", "vehicles", "Cars without minibuses and sport-utility vehicles"),
    Field("commercial_vehicles", "", "vehicles", "Trucks and buses made"),
    Field("commercial_by_class", "k", "vehicles", "Trucks and buses made by class"),
    Field("home_sales", "", "vehicles", "Passenger cars sold at home, imports included"),
    Field("passenger_exports", "", "vehicles", "Passenger cars exported"),
    Field("own_exports", "", "vehicles", "Passenger cars exported under own brands"),
    Field("commercial_exports", "", "vehicles", "Trucks and buses exported"),
    Field("vehicle_exports", "", "vehicles", "Vehicles exported"),
    Field("exports_by_destination", "x", "vehicles", "Vehicles exported, by destination"),
    Field(
        "own_exports_by_destination",
        "x",
        "vehicles",
        "Passenger cars exported under own brands, by destination",
    ),
    Field("export_unit_value", "", "CNY of 2010", "Average value of a passenger car exported, before tax"),
    Field("reputation_abroad", "x", "0..1", "Trust in the country's brands in the destination"),
    Field("takeovers_failed", "", "count", "Takeovers abroad that failed in the year"),
    Field("imports", "", "vehicles", "Passenger cars imported"),
    Field("own_brand_share", "", "share", "Own brands in passenger vehicles made, exports included"),
    Field("own_brand_home_share", "", "share", "Own brands in home sales of home-made passenger vehicles"),
    Field("own_brand_export_share", "", "share", "Own brands in passenger exports"),
    Field(
        "own_brand_sedan_share",
        "",
        "share",
        "Own brands in cars without minibuses and sport-utility vehicles",
    ),
    Field("own_brand_combustion_share", "", "share", "Own brands in combustion cars made and sold at home"),
    Field("own_brand_electric_share", "", "share", "Own brands in plug-in cars made and sold at home"),
    Field("new_energy_vehicles", "", "vehicles", "Plug-in passenger vehicles made"),
    Field("new_energy_share", "", "share", "Plug-in share of passenger vehicles made"),
    Field("segment_sales", "s", "vehicles", "Passenger vehicles made by segment"),
    Field("own_segment_share", "s", "share", "Own brands in the segment"),
    Field("origin_share", "o", "share", "Share of home-made passenger vehicles by origin of the brand"),
    Field("maker_sales", "m", "vehicles", "Passenger vehicles made, by maker"),
    Field("maker_exports", "m", "vehicles", "Passenger vehicles exported, by maker"),
    Field("maker_commercial", "m", "vehicles", "Trucks and buses made, by maker"),
    Field("maker_revenue", "m", "billion CNY of 2010", "Revenue before tax, by maker; importers left out"),
    Field("region_sales", "r", "vehicles", "Passenger cars sold in the region"),
    Field("region_own_share", "r", "share", "Own brands in the region's sales"),
    Field("region_local_share", "r", "share", "Makers of the region in the region's sales"),
    Field(
        "average_price", "", "CNY of 2010", "Average consumer price of cars sold at home, minibuses left out"
    ),
    Field(
        "average_price_current", "", "CNY", "Average consumer price in money of the year, minibuses left out"
    ),
    Field(
        "own_brand_price", "", "CNY of 2010", "Average consumer price of own-brand cars, minibuses left out"
    ),
    Field(
        "price_index",
        "",
        "index, start=1",
        "Quality-adjusted price, chained over lines on sale in both years",
    ),
    Field("markup", "", "share of net price", "Sales-weighted markup over unit cost"),
    Field("own_elasticity", "", "elasticity", "Sales-weighted own-price elasticity"),
    Field("quality_gap", "", "problems per 100 cars", "Initial problems, own brands less joint ventures"),
    Field(
        "core_control", "", "share", "Value-weighted share of used technology that own-brand makers master"
    ),
    Field(
        "maker_control",
        "m",
        "share",
        "Share of used technology that the maker masters, by maker; importers left out",
    ),
    Field(
        "technology_sources",
        "y",
        "share",
        "Share of the technology used by own-brand makers that they do not master, by source",
    ),
    Field("technology_fees", "", "billion CNY of 2010", "Fees of own-brand makers for technology of others"),
    Field(
        "learning",
        "y",
        "log units a year",
        "What own-brand makers learned from others, by source, weighted by output and domain",
    ),
    Field(
        "improvements",
        "g",
        "log units a year",
        "What own-brand makers added by innovation, by kind, weighted by output and domain",
    ),
    Field("own_capability", "d", "log units", "Mastered capability of own brands, weighted by sales"),
    Field("frontier", "d", "log units", "World frontier by domain"),
    Field("capacity", "", "vehicles a year", "Capacity for passenger cars"),
    Field("truck_capacity", "", "vehicles a year", "Capacity for trucks and buses"),
    Field("utilisation", "", "share", "Passenger output over capacity"),
    Field("shadow_price", "", "CNY of 2010", "Sales-weighted shadow cost of scarce capacity"),
    Field("revenue", "", "billion CNY of 2010", "Revenue of home makers before tax"),
    Field("truck_revenue", "", "billion CNY of 2010", "Revenue of home makers from trucks and buses"),
    Field("profit", "", "billion CNY of 2010", "Operating profit of home makers"),
    Field("research", "", "billion CNY of 2010", "Research and development of home makers"),
    Field("research_intensity", "", "share of revenue", "Research over revenue"),
    Field("private_fleet", "", "vehicles", "Cars of households in use"),
    Field("vehicle_fleet", "", "vehicles", "Motor vehicles in use"),
    Field("chargers", "", "0..1", "Density of charging points, mean weighted by product"),
    Field("region_chargers", "r", "0..1", "Density of charging points in the region"),
    Field("makers_active", "", "makers", "Makers with output"),
    Field("entries", "", "makers", "Makers that entered"),
    Field("exits", "", "makers", "Makers that exited"),
    Field("takeovers", "", "makers", "Makers taken over by another"),
    Field("ventures", "", "makers", "Joint ventures that may build passenger cars"),
    Field("foreign_plants", "", "makers", "Wholly foreign makers that may build passenger cars"),
    Field("foreign_equity", "", "share", "Mean foreign share in the equity of those joint ventures"),
    Field("electric_entrants", "", "makers", "Own-brand makers founded for electric cars, with output"),
    Field("lines", "", "lines", "Passenger lines on sale"),
    Field("top3_share", "", "share", "Three largest groups in vehicles made"),
    Field("subsidy", "", "billion CNY of 2010", "Purchase subsidies paid"),
    Field("soft_aid", "", "billion CNY of 2010", "Losses of state makers covered"),
    Field("local_aid", "", "billion CNY of 2010", "Aid of provinces to buyers of local cars"),
    Field("home_bias", "", "ratio", "Makers' share in their own province over their share elsewhere, mean"),
    Field("tax", "", "billion CNY of 2010", "Taxes and tariffs on cars collected"),
    Field("consumer_surplus", "", "billion CNY of 2010", "Surplus of car buyers over the outside good"),
    Field("people_flow", "uv", "persons a year", "Graduates and movers from actor to actor"),
    Field(
        "money_flow",
        "uv",
        "billion CNY of 2010 a year",
        "Money for research from actor to actor; what an actor spends inside stands on the diagonal",
    ),
    Field(
        "knowledge_flow",
        "uv",
        "billion CNY of 2010 a year",
        "Results that pass from actor to actor, at the cost of the research that made them",
    ),
    Field("engineers", "h", "persons", "Engineers trained for the industry, by employer"),
    Field("talent", "", "index", "Effect of the supply of engineers on what research achieves"),
    Field("staffing", "h", "ratio", "Engineers per yuan of an employer, relative to the industry's mean"),
    Field(
        "public_knowledge", "d", "billion CNY of 2010", "Public knowledge that reaches enterprises by domain"
    ),
    Field("science", "d", "billion CNY of 2010", "Knowledge that universities and institutes hold by domain"),
    Field("great", "", "index, reference=100", "Great: volume"),
    Field("strong", "", "index, reference=100", "Strong: control, brands, quality, exports, returns, talent"),
    Field("great_pillars", "i", "ratio to reference", "Pillars of great; the last is unused"),
    Field("strong_pillars", "i", "ratio to reference", "Pillars of strong"),
    Field(
        "price_residual", "", "share of price", "Largest first-order residual left by the price iterations"
    ),
    Field("price_rounds", "", "count", "Price iterations used"),
    Field("rationed", "", "vehicles", "Demand unmet for lack of capacity"),
    Field(
        "price_bounds_hit",
        "",
        "count",
        "Lines at the cost floor or price cap, and makers at the cap of the shadow cost",
    ),
    Field("account_error", "", "share", "Largest relative error in the year's accounts"),
    Field("own_trust", "", "utility", "Buyers' trust in own brands, combustion cars, weighted by output"),
    Field(
        "maker_profit",
        "m",
        "billion CNY of 2010",
        "Operating profit of home makers, by maker; before profit tax",
    ),
    Field("surplus_by_buyer", "b", "billion CNY of 2010", "Surplus of car buyers, by class of buyer"),
    Field("region_surplus", "r", "billion CNY of 2010", "Surplus of car buyers in the region"),
    Field("region_tax", "r", "billion CNY of 2010", "Taxes and tariffs on cars bought in the region"),
    Field("region_subsidy", "r", "billion CNY of 2010", "Purchase subsidies on cars bought in the region"),
    Field(
        "public_outlay",
        "",
        "billion CNY of 2010",
        "Subsidies, scrappage and local aid, rescues, public research, grants, tax forgone for research, export rebates",
    ),
    Field(
        "public_balance",
        "",
        "billion CNY of 2010",
        "Tax less public outlay; profit tax, duty on kits and parts, and the cost of chargers are not in the model",
    ),
    # The panel of makers, in single precision (seven digits): there are so many of them that it is half of the record.
    Field(
        "maker_capability",
        "md",
        "log units",
        "Technology that the maker masters, by domain, as its cars of the year are made; of foreign makers that of the parent "
        "which they may use",
        "f4",
    ),
    Field(
        "maker_quality",
        "m",
        "log units",
        "Technology in the cars that the maker sells at home, less the frontier's; 0 where it sells none",
        "f4",
    ),
    Field("maker_research", "m", "billion CNY of 2010", "Research and development, by maker", "f4"),
    Field(
        "maker_price",
        "m",
        "CNY of 2010",
        "Average consumer price of the cars that the maker sells at home; 0 where it sells none",
        "f4",
    ),
    Field(
        "maker_trust",
        "m",
        "utility",
        "Buyers' trust in the name, combustion and electric cars weighted by home sales",
        "f4",
    ),
    Field("maker_group", "m", "code", "Maker at the head of its group; -1 for none", "i2"),
    Field("maker_owner", "m", "code", "Index into OWNERSHIP; -1 where the maker does not exist", "i1"),
)


def sizes(makers: int, regions: int, destinations: int) -> dict[str, int]:
    """Return the length of every inner axis, by letter, for a case with so many makers, regions and destinations."""
    return {
        "m": makers, "r": regions, "x": destinations, "s": len(SEGMENTS), "e": len(POWERTRAINS), "d": len(DOMAINS),
        "k": len(COMMERCIAL), "b": len(BUYERS), "o": len(ORIGINS), "a": len(AGES), "i": PILLARS, "p": PIPELINE_YEARS,
        "u": len(ACTORS), "v": len(ACTORS), "h": len(EMPLOYERS),
        "y": len(TECHNOLOGY_SOURCES), "g": len(IMPROVEMENTS), "w": len(OWN_OWNERSHIP),
    }  # fmt: skip


def record(fields: tuple[Field, ...], length: dict[str, int]) -> np.dtype:
    """Build the structured type whose columns are `fields`, each shaped by its axis letters."""
    return np.dtype(
        [(f.name, f.kind, tuple(length[a] for a in f.axes)) if f.axes else (f.name, f.kind) for f in fields],
        align=True,
    )


def by_rule(years: int, length: dict[str, int]) -> np.recarray:
    """Return the strategy [t] of firms that all follow their own rules: every lever at its off value."""
    strategy = np.zeros(years, record(STRATEGY, length)).view(np.recarray)
    for lever in STRATEGY:
        strategy[lever.name] = lever.off
    return strategy
