"""Prices that no seller of differentiated products wants to move, and what everybody gets: the public names.

The model and its equations stand in `latecomer.pricing.prices`; a guide with examples in docs/explanation/market.md.
"""

from latecomer.pricing.demand import consumer_surplus, diversion_ratios, elasticities, shares
from latecomer.pricing.implied import implied_costs, implied_mean_utility
from latecomer.pricing.prices import Equilibrium, MergerEffect, NotConverged, equilibrium, merger_effect

__all__ = [
    "Equilibrium",
    "MergerEffect",
    "NotConverged",
    "consumer_surplus",
    "diversion_ratios",
    "elasticities",
    "equilibrium",
    "implied_costs",
    "implied_mean_utility",
    "merger_effect",
    "shares",
]
