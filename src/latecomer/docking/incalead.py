"""Do our parts, in continuous time, become the catch-up of a follower nation in InCaLead?

Three firms, one a nation; s market share, K capital, D debt, x performance, r research routine, H scientists, u immigration.
Output is A K, so s = K / sum K. A bar is the plain mean of the three.

    cost            c = (1 + (eta + chi) D / K) / A          price p = (1 + s) c, profit per unit pi = s c
    competitiveness gamma = (1 - alpha)(x - xbar) / xbar - alpha (p - pbar) / pbar
    growth          dK/dt = K (g + gamma - sum s gamma)       that is ds/dt = s (gamma - sum s gamma)
    debt            dD/dt = max(0, dK/dt - (1 - r) pi A K) - chi D
    research        R = r pi A K, wage w = R / H;             dr/dt = beta (r* - r), r* that of the largest pi
    performance     dx/dt = (T - x) H / sum H,                T = T0 e^(lambda t)
    scientists      dH/dt = sigma (y + H) + u (1 - sigma) sum(y + H) - H,   graduates y = B0 + b t
    immigration     du/dt = zeta u (a - sum u a)
                    a = (1 - eps)(w - wbar) / wbar + eps (z - zbar) / zbar,   z = (T - x) / x

At the start scientists are R / w0. Integrated by the classical Runge-Kutta method of fourth order in steps of STEP; times are
interpolated linearly within a step. All readings are integrated at once (axis v before the axis i of the nations).

Source: Almudi, Fatas-Villafranca and Izquierdo (2012), "Innovation, catch-up, and leadership in science-based industries",
Industrial and Corporate Change 21(2), 345-375; the description that comes with the authors' program (Izquierdo 2016).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from latecomer.docking.tables import parameters, readings

CASE = "incalead"
NATIONS = 3
STEP = 0.0625
END = 300.0
CAUGHT_UP, EQUAL = 1 / (2 * NATIONS), 0.01


@dataclass(frozen=True)
class World:
    """Parameters of the readings v: `one` of the world [v, 1], `of` each nation [v, i]."""

    one: dict[str, np.ndarray]
    of: dict[str, np.ndarray]


def world(names: list[str]) -> World:
    """Return the parameters of these readings, stacked."""
    records = [parameters(CASE, name) for name in names]
    fields = list(records[0])
    one = {
        name: np.array([[record[name]] for record in records]) for name in fields if not name[-1].isdigit()
    }
    stems = dict.fromkeys(name.rsplit("_", 1)[0] for name in fields if name[-1].isdigit())
    of = {
        stem: np.array([[record[f"{stem}_{place}"] for place in range(1, NATIONS + 1)] for record in records])
        for stem in stems
    }
    return World(one, of)


def start(given: World) -> np.ndarray:
    """Return the state [part, v, i] at time zero: capital, debt, performance, routine, scientists, immigration."""
    capital, debt, routine = given.of["capital"], given.of["debt"], given.of["routine"]
    share = capital / capital.sum(axis=-1, keepdims=True)
    budget = routine * share * unit_cost(capital, debt, given) * given.one["capital_productivity"] * capital
    scientists = budget / given.one["wage"]
    return np.array(
        [capital, debt, given.of["performance"], routine, scientists, given.of["immigration"]], dtype=float
    )


def unit_cost(capital: np.ndarray, debt: np.ndarray, given: World) -> np.ndarray:
    """Return cost per unit of output: capital, with interest and repayment of debt."""
    service = (given.one["interest"] + given.one["repayment"]) * debt / capital
    return (1.0 + service) / given.one["capital_productivity"]


def relative(values: np.ndarray) -> np.ndarray:
    """Return how far each nation is above the plain mean, as a share of the mean."""
    mean = values.mean(axis=-1, keepdims=True)
    return (values - mean) / mean


def change(time: float, state: np.ndarray, given: World) -> np.ndarray:
    """Return the rate of change of the state [part, v, i] at a time."""
    capital, debt, performance, routine, scientists, immigration = state
    one, of = given.one, given.of
    share = capital / capital.sum(axis=-1, keepdims=True)
    cost = unit_cost(capital, debt, given)
    profit, output = share * cost, one["capital_productivity"] * capital
    weight = one["price_weight"]
    appeal = (1.0 - weight) * relative(performance) - weight * relative((1.0 + share) * cost)
    growth = capital * (one["demand_growth"] + appeal - (share * appeal).sum(axis=-1, keepdims=True))
    borrowed = np.maximum(0.0, growth - (1.0 - routine) * profit * output)
    copied = np.take_along_axis(routine, profit.argmax(axis=-1)[..., None], axis=-1)
    gap = one["frontier"] * np.exp(of["frontier_growth"] * time) - performance
    pull = one["productivity_weight"]
    wages = routine * profit * output / scientists
    attraction = (1.0 - pull) * relative(wages) + pull * relative(gap / performance)
    mean_attraction = (immigration * attraction).sum(axis=-1, keepdims=True)
    candidates = of["graduates"] + of["university_growth"] * time + scientists
    mobile = (1.0 - one["staying"]) * candidates.sum(axis=-1, keepdims=True)
    return np.array(
        [
            growth,
            borrowed - one["repayment"] * debt,
            gap * scientists / scientists.sum(axis=-1, keepdims=True),
            one["imitation"] * (copied - routine),
            one["staying"] * candidates + immigration * mobile - scientists,
            one["mobility"] * immigration * (attraction - mean_attraction),
        ]
    )


def runge_kutta(
    rate: Callable[[float, np.ndarray], np.ndarray], time: float, state: np.ndarray, step: float
) -> np.ndarray:
    """Return the state after one step of the classical method of fourth order."""
    a = rate(time, state)
    b = rate(time + step / 2, state + step / 2 * a)
    c = rate(time + step / 2, state + step / 2 * b)
    d = rate(time + step, state + step * c)
    return state + step / 6 * (a + 2 * b + 2 * c + d)


def market_shares(given: World, step: float = STEP, end: float = END) -> tuple[np.ndarray, np.ndarray]:
    """Return times [t] and market shares [t, v, i] from time zero to the end."""
    times = step * np.arange(round(end / step) + 1)
    state = start(given)
    shares = np.empty((times.size, *state.shape[1:]))
    for place, time in enumerate(times):
        shares[place] = state[0] / state[0].sum(axis=-1, keepdims=True)
        state = runge_kutta(lambda t, y: change(t, y, given), float(time), state, step)
    return times, shares


def first_time(times: np.ndarray, lead: np.ndarray) -> float:
    """Return when `lead` [t] first rises above zero, by linear interpolation; NaN if it never does."""
    above = np.flatnonzero(lead > 0.0)
    if not above.size or above[0] == 0:
        return float(times[0]) if above.size else float("nan")
    place = above[0]
    before, after = lead[place - 1], lead[place]
    return float(times[place - 1] + (times[place] - times[place - 1]) * before / (before - after))


def outcomes(step: float = STEP) -> dict[str, np.ndarray]:
    """Return the one value of every outcome, named by the outcome and the reading.

    `catch_up`: the follower passes half of an equal share; `convergence`: no two shares are .01 apart; `overtaking`: the
    follower is the largest; `share_i`: the shares at the end.
    """
    names = list(readings(CASE))
    times, shares = market_shares(world(names), step)
    found = {}
    for place, name in enumerate(names):
        path, label = shares[:, place], f".{name}" if name else ""
        found[f"catch_up{label}"] = first_time(times, path[:, 2] - CAUGHT_UP)
        found[f"convergence{label}"] = first_time(times, EQUAL - np.ptp(path, axis=1))
        found[f"overtaking{label}"] = first_time(times, path[:, 2] - path[:, :2].max(axis=1))
        found.update({f"share_{i + 1}{label}": float(path[-1, i]) for i in range(NATIONS)})
    return {name: np.array([value]) for name, value in found.items()}
