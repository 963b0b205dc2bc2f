"""Are the ready reforms listed with what they change?"""

import json

from latecomer.case.reform import gallery
from latecomer.cli import main


def test_ready_reforms_are_listed(capsys, case):
    assert main(["reforms"]) == 0
    told = capsys.readouterr().out
    assert all(f"{name}: " in told for name in gallery(case))
    assert main(["reforms", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["reform"] for row in rows} == set(gallery(case))
    assert all(row["name_zh"] for row in rows)


def test_files_need_a_run(capsys, tmp_path):
    assert main(["reforms", "--out", str(tmp_path)]) == 2
    assert "--table" in capsys.readouterr().err
