"""What if a cell of a case were another? A copy of a case folder whose tables can be read, changed and written."""

import csv
from pathlib import Path


class Folder:
    """A copy of a case folder, and ways to spoil one cell, row or column of a table."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, table: str) -> list[list[str]]:
        """Return all rows of a table, header first."""
        with (self.path / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))

    def write(self, table: str, rows: list[list[str]]) -> None:
        """Write all rows of a table."""
        with (self.path / f"{table}.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)

    def spoil(self, table: str, column: str, value: str, row: int = 1, **where: str) -> int:
        """Write `value` into a cell of the first row that matches `where` (or of row `row`); return its line."""
        rows = self.rows(table)
        header = rows[0]
        matches = [
            i
            for i in range(1, len(rows))
            if all(rows[i][header.index(name)] == said for name, said in where.items())
        ]
        row = matches[0] if where else row
        rows[row][header.index(column)] = value
        self.write(table, rows)
        return row + 1
