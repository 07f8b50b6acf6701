"""The encoder of assignment: ids to row numbers, expertise to affinity, and the engine's answers back to ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from storage.reads.matrices import AssignableEntry, AssignableJudge, AssignmentInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from judging.assignment import Assignment, Blocked, Infeasible, Join, Problem, Reasons, Tight
    from judging.assignment.design import Design

__all__ = ["KINDS", "Encoded", "encode", "told_reasons"]

KINDS = ("academic", "practitioner")
"""The kinds of judges that a round may ask for, in the order of the engine's roles."""

BUDGET = 0.03
"""How much affinity comparability may cost: three per cent, the default of the method."""
SEATED, TAGGED = 0.4, 0.6
"""A judge of the category's panel starts at .4; sharing all the entry's fields of expertise adds .6."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A problem for the engine, and the ids behind its rows."""

    problem: Problem
    entries: tuple[UUID, ...]
    code_names: tuple[str, ...]
    judges: tuple[UUID, ...]
    categories: tuple[UUID, ...]
    budget: float = BUDGET

    def told_infeasible(self, impossible: Infeasible) -> dict[str, object]:
        """Say what stands in the way, with code names in place of row numbers.

        ``blocked`` says for each project how many judges (of a kind) it lacks, how many are free, and what keeps how
        many others from it; ``tight`` names the judges on whom a group of projects depends.
        """
        return {
            "rule": impossible.rule,
            "n": len(impossible.blocked),
            "entries": sorted({self.code_names[each.entry] for each in impossible.blocked}),
            "missing": sum(each.missing for each in impossible.blocked),
            "numbers": {name: fact for name, fact in impossible.facts.items() if name != "rule"},
            "blocked": [self._told_blocked(each) for each in impossible.blocked],
            "tight": self._told_tight(impossible.tight) if impossible.tight else None,
            "ways": [
                {
                    "kind": way.kind,
                    "steps": [self._told_step(way.kind, step) for step in way.steps],
                }
                for way in impossible.alternatives
            ],
        }

    def _told_step(self, kind: str, step: tuple[int, int, int, int]) -> list[str | int | None]:
        """Name a step's entry, judge and kind of judge; where a limit is raised, its category in place of the kind."""
        entry, judge, part, by = step
        parts = [str(each) for each in self.categories] if kind == "raise" else KINDS
        return [
            self.code_names[entry] if entry >= 0 else None,
            str(self.judges[judge]) if judge >= 0 else None,
            parts[part] if part >= 0 else None,
            by,
        ]

    def _told_blocked(self, blocked: Blocked) -> dict[str, object]:
        return {
            "entry": self.code_names[blocked.entry],
            "missing": blocked.missing,
            "kind": KINDS[blocked.role] if blocked.role >= 0 else None,
            "free": blocked.n_free,
            "bars": _told_bars(blocked.bars),
        }

    def _told_tight(self, tight: Tight) -> dict[str, object]:
        return {
            "entries": [self.code_names[entry] for entry in tight.entries],
            "judges": [str(self.judges[judge]) for judge in tight.judges],
            "demand": tight.demand,
            "capacity": tight.capacity,
            "bars": list(_told_bars({tight.reason: 1} if tight.reason else {})),
        }

    def told_design(self, design: Design, joins: Iterable[Join]) -> dict[str, object]:
        """Say how well judges can be compared, what is linked, and which reviews would link what is cut."""
        return {
            "efficiency": round(float(design.efficiency), 4),
            "connectivity": round(float(design.connectivity), 4),
            "components": int(design.n_components),
            "groups_in_category": {
                str(category): int(n) for category, n in zip(self.categories, design.groups_in_category, strict=False)
            },
            "joins": [
                {
                    "category": str(self.categories[join.category]),
                    "entry": self.code_names[join.entry] if join.entry >= 0 else None,
                    "judge": str(self.judges[join.judge]) if join.judge >= 0 else None,
                }
                for join in joins
            ],
        }

    def told_quality(self, found: Assignment) -> dict[str, object]:
        """Say how good a proposal is: comparability, connection by category, loads, the entry served least well."""
        return {
            "method": found.method,
            **self.told_design(found.design, found.joins),
            "loads": {str(judge): int(load) for judge, load in zip(self.judges, found.loads, strict=True)},
            "affinity": round(float(found.affinity), 4),
            "worst": self.code_names[found.worst.entry] if found.worst.entry >= 0 else None,
        }


