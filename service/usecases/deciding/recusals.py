"""What is closed as a whole to a member who stepped aside in some category, until the results are published."""

from uuid import UUID

from service.actors import Actor
from service.errors import Conflicting
from storage.lifecycle import EditionState
from storage.reads.committee.recusals import list_barred_categories

__all__ = ["SteppedAside", "require_no_tie"]

_PUBLIC = frozenset({EditionState.PUBLISHED, EditionState.ARCHIVED})


class SteppedAside(Conflicting):
    """A table of every category would show this member the one that is closed to them."""

    code = "stepped-aside"


async def require_no_tie(actor: Actor, edition_id: UUID, *, stage: str) -> None:
    """Refuse what covers every category to a member with a tie in one of them. Raises SteppedAside."""
    if EditionState(stage) not in _PUBLIC and await list_barred_categories(actor.person_id, edition_id):
        raise SteppedAside
