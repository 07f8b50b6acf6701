"""Decisions on what another member changed meanwhile: nothing is done, both versions are shown, and it goes on."""

import re
from html import unescape

import httpx
import pytest

from service.text import Words
from service.usecases.deciding.decisions import place_entries
from service.usecases.deciding.placings import Placing
from service.usecases.judging.sheets import seal_sheet
from service.usecases.ranking.runs import compute_ranking
from storage.engine import run_sql
from storage.reads.committee.decision import find_decision
from storage.reads.decisions import list_categories
from storage.tables.assignment import Assignment
from storage.tables.panel import Judge, Round
from storage.tables.result import DecisionSignature, RankingRun
from tests.competition import JUDGED, JUDGING
from tests.web.committee.conftest import House
from tests.web.committee.test_rounds import add_rule

BOTH = pytest.mark.parametrize("language", ["ar", "en"])


def form_in(text: str, action: str) -> dict[str, str]:
    """What the form with this end of its address takes along."""
    found = re.search(rf'<form[^>]*action="[^"]*{action}"[^>]*>(.*?)</form>', text, re.DOTALL)
    assert found, action
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[1])
    }


async def send(browser: httpx.AsyncClient, path: str, form: dict[str, str], **more: str) -> httpx.Response:
    return await browser.post(path, data={**form, **more})


def rows_in(answer: httpx.Response, language: str) -> list[tuple[str, str]]:
    """What was read and what stands now, row by row."""
    assert Words(language).plain("meanwhile.title") in answer.text
    found = re.search(r"<table.*?</table>", answer.text, re.DOTALL)
    assert found
    cells = [unescape(re.sub(r"<[^>]+>", "", each)) for each in re.findall(r"<bdi>(.*?)</bdi>", found[0], re.DOTALL)]
    return list(zip(cells[::2], cells[1::2], strict=True))


@BOTH
async def test_a_member_signs_no_places_but_those_that_were_read(ranked_now: House, language: str):
    competition = ranked_now.competition
    category = (await list_categories(competition.edition_id))[0]
    await competition.place(category)
    member, page = await ranked_now.client("member"), f"/{language}/committee/decision/{category['slug']}"
    read = form_in((await member.get(page)).text, "/sign")
    decision = await find_decision(competition.round_id, category["id"])
    assert decision
    anew = [Placing(each.honour_id, (each.entry_id,), each.reason, "قيل غيره", "Anew") for each in decision.placed]
    anew += [Placing(honour, (), reason) for honour, reason in decision.withheld.items()]
    await place_entries(competition.chair, decision.id, anew, now=JUDGED, seen=decision.digest)

    told = await send(member, f"{page}/sign", read)
    n_signed = await DecisionSignature.count()
    signed = await send(member, f"{page}/sign", form_in(told.text, "/sign"))

    assert (told.status_code, n_signed, signed.status_code) == (409, 0, 303)
    assert Words(language).plain("err.stale_signing") in told.text
    rows = rows_in(told, language)
    assert len(rows) == len(decision.placed)
    assert all("Anew" in now and "قيل غيره" in now and "Anew" not in was for was, now in rows)
    assert await DecisionSignature.count() == 1


@BOTH
async def test_a_ranking_that_another_computed_is_shown_with_what_was_read_and_not_computed_twice(
    ranked_now: House, language: str
):
    chair, path = await ranked_now.client("chair"), f"/{language}/committee/ranking/documentary"
    read = form_in((await chair.get(path)).text, "/compute")
    await compute_ranking(ranked_now.competition.chair, ranked_now.competition.round_id, now=JUDGED)

    told = await send(chair, f"{path}/compute", read)
    n_runs = await RankingRun.count()
    again = await send(chair, f"{path}/compute", form_in(told.text, "/compute"))

    assert (told.status_code, n_runs, again.status_code) == (409, 2, 303)
    assert Words(language).plain("err.stale_run") in told.text
    [(was, now)] = rows_in(told, language)
    assert "1" in was
    assert "2" in now
    assert await RankingRun.count() == 3


@BOTH
async def test_a_shortlist_of_an_older_run_begins_no_round_and_shows_who_goes_on_now(ranked_now: House, language: str):
    await add_rule(ranked_now)
    competition = ranked_now.competition
    chair, page = await ranked_now.client("chair"), f"/{language}/committee/rounds/{competition.round_id}/shortlist"
    read = form_in((await chair.get(page)).text, "/shortlist")
    first = await run_sql("SELECT s.id FROM score_sheet s ORDER BY s.id")
    await run_sql("UPDATE mark SET step = 9 - step WHERE sheet = {}", first[0]["id"])
    await compute_ranking(competition.chair, competition.round_id, now=JUDGED)

    told = await send(chair, page, read)
    n_rounds = await Round.count()
    begun = await send(chair, page, form_in(told.text, "/shortlist"))
    late = await send(chair, page, read)

    assert (told.status_code, n_rounds, begun.status_code, late.status_code) == (409, 1, 303, 409)
    assert Words(language).plain("err.stale_shortlist") in told.text
    assert Words(language).plain("refused.round-begun") in late.text
    assert await Round.count() == 2


@BOTH
async def test_a_redistribution_of_an_older_state_moves_nothing_and_keeps_its_reason(judged_now: House, language: str):
    await Judge.update({Judge.max_entries: 5}).where(Judge.is_active.eq(True))
    assigner, leaving = await judged_now.client("assigner"), judged_now.competition.judges[0]
    page = f"/{language}/committee/assignments/redistribution"
    read = form_in((await assigner.get(f"{page}?judge={leaving.id}")).text, "/redistribution")
    sheet = await judged_now.competition.sheet(leaving)
    await judged_now.competition.mark(leaving, sheet, [5] * len(sheet.criteria), now=JUDGING)
    await seal_sheet(leaving, sheet.id, now=JUDGING)

    told = await send(assigner, page, read, way="0", reason="مرض")
    left = await Assignment.count().where((Assignment.judge == leaving.id) & (Assignment.state == "published"))

    assert told.status_code == 409
    assert left
    assert Words(language).plain("err.stale_redistribution") in told.text
    assert len(rows_in(told, language)) == 2  # what there is to share out, and what the least change would move
    assert ">\nمرض</textarea>" in told.text
