"""``tahkim audit verify [FILE]``: walk the chained log, and hold it against a link that was published or printed.

With a file, the log that was exported is walked, without any database.
"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Ltr

if TYPE_CHECKING:
    from service.audit_check import Verdict

__all__ = ["run"]


def run(argv: list[str]) -> int:
    """Return 0 when the chain holds (and holds the given link), 1 after naming the first row at which it does not.

    2 for a file that is no exported log.
    """
    words = command_words()
    parser = data_parser("audit", words)
    parser.add_argument("act", choices=["verify"], help=words.plain("command.audit_verify"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=words.plain("command.audit_file_help"))
    parser.add_argument("--head", metavar="HASH", default="", help=words.plain("command.audit_head_help"))
    options = parser.parse_args(argv)
    # Mails and pages set it between marks of direction that nobody sees, and a copy takes along.
    link = "".join(each for each in options.head if each.isprintable()).strip()
    if options.file is None:
        verdict, is_known = asyncio.run(_verify(load_settings(words, data=options.data), link))
    else:
        from service.audit_file import check_lines  # noqa: PLC0415 (arguments first)

        try:
            with options.file.open(encoding="utf-8") as lines:
                verdict, is_known = check_lines(lines, link=link)
        except (OSError, ValueError):  # also for what is no JSON, no UTF-8 or a name with a NUL in it
            print(words.plain("command.audit_no_file", file=Ltr(options.file)), file=sys.stderr)
            return 2
    if verdict.broken is not None:
        how = words.plain(f"command.audit_fault.{verdict.broken.how}")
        print(words.plain("command.audit_broken", row=str(verdict.broken.sequence), problem=how), file=sys.stderr)
        return 1
    if not is_known:
        print(words.plain("command.audit_unknown_head", hash=link), file=sys.stderr)
        return 1
    print(words.plain("command.audit_holds", n=verdict.rows))
    print(verdict.head)
    return 0


async def _verify(settings: Settings, wanted: str) -> "tuple[Verdict, bool]":
    """Check the log of an installation as it stands: nothing is migrated, nothing is written."""
    from service.audit_check import holds, verify  # noqa: PLC0415 (arguments first)
    from storage.engine import bind, close_database, open_database  # noqa: PLC0415 (as above)
    from storage.piccolo_app import TABLES  # noqa: PLC0415 (as above)

    engine = await open_database(settings.database_url)
    bind(engine, TABLES)
    try:
        return await verify(), not wanted or await holds(wanted)
    finally:
        await close_database(engine)
