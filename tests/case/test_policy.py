"""Are dated rules turned into levers by the months in which they were in force?"""

import numpy as np
import pytest

from latecomer import vocabulary


def of(case, name, year):
    """Return a lever in a year."""
    return case.policy[name][year - int(case.years[0])]


def test_a_tariff_cut_of_april_counts_nine_months(case):
    assert of(case, "tariff_car", 1994) == pytest.approx((3 * 1.80 + 9 * 1.10) / 12)
    assert of(case, "tariff_car", 1995) == pytest.approx(1.10)
    assert of(case, "tariff_car", 2018) == pytest.approx((6 * 0.25 + 6 * 0.15) / 12)


def test_ends_are_inclusive_and_open_ends_stay_in_force(case):
    assert of(case, "battery_whitelist", 2019) == pytest.approx(6 / 12)
    assert of(case, "tax_purchase_small", 2015) == pytest.approx((9 * 0.10 + 3 * 0.05) / 12)
    assert of(case, "tariff_car", 2025) == pytest.approx(0.15)
    assert of(case, "purchase_private", 1983) == 0.0
    assert of(case, "purchase_private", 1984) == pytest.approx(11 / 12)


def test_money_is_in_prices_of_the_base_year(case):
    deflator = case.world.deflator[2015 - 1953]
    assert of(case, "subsidy_battery_car", 2015) == pytest.approx(
        0.5 * 45000 / deflator
    )  # half: the pilot cities
    assert of(case, "research_electric", 2008) == pytest.approx(1.160 / 5 / case.world.deflator[2008 - 1953])


def test_a_lever_is_the_sum_of_its_dated_rows(case):
    """Recomputed month by month from the published rows, as a reader of `levers` would."""
    for lever in (lever for lever in vocabulary.POLICY if not lever.axes):
        rows = case.levers[case.levers["lever"] == lever.public_name]
        for year in (1954, 1985, 1994, 2006, 2018, 2025):
            months = [f"{year}-{month:02d}" for month in range(1, 13)]
            total = sum(
                row.contribution * sum(row.since <= month <= row.until for month in months) / 12
                for row in rows.itertuples()
            )
            idle = sum(not ((rows["since"] <= month) & (month <= rows["until"])).any() for month in months)
            total += lever.off * idle / 12
            real = total / case.world.deflator[year - 1953] if "CNY" in lever.unit else total
            assert of(case, lever.name, year) == pytest.approx(real, rel=1e-12, abs=1e-12)


def test_levers_stay_within_their_range_and_off_before_their_time(case):
    for lever in vocabulary.POLICY:
        values = case.policy[lever.name]
        assert (values >= lever.low).all() and (values <= lever.high).all()
    assert of(case, "plan_share", 1978) == 1.0
    assert of(case, "plan_share", 1996) == 0.0
    assert (np.diff(case.policy.plan_share) <= 0).all()
    assert not case.policy.supply_cutoff.any()


def test_plates_are_held_back_only_where_a_city_did_so(case):
    held = {case.labels.regions[i] for i in np.flatnonzero(case.policy.plate_limit.any(axis=0))}
    assert held == {"CN-BJ", "CN-TJ", "CN-SH", "CN-ZJ", "CN-GD", "CN-HI", "CN-GZ"}
    assert of(case, "plate_limit", 2010)[case.labels.regions.index("CN-BJ")] == 0.0


def test_judgements_say_so_and_carry_a_range(case):
    judged = case.tables["policies"].query("grade == 'assumption'")
    assert (judged["low"] <= judged["value"]).all() and (judged["value"] <= judged["high"]).all()
    shared = case.levers[case.levers["policy_id"] == "scrappage_2009"]
    assert set(shared["grade"]) == {"assumption"}
