import re

import pytest

from service.errors import Invalid
from service.usecases.entering.approvals import Affiliation, save_supervision
from service.usecases.entering.entries import open_entry
from service.usecases.entering.team import invite_member
from service.usecases.people.accounts import Preferences, change_account
from tests.cast import NOW
from tests.conftest import World, csrf_in, post
from tests.entrants import add_rules, start

FORM = {"name_ar": "ريم الحبسية", "name_en": "Reem Al Habsi"}


def link_in(letter) -> str:
    """The address of the letter's link, without its origin."""
    text = letter.get_body(("plain",)).get_content()
    return re.search(r"http://localhost:8000(/\S+)", text)[1]


async def test_a_stranger_signs_up_confirms_by_the_mailed_link_and_is_an_entrant(world: World):
    browser = world.visitor()
    asked = await post(browser, "/en/sign-up", {"email": "Reem@Example.org", **FORM}, page="/en/sign-up")
    await world.work()
    (letter,) = world.letters()
    link = link_in(letter)

    shown = await browser.get(link)
    answer = await browser.post(link, data={"csrf": csrf_in(shown.text), "password": "three calm camels"})

    assert asked.status_code == 200
    assert letter["To"] == "reem@example.org"
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/entries")


async def test_a_known_address_gets_the_same_answer_and_a_letter_that_signs_in(world: World):
    browser = world.visitor()
    unknown = await post(browser, "/en/sign-up", {"email": "somebody@tahkim.example", **FORM}, page="/en/sign-up")
    known = await post(browser, "/en/sign-up", {"email": "farah@tahkim.example", **FORM}, page="/en/sign-up")

    await world.work()

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("farah", "") == unknown.text.replace("somebody", "")
    assert {letter["To"] for letter in world.letters()} == {"somebody@tahkim.example", "farah@tahkim.example"}
    to_known = next(letter for letter in world.letters() if letter["To"] == "farah@tahkim.example")
    assert link_in(to_known).startswith("/ar/sign-in/")


async def test_a_name_is_asked_for_in_the_script_that_shows_it(world: World):
    browser = world.visitor()
    typed = {"email": "reem@example.org", "name_ar": "Reem Al Habsi", "name_en": "ريم Al Habsi"}

    english = await post(browser, "/en/sign-up", typed, page="/en/sign-up")
    arabic = await post(browser, "/ar/sign-up", typed, page="/ar/sign-up")

    assert (english.status_code, arabic.status_code) == (422, 422)
    assert "Write this name in Arabic letters" in english.text
    assert "Write this name in Latin letters" in english.text
    assert arabic.text.count("بالحروف العربية") == arabic.text.count("بالحروف اللاتينية") == 2
    assert 'value="ريم Al Habsi"' in arabic.text
    await world.work()
    assert world.letters() == []


async def test_every_name_that_a_team_gives_is_held_to_its_script(world: World):
    farah, rules = world.actors["farah"], await add_rules(world.edition_id)
    number = await start(farah, rules)
    own, _ = await open_entry(farah, number)
    told = Affiliation("Noura", "Dr Noura 2", "noura@squ.example", rules.institution_id, "Media", "2026-2027")

    with pytest.raises(Invalid) as member:
        await invite_member(farah, number, name_ar="غيث", name_en="غيث", email="g@x.example", now=NOW)
    with pytest.raises(Invalid) as supervisor:
        await save_supervision(farah, number, told, revision=own.revision, now=NOW)
    with pytest.raises(Invalid) as account:
        await change_account(farah, Preferences("فرح", "Фарах", "ar", "western", "auto"))

    assert [(each.field, each.key) for each in member.value.errors] == [("name_en", "account.name_script_en")]
    assert [each.field for each in supervisor.value.errors] == ["supervisor_name_ar"]
    assert [each.field for each in account.value.errors] == ["name_en"]
