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
from latecomer.model.context import each
from latecomer.model.kinds import NDOMAINS, importer, own_brand
from latecomer.model.makers.capacity import funds
from latecomer.model.makers.finance import pay

LEAST_PUSH = 0.1  # a parent ten times as reluctant lets nothing out
WORST_GAP = 0.9

FLOW = (
    *each("m", "spent_abroad car_gap"),
    *each("mx", "sent"),
)


@kernel
def place(x, gap, now, p):
    """Return what destination x itself does to the odds of a car that stands `gap` from the frontier (log odds)."""
    value = p.export_quality * gap * demands(x, now, p) - p.abroad_distance * math.log(
        now.world.destination_distance[x]
    )
    value -= p.export_exchange * math.log(now.world.real_exchange_rate)
    value += p.window_effect * now.policy.abroad_window[x]
    return value - p.tariff_effect * (
        math.log1p(now.policy.abroad_tariff[x]) + math.log1p(-now.policy.export_rebate)
    )


@kernel
def demands(x, now, p):
    """Return how much a gap in quality counts in destination x, against the mean of the markets."""
    return now.world.destination_income[x] ** p.abroad_income


@kernel
def odds(m, x, now, before, flow, p):
    """Return the log odds that a buyer in destination x takes a car of maker m."""
    maker = now.makers[m]
    value = p.export_constant + place(x, flow.car_gap[m], now, p)
    value += p.export_size * math.log(0.05 + flow.sold_home[m]) + p.export_network * before.network[m, x]
    open_to_electric = now.world.world_electric_share * now.world.destination_electric[x]
    value += before.electric_share * p.export_electric * open_to_electric
    if not own_brand(maker):
        return value - p.export_venture * demands(x, now, p) / max(now.strategy.export_push[m], LEAST_PUSH)
    known = (1.0 - p.abroad_nation) * before.name_abroad[m, x] + p.abroad_nation * before.reputation_abroad[x]
    return value + p.abroad_trust * (known - 1.0)


@kernel
def rate_cars(now, after, flow, p):
    """Fill flow.car_gap[m]: how far the cars a maker sells stand from the frontier, electric ones by electric technology."""
    flow.car_gap[:] = 0.0
    for j in range(flow.lines):
        m, e = flow.maker[j], flow.powertrain[j]
        gap = flow.gap[m] if e == COMBUSTION else quality_gap(m, e, now, after, flow, p)
        flow.car_gap[m] += gap * flow.sold[j] / flow.sold_home[m] if flow.sold_home[m] > 0.0 else 0.0


@kernel
def export(now, before, after, flow, p):
    """Set passenger exports flow.sent[m, x] and their sum after.exports[m] (million), within the plant of every maker."""
    here = now.world
    market = (1.0 - now.policy.plan_share) * p.export_market * here.world_market
    flow.sent[:] = 0.0
    for m in range(now.makers.size):
        after.exports[m] = 0.0
        if after.alive[m] == 0 or importer(now.makers[m]) or flow.sold_home[m] <= 0.0:
            continue
        wish = 0.0
        for x in range(here.destination_market.size):
            value = odds(m, x, now, before, flow, p)
            flow.sent[m, x] = market * here.destination_market[x] / (1.0 + math.exp(-value))
            wish += flow.sent[m, x]
        room = max(0.0, 1.1 * after.capacity[m] - flow.sold_home[m] - flow.plan_built[m])
        after.exports[m] = min(wish, room)
        for x in range(here.destination_market.size):
            flow.sent[m, x] *= after.exports[m] / wish if wish > 0.0 else 0.0


@kernel
def send_trucks(gap, constant, part, now, p):
    """Fill part[x] with the pull of every destination on trucks, and return it for the world (0..1)."""
    total = 0.0
    for x in range(part.size):
        part[x] = now.world.destination_market[x] / (1.0 + math.exp(-constant - place(x, gap, now, p)))
        total += part[x]
    return total


@kernel
def extend(now, after, flow, p):
    """Build networks where they pay, let others decay, and book their cost (billion CNY of 2010, flow.spent_abroad[m])."""
    flow.spent_abroad[:] = 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or importer(now.makers[m]):
            continue
        best, push = 0.0, now.strategy.export_push[m]
        for x in range(flow.sent_trucks.size):
            best = max(best, after.network[m, x])
        means = funds(m, now, after, p)
        for x in range(flow.sent_trucks.size):
            speed = push * (p.network_speed + p.network_learning * best)
            step = min(1.0, speed) * (1.0 - after.network[m, x])
            cost = p.network_cost * step
            earned = p.export_margin * p.export_price * flow.mean_price[m] * flow.sent[m, x]
            if flow.sent[m, x] <= p.export_noticed:
                after.network[m, x] *= 1.0 - p.network_decay
            elif push * p.network_patience * earned >= cost and flow.spent_abroad[m] + cost <= means:
                after.network[m, x] += step
                flow.spent_abroad[m] += cost
        pay(m, flow.spent_abroad[m], after)


