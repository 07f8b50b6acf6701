"""Warns a judge whose note seems to name somebody, without looking at who is behind the project."""

import asyncio

from judging.identity.identities import Institution
from judging.identity.mentions import seems_to_name
from storage.tables.institution import Institution as InstitutionRow
from storage.tables.institution import names_of

__all__ = ["find_named"]


async def find_named(*texts: str) -> tuple[bool, ...]:
    """Say of each text whether it seems to name a person or an institution of the public register."""
    if not any(text.strip() for text in texts):
        return tuple(False for _ in texts)
    rows = await InstitutionRow.select(
        InstitutionRow.name_ar,
        InstitutionRow.name_en,
        InstitutionRow.short_ar,
        InstitutionRow.short_en,
        InstitutionRow.aliases,
        InstitutionRow.mail_domain,
    )
    register = tuple(
        Institution(
            names=names_of(row),
            domains=tuple(row["mail_domain"].split()),
        )
        for row in rows
    )
    return await asyncio.to_thread(
        lambda: tuple(bool(text.strip()) and seems_to_name(text, register) for text in texts)
    )
