"""Does anything depend on what a maker is called?

Names are tested, not rows: chance is keyed by a maker's place in the table, so a maker moved to another row draws other
numbers, as another history would. What must not matter at all is the name that stands in the row.
"""

import re
from dataclasses import replace

import numpy as np

from latecomer.case.load import load_case
from latecomer.fit.score import errors, record_table
from latecomer.keys import uniform
from latecomer.run import run

HISTORIES, SEED = 2, 9
NAMED = {  # tables and columns in which a maker's name stands
    "makers": ("maker_id", "group"),
    "contracts": ("maker_id",),
    "firm_targets": ("maker_id",),
    "takeovers": ("maker_id",),
    "mergers": ("maker_id", "taken_by"),
}


def rename(folder, new):
    """Rename makers in every table of a case folder, and in the list of those shown by name."""
    for table, columns in NAMED.items():
        rows = folder.rows(table)
        places = [rows[0].index(column) for column in columns]
        for row in rows[1:]:
            for place in places:
                row[place] = new.get(row[place], row[place])
        folder.write(table, rows)
    head = folder.path / "case.yaml"
    text = head.read_text(encoding="utf-8")
    list_at = re.search(r"named_makers: \[(.*)\]", text)
    names = [new.get(name.strip(), name.strip()) for name in list_at[1].split(",")]
    head.write_text(text.replace(list_at[0], f"named_makers: [{', '.join(names)}]"), encoding="utf-8")


def heads_by_fact(folder):
    """Return the makers that another table finds by their name: heads of the groups of ventures (`home_partner`)."""
    rows = folder.rows("joint_ventures")
    return {row[rows[0].index("home_partner")] for row in rows[1:]}


def write_groups(folder):
    """Write every venture's parent into its row, so that parents may be renamed: left empty, the contract names the firm."""
    rows, facts = folder.rows("makers"), folder.rows("joint_ventures")
    at = {name: rows[0].index(name) for name in ("kind", "fact_id", "group")}
    partner = {row[facts[0].index("jv_id")]: row[facts[0].index("home_partner")] for row in facts[1:]}
    for row in rows[1:]:
        if row[at["kind"]] == "venture" and not row[at["group"]]:
            row[at["group"]] = partner[row[at["fact_id"]]]
    folder.write("makers", rows)


def pass_on_titles(folder):
    """Give each firm the English and Chinese name of the next one."""
    rows = folder.rows("firms")
    for title in ("name_en", "name_local"):
        place = rows[0].index(title)
        titles = [row[place] for row in rows[1:]]
        for row, other in zip(rows[1:], titles[1:] + titles[:1], strict=True):
            row[place] = other
    folder.write("firms", rows)


def test_other_names_change_labels_and_nothing_else(folder, case):
    """Every maker gets a name that says nothing, in reverse order of the alphabet; all bits of all series stay."""
    write_groups(folder)
    new = {name: f"maker_{999 - place}" for place, name in enumerate(case.labels.makers)}
    rename(folder, new)
    pass_on_titles(folder)
    other = load_case(folder.path)
    assert other.labels.makers == tuple(new.values())
    for name in ("world", "policy", "strategy", "makers", "contracts", "params", "draws"):
        assert getattr(other, name).tobytes() == getattr(case, name).tobytes(), name
    before, after = run(case, HISTORIES, SEED), run(other, HISTORIES, SEED)
    assert before.records.tobytes() == after.records.tobytes()
    assert errors(before).equals(errors(after))
    columns = ["series", "year", "median", "recorded"]
    assert record_table(before)[columns].equals(record_table(after)[columns])


def test_two_makers_of_a_kind_that_swap_names_swap_labels(folder, case):
    """Two private makers exchange names, facts staying with their rows: each keeps its history under the other's name."""
    kinds, makers = case.makers["ownership"], case.labels.makers
    heads = heads_by_fact(folder)
    alike = [m for m in np.flatnonzero(kinds == 2) if makers[m] not in heads][:2]
    one, two = (makers[m] for m in alike)
    rename(folder, {one: two, two: one})
    other = load_case(folder.path)
    before, after = run(case, HISTORIES, SEED), run(other, HISTORIES, SEED)
    assert before.records.tobytes() == after.records.tobytes()
    mine, theirs = before.data["maker_sales"], after.data["maker_sales"]
    assert mine.sel(maker=one).max() > 0 and mine.sel(maker=two).max() > 0
    assert np.array_equal(mine.sel(maker=one), theirs.sel(maker=two))
    assert np.array_equal(mine.sel(maker=two), theirs.sel(maker=one))


def test_names_in_memory_do_not_reach_the_kernel(case):
    """With every label shuffled in a case in memory, and nothing else, all bits stay."""
    order = np.random.default_rng(1).permutation(len(case.labels.makers))
    labels = replace(case.labels, makers=tuple(np.array(case.labels.makers)[order]))
    shuffled = replace(case, labels=labels)
    assert run(shuffled, HISTORIES, SEED).records.tobytes() == run(case, HISTORIES, SEED).records.tobytes()


def test_rows_carry_the_draws():
    """Why rows are not tested: the entity of a draw is the place of a maker, which is what makes additions harmless."""
    assert uniform(SEED, 0, 50, 3, 21) != uniform(SEED, 0, 50, 4, 21)
