"""Is what is asked in Python checked like the command line, and can what comes back be copied, compared, sent and shown?

Wrong requests are refused with the sentence of the command line, all at once and before anything runs.
"""

import copy
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flit_core import buildapi
from laboratory import altered

import latecomer as lc
from latecomer.asked import BOUNDS
from latecomer.cli.request import requested
from latecomer.errors import Problems, ReformError, UsageError, nearest
from latecomer.fit.staged import Fitted
from latecomer.machine import loop
from latecomer.market import equilibrium
from latecomer.run import run_variants, watch_variants
from latecomer.study.affiliation import Affiliation, affiliation_share
from latecomer.study.attribute import Attribution
from latecomer.study.fork import Timing
from latecomer.study.openness import Openness
from latecomer.study.uncertainty import Uncertainty

LONGEST_REPR = 2000
SEEDS = "from -9223372036854775808 to 9223372036854775807"
HOSTILE = "<script>alert(1)</script>\x1b[2J & more"


@pytest.fixture(scope="module")
def early(laboratory):
    """Return the case cut off after 1990."""
    return laboratory.until(1990)


@pytest.fixture(scope="module")
def run(early):
    """Return three short histories."""
    return lc.run(early, 3, seed=2)


@pytest.fixture(scope="module")
def reform():
    """Return a reform that acts early."""
    return lc.Reform(policy={"tariff.car": {1986: "25%"}}, name="Low tariff")


@pytest.fixture(scope="module")
def comparison(early, reform):
    """Return three short histories without and with it."""
    return lc.compare(early, reform, histories=3, seed=2)


