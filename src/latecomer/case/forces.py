"""Which forces drove growth, and what is each of them made of?

A force has one row in `forces.csv` for each quantity that it moves; its title stands in its first row. A row is a switch
(`case.switches`) that is thrown after the first year of the span looked at:

    world, lever   `held`: the value of that year stays
    param, lever   `off` or a number

No quantity belongs to two forces. `other` names the force to which a critic would count the row instead: results are given for
that, too.
"""

import pandas as pd

from latecomer.case.switches import known, levers_named
from latecomer.errors import Problems

FILE = "forces.csv"
MOST = 8  # forces: every set of them is a run of its own


def check_forces(forces: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    """Note forces without one title, too many of them, unknown targets, wrong values, and what belongs to two forces."""
    names = list(dict.fromkeys(forces["force"]))
    if len(names) > MOST:
        problems.add(FILE, None, "force", names[MOST], f"at most {MOST} forces")
    for _, rows in forces.groupby("force", sort=False):
        if not rows["title"].iloc[0]:
            problems.add(
                FILE, int(rows["line"].iloc[0]), "title", "", "the title of the force in its first row"
            )
    owner: dict[tuple[str, str], int] = {}
    for row in known(forces, FILE, register, problems).itertuples():
        if row.other and (row.other not in names or row.other == row.force):
            problems.add(FILE, row.line, "other", row.other, "another force, or nothing", valid=names)
        moved = [lever.name for lever in levers_named(row.target)] if row.kind == "lever" else [row.target]
        for name in moved:
            line = owner.setdefault((row.kind, name), row.line)
            if line != row.line:
                problems.add(FILE, row.line, "target", row.target, f"nothing that line {line} moves: {name}")
