"""A mark that is sent twice at once, while the disk takes its time."""

import asyncio

import pytest

from service.usecases.judging.sheets import save_comments, save_mark
from storage.engine import bind, close_database, open_database
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from storage.tables.scoresheet import MarkChange
from tests.competition import JUDGING, make_competition
from tests.postgres import get_server


@pytest.mark.parametrize("what", ["mark", "note"])
async def test_the_second_is_not_told_that_it_is_saved_before_the_disk_has_the_first(what: str):
    """A standby that is waited for, and never comes, stands for the disk."""
    engine = await open_database(await get_server().create_database())
    bind(engine, TABLES)
    await migrate(engine)
    competition = await make_competition()
    await competition.reach_judging()
    judge = competition.judges[0]
    sheet = await competition.sheet(judge)

    async def save():
        if what == "note":
            return await save_comments(judge, sheet.id, team="Good.", revision=0, now=JUDGING)
        criterion = sheet.criteria[0].id
        return await save_mark(judge, sheet.id, criterion_id=criterion, step=6, revision=0, now=JUDGING)

    async with get_server().waiting_for_a_standby():
        first = asyncio.create_task(save())
        async with asyncio.timeout(30):
            while not await MarkChange.count():  # noqa: ASYNC110 (the server tells of no event)
                await asyncio.sleep(0.01)
        second = asyncio.create_task(save())
        done, _ = await asyncio.wait({first, second}, timeout=0.5)
    answers = await asyncio.gather(first, second)

    assert done == set()
    assert [answer.revision for answer in answers] == [1, 1]
    await close_database(engine)
