"""Is a run recognised again: does the fingerprint change with what made it, and with nothing else, and are results labelled?"""

from dataclasses import replace

import numpy as np
import pytest
from laboratory import altered

from latecomer.errors import UsageError
from latecomer.record import DIMENSIONS, describe, manifest_of
from latecomer.run import run
from latecomer.vocabulary import YEAR


@pytest.fixture(scope="module")
def early(laboratory):
    """Return the case cut off after 1990."""
    return laboratory.until(1990)


@pytest.fixture(scope="module")
def small(early):
    """Return five short histories."""
    return run(early, 5, seed=2)


def test_the_same_question_has_the_same_fingerprint(early, small):
    assert run(early, 5, seed=2, threads=1, batch=2).manifest == small.manifest


def test_the_fingerprint_changes_with_what_made_the_run(early, laboratory, small):
    others = {
        "seed": run(early, 5, seed=3),
        "parameters": run(early, 5, seed=2, draws=altered(early.draws, {"plan_norm": 0.2})),
        "histories": run(early, 4, seed=2),
        "case_checksum": run(replace(early, checksum="0" * 64), 5, seed=2),
        "years": run(laboratory.until(1989), 5, seed=2),
    }
    prints = {small.manifest["fingerprint"], *(other.manifest["fingerprint"] for other in others.values())}
    assert len(prints) == 1 + len(others)
    for name, other in others.items():
        differing = {key for key in small.manifest if other.manifest[key] != small.manifest[key]}
        assert differing - {"inputs"} == {
            name,
            "fingerprint",
        }


def test_the_fingerprint_changes_with_any_bit_of_the_results(early, small):
    vectors = np.array(early.draws).view(np.recarray)
    again = manifest_of(early, vectors, 2, 5, (), small.records)
    assert again["fingerprint"] == small.manifest["fingerprint"]
    records = small.records.copy()
    records.tax[3, 20] = np.nextafter(records.tax[3, 20], 1.0)
    assert manifest_of(early, vectors, 2, 5, (), records)["fingerprint"] != again["fingerprint"]


def test_a_parameter_that_moves_nothing_here_still_changes_the_fingerprint(early, small):
    """The fingerprint is of the question too: batteries do not matter before 1990, and yet the question is another."""
    other = run(early, 5, seed=2, draws=altered(early.draws, {"pack_energy": 50.0}))
    assert other.records.tobytes() == small.records.tobytes()
    assert other.manifest["parameters"] != small.manifest["parameters"]
    assert other.manifest["fingerprint"] != small.manifest["fingerprint"]


def test_the_manifest_says_what_is_needed_to_run_again(early, small):
    needed = {
        "case",
        "case_checksum",
        "changed_tables",
        "version",
        "code",
        "parameters",
        "seed",
        "histories",
        "years",
        "failed",
    }
    needed |= {"key_layout", "numba", "numpy", "machine", "fingerprint"}
    assert needed <= small.manifest.keys()
    assert small.manifest["years"] == "1953-1990"
    assert small.manifest["case_checksum"] == early.checksum
    assert len(small.manifest["fingerprint"]) == 64


def test_results_carry_labels_and_units(early, small):
    data = small.data
    assert list(data.data_vars) == [field.name for field in YEAR]
    for field in YEAR:
        assert data[field.name].attrs["units"] == field.unit
        assert data[field.name].dims == ("history", "year", *(DIMENSIONS[letter] for letter in field.axes))
    assert list(data.year.values) == list(range(1953, 1991))
    assert list(data.maker.values) == list(early.labels.makers)
    faw = early.labels.makers.index("faw")
    assert data.maker_sales.sel(maker="faw", year=1990, history=4) == small.records.maker_sales[4, -1, faw]
    assert data.attrs["fingerprint"] == small.manifest["fingerprint"]


def test_a_tidy_table_has_a_row_for_every_history_year_and_series(small):
    table = small.to_frame(("vehicles", "great"))
    assert len(table) == 5 * 38 * 2
    row = table[(table["history"] == 3) & (table["year"] == 1980) & (table["series"] == "vehicles")]
    assert row["value"].item() == small.records.vehicles[3, 27]
    assert row["unit"].item() == "vehicles"
    assert set(small.to_frame()["series"]) == {field.name for field in YEAR if not field.axes}


def test_bands_are_quantiles_over_histories(early, small):
    bands = small.bands("vehicles")
    assert bands.shape == (5, 38)
    assert (np.diff(bands, axis=0) >= 0.0).all()
    assert np.array_equal(bands[2], np.median(small.records.vehicles, axis=0))
    faw = early.labels.makers.index("faw")
    assert np.array_equal(
        small.bands("maker_sales", faw, (0.5,))[0], np.median(small.records.maker_sales[:, :, faw], axis=0)
    )


def test_an_unknown_series_is_answered_with_its_neighbours(small):
    with pytest.raises(UsageError, match="did you mean 'own_brand_share'"):
        small.series("own_brand_shares")
    assert np.array_equal(small.series("great"), small.records.great)
    assert describe("great").unit == "index, reference=100"
