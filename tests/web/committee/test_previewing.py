"""The public result before its instant: by the public templates, without names until two members agreed."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from service.actors import Role
from service.text import Words
from service.usecases.deciding.unmasking import step_aside
from storage.columns import from_json
from storage.engine import count_queries
from storage.tables.audit import AuditEvent, AuditNonce
from storage.tables.award import Announcement, Award
from storage.tables.entry import Entry
from storage.tables.result import Outcome
from tests.competition import NOTICE, PUBLISH
from tests.conftest import csrf_in
from tests.web.committee.conftest import House

PREVIEW = "/committee/publish/preview"
PLACEHOLDER = {"ar": "اسم يظهر عند الإعلان", "en": "A name shown at publication"}


async def ask_for_names(house: House) -> None:
    """One member asks, another agrees."""
    secretary, member = await house.client("secretary"), await house.client("member")
    page = await secretary.get("/en/committee/publish")
    data = {"csrf": csrf_in(page.text)}
    refused = await secretary.post(f"/en{PREVIEW}/names", data=data | {"reason": " "})
    assert refused.status_code == 422
    await secretary.post(f"/en{PREVIEW}/names", data=data | {"reason": "We read the page before the ceremony"})
    waiting = await member.get("/en/committee/second-person")
    assert "We read the page before the ceremony" in waiting.text
    path = waiting.text.split('action="')[-1].split('"')[0]
    assert "preview-names" in path
    await member.post(path, data={"csrf": csrf_in(waiting.text), "answer": "agree"})


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_preview_is_the_public_page_and_shows_names_only_once_two_members_agreed(told: House, language: str):
    chair = await told.client("chair")
    base = f"/{language}{PREVIEW}"
    titles = [f"The work of Student {at}" for at in range(4)]

    shown = await chair.get(base)
    assert shown.status_code == 200, shown.text[:500]
    assert all(each in shown.text for each in titles)
    assert PLACEHOLDER[language] in shown.text
    assert "Student 0 بالعربية" not in shown.text
    one = await chair.get(f"{base}/winners/the-work-of-student-0")
    assert one.status_code == 200
    assert (await chair.get(f"{base}/method")).status_code == 200
    assert not await AuditEvent.exists().where(AuditEvent.event == "identity-read")
    assert await Award.count() == 0
    assert Words(language).plain("mail.published.subject") in (await chair.get(f"/{language}/committee/publish")).text

    await ask_for_names(told)
    named = await chair.get(base)
    assert PLACEHOLDER[language] not in named.text
    wanted = "Student 0 بالعربية" if language == "ar" else "Student 0"
    assert wanted in (await chair.get(f"{base}/winners/the-work-of-student-0")).text
    honoured = await Outcome.count().where(Outcome.honour.is_not_null())
    reads = await AuditEvent.select().where(AuditEvent.event == "identity-read")
    assert [(row["subject"], row["subject_id"]) for row in reads] == [("edition", str(told.edition_id))] * 2
    told_of = await AuditNonce.select(AuditNonce.value).where(AuditNonce.sequence == reads[0]["sequence"])
    assert len(from_json(told_of[0]["value"])) == honoured

    # What was previewed is what becomes public, but for the addresses and the notice.
    await told.competition.schedule()
    await told.competition.publish()
    told.clock.now = PUBLISH
    public = await told.visitor().get(f"/{language}/winners?edition=small-2027")
    rows = [line.strip() for line in named.text.split('<div class="podium">')[1].split("</section>")[0].splitlines()]
    seen = [line.strip() for line in public.text.split('<div class="podium">')[1].split("</section>")[0].splitlines()]
    assert [each.replace(f"{base}/winners", f"/{language}/winners/small-2027") for each in rows] == seen
    assert (await (await told.client("chair")).get(base)).status_code == 404


async def test_a_view_of_the_preview_asks_little_and_leaves_one_row_in_the_log_where_names_are_shown(told: House):
    chair = await told.client("chair")
    await chair.get(f"/en{PREVIEW}")  # the run is read once and kept
    for path in ("", "/winners/the-work-of-student-0", "/method"):
        with count_queries() as asked:
            assert (await chair.get(f"/en{PREVIEW}{path}")).status_code == 200
        assert asked.count <= 12, "\n".join(each[:90] for each in asked.statements)

    await ask_for_names(told)
    before = await AuditEvent.count()
    with count_queries() as asked:
        await chair.get(f"/en{PREVIEW}")
    of_the_log = [each for each in asked.statements if "audit_" in each]
    assert asked.count - len(of_the_log) <= 12, asked.statements
    assert await AuditEvent.count() == before + 1
    await chair.get(f"/en{PREVIEW}/method")
    assert await AuditEvent.count() == before + 1


async def test_nobody_else_reaches_the_preview_and_a_member_with_a_tie_sees_nothing_of_that_category(told: House):
    for name in ("registrar", "assigner", "observer", "judge0", "entrant"):
        answer = await (await told.client(name)).get(f"/en{PREVIEW}")
        assert answer.status_code == 403, name
    assert (await told.visitor().get(f"/en{PREVIEW}")).status_code in {303, 401, 403}
    entry = (await Entry.select(Entry.id, Entry.code_name).where(Entry.code_name.like("DOC%")).first()) or {}
    member = told.competition.actors[Role.MEMBER]
    await step_aside(member, entry["id"], kind="family", note="", now=NOTICE)
    await ask_for_names_by_others(told)

    shown = await (await told.client("member")).get(f"/en{PREVIEW}")
    titles = [f"The work of Student {at}" for at in range(4)]
    assert PLACEHOLDER["en"] in shown.text  # names stay closed to them
    assert sum(each in shown.text for each in titles) == 2
    assert (await (await told.client("member")).get(f"/en{PREVIEW}/method")).status_code == 404


async def ask_for_names_by_others(house: House) -> None:
    secretary, chair = await house.client("secretary"), await house.client("chair")
    page = await secretary.get("/en/committee/publish")
    await secretary.post(f"/en{PREVIEW}/names", data={"csrf": csrf_in(page.text), "reason": "To read it"})
    waiting = await chair.get("/en/committee/second-person")
    path = waiting.text.split('action="')[-1].split('"')[0]
    await chair.post(path, data={"csrf": csrf_in(waiting.text), "answer": "agree"})


def _actions(home: str) -> str:
    return home.split('<p class="actions mt-5">')[1].split("</p>", maxsplit=1)[0]


async def test_publication_in_two_steps_names_the_honoured_first_and_their_places_later(told: House):
    first_at = PUBLISH - timedelta(hours=3)
    told.clock.now = PUBLISH - timedelta(days=2)
    chair, visitor = await told.client("chair"), told.visitor()
    form = await chair.get("/en/committee/publish")
    data = {"csrf": csrf_in(form.text), "typed_name": "Small 2027", "seen": ""}
    here = timedelta(hours=4)  # Muscat

    def write(moment):
        return (moment + here).strftime("%Y-%m-%dT%H:%M")

    late = await chair.post("/en/committee/publish", data=data | {"at": write(PUBLISH), "first_at": write(PUBLISH)})
    assert late.status_code == 422
    await chair.post("/en/committee/publish", data=data | {"at": write(PUBLISH), "first_at": write(first_at)})
    stale = await chair.post("/en/committee/publish", data=data | {"at": write(PUBLISH), "first_at": ""})
    assert stale.status_code == 409

    told.clock.now = first_at - timedelta(seconds=1)
    await told.work()
    assert "The work of" not in (await visitor.get("/en/winners")).text
    assert "/en/winners" not in _actions((await visitor.get("/en")).text)
    told.clock.now = first_at
    await told.work()
    for language in ("ar", "en"):
        shown = (await visitor.get(f"/{language}/winners")).text
        assert all(f"The work of Student {at}" in shown for at in range(4))
        assert "DOC-" not in shown
        assert "Student 0 بالعربية" not in shown
    assert "/en/winners" in _actions((await visitor.get("/en")).text)
    order = [shown.index(f"The work of Student {at}") for at in (0, 2, 1, 3)]
    assert order == sorted(order)  # by title within a category, whatever the places
    assert (await visitor.get("/en/winners/small-2027/the-work-of-student-0")).status_code == 404
    assert (await visitor.get("/en/method/small-2027")).status_code == 404
    assert await Award.count() == 0
    await told.work()
    assert await AuditEvent.count().where(AuditEvent.event == "honoured-announced") == 1

    told.clock.now = PUBLISH
    await told.work()
    assert 'class="card win' in (await visitor.get("/en/winners")).text
    assert await Announcement.count() == 1


async def test_certificates_are_previewed_without_names_and_under_a_code_that_is_none(told: House):
    """R073, R076."""
    chair = await told.client("chair")

    answer = await chair.get(f"/en{PREVIEW}/certificates.pdf")

    assert answer.status_code == 200
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert len(pages) == await Outcome.count().where(Outcome.honour.is_not_null())
    assert all(PLACEHOLDER["en"] in text and "0000-0000-0000" in text for text in pages)
    assert not await AuditEvent.exists().where(AuditEvent.event == "identity-read")


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_instant_is_held_against_the_date_that_everybody_was_told(told: House, language: str):
    told.clock.now = PUBLISH - timedelta(days=2)
    chair, words, path = await told.client("chair"), Words(language), f"/{language}/committee/publish"
    form = await chair.get(path)
    data = {"csrf": csrf_in(form.text), "typed_name": "Small 2027"}
    promised = (PUBLISH + timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M")  # Muscat
    later = (PUBLISH + timedelta(hours=28)).strftime("%Y-%m-%dT%H:%M")
    otherwise = words("publish.check_otherwise", date=PUBLISH, time=PUBLISH)
    as_told = words("publish.check_promised", date=PUBLISH, time=PUBLISH)

    assert f'value="{promised}"' in form.text
    assert str(words("publish.promised", date=PUBLISH, time=PUBLISH)) in form.text
    assert str(otherwise) not in form.text
    await chair.post(path, data=data | {"at": promised, "seen": ""})
    kept = (await chair.get(path)).text
    await chair.post(path, data=data | {"at": later, "seen": PUBLISH.isoformat()})
    moved = (await chair.get(path)).text

    assert str(as_told) in kept
    assert str(otherwise) not in kept
    assert str(otherwise) in moved
    assert str(as_told) not in moved
