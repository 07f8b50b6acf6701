"""Conflicts of interest that the data show, and the decision on every one."""

import asyncio
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.letters.aside import tell_of_sheet_aside
from service.usecases.panel.ties import find_ties
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ASSIGNMENT_MOVES, SHEET_MOVES, AssignmentState, MoveLost, SheetState, move
from storage.reads.committee.recusals import is_barred
from storage.reads.ties import read_tie_rows
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Judge, Round
from storage.tables.scoresheet import ScoreSheet

__all__ = ["bar_pair", "confirm_evident_conflicts", "decide_conflict", "lock_rounds", "propose_conflicts"]


class ConflictDecided(Conflicting):
    """Somebody decided this one already."""

    code = "conflict-decided"


async def propose_conflicts(actor: Actor, edition_id: UUID, *, now: datetime) -> int:
    """Look for ties in the data and write down those not known yet, for a person to confirm or dismiss.

    Ties: the same person, the supervisor, an earlier declaration about the same people, the same department or
    institution (also where an employer was typed freely), an institution left within five years, the domain of an
    address. A family name alone is never one. Returns how many are new.
    """
    found = await asyncio.to_thread(find_ties, await read_tie_rows(edition_id))
    async with transaction():
        edition = await Edition.select(Edition.state).where(Edition.id == edition_id).first()
        if edition is None:
            raise NotFound
        if actor.is_signed_in:
            require(Action.DECIDE_CONFLICT, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        known = {
            (row["judge"], row["entry"])
            for row in await Conflict.select(Conflict.judge, Conflict.entry).where(Conflict.judge.edition == edition_id)
        }
        fresh = [tie for tie in found if (tie.judge_id, tie.entry_id) not in known]
        await insert_many(
            [
                Conflict(
                    judge=tie.judge_id, entry=tie.entry_id, source=tie.source, facts=to_json(tie.facts), kind="",
                    state="proposed", note="", reason="", made_at=now,
                )
                for tie in fresh
            ]
        )  # fmt: skip
        if fresh:
            await record(Event.CONFLICT_PROPOSED, by=actor, about=("edition", edition_id), at=now, after=len(fresh))
        return len(fresh)


async def confirm_evident_conflicts(actor: Actor, edition_id: UUID, *, reason: str, now: datetime) -> int:
    """Confirm every proposed tie of one edition with one reason; return how many."""
    rows = await Conflict.select(Conflict.id).where(
        (Conflict.judge.edition == edition_id) & (Conflict.state == "proposed") & (Conflict.source != "declared")
    )
    for row in rows:
        await decide_conflict(actor, row["id"], confirm=True, reason=reason, now=now)
    return len(rows)


async def decide_conflict(actor: Actor, conflict_id: UUID, *, confirm: bool, reason: str, now: datetime) -> None:
    """Confirm a tie or say that there is none, with a reason.

    Confirmed, it bars the pair: an unsealed sheet leaves the judge's list, a sealed one is set aside. Dismissed, a held
    project opens again for its judge.
    """
    if not reason.strip():
        raise Invalid(FieldError("reason", "err.reason_needed"))
    async with transaction():
        row = await for_update(Conflict.select().where(Conflict.id == conflict_id)).first()
        if row is None:
            raise NotFound
        await lock_rounds(row["judge"])
        entry = (
            await Entry.select(Entry.edition, Entry.edition.state.as_alias("stage"))
            .where(Entry.id == row["entry"])
            .first()
        )
        if entry is None:
            raise NotFound
        owns = actor.edition_id in {None, entry["edition"]} and not await is_barred(actor.person_id, row["entry"])
        require(Action.DECIDE_CONFLICT, actor, stage=entry["stage"], owns=owns)
        if row["state"] not in {"proposed", "held"}:
            raise ConflictDecided(state=row["state"])
        state = "confirmed" if confirm else "dismissed"
        await Conflict.update({Conflict.state: state, Conflict.reason: reason.strip(), Conflict.decided_at: now}).where(
            Conflict.id == conflict_id
        )
        if confirm:
            await bar_pair(actor, row["judge"], row["entry"], now)
        await record(
            Event.CONFLICT_DECIDED, by=actor, about=("conflict", conflict_id), at=now, before=row["state"], after=state,
            reason=reason.strip(),
        )  # fmt: skip


async def lock_rounds(judge_id: UUID) -> None:
    """Take turns with whoever assigns: a pair made while it is being barred would be seen by neither."""
    judge = await Judge.select(Judge.edition).where(Judge.id == judge_id).first()
    if judge is not None:
        await for_update(Round.select(Round.id).where(Round.edition == judge["edition"]).order_by(Round.ordinal))


async def bar_pair(actor: Actor, judge_id: UUID, entry_id: UUID, now: datetime) -> None:
    """Take a barred pair out of what is assigned: remove the assignment, or set its sealed sheet aside."""
    live = [AssignmentState.PROPOSED.value, AssignmentState.PUBLISHED.value]
    for assignment in await Assignment.select(Assignment.id, Assignment.state).where(
        (Assignment.judge == judge_id) & (Assignment.entry == entry_id) & Assignment.state.is_in(live)
    ):
        sheet = await ScoreSheet.select(ScoreSheet.id, ScoreSheet.state).where(
            ScoreSheet.assignment == assignment["id"]
        ).first()  # fmt: skip
        try:
            if sheet and sheet["state"] == SheetState.SEALED:
                await move(ScoreSheet, sheet["id"], "set-aside", SHEET_MOVES)
                await record(Event.SHEET_SET_ASIDE, by=actor, about=("sheet", sheet["id"]), at=now)
                await tell_of_sheet_aside(sheet["id"], at=now)
            elif assignment["state"] == AssignmentState.PUBLISHED:
                await move(Assignment, assignment["id"], "remove", ASSIGNMENT_MOVES, removed_at=now, removal="conflict")
            else:
                await move(Assignment, assignment["id"], "drop", ASSIGNMENT_MOVES, removed_at=now, removal="conflict")
        except MoveLost as lost:
            raise ConflictDecided(state="moved") from lost
