"""Are demand and prices of a year right: against a plain sum, a general solver, and markets small enough to solve by hand?

The kernel sums over regions once per class. Here every buyer is written out as a node (region, class, first car or
replacement) and given to the general solver of `latecomer.market`, which knows nothing of regions, classes or cars.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from bench import market_year
from laboratory import altered
from scipy.optimize import brentq, minimize_scalar

from latecomer.axes import BUYERS, INSTITUTION, SMALL_BUSINESS
from latecomer.compiled import kernel
from latecomer.market import elasticities, equilibrium, shares
from latecomer.model.markets import demand, prices
from latecomer.run import workspace

YEARS = (1986, 1993, 2004, 2018)
TIGHT = {"price_tolerance": 1e-12, "price_rounds": 400}
INCOME_BASE, PRICE_BASE = 60.0, 100.0


@dataclass(frozen=True, repr=False)
class Cleared:
    """A passenger market after a year: working space, state, world and parameters, and what was booked."""

    w: np.record
    state: np.record
    world: np.record
    p: np.record
    year: np.record
    makers: np.recarray

    @property
    def lines(self):
        """Return the lines on sale."""
        return slice(0, int(self.w.lines))

    def nodes(self):
        """Return weight [i], price sensitivity [i], values without price [i, j], class [i] and region [i] of all buyers."""
        w, p, lines = self.w, self.p, self.lines
        home = self.makers.home[w.maker[lines]]
        found = []
        for b in range(len(BUYERS)):
            rich = np.log(self.world.income[b] / INCOME_BASE)
            taste = {INSTITUTION: w.official_taste, SMALL_BUSINESS: w.firm_taste}.get(
                b, np.zeros_like(w.firm_taste)
            )[lines]
            rich = p.official_luxury if b == INSTITUTION else rich
            alpha = p.price_sensitivity * (self.world.income[b] / INCOME_BASE) ** -p.income_effect
            rules, aid = (np.where(home >= 0, field[home], 0.0) for field in (w.protection, w.aid))
            factor = np.expm1((2.0 if b == INSTITUTION else 1.0) * rules + alpha * aid / PRICE_BASE)
            for r in range(w.first_time.shape[0]):
                value = w.utility[lines] + rich * w.luxury[lines] + taste
                value = value + np.log(w.appeal[r, w.powertrain[lines]]) + np.log1p(factor * (home == r))
                for buyers, extra in ((w.first_time[r, b], 0.0), (w.replacing[r, b], p.replacement_value)):
                    if buyers > 0.0:
                        found.append((buyers, -alpha * PRICE_BASE**-p.price_curvature, value + extra, b, r))
        weights, slopes, values, classes, regions = zip(*found, strict=True)
        return np.array(weights), np.array(slopes), np.array(values), np.array(classes), np.array(regions)

    def ownership(self):
        """Return what the profit of line k weighs in the price of line j [j, k], in the buyer's money of line j."""
        maker = self.w.maker[self.lines]
        group = self.makers.group[maker]
        own = maker[:, None] == maker[None, :]
        kin = (group[:, None] == group[None, :]) & (group[:, None] >= 0) & ~own
        wedge = self.w.wedge[self.lines]
        return (own + self.p.venture_weight * kin) * wedge[:, None] / wedge[None, :]


def cleared(laboratory, year, **changes):
    """Run the case up to and including a year, prices solved to the last digits, and return its market."""
    space = workspace(laboratory.case)
    params, n = laboratory.params(**TIGHT, **changes), laboratory.index(year) + 1
    record = laboratory.go_on(space, params, last=n)[-1]
    case = laboratory.case
    return Cleared(space.flow[0], space.state[0], case.world[n - 1], params[0], record, case.makers)


@pytest.fixture(scope="module", params=YEARS)
def solved(request, laboratory):
    """Return the market of a year of the case."""
    return cleared(laboratory, request.param)


def test_demand_is_the_sum_over_all_nodes(solved):
    weights, slopes, values, _, _ = solved.nodes()
    price = solved.w.price[solved.lines]
    plain = shares(price, np.zeros(len(price)), slopes, values, weights, box_cox=solved.p.price_curvature)
    assert solved.w.residual < TIGHT["price_tolerance"]
    assert np.allclose(solved.w.asked[solved.lines], plain, rtol=1e-9)


