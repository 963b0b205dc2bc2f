"""Is any knob wired to nothing, and is every mechanism still when it is off?

Moves: every parameter, every lever (each entry of those with an axis; of a strategy, of all makers alike) and every input of
the world, changed within its bounds, moves some outcome of some history. Off: with the parameters of a mechanism at their
`off` values, the knobs that act only through it move nothing, not a bit; and the other way round, with a lever at its off
value its strength moves nothing. Null reform: a lever set to its own value moves nothing.
"""

import numpy as np
import pytest
from laboratory import differences, outcomes_moved

from latecomer.vocabulary import POLICY, STRATEGY, WORLD

NUMERICAL = {"price_rounds", "price_tolerance", "price_damping", "shadow_step"}
NOTICED = 1e-6
# Worlds in which a knob may show. In the next two money binds, and lines and makers
# lose, which they rarely do at the defaults; then government adds places, grants, an import quota and a duty to hand
# technology over, which history did without, or all makers have allies; in the last, ventures and start-ups begin by rule.
BASES = (
    {},
    {"capacity_price": 30.0, "private_credit": 0.0, "state_credit": 0.0, "foreign_credit": 0.0},
    {
        "capacity_price": 30.0, "fixed_cost": 0.15, "payout": 1.0, "cash_decay": 0.4, "venture_research": 0.03, "cost_scale": 1.5,
        "target_utilisation": 0.7,
    },
    {
        "university_places": np.linspace(1.0, 2.0, 73), "research_grants": 2.0, "trade_quota": 0.05, "venture_transfer_duty": 0.5,
    },
    {"strategy.technology_ally": 0.8},
    {"mode_free": 1.0},
)  # fmt: skip
HISTORIES = ((1, 0), (2, 3), (1, 2), (1, 5), (1, 11))

# What the innovation system books without any effect on the market.
FLOWS = [
    "people_flow",
    "money_flow",
    "knowledge_flow",
    "engineers",
    "staffing",
    "public_knowledge",
    "science",
    "talent",
    "public_outlay",
    "public_balance",
]
BUDGET = ["public_outlay", "public_balance"]

