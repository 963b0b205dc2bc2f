"""Do the pages say what the code does, and is every lever, parameter and series both documented and used?

Generated pages equal what the generator prints now; commands and Python shown to a reader are run; links lead somewhere.
"""

import ast
import math
import re
import shlex
from pathlib import Path

import pytest

from latecomer import vocabulary
from latecomer.case.load import load_case
from latecomer.case.new_case import write_case
from latecomer.cli import app, main
from latecomer.cli.reference import PLACE, with_finding
from latecomer.explain import code
from latecomer.explain.entries import grouped
from latecomer.explain.names import all_entries, explain, number
from latecomer.explain.pages import pages, stale
from latecomer.study.ablate import parts_of

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
PROSE = sorted([PROJECT / "README.md", *DOCS.rglob("*.md")])
README_LINES = 120
GLOSSARY = DOCS / "reference/glossary.md"
OTHER_WORDS = {  # what a page said once, and the field's word for it
    "nought": "zero",
    "anew": "again",
    "owed to": "accounts for",
    "the trade": "the industry",
    "owned abroad": "foreign-owned plant at home",
    "free mode": "endogenous entry",
    "history mode": "exogenous entry",
    "turned away": "unmet demand",
}
CASE_INPUTS = {
    "deflator"
}  # world inputs that the case itself uses, to turn recorded money into that of the base year
SHORTENED = {"run": ["--dry-run"], "fit": ["--evaluations", "1,1,1,1", "--steps", "8", "--kept", "2"]}
SHORTENED |= {"compare": ["--histories", "2"], "fork": ["--histories", "2"]}
SHORTENED["uncertainty"] = ["--histories", "96", "--each", "2"]
SHORTENED["reforms"] = ["--histories", "2"]
SHORTENED["attribute"] = ["--histories", "1"]
SHORTENED["openness"] = ["--histories", "1", "--eras", "2010", "--steps", "3"]
SHORTENED["ablate"] = ["--histories", "1", "--years", "2010"]


@pytest.fixture(scope="module")
def case():
    return load_case("china-auto")


def named(path):
    return str(path.relative_to(PROJECT))


def blocks(path, language):
    """Return the fenced blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)


def linked(path):
    """Return the files inside the project to which a page links."""
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    return {(path.parent / link).resolve() for link in links if "://" not in link}


def shown_commands():
    """Return (page, command) for every `latecomer` command in a shell block or at the end of a help text, each command once."""
    found = [
        (named(path), line) for path in PROSE for block in blocks(path, "sh") for line in block.splitlines()
    ]
    found += [
        ("--help", (command.epilog or "").split("Example:")[1].strip()) for command in app.registered_commands
    ]
    return [
        (page, line)
        for line, page in {
            line: page for page, line in reversed(found) if line.startswith("latecomer ")
        }.items()
    ]


def test_every_part_of_the_case_has_its_files_and_its_place_in_the_report(case):
    rows = re.findall(
        r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
        (DOCS / "explanation/parts.md").read_text("utf-8"),
        re.M,
    )
    assert [(int(number), name) for number, name, _, _ in rows] == [
        (part.number, part.name) for part in parts_of(case)
    ]
    source = PROJECT / "src/latecomer"
    for _, name, computed, seen in rows:
        files = [f for f in re.findall(r"`([a-z_/.]+)`", computed) if not f.endswith(".csv")]
        paths = [
            source.parent / (file if file.endswith(".py") else f"latecomer/{code.path_of(file)}")
            for file in files
        ]
        assert files and all(path.is_file() for path in paths), (name, files)
        assert seen.strip()


def test_generated_pages_are_what_the_code_says_now(case):
    assert stale(case, DOCS) == [], "run: latecomer docs --write"


def test_the_finding_of_the_readme_is_what_a_run_says_now(case):
    """Figures may differ in their last digit, as machines round differently; nothing else may."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    told = PLACE.search(readme)
    made = PLACE.search(with_finding(readme, case))
    numbers = re.compile(r"\d+(?:\.\d+)?")
    assert numbers.sub("#", told[0]) == numbers.sub("#", made[0]), "run: latecomer docs --write"
    pairs = zip(numbers.findall(told[0]), numbers.findall(made[0]), strict=True)
    assert [pair for pair in pairs if not math.isclose(*map(float, pair), rel_tol=0.02, abs_tol=0.011)] == []