def test_a_shadow_cost_that_ends_leaves_no_price_below_zero(laboratory):
    """A price of 150 with 250 of shadow cost behind it: without a bound it falls to -100, which has no logarithm."""
    space = workspace(laboratory.case)
    w, state, p = space.flow[0], space.state[0], laboratory.params()[0]
    w.lines, w.maker[0], w.price[0], w.unit_cost[0], w.left_out[0] = 1, 0, 150.0, 100.0, 0.0
    w.sold[0], w.power[0], w.slope[0], w.own_part[0], w.room[0] = 1e-3, 1.0, 1e-4, 0.0, 1.0
    state.shadow[0] = 250.0
    prices.raise_shadow_costs(state, w, p)
    assert state.shadow[0] == 0.0
    assert w.price[0] == 50.0


def test_prices_are_those_of_the_general_solver(solved):
    """Both search the prices at which nobody gains by a change, each from its own start; scarce capacity is in the cost."""
    weights, slopes, values, _, _ = solved.nodes()
    price, cost = solved.w.price[solved.lines], solved.w.cost[solved.lines]
    general = equilibrium(
        np.zeros(len(price)), slopes, values, weights, cost, ownership=solved.ownership(), box_cox=solved.p.price_curvature,
        start=1.2 * price, tolerance=1e-8,
    )  # fmt: skip
    assert general.converged
    assert np.allclose(general.prices, price, rtol=1e-6)
    assert np.allclose(general.shares, solved.w.asked[solved.lines], rtol=1e-5)


def test_prices_are_those_of_the_general_solver_whatever_a_venture_weighs(laboratory):
    for weight in (0.0, 1.0):
        solved = cleared(laboratory, 1998, venture_weight=weight)
        weights, slopes, values, _, _ = solved.nodes()
        price = solved.w.price[solved.lines]
        general = equilibrium(
            np.zeros(len(price)), slopes, values, weights, solved.w.cost[solved.lines], ownership=solved.ownership(),
            box_cox=solved.p.price_curvature, start=1.2 * price, tolerance=1e-8,
        )  # fmt: skip
        assert np.allclose(general.prices, price, rtol=1e-6)


def test_costs_are_those_of_the_plant_and_of_its_scarcity(solved):
    lines = solved.lines
    assert (solved.w.price[lines] > solved.w.unit_cost[lines]).all()
    scarce = solved.w.cost[lines] - solved.w.unit_cost[lines]
    assert scarce.min() > -1e-9


def test_scarcity_is_priced_only_where_capacity_binds(solved):
    """Shadow cost and spare capacity exclude one another: with a shadow cost, demand is capacity; without, it is no more."""
    w, lines = solved.w, solved.lines
    for m in np.unique(w.maker[lines]):
        mine = w.maker[lines] == m
        demand = w.asked[lines][mine].sum()
        scarce = (w.cost[lines] - w.unit_cost[lines])[mine].max()
        assert demand <= w.room[m] * (1.0 + 1e-6)
        assert (
            scarce < 1e-6 or scarce > prices.SHADOW_CAP - 1e-6 or demand == pytest.approx(w.room[m], rel=1e-6)
        )


def test_regions_and_classes_are_sums_of_their_nodes(solved):
    weights, slopes, values, classes, regions = solved.nodes()
    w, lines = solved.w, solved.lines
    lam = solved.p.price_curvature
    term = (w.price[lines] ** lam - 1.0) / lam
    odds = np.exp(values + slopes[:, None] * term)
    bought = weights[:, None] * odds / (1.0 + odds.sum(axis=1, keepdims=True))
    served = 1.0 - w.rationed / bought.sum()
    by_region = np.bincount(regions, bought.sum(axis=1), len(w.region_sales))
    assert np.allclose(w.region_sales, served * by_region, rtol=1e-9)
    own = np.bincount(regions, bought @ w.own[lines], len(w.region_sales))
    assert np.allclose(w.region_own, served * own, rtol=1e-9)
    local = np.zeros(len(w.region_sales))
    home = solved.makers.home[w.maker[lines]]
    for r in range(len(local)):
        local[r] = bought[regions == r][:, home == r].sum()
    assert np.allclose(w.region_local, served * local, rtol=1e-9)
    by_class = np.bincount(classes, bought.sum(axis=1), len(BUYERS))
    assert np.allclose(w.bought.sum(axis=0), served * by_class, rtol=1e-9)
    official = classes == INSTITUTION
    surplus = weights * np.log1p(odds.sum(axis=1)) - official * (bought @ w.official_taste[lines])
    for r in range(len(local)):
        rules = w.protection[r] * np.where(official, 2.0, 1.0)
        surplus -= (regions == r) * bought[:, home == r].sum(axis=1) * rules
    reference = np.sqrt(PRICE_BASE * solved.world.income[classes])
    money = -slopes * reference ** (lam - 1.0)
    assert w.surplus == pytest.approx(served * (surplus / money).sum(), rel=1e-9)


