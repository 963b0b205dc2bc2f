"""Does a reform say what it means, and is everything wrong with it told at once?"""

import warnings

import numpy as np
import pytest

from latecomer.case.reform import (
    Reform,
    find_reform,
    gallery,
    laid_over,
    read_changes,
    read_reform,
    reform_of,
)
from latecomer.case.tree import DEEPEST, LARGEST, MOST, parse_tree
from latecomer.errors import Problems, ReformError
from latecomer.vocabulary import POLICY, STRATEGY, Lever


def path(case, form, lever="tariff_car", name="tariff.car"):
    """Return the tariff that a path gives, by year."""
    return dict(
        zip(case.years.tolist(), laid_over(case, Reform({name: form}))[1].policy[lever].tolist(), strict=True)
    )


def history(case, lever="tariff_car"):
    return dict(zip(case.years.tolist(), case.policy[lever].tolist(), strict=True))


def test_a_plain_value_holds_for_all_years(case):
    assert set(path(case, 0.25).values()) == {0.25}
    assert set(path(case, "25%").values()) == {0.25}


def test_a_year_means_from_that_year_on(case):
    found, before = path(case, {1986: 0.25, 2001: "history", 2010: "off"}), history(case)
    assert {found[year] for year in range(1986, 2001)} == {0.25}
    assert all(found[year] == before[year] for year in (*range(1953, 1986), *range(2001, 2010)))
    assert {found[year] for year in range(2010, 2026)} == {0.0}


def test_a_span_means_these_years_only(case):
    found, before = path(case, {"1986-1993": 0.5}), history(case)
    assert {found[year] for year in range(1986, 1994)} == {0.5}
    assert all(found[year] == before[year] for year in case.years.tolist() if not 1986 <= year <= 1993)


def test_history_is_scaled_shifted_added_to_and_held(case):
    before = history(case)
    assert all(value == before[year] * 0.5 for year, value in path(case, "x0.5").items())
    assert path(case, {"times": 0.5, "from": 1990, "until": 1991})[1990] == before[1990] * 0.5
    assert path(case, {"times": 0.5, "from": 1990, "until": 1991})[1992] == before[1992]
    assert path(case, {"shift": 3})[2004] == before[2001]
    assert path(case, {"shift": -3})[1998] == before[2001]
    assert path(case, {"add": 0.1, "from": 2000})[2005] == pytest.approx(before[2005] + 0.1)
    assert {path(case, {1993: "held"})[year] for year in range(1993, 2026)} == {before[1992]}


def test_a_value_is_phased_in_by_equal_steps(case):
    found, before = path(case, {"set": 0.25, "from": 1990, "phase_in": 4}), history(case)
    for step, year in enumerate((1990, 1991, 1992), 1):
        assert found[year] == pytest.approx(before[year] + step / 4 * (0.25 - before[year]))
    assert {found[year] for year in range(1993, 2026)} == {0.25}


def test_names_along_an_axis_and_all_of_it(case):
    one = laid_over(case, Reform({"tax.excise": {"suv": {2006: 0.1}}}))[1].policy.tax_excise
    suv = case.labels.segments.index("suv")
    assert (one[53:, suv] == 0.1).all()
    assert np.array_equal(np.delete(one, suv, 1), np.delete(case.policy.tax_excise, suv, 1))
    assert (laid_over(case, Reform({"tax.excise": {2006: 0.1}}))[1].policy.tax_excise[53:] == 0.1).all()


def test_firms_by_name_and_by_kind(case):
    firms = {"private": {"research.revenue_share": 0.05}, "geely": {"research.revenue_share": {2001: 0.08}}}
    found = laid_over(case, Reform(firms=firms))[1].strategy.research_revenue_share
    geely, chery = (case.labels.makers.index(name) for name in ("geely", "byd"))
    assert found[60, geely] == 0.08
    assert found[60, chery] == 0.05
    assert found[60, case.labels.makers.index("faw")] == 0.0


def test_the_case_itself_stays_as_it_is(case):
    before = case.policy.tobytes()
    laid_over(case, Reform({"tariff.car": 0.1}, world={"battery_price": "x2"}))
    assert case.policy.tobytes() == before
    assert not case.policy.flags.writeable