def test_a_changed_or_missing_page_is_noticed_and_written_anew(case, tmp_path, capsys):
    assert main(["docs", "--folder", str(tmp_path)]) == 2
    assert main(["docs", "--folder", str(tmp_path), "--write"]) == 0
    assert stale(case, tmp_path) == []
    page = tmp_path / "reference" / "levers.md"
    page.write_text(page.read_text(encoding="utf-8").replace("tariff", "levy"), encoding="utf-8")
    assert stale(case, tmp_path) == ["reference/levers.md"]
    assert main(["docs", "--folder", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    "lever", (*vocabulary.POLICY, *vocabulary.STRATEGY), ids=lambda lever: lever.public_name
)
def test_every_lever_is_read_where_it_says_and_documented(case, lever):
    record, page = ("policy", "levers") if lever in vocabulary.POLICY else ("strategy", "strategy")
    assert code.readers(record, lever.name)
    assert f"`{lever.public_name}`" in pages(case)[f"reference/{page}.md"]


@pytest.mark.parametrize("lever", vocabulary.POLICY, ids=lambda lever: lever.public_name)
def test_every_lever_tells_its_bounds_its_equation_its_path_and_its_sources(case, lever):
    entry = next(entry for entry in explain([lever.public_name], case) if entry.kind == "policy lever")
    facts = dict(entry.facts)
    assert facts["unit"] == lever.unit
    assert facts["bounds"] == f"{number(lever.low)} to {number(lever.high)}"
    assert facts["does nothing at"] == number(lever.off)
    assert entry.files
    rows = case.levers[case.levers["lever"] == lever.public_name]
    page = next(
        line for line in pages(case)["reference/levers.md"].splitlines() if f"| `{lever.public_name}`" in line
    )
    if rows.empty:
        assert facts["path of history"] == "none: off in all years"
        assert (case.policy[lever.name] == lever.off).all()
        return
    assert facts["path of history"] == f"{rows['since'].min()[:4]}-{rows['until'].max()[:4]}"
    told = " ".join(value for _, value in entry.facts)
    for row in rows.itertuples():
        assert row.source_id in case.sources.index and row.grade
        assert f"[{row.source_id}]" in told and f"`{row.source_id}` (" in page
        assert row.grade in told and row.grade in page


def test_a_lever_without_a_source_says_so(case):
    """Rows that nobody printed are graded as such: judgement is an assumption, a figure without a page is unsourced."""
    rows = case.levers
    unprinted = rows[rows["source_id"].str.upper().isin({"ASSUMPTION", "UNSOURCED"})]
    assert len(unprinted) > 20
    assert set(unprinted["grade"]) <= {"assumption", "unsourced"}


def test_every_parameter_is_read_by_the_model_and_documented(case):
    names = list(case.register["name"])
    page = pages(case)["reference/parameters.md"]
    assert [name for name in names if not code.readers("params", name)] == []
    assert [name for name in names if f"| `{name}` |" not in page] == []
    assert sorted({field for record, field in code.uses() if record == "params"} - set(names)) == []


def test_every_series_is_filled_by_the_model_and_documented(case):
    page = pages(case)["reference/notation.md"]
    assert [field.name for field in vocabulary.YEAR if not code.fills().get(field.name)] == []
    assert [field.name for field in vocabulary.YEAR if f"| `{field.name}` |" not in page] == []
    assert sorted(set(code.fills()) - {field.name for field in vocabulary.YEAR}) == []


def test_everything_given_and_carried_is_read():
    for record, fields in (
        ("world", vocabulary.WORLD),
        ("state", vocabulary.STATE),
        ("makers", vocabulary.MAKERS),
        ("contracts", vocabulary.CONTRACTS),
        ("strategy", vocabulary.STRATEGY),
    ):
        unread = {field.name for field in fields if not code.readers(record, field.name)}
        assert unread - CASE_INPUTS == set()


def test_the_reader_of_the_source_sees_uses_and_fills():
    source = "now.policy.a = p.b[1]; out.c[i] += here.d; out.e, out.f = 1, peer.g; flow.h = before.i; other.j = now.t"
    tree = ast.parse(source)
    pairs = {pair for node in ast.walk(tree) if (pair := code.field_of(node))}
    assert {
        ("policy", "a"),
        ("params", "b"),
        ("out", "c"),
        ("world", "d"),
        ("makers", "g"),
        ("state", "i"),
    } <= pairs
    assert not {field for _, field in pairs} & {"h", "j", "t"}
    assert {field for node in ast.walk(tree) for field in code.assigned(node)} == {"c", "e", "f"}


def test_every_stage_of_the_year_is_told(case):
    page = pages(case)["explanation/the-year.md"]
    assert len(code.stages()) > 20
    for stage in code.stages():
        assert stage.about, f"{stage.file}.{stage.function} has no docstring"
        assert f"`{stage.file}.{stage.function}`" in page
    for mechanism in code.mechanisms():
        assert mechanism.question.rstrip().endswith((".", "?")), mechanism.name
        assert f"\n## {mechanism.name}\n" in page


def test_every_name_can_be_explained(case):
    for kind, names in grouped(all_entries(case)).items():
        entries = explain(names, case)
        assert len(entries) >= len(names), kind
        assert all(entry.about and entry.facts for entry in entries)


def test_the_readme_draws_the_phases_of_the_year():
    drawing = next(text for text in blocks(PROJECT / "README.md", "text") if "research" in text)
    assert tuple(re.findall(r"[│─>] +([a-z]+) ", drawing)) == tuple(code.phases())


def test_the_readme_is_short_and_shows_the_two_commands():
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < README_LINES
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert (
        set(re.findall(r"^make (\w+)", "\n".join(blocks(PROJECT / "README.md", "sh")), re.M))
        == {"run", "test"} & targets
    )


@pytest.mark.filterwarnings(
    "ignore:Could not import matplotlib:UserWarning"
)  # told by the optimiser, which can plot
@pytest.mark.parametrize(("page", "command"), shown_commands(), ids=lambda value: value)
def test_a_command_shown_to_a_reader_works(capsys, monkeypatch, tmp_path, page, command):
    """Run it as it stands; `run` as far as it goes without running, `fit` with a handful of tries, `docs` elsewhere."""
    words = shlex.split(command.split(" | ")[0].split(" > ")[0])[1:]
    words += SHORTENED.get(words[0], []) + (["--folder", str(tmp_path)] if words[0] == "docs" else [])
    monkeypatch.chdir(tmp_path)
    for name in ("low-tariff", "my-reform"):
        (tmp_path / f"{name}.yaml").write_text(
            "name: Low tariff\npolicy:\n  tariff.car: {1986: 25%}\n", encoding="utf-8"
        )
    if "my-case" in words and words[0] not in ("new-case", "fit"):
        (tmp_path / "my-case").mkdir()
        write_case(tmp_path / "my-case", "my-case")
    assert main(words) == 0, capsys.readouterr().err


@pytest.mark.parametrize("path", [path for path in PROSE if blocks(path, "python")], ids=named)
def test_python_shown_to_a_reader_works(monkeypatch, tmp_path, path):
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks(path, "python")), named(path), "exec"), {"__name__": "shown"})


@pytest.mark.parametrize("path", PROSE, ids=named)
def test_links_lead_somewhere(path):
    assert [link for link in linked(path) if not link.exists()] == []


def test_every_page_is_linked_and_the_glossary_from_the_readme():
    assert GLOSSARY in linked(PROJECT / "README.md")
    assert set(PROSE[1:]) - set().union(*(linked(path) - {path} for path in PROSE)) == set()


def test_the_glossary_explains_words_of_ours_in_one_sentence_each():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", GLOSSARY.read_text(encoding="utf-8"), re.M)[2:]
    words = [word for word, _ in rows]
    assert {"great", "strong", "history", "draw", "digestion"} <= set(words)
    assert words == sorted(set(words))
    assert [word for word, meaning in rows if not meaning.endswith(".") or ". " in meaning] == []


@pytest.mark.parametrize("path", PROSE, ids=named)
def test_a_page_is_written_in_the_words_of_the_field(path):
    text = " ".join(path.read_text(encoding="utf-8").lower().split())
    assert {word: better for word, better in OTHER_WORDS.items() if re.search(rf"\b{word}\b", text)} == {}
