"""What does a maker earn, and what happens when it loses? Revenue, profit, dividends, soft budgets, subsidies and taxes.

    net price   n_j = (P_j + subsidy) / wedge
    plan        (plan.price - 1) x deliveries at prices of history is added to revenue and in full to profit
    rebate      export.rebate x value of vehicles exported; it is passed on abroad (`abroad`) and paid by the budget
    profit      sum_j [(n_j - c_j - mu n_j) q_j - upkeep c_j] + export margin + trucks + plan - fixed - R&D of cars
    dividends   a joint venture pays out a share of its profit; the home parent receives its equity part
    dependence  dividends / (dividends + max(0, own profit))                              smoothed; feeds comfort
    soft budget a loss of an own-brand maker is made good by softness x loss, at a cost to the budget; the rest eats cash
    debt limit  L = credit + d revenue + e max(0, profit), by ownership; debts beyond L are made good by
                softness as well, and what was made good is effort lost next year (`effort.organisation_aim`)

mu, times a maker's own factor, is spent on marketing and service (`brand`); fees for technology of others are a rate on home
sales of cars (`control`). Margins of exports, trucks and plan deliveries stand after research, marketing and fees. Money is
in billion CNY of 2010 (thousand CNY x million cars). Source: Kornai 1986 (soft budget constraint).
"""

from latecomer.compiled import kernel
from latecomer.model.kinds import importer, own_brand, private, state_owned, venture


@kernel
def settle(t, w, state, policy, strategy, makers, p):
    """Book revenue, profit, dividends, cash and dependence of every maker; sum subsidies, taxes and soft aid."""
    now = policy[t]
    w.tax_paid, w.subsidy_paid, w.soft_aid, w.rebates = 0.0, 0.0, 0.0, 0.0
    state.revenue[:] = 0.0
    state.profit[:] = 0.0
    state.dividends[:] = 0.0
    w.marketing[:] = 0.0
    for j in range(w.lines):
        m = w.maker[j]
        net = (w.price[j] + w.subsidy[j]) / w.wedge[j]
        cost = (w.unit_cost[j] + w.subsidy[j]) / w.wedge[j]
        state.revenue[m] += net * w.sold[j]
        state.profit[m] += (net - cost) * w.sold[j]
        if not importer(makers[m]):
            w.marketing[m] += p.marketing_share * strategy[t].marketing_share[m] * net * w.sold[j]
            state.profit[m] -= p.line_upkeep * w.unit_cost[j]
        w.aided[j] = w.subsidy[j] * w.sold[j]
        w.subsidy_paid += w.aided[j]
        w.taxed[j] = net * (w.wedge[j] - 1.0) * w.sold[j]
        w.tax_paid += w.taxed[j]
        if importer(makers[m]):
            duty = cost * now.tariff_car / (1.0 + now.tariff_car) * w.sold[j]
            w.taxed[j] += duty
            w.tax_paid += duty
    for m in range(makers.size):
        if state.alive[m] == 1:
            add_other_sales(m, w, state, now, p)
    for m in range(makers.size):
        g = makers[m].group
        if state.alive[m] == 1 and venture(makers[m]) and g >= 0:
            state.dividends[g] += p.payout * makers[m].equity * max(0.0, state.profit[m])
    for m in range(makers.size):
        if state.alive[m] == 1 and not importer(makers[m]):
            settle_cash(m, w, state, now, makers[m], p)