# Mechanisms at their off values; knobs (parameters, levers, `world.` inputs) that must then be inert; series that book them.
SURPLUS = ["consumer_surplus", "surplus_by_buyer", "region_surplus"]
SILENT = (
    # What money is worth to a class depends on its income whatever else does.
    (["income_effect", "comfort_income", "status_income", "saturation_half"], ["world.income"], SURPLUS),
    (["suv_taste"], ["suv_norm", "world.world_suv_share"], []),
    (["trade_quota"], ["quota_open"], []),
    (["licence_strength"], ["trade_licence"], []),
    (["trade_licence"], ["licence_strength"], []),
    (["procurement_effect"], ["procurement_own_brand"], []),
    (["procurement_own_brand"], ["procurement_effect"], []),
    (["taste_noise"], ["taste_memory"], []),
    (["trade_in_effect"], ["subsidy_trade_in"], BUDGET),
    (["subsidy_trade_in", "subsidy_trade_in_electric"], ["trade_in_effect"], []),
    (["small_firms"], ["firm_minibus"], []),
    (["purchase_private"], ["shopping", "saturation", "saturation_half"], []),
    (["home_taste", "local_aid"], ["protection_floor", "stake_half", "protection_local"], ["local_aid"]),
    (["protection_local"], ["protection_floor", "stake_half", "home_taste", "local_aid"], ["local_aid"]),
    (["cost_trend"], ["cost_year"], []),
    (["learning_excess"], ["learning_rate"], []),
    (["scale_cost"], ["scale_size"], []),
    (["import_exchange", "export_exchange"], ["world.real_exchange_rate"], []),
    (["kit_cost", "kit_tariff", "forced_content"], ["kit_experience", "venture_local_content", "tariff_parts"], []),
    (["kit_tariff"], ["tariff_parts"], []),
    (["tariff_parts"], ["kit_tariff"], []),
    (["venture_local_content"], ["forced_content"], []),
    (["charger_need"], ["charger_market", "charger_half", "charger_public", "charger_income", "charging_programme"],
     ["chargers", "region_chargers"]),
    (["charger_market"], ["charger_half"], []),
    (["charger_public"], ["charging_programme", "charger_income"], []),
    (["charging_programme"], ["charger_public", "charger_income"], []),
    (["fuel_saving"], ["world.oil_price"], []),
    (["whitelist_burden"], ["battery_whitelist"], []),
    (["battery_whitelist"], ["whitelist_burden"], []),
    (["credit_price"], ["credit_points"], []),
    (["credit_price", "credit_push"], ["credit_ratio", "credit_points"], []),
    (["credit_ratio"], ["credit_price", "credit_points", "credit_push"], []),
    (["subsidy_battery_car", "subsidy_hybrid"], ["subsidy_local_ratio"], []),
    (["subsidy_battery_car", "subsidy_hybrid", "subsidy_trade_in_electric", "subsidy_rural", "subsidy_small_car"],
     ["subsidy_cap", "subsidy_gain"], []),
    (["plate_limit"], ["plate_electric_free"], []),
    (["battery_growth"], [
        "battery_dawn", "launch_electric", "electric_dislike",
        "electric_technology", "pack_energy", "pack_learning",
        "pack_home_edge", "hybrid_share", "hybrid_energy", "hybrid_cost", "drive_cost", "electric_body", "electric_reset",
        "foreign_electric", "subsidy_battery_car", "subsidy_hybrid", "tax_purchase_electric", "entry_electric",
        "world.battery_price"], []),
    (["launch_electric", "first_known"], ["credit_push", "entry_electric", "world.battery_price"], []),
    (["battery_growth", "electronics_growth"], ["lock_state", "lock_private", "lock_new", "venture_lock"], []),
    (["electronics_growth"], ["electronics_dawn", "software_spillover", "software_taste"], []),
    (["defect_trend"], ["defect_year"], []),
    (["launch_own", "first_known"], ["launch_state", "entry_private", "entry_state"], []),
    (["launch_venture"], ["premium_aloof"], []),
    (["digestion"], ["purchase_weight", "distance_penalty"], []),
    (["digestion", "industry_spillover"], ["presence_half"], []),
    (["affiliation"], ["research_duty_effect", "venture_research_duty"], []),
    (["venture_research_duty"], ["research_duty_effect"], []),
    (["venture_transfer_duty"], ["transfer_lag"], []),
    (["withheld", "transfer_lag"], ["venture_transfer_duty"], []),
    (["industry_spillover"], ["industry_withheld"], []),
    (["improvement"], ["public_effect", "integration", "reinnovation"], []),
    (["access_use", "split_response"], ["licence_fee", "design_fee", "machinery_fee"], []),
    (["supply_cutoff", "supply_cutoff_source"], ["venture_hold"], ["maker_control"]),
    (["public_effect"], ["public_decay", "contract_public"], FLOWS),
    (["public_effect", "contract_share", "testing", "staffing_effect", "mover_knowledge"],
     ["public_share", "public_lag", "research_links", "research_electric", "research_public", "university_share",
      "world.research_spending", "administration", "standards_share", "standards_half", "standards_distance", "kindred_share",
      "pay_pull", "productivity_pull", "venture_premium", "mobility", "institute_posts"], FLOWS),
    (["research_links"],
     ["public_effect", "testing", "standards_half", "standards_distance", "public_decay", "public_lag"], FLOWS),
    (["contract_share"], ["contract_public"], FLOWS),
    (["standards_share"], ["testing", "standards_half", "standards_distance"], FLOWS),
    (["testing"], ["standards_share", "standards_half", "standards_distance"], FLOWS),
    (["mobility"], ["mover_knowledge"], []),
    (["mover_knowledge", "staffing_effect"],
     ["mobility", "pay_pull", "productivity_pull", "venture_premium", "kindred_share", "institute_posts"], FLOWS),
    (["talent_weight", "staffing_effect", "mover_knowledge"],
     ["talent_lag", "talent_reference", "graduate_scale", "quality_dilution", "engineer_exit", "start_engineers",
      "university_places", "world.engineers"], FLOWS),
    (["university_places"], ["talent_lag"], []),
    (["research_grants"], ["grant_kept"], []),
    (["grant_kept"], ["research_grants"], ["money_flow", *BUDGET]),
    (["relief_rate", "deduction_effect"], ["research_deduction"], []),
    (["research_deduction"], ["relief_rate"], []),
    (["deduction_effect"], ["research_deduction"], ["money_flow", *BUDGET]),
    (["research_deduction"], ["deduction_effect"], []),
    (["budget_softness"], ["softness_effect", "rescue_effort"], []),
    (["marketing_share"], ["goodwill_taste", "goodwill_half", "goodwill_decay", "strategy.marketing_share"], []),
    (["strategy.technology_ally"], ["alliance_vintage", "alliance_fee", "alliance_learning"], []),
    (["access_use", "digestion", "electric_technology"], ["strategy.technology_buy", "strategy.technology_ally"], []),
    (["digestion", "improvement"],
     ["strategy.research_own", "strategy.research_digestion", "strategy.research_purchase"], []),
    (["export_venture", "export_network", "network_cost"], ["strategy.export_push"], []),
    (["goodwill_taste"], ["goodwill_half", "goodwill_decay"], []),
    (["line_cost"], ["venture_line"], []),
    (["first_known"], ["licence_enough"], []),
    (["trust_floor"], ["national_weight"], []),
    (["export_network", "network_cost"],
     ["export_noticed", "network_speed", "network_learning", "network_patience", "network_decay"], []),
    (["network_cost"], ["network_patience"], []),
    (["export_electric"], ["world.world_electric_share", "world.destination_electric"], []),
    (["abroad_income"], ["world.destination_income"], []),
    (["abroad_distance"], ["world.destination_distance"], []),
    (["abroad_trust"], ["abroad_nation", "abroad_learning", "abroad_exposure"], ["reputation_abroad"]),
    (["takeover_strength", "takeover_cost"],
     ["takeover_constant", "takeover_organisation", "takeover_distance", "takeover_absorb"], ["takeovers_failed"]),
    (["tariff_effect"], ["abroad_tariff", "export_rebate"], BUDGET),
    (["abroad_tariff"], ["tariff_effect"], []),
    (["window_effect"], ["abroad_window"], []),
    (["abroad_window"], ["window_effect"], []),
    (["plan_investment"], ["plan_norm", "plan_growth", "plan_priority"], []),
    (["plan_priority"], ["plan_norm", "plan_growth", "plan_investment"], []),
    (["plan_share"], ["plan_norm", "plan_growth", "plan_investment", "plan_priority", "plan_inputs", "plan_car_start",
                      "plan_ramp", "plan_margin", "plan_price"], []),
    (["truck_investment"], ["investment_norm", "world.investment"], []),
    (["truck_export_most"], ["truck_export"], []),
    (["mode_free"],
     ["match_hazard", "match_cost", "match_margin", "margin_signal", "match_friction", "match_luck", "partner_help",
      "partner_crowding", "partner_size", "stake_speed", "parting_hazard", "least_gain", "return_wait", "electric_promise",
      "founding_hazard", "founding_cost", "venture_share_cap", "venture_limit"], []),
    (["venture_allowed", "plant_foreign_allowed", "plant_foreign_electric"],
     ["venture_lag_least", "venture_lag_extra", "first_line_economy", "affiliation", "region_spillover",
                           "venture_research_duty", "venture_transfer_duty", "transfer_lag"], []),
)  # fmt: skip

