"""What the assignment engine refuses, as codes and facts; the words are found by whoever shows them.

AssignmentError
├── BadProblem       the arrays contradict each other
├── BadOption        a choice that means nothing (a cap of probability above one, a negative budget)
├── Undecided        the search ended at its limit without an answer either way
└── Infeasible       no assignment keeps every rule; says which entries, which rule, by how much, and what would free it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from judging.errors import AssignmentError

if TYPE_CHECKING:
    from collections.abc import Mapping


class BadProblem(AssignmentError):
    """An array of the problem cannot be meant: row says where, -1 for the array as a whole."""

    code = "assignment.bad-problem"

    def __init__(self, *, array: str, row: int) -> None:
        super().__init__(array=array, row=row)
        self.array = array
        self.row = row


class BadOption(AssignmentError):
    """A choice outside its range."""

    code = "assignment.bad-option"

    def __init__(self, *, option: str, value: float) -> None:
        super().__init__(option=option, value=value)
        self.option = option
        self.value = value


class Undecided(AssignmentError):
    """The integer programme ended at its limit of nodes with neither an answer nor a proof that there is none."""

    code = "assignment.undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """One entry that cannot be served.

    missing: judges it lacks (of role ``role`` where that is not -1). n_free: judges that no bar keeps from it (of
    that role). bars: how many judges each ``Bar`` code keeps from it (of that role).
    """

    entry: int
    missing: int
    role: int
    n_free: int
    bars: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tight:
    """Entries that can be read only by these judges, who together have too little room.

    reason is the ``Bar`` code that keeps most other judges away, 0 where none does.
    """

    entries: tuple[int, ...]
    judges: tuple[int, ...]
    demand: int
    capacity: int
    reason: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One way out; doing all of its steps makes the problem solvable.

    kind is waive (a bar on a pair), invite (a judge; role -1 for any), raise (a judge's limit), drop (judges an entry
    is to have, or its need of a role where role is not -1) or lower (a judge's least load). steps holds
    (entry, judge, role, by), -1 where it does not apply; a raise names in place of a role the category whose limit is
    meant, -1 for the judge's limit in all.
    """

    kind: str
    steps: tuple[tuple[int, int, int, int], ...]
    cost: float


class Infeasible(AssignmentError):
    """No assignment keeps every rule.

    rule is the first that fails: lock, role-beyond-need, capacity, role, group, category-limit, coverage or load-min.
    facts holds it and its counts.
    """

    code = "assignment.infeasible"

    def __init__(
        self,
        *,
        rule: str,
        blocked: tuple[Blocked, ...] = (),
        facts: Mapping[str, int],
        tight: Tight | None = None,
        alternatives: tuple[Alternative, ...] = (),
    ) -> None:
        super().__init__(rule=rule, **facts)
        self.rule = rule
        self.blocked = blocked
        self.tight = tight
        self.alternatives = alternatives
