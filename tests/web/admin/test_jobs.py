"""Work that failed for good is listed with its reason, tried again with all its tries, or left."""

import pytest

from service.audit_check import verify
from service.jobs.kinds import KINDS
from service.text import LANGUAGES, Words
from service.usecases.operating.doctor import examine
from storage.engine import run_sql
from storage.tables.job import Job
from tests.conftest import World, post

PAGE = "/en/admin/jobs"


async def fail(world: World, kind: str = "sweep", error: str = "ObjectStoreAway") -> str:
    now = world.clock.now
    await Job.insert(
        Job(kind=kind, name="one", facts="{}", state="failed", due_at=now, attempts=8, error=error, made_at=now)
    )
    row = await Job.select(Job.id).first()
    assert row
    return str(row["id"])


async def test_it_is_told_why_and_tried_again_once(world: World, lubna):
    job = await fail(world)
    health = (await lubna.get("/en/admin/health")).text
    shown = (await lubna.get(PAGE)).text

    first = await post(lubna, f"{PAGE}/{job}/retry", page=PAGE)
    second = await post(lubna, f"{PAGE}/{job}/leave", page="/en/account")
    await world.work()

    assert f'href="{PAGE}"' in health
    assert "The file store did not answer." in shown
    assert "Returning the room of files" in shown
    assert (first.status_code, second.status_code) == (303, 404)
    assert (await Job.select(Job.state, Job.attempts)) == [{"state": "done", "attempts": 1}]
    assert await run_sql("SELECT event FROM audit_event WHERE subject = 'job'") == [{"event": "job-retried"}]
    assert (await verify()).broken is None
    assert "No job failed." in (await lubna.get(PAGE)).text


async def test_what_is_left_is_no_longer_asked_about(world: World, lubna):
    job = await fail(world, "kind-of-tomorrow", "Unheard")

    arabic = (await lubna.get("/ar/admin/jobs")).text
    left = await post(lubna, f"{PAGE}/{job}/leave", page=PAGE)

    assert "عمل من إصدار آخر" in arabic
    assert "خطأ في البرنامج" in arabic
    assert left.status_code == 303
    assert await Job.select(Job.state) == [{"state": "left"}]
    broken = [each.code async for each in examine(world.app.state.objects, now=world.clock.now) if each.is_broken]
    assert broken == []
    assert await run_sql("SELECT event FROM audit_event WHERE subject = 'job'") == [{"event": "job-left"}]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_job_has_its_words(lang: str):
    words = Words(lang)

    assert [kind for kind in KINDS if f"jobs.kind.{kind}" not in words] == []


async def test_nobody_but_the_administrator_reads_or_answers(world: World):
    job, jamal = await fail(world), await world.client("jamal")

    assert (await jamal.get(PAGE)).status_code == 403
    assert (await post(jamal, f"{PAGE}/{job}/retry")).status_code == 403
    assert await Job.select(Job.state) == [{"state": "failed"}]
