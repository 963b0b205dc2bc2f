"""How do a maker's cars get into the markets of the world? Entry, networks, names and takeovers, by destination.

    exports     q_mx = W share_x m0 / (1 + e^-v_mx), all destinations scaled to the plant that is left
                v_mx = x0 + place_x + x2 ln(home sales) + x3 n_mx + x4 E e_x - [foreign maker] x5 a_x / h
                       + [own brand] x6 (T_mx - 1)
    place       place_x = x1 (Q - F) a_x - b ln(distance_x) - c ln rer - d ln[(1 + tariff_x)(1 - rebate)] + w window_x
                a_x = income_x^i, richer buyers ask for more; trucks, sold by tender, follow place_x alone
    network     dn = h (s + l max n elsewhere)(1 - n) for K dn in cash, if h y years of margin on what is sold there pay for it;
                where little is sold it decays: n' = (1 - z) n
    name        T_mx = (1 - u) own name + u reputation of the country, shared by all its brands, each from 0 (unknown) to 1
                name' = name + g seen (1 - min(1, max(0, -(Q - F) a_x) / .9) - name), twice as fast down,
                seen = 1 - e^-(cars sold there / (s0 market)): buyers form no opinion of cars they do not see
    takeover    dated by contract; succeeds with odds e^(k0 + k1 ln organisation - k2 distance + k3 (absorption - 1/2)), once for
                all it brings: network and name there. The price is paid either way; technology handed over stays accessible

Q - F is the mean over the cars a maker sells at home, electric ones rated by electric technology. Foreign makers sell under
trusted names (T = 1); their parents limit their exports, most of all to rich markets where they have plants of their
own, less if the venture pushes (h, a maker's push abroad, is its strategy). Income and distance are relative to the
mean of the markets in 2010, so that i and b move the pattern more than the level.

Sources: Melitz 2003 and Roberts and Tybout 1997 (sunk cost), McCallum 2015 (it is paid country by country), Morales, Sheu and
Zahler 2019 (markets learn from each other), Hallak 2006 (income and the demand for quality), Disdier and Head 2008 (distance),
Deng 2010 (absorption decides whether takeovers abroad succeed).
"""

import math

from latecomer.axes import BATTERY, COMBUSTION
from latecomer.compiled import kernel
from latecomer.keys import uniform
from latecomer.model.cars.quality import quality_gap
from latecomer.model.channels import TAKEOVER_ABROAD
from latecomer.model.kinds import NDOMAINS, importer, own_brand
from latecomer.model.makers.capacity import funds
from latecomer.model.makers.finance import pay

LEAST_PUSH = 0.1  # a parent ten times as reluctant lets nothing out
WORST_GAP = 0.9


@kernel
def place(x, gap, here, now, p):
    """Return what destination x itself does to the odds of a car that stands `gap` from the frontier (log odds)."""
    value = p.export_quality * gap * demands(x, here, p) - p.abroad_distance * math.log(
        here.destination_distance[x]
    )
    value -= p.export_exchange * math.log(here.real_exchange_rate)
    value += p.window_effect * now.abroad_window[x]
    return value - p.tariff_effect * (math.log1p(now.abroad_tariff[x]) + math.log1p(-now.export_rebate))


@kernel
def demands(x, here, p):
    """Return how much a gap in quality counts in destination x, against the mean of the markets."""
    return here.destination_income[x] ** p.abroad_income


@kernel
def odds(m, x, w, state, here, now, choice, maker, p):
    """Return the log odds that a buyer in destination x takes a car of maker m."""
    value = p.export_constant + place(x, w.car_gap[m], here, now, p)
    value += p.export_size * math.log(0.05 + w.sold_home[m]) + p.export_network * state.network[m, x]
    open_to_electric = here.world_electric_share * here.destination_electric[x]
    value += state.electric_share * p.export_electric * open_to_electric
    if not own_brand(maker):
        return value - p.export_venture * demands(x, here, p) / max(choice.export_push[m], LEAST_PUSH)
    known = (1.0 - p.abroad_nation) * state.name_abroad[m, x] + p.abroad_nation * state.reputation_abroad[x]
    return value + p.abroad_trust * (known - 1.0)


@kernel
def rate_cars(w, state, makers, p):
    """Fill w.car_gap[m]: how far the cars a maker sells stand from the frontier, electric ones by electric technology."""
    w.car_gap[:] = 0.0
    for j in range(w.lines):
        m, e = w.maker[j], w.powertrain[j]
        gap = w.gap[m] if e == COMBUSTION else quality_gap(m, e, w, state, makers[m], p)
        w.car_gap[m] += gap * w.sold[j] / w.sold_home[m] if w.sold_home[m] > 0.0 else 0.0


@kernel
def export(t, w, state, world, policy, strategy, makers, p):
    """Set passenger exports w.sent[m, x] and their sum state.exports[m] (million), within the plant of every maker."""
    now, here = policy[t], world[t]
    market = (1.0 - now.plan_share) * p.export_market * here.world_market
    w.sent[:] = 0.0
    for m in range(makers.size):
        state.exports[m] = 0.0
        if state.alive[m] == 0 or importer(makers[m]) or w.sold_home[m] <= 0.0:
            continue
        wish = 0.0
        for x in range(here.destination_market.size):
            value = odds(m, x, w, state, here, now, strategy[t], makers[m], p)
            w.sent[m, x] = market * here.destination_market[x] / (1.0 + math.exp(-value))
            wish += w.sent[m, x]
        room = max(0.0, 1.1 * state.capacity[m] - w.sold_home[m] - w.plan_built[m])
        state.exports[m] = min(wish, room)
        for x in range(here.destination_market.size):
            w.sent[m, x] *= state.exports[m] / wish if wish > 0.0 else 0.0


