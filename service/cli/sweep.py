"""``tahkim sweep``: return the bytes of uploads that were left and of objects that nothing names, or only list them."""

import asyncio
from typing import TYPE_CHECKING

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Size

if TYPE_CHECKING:
    from service.usecases.files.sweeping import Litter

__all__ = ["run"]


def run(argv: list[str]) -> int:
    """Print one line for each thing, then how much it was."""
    words = command_words()
    parser = data_parser("sweep", words)
    parser.add_argument("--list", action="store_true", help=words.plain("command.sweep_list_help"))
    options = parser.parse_args(argv)
    found = asyncio.run(_sweep(load_settings(words, data=options.data), is_told_only=options.list))
    for litter in found:
        reason = words.plain(f"command.litter.{litter.reason}")
        print(f"{litter.since:%Y-%m-%d %H:%M}  {words.size_of(litter.size):>12}  {litter.name}  {reason}")
    key = "command.sweep_found" if options.list else "command.swept"
    print(words.plain(key, n=len(found), size=Size(sum(litter.size for litter in found))))
    return 0


async def _sweep(settings: Settings, *, is_told_only: bool) -> "tuple[Litter, ...]":
    from service.clock import system_clock  # noqa: PLC0415 (as above)
    from service.usecases.files.sweeping import sweep  # noqa: PLC0415 (as above)
    from service.world import make_objects, open_world  # noqa: PLC0415 (arguments first)

    async with open_world(settings):
        objects = make_objects(settings)
        await objects.prepare()
        return await sweep(objects, now=system_clock(), is_told_only=is_told_only, letters=settings.mail_folder)
