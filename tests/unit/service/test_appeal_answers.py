"""Appeals answered by two, their way back to the committee, and comments chosen for the teams."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound, NotOpenNow
from service.usecases.deciding.appeal_answers import (
    AppealMoved,
    SamePerson,
    confirm_answer,
    propose_answer,
    send_back_answer,
)
from service.usecases.deciding.appeals import lodge_appeal
from service.usecases.deciding.decisions import RankingOutdated
from service.usecases.deciding.feedback import choose_comments
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.publishing.bundle_format import check_bundle, write_bundle
from service.usecases.publishing.bundles import make_bundle
from service.usecases.publishing.publication import AppealsOpen, NotDecided, publish_edition, schedule_publication
from service.usecases.ranking.runs import NotClosed, compute_ranking
from storage.columns import from_json
from storage.reads.bundles import find_bundle
from storage.reads.committee.feedback import list_team_comments
from storage.reads.committee.joint import list_sheets
from storage.reads.entrant.asking import find_appeal
from storage.rows import get_row
from storage.tables.appeal import Appeal, ChosenComment
from storage.tables.audit import AuditEvent
from storage.tables.conflict import Conflict
from storage.tables.entry import Entry
from storage.tables.message import Message
from storage.tables.panel import Round
from storage.tables.result import Decision, DecisionSignature
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.competition import JUDGED, NOTICE, PUBLISH, Competition

LATER = NOTICE + timedelta(days=2)
WORDS = "One of the marks was entered for another project than the one that we handed in."


async def lodge(competition: Competition, *, ground: str = "procedure") -> tuple[UUID, UUID]:
    """A team lodges an appeal; the appeal and the entry."""
    number, entrant = next(iter(competition.entrants.items()))
    await lodge_appeal(entrant, number, ground=ground, content=WORDS, file=None, objects=competition.objects, now=LATER)
    entry = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    row = await get_row(Appeal.select(Appeal.id).where(Appeal.entry == entry["id"]))
    return row["id"], entry["id"]


async def test_an_answer_needs_two_and_is_read_by_the_team_only_then(notified: Competition):
    appeal, entry = await lodge(notified)
    member = notified.actors[Role.MEMBER]
    with pytest.raises(Invalid):
        await propose_answer(member, appeal, verdict="maybe", answer="", now=LATER)
    with pytest.raises(NotAllowed):
        await propose_answer(notified.actors[Role.REGISTRAR], appeal, verdict="dismissed", answer="x", now=LATER)

    await propose_answer(member, appeal, verdict="dismissed", answer="The procedure was followed.", now=LATER)

    seen = await find_appeal(entry)
    assert seen is not None
    assert (seen.verdict, seen.answer) == (None, "")
    with pytest.raises(SamePerson):
        await confirm_answer(member, appeal, now=LATER)
    await confirm_answer(notified.chair, appeal, now=LATER)
    seen = await find_appeal(entry)
    assert seen is not None
    assert (seen.verdict, seen.answer) == ("dismissed", "The procedure was followed.")
    assert await Message.count().where(Message.template == "appeal-answered") == 1
    with pytest.raises(AppealMoved):
        await confirm_answer(notified.chair, appeal, now=LATER)
    assert not await Decision.exists().where(Decision.state == "open")


async def test_an_answer_may_be_sent_back_and_written_again(notified: Competition):
    appeal, _ = await lodge(notified)
    await propose_answer(notified.chair, appeal, verdict="upheld", answer="Yes.", now=LATER)
    with pytest.raises(AppealMoved):
        await propose_answer(notified.actors[Role.MEMBER], appeal, verdict="dismissed", answer="No.", now=LATER)

    await send_back_answer(notified.actors[Role.MEMBER], appeal, now=LATER)

    await propose_answer(notified.actors[Role.MEMBER], appeal, verdict="dismissed", answer="No.", now=LATER)


async def test_an_appeal_upheld_takes_its_category_back_to_the_committee_and_publication_waits(notified: Competition):
    """R022."""
    appeal, _ = await lodge(notified)
    with pytest.raises(AppealsOpen):
        await schedule_publication(notified.chair, notified.edition_id, at=PUBLISH, typed_name="Small 2027", now=LATER)

    await propose_answer(notified.chair, appeal, verdict="upheld", answer="The mark was another's.", now=LATER)
    await confirm_answer(notified.actors[Role.MEMBER], appeal, now=LATER)

    reopened = await Decision.select(Decision.id).where(Decision.state == "open")
    assert len(reopened) == 1
    decision = reopened[0]["id"]
    assert not await DecisionSignature.exists().where(DecisionSignature.decision == decision)
    assert await Decision.count().where(Decision.state == "approved") == 1
    assert (await get_row(Round.select(Round.state).where(Round.id == notified.round_id)))["state"] == "ranked"
    with pytest.raises(NotDecided):
        await notified.schedule()

    for actor in (notified.chair, notified.actors[Role.MEMBER]):
        await sign_decision(actor, decision, now=LATER)
    await approve_decision(notified.chair, decision, now=LATER)
    await notified.schedule()
    assert await publish_edition(notified.chair, notified.edition_id, now=PUBLISH)


async def test_an_appeal_on_a_conflict_sets_the_named_sheet_aside_and_places_wait_for_a_ranking_without_it(
    notified: Competition,
):
    appeal, entry = await lodge(notified, ground="conflict")
    member, chair = notified.actors[Role.MEMBER], notified.chair
    sealed = (ScoreSheet.assignment.entry == entry) & (ScoreSheet.state == "sealed")
    rows = await ScoreSheet.select(ScoreSheet.assignment.judge.as_alias("judge")).where(sealed)
    judge, *others = [row["judge"] for row in rows]
    assert others
    said = {"verdict": "upheld", "answer": "The judge taught the team.", "now": LATER}
    with pytest.raises(Invalid):
        await propose_answer(chair, appeal, **said)
    with pytest.raises(NotFound):
        await propose_answer(chair, appeal, **said, judges=[uuid4()])

    await propose_answer(chair, appeal, **said, judges=[judge, *others])
    await send_back_answer(member, appeal, now=LATER)
    await propose_answer(chair, appeal, **said, judges=[judge])
    assert await ScoreSheet.count().where(sealed) == 1 + len(others)
    await confirm_answer(member, appeal, now=LATER)

    assert await ScoreSheet.count().where(sealed) == len(others)
    stand = {row["judge"]: row["state"] for row in await Conflict.select().where(Conflict.entry == entry)}
    assert stand == {judge: "confirmed", **dict.fromkeys(others, "dismissed")}
    (decision,) = await Decision.select(Decision.id, Decision.category).where(Decision.state == "open")
    for act in (sign_decision, approve_decision):
        with pytest.raises(RankingOutdated):
            await act(chair, decision["id"], now=LATER)
    await compute_ranking(notified.actors[Role.SECRETARY], notified.round_id, now=LATER)
    await notified.place({"id": decision["category"]})
    for actor in (chair, member):
        await sign_decision(actor, decision["id"], now=LATER)
    await approve_decision(chair, decision["id"], now=LATER)
    await notified.schedule()
    assert await publish_edition(chair, notified.edition_id, now=PUBLISH)


async def test_an_appeal_on_a_wrong_mark_leaves_the_sheet_out_whole_with_the_answer_as_the_reason_on_record(
    notified: Competition,
):
    appeal, entry = await lodge(notified, ground="score")
    member, chair = notified.actors[Role.MEMBER], notified.chair
    sealed = (ScoreSheet.assignment.entry == entry) & (ScoreSheet.state == "sealed")
    rows = await ScoreSheet.select(ScoreSheet.id, ScoreSheet.assignment.judge.as_alias("judge")).where(sealed)
    wrong, kept = rows[0], rows[1:]
    marks = await Mark.select(Mark.criterion, Mark.step).where(Mark.sheet == wrong["id"]).order_by(Mark.criterion)
    said = {"verdict": "upheld", "answer": "The judge says that the mark was meant for another.", "now": LATER}
    with pytest.raises(NotFound):
        await propose_answer(chair, appeal, **said, judges=[uuid4()])

    await propose_answer(chair, appeal, **said, judges=[row["judge"] for row in rows])
    await send_back_answer(member, appeal, now=LATER)
    assert (await get_row(Appeal.select(Appeal.left_out)))["left_out"] is None
    await propose_answer(chair, appeal, **said, judges=[wrong["judge"]])
    assert await ScoreSheet.count().where(sealed) == 1 + len(kept)
    await confirm_answer(member, appeal, now=LATER)

    assert {row["id"] for row in await ScoreSheet.select(ScoreSheet.id).where(sealed)} == {row["id"] for row in kept}
    assert marks == await Mark.select(Mark.criterion, Mark.step).where(Mark.sheet == wrong["id"]).order_by(
        Mark.criterion
    )
    told = await get_row(AuditEvent.select(AuditEvent.reason).where(AuditEvent.event == "sheet-set-aside"))
    assert told["reason"] == said["answer"]
    assert not await Conflict.exists().where(Conflict.source == "appeal")
    (aside,) = [each for each in await list_sheets(notified.round_id) if each.state == "set-aside"]
    assert (aside.id, aside.appeal, aside.aside_at) == (wrong["id"], said["answer"], LATER)
    (decision,) = await Decision.select(Decision.id, Decision.category).where(Decision.state == "open")
    with pytest.raises(RankingOutdated):
        await notified.place({"id": decision["category"]})
    await compute_ranking(notified.actors[Role.SECRETARY], notified.round_id, now=LATER)
    await notified.place({"id": decision["category"]})

    content = await find_bundle(notified.edition_id, await make_bundle(chair, notified.edition_id, now=LATER))
    assert content is not None
    told = from_json(content)
    assert {each["run"] for each in told["rounds"]} == {each["run"] for each in told["decisions"]} == {1, 2}
    assert check_bundle(content.encode()).difference is None
    older = next(each for each in told["decisions"] if each["run"] == 1)
    older["run"] = 2
    older["outcomes"][0]["computed_rank"] += 1
    found = check_bundle(write_bundle({name: part for name, part in told.items() if name != "parts"}).encode())
    assert found.difference is not None
    assert found.difference.where.startswith("decisions/1/")


async def test_a_ranking_is_not_computed_anew_once_all_is_decided_and_no_appeal_was_upheld(notified: Competition):
    with pytest.raises(NotClosed):
        await compute_ranking(notified.actors[Role.SECRETARY], notified.round_id, now=LATER)


async def test_chosen_comments_are_the_categorys_own_and_chosen_before_telling(ranked: Competition):
    category, other = await ranked.find_category("documentary"), await ranked.find_category("podcast")
    mine, theirs = (
        await list_team_comments(ranked.round_id, category),
        await list_team_comments(ranked.round_id, other),
    )
    secretary = ranked.actors[Role.SECRETARY]
    assert mine
    with pytest.raises(NotFound):
        await choose_comments(secretary, ranked.edition_id, ranked.round_id, category, [theirs[0].sheet_id], now=JUDGED)

    chosen = [each.sheet_id for each in mine[:2]]
    await choose_comments(secretary, ranked.edition_id, ranked.round_id, category, chosen, now=JUDGED)
    await choose_comments(secretary, ranked.edition_id, ranked.round_id, category, chosen[:1], now=JUDGED)

    rows = await ChosenComment.select(ChosenComment.sheet, ChosenComment.content)
    assert [row["sheet"] for row in rows] == chosen[:1]
    assert rows[0]["content"] == "Well made."
    with pytest.raises(NotAllowed):
        await choose_comments(ranked.actors[Role.MEMBER], ranked.edition_id, ranked.round_id, category, [], now=JUDGED)
    await ranked.decide()
    await ranked.notify()
    with pytest.raises(NotOpenNow):
        await choose_comments(secretary, ranked.edition_id, ranked.round_id, category, [], now=NOTICE)
