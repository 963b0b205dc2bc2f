"""Which foreign makers enter, with which partner, and who founds a maker, when entry is endogenous?

With the lever `mode.free` at 1 entry is endogenous: foreign car makers (projects) and start-ups in the case enter with a
probability that depends on expected gain, not on their historical date. Money is in billion CNY of 2010 a year:

    market      A = home sales (1 + trend)^5, in electric cars the share  e = electric share + promise x subsidy / cost
    gain        G = A / (n + 1) e^brand x margin x cost of a car,   margin = mu 2 / (1 + e^-(signal x profit/revenue))
    importing   I = G (landed cost (1 + tariff))^-elasticity (1 - licences): what a foreign maker has without a plant
    joint       J_g = G (1 + help_g - friction) e^luck_g;  help_g = h (size + skill + money)/3 e^(-crowding ventures of g)
    threat      T = G where a plant of its own is allowed, else I
    share       phi = min(cap, 1/2 + T / 2J), Nash bargaining: the threat point and half of the surplus
    entering    V = max(phi J_g with the best group g, G if alone is allowed) - I;  hazard = k V^2 / (V^2 + K^2)
    parting     hazard = b / (1 + e^(-2 (years of profit below a least gain - 4.5))), beside those of `exit`
    founding    hazard = f licence G^2 / (G^2 + K_f^2), with e^skill for e^brand; the dated first year is the earliest

n counts the makers already present. A tariff lowers I and so attracts plants (tariff jumping). `venture.limit` bounds the
ventures of one foreign maker; makers of a country enter only once its cars may be imported. A foreign share below phi
moves towards it. When a project has ended, its foreign maker may return after a wait, and its group may take another partner.
A venture whose parent has exited looks for another. Owner, group, province, equity and first year of a maker are state,
copied onto the history's own list of makers, which every other stage reads.

Projects are rows of the case, so no foreign maker has more of them than in history. Ventures in trucks only, foreign names
fully owned at home and plants that existed before they made cars keep their dates. A venture locates where its parent is.
Sources: Nash 1950 (bargaining); Smith 1987, Motta 1992 (tariff jumping); Bai, Barwick, Cao and Li (partners).
"""

import math

from latecomer.axes import (
    BATTERY,
    ECONOMY,
    MAINSTREAM,
    PROCESS,
)
from latecomer.compiled import kernel
from latecomer.keys import normal, uniform
from latecomer.model.cars.cost import base_cost
from latecomer.model.channels import FOUND, LOSS_YEARS, LUCK, MATCH, PAIRS, PART, smooth_step
from latecomer.model.kinds import NEVER, foreign_plant, importer, own_brand, private, venture
from latecomer.model.makers.finance import forgive
from latecomer.model.makers.founding import begin, end_maker, foreign_project, founder
from latecomer.model.makers.roster import adopt, agree, cede, count_year_apart, enrol, inscribe, stop_waiting

AHEAD = 5.0


@kernel
def meet(now, before, after, flow, p):
    """Let foreign makers and founders enter by rule if entry is endogenous this year; `makers` is the history's own list."""
    if now.policy.mode_free <= 0.5:
        return
    year = int(now.world.year)
    rivals, electric, own = count_rivals(now, after)
    margin = expected_margin(now, before, after, p)
    for m in range(now.makers.size):
        maker = now.makers[m]
        size = market(maker, now, before, flow, p) * margin
        if foreign_project(maker):
            gain = size * base_cost(MAINSTREAM, p) * math.exp(maker.brand)
            gain /= 1.0 + (electric if maker.electric_only == 1 else rivals)
            if after.alive[m] == 1 and part(m, now, before, after, flow, p):
                continue
            if after.alive[m] == 1:
                bargain_again(m, gain, now, before, after, flow, p)
            elif may_come(m, now, after, p):
                consider(m, gain, now, before, after, flow, p)
        elif founder(maker) and after.begun[m] == 0 and maker.start <= year:
            gain = size * base_cost(ECONOMY, p) * math.exp(maker.skill)
            gain /= 1.0 + (electric if maker.electric_only == 1 else own)
            hazard = p.founding_hazard * licence(maker, now, flow, p) * odds(gain, p.founding_cost)
            if uniform(now.seed, now.history, now.t, m, FOUND) < hazard:
                begin(m, now, before, after, flow, p)
                enrol(m, year, now, after)
                inscribe(m, now, after)


