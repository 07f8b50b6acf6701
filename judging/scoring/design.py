"""Who judged what, as the arrays every method works on: one connected block at a time, in an order of its own.

Rows, entries and judges are put in an order that depends on the marks alone, never on how somebody numbered them;
so a file sorted otherwise, or judges with other numbers, give the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from judging.marks import Floats, Ints
from judging.rubric import Reviews

Hashes = NDArray[np.uint64]
FLAT = 1e-12  # spread of scores below which nothing varies
EDGE = 1e-3  # of the range: how near its ends a mean of marks by chance is looked up
ROUNDS = 4  # of refinement; each tells apart what differs one review further away


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One connected set of entries and judges; ``y`` has mean 0 and spread 1.

    e, j: (N,) entry and judge of each review, sorted by (e, j). v: (N,) its precision. cat: (E,) category.
    half: half a cell on the scale of y, 0 where scores are exact; floor, ceil: scores on an end of the scale.
    by_chance: (N,) density of each score on the scale of y, or its cell's probability, from one who marks at random.
    entries, judges: which of the round's entries (E,) and judges (J,) these are; rows: (N,) which of its reviews.
    """

    e: Ints
    j: Ints
    y: Floats
    v: Floats
    cat: Ints
    half: float
    floor: NDArray[np.bool_]
    ceil: NDArray[np.bool_]
    by_chance: Floats
    centre: float
    spread: float
    entries: Ints
    judges: Ints
    rows: Ints

    @property
    def n_entries(self) -> int:
        """Count the entries of this block."""
        return self.entries.size

    @property
    def n_judges(self) -> int:
        """Count the judges of this block."""
        return self.judges.size

    @property
    def n_categories(self) -> int:
        """Count the categories that meet in this block."""
        return int(self.cat.max()) + 1

    @property
    def is_flat(self) -> bool:
        """Tell whether every score is the same."""
        return self.spread <= FLAT

    @property
    def reads(self) -> Ints:
        """Count the reviews of each entry."""
        return np.bincount(self.e, minlength=self.n_entries).astype(np.int64)

    @property
    def loads(self) -> Ints:
        """Count the reviews of each judge."""
        return np.bincount(self.j, minlength=self.n_judges).astype(np.int64)

    def by_entry(self, x: Floats) -> Floats:
        """Sum over the reviews of each entry."""
        return sums(self.e, x, self.n_entries)

    def by_judge(self, x: Floats) -> Floats:
        """Sum over the reviews of each judge."""
        return sums(self.j, x, self.n_judges)


def sums(group: Ints, x: Floats, size: int) -> Floats:
    """Sum x over groups, in the order of the rows."""
    total: Floats = np.bincount(group, x, size).astype(np.float64, copy=False)
    return total


def find_components(entry: Ints, judge: Ints, n_entries: int, n_judges: int) -> Ints:
    """Label the connected sets of entries: (n_entries,), -1 where an entry has no review.

    Components are numbered by size, largest first; equal ones by their first entry.
    """
    from scipy.sparse import coo_matrix  # noqa: PLC0415  (kept out of the start of commands that score nothing)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = n_entries + n_judges
    graph = coo_matrix((np.ones(entry.size, dtype=np.int8), (entry, judge + n_entries)), shape=(n, n))
    label = connected_components(graph, directed=False)[1][:n_entries].astype(np.int64)
    read = np.bincount(entry, minlength=n_entries) > 0
    label[~read] = -1
    used, first, size = np.unique(label[read], return_index=True, return_counts=True)
    place = np.empty(int(label.max()) + 1, dtype=np.int64)
    place[used[np.lexsort((first, -size))]] = np.arange(used.size)
    return np.where(read, place[label], -1)


def make_block(reviews: Reviews, rows: Ints) -> Block:
    """Cut the reviews of one component out of the round and put them in their own order."""
    entries, e = np.unique(reviews.entry[rows], return_inverse=True)
    judges, j = np.unique(reviews.judge[rows], return_inverse=True)
    score = reviews.score[rows]
    told = np.round(score, 9) + 1e6 * np.round(reviews.precision[rows], 9)
    entry_order, judge_order = canonical_order(e, j, told, category=reviews.category[entries])
    entries, judges = entries[entry_order], judges[judge_order]
    e, j = _inverse(entry_order)[e], _inverse(judge_order)[j]
    order = np.lexsort((j, e))
    e, j, rows = e[order], j[order], rows[order]
    score = score[order]
    centre, spread = float(score.mean()), float(score.std())
    scale = spread if spread > FLAT * float(np.abs(score).max()) else 1.0
    used, cat = np.unique(reviews.category[entries], return_inverse=True)
    first = np.unique(cat, return_index=True)[1]
    place = np.empty(used.size, dtype=np.int64)
    place[np.argsort(first)] = np.arange(used.size)
    return Block(
        e=e,
        j=j,
        y=(score - centre) / scale,
        v=reviews.precision[rows],
        cat=place[cat],
        half=reviews.half_cell / scale,
        floor=reviews.at_floor[rows],
        ceil=reviews.at_ceiling[rows],
        by_chance=_by_chance(reviews, rows) * (2 * reviews.half_cell or scale),
        centre=centre,
        spread=spread if scale == spread else 0.0,
        entries=entries,
        judges=judges,
        rows=rows,
    )


