"""The instant of publication seen from outside: second by second, across a restart and a clock that steps."""

import asyncio
import re
from datetime import datetime, timedelta
from html import unescape

import httpx

from service.jobs.runner import Worker
from service.mail.delivery import make_postman
from service.text import Words
from service.usecases.publishing.publication import schedule_publication
from storage.tables.audit import AuditEvent
from storage.tables.award import Award, Certificate, Publication
from storage.tables.entry import Entry
from storage.tables.message import Message
from tests.competition import PUBLISH
from tests.web.committee.conftest import House, told

__all__ = ["told"]

SLUG = "small-2027"
LINK = re.compile(r'<a [^>]*?href="/en((?:/[^"#?]*)?(?:\?(?!theme=|language)[^"#]*)?)(?:#[^"]*)?"')
"""A page's links, but those that change how the reader's own pages look."""
A_SECOND = timedelta(seconds=1)
PATHS = (
    "/", "/editions", "/winners", f"/winners?edition={SLUG}", "/winners?category=documentary", f"/method/{SLUG}",
    f"/fingerprints/{SLUG}", f"/winners/{SLUG}/the-work-of-student-0", "/verify", "/verify/2222-2222-2222", "/help",
    "/timeline", "/rules", f"/winners/{SLUG}/the-work-of-student-0/picture",
    f"/winners/{SLUG}/the-work-of-student-0/play", "/committee/publish/preview",
    "/committee/publish/preview/winners/the-work-of-student-0",
)  # fmt: skip


async def look(browser: httpx.AsyncClient) -> dict[str, tuple[int, str]]:
    """Read these addresses, and every page that anybody reaches from them by a link."""
    found: dict[str, tuple[int, str]] = {}
    ahead = list(PATHS)
    while ahead:
        path = ahead.pop(0)
        if path not in found:
            answer = await browser.get(f"/en{path}")
            found[path] = answer.status_code, answer.text
            ahead += [unescape(link) for link in LINK.findall(answer.text)]
    return found


def start_worker(house: House, now: datetime) -> Worker:
    """A process that starts at this moment and knows nothing of those before it."""
    return Worker(house.settings, house.app.state.objects, lambda: now, make_postman(house.settings))


async def test_the_dates_that_everybody_reads_tell_the_instant_that_the_chair_fixed(told: House):
    visitor, fixed = told.visitor(), PUBLISH + timedelta(days=2, hours=3)
    told.clock.now = PUBLISH - timedelta(days=1)
    pages = ("/en/", "/en/timeline")
    before = [(await visitor.get(path)).text for path in pages]

    await schedule_publication(
        told.competition.chair, told.competition.edition_id, at=fixed, typed_name="Small 2027", now=told.clock.now
    )

    words = Words("en")
    for path, planned in zip(pages, before, strict=True):
        text = (await visitor.get(path)).text
        assert words.when(PUBLISH) in planned, path
        assert words.when(PUBLISH) not in text, path
        assert words.when(fixed) in text, path


async def test_nothing_is_public_before_the_instant_and_all_of_it_after_once(told: House):
    await told.competition.schedule()
    secrets = [
        text
        for row in await Entry.select(Entry.title_en, Entry.code_name)
        for text in (row["title_en"], row["code_name"])
    ]
    visitor = told.visitor()

    told.clock.now = PUBLISH - timedelta(hours=1)
    early = await look(visitor)
    assert len(early) > len(PATHS)
    for seconds in (3, 2, 1):
        told.clock.now = PUBLISH - seconds * A_SECOND
        await start_worker(told, told.clock.now).work_until_idle()
        shown = await look(visitor)
        assert not any(secret in text for secret in secrets for _, text in shown.values())
        assert {path: status for path, (status, _) in shown.items()} == {
            path: status for path, (status, _) in early.items()
        }
        assert len(shown["/winners"][1]) == len(early["/winners"][1])
    assert await Award.count() == await Certificate.count() == 0

    # The process that was to publish is gone; two others start a second after the instant.
    told.clock.now = PUBLISH + A_SECOND
    await asyncio.gather(*(start_worker(told, told.clock.now).work_until_idle() for _ in range(2)))
    titles = [row["title_en"] for row in await Award.select(Award.title_en)]
    shown = await look(visitor)
    assert titles
    assert all(title in shown["/winners"][1] for title in titles)
    assert shown[f"/method/{SLUG}"][0] == shown[f"/winners/{SLUG}/the-work-of-student-0"][0] == 200

    # The clock is set back by an hour: what is published stays, and nothing happens twice.
    counted = await Award.count(), await Certificate.count(), await Message.count()
    told.clock.now = PUBLISH - timedelta(hours=1)
    await start_worker(told, told.clock.now).work_until_idle()
    assert (await look(visitor))["/winners"] == shown["/winners"]
    told.clock.now = PUBLISH + timedelta(hours=1)
    await start_worker(told, told.clock.now).work_until_idle()
    assert (await Award.count(), await Certificate.count(), await Message.count()) == counted
    assert await Publication.count() == 1
    assert await AuditEvent.count().where(AuditEvent.event == "results-published") == 1
