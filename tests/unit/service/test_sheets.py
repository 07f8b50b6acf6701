"""A judge's sheet: marks saved one by one, compared by revision, sealed once."""

from datetime import timedelta

import pytest

from service.errors import Invalid, NotFound, RoundClosed, StaleRevision
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.notes import put_note, remove_note
from service.usecases.judging.practice import mark_practice
from service.usecases.judging.refusals import (
    AnswerFirst,
    CommentNeeded,
    CriterionMissing,
    SheetHeld,
    SheetSealed,
)
from service.usecases.judging.sheets import abstain, save_comments, save_mark, seal_sheet
from storage.reads.judge.lists import get_my_list
from storage.reads.judge.practice import get_practice_sheet
from storage.reads.judge.sheets import get_my_sheet
from storage.tables.rubric import Criterion, PracticeMark
from storage.tables.scoresheet import Mark, MarkChange, PrivateNote
from tests.competition import JUDGED, JUDGING, Competition

A_MILLISECOND = timedelta(milliseconds=1)


async def test_marks_are_saved_one_by_one_and_the_answer_says_what_is_stored(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    first, second = sheet.criteria

    one = await save_mark(judge, sheet.id, criterion_id=first.id, step=6, revision=0, now=JUDGING)
    two = await save_mark(judge, sheet.id, criterion_id=second.id, step=4, revision=1, now=JUDGING)

    assert (one.revision, one.n_left, one.marks) == (1, 1, {first.id: 6})
    assert (two.revision, two.n_left, two.points) == (2, 0, pytest.approx(60 * 6 / 8 + 40 * 4 / 8))
    changes = await MarkChange.select().where(MarkChange.sheet == sheet.id).order_by(MarkChange.revision)
    assert [(each["revision"], each["before"], each["after"]) for each in changes] == [(1, None, "6"), (2, None, "4")]


async def test_a_stale_revision_is_refused_with_what_is_stored_and_changes_nothing(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    first, second = sheet.criteria
    await save_mark(judge, sheet.id, criterion_id=first.id, step=6, revision=0, now=JUDGING)

    with pytest.raises(StaleRevision) as caught:
        await save_mark(judge, sheet.id, criterion_id=second.id, step=2, revision=0, now=JUDGING)

    assert caught.value.facts["current"] == 1
    assert caught.value.facts["marks"] == {str(first.id): 6}
    assert await Mark.count().where(Mark.sheet == sheet.id) == 1


async def test_the_same_mark_sent_twice_is_kept_once(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    criterion = sheet.criteria[0].id

    for _ in range(2):
        saved = await save_mark(judge, sheet.id, criterion_id=criterion, step=6, revision=0, now=JUDGING)
        assert saved.revision == 1

    assert await MarkChange.count().where(MarkChange.sheet == sheet.id) == 1


async def test_a_sealed_sheet_takes_no_mark_and_no_note(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    revision = await judging.mark(judge, sheet, [5, 6])
    await seal_sheet(judge, sheet.id, now=JUDGING)

    with pytest.raises(SheetSealed):
        await save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=1, revision=revision, now=JUDGING)
    with pytest.raises(SheetSealed):
        await save_comments(judge, sheet.id, team="More", committee="", revision=revision, now=JUDGING)

    assert [row["step"] for row in await Mark.select().where(Mark.sheet == sheet.id).order_by(Mark.step)] == [5, 6]


async def test_a_sheet_with_a_mark_missing_is_not_sealed_and_the_criterion_is_named(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=5, revision=0, now=JUDGING)

    with pytest.raises(CriterionMissing) as caught:
        await seal_sheet(judge, sheet.id, now=JUDGING)

    assert caught.value.facts["criteria"] == [str(sheet.criteria[1].id)]


@pytest.mark.parametrize("step", [1, 2, 7, 8])
async def test_the_lowest_and_highest_levels_ask_for_a_sentence(judging: Competition, step: int):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    for revision, criterion in enumerate(sheet.criteria):
        await save_mark(judge, sheet.id, criterion_id=criterion.id, step=step, revision=revision, now=JUDGING)

    with pytest.raises(CommentNeeded):
        await seal_sheet(judge, sheet.id, now=JUDGING)
    await save_comments(judge, sheet.id, team=" Why. ", committee="", revision=2, now=JUDGING)
    await seal_sheet(judge, sheet.id, now=JUDGING)


@pytest.mark.parametrize("step", [0, 9, -1])
async def test_a_step_off_the_scale_is_refused(judging: Competition, step: int):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)

    with pytest.raises(Invalid):
        await save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=step, revision=0, now=JUDGING)


async def test_nothing_is_marked_before_the_answer_about_conflicts(judging: Competition):
    judge = judging.judges[0]
    sheet = await get_my_sheet(judge.id, (await judging.list_codes(judge))[0])
    assert sheet is not None

    with pytest.raises(AnswerFirst):
        await save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=5, revision=0, now=JUDGING)