def _by_chance(reviews: Reviews, rows: Ints) -> Floats:
    """Give the density of each score (N,), a rubric point, from one who draws marks evenly from the range in use.

    The mean of n such marks is all but Beta(k, k) with k = (3 n - 1) / 2, which has its variance and is even for one
    mark: the more criteria, the less often chance alone gives a high or a low score.
    """
    used, half = reviews.score[rows], reviews.half_cell
    if reviews.by_criterion is not None:
        used, half = reviews.by_criterion[rows], reviews.half_step
    low, width = float(np.nanmin(used)) - half, float(np.nanmax(used) - np.nanmin(used)) + 2 * half
    if width <= 0:
        return np.ones(rows.size)
    squares = (reviews.weight**2).sum(axis=1)[reviews.category[reviews.entry[rows]]]
    k = np.maximum(1.5 * reviews.precision[rows] / squares - 0.5, 1.0)
    x = np.clip((reviews.score[rows] - low) / width, EDGE, 1 - EDGE)
    density: Floats = np.exp((k - 1) * np.log(x * (1 - x)) - betaln(k, k)) / width
    return density


def canonical_order(e: Ints, j: Ints, score: Floats, *, category: Ints) -> tuple[Ints, Ints]:
    """Order entries and judges by what was marked, not by their numbers.

    What the fingerprints cannot tell apart is alike in every score around it; there the given numbers decide.
    """
    _value, entry, judge = _fingerprints(e, j, score, category)
    return np.argsort(entry, kind="stable"), np.argsort(judge, kind="stable")


def fingerprint_rows(e: Ints, j: Ints, score: Floats, *, category: Ints) -> Hashes:
    """Give sorted fingerprints of all reviews and of all that surrounds each: the same however things are numbered."""
    value, entry, judge = _fingerprints(e, j, score, category)
    return np.sort(_mix(value + np.uint64(7) * entry[e] + np.uint64(11) * judge[j]))


def fingerprint_table(table: Floats) -> Hashes:
    """Give a fingerprint of each row (N,) of a table of numbers, the same in any order of its columns."""
    return _mix(_mix(np.ascontiguousarray(table).view(np.uint64)).sum(axis=1, dtype=np.uint64))


def _fingerprints(e: Ints, j: Ints, score: Floats, category: Ints) -> tuple[Hashes, Hashes, Hashes]:
    """Refine colours on the graph of entries and judges: what each was given, by whom, who else they marked, and so on.

    Every index up to the largest must occur.
    """
    n_entries, n_judges = category.size, int(j.max()) + 1
    value = _mix(score.view(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    by_e, by_j = _Sums(e, n_entries), _Sums(j, n_judges)
    entry, judge = _of_category(by_e.total(value), category), np.zeros(n_judges, dtype=np.uint64)
    for _ in range(ROUNDS):
        judge = _mix(by_j.total(_mix(value + np.uint64(3) * entry[e])) + judge)
        entry = _mix(by_e.total(_mix(value + np.uint64(5) * judge[j])) + entry)
    return value, entry, judge


def _of_category(told: Hashes, category: Ints) -> Hashes:
    """Know a category by its entries' scores, not by its number."""
    group = np.zeros(category.size, dtype=np.uint64)
    for k in np.unique(category):
        group[category == k] = _mix(told[category == k].sum(dtype=np.uint64)[None])[0]
    return group


class _Sums:
    """Sums of whole numbers over groups, exact and in any order (unlike sums of floats)."""

    def __init__(self, group: Ints, size: int) -> None:
        self._order = np.argsort(group, kind="stable")
        self._starts = np.searchsorted(group[self._order], np.arange(size))

    def total(self, x: Hashes) -> Hashes:
        return np.add.reduceat(x[self._order], self._starts)


def _mix(x: Hashes) -> Hashes:
    """Scramble 64 bits (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _inverse(order: Ints) -> Ints:
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    return place


def order_within(group: Ints, n_groups: int) -> tuple[Ints, Ints]:
    """Give a stable order of rows by group, and where each group starts (n_groups + 1,)."""
    order = np.argsort(group, kind="stable")
    return order, np.searchsorted(group[order], np.arange(n_groups + 1))


def pairs_within_entries(block: Block) -> tuple[Ints, Ints]:
    """List the pairs of different reviews of one entry, each once: indices of the first and of the second."""
    starts = np.searchsorted(block.e, np.arange(block.n_entries))
    reads = block.reads
    first, second = [], []
    for reach in range(1, int(reads.max())):  # rows reach apart within their entry
        row = np.arange(block.e.size - reach)
        same = row[(row - starts[block.e[row]] + reach) < reads[block.e[row]]]
        first.append(same)
        second.append(same + reach)
    if not first:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(first), np.concatenate(second)
