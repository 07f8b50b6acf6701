"""A published competition as an earlier schema held it, brought to the newest: every page says what it said before.

Each reader goes wherever a link leads. What differs stands in a list, by the step that made the place for it.
"""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.audit_check import verify
from service.settings import Settings
from service.usecases.operating.doctor import examine
from service.usecases.people.sessions import start_session
from storage.engine import get_engine
from storage.judge_role import grant_judge_role
from storage.migrations.run import check_current, find_steps, migrate
from tests.competition import PUBLISH, Competition
from tests.conftest import SetClock, World
from tests.crawl import crawl
from tests.databases import copy_database, drop_database, judge_url_of, standing
from tests.faults.earlier import Rows, read_rows, write_as_far_as_there_is_room
from tests.program import get_program
from tests.walking import bare, place

pytestmark = pytest.mark.long
STEPS = find_steps()
FIRST_WHOLE = "m0007_playback"
"""The first schema with the tables of a whole competition."""
READERS = ("chair", "registrar", "observer", "administrator", "judge 0", "entrant", "visitor")
OF_THE_MOMENT = re.compile(r"/../admin/health")
"""What tells how the machine stands just now."""
EXPECTED = {
    "m0035_bundles": r"/committee/exports(/bundle/\w+)?",
    "m0036_certificates": r"(/committee|/entries/[^/]+)/certificates(/.+)?|/verify(/.+)?|/admin/retention",
    "m0056_assignment_rules": r"/committee/assignments(\?.+)?",
    "m0071_judge_certificates": r"/committee/certificates|/judging(/certificate)?|/verify(/.+)?|/admin/retention",
}
"""Pages that say something else, or are not there, when a step's table or column came only with the upgrade."""
Pages = dict[tuple[str, str], tuple[int, str]]


@dataclass
class Published:
    """A competition whose results stand, its rows, and who reads."""

    competition: Competition
    world: World
    rows: Rows
    secrets: dict[str, str]

    async def read(self) -> Pages:
        """What each page says to each reader."""
        said: Pages = {}
        for name in READERS:
            cookies = {"tahkim": self.secrets[name]} if name in self.secrets else {}
            answers = await crawl(self.world.visitor(cookies=cookies), "/en", "/ar", "/en/account")
            said |= {(name, path): (each.status, bare(each.text)) for path, each in answers.items()}
        return {key: page for key, page in said.items() if not OF_THE_MOMENT.fullmatch(key[1])}

    async def find_broken(self) -> list[str]:
        found = examine(self.competition.objects, now=PUBLISH)
        broken = [each.code async for each in found if each.is_broken and each.code != "work-late"]
        return [*broken, *(["audit"] if (await verify()).broken is not None else [])]


@pytest.fixture
async def published(notified: Competition, settings: Settings) -> AsyncIterator[Published]:
    await notified.schedule()
    await notified.publish()
    world = World(await get_program(settings, clock := SetClock(PUBLISH)), settings, clock, notified.edition_id, {})
    place(world, notified)
    world.actors["entrant"] = next(iter(notified.entrants.values()))
    ids = {name: world.actors[name].person_id for name in READERS if name in world.actors}
    secrets = {name: await start_session(each, device="a browser", now=PUBLISH) for name, each in ids.items() if each}
    async with world.exit:
        yield Published(notified, world, await read_rows(), secrets)


async def upgrade_and_compare(published: Published, folder: Path, engine_name: str, schemas: Iterable[int]) -> None:
    before = await published.read()
    for number in schemas:
        (folder / f"{number}").mkdir()
        url = await copy_database(None, folder / f"{number}", engine=engine_name)
        async with standing(url):
            await migrate(get_engine(), STEPS[:number])
            left_out = await write_as_far_as_there_is_room(published.rows)
            await migrate(get_engine())
            if judge_url := judge_url_of(url):  # as every start does after it
                await grant_judge_role(get_engine(), judge_url)

            assert await check_current(get_engine())
            assert await published.find_broken() == []
            stands = await read_rows()
            assert {name for name, rows in published.rows.items() if len(stands[name]) != len(rows)} <= left_out
            unexpected = find_unexpected(before, await published.read(), [step.id for step in STEPS[number:]])
        await drop_database(url)
        assert unexpected == {}, STEPS[number - 1].id


def find_unexpected(before: Pages, after: Pages, steps: list[str]) -> dict[tuple[str, str], tuple[object, object]]:
    """The pages that differ though no step is said to change them."""
    said = [re.compile(rf"/(ar|en)({EXPECTED[step]})") for step in steps if step in EXPECTED]
    return {
        key: (before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key) and not any(each.fullmatch(key[1]) for each in said)
    }


@pytest.mark.soak
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # to look at one step; the next has them all
async def test_from_the_schema_three_steps_back_pages_say_what_they_said(
    published: Published, tmp_path: Path, engine_name: str
):
    await upgrade_and_compare(published, tmp_path, engine_name, [len(STEPS) - 3])


@pytest.mark.soak
async def test_from_every_schema_of_a_whole_competition_pages_say_what_they_said(
    published: Published, tmp_path: Path, engine_name: str
):
    first = [step.id for step in STEPS].index(FIRST_WHOLE) + 1
    await upgrade_and_compare(published, tmp_path, engine_name, range(first, len(STEPS)))
