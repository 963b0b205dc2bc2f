"""Which years does a case have of those that are usually looked at? The years of reports and questions are clipped to it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

ENDS = 2  # the end of the sample and the last year of the case

# Which pictures and questions look at marked years, and at how many where `case.yaml` names none; one is the year from which a
# picture is drawn.
MARKED = {
    "table": 9, "headline": ENDS, "brief": 5, "compared": 5, "volume": ENDS, "indices": 3, "plane": 4, "labelled": 6,
    "control": ENDS, "flows": 4, "places": 4, "firm_ranks": 5, "rank": ENDS, "reference": 6, "eras": 6, "growth": 6, "spans": 3,
    "affiliation": ENDS, "control_from": 1, "places_from": 1, "window_from": 1, "volume_from": 1,
}  # fmt: skip


def marked(wanted: Sequence[int], years: np.ndarray) -> list[int]:
    """Return the wanted years as far as the case has them: what lies before its first year or after its last becomes that year.

    A case that does not have them all is looked at in its last year, too. Where one year alone would be left of several, as many
    as were wanted are spread over the case.
    """
    first, last = int(years[0]), int(years[-1])
    clipped = sorted({min(max(year, first), last) for year in wanted})
    if clipped != sorted(wanted) and clipped[0] < last:
        return sorted({*clipped, last})
    if len(clipped) > 1 or len(wanted) < 2:
        return clipped
    return sorted({round(year) for year in np.linspace(first, last, len(wanted))})


def marked_spans(wanted: Sequence[tuple[int, int]], years: np.ndarray) -> list[tuple[int, int]]:
    """Return the wanted spans between consecutive years, clipped to the case; the whole case where none is left."""
    ends = sorted({year for span in wanted for year in span})
    clipped = marked(ends, years)
    return list(pairwise(clipped)) or [(int(years[0]), int(years[-1]))]


def shown_from(usual: int, years: np.ndarray) -> int:
    """Return the usual first year of a picture, or the first of the case where that begins later or ends before."""
    return usual if years[0] <= usual < years[-1] else int(years[0])


def spread(name: str, first: int, sample_end: int, last: int) -> tuple[int, ...]:
    """Return the years at which a picture or question looks where the case names none (`MARKED`)."""
    wanted = MARKED[name]
    if wanted == 1:
        return (first,)
    if wanted == ENDS:
        return tuple(sorted({max(first, min(sample_end, last)), last}))
    return tuple(sorted({round(year) for year in np.linspace(first, last, wanted)}))
