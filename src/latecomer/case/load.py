"""How does a folder of tables become a case that the model can run?

Read every table, check every row, then build: quantities and world, levers by year, makers, contracts, parameters. Nothing is returned
unless all tables are right; otherwise all problems come in one error. Facts stay as printed; what a rule fills is listed in `fills`.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from latecomer import axes
from latecomer.case import outcomes
from latecomer.case.makers import FACT_ID, build_contracts, build_makers
from latecomer.case.params import build_params
from latecomer.case.policy import build_policy
from latecomer.case.schemas import SCHEMAS, SHORT_LISTS
from latecomer.case.tables import read_table, refuse_ranges, refuse_spans
from latecomer.case.world import build_world
from latecomer.errors import CaseError, Problems
from latecomer.types import Case, Labels

CASES = Path(__file__).resolve().parents[1] / "cases"
HEAD = {"name": str, "title": str, "first_year": int, "last_year": int, "base_year": int, "named_makers": list}
# Where the valid names of each list stand: (list, table, column). Read in this order, a list before those that need it.
LISTS = (
    ("sources", "sources", "source_id"), ("units", "units", "unit"), ("regions", "regions", "region_id"),
    ("provinces", "regions", "province_en"), ("policies", "policies", "policy_id"), ("firms", "firms", "firm_id"),
    ("ventures", "joint_ventures", "jv_id"), ("components", "components", "component"),
    ("lines", "lines_of_origin", "line_of_origin"), ("makers", "makers", "maker_id"),
)  # fmt: skip
FACT_COLUMNS = ["table", "series", "year", "value", "low", "high", "unit", "source_id", "grade", "file", "line"]


def list_cases() -> list[str]:
    """Return the names of the cases that come with the package."""
    return sorted(path.parent.name.replace("_", "-") for path in CASES.glob("*/case.yaml"))


def load_case(name: str | Path) -> Case:
    """Return the case of this name, or the case in this folder; raise CaseError with every problem of its tables."""
    problems = Problems()
    folder = _folder(name, problems)
    problems.raise_if_any(CaseError)
    head = _head(folder, problems)
    tables = _tables(folder, problems)
    problems.raise_if_any(CaseError)
    case = _build(folder, head, tables, problems)
    problems.raise_if_any(CaseError)
    return case


def _folder(name: str | Path, problems: Problems) -> Path:
    """Return the folder of a case given by its name or its path."""
    inside = CASES / str(name).replace("-", "_")
    for folder in (Path(name), inside):
        if (folder / "case.yaml").is_file():
            return folder
    problems.add(None, None, None, str(name), "the name of a case or a folder with case.yaml", valid=list_cases())
    return inside


def _head(folder: Path, problems: Problems) -> dict:
    """Read case.yaml: name, title, years, base year, named makers."""
    try:
        head = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.add("case.yaml", expected=f"YAML in UTF-8 ({error})")
        return {}
    head = head if isinstance(head, dict) else {}
    for key, kind in HEAD.items():
        if not isinstance(head.get(key), kind):
            problems.add("case.yaml", None, key, head.get(key, ""), f"a value of type {kind.__name__}")
    return head


def _tables(folder: Path, problems: Problems) -> dict[str, pd.DataFrame]:
    """Read every table, lists of names first, and check spans and ranges."""
    names: dict[str, Iterable[str]] = dict(SHORT_LISTS)
    tables: dict[str, pd.DataFrame] = {}
    for listed, table, column in LISTS:
        names[listed] = _names(folder, table, column)
    for table, schema in SCHEMAS.items():
        tables[table] = read_table(folder, schema, names, problems)
    for table in ("policies", "levers", "regional_protection"):
        refuse_spans(tables[table], f"{table}.csv", problems)
    for table in ("national", "exogenous", "segments", "policies"):
        refuse_ranges(tables[table], f"{table}.csv", problems)
    refuse_ranges(tables["levers"], "levers.csv", problems, "scale")
    refuse_ranges(tables["lines_of_origin"], "lines_of_origin.csv", problems, "skill")
    return tables


def _names(folder: Path, table: str, column: str) -> list[str]:
    """Return the names in one column of one table; a table that cannot be read gives none, and is refused when read in full."""
    try:
        return pd.read_csv(folder / f"{table}.csv", usecols=[column], dtype=str, keep_default_na=False)[column].str.strip().tolist()
    except (OSError, ValueError):
        return []


def _build(folder: Path, head: dict, tables: dict[str, pd.DataFrame], problems: Problems) -> Case:
    """Build the arrays of the case from tables that were read without a problem."""
    years = np.arange(head["first_year"], head["last_year"] + 1)
    labels = _labels(tables)
    length = axes.sizes(len(labels.makers), len(labels.regions))
    facts = _facts(tables)
    world_rows = tables["world"].fillna({"first": -np.inf, "last": np.inf})
    world, fills, inputs = build_world(world_rows, facts, tables["regions"], years, length, problems)
    along = {letter: labels.along(letter) for letter in "mrsedkoba"}
    policy, levers = build_policy(tables["levers"], tables["policies"], years, world.deflator, along, length, problems)
    makers = build_makers(tables, length, problems)
    contracts = build_contracts(tables, length, problems)
    _refuse_unused(tables, problems)
    targets = tables["targets"].rename(columns={"index": "index_name"})
    outcomes.check_targets(targets, facts, along, problems)
    recorded = outcomes.target_values(targets, facts, years, world.deflator)
    for array in (years, world, policy, makers, contracts):
        array.setflags(write=False)
    params = build_params(tables["params"], problems)
    params.setflags(write=False)
    return Case(
        name=head["name"], title=head["title"], years=years, world=world, policy=policy, makers=makers, contracts=contracts,
        params=params, labels=labels, register=tables["params"], levers=levers, targets=recorded, facts=facts,
        sources=tables["sources"].set_index("source_id"), fills=fills, inputs=inputs,
        maker_record=outcomes.maker_record(tables["firm_sales"], tables["makers"]),
        group_record=outcomes.group_record(tables["firm_sales"], head["named_makers"]), checksum=checksum(folder),
    )  # fmt: skip


def _labels(tables: dict[str, pd.DataFrame]) -> Labels:
    """Return the names of makers and regions, in English and Chinese where a table has both."""
    makers, regions = tables["makers"], tables["regions"]
    english = dict(zip(tables["firms"]["firm_id"], tables["firms"]["name_en"], strict=True))
    english |= dict(zip(tables["joint_ventures"]["jv_id"], tables["joint_ventures"]["name"], strict=True))
    english |= {name: f"Local works of {province}" for name, province in zip(regions["region_id"], regions["province_en"], strict=True)}
    chinese = dict(zip(tables["firms"]["firm_id"], tables["firms"]["name_zh"], strict=True))
    named = [english.get(fact, maker.replace("_", " ").capitalize()) for maker, fact in zip(makers["maker_id"], makers["fact_id"], strict=True)]
    return Labels(
        makers=tuple(makers["maker_id"]), maker_names=tuple(named),
        maker_names_zh=tuple(chinese.get(fact, name) for fact, name in zip(makers["fact_id"], named, strict=True)),
        regions=tuple(regions["region_id"]), region_names=tuple(regions["province_en"]), region_names_zh=tuple(regions["province_zh"]),
    )  # fmt: skip


def _facts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return all facts that are series of years in one table; of concentration only the groups' count of all vehicles."""
    out = []
    for name in SHORT_LISTS["fact tables"]:
        out.append(tables[name].assign(table=name, file=f"{name}.csv"))
    share = tables["concentration"]
    share = share[share["scope"].isin(["groups, all vehicles", "all vehicle assemblers"])]
    out.append(share.rename(columns={"measure": "series"}).assign(table="concentration", file="concentration.csv", unit=share["scope"], low=np.nan, high=np.nan))
    return pd.concat(out, ignore_index=True)[FACT_COLUMNS].astype({"year": int})


def _refuse_unused(tables: dict[str, pd.DataFrame], problems: Problems) -> None:
    """Note firms, ventures, licences and purchases that are neither used nor left out with a reason."""
    makers, contracts, omitted = tables["makers"], tables["contracts"], tables["omissions"]
    left_out = set(zip(omitted["table"], omitted["fact_id"], strict=True))
    used = set(zip(contracts["table"], contracts["fact_id"], strict=True))
    used |= {("firms", fact) for fact in makers["fact_id"]} | {("joint_ventures", fact) for fact in makers["fact_id"]}
    for table in SHORT_LISTS["all tables"]:
        for row in tables[table].itertuples():
            fact = getattr(row, FACT_ID[table])
            if (table, fact) not in used | left_out:
                problems.add(f"{table}.csv", row.line, FACT_ID[table], fact, "a maker, a contract, or a reason in omissions.csv")


def checksum(folder: Path) -> str:
    """Return the SHA-256 over all files of the case in the order of their names; names count, too."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()
