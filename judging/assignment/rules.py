"""The rules, checked on a finished list of pairs, and what is left of a problem once its locks are kept.

The check is written apart from the solvers on purpose: every answer passes it before it is given out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment.errors import Blocked, Infeasible
from judging.assignment.problem import NONE, Bar

if TYPE_CHECKING:
    from judging.assignment.problem import Bools, Codes, Ints, Problem


def count_violations(problem: Problem, pairs: Ints) -> dict[str, int]:
    """Count what the pairs break, rule by rule; an empty dictionary means that every rule is kept."""
    entry, judge = pairs[:, 0], pairs[:, 1]
    n_entries, n_judges = problem.n_entries, problem.n_judges
    per_entry = np.bincount(entry, minlength=n_entries)
    load = np.bincount(judge, minlength=n_judges)
    house, team = problem.judge_institution[judge], problem.team[entry]
    roles = count_roles(problem, pairs)
    kept = set(map(tuple, pairs.tolist()))
    found = {
        "repeated": pairs.shape[0] - len(kept),
        "coverage": int(np.abs(per_entry - problem.needs).sum()),
        "load": int(np.maximum(load - problem.load_max, 0).sum()),
        "load-min": int(np.maximum(problem.load_min - load, 0).sum()),
        "barred": int((problem.barred[entry, judge] != Bar.FREE).sum()),
        "institution": _repeats(entry[house >= 0], house[house >= 0]),
        "team": _repeats(judge[team >= 0], team[team >= 0]),
        "role": int(np.maximum(problem.role_need - roles, 0).sum()),
        "category": int(np.maximum(count_by_category(problem, pairs) - problem.category_load_max, 0).sum()),
        "lock": sum(tuple(pair) not in kept for pair in problem.locked.tolist()),
    }
    return {rule: count for rule, count in found.items() if count}


def count_roles(problem: Problem, pairs: Ints) -> Ints:
    """(n_entries, n_roles) judges of each role that each entry has."""
    role = problem.judge_role[pairs[:, 1]]
    known = (role >= 0) & (role < problem.n_roles)
    counts = np.zeros((problem.n_entries, problem.n_roles), dtype=np.int64)
    np.add.at(counts, (pairs[known, 0], role[known]), 1)
    return counts


def may_add(problem: Problem, pairs: Ints, entry: int, judge: int) -> bool:
    """Say whether one more pair keeps the rules about pairs, institutions, teams and loads."""
    if problem.barred[entry, judge] != Bar.FREE:
        return False
    mine, theirs = pairs[pairs[:, 0] == entry, 1], pairs[pairs[:, 1] == judge, 0]
    house, team = problem.judge_institution[judge], problem.team[entry]
    category = problem.category[theirs] == problem.category[entry]
    return bool(
        not (mine == judge).any()
        and theirs.size < problem.load_max[judge]
        and (house == NONE or not (problem.judge_institution[mine] == house).any())
        and (team == NONE or not (problem.team[theirs] == team).any())
        and category.sum() < problem.category_load_max[judge, problem.category[entry]]
    )


def count_by_category(problem: Problem, pairs: Ints) -> Ints:
    """Count each judge's entries of each category, (n_judges, n_categories)."""
    cell = pairs[:, 1] * problem.category_load_max.shape[1] + problem.category[pairs[:, 0]]
    counts = np.bincount(cell, minlength=problem.category_load_max.size)
    return np.asarray(counts.reshape(problem.category_load_max.shape), dtype=np.int64)


def _repeats(first: Ints, second: Ints) -> int:
    if not first.size:
        return 0
    key = first * (int(second.max()) + 1) + second
    return int(key.size - np.unique(key).size)


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """What is still to be decided: the problem less its locked pairs, with what they forbid barred as TAKEN."""

    problem: Problem
    fixed: Ints

    @property
    def free(self) -> Bools:
        """(n_entries, n_judges) pairs that may still be made."""
        return np.asarray(self.problem.barred == Bar.FREE)