# Mechanisms that no other knob acts through alone, so that no pair can show them still. Closed forms show most of them.
ALONE = {
    "replacement_value", "quality_taste", "comfort_taste", "novelty", "crowding", "import_handicap", "venture_weight",
    "institutions", "cost_gap", "cost_state", "access_use", "entry_shortfall", "purchase_closed",
    "withheld", "supplier_spillover", "learning_by_doing", "research_intensity", "venture_research",
    "private_research", "dividend_research", "comfort_effect", "fixed_cost", "state_credit", "private_credit",
    "foreign_credit", "scarcity_signal", "exit_hazard", "export_quality", "export_size", "export_venture",
    "heavy_growth", "medium_decline", "official_luxury", "reach_effect", "export_brands", "truck_price_taste", "truck_quality",
    "control_distance", "price_rounds", "entry_capital", "renewal", "pack_own_edge", "organisation_founder",
    "organisation_alliance", "organisation_contest", "organisation_capital", "second_brand", "cash_research",
    "partner_renewal", "debt_state", "debt_private", "debt_profit", "insolvency", "takeover_kept", "takeover_price",
    "takeover_chance", "rescue_effort", "line_upkeep", "parts_distance", "battery_supply", "drop_hazard", "loss_weight",
}  # fmt: skip

LEVERS = {lever.name: lever for lever in POLICY}
STRATEGIES = {f"strategy.{lever.name}": lever for lever in STRATEGY}


def values_within(knob, laboratory):
    """Return values to try for a knob: the ends of its range, then the middle; world inputs are scaled."""
    if knob.startswith("world."):
        return 0.7, 1.2
    if lever := (LEVERS | STRATEGIES).get(knob):
        low, high = lever.low, lever.high
    else:
        row = laboratory.case.register.set_index("name").loc[knob]
        low, high = row["low"], row["high"]
    return low, high, 0.5 * (low + high)


def split(changes, laboratory):
    """Return changes of knobs as the arguments of a run: parameters, levers, strategies and world inputs (by factors)."""
    levers = {name: value for name, value in changes.items() if name in LEVERS}
    world = {name[6:]: value for name, value in changes.items() if name.startswith("world.")}
    world = {name: factor * laboratory.case.world[name] for name, factor in world.items()}
    params = {name: value for name, value in changes.items() if name not in LEVERS and "." not in name}
    strategy = {STRATEGIES[name].name: value for name, value in changes.items() if name in STRATEGIES}
    return {"params": params, "levers": levers, "world": world, "strategy": strategy}


def off_values(knobs, laboratory):
    """Return the off value of every parameter and lever named."""
    off = laboratory.case.register.set_index("name")["off"].to_dict()
    off |= {name: lever.off for name, lever in (LEVERS | STRATEGIES).items()}
    return {name: off[name] for name in knobs}


