"""What the committee does by its forms: errors beside fields, nothing twice, nobody over somebody else's work."""

import asyncio
import re
from datetime import timedelta

from service.usecases.panel.sheet_time import give_time
from storage.columns import to_json
from storage.lifecycle import EditionState
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.edition import DeadlineExtension, Edition
from storage.tables.entry import EligibilityCheck, Entry
from storage.tables.panel import Judge
from storage.tables.result import RankingRun
from tests.competition import DEADLINE, JUDGED, JUDGING
from tests.conftest import post
from tests.web.committee.conftest import House


async def state_of(house: House) -> str:
    return str((await get_row(Edition.select(Edition.state).where(Edition.id == house.edition_id)))["state"])


async def test_an_extension_without_a_reason_shows_the_form_again_with_what_was_typed(entering: House):
    chair = await entering.client("chair")

    answer = await post(chair, "/en/committee/extend", {"to": "2027-12-01T14:00", "reason": " "}, page="/en/committee")

    assert answer.status_code == 422
    assert 'value="2027-12-01T14:00"' in answer.text
    assert 'id="f-reason-error"' in answer.text
    assert await DeadlineExtension.count() == 0


async def test_an_extension_is_read_in_the_edition_s_time_zone_and_shown_with_its_reason(entering: House):
    chair = await entering.client("chair")

    answer = await post(
        chair,
        "/en/committee/extend",
        {"to": "2027-12-01T14:00", "reason": "The network was down"},
        page="/en/committee",
    )

    assert answer.status_code == 303
    row = await get_row(DeadlineExtension.select())
    assert row["to_at"].isoformat() == "2027-12-01T10:00:00+00:00"
    assert "The network was down" in (await entering.visitor().get("/en")).text


async def test_one_project_gets_time_by_its_number_and_its_team_reads_so(entering: House):
    number = await entering.competition.enter("Student")
    entering.clock.set(DEADLINE)
    chair = await entering.client("chair")
    typed = {"number": "2027-ZZZZ", "entry_to": "2027-04-12T14:00", "entry_reason": "Ill"}

    wrong = await post(chair, "/en/committee/extend-entry", typed, page="/en/committee")
    given = await post(chair, "/en/committee/extend-entry", {**typed, "number": number}, page="/en/committee")

    assert wrong.status_code == 422
    assert "No project of this edition has this number" in wrong.text
    assert 'value="2027-ZZZZ"' in wrong.text
    assert given.headers["location"].endswith("/committee?told=1")
    assert "a letter goes to 1 person" in (await chair.get("/en/committee?told=1")).text


async def test_entries_close_at_the_deadline_once(entering: House):
    chair = await entering.client("chair")
    entering.clock.set(DEADLINE - timedelta(minutes=1))
    assert (await post(chair, "/ar/committee/close", page="/ar/committee")).status_code == 409
    entering.clock.set(DEADLINE)

    first = await post(chair, "/ar/committee/close")
    second = await post(chair, "/ar/committee/close")

    assert (first.status_code, second.status_code) == (303, 409)
    assert await state_of(entering) == EditionState.CLOSED


