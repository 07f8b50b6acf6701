"""A judge's certificate of thanks: that somebody served on the jury of an edition, and nothing of any project."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import read_quickly

__all__ = ["ThanksView", "find_my_thanks", "find_thanks"]


@dataclass(frozen=True, slots=True)
class ThanksView:
    """A certificate of thanks, in both languages."""

    code: str
    name_ar: str
    name_en: str
    issued_at: datetime
    edition_ar: str
    edition_en: str
    stage: str


async def find_my_thanks(judge_id: UUID) -> ThanksView | None:
    """Find a judge's own certificate; None before the publication, and for a judge who sealed no sheet."""
    return await _find("t.judge = {}", judge_id)


async def find_thanks(code: str) -> ThanksView | None:
    """Find a certificate of thanks by its code."""
    return await _find("t.code = {}", code)


async def _find(where: str, wanted: object) -> ThanksView | None:
    rows = await read_quickly(_THANKS + where, wanted)
    return ThanksView(**rows[0]) if rows else None


_THANKS = """SELECT t.code, t.name_ar, t.name_en, t.issued_at, d.name_ar AS edition_ar, d.name_en AS edition_en,
    d.state AS stage FROM judge_certificate t JOIN edition d ON d.id = t.edition
    WHERE d.state IN ('published', 'archived') AND """
