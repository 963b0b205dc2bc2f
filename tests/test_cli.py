"""Does the command line say what it does, do what it says, and refuse what is wrong before anything is run or written?"""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import latecomer
from latecomer.case.load import CASES, load_case
from latecomer.cli import app, main
from latecomer.cli.ask import stop_put_off
from latecomer.cli.request import MOST_HISTORIES
from latecomer.cli.writing import NotWritten, whole_file, whole_files
from latecomer.fit.score import record_table
from latecomer.run import run

COMMANDS = tuple(command.name or command.callback.__name__ for command in app.registered_commands)
ROW = ("series", "year", "median", "low", "high", "recorded", "unit", "source", "sample")


def answer(capsys, *words):
    """Return the exit code, standard output and standard error of a command."""
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def in_new_process(code, *options):
    return subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words", [[], *([name] for name in COMMANDS)], ids=lambda words: " ".join(words) or "latecomer"
)
def test_every_help_ends_with_an_example_to_copy(capsys, words):
    code, out, _ = answer(capsys, *words, "--help")
    last = out.strip().splitlines()[-1]
    assert code == 0
    assert last.strip().startswith("Example:  latecomer ")
    assert not words or words[0] in last


def test_without_a_command_the_help_is_shown(capsys):
    code, out, _ = answer(capsys)
    assert code == 0
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("code", ["from latecomer.cli import main; main(['--help'])", "import latecomer"])
def test_start_up_loads_nothing_heavy(code):
    heavy = "{'numpy', 'numba', 'pandas', 'xarray', 'altair', 'scipy', 'rich'}"
    done = in_new_process(f"import sys; {code}; sys.exit(len({heavy} & set(sys.modules)))")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "chery"],
        ["run", "china-auto", "--dry-run"],
        ["compare", "no-plate-quotas", "--dry-run"],
        ["uncertainty", "no-plate-quotas", "--series", "stronk"],
        ["cases"],
    ],
    ids=" ".join,
)
def test_what_runs_nothing_imports_neither_tables_nor_the_model(case, words):
    heavy = "{'numba', 'pandas', 'xarray', 'altair', 'scipy'}"
    code = f"import sys; from latecomer.cli import main; main({words}); sys.exit(len({heavy} & set(sys.modules)))"
    in_new_process(code)  # the first may have to put together what is kept
    done = in_new_process(code)
    assert done.returncode == 0, done.stderr


def test_public_names_win_over_submodules_of_the_same_name():
    code = "import latecomer.run, latecomer.explain.code, latecomer as lc; print(callable(lc.run), callable(lc.explain))"
    assert in_new_process(code).stdout.split() == ["True", "True"]


def test_every_public_name_exists_and_stands_in_the_docstring():
    for name in latecomer.__all__:
        assert getattr(latecomer, name) is not None
        assert name.startswith("__") or name in latecomer.__doc__
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        latecomer.nothing_of_this_name  # noqa: B018


def test_cases_are_listed_with_their_titles(capsys):
    code, out, _ = answer(capsys, "cases")
    assert code == 0
    assert re.search(r"^china-auto +China's car industry", out, re.M)


def test_json_gives_rows_and_nothing_else(capsys):
    code, out, err = answer(capsys, "run", "china-auto", "--histories", 3, "--seed", 5, "--json", "--quiet")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    assert all(set(ROW) <= row.keys() for row in rows)
    result = run(load_case("china-auto"), histories=3, seed=5)
    for target in (
        record_table(result).query("series == 'vehicles' and year in (1960, 2004, 2025)").itertuples()
    ):
        row = next(r for r in rows if (r["series"], r["year"]) == ("vehicles", target.year))
        assert row["recorded"] == target.recorded
        assert (row["source"], row["sample"], row["unit"]) == (target.source_id, target.sample, "vehicles")
        assert np.allclose(
            [row["low"], row["median"], row["high"]], [target.low, target.median, target.high], rtol=1e-5
        )
    years = [row["year"] for row in rows if row["series"] == "great"]
    assert years == list(range(1953, 2026))
    assert all(row["recorded"] is None for row in rows if row["series"] == "great")


def test_the_same_seed_prints_the_same_bytes_on_any_number_of_threads(capsys):
    words = ["run", "china-auto", "--histories", 4, "--json", "--quiet"]
    assert answer(capsys, *words, "--threads", 1) == answer(capsys, *words, "--threads", 3)


