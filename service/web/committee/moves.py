"""The moves of the edition that the chair makes, and why each may be locked."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.actors import Actor, Role
from service.permissions import Action, may
from service.text import Words
from storage.lifecycle import EditionState as Stage
from storage.lifecycle import RoundState
from storage.reads.committee.in_time import InTime
from storage.reads.committee.overview import Overview
from storage.reads.committee.standing import Standing

AHEAD = frozenset({RoundState.PLANNED, RoundState.ASSIGNING})
"""States of a round that has not begun: the first one, or one that follows a shortlist."""


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the edition: what it will do, why it may be locked, and what it would cut short."""

    name: str
    label: Markup
    what: Markup
    locked: Markup | None
    is_danger: bool
    warning: Markup | None = None


def list_moves(
    actor: Actor,
    standing: Standing,
    counts: Overview,
    deadline: datetime | None,
    words: Words,
    now: datetime,
    *,
    in_time: InTime | None = None,
) -> tuple[Move, ...]:
    """List the moves of the present stage. The chair makes them; each says why it may be locked."""
    if actor.role is not Role.CHAIR:
        return ()
    moves: list[tuple[str, Markup | None]] = []
    in_round = standing.in_round
    if standing.state == Stage.DRAFT:
        moves.append(("open", None))
    if standing.state == Stage.OPEN:
        early = deadline is not None and now < deadline
        moves.append(("close", words.say("move.close_locked", date=deadline, time=deadline) if early else None))
    if standing.state in {Stage.OPEN, Stage.CLOSED}:
        moves += [("extend", None), ("extend-entry", None)]
    if standing.state in {Stage.CLOSED, Stage.JUDGING} and in_round and in_round.state in AHEAD:
        moves.append(("open-judging", _why_not_judging(counts, in_round.opens_at, words, now)))
    if may(Action.CLOSE_ROUND, actor, stage=standing.state) and in_round and in_round.state == RoundState.OPEN:
        early = now < in_round.closes_at and counts.n_unsealed > 0
        reason = words.say("move.close-round_locked", n=counts.n_unsealed, date=in_round.closes_at) if early else None
        moves.append(("close-round", reason))
    if standing.state == Stage.PUBLISHED:
        moves.append(("archive", None))
    return tuple(
        Move(
            name=name,
            label=words.say(f"move.{name}"),
            what=words.say(f"move.{name}_what"),
            locked=locked,
            is_danger=name in {"close", "close-round", "archive"},
            warning=_what_is_in_time(in_time, words) if name == "close-round" and not locked else None,
        )
        for name, locked in moves
    )


def _what_is_in_time(in_time: InTime | None, words: Words) -> Markup | None:
    if in_time is None:
        return None
    return words.say("move.close-round_in_time", n=in_time.n, date=in_time.until, time=in_time.until)


def _why_not_judging(counts: Overview, opens_at: datetime, words: Words, now: datetime) -> Markup | None:
    if counts.n_waiting:
        return words.say("move.open-judging_waiting", n=counts.n_waiting)
    if not counts.n_proposed_pairs:
        return words.say("move.open-judging_unassigned")
    if now < opens_at:
        return words.say("move.open-judging_early", date=opens_at, time=opens_at)
    return None
