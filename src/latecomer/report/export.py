"""Which tables can be taken along? Every table of the report as CSV."""

from pathlib import Path

import pandas as pd

from latecomer.experiment.growth import growth_table, price_table
from latecomer.fit.ranks import place_table
from latecomer.fit.score import errors, firm_scores, firm_table, record_table
from latecomer.record import Run
from latecomer.report.evidence import assumed, filled, grades, sources_shown
from latecomer.report.flow import flow_table
from latecomer.report.groups import firm_ranks, firms, group_shares, group_volumes
from latecomer.report.tables import fans, marked_years, power_path, provinces


def all_tables(run: Run) -> dict[str, pd.DataFrame]:
    """Return every table of the report by the name of its file."""
    record = record_table(run)
    return {
        "marked_years": marked_years(run, record),
        "record": record,
        "errors": errors(run),
        "fans": fans(run),
        "firms": firms(run),
        "firm_ranks": firm_ranks(run),
        "firm_sales": firm_table(run),
        "firm_scores": firm_scores(firm_table(run)),
        "group_shares": group_shares(run, group_volumes(run)),
        "provinces": provinces(run, int(run.years[-1])),
        "power_path": power_path(run),
        "places": place_table(run),
        "growth": growth_table(run),
        "prices_at_constant_quality": price_table(run),
        "flows": flow_table(run),
        "grades": grades(run.case),
        "filled": filled(run.case),
        "assumptions": assumed(run.case),
        "sources": sources_shown(run.case, record),
    }


def write_tables(run: Run, folder: str | Path) -> list[Path]:
    """Write every table as CSV (UTF-8, full precision) into the folder and return the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in all_tables(run).items():
        written.append(folder / f"{name}.csv")
        table.to_csv(written[-1], index=False, lineterminator="\n")
    return written
