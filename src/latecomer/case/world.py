"""What did history outside the industry give in each year: incomes, prices, the world market?

Money is at prices of the base year: nominal values over consumer prices. A case need not hold the base years of its indices:
quantities are carried there by the rules of `world.csv`, and the years outside the case are then cut off. Incomes: the
households of a region follow two lognormal laws, urban and rural, whose means come from the income tables and whose common
spread makes the national Gini; one grid of classes, fixed as multiples of the national mean, serves every region and year:

    sigma_total = sqrt(2) Phi^-1((G + 1) / 2)          (Aitchison and Brown 1957)
    sigma_within^2 = sigma_total^2 - variance of the log means between regions and between town and country
    region mean / national mean = (output per head ratio)^e, scaled so that the national mean is met
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from latecomer import axes, vocabulary
from latecomer.case.series import Quantities
from latecomer.errors import Problems
from latecomer.types import Setting

REGION_TIMES = ("early", "late")  # as the columns of regions.csv end; their years stand in case.yaml


def covering(years: np.ndarray, setting: Setting) -> np.ndarray:
    """Return the years over which quantities are built: those of the case, and on to the base years of its indices."""
    bases = (setting.investment_year, setting.base_year)
    return np.arange(min(years[0], *bases), max(years[-1], *bases) + 1)


def build_world(
    given: Quantities,
    regions: pd.DataFrame,
    destinations: Sequence[str],
    length: dict[str, int],
    span: np.ndarray,
    setting: Setting,
) -> tuple[np.recarray, pd.DataFrame, pd.DataFrame]:
    """Return the world in the years of `span`, the list of filled values, and the quantities (years by name) it was built from.

    `given` has the years of `covering(span, setting)`.
    """
    years = given.years
    world = np.zeros(years.size, vocabulary.record(vocabulary.WORLD, length)).view(np.recarray)
    world.year = years
    world.frontier_clock = years
    for name, built in _fields(setting).items():
        world[name] = built(given)
    population, output = _regions(given, regions, setting.region_years)
    world.region_gdp_share = output / output.sum(axis=1, keepdims=True)
    world.income, world.households = _incomes(given, population, output, _deflator(given, setting.base_year))
    for name, path in _abroad(given, destinations, setting.base_year).items():
        world[name] = path
    fills = pd.DataFrame(given.filled, columns=["variable", "index", "year", "value", "rule"])
    fills = fills[fills["year"].between(span[0], span[-1])].reset_index(drop=True)
    quantities = pd.DataFrame(given.values, index=pd.Index(years, name="year")).loc[span[0] : span[-1]]
    return world[np.isin(years, span)].view(np.recarray), fills, quantities


def refuse_undefined(world: np.recarray, problems: Problems) -> None:
    """Note what came out of the facts as no finite number; where a fact is refused already, numbers only stand in for others."""
    if problems:
        return
    for name in world.dtype.names or ():
        there = np.isfinite(world[name]).reshape(world.size, -1).all(axis=1)
        if not there.all():
            year = int(world.year[~there][0])
            problems.add(
                "world.csv",
                None,
                "quantity",
                name,
                f"facts that give a finite number; in {year} there is none",
            )


def relative(given: Quantities, values: np.ndarray, year: int) -> np.ndarray:
    """Return `values` (t) over their value in `year`."""
    return values / values[year - int(given.years[0])]


def _deflator(given: Quantities, base: int) -> np.ndarray:
    return relative(given, given["cpi"], base)


def _oil(given: Quantities, base: int) -> np.ndarray:
    return relative(given, given["brent"] * given["per_usd"] / _deflator(given, base), base)


def _battery(given: Quantities, base: int) -> np.ndarray:
    """Thousands of the base year's money per kWh: dollars of the year at its rate, over home prices; capped while high."""
    price = given["battery_usd"] * given["per_usd"] / _deflator(given, base) / 1000.0
    return np.minimum(price, given.constants["battery_price_most"])


def _world_market(given: Quantities) -> np.ndarray:
    return given["world_vehicles"] - given["home_vehicles"]


def _fields(setting: Setting) -> dict[str, Callable[[Quantities], np.ndarray]]:
    """Return what makes each field of the world that is one number a year."""
    base, invested = setting.base_year, setting.investment_year
    return {
        "gdp": lambda given: given["gdp_index"],
        "investment": lambda given: relative(
            given, given["investment_nominal"] / _deflator(given, base), invested
        ),
        "real_exchange_rate": lambda given: given["reer"],
        "deflator": lambda given: _deflator(given, base),
        "oil_price": lambda given: _oil(given, base),
        "battery_price": lambda given: _battery(given, base),
        "world_market": _world_market,
        "world_electric_share": lambda given: given["world_electric_share"],
        "world_suv_share": lambda given: given["world_suv_share"],
        "engineers": lambda given: relative(given, given["graduates"], base),
        "research_spending": lambda given: given["research_nominal"] / _deflator(given, base),
    }


def rules_of(setting: Setting) -> dict[str, Callable[[Quantities], np.ndarray]]:
    """Return the quantities that are computed from others; `world.csv` may name them in its rules."""
    return {
        "deflator": lambda given: _deflator(given, setting.base_year),
        "nominal_gdp": lambda given: given["gdp_per_head"] * given["population"],
        "nominal_gdp_per_head": lambda given: given["gdp_index"] / given["population"] * given["cpi"],
        "investment_rule_early": lambda given: (
            given["gdp_index"] ** given.constants["early_investment_elasticity"] * given["cpi"]
        ),
        "people_by_size": lambda given: given["population"] / given["household_size"],
        "research_by_share": lambda given: given["research_share"] * given["nominal_gdp"],
        "real_rate_from_prices": lambda given: given["cpi"] / (given["us_cpi"] * given["per_usd"]),
    }


