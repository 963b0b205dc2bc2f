"""Does a country with other money, years, regions and makers run through every command? Ruritania, and it is all invented."""

import re

import pytest

from latecomer.case.load import CASES, load_case
from latecomer.cli import main

FOLDER = CASES / "ruritania"
KEPT = "china-auto"  # the source that rows kept from the flagship case name
ONE = ("--histories", "1", "--quiet")
COMMANDS = {
    "run": ("run", "ruritania", "--histories", "2", "--brief"),
    "compare": ("compare", "low-tariff", "--case", "ruritania", "--histories", "2", "--brief"),
    "ablate": ("ablate", "ruritania", *ONE),
    "attribute": ("attribute", "--case", "ruritania", *ONE),
    "attribute_reforms": ("attribute", "low-tariff", "no-ventures", "--case", "ruritania", *ONE),
    "openness": ("openness", "ruritania", "--steps", "3", *ONE),
    "fork": ("fork", "low-tariff", "--case", "ruritania", *ONE),
    "uncertainty": ("uncertainty", "low-tariff", "--case", "ruritania", "--histories", "2", "--each", "2"),
    "reforms": ("reforms", "--case", "ruritania", "--table", *ONE),
    "fit": ("fit", "ruritania", "--evaluations", "2,2,2,2", "--steps", "8", "--kept", "2"),
}
PRINTED = {
    "cases": ("cases",),
    "explain_maker": ("explain", "falkonia", "--case", "ruritania"),
    "explain_lever": ("explain", "tariff.car", "--case", "ruritania"),
    "explain_region": ("explain", "RU-ZE", "--case", "ruritania"),
    "reforms": ("reforms", "--case", "ruritania"),
    "dry_run": ("run", "ruritania", "--dry-run"),
}


@pytest.fixture(scope="module")
def ruritania():
    return load_case("ruritania")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs_and_writes(command, tmp_path):
    assert main([*COMMANDS[command], "--out", str(tmp_path / "out")]) == 0
    assert [path for path in (tmp_path / "out").iterdir() if path.stat().st_size]


@pytest.mark.parametrize("command", PRINTED)
def test_every_question_is_answered(command, capsys):
    assert main(list(PRINTED[command])) == 0
    assert capsys.readouterr().out


def test_every_row_says_that_it_is_invented_or_kept(ruritania):
    for name, rows in ruritania.tables.items():
        if "source_id" in rows and name not in ("sources", "params"):
            assert set(rows["source_id"]) <= {"INVENTED", KEPT}, name
            assert set(rows["grade"]) <= {"assumption"}, name
    assert "invented" in ruritania.title and "does not exist" in (FOLDER / "NOTES.md").read_text()


def test_it_is_another_country(ruritania, case):
    setting = ruritania.setting
    assert (setting.money, len(ruritania.labels.regions), len(ruritania.makers)) == ("RUK of 1980", 2, 6)
    assert (int(ruritania.years[0]), int(ruritania.years[-1]), setting.sample_end) == (1960, 1990, 1980)
    assert not ruritania.makers["commercial"].any()
    assert set(ruritania.labels.makers) & set(case.labels.makers) <= {"importer"}


def test_its_tables_name_neither_another_country_nor_its_money():
    foreign = re.compile(r"\bChin(a|ese)\b|CNY|yuan|\bGermany\b|\bJapan\b", re.I)
    for path in FOLDER.glob("*.csv"):
        lines = [line.replace(KEPT, "") for line in path.read_text(encoding="utf-8").splitlines()]
        assert [line for line in lines if foreign.search(line)] == [], path.name
