"""From scores and their joint draws to places: ranks, how sure each is, what cannot be told apart, and exact ties.

Only the score orders entries. Probabilities are shown beside the order and never make it: at equal scores they are
noise, and deciding by them would be drawing lots.
"""

from dataclasses import dataclass

import numpy as np

from judging.marks import Bools, Floats, Ints

TIE = 1e-9  # scores closer than this are equal
SEPARABLE = 0.75  # probability of an order below which two neighbours are not told apart
LOW, HIGH = 0.05, 0.95  # of a 90 % interval
QUARTERS = (0.25, 0.75)  # of a 50 % interval
TOPS = (1, 3, 10)
FEW = 20  # entries up to which one place is a large part of an interval
BATCH = 4096  # entries whose neighbours are compared at once


@dataclass(frozen=True, slots=True)
class TieStep:
    """One step taken on the tie-break ladder: among which entries, by what, and how many groups it left."""

    entries: tuple[int, ...]
    criterion: int
    values: tuple[float, ...]
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbours: the probability that the upper one is truly better, and whether the decision line parts them."""

    upper: int
    lower: int
    probability: float
    is_on_line: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Places of all entries; arrays are (n_entries,) unless said, with rank 0 where an entry cannot be ranked.

    group: entries ranked with one another (one category within one component), -1 where unranked. order: entries by
    group, then place. rank_low, rank_high: 90 % interval. p_top1, p_top3, p_top10: of standing in the first places of
    the group; p_inside: of standing in the places to be given. bracket: equal numbers for runs of neighbours that
    cannot be told apart, -1 for an entry that stands alone. score_50, score_90: (n_entries, 2) intervals.
    next_entry: the neighbour below in the same group, -1 for the last; p_above_next: probability of that order;
    is_on_line: the decision line runs between the two. steps: the tie-break ladder as it was used.
    """

    group: Ints
    order: Ints
    rank: Ints
    rank_low: Ints
    rank_high: Ints
    p_top1: Floats
    p_top3: Floats
    p_top10: Floats
    p_inside: Floats
    bracket: Ints
    score_50: Floats
    score_90: Floats
    next_entry: Ints
    p_above_next: Floats
    is_on_line: Bools
    steps: tuple[TieStep, ...]
    places: Ints

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """List the neighbours, in order."""
        return tuple(
            Pair(int(e), int(self.next_entry[e]), float(self.p_above_next[e]), bool(self.is_on_line[e]))
            for e in self.order
            if self.next_entry[e] >= 0
        )


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Entries to be ranked with one another: their numbers (G,), scores (G,) and joint draws (M, G).

    by_criterion: (G, n_criteria) adjusted scores by criterion, heaviest first, for the ladder; None for no ladder.
    """

    entries: Ints
    score: Floats
    draws: Floats
    places: int
    by_criterion: Floats | None = None
    criteria: tuple[int, ...] = ()


def certainty(p_inside: float) -> str:
    """Name where an entry stands, by the probability that it is inside the places."""
    if p_inside > HIGH:
        return "settled"
    if p_inside >= 0.80:  # noqa: PLR2004 -- the table of words
        return "likely"
    return "near" if p_inside >= 0.20 else "below"  # noqa: PLR2004


def rank_entries(groups: list[Group], n_entries: int) -> Ranking:
    """Rank each group by score, ties down the ladder, and read probabilities off the joint draws."""
    ints = {name: np.zeros(n_entries, dtype=np.int64) for name in ("rank", "low", "high")}
    group_of, bracket = np.full(n_entries, -1), np.full(n_entries, -1)
    tops = {k: np.full(n_entries, np.nan) for k in (*TOPS, 0)}
    intervals = np.full((2, n_entries, 2), np.nan)
    orders: list[Ints] = []
    next_entry, above = np.full(n_entries, -1), np.full(n_entries, np.nan)
    on_line = np.zeros(n_entries, dtype=np.bool_)
    steps: list[TieStep] = []
    n_brackets = 0
    for number, group in enumerate(groups):
        rank, taken = rank_with_ladder(group)
        steps += taken
        order = np.lexsort((np.arange(rank.size), -group.score, rank))
        at = group.entries
        group_of[at] = number
        ints["rank"][at] = rank
        place = draw_ranks(group.draws)
        ints["low"][at], ints["high"][at] = place_interval(place)
        for k in TOPS:
            tops[k][at] = (place <= k).mean(axis=0)
        tops[0][at] = (place <= group.places).mean(axis=0)
        low, first, third, high = np.quantile(group.draws, (LOW, *QUARTERS, HIGH), axis=0)
        intervals[0, at], intervals[1, at] = np.c_[first, third], np.c_[low, high]
        better = _order_chance(group.draws, order)
        next_entry[at[order[:-1]]], above[at[order[:-1]]] = at[order[1:]], better
        on_line[at[order[:-1]]] = (rank[order[:-1]] <= group.places) & (rank[order[1:]] > group.places)
        bracket[at[order]] = _brackets(better, n_brackets)
        n_brackets = max(n_brackets, int(bracket[at].max()) + 1)
        orders.append(at[order])
    return Ranking(
        group=group_of,
        order=np.concatenate(orders) if orders else np.zeros(0, dtype=np.int64),
        rank=ints["rank"],
        rank_low=np.minimum(ints["low"], ints["rank"]),
        rank_high=np.maximum(ints["high"], ints["rank"]),
        p_top1=tops[1],
        p_top3=tops[3],
        p_top10=tops[10],
        p_inside=tops[0],
        bracket=bracket,
        score_50=intervals[0],
        score_90=intervals[1],
        next_entry=next_entry,
        p_above_next=above,
        is_on_line=on_line,
        steps=tuple(steps),
        places=np.array([group.places for group in groups], dtype=np.int64),
    )


def draw_ranks(draws: Floats) -> Ints:
    """Rank each joint draw (M, G): 1 for the highest."""
    order = np.argsort(-draws, axis=1, kind="stable")
    place = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(place, order, np.arange(1, draws.shape[1] + 1, dtype=np.int32)[None], axis=1)
    return place  # type: ignore[return-value]  # half the memory of 64 bits; only compared and counted


def place_interval(place: Ints) -> tuple[Ints, Ints]:
    """Give the 90 % interval of each entry's place from its draws (M, G), half of an end place's probability counted.

    Counting end places whole would hold well over 90 % (mid-P; Lancaster 1961). Among twenty entries and fewer one
    place is a large part of the whole: there an interval that reaches the first or the last place has all that it may
    miss on its other side, and an end place goes where the interval without it holds nearer to 90 % than with it.
    """
    size = place.shape[1]
    low, high = _cut(place, LOW)
    if size <= FEW:
        wide_low, wide_high = _cut(place, LOW + 1 - HIGH)
        low, high = np.where(high == size, wide_low, low), np.where(low == 1, wide_high, high)
    low, high = np.minimum(low, high), np.maximum(low, high)
    if size > FEW:
        return low, high
    held = ((place >= low) & (place <= high)).mean(axis=0)
    at_low, at_high = (place == low).mean(axis=0), (place == high).mean(axis=0)
    drops = (high > low) & (held - np.minimum(at_low, at_high) / 2 > HIGH - LOW)
    return low + (drops & (at_low <= at_high)), high - (drops & (at_low > at_high))


def _cut(place: Ints, tail: float) -> tuple[Ints, Ints]:
    """Give the places beyond which so much probability is left at either end, each end's own place counted half."""
    last = place.shape[0] - 1
    ordered = np.sort(place, axis=0)
    low, high = (ordered[at].astype(np.int64) for at in (int(np.floor(tail * last)), int(np.ceil((1 - tail) * last))))
    low += (place < low).mean(axis=0) + (place == low).mean(axis=0) / 2 <= tail
    high -= (place > high).mean(axis=0) + (place == high).mean(axis=0) / 2 <= tail
    return low, high


