"""Marks, comments and seals: saved one by one, compared by revision, each with its row in the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import JudgeActor
from service.audit import Event, record, record_whole
from service.errors import FieldError, Invalid, NotFound, RoundClosed, StaleRevision
from service.permissions import Action, require
from service.usecases.judging.refusals import (
    AnswerFirst,
    CommentNeeded,
    CriterionMissing,
    PractiseFirst,
    SheetHeld,
    SheetSealed,
    SheetSetAside,
)
from service.usecases.judging.sheet_changes import comments_changed, mark_changed
from storage.engine import transaction
from storage.errors import StorageBusy
from storage.lifecycle import SHEET_MOVES, AssignmentState, MoveLost, SheetState, move
from storage.reads.judge.locks import find_my_sheet_id, find_sheet_and_marks, find_sheet_lock, still_as_read
from storage.reads.judge.practice import count_practice_due
from storage.reads.judge.sheets import get_my_sheet, list_criteria, list_scale_levels, list_weights_and_marks
from storage.reads.judge.views import SheetLock, takes_marks
from storage.tables.scoresheet import ScoreSheet

__all__ = [
    "Saved",
    "abstain",
    "check_finished",
    "lock_open_sheet",
    "save_comments",
    "save_mark",
    "seal_complete_sheets",
    "seal_sheet",
]

COMMENT_LIMIT = 4_000
_TRIES = 3
"""Whoever finds the sheet changed meanwhile reads it again, and mostly is refused for what has changed."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server holds after a save."""

    revision: int
    saved_at: datetime
    marks: Mapping[UUID, int]
    team: str
    committee: str
    points: float
    n_left: int


async def save_mark(
    judge: JudgeActor, which: UUID | str, *, criterion_id: UUID, step: int, revision: int, now: datetime
) -> Saved:
    """Keep one mark. ``which``: the sheet's id or its project's code name. ``revision`` is as the judge saw it.

    Saying the same thing twice is no fault.
    Raises StaleRevision with what is stored, when another tab or device saved in between, and PractiseFirst before
    the first mark of all while practice works are left.
    """
    for _ in range(_TRIES):
        sheet, weights, marks = await _read_open(judge, which, now)
        if not 1 <= step <= sheet.steps:
            raise Invalid(FieldError("step", "err.step", max=sheet.steps))
        if criterion_id not in weights:
            raise NotFound
        if not marks:
            await _check_practised(judge)
        before = marks.get(criterion_id)
        if before == step and sheet.revision >= revision:
            await _wait_for_the_disk()
            return _saved(sheet, weights, marks, revision=sheet.revision, now=now)
        _check_revision(sheet, revision, marks)
        is_saved = await record_whole(
            Event.MARK_SAVED, by=judge, about=("sheet", sheet.id), at=now,
            before=None if before is None else {"criterion": str(criterion_id), "step": before},
            after={"criterion": str(criterion_id), "step": step},
            still=still_as_read(sheet),
            changes=mark_changed(sheet, criterion_id, before, step, now),
        )  # fmt: skip
        if is_saved:
            return _saved(sheet, weights, {**marks, criterion_id: step}, revision=revision + 1, now=now)
    raise StorageBusy(reason="sheet")


async def save_comments(
    judge: JudgeActor,
    sheet_id: UUID,
    *,
    team: str | None = None,
    committee: str | None = None,
    revision: int,
    now: datetime,
) -> Saved:
    """Keep the note for the team and the note for the committee; None leaves one as it is."""
    for field, text in (("comment_team", team), ("comment_committee", committee)):
        if text is not None and len(text) > COMMENT_LIMIT:
            raise Invalid(FieldError(field, "err.note_too_long", max=COMMENT_LIMIT, count=len(text)))
    for _ in range(_TRIES):
        sheet, weights, marks = await _read_open(judge, sheet_id, now)
        before = {"team": sheet.comment_team, "committee": sheet.comment_committee}
        after = {
            "team": sheet.comment_team if team is None else team,
            "committee": sheet.comment_committee if committee is None else committee,
        }
        if before == after:
            await _wait_for_the_disk()
            return _saved(sheet, weights, marks, revision=sheet.revision, now=now)
        _check_revision(sheet, revision, marks)
        is_saved = await record_whole(
            Event.COMMENT_SAVED, by=judge, about=("sheet", sheet_id), at=now, before=before, after=after,
            still=still_as_read(sheet),
            changes=comments_changed(sheet, after, now),
        )  # fmt: skip
        if is_saved:
            return _saved(sheet, weights, marks, revision=revision + 1, now=now, **after)
    raise StorageBusy(reason="sheet")


async def check_finished(judge: JudgeActor, code_name: str, lang: str) -> None:
    """Say field by field what a sheet lacks before it can be sealed: a mark, or the sentence that a level asks for."""
    sheet = await get_my_sheet(judge.id, code_name)
    if sheet is None:
        raise NotFound
    errors = [
        FieldError(f"mark-{each.id}", "err.score_missing", criterion=each.name_ar if lang == "ar" else each.name_en)
        for each in sheet.criteria
        if each.id not in sheet.marks
    ]
    if sheet.lacks_comment:
        errors.append(FieldError("comment_team", "err.comment_needed"))
    if errors:
        raise Invalid(*errors)


