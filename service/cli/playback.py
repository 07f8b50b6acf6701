"""``tahkim playback NUMBER MATERIAL FILE``: attach a lighter copy of a film, for judges on slow lines."""

import asyncio
import sys
from pathlib import Path

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Ltr, Size

__all__ = ["run"]

NOT_DONE, WRONG_CALL = 1, 2


def run(argv: list[str]) -> int:
    """Return 0 when the copy is attached, 1 after saying why it is not."""
    words = command_words()
    parser = data_parser("playback", words)
    parser.add_argument("number", metavar="NUMBER", help=words.plain("command.playback_number"))
    parser.add_argument("material", metavar="MATERIAL", help=words.plain("command.playback_material"))
    parser.add_argument("file", metavar="FILE", type=Path, help=words.plain("command.playback_file"))
    options = parser.parse_args(argv)
    from service.errors import NotFound  # noqa: PLC0415 (arguments first)
    from service.usecases.files.playback import NotThatWork  # noqa: PLC0415 (as above)

    if not options.file.is_file():
        print(words.plain("command.receipt_no_file", file=Ltr(options.file)), file=sys.stderr)
        return WRONG_CALL
    settings = load_settings(words, data=options.data)
    try:
        size = asyncio.run(_attach(settings, options.number, options.material, options.file))
    except NotFound:
        print(words.plain("command.playback_nothing", number=Ltr(options.number)), file=sys.stderr)
        return NOT_DONE
    except NotThatWork as refused:
        print(words.plain("refused.not-that-work", **refused.facts), file=sys.stderr)
        return NOT_DONE
    print(words.plain("command.playback_done", number=Ltr(options.number), size=Size(size)))
    return 0


async def _attach(settings: Settings, number: str, material: str, path: Path) -> int:
    from service.clock import system_clock  # noqa: PLC0415 (as above)
    from service.usecases.files.playback import attach_playback  # noqa: PLC0415 (as above)
    from service.world import make_objects, open_world  # noqa: PLC0415 (arguments first)

    async with open_world(settings):
        objects = make_objects(settings)
        await objects.prepare()
        report = await attach_playback(number, material, path, objects=objects, now=system_clock())
    return report.clean.size if report.clean else 0
