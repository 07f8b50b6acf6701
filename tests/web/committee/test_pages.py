"""Every page of the committee's area: shown in both languages to the duties that may, and to nobody else."""

from service.actors import COMMITTEE, Role
from service.permissions import RULES, Action
from storage.engine import count_queries
from storage.tables.entry import Entry
from tests.web.committee.conftest import House

MOST_QUERIES = 12
PAGES = {
    "/committee": Action.READ_OVERVIEW,
    "/committee/entries": Action.READ_RANKING,
    "/committee/ranking/documentary": Action.READ_RANKING,
    "/committee/severity": Action.READ_RANKING,
    "/committee/assignments": Action.READ_ASSIGNMENTS,
    "/committee/assignments/redistribution": Action.ASSIGN_JUDGES,
    "/committee/follow-up-reviews": Action.ASK_FOLLOW_UP,
    "/committee/progress": Action.READ_PROGRESS,
    "/committee/publish": Action.READ_PUBLICATION,
    "/committee/decision/documentary": Action.READ_DECISION,
    "/committee/minutes/documentary": Action.READ_DECISION,
    "/committee/eligibility": Action.CHECK_ELIGIBILITY,
    "/committee/conflicts": Action.READ_CONFLICTS,
    "/committee/declared-conflicts": Action.READ_CONFLICTS,
    "/committee/judges": Action.READ_JUDGES,
    "/committee/judges/invite": Action.INVITE_JUDGE,
    "/committee/audit": Action.READ_AUDIT,
    "/committee/rounds": Action.READ_ASSIGNMENTS,
    "/committee/progress/reminders": Action.READ_PROGRESS,
    "/committee/messages": Action.READ_MESSAGES,
    "/committee/sheets": Action.READ_SHEETS,
    "/committee/second-person": Action.ANSWER_REQUEST,
    "/committee/exports": Action.READ_EXPORTS,
    "/committee/certificates": Action.READ_CERTIFICATES,
    "/committee/feedback/documentary": Action.READ_RANKING,
    "/committee/notify": Action.READ_PUBLICATION,
    "/committee/appeals": Action.READ_APPEALS,
    "/committee/questions": Action.ANSWER_QUESTION,
    "/committee/judges/import": Action.INVITE_JUDGE,
}


async def visit_all(house: House) -> None:
    """Each duty opens each page in both languages; refused areas answer 403."""
    for role in sorted(COMMITTEE):
        browser = await house.client(role.value)
        for path, action in PAGES.items():
            for language in ("ar", "en"):
                answer = await browser.get(f"/{language}{path}")
                expected = 200 if role in RULES[action].roles else 403
                assert answer.status_code == expected, (role, path)
                assert f'lang="{language}"' in answer.text


async def test_every_page_opens_while_entries_are_taken(entering: House):
    await visit_all(entering)


async def test_every_page_opens_while_judges_judge(judged_now: House):
    await visit_all(judged_now)


async def test_every_page_opens_once_ranked(ranked_now: House):
    await visit_all(ranked_now)


async def test_every_page_opens_once_entrants_are_told(told: House):
    await visit_all(told)


async def test_outsiders_get_no_page_of_the_committee(ranked_now: House):
    for name in ("judge0", "entrant", "administrator"):
        browser = await ranked_now.client(name)
        for path in PAGES:
            assert (await browser.get(f"/ar{path}")).status_code == 403, (name, path)
    visitor = ranked_now.visitor()
    for path in PAGES:
        assert (await visitor.get(f"/ar{path}")).status_code == 401, path


async def test_every_page_asks_the_database_at_most_twelve_times(ranked_now: House):
    entry = await Entry.select(Entry.code_name).order_by(Entry.code_name).first()
    assert entry
    pages = PAGES | {
        f"/committee/entries/{entry['code_name']}": Action.READ_RANKING,
        f"/committee/entries/{entry['code_name']}/unmask": Action.UNMASK,
    }
    browsers = {role: await ranked_now.client(role.value) for role in (Role.CHAIR, Role.REGISTRAR, Role.SECRETARY)}
    wide = []
    for path, action in pages.items():
        browser = next(browser for role, browser in browsers.items() if role in RULES[action].roles)
        await browser.get(f"/ar{path}")
        with count_queries() as queries:
            answer = await browser.get(f"/ar{path}")
        assert answer.status_code == 200, path
        if queries.count > MOST_QUERIES:
            wide.append("\n".join([f"{path}: {queries.count}", *(each[:110] for each in queries.statements)]))

    assert not wide, "\n\n".join(wide)


async def test_unknown_categories_and_code_names_are_not_found(ranked_now: House):
    chair = await ranked_now.client("chair")
    for path in ("ranking/none", "decision/none", "minutes/none", "entries/DOC-000"):
        assert (await chair.get(f"/en/committee/{path}")).status_code == 404, path


async def test_pages_of_code_names_say_no_entry_number_and_the_registrar_s_no_code_name(judged_now: House):
    rows = await Entry.select(Entry.entry_number, Entry.code_name)
    chair, registrar = await judged_now.client("chair"), await judged_now.client("registrar")
    seen = "".join([(await chair.get(f"/en{path}")).text for path in PAGES])
    queue = (await registrar.get("/en/committee/eligibility")).text

    for row in rows:
        assert row["code_name"] in seen
        assert row["entry_number"] not in seen
        assert row["entry_number"] in queue
        assert row["code_name"] not in queue
