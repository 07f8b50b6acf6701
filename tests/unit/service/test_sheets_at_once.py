"""A judge's sheet when several devices save it at once, or what it stands on changes meanwhile."""

import asyncio

import pytest

from service.audit_check import verify
from service.errors import RoundClosed, StaleRevision
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.refusals import SheetHeld, SheetSealed
from service.usecases.judging.sheets import abstain, save_comments, save_mark, seal_sheet
from storage.reads.judge.locks import find_sheet_and_marks
from storage.tables.audit import AuditEvent
from storage.tables.panel import Round
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.competition import JUDGING, Competition


async def test_of_several_devices_at_once_one_saves_and_the_others_are_told_what_it_saved(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    each = sheet.criteria[0].id, sheet.criteria[1].id

    answers = await asyncio.gather(
        *(
            save_mark(judge, sheet.id, criterion_id=each[at % 2], step=1 + at, revision=0, now=JUDGING)
            for at in range(8)
        ),
        return_exceptions=True,
    )

    (saved,) = (answer for answer in answers if not isinstance(answer, BaseException))
    stored = {str(criterion): step for criterion, step in saved.marks.items()}
    assert len(stored) == saved.revision == 1
    refused = [answer for answer in answers if isinstance(answer, StaleRevision)]
    assert len(refused) == 7
    assert all((answer.facts["current"], answer.facts["marks"]) == (1, stored) for answer in refused)


async def test_of_twenty_tries_to_seal_at_once_one_seals(judging: Competition):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [5, 6])

    answers = await asyncio.gather(
        *(seal_sheet(judge, sheet.id, now=JUDGING) for _ in range(20)), return_exceptions=True
    )

    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, SheetSealed) for answer in answers) == 19
    told = AuditEvent.count().where((AuditEvent.event == "sheet-sealed") & (AuditEvent.subject_id == str(sheet.id)))
    assert await told == 1


async def close_round(judging: Competition, sheet_id):
    await Round.update({Round.state: "closed"}).where(Round.id == judging.round_id)


async def seal(judging: Competition, sheet_id):
    await seal_sheet(judging.judges[0], sheet_id, now=JUDGING)


async def have_doubts(judging: Competition, sheet_id):
    await answer_conflict(judging.judges[0], sheet_id, answer=Answer.UNSURE, note="We may have met.", now=JUDGING)


async def say_why_not(judging: Competition, sheet_id):
    await abstain(judging.judges[0], sheet_id, reason="I cannot hear the film.", now=JUDGING)


async def mark_on_another_device(judging: Competition, sheet_id):
    (criterion, *_) = (await judging.sheet(judging.judges[0])).criteria
    await save_mark(judging.judges[0], sheet_id, criterion_id=criterion.id, step=1, revision=3, now=JUDGING)


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (close_round, RoundClosed), (seal, SheetSealed), (have_doubts, SheetHeld), (say_why_not, SheetHeld),
        (mark_on_another_device, StaleRevision),
    ],
)  # fmt: skip
@pytest.mark.parametrize("what", ["mark", "note"])
async def test_what_changes_between_the_reading_and_the_saving_of_a_mark_refuses_it(
    judging: Competition, monkeypatch: pytest.MonkeyPatch, act, refusal: type[Exception], what: str
):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [5, 6])

    async def read_and_act(*args):
        found = await find_sheet_and_marks(*args)
        monkeypatch.undo()
        await act(judging, sheet.id)
        return found

    monkeypatch.setattr("service.usecases.judging.sheets.find_sheet_and_marks", read_and_act)
    with pytest.raises(refusal):
        if what == "mark":
            await save_mark(judge, sheet.id, criterion_id=sheet.criteria[1].id, step=2, revision=3, now=JUDGING)
        else:
            await save_comments(judge, sheet.id, team="Better.", revision=3, now=JUDGING)

    assert await Mark.count().where((Mark.sheet == sheet.id) & (Mark.step == 2)) == 0
    assert await ScoreSheet.count().where((ScoreSheet.id == sheet.id) & (ScoreSheet.comment_team == "Better.")) == 0
    assert (await verify()).broken is None
