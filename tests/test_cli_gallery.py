"""Are the ready reforms listed with what they change?"""

import json

import pandas as pd

from latecomer.case.reform import gallery
from latecomer.cli import main
from latecomer.cli.gallery import cell


def test_ready_reforms_are_listed(capsys, case):
    assert main(["reforms"]) == 0
    told = capsys.readouterr().out
    assert all(f"{name}: " in told for name in gallery(case))
    assert main(["reforms", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["reform"] for row in rows} == set(gallery(case))
    assert all(row["name_local"] for row in rows)


def test_no_star_stands_beside_a_zero():
    effect = {"positive": 1.0, "negative": 0.0, "low90": 1e-4, "high90": 2.0}
    shown = [cell(pd.Series({"median": value, **effect}), 1.0) for value in (12.0, 1.23, 0.0187, 0.0004)]
    assert shown == ["+12*", "+1.2*", "+0.02*", "0 "]


def test_files_need_a_run(capsys, tmp_path):
    assert main(["reforms", "--out", str(tmp_path)]) == 2
    assert "--table" in capsys.readouterr().err
