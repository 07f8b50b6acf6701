"""The register of institutions, as the administrator keeps it."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.tables.institution import Institution

__all__ = ["RegisterLine", "list_register"]


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A university or college with its short and former names."""

    id: UUID
    slug: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    city_ar: str
    city_en: str
    mail_domain: str
    aliases: tuple[str, ...]


async def list_register() -> tuple[RegisterLine, ...]:
    """List the register by its Arabic names."""
    rows = await Institution.select(
        Institution.id, Institution.slug, Institution.name_ar, Institution.name_en, Institution.short_ar,
        Institution.short_en, Institution.city_ar, Institution.city_en, Institution.mail_domain, Institution.aliases,
    ).order_by(Institution.name_ar)  # fmt: skip
    return tuple(RegisterLine(**row | {"aliases": tuple(from_json(row["aliases"]) or ())}) for row in rows)
