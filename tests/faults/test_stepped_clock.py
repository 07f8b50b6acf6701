"""The machine's clock stepped forward and back: nothing happens twice, nothing reopens, nobody falls out."""

from datetime import datetime, timedelta

import pytest

from service.actors import Actor, Role
from service.audit_check import verify
from service.clock import CheckedClock, Step, system_clock
from service.errors import Refused, TooMany
from service.jobs.queue import enqueue
from service.settings import Settings
from service.text import Words
from service.usecases.entering.entries import Details, open_entry, save_details
from service.usecases.operating.standing_now import Tone, look_round
from service.usecases.people.attempts import LOOK_UPS, count
from service.world import make_worker
from storage.engine import on_postgres, run_sql, transaction
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


async def test_work_queued_while_the_clock_was_ahead_does_not_wait_for_it(world: World):
    ahead = world.clock.now + HOUR
    [edition] = await run_sql("SELECT id FROM edition")
    facts = {"edition": str(edition["id"])}
    async with transaction():
        await enqueue("sweep", name="at-once", at=ahead)
        await enqueue("close-edition", name="later", at=ahead, due_at=ahead + HOUR, **facts)
    await run_sql("UPDATE job SET attempts = 1, due_at = {} WHERE name = 'at-once'", ahead + HOUR)  # it failed once

    await world.work()

    states = {row["name"]: row["state"] for row in await run_sql("SELECT name, state FROM job")}
    assert states["at-once"] == "done"
    assert states["later"] == "waiting"


async def test_nobody_is_kept_out_by_tries_counted_while_the_clock_was_ahead(world: World):
    for _ in range(LOOK_UPS.tries):
        await count(LOOK_UPS, "somebody", now=world.clock.now + HOUR)
    await count(LOOK_UPS, "somebody", now=world.clock.now)

    for _ in range(LOOK_UPS.tries - 1):  # a clock a little behind another machine's begins nothing anew
        await count(LOOK_UPS, "somebody", now=world.clock.now - timedelta(seconds=30))
    with pytest.raises(TooMany):
        await count(LOOK_UPS, "somebody", now=world.clock.now)


class Machine:
    """A machine's clock, which can be set, and what it counts, which cannot."""

    def __init__(self) -> None:
        self.now, self.counted, self.held_up = NOW, 100.0, 0.0

    def read(self) -> datetime:
        return self.now

    def count(self) -> float:
        self.counted += self.held_up
        return self.counted

    def pass_time(self, seconds: float, *, drawn: float = 0) -> None:
        self.now += timedelta(seconds=seconds + drawn)
        self.counted += seconds


def test_a_clock_that_is_set_is_noticed_and_one_that_is_drawn_along_is_not():
    machine = Machine()
    clock = CheckedClock(machine.read, machine.count)

    machine.pass_time(8 * 3600, drawn=2)  # a night without a question, at half of what NTP may do
    assert clock() == machine.now
    assert clock.last_step is None
    machine.now -= HOUR
    assert clock() == machine.now  # followed all the same
    back = clock.last_step
    machine.pass_time(30)
    clock()
    assert clock.last_step == back == Step(at=machine.now - timedelta(seconds=30), by=-HOUR)
    machine.now += 2 * HOUR
    clock()
    assert (clock.n_steps, clock.last_step) == (2, Step(at=machine.now, by=2 * HOUR))


def test_a_process_held_up_between_its_two_looks_compares_nothing():
    machine = Machine()
    clock = CheckedClock(machine.read, machine.count)

    machine.held_up = 5
    clock()

    assert clock.n_steps == 0


async def test_whoever_runs_it_is_told_that_the_clock_was_set(world: World):
    machine = Machine()
    clock = CheckedClock(machine.read, machine.count)
    machine.now -= HOUR
    clock()

    signs = await look_round(world.settings, world.app.state.objects, clock=clock, now=machine.now)
    calm = await look_round(world.settings, world.app.state.objects, clock=system_clock, now=system_clock())

    assert next(sign.code for sign in calm if sign.part == "clock") == ("agrees" if on_postgres() else "ok")
    told = next(sign for sign in signs if sign.part == "clock")
    assert (told.code, told.tone, told.facts["by"]) == ("back", Tone.WARN, HOUR)
    for language in ("ar", "en"):
        said = Words(language).say("health.clock.back", **told.facts)
        assert Words(language).duration(HOUR) in said


async def entrant_of(opened: Competition, name: str) -> Actor:
    person = await add_person(name, Role.ENTRANT, None)
    return Actor(Role.ENTRANT, person.person_id, opened.edition_id, name, person.email)
