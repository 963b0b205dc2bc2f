"""Who owns a maker, and since when? Owner, group, province, equity and first year of makers that have begun.

They are state, because entry by rule sets them, and stand on the history's own list of makers, which every other stage reads.
"""

from latecomer.compiled import kernel
from latecomer.model.kinds import NEVER


@kernel
def enrol(m, year, state, maker):
    """Carry in the state what maker m is from its first year on: owner, group, province, equity."""
    state.begun[m] = year
    state.owner[m] = maker.ownership
    state.parent[m] = maker.group
    state.province[m] = maker.home
    state.stake[m] = maker.equity


@kernel
def recall(state, roster):
    """Write onto the roster what makers that have begun became."""
    for m in range(roster.size):
        if state.begun[m] > 0:
            inscribe(m, state, roster)


@kernel
def inscribe(m, state, roster):
    """Write owner, group, province, equity and dates of maker m from the state onto the roster."""
    late = state.begun[m] - roster[m].start
    roster[m].start += late
    if roster[m].passenger_start < NEVER:
        roster[m].passenger_start += late
    roster[m].ownership = state.owner[m]
    roster[m].group = state.parent[m]
    roster[m].home = state.province[m]
    roster[m].equity = state.stake[m]


@kernel
def adopt(m, group, state):
    """Give venture m another parent."""
    state.parent[m] = group


@kernel
def cede(m, share, state):
    """Let the foreign owner of venture m take more of it."""
    state.stake[m] -= share


@kernel
def count_year_apart(m, going, state):
    """Add a year of poor profit, or since the end, to those of a foreign project; begin again where they do not go on."""
    state.apart[m] = state.apart[m] + 1.0 if going else 0.0


@kernel
def stop_waiting(m, state):
    """Let a foreign project begin to count anew."""
    state.apart[m] = 0.0
