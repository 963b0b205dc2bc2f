"""Do firms that draw innovations, copy the best and invest out of profit become the industry of Nelson and Winter?

With A output per capital, k capital, s the share of output, Q total output, in each period:

    price               p = D / Q                                   profit per capital   pi = p A - c - r_in - r_im
    innovation          with chance min(1, a_n r_in k):  ln A' ~ Normal(ln latent, sd);  latent grows at a steady rate
    imitation           with chance min(1, a_m r_im k):  A' = the best of the period;  next A = the best of all three
    desired investment  1 + delta - m / (p A / c),  m = (2 - s) / (2 - 2 s)
    finance             z delta + b pi, with b the bank factor for a profit and 1 for a loss, z = 1 or 0
    capital             k' = (1 - delta + I) k,  I = the smaller of desired investment and finance

m is the price-cost ratio at which a firm that supposes its rivals answer half-way wants to stay as it is. The published
accounts disagree on z, on b and on where a floor of zero stands: parameters of this file, compared in
docs/explanation/docking.md. The reading docked here was chosen among them by its nearness to the targets.

Both chances are settled by one uniform draw u with their exact joint law: innovation when u < a, imitation when
u < a b or a <= u < a + b - a b.

Source: Nelson and Winter (1982), "An Evolutionary Theory of Economic Change", chapter 12. Programs read for their rules:
Taymaz (2011), "Nelson Winter Base Model"; Andersen (2004), "nw2004", in Lsd.
"""

from concurrent.futures import ThreadPoolExecutor
from math import exp
from typing import NamedTuple

import numpy as np

from latecomer.compiled import kernel, stored_kernel
from latecomer.docking.tables import parameters
from latecomer.keys import normal, raw
from latecomer.run import threads_available

CASE = "nelson_winter"
FIRMS = (2, 4, 8, 16, 32)
OUTCOMES = ("effective_firms", "productivity", "price")
EVENT, DRAW = 101, 102


class Rules(NamedTuple):
    """The parameters of a reading, named and explained in parameters.csv; plain numbers, which a kernel keeps at hand."""

    periods: float
    capital: float
    demand: float
    productivity: float
    latent: float
    latent_growth: float
    deviation: float
    cost: float
    depreciation: float
    innovation_cost: float
    imitation_cost: float
    innovation_luck: float
    imitation_luck: float
    bank_factor: float
    finance_depreciation: float
    floor_of_desire: float
    floor_of_finance: float
    floor_of_investment: float
    innovating_part: float
    capital_at_rest: float
    foresight: float


def rules(reading: str = "") -> Rules:
    """Return the rules of a reading; without a name, the docked one."""
    return Rules(**parameters(CASE, reading))


@stored_kernel
def simulate(seed, first, last, firms, periods, p, results):
    """Fill results (replicate, outcome): effective firms, mean over best productivity, last over first price.

    The start is the first of the periods; all outcomes are those of the last. Only replicates from `first` to before `last`
    are run; each depends on (seed, replicate) alone.
    """
    capital, productivity, draws = np.empty(firms), np.empty(firms), np.empty(firms + 3)
    for replicate in range(first, last):
        capital[:] = first_capital(firms, p) / firms
        productivity[:] = p.productivity
        output, best = np.sum(capital) * p.productivity, p.productivity
        first_price = p.demand / output
        for period in range(1, periods):
            draw(seed, replicate, period, draws)
            best = search(seed, replicate, period, best, capital, productivity, draws, p)
            output = invest(capital, productivity, draws, p.demand / output, 1.0 / output, p)
            productivity[:] = draws[:firms]
        results[replicate, 0] = output * output / np.sum((capital * productivity) ** 2)
        results[replicate, 1] = output / np.sum(capital) / best
        results[replicate, 2] = p.demand / output / first_price


@kernel
def first_capital(firms, p):
    """Return the capital of all firms at the start: given, or that at which equal firms do not want to grow."""
    if p.capital_at_rest == 0.0:
        return p.capital
    return p.demand / (p.cost * wanted_over_actual(1.0 / firms, 1.0))


