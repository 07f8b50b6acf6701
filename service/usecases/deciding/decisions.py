"""What the committee decides on a computed ranking: places, reasons for every departure, signatures, approval."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.deciding.placings import Given, Placing, check_placings
from service.usecases.ranking.shortlists import refuse_early_decision
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import DECISION_MOVES, ROUND_MOVES, DecisionState, MoveLost, RoundState, move
from storage.reads.committee.decision import digest_of_places
from storage.reads.committee.session import list_tied_members, read_attendance, write_attendance
from storage.reads.decisions import (
    ComputedLine,
    count_signatures,
    find_last_run,
    is_outdated,
    list_categories,
    list_computed,
    list_given_elsewhere,
    read_sealed_rules,
)
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.person import RoleGrant
from storage.tables.result import Decision, DecisionSignature, Motion, Outcome

__all__ = [
    "approve_decision", "find_quorum", "list_member_ids", "open_decision", "place_entries", "sign_decision",
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


class RankingOutdated(Conflicting):
    """The ranking is not the last word any more: computed again since, or it holds a project or a sheet that left."""

    code = "ranking-outdated"


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
    actor: Actor, decision_id: UUID, placings: Sequence[Placing], *, now: datetime, others: Sequence[Given] = (),
    seen: str | None = None,
) -> None:  # fmt: skip
    """Write the places of one category, on the run that stands.

    A withheld or shared place, or one out of the computed order, needs a reason. ``others``: mentions, and prizes
    of the whole edition.

    Replaces what was written before; signatures given to other places are taken back. ``seen`` is the digest of the
    places that the writer saw: other places written since then refuse the request.
    """
    async with transaction():
        decision = await _lock_decision(actor, decision_id, Action.DECIDE)
        await _check_seen(decision, seen)
        run_id = await _find_standing_run(decision)
        computed = await list_computed(run_id, decision["category"])
        gone = await list_given_elsewhere(decision["round"], decision_id)
        check_placings(placings, others, computed, await read_sealed_rules(decision["edition"]), gone)
        before = await Outcome.count().where(Outcome.decision == decision_id)
        await Outcome.delete().where(Outcome.decision == decision_id)
        await DecisionSignature.delete().where(DecisionSignature.decision == decision_id)
        await insert_many(_make_outcomes(decision_id, placings, others, computed))
        withheld = {str(each.honour_id): each.reason.strip() for each in placings if not each.entry_ids}
        told: dict[Any, object] = {Decision.minutes: to_json({"withheld": withheld}), Decision.run: run_id}
        await Decision.update(told).where(Decision.id == decision_id)
        await record(
            Event.DECISION_OPENED, by=actor, about=("decision", decision_id), at=now, before=before or None,
            after={str(each.honour_id): [str(entry) for entry in each.entry_ids] for each in placings}
            | {str(honour): entries for honour, entries in _group(others).items()},
        )  # fmt: skip


def _make_outcomes(
    decision_id: UUID, placings: Sequence[Placing], others: Sequence[Given], computed: Mapping[UUID, ComputedLine]
) -> list[Outcome]:
    """Make an outcome of every ranked entry of the category: what it was given, or nothing."""

    def outcome(entry: UUID, **told: object) -> Outcome:
        values: dict[str, Any] = {
            "kind": "none", "is_shared": False, "reason": "", "citation_ar": "", "citation_en": "",
            "computed_rank": computed[entry].rank,
        }  # fmt: skip
        return Outcome(decision=decision_id, entry=entry, **values | told)

    def honoured(entry: UUID, given: Placing | Given, **told: object) -> Outcome:
        words = {"citation_ar": given.citation_ar.strip(), "citation_en": given.citation_en.strip()}
        return outcome(entry, kind="honoured", honour=given.honour_id, **words, **told)

    made = [
        honoured(entry, each, is_shared=len(each.entry_ids) > 1, reason=each.reason.strip())
        for each in placings
        for entry in each.entry_ids
    ] + [honoured(each.entry_id, each) for each in others]
    given = {entry for each in placings for entry in each.entry_ids} | {each.entry_id for each in others}
    return made + [outcome(entry) for entry in sorted(computed, key=str) if entry not in given]


def _group(others: Sequence[Given]) -> dict[UUID, list[str]]:
    grouped: dict[UUID, list[str]] = {}
    for each in others:
        grouped.setdefault(each.honour_id, []).append(str(each.entry_id))
    return grouped


async def sign_decision(actor: Actor, decision_id: UUID, *, now: datetime, seen: str | None = None) -> int:
    """Sign a decision as a member; return how many have signed. ``seen`` is the digest of the places that were read.

    Raises SteppedAside for who has a tie in the category or stepped aside, NotInSession for who is noted as absent,
    PlacesOpen before places are written, StaleRevision where others were written since they were read, and
    RankingOutdated where places were written on another run than the last, or hold a project that left.
    """
    async with transaction():
        decision = await _lock_decision(actor, decision_id, Action.SIGN_DECISION)
        if not await Outcome.exists().where(Outcome.decision == decision_id):
            raise PlacesOpen
        await _check_seen(decision, seen)
        await _check_run(decision)
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
        decision = await _lock_decision(actor, decision_id, Action.DECIDE)
        edition_id = decision["edition"]
        decided = await Outcome.exists().where(Outcome.decision == decision_id)
        if not decided:
            raise PlacesOpen
        await _check_run(decision)
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


async def _find_standing_run(decision: Mapping[str, Any]) -> UUID:
    """Find the run that places are written on: the last one.

    Raises RankingOutdated where it holds a project that left since it was computed, or a sheet that was set aside.
    """
    run = await find_last_run(decision["round"])
    if run is None:
        raise RoundNotRanked
    if await is_outdated(run, decision["round"], decision["category"]):
        raise RankingOutdated
    return run.id


async def _check_run(decision: Mapping[str, Any]) -> None:
    """Refuse what would stand on places that are to be written anew."""
    if await _find_standing_run(decision) != decision["run"]:
        raise RankingOutdated


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
    if found["state"] != RoundState.RANKED.value:
        raise RoundNotRanked  # open again for a review that was asked for, or closed and not ranked since
    return decision | {"edition": UUID(str(found["edition"]))}
