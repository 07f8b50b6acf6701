"""The committee's answer to an appeal: one member proposes, another agrees; upheld, the category is decided again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.deciding.appeal_sheets import name_sheets, set_named_aside
from service.usecases.deciding.appeal_ties import bar_named, forget_named, name_ties
from service.usecases.written import check_line, read_text
from storage.engine import for_update, transaction
from storage.lifecycle import (
    APPEAL_MOVES,
    DECISION_MOVES,
    ROUND_MOVES,
    AppealState,
    DecisionState,
    MoveLost,
    RoundState,
    move,
)
from storage.reads.accounts import find_account
from storage.reads.committee.recusals import is_barred
from storage.rows import get_row
from storage.tables.appeal import Appeal
from storage.tables.edition import Edition
from storage.tables.entry import Entry, EntryVersion
from storage.tables.panel import Round
from storage.tables.result import Decision, DecisionSignature

__all__ = ["VERDICTS", "confirm_answer", "propose_answer", "send_back_answer"]

VERDICTS = ("upheld", "dismissed")
CONFLICT = "conflict"
"""The ground of a conflict of interest that was not declared."""
LONGEST = 4000


class AppealMoved(Conflicting):
    """Somebody proposed or confirmed an answer in between."""

    code = "appeal-moved"


class SamePerson(Conflicting):
    """An answer is confirmed by somebody else than who proposed it."""

    code = "appeal-same-person"


async def propose_answer(
    actor: Actor, appeal_id: UUID, *, verdict: str, answer: str, now: datetime, judges: Collection[UUID] = ()
) -> None:
    """Propose a verdict with its reason. The team reads nothing before a second member agrees.

    ``judges``: those whose marks on the project will not count any more, where it is upheld. An appeal on a conflict of
    interest names at least one.
    """
    words = read_text(answer)
    errors = [] if verdict in VERDICTS else [FieldError("verdict", "err.choose", word_field="appeals.verdict")]
    errors += check_line("answer", words, at_most=LONGEST, is_needed=True, word="appeals.answer")
    async with transaction():
        found = await _lock(actor, appeal_id)
        if errors:
            raise Invalid(*errors)
        if verdict == VERDICTS[0] and found["ground"] == CONFLICT:
            await name_ties(found["entry"], judges, now=now)
        elif verdict == VERDICTS[0]:
            await name_sheets(appeal_id, found["entry"], judges)
        await _move(
            appeal_id, "propose", verdict=verdict, answer=words, proposed_by=actor.person_id, proposed_at=now
        )  # fmt: skip
        await record(
            Event.APPEAL_PROPOSED, by=actor, about=("appeal", appeal_id), at=now, after={"verdict": verdict}
        )  # fmt: skip


async def send_back_answer(actor: Actor, appeal_id: UUID, *, now: datetime) -> None:
    """Take a proposed answer back, so that another may be written; by whoever proposed it or does not agree."""
    async with transaction():
        found = await _lock(actor, appeal_id)
        await forget_named(found["entry"], now=now)
        await _move(appeal_id, "send-back", verdict=None, answer="", proposed_by=None, proposed_at=None, left_out=None)
        await record(Event.APPEAL_PROPOSED, by=actor, about=("appeal", appeal_id), at=now, after={"verdict": None})


async def confirm_answer(actor: Actor, appeal_id: UUID, *, now: datetime) -> None:
    """Agree with the proposed answer as a second member. The team is told; upheld, its category's decision reopens.

    Sheets of judges whom the answer names are set aside, and places are then written on a ranking computed anew.

    Raises SamePerson for who proposed it, AppealMoved where there is no proposal.
    """
    async with transaction():
        found = await _lock(actor, appeal_id)
        if found["state"] != AppealState.PROPOSED.value:
            raise AppealMoved
        if actor.person_id is None or found["proposed_by"] == actor.person_id:
            raise SamePerson
        await _move(appeal_id, "confirm", confirmed_by=actor.person_id, answered_at=now)
        if found["verdict"] == VERDICTS[0]:
            await bar_named(actor, found["entry"], reason=found["answer"], now=now)
            await set_named_aside(actor, found["entry"], found["left_out"], reason=found["answer"], now=now)
            await _reopen(actor, found["entry"], now)
        account = await find_account(found["person"])
        if account is not None:
            await queue_letter(
                "appeal-answered", name=f"appeal-answered:{appeal_id}", email=account.email,
                language=account.language, at=now, edition_id=found["edition"], number=found["entry_number"],
                path=f"/entries/{found['entry_number']}/appeal",
            )  # fmt: skip
        await record(
            Event.APPEAL_ANSWERED, by=actor, about=("appeal", appeal_id), at=now,
            after={"verdict": found["verdict"], "answer": found["answer"]},
        )  # fmt: skip


async def _lock(actor: Actor, appeal_id: UUID) -> dict[str, Any]:
    """Lock an appeal of the actor's edition, with its entry's number. A tie of one's own closes it."""
    found: dict[str, Any] | None = await for_update(Appeal.select().where(Appeal.id == appeal_id)).first()
    if found is None:
        raise NotFound
    entry = await get_row(Entry.select(Entry.edition, Entry.entry_number).where(Entry.id == found["entry"]))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == entry["edition"]))
    owns = actor.edition_id in {None, entry["edition"]} and not await is_barred(actor.person_id, found["entry"])
    require(Action.ANSWER_APPEAL, actor, stage=edition["state"], owns=owns)
    return found | {"entry_number": entry["entry_number"], "edition": entry["edition"]}


async def _move(appeal_id: UUID, name: str, **also: object) -> None:
    try:
        await move(Appeal, appeal_id, name, APPEAL_MOVES, **also)
    except MoveLost as lost:
        raise AppealMoved from lost


async def _reopen(actor: Actor, entry_id: UUID, now: datetime) -> None:
    """Give the entry's category back to the committee: its last decision opens and its signatures fall."""
    version = await get_row(
        EntryVersion.select(EntryVersion.category).where(
            (EntryVersion.entry == entry_id) & EntryVersion.is_current.eq(True)
        )
    )
    decision = (
        await Decision.select(Decision.id, Decision.round, Decision.state)
        .where(Decision.category == version["category"])
        .order_by(Decision.round.ordinal, ascending=False)
        .first()
    )
    if decision is None or decision["state"] != DecisionState.APPROVED.value:
        return  # an entry shut out by a rule has no decision; another appeal may have opened it
    await move(Decision, decision["id"], "appeal-upheld", DECISION_MOVES, approved_at=None)
    await DecisionSignature.delete().where(DecisionSignature.decision == decision["id"])
    in_round = await get_row(Round.select(Round.state).where(Round.id == decision["round"]))
    if in_round["state"] == RoundState.DECIDED.value:
        await move(Round, decision["round"], "reopen-decided", ROUND_MOVES)
        await record(
            Event.ROUND_MOVED, by=actor, about=("round", decision["round"]), at=now, before="decided", after="ranked",
            reason="appeal-upheld",
        )  # fmt: skip
    await record(Event.DECISION_REOPENED, by=actor, about=("decision", decision["id"]), at=now, reason="appeal-upheld")
