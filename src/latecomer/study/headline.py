"""Which years tell what a reform did? Those of its largest sure effect, of its fading, and the last; chosen from the effects.

An effect is sure in a year if its 90% band excludes zero, and visible if its median is at least what a page can show
(`least`). A series is followed from the year of its largest effect that is both (the peak) to the first year in which it
has halved, and to the first in which it is no longer sure. Page, terminal and JSON take their years from here. A reform
without such an effect on any series that is watched has no sure effect, and says so; where no number of any history
differs, the lever does not bind.

The years follow the first series whose largest sure effect is large (`LARGE` times what a page can show), so that a sure trifle
does not choose them; without one, the first that is sure.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from latecomer.study.firms import chosen_makers, firm_effects, name_of
from latecomer.study.paired import sure
from latecomer.study.pairs import Pairs, summed
from latecomer.study.words import signed
from latecomer.types import kept
from latecomer.vocabulary import SERIES, told_in

HEADLINES = (
    "own_brand_share", "vehicles", "new_energy_share", "imports", "quality_gap", "vehicle_exports", "strong", "great",
)  # fmt: skip
OF_MAKER = ("maker_sales", "maker_control", "maker_profit")
ALSO_WATCHED = (
    *("own_brand_home_share", "own_brand_export_share", "passenger_cars", "core_control"),
    *("average_price", "consumer_surplus", "profit", "public_balance", "home_sales"),
)
SMALLEST, OF_LEVEL = {"share": 0.001, "index": 0.1, "problems": 0.1}, 0.002
NINE_IN_TEN, NEARER_END, CLOSE = 0.9, 0.05, 2
LARGE = 10.0  # times the smallest visible effect: a point of a share, 2% of a level
MAINLY = 0.5  # of what a share moves by
OF_TOP = 0.1  # of the largest median: a sure effect below it is no headline
IMPORT_SHARE = "import_share"  # imports in cars sold at home
PEAK, TOP, FADING, LAST = "largest sure effect", "largest median effect, not sure", "has halved", "last year"


@dataclass(frozen=True)
class Course:
    """How the effect on a series goes: the year of its largest sure effect (None: no year has one), the first in which it has
    halved, and the first in which it is no longer sure (None: there is none); `top` is the year of the largest median, sure or
    not, and `rows` are the effects by year."""

    series: str
    index: str
    title: str
    peak: int | None
    halved: int | None
    unsure: int | None
    top: int
    rows: pd.DataFrame

    @property
    def last(self) -> int:
        return int(self.rows["year"].iloc[-1])


def least(rows: pd.DataFrame) -> np.ndarray:
    """Return the smallest median effect of every row that counts as visible: 0.1 points of a share, of an index or
    of problems per
    100 cars, two thousandths of the level without the reform for the rest."""
    unit = str(rows["unit"].iloc[0])
    if unit.startswith(tuple(SMALLEST)):
        return np.full(len(rows), next(size for word, size in SMALLEST.items() if unit.startswith(word)))
    return OF_LEVEL * rows["base"].abs().to_numpy(float)


def counts_in(rows: pd.DataFrame) -> np.ndarray:
    """Return for every row of effects whether it is sure and visible, the nearer end of its band included."""
    low, high = rows["low90"].to_numpy(float), rows["high90"].to_numpy(float)
    visible = rows["median"].abs().to_numpy(float) >= least(rows)
    return sure(rows) & visible & (np.maximum(low, -high) >= NEARER_END * least(rows))


def leans_in(rows: pd.DataFrame) -> np.ndarray:
    """Return for every row of effects whether it is visible and nine pairs in ten agree on its sign."""
    agreed = rows[["positive", "negative"]].max(axis=1).to_numpy(float) >= NINE_IN_TEN
    return agreed & (rows["median"].abs().to_numpy(float) >= least(rows))


def course_of(rows: pd.DataFrame, title: str) -> Course:
    """Return the course of the effects on one series (columns as those of `Pairs.effects`)."""
    rows = rows.reset_index(drop=True)
    median, years = rows["median"].to_numpy(float), rows["year"].to_numpy(int)
    size = np.abs(np.nan_to_num(median))
    head = (str(rows["series"].iloc[0]), str(rows["index"].iloc[0]), title)
    counts, largest = counts_in(rows) & (size >= OF_TOP * size.max()), int(years[np.argmax(size)])
    if not counts.any():
        return Course(*head, None, None, None, largest, rows)
    peak = int(np.argmax(np.where(counts, size, -1.0)))
    along = median * np.sign(median[peak])
    after = np.arange(len(rows)) > peak
    halved, unsure = after & (along <= 0.5 * along[peak]), after & ~(sure(rows) & (along > 0.0))
    return Course(*head, int(years[peak]), first_of(years, halved), first_of(years, unsure), largest, rows)


def first_of(years: np.ndarray, found: np.ndarray) -> int | None:
    """Return the first year that is marked, None without one."""
    return int(years[np.argmax(found)]) if found.any() else None


@kept
def courses(found: Pairs) -> list[Course]:
    """Return the courses of the headline series; for a reform of firms those of the chosen makers come first."""
    of_firms = [
        course_of(
            found.effects(series, maker), f"{name_of(found.case, maker)}: {SERIES[series].short.lower()}"
        )
        for maker in chosen_makers(found)
        for series in OF_MAKER
    ]
    return [*of_firms, *(course_of(found.effects(name), SERIES[name].title) for name in HEADLINES)]


def years_of(told: list[Course]) -> dict[int, str]:
    """Return the years to show, in order, each with its reason: peak and fading of the leading series, and the last year; the
    year half-way where the peak is the last. A firm's reform takes them from its first maker, sure or not."""
    first, leading = told[0], leading_of(told)
    out: dict[int, str] = {}
    if first.index and first.peak is None:
        out = {half_way(first): "half-way"}
        if first.top <= first.last - CLOSE:
            out[first.top] = f"{TOP}: {first.title}"
    elif leading.peak is not None:
        out = {half_way(leading): "half-way"} if leading.peak == leading.last else {}
        out[leading.peak] = f"{PEAK}: {leading.title}"
        fading = leading.halved or leading.unsure
        if fading is not None:
            out[fading] = f"{FADING if leading.halved else 'no longer sure'}: {leading.title}"
    national = leading_of([one for one in told if not one.index] or told)
    if national.peak is not None:
        out.setdefault(national.peak, f"{PEAK}: {national.title}")
    out.setdefault(first.last, LAST)
    return dict(sorted(out.items()))