def test_a_run_prints_a_table_and_writes_one_report(capsys, tmp_path):
    folder = tmp_path / "new" / "results"
    code, out, err = answer(capsys, "run", "china-auto", "--histories", 2, "--out", folder)
    assert code == 0
    assert [path.name for path in folder.iterdir()] == ["latecomer-china-auto.html"]
    assert str(folder / "latecomer-china-auto.html") in out.replace("\n", "")
    assert re.search(r"Fingerprint [0-9a-f]{64}", out.replace("\n", " "))
    assert all(year in out for year in ("1960", "2004", "2025"))
    assert max(len(line) for line in out.splitlines() if line.startswith(("Vehicles", "  recorded"))) <= 80
    assert "Running china-auto" in err
    assert "2 of 2 histories" in err


def test_quiet_prints_only_the_files_and_all_files_can_be_read(capsys, tmp_path):
    files = ["--out", tmp_path / "r", "--csv", tmp_path / "tables", "--netcdf", tmp_path / "series.nc"]
    code, out, err = answer(capsys, "run", "china-auto", "--histories", 2, "--quiet", *files)
    told = [Path(line) for line in out.splitlines()]
    there = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (code, err) == (0, "")
    assert sorted(told) == sorted(there)
    paths = pd.read_csv(tmp_path / "tables" / "histories.csv")
    result = run(load_case("china-auto"), histories=2)
    assert np.allclose(paths["vehicles [vehicles]"], result.records["vehicles"].ravel(), rtol=1e-4)
    assert np.allclose(
        paths["own_brand_share [%]"], 100 * result.records["own_brand_share"].ravel(), rtol=1e-4
    )


def test_a_dry_run_says_what_it_would_do_and_does_nothing(capsys, tmp_path):
    folder = tmp_path / "results"
    code, out, _ = answer(capsys, "run", "china-auto", "--dry-run", "--histories", 70, "--out", folder)
    assert code == 0
    assert "would run 70 histories with seed 1" in out
    assert f"would write {folder / 'latecomer-china-auto.html'}" in out
    assert list(tmp_path.iterdir()) == []


def test_one_history_replays_its_path(capsys):
    code, out, _ = answer(capsys, "run", "china-auto", "--seed", 2, "--only", 2, "--json")
    told = {row["year"]: row["value"] for row in json.loads(out) if row["series"] == "vehicles"}
    whole = run(load_case("china-auto"), histories=3, seed=2)
    assert code == 0
    assert np.allclose(list(told.values()), whole.records["vehicles"][2], rtol=1e-5)


