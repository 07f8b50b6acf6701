"""Both engines, each with an empty database of its own."""

import pytest

from storage.engine import bind, close_database, open_database, sqlite_url
from tests.postgres import postgres_server, postgres_url  # noqa: F401 (fixtures)
from tests.unit.storage.jars import jars  # noqa: F401 (a fixture)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return sqlite_url(tmp_path / "test.db")


@pytest.fixture
async def engine(database_url):
    opened = await open_database(database_url)
    bind(opened, [])
    yield opened
    await close_database(opened)
