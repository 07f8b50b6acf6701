import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from service.jobs import claims, kinds, runner
from service.jobs.kinds import JobContext, LeaseLost
from service.jobs.queue import enqueue
from service.jobs.runner import Worker
from service.settings import Settings
from service.world import make_worker
from storage.engine import transaction
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.tables.job import Job
from tests.conftest import SetClock

DONE: list[str] = []
BEGAN = asyncio.Event()


async def note(facts: Mapping[str, Any], *, now: object, context: JobContext) -> None:
    DONE.append(facts["what"])
    BEGAN.set()


async def fail(facts: Mapping[str, Any], *, now: object, context: JobContext) -> None:
    raise OSError


async def note_with_its_mark(facts: Mapping[str, Any], *, now: object, context: JobContext) -> None:
    async with transaction():
        DONE.append(facts["what"])
        await context.finish()


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    global BEGAN  # noqa: PLW0603 - an event belongs to the loop of the test that first waits for it
    BEGAN = asyncio.Event()
    DONE.clear()
    found = {"note": note, "fail": fail, "mark": note_with_its_mark}
    monkeypatch.setattr("service.jobs.runner.find_handler", found.__getitem__)


@pytest.fixture
def worker(database: str, settings: Settings, clock: SetClock) -> Worker:
    return make_worker(settings, MemoryStore(LinkSigner(b"x" * 32)), clock=clock)


async def queue(kind: str, clock: SetClock, *, name: str = "one", **facts: object) -> bool:
    async with transaction():
        return await enqueue(kind, name=name, at=clock.now, **facts)


async def state_of(name: str = "one") -> str:
    row = await Job.select(Job.state).where(Job.name == name).first()
    assert row is not None
    return row["state"]


async def test_work_is_queued_once_and_done_once(worker: Worker, clock: SetClock):
    assert await queue("note", clock, what="a")
    assert not await queue("note", clock, what="a")

    assert await worker.work_until_idle() == 1
    assert await worker.work_until_idle() == 0
    assert DONE == ["a"]
    assert await state_of() == "done"


async def test_work_that_is_not_due_waits_for_its_time(worker: Worker, clock: SetClock):
    async with transaction():
        await enqueue("note", name="one", at=clock.now, due_at=clock.now + timedelta(hours=1), what="later")

    assert await worker.work_until_idle() == 0
    clock.advance(hours=1)
    assert await worker.work_until_idle() == 1


async def test_a_change_that_is_rolled_back_queues_nothing(worker: Worker, clock: SetClock):
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await enqueue("note", name="one", at=clock.now, what="never")
            _ = 1 / 0

    assert await worker.work_until_idle() == 0


async def test_failing_work_is_tried_later_each_time_and_then_given_up(worker: Worker, clock: SetClock):
    await queue("fail", clock)
    tries = 0
    for _ in range(20):
        tries += await worker.work_until_idle()
        assert await worker.work_until_idle() == 0
        clock.advance(hours=1)

    assert tries == claims.ATTEMPTS_AT_MOST
    assert await state_of() == "failed"
    row = await Job.select(Job.error).first()
    assert row is not None
    assert row["error"] == "OSError"


async def test_work_of_an_unknown_kind_is_given_up_at_once(worker: Worker, clock: SetClock):
    await queue("dance", clock)

    await worker.work_until_idle()

    assert await state_of() == "failed"


async def test_the_work_of_a_killed_worker_comes_back_when_its_lease_ends(worker: Worker, clock: SetClock):
    await queue("note", clock, what="a")
    (killed,) = await claims.claim(claims.JOBS, owner="killed", now=clock.now)

    assert await worker.work_until_idle() == 0
    clock.advance(seconds=claims.LEASE.total_seconds())
    assert await worker.work_until_idle() == 1
    assert DONE == ["a"]
    assert not await claims.finish(claims.JOBS, killed["id"], owner="killed", now=clock.now)


