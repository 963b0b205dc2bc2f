"""What happens in a year, in which order? The table of contents of the model, one line per stage.

A year is nine phases of a few stages each. Every phase is given the same (`context`): this year, the state before and after it,
what stages hand each other, parameters, and the record of what happened. Compiled, each phase is code of its own (`machine`) that
holds no interpreter lock; with NUMBA_DISABLE_JIT=1 the same functions run as plain Python, slowly, and serve as the oracle.
"""

from latecomer.model import start
from latecomer.model.books import accounts, flows, index, memory
from latecomer.model.cars import appeal, cost, lines
from latecomer.model.context import Part
from latecomer.model.makers import brand, capacity, entry, exit, finance, founding, plan, roster, takeover
from latecomer.model.markets import abroad, buyers, chargers, demand, prices, provinces, trucks
from latecomer.model.technology import (
    access,
    control,
    effort,
    frontier,
    innovation,
    learning,
    science,
    software,
    talent,
)

STAGES = (
    frontier,
    science,
    talent,
    effort,
    access,
    learning,
    innovation,
    control,
    founding,
    exit,
    takeover,
    plan,
    capacity,
    finance,
    brand,
    lines,
    cost,
    appeal,
    buyers,
    demand,
    prices,
    provinces,
    chargers,
    trucks,
    abroad,
    memory,
    accounts,
)
FLOW: tuple[Part, ...] = tuple(part for stage in STAGES for part in stage.FLOW)


def recall(now, before, after, flow, p, out):
    """Before the first year that is run: begin on an empty state, and write on the roster what began by rule before."""
    if now.t == 0:
        start.begin(after, p)
    roster.recall(now, after)


def research(now, before, after, flow, p, out):
    """Move the frontier; let institutes, universities and engineers work."""
    frontier.frontier(now.world.frontier_clock, flow.frontier, p)
    science.fund(now, before, flow, p)
    talent.grow(now, before, after, flow, p)
    science.publish(now, after, flow, p)


def begin(now, before, after, flow, p, out):
    """Found makers and ventures, end some, and bring in technology."""
    founding.found(now, before, after, flow, p)
    exit.leave_on_date(now, after, flow, p)
    entry.meet(now, before, after, flow, p)
    access.introduce(now, before, after, flow, p)


def serve(now, before, after, flow, p, out):
    """Build what the plan orders, sell trucks and buses, and set what provinces protect."""
    plan.build(now, after, flow, p)
    trucks.sell(now, before, after, flow, p)
    trucks.trade_abroad(now, before, after, flow, p)
    provinces.protect(now, after, flow, p)


def offer(now, before, after, flow, p, out):
    """Count buyers, and put cars on offer."""
    buyers.count(now, before, flow, p)
    if now.policy.plan_share < 1.0:
        lines.launch(now, before, after, flow, p)
    lines.gather(now, before, after, flow, p)
    control.weigh(now, before, after, flow, p)
    capacity.leave_room(now, after, flow, p)


def sell(now, before, after, flow, p, out):
    """Find prices and sales, at home and abroad."""
    prices.clear(now, after, flow, p)
    memory.record_sales(now, flow)
    abroad.rate_cars(now, after, flow, p)
    abroad.export(now, before, after, flow, p)


def settle(now, before, after, flow, p, out):
    """Pay for research, settle the makers' money, and let the fleet age."""
    effort.fund(now, before, after, flow, p)
    effort.grant(now, after, flow, p)
    finance.settle(now, after, flow, p)
    buyers.add_to_fleet(now, after, flow, p)
    trucks.add_to_fleet(after, flow, p)


def report(now, before, after, flow, p, out):
    """Write down what happened."""
    accounts.report(now, after, flow, p, out)
    chargers.report(now, before, flow, out)
    abroad.report(now, before, after, flow, p, out)
    entry.report(now, after, out)
    control.report(now, after, flow, out)
    provinces.report(now, flow, out)
    accounts.balance(now, flow, out)
    flows.record(now, after, flow, p, out)
    index.measure(after, flow, p, out)


def renew(now, before, after, flow, p, out):
    """Invest, at home and abroad, and begin on what was built."""
    capacity.invest(now, before, after, flow, p)
    abroad.extend(now, after, flow, p)
    abroad.take_over(now, after, flow, p, out)
    memory.carry(now, after, flow, p)
    chargers.spread(now, after, flow, p)


def learn(now, before, after, flow, p, out):
    """Learn from partners, own research and sales; build trust; drop lines and leave."""
    learning.learn(now, after, flow, p)
    learning.report(flow, out)
    software.learn(now, after, flow, p)
    brand.trust(now, after, flow, p)
    abroad.remember(now, after, flow, p)
    lines.drop(now, after, flow, p)
    exit.leave(now, after, flow, p, out)


YEAR = (research, begin, serve, offer, sell, settle, report, renew, learn)
