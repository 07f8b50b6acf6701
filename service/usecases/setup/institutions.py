"""One institution of the register: changed when its names or domains change, removed when nothing uses it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.typed_text import fold_for_search
from service.usecases.setup.imports import are_domains, join_domains, parts_of
from storage.columns import from_json, to_json
from storage.engine import for_update, savepoint, transaction
from storage.errors import ForeignKeyViolation
from storage.tables.institution import Institution

__all__ = ["InstitutionDetails", "InstitutionInUse", "change_institution", "get_institution", "remove_institution"]

LONGEST = 200
_TEXTS = ("name_ar", "name_en", "short_ar", "short_en", "city_ar", "city_en")
_COLUMNS = (*_TEXTS, "mail_domain", "aliases")


class InstitutionInUse(Conflicting):
    """Entries or judges belong to this institution: it stays."""

    code = "institution-in-use"


@dataclass(frozen=True, slots=True)
class InstitutionDetails:
    """An institution as its form has it; ``aliases`` and ``mail_domain`` hold several, divided by semicolons."""

    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    city_ar: str
    city_en: str
    mail_domain: str
    aliases: str


async def get_institution(institution_id: UUID) -> tuple[InstitutionDetails, str]:
    """Give an institution as its form has it, and the mark of what the form was made from. Raises NotFound."""
    row = await Institution.select().where(Institution.id == institution_id).first()
    if row is None:
        raise NotFound
    details = InstitutionDetails(
        **{name: row[name] for name in _TEXTS},
        mail_domain="; ".join(row["mail_domain"].split()),
        aliases="; ".join(from_json(row["aliases"]) or ()),
    )
    return details, _mark(row)


def _mark(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json([row[name] for name in _COLUMNS]).encode()).hexdigest()[:16]


async def change_institution(
    actor: Actor, institution_id: UUID, details: InstitutionDetails, *, seen: str, now: datetime
) -> None:
    """Save what was typed. What judges and entrants chose stays chosen; searches for names use the new ones at once.

    Raises Invalid for fields that cannot be taken, a name that another has, and a form older than what stands.
    """
    values: dict[str, str] = {name: getattr(details, name).strip() for name in _TEXTS}
    values["mail_domain"] = join_domains(details.mail_domain)
    values["aliases"] = to_json(parts_of(details.aliases))
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        before = await for_update(Institution.select().where(Institution.id == institution_id)).first()
        if before is None:
            raise NotFound
        errors = _find_errors(values)
        if _mark(before) != seen:
            errors.append(FieldError("seen", "err.saved_meanwhile"))
        others = await Institution.select(Institution.name_ar, Institution.name_en).where(
            Institution.id != institution_id
        )
        taken = {fold_for_search(row[name]) for row in others for name in ("name_ar", "name_en")}
        errors += [
            FieldError(name, "institution.name_taken")
            for name in ("name_ar", "name_en")
            if fold_for_search(values[name]) in taken
        ]
        if errors:
            raise Invalid(*errors)
        changed = {name: value for name, value in values.items() if before[name] != value}
        if not changed:
            return
        await Institution.update({getattr(Institution, name): value for name, value in changed.items()}).where(
            Institution.id == institution_id
        )
        await record(
            Event.INSTITUTION_CHANGED, by=actor, about=("institution", institution_id), at=now,
            before={name: before[name] for name in changed}, after=changed,
        )  # fmt: skip


async def remove_institution(actor: Actor, institution_id: UUID, *, now: datetime) -> None:
    """Take an institution out of the register. Raises InstitutionInUse where an entry or a judge belongs to it."""
    async with transaction():
        require(Action.MANAGE_EDITIONS, actor, stage=None)
        before = await for_update(Institution.select().where(Institution.id == institution_id)).first()
        if before is None:
            raise NotFound
        try:
            async with savepoint():
                await Institution.delete().where(Institution.id == institution_id)
        except ForeignKeyViolation as held:
            raise InstitutionInUse from held
        await record(
            Event.INSTITUTION_CHANGED, by=actor, about=("institution", institution_id), at=now,
            before={name: before[name] for name in _COLUMNS},
        )  # fmt: skip


def _find_errors(values: Mapping[str, str]) -> list[FieldError]:
    errors = [
        FieldError(name, "err.required", word_field=f"institution.{name}")
        for name in ("name_ar", "name_en")
        if not values[name]
    ]
    errors += [
        FieldError(name, "err.too_many_letters", word_field=f"institution.{name}", n=len(values[name]), max=LONGEST)
        for name in _TEXTS
        if len(values[name]) > LONGEST
    ]
    if not are_domains(values["mail_domain"]):
        errors.append(FieldError("mail_domain", "institution.not_domains"))
    return errors
