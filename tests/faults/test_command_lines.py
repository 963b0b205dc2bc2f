"""Does every command line end in an answer or a refusal, whatever its words? Drawn at random, with a seed, and never run.

A call must end with a code of the list in `latecomer.cli`, none of them that of an unforeseen error; it writes no file, no
control character, and not a flood; one that hangs is cut off. FAULTS_MINUTES asks for as many minutes, FAULTS_SEED for another
seed.
"""

import os
import random
import time
from importlib import import_module

import pytest
from limits import cut_off

from latecomer import machine
from latecomer.cli import docking, main, starting
from latecomer.errors import LatecomerError

CALLS, SEED, MOST_LETTERS = 240, 20_261_127, 60_000
REACHED = 3  # all was in order, and the histories would have been run
NUMBERS = [
    "0",
    "-1",
    "1e3",
    "abc",
    "",
    " 5 ",
    "١٢",
    "9" * 30,
    "9" * 5000,
    "1_0",
    "+5",
    "0x10",
    "1.0",
    "nan",
    "\0",
    "1000001",
    "7",
]
YEARS = [
    "",
    ",",
    "2010,",
    "2010,2010",
    "abc",
    "1900",
    "2026",
    "2010;2020",
    "2010," * 300 + "2011",
    "-2010",
    "９９９９",
    "\n2010",
    "2015",
]
PLACES = [
    "file",
    "file/x",
    "/dev/null",
    "loop",
    "x" * 300,
    "a/" * 200,
    "\0",
    "~nobody_here/x",
    "",
    " ",
    ".",
    "..",
    "-",
    "--json",
    "\udcff",
    "漢 \n",
    "new/er",
    "new.xlsx",
]
CASES = [
    "nope",
    "china_auto",
    "China-Auto",
    "",
    ".",
    "/",
    "/dev/null",
    "\0",
    "x" * 5000,
    "file",
    "loop",
    "-",
    "--",
    "chіna-auto",
    "*",
    "china-auto/",
    "china-auto",
    "china-auto",
]
REFORMS = [
    "nope",
    "",
    "dir.yaml",
    "missing.yaml",
    "/dev/null",
    "\0",
    "\0.yaml",
    "x" * 5000,
    "loop.yaml",
    ".",
    "file",
    "no-plate-quotas",
    "Own-Brands-First",
    "ok.yaml",
    "ok.yaml",
    "--bogus",
    "=1+1",
]
SERIES = ["strong", "vehicles,strong", "", "stronk", "\x1b[31m", "x" * 3000, "=1+1", "own brand share"]
WORDS = [
    "chery",
    "奇瑞",
    "Chery",
    "R&D",
    "",
    "\x1b[2J",
    "x" * 2000,
    "\0",
    "tariff.car",
    "tariffs",
    "-",
    "%s",
    "[bold]",
    "\u202e",
]
NEW = ["ok.yaml", "file", "x" * 300, "~nobody_here/x", "file/b", "..", "", "A b", "\0", "-", "\u202e", "loop"]
VALUES = {
    "--makers": NUMBERS,
    "--first-year": YEARS,
    "--last-year": YEARS,
    "--title": WORDS,
    "--histories": NUMBERS,
    "--seed": NUMBERS,
    "--threads": NUMBERS,
    "--only": NUMBERS,
    "--precision": NUMBERS,
    "--each": NUMBERS,
    "--steps": NUMBERS,
    "--kept": NUMBERS,
    "--evaluations": [*NUMBERS, "1,2,3", ",,,"],
    "--year": YEARS,
    "--years": YEARS,
    "--at": YEARS,
    "--since": YEARS,
    "--from": YEARS,
    "--to": YEARS,
    "--eras": YEARS,
    "--out": PLACES,
    "--csv": PLACES,
    "--xlsx": PLACES,
    "--pictures": PLACES,
    "--netcdf": PLACES,
    "--case": CASES,
    "--series": SERIES,
    "--search": WORDS,
    "--side": ["market", "markt", ""],
}
FLAGS = [
    "--json",
    "--quiet",
    "--dry-run",
    "--table",
    "--brief",
    "--logs",
    "--by-rule",
    "--all",
    "--help",
    "--verbose",
    "--bogus",
    "-x",
]
COMMANDS = {
    "run": (CASES, "--histories --seed --threads --only --out --csv --xlsx --pictures --netcdf"),
    "compare": (
        REFORMS,
        "--case --histories --precision --series --year --since --years --seed --out --csv --xlsx --pictures",
    ),
    "fork": (REFORMS, "--case --series --at --years --only --since --histories --seed --out"),
    "uncertainty": (REFORMS, "--case --series --year --histories --each --seed --out"),
    "attribute": (REFORMS, "--case --series --from --to --year --histories --out"),
    "reforms": ([], "--case --histories --seed --out"),
    "ablate": (CASES, "--histories --seed --years --out"),
    "openness": (CASES, "--eras --steps --side --histories --out"),
    "explain": (WORDS, "--case --search"),
    "fit": (CASES, "--out --evaluations --steps --kept --seed"),
    "new-case": (NEW, "--makers --first-year --last-year --title --out"),
    "dock": (["nelson-winter", "bogus", ""], "--histories --seed"),
    "cases": (["x"], ""),
    "bogus": (["x"], "--out"),
}