def problems_of(call):
    """Return the problems of a call that must be refused."""
    with pytest.raises(UsageError) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"histories": 0}, "histories: 0; expected a whole number from 1 to 1000000"),
        ({"histories": 2.0}, "histories: 2.0; expected a whole number"),
        ({"histories": True}, "histories: True; expected a whole number"),
        ({"histories": "20"}, "histories: '20'; expected a whole number"),
        ({"seed": None}, f"seed: 'None'; expected a whole number {SEEDS}"),
        ({"seed": 2**64 + 7}, f"seed: {2**64 + 7}; expected a whole number {SEEDS}"),
        ({"threads": 0}, "threads: 0; expected a whole number from 1 to 1024"),
        ({"batch": -1}, "batch: -1; expected a whole number from 1"),
        ({"progress": 5}, "progress: 5; expected a function"),
        ({"params": {"affiliatio": 0.05}}, "'affiliatio'; expected the name of a parameter; did you mean 'affiliation'?"),
        ({"params": {"affiliation": 50}}, "affiliation: 50; expected a value from 0.03 to 0.08"),
        ({"params": {"affiliation": float("nan")}}, "affiliation: nan; expected a value"),
        ({"params": {"affiliation": "high"}}, "affiliation: 'high'; expected a value"),
        ({"draws": None, "params": {"price_sensitivity": "off"}}, "price_sensitivity: 'off'; expected a value"),
        ({"draws": {"affiliation": 0.05}}, "draws: 'dict'; expected rows of parameters"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_in_one_sentence(early, asked, sentence):
    (problem,) = problems_of(lambda: lc.run(early, **{"histories": 1, **asked}))
    assert sentence in problem


def test_everything_wrong_is_told_at_once(early):
    wrong = {
        "histories": 0,
        "seed": "x",
        "threads": 2000,
        "batch": 0,
        "params": {"affiliation": 9, "afiliation": 1},
    }
    assert len(problems_of(lambda: lc.run(early, **wrong))) == 6
    assert "load_case" in problems_of(lambda: lc.run("china-auto"))[0]


def test_bounds_and_sentences_are_those_of_the_command_line():
    for name in ("histories", "seed", "threads"):
        for beyond in (BOUNDS[name][0] - 1, BOUNDS[name][1] + 1):
            told = Problems()
            requested({"histories": "1", "seed": "1", name: str(beyond)}, told)
            with pytest.raises(UsageError) as caught:
                watch_variants([], len, **{name: beyond})
            assert [p.expected for p in caught.value.problems] == [p.expected for p in told.found]


def vectors(case, **changes):
    return altered(np.concatenate([case.params] * 3).view(np.recarray), changes)


def test_draws_are_refused_where_the_model_could_not_take_them(early):
    low = vectors(early)
    low.affiliation[1] = 0.01
    assert problems_of(lambda: lc.run(early, 1, draws=low))[0].startswith(
        "draws[1], column affiliation: 0.01; expected"
    )
    hole = vectors(early, plan_norm=np.inf)
    assert "draws[0], column plan_norm: inf" in problems_of(lambda: lc.run(early, 1, draws=hole))[0]
    single = early.params.astype([(name, "f4") for name in early.params.dtype.names])
    assert (
        "'float32'; expected numbers of type float64"
        in problems_of(lambda: lc.run(early, 1, draws=single))[0]
    )
    few = early.params[["affiliation", "plan_norm"]]
    assert "the fields of case.draws; missing:" in problems_of(lambda: lc.run(early, 1, draws=few))[0]
    none = early.draws[:0]
    assert "one row or more" in problems_of(lambda: lc.run(early, 1, draws=none))[0]
    assert problems_of(lambda: lc.run(replace(early, draws=low), 1))[0].startswith("draws[1]")
    assert lc.run(early, 1, draws=vectors(early, affiliation=0.0)).failed == ()  # the off value


def test_a_case_whose_arrays_do_not_fit_is_refused(early):
    short = replace(early, policy=early.policy[:-1])
    assert "case.policy: expected 38 rows" in problems_of(lambda: lc.run(short, 1))[0]
    assert len(problems_of(lambda: lc.compare(short, histories=0))) == 2


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda run: run.series("own share"), "did you mean 'own_brand_share'?"),
        (lambda run: run.to_frame(("vehicles", "own_brand_shar")), "did you mean 'own_brand_share'?"),
        (lambda run: run.to_frame("maker_sales"), "expected a series that is one number a year"),
        (lambda run: run.bands("vehicles", levels=(0.5, 1.5)), "levels: 1.5; expected a number from 0 to 1"),
        (lambda run: run.bands("vehicles", levels=()), "levels: expected at least one number"),
        (lambda run: run.bands("maker_sales", "cherry"), "expected a maker of maker_sales, such as faw; did you mean 'chery'?"),
        (lambda run: run.bands("maker_sales", 144), "index: 144; expected a maker"),
        (lambda run: run.bands("maker_capability", "byd"), "a name for each inner axis of maker_capability (maker, domain)"),
        (lambda run: run.bands("vehicles", "byd"), "it is one number a year"),
        (lambda run: run.panel(("byd", "cherry")), "makers: 'cherry'; expected a maker of the case; did you mean 'chery'?"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_there_is_refused_with_its_neighbour(run, call, sentence):
    (problem,) = problems_of(lambda: call(run))
    assert sentence in problem


def test_names_of_an_effect_are_checked_together(comparison):
    assert len(problems_of(lambda: comparison.effect("own share", 2010))) == 2
    assert "did you mean 'own_brand_share'?" in problems_of(lambda: comparison.effect("own share", 1990))[0]
    assert "a year from 1953 to 1990" in problems_of(lambda: comparison.effect("vehicles", 1990.5))[0]
    assert "such as 'faw'" in problems_of(lambda: comparison.effects("maker_sales"))[0]
    assert "did you mean 'chery'?" in problems_of(lambda: comparison.values("maker_sales", "cherry"))[0]
    assert problems_of(lambda: comparison.to_frame(("vehicles", "vehicls")))
    assert set(comparison.to_frame("vehicles")["series"]) == {"vehicles"}
    assert comparison.effect("maker_capability", 1990, ("faw", "engine")).index == "faw, engine"


NUMBERS = {"histories": 0, "seed": None, "threads": 0}
ASKING = {
    "compare": (lambda case, reform, **n: lc.compare(case, reform, **n), NUMBERS),
    "fork": (lambda case, reform, **n: lc.fork(case, -1, 1986, reform, **n), {"seed": None}),
    "timing": (lambda case, reform, **n: lc.timing(case, reform, **n), NUMBERS),
    "uncertainty": (lambda case, reform, **n: lc.uncertainty(case, reform, variant_histories=0, **n), {"seed": None}),
    "ablate": (lambda case, reform, **n: lc.ablate(case, years=(1990,), **n), NUMBERS),
    "attribute": (lambda case, reform, **n: lc.attribute(case, spans=((1980, 1990),), **n), NUMBERS),
    "openness": (lambda case, reform, **n: lc.openness(case, eras=(1984,), **n), NUMBERS),
    "affiliation": (lambda case, reform, **n: affiliation_share(case, span=(1985, 1990), **n), {"histories": 0, "seed": None}),
    "dock": (lambda case, reform, **n: lc.dock("incalead", **n), {"histories": 0, "seed": None}),
    "fit": (lambda case, reform, **n: lc.fit(case, steps=0, **n), {"histories": 0, "seed": 2**31}),
    "run_variants": (lambda case, reform, **n: run_variants([case], **n), NUMBERS),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKING)
def test_every_experiment_refuses_wrong_numbers_before_it_runs(early, reform, name):
    call, numbers = ASKING[name]
    told = problems_of(lambda: call(early, reform, **numbers))
    assert all(any(problem.startswith(number) for problem in told) for number in numbers)
    assert sum("whole number" in problem for problem in told) == len(told) >= len(numbers)


def test_what_is_no_reform_is_refused(early, reform):
    assert (
        "reforms: 5; expected a Reform" in problems_of(lambda: lc.compare(early, reform, 5, histories=1))[0]
    )
    with pytest.raises(ReformError, match="a ready reform"):
        lc.compare(early, "no-such-reform", histories=1)


def test_words_of_a_name_find_it():
    series = ["origin_share", "own_brand_share", "own_brand_home_share", "region_own_share"]
    assert nearest("own share", series) == "own_brand_share"
    assert nearest("share of own brands", series) is None
    assert nearest("home share", series) == "own_brand_home_share"
    assert nearest("car tariff", ["tariff.parts", "tariff.car"]) == "tariff.car"


def sent(thing):
    """Return what comes back from another process."""
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("name", ["early", "run", "comparison", "reform"])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, sent])
def test_whatever_is_handed_out_can_be_copied_and_sent(request, name, again):
    thing = request.getfixturevalue(name)
    other = again(thing)
    assert other == thing
    assert hash(other) == hash(thing)
    assert repr(other) == repr(thing)


