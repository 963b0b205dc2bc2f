"""How much faster is a compiled industry than one written with the usual agent-based frameworks?

    python benchmarks/nelson_winter.py [rounds]        needs: pip install mesa agentpy

The industry of Nelson and Winter (1982), chapter 12, three times: the kernel of `latecomer dock nelson-winter` (Numba, keyed
draws, replicates on two threads), Mesa (one Agent a firm, one Model a replicate) and AgentPy (the same). The rules stand in
`latecomer.docking.nelson_winter`, the values in its case, the readings of the rule of finance in docs/explanation/docking.md.

What stands between the kernel and the goal of 500 times Mesa: a keyed draw alone takes some 2.4 of the 4.3 to 7.5 ns of
a firm and period (one block of Philox serves four firms), and Mesa's quickest way to step its agents is used.

The rules as described are timed; all readings do the same work. The docked reading was chosen among them by its nearness to the
targets, which is therefore no independent test.
"""

import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from math import exp, sqrt
from types import SimpleNamespace

import numpy as np

from latecomer.docking.nelson_winter import CASE, FIRMS, Rules, rules, run_industry
from latecomer.docking.tables import TARGETS, table

try:
    import agentpy
    import mesa
except ImportError as missing:
    raise SystemExit(f"{missing}; install both frameworks: pip install mesa agentpy") from missing

THREADS = 2
SEED = 1982
PERIODS = 201
READINGS = {"as described": "as described", "floor on finance": "floor on finance", "as docked": ""}
TIMED = "as described"
RULES = {name: rules(reading) for name, reading in READINGS.items()}


def plain(p: Rules) -> SimpleNamespace:
    """Return rules with what a firm would otherwise compute again and again."""
    return SimpleNamespace(
        **p._asdict(),
        innovation_chance=p.innovation_luck * p.innovation_cost,
        imitation_chance=p.imitation_luck * p.imitation_cost,
        all_costs=p.cost + p.innovation_cost + p.imitation_cost,
        financed=p.finance_depreciation * p.depreciation,
    )


PLAIN = {name: plain(p) for name, p in RULES.items()}


def ours(seed: int, replicates: int, firms: int, periods: int, reading: str, threads: int) -> np.ndarray:
    """Return the outcomes (replicate, 3) of keyed replicates, in equal parts on threads."""
    return run_industry(RULES[reading], firms, replicates, seed, periods, threads)


def decide(firm, market) -> None:
    """Let a firm of either framework search and invest; market has the state before the period."""
    rules = market.rules
    k, own, price = firm.capital, firm.productivity, market.price
    innovate, imitate = min(1.0, rules.innovation_chance * k), min(1.0, rules.imitation_chance * k)
    u = market.random.random()
    share = own * k / market.total
    profit = price * own - rules.all_costs
    desired = 1.0 + rules.depreciation - (2.0 - share) * rules.cost / ((2.0 - 2.0 * share) * price * own)
    finance = rules.financed + (rules.bank_factor * profit if profit > 0.0 else profit)
    added = min(max(rules.floor_of_desire, desired), max(rules.floor_of_finance, finance))
    firm.capital = k * max(0.0, 1.0 - rules.depreciation + max(rules.floor_of_investment, added))
    if u < innovate + imitate - innovate * imitate:
        if u < innovate:
            own = max(own, market.latent * exp(market.random.gauss(0.0, rules.deviation)))
        if u < innovate * imitate or u >= innovate:
            own = max(own, market.best)
        firm.productivity = own


def open_market(market, firms, period: int) -> None:
    """Set what firms see in a period, counted from one: total output, price, best practice, latent productivity."""
    market.total = sum([firm.capital * firm.productivity for firm in firms])
    market.best = max([firm.productivity for firm in firms])
    market.price = market.rules.demand / market.total
    market.latent = market.rules.latent * exp(market.rules.latent_growth * period)


def outcome(market, firms) -> tuple[float, float, float]:
    """Return effective firms, mean over best productivity and last over first price of a framework's model."""
    outputs = [firm.capital * firm.productivity for firm in firms]
    total = sum(outputs)
    effective = total**2 / sum([output**2 for output in outputs])
    productivity = total / sum([firm.capital for firm in firms]) / max([firm.productivity for firm in firms])
    return effective, productivity, market.rules.capital * market.rules.productivity / total


class MesaFirm(mesa.Agent):
    """A firm as an Agent of Mesa."""

    def __init__(self, model, capital):
        super().__init__(model)
        self.capital, self.productivity = capital, model.rules.productivity

    def step(self):
        """Search and invest."""
        decide(self, self.model)


class MesaIndustry(mesa.Model):
    """An industry as a Model of Mesa, with Python's generator, the quicker of its two for single draws."""

    def __init__(self, seed, firms, reading):
        super().__init__(seed=seed)
        self.rules = PLAIN[reading]
        for _ in range(firms):
            MesaFirm(self, self.rules.capital / firms)

    def step(self):
        """Advance by one period; firms see only the state before it, so their order is of no account."""
        open_market(self, self.agents, self.steps)
        self.agents.do("step")


def in_mesa(seed: int, firms: int, periods: int, reading: str) -> tuple[float, float, float]:
    """Return the outcome of one replicate in Mesa."""
    model = MesaIndustry(seed, firms, reading)
    for _ in range(periods - 1):
        model.step()
    return outcome(model, model.agents)


class AgentPyFirm(agentpy.Agent):
    """A firm as an Agent of AgentPy."""

    def setup(self, capital):
        """Begin with this capital."""
        self.capital, self.productivity = capital, self.model.rules.productivity

    def decide(self):
        """Search and invest."""
        decide(self, self.model)


