"""Does every module stay on its floor and in its room?

Imports go down only and in no circle; `case` and `model` share a floor and do not know each other, and `fit` does not know
`study`; a module is imported by its name, not by a text; facts hold no code; the model computes and does nothing else; a report
runs nothing; what is imported is declared as a dependency. Nothing is run: the source is read.
"""

import ast
import csv
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "src" / "latecomer"
FLOORS = {
    **dict.fromkeys(
        [
            "vocabulary",
            "axes",
            "types",
            "asked",
            "shown",
            "errors",
            "keys",
            "exponential",
            "stored",
            "compiled",
            "layout",
        ],
        0,
    ),
    **dict.fromkeys(["case", "model", "pricing", "market"], 1),
    **dict.fromkeys(["run", "record", "machine", "panel"], 2),
    **dict.fromkeys(["fit", "study", "explain", "docking"], 3),
    "report": 4,
    **dict.fromkeys(["cli", "web"], 5),
    **dict.fromkeys(["__init__", "__main__"], 6),
}
STRANGERS = [("case", "model"), ("model", "case"), ("fit", "study")]  # the first does not import the second
STANDING_CIRCLES = {  # two files of a room, of which one imports the other inside a function
    *("latecomer.case.kept", "latecomer.case.load"),
    *("latecomer.explain.entries", "latecomer.explain.names"),
}
RUNNERS = {"run", "run_variants", "watch_variants", "run_together", "run_history", "simulate", "go_on"}
SHOWN_ONLY = {"report", "web"}
EXTRAS = {"fit": "fit", "record": "netcdf"}  # parts that may use a package which the core does not require

# What a kernel may import from outside the package: arithmetic, arrays, the compiler, and words for types.
MODEL_IMPORTS = {"__future__", "collections", "dataclasses", "llvmlite", "math", "numba", "numpy", "typing"}
MODEL_CALLS_REFUSED = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
NUMPY_REFUSED = {
    "random",
    "load",
    "loadtxt",
    "genfromtxt",
    "fromfile",
    "memmap",
    "save",
    "savez",
    "savetxt",
    "tofile",
}

FILES = sorted(PACKAGE.rglob("*.py"))
MODEL_FILES = sorted((PACKAGE / "model").rglob("*.py"))


def identifier(path):
    return str(path.relative_to(PACKAGE))


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def part_of(path):
    """Return the module or subpackage directly under `latecomer` to which a file belongs."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree, package):
    """Return (line, dotted name) of every import, nested ones included; `package` resolves relative ones.

    A name imported from the package is its submodule: `from latecomer import axes` is `latecomer.axes`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = [alias.name for alias in node.names]
            yield from (
                (node.lineno, f"{module}.{name}" if module == "latecomer" else module) for name in names
            )


def imports_of(path):
    relative = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return sorted(set(imports(parsed(path), list(relative[:-1]))))


def climbing(part, line, name):
    """Return what is wrong with an import of `name` in `part`, or None."""
    target = name.split(".")[1] if "." in name else "__init__"
    if target not in FLOORS:
        target = "__init__"  # a name of the package's front door
    if FLOORS[target] > FLOORS[part]:
        return f"line {line}: {part} (floor {FLOORS[part]}) imports {name} (floor {FLOORS[target]})"
    if (part, target) in STRANGERS:
        return f"line {line}: {part} imports {name}; they meet only on the floor below"
    return None


def test_every_module_has_a_floor():
    assert {part_of(path) for path in FILES} <= FLOORS.keys()


@pytest.mark.parametrize("path", FILES, ids=identifier)
def test_imports_go_down_only(path):
    own = [(line, name) for line, name in imports_of(path) if name.split(".")[0] == "latecomer"]
    complaints = [climbing(part_of(path), line, name) for line, name in own]
    assert [complaint for complaint in complaints if complaint] == []


