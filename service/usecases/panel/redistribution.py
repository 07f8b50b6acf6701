"""A judge leaves, declares a tie or abstains: what is unfinished is shared out anew, and what is sealed stays.

Three ways are offered, from the least change to wider ones that make judges easier to compare. The reader chooses one
of them as it was shown: where anything has moved since, the choice is refused and shown again.
"""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.letters.reviews import tell_of_reviews
from service.usecases.panel.assignment import AssignmentImpossible, PairBarred, refuse_barred
from service.usecases.panel.assignment_arrays import Encoded, encode, told_reasons
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ASSIGNMENT_MOVES, AssignmentState, RoundState, SheetState, move
from storage.reads.matrices import AssignmentInput, read_assignment_input
from storage.reads.standing_pairs import StandingPair, read_standing_pairs
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.edition import Edition
from storage.tables.panel import Judge, Round
from storage.tables.scoresheet import ScoreSheet

if TYPE_CHECKING:
    from judging.assignment import Option

__all__ = ["Change", "Plan", "plan_redistribution", "redistribute"]


class JudgeGone(Conflicting):
    """Another member has taken this judge out of the panel: whom to share out from has nothing left."""

    code = "judge-gone"


class RoundNotJudged(Conflicting):
    """Nothing is shared out before a round is assigned, or after it has closed."""

    code = "round-not-judged"


