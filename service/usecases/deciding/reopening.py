"""A sealed sheet opened again while its round is open: two members and a reason."""

from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.deciding.joint import Matter, answer_request, ask_together
from storage.engine import Row, run_sql, transaction
from storage.lifecycle import SHEET_MOVES, MoveLost, RoundState, move
from storage.reads.committee.recusals import is_barred
from storage.tables.scoresheet import ScoreSheet

__all__ = ["answer_reopening", "ask_reopening"]


class SheetNotSealed(Conflicting):
    """Only a sealed sheet of an open round can be opened again."""

    code = "sheet-not-sealed"


async def ask_reopening(actor: Actor, sheet_id: UUID, *, reason: str, now: datetime) -> UUID:
    """Ask that a sealed sheet be opened again; return the request that a second member answers."""
    async with transaction():
        sheet = await _get(actor, sheet_id)
        return await ask_together(actor, sheet["edition"], Matter.REOPEN_SHEET, sheet_id, reason=reason, now=now)


async def answer_reopening(actor: Actor, request_id: UUID, *, agrees: bool, now: datetime) -> None:
    """Agree, and the sheet is a draft again and its judge told; or decline, and it stays sealed."""
    async with transaction():
        asked = await answer_request(actor, request_id, Matter.REOPEN_SHEET, agrees=agrees, now=now)
        if not agrees:
            require(Action.ANSWER_REQUEST, actor, stage=None)
            return
        sheet = await _get(actor, asked.subject)
        try:
            await move(ScoreSheet, asked.subject, "reopen", SHEET_MOVES, sealed_at=None)
        except MoveLost as lost:
            raise SheetNotSealed from lost
        await queue_letter(
            "sheet-reopened", name=f"sheet-reopened:{request_id}", email=sheet["email"], language=sheet["language"],
            at=now, code=sheet["code_name"], reason=asked.reason, path=f"/judging/{sheet['code_name']}",
        )  # fmt: skip
        await record(
            Event.SHEET_REOPENED, by=actor, about=("sheet", asked.subject), at=now, before="sealed", after="draft",
            reason=asked.reason,
        )  # fmt: skip


async def _get(actor: Actor, sheet_id: UUID) -> Row:
    """Lock a sheet with its round and judge; check that this member may open it again."""
    rows = await run_sql(
        """SELECT score_sheet.state AS state, round.state AS round_state, edition.state AS stage,
        edition.id AS edition, entry.id AS entry, entry.code_name AS code_name, person.email AS email,
        person.language AS language
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN round ON round.id = assignment.round JOIN edition ON edition.id = round.edition
        JOIN entry ON entry.id = assignment.entry JOIN judge ON judge.id = assignment.judge
        JOIN person ON person.id = judge.person WHERE score_sheet.id = {}""",
        sheet_id,
    )
    if not rows:
        require(Action.REOPEN_SHEET, actor, stage=None, owns=False)
        raise NotFound
    sheet = rows[0]
    edition_id = UUID(str(sheet["edition"]))
    owns = actor.edition_id in {None, edition_id} and not await is_barred(actor.person_id, UUID(str(sheet["entry"])))
    require(Action.REOPEN_SHEET, actor, stage=sheet["stage"], owns=owns)
    if sheet["state"] != "sealed" or sheet["round_state"] != RoundState.OPEN:
        raise SheetNotSealed
    return sheet | {"edition": edition_id}
