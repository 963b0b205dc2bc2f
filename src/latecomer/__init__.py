"""What can be done with this package? Its public names, in the order in which a user meets them.

    load_case, list_cases      a country and an industry as data
    run                        histories of a case
    Case, Run                  what these hand over
    structures                 the case with its model built in other ways
    Reform, read_reform        changes to policy, firms or the world
    reforms                    the ready reforms of a case
    compare, Comparison        paired histories with and without a reform
    fork, timing, uncertainty  one history with another policy, when a reform stops working, why an effect is uncertain
    ablate, growth             what each part does, and the modes of growth
    attribute                  what accounts for growth: policy, market, technology; or each reform of a package
    openness                   how open a latecomer should be, from self-reliance to dependence
    summary, score             what a run says, and how close it is to the record
    fit                        parameters fitted to the record
    dock                       a published model replicated, and compared with its results
    Finding                    what each of these returns: question, tables, sentences, manifest
    plot, report, export       a finding as a chart, as one HTML file that opens offline, as files of tables and pictures
    explain                    what a name means
    market, errors             two modules: prices of any market of differentiated products; what may be raised

Nothing is imported before it is asked for, so that `import latecomer` takes no time.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latecomer import errors as errors
    from latecomer import market as market
    from latecomer.case.load import list_cases, load_case
    from latecomer.case.reform import Reform, read_reform, reforms
    from latecomer.docking import dock
    from latecomer.explain.names import explain
    from latecomer.fit.score import score
    from latecomer.fit.staged import fit
    from latecomer.record import Run
    from latecomer.report.show import export, plot, report
    from latecomer.run import run
    from latecomer.study.ablate import ablate, structures
    from latecomer.study.attribute import attribute
    from latecomer.study.compare import Comparison, compare
    from latecomer.study.fork import fork, timing
    from latecomer.study.growth import growth
    from latecomer.study.openness import openness
    from latecomer.study.summary import summary
    from latecomer.study.uncertainty import uncertainty
    from latecomer.types import Case, Finding

HOME = {
    "load_case": ("case.load", "load_case"),
    "list_cases": ("case.load", "list_cases"),
    "run": ("run", "run"),
    "Case": ("types", "Case"),
    "Run": ("record", "Run"),
    "Reform": ("case.reform", "Reform"),
    "read_reform": ("case.reform", "read_reform"),
    "reforms": ("case.reform", "reforms"),
    "structures": ("study.ablate", "structures"),
    "compare": ("study.compare", "compare"),
    "Comparison": ("study.compare", "Comparison"),
    "fork": ("study.fork", "fork"),
    "timing": ("study.fork", "timing"),
    "uncertainty": ("study.uncertainty", "uncertainty"),
    "ablate": ("study.ablate", "ablate"),
    "attribute": ("study.attribute", "attribute"),
    "openness": ("study.openness", "openness"),
    "growth": ("study.growth", "growth"),
    "summary": ("study.summary", "summary"),
    "score": ("fit.score", "score"),
    "fit": ("fit.staged", "fit"),
    "dock": ("docking", "dock"),
    "Finding": ("types", "Finding"),
    "plot": ("report.show", "plot"),
    "report": ("report.show", "report"),
    "export": ("report.show", "export"),
    "explain": ("explain.names", "explain"),
}
MODULES = ("errors", "market")

__all__ = [
    "Case",
    "Comparison",
    "Finding",
    "Reform",
    "Run",
    "__version__",
    "ablate",
    "attribute",
    "compare",
    "dock",
    "errors",
    "explain",
    "export",
    "fit",
    "fork",
    "growth",
    "list_cases",
    "load_case",
    "market",
    "openness",
    "plot",
    "read_reform",
    "reforms",
    "report",
    "run",
    "score",
    "structures",
    "summary",
    "timing",
    "uncertainty",
]  # sorted; the order of meeting is in the docstring


def __getattr__(name: str) -> Any:
    """Return a public name, importing its home on first use."""
    if name == "__version__":
        from latecomer.record import package_version

        return package_version()
    if name in MODULES:
        return import_module(f"latecomer.{name}")
    if name not in HOME:
        raise AttributeError(f"module 'latecomer' has no attribute {name!r}")
    module, attribute = HOME[name]
    value = getattr(import_module(f"latecomer.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class FrontDoor(ModuleType):
    """The package as a module whose public names win over submodules of the same name.

    Importing `latecomer.run` would otherwise put the module in the place of the function `latecomer.run`.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in HOME and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = FrontDoor
