"""What takes two members, and what a member with a tie no longer sees."""

import re
from uuid import UUID, uuid4

import httpx

from service.actors import Role
from service.audit import Event
from service.permissions import RULES
from storage.rows import get_row
from storage.tables.appeal import Appeal
from storage.tables.assignment import Assignment
from storage.tables.audit import AuditEvent
from storage.tables.conflict import Conflict
from storage.tables.entry import Entry, EntryVersion
from storage.tables.panel import Judge
from storage.tables.scoresheet import ScoreSheet
from tests.competition import JUDGED, NOTICE
from tests.conftest import post
from tests.web.committee.conftest import House
from tests.web.committee.test_pages import PAGES

WAITING = "/en/committee/second-person"
PAGES_OF_A_MEMBER = [path for path, action in PAGES.items() if Role.MEMBER in RULES[action].roles]


async def agree(browser: httpx.AsyncClient) -> httpx.Response:
    """Agree to the first thing that waits."""
    shown = (await browser.get(WAITING)).text
    found = re.search(r'action="(/en/committee/second-person/[^"]+)"', shown)
    assert found, "nothing waits for this member"
    return await post(browser, found[1], {"answer": "agree"}, page=WAITING)


async def first_entry() -> dict[str, object]:
    row = await Entry.select(Entry.id, Entry.code_name, Entry.category.slug.as_alias("category")).order_by(
        Entry.code_name
    ).first()  # fmt: skip
    assert row
    return dict(row)


async def test_a_name_is_shown_only_when_two_agreed_and_the_log_says_so_first(ranked_now: House):
    """R054."""
    entry = await first_entry()
    page = f"/en/committee/entries/{entry['code_name']}/unmask"
    secretary, chair = await ranked_now.client("secretary"), await ranked_now.client("chair")
    names = [f"{actor.name} بالعربية" for actor in ranked_now.competition.entrants.values()]

    silent = await post(secretary, page, {"reason": " "}, page=page)
    asked = await post(secretary, page, {"reason": "A complaint names a member."}, page=page)
    alone = await secretary.get(page.replace("/en/", "/ar/"))
    own = (await secretary.get(WAITING)).text
    reads = await AuditEvent.count().where(AuditEvent.event == Event.IDENTITY_READ.value)
    agreed = await agree(chair)
    shown = (await secretary.get(page.replace("/en/", "/ar/"))).text

    assert silent.status_code == 422
    assert asked.status_code == agreed.status_code == 303
    assert not any(name in alone.text for name in names)
    assert "waits for another member" in own
    assert "/second-person/unmask/" not in own
    assert any(name in shown for name in names)
    assert await AuditEvent.count().where(AuditEvent.event == Event.IDENTITY_READ.value) == reads + 1


async def test_a_sealed_sheet_is_reopened_by_two_and_its_judge_is_told(judged_now: House):
    competition = judged_now.competition
    await competition.judge_all()
    sheet = await ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.state == "sealed").first()
    assert sheet
    member, chair = await judged_now.client("member"), await judged_now.client("chair")
    page = "/en/committee/sheets"

    asked = await post(member, f"{page}/{sheet['id']}/reopen", {"reason": "A slip of the hand"}, page=page)
    twice = await post(chair, f"{page}/{sheet['id']}/reopen", {"reason": "The same"}, page=page)
    before = await ScoreSheet.select(ScoreSheet.state).where(ScoreSheet.id == sheet["id"]).first()
    agreed = await agree(chair)
    after = await ScoreSheet.select(ScoreSheet.state).where(ScoreSheet.id == sheet["id"]).first()
    await judged_now.work()

    assert (asked.status_code, twice.status_code, agreed.status_code) == (303, 409, 303)
    assert before == {"state": "sealed"}
    assert after == {"state": "draft"}
    assert any("A slip of the hand" in letter.get_body(("plain",)).get_content() for letter in judged_now.letters())


async def test_a_member_with_a_tie_sees_neither_rows_nor_totals_of_its_category(ranked_now: House):
    entry = await first_entry()
    code, category = str(entry["code_name"]), entry["category"]
    codes = [row["code_name"] for row in await Entry.select(Entry.code_name).where(Entry.category.slug == category)]
    member, other = await ranked_now.client("member"), await ranked_now.client("secretary")
    unmask = f"/en/committee/entries/{code}/unmask"
    before = (await member.get("/en/committee")).text
    aside = await post(member, f"/en/committee/entries/{code}/step-aside", {"kind": "family"}, page=unmask)

    assert aside.status_code == 303
    for path in ("", "/entries", "/progress", "/sheets", "/severity", "/publish", "/second-person"):
        answer = await member.get(f"/en/committee{path}")
        assert answer.status_code == 200, path
        assert not [each for each in codes if each in answer.text], path
    for path in (f"/ranking/{category}", f"/decision/{category}", f"/minutes/{category}", f"/entries/{code}"):
        assert (await member.get(f"/en/committee{path}")).status_code == 404, path
    assert (await member.get("/en/committee")).text != before
    assert code in (await other.get("/en/committee/entries")).text
    closed = await post(member, f"/en/committee/entries/{code}/unmask", {"reason": "x"}, page="/en/account")
    assert closed.status_code == 404


