"""Follow-up reviews: where one more review can still change a prize, and asking for it.

Projects on which judges differ beyond the set limit come first, whatever the gain. The round opens again for the sheets
asked for and for no other: each has its own last moment, and the round's own close stays where it was.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.letters.reviews import tell_of_reviews
from service.usecases.panel.assignment import refuse_barred
from service.usecases.panel.assignment_arrays import Encoded, encode
from service.usecases.ranking.runs import PLACES
from service.usecases.setup.editions import move_edition
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ROUND_MOVES, AssignmentState, EditionState, RoundState, SheetState, move
from storage.reads.marks import RankedEntryRow, RankedRound, read_marks
from storage.reads.matrices import AssignmentInput, read_assignment_input
from storage.reads.standing_pairs import StandingPair, read_standing_pairs
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.edition import Edition
from storage.tables.panel import Judge, Round
from storage.tables.scoresheet import ScoreSheet

if TYPE_CHECKING:
    from judging.assignment import Problem
    from judging.assignment.problem import Ints

__all__ = ["MOST_AT_ONCE", "FollowUp", "FollowUpPlan", "ask_follow_ups", "plan_follow_ups"]

MOST_AT_ONCE = 20
"""Reviews that one plan proposes at most."""
MORE_A_JUDGE = 2
"""Further reviews that a judge may be asked for beyond the round's own limit."""


class RoundNotReviewed(Conflicting):
    """Follow-up reviews are asked for between the round's close and the decision."""

    code = "round-not-reviewed"


class FollowUpNotPossible(Conflicting):
    """This judge may not review this project: barred, not on the panel, or reviewing it already."""

    code = "follow-up-not-possible"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One review worth asking for. ``policy`` is differ, winner, line, or asked where its project was named.

    ``gain`` is in points for the winner, in wrong orders across the line otherwise; ``spread`` in points.
    """

    entry_id: UUID
    code_name: str
    category_id: UUID
    judge_id: UUID
    policy: str
    gain: float
    spread: float


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """Reviews in the order of worth; for each category the expected share of right prizes, before and after them."""

    reviews: tuple[FollowUp, ...]
    chances: dict[UUID, tuple[float, float]]
    n_differing: int


async def plan_follow_ups(
    round_id: UUID, *, extra: int = 5, places: int = PLACES, only: Collection[str] = ()
) -> FollowUpPlan:
    """Say which further reviews would settle most, under every rule of assignment. Nothing is written.

    ``only``: code names of the projects that the reader asks about; each of these gets the best suited further judge
    even where another project would gain more.
    """
    given = await read_assignment_input(round_id)
    entries = tuple(RankedEntryRow(each.id, each.code_name, each.category_id) for each in given.entries)
    marks = await read_marks(round_id, entries=entries)
    standing = await read_standing_pairs(round_id)
    if not marks.marks or not given.judges:
        return FollowUpPlan((), {}, 0)
    wanted = max(0, min(extra, MOST_AT_ONCE))
    return await asyncio.to_thread(_plan, marks, given, standing, wanted, places=places, only=frozenset(only))


def _totals(marks: RankedRound) -> dict[tuple[UUID, UUID], float]:
    """Each review's points of 100, by the weights of the rubric."""
    weights = {each.id: each.weight for each in marks.criteria}
    totals: dict[tuple[UUID, UUID], float] = {}
    for each in marks.marks:
        pair = (each.entry_id, each.judge_id)
        totals[pair] = totals.get(pair, 0.0) + weights[each.criterion_id] * each.step / marks.steps
    return totals


