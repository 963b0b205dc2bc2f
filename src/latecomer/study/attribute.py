"""What accounts for growth: policy, market or technology? Which reform of a package did how much? Order-free (Shapley) shares.

Players are the forces of the case (`forces.csv`) or the reforms of a package. v(S) is a series in the last year where only
the players in S act: the other forces are held at the first year of the span (`case.forces`), the other reforms are left out.
Every set S is run on the same histories, so chance is the same in all. The share of player i is its mean contribution over all
orders in which players can be added (Shapley 1953; for decompositions Shorrocks 2013):

    phi_i = sum over S without i of  |S|! (k - |S| - 1)! / k!  (v(S + i) - v(S))

In each history  x(last) - x(first) = [v(none) - x(first)] + sum_i phi_i : what would have come with all forces held, the momentum
(plant under way, firms, ventures and contracts on their dates, trust that grows with age), is a row of its own. A package starts
from history without it, and its shares add up to its effect in `compare`. Means add up, medians do not: means are shown, with the
bands of single histories. A player that changes nothing has exactly zero.

A force held is a question put to the model, not a measurement: what counts as which force is data, and every row that a critic
would count otherwise (`other`) is counted so as well, one at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from latecomer.case.forces import MOST
from latecomer.case.reform import Reform, ReformLike, changed, first_changed, free, laid_over, read_changes
from latecomer.case.span import marked_spans
from latecomer.record import SERIES
from latecomer.run import watch_variants
from latecomer.study.compare import reforms_meant
from latecomer.study.paired import UNDEFINED_AT_ZERO, Progress, Steps, asked_of, made_by, note_spans, switched
from latecomer.study.words import NOTHING, banded, listed, signed, told
from latecomer.types import Case, Finding

SHOWN = ("vehicles", "strong")
LEVELS = (0.05, 0.25, 0.75, 0.95)
MOMENTUM, TOTAL = "momentum", "total"
OF_CASE = "case"  # every row counted as the case counts it
COLUMNS = (
    *("counted", "series", "first", "last", "player", "title", "mean", "low90", "low50", "high50", "high90"),
    *("share", "positive", "unit", "histories"),
)


@dataclass(frozen=True, repr=False)
class Attribution(Finding):
    """Growth of each series in each span, or the effect of a package, shared out among players.

    `table` has one row for each series, span and player, the momentum and the total: mean (rows add up), 50% and 90% band over
    histories, share of the mean total, share of histories above zero. `other` has the same rows for every way to count that a
    critic might prefer. `shares` has the shares by history [player, n], by series and span.
    """

    title: str
    table: pd.DataFrame
    other: pd.DataFrame
    shares: Mapping[tuple[str, int, int], np.ndarray]
    manifest: Mapping[str, Any]

    kind = "attribution"

    @property
    def of_growth(self) -> bool:
        """Return whether growth is shared out among forces, not the effect of a package among its reforms."""
        return bool((self.table["player"] == MOMENTUM).any())

    @property
    def question(self) -> str:
        if self.of_growth:
            return "Which forces account for growth?"
        return "How much of the joint effect does each reform account for?"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table and, under it, the other ways to count (column `counted`)."""
        whole = pd.concat([self.table, self.other], ignore_index=True) if len(self.other) else self.table
        return {"attribution": whole}

    @property
    def panels(self) -> list[pd.DataFrame]:
        """Return the rows of each series and span, in the order of the table."""
        return [rows for _, rows in self.table.groupby(["first", "last", "series"], sort=False)]

    def sentences(self) -> list[str]:
        """Say of each series and span what grew, and what each player adds."""
        return [sentence(rows) for rows in self.panels]


