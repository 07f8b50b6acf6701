"""Every page of the committee's area: shown in both languages to the duties that may, and to nobody else."""

import pytest

from service.actors import COMMITTEE, Role
from service.permissions import RULES, Action
from storage.engine import count_queries
from storage.tables.entry import Entry
from tests.web.committee.conftest import House

MOST_QUERIES = 12
WIDER = {"/committee/follow-up-reviews": 18}
"""A plan is computed from the round's marks and from all that assignment asks: it reads both."""
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


@pytest.mark.parametrize("path", sorted(PAGES))
async def test_a_page_asks_the_database_at_most_twelve_times(ranked_now: House, path: str):
    role = next(role for role in (Role.CHAIR, Role.REGISTRAR) if role in RULES[PAGES[path]].roles)
    browser = await ranked_now.client(role.value)
    await browser.get(f"/ar{path}")

    with count_queries() as queries:
        await browser.get(f"/ar{path}")

    assert queries.count <= WIDER.get(path, MOST_QUERIES), "\n".join(queries.statements)


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