@pytest.fixture(scope="module")
def bases(laboratory):
    """Return (changes, seed, history, years) of every world in which a knob may show."""
    return [
        (base, seed, history, laboratory.run(**split(base, laboratory), seed=seed, history=history))
        for base in BASES
        for seed, history in HISTORIES
    ]


def largest_move(laboratory, bases, changes, enough):
    """Return the largest move of an outcome over the bases; stop at the first that is enough."""
    largest = 0.0
    for base, seed, history, years in bases:
        altered = laboratory.run(**split({**base, **changes}, laboratory), seed=seed, history=history)
        largest = max(largest, max(outcomes_moved(years, altered).values(), default=0.0))
        if largest > enough:
            break
    return largest


def moves(laboratory, bases, knob, enough=NOTICED):
    """Return whether some value of a knob within its bounds moves an outcome by more than `enough`."""
    values = values_within(knob, laboratory)
    return any(largest_move(laboratory, bases, {knob: value}, enough) > enough for value in values)


def test_every_parameter_moves_an_outcome(laboratory, bases):
    names = [name for name in laboratory.case.register["name"] if name not in NUMERICAL]
    assert len(names) > 200
    assert [name for name in names if not moves(laboratory, bases, name)] == []


def test_every_numerical_parameter_moves_some_digit(laboratory, bases):
    assert [name for name in sorted(NUMERICAL) if not moves(laboratory, bases, name, enough=0.0)] == []


def test_every_lever_moves_an_outcome(laboratory, bases):
    dead, ordinary_and_free = [], [*bases[:2], *bases[-2:]]
    for lever in POLICY:
        own = laboratory.case.policy[lever.name]
        for place in np.ndindex(own.shape[1:]):
            changed = np.array(own)
            found = False
            for value in values_within(lever.name, laboratory):
                changed[(slice(None), *place)] = value
                found = (
                    found
                    or largest_move(laboratory, ordinary_and_free, {lever.name: changed}, NOTICED) > NOTICED
                )
            if not found:
                dead.append((lever.name, *place))
    assert dead == []


def test_every_strategy_lever_moves_an_outcome(laboratory, bases):
    """By all makers alike, and in every domain where it has one."""
    dead = []
    for name, lever in STRATEGIES.items():
        own = laboratory.case.strategy[lever.name]
        for place in np.ndindex(own.shape[2:]):
            changed, found = np.array(own), False
            for value in values_within(name, laboratory):
                changed[(slice(None), slice(None), *place)] = value
                found = found or largest_move(laboratory, bases[:2], {name: changed}, NOTICED) > NOTICED
            if not found:
                dead.append((name, *place))
    assert dead == []


def test_every_input_of_the_world_moves_an_outcome(laboratory, bases):
    names = [f"world.{field.name}" for field in WORLD if field.name != "year"]
    assert [name for name in names if not moves(laboratory, bases[:2], name)] == []


@pytest.mark.parametrize(("mechanisms", "knobs", "booked"), SILENT, ids=lambda part: "+".join(part))
def test_a_mechanism_at_its_off_value_is_inert(laboratory, mechanisms, knobs, booked):
    off = off_values(mechanisms, laboratory)
    assert all(np.isfinite(list(off.values())))
    still = laboratory.run(**split(off, laboratory))
    stirred = {
        (knob, value): sorted(found)
        for knob in knobs
        for value in values_within(knob, laboratory)
        if (found := differences(still, laboratory.run(**split({**off, knob: value}, laboratory))).keys() - set(booked))
    }  # fmt: skip
    assert stirred == {}


def test_every_parameter_with_an_off_value_is_looked_at(case):
    with_off = set(case.register["name"][case.register["off"].notna()])
    in_pairs = {name for mechanisms, knobs, _ in SILENT for name in mechanisms + knobs}
    assert with_off - in_pairs - ALONE == set()
    assert ALONE - with_off == set()


def test_off_values_and_policies_lie_within_the_bounds_of_their_levers(case):
    outside = [
        lever.name
        for lever in POLICY
        if not lever.low <= lever.off <= lever.high
        or case.policy[lever.name].min() < lever.low
        or case.policy[lever.name].max() > lever.high
    ]
    assert outside == []
    assert [lever.name for lever in STRATEGY if not lever.low <= lever.off <= lever.high] == []
    assert [lever.name for lever in STRATEGY if (case.strategy[lever.name] != lever.off).any()] == []


def test_a_lever_at_its_own_value_changes_nothing(laboratory):
    """Null reform = 0: a policy written again, value by value, gives the same bits."""
    plain = laboratory.run().tobytes()
    changed = [
        lever.name
        for lever in POLICY
        if laboratory.run(levers={lever.name: np.array(laboratory.case.policy[lever.name])}).tobytes()
        != plain
    ]
    assert changed == []