def _plan(
    marks: RankedRound,
    given: AssignmentInput,
    standing: tuple[StandingPair, ...],
    extra: int,
    *,
    places: int,
    only: frozenset[str],
) -> FollowUpPlan:
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment import Policy, believe, propose_followups  # noqa: PLC0415 - heavy, for here alone

    encoded = encode(given)
    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    totals = {
        pair: total for pair, total in sorted(_totals(marks).items(), key=str) if pair[0] in row and pair[1] in column
    }
    reviewed = np.array([(row[entry], column[judge]) for entry, judge in totals], dtype=np.int64).reshape(-1, 2)
    if reviewed.shape[0] <= 1:
        return FollowUpPlan((), {}, 0)
    beliefs = believe(
        reviewed, np.array(list(totals.values())), n_judges=len(encoded.judges), category=encoded.problem.category
    )
    problem, asked = _with_more_room(encoded, standing)
    prizes = np.full(int(problem.category.max(initial=0)) + 1, places)
    found = propose_followups(problem, asked, beliefs, extra=extra, prizes=prizes, seed=1)
    names = {Policy.WINNER: "winner", Policy.LINE: "line"}
    chosen = [
        (int(entry), int(judge), names[Policy(int(policy))], float(gain))
        for entry, judge, gain, policy in zip(found.entry, found.judge, found.gain, found.policy, strict=True)
    ]
    spreads = _spreads(totals)
    differing = sorted((row[entry] for entry, spread in spreads.items() if spread >= marks.differ_points))
    chosen += _settle(problem, asked, [entry for entry in differing if entry not in found.entry])
    if only:
        named = [at for at, code in enumerate(encoded.code_names) if code in only]
        proposed = {entry for entry, *_ in chosen}
        chosen += _settle(problem, asked, [entry for entry in named if entry not in proposed], policy="asked")
        chosen = [each for each in chosen if each[0] in named]
    category = {each.id: each.category_id for each in given.entries}
    reviews = [
        FollowUp(
            entry_id=encoded.entries[entry],
            code_name=encoded.code_names[entry],
            category_id=category[encoded.entries[entry]],
            judge_id=encoded.judges[judge],
            policy="differ" if entry in differing else policy,
            gain=gain,
            spread=spreads.get(encoded.entries[entry], 0.0),
        )
        for entry, judge, policy, gain in chosen
    ]
    return FollowUpPlan(
        reviews=tuple(sorted(reviews, key=lambda each: each.policy != "differ")),
        chances={
            encoded.categories[at]: (float(found.chance_before[at]), float(found.chance_after[at]))
            for at in sorted(set(problem.category.tolist()))
        },
        n_differing=len(differing),
    )


def _with_more_room(encoded: Encoded, standing: tuple[StandingPair, ...]) -> "tuple[Problem, Ints]":
    """Return the round's problem with room for follow-up reviews, and the pairs that stand as rows."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment.rules import count_by_category  # noqa: PLC0415 - heavy, for here alone

    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    held = [
        (row[pair.entry_id], column[pair.judge_id])
        for pair in standing
        if pair.entry_id in row and pair.judge_id in column
    ]
    asked = np.array(held, dtype=np.int64).reshape(-1, 2)
    load = np.bincount(asked[:, 1], minlength=len(encoded.judges))
    by_category = count_by_category(encoded.problem, asked)
    roomy = replace(
        encoded.problem,
        load_max=np.maximum(encoded.problem.load_max, load) + MORE_A_JUDGE,
        category_load_max=np.maximum(encoded.problem.category_load_max, by_category) + MORE_A_JUDGE,
    )
    return roomy, asked


def _settle(
    problem: "Problem", asked: "Ints", entries: list[int], *, policy: str = "differ"
) -> list[tuple[int, int, str, float]]:
    """Find for each of these projects the best suited further judge, where one may."""
    from judging.assignment.rules import may_add  # noqa: PLC0415 - heavy, for here alone

    found = []
    for entry in entries:
        values = problem.affinity[[entry], :].toarray()[0]
        best = sorted(range(problem.n_judges), key=lambda judge: (-values[judge], judge))
        judge = next((judge for judge in best if may_add(problem, asked, entry, judge)), None)
        if judge is not None:
            found.append((entry, judge, policy, 0.0))
    return found


def _spreads(totals: dict[tuple[UUID, UUID], float]) -> dict[UUID, float]:
    by_entry: dict[UUID, list[float]] = {}
    for (entry, _), total in totals.items():
        by_entry.setdefault(entry, []).append(total)
    return {entry: max(values) - min(values) for entry, values in by_entry.items()}


async def ask_follow_ups(
    actor: Actor, round_id: UUID, pairs: Sequence[tuple[UUID, UUID]], *, due_at: datetime, reason: str, now: datetime
) -> int:
    """Ask judges for further reviews (entry, judge) until ``due_at``; return how many.

    The round opens again for these sheets only, and the edition goes back to judging. Every rule about a pair holds.
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


async def _check(round_id: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Refuse what the rules forbid: a barred pair, one that is there, a second of a house or team, an overload."""
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment.rules import may_add  # noqa: PLC0415 - heavy, for here alone

    await refuse_barred(pairs)
    encoded = encode(await read_assignment_input(round_id))
    problem, asked = _with_more_room(encoded, await read_standing_pairs(round_id))
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
