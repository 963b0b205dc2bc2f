"""What happens in a year, in which order? The table of contents of the model, one line per stage, and the loop over
years.

Records (see `axes`): world, policy and strategy [t], makers [m], contracts, params p, state (carried), w (working space), out
(what happened). Everything is compiled by numba into one kernel per history that releases the interpreter lock; with
NUMBA_DISABLE_JIT=1 the same functions run as plain Python, slowly, and serve as the oracle.
"""

from latecomer.compiled import kernel, stored_kernel
from latecomer.model import (
    abroad,
    accounts,
    brand,
    buyers,
    commercial,
    control,
    electric,
    finance,
    flows,
    index,
    industry,
    knowledge,
    market,
    matching,
    plan,
    product,
    region,
    science,
    start,
    talent,
    ventures,
)


@kernel
def year(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Run one year: read the state, write what happened to `out`, and leave the state as the next year needs it."""
    ventures.frontier(world[t].frontier_clock, p, w.frontier)
    science.fund(t, w, state, world, policy, makers, p)
    talent.grow(t, w, state, world, policy, makers, p)
    science.publish(t, w, state, world, policy, p)
    ventures.found_and_end(t, w, state, world, policy, makers, p)
    matching.meet(t, w, state, world, policy, makers, p, seed, history)
    ventures.introduce(t, w, state, world, policy, strategy, makers, contracts, p)
    plan.build(t, w, state, world, policy, makers, p)
    commercial.sell(t, w, state, world, policy, makers, p)
    commercial.trade_abroad(t, w, state, world, policy, strategy, makers, p)
    region.protect(t, w, state, policy, makers, p)
    buyers.count(t, w, state, world, policy, p)
    if policy[t].plan_share < 1.0:
        product.launch(t, w, state, world, policy, strategy, makers, p, seed, history)
    product.gather(t, w, state, world, policy, strategy, makers, p, seed, history)
    control.weigh(w, state, makers, p)
    industry.leave_room(w, state, policy, t, makers, p)
    market.clear(w, state, world[t], makers, p)
    industry.record_sales(w, state, makers)
    abroad.rate_cars(w, state, makers, p)
    abroad.export(t, w, state, world, policy, strategy, makers, p)
    knowledge.fund(t, w, state, world, policy, strategy, makers, contracts, p)
    science.grant(t, w, state, policy, makers, p)
    finance.settle(t, w, state, policy, strategy, makers, p)
    buyers.add_to_fleet(t, w, state, policy, p)
    commercial.add_to_fleet(t, w, state, p)
    accounts.report(t, w, state, world, policy, makers, p, out)
    electric.report(t, w, state, world, makers, out)
    abroad.report(w, state, makers, p, out)
    matching.report(w, state, makers, out)
    control.report(w, state, makers, out)
    region.report(w, makers, out)
    accounts.balance(t, w, policy, out)
    flows.record(t, w, state, policy, p, out)
    index.measure(w, state, p, out)
    industry.invest(t, w, state, policy, strategy, makers, p)
    abroad.extend(t, w, state, policy, strategy, makers, p)
    abroad.take_over(t, w, state, world, makers, contracts, p, seed, history, out)
    industry.carry(t, w, state, world, policy, makers, p)
    knowledge.learn(t, w, state, policy, strategy, makers, p, seed, history)
    knowledge.report(w, out)
    electric.learn(w, state, makers, p)
    brand.trust(w, state, makers, p)
    abroad.remember(t, w, state, world, makers, p)
    industry.drop_and_exit(t, w, state, world, policy, makers, p, seed, history, out)


@stored_kernel
def simulate(
    states, scratch, world, policy, strategy, makers, contracts, params, seed, history, first, years
):
    """Run the years from index `first` on in place: states[0] is carried, years[t] receives what happened.

    The roster is the history's own copy of the makers, on which owner, group, province, equity and dates of those that begin
    by rule are written; with dated contracts it stays as the case gives it.
    """
    state, w, p, roster = states[0], scratch[0], params[0], makers.copy()
    if first == 0:
        start.begin(state, p)
    matching.recall(state, roster)
    for t in range(first, years.size):
        year(t, state, w, world, policy, strategy, roster, contracts, p, seed, history, years[t])