class Reached(LatecomerError):
    """Everything was in order, and the histories would now be run."""

    exit_code = REACHED


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Stand in a folder of odd things, in which no command gets as far as running a history."""

    def stop(*arguments, **named):
        raise Reached("reached")

    monkeypatch.setattr(machine, "addresses", stop)
    monkeypatch.setattr(docking, "dock", stop)
    monkeypatch.setattr(
        import_module("latecomer.fit.staged"), "fit", stop
    )  # a function is named as its package
    monkeypatch.setattr(starting, "write_case", stop)  # a new case in a folder of any name is no fault
    (tmp_path / "file").write_text("x")
    (tmp_path / "ok.yaml").write_text("name: ok\npolicy:\n  tariff.car: {2020: 20%}\n", encoding="utf-8")
    (tmp_path / "dir.yaml").mkdir()
    for name in ("loop", "loop.yaml"):
        (tmp_path / name).symlink_to(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drawn(chance):
    """Return a command line at random: a command, some words, some options with their values, some flags."""
    command = chance.choice(list(COMMANDS))
    words, options = COMMANDS[command]
    line = [command, *(chance.choice(words) for _ in range(chance.choice([0, 1, 1, 1, 2])) if words)]
    for option in chance.sample(options.split(), min(len(options.split()), chance.choice([0, 1, 1, 2, 4]))):
        value = chance.choice(VALUES[option])
        line += [f"{option}={value}"] if chance.random() < 0.5 else [option, value]
    line += chance.sample(FLAGS, chance.choice([0, 0, 0, 1, 2]))
    return line


def complaint(line, code, said, place, before):
    """Return what is wrong with how a call ended, or None."""
    if code not in (0, 2, REACHED):
        return f"code {code}: {said[-300:]}"
    if any(letter in said for letter in "\x1b\0\u202e"):
        return "a control character is written"
    if len(said) > MOST_LETTERS:
        return f"{len(said)} letters"
    if sorted(place.rglob("*")) != before:
        return f"files are written: {sorted(set(place.rglob('*')) - set(before))}"
    return None


def asked_minutes():
    return float(os.environ.get("FAULTS_MINUTES", "0"))


def test_every_command_line_ends_in_an_answer_or_a_refusal(capsys, case, place):
    before = sorted(place.rglob("*"))
    seed = int(os.environ.get("FAULTS_SEED", SEED))
    chance, end, count, found = random.Random(seed), time.monotonic() + 60 * asked_minutes(), 0, []
    while count < CALLS or time.monotonic() < end:
        count += 1
        line = drawn(chance)
        with cut_off():
            code = main(line)
        told = capsys.readouterr()
        wrong = complaint(line, code, told.out + told.err, place, before)
        if wrong:
            found.append(f"{[word[:60] for word in line]}: {wrong}")
            before = sorted(place.rglob("*"))  # each file that is written is told once
    assert found == [], f"seed {seed}, {count} calls:\n" + "\n".join(found[:20])


@pytest.mark.parametrize(
    "line",
    [
        ["compare", "ok.yaml", "--dry-run", "--out", "x" * 300],
        ["compare", "ok.yaml", "--dry-run", "--brief", "--out", "x" * 300],
        ["fit", "china-auto", "--out", "x" * 300],
        ["new-case", "x" * 300],
        ["new-case", "loop"],
        ["new-case", "~nobody_here/x"],
        ["new-case", "x", "--out", "--json"],
        ["compare", "ok.yaml", "--dry-run", "--csv", "--quiet"],
        ["fit", "china-auto", "--out="],
        ["new-case", "loop", "--out=loop"],
        ["new-case", "x", "--out= "],
        ["run", "china-auto", "--dry-run", "--seed", "1_0"],
    ],
    ids=lambda line: " ".join(word[:12] for word in line),
)
def test_a_command_line_that_once_did_harm(line, capsys, case, place):
    before = sorted(place.rglob("*"))
    assert main(line) == 2
    said = capsys.readouterr().err
    assert said.startswith("1 problem") and sorted(place.rglob("*")) == before
