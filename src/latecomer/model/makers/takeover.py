"""What passes when one maker takes over another?

    takeover   of a failing maker (`exit`), or by a dated fact of the case: plant, lines, debts and part of skill and
               goodwill pass, and the maker ends

Each file of the model hands on its own part of a maker (`inherit`).
"""

from latecomer.compiled import kernel
from latecomer.model.books import memory
from latecomer.model.cars.lines import take_lines
from latecomer.model.context import each
from latecomer.model.kinds import NSEGMENTS
from latecomer.model.makers import brand, capacity, finance
from latecomer.model.makers.founding import end_maker
from latecomer.model.technology import learning

FLOW = (*each("", "takeovers"),)


@kernel
def take_over(m, buyer, after, flow, p):
    """Let `buyer` take over maker m: plant, lines, debts and part of skill and name pass; the maker ends.

    Of plant, skill and goodwill the share `takeover_kept` survives the move.
    """
    kept = p.takeover_kept
    capacity.inherit(buyer, m, kept, after)
    finance.inherit(buyer, m, after, flow)
    memory.inherit(buyer, m, kept, after)
    brand.inherit(buyer, m, kept, after)
    learning.inherit(buyer, m, kept, after)
    take_lines(m, buyer, after)
    flow.takeovers += 1.0
    end_maker(m, after, flow)


@kernel
def related(m, b, after):
    """Return whether makers m and b sell in a common segment."""
    common = 0
    for s in range(NSEGMENTS):
        common += min(after.active[m, s].sum(), after.active[b, s].sum())
    return common > 0
