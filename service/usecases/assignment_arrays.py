"""The encoder of assignment: ids to row numbers, expertise to affinity, and the engine's answers back to ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from storage.reads.matrices import AssignableEntry, AssignableJudge, AssignmentInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from judging.assignment import Assignment, Infeasible, Join, Problem, Reasons
    from judging.assignment.design import Design

__all__ = ["Encoded", "encode", "told_reasons"]

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
        """Say what stands in the way, with code names in place of row numbers."""
        return {
            "rule": impossible.rule,
            "n": len(impossible.blocked),
            "entries": [self.code_names[each.entry] for each in impossible.blocked],
            "missing": sum(each.missing for each in impossible.blocked),
            "ways": [
                {
                    "kind": way.kind,
                    "steps": [
                        [
                            self.code_names[step[0]] if step[0] >= 0 else None,
                            str(self.judges[step[1]]) if step[1] >= 0 else None,
                            step[3],
                        ]
                        for step in way.steps
                    ],
                }
                for way in impossible.alternatives
            ],
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
    attached = [each.institution_id for each in given.entries] + [each.institution_id for each in given.judges]
    institutions = sorted({str(each) for each in attached if each})
    numbers = {name: at for at, name in enumerate(institutions)}
    category_of = {category: at for at, category in enumerate(given.categories)}
    problem = Problem.of(
        np.full(shape[0], given.reviews_per_entry),
        np.array([each.max_entries for each in given.judges]),
        affinity=affinity,
        forbidden=forbidden,
        entry_institution=np.array([numbers.get(str(each.institution_id), NONE) for each in given.entries]),
        judge_institution=np.array([numbers.get(str(each.institution_id), NONE) for each in given.judges]),
        entry_language=np.array([languages.index(each.work_language) for each in given.entries]),
        judge_languages=np.array([[_reads(each, one) for one in languages] for each in given.judges]),
        category=np.array([category_of[each.category_id] for each in given.entries]),
        previous=_previous(given, row_of, column_of) if given.published else None,
    )
    return Encoded(
        problem=problem,
        entries=tuple(each.id for each in given.entries),
        code_names=tuple(each.code_name for each in given.entries),
        judges=tuple(each.id for each in given.judges),
        categories=given.categories,
    )


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