async def test_the_registrar_s_three_decisions(entering: House):
    competition = entering.competition
    numbers = [await competition.enter(f"Student {at}") for at in range(3)]
    await competition.close()
    entering.clock.set(DEADLINE + timedelta(days=1))
    registrar = await entering.client("registrar")
    paths = [f"/en/committee/eligibility/{number}" for number in numbers]

    shown = (await registrar.get(paths[0])).text
    rules = re.findall(r'name="(rule-[^"]+)" value="yes"', shown)
    met, unmet = dict.fromkeys(rules, "yes"), dict.fromkeys(rules, "no")
    unanswered = await post(registrar, paths[0], {"decision": "admit"}, page=paths[0])
    against = await post(registrar, paths[0], {"decision": "admit"} | unmet, page=paths[0])
    by_a_met_rule = {"decision": "exclude", "reason": "Why", "rule": rules[0].removeprefix("rule-")} | met
    inside_out = await post(registrar, paths[0], by_a_met_rule, page=paths[0])
    admitted = await post(registrar, paths[0], {"decision": "admit"} | met, page=paths[0])
    wrong = await post(registrar, paths[1], {"decision": "return", "due_at": "2026-01-01T10:00"}, page=paths[1])
    returned = await post(
        registrar, paths[1], {"decision": "return", "reason": "A page is missing", "due_at": "2028-01-01T10:00"}
    )
    excluded = await post(registrar, paths[2], {"decision": "exclude", "reason": "Not a student"}, page=paths[2])
    twice = await post(registrar, paths[0], {"decision": "admit"} | met)

    assert (admitted.status_code, returned.status_code, twice.status_code) == (303, 303, 409)
    assert wrong.status_code == excluded.status_code == 422
    assert [each.status_code for each in (unanswered, against, inside_out)] == [422, 422, 422]
    assert f'href="#f-{rules[0]}"' in unanswered.text
    assert "First university" in shown
    kept = await EligibilityCheck.select(EligibilityCheck.answers).where(EligibilityCheck.decision == "admit").first()
    assert kept == {"answers": to_json({rules[0].removeprefix("rule-"): True})}
    assert 'id="f-due_at-error"' in wrong.text
    assert 'id="f-rule-error"' in excluded.text
    states = {row["entry_number"]: row["state"] for row in await Entry.select(Entry.entry_number, Entry.state)}
    assert [states[number] for number in numbers] == ["admitted", "returned", "submitted"]


async def test_assigning_from_the_page_with_a_change_by_hand_and_the_opening(entering: House):
    competition = entering.competition
    for at in range(4):
        await competition.enter(f"Student {at}")
    await competition.close()
    await competition.admit()
    for at in range(3):
        await competition.seat(f"Judge {at}")
    entering.clock.set(DEADLINE + timedelta(days=5))
    assigner, chair = await entering.client("assigner"), await entering.client("chair")

    proposed = await post(
        assigner, "/en/committee/assignments/propose", {"seed": "1"}, page="/en/committee/assignments"
    )
    shown = await assigner.get("/en/committee/assignments")
    pair = await get_row(Assignment.select(Assignment.judge, Assignment.entry.code_name.as_alias("code")))
    taken = {
        row["judge"]
        for row in await Assignment.select(Assignment.judge).where(Assignment.entry.code_name == pair["code"])
    }
    other = next(row["id"] for row in await Judge.select(Judge.id) if row["id"] not in taken)
    change = {"entry": pair["code"], "remove": str(pair["judge"]), "add": str(other), "reason": ""}
    unexplained = await post(assigner, "/en/committee/assignments/change", change)
    changed = await post(assigner, "/en/committee/assignments/change", {**change, "reason": "Knows the field"})
    again = await post(assigner, "/en/committee/assignments/change", {**change, "reason": "Twice"})
    early = await post(chair, "/en/committee/open-judging", page="/en/committee")
    entering.clock.set(JUDGING)
    opened = await post(chair, "/en/committee/open-judging")

    assert proposed.status_code == 303
    assert "Among the best suited" in shown.text
    assert unexplained.status_code == 422
    assert (changed.status_code, again.status_code) == (303, 404)
    assert "Chosen by hand" in (await assigner.get("/en/committee/assignments")).text
    assert (early.status_code, opened.status_code) == (409, 303)
    assert await state_of(entering) == EditionState.JUDGING


async def test_a_wish_that_cannot_be_met_is_explained_with_ways_out(entering: House):
    competition = entering.competition
    await competition.enter("Student")
    await competition.close()
    await competition.admit()
    await competition.seat("Only Judge")
    entering.clock.set(DEADLINE + timedelta(days=5))
    assigner = await entering.client("assigner")

    for language, word in (("en", "No assignment is possible"), ("ar", "لا إسناد ممكن")):
        answer = await post(
            assigner, f"/{language}/committee/assignments/propose", {"seed": "1"}, page="/ar/committee/assignments"
        )
        assert answer.status_code == 409
        assert word in answer.text
        assert "DOC-" in answer.text
    assert await Assignment.count() == 0


