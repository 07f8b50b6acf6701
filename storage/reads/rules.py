"""The changes of an edition's sealed rules, as the public, judges and the committee read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import read_quickly

__all__ = ["RuleChangeView", "list_rule_changes"]


@dataclass(frozen=True, slots=True)
class RuleChangeView:
    """A sealed rule that was changed: what, from what to what, and why."""

    kind: str
    name_ar: str
    name_en: str
    changes: tuple[tuple[str, Any, Any], ...]
    reason: str
    fingerprint_after: str
    made_at: datetime


_CHANGES = """SELECT kind, name_ar, name_en, changes, reason, fingerprint_after, made_at FROM rule_change
    WHERE edition = {} ORDER BY made_at DESC"""


async def list_rule_changes(edition_id: UUID) -> tuple[RuleChangeView, ...]:
    """List the changes of an edition's sealed rules, the last first."""
    return tuple(
        RuleChangeView(**row | {"changes": tuple((each[0], each[1], each[2]) for each in from_json(row["changes"]))})
        for row in await read_quickly(_CHANGES, edition_id)
    )
