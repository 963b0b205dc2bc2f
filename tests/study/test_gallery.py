"""Do the ready reforms run side by side, and is agreement with the literature judged by its rule?"""

import numpy as np
import pytest
from made import comparison

from latecomer.case.reform import Reform, find_reform, gallery, laid_over
from latecomer.study.compare import compare
from latecomer.study.gallery import WATCHED, ready_reforms
from latecomer.study.literature import (
    literature,
    ours_text,
    published_text,
    unit_of,
    verdict,
)

NAN = float("nan")


def test_there_are_at_least_twelve_ready_reforms_with_names_and_notes(case):
    ready = {name: find_reform(name, case) for name in gallery(case)}
    assert len(ready) >= 12
    assert all(reform.name and reform.name_local and reform.note for reform in ready.values())


def test_ready_reforms_do_what_their_names_say(case):
    def policy(name):
        return laid_over(case, find_reform(name, case))[1].policy

    assert not policy("no-joint-ventures").venture_allowed.any()
    assert (policy("joint-ventures-without-cap").venture_share_cap[41:] == 1.0).all()
    assert (policy("foreign-plants-from-1985").plant_foreign_allowed[32:] == 1.0).all()
    assert policy("early-low-tariffs").tariff_car[33] == 0.25
    assert np.ptp(policy("tariffs-never-cut").tariff_car[40:]) == 0.0
    assert not policy("no-provincial-aid").protection_local.any()
    assert not policy("no-private-entry").entry_private.any()
    electric = policy("no-new-energy-subsidies")
    assert not (electric.subsidy_battery_car.any() or electric.subsidy_hybrid.any())
    assert policy("european-tariff").abroad_tariff[
        70, case.labels.destinations.index("europe")
    ] == pytest.approx(case.policy.abroad_tariff[70, case.labels.destinations.index("europe")] + 0.2)


def test_findings_are_about_ready_reforms(case):
    assert set(case.tables["findings"]["reform"]) <= set(gallery(case))


def test_local_protection_is_measured_net_of_the_aid(case):
    """Aid of 2 billion taken away costs buyers 2.5: they lose half a billion net of it, a quarter of the aid."""
    base = {"consumer_surplus": 100.0, "local_aid": 2.0}
    years = np.ones(len(case.years))
    found = comparison(
        case,
        find_reform("no-provincial-aid", case),
        {"consumer_surplus": -2.5 * years, "local_aid": -2.0 * years},
        base,
    )
    rows = literature(found).set_index("unit")
    assert rows.loc["billion CNY of 2010", "median"] == pytest.approx(-0.5)
    assert rows.loc["%", "median"] == pytest.approx(-25.0)


def test_effects_are_those_of_a_comparison(case):
    names = ["no-private-entry", "no-plate-quotas"]
    found = ready_reforms(case, names, histories=2, seed=4)
    effects, beside = found.effects, found.literature
    assert len(effects) == len(names) * len(WATCHED) * len(case.setting.looks("headline"))
    alone = compare(case, find_reform("no-private-entry", case), histories=2, seed=4).effect("strong", 2025)
    row = effects[
        (effects["reform"] == "no-private-entry")
        & (effects["series"] == "strong")
        & (effects["year"] == 2025)
    ]
    assert row["median"].iloc[0] == alone.median
    assert set(beside["reform"]) == {"no-plate-quotas"}


def test_the_literature_is_silent_on_other_reforms(case):
    assert literature(compare(case, Reform({"tariff.car": 0.1}), histories=2)).empty


SURE, UNSURE = np.linspace(40.0, 60.0, 50), np.linspace(-50.0, 60.0, 50)


@pytest.mark.parametrize(
    ("values", "sign", "value", "low", "high", "told"),
    [
        (SURE, NAN, NAN, 45.0, 55.0, "Yes, in sign; in size, too"),
        (SURE, NAN, NAN, 55.0, 70.0, "Yes, in sign; in size only in part"),
        (SURE, NAN, NAN, 70.0, 90.0, "Yes, in sign; not in size"),
        (
            SURE,
            NAN,
            50.0,
            NAN,
            NAN,
            "Yes, in sign; size open: no range was published, ours is 1 times theirs",
        ),
        (
            SURE,
            NAN,
            25.0,
            NAN,
            NAN,
            "Yes, in sign; size open: no range was published, ours is 2 times theirs",
        ),
        (
            SURE,
            NAN,
            25.0,
            25.0,
            NAN,
            "Yes, in sign; size open: only one end was published, ours lies on its side",
        ),
        (
            SURE,
            NAN,
            80.0,
            80.0,
            NAN,
            "Yes, in sign; size open: only one end was published, ours lies beyond it",
        ),
        (SURE, NAN, -50.0, NAN, NAN, "No: the other sign"),
        (UNSURE, NAN, 50.0, NAN, NAN, "Open: our band includes zero"),
        (SURE, 1.0, NAN, NAN, NAN, "Yes, in sign; no size was published for it"),
        (SURE, -1.0, NAN, NAN, NAN, "No: the other sign"),
        (SURE, 0.0, 0.0, NAN, NAN, "No: our band excludes zero"),
        (UNSURE, 0.0, 0.0, NAN, NAN, "Yes: our band includes zero"),
    ],
)
def test_agreement_by_its_rule(values, sign, value, low, high, told):
    assert verdict(values, sign, value, low, high).startswith(told)


def test_what_was_published_in_words():
    assert published_text(NAN, 21.9, 18.7, 21.9, "billion CNY") == "21.9 (18.7 to 21.9) billion CNY"
    assert published_text(NAN, NAN, 3.8, 12.7) == "3.8 to 12.7"
    assert published_text(NAN, 50.0, 50.0, NAN, "percent") == "more than 50 percent"
    assert published_text(1.0, NAN, NAN, NAN) == "yes"


def test_what_is_found_has_a_unit_and_no_exponent(case):
    rows = {row.reform + row.measure: row for row in case.tables["findings"].itertuples()}
    assert unit_of(rows["no-plate-quotaschange"]) == "points"
    assert ours_text(0.00247, "points") == "+0.25"
    assert unit_of(rows["research-doubledchange"]) == "log points"
    assert unit_of(rows["european-tariffrelative"]) == "%"
    assert unit_of(rows["no-new-energy-subsidiestotal"]) == "billion CNY of 2010"
    assert ours_text(-1040.0, "billion CNY of 2010") == "-1,040"