@kernel
def add_other_sales(m, w, state, now, p):
    """Add exports, trucks and plan deliveries, and take off fixed cost, research and fees for technology."""
    home = max(w.sold_home[m], 1e-9)
    price = state.revenue[m] / home if w.sold_home[m] > 1e-9 else p.plan_car_price
    abroad = p.export_price * price * state.exports[m]
    trucks = p.truck_price * w.truck_sold[m]
    planned = p.plan_car_price * w.plan_built[m]
    dearer = (now.plan_price - 1.0) * (planned + p.truck_price * w.plan_trucks[m])
    state.revenue[m] += abroad + trucks + planned
    state.revenue[m] += dearer
    state.profit[m] += p.export_margin * abroad + p.truck_margin * trucks + p.plan_margin * planned
    state.profit[m] += dearer
    w.rebates += now.export_rebate * (abroad + p.truck_price * w.truck_exports[m])
    cars = ratio_of_cars(state.revenue[m], abroad + trucks + planned + dearer)
    state.profit[m] -= p.fixed_cost * state.capacity[m] * p.capacity_price + cars * w.effort[m]
    state.profit[m] -= w.marketing[m]
    w.fees[m] = w.fee_rate[m] * cars * state.revenue[m]
    state.profit[m] -= w.fees[m]


@kernel
def ratio_of_cars(revenue, other):
    """Return the part of research that home sales of cars pay for: the margins of other sales stand after research."""
    return max(0.0, revenue - other) / revenue if other > 0.0 and revenue > 0.0 else 1.0


@kernel
def settle_cash(m, w, state, now, maker, p):
    """Move cash with profit, dividends and soft aid; smooth dependence; count loss years."""
    profit = state.profit[m]
    gained = state.dividends[m] if own_brand(maker) else 0.0
    total = gained + max(0.0, profit)
    if state_owned(maker) and total > 0.0:
        state.dependence[m] += 0.5 * (gained / total - state.dependence[m])
    aid = 0.0
    soft = softness(now, maker)
    if profit + gained < 0.0:
        aid = soft * -(profit + gained)
    kept = profit if not venture(maker) else (1.0 - p.payout) * max(0.0, profit) + min(0.0, profit)
    state.cash[m] = (1.0 - p.cash_decay) * state.cash[m] + kept + gained + aid
    owed = max(0.0, -state.cash[m] - debt_limit(m, state, maker, p))
    state.cash[m] += soft * owed
    aid += soft * owed
    state.rescued[m] = min(1.0, aid / max(state.revenue[m], 1e-6))
    w.soft_aid += aid
    lost = -(profit + gained + aid)
    heavy = p.loss_weight * min(1.0, lost / max(state.revenue[m], 1e-6))
    state.losses[m] = state.losses[m] + 1.0 + heavy if lost > 0.0 else 0.0


@kernel
def softness(now, maker):
    """Return the share of its losses that a maker is sure to be paid; none for ventures and foreign makers."""
    return now.budget_softness[maker.ownership] if own_brand(maker) else 0.0


@kernel
def debt_limit(m, state, maker, p):
    """Return how much maker m may owe before it is insolvent (billion CNY): a share of revenue, more for the state's."""
    earned = p.debt_profit * max(0.0, state.profit[m])
    if state_owned(maker):
        return p.state_credit + p.debt_state * state.revenue[m] + earned
    return p.private_credit + p.debt_private * state.revenue[m] + earned


@kernel
def own_effort(m, state, choice, maker, p):
    """Return the effort of home maker m for its own brand (0..1): profit from ventures lowers it, unless strategy holds it up."""
    if private(maker):
        return 1.0
    comfort = max(0.0, 1.0 - p.comfort_effect * state.dependence[m])
    return min(1.0, choice.brand_own_effort[m] * comfort)


@kernel
def begin(m, state, maker, p):
    """Let maker m begin with the money of its founders."""
    state.cash[m] = p.entry_cash + p.entry_capital * maker.electric_only


@kernel
def forgive(m, state):
    """Forget the loss years of a maker that begins again."""
    state.losses[m] = 0.0


@kernel
def pay(m, amount, state):
    """Let maker m pay (billion CNY of 2010)."""
    state.cash[m] -= amount


@kernel
def pay_for_maker(buyer, amount, w, state):
    """Let a buyer pay for another maker (billion CNY of 2010)."""
    state.cash[buyer] -= amount
    w.handed[buyer] -= amount


@kernel
def inherit(buyer, m, w, state):
    """Hand money and debts of maker m to its buyer."""
    state.cash[buyer] += state.cash[m]
    w.handed[buyer] += state.cash[m]
    state.cash[m] = 0.0
