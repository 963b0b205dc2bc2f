"""What stands behind the numbers? Sources, grades, filled values and assumptions of a case."""

import pandas as pd

from latecomer.study.groups import firm_points
from latecomer.types import Case


def grades(case: Case) -> pd.DataFrame:
    """Return how many facts each grade has, with its share."""
    counts = case.facts["grade"].value_counts()
    return pd.DataFrame(
        {"grade": counts.index, "facts": counts.to_numpy(), "share": (counts / counts.sum()).to_numpy()}
    )


def filled(case: Case) -> pd.DataFrame:
    """Return which values of world inputs a rule fills: variable, rule, how many values, first and last year."""
    groups = case.fills.groupby(["variable", "rule"], sort=True)["year"]
    return groups.agg(values="size", first="min", last="max").reset_index()


def assumed(case: Case) -> pd.DataFrame:
    """Return the parameters that are assumptions: name, group, unit, default, range, what they are."""
    rows = case.register[case.register["grade"] == "assumption"]
    columns = ["name", "group", "unit", "default", "low", "high", "prior", "source_id", "about"]
    return rows[columns].reset_index(drop=True)


def assumed_rows(case: Case) -> pd.DataFrame:
    """Return how many rows of each table of the case are assumptions."""
    graded = {name: rows["grade"] == "assumption" for name, rows in case.tables.items() if "grade" in rows}
    counts = [(name, int(marks.sum()), len(marks)) for name, marks in graded.items() if marks.any()]
    return pd.DataFrame(counts, columns=["table", "assumptions", "rows"])


def sources_shown(case: Case, record: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of everything drawn or printed, numbered from 1 in the order of their names."""
    firms = [firm_points(case, maker)["source_id"] for maker in case.named_makers]
    setting = case.setting
    beside = (setting.rank_series, *(series for series, _ in setting.rivals))
    ranks = case.facts["series"].isin(beside) & (case.facts["year"] == setting.looks("rank")[-1])
    used = sorted(set(pd.concat([record["source_id"], case.facts.loc[ranks, "source_id"], *firms])))
    table = _listed(case, used)
    table.insert(0, "number", range(1, len(table) + 1))
    return table


def sources_of_inputs(case: Case, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the further sources behind world inputs, levers and parameters, without those already shown."""
    world = case.tables["world"][["table", "series"]].drop_duplicates()
    inputs = case.facts.merge(world, on=["table", "series"])["source_id"]
    used = set(inputs) | set(case.levers["source_id"]) | set(case.register["source_id"])
    further = sorted(name for name in used - set(shown["source_id"]) if name in case.sources.index)
    return _listed(case, further)


def grades_by_source(case: Case, record: pd.DataFrame, sources: pd.DataFrame) -> list[str]:
    """Return for each source how many figures drawn or compared here it gave, by grade: `reported 12, derived 3`."""
    taken = ["source_id", "grade"]
    firms = [
        rows[rows["maker_id"].isin(case.named_makers)][taken]
        for rows in (case.group_record, case.maker_record)
    ]
    counts = pd.concat([record[taken], *firms], ignore_index=True).groupby(taken).size()
    told = {
        source: ", ".join(f"{grade} {count}" for (_, grade), count in part.items())
        for source, part in counts.groupby(level=0)
    }
    return [told.get(name, "") for name in sources["source_id"]]


def source_text(case: Case, source_id: str) -> str:
    """Return publisher and title of a source; its name where the case lists neither."""
    if source_id not in case.sources.index:
        return source_id
    row = case.sources.loc[source_id]
    return str(row["title"]) if row["publisher"] in ("", "none") else f"{row['publisher']}: {row['title']}"


def _listed(case: Case, names: list[str]) -> pd.DataFrame:
    """Return what the case says of these sources, blank where it says nothing."""
    table = case.sources.reindex(names).reset_index(names="source_id")
    return table[["source_id", "publisher", "title", "address", "accessed"]].fillna("")
