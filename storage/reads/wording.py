"""An edition's own words, for whoever writes its letters or shows its pages."""

from uuid import UUID

from storage.engine import read_quickly

__all__ = ["OwnTexts", "find_own_texts"]

OwnTexts = dict[str, dict[str, str]]
"""Language → message → the edition's text for it."""


async def find_own_texts(edition_id: UUID | None) -> OwnTexts:
    """Read all the texts of an edition in one query; none for none."""
    found: OwnTexts = {"ar": {}, "en": {}}
    if edition_id is None:
        return found
    rows = await read_quickly(
        "SELECT w.message, w.text_ar, w.text_en FROM edition_wording w WHERE w.edition = {}", edition_id
    )
    for row in rows:
        for language, texts in found.items():
            if row[f"text_{language}"]:
                texts[row["message"]] = row[f"text_{language}"]
    return found