def test_all_that_is_wrong_is_told_at_once(capsys, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    words = [
        "run",
        "chian-auto",
        "--histories",
        "-5",
        "--seed",
        "1e400",
        "--thraeds",
        "2",
        "--out",
        blocked / "in",
    ]
    code, out, err = answer(capsys, *words)
    assert (code, out) == (2, "")
    assert "5 problems in the request; nothing was run" in err
    assert f"'-5'; expected a whole number from 1 to {MOST_HISTORIES}" in err
    assert "--seed: '1e400'" in err
    assert "did you mean '--threads'?" in err
    assert "did you mean 'china-auto'?" in err
    assert f"{blocked} is a file" in err
    assert blocked.read_text() == "not a folder"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--histories", "0"], "--histories: '0'"),
        (["--histories", "two"], "--histories: 'two'"),
        (["--histories", str(MOST_HISTORIES)], "free memory"),
        (["--seed", str(2**63)], "--seed"),
        (["--seed", "0.5"], "--seed: '0.5'"),
        (["--threads", "0"], "--threads: '0'"),
        (["--only", "-1"], "--only: '-1'"),
        (["--only", "1", "--csv", "tables"], "--csv: 'tables'; expected no file together with --only"),
        (["--sed=4"], "did you mean '--seed'?"),
        (["another-case"], "CASE: 'another-case'; expected one case only"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_refused_with_what_was_expected(capsys, words, said):
    code, out, err = answer(capsys, "run", "china-auto", "--dry-run", *words)
    assert (code, out) == (2, "")
    assert "1 problem in the request" in err
    assert said in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "'rnu'"),
        (["run", "china-auto", "--histories"], "'--histories' requires an argument"),
        (["run"], "expected the name of a case, such as china-auto"),
        (["cases", "--nothing"], "--nothing"),
        (["explain", "--case", "chnia-auto"], "did you mean 'china-auto'?"),
    ],
    ids=" ".join,
)
def test_words_that_make_no_command_are_refused(capsys, words, said):
    code, out, err = answer(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_case_is_not_read_for_a_wrong_option_and_its_rows_are_told_when_the_options_are_right(
    capsys, tmp_path
):
    folder = changed_case(tmp_path, "crowding", default="much")
    code, _, err = answer(capsys, "run", folder, "--seed", "x")
    assert code == 2
    assert "1 problem in the request" in err and "--seed" in err
    code, _, err = answer(capsys, "run", folder)
    assert code == 2
    assert re.search(r"params\.csv, line \d+, column default: 'much'", err)


def test_histories_that_all_fail_end_with_code_3_and_the_way_to_replay_one(capsys, tmp_path):
    folder = changed_case(tmp_path, "heavy_growth", default="1e9", high="1e9")
    code, out, err = answer(capsys, "run", folder, "--histories", 2, "--out", tmp_path / "results")
    assert (code, out) == (3, "")
    assert "2 of 2 histories turned non-finite" in err
    assert "--only 0" in err
    assert not (tmp_path / "results").exists()
    code, out, _ = answer(capsys, "run", folder, "--only", 0)
    assert code == 0
    assert re.search(r"Non-finite from \d{4} on, first in vehicles", out)


def changed_case(tmp_path, parameter, **cells):
    """Return a copy of the case with cells of one parameter's row changed."""
    folder = tmp_path / "case"
    shutil.copytree(CASES / "china_auto", folder)
    table = pd.read_csv(folder / "params.csv", dtype=str, keep_default_na=False)
    for column, value in cells.items():
        table.loc[table["name"] == parameter, column] = value
    table.to_csv(folder / "params.csv", index=False)
    return folder


def test_explain_tells_unit_bounds_source_reader_and_equation(capsys):
    code, out, _ = answer(capsys, "explain", "tariff.car", "comfort-effect", "Chery")
    flat = " ".join(out.split())
    assert code == 0
    assert "tariff.car (policy lever)" in flat
    assert "share of value" in flat
    assert "bounds 0 to 5" in flat
    assert "model/cars/cost.py" in flat
    assert "Howell (2018)" in flat
    assert "min(1, o (1 - chi dependence))" in flat
    assert "奇瑞汽车" in flat


def test_explain_tells_every_meaning_of_a_name(capsys):
    _, out, _ = answer(capsys, "explain", "research_intensity")
    assert "research_intensity (parameter)" in out
    assert "research_intensity (series)" in out


def test_explain_lists_all_names_when_asked(capsys):
    code, out, _ = answer(capsys, "explain", "--all")
    assert code == 0
    listed = re.findall(r"[\w.-]+", out)
    assert {"tariff.car", "comfort_effect", "learning", "gdp", "geely", "CN-SH"} <= set(listed)


def test_explain_names_the_nearest_of_every_unknown_name_at_once(capsys):
    code, out, err = answer(capsys, "explain", "tarif.car", "inovation", "zzzzzz", "vehicles")
    assert (code, out) == (2, "")
    assert "3 problems in the request" in err
    assert "did you mean 'tariff.car'?" in err
    assert "did you mean 'innovation'?" in err


def test_doctor_finds_nothing_wrong_here(capsys):
    code, out, _ = answer(capsys, "doctor")
    assert code == 0, out
    assert "FAIL" not in out
    for check in ("Python", "processors", "memory", "cache", "case china-auto", "one history", "pictures"):
        assert re.search(rf"^ok +{check} ", out, re.M)


def test_doctor_says_what_to_do_where_the_cache_cannot_be_written(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path / "file"))
    code, out, _ = answer(capsys, "doctor")
    assert code == 2
    assert "What to do: point LATECOMER_CACHE to a folder that can be written" in out
    assert "1 of" in out


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "folder" / "page.html"
    with whole_file(path) as part:
        part.write_text("first")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as part:
        part.write_text("half of the sec")
        raise KeyboardInterrupt
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]
    assert path.read_text() == "first"