@dataclass(frozen=True, slots=True)
class Change:
    """One way to go on. ``share`` is how many further pairs may move, of all; pairs are (entry, judge).

    ``efficiency`` is 0 where judges fall into groups that share no project; ``loads`` is of all judges, after it.
    """

    share: float
    added: tuple[tuple[UUID, UUID], ...]
    removed: tuple[tuple[UUID, UUID], ...]
    efficiency: float
    is_linked: bool
    loads: dict[UUID, int]
    reasons: tuple[list[dict[str, object]], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be done. ``digest`` is of everything it was computed from; ``sealed`` pairs stay in every way."""

    given: AssignmentInput
    changes: tuple[Change, ...]
    n_sealed: int
    n_unfinished: int
    lacking: tuple[UUID, ...]
    efficiency: float
    digest: str


async def plan_redistribution(round_id: UUID, *, leaving: UUID | None = None) -> Plan:
    """Compute the ways to share out what a judge leaves and what projects lack. Nothing is written.

    There is no change where nothing is to be shared out. Raises AssignmentImpossible with what would free it, JudgeGone
    for who has left before.
    """
    given = await read_assignment_input(round_id)
    standing = await read_standing_pairs(round_id)
    if leaving is not None and leaving not in {judge.id for judge in given.judges}:
        if await _has_left(leaving, round_id):
            raise JudgeGone
        raise NotFound
    return await asyncio.to_thread(_plan, given, standing, leaving)


async def _has_left(judge: UUID, round_id: UUID) -> bool:
    row = await Round.select(Round.edition).where(Round.id == round_id).first()
    of_edition = (Judge.id == judge) & (Judge.edition == (row["edition"] if row else None))
    return bool(row) and await Judge.exists().where(of_edition & Judge.is_active.eq(False))


def _plan(given: AssignmentInput, standing: tuple[StandingPair, ...], leaving: UUID | None) -> Plan:
    from judging.assignment import Infeasible  # noqa: PLC0415 - heavy, for here alone

    live = [pair for pair in standing if not pair.is_given_up]
    unfinished = [pair for pair in live if pair.judge_id == leaving and not pair.is_sealed]
    counts: dict[UUID, int] = {}
    for pair in live:
        if pair not in unfinished:
            counts[pair.entry_id] = counts.get(pair.entry_id, 0) + 1
    lacking = tuple(each.id for each in given.entries if counts.get(each.id, 0) < given.reviews_per_entry)
    digest = _digest(given, standing, leaving)
    if not given.judges or not given.entries or (not unfinished and not lacking and leaving is None):
        return Plan(given, (), 0, 0, (), 0.0, digest)
    encoded = encode(_without_given_up(given, standing))
    try:
        before, options = _compute(encoded, live, _find_fixed(given, live, unfinished), leaving)
    except Infeasible as impossible:
        raise AssignmentImpossible(**encoded.told_infeasible(impossible)) from impossible
    return Plan(
        given=given,
        changes=tuple(_tell(encoded, option) for option in options),
        n_sealed=sum(pair.is_sealed for pair in standing if leaving in {None, pair.judge_id}),
        n_unfinished=len(unfinished),
        lacking=lacking,
        efficiency=before,
        digest=digest,
    )


def _without_given_up(given: AssignmentInput, standing: Collection[StandingPair]) -> AssignmentInput:
    """Take a pair that was given up for barred: its judge is not asked again."""
    from storage.reads.matrices import PairRow  # noqa: PLC0415 - a value of this one function

    given_up = [pair for pair in standing if pair.is_given_up]
    more = tuple(PairRow(pair.entry_id, pair.judge_id, "given-up") for pair in given_up)
    return replace(given, conflicts=(*given.conflicts, *more), published=())


def _find_fixed(given: AssignmentInput, live: list[StandingPair], unfinished: list[StandingPair]) -> list[StandingPair]:
    """Find what stays whatever happens: what is sealed, what was begun, and what waits for a decision on a tie."""
    held = {(pair.entry_id, pair.judge_id) for pair in given.conflicts if pair.state == "held"}
    return [
        pair
        for pair in live
        if pair.is_sealed or (pair not in unfinished and (pair.is_begun or (pair.entry_id, pair.judge_id) in held))
    ]


def _compute(
    encoded: Encoded, live: list[StandingPair], fixed: list[StandingPair], leaving: UUID | None
) -> tuple[float, "tuple[Option, ...]"]:  # fmt: skip
    """Ask the engine: sealed and begun pairs are locked, the others kept as far as can be."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment import Bar, reassign  # noqa: PLC0415 - as above
    from judging.assignment.design import measure_design  # noqa: PLC0415 - as above

    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}

    def rows_of(pairs: list[StandingPair]) -> "np.typing.NDArray[np.int64]":
        known = [
            (row[pair.entry_id], column[pair.judge_id])
            for pair in pairs
            if pair.entry_id in row and pair.judge_id in column
        ]
        return np.array(sorted(known), dtype=np.int64).reshape(-1, 2)

    locked = rows_of(fixed)
    table = encoded.problem.barred.copy()
    table[locked[:, 0], locked[:, 1]] = Bar.FREE
    load = np.bincount(locked[:, 1], minlength=len(encoded.judges))
    problem = replace(
        encoded.problem,
        barred=table,
        needs=np.maximum(encoded.problem.needs, np.bincount(locked[:, 0], minlength=len(encoded.entries))),
        load_max=np.maximum(encoded.problem.load_max, load),
        locked=locked,
        previous=rows_of(live),
    )
    before = measure_design(problem, problem.previous).efficiency if problem.previous.size else 0.0
    gone = [column[leaving]] if leaving is not None else []
    return float(before), reassign(problem, withdrawn=np.array(gone, dtype=np.int64), seed=1)


def _tell(encoded: Encoded, option: "Option") -> Change:
    found = option.assignment
    place = {(int(entry), int(judge)): at for at, (entry, judge) in enumerate(found.pairs)}
    added = [(int(entry), int(judge)) for entry, judge in found.changes.added]
    return Change(
        share=option.share,
        added=tuple((encoded.entries[entry], encoded.judges[judge]) for entry, judge in added),
        removed=tuple(
            (encoded.entries[int(entry)], encoded.judges[int(judge)]) for entry, judge in found.changes.removed
        ),
        efficiency=round(float(found.design.efficiency), 4),
        is_linked=bool((found.design.groups_in_category <= 1).all()),
        loads={judge: int(load) for judge, load in zip(encoded.judges, found.loads, strict=True)},
        reasons=tuple(told_reasons(found.reasons, place[pair]) for pair in added),
    )


