"""The files of a published award that anybody may see or hear: its picture, its film or sound, its captions."""

from dataclasses import dataclass

from storage.reads.results import PUBLISHED_STATES
from storage.tables.award import Award

__all__ = ["CAPTIONS", "Picture", "find_picture", "find_player"]

CAPTIONS = "text/vtt"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown to anybody."""

    key: str
    media_type: str


async def find_picture(slug: str, award: str) -> Picture | None:
    """Find the picture of a published award."""
    row = (
        await Award.select(Award.picture_key, Award.picture_media_type)
        .where(
            (Award.edition.slug == slug)
            & Award.edition.state.is_in(list(PUBLISHED_STATES))
            & (Award.slug == award)
            & Award.picture_key.is_not_null()
        )
        .first()
    )
    return Picture(row["picture_key"], row["picture_media_type"]) if row else None


async def find_player(slug: str, award: str, *, is_captions: bool = False) -> Picture | None:
    """Find the film or sound of a published award that may be played, or its captions."""
    key, kind = (Award.captions_key, None) if is_captions else (Award.player_key, Award.player_media_type)
    row = (
        await Award.select(key.as_alias("key"), *([kind.as_alias("kind")] if kind else []))
        .where(
            (Award.edition.slug == slug)
            & Award.edition.state.is_in(list(PUBLISHED_STATES))
            & (Award.slug == award)
            & key.is_not_null()
        )
        .first()
    )
    return Picture(row["key"], row.get("kind", CAPTIONS)) if row else None