def rank_with_ladder(group: Group) -> tuple[Ints, list[TieStep]]:
    """Rank by score; equal scores go down the ladder of criteria, and what stays equal shares a rank."""
    order = np.argsort(-group.score, kind="stable")
    steps: list[TieStep] = []
    rank = np.empty(order.size, dtype=np.int64)
    ordered = group.score[order]
    rank[order] = np.arange(1, order.size + 1)
    if order.size < 2 or (ordered[:-1] - ordered[1:]).min() > TIE:  # noqa: PLR2004 -- a pair
        return rank, steps
    for start, stop in _runs(ordered):
        for within, tied in _untie(group, order[start:stop], 0, steps):
            rank[tied] = start + within + 1
    return rank, steps


def _runs(descending: Floats) -> list[tuple[int, int]]:
    """Cut a descending list into runs of values closer than TIE to the run's first."""
    runs, start = [], 0
    for i in range(1, descending.size + 1):
        if i == descending.size or descending[start] - descending[i] > TIE:
            runs.append((start, i))
            start = i
    return runs


def _untie(group: Group, tied: Ints, level: int, steps: list[TieStep]) -> list[tuple[int, Ints]]:
    """Split equal entries by the criterion at this level of the ladder and go on with what stays equal."""
    if tied.size == 1 or group.by_criterion is None or level >= group.by_criterion.shape[1]:
        return [(0, tied)]
    tied = tied[np.argsort(group.entries[tied])]
    value = group.by_criterion[tied, level]
    order = np.argsort(-value, kind="stable")
    runs = _runs(value[order])
    steps.append(
        TieStep(
            entries=tuple(int(x) for x in group.entries[tied]),
            criterion=group.criteria[level],
            values=tuple(float(x) for x in value),
            is_resolved=len(runs) == tied.size,
        )
    )
    result = []
    for start, stop in runs:
        result += [(start + at, part) for at, part in _untie(group, tied[order[start:stop]], level + 1, steps)]
    return result


def _order_chance(draws: Floats, order: Ints) -> Floats:
    """Give the probability that each entry in the order is better than the next; equal draws count half."""
    better = np.empty(order.size - 1)
    for start in range(0, better.size, BATCH):  # in parts, so that memory stays small
        ordered = draws[:, order[start : start + BATCH + 1]]
        gap = ordered[:, :-1] - ordered[:, 1:]
        better[start : start + BATCH] = (gap > 0).mean(axis=0) + (gap == 0).mean(axis=0) / 2
    return better


def _brackets(better: Floats, n_brackets: int) -> Ints:
    """Label the longest runs of neighbours whose order is not told apart, counting on from n_brackets; alone is -1."""
    close = better < SEPARABLE
    begins = close & ~np.r_[False, close[:-1]] if close.size else close
    label = np.where(close, np.cumsum(begins) - 1 + n_brackets, -1)
    upper, lower = np.r_[label, -1], np.r_[-1, label]
    bracket: Ints = np.maximum(upper, lower).astype(np.int64)
    return bracket
