"""What an edition says in its own words."""

from piccolo.table import Table

from storage.columns import key, ref, text, when


class EditionWording(Table, tablename="edition_wording"):
    """An edition's own text for one ``message`` of the catalogues (unique index ``one_wording_per_message``).

    An empty text leaves the program's own words in that language.
    """

    id = key()
    edition = ref("Edition", "edition")
    message = text()
    text_ar = text()
    text_en = text()
    changed_at = when()
