"""Another judge asked for a review once teams were told: only where an upheld appeal gave the category back."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import RoundClosed
from service.usecases.deciding.appeal_answers import confirm_answer, propose_answer
from service.usecases.deciding.appeals import lodge_appeal
from service.usecases.deciding.decisions import RoundNotRanked
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.refusals import SheetSealed
from service.usecases.judging.sheets import save_mark, seal_sheet
from service.usecases.letters.reminders import RemindedToday, remind_judges, remind_now
from service.usecases.panel.follow_ups import FollowUp, plan_follow_ups
from service.usecases.panel.further_reviews import RoundNotReviewed, TeamsTold, ask_follow_ups
from service.usecases.panel.sheet_time import give_time
from service.usecases.publishing.publication import publish_edition
from service.usecases.ranking.runs import compute_ranking
from service.usecases.setup.opening import close_round
from storage.columns import from_json
from storage.reads.decisions import find_last_run
from storage.reads.judge.sheets import get_my_sheet
from storage.rows import get_row
from storage.tables.appeal import Appeal
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.job import Job
from storage.tables.message import Message
from storage.tables.panel import Round
from storage.tables.result import Decision
from storage.tables.scoresheet import ScoreSheet
from tests.competition import NOTICE, PUBLISH, Competition

LATER = NOTICE + timedelta(days=2)
DUE = LATER + timedelta(days=3)


async def uphold(competition: Competition) -> UUID:
    """An appeal on a score is upheld and one sheet left out; the entry."""
    number, entrant = next(iter(competition.entrants.items()))
    words = "One of the marks was entered for another project than the one that we handed in."
    await lodge_appeal(
        entrant, number, ground="score", content=words, file=None, objects=competition.objects, now=LATER
    )
    entry = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    appeal = (await get_row(Appeal.select(Appeal.id)))["id"]
    sealed = (ScoreSheet.assignment.entry == entry["id"]) & (ScoreSheet.state == "sealed")
    sheet = await get_row(ScoreSheet.select(ScoreSheet.assignment.judge.as_alias("judge")).where(sealed))
    await propose_answer(
        competition.chair, appeal, verdict="upheld", answer="Meant for another.", now=LATER, judges=[sheet["judge"]]
    )
    await confirm_answer(competition.actors[Role.MEMBER], appeal, now=LATER)
    return UUID(str(entry["id"]))


async def find_review(competition: Competition, entry: UUID) -> FollowUp:
    code = (await get_row(Entry.select(Entry.code_name).where(Entry.id == entry)))["code_name"]
    (review,) = (await plan_follow_ups(competition.round_id, only=[code])).reviews
    return review


async def ask(competition: Competition, *pairs: tuple[UUID, UUID]) -> int:
    return await ask_follow_ups(
        competition.chair, competition.round_id, pairs, due_at=DUE, reason="In place of a sheet left out", now=LATER
    )


async def states(competition: Competition) -> tuple[str, str]:
    in_round = await get_row(Round.select(Round.state).where(Round.id == competition.round_id))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == competition.edition_id))
    return in_round["state"], edition["state"]


async def test_another_judge_reviews_in_place_of_a_sheet_left_out_and_the_category_is_decided_on_the_new_ranking(
    notified: Competition,
):
    entry = await uphold(notified)
    review = await find_review(notified, entry)
    n_outcomes = await Message.count().where(Message.template.is_in(["outcome", "outcome-honoured"]))

    assert await ask(notified, (entry, review.judge_id)) == 1

    assert await states(notified) == ("open", "notified")
    assert await Message.count().where(Message.template == "follow-up") == 1
    asked = next(each for each in notified.judges if each.id == review.judge_id)
    found = await get_my_sheet(asked.id, review.code_name)
    assert found is not None
    await answer_conflict(asked, found.id, answer=Answer.NO, now=LATER)
    (decision,) = await Decision.select(Decision.id, Decision.category).where(Decision.state == "open")
    with pytest.raises(RoundNotRanked):
        await sign_decision(notified.chair, decision["id"], now=LATER)
    fresh = await get_my_sheet(asked.id, review.code_name)
    assert fresh is not None
    await notified.mark(asked, fresh, [8] * len(fresh.criteria), now=LATER)
    await seal_sheet(asked, found.id, now=LATER)
    await close_round(notified.chair, notified.round_id, now=DUE)
    assert await states(notified) == ("closed", "notified")
    with pytest.raises(RoundNotRanked):
        await approve_decision(notified.chair, decision["id"], now=DUE)
    await compute_ranking(notified.actors[Role.SECRETARY], notified.round_id, now=DUE)

    run = await find_last_run(notified.round_id)
    assert run is not None
    category = str(decision["category"])
    line = next(each for each in run.output["categories"][category] if each["entry"] == str(entry))
    sealed = (ScoreSheet.assignment.entry == entry) & (ScoreSheet.state == "sealed")
    assert line["reviews"] == await ScoreSheet.count().where(sealed)
    await notified.place({"id": decision["category"]})
    for actor in (notified.chair, notified.actors[Role.MEMBER]):
        await sign_decision(actor, decision["id"], now=DUE)
    assert await approve_decision(notified.chair, decision["id"], now=DUE)
    await notified.schedule()
    assert await publish_edition(notified.chair, notified.edition_id, now=PUBLISH)
    assert await Message.count().where(Message.template.is_in(["outcome", "outcome-honoured"])) == n_outcomes


async def test_no_review_is_asked_for_in_a_category_whose_teams_were_told_what_stands(notified: Competition):
    given_back = await uphold(notified)
    (decided,) = await Decision.select(Decision.category).where(Decision.state == "approved")
    told = await get_row(Entry.select(Entry.id).where(Entry.category == decided["category"]))
    judge = notified.judges[0].id

    with pytest.raises(TeamsTold):
        await ask(notified, (told["id"], judge))
    review = await find_review(notified, given_back)
    with pytest.raises(TeamsTold):
        await ask(notified, (given_back, review.judge_id), (told["id"], judge))

    assert await states(notified) == ("ranked", "notified")


async def test_while_every_decision_stands_no_review_is_asked_for_after_telling(notified: Competition):
    entry, judge = (await Entry.select(Entry.id).first())["id"], notified.judges[0].id

    with pytest.raises(RoundNotReviewed):
        await ask(notified, (entry, judge))


async def test_after_telling_no_other_sheet_opens_and_no_tie_is_declared_on_a_sealed_one(notified: Competition):
    entry = await uphold(notified)
    review = await find_review(notified, entry)
    await ask(notified, (entry, review.judge_id))
    other = next(each for each in notified.judges if each.id != review.judge_id)
    sealed = (ScoreSheet.assignment.judge == other.id) & (ScoreSheet.state == "sealed")
    sheet = await get_row(ScoreSheet.select(ScoreSheet.id, ScoreSheet.revision).where(sealed))

    with pytest.raises(SheetSealed):
        await answer_conflict(other, sheet["id"], answer=Answer.YES, kind="family", now=LATER)
    await ScoreSheet.update({ScoreSheet.state: "draft"}).where(ScoreSheet.id == sheet["id"])
    criterion = (await notified.read_sheet(other)).criteria[0].id
    with pytest.raises(RoundClosed):
        await save_mark(other, sheet["id"], criterion_id=criterion, step=3, revision=sheet["revision"], now=LATER)


async def test_the_letter_about_a_sheet_left_out_names_its_code_and_tells_nothing_of_the_appeal(notified: Competition):
    entry = await uphold(notified)

    (letter,) = await Message.select().where(Message.template == "sheet-set-aside")
    code = (await get_row(Entry.select(Entry.code_name).where(Entry.id == entry)))["code_name"]
    assert from_json(letter["facts"]) == {
        "code": code, "path": f"/judging/{code}", "of_edition": str(notified.edition_id)
    }  # fmt: skip


async def test_time_is_given_after_telling_to_a_sheet_asked_for_and_to_none_of_a_category_that_stands(
    notified: Competition,
):
    entry = await uphold(notified)
    (decided,) = await Decision.select(Decision.category).where(Decision.state == "approved")
    of_told = ScoreSheet.assignment.entry.category == decided["category"]
    told = await get_row(ScoreSheet.select(ScoreSheet.id).where(of_told))
    await ScoreSheet.update({ScoreSheet.state: "draft"}).where(ScoreSheet.id == told["id"])
    given = {"due_at": DUE + timedelta(days=2), "reason": "A day at the hospital", "now": LATER}
    with pytest.raises(TeamsTold):
        await give_time(notified.chair, told["id"], **given)
    await ask(notified, (entry, (await find_review(notified, entry)).judge_id))
    asked = await get_row(ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment.due_at == DUE))

    await give_time(notified.chair, asked["id"], **given)

    assert await ScoreSheet.exists().where(ScoreSheet.assignment.due_at == given["due_at"])
    assert await states(notified) == ("open", "notified")


async def test_a_judge_asked_after_telling_is_reminded_before_the_own_last_moment_and_nobody_else_is(
    notified: Competition,
):
    entry = await uphold(notified)
    review = await find_review(notified, entry)
    other = next(each for each in notified.judges if each.id != review.judge_id)
    left_over = await get_row(ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment.judge == other.id))
    await ScoreSheet.update({ScoreSheet.state: "draft"}).where(ScoreSheet.id == left_over["id"])

    await ask(notified, (entry, review.judge_id))

    a_day = timedelta(days=1)
    planned = await Job.select(Job.due_at).where((Job.kind == "remind-judges") & (Job.due_at > LATER))
    assert [row["due_at"] for row in planned] == [DUE - a_day]
    n_first, n_again = [
        await remind_judges(notified.round_id, closes_at=DUE, days=1, now=DUE - a_day) for _ in range(2)
    ]
    asked = next(each for each in notified.judges if each.id == review.judge_id)
    (letter,) = await Message.select().where(Message.template == "judge-reminder")
    assert (n_first, n_again, letter["email"]) == (1, 0, asked.actor.email)
    facts = from_json(letter["facts"])
    assert (facts["n"], facts["closes_at"]) == (1, DUE.isoformat())
    both = {asked.id, other.id}
    assert await remind_now(notified.actors[Role.SECRETARY], notified.round_id, both, now=DUE - a_day) == 1
    with pytest.raises(RemindedToday):
        await remind_now(notified.actors[Role.SECRETARY], notified.round_id, both, now=DUE)


async def test_time_given_to_a_sheet_moves_its_reminders(notified: Competition):
    entry = await uphold(notified)
    await ask(notified, (entry, (await find_review(notified, entry)).judge_id))
    asked = await get_row(ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment.due_at == DUE))
    until = DUE + timedelta(days=2)

    await give_time(notified.chair, asked["id"], due_at=until, reason="A day at the hospital", now=LATER)

    n_old = await remind_judges(notified.round_id, closes_at=DUE, days=1, now=DUE - timedelta(days=1))
    n_new = await remind_judges(notified.round_id, closes_at=until, days=1, now=until - timedelta(days=1))
    assert (n_old, n_new) == (0, 1)
