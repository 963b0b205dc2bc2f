"""Does `latecomer compare` say what was different, and refuse with everything that is wrong?"""

import json
from pathlib import Path

import pandas as pd
import pytest

from latecomer.cli import main
from latecomer.cli.comparing import banded

LOW_TARIFF = "name: Low tariff\npolicy:\n  tariff.car: {1986: 25%}\n"
MISTAKES = "name: Low tariff\npolicy:\n  tarif.car: {1986: 25%}\n  tariff.parts: {1986: 900%}\n  entry.private: {next year: 1}\n"


@pytest.fixture
def reform(tmp_path):
    file = tmp_path / "low-tariff.yaml"
    file.write_text(LOW_TARIFF, encoding="utf-8")
    return file


def test_effects_are_printed_with_what_was_changed(capsys, reform):
    assert main(["compare", str(reform), "--histories", "2", "--years", "2000,2010"]) == 0
    told = capsys.readouterr()
    assert "tariff.car: 1986-2025" in told.err
    assert "2 pairs of histories" in told.out
    assert "Own brands" in told.out
    assert "2000" in told.out


def test_years_are_chosen_from_the_effect_where_none_is_named(capsys, reform):
    assert main(["compare", str(reform), "--histories", "4", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    peak = next(
        row for row in rows if row["series"] == "own_brand_share" and row["why"] == "largest sure effect"
    )
    assert 1986 <= peak["year"] < 2000
    assert peak["sure"]
    assert any(row["series"] == "vehicles" and row["year"] == peak["year"] for row in rows)


def test_no_star_stands_beside_a_band_that_shows_zero():
    assert banded(3.4, -1.7, 11.7) == "+3.4 (-1.7 to +11.7)"
    assert banded(0.02, 0.001, 0.05) == "+0.02 (0.00 to +0.05)"
    assert banded(3.0, 1.0, 5.0) == "+3.00*(+1.00 to +5.00)"


def test_json_holds_every_plain_series(capsys, reform):
    assert main(["compare", str(reform), "--histories", "2", "--years", "2010", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    found = {row["series"]: row for row in rows}
    assert {"own_brand_share", "public_balance", "strong"} <= set(found)
    assert {row["year"] for row in rows} == {2010}
    assert found["vehicles"]["histories"] == 2


def test_three_mistakes_are_told_at_once_and_nothing_is_run(capsys, tmp_path):
    file = tmp_path / "mistakes.yaml"
    file.write_text(MISTAKES, encoding="utf-8")
    assert main(["compare", str(file)]) == 2
    told = capsys.readouterr().err
    assert "3 problems in the reform; nothing was run" in told
    for place in ("line 3: 'tarif.car'", "line 4: '9'", "line 5: 'next year'"):
        assert place in told


def test_problems_of_options_and_reform_come_together_once_the_case_is_kept(capsys, tmp_path, case):
    file = tmp_path / "mistakes.yaml"
    file.write_text(MISTAKES, encoding="utf-8")
    assert (
        main(
            [
                "compare",
                str(file),
                "--histories",
                "none",
                "--series",
                "vehicle",
                "--precision",
                "-1",
                "--years",
                "1900",
            ]
        )
        == 2
    )
    told = capsys.readouterr().err
    for part in ("--histories", "'vehicles'", "--precision", "--years", "tarif.car", "next year"):
        assert part in told


def test_a_dry_run_tells_and_runs_nothing(capsys, reform, tmp_path):
    assert main(["compare", str(reform), "--dry-run", "--out", str(tmp_path / "out"), "--since", "2000"]) == 0
    told = capsys.readouterr().out
    assert "tariff.car: 2000-2025" in told
    assert "latecomer-low-tariff.html" in told
    assert "Nothing was run." in told
    assert not (tmp_path / "out").exists()


def test_without_a_reform_it_says_what_to_give(capsys):
    assert main(["compare"]) == 2
    assert "a YAML file or the name of a ready reform" in capsys.readouterr().err


def test_all_tables_are_written_as_csv_and_as_a_workbook(capsys, reform, tmp_path):
    files = ["--csv", str(tmp_path / "tables"), "--xlsx", str(tmp_path / "tables.xlsx")]
    assert main(["compare", str(reform), "--histories", "2", "--quiet", *files]) == 0
    names = {
        "effects",
        "maker_effects",
        "firms",
        "channels",
        "money",
        "provinces",
        "buyers",
        "bought",
        "tidy",
    }
    told = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert {path.stem for path in told} == {*names, "tables"}
    lines = (tmp_path / "tables" / "effects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("series,index,year,median,low50")
    assert len(lines) > 73 * 50
    makers = pd.read_csv(tmp_path / "tables" / "maker_effects.csv")
    assert {"chery", "geely"} <= set(makers["maker"]) and "maker_sales" in set(makers["series"])
    tidy = pd.read_csv(tmp_path / "tables" / "tidy.csv")
    assert list(tidy.columns) == ["model", "scenario", "region", "variable", "unit", "year", "value"]
    assert set(tidy["scenario"]) == {"history", "Low tariff"}
    assert (tmp_path / "tables.xlsx").read_bytes()[:2] == b"PK"