async def test_another_edition_s_request_cannot_be_answered(ranked_now: House):
    chair = await ranked_now.client("chair")
    unknown = UUID("00000000-0000-4000-8000-000000000001")
    for matter in ("unmask", "reopen-sheet", "exclude"):
        answer = await post(chair, f"{WAITING}/{matter}/{unknown}", {"answer": "agree"}, page="/en/account")
        assert answer.status_code == 404, matter


async def test_the_log_leaves_out_what_is_closed_to_a_tied_reader_and_says_so(ranked_now: House):
    entry = await first_entry()
    unmask, log = f"/en/committee/entries/{entry['code_name']}/unmask", "/en/committee/audit?event=joint-asked"
    secretary, chair = await ranked_now.client("secretary"), await ranked_now.client("chair")
    await post(chair, unmask, {"reason": "A complaint names a member."}, page=unmask)
    before = (await secretary.get(log)).text

    await post(secretary, f"/en/committee/entries/{entry['code_name']}/step-aside", {"kind": "family"}, page=unmask)
    after = (await secretary.get(log)).text

    assert "A complaint names a member." in before
    assert "A complaint names a member." not in after
    assert "is left out" in after
    assert "A complaint names a member." in (await chair.get(log)).text


async def read_all(browser: httpx.AsyncClient) -> dict[str, str]:
    """What a browser is shown on every page, without what changes by itself."""
    found = {}
    for path in PAGES_OF_A_MEMBER:
        answer = await browser.get(f"/en{path}")
        found[path] = re.sub(r'value="[0-9a-f]{64}"', "", answer.text)
    return found


async def test_whatever_happens_in_a_category_changes_no_page_that_its_tied_member_reads(ranked_now: House):
    """R067."""
    entry = await first_entry()
    page = f"/en/committee/entries/{entry['code_name']}/unmask"
    member, secretary = await ranked_now.client("member"), await ranked_now.client("secretary")
    await post(member, f"/en/committee/entries/{entry['code_name']}/step-aside", {"kind": "family"}, page=page)
    before, seen_by_others = await read_all(member), await read_all(secretary)

    await _disturb(str(entry["category"]))
    after, changed = await read_all(member), await read_all(secretary)

    assert [path for path in PAGES_OF_A_MEMBER if before[path] != after[path]] == []
    shown = {path for path in PAGES_OF_A_MEMBER if seen_by_others[path] != changed[path]}
    assert {"/committee/entries", "/committee/progress", "/committee/rounds", "/committee/judges"} <= shown


async def _disturb(category: str) -> None:
    """Sheets of a category are opened again and set aside, a tie is held, a project leaves."""
    pairs = await Assignment.select(Assignment.id, Assignment.judge, Assignment.entry).where(
        Assignment.entry.category.slug == category
    ).order_by(Assignment.id)  # fmt: skip
    for pair, state in zip(pairs, ("draft", "set-aside"), strict=False):
        await ScoreSheet.update({ScoreSheet.state: state}).where(ScoreSheet.assignment == pair["id"])
    await Conflict.insert(
        Conflict(judge=pairs[0]["judge"], entry=pairs[0]["entry"], source="declared", kind="", state="held",
                 note="", reason="", made_at=JUDGED)
    )  # fmt: skip
    await EntryVersion.update({EntryVersion.title_en: "Another title"}).where(EntryVersion.entry == pairs[0]["entry"])


async def test_what_is_closed_to_a_tied_member_is_not_reached_by_its_address_either(told: House):
    """R067."""
    entry = await first_entry()
    competition = told.competition
    chair = await told.client("chair")
    appeal_id, conflict_id = uuid4(), uuid4()
    await Appeal.insert(
        Appeal(id=appeal_id, entry=entry["id"], person=competition.chair.person_id, ground="score", content="Why?",
               state="proposed", verdict="dismissed", answer="No.", object_key="appeal/1", file_name="a.pdf",
               media_type="application/pdf", size=1, lodged_at=NOTICE,
               proposed_by=competition.actors[Role.MEMBER].person_id)
    )  # fmt: skip
    judge = await get_row(Judge.select(Judge.id))
    await Conflict.insert(
        Conflict(id=conflict_id, judge=judge["id"], entry=entry["id"], source="declared", kind="", state="held",
                 note="", reason="", made_at=NOTICE)
    )  # fmt: skip
    page = f"/en/committee/entries/{entry['code_name']}/unmask"
    await post(chair, f"/en/committee/entries/{entry['code_name']}/step-aside", {"kind": "family"}, page=page)

    refused = [
        await post(chair, f"/en/committee/appeals/{appeal_id}/confirm", page="/en/committee"),
        await post(chair, f"/en/committee/appeals/{appeal_id}/send-back", page="/en/committee"),
        await chair.get(f"/en/committee/appeals/{appeal_id}/file"),
        await post(
            chair, f"/en/committee/conflicts/{conflict_id}", {"decision": "confirm", "reason": "Yes"},
            page="/en/committee",
        ),
        await post(chair, "/en/committee/audit/export", page="/en/committee"),
    ]  # fmt: skip

    assert [answer.status_code for answer in refused] == [404] * 4 + [409]
    assert (await get_row(Appeal.select(Appeal.state)))["state"] == "proposed"
