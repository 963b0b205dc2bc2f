"""Is the spread of an effect split as it was made, and is each part zero where it must be?"""

import numpy as np
import pytest

from latecomer.case.reform import Reform
from latecomer.errors import UsageError
from latecomer.study.uncertainty import apart, between, components, redrawn, uncertainty

TARIFF = Reform({"tariff.car": {1986: 0.25}}, name="Low tariff")


def test_chance_and_parameters_are_told_apart():
    """Error rate: 400 vectors of 6 histories; both variances lie within 4 of their standard errors."""
    generator = np.random.default_rng(2)
    vectors, each = 400, 6
    values = 3.0 * generator.standard_normal(vectors) + 2.0 * generator.standard_normal((each, vectors))
    luck, parameters = components(values)
    assert luck == pytest.approx(4.0, abs=4 * 4.0 * np.sqrt(2 / (vectors * (each - 1))))
    assert parameters == pytest.approx(9.0, abs=4 * (9.0 + 4.0 / each) * np.sqrt(2 / vectors))


def test_what_does_not_vary_has_no_variance():
    assert components(np.ones((4, 10))) == (0.0, 0.0)
    luck, parameters = components(np.tile(np.arange(10.0), (4, 1)))
    assert luck == 0.0
    assert parameters == pytest.approx(np.var(np.arange(10.0), ddof=1))


def test_variants_that_differ_by_chance_alone_count_for_nothing():
    import pandas as pd

    generator = np.random.default_rng(3)
    plain = pd.Series(generator.standard_normal(200))
    noisy = [apart(plain + 0.5 * generator.standard_normal(200), plain) for _ in range(40)]
    shifted = [apart(plain + shift, plain) for shift in (-1.0, 1.0)]
    assert between(pd.DataFrame(noisy)) < 0.001
    assert between(pd.DataFrame(shifted)) == pytest.approx(1.0)


def test_weights_are_drawn_within_their_ranges_and_the_same_again(case):
    one, again, other = redrawn(case, 1, 0), redrawn(case, 1, 0), redrawn(case, 1, 1)
    assert one.policy.tobytes() == again.policy.tobytes() != other.policy.tobytes()
    assert np.array_equal(one.policy.tariff_car, case.policy.tariff_car), (
        "a law without a judged weight stays"
    )
    assert not np.array_equal(one.policy.subsidy_battery_car, case.policy.subsidy_battery_car)
    rows = case.tables["levers"]
    top = rows[rows["lever"] == "subsidy.rural"]
    ratio = one.policy.subsidy_rural[57] / case.policy.subsidy_rural[57]
    assert float((top["low"] / top["scale"]).min()) <= ratio <= float((top["high"] / top["scale"]).max())


@pytest.fixture(scope="module")
def small(case):
    """Return the case with four draws, so that few histories will do."""
    from dataclasses import replace

    return replace(case, draws=case.draws[:4])


def test_the_parts_of_an_effect(small):
    found = uncertainty(small, TARIFF, series="imports", year=2000, histories=8, variant_histories=4)
    assert list(found.parts["part"]) == ["luck", "parameters", "structure", "data"]
    assert found.parts["share"].sum() == pytest.approx(1.0)
    assert (found.parts["sd"] >= 0.0).all()
    assert set(found.variants["kind"]) == {"structure", "data"}
    assert found.sentences()
    alike = (
        found.variants["level"] - found.variants["difference"]
    )  # the picture and the sentence compare with the median
    assert np.allclose(alike, found.median)


def test_a_reform_that_changes_nothing_is_certain(small):
    found = uncertainty(small, Reform({"tariff.car": "history"}), histories=8, variant_histories=2)
    assert not found.parts["sd"].any()
    assert "the same whatever is varied" in found.sentences()[0]


def test_histories_must_tell_luck_from_parameters(small):
    with pytest.raises(UsageError):
        uncertainty(small, TARIFF, histories=7)
