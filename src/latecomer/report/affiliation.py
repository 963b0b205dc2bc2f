"""What did joint ventures give the quality of their parents' own brands? A sentence beside the published estimate."""

from latecomer.study import words
from latecomer.study.evidence import source_text
from latecomer.study.summary import Summary

ESTIMATE = "qpq_share_affiliation"


def sentence(found: Summary) -> str:
    """Return the share of affiliation in the quality gain of affiliated makers; empty where the summary has none."""
    part = found.affiliation
    if part is None:
        return ""
    first, *_, last = found.case.setting.looks("affiliation")
    direct, net = words.quantity(part.direct, "share"), words.quantity(part.net, "share")
    counted = (
        f"Counted directly, affiliation gave {direct} of the quality that own-brand makers with a joint venture gained from "
        f"{first} to {last} (90% of {part.histories} histories: {words.span(part.low, part.high, 'share')})."
    )
    without = f"Without it their gain would be {net} smaller, since who lags more learns more from others."
    return " ".join([counted, *published(found), without])


def published(found: Summary) -> list[str]:
    """Return the published estimate as a sentence, if the case has it."""
    rows = found.case.tables["estimates"]
    rows = rows[rows["estimate_id"] == ESTIMATE]
    return [
        f"The published estimate is {row.value:g}% ({source_text(found.case, row.source_id)})."
        for row in rows.itertuples(index=False)
    ]