async def seal_sheet(judge: JudgeActor, sheet_id: UUID, *, now: datetime) -> None:
    """Seal a complete score sheet. After this only two committee members can reopen it."""
    async with transaction():
        sheet = await lock_open_sheet(judge, sheet_id, Action.SEAL_SHEET, now)
        criteria = await list_criteria(sheet.category_id)
        _, marks = await list_weights_and_marks(sheet.category_id, sheet_id)
        missing = [each for each in criteria if each.id not in marks]
        if missing:
            raise CriterionMissing(
                n=len(missing), criteria=[str(each.id) for each in missing],
                criterion_ar=missing[0].name_ar, criterion_en=missing[0].name_en,
            )  # fmt: skip
        await _check_comment(sheet, marks)
        try:
            await move(ScoreSheet, sheet_id, "seal", SHEET_MOVES, sealed_at=now, saved_at=now)
        except MoveLost as lost:
            raise SheetSealed(code_name=sheet.code_name) from lost
        sealed = {str(key): step for key, step in marks.items()}
        await record(
            Event.SHEET_SEALED, by=judge, about=("sheet", sheet_id), at=now,
            after={"marks": sealed, "team": sheet.comment_team, "committee": sheet.comment_committee},
        )  # fmt: skip


async def seal_complete_sheets(judge: JudgeActor, codes: Sequence[str], *, stage: str, now: datetime) -> int:
    """Seal each of these projects' sheets in its own step; return how many were sealed."""
    require(Action.SEAL_SHEET, judge.actor, stage=stage)
    for code in codes:
        sheet_id = await find_my_sheet_id(judge.id, code)
        if sheet_id is None:
            raise NotFound
        await seal_sheet(judge, sheet_id, now=now)
    return len(codes)


async def abstain(judge: JudgeActor, sheet_id: UUID, *, reason: str, now: datetime) -> None:
    """Leave a project unmarked for a reason that is no conflict. It is never counted as zero."""
    if not reason.strip():
        raise Invalid(FieldError("reason", "err.reason_needed"))
    async with transaction():
        sheet = await lock_open_sheet(judge, sheet_id, Action.SAVE_MARK, now)
        await ScoreSheet.update({ScoreSheet.abstained: reason.strip(), ScoreSheet.saved_at: now}).where(
            ScoreSheet.id == sheet.id
        )
        await record(Event.ABSTAINED, by=judge, about=("sheet", sheet_id), at=now, after=reason.strip())


async def lock_open_sheet(judge: JudgeActor, which: UUID | str, action: Action, now: datetime) -> SheetLock:
    """Lock a sheet for writing, or refuse with the reason that a judge can act on."""
    return _check_open(await find_sheet_lock(judge.id, which), judge, action, now)


async def _wait_for_the_disk() -> None:
    """Wait before something is said to be saved already: whoever saved it just now may still wait for the disk."""
    async with transaction():
        pass  # its end waits for all that came before it


async def _read_open(
    judge: JudgeActor, which: UUID | str, now: datetime
) -> tuple[SheetLock, Mapping[UUID, int], Mapping[UUID, int]]:
    """Read a sheet that takes marks, or refuse; give each criterion's weight and the steps marked with it."""
    found = await find_sheet_and_marks(judge.id, which)
    if found is None:
        raise NotFound
    sheet, weights, marks = found
    _check_open(sheet, judge, Action.SAVE_MARK, now)
    return sheet, weights, marks


def _check_open(sheet: SheetLock | None, judge: JudgeActor, action: Action, now: datetime) -> SheetLock:
    if sheet is None or sheet.assignment_state != AssignmentState.PUBLISHED:
        raise NotFound
    if sheet.state == SheetState.SEALED:
        raise SheetSealed(code_name=sheet.code_name)
    if sheet.state == SheetState.SET_ASIDE:
        raise SheetSetAside(code_name=sheet.code_name)
    if not takes_marks(sheet.round_state, sheet.closes_at, now):
        raise RoundClosed(closed_at=sheet.closes_at)
    require(action, judge.actor, stage=sheet.stage)
    if sheet.is_barred or sheet.abstained is not None:
        raise SheetHeld(code_name=sheet.code_name)
    if sheet.answer is None:
        raise AnswerFirst(code_name=sheet.code_name)
    return sheet


async def _check_practised(judge: JudgeActor) -> None:
    """Refuse the first mark on a project before every practice work is marked: panels begin from one scale."""
    n_due = await count_practice_due(judge.id, judge.edition_id)
    if n_due:
        raise PractiseFirst(n=n_due)


def _check_revision(sheet: SheetLock, revision: int, marks: Mapping[UUID, int]) -> None:
    """Refuse to save over what another tab or device saved since."""
    if sheet.revision != revision:
        raise StaleRevision(
            current=sheet.revision,
            marks={str(key): step for key, step in marks.items()},
            team=sheet.comment_team,
            committee=sheet.comment_committee,
        )


def _saved(
    sheet: SheetLock,
    weights: Mapping[UUID, int],
    marks: Mapping[UUID, int],
    *,
    revision: int,
    now: datetime,
    team: str | None = None,
    committee: str | None = None,
) -> Saved:
    return Saved(
        revision=revision,
        saved_at=now,
        marks=marks,
        team=sheet.comment_team if team is None else team,
        committee=sheet.comment_committee if committee is None else committee,
        points=sum(weights[criterion] * step / sheet.steps for criterion, step in marks.items()),
        n_left=len(weights) - len(marks),
    )


async def _check_comment(sheet: SheetLock, marks: Mapping[UUID, int]) -> None:
    """Refuse a seal without the sentence that some levels ask for."""
    if sheet.comment_team.strip() or sheet.comment_committee.strip():
        return
    level_of = {step: each.level for each in await list_scale_levels(sheet.edition_id) for step in each.steps}
    if any(level_of[step] in sheet.comment_levels for step in marks.values()):
        raise CommentNeeded(code_name=sheet.code_name)
