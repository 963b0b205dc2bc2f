"""Who owns a maker, and since when? Owner, group, province, equity and first year of makers that have begun.

They are state, because entry by rule sets them, and stand on the history's own list of makers, which every other stage reads.
"""

from latecomer.axes import FOREIGN_PLANT, JOINT_VENTURE
from latecomer.compiled import kernel
from latecomer.model.kinds import NEVER


@kernel
def enrol(m, year, now, after):
    """Carry in the state what maker m is from its first year on: owner, group, province, equity."""
    maker = now.makers[m]
    after.begun[m] = year
    after.owner[m] = maker.ownership
    after.parent[m] = maker.group
    after.province[m] = maker.home
    after.stake[m] = maker.equity


@kernel
def recall(now, after):
    """Write onto the roster what makers that have begun became."""
    for m in range(now.makers.size):
        if after.begun[m] > 0:
            inscribe(m, now, after)


@kernel
def inscribe(m, now, after):
    """Write owner, group, province, equity and dates of maker m from the state onto the roster."""
    late = after.begun[m] - now.makers[m].start
    now.makers[m].start += late
    if now.makers[m].passenger_start < NEVER:
        now.makers[m].passenger_start += late
    now.makers[m].ownership = after.owner[m]
    now.makers[m].group = after.parent[m]
    now.makers[m].home = after.province[m]
    now.makers[m].equity = after.stake[m]


@kernel
def adopt(m, group, after):
    """Give venture m another parent."""
    after.parent[m] = group


@kernel
def cede(m, share, after):
    """Let the foreign owner of venture m take more of it."""
    after.stake[m] -= share


@kernel
def count_year_apart(m, going, after):
    """Add a year of poor profit, or since the end, to those of a foreign project; begin again where they do not go on."""
    after.apart[m] = after.apart[m] + 1.0 if going else 0.0


@kernel
def stop_waiting(m, after):
    """Let a foreign project begin to count anew."""
    after.apart[m] = 0.0


@kernel
def agree(m, g, share, now):
    """Write on the roster what project m is to be: a venture of group g with this foreign share, or a plant of its own (-1)."""
    maker = now.makers[m]
    maker.ownership = JOINT_VENTURE if g >= 0 else FOREIGN_PLANT
    maker.group = g
    if g >= 0:
        maker.home = now.makers[g].home
    maker.equity = 1.0 - share
