"""How many projects a judge may be given, in all and in a category."""

from collections import Counter
from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed
from service.usecases.panel.assignment import AssignmentImpossible
from service.usecases.panel.judge_limits import JudgeLimits, set_judge_limits
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.audit import AuditEvent
from storage.tables.entry import EntryVersion
from storage.tables.panel import Judge, PanelMember
from tests.competition import DEADLINE, Competition, JudgeActor

LATER = DEADLINE + timedelta(days=4)


async def limit(competition: Competition, judge: JudgeActor, in_all: int | None = 8, **by_category: int | None) -> None:
    await set_judge_limits(
        competition.actors[Role.ASSIGNER], judge.id, competition.round_id, JudgeLimits(in_all, by_category), now=LATER
    )


async def with_entries(competition: Competition, n_entries: int, n_judges: int) -> Competition:
    for at in range(n_entries):
        await competition.enter(f"Student {at}")
    await competition.close()
    await competition.admit()
    for at in range(n_judges):
        await competition.seat(f"Judge {at}")
    return competition


async def count_by_judge(competition: Competition, slug: str) -> Counter[object]:
    inside = {
        row["entry"]
        for row in await EntryVersion.select(EntryVersion.entry).where(
            EntryVersion.category.slug == slug, EntryVersion.is_current.eq(True)
        )
    }
    rows = await Assignment.select(Assignment.entry, Assignment.judge)
    return Counter(row["judge"] for row in rows if row["entry"] in inside)


async def category_of(competition: Competition) -> str:
    row = await get_row(EntryVersion.select(EntryVersion.category.slug.as_alias("slug")))
    return str(row["slug"])


async def test_no_judge_gets_more_of_a_category_than_the_limit_there(opened: Competition):
    await with_entries(opened, 4, 4)
    slug = await category_of(opened)
    few = opened.judges[0]
    await limit(opened, few, **{slug: 1})

    await opened.assign()

    found = await count_by_judge(opened, slug)
    assert found[few.id] == 1
    assert sum(found.values()) == 4 * 2


async def test_limits_that_are_too_low_are_named_with_the_judge_and_the_category(opened: Competition):
    await with_entries(opened, 4, 3)
    slug = await category_of(opened)
    for judge in opened.judges:
        await limit(opened, judge, **{slug: 2})

    with pytest.raises(AssignmentImpossible) as refused:
        await opened.assign()

    assert refused.value.facts["rule"] == "category-limit"
    raised = next(way for way in refused.value.facts["ways"] if way["kind"] == "raise")
    seat = await get_row(PanelMember.select(PanelMember.category).where(PanelMember.max_entries == 2))
    assert {step[2] for step in raised["steps"]} == {str(seat["category"])}
    for _, judge, _, by in raised["steps"]:
        await limit(opened, next(each for each in opened.judges if str(each.id) == judge), **{slug: 2 + by})
    await opened.assign()
    assert await Assignment.count() == 8


async def test_what_is_out_of_range_is_named_by_field_and_nothing_is_kept(opened: Competition):
    await with_entries(opened, 1, 1)
    slug = await category_of(opened)

    with pytest.raises(Invalid) as refused:
        await limit(opened, opened.judges[0], None, **{slug: 0})

    assert {error.field for error in refused.value.errors} == {"max_entries", f"max_{slug}"}
    assert not await AuditEvent.exists().where(AuditEvent.event == "judge-limits-set")


async def test_a_limit_is_taken_away_and_each_change_is_logged_once(opened: Competition):
    await with_entries(opened, 1, 1)
    slug = await category_of(opened)
    judge = opened.judges[0]

    for most in (3, 3, None):
        await limit(opened, judge, 5, **{slug: most})

    assert not await PanelMember.exists().where(PanelMember.max_entries.is_not_null())
    assert (await get_row(Judge.select(Judge.max_entries).where(Judge.id == judge.id)))["max_entries"] == 5
    assert await AuditEvent.count().where(AuditEvent.event == "judge-limits-set") == 2


async def test_only_who_invites_judges_sets_limits(opened: Competition):
    await with_entries(opened, 1, 1)

    with pytest.raises(NotAllowed):
        await set_judge_limits(
            opened.actors[Role.REGISTRAR], opened.judges[0].id, opened.round_id, JudgeLimits(5, {}), now=LATER
        )
    assert not await AuditEvent.exists().where(AuditEvent.event == "judge-limits-set")
