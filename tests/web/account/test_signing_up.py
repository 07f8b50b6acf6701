import re

from tests.conftest import World, csrf_in, post

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