@pytest.mark.parametrize(
    ("source", "part", "climbs"),
    [
        ("from latecomer.keys import uniform", "model", False),
        ("import latecomer.axes", "keys", False),
        ("from latecomer import axes, errors", "case", False),
        ("def late():\n    from latecomer.run import run", "model", True),
        ("from latecomer import run", "case", True),
        ("from latecomer import load_case", "study", True),
        ("import latecomer", "report", True),
        ("from ..report import page", "model", True),
        ("from .. import cli", "model", True),
        ("from .step import step", "model", False),
        ("from latecomer.model.step import step", "case", True),
        ("import latecomer.case.tables", "model", True),
        ("from latecomer.study import compare", "fit", True),
    ],
)
def test_the_reader_of_imports_sees_every_way_to_climb(source, part, climbs):
    found = imports(ast.parse(source), ["latecomer", part])
    assert any(climbing(part, line, name) for line, name in found) == climbs


def texts_imported(tree):
    """Return the lines in which a module is imported by a text, which no reader of imports sees."""
    named = (ast.Name, ast.Attribute)
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, named)]
    names = [(node.lineno, getattr(node.func, "id", getattr(node.func, "attr", ""))) for node in called]
    return [line for line, name in names if name in ("import_module", "__import__")]


@pytest.mark.parametrize("path", FILES, ids=identifier)
def test_only_the_front_door_imports_by_a_text(path):
    if path != PACKAGE / "__init__.py":
        assert texts_imported(parsed(path)) == []


def test_the_reader_of_texts_sees_every_way_to_import_by_one():
    source = "import importlib\nimportlib.import_module('x')\nimport_module('y')\n__import__('z')\nimport x"
    assert texts_imported(ast.parse(source)) == [2, 3, 4]


def modules_imported(path, known):
    """Return the modules of the package that a file imports anywhere in it, but for the names of types."""
    package = list(path.relative_to(PACKAGE.parent).with_suffix("").parts[:-1])
    out, tree = set(), parsed(path)
    typed = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    only_typed = {inner for node in typed for inner in ast.walk(node)}
    for node in set(ast.walk(tree)) - only_typed:
        if isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            whole = {f"{module}.{alias.name}" for alias in node.names}
            out |= whole & known or {module}
    return out & known - {".".join([*package, path.stem]).removesuffix(".__init__")}


