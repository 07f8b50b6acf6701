"""``tahkim serve``: the whole program in one process, or its answering part in several, until it is told to stop."""

import argparse
import asyncio
import resource
import signal
import socket
import sys

from service.cli.words import command_words, data_parser, load_settings
from service.parentage import end_with_parent
from service.settings import Settings

__all__ = ["CONNECTIONS", "PortRefused", "find_address", "make_room", "run", "serve"]

DEFAULT_PORT = 8000
CONNECTIONS = 4096
"""Held by a process at a time. Browsers keep some between two pages: with few, idle ones would shut others out."""
_OTHER_FILES, _LEAST_CONNECTIONS = 512, 64


class PortRefused(Exception):
    """We cannot listen there: somebody else does, the machine does not let us, or there is no such place."""


def run(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT."""
    words = command_words()
    parser = data_parser("serve", words)
    parser.add_argument("--host", default="127.0.0.1", help=words.plain("command.host_help"))
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=words.plain("command.port_help"))
    parser.add_argument("--workers", type=int, default=1, metavar="N", help=words.plain("command.workers_help"))
    parser.add_argument(
        "--parent", type=int, help=argparse.SUPPRESS
    )  # the process that begins several, with whose end we end
    parser.add_argument("--place", default="0", help=argparse.SUPPRESS)  # which of the several it is
    options = parser.parse_args(argv)
    if options.parent:
        end_with_parent(options.parent)
    settings = load_settings(words, data=options.data, base_url=f"http://localhost:{options.port}")
    if not options.parent:  # several share their port, which was found free before the first began
        try:
            options.host = find_address(options.host, options.port)
        except PortRefused as refused:
            print(words.plain("command.port_taken", n=str(options.port), problem=str(refused)), file=sys.stderr)
            return 1
    if options.workers > 1:
        return _run_several(options, settings)
    from service.logging import set_up_logging  # noqa: PLC0415 (arguments first: a mistyped one is answered at once)

    set_up_logging()
    asyncio.run(serve(settings, host=options.host, port=options.port, place=options.place))
    return 0


def find_address(host: str, port: int) -> str:
    """Give the host's number, having seen that we may listen there and nobody else does. Raises PortRefused.

    The server itself would share the port with another that is already there, and answer every second request.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise PortRefused(error.strerror) from error
    except OverflowError as error:  # no port has such a number
        raise PortRefused(str(error)) from error
    return str(address[0])


def make_room() -> int:
    """Let this process open as many files as its connections need, as far as the system goes along; say how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY:
        wanted = max(soft, CONNECTIONS + _OTHER_FILES)
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(_LEAST_CONNECTIONS, min(CONNECTIONS, soft - _OTHER_FILES))
    return CONNECTIONS


def _run_several(options: argparse.Namespace, settings: Settings) -> int:
    """Bring the schema forward once, then begin all: they need not take turns at it."""
    from service.cli.fleet import run_fleet  # noqa: PLC0415 (late, as above)
    from service.cli.migrate import migrate_now  # noqa: PLC0415 (late, as above)

    asyncio.run(migrate_now(settings))
    data = ["--data", str(options.data)] if options.data else []
    return run_fleet([*data, "--host", options.host, "--port", str(options.port)], size=options.workers)


async def serve(settings: Settings, *, host: str, port: int, is_world_open: bool = False, place: str = "0") -> None:
    """Open everything, answer requests, and close everything when a signal asks for it."""
    from granian.constants import Interfaces  # noqa: PLC0415 (late, as above)
    from granian.server.embed import Server  # noqa: PLC0415 (late, as above)

    from service.app import create_app  # noqa: PLC0415 (late, as above)
    from service.logging import get_logger  # noqa: PLC0415 (late, as above)

    app = create_app(settings, is_world_open=is_world_open, process=place)
    async with app.lifespan():
        room = make_room()
        server = Server(
            app, address=host, port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False,
            backlog=room, backpressure=room,
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, server.stop)
        get_logger().info("serving", address=f"http://{host}:{port}")
        await server.serve()
        get_logger().info("stopped")
