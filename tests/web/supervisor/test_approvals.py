"""The supervisor: the mailed link shows the project, the button answers, and from then on signing in is enough."""

import pytest

from service.usecases.entering.approvals import Affiliation, save_supervision
from service.usecases.entering.entries import open_entry, save_details
from tests.cast import NOW
from tests.conftest import World, post
from tests.entrants import add_rules, details, last_link, letters, start


@pytest.fixture
async def number(world: World) -> str:
    rules, farah = await add_rules(world.edition_id), world.actors["farah"]
    number = await start(farah, rules)
    revision = await save_details(farah, number, details(rules), revision=1, now=NOW)
    wanted = Affiliation("إيمان", "Iman", "iman@tahkim.example", rules.institution_id, "Media", "2026-2027")
    await save_supervision(farah, number, wanted, revision=revision, now=NOW)
    return number


async def test_the_mailed_link_approves_the_entry_once(world: World, number: str):
    visitor = world.visitor()
    link = f"/en/approvals/{number}?key={await last_link('supervisor')}"

    shown = await visitor.get(link)
    answer = await post(
        visitor, f"/en/approvals/{number}", {"key": await last_link("supervisor"), "answer": "approve"}, page=link
    )

    assert "The Last Falaj" in shown.text
    assert "Your approval is recorded" in answer.text
    supervision = (await open_entry(world.actors["farah"], number))[1].supervision
    assert supervision is not None
    assert supervision.approved_at == NOW
    assert (await visitor.get(link)).status_code == 404
    assert [letter["number"] for letter in await letters("supervisor-approved")] == [number]


async def test_returning_needs_a_note_and_tells_the_team(world: World, number: str):
    visitor = world.visitor()
    key = await last_link("supervisor")
    link = f"/en/approvals/{number}?key={key}"

    empty = await post(visitor, f"/en/approvals/{number}", {"key": key, "answer": "return"}, page=link)
    assert empty.status_code == 422
    assert 'href="#f-note"' in empty.text
    told = {"key": key, "answer": "return", "note": "Mend the abstract"}
    assert (await post(visitor, f"/en/approvals/{number}", told, page=link)).status_code == 200

    farah = await world.client("farah")
    assert "Mend the abstract" in (await farah.get(f"/en/entries/{number}")).text


async def test_a_supervisor_who_answered_finds_the_entry_after_signing_in(world: World, number: str):
    iman = await world.client("iman")
    assert (await iman.get(f"/ar/approvals/{number}")).status_code == 404
    visitor, key = world.visitor(), await last_link("supervisor")
    link = f"/ar/approvals/{number}?key={key}"
    await post(visitor, f"/ar/approvals/{number}", {"key": key, "answer": "approve"}, page=link)

    assert "الفلج الأخير" in (await iman.get("/ar/approvals")).text
    assert (await iman.get(f"/ar/approvals/{number}")).status_code == 200


async def test_another_number_or_a_made_up_key_finds_nothing(world: World, number: str):
    visitor, key = world.visitor(), await last_link("supervisor")

    assert (await visitor.get(f"/en/approvals/{number}?key=made-up")).status_code == 404
    assert (await visitor.get(f"/en/approvals/2027-ZZZZ?key={key}")).status_code == 404
    assert (await visitor.get(f"/en/approvals/{number}")).status_code == 404
    assert (await (await world.client("farah")).get("/en/approvals")).status_code == 403
