"""Which years does a case have of those that are usually looked at? The years of reports and questions are clipped to it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


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
