"""What the committee decides on a computed ranking: places, reasons for every departure, signatures, approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.ranking.shortlists import refuse_early_decision
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import DECISION_MOVES, ROUND_MOVES, DecisionState, MoveLost, RoundState, move
from storage.reads.committee.decision import digest_of_places
from storage.reads.committee.session import list_tied_members, read_attendance, write_attendance
from storage.reads.decisions import count_signatures, find_last_run, list_categories, list_ranks
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.person import RoleGrant
from storage.tables.result import Decision, DecisionSignature, Motion, Outcome

__all__ = [
    "Placing", "approve_decision", "find_quorum", "list_member_ids", "open_decision", "place_entries", "sign_decision",
]  # fmt: skip


class RoundNotRanked(Conflicting):
    """There is no ranking to decide on yet."""

    code = "round-not-ranked"


class DecisionClosed(Conflicting):
    """The decision is approved; an appeal upheld is the way to open it again."""

    code = "decision-closed"


class MotionsOpen(Conflicting):
    """A motion was put and not closed."""

    code = "motions-open"


class NoQuorum(Conflicting):
    """Fewer signatures than the quorum."""

    code = "no-quorum"


class AlreadySigned(Conflicting):
    """This member signed already."""

    code = "already-signed"


class NotInSession(Conflicting):
    """Only who is noted as present puts motions, casts ballots and signs; who stepped aside does none of it."""

    code = "not-in-session"


class SteppedAside(Conflicting):
    """Who stepped aside from a decision does not sign it."""

    code = "recused-from-decision"


class PlacesOpen(Conflicting):
    """A place is neither given nor withheld."""

    code = "places-open"


@dataclass(frozen=True, slots=True)
class Placing:
    """What one place is given to: no entry (withheld), one, or several (shared); why, and the jury's sentence."""

    honour_id: UUID
    entry_ids: Sequence[UUID]
    reason: str = ""
    citation_ar: str = ""
    citation_en: str = ""


async def open_decision(actor: Actor, round_id: UUID, category_id: UUID, *, now: datetime) -> UUID:
    """Begin the decision on one category, on the run that stands. Beginning twice gives the same decision."""
    async with transaction():
        found = await _lock_round(actor, round_id, Action.DECIDE)
        known = await Decision.select(Decision.id).where(
            (Decision.round == round_id) & (Decision.category == category_id)
        ).first()  # fmt: skip
        if known:
            return UUID(str(known["id"]))
        await refuse_early_decision(UUID(str(found["edition"])), int(str(found["ordinal"])))
        run = await find_last_run(round_id)
        if run is None or found["state"] != RoundState.RANKED:
            raise RoundNotRanked
        decision = Decision(
            round=round_id, category=category_id, run=run.id, state=DecisionState.OPEN.value, present="[]",
            minutes="{}", opened_at=now,
        )  # fmt: skip
        await Decision.insert(decision)
        await record(Event.DECISION_OPENED, by=actor, about=("decision", decision.id), at=now, after=run.output_hash)
        return decision.id


async def place_entries(
    actor: Actor, decision_id: UUID, placings: Sequence[Placing], *, now: datetime, seen: str | None = None
) -> None:
    """Write the places of one category. A withheld or shared place, or one out of the computed order, needs a reason.

    Replaces what was written before; signatures given to other places are taken back. ``seen`` is the digest of the
    places that the writer saw: other places written since then refuse the request.
    """
    async with transaction():
        decision = await _lock_decision(actor, decision_id, Action.DECIDE)
        await _check_seen(decision, seen)
        ranks = await list_ranks(decision["run"], decision["category"])
        _check_placings(placings, ranks)
        before = await Outcome.count().where(Outcome.decision == decision_id)
        await Outcome.delete().where(Outcome.decision == decision_id)
        await DecisionSignature.delete().where(DecisionSignature.decision == decision_id)
        placed = {entry for each in placings for entry in each.entry_ids}
        honoured = [
            Outcome(
                decision=decision_id, entry=entry, kind="honoured", honour=each.honour_id,
                is_shared=len(each.entry_ids) > 1, computed_rank=ranks[entry], reason=each.reason.strip(),
                citation_ar=each.citation_ar.strip(), citation_en=each.citation_en.strip(),
            )
            for each in placings
            for entry in each.entry_ids
        ]  # fmt: skip
        others = [
            Outcome(
                decision=decision_id, entry=entry, kind="none", is_shared=False, computed_rank=rank, reason="",
                citation_ar="", citation_en="",
            )
            for entry, rank in sorted(ranks.items(), key=lambda item: str(item[0]))
            if entry not in placed
        ]  # fmt: skip
        await insert_many(honoured + others)
        withheld = {str(each.honour_id): each.reason.strip() for each in placings if not each.entry_ids}
        await Decision.update({Decision.minutes: to_json({"withheld": withheld})}).where(Decision.id == decision_id)
        await record(
            Event.DECISION_OPENED, by=actor, about=("decision", decision_id), at=now, before=before or None,
            after={str(each.honour_id): [str(entry) for entry in each.entry_ids] for each in placings},
        )  # fmt: skip


