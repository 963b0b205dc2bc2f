"""Are the generated pages of the documentation what the code says now?"""

from pathlib import Path

import typer

from latecomer.case.load import load_case
from latecomer.cli.writing import whole_file
from latecomer.explain.pages import pages, stale

CASE_OF_THE_DOCS = "china-auto"


def refresh(folder: str, write: bool) -> int:
    """List the pages that are missing or out of date, or write them; return 2 if some stay so."""
    case, root = load_case(CASE_OF_THE_DOCS), Path(folder)
    old = stale(case, root)
    for name in old:
        if write:
            with whole_file(root / name) as part:
                part.write_text(pages(case)[name], encoding="utf-8")
        typer.echo(f"{'written' if write else 'out of date'}: {root / name}")
    if not old:
        typer.echo("All generated pages agree with the code.")
    return 2 if old and not write else 0
