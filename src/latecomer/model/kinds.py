"""What kinds of makers and cars does the model tell apart, and how many of each? Predicates, lengths of axes, and what a kind
of car is like.

A maker's ownership is one of six kinds (`axes.OWNERSHIP`); every test of it stands here, and every number that belongs to a
segment and is no parameter yet.
"""

from latecomer.axes import (
    AGES,
    BUYERS,
    CENTRAL_STATE,
    COMMERCIAL,
    DOMAINS,
    EMPLOYERS,
    FOREIGN_PLANT,
    IMPORTER,
    JOINT_VENTURE,
    LOCAL_STATE,
    POWERTRAINS,
    PRIVATE,
    SEGMENTS,
)
from latecomer.compiled import kernel

NAGES, CLASSES, NCOMMERCIAL, NDOMAINS = len(AGES), len(BUYERS), len(COMMERCIAL), len(DOMAINS)
NEMPLOYERS, NSEGMENTS, TRAINS = len(EMPLOYERS), len(SEGMENTS), len(POWERTRAINS)
LINES = 640  # lines on sale at most
PRICE_MEMORY = 3  # rounds of prices kept for a jump
NEVER = 9000  # a year of record from here on stands for never

# By segment, from minibuses to premium cars.
COMFORT = (0.0, 0.55, 1.1, 1.25, 2.0)  # utility units, times `comfort_taste`
PACK_SIZE = (0.5, 0.65, 1.0, 1.25, 1.6)  # battery and drive against a mainstream car
LAUNCH_REACH = (
    1.4,
    1.1,
    0.85,
    0.95,
    0.40,
)  # log units behind the frontier at which a launch succeeds half the time


@kernel
def own_brand(maker):
    """Return whether a maker sells cars under a brand of its own country: state or private."""
    return maker.ownership <= PRIVATE


@kernel
def state_owned(maker):
    """Return whether a maker belongs to the state, central or local."""
    return maker.ownership == CENTRAL_STATE or maker.ownership == LOCAL_STATE


@kernel
def private(maker):
    """Return whether a maker is a private own brand."""
    return maker.ownership == PRIVATE


@kernel
def venture(maker):
    """Return whether a maker is a joint venture."""
    return maker.ownership == JOINT_VENTURE


@kernel
def foreign_plant(maker):
    """Return whether a maker is a foreign-owned plant at home."""
    return maker.ownership == FOREIGN_PLANT


@kernel
def foreign(maker):
    """Return whether a maker builds foreign brands at home: a joint venture or a foreign-owned plant."""
    return maker.ownership == JOINT_VENTURE or maker.ownership == FOREIGN_PLANT


@kernel
def importer(maker):
    """Return whether a maker sells cars built abroad."""
    return maker.ownership == IMPORTER
