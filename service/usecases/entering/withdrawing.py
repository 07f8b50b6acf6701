"""Withdrawing after the deadline: the team's lead asks, and the registrar does it, until results are published."""

from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.entering.leaving import refuse_placed, take_from_judges
from service.usecases.entering.own_entry import lock_own_entry
from service.usecases.entering.questions import LONGEST, tell_registrars
from service.usecases.entering.receipts import queue_withdrawn
from service.usecases.written import check_line, read_text
from storage.engine import for_update, transaction
from storage.lifecycle import ENTRY_MOVES, EntryState, move
from storage.reads.entrant.entry import find_entry
from storage.rows import get_row
from storage.tables.appeal import Question
from storage.tables.edition import Edition
from storage.tables.entry import Entry

__all__ = ["WITHDRAWABLE", "ask_withdrawal", "withdraw_for_team"]

_MOVES = {
    EntryState.SUBMITTED: "withdraw",
    EntryState.ADMITTED: "withdraw-admitted",
    EntryState.RETURNED: "withdraw-returned",
}
WITHDRAWABLE = frozenset(_MOVES)
"""What may still be withdrawn once entries are closed."""


class NothingToWithdraw(Conflicting):
    """The project is not in the competition any more, or never was."""

    code = "nothing-to-withdraw"


class WithdrawalAsked(Conflicting):
    """The lead asked for it already."""

    code = "withdrawal-asked"


async def ask_withdrawal(actor: Actor, number: str, *, reason: str, now: datetime) -> None:
    """Ask the registrar to withdraw one's project: the lead's alone, after the deadline."""
    words = read_text(reason)
    errors = check_line("reason", words, at_most=LONGEST, is_needed=True, word="withdraw.reason")
    if errors:
        raise Invalid(*errors)
    async with transaction():
        own = await lock_own_entry(
            actor, number, Action.ASK_WITHDRAWAL, now=now, is_for_lead=True, is_late_allowed=True
        )
        if own.state not in WITHDRAWABLE:
            raise NothingToWithdraw
        waits = (Question.entry == own.id) & (Question.kind == "withdrawal") & Question.answered_at.is_null()
        if await Question.exists().where(waits):
            raise WithdrawalAsked
        question_id = uuid4()
        await Question.insert(
            Question(id=question_id, entry=own.id, person=own.person_id, kind="withdrawal", content=words, asked_at=now)
        )
        await tell_registrars(own.rules.id, question_id, number, now=now)
        await record(Event.QUESTION_ASKED, by=actor, about=("entry", own.id), at=now, after={"kind": "withdrawal"})


async def withdraw_for_team(actor: Actor, entry_id: UUID, *, reason: str, now: datetime) -> None:
    """Withdraw a project at its team's request: it leaves the judges' lists; what was sealed is kept, not counted.

    ``reason`` answers the team's request where one waits. Raises HasPlace, NothingToWithdraw.
    """
    words = read_text(reason)
    async with transaction():
        row = await for_update(Entry.select(Entry.edition, Entry.state).where(Entry.id == entry_id)).first()
        if row is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == row["edition"]))
        owns = actor.edition_id in {None, row["edition"]}
        require(Action.WITHDRAW_FOR_TEAM, actor, stage=edition["state"], owns=owns)
        if not words:
            raise Invalid(FieldError("why", "err.reason_needed"))
        if row["state"] not in {state.value for state in WITHDRAWABLE}:
            raise NothingToWithdraw
        await refuse_placed(entry_id)
        await move(Entry, entry_id, _MOVES[EntryState(row["state"])], ENTRY_MOVES, saved_at=now)
        await take_from_judges(entry_id, removal="entry-withdrawn", now=now)
        await Question.update({Question.answer: words, Question.answered_at: now}).where(
            (Question.entry == entry_id) & (Question.kind == "withdrawal") & Question.answered_at.is_null()
        )
        entry = await find_entry(entry_id)
        if entry is not None:
            await queue_withdrawn(entry, at=now)
        await record(
            Event.ENTRY_WITHDRAWN, by=actor, about=("entry", entry_id), at=now, before=row["state"], reason=words
        )
