"""The machine's clock stepped forward and back: nothing happens twice, nothing reopens, nobody falls out."""

from datetime import timedelta

import pytest

from service.actors import Actor, Role
from service.audit import verify
from service.errors import Refused
from service.settings import Settings
from service.usecases.entering.entries import Details, open_entry, save_details
from service.world import make_worker
from storage.engine import run_sql
from tests.cast import NOW
from tests.competition import DEADLINE, PUBLISH, Competition, add_person
from tests.conftest import SetClock, World
from tests.entrants import WORDS_AR, WORDS_EN

HOUR = timedelta(hours=1)


async def count_events(event: str) -> int:
    [row] = await run_sql("SELECT COUNT(*) AS n FROM audit_event WHERE event = {}", event)
    return int(row["n"])


async def test_a_scheduled_publication_happens_once_whichever_way_the_clock_is_stepped(
    notified: Competition, settings: Settings
):
    clock = SetClock(PUBLISH - HOUR)
    worker = make_worker(settings, notified.objects, clock=clock)
    await notified.schedule()
    await worker.work_until_idle()
    assert await count_events("results-published") == 0

    for step in (PUBLISH, PUBLISH - 2 * HOUR, PUBLISH + HOUR, PUBLISH - HOUR, PUBLISH + 2 * HOUR):
        clock.set(step)
        await worker.work_until_idle()
        assert await count_events("results-published") == 1, step

    assert await run_sql("SELECT name FROM message GROUP BY name HAVING COUNT(*) > 1") == []
    assert await run_sql("SELECT id FROM job WHERE kind = 'publish-edition' AND state <> 'done'") == []


async def test_entries_that_were_closed_stay_closed_when_the_clock_goes_back(opened: Competition, settings: Settings):
    clock = SetClock(DEADLINE - HOUR)
    worker = make_worker(settings, opened.objects, clock=clock)
    on_time = await opened.start(await entrant_of(opened, "Farah"))
    late = await opened.start(await entrant_of(opened, "Ghaith"), now=NOW + HOUR)
    await opened.submit(on_time, now=clock.now)
    moved = await count_events("edition-moved")
    clock.set(DEADLINE)
    await worker.work_until_idle()
    [edition] = await run_sql("SELECT state FROM edition")
    assert edition["state"] == "closed"

    clock.set(DEADLINE - 2 * HOUR)
    await worker.work_until_idle()
    with pytest.raises(Refused):
        await opened.submit(late, now=clock.now)
    clock.set(DEADLINE + HOUR)
    await worker.work_until_idle()

    assert await count_events("edition-moved") - moved == 1
    assert len(await run_sql("SELECT id FROM entry_version")) == 1


async def test_what_is_submitted_after_the_clock_went_back_stands_after_what_came_before(opened: Competition):
    number = await opened.start(await entrant_of(opened, "Farah"))
    await opened.submit(number, now=DEADLINE - HOUR)
    own, _ = await open_entry(opened.entrants[number], number)
    told = Details(
        await opened.find_category("documentary"),
        "العمل نفسه",
        "The same",
        WORDS_AR,
        WORDS_EN,
        "ar",
        ("film",),
        60,
        None,
    )
    await save_details(opened.entrants[number], number, told, revision=own.revision, now=DEADLINE - 3 * HOUR)
    await opened.submit(number, now=DEADLINE - 3 * HOUR)

    rows = await run_sql("SELECT ordinal, is_current FROM entry_version ORDER BY ordinal")
    assert [(row["ordinal"], bool(row["is_current"])) for row in rows] == [(1, False), (2, True)]
    assert (await verify()).broken is None


async def test_who_is_signed_in_stays_so(world: World):
    browser = await world.client("farah")
    for hours in (1, -2, 3, -1):
        world.clock.advance(hours=hours)
        assert (await browser.get("/en/account")).status_code == 200, hours


async def entrant_of(opened: Competition, name: str) -> Actor:
    person = await add_person(name, Role.ENTRANT, None)
    return Actor(Role.ENTRANT, person.person_id, opened.edition_id, name, person.email)
