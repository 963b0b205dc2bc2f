"""What did joint ventures give the quality of their parents' own brands? A sentence beside the published estimate."""

from latecomer.axes import JOINT_VENTURE
from latecomer.record import Run
from latecomer.report import tables, words
from latecomer.study.affiliation import affiliation_share

HISTORIES = 24
ESTIMATE = "qpq_share_affiliation"


def sentence(run: Run) -> str:
    """Return the share of affiliation in the quality gain of affiliated makers, measured anew on the case and seed of a run.

    Empty where the case does not hold the years or has no own-brand maker with a joint venture in them.
    """
    case = run.case
    first, *_, last = case.setting.looks("affiliation")
    if not case.years[0] <= first < last <= case.years[-1]:
        return ""
    if not (case.makers["ownership"] == JOINT_VENTURE).any():
        return ""
    found = affiliation_share(case, HISTORIES, run.manifest["seed"])
    if found is None:
        return ""
    direct, net = words.quantity(found.direct, "share"), words.quantity(found.net, "share")
    counted = (
        f"Counted directly, affiliation gave {direct} of the quality that own-brand makers with a joint venture gained from "
        f"{first} to {last} (90% of {found.histories} histories: {words.span(found.low, found.high, 'share')})."
    )
    without = f"Without it their gain would be {net} smaller, since who lags more learns more from others."
    return " ".join([counted, *published(run), without])


def published(run: Run) -> list[str]:
    """Return the published estimate as a sentence, if the case has it."""
    rows = run.case.tables["estimates"]
    rows = rows[rows["estimate_id"] == ESTIMATE]
    return [
        f"The published estimate is {row.value:g}% ({tables.source_text(run.case, row.source_id)})."
        for row in rows.itertuples(index=False)
    ]