def _digest(given: AssignmentInput, standing: tuple[StandingPair, ...], leaving: UUID | None) -> str:
    from service.usecases.panel.assignment import hash_inputs  # noqa: PLC0415 - one name of many

    told = [[str(pair.assignment_id), pair.sheet_state, pair.is_begun, pair.has_abstained] for pair in standing]
    return hashlib.sha256(to_json([hash_inputs(given), told, str(leaving)]).encode()).hexdigest()


async def redistribute(
    actor: Actor, round_id: UUID, *, leaving: UUID | None, choice: int, seen: str, reason: str, now: datetime
) -> Change:
    """Make one of the planned changes. A judge who leaves gets nothing more and keeps every sealed sheet.

    ``seen`` is the digest of the plan that was shown. Raises StaleRevision where the round has moved since.
    """
    if not reason.strip():
        raise Invalid(FieldError("reason", "err.reason_needed"))
    plan = await plan_redistribution(round_id, leaving=leaving)
    if not 0 <= choice < len(plan.changes):
        raise NotFound if seen == plan.digest else StaleRevision(current=0)
    change = plan.changes[choice]
    async with transaction():
        found = await for_update(
            Round.select(Round.edition, Round.state, Round.closes_at).where(Round.id == round_id)
        ).first()
        if found is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(Action.ASSIGN_JUDGES, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
        if found["state"] not in {RoundState.ASSIGNING, RoundState.OPEN}:
            raise RoundNotJudged(state=found["state"])
        standing = await read_standing_pairs(round_id)
        given = await read_assignment_input(round_id)
        if seen != plan.digest or _digest(given, standing, leaving) != plan.digest:
            raise StaleRevision(current=0)
        await refuse_barred(change.added)
        await _write(round_id, change, standing, leaving, is_open=found["state"] == RoundState.OPEN, now=now)
        if found["state"] == RoundState.OPEN:
            await tell_of_reviews(
                round_id, added=change.added, removed=change.removed, due_at=found["closes_at"], at=now
            )
        if leaving is not None:
            await Judge.update({Judge.is_active: False}).where(Judge.id == leaving)
            await record(Event.JUDGE_WITHDRAWN, by=actor, about=("judge", leaving), at=now, reason=reason.strip())
        await record(
            Event.ASSIGNMENT_REDISTRIBUTED, by=actor, about=("round", round_id), at=now,
            before=[[str(entry), str(judge)] for entry, judge in change.removed],
            after=[[str(entry), str(judge)] for entry, judge in change.added], reason=reason.strip(),
        )  # fmt: skip
    return change


async def _write(
    round_id: UUID, change: Change, standing: tuple[StandingPair, ...], leaving: UUID | None, *, is_open: bool,
    now: datetime,
) -> None:  # fmt: skip
    """Remove and add the pairs of a change. A sealed sheet is never among the removed: it was locked."""
    held = {(pair.entry_id, pair.judge_id): pair for pair in standing}
    last: dict[UUID, int] = {}
    for pair in standing:
        last[pair.judge_id] = max(last.get(pair.judge_id, 0), pair.position)
    for entry, judge in change.removed:
        pair = held[entry, judge]
        if pair.is_sealed:
            raise PairBarred
        await move(
            Assignment, pair.assignment_id, "remove" if pair.state == AssignmentState.PUBLISHED else "drop",
            ASSIGNMENT_MOVES, removed_at=now, removal="withdrawn" if judge == leaving else "redistributed",
        )  # fmt: skip
    rows = []
    for (entry, judge), reasons in zip(change.added, change.reasons, strict=True):
        last[judge] = last.get(judge, 0) + 1
        state = AssignmentState.PUBLISHED if is_open else AssignmentState.PROPOSED
        rows.append(
            Assignment(
                round=round_id, run=None, entry=entry, judge=judge, state=state.value, position=last[judge],
                reasons=to_json(reasons), made_at=now,
            )
        )  # fmt: skip
    await insert_many(rows)
    if is_open:
        await insert_many(
            [
                ScoreSheet(
                    assignment=row.id, state=SheetState.DRAFT.value, revision=0, comment_team="", comment_committee=""
                )
                for row in rows
            ]
        )