def test_a_rule_of_ventures_brings_free_mode_to_both_sides(case):
    base, reformed = laid_over(case, Reform({"venture.share_cap": {1994: 1.0}}))
    assert base.policy.mode_free.tolist() == reformed.policy.mode_free.tolist() == [0.0] * 41 + [1.0] * 32
    base, reformed = laid_over(case, Reform({"venture.share_cap": {1994: 1.0}}, mode="dated"))
    assert base is case
    assert not reformed.policy.mode_free.any()
    base, _ = laid_over(case, Reform({"venture.share_cap": "history"}))
    assert base is case, "a reform that changes nothing changes no mode"


def test_taking_up_a_reform_later_leaves_history_before(case):
    late = laid_over(case, Reform({"tariff.car": 0.1}).since_year(2000))[1].policy.tariff_car
    assert np.array_equal(late[:47], case.policy.tariff_car[:47])
    assert (late[47:] == 0.1).all()


WRONG = """\
name: Wrong
policy:
  tarif.car: {1986: 25%}
  tariff.parts: {86: 0.1}
  venture.allowed: 3
  tax.excise: {suvs: {2006: 0.1}}
  subsidy.battery_car: {2010: 60000 euro}
  research.revenue_share: 0.1
firms:
  cherry: {research.revenue_share: {2001: 0.08}}
world:
  battery_price: {2010: off}
extra: 1
"""


