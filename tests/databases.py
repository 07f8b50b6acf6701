"""Databases that tests work on, of either engine: made once a run as a template, copied for each test.

url = await copy_database(template, tmp_path)   # a database of its own, whatever the engine
await drop_database(url)
"""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from storage.engine import bind, close_database, get_engine, open_database, sqlite_url
from storage.judge_role import grant_judge_role
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.postgres import JUDGE_ROLE, get_quick_server

ENGINES = ("sqlite", "postgres")
SAMPLE_SEED = 2027
SAMPLE_SHARE = 0.25

Made = TypeVar("Made")


def is_in_sample(item_id: str) -> bool:
    """Whether one of a grid of tests is among the few that also run on PostgreSQL: the same ones in every run."""
    return random.Random(f"{SAMPLE_SEED} {item_id}").random() < SAMPLE_SHARE  # noqa: S311 (no secret)


def path_of(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(unquote(url.removeprefix("sqlite:///")))


def fold(path: Path) -> None:
    """Bring everything of a closed database into its one file, so that a copy of the file holds it all."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


async def copy_database(template: str | None, folder: Path, *, engine: str) -> str:
    """The address of a new database with what the template holds; without one it is empty."""
    if engine == "postgres":
        server = get_quick_server()
        return await server.create_database(template.rpartition("/")[2] if template else "template1")
    path = folder / "tahkim.db"
    if template:
        shutil.copy(path_of(template), path)
    return sqlite_url(path)


async def drop_database(url: str) -> None:
    """Remove it. A file goes with its test's folder."""
    if not url.startswith("sqlite"):
        await get_quick_server().drop_database(url)


def judge_url_of(url: str) -> str | None:
    """By which address judges' pages connect: on PostgreSQL every test has them under the role of fewer rights."""
    return None if url.startswith("sqlite") else get_quick_server().make_judge_url(url)


@asynccontextmanager
async def standing(url: str) -> AsyncIterator[str]:
    """Open a database and bind the tables to it, for the block."""
    engine = await open_database(url, judge_url=judge_url_of(url))
    bind(engine, TABLES)
    try:
        yield url
    finally:
        await close_database(engine)


class Templates:
    """What was made in this run, by engine and name."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], tuple[str, object]] = {}

    def get(
        self, engine: str, name: str, act: Callable[[], Awaitable[Made]], *, source: str | None = None
    ) -> tuple[str, Made]:
        """The address of the template, and what making it gave. Called outside of any event loop."""
        if (engine, name) not in self._made:
            self._made[engine, name] = asyncio.run(self._make(engine, name, act, source))
        url, made = self._made[engine, name]
        return url, made  # type: ignore[return-value]  # a name always has the same maker

    async def _make(
        self, engine: str, name: str, act: Callable[[], Awaitable[Made]], source: str | None
    ) -> tuple[str, Made]:
        url = await copy_database(source, self._folder(name), engine=engine)
        async with standing(url):
            made = await act()
        if engine == "sqlite":
            fold(path_of(url))
        return url, made

    def get_empty(self, engine: str) -> str:
        """A database of this release's schema without rows."""

        async def act() -> None:
            await migrate(get_engine())
            if engine == "postgres":
                await grant_judge_role(get_engine(), f"postgresql://{JUDGE_ROLE}@localhost/any")

        return self.get(engine, "schema", act)[0]
