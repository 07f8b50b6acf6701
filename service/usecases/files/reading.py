"""Links that read one stored object for a few minutes: made after the permission check, under a name of ours."""

from storage.objects.store import ObjectStore, ReadAs

__all__ = ["make_reading_link"]

SECONDS = 300
"""How long a link may be used; a player that outlives it asks the application's own address again."""


async def make_reading_link(objects: ObjectStore, key: str, *, media_type: str, name: str) -> str:
    """Give an address that reads one object, with the type and the neutral name that we say."""
    return await objects.sign_get(key, ReadAs(media_type=media_type, file_name=name), seconds=SECONDS)