@kernel
def send_trucks(gap, constant, here, now, p, part):
    """Fill part[x] with the pull of every destination on trucks, and return it for the world (0..1)."""
    total = 0.0
    for x in range(part.size):
        part[x] = here.destination_market[x] / (1.0 + math.exp(-constant - place(x, gap, here, now, p)))
        total += part[x]
    return total


@kernel
def extend(t, w, state, policy, strategy, makers, p):
    """Build networks where they pay, let others decay, and book their cost (billion CNY of 2010, w.spent_abroad[m])."""
    w.spent_abroad[:] = 0.0
    for m in range(makers.size):
        if state.alive[m] == 0 or importer(makers[m]):
            continue
        best, push = 0.0, strategy[t].export_push[m]
        for x in range(w.sent_trucks.size):
            best = max(best, state.network[m, x])
        means = funds(m, state, policy[t], makers[m], p)
        for x in range(w.sent_trucks.size):
            speed = push * (p.network_speed + p.network_learning * best)
            step = min(1.0, speed) * (1.0 - state.network[m, x])
            cost = p.network_cost * step
            earned = p.export_margin * p.export_price * w.mean_price[m] * w.sent[m, x]
            if w.sent[m, x] <= p.export_noticed:
                state.network[m, x] *= 1.0 - p.network_decay
            elif push * p.network_patience * earned >= cost and w.spent_abroad[m] + cost <= means:
                state.network[m, x] += step
                w.spent_abroad[m] += cost
        pay(m, w.spent_abroad[m], state)


@kernel
def take_over(t, w, state, world, makers, contracts, p, seed, history, out):
    """Carry out this year's takeovers: pay, draw success, and on success add network and name; book those that fail."""
    out.takeovers_failed = 0.0
    year = int(world[t].year)
    for c in range(contracts.size):
        contract = contracts[c]
        m = contract.maker
        if contract.year != year or state.alive[m] == 0:
            continue
        if contract.cost <= 0.0 and contract.network.sum() + contract.name.sum() <= 0.0:
            continue
        w.spent_abroad[m] += p.takeover_cost * contract.cost
        pay(m, p.takeover_cost * contract.cost, state)
        if uniform(seed, history, t, m, TAKEOVER_ABROAD) >= success(
            m, world[t].frontier_clock, contract, w, state, p
        ):
            out.takeovers_failed += 1.0
            continue
        for x in range(w.sent_trucks.size):
            gained = p.takeover_strength * contract.network[x]
            state.network[m, x] += gained * (1.0 - state.network[m, x])
            gained = p.takeover_strength * contract.name[x]
            state.name_abroad[m, x] += gained * (1.0 - state.name_abroad[m, x])


@kernel
def success(m, newest, contract, w, state, p):
    """Return the probability that maker m makes something of what contract brings, when world technology is of year `newest`."""
    level = p.frontier_growth * (newest - contract.vintage - p.frontier_year)
    distance = 0.0
    for d in range(NDOMAINS):
        if d != BATTERY:
            distance += max(0.0, level - state.mastered[m, d]) / (NDOMAINS - 1)
    absorb = 1.0 - math.exp(-state.research[m] * state.organisation[m] * w.talent / p.absorption_scale)
    value = p.takeover_constant + p.takeover_organisation * math.log(max(state.organisation[m], 1e-3))
    value += p.takeover_absorb * (absorb - 0.5) - p.takeover_distance * distance
    return 1.0 / (1.0 + math.exp(-value))


@kernel
def remember(t, w, state, world, makers, p):
    """Let buyers abroad learn what own-brand cars are worth: each maker's name, and the country's for all of them."""
    here = world[t]
    for x in range(here.destination_market.size):
        sold, worth = 0.0, 0.0
        market = p.abroad_exposure * here.destination_market[x] * here.world_market
        for m in range(makers.size):
            if state.alive[m] == 0 or not own_brand(makers[m]):
                continue
            found = 1.0 - min(1.0, max(0.0, -w.car_gap[m] * demands(x, here, p)) / WORST_GAP)
            state.name_abroad[m, x] = learnt(state.name_abroad[m, x], found, w.sent[m, x] / market, p)
            sold += w.sent[m, x]
            worth += found * w.sent[m, x]
        if sold > 0.0:
            state.reputation_abroad[x] = learnt(state.reputation_abroad[x], worth / sold, sold / market, p)


@kernel
def learnt(name, found, sold, p):
    """Return a name (0..1) after a year in which buyers found cars worth `found`, `sold` in units of the exposure."""
    speed = p.abroad_learning if found > name else min(1.0, 2.0 * p.abroad_learning)
    return name + speed * (1.0 - math.exp(-sold)) * (found - name)


@kernel
def report(w, state, makers, p, out):
    """Book exports by destination (vehicles), own brands among them, what a car brings abroad, and the country's name."""
    worth, cars = 0.0, 0.0
    out.own_exports_by_destination[:] = 0.0
    for x in range(w.sent_trucks.size):
        out.exports_by_destination[x] = w.sent_trucks[x] * 1e6
        out.reputation_abroad[x] = state.reputation_abroad[x]
    for m in range(makers.size):
        cars += state.exports[m]
        worth += p.export_price * w.net_price[m] * state.exports[m]
        for x in range(w.sent_trucks.size):
            out.exports_by_destination[x] += w.sent[m, x] * 1e6
            if own_brand(makers[m]):
                out.own_exports_by_destination[x] += w.sent[m, x] * 1e6
    out.export_unit_value = worth / cars * 1e3 if cars > 0.0 else 0.0


@kernel
def stop(m, state):
    """Stop the exports of a maker that ends."""
    state.exports[m] = 0.0
