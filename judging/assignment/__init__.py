"""Which judge reads which entry: no conflict, no overload, and judges that can be compared afterwards."""

from judging.assignment.affinity import blend_affinity
from judging.assignment.beliefs import believe
from judging.assignment.change import Effect, Option, effect_of_change, reassign, without_judges
from judging.assignment.errors import Alternative, BadOption, BadProblem, Blocked, Infeasible, Tight, Undecided
from judging.assignment.followup import Beliefs, FollowUps, Policy, propose_followups
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
    "Beliefs",
    "Blocked",
    "Changes",
    "Effect",
    "FollowUps",
    "Infeasible",
    "Join",
    "Option",
    "Policy",
    "Problem",
    "Reasons",
    "Tight",
    "Undecided",
    "Why",
    "Worst",
    "assign_judges",
    "believe",
    "blend_affinity",
    "count_violations",
    "effect_of_change",
    "order_for_judges",
    "propose_followups",
    "reassign",
    "without_judges",
]
