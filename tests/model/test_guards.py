"""Does the model keep its order? One writing file a field, few arguments, hand-overs where they are declared.

Nothing is run: the source is read.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from latecomer import vocabulary
from latecomer.model import step

MODEL = Path(step.__file__).parent
FILES = {path.stem: path for path in sorted(MODEL.rglob("*.py"))}
RECORDS = ("now", "before", "after", "flow", "p", "out")
MOST_ARGUMENTS = 6
FIRST_YEAR = "start"  # fills the state of the first year, before there is anything to write again

# Kernels with more than six arguments, and why. The list may only shrink.
TOO_MANY = {
    "entry.best_partner": "a project and its gain; entry reads and changes everything but the record of the year",
    "entry.consider": "the same",
    "entry.come": "the same, with the group and the foreign share agreed on",
    "entry.bargain_again": "a project and its gain, as above",
    "lines.combustion_hazard": "a line is a maker and a segment; its gap and whether the maker sells are the same for all lines",
    "lines.electric_hazard": "a line is a maker, a segment and a powertrain",
    "appeal.drive_appeal": "a maker and a powertrain; software is last year's, batteries are this year's",
    "access.from_partner": "a maker and a domain; what others master is last year's, what it may use is this year's",
    "learning.share_effort": "a maker and a domain, how much it absorbs, and what there is to absorb from two sides",
    "learning.spill_over": "the gain so far is handed in, so that the sum keeps its order, and its bits",
    "innovation.improve": "a maker and a domain, and what others show of it",
}


@cache
def functions():
    """Return every function of the model by file.name, with its syntax tree."""
    found = {}
    for file, path in FILES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found[f"{file}.{node.name}"] = node
    return found


def targets(tree):
    """Return every place that a function assigns, wholly or in part, aliases of a record's field resolved."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name):
                        aliases[name.id] = whole(value)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    place = whole(part)
                    if isinstance(part, ast.Subscript) and isinstance(place, ast.Name):
                        place = aliases.get(place.id, place)
                    yield place


def whole(node):
    """Return what a place is part of: `after.fleet` of `after.fleet[r, b]`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def field_of(node, record):
    """Return the field of a record that a place is, or None."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == record:
        return node.attr
    return None


def handed_to_be_filled(tree, file, record):
    """Return the fields of a record whose arrays are given to a function of the same file that fills its argument."""
    for node in ast.walk(tree):
        called = functions().get(f"{file}.{node.func.id}") if is_plain_call(node) else None
        if called:
            filled = {place.id for place in targets(called) if isinstance(place, ast.Name)}
            for argument, given in zip(called.args.args, node.args, strict=True):
                if argument.arg in filled and (field := field_of(whole(given), record)):
                    yield field


def is_plain_call(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@cache
def writers(record):
    """Return the files that write each field of a record."""
    found = {}
    for name, tree in functions().items():
        file = name.split(".")[0]
        written = {field for place in targets(tree) if (field := field_of(place, record))}
        for field in written | set(handed_to_be_filled(tree, file, record)):
            found.setdefault(field, set()).add(file)
    return found


def test_each_field_of_the_state_is_written_in_one_file():
    several = {
        field: files - {FIRST_YEAR}
        for field, files in writers("after").items()
        if len(files - {FIRST_YEAR}) > 1
    }
    assert several == {}
    assert {field.name for field in vocabulary.STATE} == set(writers("after"))


@pytest.mark.parametrize("record", ["before", "p"])
def test_nobody_writes_what_is_read_only(record):
    assert writers(record) == {}


def test_the_year_and_its_inputs_are_written_by_the_roster_alone():
    """Entry by rule sets owner, group and dates on the history's own list of makers."""
    changed = {
        name.split(".")[0]
        for name, tree in functions().items()
        for place in targets(tree)
        if isinstance(place, ast.Attribute)
        and ast.unparse(place).startswith(("now.", "maker.", "here.", "contract."))
    }
    assert changed == {"roster"}


def test_what_stages_hand_on_is_declared_once_by_a_file_that_writes_it():
    declared = {
        part.name: file
        for stage in step.STAGES
        for part in stage.FLOW
        for file in [stage.__name__.split(".")[-1]]
    }
    assert len(declared) == len(step.FLOW)
    assert set(writers("flow")) <= set(declared)
    elsewhere = {
        name: file for name, file in declared.items() if file not in writers("flow").get(name, {file})
    }
    assert elsewhere == {}


def test_kernels_take_few_arguments():
    many = {name for name, tree in functions().items() if len(tree.args.args) > MOST_ARGUMENTS}
    assert many == set(TOO_MANY)
    assert all(TOO_MANY.values())


def test_kernels_take_their_subject_first_and_records_in_one_order():
    for name, tree in functions().items():
        names = [argument.arg for argument in tree.args.args]
        given = [record for record in names if record in RECORDS]
        if file_of_kernels(name):
            assert given == sorted(given, key=RECORDS.index), name
            assert names[len(names) - len(given) :] == given, name


def file_of_kernels(name):
    return name.split(".")[0] not in {"context"}


def test_phases_take_the_same():
    for phase in ("recall", *(phase.__name__ for phase in step.YEAR)):
        assert [argument.arg for argument in functions()[f"step.{phase}"].args.args] == list(RECORDS)


def test_files_of_the_model_have_names_of_their_own():
    assert len(FILES) == len(list(MODEL.rglob("*.py")))


def test_the_readers_of_the_source_see_what_is_written():
    source = "x = after.a; x[0] = 1; after.b[m, d] += 2; after.c, q = 1, 2; y = after.d[r]; before.e[0] = 3"
    tree = ast.parse(f"def f():\n    {source}")
    places = list(targets(tree))
    assert {field for place in places if (field := field_of(place, "after"))} == {"a", "b", "c"}
    assert {field for place in places if (field := field_of(place, "before"))} == {"e"}
