"""A change by hand is measured before it is made, and the fewest reviews link what is cut."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Role
from service.usecases.panel.assignment import change_pair
from service.usecases.panel.assignment_effect import add_links, measure_change, refresh_quality
from storage.columns import from_json
from storage.rows import get_row
from storage.tables.assignment import Assignment, AssignmentRun
from storage.tables.entry import Entry
from tests.competition import DEADLINE, Competition

LATER = DEADLINE + timedelta(days=6)


@pytest.fixture
async def assigned(opened: Competition) -> Competition:
    for at in range(4):
        await opened.enter(f"Student {at}")
    await opened.close()
    await opened.admit()
    for at in range(4):
        await opened.seat(f"Judge {at}")
    await opened.assign()
    return opened


async def quality_of(competition: Competition) -> dict[str, object]:
    run = await get_row(AssignmentRun.select(AssignmentRun.quality).where(AssignmentRun.round == competition.round_id))
    return dict(from_json(run["quality"]))


async def load_of(judge: UUID) -> int:
    return int(await Assignment.count().where(Assignment.judge == judge))


async def cut_in_two(competition: Competition) -> None:
    """Give two projects to two judges and two to the other two: groups that share nothing."""
    await Assignment.delete(force=True)
    entries = sorted([row["id"] for row in await Entry.select(Entry.id)], key=str)
    judges = [judge.id for judge in competition.judges]
    for at, entry in enumerate(entries):
        for judge in judges[:2] if at < 2 else judges[2:]:
            await change_pair(
                competition.actors[Role.ASSIGNER], competition.round_id, entry, remove=None, add=judge,
                reason="By hand", now=LATER,
            )  # fmt: skip


async def test_the_effect_tells_loads_reviews_and_overlap_and_changes_nothing(assigned: Competition):
    pair = await get_row(Assignment.select(Assignment.entry, Assignment.judge))
    taken = {row["judge"] for row in await Assignment.select(Assignment.judge).where(Assignment.entry == pair["entry"])}
    other = next(judge.id for judge in assigned.judges if judge.id not in taken)
    before = await Assignment.count()
    had = {judge.id: await load_of(judge.id) for judge in assigned.judges}

    effect = await measure_change(assigned.round_id, pair["entry"], remove=pair["judge"], add=other)

    loads = {judge: (old, new) for judge, old, new, _ in effect.loads}
    assert loads[pair["judge"]] == (had[pair["judge"]], had[pair["judge"]] - 1)
    assert loads[other] == (had[other], had[other] + 1)
    assert effect.n_judges == (2, 2)
    assert 0 < effect.efficiency[1] <= effect.efficiency[0] <= 1
    assert await Assignment.count() == before


async def test_a_change_over_the_limit_or_against_the_panel_says_which_rule_it_breaks(assigned: Competition):
    judge = [each.id for each in assigned.judges if await load_of(each.id) == 2][0]  # noqa: RUF015 - awaits
    entries = [row["id"] for row in await Entry.select(Entry.id)]
    held = {row["entry"] for row in await Assignment.select(Assignment.entry).where(Assignment.judge == judge)}
    free = [entry for entry in entries if entry not in held]
    await change_pair(assigned.chair, assigned.round_id, free[0], remove=None, add=judge, reason="More", now=LATER)

    effect = await measure_change(assigned.round_id, free[1], remove=None, add=judge)

    assert effect.broken == ("load",)
    assert effect.n_judges == (2, 3)


async def test_groups_that_share_no_project_are_told_and_one_review_links_them(assigned: Competition):
    """R062."""
    await cut_in_two(assigned)
    await refresh_quality(assigned.round_id)
    cut = await quality_of(assigned)

    n_added = await add_links(assigned.actors[Role.ASSIGNER], assigned.round_id, reason="Link", now=LATER)

    linked = await quality_of(assigned)
    assert cut["components"] == 2
    assert len(cut["joins"]) == 1  # type: ignore[arg-type]
    assert cut["efficiency"] == 0
    assert n_added == 1
    assert linked["components"] == 1
    assert linked["joins"] == []
    assert linked["efficiency"] > 0  # type: ignore[operator]


async def test_joining_groups_shows_in_the_effect_before_it_is_done(assigned: Competition):
    await cut_in_two(assigned)
    row = await get_row(Assignment.select(Assignment.entry).where(Assignment.judge == assigned.judges[0].id))

    effect = await measure_change(assigned.round_id, row["entry"], remove=None, add=assigned.judges[3].id)

    assert effect.n_groups == (2, 1)
    assert effect.efficiency[0] == 0
    assert effect.efficiency[1] > 0