# Rules between pairs: work that has been done may break them, and is kept all the same.
BETWEEN_PAIRS = frozenset({"institution", "team", "category"})


def set_locks_apart(problem: Problem, *, is_done: bool = False) -> Residual:
    """Keep the locked pairs and say what remains; refuse locks that themselves break a rule.

    is_done: the locks are work that has been done, so that rules between pairs and roles bind what remains only.
    """
    pairs = problem.locked
    if not pairs.size:
        return Residual(problem, pairs)
    _check_locks(problem, pairs, forgiven=BETWEEN_PAIRS if is_done else frozenset())
    entry, judge = pairs[:, 0], pairs[:, 1]
    load = np.bincount(judge, minlength=problem.n_judges)
    cap = problem.category_load_max.copy()
    np.subtract.at(cap, (judge, problem.category[entry]), 1)
    needs = problem.needs - np.bincount(entry, minlength=problem.n_entries)
    asked = np.maximum(problem.role_need - count_roles(problem, pairs), 0)
    rest = replace(
        problem,
        needs=needs,
        load_max=problem.load_max - load,
        load_min=np.maximum(problem.load_min - load, 0),
        role_need=_within(asked, needs) if is_done else asked,
        category_load_max=np.maximum(cap, 0) if is_done else cap,
        barred=_bar_taken(problem, pairs),
        locked=np.zeros((0, 2), dtype=np.int64),
    )
    return Residual(rest, pairs)


def _within(asked: Ints, needs: Ints) -> Ints:
    """Ask for no more roles than an entry has places left, the first roles first."""
    before = np.cumsum(asked, axis=1) - asked
    return np.asarray(np.clip(needs[:, None] - before, 0, asked), dtype=np.int64)


def _bar_taken(problem: Problem, pairs: Ints) -> Codes:
    barred = problem.barred.copy()
    for entry, judge in pairs.tolist():
        barred[entry, judge] = Bar.TAKEN
        house, team = problem.judge_institution[judge], problem.team[entry]
        if house != NONE:
            same = (problem.judge_institution == house) & (barred[entry] == Bar.FREE)
            barred[entry, same] = Bar.TAKEN
        if team != NONE:
            mates = (problem.team == team) & (barred[:, judge] == Bar.FREE)
            barred[mates, judge] = Bar.TAKEN
    return barred


def _check_locks(problem: Problem, pairs: Ints, *, forgiven: frozenset[str]) -> None:
    found = count_violations(problem, pairs)
    wrong = set(found) - {"coverage", "load-min", "role"} - forgiven
    too_many = np.bincount(pairs[:, 0], minlength=problem.n_entries) > problem.needs
    if not wrong and not too_many.any():
        return
    barred = problem.barred[pairs[:, 0], pairs[:, 1]]
    at_fault = sorted(set(pairs[barred != Bar.FREE, 0].tolist()) | set(np.flatnonzero(too_many).tolist()))
    raise Infeasible(
        rule="lock",
        blocked=tuple(describe_blocked(problem, entry, missing=0) for entry in at_fault),
        facts={"locked": int(pairs.shape[0]), **{f"broken-{rule}": found[rule] for rule in sorted(wrong)}},
    )


def describe_blocked(problem: Problem, entry: int, *, missing: int, role: int = NONE) -> Blocked:
    """Say how many judges (of a role) an entry could have and what keeps the others from it."""
    codes = problem.barred[entry]
    if role != NONE:
        codes = codes[problem.judge_role == role]
    kinds, counts = np.unique(codes[codes != Bar.FREE], return_counts=True)
    return Blocked(
        entry=entry,
        missing=missing,
        role=role,
        n_free=int((codes == Bar.FREE).sum()),
        bars=dict(zip(kinds.tolist(), counts.tolist(), strict=True)),
    )
