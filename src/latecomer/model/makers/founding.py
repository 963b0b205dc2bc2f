"""How does a maker begin, and how does it end? Foundings on their historical dates, permits, and what a maker starts with.

    dated       ventures and start-ups begin in the year of record; under endogenous entry (`entry`) foreign car makers and
                start-ups enter by rule instead
    permit      ventures and foreign-owned plants need one in both

How a maker ends is told in `exit`; what it had is then cleared here. Each file of the model begins and clears its own part of a
maker.
"""

from latecomer.compiled import kernel
from latecomer.model.books import memory
from latecomer.model.cars.lines import withdraw
from latecomer.model.context import each
from latecomer.model.kinds import NEVER, foreign_plant, own_brand, venture
from latecomer.model.makers import brand, capacity, finance
from latecomer.model.makers.roster import enrol, stop_waiting
from latecomer.model.markets import abroad, prices
from latecomer.model.technology import access, effort, learning

FLOW = (*each("", "entries"),)


@kernel
def found(now, before, after, flow, p):
    """Let makers whose first year has come begin."""
    year = int(now.world.year)
    flow.entries = 0.0
    finance.open_books(flow)
    for m in range(now.makers.size):
        maker = now.makers[m]
        if after.alive[m] == 0 and year == maker.start and allowed(maker, now):
            begin(m, now, before, after, flow, p)
            enrol(m, year, now, after)


@kernel
def allowed(maker, now):
    """Return whether a maker whose date has come may begin: ventures and foreign plants need a permit, and under
    endogenous entry those that enter by rule have no date."""
    if now.policy.mode_free > 0.5 and (foreign_project(maker) or founder(maker)):
        return False
    if foreign_plant(maker):
        return (
            now.policy.plant_foreign_allowed + now.policy.plant_foreign_electric * maker.electric_only > 0.0
        )
    return not venture(maker) or now.policy.venture_allowed > 0.5


@kernel
def foreign_project(maker):
    """Return whether the row is a project of a foreign maker to build cars at home: a venture, or a plant of its own."""
    return not own_brand(maker) and maker.partner >= 0 and maker.passenger_start < NEVER


@kernel
def founder(maker):
    """Return whether the row is the idea of a start-up: an own brand of cars without a plant before."""
    return own_brand(maker) and maker.capacity <= 0.0 and maker.passenger_start < NEVER


@kernel
def begin(m, now, before, after, flow, p):
    """Start maker m with the skills of its founders, relative to those who are already there."""
    after.alive[m] = 1
    flow.entries += 1.0
    capacity.begin(m, now, after)
    finance.begin(m, now, after, p)
    effort.begin(m, now, after, p)
    learning.begin(m, now, before, after, flow, p)
    access.begin(m, after)
    brand.begin(m, now, after, p)


@kernel
def end_maker(m, after, flow):
    """End maker m: its lines leave the market and its plant is scrapped."""
    after.alive[m] = 0
    withdraw(m, after)
    capacity.scrap(m, after)
    memory.forget(m, after)
    abroad.stop(m, after)
    prices.relax(m, after)
    stop_waiting(m, after)
    flow.exits += 1.0
