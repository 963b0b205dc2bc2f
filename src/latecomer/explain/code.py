"""Which file of the model reads or fills a quantity, and which equations stand at its head? Answered from the source.

The kernels name their records alike everywhere (`model.context`): `now.policy`, `now.strategy`, `now.world` or `here`, the state
`before` and `after`, `p` for parameters, `now.makers[m]`, `maker` or `peer`, `now.contracts[c]` or `contract`, and `out` for what
happened; `rules` is the policy of another year. A use is an attribute of one of these.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MODEL = Path(__file__).resolve().parents[1] / "model"
RECORD_OF = {
    "before": "state", "after": "state", "p": "params", "out": "out",
    "here": "world", "rules": "policy", "maker": "makers", "peer": "makers", "contract": "contracts",
}  # fmt: skip
OF_THE_YEAR = {
    "world": "world", "world_path": "world", "policy": "policy", "policy_path": "policy", "strategy": "strategy",
    "makers": "makers", "contracts": "contracts",
}  # fmt: skip
CONTENTS = "step"
INDENT = "    "


@dataclass(frozen=True)
class Stage:
    """One line of the year: its phase, the file and function it calls, and the function's docstring."""

    phase: str
    file: str
    function: str
    about: str


@dataclass(frozen=True)
class Mechanism:
    """A file of the model by what stands at its head: the question it answers, then paragraphs; equations are indented."""

    name: str
    question: str
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return where the file stands in the package."""
        return path_of(self.name)

    @property
    def equations(self) -> str:
        """Return the equations alone."""
        return "\n\n".join(text for text in self.paragraphs if text.startswith(INDENT))

    @property
    def remarks(self) -> str:
        """Return what is said around the equations."""
        return "\n\n".join(text for text in self.paragraphs if not text.startswith(INDENT))


@cache
def paths() -> dict[str, Path]:
    """Return the model's files by name; a name stands in one room only."""
    return {path.stem: path for path in sorted(MODEL.rglob("*.py"), key=lambda path: path.stem)}


@cache
def parsed(name: str) -> ast.Module:
    """Return the syntax tree of the model's file of this name."""
    return ast.parse(paths()[name].read_text(encoding="utf-8"))


@cache
def files() -> tuple[str, ...]:
    """Return the names of the model's files."""
    return tuple(paths())


def path_of(name: str) -> str:
    """Return where a file of the model stands in the package: model/ROOM/NAME.py."""
    return paths()[name].relative_to(MODEL.parent).as_posix()


@cache
def uses() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return for each (record, field) the files that mention it."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in files():
        attributes = [node for node in ast.walk(parsed(name)) if isinstance(node, ast.Attribute)]
        for pair in {pair for node in attributes if (pair := field_of(node))}:
            found.setdefault(pair, []).append(name)
    return {pair: tuple(names) for pair, names in found.items()}


@cache
def fills() -> dict[str, tuple[str, ...]]:
    """Return for each series the files that assign it."""
    found: dict[str, list[str]] = {}
    for name in files():
        for series in {field for node in ast.walk(parsed(name)) for field in assigned(node)}:
            found.setdefault(series, []).append(name)
    return {series: tuple(names) for series, names in found.items()}


def readers(record: str, field: str) -> tuple[str, ...]:
    """Return the model files that use a field of a record (policy, strategy, world, params, state, makers, contracts, out)."""
    return uses().get((record, field), ())


def field_of(node: ast.AST) -> tuple[str, str] | None:
    """Return (record, field) if the node is an attribute of a record, else None."""
    if not isinstance(node, ast.Attribute):
        return None
    owner = node.value
    while isinstance(owner, ast.Subscript):
        owner = owner.value
    if isinstance(owner, ast.Name) and owner.id in RECORD_OF:
        return RECORD_OF[owner.id], node.attr
    if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name) and owner.value.id == "now":
        return (OF_THE_YEAR[owner.attr], node.attr) if owner.attr in OF_THE_YEAR else None
    return None


def assigned(node: ast.AST) -> set[str]:
    """Return the series that a statement assigns, whole or in part."""
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AugAssign)
        else []
    )
    fields = set()
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple) else [target]:
            while isinstance(part, ast.Subscript):
                part = part.value
            pair = field_of(part)
            if pair and pair[0] == "out":
                fields.add(pair[1])
    return fields


@cache
def mechanism(name: str) -> Mechanism:
    """Return the head of the model's file of this name, its first paragraph as the question."""
    question, *paragraphs = (ast.get_docstring(parsed(name)) or "").split("\n\n")
    return Mechanism(name, question, tuple(paragraphs))


@cache
def mechanisms() -> tuple[Mechanism, ...]:
    """Return the files that take part in the year, in the order in which the year first calls them."""
    order = [stage.file for stage in stages()]
    others = [name for name in files() if name not in order and mechanism(name).equations]
    return tuple(mechanism(name) for name in dict.fromkeys([*order, *others]))


@cache
def phases() -> tuple[str, ...]:
    """Return the names of the phases of the year, in order."""
    for node in parsed(CONTENTS).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Tuple)
            and ast.unparse(node.targets[0]) == "YEAR"
        ):
            return tuple(ast.unparse(phase) for phase in node.value.elts)
    raise LookupError(f"model/{CONTENTS}.py has no YEAR")


@cache
def stages() -> tuple[Stage, ...]:
    """Return the lines of the year, phase after phase."""
    calls = [
        (phase, node)
        for phase in phases()
        for node in ast.walk(function_of(CONTENTS, phase))
        if isinstance(node, ast.Call)
    ]
    found = []
    for phase, call in sorted(calls, key=lambda pair: pair[1].lineno):
        if (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in files()
        ):
            file, function = call.func.value.id, call.func.attr
            found.append(Stage(phase, file, function, ast.get_docstring(function_of(file, function)) or ""))
    return tuple(found)


def function_of(file: str, name: str) -> ast.FunctionDef:
    """Return the syntax tree of a function of a file of the model; raises LookupError if there is none."""
    for node in parsed(file).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise LookupError(f"model/{file}.py has no function {name}")
