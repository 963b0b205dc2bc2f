"""What passes when one maker takes over another?

takeover   of a failing maker (`exit`), or by a dated fact of the case: plant, lines, debts and part of skill and goodwill pass,
           and the maker ends

Each file of the model hands on its own part of a maker (`inherit`).
"""

from latecomer.compiled import kernel
from latecomer.model.books import memory
from latecomer.model.cars.lines import take_lines
from latecomer.model.kinds import NSEGMENTS
from latecomer.model.makers import brand, capacity, finance
from latecomer.model.makers.founding import end_maker
from latecomer.model.technology import learning


@kernel
def take_over(m, buyer, w, state, p):
    """Let `buyer` take over maker m: plant, lines, debts and part of skill and name pass; the maker ends.

    Of plant, skill and goodwill the share `takeover_kept` survives the move.
    """
    kept = p.takeover_kept
    capacity.inherit(buyer, m, kept, state)
    finance.inherit(buyer, m, w, state)
    memory.inherit(buyer, m, kept, state)
    brand.inherit(buyer, m, kept, state)
    learning.inherit(buyer, m, kept, state)
    take_lines(m, buyer, state)
    w.takeovers += 1.0
    end_maker(m, w, state)


@kernel
def related(m, b, state):
    """Return whether makers m and b sell in a common segment."""
    common = 0
    for s in range(NSEGMENTS):
        common += min(state.active[m, s].sum(), state.active[b, s].sum())
    return common > 0
