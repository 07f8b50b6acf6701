"""The committee tells entrants, publishes and archives by its forms: confirmed, in order, and once."""

import asyncio
from datetime import timedelta

from storage.lifecycle import EditionState
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.message import Message
from tests.competition import NOTICE, PUBLISH
from tests.conftest import post
from tests.web.committee.conftest import House
from tests.web.committee.test_moves import state_of


async def test_publication_is_confirmed_by_typing_and_after_the_appeals(told: House):
    chair = await told.client("chair")
    page = "/en/committee/publish"

    wrong = await post(chair, page, {"at": "2027-12-01T10:00", "typed_name": "small"}, page=page)
    early = await post(chair, page, {"at": (NOTICE + timedelta(days=1)).isoformat()[:16], "typed_name": "Small 2027"})
    right = await post(chair, page, {"at": "2027-12-01T10:00", "typed_name": "Small 2027"})

    assert wrong.status_code == 422
    assert 'id="f-typed_name-error"' in wrong.text
    assert early.status_code == 409
    assert right.status_code == 303
    assert "Publication happens by itself" in (await chair.get(page)).text


async def test_twenty_publications_at_once_publish_once_and_write_each_winner_once(told: House):
    competition = told.competition
    await competition.schedule()
    told.clock.set(PUBLISH)

    answers = await asyncio.gather(*(competition.publish() for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(answer, str) for answer in answers) == 1
    letters = await Message.select(Message.email).where(Message.template == "published")
    assert len(letters) == len({row["email"] for row in letters}) > 0


async def test_a_published_edition_is_archived_once_by_the_chair_and_is_read_from_then_on(told: House):
    early = await post(await told.client("chair"), "/en/committee/archive", page="/en/account")
    await told.competition.schedule()
    told.clock.set(PUBLISH)
    await told.competition.publish()
    chair, secretary = await told.client("chair"), await told.client("secretary")
    offered = (await chair.get("/en/committee")).text
    letters, form = "/en/committee/messages", 'method="post" action="/en/committee/messages"'
    assert form in (await secretary.get(letters)).text

    refused = await post(secretary, "/en/committee/archive", page="/en/account")
    first = await post(chair, "/en/committee/archive", page="/en/committee")
    again = await post(chair, "/en/committee/archive", page="/en/account")

    assert 'action="/en/committee/archive"' in offered
    assert (early.status_code, refused.status_code, first.status_code, again.status_code) == (409, 403, 303, 409)
    assert await state_of(told) == EditionState.ARCHIVED
    assert form not in (await secretary.get(letters)).text
    assert 'action="/en/committee/archive"' not in (await chair.get("/en/committee")).text
    edition = await get_row(Edition.select(Edition.slug).where(Edition.id == told.competition.edition_id))
    assert (await told.visitor().get(f"/en/winners?edition={edition['slug']}")).status_code == 200


async def test_entrants_are_told_once_and_only_when_every_category_is_decided(ranked_now: House):
    chair = await ranked_now.client("chair")
    early = await post(chair, "/en/committee/notify", page="/en/account")
    await ranked_now.competition.decide()
    assert "This cannot be undone." in (await chair.get("/en/committee/publish")).text

    first = await post(chair, "/en/committee/notify", page="/en/committee/publish")
    second = await post(chair, "/en/committee/notify", page="/en/committee/publish")

    assert (early.status_code, first.status_code, second.status_code) == (409, 303, 409)
    assert await state_of(ranked_now) == EditionState.NOTIFIED