class AgentPyIndustry(agentpy.Model):
    """An industry as a Model of AgentPy."""

    def setup(self):
        """Found the firms."""
        self.rules = PLAIN[self.p.reading]
        capital = self.rules.capital / self.p.firms
        self.firms = agentpy.AgentList(self, self.p.firms, AgentPyFirm, capital=capital)

    def step(self):
        """Advance by one period."""
        open_market(self, self.firms, self.t)
        self.firms.decide()


def in_agentpy(seed: int, firms: int, periods: int, reading: str) -> tuple[float, float, float]:
    """Return the outcome of one replicate in AgentPy."""
    model = AgentPyIndustry({"steps": periods - 1, "seed": seed, "firms": firms, "reading": reading})
    model.run(display=False)
    return outcome(model, model.firms)


def compare_economics(replicates: int = 500, framework_replicates: int = 100) -> None:
    """Print the readings beside the targets, and stop where a framework departs from the kernel by more than chance."""
    targets = table(CASE, TARGETS).set_index("name")
    names = ("effective_firms", "productivity", "price")
    told = {n: [targets.loc[f"{name}.{n}", "value"] for name in names] for n in FIRMS}
    goal, band = targets.loc["effective_firms.8", ["value", "band"]]
    print(f"After 100 periods, {replicates} replicates: effective firms, productivity over best, price ratio")
    print(
        "  targets          "
        + "  ".join(f"{n:>2}: {a:5.2f} {b:.2f} {c:.2f}" for n, (a, b, c) in told.items())
    )
    for reading in READINGS:
        means = {n: ours(SEED, replicates, n, 100, reading, THREADS).mean(axis=0) for n in FIRMS}
        print(
            f"  {reading:<17}"
            + "  ".join(f"{n:>2}: {a:5.2f} {b:.2f} {c:.2f}" for n, (a, b, c) in means.items())
        )
    print(
        f"Effective firms, 8 firms: mean (standard error); frameworks with {framework_replicates} replicates"
    )
    for reading in READINGS:
        found = {"ours": ours(SEED, replicates, 8, 100, reading, THREADS)[:, 0]}
        # Both frameworks draw from Python's generator: with the same seeds they would give one sample twice.
        for name, run, first in (("Mesa", in_mesa, SEED), ("AgentPy", in_agentpy, 2 * SEED)):
            seeds = range(first, first + framework_replicates)
            found[name] = np.array([run(s, 8, 100, reading)[0] for s in seeds])
        error = {name: values.std(ddof=1) / sqrt(values.size) for name, values in found.items()}
        text = ", ".join(f"{name} {found[name].mean():.2f} ({error[name]:.2f})" for name in found)
        met = abs(found["ours"].mean() - goal) <= band
        print(f"  {reading:<17}{text}; {goal} +-{band} {'met' if met else 'NOT met'} by ours")
        for name in ("Mesa", "AgentPy"):
            apart = abs(found[name].mean() - found["ours"].mean())
            if apart > 4 * sqrt(error[name] ** 2 + error["ours"] ** 2):
                raise SystemExit(f"{name} and the kernel do not agree under the rules {reading}")


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return the mean time of one call."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def time_round(firms: int, seed: int) -> dict[str, float]:
    """Return seconds per replicate of every contestant, measured one after another."""
    many, few = 3_200_000 // (firms * 8), max(1, 96 // firms)
    rules = firms, PERIODS, TIMED
    return {
        "ours, one replicate": seconds(lambda: ours(seed, 1, *rules, 1), max(1, 6400 // firms)),
        "ours, many, two threads": seconds(lambda: ours(seed, many, *rules, THREADS)) / many,
        "Mesa": seconds(lambda: in_mesa(seed, *rules), few),
        "AgentPy": seconds(lambda: in_agentpy(seed, *rules), few),
    }


def report(firms: int, rounds: int) -> None:
    """Print times and ratios by round: medians, lowest and highest."""
    times = [time_round(firms, SEED + place) for place in range(rounds)]
    many, few = 3_200_000 // (firms * 8), max(1, 96 // firms)
    print(
        f"{firms} firms, {PERIODS} periods: ms per replicate, median (lowest to highest) of {rounds} rounds;"
    )
    print(f"  ours {many} replicates a round; frameworks {few} on one core, scaled per replicate (linear)")
    for name in times[0]:
        values = 1e3 * np.array([found[name] for found in times])
        print(f"  {name:<26}{np.median(values):10.4f} ({values.min():.4f} to {values.max():.4f})")
    for name in ("Mesa", "AgentPy"):
        for own in ("ours, one replicate", "ours, many, two threads"):
            ratios = np.array([found[name] / found[own] for found in times])
            span = f"{np.median(ratios):8.0f} ({ratios.min():.0f} to {ratios.max():.0f})"
            print(f"  {name + ' over ' + own:<40}{span}")


def main() -> None:
    """Print versions, time of compilation, economics, then times."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    names = ", ".join(f"{name} {version(name)}" for name in ("mesa", "agentpy", "numba", "numpy"))
    print(f"Python {platform.python_version()}, {names}; {platform.machine()}")
    print(
        f"Compilation, or reading of a kernel compiled before: {seconds(lambda: ours(SEED, 1, 2, 2, TIMED, 1)):.2f} s"
    )
    compare_economics()
    for firms in (32, 1000):
        report(firms, rounds)


if __name__ == "__main__":
    main()
