"""Where extra reviews go: to the entries and judges that can still change who gets a prize.

The scoring model's joint normal belief about entries and judges is updated exactly for each planned review (a change of
rank one), with the means as they are, since the marks are not known yet. Within a category with one prize the next
review is the one that raises the expected quality of the winner most (correlated knowledge gradient, Frazier, Powell
and Dayanik 2009, on nine nodes); with several prizes it goes to the entry most in doubt near the line (after OCBA-m,
Chen and others 2008), to the judge who tells most about it. Among categories the most doubtful line comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from judging.assignment.errors import BadOption
from judging.assignment.problem import NONE, Bar

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Floats, Ints, Problem

NEAR_WINNER = 25
NEAR_LINE = 20
NODES = 9
DRAWS = 4000
SPECK = 1e-3


class Policy(IntEnum):
    """What a review was chosen for."""

    WINNER = 1
    LINE = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beliefs:
    """What the scores so far say: score = entry + judge effect + noise.

    mean: (n_entries + n_judges,) quality of entries, then effects of judges. covariance: of the same. noise: standard
    deviation of one review.
    """

    mean: Floats
    covariance: Floats
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUps:
    """Extra reviews in the order in which they are worth most.

    gain: for WINNER the rise of the winner's expected quality, for LINE the expected number of wrong orders across the
    line that the review takes away. chance_before, chance_after: (n_categories,) expected share of the prizes that go
    to the right entries, now and once these reviews are in.
    """

    entry: Ints
    judge: Ints
    gain: Floats
    policy: Ints
    chance_before: Floats
    chance_after: Floats


def propose_followups(
    problem: Problem,
    pairs: Ints,
    beliefs: Beliefs,
    *,
    extra: int,
    prizes: npt.ArrayLike,
    seed: int = 0,
    stop_at: float | None = None,
) -> FollowUps:
    """Propose extra reviews under every rule of the problem.

    pairs: reviews already given or assigned. prizes: (n_categories,) how many of each category are awarded; a category
    without prizes gets nothing. stop_at: leave a category once its chance of right prizes is at least this. Loads are
    held to problem.load_max, so the caller raises it by what judges agreed to.
    """
    lines = np.array(prizes, dtype=np.int64)
    if extra < 0 or (lines < 0).any() or beliefs.noise <= 0:
        raise BadOption(option="extra" if extra < 0 else "prizes" if (lines < 0).any() else "noise", value=extra)
    search = _Search.of(problem, pairs, beliefs, lines, seed=seed)
    before = search.chances(search.covariance)
    chances = before.copy()
    made: list[tuple[int, int, float, int]] = []
    while len(made) < extra:
        open_ = [category for category in search.open_categories() if stop_at is None or chances[category] < stop_at]
        if not open_:
            break
        category = max(open_, key=lambda number: (search.doubt(number), -number))
        step = search.take(category)
        if step is None:
            search.closed.add(category)
            continue
        made.append(step)
        if stop_at is not None:
            chances[category] = search.chance(category)
    table = np.array(made, dtype=float).reshape(-1, 4)
    return FollowUps(
        entry=table[:, 0].astype(np.int64),
        judge=table[:, 1].astype(np.int64),
        gain=table[:, 2],
        policy=table[:, 3].astype(np.int64),
        chance_before=before,
        # More reviews cannot lower the chance: where it looks so, that is the draws' error.
        chance_after=np.maximum(before, search.chances(search.covariance)),
    )


@dataclass(slots=True, eq=False)
class _Search:
    """The state of one plan: what is believed after the planned reviews, and which pairs are still allowed."""

    problem: Problem
    mean: Floats
    first: Floats
    covariance: Floats
    noise: float
    lines: Ints
    free: Bools
    load: Ints
    category_load: Ints
    closed: set[int]
    seed: int

    @classmethod
    def of(cls, problem: Problem, pairs: Ints, beliefs: Beliefs, lines: Ints, *, seed: int) -> _Search:
        free = problem.barred == Bar.FREE
        load = np.zeros(problem.n_judges, dtype=np.int64)
        category_load = np.zeros(problem.category_load_max.shape, dtype=np.int64)
        search = cls(
            problem=problem,
            mean=beliefs.mean,
            first=np.array(beliefs.covariance),
            covariance=np.array(beliefs.covariance),
            noise=beliefs.noise,
            lines=lines,
            free=free,
            load=load,
            category_load=category_load,
            closed=set(),
            seed=seed,
        )
        for entry, judge in pairs.tolist():
            search._use(entry, judge)
        return search

    def _use(self, entry: int, judge: int) -> None:
        """Count a review and bar what it rules out."""
        problem = self.problem
        self.free[entry, judge] = False
        house, team = problem.judge_institution[judge], problem.team[entry]
        if house != NONE:
            self.free[entry, problem.judge_institution == house] = False
        if team != NONE:
            self.free[problem.team == team, judge] = False
        self.load[judge] += 1
        if self.load[judge] >= problem.load_max[judge]:
            self.free[:, judge] = False
        category = problem.category[entry]
        self.category_load[judge, category] += 1
        if self.category_load[judge, category] >= problem.category_load_max[judge, category]:
            self.free[problem.category == category, judge] = False

    def rows(self, category: int) -> Ints:
        """Entries of a category, the best believed first."""
        rows = np.flatnonzero(self.problem.category == category)
        return rows[np.argsort(-self.mean[rows], kind="stable")]

    def open_categories(self) -> list[int]:
        """Categories with a line to decide."""
        return [
            category
            for category in range(self.lines.size)
            if category not in self.closed and 0 < self.lines[category] < self.rows(category).size
        ]

    def _around(self, category: int) -> tuple[Ints, Ints]:
        rows, line = self.rows(category), int(self.lines[category])
        return rows[:line], rows[line : line + NEAR_LINE]

    def doubt(self, category: int) -> float:
        """Return the expected number of wrong orders across the line."""
        inside, outside = self._around(category)
        return float(self._wrong(inside, outside, np.zeros((self.covariance.shape[0], 1)))[0])

    def _wrong(self, inside: Ints, outside: Ints, spread: Floats) -> Floats:
        """Return the expected wrong orders after each candidate; spread: (n_all, n_candidates) move of beliefs."""
        total = np.zeros(spread.shape[1])
        cover = self.covariance
        for entry in inside.tolist():
            gap = self.mean[entry] - self.mean[outside]
            known = cover[entry, entry] + cover[outside, outside] - 2 * cover[entry, outside]
            told = (spread[entry][None, :] - spread[outside]) ** 2
            total += ndtr(-gap[:, None] / np.sqrt(np.maximum(known[:, None] - told, 1e-12))).sum(axis=0)
        return total

    def take(self, category: int) -> tuple[int, int, float, int] | None:
        """Plan the best next review of a category."""
        inside, outside = self._around(category)
        near = np.r_[inside, outside]
        row, judge = np.nonzero(self.free[near])
        if not row.size:
            return None
        entry, column = near[row], self.problem.n_entries + judge
        cover = self.covariance
        told = cover[np.ix_(near, np.arange(cover.shape[0]))]
        moves = told[:, entry] + told[:, column]
        total = cover[entry, entry] + cover[column, column] + 2 * cover[entry, column] + self.noise**2
        moves = moves / np.sqrt(total)
        if self.lines[category] == 1:
            policy, worth = Policy.WINNER, self._winner_gain(near, moves)
            best = int(np.argmax(worth))
            gain = float(worth[best])
        else:
            policy = Policy.LINE
            best = self._line_best(inside, outside, entry, moves[row, np.arange(row.size)])
            everyone = np.zeros((cover.shape[0], 1))
            everyone[near, 0] = moves[:, best]
            gain = self.doubt(category) - float(self._wrong(inside, outside, everyone)[0])
        chosen = int(entry[best]), int(judge[best])
        self._learn(*chosen)
        self._use(*chosen)
        return *chosen, gain, int(policy)

    def _winner_gain(self, near: Ints, moves: Floats) -> Floats:
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        some = slice(0, NEAR_WINNER)
        after = self.mean[near][some, None, None] + moves[some, :, None] * nodes
        expected: Floats = (after.max(axis=0) * weights).sum(axis=1) / weights.sum() - self.mean[near].max()
        return expected

    def _line_best(self, inside: Ints, outside: Ints, entry: Ints, told: Floats) -> int:
        """Choose the entry with most doubt for its distance from the line, then the judge who tells most."""
        line = (self.mean[inside[-1]] + self.mean[outside[0]]) / 2
        doubt = np.diag(self.covariance)[entry] / ((self.mean[entry] - line) ** 2 + SPECK)
        most = entry[np.argmax(doubt)]
        return int(np.argmax(np.where(entry == most, np.abs(told), -1.0)))

    def _learn(self, entry: int, judge: int) -> None:
        cover = self.covariance
        told = cover[:, entry] + cover[:, self.problem.n_entries + judge]
        total = told[entry] + told[self.problem.n_entries + judge] + self.noise**2
        self.covariance = cover - np.outer(told, told) / total

    def chances(self, after: Floats) -> Floats:
        """(n_categories,) expected share of prizes that go to the right entries once beliefs are so sharp."""
        return np.array([self._chance(category, after) for category in range(self.lines.size)])

    def chance(self, category: int) -> float:
        """Do the same for one category and the reviews planned so far."""
        return self._chance(category, self.covariance)

    def _chance(self, category: int, after: Floats) -> float:
        rows, line = self.rows(category), int(self.lines[category])
        if not 0 < line < rows.size:
            return 1.0
        generator = np.random.default_rng([self.seed, 15, category])
        one, two = generator.standard_normal((2, DRAWS, rows.size))
        block = np.ix_(rows, rows)
        shown = self.mean[rows] + one @ _root(self.first[block] - after[block]).T
        truth = shown + two @ _root(after[block]).T
        given = np.argsort(-shown, axis=1, kind="stable")[:, :line]
        right = np.argsort(-truth, axis=1, kind="stable")[:, :line]
        return float((given[:, :, None] == right[:, None, :]).any(axis=2).mean())


def _root(matrix: Floats) -> Floats:
    """Return a square root of a covariance that may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
