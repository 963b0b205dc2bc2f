"""How is a series called where differences of it are shown, and in which unit?"""

TITLES = {
    "own_brand_share": ("Own brands in cars made", 100.0, "points"),
    "own_brand_home_share": ("Own brands at home", 100.0, "points"),
    "own_brand_export_share": ("Own brands in exports", 100.0, "points"),
    "vehicles": ("Vehicles made", 1e-6, "million"),
    "passenger_cars": ("Cars made", 1e-6, "million"),
    "quality_gap": ("Quality gap to ventures", 1.0, "problems per 100 cars"),
    "core_control": ("Control of core technology", 100.0, "points"),
    "new_energy_share": ("Plug-in cars in cars made", 100.0, "points"),
    "vehicle_exports": ("Vehicles exported", 1e-6, "million"),
    "imports": ("Cars imported", 1e-3, "thousand"),
    "home_sales": ("Cars sold at home", 1e-6, "million"),
    "average_price": ("Average price of a car", 1e-3, "thousand CNY of 2010"),
    "consumer_surplus": ("Surplus of buyers", 1.0, "billion CNY of 2010"),
    "profit": ("Profit of makers", 1.0, "billion CNY of 2010"),
    "research": ("Research of makers", 1.0, "billion CNY of 2010"),
    "public_balance": ("Taxes on cars less public outlay", 1.0, "billion CNY of 2010"),
    "great": ("Great", 1.0, "index points"),
    "strong": ("Strong", 1.0, "index points"),
}
SHARE, COUNT = (100.0, "points"), (1e-6, "million")


def told(series: str, unit: str) -> tuple[str, float, str]:
    """Return the title of a panel, the factor to the unit shown, and that unit."""
    if series in TITLES:
        return TITLES[series]
    factor, shown = SHARE if unit.startswith("share") else COUNT if unit == "vehicles" else (1.0, unit)
    return series.replace("_", " ").capitalize(), factor, shown
