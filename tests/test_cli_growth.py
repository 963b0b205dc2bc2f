"""Do `latecomer attribute` and `latecomer openness` answer, write their files, and refuse with everything that is wrong?"""

import json

from latecomer.cli import main


def test_attribute_prints_shares_and_writes_table_and_picture(capsys, tmp_path):
    words = ["attribute", "--series", "vehicles", "--from", "2010", "--to", "2012", "--histories", "1"]
    assert main([*words, "--out", str(tmp_path / "owed")]) == 0
    told = capsys.readouterr().out
    assert "Motor vehicles made, 2010-2012 (million; 1 histories)" in told
    assert all(
        name in told for name in ("All forces held", "Policy support", "Technological advance", "100%")
    )
    assert max(map(len, told.split("Mean of the")[0].splitlines())) <= 80
    kinds = ("csv", "html", "png", "svg")
    assert sorted(path.name for path in (tmp_path / "owed").iterdir()) == [
        f"attribution.{kind}" for kind in kinds
    ]
    assert main([*words, "--logs", "--by-rule", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["player"] for row in rows} == {"momentum", "policy", "market", "technology", "total"}
    assert {row["unit"] for row in rows} == {"log points"} and len({row["counted"] for row in rows}) > 5


def test_attribute_shares_out_a_package(capsys, tmp_path):
    for name, line in (("tariff", "tariff.car: {1986: 25%}"), ("plan", "plan.share: {1980: 0.5}")):
        (tmp_path / f"{name}.yaml").write_text(f"name: My {name}\npolicy:\n  {line}\n", encoding="utf-8")
    files = [str(tmp_path / f"{name}.yaml") for name in ("tariff", "plan")]
    assert main(["attribute", *files, "--series", "imports", "--year", "1995", "--histories", "1"]) == 0
    told = capsys.readouterr().out
    assert "My tariff" in told and "My plan" in told and "Package" in told


def test_openness_prints_the_best_dial_and_strategies_and_writes(capsys, tmp_path):
    words = ["openness", "--eras", "2018", "--steps", "3", "--histories", "1"]
    assert main([*words, "--out", str(tmp_path / "dial")]) == 0
    told = capsys.readouterr().out
    assert "from 2018" in told and "Consumer surplus" in told and "Low cost" in told and "…" not in told
    assert len(list((tmp_path / "dial").iterdir())) == 7
    assert main([*words, "--side", "market", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["presence"] for row in rows} == {1.0, 0.5, 2.0} and {"best", "inside", "beats"} <= rows[
        0
    ].keys()


def test_all_that_is_wrong_is_told_at_once(capsys):
    words = ["attribute", "--series", "vehicle", "--to", "2012", "--year", "2010", "--histories", "0"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "4 problems in the request" in told and "did you mean 'vehicles'?" in told
    assert main(["openness", "--steps", "2", "--side", "markt", "--eras", "1900"]) == 2
    told = capsys.readouterr().err
    assert "3 problems in the request" in told and "did you mean 'market'?" in told
