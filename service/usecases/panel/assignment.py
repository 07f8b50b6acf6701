"""Judges to entries: proposed by the engine, changed by hand under the same rules, published to judges."""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.panel.assignment_arrays import Encoded, encode, told_reasons
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import (
    ROUND_MOVES,
    AssignmentState,
    EntryState,
    RoundState,
    SheetState,
    move,
)
from storage.reads.matrices import AssignmentInput, read_assignment_input
from storage.rows import get_row
from storage.tables.assignment import Assignment, AssignmentRun
from storage.tables.conflict import Conflict
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Round
from storage.tables.scoresheet import ScoreSheet

__all__ = [
    "AssignmentImpossible",
    "PairBarred",
    "change_pair",
    "lock_round",
    "propose_assignment",
    "publish_assignment",
    "refuse_barred",
]


class AssignmentImpossible(Conflicting):
    """The wish cannot be met: ``entries`` are blocked by ``rule``; each of ``ways`` would free them."""

    code = "assignment-impossible"


class NothingToAssign(Conflicting):
    """No admitted entries, or no judges."""

    code = "nothing-to-assign"


class EntriesWaiting(Conflicting):
    """Submitted entries still wait for the registrar."""

    code = "entries-waiting"


class PairBarred(Conflicting):
    """A confirmed or held conflict bars this pair: no way round it."""

    code = "pair-barred"


class RoundNotAssigning(Conflicting):
    """The round is past assignment."""

    code = "round-not-assigning"


async def propose_assignment(actor: Actor, round_id: UUID, *, seed: int = 1, now: datetime) -> UUID:
    """Compute a proposal for a round; it supersedes the last proposal. Nothing reaches a judge before it is published.

    The computation runs in a thread, outside the transaction; what it was computed from is hashed into the run.
    Raises AssignmentImpossible with the entries that are blocked, by which rule, and what would free them.
    """
    given = await read_assignment_input(round_id)
    if not given.entries or not given.judges:
        raise NothingToAssign(entries=len(given.entries), judges=len(given.judges))
    encoded = encode(given)
    solved = await asyncio.to_thread(_solve, encoded, seed)
    async with transaction():
        await lock_round(actor, round_id, now=now)
        await refuse_barred([(entry, judge) for entry, judge, _, _ in solved.rows])
        ordinal = await AssignmentRun.count().where(AssignmentRun.round == round_id) + 1
        run = AssignmentRun(
            round=round_id,
            ordinal=ordinal,
            state="proposed",
            seed=str(seed),
            parameters=to_json(
                {
                    "reviews_per_entry": given.reviews_per_entry,
                    "calibration_budget": encoded.budget,
                    "rules": asdict(given.rules),
                }
            ),
            inputs_hash=hash_inputs(given),
            quality=to_json(solved.quality),
            made_at=now,
        )
        await AssignmentRun.insert(run)
        await Assignment.delete().where(
            (Assignment.round == round_id) & (Assignment.state == AssignmentState.PROPOSED.value)
        )
        await insert_many(
            [
                Assignment(
                    round=round_id, run=run.id, entry=entry, judge=judge, state=AssignmentState.PROPOSED.value,
                    position=position, reasons=to_json(reasons), made_at=now,
                )
                for entry, judge, position, reasons in solved.rows
            ]
        )  # fmt: skip
        await record(
            Event.ASSIGNMENT_PROPOSED, by=actor, about=("round", round_id), at=now,
            after={"run": ordinal, "pairs": len(solved.rows), "inputs": run.inputs_hash},
        )  # fmt: skip
        return run.id


class _Solved:
    """A solution with ids in place of row numbers."""

    __slots__ = ("quality", "rows")

    def __init__(self, rows: list[tuple[UUID, UUID, int, list[dict[str, object]]]], quality: dict[str, object]) -> None:
        self.rows = rows
        self.quality = quality


def _solve(encoded: Encoded, seed: int) -> _Solved:
    """Run the engine: the only place where this use case meets it."""
    from judging.assignment import Infeasible, assign_judges, order_for_judges  # noqa: PLC0415 - heavy, for here alone

    try:
        found = assign_judges(encoded.problem, seed=seed, calibration_budget=encoded.budget)
    except Infeasible as impossible:
        raise AssignmentImpossible(**encoded.told_infeasible(impossible)) from impossible
    positions = order_for_judges(found.pairs, seed=seed)
    rows = [
        (
            encoded.entries[int(entry)],
            encoded.judges[int(judge)],
            int(positions[at]) + 1,
            told_reasons(found.reasons, at),
        )
        for at, (entry, judge) in enumerate(found.pairs)
    ]
    return _Solved(rows, encoded.told_quality(found))


def hash_inputs(given: AssignmentInput) -> str:
    """Return the SHA-256 over what a proposal was computed from."""
    return hashlib.sha256(to_json(_plain(asdict(given))).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset | set):
        return sorted(str(each) for each in value)
    return value


