"""``tahkim objects cors``: may browsers send files to the bucket? Asked, and set."""

import asyncio
import sys

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Words

__all__ = ["run"]

CLOSED_STATUS = 1


def run(argv: list[str]) -> int:
    """Return 0 when a page of ours may send parts to the store, else 1 after saying what to do."""
    words = command_words()
    parser = data_parser("objects", words)
    parser.add_argument("what", choices=["cors"], help=words.plain("command.objects_what"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help=words.plain("command.objects_check_help"))
    how.add_argument("--apply", action="store_true", help=words.plain("command.objects_apply_help"))
    options = parser.parse_args(argv)
    settings = load_settings(words, data=options.data)
    if settings.bucket is None:
        print(words.plain("command.objects_folder"))
        return 0
    return asyncio.run(_look(settings, words, is_applied=options.apply))


async def _look(settings: Settings, words: Words, *, is_applied: bool) -> int:
    from service.world import make_objects  # noqa: PLC0415 (arguments first)
    from storage.errors import ObjectStoreAway  # noqa: PLC0415 (as above)
    from storage.objects.s3_cors import CorsNotSettable  # noqa: PLC0415 (as above)

    objects, origin = make_objects(settings), settings.base_url
    facts = {"origin": origin, "bucket": settings.bucket.name if settings.bucket else ""}
    try:
        await objects.prepare()
        if is_applied:
            await objects.let_in((origin,))
        is_open = await objects.lets_in(origin)
    except CorsNotSettable:
        print(words.plain("command.objects_not_settable", **facts), file=sys.stderr)
        return CLOSED_STATUS
    except ObjectStoreAway as away:
        print(words.plain("command.objects_away", problem=str(away), **facts), file=sys.stderr)
        return CLOSED_STATUS
    if is_open:
        print(words.plain("command.objects_open", **facts))
        return 0
    print(words.plain("command.objects_closed", **facts), file=sys.stderr)
    return CLOSED_STATUS
