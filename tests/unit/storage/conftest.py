"""Both engines, SQLite's in both its ways of working, each with an empty database of its own."""

import pytest

from storage.engine import bind, close_database, open_database, sqlite_url
from tests.postgres import quick_postgres_url  # noqa: F401 (a fixture)
from tests.unit.storage.jars import jars  # noqa: F401 (a fixture)


@pytest.fixture(params=["sqlite", "sqlite-alone", "postgres"])
def way(request):
    return request.param


@pytest.fixture
def database_url(request, way, tmp_path):
    if way == "postgres":
        return request.getfixturevalue("quick_postgres_url")
    return sqlite_url(tmp_path / "test.db")


@pytest.fixture
async def engine(way, database_url):
    opened = await open_database(database_url, is_alone=way == "sqlite-alone")
    bind(opened, [])
    yield opened
    await close_database(opened)