def test_everything_wrong_is_told_at_once_with_line_and_nearest_name(case, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    with pytest.raises(ReformError) as caught:
        laid_over(case, read_reform(file))
    found = {problem.line: problem for problem in caught.value.problems}
    assert sorted(found) == [3, 4, 5, 6, 7, 8, 10, 12, 13]
    assert {problem.file for problem in found.values()} == {"wrong.yaml"}
    assert (found[3].nearest, found[6].nearest, found[10].nearest) == ("tariff.car", "suv", "chery")
    assert "'CNY per car'" in found[7].expected
    assert "belongs under firms" in found[8].expected


def test_two_reforms_that_set_one_lever_differently_conflict(case):
    one, other = (
        Reform({"tariff.car": {1986: 0.25}}, name="one"),
        Reform({"tariff.car": {1990: 0.5}}, name="other"),
    )
    with pytest.raises(ReformError, match="one value in 1990; one sets it, too"):
        laid_over(case, one, other)
    _, both = laid_over(
        case, one, Reform({"tariff.car": {1986: 0.25}, "tariff.parts": {1990: 0.1}}, name="same")
    )
    assert both.policy.tariff_car[40] == 0.25
    assert both.policy.tariff_parts[40] == 0.1
    early, late = Reform({"tariff.car": {"1986-1989": 0.2}}), Reform({"tariff.car": {1990: 0.5}})
    assert np.array_equal(laid_over(case, early, late)[1].policy, laid_over(case, late, early)[1].policy)


BOMBS = {
    "alias": "policy: &a {tariff.car: 0.1}\nfirms: *a\n",
    "tag": "policy: !!python/object/apply:os.system ['true']\n",
    "twice": "policy: {tariff.car: 0.1, tariff.car: 0.2}\n",
    "documents": "policy: {}\n---\npolicy: {}\n",
    "deep": "policy: " + "[" * (DEEPEST + 5) + "]" * (DEEPEST + 5) + "\n",
    "many": "policy: [" + "1, " * (MOST + 5) + "]\n",
    "broken": "policy: {tariff.car: [\n",
    "list as name": "? [a, b]\n: 1\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_from_a_stranger_is_data_only(name):
    problems = Problems()
    assert parse_tree(BOMBS[name], "file.yaml", problems) is None
    assert problems.found


@pytest.mark.parametrize("value", [".nan", "1e309", ".inf", "-1", "1e400", "=1+1", "ｌ", "true", ""])
def test_what_is_no_number_within_bounds_is_refused(case, value):
    with pytest.raises(ReformError):
        laid_over(case, Reform({"tariff.car": {1990: value}}))


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path):
    large = tmp_path / "large.yaml"
    large.write_text("#" * (LARGEST + 1), encoding="utf-8")
    for file in (large, tmp_path / "none.yaml"):
        with pytest.raises(ReformError):
            read_reform(file)


def test_an_unknown_ready_reform_names_the_nearest(case):
    with pytest.raises(ReformError):
        find_reform("no-such-reform", case)
    for name in gallery(case):
        base, reformed = laid_over(case, find_reform(name, case))
        same = [
            np.array_equal(getattr(base, kind), getattr(reformed, kind))
            for kind in ("policy", "strategy", "world")
        ]
        assert not all(same), f"{name} changes nothing"


@pytest.mark.parametrize(
    "lever", [lever for lever in POLICY if lever.name != "mode_free"], ids=lambda lever: lever.public_name
)
def test_a_lever_at_its_own_value_changes_nothing(case, lever: Lever):
    base, reformed = laid_over(case, Reform({lever.public_name: "history"}))
    assert base is case
    assert reformed.policy.tobytes() == case.policy.tobytes()
    base, reformed = laid_over(case, Reform({lever.public_name: {2190: lever.high}}))
    assert reformed.policy.tobytes() == case.policy.tobytes(), "a date outside the years"


@pytest.mark.parametrize("lever", STRATEGY, ids=lambda lever: lever.public_name)
def test_a_strategy_at_its_off_value_changes_nothing(case, lever: Lever):
    _, reformed = laid_over(case, Reform(firms={"own_brands": {lever.public_name: "off"}}))
    assert reformed.strategy.tobytes() == case.strategy.tobytes()


def told(case, text):
    """Return every problem of the text of a reform."""
    problems = Problems()
    root = parse_tree(text, "r.yaml", problems)
    if root is None:
        return [str(problem) for problem in problems.found]
    return [str(problem) for problem in read_changes(case, [reform_of(root, "r.yaml")])[1].found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "something to change under policy, firms, world"),
        ("# to be written\n", "something to change under policy, firms, world"),
        ("~\n", "a mapping with name"),
        ('policy: {tariff.car: {1986: "0,25"}}', "a number: the decimal sign is a point"),
        ('policy: {subsidy.battery_car: {2015: "50,000"}}', "a number without a sign between thousands"),
        ("policy: {tariff.car: {1986: ２５%}}", "a number in the digits 0 to 9"),
        ("policy: {tariff.car: {１９８６: 25%}}", "a year of tariff.car"),
        ("policy: {tariff.car: {1986-01-01: 25%}}", "a year of tariff.car"),
        ("policy: {tariff.car: {1986-1995: 25%, 1990-2000: 10%}}", "in 1990; 1986-1995, line 1 sets it, too"),
        ("policy: {tariff.car: {1986: 25%, '1986 ': 10%}}", "in 1986; 1986, line 1 sets it, too"),
        ("world: {research_spending: {2025: x1e308}}", "research_spending from 0"),
        ("policy: {tariff.car: {times: 1e308, from: 1986}}", "tariff.car from"),
        ("policy: {tariff.car: {add: 1e308, phase_in: 3}}", "tariff.car from"),
        ('name: "\\U00110000"\npolicy: {tariff.car: 0.1}', "names no letter"),
        ('name: "\\Uffffffff"\npolicy: {tariff.car: 0.1}', "names no letter"),
        ('name: "\\ud800"\npolicy: {tariff.car: 0.1}', "U+D800"),
        ('name: "\\e]0;owned\\a"\npolicy: {tariff.car: 0.1}', "U+001B"),
        ('name: "a\\nFingerprint 0000"\npolicy: {tariff.car: 0.1}', "U+000A"),
        ('name_local: "\\u202e"\npolicy: {tariff.car: 0.1}', "U+202E"),
        ('policy: {"tariff.car\\e": 0.1}', "U+001B"),
    ],
)
def test_each_fault_of_a_stranger_is_one_problem(case, text, said):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = told(case, text)
    assert len(found) == 1, found
    assert said in found[0]
    assert all(problem.isprintable() for problem in found)


def test_names_from_python_are_checked_like_those_of_a_file(case):
    for name in ("\x1b[2J", "a\nb", "\u202e"):
        with pytest.raises(ReformError, match="invisible letter"):
            laid_over(case, Reform({"tariff.car": 0.1}, name=name))


def test_spans_that_meet_may_say_the_same_and_a_span_stands_out_of_what_holds_from_a_year(case):
    assert told(case, "policy: {tariff.car: {1986-1995: 25%, 1990-2000: 25%, 1980: 50%}}") == []
    assert told(case, "note: >\n  two\n  lines\npolicy: {tariff.car: {1986-1989: 25%, 1990-2000: 10%}}") == []


@pytest.mark.parametrize("said", ["Chery Automobile", "Chery", "奇瑞汽车", "奇瑞", "chary"])
def test_a_proper_name_of_a_firm_is_refused_with_its_id(case, said):
    with pytest.raises(ReformError, match="did you mean 'chery'"):
        laid_over(case, Reform(firms={said: {"research.revenue_share": {2005: 0.06}}}))