def leading_of(told: list[Course]) -> Course:
    """Return the course that chooses the years: the first with a large sure effect, else the first with a sure one, else the
    first; of a firm's reform the first of the firm."""
    if told[0].index and told[0].peak is not None:
        return told[0]
    sure = [one for one in told if one.peak is not None]
    return next((one for one in sure if is_large(one)), sure[0] if sure else told[0])


def is_large(course: Course) -> bool:
    """Return whether the largest sure effect is `LARGE` times the smallest that a page can show."""
    at_peak = (course.rows["year"] == course.peak).to_numpy()
    size = course.rows["median"].abs().to_numpy(float)
    return bool((size >= LARGE * least(course.rows))[at_peak].any())


def half_way(course: Course) -> int:
    """Return the year half-way between the first in which a series moves and the last."""
    moved = course.rows["year"][course.rows["median"].abs() > 0.0]
    start = int(moved.iloc[0]) if len(moved) else course.last
    return (start + course.last) // 2


def headline_years(found: Pairs) -> list[int]:
    """Return the years that a table of this comparison shows where the user names none."""
    return list(years_of(courses(found)))


def headline_rows(found: Pairs, years: list[int] | None = None) -> pd.DataFrame:
    """Return the effects to hand on as rows: the chosen makers of a firm's reform and their rivals first, then every series
    that is one number a year, in the years to show; of the headline series also the year of the largest sure effect.
    Columns as `Pairs.effects`, `sure` and `why` (with a firm's reform also `role`).

    `years` given by the user are obeyed: then no others are added.
    """
    told = courses(found)
    reasons = years_of(told) if years is None else dict.fromkeys(years, "asked for")
    peaks = (
        {}
        if years is not None
        else {(one.series, one.index): one.peak for one in told if one.peak is not None}
    )
    firms = firm_effects(found, sorted({*reasons, *(year for (_, index), year in peaks.items() if index)}))
    parts = [firms.drop(columns=["maker", "name", "sure"])] if len(firms) else []
    for course in told:
        if not course.index:
            own = peaks.get((course.series, ""))
            parts.append(course.rows[course.rows["year"].isin([*reasons, own])])
    plain = pd.concat([found.to_frame(), import_share(found)], ignore_index=True)
    parts.append(plain[plain["year"].isin(list(reasons)) & ~plain["series"].isin(HEADLINES)])
    rows = pd.concat(parts, ignore_index=True)
    keys = zip(rows["series"], rows["index"], rows["year"], strict=True)
    why = [
        PEAK if peaks.get((series, index)) == year else reasons.get(year, "") for series, index, year in keys
    ]
    return rows.assign(sure=sure(rows), why=why)


