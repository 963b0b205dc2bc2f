"""Where is a single mechanism tried? On blank records of a state and its working space, beside copies of the case's inputs."""

from dataclasses import dataclass

import numpy as np

from latecomer.model.context import Now


def market_year(here, makers):
    """Return a year of which a market reads nothing but the world's row and the makers."""
    return Now(0, 0, 0, here, None, None, None, None, makers, None)


@dataclass(repr=False)
class Bench:
    """Blank records on which one mechanism at a time is tried, in the year 2005 of the case unless said otherwise."""

    state: np.record
    flow: np.record
    world: np.recarray
    policy: np.recarray
    strategy: np.recarray
    makers: np.recarray
    contracts: np.recarray
    p: np.record
    t: int

    def now(self, seed=1, history=0, contracts=None):
        """Return the year of the bench as a kernel is given it."""
        year, t = (self.world, self.policy, self.strategy), self.t
        deals = self.contracts if contracts is None else contracts
        return Now(t, seed, history, *(path[t] for path in year), self.world, self.policy, self.makers, deals)

    def first(self, ownership):
        """Return the first maker with this ownership that sells passenger cars."""
        fits = (self.makers.ownership == ownership) & (self.makers.passenger_start < 9000)
        return int(np.flatnonzero(fits & (self.makers.electric_only == 0))[0])

    def only(self, *chosen):
        """Let just these makers live."""
        self.state.alive[:] = 0
        self.state.alive[list(chosen)] = 1