@kernel
def part(m, now, before, after, flow, p):
    """Count the years in which project m earned too little to stay for, and end it by hazard; return whether it ended."""
    count_year_apart(m, before.profit[m] < p.least_gain, after)
    hazard = p.parting_hazard * smooth_step(2.0 * (after.apart[m] - LOSS_YEARS))
    if uniform(now.seed, now.history, now.t, m, PART) >= hazard:
        return False
    end_maker(m, after, flow)
    return True


@kernel
def count_rivals(now, after):
    """Return how many car makers there are: foreign ones at home, makers of electric cars only, other own brands."""
    abroad, electric, own = 0.0, 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or now.makers[m].passenger_start >= NEVER or importer(now.makers[m]):
            continue
        if now.makers[m].electric_only == 1:
            electric += 1.0
        elif not own_brand(now.makers[m]):
            abroad += 1.0
        elif after.output[m] > 0.0:
            own += 1.0
    return abroad, electric, own


@kernel
def expected_margin(now, before, after, p):
    """Return the share of the cost of a car that an entrant expects to earn, from the industry's profits last year."""
    profit, revenue = 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 1 and not importer(now.makers[m]) and after.output[m] > 0.0:
            profit += before.profit[m]
            revenue += before.revenue[m]
    seen = profit / revenue if revenue > 0.0 else 0.0
    return p.match_margin * 2.0 * smooth_step(p.margin_signal * seen)


@kernel
def market(maker, now, before, flow, p):
    """Return the yearly home sales (million) that a newcomer of this kind expects some years on."""
    size = before.home_sales * (1.0 + min(max(before.car_trend, 0.0), p.trend_cap)) ** AHEAD
    hoped = 0.0
    if flow.frontier[BATTERY] > 0.0:
        aid = now.policy.subsidy_battery_car * (1.0 + now.policy.subsidy_local_ratio) / 1000.0
        hoped = min(1.0, before.electric_share + p.electric_promise * aid / base_cost(MAINSTREAM, p))
    return size * (hoped if maker.electric_only == 1 else 1.0 - hoped)


@kernel
def odds(gain, cost):
    """Return the chance that a gain is found worth its cost, smoothly."""
    if gain <= 0.0:
        return 0.0
    return gain * gain / (gain * gain + cost * cost)


@kernel
def licence(maker, now, flow, p):
    """Return how far the licences of the year let a founder begin, by ownership and powertrain."""
    if maker.electric_only == 1:
        return min(1.0, now.policy.entry_electric / p.licence_enough) if flow.frontier[BATTERY] > 0.0 else 0.0
    open_to = now.policy.entry_private if private(maker) else now.policy.entry_state
    return min(1.0, open_to / p.licence_enough)


@kernel
def may_come(m, now, after, p):
    """Return whether the foreign maker of project m is free to come: its country trades, its ventures are below the limit,
    and a project that failed has waited."""
    open_trade, running = False, 0
    for v in range(now.makers.size):
        if after.alive[v] == 0:
            continue
        if importer(now.makers[v]) and now.makers[v].origin == now.makers[m].origin:
            open_trade = True
        if venture(now.makers[v]) and now.makers[v].partner == now.makers[m].partner:
            running += 1
    if after.begun[m] > 0:
        count_year_apart(m, True, after)
        if after.apart[m] < p.return_wait:
            return False
    return open_trade and (now.policy.venture_limit <= 0.0 or running < now.policy.venture_limit)


@kernel
def alone_allowed(maker, now):
    """Return whether a foreign maker may own a plant in full: for any car, or for electric cars only."""
    return now.policy.plant_foreign_allowed > 0.5 or (
        maker.electric_only == 1 and now.policy.plant_foreign_electric > 0.5
    )


@kernel
def importing(gain, now, p):
    """Return what a foreign maker earns by importing instead (billion CNY a year): duty and permits cost it buyers."""
    landed = (p.import_cost * (1.0 + now.policy.tariff_car)) ** (-p.price_sensitivity)
    return gain * landed * (1.0 - min(now.policy.trade_licence, 1.0))


@kernel
def foreign_share(joint, threat, cap):
    """Return the foreign part of the equity: the Nash bargain over `joint` with this threat, up to the cap."""
    if joint <= 0.0:
        return min(0.5, cap)
    return min(0.5 + 0.5 * min(threat / joint, 1.0), cap)