def course_sentences(found: Pairs) -> list[str]:
    """Say of every headline series when the effect is largest, how long it lasts, and what is left in the last year."""
    told = courses(found)
    said = [sentence(one) for one in told if one.peak is not None or one.index]
    open_ = [text for one in told if one.peak is None and not one.index and (text := leaning(one))]
    return [*said, *([f"No sure effect of visible size in any year: {'; '.join(open_)}."] if open_ else [])]


def sentence(course: Course) -> str:
    """Return the course of a series in words."""
    if course.peak is None:
        told = f"{at(course, course.top)}, {odds(course, course.top)}"
        return f"{course.title}: no sure effect in any year; in {course.top} {told}."
    told = f"{course.title}: largest sure effect in {course.peak}, {at(course, course.peak)}"
    if course.peak == course.last:
        return f"{told}."
    if course.halved is not None:
        told += f"; halved by {course.halved}"
    if course.unsure is not None:
        later = course.rows["year"] >= course.unsure
        again, years = int((sure(course.rows) & later).sum()), int(later.sum())
        told += f"; from {course.unsure} on " + (
            f"sure in only {again} of {years} years"
            if again
            else "no longer sure: the 90% band includes zero"
        )
    return f"{told}; in {course.last} {at(course, course.last)}."


def leaning(course: Course) -> str:
    """Return a series without a sure effect in words: its title, and the sign that nine pairs in ten agree on, if they do."""
    row = course.rows.iloc[-1]
    if not np.isfinite(row["median"]):
        return ""
    name = course.title[:1].lower() + course.title[1:]
    if max(row["positive"], row["negative"]) >= NINE_IN_TEN and not sure(course.rows)[-1]:
        return f"{name} (in {course.last} {odds(course, course.last)}, though the band includes zero)"
    return name


def odds(course: Course, year: int) -> str:
    """Return the more frequent sign of the effect in a year, and in how many pairs it is found."""
    row = course.rows.set_index("year").loc[year]
    side, word = ("positive", "up") if row["positive"] >= row["negative"] else ("negative", "down")
    return f"{word} in {row[side]:.0%} of pairs"


def at(course: Course, year: int | None) -> str:
    """Return the effect of a year with its band, in the unit shown."""
    row = course.rows.set_index("year").loc[year]
    if not np.isfinite(row["median"]):
        return "nothing to compare"
    factor, unit = told_in(str(row["unit"]))
    median, low, high = (row[name] * factor for name in ("median", "low90", "high90"))
    return f"{signed(median)} {unit} ({signed(low)} to {signed(high)})"


@kept
def import_share(found: Pairs) -> pd.DataFrame:
    """Return the effects by year on imports in cars sold at home (share); no rows where imports do not visibly move."""
    if not counts_in(found.effects("imports")).any():
        return pd.DataFrame()
    sides = [
        np.divide(imported, sold, out=np.zeros_like(imported), where=sold > 0.0)
        for imported, sold in zip(found.values("imports"), found.values("home_sales"), strict=True)
    ]
    told = {"series": IMPORT_SHARE, "index": "", "year": found.years.astype(int)}
    return pd.DataFrame({**told, **summed(sides[1] - sides[0], *sides), "unit": "share"})


def silent(found: Pairs) -> str:
    """Return one line that says that the reform has no sure effect, or does not bind where nothing differs at all; an empty one
    where an effect on a watched series is sure."""
    if found.since is None:
        return ""
    told = courses(found)
    watched = [*(one.rows for one in told), *(found.effects(name) for name in ALSO_WATCHED)]
    least_years = 1 if found.since == found.years[-1] else 2
    if any(longest(counts_in(rows) | leans_in(rows)) >= least_years for rows in watched):
        return ""
    same = identical_pairs(found)
    pairs = len(found.histories)
    if same == pairs:
        return f"{'; '.join([f'This lever does not bind: nothing differs in any of {pairs} pairs', *counted(found)])}."
    counts = "; ".join([f"something differs in {pairs - same} of {pairs} pairs", *counted(found)])
    return (
        f"No visible effect: on none of {len(watched)} series is an effect of visible size sure, or of the same sign "
        f"in nine pairs in ten, for two years running; "
        f"{counts}."
    )


