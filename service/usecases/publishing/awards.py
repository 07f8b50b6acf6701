"""The public rows of honoured entries: made once, for publication and for the preview of it alike."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from storage.columns import to_json
from storage.reads.decisions import HonouredEntry
from storage.reads.honoured import HonouredPeople, list_honoured_works
from storage.tables.award import Award

__all__ = ["make_awards", "make_slug"]

LONGEST_SLUG = 60
_AFTER_PLACES = 1_000
"""Where mentions and prizes stand among the places."""


async def make_awards(
    edition_id: UUID, honoured: Collection[HonouredEntry], *, now: datetime, names: Mapping[UUID, HonouredPeople]
) -> list[Award]:
    """Make an award of each honoured entry, by category, place and computed rank. Nothing is stored.

    ``names``: the people behind each entry; entries without any are left out. Whoever reads names has said so in the
    log.
    """
    ordered = sorted(
        (each for each in honoured if each.entry_id in names),
        key=lambda each: (str(each.category_id), each.place or _AFTER_PLACES, each.computed_rank),
    )
    works = await list_honoured_works([each.entry_id for each in ordered])
    taken: set[str] = set()
    awards = []
    for position, each in enumerate(ordered, start=1):
        work, people = works[each.entry_id], names[each.entry_id]
        awards.append(
            Award(
                edition=edition_id, category=each.category_id, honour=each.honour_id, entry=each.entry_id,
                position=position, place=each.place, is_shared=each.is_shared,
                slug=make_slug(work.title_en, taken), title_ar=work.title_ar, title_en=work.title_en,
                abstract_ar=work.abstract_ar, abstract_en=work.abstract_en, institution_ar=people.institution_ar,
                institution_en=people.institution_en, supervisor_ar=people.supervisor_ar,
                supervisor_en=people.supervisor_en, team=to_json([list(member) for member in people.team]),
                citation_ar=each.citation_ar, citation_en=each.citation_en,
                picture_key=work.picture.key if work.picture else None,
                picture_media_type=work.picture.media_type if work.picture else None,
                player_key=work.player.key if work.player else None,
                player_media_type=work.player.media_type if work.player else None,
                captions_key=work.captions.key if work.player and work.captions else None,
                published_at=now,
            )
        )  # fmt: skip
    return awards


def make_slug(title: str, taken: set[str]) -> str:
    """Make the name of a public page from a title; neither number nor code name. Adds it to ``taken``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG] or "project"
    slug, at = stem, 1
    while slug in taken:
        at += 1
        slug = f"{stem}-{at}"
    taken.add(slug)
    return slug
