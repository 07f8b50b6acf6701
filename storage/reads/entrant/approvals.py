"""The entries that name somebody as their supervisor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.lifecycle import EntryState
from storage.tables.entrant import Supervision

__all__ = ["ApprovalCard", "list_my_approvals"]


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """An entry in the supervisor's list."""

    number: str
    title_ar: str
    title_en: str
    category_ar: str
    category_en: str
    asked_at: datetime | None
    approved_at: datetime | None
    returned_at: datetime | None


async def list_my_approvals(person_id: UUID) -> tuple[ApprovalCard, ...]:
    """List the entries that named this person, those that wait first."""
    entry: Any = Supervision.entry
    rows = (
        await Supervision.select(
            entry.entry_number.as_alias("number"), entry.title_ar.as_alias("title_ar"),
            entry.title_en.as_alias("title_en"), entry.category.name_ar.as_alias("category_ar"),
            entry.category.name_en.as_alias("category_en"), Supervision.asked_at, Supervision.approved_at,
            Supervision.returned_at,
        )
        .where((Supervision.person == person_id) & (entry.state != EntryState.WITHDRAWN.value))
        .order_by(Supervision.asked_at)
    )  # fmt: skip
    cards = [ApprovalCard(**row) for row in rows]
    return tuple(sorted(cards, key=lambda card: card.approved_at is not None))