def attribute(
    case: Case, series: Sequence[str] = SHOWN, spans: Sequence[tuple[int, int]] | None = None,
    reforms: Sequence[ReformLike] = (),
    year: int | None = None, logs: bool = False, by_rule: bool = False, histories: int = 48, seed: int = 1,
    threads: int | None = None, progress: Progress | None = None,
) -> Attribution:  # fmt: skip
    """Share out the growth of series between two years among the forces of the case, or the effect of a package of reforms.

    `spans` are by default those between the years that the case marks for them. With `reforms`, each is a player and what is
    shared out is the effect on each series in `year` (default: the last); `spans` is then not used. `logs` shares out the
    growth of the logarithm.
    `by_rule` lets ventures and foundings begin by rule after the first year of a span, so that they answer to the forces;
    without it they come on their dates whatever is held.

    Raises UsageError for a series, year or number of players that cannot be, for a case without forces, ReformError with every
    problem of the reforms, and HistoriesFailed as `run` does.
    """
    last = int(case.years[-1]) if year is None else year
    spans = usual_spans(case) if spans is None else spans
    needed = "" if reforms else "forces"
    with asked_of(case, needed, series, histories=histories, seed=seed, threads=threads) as problems:
        note_spans(problems, "years", [(int(case.years[0]), last)] if reforms else spans, case)
        if len(reforms) > MOST:
            problems.add("reforms", None, None, len(reforms), f"at most {MOST} reforms")
    if reforms:
        games = [package_game(case, reforms_meant(case, reforms), last)]
    else:
        games = [force_game(case, span, by_rule) for span in spans]
    parts: list[pd.DataFrame] = []
    others: list[pd.DataFrame] = []
    shares = {}
    work = Steps(progress, len(games) * histories)
    for game in games:
        values = play(game, series, histories, seed, threads, work.within(histories))
        for counted, sets in game.counts.items():
            for j, name in enumerate(series):
                found = shared_out(values[sets, :, j], values[game.whole, :, j], game, name, logs)
                rows = table_of(found, game, counted, name, logs)
                (parts if counted == OF_CASE else others).append(rows)
                if counted == OF_CASE:
                    shares[name, game.first, game.last] = found
    title = f"{case.title}: {' + '.join(map(str, reforms))}" if reforms else case.title
    other = pd.concat(others, ignore_index=True) if others else pd.DataFrame(columns=COLUMNS)
    return Attribution(
        title, pd.concat(parts, ignore_index=True), other, shares, made_by(case, histories, seed)
    )


def usual_spans(case: Case) -> list[tuple[int, int]]:
    """Return the spans between the years that the case marks for them, clipped to it."""
    return marked_spans(list(pairwise(case.setting.looks("spans"))), case.years)


@dataclass(frozen=True)
class Game:
    """Players, and the variants of the case that their coalitions make.

    `counts` gives, for each way to count, the variant of every coalition (bit i: player i acts). Variant `whole` is history;
    where `growth` is set, shared out is what its series grew from the first year, else the difference of coalitions alone.
    """

    players: Mapping[str, str]
    variants: Sequence[Case]
    counts: Mapping[str, np.ndarray]
    first: int
    last: int
    same_until: int
    growth: bool
    whole: int = 0


def force_game(case: Case, span: tuple[int, int], by_rule: bool) -> Game:
    """Return the game of the forces over a span: a variant for every set of rows that is held in some way to count."""
    first = int(np.searchsorted(case.years, span[0]))
    base = free(case, first + 1) if by_rule else case
    rows = case.tables["forces"]
    titles = rows.groupby("force", sort=False)["title"].first().to_dict()
    ways = {OF_CASE: rows["force"]}
    for row in rows[rows["other"] != ""].itertuples():
        ways[f"{row.target} as {row.other}"] = rows["force"].where(rows.index != row.Index, row.other)
    held: dict[frozenset[int], int] = {frozenset(): 0}  # history first: the others share its first years
    counts = {}
    for way, force in ways.items():
        acting = [
            [name for i, name in enumerate(titles) if mask >> i & 1] for mask in range(2 ** len(titles))
        ]
        sets = [frozenset(rows.index[~force.isin(names)]) for names in acting]
        counts[way] = np.array([held.setdefault(still, len(held)) for still in sets])
    dated = rows.assign(from_year=float(span[0] + 1))
    variants = [switched(base, dated.loc[sorted(still)]) if still else base for still in held]
    return Game(titles, variants, counts, span[0], span[1], first + 1, growth=True)


def package_game(case: Case, reforms: Sequence[Reform], year: int) -> Game:
    """Return the game of a package of reforms: a variant for every set of them, all on the base of the whole package."""
    base, _ = laid_over(case, *reforms)
    changes, _ = read_changes(case, reforms)
    first = first_changed(case, [change for found in changes for change in found])
    variants = [
        changed(base, [change for i, found in enumerate(changes) if mask >> i & 1 for change in found])
        for mask in range(2 ** len(reforms))
    ]
    names = {f"{i + 1} {reform}": str(reform) for i, reform in enumerate(reforms)}
    same = len(case.years) if first is None else first
    counts = {OF_CASE: np.arange(len(variants))}
    since = int(case.years[min(same, len(case.years) - 1)])
    return Game(names, variants, counts, since, year, same, growth=False)


