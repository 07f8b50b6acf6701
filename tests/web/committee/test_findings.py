"""Places that may give a name away: the registrar confirms them or dismisses them with a reason, and that stands."""

from datetime import timedelta
from uuid import UUID, uuid4

from service.usecases.files.identities import keep_findings
from storage.inspect.report import Finding, Place, PlaceKind, Severity
from storage.rows import get_row
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.file import IdentityFinding
from tests.competition import DEADLINE
from tests.conftest import post
from tests.web.committee.conftest import House

FOUND = Finding(
    "identity.person",
    Severity.FIX,
    Place(PlaceKind.METADATA, name="abstract_en"),
    {"who": "Student One", "excerpt": "thanks to Student One"},
)


async def start(entering: House) -> tuple[str, UUID, UUID]:
    competition = entering.competition
    number = await competition.enter("Student One")
    entry = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    await keep_findings(entry["id"], None, [FOUND], now=DEADLINE)
    finding = await get_row(IdentityFinding.select(IdentityFinding.id).where(IdentityFinding.excerpt.like("thanks%")))
    await competition.close()
    entering.clock.set(DEADLINE + timedelta(days=1))
    return number, entry["id"], finding["id"]


async def test_a_dismissal_needs_a_reason_and_stands_when_the_file_is_searched_again(entering: House):
    number, entry_id, finding_id = await start(entering)
    browser = await entering.client("registrar")
    page, told = f"/en/committee/eligibility/{number}", {"finding": str(finding_id), "verdict": "dismissed"}

    refused = await post(browser, f"{page}/findings", told, page=page)
    done = await post(browser, f"{page}/findings", told | {f"reason-{finding_id}": "A street of that name."}, page=page)
    await keep_findings(entry_id, None, [FOUND], now=DEADLINE + timedelta(days=2))

    assert refused.status_code == 422
    assert "Write why this place gives nobody away." in refused.text
    assert done.status_code == 303
    row = await get_row(IdentityFinding.select().where(IdentityFinding.excerpt.like("thanks%")))
    assert (row["state"], row["reason"]) == ("dismissed", "A street of that name.")
    shown = (await browser.get(page)).text
    assert "A street of that name." in shown
    assert await AuditEvent.count().where(AuditEvent.event == "finding-decided") == 1


async def test_what_is_confirmed_says_so_and_another_entrys_finding_is_not_there(entering: House):
    number, _, finding_id = await start(entering)
    browser = await entering.client("registrar")
    page = f"/ar/committee/eligibility/{number}"

    done = await post(browser, f"{page}/findings", {"finding": str(finding_id), "verdict": "confirmed"}, page=page)
    stranger = await post(browser, f"{page}/findings", {"finding": str(uuid4()), "verdict": "confirmed"}, page=page)
    unsure = await post(browser, f"{page}/findings", {"finding": str(finding_id), "verdict": "open"}, page=page)

    assert done.status_code == 303
    assert stranger.status_code == 404
    assert unsure.status_code == 422
    assert "يكشف اسمًا" in (await browser.get(page)).text
    assert (await get_row(IdentityFinding.select().where(IdentityFinding.id == finding_id)))["state"] == "confirmed"
