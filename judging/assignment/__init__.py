"""Which judge reads which entry: no conflict, no overload, and judges that can be compared afterwards."""

from judging.assignment.errors import Alternative, BadOption, BadProblem, Blocked, Infeasible, Tight
from judging.assignment.order import order_for_judges
from judging.assignment.problem import NONE, Bar, Problem
from judging.assignment.result import Assignment, Changes, Join, Reasons, Why, Worst
from judging.assignment.rules import count_violations
from judging.assignment.solve import assign_judges

__all__ = [
    "NONE",
    "Alternative",
    "Assignment",
    "BadOption",
    "BadProblem",
    "Bar",
    "Blocked",
    "Changes",
    "Infeasible",
    "Join",
    "Problem",
    "Reasons",
    "Tight",
    "Why",
    "Worst",
    "assign_judges",
    "count_violations",
    "order_for_judges",
]
