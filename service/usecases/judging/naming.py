"""Warns a judge whose note seems to name somebody, without looking at who is behind the project."""

import asyncio

from judging.identity.identities import Institution
from judging.identity.mentions import seems_to_name
from storage.columns import from_json
from storage.tables.institution import Institution as InstitutionRow

__all__ = ["find_named"]


async def find_named(*texts: str) -> tuple[bool, ...]:
    """Say of each text whether it seems to name a person or an institution of the public register."""
    if not any(text.strip() for text in texts):
        return tuple(False for _ in texts)
    rows = await InstitutionRow.select(
        InstitutionRow.name_ar, InstitutionRow.name_en, InstitutionRow.aliases, InstitutionRow.mail_domain
    )
    register = tuple(
        Institution(
            names=tuple(
                name for name in (row["name_ar"], row["name_en"], *(from_json(row["aliases"]) or ())) if name.strip()
            ),
            domains=(row["mail_domain"],) if row["mail_domain"] else (),
        )
        for row in rows
    )
    return await asyncio.to_thread(
        lambda: tuple(bool(text.strip()) and seems_to_name(text, register) for text in texts)
    )
