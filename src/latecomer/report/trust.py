"""How often were the bands right, and which naive rivals beat the model? For the box on trust of both reports, from the score.

Coverage is pooled over all compared points; a forecast is lost to a random walk whose root-mean-square error is no larger.
"""

import pandas as pd

from latecomer.record import SERIES
from latecomer.study import words

BAND, ENOUGH = 0.9, 20  # points below which a share of them says nothing of the bands


def sentences(scores: pd.DataFrame, sample_end: int) -> list[str]:
    """Return what the errors of a run (`fit.score.errors`) say of its bands and of its forecasts; nothing without a record."""
    return [text for text in (coverage_told(scores, sample_end), races_told(scores)) if text]


def coverage(scores: pd.DataFrame, check: bool) -> tuple[float, int]:
    """Return the share of recorded points inside the 90% bands, and their number, after the fit's last year or up to it."""
    rows = scores[(scores["sample"] == "check") == check]
    points = int(rows["points"].sum())
    return (float((rows["coverage"] * rows["points"]).sum() / points) if points else float("nan")), points


def coverage_told(scores: pd.DataFrame, sample_end: int) -> str:
    """Say how many recorded points the 90% bands hold."""
    found = [(*coverage(scores, check), when) for check, when in ((True, "after"), (False, "to"))]
    told = [
        f"{share:.0%} of {points} recorded {'point' if points == 1 else 'points'} {when} {sample_end}"
        for share, points, when in found
        if points
    ]
    if not told:
        return ""
    narrow = any(share < BAND for share, points, _ in found if points >= ENOUGH)
    return (
        f"All series pooled, the 90% bands hold {words.listed(told)}{': they are too narrow' if narrow else ''}. Errors of the "
        "record, which bands leave out, explain a part."
    )


def raced(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts that have a random walk to beat."""
    return scores[(scores["sample"] == "check") & scores["random_walk"].notna()]


def lost(scores: pd.DataFrame) -> list[str]:
    """Return the names of the forecasts that do no better than a random walk, each once."""
    rows = raced(scores)
    rows = rows[rows["error"] >= rows["random_walk"]]
    return names_of(rows)


def names_of(rows: pd.DataFrame) -> list[str]:
    """Return the series of some rows by title, each once."""
    pairs = zip(rows["series"], rows["index"], strict=True)
    return list(dict.fromkeys(name_of(series, index) for series, index in pairs))


def name_of(series: str, index: str) -> str:
    """Return a series, and the part of it, as it is titled on the page, in small letters."""
    title = SERIES[series].title
    title = title[:1].lower() + title[1:]
    return f"{title} ({index.replace('_', ' ')})" if index else title


def races_told(scores: pd.DataFrame) -> str:
    """Say how many forecasts lose to a random walk, and which."""
    rows, beaten = raced(scores), lost(scores)
    if rows.empty:
        return ""
    count = int((rows["error"] >= rows["random_walk"]).sum())
    if not count:
        return f"Forecasts nearer to the record than a random walk: {len(rows)} of {len(rows)}."
    return (
        f"Of {len(rows)} forecasts with a random walk beside them, {count} do no better than it: {words.listed(beaten)}. "
        "On these the model adds no information."
    )