def longest(marks: np.ndarray) -> int:
    """Return the length of the longest stretch of marked years."""
    run = best = 0
    for mark in marks:
        run = run + 1 if mark else 0
        best = max(best, run)
    return best


def identical_pairs(found: Pairs) -> int:
    """Return in how many pairs every number of every year is the same on both sides."""
    sides = [run.records[np.isin(run.histories, found.histories)] for run in (found.base, found.reformed)]
    return sum(a.tobytes() == b.tobytes() for a, b in zip(*sides, strict=True))


def counted(found: Pairs) -> list[str]:
    """Return what the run itself counts about the levers that were changed: how near ventures come to the cap on
    foreign shares."""
    capped = [change for mine in found.changes for change in mine if change.lever.name == "venture_share_cap"]
    if not capped:
        return []
    caps = found.base.case.policy["venture_share_cap"]
    (share, allowed), (ventures, _) = (found.values(name) for name in ("foreign_equity", "ventures"))
    years = np.flatnonzero((capped[0].values != caps) & (np.median(ventures, axis=0) > 0.0))
    if not years.size:
        return ["in the years changed there are no ventures"]
    t = years[-1]
    reached = int((share[:, t] >= caps[t] - 1e-6).sum())
    return [
        f"in {found.years[t]} the mean foreign share of {np.median(ventures[:, t]):.0f} ventures is "
        f"{np.median(share[:, t]):.0%} under "
        f"a cap of {caps[t]:.0%}; it reaches the cap in {reached} of {len(share)} histories; "
        f"with the reform it is {np.median(allowed[:, t]):.0%}"
    ]


def share_told(found: Pairs) -> list[str]:
    """Say where own brands' share moves mainly since others make more or fewer cars, in the year of its largest sure effect.

    Mainly: with the cars of own brands as they were, the share would move by half as much at least.
    """
    course = course_of(found.effects("own_brand_share"), SERIES["own_brand_share"].title)
    if course.peak is None or not is_large(course):
        return []
    shares, cars = found.values("own_brand_share"), found.values("passenger_cars")
    made = [share * whole for share, whole in zip(shares, cars, strict=True)]
    at_peak = (course.rows["year"] == course.peak).to_numpy()
    own = pd.DataFrame(summed(made[1] - made[0], *made))[at_peak].iloc[0]
    up = float(course.rows["median"][at_peak].iloc[0]) > 0.0
    before, same = shares[0][:, at_peak], made[0][:, at_peak]
    whole = same + (cars[1] - made[1])[:, at_peak]
    alone = np.median(np.divide(same, whole, out=before.copy(), where=whole > 0.0) - before)
    clear = own["low90" if up else "high90"] * (1.0 if up else -1.0) > 0.0
    if clear or not alone / course.rows["median"][at_peak].iloc[0] >= MAINLY:
        return []
    low, median, high = (signed(1e-3 * float(own[name])) for name in ("low90", "median", "high90"))
    return [
        f"Own brands' share {'rises' if up else 'falls'} in {course.peak} mainly because others make "
        f"{'fewer' if up else 'more'} cars: own brands themselves make {median} thousand ({low} to {high})."
    ]


def permits_told(found: Pairs) -> list[str]:
    """Say where import permits still bind although the duty on cars was cut."""
    cut = [change for mine in found.changes for change in mine if change.lever.name == "tariff_car"]
    if not cut or found.since is None:
        return []
    moved = cut[0].values < found.case.policy["tariff_car"]
    held = found.reformed.case.policy["trade_licence"]
    both = moved & (held > 0.0)
    if not both.any():
        return []
    first, last = (int(year) for year in found.years[both][[0, -1]])
    span = f"in {first}" if first == last else f"from {first} to {last}"
    return [
        f"Import permits still bind {span} (lever trade.licence, up to {held[both].max():.0%}): a lower tariff lets "
        "in fewer cars than "
        "it would without them."
    ]
