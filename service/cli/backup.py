"""``tahkim backup TO``: copy rows and objects of a running installation into a new folder, sealed if wished."""

import asyncio
import sys
from pathlib import Path

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Words

__all__ = ["read_passphrase", "run"]


def run(argv: list[str]) -> int:
    """Return 0 when everything was copied, 1 after naming what could not be."""
    words = command_words()
    parser = data_parser("backup", words)
    parser.add_argument("to", type=Path, metavar="TO", help=words.plain("command.backup_to_help"))
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help=words.plain("command.backup_passphrase_help")
    )
    options = parser.parse_args(argv)
    settings = load_settings(words, data=options.data)
    return asyncio.run(_backup(settings, words, options.to, read_passphrase(options.passphrase_file)))


def read_passphrase(path: Path | None) -> bytes | None:
    """Read the passphrase: the file's first line."""
    if path is None:
        return None
    line = path.read_bytes().split(b"\n", 1)[0].strip()
    return line or None


async def _backup(settings: Settings, words: Words, folder: Path, passphrase: bytes | None) -> int:
    from service.audit import SYSTEM, Event, record  # noqa: PLC0415 (as above)
    from service.clock import system_clock  # noqa: PLC0415 (as above)
    from service.usecases.operating.backup import BackupRefused, make_backup  # noqa: PLC0415 (as above)
    from service.world import make_objects  # noqa: PLC0415 (arguments first)
    from storage.engine import bind, close_database, open_database, transaction  # noqa: PLC0415 (as above)
    from storage.errors import SchemaMismatch  # noqa: PLC0415 (as above)
    from storage.migrations.run import check_current  # noqa: PLC0415 (as above)
    from storage.piccolo_app import TABLES  # noqa: PLC0415 (as above)

    engine = await open_database(settings.database_url)
    bind(engine, TABLES)
    try:
        if not await check_current(engine):  # tables that this release does not know would be left out unseen
            raise SchemaMismatch(reason="older")
        made = await make_backup(folder, make_objects(settings), now=system_clock(), passphrase=passphrase)
        async with transaction():  # told after the copy, so that the copy and its head are of one moment
            await record(Event.BACKUP_MADE, by=SYSTEM, about=("backup", made.log_head[:16]), at=system_clock())
    except BackupRefused as refused:
        print(words.plain(f"command.backup_fault.{refused.code}", **refused.facts), file=sys.stderr)
        return 1
    finally:
        await close_database(engine)
    print(words.plain("command.backup_made", rows=made.n_rows, objects=len(made.objects), folder=str(folder)))
    print(words.plain("command.backup_head"))
    print(made.log_head)
    for key in made.damaged:
        print(words.plain("command.backup_damaged", name=key), file=sys.stderr)
    return 1 if made.damaged else 0
