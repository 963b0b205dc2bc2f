"""Does bad input give one readable message: all problems, their places and the names probably meant?"""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latecomer import errors
from latecomer.errors import (
    SHOWN,
    CaseError,
    HistoriesFailed,
    InputError,
    Interrupted,
    LatecomerError,
    Problem,
    Problems,
    RecordError,
    ReformError,
    UsageError,
    nearest,
    spreadsheet_safe,
    steering,
    steering_problem,
)

LEVERS = ["tariff.car", "tariff.parts", "joint_venture.foreign_share_cap", "subsidy.battery_car"]


def raised(problems, kind=CaseError):
    with pytest.raises(kind) as caught:
        problems.raise_if_any(kind)
    return caught.value


def test_a_message_names_place_value_expectation_and_nearest_name():
    problems = Problems()
    problems.add("firms.csv", 4, "ownership", "privat", "an ownership", valid=["central_state", "private"])
    problems.add("firms.csv", 9, "founded", "19x3", "a year from 1800 to 2100")
    problems.add(file="params.csv", expected="a row for every parameter of the model")
    assert str(raised(problems)) == (
        "3 problems in the case; nothing was run:\n"
        "  firms.csv, line 4, column ownership: 'privat'; expected an ownership; did you mean 'private'?\n"
        "  firms.csv, line 9, column founded: '19x3'; expected a year from 1800 to 2100\n"
        "  params.csv: expected a row for every parameter of the model"
    )


def test_a_single_problem_is_one_problem_and_may_have_no_place():
    error = UsageError([Problem(value=0, expected="at least one history")])
    assert str(error) == "1 problem in the request; nothing was run:\n  0; expected at least one history"


def test_no_problem_raises_nothing():
    Problems().raise_if_any(CaseError)


def test_the_error_keeps_every_problem_but_shows_a_screenful():
    problems = Problems()
    for line in range(2 * SHOWN):
        problems.add("series.csv", line + 2, "value", "x", "a number")
    error = raised(problems)
    assert len(problems) == len(error.problems) == 2 * SHOWN
    assert str(error).count("expected a number") == SHOWN
    assert str(error).endswith(f"\n  and {SHOWN} more: {SHOWN} in series.csv")
    assert error.told(None).count("expected a number") == 2 * SHOWN


def test_problems_without_end_are_counted_but_not_kept(monkeypatch):
    monkeypatch.setattr(errors, "KEPT", 10)
    problems = Problems()
    for line in range(25):
        problems.add("series.csv", line + 2, "value", "x", "a number")
    assert len(problems) == 25
    assert len(raised(problems).problems) == 11
    assert "15 more were counted" in str(raised(problems))


@pytest.mark.parametrize(
    "letter", ["\x1b", "\0", "\n", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800", "\ufeff"]
)
def test_a_letter_that_steers_is_found(letter):
    assert steering(f"BYD {letter}比亚迪") == letter
    assert f"U+{ord(letter):04X}" in steering_problem(letter)


def test_letters_of_all_scripts_steer_nothing():
    assert (
        steering(
            "China's car industry, 1953\N{EN DASH}2025 \N{IDEOGRAPHIC SPACE}比亚迪 Škoda <b>\N{NO-BREAK SPACE}½"
        )
        == ""
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+cmd|' /C calc'!A0", "'=1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "' =1+1"),
        ("\t=1+1", "' =1+1"),
        ("\N{FULLWIDTH EQUALS SIGN}1+1", "'\N{FULLWIDTH EQUALS SIGN}1+1"),
        ("-(1+m)/m", "'-(1+m)/m"),
        ("-12.5e3", "-12.5e3"),
        ("+7", "+7"),
        ("比亚迪", "比亚迪"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(text, cell):
    assert spreadsheet_safe(text) == cell


def test_an_error_crosses_to_another_process_whole():
    error = ReformError([Problem("no-cap.yaml", 2, 5, "tarif.car", "a lever", "tariff.car")])
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is ReformError
    assert copy.problems == error.problems
    assert str(copy) == str(error)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("tarif.car", "tariff.car"),
        ("Tariff.Car", "tariff.car"),
        ("joint-venture foreign-share-cap", "joint_venture.foreign_share_cap"),
        ("TARIFF.PARTS", "tariff.parts"),
        ("rainfall", None),
        ("", None),
        (1994, None),
    ],
)
def test_nearest(name, meant):
    assert nearest(name, LEVERS) == meant


def test_a_look_alike_letter_is_spelled_out():
    cyrillic = "t\N{CYRILLIC SMALL LETTER A}riff.car"
    message = str(Problem("r.yaml", 3, value=cyrillic, expected="a lever", nearest=nearest(cyrillic, LEVERS)))
    assert message == r"r.yaml, line 3: 't\u0430riff.car'; expected a lever; did you mean 'tariff.car'?"
    assert "比亚迪" in str(Problem(value="比亚迪", expected="a firm"))


@given(value=st.text() | st.integers() | st.floats() | st.binary() | st.lists(st.text()), name=st.text())
def test_whatever_the_input_holds_a_problem_stays_on_one_line_and_cannot_steer_the_terminal(value, name):
    message = str(Problem(name, 1, name, value, "a number", nearest(value, LEVERS)))
    assert all(letter.isprintable() for letter in message)


def test_a_long_value_is_cut():
    message = str(Problem(value="x" * 10_000, expected="a name"))
    assert len(message) < 200
    assert "xxx...; expected a name" in message


def test_a_flood_of_wrong_names_costs_no_flood_of_comparisons(monkeypatch):
    compared = []
    monkeypatch.setattr(errors, "get_close_matches", lambda name, valid, n: compared.append(name) or [])
    problems = Problems()
    for line in range(10_000):
        problems.add("reform.yaml", line, value=f"lever {line}", expected="a lever", valid=LEVERS)
    assert len(compared) == SHOWN
    assert len(problems) == 10_000


def test_exit_codes_and_the_tree_drawn_in_the_docstring():
    """The docstring draws the classes of the module, in their order, with their exit codes."""
    drawn = re.findall(
        r"^    [ │├└─]*([A-Z]\w+) +[a-z].*?(?:exit code (\d+))?$", errors.__doc__, re.MULTILINE
    )
    classes = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    defined = [thing for thing in classes if issubclass(thing, LatecomerError)]
    assert [name for name, _ in drawn] == [thing.__name__ for thing in defined]
    for (_, code), thing in zip(drawn, defined, strict=True):
        assert thing.exit_code == int(code or InputError.exit_code)
    assert {kind.exit_code for kind in (CaseError, ReformError, UsageError, RecordError)} == {2}
    assert (HistoriesFailed.exit_code, Interrupted.exit_code) == (3, 130)
