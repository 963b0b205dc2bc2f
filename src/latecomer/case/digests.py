"""Are the tables of a case those that were published?

`digests.csv` in a case folder has a row for each table: its rows, the digest of all of them, and the digest of the last. A table
that lacks its last row was cut off on its way, and is refused. One that differs otherwise was changed, which anybody may do: it
is named wherever the case is used. A case without `digests.csv` is taken as it stands.

    python -m latecomer.case.digests FOLDER     write the digests of a case, before it is published

A digest is the SHA-256 of the cells: how a spreadsheet quotes them, ends lines or fills rows with commas does not count.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path

from latecomer.case.files import is_there
from latecomer.case.tables import Column, Rows, Schema, read_rows, read_table
from latecomer.errors import Problems, UsageError

FILE = "digests.csv"
SCHEMA = Schema(
    FILE,
    (Column("file"), Column("rows", "whole", low=0.0), Column("digest"), Column("last_row")),
    key=("file",),
)


def changed_tables(folder: Path, problems: Problems) -> tuple[str, ...]:
    """Return the files of tables that are not as published, new ones among them; note those that were cut off."""
    if not is_there(folder / FILE):
        return ()
    published = read_table(folder, SCHEMA, {}, problems)
    changed = [file for file in _tables(folder) if file not in set(published["file"])]
    for row in published.itertuples():
        if not is_there(folder / Path(row.file).name):
            problems.add(row.file, expected=f"this table in the case folder; {FILE} names it")
            continue
        rows = read_rows(folder / Path(row.file).name, row.file, Problems())[1]
        if digest(rows) == row.digest:
            continue
        changed.append(row.file)
        if row.last_row not in {digest([last]) for last in rows}:
            expected = (
                f"{row.rows:g} rows as published, the last of them at the end: the table was cut off; "
                f"if you took rows out yourself, take its row out of {FILE}"
            )
            problems.add(row.file, None, None, f"{len(rows)} rows", expected)
    return tuple(sorted(changed))


def write_digests(folder: Path) -> None:
    """Write the digests of all tables of a case into its folder; raise UsageError if one cannot be read."""
    problems = Problems()
    rows = {file: read_rows(folder / file, file, problems)[1] for file in _tables(folder)}
    problems.raise_if_any(UsageError)
    with (folder / FILE).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(column.name for column in SCHEMA.columns)
        writer.writerows(
            (file, len(found), digest(found), digest(found[-1:])) for file, found in rows.items()
        )


def digest(rows: Rows) -> str:
    """Return the digest of the cells of some rows, without empty cells at their ends."""
    out = hashlib.sha256()
    for _, cells in rows:
        stripped = [cell.strip() for cell in cells]
        while stripped and not stripped[-1]:
            stripped.pop()
        out.update(json.dumps(stripped).encode() + b"\n")
    return out.hexdigest()


def _tables(folder: Path) -> list[str]:
    """Return the names of the tables in a case folder, this one not among them."""
    return sorted(path.name for path in folder.glob("*.csv") if path.name != FILE)


if __name__ == "__main__":
    write_digests(Path(sys.argv[1]))
