"""Asking for follow-up reviews: of a judge, on a project, until a moment.

The round opens again for the sheets asked for and for no other: each has its own last moment, and the round's own close
stays where it was.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.letters.reminders import plan_reminders
from service.usecases.letters.reviews import tell_of_reviews
from service.usecases.panel.assignment import refuse_barred
from service.usecases.panel.assignment_arrays import encode
from service.usecases.panel.follow_ups import with_more_room
from service.usecases.setup.editions import move_edition
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import (
    ROUND_MOVES,
    AssignmentState,
    DecisionState,
    EditionState,
    RoundState,
    SheetState,
    move,
)
from storage.reads.matrices import read_assignment_input
from storage.reads.standing_pairs import read_standing_pairs
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Judge, Round
from storage.tables.result import Decision
from storage.tables.scoresheet import ScoreSheet

__all__ = ["FollowUpNotPossible", "RoundNotReviewed", "TeamsTold", "ask_follow_ups", "check_given_back"]


class RoundNotReviewed(Conflicting):
    """Follow-up reviews are asked for between the round's close and the decision."""

    code = "round-not-reviewed"


class TeamsTold(Conflicting):
    """Once teams were told, only a category that an upheld appeal gave back takes another review."""

    code = "teams-told"


class FollowUpNotPossible(Conflicting):
    """This judge may not review this project: barred, not on the panel, or reviewing it already."""

    code = "follow-up-not-possible"


async def ask_follow_ups(
    actor: Actor, round_id: UUID, pairs: Sequence[tuple[UUID, UUID]], *, due_at: datetime, reason: str, now: datetime
) -> int:
    """Ask judges for further reviews (entry, judge) until ``due_at``; return how many.

    The round opens again for these sheets only, and an edition at its decision goes back to judging. Once teams were
    told it stays where it is, and only categories that an upheld appeal gave back take reviews: else TeamsTold. Every
    rule about a pair holds.
    """
    errors = [FieldError("reason", "err.reason_needed")] if not reason.strip() else []
    errors += [FieldError("due_at", "err.due_later")] if due_at <= now else []
    errors += [FieldError("pairs", "err.pairs_needed")] if not pairs else []
    if errors:
        raise Invalid(*errors)
    async with transaction():
        found = await for_update(Round.select(Round.edition, Round.state).where(Round.id == round_id)).first()
        if found is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(Action.ASK_FOLLOW_UP, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
        if found["state"] not in {RoundState.CLOSED, RoundState.RANKED, RoundState.OPEN}:
            raise RoundNotReviewed(state=found["state"])
        if edition["state"] == EditionState.NOTIFIED:
            await check_given_back(round_id, {entry for entry, _ in pairs})
        await _check(round_id, pairs)
        rows = await _make_rows(round_id, pairs, due_at=due_at, now=now)
        await insert_many(rows)
        await insert_many(
            [
                ScoreSheet(
                    assignment=row.id, state=SheetState.DRAFT.value, revision=0, comment_team="", comment_committee=""
                )
                for row in rows
            ]
        )
        await tell_of_reviews(round_id, added=pairs, due_at=due_at, is_follow_up=True, at=now)
        await plan_reminders(round_id, now=now)
        if found["state"] != RoundState.OPEN:
            name = "reopen" if found["state"] == RoundState.RANKED else "reopen-closed"
            await move(Round, round_id, name, ROUND_MOVES)
        if edition["state"] == EditionState.DECIDING:
            await move_edition(actor, found["edition"], "ask-follow-ups", now=now, reason=reason.strip())
        await record(
            Event.FOLLOW_UP_ASKED, by=actor, about=("round", round_id), at=now, before=found["state"],
            after=[[str(entry), str(judge)] for entry, judge in pairs], reason=reason.strip(),
        )  # fmt: skip
    return len(rows)


async def check_given_back(round_id: UUID, entries: Collection[UUID]) -> None:
    """Refuse reviews of projects whose category is decided, once teams were told what stands: TeamsTold."""
    given_back = Decision.select(Decision.category).where(
        (Decision.round == round_id) & (Decision.state == DecisionState.OPEN.value)
    )
    open_categories = [row["category"] for row in await given_back]
    found = await Entry.count().where(Entry.id.is_in(list(entries)) & Entry.category.is_in(open_categories))
    if not open_categories or found < len(set(entries)):
        raise TeamsTold


async def _check(round_id: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Refuse what the rules forbid: a barred pair, one that is there, a second of a house or team, an overload."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment.rules import may_add  # noqa: PLC0415 - heavy, for here alone

    await refuse_barred(pairs)
    encoded = encode(await read_assignment_input(round_id))
    problem, asked = with_more_room(encoded, await read_standing_pairs(round_id))
    for entry, judge in pairs:
        if entry not in encoded.entries or judge not in encoded.judges:
            raise NotFound
        pair = (encoded.entries.index(entry), encoded.judges.index(judge))
        if not may_add(problem, asked, *pair):
            raise FollowUpNotPossible
        asked = np.vstack([asked, [pair]])
    if len(set(pairs)) < len(pairs):
        raise FollowUpNotPossible
    active = await Judge.count().where(Judge.id.is_in([judge for _, judge in pairs]) & Judge.is_active.eq(True))
    if active < len({judge for _, judge in pairs}):
        raise FollowUpNotPossible


async def _make_rows(
    round_id: UUID, pairs: Sequence[tuple[UUID, UUID]], *, due_at: datetime, now: datetime
) -> list[Assignment]:
    last: dict[UUID, int] = {}
    for pair in await read_standing_pairs(round_id):
        last[pair.judge_id] = max(last.get(pair.judge_id, 0), pair.position)
    rows = []
    for entry, judge in pairs:
        last[judge] = last.get(judge, 0) + 1
        rows.append(
            Assignment(
                round=round_id, run=None, entry=entry, judge=judge, state=AssignmentState.PUBLISHED.value,
                position=last[judge], reasons=to_json([{"code": "follow-up"}]), made_at=now, due_at=due_at,
            )
        )  # fmt: skip
    return rows
