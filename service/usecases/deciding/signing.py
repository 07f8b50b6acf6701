"""The members sign what was decided, and with a quorum of signatures it is approved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, NotFound
from service.permissions import Action
from service.usecases.deciding.decisions import (
    DecisionClosed,
    NotInSession,
    PlacesOpen,
    check_run,
    check_seen,
    lock_decision,
)
from storage.engine import transaction
from storage.lifecycle import DECISION_MOVES, ROUND_MOVES, DecisionState, MoveLost, move
from storage.reads.committee.session import list_tied_members, read_attendance, write_attendance
from storage.reads.decisions import count_signatures, find_last_run, list_categories
from storage.tables.panel import Round
from storage.tables.person import RoleGrant
from storage.tables.result import Decision, DecisionSignature, Motion, Outcome

__all__ = [
    "AlreadySigned", "MotionsOpen", "NoQuorum", "SteppedAside", "approve_decision", "find_quorum", "list_member_ids",
    "sign_decision",
]  # fmt: skip


class MotionsOpen(Conflicting):
    """A motion was put and not closed."""

    code = "motions-open"


class NoQuorum(Conflicting):
    """Fewer signatures than the quorum."""

    code = "no-quorum"


class AlreadySigned(Conflicting):
    """This member signed already."""

    code = "already-signed"


class SteppedAside(Conflicting):
    """Who stepped aside from a decision does not sign it."""

    code = "recused-from-decision"


async def sign_decision(actor: Actor, decision_id: UUID, *, now: datetime, seen: str | None = None) -> int:
    """Sign a decision as a member; return how many have signed. ``seen`` is the digest of the places that were read.

    Raises SteppedAside for who has a tie in the category or stepped aside, NotInSession for who is noted as absent,
    PlacesOpen before places are written, StaleRevision where others were written since they were read, and
    RankingOutdated where places were written on another run than the last, or hold a project that left.
    """
    async with transaction():
        decision = await lock_decision(actor, decision_id, Action.SIGN_DECISION)
        if not await Outcome.exists().where(Outcome.decision == decision_id):
            raise PlacesOpen
        await check_seen(decision, seen)
        await check_run(decision)
        mine = (DecisionSignature.decision == decision_id) & (DecisionSignature.person == actor.person_id)
        if await DecisionSignature.exists().where(mine):
            raise AlreadySigned
        if actor.person_id is None:
            raise NotFound
        await _note_signer(decision, actor.person_id)
        await DecisionSignature.insert(DecisionSignature(decision=decision_id, person=actor.person_id, signed_at=now))
        await record(Event.DECISION_SIGNED, by=actor, about=("decision", decision_id), at=now)
        return await count_signatures(decision_id)


async def _note_signer(decision: Mapping[str, Any], person: UUID) -> None:
    """Hold a signature against the attendance. Where nobody has noted it, whoever signs says to have been there."""
    there = read_attendance(decision["present"])
    if person in there.recused or person in await list_tied_members(decision["category"]):
        raise SteppedAside
    if person in there.present:
        return
    if there.is_noted:
        raise NotInSession
    told = write_attendance({*there.present, person}, there.recused, is_noted=False)
    await Decision.update({Decision.present: told}).where(Decision.id == decision["id"])


async def approve_decision(actor: Actor, decision_id: UUID, *, now: datetime) -> bool:
    """Approve the minutes once a majority of the members signed; say whether it was the round's last category.

    Raises RankingOutdated where the places were written on another run than the last, or hold a project that left.
    """
    async with transaction():
        decision = await lock_decision(actor, decision_id, Action.DECIDE)
        edition_id = decision["edition"]
        decided = await Outcome.exists().where(Outcome.decision == decision_id)
        if not decided:
            raise PlacesOpen
        await check_run(decision)
        if await Motion.exists().where((Motion.decision == decision_id) & Motion.closed_at.is_null()):
            raise MotionsOpen
        signed, needed = await count_signatures(decision_id), await find_quorum(edition_id)
        if signed < needed:
            raise NoQuorum(present=signed, needed=needed)
        try:
            await move(Decision, decision_id, "approve", DECISION_MOVES, approved_at=now)
        except MoveLost as lost:
            raise DecisionClosed from lost
        await record(
            Event.DECISION_APPROVED, by=actor, about=("decision", decision_id), at=now, after={"signatures": signed}
        )
        approved: int = await Decision.count().where(
            (Decision.round == decision["round"]) & (Decision.state == DecisionState.APPROVED.value)
        )
        run = await find_last_run(decision["round"])
        judged = {each for each in (run.output["categories"] if run else {}) if run and run.output["categories"][each]}
        is_last = approved >= len([each for each in await list_categories(edition_id) if str(each["id"]) in judged])
        if is_last:
            await move(Round, decision["round"], "decide", ROUND_MOVES)
            await record(
                Event.ROUND_MOVED,
                by=actor,
                about=("round", decision["round"]),
                at=now,
                before="ranked",
                after="decided",
            )
        return is_last


async def find_quorum(edition_id: UUID) -> int:
    """Say how many signatures a decision needs: more than half of the members and the chair."""
    return len(await list_member_ids(edition_id)) // 2 + 1


async def list_member_ids(edition_id: UUID) -> frozenset[UUID]:
    """Read who decides: the members and the chair."""
    rows = await RoleGrant.select(RoleGrant.person).where(
        (RoleGrant.edition == edition_id)
        & RoleGrant.role.is_in([Role.MEMBER.value, Role.CHAIR.value])
        & RoleGrant.revoked_at.is_null()
    )
    return frozenset(row["person"] for row in rows)