def test_the_elasticity_booked_is_that_of_the_general_solver(solved):
    weights, slopes, values, _, _ = solved.nodes()
    price = solved.w.price[solved.lines]
    asked = solved.w.asked[solved.lines]
    own = np.diag(
        elasticities(price, np.zeros(len(price)), slopes, values, weights, box_cox=solved.p.price_curvature)
    )
    assert solved.year.own_elasticity == pytest.approx((asked @ own) / asked.sum(), rel=1e-9)


@pytest.mark.parametrize("lam", [0.0, 1e-3, 0.3, 0.7, 1.0])
def test_the_slope_is_the_derivative_of_the_price_term(lam):
    for price in (20.0, 100.0, 450.0):
        step = 1e-4 * price
        rise = demand.price_term(price + step, lam) - demand.price_term(price - step, lam)
        assert demand.price_slope(price, lam) == pytest.approx(rise / (2.0 * step), rel=1e-7)


def test_the_price_term_is_box_cox_and_runs_into_the_logarithm():
    assert demand.price_term(250.0, 0.7) == pytest.approx((2.5**0.7 - 100.0**-0.7) / 0.7, rel=1e-14)
    assert demand.price_term(1.0, 0.7) == pytest.approx(0.0, abs=1e-15)
    assert demand.price_term(250.0, 1.0) - demand.price_term(150.0, 1.0) == pytest.approx(1.0, rel=1e-14)
    assert demand.price_term(250.0, 0.0) == pytest.approx(np.log(250.0), rel=1e-15)
    assert demand.price_term(250.0, 2e-6) == pytest.approx(np.log(250.0), rel=1e-4)


def test_price_sensitivity_falls_with_income_and_is_common_at_the_off_value(laboratory):
    p = laboratory.params(income_effect=0.6, price_sensitivity=3.0)[0]
    assert demand.price_response(60.0, p) == pytest.approx(3.0, rel=1e-15)
    assert demand.price_response(120.0, p) == pytest.approx(3.0 * 2.0**-0.6, rel=1e-14)
    off = laboratory.params(income_effect=0.0, price_sensitivity=3.0)[0]
    assert demand.price_response(7.0, off) == demand.price_response(700.0, off) == 3.0


@pytest.fixture
def one_line(laboratory):
    """Return a market of one line and one kind of buyer: a million households of one province and class."""
    space = workspace(laboratory.case)
    w, state = space.flow[0], space.state[0]
    w.lines = 1
    w.first[:] = (0, 1, 1, 1)
    w.maker[0], w.utility[0], w.unit_cost[0], w.wedge[0], w.price[0] = 3, 2.5, 60.0, 1.25, 90.0
    w.appeal[:] = 1.0
    w.first_time[4, 6] = 1.0
    w.room[:] = 1e6
    params = laboratory.params(
        price_tolerance=1e-14, price_rounds=400, price_sensitivity=3.0, income_effect=0.5
    )
    world = altered(laboratory.case.world, {})[laboratory.index(2005)]
    return Cleared(w, state, world, params[0], None, laboratory.case.makers)


def share_at(price, one):
    """Return the probability that the household buys at a price."""
    lam = one.p.price_curvature
    alpha = one.p.price_sensitivity * (one.world.income[6] / INCOME_BASE) ** -one.p.income_effect
    value = np.exp(one.w.utility[0] - alpha * ((price / 100.0) ** lam - 100.0**-lam) / lam)
    return value / (1.0 + value)


def clear(one):
    prices.clear(market_year(one.world, one.makers), one.state, one.w, one.p)


def test_a_monopolist_charges_what_a_root_finder_says(one_line):
    clear(one_line)
    best = minimize_scalar(
        lambda p: -(p - 60.0) * share_at(p, one_line), bounds=(60.0, 400.0), options={"xatol": 1e-9}
    )
    step = 1e-4

    def marginal_profit(price):
        gain = [(p - 60.0) * share_at(p, one_line) for p in (price - step, price + step)]
        return (gain[1] - gain[0]) / (2.0 * step)

    price = brentq(marginal_profit, 61.0, 400.0, xtol=1e-12)
    assert one_line.w.price[0] == pytest.approx(price, rel=1e-7)
    assert one_line.w.price[0] == pytest.approx(best.x, rel=1e-4)
    assert one_line.w.sold[0] == pytest.approx(share_at(price, one_line), rel=1e-7)
    assert one_line.w.bought.sum() == one_line.w.bought[4, 6] == pytest.approx(one_line.w.sold[0], rel=1e-12)
    assert one_line.w.rationed == 0.0


