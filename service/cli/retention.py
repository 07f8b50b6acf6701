"""``tahkim retention``: what has been kept for longer than its rule, what stays and why. It erases nothing."""

import asyncio
import sys
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from service.cli.words import command_words, data_parser, load_settings
from service.text import MUSCAT, Ltr, Words
from service.typed_text import western_digits

if TYPE_CHECKING:
    from service.settings import Settings
    from service.usecases.operating.retention import Preview

__all__ = ["run"]

MISTYPED = 2
"""The exit status of a command that was not understood, as argparse gives it."""


def run(argv: list[str]) -> int:
    """Tell what is due at an instant; return the exit status. Only the page of administration lets anything go."""
    words = command_words()
    parser = data_parser("retention", words)
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help=words.plain("command.retention_as_of_help"))
    parser.add_argument("--names", action="store_true", help=words.plain("command.retention_names_help"))
    options = parser.parse_args(argv)
    try:
        day = date.fromisoformat(western_digits(options.as_of.strip())) if options.as_of is not None else None
    except ValueError:
        print(words.plain("command.retention_no_day", value=Ltr(options.as_of)), file=sys.stderr)
        return MISTYPED
    found = asyncio.run(_look(load_settings(words, data=options.data), day))
    print("\n".join(_lines(found, words, has_names=options.names)))
    return 0


def _lines(found: "Preview", words: Words, *, has_names: bool) -> list[str]:
    lines = [words.plain("command.retention_at", at=found.as_of)]
    for part in found.parts:
        lines.append(
            f"{part.n:>8}  {words.plain(f'retention.{part.kind}')} ({words.plain('retention.days_kept', n=part.days)})"
        )
        if has_names:
            lines += [f"{'':10}{name}" for name in sorted({item.name for item in part.items})]
    lines.append(words.plain("retention.stays"))
    staying = [*found.staying.items(), *((f"people-{reason}", n) for reason, n in found.people_staying.items())]
    lines += [f"{n:>8}  {words.plain(f'retention.stays.{code}')}" for code, n in staying if n]
    return lines


async def _look(settings: "Settings", day: date | None) -> "Preview":
    from service.clock import system_clock  # noqa: PLC0415 (arguments first)
    from service.usecases.operating.retention import look_ahead  # noqa: PLC0415 (as above)
    from service.world import open_world  # noqa: PLC0415 (as above)

    async with open_world(settings):
        at = day or system_clock().astimezone(MUSCAT).date()
        return await look_ahead(datetime.combine(at, time(), MUSCAT))
