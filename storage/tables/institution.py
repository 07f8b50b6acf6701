"""The register of universities and colleges."""

from collections.abc import Mapping
from typing import Any

from piccolo.table import Table

from storage.columns import from_json, key, text


class Institution(Table, tablename="institution"):
    """A university or college. ``aliases`` is a JSON list of former and other names in either script.

    ``mail_domain`` holds its domains, divided by spaces: staff and students often have one each.
    """

    id = key()
    slug = text(unique=True)
    name_ar = text()
    name_en = text()
    short_ar = text()
    short_en = text()
    city_ar = text()
    city_en = text()
    mail_domain = text()
    aliases = text()


def names_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Give every name of an institution's row that is not empty, the full ones first."""
    whole = (row["name_ar"], row["name_en"], row["short_ar"], row["short_en"], *(from_json(row["aliases"]) or ()))
    return tuple(name.strip() for name in whole if name and name.strip())
