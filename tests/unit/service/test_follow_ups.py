"""Follow-up reviews: proposed where they matter, asked for sheet by sheet, the rest of the round staying closed."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, RoundClosed
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import save_mark, seal_sheet
from service.usecases.panel.assignment import PairBarred
from service.usecases.panel.follow_ups import plan_follow_ups
from service.usecases.panel.further_reviews import FollowUpNotPossible, RoundNotReviewed, ask_follow_ups
from storage.columns import from_json
from storage.reads.judge.sheets import get_my_sheet
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.edition import Edition
from storage.tables.message import Message
from storage.tables.panel import Round
from tests.competition import JUDGED, JUDGING, Competition

LATER = JUDGED + timedelta(hours=2)
DUE = LATER + timedelta(days=3)


async def states(competition: Competition) -> tuple[str, str]:
    in_round = await get_row(Round.select(Round.state).where(Round.id == competition.round_id))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == competition.edition_id))
    return in_round["state"], edition["state"]


async def test_reviews_are_proposed_for_pairs_that_every_rule_allows(ranked: Competition):
    plan = await plan_follow_ups(ranked.round_id, extra=4, places=1)

    taken = {(row["entry"], row["judge"]) for row in await Assignment.select(Assignment.entry, Assignment.judge)}
    assert plan.reviews
    assert taken.isdisjoint({(each.entry_id, each.judge_id) for each in plan.reviews})
    assert all(each.policy in {"winner", "line", "differ"} for each in plan.reviews)
    assert all(0 <= before <= 1 and 0 <= after <= 1 for before, after in plan.chances.values())
    again = await plan_follow_ups(ranked.round_id, extra=4, places=1)
    assert again == plan


async def test_projects_on_which_judges_differ_come_first(judging: Competition):
    """R069."""
    for number, judge in enumerate(judging.judges):
        for at in range(len(await judging.list_codes(judge))):
            sheet = await judging.sheet(judge, at)
            is_wide = sheet.entry.code_name.startswith("DOC") and at == 0
            step = (1 if number % 2 else 8) if is_wide else 5
            await judging.mark(judge, sheet, [step] * len(sheet.criteria))
            await seal_sheet(judge, sheet.id, now=JUDGING)
    await judging.end_judging()

    plan = await plan_follow_ups(judging.round_id, extra=5)

    policies = [each.policy for each in plan.reviews]
    assert policies == sorted(policies, key=lambda policy: policy != "differ")
    assert all(each.spread > 25 for each in plan.reviews if each.policy == "differ")


async def test_the_round_opens_again_for_the_sheets_asked_for_and_no_other(judging: Competition):
    behind = judging.judges[0]
    left = await judging.sheet(behind)
    for judge in judging.judges[1:]:
        for at in range(len(await judging.list_codes(judge))):
            sheet = await judging.sheet(judge, at)
            await judging.mark(judge, sheet, [5, 6])
            await seal_sheet(judge, sheet.id, now=JUDGING)
    await judging.end_judging()
    review = (await plan_follow_ups(judging.round_id, extra=5, places=1)).reviews[0]

    n_asked = await ask_follow_ups(
        judging.chair, judging.round_id, [(review.entry_id, review.judge_id)], due_at=DUE, reason="Close", now=LATER
    )

    assert n_asked == 1
    assert await states(judging) == ("open", "judging")
    asked = next(judge for judge in judging.judges if judge.id == review.judge_id)
    [letter] = await Message.select().where(Message.template == "follow-up")
    assert letter["email"] == asked.actor.email
    assert from_json(letter["facts"]) == {"n": 1, "due": DUE.isoformat(), "path": "/judging"}
    found = await get_my_sheet(asked.id, review.code_name)
    assert found is not None
    await answer_conflict(asked, found.id, answer=Answer.NO, now=LATER)
    criterion = found.criteria[0].id
    await save_mark(asked, found.id, criterion_id=criterion, step=4, revision=found.revision, now=LATER)
    with pytest.raises(RoundClosed):
        await save_mark(asked, found.id, criterion_id=criterion, step=5, revision=found.revision + 1, now=DUE)
    with pytest.raises(RoundClosed):
        await save_mark(behind, left.id, criterion_id=left.criteria[0].id, step=4, revision=left.revision, now=LATER)


async def test_a_barred_judge_is_never_asked(ranked: Competition):
    review = (await plan_follow_ups(ranked.round_id, extra=4, places=1)).reviews[0]
    await Conflict.insert(
        Conflict(judge=review.judge_id, entry=review.entry_id, source="institution", kind="", state="confirmed",
                 note="", reason="", made_at=LATER)
    )  # fmt: skip

    with pytest.raises(PairBarred):
        await ask_follow_ups(
            ranked.chair, ranked.round_id, [(review.entry_id, review.judge_id)], due_at=DUE, reason="Close", now=LATER
        )
    again = await plan_follow_ups(ranked.round_id, extra=4, places=1)
    assert (review.entry_id, review.judge_id) not in {(each.entry_id, each.judge_id) for each in again.reviews}


async def test_a_review_that_is_there_a_past_date_and_no_reason_are_refused(ranked: Competition):
    row = await get_row(Assignment.select(Assignment.entry, Assignment.judge))
    pair = (row["entry"], row["judge"])

    with pytest.raises(FollowUpNotPossible):
        await ask_follow_ups(ranked.chair, ranked.round_id, [pair], due_at=DUE, reason="Close", now=LATER)
    with pytest.raises(Invalid):
        await ask_follow_ups(ranked.chair, ranked.round_id, [pair], due_at=LATER, reason="Close", now=LATER)
    with pytest.raises(Invalid):
        await ask_follow_ups(ranked.chair, ranked.round_id, [], due_at=DUE, reason="Close", now=LATER)
    with pytest.raises(Invalid):
        await ask_follow_ups(ranked.chair, ranked.round_id, [pair], due_at=DUE, reason=" ", now=LATER)
    for role in (Role.ASSIGNER, Role.MEMBER, Role.OBSERVER):
        with pytest.raises(NotAllowed):
            await ask_follow_ups(ranked.actors[role], ranked.round_id, [pair], due_at=DUE, reason="Close", now=LATER)
    assert await states(ranked) == ("ranked", "deciding")


async def test_nothing_is_asked_for_once_the_round_is_decided(ranked: Competition):
    review = (await plan_follow_ups(ranked.round_id, extra=4, places=1)).reviews[0]
    await Round.update({Round.state: "decided"}).where(Round.id == ranked.round_id)

    with pytest.raises(RoundNotReviewed):
        await ask_follow_ups(
            ranked.chair, ranked.round_id, [(review.entry_id, review.judge_id)], due_at=DUE, reason="Close", now=LATER
        )
