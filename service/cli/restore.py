"""``tahkim restore FROM``: put a backup into an empty installation, of either kind of database and store."""

import asyncio
import sys
from pathlib import Path

from service.cli.backup import read_passphrase
from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings
from service.text import Words

__all__ = ["run"]


def run(argv: list[str]) -> int:
    """Return 0 when everything is back, 1 after saying why not."""
    words = command_words()
    parser = data_parser("restore", words)
    parser.add_argument("source", type=Path, metavar="FROM", help=words.plain("command.restore_from_help"))
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help=words.plain("command.backup_passphrase_help")
    )
    options = parser.parse_args(argv)
    settings = load_settings(words, data=options.data)
    return asyncio.run(_restore(settings, words, options.source, read_passphrase(options.passphrase_file)))


async def _restore(settings: Settings, words: Words, folder: Path, passphrase: bytes | None) -> int:
    from service.usecases.operating.backup import BackupRefused, restore_backup  # noqa: PLC0415 (as above)
    from service.world import make_objects  # noqa: PLC0415 (arguments first)
    from storage.engine import bind, close_database, open_database  # noqa: PLC0415 (as above)
    from storage.piccolo_app import TABLES  # noqa: PLC0415 (as above)
    from storage.sealed import SealBroken  # noqa: PLC0415 (as above)

    engine = await open_database(settings.database_url)
    bind(engine, TABLES)
    try:
        objects = make_objects(settings)
        await objects.prepare()
        restored = await restore_backup(folder, objects, passphrase=passphrase)
    except BackupRefused as refused:
        print(words.plain(f"command.backup_fault.{refused.code}", **refused.facts), file=sys.stderr)
        return 1
    except SealBroken:
        print(words.plain("command.backup_fault.sealed"), file=sys.stderr)
        return 1
    finally:
        await close_database(engine)
    print(words.plain("command.restored", rows=restored.n_rows, objects=len(restored.objects)))
    print(words.plain("command.backup_head"))
    print(restored.log_head)
    return 0
