"""Reminders to judges and letters to groups: looked at first, sent once, seen when they fail."""

import re
from email.message import EmailMessage

import httpx

from service.permissions import Action
from storage.tables.group_letter import GroupLetter
from storage.tables.message import Message
from tests.conftest import post
from tests.web.committee.conftest import House

MESSAGES = "/en/committee/messages"
REMINDERS = "/en/committee/progress/reminders"
TEXT = {
    "audience": "judges", "subject_ar": "موعد اللقاء", "subject_en": "When we meet",
    "body_ar": "نلتقي يوم الأحد.\n\nالساعة 9.",
    "body_en": "We meet on Sunday.\n\nAt 9, {not a place}.",
}  # fmt: skip


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that sends."""
    form = page.split(f'action="{MESSAGES}/send"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="(letter|n)" value="([^"]*)"', form))


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def look(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await post(browser, MESSAGES, TEXT | changes, page=MESSAGES)


async def test_a_letter_to_a_group_is_shown_first_then_sent_once_in_each_reader_s_language(judged_now: House):
    secretary, member = await judged_now.client("secretary"), await judged_now.client("member")
    shown = await look(secretary)
    nothing_yet = await Message.count().where(Message.template == "group")

    sent = await post(secretary, f"{MESSAGES}/send", TEXT | hidden(shown.text), page=MESSAGES)
    again = await post(secretary, f"{MESSAGES}/send", TEXT | hidden(shown.text), page=MESSAGES)
    await judged_now.work()
    letters = [each for each in judged_now.letters() if "When we meet" in str(each["subject"])]
    listed = (await member.get(MESSAGES)).text

    assert shown.status_code == 200
    assert "it goes to 3 people" in shown.text
    assert nothing_yet == 0
    assert (sent.headers["location"][-1], again.headers["location"][-1]) == ("3", "0")
    assert {each["to"] for each in letters} | {each["to"] for each in judged_now.letters()} >= {
        judge.actor.email for judge in judged_now.competition.judges
    }
    assert all("We meet on Sunday.\n\nAt 9, {not a place}." in text_of(each) for each in letters)
    assert "When we meet" in listed
    assert 'name="audience"' not in listed


async def test_what_is_missing_is_named_and_a_group_that_changed_is_looked_at_again(judged_now: House):
    secretary = await judged_now.client("secretary")
    bare = await look(secretary, subject_en="", body_ar=" ", audience="everybody")
    shown = await look(secretary)

    stale = await post(secretary, f"{MESSAGES}/send", TEXT | hidden(shown.text) | {"n": "2"}, page=MESSAGES)

    assert bare.status_code == 422
    assert {"f-subject_en", "f-body_ar", "f-audience"} <= set(re.findall(r'href="#(f-[a-z_]+)"', bare.text))
    assert TEXT["body_en"].splitlines()[0] in bare.text
    assert stale.status_code == 409
    assert await GroupLetter.count() == await Message.count().where(Message.template == "group") == 0


async def test_copies_that_failed_are_seen_and_sent_again_and_entrants_stay_unnamed(judged_now: House):
    secretary = await judged_now.client("secretary")
    for audience in ("judges", "teams"):
        shown = await look(secretary, audience=audience)
        sent = TEXT | {"audience": audience} | hidden(shown.text)
        assert (await post(secretary, f"{MESSAGES}/send", sent, page=MESSAGES)).status_code == 303
    await Message.update({Message.state: "failed", Message.error: "550 no such box"}).where(Message.template == "group")
    listed = (await secretary.get(MESSAGES)).text
    entrants = [actor.email for actor in judged_now.competition.entrants.values()]
    retry = re.findall(rf'action="({MESSAGES}/[^"]+/retry)"', listed)

    answers = [(await post(secretary, each, {}, page=MESSAGES)).status_code for each in retry]

    assert "550 no such box" in listed
    assert judged_now.competition.judges[0].actor.email in listed
    assert not any(email in listed for email in entrants)
    assert answers == [303, 303]
    assert await Message.count().where((Message.template == "group") & (Message.state == "failed")) == 0


async def test_reminders_are_previewed_planned_and_sent_to_those_chosen(judged_now: House):
    assigner, observer = await judged_now.client("assigner"), await judged_now.client("observer")
    shown = (await assigner.get(REMINDERS)).text
    judges = re.findall(r'name="judge" value="([^"]+)" checked', shown)

    nobody = await post(assigner, REMINDERS, {}, page=REMINDERS)
    sent = await post(assigner, REMINDERS, {"judge": judges[0]}, page=REMINDERS)
    twice = await post(assigner, REMINDERS, {"judge": judges[0]}, page=REMINDERS)
    words = await post(assigner, f"{REMINDERS}/days", {"days": "7, soon"}, page=REMINDERS)
    planned = await post(assigner, f"{REMINDERS}/days", {"days": "5، 2"}, page=REMINDERS)
    after = (await observer.get(REMINDERS)).text

    assert len(judges) == 3
    assert 'lang="ar" dir="rtl"' in shown
    assert (nobody.status_code, words.status_code, twice.status_code) == (422, 422, 409)
    assert sent.headers["location"].endswith("sent=1")
    assert planned.status_code == 303
    assert "5 days before" in after
    assert "7 days before" not in after
    assert "last reminded on" in after
    assert 'name="judge"' not in after
    assert (await post(observer, REMINDERS, {"judge": judges[1]}, page=REMINDERS)).status_code == 403, (
        Action.REMIND_JUDGES
    )
