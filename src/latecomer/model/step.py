"""What happens in a year, in which order? The table of contents of the model, one line per stage, and the loop over
years.

Records (see `axes`): world, policy and strategy [t], makers [m], contracts, params p, state (carried), w (working space), out
(what happened). A year is nine phases of a few stages each; every phase has the same arguments. Compiled, each phase is code of
its own (`machine`) that holds no interpreter lock; with NUMBA_DISABLE_JIT=1 the same functions run as plain Python, slowly,
and serve as the oracle.
"""

from latecomer.model import start
from latecomer.model.books import accounts, flows, index, memory
from latecomer.model.cars import lines
from latecomer.model.makers import brand, capacity, entry, exit, finance, founding, plan, roster
from latecomer.model.markets import abroad, buyers, chargers, prices, provinces, trucks
from latecomer.model.technology import access, control, effort, frontier, learning, science, software, talent


def recall(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Before the first year that is run: begin on an empty state, and write on the roster what began by rule before."""
    if t == 0:
        start.begin(state, p)
    roster.recall(state, makers)


def research(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Move the frontier; let institutes, universities and engineers work."""
    frontier.frontier(world[t].frontier_clock, p, w.frontier)
    science.fund(t, w, state, world, policy, makers, p)
    talent.grow(t, w, state, world, policy, makers, p)
    science.publish(t, w, state, world, policy, p)


def begin(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Found makers and ventures, end some, and bring in technology."""
    founding.found(t, w, state, world, policy, makers, p)
    exit.leave_on_date(t, w, state, world, policy, makers, p)
    entry.meet(t, w, state, world, policy, makers, p, seed, history)
    access.introduce(t, w, state, world, policy, strategy, makers, contracts, p)


def serve(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Build what the plan orders, sell trucks and buses, and set what provinces protect."""
    plan.build(t, w, state, world, policy, makers, p)
    trucks.sell(t, w, state, world, policy, makers, p)
    trucks.trade_abroad(t, w, state, world, policy, strategy, makers, p)
    provinces.protect(t, w, state, policy, makers, p)


def offer(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Count buyers, and put cars on offer."""
    buyers.count(t, w, state, world, policy, p)
    if policy[t].plan_share < 1.0:
        lines.launch(t, w, state, world, policy, strategy, makers, p, seed, history)
    lines.gather(t, w, state, world, policy, strategy, makers, p, seed, history)
    control.weigh(w, state, makers, p)
    capacity.leave_room(w, state, policy, t, makers, p)


def sell(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Find prices and sales, at home and abroad."""
    prices.clear(w, state, world[t], makers, p)
    memory.record_sales(w, state, makers)
    abroad.rate_cars(w, state, makers, p)
    abroad.export(t, w, state, world, policy, strategy, makers, p)


def settle(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Pay for research, settle the makers' money, and let the fleet age."""
    effort.fund(t, w, state, world, policy, strategy, makers, contracts, p)
    effort.grant(t, w, state, policy, makers, p)
    finance.settle(t, w, state, policy, strategy, makers, p)
    buyers.add_to_fleet(t, w, state, policy, p)
    trucks.add_to_fleet(t, w, state, p)


def report(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Write down what happened."""
    accounts.report(t, w, state, world, policy, makers, p, out)
    chargers.report(t, w, state, world, makers, out)
    abroad.report(w, state, makers, p, out)
    entry.report(w, state, makers, out)
    control.report(w, state, makers, out)
    provinces.report(w, makers, out)
    accounts.balance(t, w, policy, out)
    flows.record(t, w, state, policy, p, out)
    index.measure(w, state, p, out)


def renew(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Invest, at home and abroad, and begin on what was built."""
    capacity.invest(t, w, state, policy, strategy, makers, p)
    abroad.extend(t, w, state, policy, strategy, makers, p)
    abroad.take_over(t, w, state, world, makers, contracts, p, seed, history, out)
    memory.carry(w, state, makers, p)
    chargers.spread(t, w, state, world, policy, p)


def learn(t, state, w, world, policy, strategy, makers, contracts, p, seed, history, out):
    """Learn from partners, own research and sales; build trust; drop lines and leave."""
    learning.learn(t, w, state, policy, strategy, makers, p, seed, history)
    learning.report(w, out)
    software.learn(w, state, makers, p)
    brand.trust(w, state, makers, p)
    abroad.remember(t, w, state, world, makers, p)
    lines.drop(t, w, state, policy, makers, p, seed, history)
    exit.leave(t, w, state, world, policy, makers, p, seed, history, out)


YEAR = (research, begin, serve, offer, sell, settle, report, renew, learn)
