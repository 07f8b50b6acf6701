"""The session in which a category is decided: presence, recusals, motions, ballots, and comments on the record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.deciding.decisions import DecisionClosed, NotInSession
from service.usecases.deciding.signing import NoQuorum, find_quorum, list_member_ids
from service.usecases.written import check_line, read_text
from storage.engine import for_update, transaction
from storage.lifecycle import DecisionState
from storage.reads.committee.session import list_tied_members, read_attendance, write_attendance
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Round
from storage.tables.result import Ballot, Decision, DecisionSignature, EntryComment, Motion

__all__ = ["CHOICES", "cast_ballot", "close_motion", "comment_on_entry", "put_motion", "record_attendance"]

CHOICES = ("for", "against", "abstain")
LONGEST = 2000
NOBODY = UUID(int=0)
"""No person's id: a list of ids that may be empty is one no more."""


class MotionClosed(Conflicting):
    """The motion is closed: its result stands in the minutes."""

    code = "motion-closed"


async def record_attendance(
    actor: Actor,
    decision_id: UUID,
    *,
    present: Sequence[UUID],
    recused: Mapping[UUID, str],
    now: datetime,
    seen: str | None = None,
) -> None:
    """Note who is there and who steps aside, in place of what was noted. Stepping aside needs its reason.

    Whoever is no longer there loses the signature given. ``seen`` is the digest of the attendance that the writer saw.
    Raises Invalid for a missing reason, for somebody who is both and for a member with a tie who is called present,
    NotFound for who is no member, StaleRevision where another attendance was noted meanwhile.
    """
    async with transaction():
        decision = await _lock(actor, decision_id, Action.HOLD_SESSION)
        if seen is not None and read_attendance(decision["present"]).digest != seen:
            raise StaleRevision(current=0)
        members = await list_member_ids(decision["edition"])
        if not {*present, *recused} <= members:
            raise NotFound
        errors = _check_attendance(present, recused, await list_tied_members(decision["category"]))
        if errors:
            raise Invalid(*errors)
        told = write_attendance(present, {who: why.strip() for who, why in recused.items()}, is_noted=True)
        await Decision.update({Decision.present: told}).where(Decision.id == decision_id)
        await DecisionSignature.delete().where(
            (DecisionSignature.decision == decision_id) & DecisionSignature.person.not_in([*present, NOBODY])
        )
        await record(
            Event.ATTENDANCE_NOTED, by=actor, about=("decision", decision_id), at=now, before=decision["present"],
            after=told,
        )  # fmt: skip


def _check_attendance(present: Sequence[UUID], recused: Mapping[UUID, str], tied: frozenset[UUID]) -> list[FieldError]:
    errors = [FieldError(f"reason-{who}", "err.reason_needed") for who, why in recused.items() if not why.strip()]
    errors += [FieldError(f"reason-{who}", "err.present_and_recused") for who in set(present) & set(recused)]
    errors += [FieldError(f"reason-{who}", "err.tied_member") for who in sorted(set(present) & tied, key=str)]
    return errors


async def put_motion(actor: Actor, decision_id: UUID, content: str, *, now: datetime) -> UUID:
    """Put a motion to those present."""
    words = read_text(content)
    async with transaction():
        decision = await _lock(actor, decision_id, Action.PUT_MOTION)
        _check_present(actor, decision)
        errors = check_line("motion", words, at_most=LONGEST, is_needed=True, word="session.motion")
        if errors:
            raise Invalid(*errors)
        motion = Motion(
            decision=decision_id, person=actor.person_id, content=words, made_at=now, closed_at=None, verdict=None
        )
        await Motion.insert(motion)
        await record(Event.MOTION_PUT, by=actor, about=("motion", motion.id), at=now, after=words)
        return UUID(str(motion.id))


