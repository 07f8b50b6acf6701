"""A judge's word on conflicts of interest, given before the first mark and at any later time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.actors import JudgeActor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.judging.refusals import SheetSealed, SheetSetAside
from storage.engine import transaction
from storage.lifecycle import ASSIGNMENT_MOVES, AssignmentState, EditionState, SheetState, move
from storage.reads.judge.locks import find_my_sheet_id, find_sheet_lock
from storage.reads.judge.views import SheetLock
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict, Independence

__all__ = ["KINDS", "Answer", "Given", "answer_all", "answer_conflict"]

KINDS = ("family", "teaching", "work", "interest", "known", "other")


class Answer(StrEnum):
    """Whether there is a tie between a judge and a work or its makers."""

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Given:
    """A judge's answer for one project, by code name."""

    code_name: str
    answer: Answer
    kind: str = ""
    note: str = ""


async def answer_all(judge: JudgeActor, answers: Sequence[Given], *, stage: str, now: datetime) -> None:
    """Keep several answers, each in its own step. The caller has looked for answers that say too little."""
    require(Action.ANSWER_CONFLICT, judge.actor, stage=stage)
    for each in answers:
        sheet_id = await find_my_sheet_id(judge.id, each.code_name)
        if sheet_id is None:
            raise NotFound
        await answer_conflict(judge, sheet_id, answer=each.answer, kind=each.kind, note=each.note, now=now)


async def answer_conflict(
    judge: JudgeActor, sheet_id: UUID, *, answer: Answer, kind: str = "", note: str = "", now: datetime
) -> None:
    """Keep a judge's answer for one project.

    *No* opens it. *Yes* removes it from the list at once; after sealing it goes to the committee, and the sheet stays.
    *Not sure* holds it until the committee decides. The committee is told by the conflict's row.
    """
    errors = []
    if answer is Answer.YES and kind not in KINDS:
        errors.append(FieldError("kind", "err.kind_needed"))
    if answer is Answer.UNSURE and not note.strip():
        errors.append(FieldError("note", "err.note_needed"))
    if errors:
        raise Invalid(*errors)
    async with transaction():
        sheet = await find_sheet_lock(judge.id, sheet_id)
        if sheet is None or sheet.assignment_state != AssignmentState.PUBLISHED:
            raise NotFound
        if sheet.state == SheetState.SET_ASIDE:
            raise SheetSetAside(code_name=sheet.code_name)
        require(Action.ANSWER_CONFLICT, judge.actor, stage=sheet.stage)
        if sheet.stage == EditionState.NOTIFIED and sheet.state == SheetState.SEALED:
            raise SheetSealed(code_name=sheet.code_name)  # teams were told: a tie comes back by an appeal
        await _put_answer(sheet, answer, now)
        if answer is Answer.NO:
            await record(Event.CONFLICT_DECLARED, by=judge, about=("sheet", sheet_id), at=now, after="no")
            return
        await _put_conflict(sheet, answer, kind, note.strip(), now)
        if answer is Answer.YES and sheet.state == SheetState.DRAFT:
            await move(Assignment, sheet.assignment_id, "remove", ASSIGNMENT_MOVES, removed_at=now, removal="conflict")
        await record(
            Event.CONFLICT_DECLARED, by=judge, about=("sheet", sheet_id), at=now,
            after={"answer": answer.value, "kind": kind},
        )  # fmt: skip


async def _put_answer(sheet: SheetLock, answer: Answer, now: datetime) -> None:
    if sheet.answer is None:
        await Independence.insert(Independence(assignment=sheet.assignment_id, answer=answer.value, answered_at=now))
    else:
        await Independence.update({Independence.answer: answer.value, Independence.answered_at: now}).where(
            Independence.assignment == sheet.assignment_id
        )


async def _put_conflict(sheet: SheetLock, answer: Answer, kind: str, note: str, now: datetime) -> None:
    """Write the tie down: a plain yes on an unsealed sheet bars the pair at once; all else waits for a decision."""
    bars_now = answer is Answer.YES and sheet.state == SheetState.DRAFT
    state = "confirmed" if bars_now else "proposed" if sheet.state == SheetState.SEALED else "held"
    pair = (Conflict.judge == sheet.judge_id) & (Conflict.entry == sheet.entry_id)
    if await Conflict.exists().where(pair):
        await Conflict.update(
            {Conflict.source: "declared", Conflict.kind: kind, Conflict.state: state, Conflict.note: note}
        ).where(pair)
    else:
        await Conflict.insert(
            Conflict(
                judge=sheet.judge_id, entry=sheet.entry_id, source="declared", kind=kind, state=state, note=note,
                reason="", made_at=now, decided_at=now if bars_now else None,
            )
        )  # fmt: skip
