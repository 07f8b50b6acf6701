"""An impossible wish is answered with the entries, the rule, the numbers and what would free it."""

import numpy as np
import pytest

from judging.assignment import Bar, Infeasible, Problem, assign_judges
from tests.property.assignment_cases import best_by_programme, freed


def refusal(problem: Problem) -> Infeasible:
    with pytest.raises(Infeasible) as refused:
        assign_judges(problem, seed=1)
    for way in refused.value.alternatives:
        assert best_by_programme(freed(problem, way)) is not None
    return refused.value


def free_panel(n_entries: int = 12, n_judges: int = 6) -> dict:
    return {
        "needs": np.full(n_entries, 2),
        "load_max": np.full(n_judges, 6),
        "forbidden": np.zeros((n_entries, n_judges)),
    }


def test_an_entry_with_too_few_judges_is_named_with_its_conflicts():
    case = free_panel()
    case["forbidden"][4, :5] = 10
    found = refusal(Problem.of(**case))

    assert found.rule == "coverage"
    (blocked,) = found.blocked
    assert (blocked.entry, blocked.missing, blocked.n_free, blocked.bars) == (4, 1, 1, {10: 5})
    assert {way.kind for way in found.alternatives} == {"invite", "drop"}


def test_too_little_capacity_is_told_in_numbers():
    found = refusal(Problem.of(**free_panel() | {"load_max": np.full(6, 3)}))

    assert found.rule == "capacity"
    assert (found.facts["demand"], found.facts["capacity"]) == (24, 18)
    raised = next(way for way in found.alternatives if way.kind == "raise")
    assert [step[3] for step in raised.steps] == [1] * 6  # not six more for one of them


def test_a_role_that_nobody_free_has_is_named():
    case = free_panel()
    case["forbidden"][7, [1, 3, 5]] = Bar.CONFLICT
    found = refusal(Problem.of(**case, judge_role=np.arange(6) % 2, role_need=np.ones((12, 2), dtype=int)))

    assert found.rule == "role"
    assert [(blocked.entry, blocked.role, blocked.n_free) for blocked in found.blocked] == [(7, 1, 0)]
    assert found.alternatives[0].kind == "invite"
    assert found.alternatives[0].steps == ((-1, -1, 1, 1),)


def test_entries_that_depend_on_too_few_readers_are_named_as_a_group():
    case = free_panel()
    languages = np.zeros(12, dtype=int)
    languages[3:8] = 1
    found = refusal(
        Problem.of(
            **case | {"load_max": np.array([3, 3, 3, 9, 9, 9])},
            entry_language=languages,
            judge_languages=[[1, 1]] * 3 + [[1, 0]] * 3,
        )
    )

    assert found.rule == "group"
    assert found.tight.entries == (3, 4, 5, 6, 7)
    assert found.tight.judges == (0, 1, 2)
    assert (found.tight.demand, found.tight.capacity, found.tight.reason) == (10, 9, Bar.LANGUAGE)
    assert "waive" in {way.kind for way in found.alternatives}


def test_a_confirmed_conflict_is_never_offered_for_waiving():
    case = free_panel()
    case["forbidden"][4, :5] = Bar.CONFLICT

    assert "waive" not in {way.kind for way in refusal(Problem.of(**case)).alternatives}


def test_least_loads_beyond_the_work_there_is_are_named():
    found = refusal(Problem.of([1, 1], [2, 2, 2], load_min=[1, 1, 1]))

    assert found.rule == "load-min"
    assert found.facts["under"] == 1


def test_more_roles_than_judges_are_named():
    found = refusal(Problem.of([1], [1, 1], judge_role=[0, 1], role_need=[[1, 1]]))

    assert found.rule == "role-beyond-need"


@pytest.mark.parametrize("start", range(0, 50, 10))
def test_fifty_random_impossible_panels_are_named_and_freed(start: int):
    for seed in range(start, start + 10):
        g = np.random.default_rng([seed, 7])
        case = free_panel(int(g.integers(8, 16)), int(g.integers(5, 9)))
        n_entries, n_judges = case["forbidden"].shape
        case["load_max"] = np.full(n_judges, -(-2 * n_entries // n_judges) + int(g.integers(1, 4)))
        case["forbidden"] = (g.random((n_entries, n_judges)) < 0.1).astype(int)
        victim = int(g.integers(0, n_entries))
        case["forbidden"][victim, g.permutation(n_judges)[: n_judges - 1]] = Bar.CONFLICT
        found = refusal(Problem.of(**case))

        assert victim in {blocked.entry for blocked in found.blocked}
        assert found.alternatives


def test_limits_in_a_category_that_are_too_low_are_named_with_the_least_that_would_do():
    category = np.repeat([0, 1], 6)
    caps = np.full((6, 2), 2)
    caps[:3, 0] = 1  # nine places for the twelve reviews of the first category
    found = refusal(Problem.of(**free_panel(), category=category, category_load_max=caps))

    assert found.rule == "category-limit"
    assert found.facts["over-category"] == 3
    assert {blocked.entry for blocked in found.blocked} <= set(range(6))
    raised = next(way for way in found.alternatives if way.kind == "raise")
    assert {(part, by) for _, _, part, by in raised.steps} == {(0, 1)}
    assert len(raised.steps) == 3
