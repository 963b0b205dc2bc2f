"""How is a series called where differences of it are shown, and in which unit?"""

from latecomer.vocabulary import QUANTITIES, told_in


def told(series: str, unit: str) -> tuple[str, float, str]:
    """Return the title of a panel, the factor to the unit in which a difference is shown, and that unit."""
    field = QUANTITIES.get(series)
    return (field.title, field.factor, field.change) if field else (series, *told_in(unit))