async def test_a_judge_who_is_not_sure_waits_and_one_with_a_tie_loses_the_project(judging: Competition):
    judge = judging.judges[0]
    held, barred = await judging.sheet(judge, 0), await judging.sheet(judge, 1)

    await answer_conflict(judge, held.id, answer=Answer.UNSURE, note="We may have met.", now=JUDGING)
    await answer_conflict(judge, barred.id, answer=Answer.YES, kind="teaching", now=JUDGING)

    with pytest.raises(SheetHeld):
        await save_mark(judge, held.id, criterion_id=held.criteria[0].id, step=5, revision=0, now=JUDGING)
    with pytest.raises(NotFound):
        await save_mark(judge, barred.id, criterion_id=barred.criteria[0].id, step=5, revision=0, now=JUDGING)
    assert barred.entry.code_name not in await judging.list_codes(judge)
    [gone] = (await get_my_list(judge.id, now=JUDGING)).removed
    assert (gone.code_name, gone.reason, gone.removed_at) == (barred.entry.code_name, "conflict", JUDGING)


async def test_an_answer_of_yes_names_a_kind_and_not_sure_a_note(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)

    with pytest.raises(Invalid):
        await answer_conflict(judge, sheet.id, answer=Answer.YES, kind="", now=JUDGING)
    with pytest.raises(Invalid):
        await answer_conflict(judge, sheet.id, answer=Answer.UNSURE, note=" ", now=JUDGING)


async def test_who_abstains_says_why_and_marks_no_more(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)

    with pytest.raises(Invalid):
        await abstain(judge, sheet.id, reason=" ", now=JUDGING)
    await abstain(judge, sheet.id, reason="I cannot hear the film.", now=JUDGING)

    with pytest.raises(SheetHeld):
        await save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=5, revision=0, now=JUDGING)
    card = next(
        each for each in (await get_my_list(judge.id, now=JUDGING)).cards if each.code_name == sheet.entry.code_name
    )
    assert card.state == "abstained"


@pytest.mark.parametrize(
    ("late_by", "is_saved"), [(-A_MILLISECOND, True), (timedelta(), False), (A_MILLISECOND, False)]
)
async def test_a_round_closes_to_the_millisecond(judging: Competition, late_by: timedelta, *, is_saved: bool):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [5, 6])
    tries = [
        save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=4, revision=3, now=JUDGED + late_by),
        seal_sheet(judge, sheet.id, now=JUDGED + late_by),
    ]

    for attempt in tries:
        if is_saved:
            await attempt
        else:
            with pytest.raises(RoundClosed):
                await attempt

    after = await get_my_sheet(judge.id, sheet.entry.code_name)
    assert after is not None
    assert (after.state, after.marks[sheet.criteria[0].id]) == (("sealed", 4) if is_saved else ("draft", 5))


async def test_another_judges_sheet_is_as_unknown_as_none(judging: Competition):
    mine, other = judging.judges[:2]
    sheet = await judging.sheet(mine)

    with pytest.raises(NotFound):
        await save_mark(other, sheet.id, criterion_id=sheet.criteria[0].id, step=5, revision=0, now=JUDGING)


async def test_a_criterion_of_another_category_is_unknown(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    others = await Criterion.select(Criterion.id).where(Criterion.id.not_in([each.id for each in sheet.criteria]))

    with pytest.raises(NotFound):
        await save_mark(judge, sheet.id, criterion_id=others[0]["id"], step=5, revision=0, now=JUDGING)


async def test_private_notes_come_and_go(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)

    note = await put_note(judge, sheet.id, content=" The light at dawn ", second=72, now=JUDGING)
    found = await get_my_sheet(judge.id, sheet.entry.code_name)
    assert found is not None
    assert [(each.content, each.second) for each in found.notes] == [("The light at dawn", 72)]
    await remove_note(judge, sheet.id, note, now=JUDGING)

    assert await PrivateNote.count() == 0


async def test_practice_shows_the_reference_only_once_all_is_marked(judging: Competition):
    judge = judging.judges[0]
    await PracticeMark.delete(force=True)
    work = await get_practice_sheet(judge.id, judge.edition_id, 1)
    assert work is not None
    assert work.references == ()
    marks = {each.id: 6 for each in work.criteria}

    with pytest.raises(Invalid):
        await mark_practice(judge, work.id, dict([marks.popitem()]), steps=work.steps)
    await mark_practice(judge, work.id, {each.id: 6 for each in work.criteria}, steps=work.steps)

    after = await get_practice_sheet(judge.id, judge.edition_id, 1)
    assert after is not None
    assert [(each.step, each.mine) for each in after.references] == [(5, 6), (5, 6)]