def _check_placings(placings: Sequence[Placing], ranks: dict[UUID, int]) -> None:
    """Hold the places against the computed order; each departure asks for its reason."""
    errors = []
    taken: list[UUID] = []
    last = 0
    for place, each in enumerate(placings, start=1):
        field = f"place-{place}"
        if any(entry not in ranks for entry in each.entry_ids):
            raise NotFound
        if any(entry in taken for entry in each.entry_ids):
            errors.append(FieldError(field, "err.placed_twice"))
        taken.extend(each.entry_ids)
        at = [ranks[entry] for entry in each.entry_ids]
        departs = not at or len(at) > 1 or min(at) < last or any(rank != place for rank in at)
        last = max([last, *at])
        if departs and not each.reason.strip():
            errors.append(FieldError(f"reason-{place}", "err.departure"))
        if at and not (each.citation_ar.strip() and each.citation_en.strip()):
            errors.append(FieldError(f"citation-{place}", "err.citation_needed"))
    if errors:
        raise Invalid(*errors)


async def sign_decision(actor: Actor, decision_id: UUID, *, now: datetime, seen: str | None = None) -> int:
    """Sign a decision as a member; return how many have signed. ``seen`` is the digest of the places that were read.

    Raises SteppedAside for who has a tie in the category or stepped aside, NotInSession for who is noted as absent,
    PlacesOpen before places are written, and StaleRevision where others were written since they were read.
    """
    async with transaction():
        decision = await _lock_decision(actor, decision_id, Action.SIGN_DECISION)
        if not await Outcome.exists().where(Outcome.decision == decision_id):
            raise PlacesOpen
        await _check_seen(decision, seen)
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
    """Approve the minutes once a majority of the members signed; say whether it was the round's last category."""
    async with transaction():
        decision = await _lock_decision(actor, decision_id, Action.DECIDE)
        edition_id = decision["edition"]
        decided = await Outcome.exists().where(Outcome.decision == decision_id)
        if not decided:
            raise PlacesOpen
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


async def _check_seen(decision: Mapping[str, object], seen: str | None) -> None:
    """Refuse a form that was made from other places than those that stand."""
    if seen is None:
        return
    outcomes = await Outcome.select().where((Outcome.decision == decision["id"]) & Outcome.honour.is_not_null())
    if digest_of_places(outcomes, str(decision["minutes"])) != seen:
        raise StaleRevision(current=0)


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


async def _lock_round(actor: Actor, round_id: UUID, action: Action) -> dict[str, object]:
    found: dict[str, object] | None = await for_update(Round.select().where(Round.id == round_id)).first()
    if found is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
    require(action, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
    return found


async def _lock_decision(actor: Actor, decision_id: UUID, action: Action) -> dict[str, Any]:
    decision: dict[str, Any] | None = await for_update(Decision.select().where(Decision.id == decision_id)).first()
    if decision is None:
        raise NotFound
    found = await _lock_round(actor, decision["round"], action)
    if decision["state"] != DecisionState.OPEN.value:
        raise DecisionClosed
    return decision | {"edition": UUID(str(found["edition"]))}
