"""The session of a decision on its page: who is there, the agenda of close cases, motions and ballots."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor, Role
from service.permissions import Action, may
from service.text import Ltr, Words
from service.typed_text import fold_for_search
from service.web.committee.certainty import word_of
from service.web.committee.standing import pick
from storage.reads.committee.decision import CategoryDecision, Signer
from storage.reads.committee.ranking import ComputedOrder
from storage.reads.committee.session import Attendance, MotionLine, list_motions, list_tied_members, read_attendance
from storage.reads.committee.standing import Standing

__all__ = ["SessionView", "SignerView", "count_quorum", "list_signatures", "session_of"]


@dataclass(frozen=True, slots=True)
class SignerView:
    """A member and the signature."""

    name: str
    role: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the committee in the session; ``state`` is present, recused or absent.

    ``is_tied``: a declared tie in the category keeps the member out of its decision.
    """

    id: str
    name: str
    role: str
    state: str
    reason: str
    is_tied: bool


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
    """The session as the page and the minutes show it; ``digest`` is of the attendance that is shown.

    ``presided``: the names of the chairs who were there. ``is_out``: the reader is a member who stepped aside or is
    noted as absent, and so does not sign.
    """

    digest: str
    is_noted: bool
    members: tuple[MemberView, ...]
    presided: tuple[str, ...]
    n_present: int
    n_recused: int
    motions: tuple[MotionView, ...]
    agenda: tuple[AgendaLine, ...]
    is_out: bool
    may_hold: bool
    may_move: bool
    may_ask: bool


async def session_of(
    actor: Actor,
    standing: Standing,
    decision: CategoryDecision | None,
    ranking: ComputedOrder,
    signers: tuple[Signer, ...],
    words: Words,
) -> SessionView:
    """Read a decision's session in two queries; an empty one before the decision is begun."""
    there = decision.attendance if decision else read_attendance("")
    motions = await list_motions(decision.id) if decision else ()
    tied = await list_tied_members(decision.category_id) if decision else frozenset()
    names = {each.person_id: pick(each, "name", words) for each in signers}
    is_open = decision is not None and decision.state == "open"
    is_there = actor.person_id in there.present
    members = tuple(
        sorted(
            (_member(each, there, tied, words) for each in signers),
            key=lambda each: (each.role, fold_for_search(each.name)),
        )
    )
    return SessionView(
        digest=there.digest,
        is_noted=there.is_noted,
        members=members,
        presided=tuple(each.name for each in members if each.role == Role.CHAIR and each.state == "present"),
        n_present=sum(each.state == "present" for each in members),
        n_recused=sum(each.state == "recused" for each in members),
        motions=tuple(_motion(each, actor, names, words) for each in motions),
        agenda=_agenda(ranking, words),
        is_out=any(
            each.id == str(actor.person_id) and (each.state == "recused" or (there.is_noted and each.state == "absent"))
            for each in members
        ),
        may_hold=is_open and may(Action.HOLD_SESSION, actor, stage=standing.state),
        may_move=is_open and is_there and may(Action.PUT_MOTION, actor, stage=standing.state),
        may_ask=is_open and may(Action.ASK_FOLLOW_UP, actor, stage=standing.state),
    )


def _member(signer: Signer, there: Attendance, tied: frozenset[UUID], words: Words) -> MemberView:
    person, is_tied = signer.person_id, signer.person_id in tied
    is_recused = person in there.recused or is_tied
    reason = there.recused.get(person, words.plain("session.tied") if is_tied else "")
    is_there = person in there.present or (not there.is_noted and signer.signed_at is not None)
    state = "recused" if is_recused else "present" if is_there else "absent"
    return MemberView(str(person), pick(signer, "name", words), signer.role, state, reason, is_tied)


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
    """List the cases to talk over: those on which judges differ first (R069), then the nearest to the line."""
    lines = [line for line in ranking.lines if word_of(line["p_inside"]) == "near" or line["is_disputed"]]
    return tuple(
        AgendaLine(
            Ltr(line["code_name"]),
            pick(ranking.titles[line["entry"]], "title", words) if line["entry"] in ranking.titles else "",
            line["rank"],
            word_of(line["p_inside"]),
            bool(line["is_disputed"]),
        )
        for line in sorted(lines, key=lambda line: (not line["is_disputed"], abs(line["p_inside"] - 0.5), line["rank"]))
    )


def count_quorum(members: tuple[Signer, ...]) -> int:
    """Say how many signatures are needed: more than half of the members and the chair, as the use case holds."""
    return len(members) // 2 + 1


def list_signatures(members: tuple[Signer, ...], words: Words) -> tuple[SignerView, ...]:
    """List who signs, and when each did."""
    told = [SignerView(pick(each, "name", words), each.role, each.signed_at) for each in members]
    return tuple(sorted(told, key=lambda each: (each.role, fold_for_search(each.name))))