def test_a_killed_workers_work_goes_on_within_ten_seconds():
    assert claims.LEASE.total_seconds() + runner.POLL_SECONDS < 10
    assert claims.LEASE.total_seconds() > 3 * runner.BEAT_SECONDS


async def test_a_lease_of_a_clock_that_was_set_back_holds_nothing(worker: Worker, clock: SetClock):
    await queue("note", clock, what="a")
    await claims.claim(claims.JOBS, owner="killed", now=clock.now)
    clock.advance(hours=-1)
    await Job.update({Job.due_at: clock.now}).where(Job.name == "one")

    assert await worker.work_until_idle() == 1
    assert DONE == ["a"]


async def test_what_takes_longer_than_a_lease_is_kept_by_its_worker(
    worker: Worker, clock: SetClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner, "BEAT_SECONDS", 0.01)
    started_at = clock.now

    async def note_slowly(facts: Mapping[str, Any], *, now: object, context: JobContext) -> None:
        for _ in range(3):
            clock.advance(seconds=claims.LEASE.total_seconds() * 0.6)
            async with asyncio.timeout(60):
                while not await Job.exists().where(Job.lease_until == clock.now + claims.LEASE):  # noqa: ASYNC110 (a row rings no bell)
                    await asyncio.sleep(0)
        await note(facts, now=now, context=context)

    monkeypatch.setattr("service.jobs.runner.find_handler", {"slow": note_slowly}.__getitem__)
    await queue("slow", clock, what="a")
    assert await worker.work_until_idle() == 1

    assert clock.now > started_at + claims.LEASE
    assert (DONE, await state_of()) == (["a"], "done")


async def test_a_clock_stepped_past_the_lease_does_not_make_a_worker_begin_again_what_it_is_doing(
    worker: Worker, clock: SetClock, monkeypatch: pytest.MonkeyPatch
):
    may_end = asyncio.Event()

    async def note_slowly(facts: Mapping[str, Any], *, now: object, context: JobContext) -> None:
        await note(facts, now=now, context=context)
        await may_end.wait()

    monkeypatch.setattr("service.jobs.runner.find_handler", {"slow": note_slowly}.__getitem__)
    await queue("slow", clock, what="a")
    lane = asyncio.create_task(worker.work_until_idle())
    await BEGAN.wait()
    clock.advance(hours=1)

    async with asyncio.timeout(30):
        assert await worker.work_until_idle() == 0
        may_end.set()
        assert await lane == 1
    assert (DONE, await state_of()) == (["a"], "done")


async def test_an_effect_whose_lease_was_lost_is_rolled_back_with_its_mark(worker: Worker, clock: SetClock):
    await queue("mark", clock, what="a")
    (row,) = await claims.claim(claims.JOBS, owner="slow", now=clock.now)
    clock.advance(seconds=claims.LEASE.total_seconds())
    await worker.work_until_idle()
    slow = JobContext(worker.settings, worker.objects, clock, row["id"], "slow")

    with pytest.raises(LeaseLost):
        await note_with_its_mark({"what": "again"}, now=clock.now, context=slow)
    assert await state_of() == "done"


async def test_of_many_workers_each_piece_goes_to_one(worker: Worker, clock: SetClock):
    async with transaction():
        for number in range(60):
            await enqueue("note", name=str(number), at=clock.now, what=str(number))
    others = [make_worker(worker.settings, worker.objects, clock=clock) for _ in range(3)]

    await asyncio.gather(*(each.work_until_idle() for each in [worker, *others]))

    assert sorted(DONE, key=int) == [str(number) for number in range(60)]


async def test_a_running_worker_does_what_comes_and_stops_when_told(worker: Worker, clock: SetClock):
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    await queue("note", clock, what="a")
    async with asyncio.timeout(10):
        await BEGAN.wait()
        stop.set()
        await task

    assert (DONE, await state_of()) == (["a"], "done")


def test_every_kind_of_job_has_a_function():
    for kind in kinds.KINDS:
        assert callable(kinds.find_handler(kind))