def test_files_of_a_folder_arrive_together_and_leave_others_alone(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "mine.txt").write_text("kept")
    with pytest.raises(NotWritten, match="No space left"), whole_files(folder) as part:
        (part / "a.csv").write_text("1")
        raise OSError(28, "No space left on device")
    assert [p.name for p in folder.iterdir()] == ["mine.txt"]
    with whole_files(folder) as part:
        (part / "a.csv").write_text("1")
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "mine.txt"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.fixture
def heeding_control_c():
    """Heed Ctrl-C, also where the tests run in the background, which ignores it."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.usefixtures("heeding_control_c")
def test_control_c_while_compiling_waits_for_the_compiler_and_then_stops():
    """Sent from within, at a moment known for sure; the block goes on to its end."""
    said, ended = [], []
    with pytest.raises(KeyboardInterrupt), stop_put_off(said.append):
        signal.raise_signal(signal.SIGINT)
        ended.append(True)
    assert ended == [True]
    assert len(said) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_control_c_while_compiling_ends_the_program_at_once():
    """In a process of its own, where nothing that Python does could catch it."""
    code = (
        "import signal; from latecomer.cli.ask import stop_put_off\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with stop_put_off(lambda line: print('first', flush=True)):\n"
        "    signal.raise_signal(signal.SIGINT); signal.raise_signal(signal.SIGINT); print('went on')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGINT, "first\n")


def heed_control_c():
    """Let a process started by a background job, where Ctrl-C is ignored, stop by it as one at a terminal does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_control_c_says_what_is_kept_and_leaves_nothing_half_written(tmp_path):
    words = ["run", "china-auto", "--histories", "1000", "--threads", "1", "--out", str(tmp_path / "results")]
    command = [sys.executable, "-m", "latecomer.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed_control_c) as process:
        before = []
        for line in process.stderr:
            before.append(line)
            if "of 1000 histories" in line:
                process.send_signal(signal.SIGINT)
                break
        after = process.stderr.read()
        code = process.wait(timeout=120)
    assert code == 130, (before, after)
    assert re.search(r"Interrupted after \d+ of 1000 histories\. Nothing was written\.", after)
    assert "Traceback" not in after
    assert not (tmp_path / "results").exists()


def test_ablate_prints_rows_and_writes_table_and_picture(capsys, tmp_path):
    words = [
        "ablate",
        "china-auto",
        "--histories",
        1,
        "--years",
        "2010",
        "--quiet",
        "--out",
        tmp_path / "parts",
    ]
    code, out, err = answer(capsys, *words, "--json")
    rows = json.loads(out)
    assert code == 0
    assert {row["part"] for row in rows} == set(range(1, 18))
    assert {"difference", "low", "high", "unit", "switches"} <= rows[0].keys()
    files = sorted((tmp_path / "parts").iterdir())
    assert [path.name for path in files] == ["parts.csv", "parts.html", "parts.png", "parts.svg"]
    assert sorted(err.split()) == [str(path) for path in files]
    assert len(pd.read_csv(files[0])) == len(rows)
    page = files[1].read_text(encoding="utf-8")
    assert (
        "src=" not in re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.S) and "<script src" not in page
    )


def test_ablate_prints_a_table_that_fits_a_terminal(capsys):
    code, out, _ = answer(capsys, "ablate", "--histories", 1, "--years", "2010")
    assert code == 0
    assert "17 Two indices" in out and "…" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_ablate_tells_all_that_is_wrong_at_once(capsys):
    code, out, err = answer(
        capsys, "ablate", "chian-auto", "--histories", "0", "--seed", "x", "--years", "20l0"
    )
    assert (code, out) == (2, "")
    assert "4 problems in the request" in err and "did you mean 'china-auto'?" in err
    assert "--years: '20l0'; expected a whole number" in err
    code, _, err = answer(capsys, "ablate", "--years", "1890,2010")
    assert code == 2 and "--years: '1890'; expected a whole number from 1953 to 2025" in err


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("R&D", "research.public"),
        ("subsidies", "subsidy.battery_car"),
        ("tariffs", "tariff.car"),
        ("customs duty on cars", "tariff.car"),
        ("奇瑞", "chery"),
        ("Great Wall", "gwm"),
        ("joint venture cap", "venture.share_cap"),
        ("cars sold abroad", "vehicle_exports"),
    ],
)
def test_a_name_is_found_by_what_it_means(capsys, words, found):
    code, out, _ = answer(capsys, "explain", "--search", words)
    assert code == 0
    assert found in [line.split()[0] for line in out.splitlines()]


def test_words_that_nothing_holds_are_refused(capsys):
    code, out, err = answer(capsys, "explain", "--search", "zzzzz qqqqq")
    assert (code, out) == (2, "") and "--all" in err


def test_explain_names_the_levers_beside_an_outcome_of_the_same_name(capsys):
    _, out, _ = answer(capsys, "explain", "subsidy")
    assert "subsidy (series)" in out and "subsidy.battery_car" in out.split("See also:")[1]


@pytest.mark.parametrize("name", ["奇瑞", "奇瑞汽车", "Chery", "chery", "Chery Automobile"])
def test_a_firm_is_found_by_its_names_in_either_language(capsys, name):
    code, out, _ = answer(capsys, "explain", name)
    assert code == 0 and out.startswith("chery (maker)")


def test_a_word_that_is_no_name_is_answered_with_names_that_mean_it(capsys):
    code, _, err = answer(capsys, "explain", "R&D", "tariffs", "吉利车")
    assert code == 2
    assert "did you mean 'tariff.car'?" in err and "research" in err and "'吉利车'" in err


def test_without_names_the_levers_are_shown_in_groups_and_little_else(capsys):
    code, out, _ = answer(capsys, "explain")
    assert code == 0
    assert "subsidy.(battery_car" in out.replace("\n  ", " ") and len(out.splitlines()) < 70
