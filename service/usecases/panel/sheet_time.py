"""Time given to a judge whose sheet was not sealed when the round closed: a date, a reason, and this sheet alone."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.letters.reminders import plan_reminders
from service.usecases.panel.further_reviews import check_given_back
from service.usecases.setup.editions import move_edition
from storage.engine import Row, for_update, run_sql, transaction
from storage.lifecycle import ROUND_MOVES, EditionState, RoundState, SheetState, move
from storage.reads.committee.recusals import is_barred
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.panel import Round

__all__ = ["give_time"]


class SheetNotUnsealed(Conflicting):
    """Time is given for an unsealed sheet that still counts, before the round's decision."""

    code = "sheet-not-unsealed"


async def give_time(actor: Actor, sheet_id: UUID, *, due_at: datetime | None, reason: str, now: datetime) -> None:
    """Let one unsealed sheet be sealed until ``due_at``. The round opens again for it alone; its judge is told.

    The round's own close stays where it was, so no other sheet opens. Raises SheetNotUnsealed, Invalid, and TeamsTold
    where teams were told and the category stands decided.
    """
    errors = [] if reason.strip() else [FieldError("reason", "err.reason_needed")]
    if due_at is None or due_at <= now:
        errors.append(FieldError("due_at", "err.due_later"))
    if errors or due_at is None:
        raise Invalid(*errors)
    async with transaction():
        sheet = await _find(actor, sheet_id)
        found = await for_update(Round.select(Round.state, Round.closes_at).where(Round.id == sheet["round"])).first()
        stands = sheet["state"] == SheetState.DRAFT and sheet["assigned"] == "published" and sheet["abstained"] is None
        open_to = {RoundState.OPEN.value, RoundState.CLOSED.value, RoundState.RANKED.value}
        if found is None or not stands or found["state"] not in open_to:
            raise SheetNotUnsealed
        if sheet["stage"] == EditionState.NOTIFIED:
            await check_given_back(sheet["round"], {sheet["entry"]})
        assignment = await get_row(Assignment.select(Assignment.due_at).where(Assignment.id == sheet["assignment"]))
        before = assignment["due_at"] or found["closes_at"]
        if due_at <= before:
            raise Invalid(FieldError("due_at", "sheets.err_due", date=before, time=before))
        await Assignment.update({Assignment.due_at: due_at}).where(Assignment.id == sheet["assignment"])
        await plan_reminders(sheet["round"], now=now)
        if found["state"] != RoundState.OPEN.value:
            name = "reopen" if found["state"] == RoundState.RANKED.value else "reopen-closed"
            await move(Round, sheet["round"], name, ROUND_MOVES)
        if sheet["stage"] == EditionState.DECIDING:
            await move_edition(actor, sheet["edition"], "ask-follow-ups", now=now, reason=reason.strip())
        await queue_letter(
            "sheet-time", name=f"sheet-time:{sheet_id}:{due_at.isoformat()}", email=sheet["email"],
            language=sheet["language"], at=now, edition_id=sheet["edition"],
            code=sheet["code_name"], due=due_at.isoformat(), reason=reason.strip(),
            path=f"/judging/{sheet['code_name']}",
        )  # fmt: skip
        await record(
            Event.SHEET_GIVEN_TIME, by=actor, about=("sheet", sheet_id), at=now, before=before.isoformat(),
            after=due_at.isoformat(), reason=reason.strip(),
        )  # fmt: skip


async def _find(actor: Actor, sheet_id: UUID) -> Row:
    """Find a sheet with what the act needs; check that this member may."""
    rows = await run_sql(
        """SELECT score_sheet.state AS state, score_sheet.abstained AS abstained, assignment.id AS assignment,
        assignment.state AS assigned, assignment.round AS round, edition.id AS edition, edition.state AS stage,
        entry.id AS entry, entry.code_name AS code_name, person.email AS email, person.language AS language
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN entry ON entry.id = assignment.entry JOIN edition ON edition.id = entry.edition
        JOIN judge ON judge.id = assignment.judge JOIN person ON person.id = judge.person
        WHERE score_sheet.id = {}""",
        sheet_id,
    )
    if not rows:
        require(Action.ASK_FOLLOW_UP, actor, stage=None, owns=False)
        raise NotFound
    sheet = rows[0]
    for name in ("assignment", "round", "edition", "entry"):
        sheet[name] = UUID(str(sheet[name]))
    owns = actor.edition_id in {None, sheet["edition"]} and not await is_barred(actor.person_id, sheet["entry"])
    require(Action.ASK_FOLLOW_UP, actor, stage=sheet["stage"], owns=owns)
    return sheet