def circles(arrows):
    """Return the modules that can be reached from themselves over imports."""
    found = []
    for start in arrows:
        seen, waiting = set(), list(arrows[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += arrows[name]
        found += [start] if start in seen else []
    return sorted(found)


def named_modules():
    """Return every module of the package but its front door, by its dotted name."""
    return {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in FILES
        if path != PACKAGE / "__init__.py"
    }


def test_no_modules_import_each_other_in_a_circle():
    """The front door imports what it hands out, and whoever works under it does not import it."""
    named = named_modules()
    found = circles({name: modules_imported(path, named.keys()) for name, path in named.items()})
    assert [name for name in found if name not in STANDING_CIRCLES] == []


def test_the_reader_of_circles_sees_one():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == ["a", "b", "c"]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def runs_in(tree, package):
    """Return how a source runs the model: modules that do, and names that it imports or calls."""
    modules = {name for _, name in imports(tree, package) if name in ("latecomer.run", "latecomer.machine")}
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {getattr(one, "id", getattr(one, "attr", "")) for one in called}
    return sorted(modules | ((imported | names) & RUNNERS))


@pytest.mark.parametrize("path", [path for path in FILES if part_of(path) in SHOWN_ONLY], ids=identifier)
def test_what_shows_runs_nothing(path):
    assert runs_in(parsed(path), ["latecomer", part_of(path)]) == []


def test_the_reader_of_runs_sees_every_way_to_run():
    for source in (
        "from latecomer.run import rows",
        "from latecomer import run",
        "x.simulate(1)",
        "run(case)",
    ):
        assert runs_in(ast.parse(source), ["latecomer", "report"])
    assert (
        runs_in(ast.parse("from latecomer.record import Run\nRun(found.run)"), ["latecomer", "report"]) == []
    )


def test_facts_hold_no_code():
    assert [path for path in (PACKAGE / "cases").rglob("*") if path.suffix in {".py", ".pyc", ".pkl"}] == []


@pytest.mark.parametrize("path", FILES, ids=identifier)
def test_what_is_imported_is_declared(path):
    """A run needs the core packages only; a module may use an extra's package if its part has that extra."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = declared["dependencies"] + declared["optional-dependencies"].get(EXTRAS.get(part_of(path)), [])
    names = {normal_name(re.match(r"[\w.-]+", requirement)[0]) for requirement in allowed}
    names |= {"llvmlite"} if "numba" in names else set()  # numba's own back end, used for single instructions
    modules = {name.split(".")[0] for _, name in imports_of(path)} - sys.stdlib_module_names - {"latecomer"}
    distributions = packages_distributions()
    undeclared = [
        module
        for module in sorted(modules)
        if not {normal_name(name) for name in distributions.get(module, [module])} & names
    ]
    assert undeclared == []


def normal_name(distribution):
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("path", MODEL_FILES, ids=identifier)
def test_the_model_only_computes(path):
    """No file, no terminal, no other source of chance than the keys, no library beyond arithmetic."""
    outside = {name.split(".")[0] for _, name in imports_of(path)} - {"latecomer"}
    assert outside <= MODEL_IMPORTS
    assert refused_uses(parsed(path)) == []


def refused_uses(tree):
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [f.id for f in called if isinstance(f, ast.Name) and f.id in MODEL_CALLS_REFUSED]
    members = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in NUMPY_REFUSED
    ]
    of_numpy = [m.attr for m in members if isinstance(m.value, ast.Name) and m.value.id in {"np", "numpy"}]
    return sorted(names + of_numpy)


def test_the_reader_of_uses_sees_files_and_chance():
    source = "open('x'); np.random.rand(); numpy.load('x'); np.exp(world.load)"
    assert refused_uses(ast.parse(source)) == ["load", "open", "random"]


def words(text):
    """Return the words of a text, and the parts between underscores too: `byd_plant` holds `byd`."""
    whole = re.findall(r"\w+", text)
    return set(whole) | {part for word in whole for part in word.split("_")}


@pytest.mark.parametrize("path", MODEL_FILES, ids=identifier)
def test_the_model_knows_no_country_firm_or_year_by_name(path):
    """Search all the text for firms and country, the code for years: a docstring cites its source's year."""
    with (PACKAGE / "cases" / "china_auto" / "firms.csv").open(encoding="utf-8", newline="") as table:
        firms = {row["firm_id"] for row in csv.DictReader(table)}
    assert len(firms) > 10
    text = path.read_text(encoding="utf-8")
    assert words(text) & firms == set()
    assert {word.lower() for word in words(text)} & {"china", "chinese"} == set()
    numbers = [node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant)]
    assert [n for n in numbers if type(n) in (int, float) and 1900 <= n <= 2100] == []


def test_the_list_of_floors_in_the_guide_for_contributors_is_this_one():
    rows = re.findall(
        r"^\| (\d) \| (.*?)(?:;.*)? \|$", (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M
    )
    told = {name: int(floor) for floor, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {name: floor for name, floor in FLOORS.items() if not name.startswith("__")}
    assert all(above[0] > below[0] for above, below in pairwise(rows))


def test_every_module_is_imported_by_a_test_or_by_a_tested_module():
    """Directly or not; front doors of packages and the command's entry hold nothing of their own."""
    named = named_modules()
    waiting = (
        set().union(*(imported_by_a_test(path) for path in (PROJECT / "tests").rglob("*.py"))) & named.keys()
    )
    reached = set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= modules_imported(named[name], named.keys()) - reached
    doors = {name for name, path in named.items() if path.stem in ("__init__", "__main__")}
    assert named.keys() - reached - doors == set()


def imported_by_a_test(path):
    """Return the dotted names that a test imports: modules, or what stands in them and its module."""
    names = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
