"""Duties are given by invitation and taken back; registrar and judge exclude each other; an administrator stays."""

import re

import httpx

from service.usecases.people.invitations import accept_invitation
from storage.tables.message import Message
from storage.tables.person import RoleGrant
from tests.cast import PASSWORD
from tests.conftest import World, post

PAGE = "/en/admin/people"


async def invite(lubna: httpx.AsyncClient, world: World, **changes: str) -> httpx.Response:
    form = {"email": "new.chair@people.example", "name_ar": "رئيسة جديدة", "name_en": "New Chair", "role": "chair",
            "edition": str(world.edition_id), "reason": "Decision 12/2027", **changes}  # fmt: skip
    return await post(lubna, f"{PAGE}/invite", form, page=PAGE)


async def last_secret() -> str:
    row = await Message.select(Message.facts).where(Message.template == "invitation").first()
    assert row
    found = re.search(r"/invitations/([\w-]+)", row["facts"])
    assert found
    return found[1]


async def test_somebody_invited_takes_the_duty_up_and_it_is_taken_back(world: World, lubna: httpx.AsyncClient):
    answer = await invite(lubna, world)
    waiting = (await lubna.get(PAGE)).text
    signed_in = await accept_invitation(await last_secret(), password=PASSWORD, device="x", now=world.clock.now)
    chair = world.visitor(cookies={"tahkim": signed_in.secret})
    opened = await chair.get("/en/committee")
    grant = (
        await RoleGrant.select().where((RoleGrant.person == signed_in.person_id) & (RoleGrant.role == "chair")).first()
    )
    assert grant
    why = f"reason-{grant['id']}"
    unsaid = await post(lubna, f"{PAGE}/{grant['id']}/take-back", {why: " "}, page=PAGE)
    taken = await post(lubna, f"{PAGE}/{grant['id']}/take-back", {why: "Left the ministry"}, page=PAGE)

    assert answer.status_code == 303
    assert "new.chair@people.example" in waiting
    assert opened.status_code == 200
    assert unsaid.status_code == 422
    assert f'id="f-{why}-error"' in unsaid.text
    assert await Message.count().where(Message.template == "duty-taken") == 1
    assert taken.status_code == 303
    assert (await chair.get("/en/committee")).status_code == 403


async def test_the_last_administrator_stays(world: World, lubna: httpx.AsyncClient):
    grant = await RoleGrant.select().where(RoleGrant.role == "administrator").first()
    assert grant

    refused = await post(lubna, f"{PAGE}/{grant['id']}/take-back", {f"reason-{grant['id']}": "why"}, page=PAGE)

    assert refused.status_code == 409
    assert (await lubna.get(PAGE)).status_code == 200


async def test_the_only_chair_of_an_edition_stays_until_another_has_accepted(world: World, lubna: httpx.AsyncClient):
    grant = await RoleGrant.select().where(RoleGrant.role == "chair").first()
    assert grant
    path, why = f"{PAGE}/{grant['id']}/take-back", {f"reason-{grant['id']}": "Moved abroad"}

    refused = await post(lubna, path, why, page=PAGE)
    await invite(lubna, world)
    still = await post(lubna, path, why, page=PAGE)
    await accept_invitation(await last_secret(), password=PASSWORD, device="x", now=world.clock.now)
    taken = await post(lubna, path, why, page=PAGE)

    assert (refused.status_code, still.status_code, taken.status_code) == (409, 409, 303)
    assert "only chair of the edition" in refused.text


async def test_nobody_is_invited_to_a_duty_they_hold_or_without_a_reason(world: World, lubna: httpx.AsyncClient):
    twice = await invite(lubna, world, email="jamal@tahkim.example")
    unsaid = await invite(lubna, world, reason="")

    assert "holds the duty already" in twice.text
    assert (twice.status_code, unsaid.status_code) == (422, 422)
    assert await Message.count().where(Message.template == "invitation") == 0


async def test_a_judge_of_the_edition_is_not_invited_as_its_registrar(world: World, lubna: httpx.AsyncClient):
    """R053."""
    refused = await invite(lubna, world, email="basil@tahkim.example", role="registrar")

    assert refused.status_code == 409
    assert "cannot be its registrar" in refused.text


async def test_an_invitation_that_was_taken_back_opens_nothing(world: World, lubna: httpx.AsyncClient):
    await invite(lubna, world)
    link = re.search(r"/en(/admin/people/invitations/[0-9a-f-]+/take-back)", (await lubna.get(PAGE)).text)
    assert link
    answer = await post(lubna, f"/en{link[1]}", page=PAGE)

    assert answer.status_code == 303
    assert (await world.visitor().get(f"/en/invitations/{await last_secret()}")).status_code in {404, 409, 410}


async def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(world: World, lubna: httpx.AsyncClient):
    refused = await invite(lubna, world, email="nobody", name_en="", edition="")

    assert refused.status_code == 422
    assert 'value="nobody"' in refused.text
    assert refused.text.count('class="errmsg"') == 3


async def test_names_stand_in_the_order_of_their_letters_however_they_are_spelt(world: World, lubna: httpx.AsyncClient):
    """R117: alef comes first with or without its hamza, and taa marbuta is no letter between baa and taa."""
    names = ("ابتسام", "أحمد", "اسراء", "إيمان", "آية", "بشرى", "بثينة")
    for at, name in enumerate(names):
        await invite(lubna, world, email=f"member.{at}@people.example", name_ar=name, name_en=f"M{at}", role="member")

    shown = (await lubna.get("/ar/admin/people")).text

    found = sorted(names, key=lambda name: shown.index(f"{name}</bdi>"))
    assert found == ["ابتسام", "أحمد", "اسراء", "إيمان", "آية", "بثينة", "بشرى"]
