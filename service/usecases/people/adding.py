"""Adding people, and giving them what they may act as."""

from datetime import datetime
from uuid import UUID, uuid4

from service.actors import Role
from storage.tables.person import Person, RoleGrant

__all__ = ["DIGITS", "THEMES", "add_person", "give_role"]

DIGITS, THEMES = ("western", "arabic"), ("auto", "light", "dark")


async def add_person(email: str, name_ar: str, name_en: str, *, language: str, now: datetime) -> UUID:
    """Add somebody with a folded address, who may enter projects. Call it in a transaction."""
    person_id = uuid4()
    await Person(
        id=person_id,
        email=email,
        name_ar=name_ar.strip(),
        name_en=name_en.strip(),
        password_hash=None,
        language=language,
        digits=DIGITS[0],
        theme=THEMES[0],
        is_confirmed=False,
        created_at=now,
    ).save()
    await give_role(person_id, Role.ENTRANT, edition_id=None, now=now)
    return person_id


async def give_role(person_id: UUID, role: Role, *, edition_id: UUID | None, now: datetime) -> UUID:
    """Give a role unless it is held; return the grant. Call it in a transaction."""
    same_edition = RoleGrant.edition == edition_id if edition_id else RoleGrant.edition.is_null()
    held = (
        await RoleGrant.select(RoleGrant.id)
        .where(
            (RoleGrant.person == person_id)
            & (RoleGrant.role == role.value)
            & RoleGrant.revoked_at.is_null()
            & same_edition
        )
        .first()
    )
    if held is not None:
        found: UUID = held["id"]
        return found
    grant_id = uuid4()
    await RoleGrant(
        id=grant_id, person=person_id, edition=edition_id, role=role.value, granted_at=now, revoked_at=None
    ).save()
    return grant_id
