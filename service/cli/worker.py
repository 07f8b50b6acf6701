"""``tahkim worker``: jobs and letters in a process of their own, beside any number of others."""

import asyncio
import signal

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings

__all__ = ["run"]


def run(argv: list[str]) -> int:
    """Work until SIGTERM or SIGINT."""
    words = command_words()
    settings = load_settings(words, data=data_parser("worker", words).parse_args(argv).data)
    from service.logging import set_up_logging  # noqa: PLC0415 (arguments first)

    set_up_logging()
    asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    from service.world import make_objects, make_worker, open_world, working  # noqa: PLC0415 (late, as above)

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with open_world(settings):
        objects = make_objects(settings)
        await objects.prepare()
        async with working(make_worker(settings, objects)):
            await stop.wait()
