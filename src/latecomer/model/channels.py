"""For what does the model draw chance? The one list of random channels.

A draw is keyed by seed, history, year, entity and channel (`keys`), so that none moves another. What counts as the entity stands
beside the channel. To renumber a channel moves all its draws.
"""

import math

from latecomer.compiled import kernel

IMPROVE, STEP = 11, 12  # a maker's domain: own innovation succeeds; how far it steps
LAUNCH, FIRST, TASTE = 21, 22, 23  # a line; a maker (its first line); a line
DROP, LEAVE, TAKEOVER = 31, 32, 33  # a line; a maker; a maker (whether a buyer is found)
TAKEOVER_ABROAD = 71  # a maker
MATCH, LUCK, FOUND, PART = 81, 82, 83, 84  # a project; a project and a group; a founder; a project
PAIRS = 4096  # a pair's luck has an address that more makers do not move
LOSS_YEARS = 4.5  # a run of loss years at which the chance to give up has reached half


@kernel
def smooth_step(x):
    """Return the logistic of x, by which hazards rise without a jump."""
    return 1.0 / (1.0 + math.exp(-min(max(x, -40.0), 40.0)))
