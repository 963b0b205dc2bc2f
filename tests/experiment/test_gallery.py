"""Do the ready reforms run side by side, and is agreement with the literature judged by its rule?"""

import numpy as np
import pytest

from latecomer.case.reform import Reform, find_reform, gallery, laid_over
from latecomer.experiment.compare import compare
from latecomer.experiment.gallery import WATCHED, YEARS, effects_of_all, literature, published_text, verdict

NAN = float("nan")


def test_there_are_at_least_twelve_ready_reforms_with_names_and_notes(case):
    ready = {name: find_reform(name, case) for name in gallery(case)}
    assert len(ready) >= 12
    assert all(reform.name and reform.name_zh and reform.note for reform in ready.values())


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


def test_effects_are_those_of_a_comparison(case):
    names = ["no-private-entry", "no-plate-quotas"]
    effects, beside = effects_of_all(case, names, histories=2, seed=4)
    assert len(effects) == len(names) * len(WATCHED) * len(YEARS)
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


def test_agreement_by_its_rule():
    sure, unsure = np.linspace(40.0, 60.0, 50), np.linspace(-50.0, 60.0, 50)
    assert verdict(sure, NAN, 50.0, NAN, NAN) == "Yes, in sign and size"
    assert verdict(sure, NAN, NAN, 3.0, 45.0) == "Yes, in sign and size"
    assert verdict(sure, NAN, 10.0, NAN, NAN) == "In sign, not in size: ours is 5 times theirs"
    assert verdict(sure, NAN, -50.0, NAN, NAN) == "No: the other sign"
    assert verdict(unsure, NAN, 50.0, NAN, NAN) == "Open: our sign is not sure"
    assert verdict(sure, 1.0, NAN, NAN, NAN).startswith("Yes, in sign")
    assert verdict(sure, -1.0, NAN, NAN, NAN) == "No: the other sign"
    assert verdict(sure, 0.0, 0.0, NAN, NAN) == "No: our band does not hold nought"
    assert verdict(unsure, 0.0, 0.0, NAN, NAN).startswith("Yes")


def test_what_was_published_in_words():
    assert published_text(NAN, 21.9, 18.7, 21.9) == "21.9 (18.7 to 21.9)"
    assert published_text(NAN, NAN, 3.8, 12.7) == "3.8 to 12.7"
    assert published_text(1.0, NAN, NAN, NAN) == "yes"
