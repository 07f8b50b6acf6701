"""Who is asking: a visitor, or a person who acts in one role of one edition."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

__all__ = ["COMMITTEE", "VISITOR", "Actor", "Grant", "JudgeActor", "Role"]


class Role(StrEnum):
    """What a person may act as. Registrar to chair are committee duties."""

    VISITOR = "visitor"
    ENTRANT = "entrant"
    SUPERVISOR = "supervisor"
    JUDGE = "judge"
    REGISTRAR = "registrar"
    ASSIGNER = "assigner"
    SECRETARY = "secretary"
    MEMBER = "member"
    CHAIR = "chair"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


COMMITTEE = frozenset(
    {Role.REGISTRAR, Role.ASSIGNER, Role.SECRETARY, Role.MEMBER, Role.CHAIR, Role.OBSERVER},
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held; in every edition where ``edition_id`` is None."""

    id: UUID
    role: Role
    edition_id: UUID | None
    edition_short: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or nobody) acting in one role. ``edition_id`` is the edition whose pages are shown."""

    role: Role
    person_id: UUID | None = None
    edition_id: UUID | None = None
    name: str = ""
    email: str = ""
    grants: tuple[Grant, ...] = field(default=())
    session_id: UUID | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether this is somebody with a session."""
        return self.person_id is not None

    @property
    def label(self) -> str:
        """How the log names this actor: never a person's name."""
        return str(self.person_id) if self.person_id else "system"


@dataclass(frozen=True, slots=True)
class JudgeActor:
    """A judge of one edition. ``id`` is the judge's row, which names no person."""

    id: UUID
    edition_id: UUID
    actor: Actor


VISITOR = Actor(role=Role.VISITOR)