def test_a_case_sent_to_another_process_runs_on_the_same_compiled_code(early, run):
    other = sent(early)
    compiled = len(loop().signatures)
    assert lc.run(other, 3, seed=np.int32(2)).manifest == run.manifest
    assert len(loop().signatures) == compiled
    for name in ("years", "policy", "makers", "draws"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(other, name)[0] = getattr(other, name)[0]


def test_arrays_that_a_user_made_are_locked_for_the_compiled_code(early):
    strategy = early.strategy.copy()
    strategy.marketing_share[:] = 1.5
    compiled = len(loop().signatures)
    bold = lc.run(replace(early, strategy=strategy), 1)
    assert len(loop().signatures) == compiled
    assert bold.records.tobytes() != lc.run(early, 1).records.tobytes()


def test_equality_tells_apart_what_differs(early, run, comparison, reform):
    assert early != replace(early, draws=early.draws[:1])
    assert early != "china-auto"
    assert run == lc.run(early, 3, seed=2, threads=1)
    assert run != lc.run(early, 3, seed=3)
    assert comparison != replace(comparison, base=comparison.reformed)
    assert reform == lc.Reform(policy={"tariff.car": {1986: "25%"}}, name="Low tariff")
    assert reform != reform.since_year(1988)


def public_objects(case, run, comparison, reform):
    table = pd.DataFrame({f"column_{k}": np.arange(500.0) for k in range(40)})
    many = np.zeros((3, 700))
    yield from (case, case.labels, run, comparison, reform, comparison.effect("vehicles", 1990))
    yield from lc.reforms(case).values()
    yield from lc.explain(["tariff.car", "own_brand_share", "byd", "prices"], case)
    yield Timing(reform, table)
    yield Uncertainty("vehicles", 1990, "vehicles", 1.0, table, table)
    yield Attribution("title", table, table, {("vehicles", 1980, 1990): many}, {"seed": 1})
    yield Openness("title", table, table, table, table, {"seed": 1})
    yield Affiliation(0.1, 0.0, 0.2, 0.1, 0.5, 9.0, 24)
    yield Fitted(case.params, case.draws, np.zeros(48), dict.fromkeys(map(str, range(300)), 0.0), {"seed": 1})
    yield equilibrium(np.zeros((1, 900)), [-1.0], np.zeros((1, 900)), [1.0], np.ones(900), np.arange(900))


def test_an_object_shows_itself_in_a_few_lines(case, run, comparison, reform):
    for thing in public_objects(case, run, comparison, reform):
        assert len(repr(thing)) < LONGEST_REPR, type(thing)
        assert repr(thing).startswith(type(thing).__name__)
        page = thing._repr_html_()
        assert page.startswith("<table>") and page.count("<tr>") == page.count("</tr>") <= 17


def test_a_title_cannot_steer_a_terminal_or_a_notebook(run):
    case = replace(run.case, title=HOSTILE, name=HOSTILE)
    hostile = replace(run, case=case)
    for thing in (case, hostile, lc.Reform(name=HOSTILE, note=HOSTILE, policy={HOSTILE: 1})):
        assert "\x1b" not in repr(thing) + thing._repr_html_()
        assert "<script>" not in thing._repr_html_()
        assert all(letter.isprintable() or letter == "\n" for letter in repr(thing))


def test_parameters_are_set_in_every_draw(early):
    changed = early.with_params(affiliation=0.08, comfort_effect="off")
    off = early.register.set_index("name").at["comfort_effect", "off"]
    assert (changed.draws.affiliation == 0.08).all() and changed.params.affiliation[0] == 0.08
    assert (changed.draws.comfort_effect == off).all()
    assert (changed.draws.plan_norm == early.draws.plan_norm).all()
    assert lc.run(early, 2, params={"plan_norm": 0.2}) == lc.run(early.with_params(plan_norm=0.2), 2)


def test_other_structures_are_cases_of_their_own(case):
    made = lc.structures(case)
    assert list(made) == list(dict.fromkeys(name for name in case.tables["structures"]["name"] if name))
    assert all(other != case and other.checksum == case.checksum for other in made.values())
    assert (made["Learning from the industry"].draws.affiliation == 0.0).all()


def test_ready_reforms_and_meanings_have_python_names(case):
    ready = lc.reforms(case)
    assert {str(reform) for reform in ready.values()} and not [r for r in ready.values() if r.wrong]
    assert lc.explain("tariff.car")[0].name == lc.explain(["tariff.car"], case)[0].name == "tariff.car"


def test_only_public_names_are_listed_and_each_is_told_at_the_head():
    assert dir(lc) == lc.__all__ == sorted(lc.__all__)
    assert not {name for name in dir(lc) if not hasattr(lc, name)}
    told = {name for name in lc.__all__ if name != "__version__" and name not in lc.__doc__}
    assert told == set()
    assert callable(lc.run) and callable(lc.fit) and callable(lc.openness)  # not the modules of these names


def test_types_are_in_the_wheel(tmp_path, monkeypatch):
    monkeypatch.chdir(Path(lc.__file__).parents[2])
    name = buildapi.build_wheel(str(tmp_path))
    assert "latecomer/py.typed" in zipfile.ZipFile(tmp_path / name).namelist()
