"""``tahkim doctor``: ask whether everything holds, and name what does not with its remedy."""

import asyncio
import sys

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Words

__all__ = ["run"]

BROKEN_STATUS = 1
SHOWN = 5


def run(argv: list[str]) -> int:
    """Return 0 when all holds, 1 after naming each promise that does not."""
    words = command_words()
    parser = data_parser("doctor", words)
    parser.add_argument("--thorough", action="store_true", help=words.plain("command.doctor_thorough_help"))
    options = parser.parse_args(argv)
    settings = load_settings(words, data=options.data)
    return asyncio.run(_examine(settings, words, is_thorough=options.thorough))


async def _examine(settings: Settings, words: Words, *, is_thorough: bool) -> int:
    from service.clock import system_clock  # noqa: PLC0415 (as above)
    from service.usecases.operating.doctor import examine  # noqa: PLC0415 (as above)
    from service.world import make_objects  # noqa: PLC0415 (arguments first)
    from storage.engine import bind, close_database, open_database  # noqa: PLC0415 (as above)
    from storage.errors import StorageUnavailable  # noqa: PLC0415 (as above)
    from storage.piccolo_app import TABLES  # noqa: PLC0415 (as above)

    n_asked = n_broken = 0
    try:
        engine = await open_database(settings.database_url)
    except StorageUnavailable:
        print(words.plain("doctor.database-away"), file=sys.stderr)
        return BROKEN_STATUS
    bind(engine, TABLES)
    try:
        objects, now = make_objects(settings), system_clock()
        async for finding in examine(
            objects, now=now, is_thorough=is_thorough, origin=settings.base_url, judge_url=settings.judge_database_url
        ):
            n_asked += 1
            if finding.is_broken:
                n_broken += 1
                print(f"{finding.code}: {words.plain(f'doctor.{finding.code}')}", file=sys.stderr)
                print(f"    {_shown(finding.names, words)}", file=sys.stderr)
    finally:
        await close_database(engine)
    if n_broken:
        print(words.plain("command.doctor_broken", n=n_broken), file=sys.stderr)
        return BROKEN_STATUS
    print(words.plain("command.doctor_well", n=n_asked))
    return 0


def _shown(names: tuple[str, ...], words: Words) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" {words.plain('command.doctor_more', n=rest)}" if rest > 0 else "")
