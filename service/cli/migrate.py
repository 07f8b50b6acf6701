"""``tahkim migrate``: bring the database to this release's schema without serving."""

import asyncio

from service.cli.words import command_words, data_parser, load_settings
from service.settings import Settings

__all__ = ["migrate_now", "run"]


def run(argv: list[str]) -> int:
    """Apply the steps that are missing and name them."""
    words = command_words()
    settings = load_settings(words, data=data_parser("migrate", words).parse_args(argv).data)
    applied = asyncio.run(migrate_now(settings))
    for name in applied:
        print(name)
    print(words.plain("command.migrated", n=len(applied)))
    return 0


async def migrate_now(settings: Settings) -> tuple[str, ...]:
    """Apply what is missing; return the names of the steps applied."""
    from storage.engine import close_database, open_database  # noqa: PLC0415 (arguments first)
    from storage.judge_role import grant_judge_role  # noqa: PLC0415 (as above)
    from storage.migrations.run import migrate  # noqa: PLC0415 (as above)

    engine = await open_database(settings.database_url)
    try:
        applied = await migrate(engine)
        if settings.judge_database_url:
            await grant_judge_role(engine, settings.judge_database_url)
        return applied
    finally:
        await close_database(engine)