def _abroad(given: Quantities, destinations: Sequence[str], base_year: int) -> dict[str, np.ndarray]:
    """Return market, income, distance and electric openness (t, x) of the destinations.

    Markets are shares of all vehicles sold outside the home country; what is closed to imports belongs to none. Income
    and distance are over their mean of the base year, in the logarithm and weighted by market, so that they sort the
    destinations without moving the whole.
    """
    paths = {
        name: np.stack([given[f"{name}_{place}"] for place in destinations], axis=1)
        for name in ("market", "income", "distance", "electric_share")
    }
    abroad = given["world_electric_share"][:, None]
    share = paths.pop("electric_share")
    paths["electric"] = np.divide(share, abroad, out=np.ones_like(share), where=abroad > 0.0)
    base = base_year - int(given.years[0])
    weight = paths["market"][base] / paths["market"][base].sum()
    for name in ("income", "distance"):
        paths[name] /= np.exp(np.log(paths[name][base]) @ weight)
    return {f"destination_{name}": path for name, path in paths.items()}


def _regions(
    given: Quantities, regions: pd.DataFrame, printed: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return population share and output (t, r) of the regions: straight in the logarithm between the two printed years."""
    years = given.years
    early, late = printed
    weight = np.clip((years - early) / (late - early), 0.0, 1.0)[:, None]
    out = []
    for name in ("population", "gdp_per_capita"):
        pair = [np.log(regions[f"{name}_{when}"].to_numpy(float)) for when in REGION_TIMES]
        values = np.exp((1.0 - weight) * pair[0] + weight * pair[1])
        known = np.isin(years, (early, late))
        inside = (years > early) & (years < late)
        rules = np.where(inside, "log between printed years", "hold")
        for r, region in enumerate(regions["region_id"]):
            given.note(f"region_{name}", region, known, values[:, r], rules)
        out.append(values)
    population, per_head = out
    return population / population.sum(axis=1, keepdims=True), population * per_head


def _incomes(
    given: Quantities, population: np.ndarray, output: np.ndarray, deflator: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return class incomes (t, b), thousands of the base year's money a household, and households (t, r, b), million.

    `population` (t, r) is the share of each region, `output` (t, r) its product. Household size is taken as equal everywhere.
    """
    urban = given["urban_share"]
    heads = np.stack([given["urban_income"], given["rural_income"]], axis=1) / deflator[:, None]
    weight = np.stack([urban, 1.0 - urban], axis=1)
    per_head = (heads * weight).sum(axis=1)
    households = given["households"]
    mean = per_head * given["population"] / households
    ratio = (output / population) ** given.constants["region_elasticity"]
    ratio /= (ratio * population).sum(axis=1, keepdims=True)
    means = ratio[:, :, None] * (heads / per_head[:, None])[:, None, :]
    mass = population[:, :, None] * weight[:, None, :]
    spread = _spread_within(given["gini"], means, mass, given.constants["least_spread"])
    grid = income_grid(given.constants)
    share = _class_shares(grid, means, spread, mass)
    income = np.zeros((given.years.size, len(axes.BUYERS)))
    exact = (share.sum(axis=1) * grid).sum(axis=1)
    income[:, : axes.INCOME_CLASSES] = grid * (mean / exact)[:, None]
    income[:, axes.INSTITUTION] = given.constants["institution_income"]
    small = given.constants["small_business_income"] * per_head + given.constants["small_business_offset"]
    income[:, axes.SMALL_BUSINESS] = small
    people = np.zeros((given.years.size, population.shape[1], len(axes.BUYERS)))
    people[:, :, : axes.INCOME_CLASSES] = share * households[:, None, None]
    return income, people


def income_grid(constants: Mapping[str, float]) -> np.ndarray:
    """Return the income classes as multiples of the national mean (b), equal steps in the logarithm."""
    return np.geomspace(constants["first_income_class"], constants["last_income_class"], axes.INCOME_CLASSES)


def _spread_within(gini: np.ndarray, means: np.ndarray, mass: np.ndarray, least: float) -> np.ndarray:
    """Return the standard deviation of log income (t) inside a region's town or country."""
    total = math.sqrt(2.0) * ndtri((gini + 1.0) / 2.0)
    logs = np.log(means)
    centre = (mass * logs).sum(axis=(1, 2), keepdims=True)
    between = (mass * (logs - centre) ** 2).sum(axis=(1, 2))
    return np.sqrt(np.maximum(total**2 - between, least**2))


def _class_shares(grid: np.ndarray, means: np.ndarray, spread: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Return the share of all households (t, r, b): each lognormal law cut at the geometric middles of the grid."""
    cuts = np.log(np.sqrt(grid[1:] * grid[:-1]))
    centre = np.log(means) - spread[:, None, None] ** 2 / 2.0
    below = ndtr((cuts - centre[..., None]) / spread[:, None, None, None])
    ends = np.zeros((*below.shape[:-1], 1))
    shares = np.diff(np.concatenate([ends, below, ends + 1.0], axis=-1), axis=-1)
    return (shares * mass[..., None]).sum(axis=2)