async def cast_ballot(actor: Actor, motion_id: UUID, choice: str, *, now: datetime) -> None:
    """Cast one's ballot, or change it while the motion is open."""
    if choice not in CHOICES:
        raise Invalid(FieldError("choice", "err.choose", word_field="session.ballot"))
    async with transaction():
        motion, decision = await _lock_motion(actor, motion_id, Action.PUT_MOTION)
        _check_present(actor, decision)
        if motion["closed_at"] is not None:
            raise MotionClosed
        mine = (Ballot.motion == motion_id) & (Ballot.person == actor.person_id)
        before = await Ballot.select(Ballot.choice).where(mine).first()
        await Ballot.delete().where(mine)
        await Ballot.insert(Ballot(motion=motion_id, person=actor.person_id, choice=choice, cast_at=now))
        await record(
            Event.BALLOT_CAST, by=actor, about=("motion", motion_id), at=now,
            before=before["choice"] if before else None, after=choice,
        )  # fmt: skip


async def close_motion(actor: Actor, motion_id: UUID, *, now: datetime) -> str:
    """Close a motion and return its result: carried with more ballots for it than against, else lost.

    Raises NoQuorum while fewer members are noted as present than a decision needs.
    """
    async with transaction():
        motion, decision = await _lock_motion(actor, motion_id, Action.HOLD_SESSION)
        if actor.person_id in await list_tied_members(decision["category"]):
            raise NotFound
        if motion["closed_at"] is not None:
            raise MotionClosed
        there, needed = len(read_attendance(decision["present"]).present), await find_quorum(decision["edition"])
        if there < needed:
            raise NoQuorum(present=there, needed=needed)
        choices = [row["choice"] for row in await Ballot.select(Ballot.choice).where(Ballot.motion == motion_id)]
        verdict = "carried" if choices.count("for") > choices.count("against") else "lost"
        await Motion.update({Motion.closed_at: now, Motion.verdict: verdict}).where(Motion.id == motion_id)
        await record(
            Event.MOTION_CLOSED, by=actor, about=("motion", motion_id), at=now,
            after={"verdict": verdict} | {choice: choices.count(choice) for choice in CHOICES},
        )  # fmt: skip
        return verdict


async def comment_on_entry(actor: Actor, entry_id: UUID, content: str, *, now: datetime) -> None:
    """Say something about an entry, for the record: it is signed, and neither changed nor removed later."""
    words = read_text(content)
    async with transaction():
        entry = await Entry.select(Entry.edition).where(Entry.id == entry_id).first()
        if entry is None or actor.person_id is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == entry["edition"]))
        owns = actor.edition_id in {None, entry["edition"]}
        require(Action.COMMENT_ON_ENTRY, actor, stage=edition["state"], owns=owns)
        errors = check_line("comment", words, at_most=LONGEST, is_needed=True, word="session.comment")
        if errors:
            raise Invalid(*errors)
        await EntryComment.insert(EntryComment(entry=entry_id, person=actor.person_id, content=words, made_at=now))
        await record(Event.ENTRY_COMMENTED, by=actor, about=("entry", entry_id), at=now, after=words)


def _check_present(actor: Actor, decision: Mapping[str, Any]) -> None:
    there = read_attendance(decision["present"])
    if actor.person_id not in there.present or actor.person_id in there.recused:
        raise NotInSession


async def _lock(actor: Actor, decision_id: UUID, action: Action) -> dict[str, Any]:
    decision: dict[str, Any] | None = await for_update(Decision.select().where(Decision.id == decision_id)).first()
    if decision is None:
        raise NotFound
    in_round = await get_row(Round.select(Round.edition).where(Round.id == decision["round"]))
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == in_round["edition"]))
    require(action, actor, stage=edition["state"], owns=actor.edition_id in {None, in_round["edition"]})
    if decision["state"] != DecisionState.OPEN.value:
        raise DecisionClosed
    return decision | {"edition": in_round["edition"]}


async def _lock_motion(actor: Actor, motion_id: UUID, action: Action) -> tuple[dict[str, Any], dict[str, Any]]:
    motion: dict[str, Any] | None = await for_update(Motion.select().where(Motion.id == motion_id)).first()
    if motion is None:
        raise NotFound
    return motion, await _lock(actor, motion["decision"], action)
