"""Does the place among the reference countries follow from pillars and weights, and does the check of 2014 hold?"""

from dataclasses import replace

import numpy as np
import pytest

from latecomer import axes
from latecomer.fit import ranks
from latecomer.run import run


@pytest.fixture(scope="module")
def histories(laboratory):
    """Return a small run of the case."""
    return run(laboratory.case, histories=16)


def altered(histories, index, pillars):
    """Return the run with the same pillars [i] in every history and year."""
    records = np.array(histories.records).view(np.recarray)
    records[f"{index}_pillars"][..., : len(pillars)] = pillars
    return replace(histories, records=records)


@pytest.mark.parametrize("index", ["great", "strong"])
@pytest.mark.parametrize("equal", [False, True])
def test_twice_the_best_country_is_first_and_half_the_least_is_last(histories, index, equal):
    draw = np.random.default_rng(1)
    ratios = ranks.reference_ratios(histories.case, index, draw, 200)
    above = altered(histories, index, 1.01 * ratios.max(axis=(0, 1)))
    below = altered(histories, index, 0.5 * ratios.min(axis=(0, 1)))
    assert (ranks.places(above, index, equal) == 1).all()
    assert (ranks.places(below, index, equal) == 1 + len(ranks.countries(histories.case))).all()


def test_probabilities_of_a_year_add_to_one(histories):
    table = ranks.place_table(histories)
    total = table.groupby(["index", "weights", "year"])["probability"].sum()
    assert np.allclose(total, 1.0)


def test_the_reference_means_are_those_of_the_countries(laboratory):
    case = laboratory.case
    means = case.tables["references"].groupby(["index", "pillar"])["value"].mean()
    for index, pillars in ranks.PILLARS.items():
        for pillar, name in zip(pillars, ranks.REFERENCES[index], strict=True):
            assert float(case.params[name][0]) == pytest.approx(means[(index, pillar)], rel=0.01), pillar


def test_every_country_has_every_pillar(laboratory):
    table = laboratory.case.tables["references"]
    pillars = {
        *(("great", name) for name in axes.GREAT_PILLARS),
        *(("strong", name) for name in axes.STRONG_PILLARS),
    }
    for country in ranks.countries(laboratory.case):
        rows = table[table["country"] == country]
        assert set(zip(rows["index"], rows["pillar"], strict=True)) == pillars


def test_in_2014_the_industry_is_first_in_great_and_behind_in_strong(histories):
    """Zhao and Liu's finding for 2014: a great power, in the third tier of strong ones."""
    year = int(2014 - histories.years[0])
    assert np.median(ranks.places(histories, "great")[:, year]) == 1
    assert np.median(ranks.places(histories, "strong")[:, year]) >= 4