def test_a_full_plant_charges_what_clears_the_market(one_line):
    clear(one_line)
    room = 0.5 * float(one_line.w.sold[0])
    one_line.w.room[3] = room
    clear(one_line)
    clearing = brentq(lambda price: share_at(price, one_line) - room, 20.0, 5000.0, xtol=1e-12)
    assert one_line.w.price[0] == pytest.approx(clearing, rel=1e-9)
    assert one_line.w.sold[0] == pytest.approx(room, rel=1e-9)
    assert one_line.state.shadow[3] > 0.0


def test_taxes_between_maker_and_buyer_leave_a_monopolists_price_alone(one_line):
    """The wedge scales profit, and cost is already in the buyer's money."""
    clear(one_line)
    price = one_line.w.price[0]
    one_line.w.wedge[0], one_line.w.price[0] = 1.9, 70.0
    clear(one_line)
    assert one_line.w.price[0] == pytest.approx(price, rel=1e-10)


def profit_at(one, left_out):
    """Return the profit of the monopolist at the price it sets when it leaves part of the cost out."""
    one.w.left_out[0] = left_out
    clear(one)
    return (one.w.price[0] - 60.0) * one.w.sold[0]


def test_a_stance_prices_as_if_cost_were_lower(one_line):
    """The price is that of a maker with the lower cost, and moves by about cost left out x pass-through."""
    clear(one_line)
    price = float(one_line.w.price[0])
    one_line.w.left_out[0] = 3.0
    clear(one_line)
    biased = float(one_line.w.price[0])
    one_line.w.left_out[0], one_line.w.unit_cost[0] = 0.0, 57.0
    clear(one_line)
    assert biased == pytest.approx(one_line.w.price[0], rel=1e-12)
    one_line.w.unit_cost[0] = 60.01
    clear(one_line)
    pass_through = (one_line.w.price[0] - price) / 0.01
    assert biased - price == pytest.approx(-3.0 * pass_through, rel=0.05)


def test_a_lone_stance_costs_profit_either_way_and_little_at_first(one_line):
    best = profit_at(one_line, 0.0)
    lost = {left_out: best - profit_at(one_line, left_out) for left_out in (-2.0, -1.0, 1.0, 2.0)}
    assert min(lost.values()) > 0.0
    for sign in (-1.0, 1.0):
        assert lost[2.0 * sign] / lost[sign] == pytest.approx(4.0, rel=0.1)


def test_a_stance_that_rivals_answer_pays_if_it_holds_prices_up(one_line):
    """Fershtman and Judd 1987: among firms that set prices, owners gain if their manager's prices are too high, not too low."""
    w = one_line.w
    w.lines, w.first[:] = 2, (0, 2, 2, 2)
    w.maker[:2] = [m for m in range(len(one_line.makers)) if one_line.makers.group[m] == m][:2]
    for name, value in (("utility", 9.0), ("unit_cost", 60.0), ("wedge", 1.25), ("price", 90.0)):
        w[name][:2] = value
    profits = [profit_at(one_line, left_out) for left_out in (0.5, 0.0, -0.5)]
    assert profits[0] < profits[1] < profits[2]
    rival = float(w.price[1])
    profit_at(one_line, 0.0)
    assert rival > w.price[1]  # prices are answered in kind


def test_replacing_buyers_count_their_car_as_more_worth(one_line):
    w = one_line.w
    w.first_time[4, 6], w.replacing[4, 6] = 0.0, 1.0
    one_line.p.replacement_value = 0.0
    clear(one_line)
    price = w.price[0]
    w.first_time[4, 6], w.replacing[4, 6] = 1.0, 0.0
    clear(one_line)
    assert w.price[0] == pytest.approx(price, rel=1e-12)  # at the off value a replacement is a first car
    w.first_time[4, 6], w.replacing[4, 6], w.utility[0] = 0.0, 1.0, w.utility[0] - 0.8
    one_line.p.replacement_value = 0.8
    clear(one_line)
    assert w.price[0] == pytest.approx(price, rel=1e-12)


