"""Does an answer reach whoever asked, on any terminal, and is what goes wrong told in one line with its own code?"""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from latecomer import cli
from latecomer.cli import main, screen
from latecomer.cli.request import LONGEST_NAME
from latecomer.cli.screen import blocks
from latecomer.errors import SHOWN

LONG = "x" * 300


def in_new_process(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "latecomer.cli", *words],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("letters", ["cp1252", "ascii", "iso-8859-1"])
def test_letters_that_a_terminal_lacks_are_substituted(case, letters):
    done = in_new_process("explain", "chery", PYTHONIOENCODING=letters)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"chery (maker)" in done.stdout and b"?" in done.stdout


def test_json_for_a_terminal_without_chinese_is_escaped(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    told = screen.json_rows([{"name": "奇瑞", "value": float("nan")}])
    assert told.isascii() and json.loads(told) == [{"name": "奇瑞", "value": None}]


def test_a_reader_who_has_gone_ends_it_quietly():
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "latecomer.cli", "cases"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_device_is_told_in_one_line():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "latecomer.cli", "cases"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 74
    assert done.stderr.count("\n") == 1 and "no space is left" in done.stderr


def broken():
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("a cause\nin two lines")


def test_an_unforeseen_error_is_one_line_and_a_traceback_only_when_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(cli, "answer", lambda words, all_told: broken())
    assert main(["cases"]) == 70
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError: a cause in two lines" in said and "report it" in said and "--verbose" in said
    assert main(["cases", "--verbose"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_other_errors_of_the_system_are_not_taken_for_a_full_disk(capsys, monkeypatch):
    def fail(words, all_told):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(cli, "answer", fail)
    assert main(["cases"]) == 70
    assert "Input/output error" in capsys.readouterr().err


def test_verbose_may_stand_anywhere(capsys):
    assert main(["--verbose", "cases"]) == main(["cases", "--verbose"]) == 0
    assert capsys.readouterr().out.count("china-auto") == 2


@pytest.mark.parametrize(
    "words",
    [
        ["run", "china-auto", "--out", "~no-such-user/x"],
        ["run", "china-auto", "--out", LONG],
        ["run", "china-auto", "--csv", "FILE"],
        ["run", "china-auto", "--csv", "FILE/in/it"],
        ["run", "china-auto", "--xlsx", "."],
        ["run", "china-auto", "--netcdf", LONG],
        ["run", "china-auto", "--pictures", "a\0b"],
        ["run", LONG],
        ["run", "a\0b"],
        ["compare", LONG],
        ["compare", "a\0b"],
        ["fit", "china-auto", "--out", "FILE"],
    ],
    ids=lambda words: " ".join(words)[:40].replace("\0", "NUL"),
)
def test_a_path_that_cannot_be_is_refused_before_anything_is_run(capsys, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept")
    assert main([word.replace("FILE", "file") for word in words]) == 2
    assert "nothing was run" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_the_place_of_the_report_is_refused_before_the_run(capsys, tmp_path):
    (tmp_path / "latecomer-china-auto.html").mkdir()
    assert main(["run", "china-auto", "--dry-run", "--out", str(tmp_path)]) == 2
    assert "it is a folder" in capsys.readouterr().err


def test_the_longest_name_can_be_written(capsys, tmp_path):
    words = ["run", "china-auto", "--dry-run", "--out", str(tmp_path / ("x" * LONGEST_NAME))]
    assert main(words) == 0


def some_table():
    table = Table(box=None, padding=(0, 2, 0, 0), title="Effects", title_justify="left")
    for head in ("", "1995", "2010", "2025"):
        table.add_column(head, no_wrap=True)
    table.add_row("Own brands", *["-3.4*(-12.7 to -0.2)"] * 3)
    return table


@pytest.mark.parametrize("columns", ["0", "10", "40", "60", "200"])
def test_no_number_is_ever_cut(monkeypatch, columns):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stdout", Terminal())
    screen.print_table(some_table())
    out = sys.stdout.getvalue()
    assert "…" not in out
    assert "".join(out.split()).count("-3.4*(-12.7to-0.2)") == 3 or columns in ("0", "10")
    assert out.count("-12.7") == 3 and out.count("-0.2") == 3


def test_off_a_terminal_a_table_has_no_limit_of_width(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    screen.print_table(some_table())
    assert any(line.count("-12.7") == 3 for line in sys.stdout.getvalue().splitlines())


def test_a_table_that_fits_is_one_block():
    assert len(blocks(some_table(), 200)) == 1
    assert [len(block.columns) for block in blocks(some_table(), 60)] == [3, 2]


def test_verbose_shows_all_problems_of_an_input(tmp_path, capsys):
    many = "".join(f"  no.such_lever_{number}: 1\n" for number in range(SHOWN + 10))
    (tmp_path / "r.yaml").write_text("policy:\n" + many, encoding="utf-8")
    asked = ["compare", str(tmp_path / "r.yaml"), "--dry-run"]
    assert main(asked) == 2
    said = capsys.readouterr().err
    assert said.count("no.such_lever") == SHOWN and "--verbose shows all" in said
    assert main([*asked, "--verbose"]) == 2
    assert capsys.readouterr().err.count("no.such_lever") == SHOWN + 10


@pytest.mark.parametrize(
    "words",
    [
        ["run", "china-auto", "--brief", "--json"],
        ["run", "china-auto", "--brief", "--only", "1"],
        ["run", "china-auto", "--xlsx", "tables.csv"],
        ["compare", "no-plate-quotas", "--brief"],
    ],
)
def test_what_would_be_left_out_in_silence_is_refused(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--dry-run"]) == 2
    assert capsys.readouterr().err.startswith("1 problem")
