"""An edition's own words: in letters and pages, text and never markup, with the platform's a click away."""

import re

import httpx
import pytest

from service.usecases.people.invitations import create_invitation
from service.usecases.setup.copying import NewEdition, start_edition
from service.wording import GROUPS, find_faults, list_places, original
from storage.engine import transaction
from storage.tables.audit import AuditEvent
from storage.tables.wording import EditionWording
from tests.cast import NOW
from tests.conftest import World, csrf_in


async def say(client: httpx.AsyncClient, world: World, key: str, **texts: str) -> httpx.Response:
    """Send a message's form with these texts."""
    address = f"/en/admin/editions/{world.edition_id}/wording/{key}"
    form = (await client.get(address)).text
    seen = re.search(r'name="seen" value="(\w+)"', form)
    assert seen
    return await client.post(address, data={"seen": seen[1], **texts, "csrf": csrf_in(form)})


async def test_a_letter_is_written_in_the_edition_s_words_and_in_the_platform_s_where_one_is_missing(
    world: World, lubna: httpx.AsyncClient
):
    saved = await say(
        lubna, world, "mail.invitation.body", text_en="Dear guest,\n\nserve as {role} in <b>{edition_en}</b>."
    )
    listed = (await lubna.get(f"/en/admin/editions/{world.edition_id}/wording")).text
    async with transaction():
        await create_invitation(
            "guest@people.example", role=world.actors["basil"].role, edition_id=world.edition_id,
            by=world.actors["lubna"], now=world.clock.now,
        )  # fmt: skip
    await world.work()

    letter = world.letters()[0]
    plain = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    assert saved.status_code == 303
    assert "Arabic missing" in listed
    assert "Dear guest," in plain
    assert original("mail.invitation.body", "ar")[:20] in plain
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


async def test_a_place_that_nothing_fills_is_named_and_nothing_is_saved(world: World, lubna: httpx.AsyncClient):
    wrong = await say(lubna, world, "mail.invitation.body", text_ar="عزيزي {name}", text_en="{role} {")
    bare = await say(lubna, world, "public.rules_lead", text_en="Until {deadline}")

    assert wrong.status_code == 422
    assert "Nothing can be put in the place of" in wrong.text
    assert "{name}" in wrong.text
    assert "{edition_ar}" in wrong.text
    assert "A brace stands alone" in wrong.text
    assert "this text carries no facts" in bare.text
    assert await EditionWording.count() == 0


async def test_a_text_is_seen_before_it_is_saved_and_given_back_after(world: World, lubna: httpx.AsyncClient):
    looked = await say(lubna, world, "public.rules_lead", text_en="Mind <i>these</i>", look="yes")
    unsaved = await EditionWording.count()
    await say(lubna, world, "public.rules_lead", text_en="Mind <i>these</i>", text_ar="تنبّه لهذه")
    shown = (await world.visitor().get("/en/rules")).text
    arabic = (await world.visitor().get("/ar/rules")).text
    address = f"/en/admin/editions/{world.edition_id}/wording/public.rules_lead"
    form = (await lubna.get(address)).text
    restored = await lubna.post(f"{address}/restore", data={"csrf": csrf_in(form)})
    after = (await world.visitor().get("/en/rules")).text

    await say(lubna, world, "public.rules_lead", text_en=original("public.rules_lead", "en"), text_ar=" ")
    assert await EditionWording.count() == 0, "the platform's words are nobody's own"
    assert "Not saved yet" in looked.text
    assert "Mind &lt;i&gt;these&lt;/i&gt;" in looked.text
    assert unsaved == 0
    assert "Mind &lt;i&gt;these&lt;/i&gt;" in shown
    assert "تنبّه لهذه" in arabic
    assert restored.status_code == 303
    assert "to take part is to accept them" in after
    assert await AuditEvent.count().where(AuditEvent.event == "wording-changed") == 2


async def test_an_old_form_does_not_overwrite_and_another_edition_s_words_are_not_found(
    world: World, lubna: httpx.AsyncClient
):
    address = f"/en/admin/editions/{world.edition_id}/wording/public.rules_lead"
    old = (await lubna.get(address)).text
    seen = re.search(r'name="seen" value="(\w+)"', old)
    await say(lubna, world, "public.rules_lead", text_en="First")
    assert seen
    stale = await lubna.post(address, data={"seen": seen[1], "text_en": "Second", "csrf": csrf_in(old)})
    made = NewEdition(slug="next", names={f"{n}_{at}": "Next" for n in ("name", "short") for at in ("ar", "en")},
                      opens_at=NOW)  # fmt: skip
    copied = await start_edition(world.actors["lubna"], made, source_id=world.edition_id, now=NOW)
    chair = await world.client("jamal")

    assert stale.status_code == 422
    assert (await EditionWording.select(EditionWording.text_en).where(EditionWording.edition == copied)) == [
        {"text_en": "First"}
    ]
    assert (await chair.get(address)).status_code == 200
    assert (await chair.get(address.replace(str(world.edition_id), str(copied)))).status_code == 404
    assert (await (await world.client("salma")).get(address)).status_code == 403


@pytest.mark.parametrize("key", [key for keys in GROUPS.values() for key in keys])
def test_every_message_that_may_be_changed_keeps_its_own_places(key: str):
    for language in ("ar", "en"):
        assert find_faults(key, original(key, language)) == ((), False)
    assert all(place.isidentifier() for place in list_places(key))