def test_a_plate_quota_holds_back_a_share_of_the_value(one_line):
    one_line.w.appeal[4, 0] = 0.4
    clear(one_line)
    price = one_line.w.price[0]
    one_line.w.appeal[4, 0] = 1.0
    one_line.w.utility[0] += np.log(0.4)
    clear(one_line)
    assert one_line.w.price[0] == pytest.approx(price, rel=1e-12)


def test_a_market_without_lines_is_empty(one_line):
    w = one_line.w
    clear(one_line)
    w.lines = 0
    clear(one_line)
    booked = [w.bought, w.region_sales, w.region_own, w.region_local]
    assert all((values == 0.0).all() for values in booked)
    assert (w.residual, w.rounds, w.rationed, w.surplus, w.elasticity) == (0.0, 0.0, 0.0, 0.0, 0.0)


def test_years_without_lines_have_no_market(laboratory):
    years = laboratory.run()
    closed = years[years.lines == 0.0]
    assert len(closed) > 20
    for name in (
        "average_price",
        "imports",
        "rationed",
        "consumer_surplus",
        "markup",
        "price_rounds",
        "new_energy_vehicles",
    ):
        assert (closed[name] == 0.0).all(), name
    assert (closed.region_sales == 0.0).all()


@pytest.fixture
def three_lines(laboratory):
    """Return a working space with three lines of as many makers, for jumps alone."""
    space = workspace(laboratory.case)
    w, state = space.flow[0], space.state[0]
    w.lines, w.sellers = 3, 3
    w.maker[:3], w.owner[:3] = (3, 4, 5), (3, 4, 5)
    w.unit_cost[:3] = 10.0
    return w, state


def iterate(w, state, best, pull, rounds):
    """Note `rounds` rounds of prices that keep `pull` of their distance to the best prices."""
    w.price[:3] = (100.0, 120.0, 90.0)
    for n in range(rounds):
        prices.note(w.points, n, state, w)
        w.price[:3] = best + pull @ (w.price[:3] - best)
        prices.note(w.images, n, state, w)


def test_a_jump_lands_on_the_solution_of_a_linear_round_of_two_dimensions(three_lines):
    w, state = three_lines
    best = np.array([60.0, 75.0, 90.0])
    iterate(w, state, best, np.array([[0.5, 0.1, 0.0], [-0.2, 0.3, 0.0], [0.0, 0.0, 0.0]]), 3)
    before = w.price[:3].copy()
    assert prices.jump(2, 3, state, w)
    assert np.allclose(w.price[:3], best, rtol=1e-6)
    assert not np.allclose(before, best, rtol=1e-2)


def test_one_difference_solves_one_dimension_and_none_does_nothing(three_lines):
    w, state = three_lines
    best = np.array([60.0, 120.0, 90.0])
    iterate(w, state, best, np.diag([0.6, 0.0, 0.0]), 2)
    before = w.price[:3].copy()
    assert not prices.jump(0, 1, state, w)
    assert (w.price[:3] == before).all()
    assert prices.jump(1, 2, state, w)
    assert np.allclose(w.price[:3], best, rtol=1e-6)


def test_a_jump_under_half_of_cost_or_too_far_is_refused(three_lines):
    w, state = three_lines
    iterate(w, state, np.array([4.0, 120.0, 90.0]), np.diag([0.6, 0.0, 0.0]), 2)
    before = w.price[:3].copy()
    assert not prices.jump(1, 2, state, w)
    iterate(w, state, np.array([60.0, 120.0, 90.0]), np.diag([0.95, 0.0, 0.0]), 2)
    assert not prices.jump(1, 2, state, w)
    assert w.price[0] > before[0]


def test_jumps_save_rounds_and_change_no_price(laboratory, monkeypatch):
    """The same equilibrium with and without: refusing every jump leaves the plain iteration."""
    found = {}
    for reach in (prices.LONGEST_JUMP, -1.0):
        monkeypatch.setattr(prices, "LONGEST_JUMP", reach)
        again = kernel(prices.jump.py_func)
        monkeypatch.setattr(prices, "jump", again)
        solve = kernel(prices.clear.py_func)
        solved = cleared(laboratory, 2004)
        w, state = solved.w, solved.state
        w.price[solved.lines] *= 1.1
        solve(market_year(solved.world, solved.makers), state, w, solved.p)
        found[reach] = (float(w.rounds), w.price[solved.lines].copy())
    (quick, jumped), (slow, same) = found.values()
    assert quick < 0.9 * slow
    assert np.allclose(jumped, same, rtol=1e-9)
