"""The register of universities and colleges."""

from piccolo.table import Table

from storage.columns import key, text


class Institution(Table, tablename="institution"):
    """A university or college. ``aliases`` is a JSON list of short and former names in either script."""

    id = key()
    slug = text(unique=True)
    name_ar = text()
    name_en = text()
    city_ar = text()
    city_en = text()
    mail_domain = text()
    aliases = text()