@kernel
def wanted_over_actual(share, ratio):
    """Return the price-cost ratio at which a firm of this share wants to stay as it is, over the actual one."""
    return (2.0 - share) / ((2.0 - 2.0 * share) * ratio)


@kernel
def draw(seed, replicate, period, draws):
    """Fill draws with uniform numbers: one block of four words serves four firms."""
    for block in range(draws.size // 4):
        a, b, c, d = raw(seed, replicate, period, block, EVENT)
        place = 4 * block
        draws[place] = ((a >> 12) + 0.5) * 2.0**-52
        draws[place + 1] = ((b >> 12) + 0.5) * 2.0**-52
        draws[place + 2] = ((c >> 12) + 0.5) * 2.0**-52
        draws[place + 3] = ((d >> 12) + 0.5) * 2.0**-52


@kernel
def search(seed, replicate, period, best, capital, productivity, draws, p):
    """Turn the uniform numbers in draws into each firm's next productivity; return the best of them."""
    latent = p.latent * exp(p.latent_growth * period)
    innovation, imitation = p.innovation_luck * p.innovation_cost, p.imitation_luck * p.imitation_cost
    innovators = int(p.innovating_part * capital.size)
    found = best
    for firm in range(capital.size):
        k, u = capital[firm], draws[firm]
        innovate = min(1.0, innovation * k) if firm < innovators else 0.0
        imitate = min(1.0, imitation * k)
        own = productivity[firm]
        if u < innovate + imitate - innovate * imitate:
            if u < innovate:
                own = max(own, latent * exp(p.deviation * normal(seed, replicate, period, firm, DRAW)))
            if u < innovate * imitate or u >= innovate:
                own = max(own, best)
            found = max(found, own)
        draws[firm] = own
    return found


@kernel
def invest(capital, productivity, following, price, part, p):
    """Move capital by investment and wear; return the output of all firms with their next productivity."""
    innovators = int(p.innovating_part * capital.size)
    price_over_cost = price / p.cost
    for firm in range(capital.size):
        k, now = capital[firm], productivity[firm]
        costs = p.cost + p.imitation_cost + (p.innovation_cost if firm < innovators else 0.0)
        judged = following[firm] if p.foresight == 1.0 else now
        added = investment(price_over_cost * judged, now * k * part, price * now - costs, p)
        capital[firm] = k * max(0.0, 1.0 - p.depreciation + added)
    output = 0.0  # summed in a loop of its own, so that the loop above becomes vector code
    for firm in range(capital.size):
        output += capital[firm] * following[firm]
    return output


@kernel
def investment(ratio, share, profit, p):
    """Return investment per capital of a firm, from its price-cost ratio, share of output and profit per capital."""
    desired = 1.0 + p.depreciation - wanted_over_actual(share, ratio)
    finance = p.finance_depreciation * p.depreciation + (p.bank_factor * profit if profit > 0.0 else profit)
    allowed = min(max(p.floor_of_desire, desired), max(p.floor_of_finance, finance))
    return max(p.floor_of_investment, allowed)


def run_industry(
    p: Rules, firms: int, histories: int, seed: int = 1, periods: int = 0, threads: int = 0
) -> np.ndarray:
    """Return the outcomes (history, outcome) of an industry: the same for any number of threads.

    `periods` 0 are those of the parameters, `threads` 0 is all processors; each thread takes an equal part.
    """
    length = periods or int(p.periods)
    parts = min(threads or threads_available(), histories)
    results = np.empty((histories, len(OUTCOMES)))
    ends = [histories * part // parts for part in range(parts + 1)]

    def work(part: int) -> None:
        simulate(seed, ends[part], ends[part + 1], firms, length, p, results)

    if parts == 1:
        work(0)
        return results
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, range(parts)))
    return results


def outcomes(histories: int, seed: int, reading: str = "") -> dict[str, np.ndarray]:
    """Return the values [n] over histories of every outcome, named by the outcome and the number of firms."""
    p = rules(reading)
    found = {}
    for firms in FIRMS:
        results = run_industry(p, firms, histories, seed)
        found.update({f"{name}.{firms}": results[:, place] for place, name in enumerate(OUTCOMES)})
    return found
