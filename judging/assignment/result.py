"""What an assignment is once found: pairs, why each was made, loads, and how well it lets judges be compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from judging.assignment.design import Design
    from judging.assignment.problem import Floats, Ints


class Why(IntEnum):
    """The first thing to say about a pair."""

    LOCKED = 1
    KEPT = 2
    BEST = 3
    ROLE = 4
    SUITED = 5
    LINK = 6
    FILLED = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reasons:
    """Why each pair was made; every array is (n_pairs,), in the order of the pairs.

    code: ``Why``. affinity: as given. place: 1 for the best of the judges that no rule about the pair keeps away.
    n_free: how many those are. n_barred: how many are kept away. load, load_max: of the pair's judge.
    """

    code: Ints
    affinity: Floats
    place: Ints
    n_free: Ints
    n_barred: Ints
    load: Ints
    load_max: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The entry with the least affinity per judge it needs, and the most it could have had alone."""

    entry: int
    affinity: float
    best_alone: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Against the previous pairs: kept, added, removed, and how many additions coverage alone demands, rules apart."""

    kept: Ints
    added: Ints
    removed: Ints
    least: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Join:
    """One extra review that would link two groups of a category; entry and judge are -1 where no judge may."""

    category: int
    entry: int
    judge: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assignment:
    """A proposal that keeps every rule.

    pairs: (n_pairs, 2), sorted by entry, then judge. affinity: the sum over the pairs; affinity_before: the same
    before calibration was bought with some of it. affinity_bound: no assignment under these rules has more (an
    estimate where there are too many pairs to look at all). is_optimal: whether affinity_before is proved to reach it;
    fair loads, the floor and published pairs may keep it below. cap: the largest chance of any pair where pairs were
    drawn at random, 1 otherwise; n_above_cap: pairs whose chance is above the cap asked for, because an entry has too
    few judges; n_repaired: pairs moved after the draw, for which the cap does not hold.
    """

    pairs: Ints
    reasons: Reasons
    loads: Ints
    design: Design
    joins: tuple[Join, ...]
    worst: Worst
    changes: Changes
    affinity: float
    affinity_before: float
    affinity_bound: float
    is_optimal: bool
    method: str
    cap: float
    n_above_cap: int
    n_repaired: int
    seed: int
