"""Is buyers' surplus money that a good turn adds to and a bad one takes away, the same money whatever else changes?

Markets of a few lines with chance in everything, at prices held and at prices that makers set again; and years of the case. Two
things are kept out since they can turn a gain into a loss, and rightly so: rules strong enough (above one unit of utility) to
draw buyers from what they like more to whatever got better, and prices so low that cars are handed out by luck.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from bench import market_year
from hypothesis import given, settings
from hypothesis import strategies as st

from latecomer.axes import BUYERS, INSTITUTION, PRIVATE
from latecomer.model.markets import prices
from latecomer.run import workspace

LINES = 8
SEEDS = st.integers(0, 2**32 - 1)
CHANGES = st.floats(0.01, 0.9)
MANY = settings(max_examples=60, deadline=None, derandomize=True)


@dataclass(frozen=True, repr=False)
class Booked:
    """Surplus of a market in all, by class [b] and by region [r] (billion CNY), and what was bought [b] (million)."""

    whole: float
    buyers: np.ndarray
    regions: np.ndarray
    bought: np.ndarray

    def no_less_than(self, other):
        """Return whether no buyer has less here, up to the last digits."""
        slack = 1e-10 * max(1.0, abs(other.whole))
        sides = ((self.buyers, other.buyers), (self.regions, other.regions))
        return all((mine >= theirs - slack).all() for mine, theirs in sides)


@dataclass(repr=False)
class Market:
    """A market that can be changed and booked again: working space, state, world, makers and parameters."""

    w: np.record
    state: np.record
    world: np.record
    makers: np.recarray
    p: np.record

    def booked(self, rounds=0):
        """Return what is booked at the prices as they are, or after so many rounds of price setting."""
        self.p.price_rounds = rounds
        self.state.shadow[:] = 0.0
        prices.clear(market_year(self.world, self.makers), self.state, self.w, self.p)
        w = self.w
        return Booked(float(w.surplus), w.buyer_surplus.copy(), w.region_surplus.copy(), w.bought.sum(axis=0))

    def solved(self):
        """Return what is booked at the prices that makers set."""
        found = self.booked(rounds=400)
        assert self.w.residual < self.p.price_tolerance
        return found


@pytest.fixture(scope="module")
def blank(laboratory):
    """Return a market without lines and buyers, in 2005, with room for all."""
    space, params = workspace(laboratory.case), laboratory.params(price_tolerance=1e-12)
    world = laboratory.case.world[laboratory.index(2005)]
    return Market(space.flow[0], space.state[0], world, laboratory.case.makers, params[0])


def random_market(blank, seed, rules=0.3):
    """Fill the blank market by chance: lines of eight makers at home and of ventures, and buyers of all kinds everywhere."""
    chance, w, lines = np.random.default_rng(seed), blank.w, slice(0, LINES)
    w.lines, w.first[:] = LINES, (0, LINES - 2, LINES - 1, LINES)
    w.maker[lines] = chance.choice(np.flatnonzero(blank.makers.home >= 0), LINES, replace=False)
    w.own[lines] = blank.makers.ownership[w.maker[lines]] <= PRIVATE
    w.utility[lines], w.luxury[lines] = chance.uniform(-3.0, 9.0, LINES), chance.uniform(-1.0, 2.0, LINES)
    w.unit_cost[lines], w.left_out[lines] = chance.uniform(30.0, 400.0, LINES), 0.0
    w.wedge[lines] = chance.uniform(1.1, 1.6)
    w.price[lines] = w.unit_cost[lines] * chance.uniform(1.05, 1.6, LINES)
    w.official_taste[lines] = rules * chance.uniform() * w.own[lines]
    w.firm_taste[lines] = chance.uniform(0.0, 1.0, LINES)
    w.appeal[:] = chance.uniform(0.3, 1.0, w.appeal.shape)
    w.protection[:] = rules * chance.uniform(size=w.protection.shape)
    w.aid[:] = chance.uniform(0.0, 15.0, w.aid.shape)
    w.first_time[:] = chance.exponential(0.01, w.first_time.shape)
    w.replacing[:] = chance.exponential(0.01, w.replacing.shape)
    w.room[:] = 1e6
    return blank


@MANY
@given(seed=SEEDS, line=st.integers(0, LINES - 1), change=CHANGES)
def test_a_lower_price_never_lowers_surplus(blank, seed, line, change):
    one = random_market(blank, seed)
    before = one.booked()
    one.w.price[line] *= 1.0 - change
    assert one.booked().no_less_than(before)


@MANY
@given(seed=SEEDS, line=st.integers(0, LINES - 1), change=CHANGES)
def test_a_better_car_never_lowers_surplus(blank, seed, line, change):
    one = random_market(blank, seed)
    before = one.booked()
    one.w.utility[line] += 4.0 * change
    assert one.booked().no_less_than(before)


@MANY
@given(seed=SEEDS)
def test_one_car_more_never_lowers_surplus(blank, seed):
    """Crowding is no matter of the market: it lowers the value of every line before (`product`), and may outweigh the new one."""
    one = random_market(blank, seed)
    value = float(one.w.utility[3])
    one.w.utility[3] = -100.0
    before = one.booked()
    one.w.utility[3] = value
    assert one.booked().no_less_than(before)


@MANY
@given(seed=SEEDS, change=CHANGES)
def test_a_tax_never_raises_surplus(blank, seed, change):
    """On all cars, prices set again; what it brings is not counted."""
    one = random_market(blank, seed)
    before = one.solved()
    one.w.wedge[:LINES] *= 1.0 + change
    one.w.unit_cost[:LINES] *= 1.0 + change
    assert before.no_less_than(one.solved())


@MANY
@given(seed=SEEDS, line=st.integers(0, LINES - 1), change=CHANGES)
def test_a_car_that_is_cheaper_to_make_never_lowers_surplus(blank, seed, line, change):
    one = random_market(blank, seed)
    before = one.solved()
    one.w.unit_cost[line] *= 1.0 - change
    assert one.solved().whole >= before.whole * (1.0 - 1e-9)


@MANY
@given(seed=SEEDS)
def test_the_same_gain_in_utility_is_the_same_money_at_any_price(blank, seed):
    """All cars dearer and as much better leave surplus where it was: nothing of the history's own prices is in its money."""
    one = random_market(blank, seed, rules=0.0)
    income_effect, one.p.income_effect = float(one.p.income_effect), 0.0
    one.w.luxury[:LINES], one.w.aid[:] = 0.0, 0.0
    lam = one.p.price_curvature
    before, price = one.booked(), one.w.price[:LINES].copy()
    one.w.price[:LINES] *= 2.0
    term = ((2.0 * price / 100.0) ** lam - (price / 100.0) ** lam) / lam
    one.w.utility[:LINES] += one.p.price_sensitivity * term
    after = one.booked()
    one.p.income_effect = income_effect
    assert np.allclose(after.buyers, before.buyers, rtol=1e-10)


