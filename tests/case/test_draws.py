"""Do draws come with the case as a fit left them, and does a parameter changed by hand hold in all of them?"""

import shutil

import numpy as np
import pytest

from latecomer.case.digests import FILE as DIGESTS
from latecomer.case.load import CASES, load_case
from latecomer.case.params import read_draws
from latecomer.errors import CaseError, Problems


@pytest.fixture
def folder(tmp_path):
    ignored = shutil.ignore_patterns(DIGESTS)
    return shutil.copytree(CASES / "china_auto", tmp_path / "case", ignore=ignored)


def test_draws_differ_and_stay_within_the_register(case):
    low, high = (case.register.set_index("name")[side] for side in ("low", "high"))
    assert len(case.draws) > 20
    for name in case.draws.dtype.names:
        assert (case.draws[name] >= low[name]).all() and (case.draws[name] <= high[name]).all()
    assert len(np.unique(case.draws["comfort_effect"])) > 5


def test_a_default_changed_by_hand_holds_in_every_draw(folder):
    text = (folder / "params.csv").read_text()
    old = next(line for line in text.splitlines() if line.startswith("comfort_effect,"))
    cells = old.split(",")
    cells[3] = "0.25"
    (folder / "params.csv").write_text(text.replace(old, ",".join(cells)))
    draws = load_case(folder).draws
    assert (draws["comfort_effect"] == 0.25).all()
    assert len(np.unique(draws["digestion"])) > 5


def test_without_draws_there_is_one_vector(folder):
    (folder / "draws.csv").unlink()
    assert len(load_case(folder).draws) == 1


def test_bad_draws_are_refused_together(folder):
    lines = (folder / "draws.csv").read_text().splitlines()
    names = lines[0].split(",")
    names[0] = "bose_utility"
    cells = lines[1].split(",")
    cells[1], cells[2] = "1e9", "much"
    (folder / "draws.csv").write_text("\n".join([",".join(names), ",".join(cells), *lines[2:]]))
    with pytest.raises(CaseError) as refused:
        load_case(folder)
    told = str(refused.value)
    assert len(refused.value.problems) == 3
    assert "base_utility" in told and "'1e9'" in told and "much" in told


def test_draws_that_were_cut_off_or_changed_are_told(folder, case):
    text = (folder / "draws.csv").read_text()
    lines = text.splitlines()

    def told(changed):
        (folder / "draws.csv").write_text(changed)
        problems = Problems()
        read_draws(folder, case.params, case.register, problems)
        return [str(problem) for problem in problems.found]

    assert told(text) == told(text.replace("\n", "\r\n")) == told("\ufeff" + text) == []
    assert told("\n".join(lines[:20])) == ["draws.csv: '19 rows'; expected 48 rows, as draws.json says"]
    assert "fit again" in told("\n".join([lines[0], lines[2], lines[1], *lines[3:]]))[0]
    assert "a header that names the columns" in told("")[0]
    assert any("each parameter once" in problem for problem in told(f"{lines[0]},base_utility\n"))
    assert "cells, as in the header" in told("\n".join([*lines[:-1], lines[-1] + ",2"]))[0]


@pytest.mark.parametrize(
    "note", ["[" * 100_000, "{", "[]", '{"defaults": []}', '{"defaults": {"base_utility": "x"}}', ""]
)
def test_a_note_of_the_fit_that_says_nothing_is_told(folder, case, note):
    (folder / "draws.json").write_text(note)
    problems = Problems()
    read_draws(folder, case.params, case.register, problems)
    assert [problem.file for problem in problems.found] == ["draws.json"]