def play(
    game: Game,
    series: Sequence[str],
    histories: int,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> np.ndarray:
    """Return series in the first and the last year [variant, n, series, 2] of every variant."""
    years = game.variants[0].years
    at = [int(np.searchsorted(years, year)) for year in (game.first, game.last)]
    until = at[1] + 1

    def watch(records: np.recarray) -> np.ndarray:
        return np.array([[records[name][min(t, at[1])] for t in at] for name in series])

    same = min(game.same_until, until)
    return watch_variants(game.variants, watch, histories, seed, threads, progress, same, until)


def shared_out(values: np.ndarray, whole: np.ndarray, game: Game, series: str, logs: bool) -> np.ndarray:
    """Return momentum (growth only), the share of every player, and the total [row, n] from values [coalition, n, 2].

    Histories in which there is nothing to compare are left out.
    """
    there = np.isfinite(values).all(axis=(0, 2))
    if logs or series in UNDEFINED_AT_ZERO:
        there &= (values[:, :, 1] != 0.0).all(axis=0) & (not game.growth or whole[:, 0] != 0.0)
    if logs:
        there &= (values > 0.0).all(axis=(0, 2)) if game.growth else (values[:, :, 1] > 0.0).all(axis=0)
    scale = np.log if logs else np.asarray
    v = scale(values[:, there, 1])
    rows = shapley(v)
    if game.growth:
        start = scale(whole[there, 0])
        return np.vstack([v[0] - start, rows, v[-1] - start])
    return np.vstack([rows, v[-1] - v[0]])


def shapley(v: np.ndarray) -> np.ndarray:
    """Return the Shapley value of every player [i, n] from the worth of every coalition [2^k, n] (bit i: player i is in it)."""
    players = len(v).bit_length() - 1
    out = np.zeros((players, *v.shape[1:]))
    for i in range(players):
        for mask in range(len(v)):
            if not mask >> i & 1:
                size = mask.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                out[i] += weight * (v[mask | 1 << i] - v[mask])
    return out


def table_of(found: np.ndarray, game: Game, counted: str, series: str, logs: bool) -> pd.DataFrame:
    """Return the rows of one series: mean, bands, share of the mean total, share of histories above zero."""
    names = dict(game.players)
    if game.growth:
        names = {MOMENTUM: "All forces held", **names}
    names[TOTAL] = "Growth" if game.growth else "Package"
    n = found.shape[1]
    mean = found.mean(axis=1) if n else np.full(len(found), np.nan)
    bands = np.quantile(found, LEVELS, axis=1) if n else np.full((len(LEVELS), len(found)), np.nan)
    share = mean / mean[-1] if mean[-1] else np.full(len(found), np.nan)
    return pd.DataFrame(
        {
            "counted": counted, "series": series, "first": game.first, "last": game.last, "player": list(names),
            "title": list(names.values()), "mean": mean, "low90": bands[0], "low50": bands[1], "high50": bands[2],
            "high90": bands[3], "share": share, "positive": (found > 0.0).mean(axis=1) if n else np.nan,
            "unit": "log points" if logs else SERIES[series].unit, "histories": n,
        },
        columns=COLUMNS,
    )  # fmt: skip


def shown_unit(head: pd.Series) -> tuple[float, str]:
    """Return the factor to the unit shown, and that unit."""
    _, factor, unit = told(str(head["series"]), str(head["unit"]))
    return (1.0, "log points") if head["unit"] == "log points" else (factor, unit)


def per_cent(share: float) -> str:
    """Return a share in per cent, never minus zero."""
    return f"{round(100.0 * share) + 0:.0f}%".replace("-", "−") if share == share else NOTHING


def sentence(rows: pd.DataFrame) -> str:
    """Return one series and span in words: the whole, then what each player adds, with its part of the whole."""
    factor, unit = shown_unit(rows.iloc[0])
    *parts, total = list(rows.itertuples())
    whole = banded(total.mean, total.low90, total.high90, factor)
    forces = bool((rows["player"] == MOMENTUM).any())  # the parts of a package have names of their own
    said = [
        f"{small(part.title) if forces else part.title} {signed(float(part.mean) * factor)} ({per_cent(part.share)})"
        for part in parts
    ]
    return f"{heading(rows.iloc[0])}: {whole} {unit} in all: {listed(said)}."


def small(title: str) -> str:
    """Return a title inside a sentence: with a small letter, unless its second letter is none."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def heading(head: pd.Series) -> str:
    """Return the title of a panel: the series and its span, or the year of a package."""
    title = told(str(head["series"]), str(head["unit"]))[0]
    return (
        f"{title}, {head['first']}-{head['last']}"
        if head["player"] == MOMENTUM
        else f"{title}, {head['last']}"
    )