@kernel
def take_over(now, after, flow, p, out):
    """Carry out this year's takeovers: pay, draw success, and on success add network and name; book those that fail."""
    out.takeovers_failed = 0.0
    year = int(now.world.year)
    for c in range(now.contracts.size):
        contract = now.contracts[c]
        m = contract.maker
        if contract.year != year or after.alive[m] == 0:
            continue
        if contract.cost <= 0.0 and contract.network.sum() + contract.name.sum() <= 0.0:
            continue
        flow.spent_abroad[m] += p.takeover_cost * contract.cost
        pay(m, p.takeover_cost * contract.cost, after)
        if uniform(now.seed, now.history, now.t, m, TAKEOVER_ABROAD) >= success(
            m, now.world.frontier_clock, contract, after, flow, p
        ):
            out.takeovers_failed += 1.0
            continue
        for x in range(flow.sent_trucks.size):
            gained = p.takeover_strength * contract.network[x]
            after.network[m, x] += gained * (1.0 - after.network[m, x])
            gained = p.takeover_strength * contract.name[x]
            after.name_abroad[m, x] += gained * (1.0 - after.name_abroad[m, x])


@kernel
def success(m, newest, contract, after, flow, p):
    """Return the probability that maker m makes something of what contract brings, when world technology is of year `newest`."""
    level = p.frontier_growth * (newest - contract.vintage - p.frontier_year)
    distance = 0.0
    for d in range(NDOMAINS):
        if d != BATTERY:
            distance += max(0.0, level - after.mastered[m, d]) / (NDOMAINS - 1)
    absorb = 1.0 - math.exp(-after.research[m] * after.organisation[m] * flow.talent / p.absorption_scale)
    value = p.takeover_constant + p.takeover_organisation * math.log(max(after.organisation[m], 1e-3))
    value += p.takeover_absorb * (absorb - 0.5) - p.takeover_distance * distance
    return 1.0 / (1.0 + math.exp(-value))


@kernel
def remember(now, after, flow, p):
    """Let buyers abroad learn what own-brand cars are worth: each maker's name, and the country's for all of them."""
    here = now.world
    for x in range(here.destination_market.size):
        sold, worth = 0.0, 0.0
        market = p.abroad_exposure * here.destination_market[x] * here.world_market
        for m in range(now.makers.size):
            if after.alive[m] == 0 or not own_brand(now.makers[m]):
                continue
            found = 1.0 - min(1.0, max(0.0, -flow.car_gap[m] * demands(x, now, p)) / WORST_GAP)
            after.name_abroad[m, x] = learnt(after.name_abroad[m, x], found, flow.sent[m, x] / market, p)
            sold += flow.sent[m, x]
            worth += found * flow.sent[m, x]
        if sold > 0.0:
            after.reputation_abroad[x] = learnt(after.reputation_abroad[x], worth / sold, sold / market, p)


@kernel
def learnt(name, found, sold, p):
    """Return a name (0..1) after a year in which buyers found cars worth `found`, `sold` in units of the exposure."""
    speed = p.abroad_learning if found > name else min(1.0, 2.0 * p.abroad_learning)
    return name + speed * (1.0 - math.exp(-sold)) * (found - name)


@kernel
def report(now, before, after, flow, p, out):
    """Book exports by destination (vehicles), own brands among them, what a car brings abroad, and the country's name."""
    worth, cars = 0.0, 0.0
    out.own_exports_by_destination[:] = 0.0
    for x in range(flow.sent_trucks.size):
        out.exports_by_destination[x] = flow.sent_trucks[x] * 1e6
        out.reputation_abroad[x] = before.reputation_abroad[x]
    for m in range(now.makers.size):
        cars += after.exports[m]
        worth += p.export_price * flow.net_price[m] * after.exports[m]
        for x in range(flow.sent_trucks.size):
            out.exports_by_destination[x] += flow.sent[m, x] * 1e6
            if own_brand(now.makers[m]):
                out.own_exports_by_destination[x] += flow.sent[m, x] * 1e6
    out.export_unit_value = worth / cars * 1e3 if cars > 0.0 else 0.0


@kernel
def stop(m, after):
    """Stop the exports of a maker that ends."""
    after.exports[m] = 0.0