async def change_pair(
    actor: Actor, round_id: UUID, entry_id: UUID, *, remove: UUID | None, add: UUID | None, reason: str, now: datetime
) -> None:
    """Change a proposal by hand: take a judge from an entry, give it another, or both. No way round a conflict."""
    if not reason.strip():
        raise Invalid(FieldError("reason", "err.reason_needed"))
    async with transaction():
        await lock_round(actor, round_id, now=now)
        if remove is not None:
            gone = (
                await Assignment.delete()
                .where(
                    (Assignment.round == round_id)
                    & (Assignment.entry == entry_id)
                    & (Assignment.judge == remove)
                    & (Assignment.state == AssignmentState.PROPOSED.value)
                )
                .returning(Assignment.id)
            )
            if not gone:
                raise NotFound
        if add is not None:
            await _check_pair(round_id, entry_id, add)
            last = await Assignment.count().where((Assignment.round == round_id) & (Assignment.judge == add))
            await Assignment.insert(
                Assignment(
                    round=round_id, entry=entry_id, judge=add, state=AssignmentState.PROPOSED.value,
                    position=last + 1, reasons=to_json([{"code": "by-hand", "reason": reason}]), made_at=now,
                )
            )  # fmt: skip
        await record(
            Event.ASSIGNMENT_CHANGED, by=actor, about=("entry", entry_id), at=now,
            before=str(remove) if remove else None, after=str(add) if add else None, reason=reason,
        )  # fmt: skip


async def refuse_barred(pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Raise PairBarred where a conflict bars one of these pairs (entry, judge).

    Asked inside the transaction that writes them, so that the reader learns why: the database itself refuses the row.
    """
    rows = await Conflict.select(Conflict.entry, Conflict.judge).where(Conflict.state.is_in(["confirmed", "held"]))
    barred = {(row["entry"], row["judge"]) for row in rows}
    if not barred.isdisjoint(pairs):
        raise PairBarred


async def _check_pair(round_id: UUID, entry_id: UUID, judge_id: UUID) -> None:
    await refuse_barred([(entry_id, judge_id)])
    pair = (Assignment.round == round_id) & (Assignment.entry == entry_id) & (Assignment.judge == judge_id)
    if await Assignment.exists().where(pair):
        raise StaleRevision(current=0)


async def publish_assignment(actor: Actor, round_id: UUID, *, now: datetime) -> int:
    """Give the proposal to the judges: each pair gets its score sheet, and the round opens. Return how many pairs.

    Conflicts are looked at once more, inside the transaction: one confirmed since the proposal stops it.
    """
    async with transaction():
        await lock_round(actor, round_id, now=now, action=Action.OPEN_ROUND)
        rows = await Assignment.select(Assignment.id, Assignment.entry, Assignment.judge).where(
            (Assignment.round == round_id) & (Assignment.state == AssignmentState.PROPOSED.value)
        )
        if not rows:
            raise NothingToAssign(entries=0, judges=0)
        await refuse_barred([(row["entry"], row["judge"]) for row in rows])
        await Assignment.update({Assignment.state: AssignmentState.PUBLISHED.value}).where(
            Assignment.id.is_in([row["id"] for row in rows])
        )
        await insert_many(
            [
                ScoreSheet(
                    assignment=row["id"],
                    state=SheetState.DRAFT.value,
                    revision=0,
                    comment_team="",
                    comment_committee="",
                )
                for row in rows
            ]
        )
        await AssignmentRun.update({AssignmentRun.state: "published", AssignmentRun.published_at: now}).where(
            (AssignmentRun.round == round_id) & (AssignmentRun.state == "proposed")
        )
        await move(Round, round_id, "open", ROUND_MOVES)
        await record(Event.ASSIGNMENT_PUBLISHED, by=actor, about=("round", round_id), at=now, after=len(rows))
        return len(rows)


async def lock_round(actor: Actor, round_id: UUID, *, now: datetime, action: Action = Action.ASSIGN_JUDGES) -> None:
    """Lock a round for assignment, and move it there from planned; refuse when it is past that or entries wait."""
    found = await for_update(Round.select(Round.edition, Round.state).where(Round.id == round_id)).first()
    if found is None:
        raise NotFound
    edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
    require(action, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
    waiting = await Entry.count().where(
        (Entry.edition == found["edition"]) & (Entry.state == EntryState.SUBMITTED.value)
    )
    if waiting:
        raise EntriesWaiting(n=waiting)
    if found["state"] == RoundState.PLANNED:
        await move(Round, round_id, "assign", ROUND_MOVES)
        await record(
            Event.ROUND_MOVED, by=actor, about=("round", round_id), at=now, before="planned", after="assigning"
        )
    elif found["state"] != RoundState.ASSIGNING:
        raise RoundNotAssigning(state=found["state"])
