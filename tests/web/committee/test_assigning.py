"""Pages of assigning after the proposal: the effect of a change, a judge who leaves, follow-up reviews."""

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from service.usecases.panel.follow_ups import plan_follow_ups
from storage.engine import count_queries
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.entry import Entry
from storage.tables.panel import Judge
from tests.competition import DEADLINE, JUDGED
from tests.conftest import post
from tests.unit.service.test_no_way_round import bar
from tests.web.committee.conftest import House
from tests.web.committee.test_pages import MOST_QUERIES

SHARING = "/en/committee/assignments/redistribution"


def hidden(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


async def test_a_change_shows_its_effect_before_it_asks_for_a_reason(entering: House):
    competition = entering.competition
    for at in range(4):
        await competition.enter(f"Student {at}")
    await competition.close()
    await competition.admit()
    for at in range(3):
        await competition.seat(f"Judge {at}")
    await competition.assign()
    entering.clock.set(DEADLINE + timedelta(days=6))
    assigner = await entering.client("assigner")
    pair = await get_row(Assignment.select(Assignment.judge, Assignment.entry.code_name.as_alias("code")))
    taken = {
        row["judge"]
        for row in await Assignment.select(Assignment.judge).where(Assignment.entry.code_name == pair["code"])
    }
    other = next(row["id"] for row in await Judge.select(Judge.id) if row["id"] not in taken)
    wish = f"entry={pair['code']}&remove={pair['judge']}&add={other}"

    for language, words in (("en", "What this change does"), ("ar", "أثر هذا التعديل")):
        with count_queries() as queries:
            shown = await assigner.get(f"/{language}/committee/assignments?{wish}")
        assert words in shown.text
        assert hidden(shown.text, "remove") == str(pair["judge"])
    assert queries.count <= MOST_QUERIES + 1, "\n".join(queries.statements)
    assert (await assigner.get("/en/committee/assignments?entry=DOC-000&add=nonsense")).status_code == 404
    assert await Assignment.exists().where(Assignment.judge == pair["judge"])


async def test_a_judge_leaves_from_the_page_of_judges(judged_now: House):
    await Judge.update({Judge.max_entries: 5}).where(Judge.is_active.eq(True))
    assigner = await judged_now.client("assigner")
    leaving = judged_now.competition.judges[0]
    page = f"{SHARING}?judge={leaving.id}"

    listed = await assigner.get("/en/committee/judges")
    with count_queries() as queries:
        shown = await assigner.get(page)
    typed = {"judge": str(leaving.id), "seen": hidden(shown.text, "seen"), "way": "0", "reason": ""}
    silent = await post(assigner, SHARING, typed, page=page)
    done = await post(assigner, SHARING, {**typed, "reason": "Ill"})
    twice = await post(assigner, SHARING, {**typed, "reason": "Ill"})

    assert f"judge={leaving.id}" in listed.text
    assert "The least change" in shown.text
    assert queries.count <= MOST_QUERIES, "\n".join(queries.statements)
    assert silent.status_code == 422
    assert (done.status_code, twice.status_code) == (303, 409)
    assert "has been withdrawn already" in twice.text
    rows = await Assignment.select(Assignment.judge).where(Assignment.state == "published")
    assert leaving.id not in {row["judge"] for row in rows}
    assert len(rows) == 8


@pytest.mark.parametrize("judge", ["nonsense", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_judge_is_not_found(judged_now: House, judge: str):
    assigner = await judged_now.client("assigner")

    assert (await assigner.get(f"{SHARING}?judge={judge}")).status_code == 404


async def test_a_wish_that_cannot_be_shared_out_is_explained(judged_now: House):
    chair = await judged_now.client("chair")
    leaving = judged_now.competition.judges[0]

    answer = await chair.get(f"{SHARING}?judge={leaving.id}")

    assert answer.status_code == 409
    assert "No assignment is possible" in answer.text
    assert "DOC-" in answer.text or "POD-" in answer.text


async def test_follow_up_reviews_are_asked_for_from_their_page(ranked_now: House):
    ranked_now.clock.set(JUDGED + timedelta(hours=2))
    chair = await ranked_now.client("chair")
    page = "/en/committee/follow-up-reviews"

    due = (JUDGED + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    empty = await chair.get(page)
    review = (await plan_follow_ups(ranked_now.competition.round_id, places=1)).reviews[0]
    pair = f"{review.entry_id}:{review.judge_id}"
    none = await post(chair, page, {"due_at": due, "reason": "Close"}, page=page)
    late = await post(chair, page, {"pairs": pair, "due_at": "2020-01-01T10:00", "reason": "Close"})
    asked = await post(chair, page, {"pairs": pair, "due_at": due, "reason": "Close"})

    assert "No further review would change anything" in empty.text
    assert (none.status_code, late.status_code, asked.status_code) == (422, 422, 303)
    assert await Assignment.count().where(Assignment.due_at.is_not_null()) == 1
    assert "التقييمات الإضافية" in (await chair.get("/ar/committee/follow-up-reviews?asked=1")).text


async def test_from_the_comparison_a_review_of_just_these_projects_is_proposed_and_asked_for(ranked_now: House):
    ranked_now.clock.set(JUDGED + timedelta(hours=2))
    await ranked_now.competition.seat("Judge New")
    chair = await ranked_now.client("chair")
    compared = (await chair.get("/en/committee/ranking/documentary/compare")).text
    page = html.unescape(re.findall(r'href="([^"]*follow-up-reviews[?]only=[^"]*)"', compared)[0])
    codes = re.findall(r"only=([A-Z]+-\d+)", page)
    assert len(codes) == 2

    shown = (await chair.get(page)).text
    pairs = re.findall(r'name="pairs" value="([^"]+)"', shown)
    proposed = {pair.split(":")[0] for pair in pairs}
    wanted = await Entry.select(Entry.id).where(Entry.code_name.is_in(codes))
    assert proposed == {str(row["id"]) for row in wanted}
    assert "You asked for this project" in shown
    due = (JUDGED + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    refused = await post(chair, page, {"only": codes, "due_at": due, "reason": "Close"}, page=page)
    assert refused.status_code == 422
    assert re.findall(r'name="pairs" value="([^"]+)"', refused.text) == pairs
    asked = await post(chair, page, {"only": codes, "pairs": pairs[0], "due_at": due, "reason": "Close"}, page=page)
    assert asked.status_code == 303


async def test_a_possible_judge_is_checked_before_anything_is_sent(entering: House):
    """R065."""
    await entering.competition.enter("Student", at="squ")
    await entering.competition.close()
    await entering.competition.admit()
    entering.clock.set(DEADLINE + timedelta(days=4))
    assigner = await entering.client("assigner")
    typed = {
        "email": "new@studio.example", "name_ar": "سالم الحارثي", "name_en": "Salim Al Harthi", "kind": "academic",
        "categories": "documentary", "languages": "ar", "institution": "squ", "step": "check",
    }  # fmt: skip

    tied = await post(assigner, "/en/committee/judges/invite", typed, page="/en/committee/judges/invite")
    clear = await post(assigner, "/en/committee/judges/invite", {**typed, "institution": "utas"})

    assert tied.status_code == 200
    assert "The data show ties" in tied.text
    assert "a tie to one project of 1" in tied.text
    assert 'value="Salim Al Harthi"' in tied.text
    assert "The data show no tie" in clear.text
    assert not await Judge.exists()


async def test_rules_are_set_on_the_page_and_what_makes_them_impossible_is_told_there(entering: House):
    competition = entering.competition
    await competition.enter("Student")
    await competition.close()
    await competition.admit()
    for at in range(3):
        await competition.seat(f"Judge {at}")
    entering.clock.set(DEADLINE + timedelta(days=6))
    assigner = await entering.client("assigner")
    url = "/en/committee/assignments"

    wrong = await post(assigner, f"{url}/rules", {"academics_least": "two", "practitioners_least": "1"}, page=url)
    saved = await post(
        assigner, f"{url}/rules", {"practitioners_least": "\u0661", "team_once": "yes"}, page=url
    )  # fmt: skip
    refused = await post(assigner, f"{url}/propose", {"seed": "1"}, page=url)
    arabic = await assigner.get("/ar/committee/assignments")

    assert wrong.status_code == 422
    assert "Write a whole number from 0 to 2" in wrong.text
    assert saved.status_code == 303
    assert refused.status_code == 409
    assert "lacks one practitioner" in refused.text
    assert "one practitioner" in refused.text.split("Any one of these")[1]
    assert "قواعد الإسناد" in arabic.text


async def test_a_forged_form_gives_no_barred_pair(entering: House):
    competition = entering.competition
    await competition.enter("Student")
    await competition.close()
    await competition.admit()
    for at in range(3):
        await competition.seat(f"Judge {at}")
    await competition.assign()
    entering.clock.set(DEADLINE + timedelta(days=6))
    assigner = await entering.client("assigner")
    pair = await get_row(Assignment.select(Assignment.entry, Assignment.entry.code_name.as_alias("code")))
    taken = {row["judge"] for row in await Assignment.select(Assignment.judge)}
    free = next(judge.id for judge in competition.judges if judge.id not in taken)
    await bar(pair["entry"], free)
    url = "/en/committee/assignments"

    refused = await post(
        assigner, f"{url}/change", {"entry": pair["code"], "add": str(free), "reason": "Chosen"}, page=url
    )

    assert refused.status_code == 409
    assert not await Assignment.exists().where(Assignment.judge == free)


async def test_limits_of_a_judge_are_set_on_a_page_of_their_own_and_seen_in_the_list(entering: House):
    await entering.competition.seat("Judge of few")
    judge = entering.competition.judges[0]
    assigner = await entering.client("assigner")
    address = f"/committee/judges/{judge.id}/limits"
    for language, words in (("en", "Most projects in all"), ("ar", "أقصى عدد للمشاريع في المجموع")):
        with count_queries() as queries:
            assert words in (await assigner.get(f"/{language}{address}")).text
    assert queries.count <= MOST_QUERIES, "\n".join(queries.statements)

    wrong = await post(assigner, f"/en{address}", {"max_entries": "six", "max_documentary": "2"}, page=f"/en{address}")
    right = await post(
        assigner, f"/en{address}", {"max_entries": "٦", "max_documentary": "2", "max_podcast": ""}, page=f"/en{address}"
    )

    assert wrong.status_code == 422
    assert "Write a whole number from 1 to 200." in wrong.text
    assert right.status_code == 303
    listed = await assigner.get(right.headers["location"])
    assert "The limits are saved" in listed.text
    assert "(at most 2)" in listed.text
    assert "of 6" in listed.text
    assert (await assigner.get(f"/en/committee/judges/{uuid4()}/limits")).status_code == 404
    assert (await (await entering.client("registrar")).get(f"/en{address}")).status_code == 403
