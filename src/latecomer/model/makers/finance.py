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
from latecomer.model.context import each
from latecomer.model.kinds import importer, own_brand, state_owned, venture

FLOW = (
    *each("j", "taxed aided"),
    *each("", "rebates subsidy_paid tax_paid soft_aid"),
    *each("m", "marketing line_spent handed fees"),
)


@kernel
def settle(now, after, flow, p):
    """Book revenue, profit, dividends, cash and dependence of every maker; sum subsidies, taxes and soft aid."""
    flow.tax_paid, flow.subsidy_paid, flow.soft_aid, flow.rebates = 0.0, 0.0, 0.0, 0.0
    after.revenue[:] = 0.0
    after.profit[:] = 0.0
    after.dividends[:] = 0.0
    flow.marketing[:] = 0.0
    for j in range(flow.lines):
        m = flow.maker[j]
        net = (flow.price[j] + flow.subsidy[j]) / flow.wedge[j]
        cost = (flow.unit_cost[j] + flow.subsidy[j]) / flow.wedge[j]
        after.revenue[m] += net * flow.sold[j]
        after.profit[m] += (net - cost) * flow.sold[j]
        if not importer(now.makers[m]):
            flow.marketing[m] += p.marketing_share * now.strategy.marketing_share[m] * net * flow.sold[j]
            after.profit[m] -= p.line_upkeep * flow.unit_cost[j]
        flow.aided[j] = flow.subsidy[j] * flow.sold[j]
        flow.subsidy_paid += flow.aided[j]
        flow.taxed[j] = net * (flow.wedge[j] - 1.0) * flow.sold[j]
        flow.tax_paid += flow.taxed[j]
        if importer(now.makers[m]):
            duty = cost * now.policy.tariff_car / (1.0 + now.policy.tariff_car) * flow.sold[j]
            flow.taxed[j] += duty
            flow.tax_paid += duty
    for m in range(now.makers.size):
        if after.alive[m] == 1:
            add_other_sales(m, now, after, flow, p)
    for m in range(now.makers.size):
        g = now.makers[m].group
        if after.alive[m] == 1 and venture(now.makers[m]) and g >= 0:
            after.dividends[g] += p.payout * now.makers[m].equity * max(0.0, after.profit[m])
    for m in range(now.makers.size):
        if after.alive[m] == 1 and not importer(now.makers[m]):
            settle_cash(m, now, after, flow, p)


@kernel
def add_other_sales(m, now, after, flow, p):
    """Add exports, trucks and plan deliveries, and take off fixed cost, research and fees for technology."""
    home = max(flow.sold_home[m], 1e-9)
    price = after.revenue[m] / home if flow.sold_home[m] > 1e-9 else p.plan_car_price
    abroad = p.export_price * price * after.exports[m]
    trucks = p.truck_price * flow.truck_sold[m]
    planned = p.plan_car_price * flow.plan_built[m]
    dearer = (now.policy.plan_price - 1.0) * (planned + p.truck_price * flow.plan_trucks[m])
    after.revenue[m] += abroad + trucks + planned
    after.revenue[m] += dearer
    after.profit[m] += p.export_margin * abroad + p.truck_margin * trucks + p.plan_margin * planned
    after.profit[m] += dearer
    flow.rebates += now.policy.export_rebate * (abroad + p.truck_price * flow.truck_exports[m])
    cars = ratio_of_cars(after.revenue[m], abroad + trucks + planned + dearer)
    after.profit[m] -= p.fixed_cost * after.capacity[m] * p.capacity_price + cars * flow.effort[m]
    after.profit[m] -= flow.marketing[m]
    flow.fees[m] = flow.fee_rate[m] * cars * after.revenue[m]
    after.profit[m] -= flow.fees[m]


@kernel
def ratio_of_cars(revenue, other):
    """Return the part of research that home sales of cars pay for: the margins of other sales stand after research."""
    return max(0.0, revenue - other) / revenue if other > 0.0 and revenue > 0.0 else 1.0


@kernel
def settle_cash(m, now, after, flow, p):
    """Move cash with profit, dividends and soft aid; smooth dependence; count loss years."""
    maker = now.makers[m]
    profit = after.profit[m]
    gained = after.dividends[m] if own_brand(maker) else 0.0
    total = gained + max(0.0, profit)
    if state_owned(maker) and total > 0.0:
        after.dependence[m] += 0.5 * (gained / total - after.dependence[m])
    aid = 0.0
    soft = softness(maker, now)
    if profit + gained < 0.0:
        aid = soft * -(profit + gained)
    kept = profit if not venture(maker) else (1.0 - p.payout) * max(0.0, profit) + min(0.0, profit)
    after.cash[m] = (1.0 - p.cash_decay) * after.cash[m] + kept + gained + aid
    owed = max(0.0, -after.cash[m] - debt_limit(m, now, after, p))
    after.cash[m] += soft * owed
    aid += soft * owed
    after.rescued[m] = min(1.0, aid / max(after.revenue[m], 1e-6))
    flow.soft_aid += aid
    lost = -(profit + gained + aid)
    heavy = p.loss_weight * min(1.0, lost / max(after.revenue[m], 1e-6))
    after.losses[m] = after.losses[m] + 1.0 + heavy if lost > 0.0 else 0.0


@kernel
def softness(maker, now):
    """Return the share of its losses that a maker is sure to be paid; none for ventures and foreign makers."""
    return now.policy.budget_softness[maker.ownership] if own_brand(maker) else 0.0


@kernel
def debt_limit(m, now, after, p):
    """Return how much maker m may owe before it is insolvent (billion CNY): a share of revenue, more for the state's."""
    maker = now.makers[m]
    earned = p.debt_profit * max(0.0, after.profit[m])
    if state_owned(maker):
        return p.state_credit + p.debt_state * after.revenue[m] + earned
    return p.private_credit + p.debt_private * after.revenue[m] + earned


@kernel
def begin(m, now, after, p):
    """Let maker m begin with the money of its founders."""
    maker = now.makers[m]
    after.cash[m] = p.entry_cash + p.entry_capital * maker.electric_only


@kernel
def forgive(m, after):
    """Forget the loss years of a maker that begins again."""
    after.losses[m] = 0.0


@kernel
def pay(m, amount, after):
    """Let maker m pay (billion CNY of 2010)."""
    after.cash[m] -= amount


@kernel
def pay_for_line(m, amount, after, flow):
    """Let maker m pay for a new line (billion CNY of 2010)."""
    after.cash[m] -= amount
    flow.line_spent[m] += amount


@kernel
def pay_for_maker(buyer, amount, after, flow):
    """Let a buyer pay for another maker (billion CNY of 2010)."""
    after.cash[buyer] -= amount
    flow.handed[buyer] -= amount


@kernel
def inherit(buyer, m, after, flow):
    """Hand money and debts of maker m to its buyer."""
    after.cash[buyer] += after.cash[m]
    flow.handed[buyer] += after.cash[m]
    after.cash[m] = 0.0


@kernel
def open_books(flow):
    """Begin the year's sums of what makers hand on and spend on lines."""
    flow.handed[:] = 0.0
    flow.line_spent[:] = 0.0
