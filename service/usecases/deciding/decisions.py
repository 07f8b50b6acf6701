"""What the committee decides on a computed ranking: the places of a category, with a reason for every departure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.deciding.placings import Given, Placing, check_placings
from service.usecases.ranking.shortlists import refuse_early_decision
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import DecisionState, RoundState
from storage.reads.committee.decision import digest_of_places
from storage.reads.decisions import (
    ComputedLine,
    find_last_run,
    is_outdated,
    list_computed,
    list_given_elsewhere,
    read_sealed_rules,
)
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.result import Decision, DecisionSignature, Outcome

__all__ = [
    "DecisionClosed", "NotInSession", "PlacesOpen", "RankingOutdated", "RoundNotRanked", "check_run", "check_seen",
    "lock_decision", "open_decision", "place_entries",
]  # fmt: skip


class RoundNotRanked(Conflicting):
    """There is no ranking to decide on yet."""

    code = "round-not-ranked"


class DecisionClosed(Conflicting):
    """The decision is approved; an appeal upheld is the way to open it again."""

    code = "decision-closed"


class RankingOutdated(Conflicting):
    """The ranking is not the last word any more: computed again since, or it holds a project or a sheet that left."""

    code = "ranking-outdated"


class NotInSession(Conflicting):
    """Only who is noted as present puts motions, casts ballots and signs; who stepped aside does none of it."""

    code = "not-in-session"


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
        decision = await lock_decision(actor, decision_id, Action.DECIDE)
        await check_seen(decision, seen)
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


async def check_run(decision: Mapping[str, Any]) -> None:
    """Refuse what would stand on places that are to be written anew."""
    if await _find_standing_run(decision) != decision["run"]:
        raise RankingOutdated


async def check_seen(decision: Mapping[str, object], seen: str | None) -> None:
    """Refuse a form that was made from other places than those that stand."""
    if seen is None:
        return
    outcomes = await Outcome.select().where((Outcome.decision == decision["id"]) & Outcome.honour.is_not_null())
    if digest_of_places(outcomes, str(decision["minutes"])) != seen:
        raise StaleRevision(current=0)


async def _lock_round(actor: Actor, round_id: UUID, action: Action) -> dict[str, object]:
    found: dict[str, object] | None = await for_update(Round.select().where(Round.id == round_id)).first()
    if found is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
    require(action, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
    return found


async def lock_decision(actor: Actor, decision_id: UUID, action: Action) -> dict[str, Any]:
    """Lock an open decision of a ranked round, with its ``edition``. Raises DecisionClosed, RoundNotRanked."""
    decision: dict[str, Any] | None = await for_update(Decision.select().where(Decision.id == decision_id)).first()
    if decision is None:
        raise NotFound
    found = await _lock_round(actor, decision["round"], action)
    if decision["state"] != DecisionState.OPEN.value:
        raise DecisionClosed
    if found["state"] != RoundState.RANKED.value:
        raise RoundNotRanked  # open again for a review that was asked for, or closed and not ranked since
    return decision | {"edition": UUID(str(found["edition"]))}
