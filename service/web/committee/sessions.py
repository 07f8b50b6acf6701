"""The session of a decision on its page: who is there, the agenda of close cases, motions and ballots."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.permissions import Action, may
from service.text import Ltr, Words
from service.web.committee.certainty import word_of
from service.web.committee.standing import pick
from storage.reads.committee.decision import CategoryDecision, Signer
from storage.reads.committee.ranking import ComputedOrder
from storage.reads.committee.session import Attendance, MotionLine, find_attendance, list_motions
from storage.reads.committee.standing import Standing

__all__ = ["SessionView", "session_of"]


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the committee in the session; ``state`` is present, recused or absent."""

    id: str
    name: str
    role: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class MotionView:
    """A motion and its ballots; ``mine`` is the reader's own."""

    id: str
    content: str
    mover: str
    made_at: datetime
    verdict: str | None
    n_for: int
    n_against: int
    n_abstain: int
    mine: str
    ballots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A case to talk over: near the line, or disputed."""

    code: Ltr
    title: str
    rank: int
    word: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session as the page and the minutes show it."""

    members: tuple[MemberView, ...]
    n_present: int
    n_recused: int
    motions: tuple[MotionView, ...]
    agenda: tuple[AgendaLine, ...]
    may_hold: bool
    may_move: bool


async def session_of(
    actor: Actor,
    standing: Standing,
    decision: CategoryDecision | None,
    ranking: ComputedOrder,
    signers: tuple[Signer, ...],
    words: Words,
) -> SessionView:
    """Read a decision's session in two queries; an empty one before the decision is begun."""
    there = await find_attendance(decision.id) if decision else Attendance(frozenset(), {})
    motions = await list_motions(decision.id) if decision else ()
    names = {each.person_id: pick(each, "name", words) for each in signers}
    members = tuple(
        MemberView(
            str(each.person_id), names[each.person_id], each.role, _state(each.person_id, there),
            there.recused.get(each.person_id, ""),
        )
        for each in signers
    )  # fmt: skip
    is_open = decision is not None and decision.state == "open"
    is_there = actor.person_id in there.present
    return SessionView(
        members=members,
        n_present=sum(each.state == "present" for each in members),
        n_recused=sum(each.state == "recused" for each in members),
        motions=tuple(_motion(each, actor, names, words) for each in motions),
        agenda=_agenda(ranking, words),
        may_hold=is_open and may(Action.HOLD_SESSION, actor, stage=standing.state),
        may_move=is_open and is_there and may(Action.PUT_MOTION, actor, stage=standing.state),
    )


def _state(person: UUID, there: Attendance) -> str:
    return "recused" if person in there.recused else "present" if person in there.present else "absent"


def _motion(each: MotionLine, actor: Actor, names: dict[UUID, str], words: Words) -> MotionView:
    return MotionView(
        id=str(each.id),
        content=each.content,
        mover=pick(each, "mover", words),
        made_at=each.made_at,
        verdict=each.verdict,
        n_for=each.count("for"),
        n_against=each.count("against"),
        n_abstain=each.count("abstain"),
        mine=each.ballots.get(actor.person_id, "") if actor.person_id else "",
        ballots=tuple(
            (names.get(person, ""), choice)
            for person, choice in sorted(each.ballots.items(), key=lambda item: names.get(item[0], ""))
        ),
    )


def _agenda(ranking: ComputedOrder, words: Words) -> tuple[AgendaLine, ...]:
    """List the cases to talk over, the nearest to the line first."""
    lines = [line for line in ranking.lines if word_of(line["p_inside"]) == "near" or line["is_disputed"]]
    return tuple(
        AgendaLine(
            Ltr(line["code_name"]),
            pick(ranking.titles[line["entry"]], "title", words) if line["entry"] in ranking.titles else "",
            line["rank"],
            word_of(line["p_inside"]),
            bool(line["is_disputed"]),
        )
        for line in sorted(lines, key=lambda line: (abs(line["p_inside"] - 0.5), line["rank"]))
    )