def test_rules_please_nobody(blank):
    """They move the choice away from what buyers like most; the more they move, the less is gained."""
    gained = []
    for strength in (0.0, 0.3, 0.6):
        one = random_market(blank, 7, rules=0.0)
        one.w.protection[:] = strength
        one.w.official_taste[:LINES] = strength * one.w.own[:LINES]
        gained.append(one.booked())
    assert gained[0].whole > gained[1].whole > gained[2].whole
    assert gained[0].buyers[INSTITUTION] > gained[1].buyers[INSTITUTION] > gained[2].buyers[INSTITUTION]


def test_whoever_is_turned_away_gains_nothing(blank):
    """Where no price clears the market, surplus falls by the share of buyers not served."""
    one = random_market(blank, 3)
    before = one.booked()
    one.w.room[:] = 0.5 * one.w.asked[:LINES].min()
    after = one.booked()
    served = after.bought.sum() / before.bought.sum()
    assert served < 0.6
    assert after.whole == pytest.approx(served * before.whole, rel=1e-12)


@pytest.mark.parametrize("year", [2004, 2010, 2018, 2025])
def test_a_yuan_off_is_worth_about_a_yuan(laboratory, year):
    """Roy's identity holds as nearly as one price by class can stand for all: for each class that buys a fiftieth or more."""
    space = laboratory.after(year)
    world = laboratory.case.world[laboratory.index(year)]
    one = Market(space.flow[0], space.state[0], world, laboratory.case.makers, laboratory.params()[0])
    one.w.room[:] = 1e6
    before, off = one.booked(), 0.01
    one.w.price[: int(one.w.lines)] -= off
    worth = (one.booked().buyers - before.buyers) / (off * before.bought)
    many = before.bought > before.bought.sum() / 50.0
    assert many.sum() >= 4 and len(many) == len(BUYERS)
    assert (worth[many] > 0.75).all() and (worth[many] < 1.2).all()
    assert (worth @ before.bought) / before.bought.sum() == pytest.approx(1.0, abs=0.15)