async def test_a_conflict_is_decided_once_and_with_a_reason(judged_now: House):
    pair = await get_row(Assignment.select(Assignment.judge, Assignment.entry))
    conflict = Conflict(judge=pair["judge"], entry=pair["entry"], source="declared", kind="", state="held",
                        note="I may know the author", reason="", made_at=JUDGING)  # fmt: skip
    await Conflict.insert(conflict)
    secretary = await judged_now.client("secretary")
    path, page = f"/en/committee/conflicts/{conflict.id}", "/en/committee/declared-conflicts"

    assert "I may know the author" in (await secretary.get(page)).text
    silent = await post(secretary, path, {"decision": "dismiss", "reason": "", "list": "declared"}, page=page)
    told = await post(secretary, path, {"decision": "dismiss", "reason": "Another person", "list": "declared"})
    twice = await post(secretary, path, {"decision": "confirm", "reason": "Or not", "list": "declared"})

    assert silent.status_code == 422
    assert 'id="f-reason-error"' in silent.text
    assert (told.status_code, twice.status_code) == (303, 409)
    assert (await get_row(Conflict.select(Conflict.state)))["state"] == "dismissed"


async def test_a_judge_is_invited_once_and_errors_stand_beside_their_fields(judged_now: House):
    assigner = await judged_now.client("assigner")
    page = "/en/committee/judges/invite"
    told = {"email": "new@judges.example", "name_ar": "محكّمة", "name_en": "A Judge", "kind": "academic",
            "categories": "podcast", "languages": "ar"}  # fmt: skip

    empty = await post(assigner, page, {"kind": "academic"}, page=page)
    first = await post(assigner, page, told)
    second = await post(assigner, page, told)

    assert empty.status_code == 422
    assert empty.text.count("-error") >= 3
    assert (first.status_code, second.status_code) == (303, 409)
    assert "A Judge" in (await assigner.get("/en/committee/judges")).text


async def test_the_ranking_is_locked_until_the_round_closes_and_computed_once_for_a_form_sent_twice(judged_now: House):
    secretary = await judged_now.client("secretary")
    locked = await secretary.get("/en/committee/ranking/documentary")
    assert "Ranking opens when the round closes" in locked.text
    await judged_now.competition.judge_all()
    judged_now.clock.set(JUDGED)
    secretary, chair = await judged_now.client("secretary"), await judged_now.client("chair")
    assert (await post(chair, "/en/committee/close-round", page="/en/committee")).status_code == 303
    path = "/en/committee/ranking/documentary"

    answers = await asyncio.gather(*(post(secretary, f"{path}/compute", {"seen": "0"}, page=path) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert await RankingRun.count() == 1
    assert "Decision line" in (await secretary.get(path)).text


async def test_closing_over_a_sheet_that_was_given_time_says_until_when_and_asks_why(judged_now: House):
    competition = judged_now.competition
    sheet = await competition.sheet(competition.judges[0])
    await competition.end_judging()
    until = JUDGED + timedelta(days=2)
    await give_time(competition.chair, sheet.id, due_at=until, reason="Ill", now=JUDGED + timedelta(hours=1))
    judged_now.clock.set(JUDGED + timedelta(days=1))
    chair = await judged_now.client("chair")
    path = "/en/committee/close-round"

    shown = (await chair.get("/en/committee")).text
    in_arabic = (await chair.get("/ar/committee")).text
    silent = await post(chair, path, {"close_reason": ""}, page="/en/committee")
    closed = await post(chair, path, {"close_reason": "Her sheet is not needed"})

    assert "One sheet is still in time: its judge was given until" in shown
    assert 'name="close_reason"' in shown
    assert silent.status_code == 422
    assert 'id="f-close_reason-error"' in silent.text
    assert "ما زالت بطاقة واحدة في مهلتها" in in_arabic
    assert closed.status_code == 303
    assert await state_of(judged_now) == EditionState.DECIDING


async def test_the_log_can_be_narrowed_and_checked(ranked_now: House):
    chair = await ranked_now.client("chair")

    narrowed = await chair.get("/en/committee/audit?event=ranking-computed")
    checked = await chair.get("/en/committee/audit?check=yes")

    assert narrowed.text.count("The ranking was computed") >= 2
    assert "A mark was saved</span>" not in narrowed.text
    assert "The log is whole" in checked.text
