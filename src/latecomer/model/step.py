"""What happens in a year, in which order? The table of contents of the model, one line per stage, and the loop over
years.

Records (see `axes`): world, policy and strategy [t], makers [m], contracts, params p, state (carried), w (working space), out
(what happened). A year is nine phases of a few stages each; every phase has the same arguments. Compiled, each phase is code of
its own (`machine`) that holds no interpreter lock; with NUMBA_DISABLE_JIT=1 the same functions run as plain Python, slowly,
and serve as the oracle.
"""

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


def recall(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Before the first year that is run: begin on an empty state, and write on the roster what began by rule before."""
    if t == 0:
        start.begin(state, p)
    matching.recall(state, makers)


def research(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Move the frontier; let institutes, universities and engineers work."""
    ventures.frontier(world[t].frontier_clock, p, w.frontier)
    science.fund(t, w, state, world, policy, makers, p)
    talent.grow(t, w, state, world, policy, makers, p)
    science.publish(t, w, state, world, policy, p)


def begin(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Found makers and ventures, end some, and bring in technology."""
    ventures.found_and_end(t, w, state, world, policy, makers, p)
    matching.meet(t, w, state, world, policy, makers, p, seed, history)
    ventures.introduce(t, w, state, world, policy, strategy, makers, contracts, p)


def serve(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Build what the plan orders, sell trucks and buses, and set what provinces protect."""
    plan.build(t, w, state, world, policy, makers, p)
    commercial.sell(t, w, state, world, policy, makers, p)
    commercial.trade_abroad(t, w, state, world, policy, strategy, makers, p)
    region.protect(t, w, state, policy, makers, p)


def offer(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Count buyers, and put cars on offer."""
    buyers.count(t, w, state, world, policy, p)
    if policy[t].plan_share < 1.0:
        product.launch(t, w, state, world, policy, strategy, makers, p, seed, history)
    product.gather(t, w, state, world, policy, strategy, makers, p, seed, history)
    control.weigh(w, state, makers, p)
    industry.leave_room(w, state, policy, t, makers, p)


def sell(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Find prices and sales, at home and abroad."""
    market.clear(w, state, world[t], makers, p)
    industry.record_sales(w, state, makers)
    abroad.rate_cars(w, state, makers, p)
    abroad.export(t, w, state, world, policy, strategy, makers, p)


def settle(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Pay for research, settle the makers' money, and let the fleet age."""
    knowledge.fund(t, w, state, world, policy, strategy, makers, contracts, p)
    science.grant(t, w, state, policy, makers, p)
    finance.settle(t, w, state, policy, strategy, makers, p)
    buyers.add_to_fleet(t, w, state, policy, p)
    commercial.add_to_fleet(t, w, state, p)


def report(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Write down what happened."""
    accounts.report(t, w, state, world, policy, makers, p, out)
    electric.report(t, w, state, world, makers, out)
    abroad.report(w, state, makers, p, out)
    matching.report(w, state, makers, out)
    control.report(w, state, makers, out)
    region.report(w, makers, out)
    accounts.balance(t, w, policy, out)
    flows.record(t, w, state, policy, p, out)
    index.measure(w, state, p, out)


def renew(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Invest, at home and abroad, and begin on what was built."""
    industry.invest(t, w, state, policy, strategy, makers, p)
    abroad.extend(t, w, state, policy, strategy, makers, p)
    abroad.take_over(t, w, state, world, makers, contracts, p, seed, history, out)
    industry.carry(t, w, state, world, policy, makers, p)


def learn(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Learn from partners, own research and sales; build trust; drop lines and leave."""
    knowledge.learn(t, w, state, policy, strategy, makers, p, seed, history)
    knowledge.report(w, out)
    electric.learn(w, state, makers, p)
    brand.trust(w, state, makers, p)
    abroad.remember(t, w, state, world, makers, p)
    industry.drop_and_exit(t, w, state, world, policy, makers, p, seed, history, out)


YEAR = (research, begin, serve, offer, sell, settle, report, renew, learn)
