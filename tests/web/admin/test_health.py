"""The system's health: every part in words, what to do beside what is not well, for the administrator alone."""

from datetime import timedelta

from storage.engine import count_queries
from storage.tables.job import Job
from storage.tables.message import Message
from tests.conftest import World

PAGE = "/en/admin/health"


async def test_each_part_is_told_and_what_failed_is_named_with_its_remedy(world: World, lubna):
    now = world.clock.now
    calm = (await lubna.get(PAGE)).text
    due = now - timedelta(hours=3)
    await Job.insert(
        Job(
            kind="inspect-file", name="one", facts="{}", state="failed", due_at=now, attempts=8, error="Torn",
            made_at=now,
        ),
        Job(kind="sweep", name="two", facts="{}", state="waiting", due_at=due, attempts=0, made_at=now),
    )  # fmt: skip
    await Message.insert(
        Message(
            name="x", email="a@b.example", template="sign-in", language="en", facts="{}", state="failed", due_at=now,
            attempts=8, made_at=now,
        )
    )  # fmt: skip

    with count_queries() as queries:
        broken = await lubna.get(PAGE)
    arabic = await lubna.get("/ar/admin/health")

    assert "no worker runs" not in calm
    assert "None failed" in calm
    assert "None was made yet" in calm
    assert "no worker runs" in broken.text
    assert "inspect-file (Torn) × 1" in broken.text
    assert "Not sent after several tries" in broken.text
    assert 'href="/en/admin/messages"' in broken.text
    assert "لا يضيع شيء مما في الانتظار" in arabic.text
    assert queries.count <= 12, queries.statements


async def test_a_worker_is_known_by_its_lease_and_by_what_it_did_last(world: World, lubna):
    now = world.clock.now
    work = {"kind": "sweep", "facts": "{}", "due_at": now, "attempts": 1, "made_at": now}
    done = Job(name="one", state="done", done_at=now, **work)
    held = Job(name="two", state="running", owner="a:1", lease_until=now + timedelta(seconds=8), **work)
    await Job.insert(done)

    idle = (await lubna.get(PAGE)).text
    await Job.insert(held)
    busy = (await lubna.get(PAGE)).text

    assert "Nothing is late. It last finished a job at" in idle
    assert "One worker is at work." in busy


async def test_nobody_but_the_administrator_reads_it(world: World):
    jamal = await world.client("jamal")

    assert (await jamal.get(PAGE)).status_code == 403