@kernel
def help_of(g, now, before, after, flow, p):
    """Return what the group of maker g adds to a venture, as a share of the gain: size, skill and money, less the more
    ventures it has; -1 for a maker that cannot be a partner."""
    maker = now.makers[g]
    if (
        after.alive[g] == 0
        or not own_brand(maker)
        or maker.group != g
        or maker.home < 0
        or maker.electric_only == 1
    ):
        return -1.0
    allowed = now.policy.entry_private if private(maker) else 1.0
    if allowed <= 0.0 or after.output[g] + after.truck_output[g] <= 0.0:
        return -1.0
    ventures = 0.0
    for v in range(now.makers.size):
        if after.alive[v] == 1 and venture(now.makers[v]) and now.makers[v].group == g:
            ventures += 1.0
    cash = max(after.cash[g], 0.0)
    size = before.revenue[g] / (before.revenue[g] + p.partner_size)
    skill = math.exp(min(after.mastered[g, PROCESS] - flow.frontier[PROCESS], 0.0))
    money = cash / (cash + p.partner_size)
    return allowed * p.partner_help * (size + skill + money) / 3.0 * math.exp(-p.partner_crowding * ventures)


@kernel
def best_partner(m, gain, now, before, after, flow, p):
    """Return the local group with the highest joint gain with project m, and that gain; -1 without one."""
    best, joint = -1, 0.0
    for g in range(now.makers.size):
        aid = help_of(g, now, before, after, flow, p)
        if aid < 0.0:
            continue
        luck = p.match_luck * normal(now.seed, now.history, now.t, m * PAIRS + g, LUCK)
        found = gain * max(1.0 + aid - p.match_friction, 0.0) * math.exp(luck)
        if found > joint:
            best, joint = g, found
    return best, joint


@kernel
def consider(m, gain, now, before, after, flow, p):
    """Let the foreign maker of project m weigh a venture, a plant of its own and importing, and come or wait."""
    alone = alone_allowed(now.makers[m], now)
    without = importing(gain, now, p)
    best, joint = -1, 0.0
    if now.policy.venture_allowed > 0.5:
        best, joint = best_partner(m, gain, now, before, after, flow, p)
    cap = 1.0 if alone else now.policy.venture_share_cap
    share = foreign_share(joint, gain if alone else without, cap)
    value = share * joint
    if alone and gain >= value:
        best, share, value = -1, 1.0, gain
    if not alone and best < 0:
        return
    if uniform(now.seed, now.history, now.t, m, MATCH) < p.match_hazard * odds(value - without, p.match_cost):
        come(m, best, share, now, before, after, flow, p)


@kernel
def come(m, g, share, now, before, after, flow, p):
    """Begin project m with group g and this foreign share, or alone (g = -1)."""
    agree(m, g, share, now)
    begin(m, now, before, after, flow, p)
    forgive(m, after)
    stop_waiting(m, after)
    enrol(m, int(now.world.year), now, after)
    inscribe(m, now, after)


@kernel
def bargain_again(m, gain, now, before, after, flow, p):
    """Let a running venture find a new parent if its own has ended, and move a foreign share below the bargain."""
    if not venture(now.makers[m]):
        return
    g = now.makers[m].group
    if g < 0 or after.alive[g] == 0:
        found, _ = best_partner(m, gain, now, before, after, flow, p)
        if found < 0:
            return
        g = found
        adopt(m, g, after)
    alone = alone_allowed(now.makers[m], now)
    joint = gain * max(1.0 + max(help_of(g, now, before, after, flow, p), 0.0) - p.match_friction, 0.0)
    cap = 1.0 if alone else now.policy.venture_share_cap
    wanted = foreign_share(joint, gain if alone else importing(gain, now, p), cap)
    cede(m, p.stake_speed * max(0.0, wanted - (1.0 - after.stake[m])), after)
    inscribe(m, now, after)


@kernel
def report(now, after, out):
    """Book how many foreign-brand car makers build at home, in which form, and the foreign share of the ventures."""
    ventures, plants, foreign = 0.0, 0.0, 0.0
    for m in range(now.makers.size):
        if after.alive[m] == 0 or now.makers[m].passenger_start >= NEVER:
            continue
        if venture(now.makers[m]):
            ventures += 1.0
            foreign += 1.0 - now.makers[m].equity
        elif foreign_plant(now.makers[m]):
            plants += 1.0
    out.ventures, out.foreign_plants = ventures, plants
    out.foreign_equity = foreign / ventures if ventures > 0.0 else 0.0