def encode(given: AssignmentInput) -> Encoded:
    """Make the engine's problem of a round. Entries and judges come sorted by id and stay in that order."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment import NONE, Bar, Problem  # noqa: PLC0415 - as above

    row_of = {each.id: at for at, each in enumerate(given.entries)}
    column_of = {each.id: at for at, each in enumerate(given.judges)}
    shape = (len(given.entries), len(given.judges))
    affinity = np.zeros(shape)
    forbidden = np.zeros(shape, dtype=np.int8)
    for row, entry in enumerate(given.entries):
        for column, judge in enumerate(given.judges):
            affinity[row, column] = _affinity(entry, judge)
            if entry.category_id not in judge.categories:
                forbidden[row, column] = Bar.PANEL
    for pair in given.conflicts:
        if pair.entry_id in row_of and pair.judge_id in column_of:
            forbidden[row_of[pair.entry_id], column_of[pair.judge_id]] = Bar.CONFLICT
    languages = sorted(
        {each.work_language for each in given.entries} | {one for each in given.judges for one in each.languages}
    )
    category_of = {category: at for at, category in enumerate(given.categories)}
    problem = Problem.of(
        np.full(shape[0], given.reviews_per_entry),
        np.array([each.max_entries for each in given.judges]),
        affinity=affinity,
        forbidden=forbidden,
        entry_language=np.array([languages.index(each.work_language) for each in given.entries]),
        judge_languages=np.array([[_reads(each, one) for one in languages] for each in given.judges]),
        category=np.array([category_of[each.category_id] for each in given.entries]),
        category_load_max=_most_in_categories(given),
        previous=_previous(given, row_of, column_of) if given.published else None,
        **_rules_between_pairs(given),
    )
    if not given.rules.institution_once:  # a judge of the entry's own institution stays barred all the same
        problem = replace(problem, judge_institution=np.full(shape[1], NONE))
    return Encoded(
        problem=problem,
        entries=tuple(each.id for each in given.entries),
        code_names=tuple(each.code_name for each in given.entries),
        judges=tuple(each.id for each in given.judges),
        categories=given.categories,
    )


def _rules_between_pairs(given: AssignmentInput) -> dict[str, np.typing.NDArray[np.int64]]:
    """Give institutions, teams and kinds of judges numbers; -1 where an entry or a judge has none."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment import NONE  # noqa: PLC0415 - as above

    attached = [each.institution_id for each in given.entries] + [each.institution_id for each in given.judges]
    houses: dict[UUID | None, int] = {
        house: at for at, house in enumerate(sorted({each for each in attached if each}, key=str))
    }
    first = {each.id: at for at, each in enumerate(given.entries)}
    least = [given.rules.academics_least, given.rules.practitioners_least]
    kinds = {kind: at for at, kind in enumerate(KINDS)}
    rules = {
        "entry_institution": [houses.get(each.institution_id, NONE) for each in given.entries],
        "judge_institution": [houses.get(each.institution_id, NONE) for each in given.judges],
        "team": [first.get(each.team, NONE) if given.rules.team_once else NONE for each in given.entries],
        "judge_role": [kinds.get(each.kind, NONE) for each in given.judges],
    }
    found = {name: np.array(numbers, dtype=np.int64) for name, numbers in rules.items()}
    if any(least):
        found["role_need"] = np.tile(np.array(least, dtype=np.int64), (len(given.entries), 1))
    return found


def _most_in_categories(given: AssignmentInput) -> np.typing.NDArray[np.int64]:
    """Lay out judges' limits by category, (n_judges, n_categories); all entries where there is none."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    most = [[each.max_in.get(category, len(given.entries)) for category in given.categories] for each in given.judges]
    return np.array(most, dtype=np.int64).reshape(len(given.judges), len(given.categories))


def _told_bars(bars: Mapping[int, int]) -> dict[str, int]:
    """Name what keeps judges away, by how many; the words are ``impossible.bar_<name>`` in the catalogues."""
    from judging.assignment import Bar  # noqa: PLC0415 - heavy, for here alone

    named = sorted(bars.items(), key=lambda each: (-each[1], each[0]))
    return {Bar(code).name.lower(): n for code, n in named}


def _reads(judge: AssignableJudge, language: str) -> bool:
    """Say whether a judge reads a work: one in both languages asks for both, one without words for neither."""
    wanted = {"both": {"ar", "en"}, "none": set[str]()}.get(language, {language})
    return wanted <= set(judge.languages)


def _affinity(entry: AssignableEntry, judge: AssignableJudge) -> float:
    """Say how well a judge's expertise meets an entry's fields, from 0 to 1."""
    seated = SEATED if entry.category_id in judge.categories else 0.0
    shared = len(set(entry.tags) & set(judge.expertise)) / len(entry.tags) if entry.tags else 0.0
    return seated + TAGGED * shared


def _previous(given: AssignmentInput, row_of: dict[UUID, int], column_of: dict[UUID, int]) -> Any:
    import numpy as np  # noqa: PLC0415 - as above

    pairs = [
        (row_of[pair.entry_id], column_of[pair.judge_id])
        for pair in given.published
        if pair.entry_id in row_of and pair.judge_id in column_of
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def told_reasons(reasons: Reasons, at: int) -> list[dict[str, object]]:
    """Give the line of reasons of one pair as a code with facts; the words are ``why.<code>`` in the catalogues."""
    from judging.assignment import Why  # noqa: PLC0415 - as above

    return [
        {
            "code": Why(int(reasons.code[at])).name.lower(),
            "place": int(reasons.place[at]),
            "n_free": int(reasons.n_free[at]),
            "n_barred": int(reasons.n_barred[at]),
            "load": int(reasons.load[at]),
            "load_max": int(reasons.load_max[at]),
        }
    ]
