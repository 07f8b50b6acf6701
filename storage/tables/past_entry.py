"""Projects of editions that were run before this program, or without it."""

from piccolo.table import Table

from storage.columns import key, small, text, when


class PastEntry(Table, tablename="past_entry"):
    """A project of an earlier edition, as its sheet told it: ``category``, ``institution`` and ``honour`` are words.

    ``makers`` is a JSON list of names, in either script; ``honour`` is empty where the project won nothing.
    """

    id = key()
    year = small()
    title_ar = text()
    title_en = text()
    category = text()
    makers = text()
    institution = text()
    honour = text()
    added_at = when()
