"""On PostgreSQL the connection of judges' pages has no right on what names people, whatever is asked over it."""

import asyncio
import tomllib
from pathlib import Path

import pytest

from service.permissions import JUDGE, RULES
from storage.engine import get_engine, run_sql, transaction
from storage.engines.audience import act_for_judge, act_for_program
from storage.errors import StorageError, StorageMisuse
from storage.judge_role import NAMING, grant_judge_role, list_reached, name_of_role
from storage.piccolo_app import TABLES
from tests.conftest import World
from tests.databases import judge_url_of

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


@pytest.fixture
def on_postgres(engine_name: str) -> None:
    if engine_name != "postgres":
        pytest.skip("SQLite has no roles: there the import contracts are the wall")


def test_every_table_of_a_module_that_judges_may_not_import_is_closed():
    contracts = tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]["contracts"]
    [blind] = [each for each in contracts if each["id"] == "blind"]
    closed = {table._meta.tablename for table in TABLES if table.__module__ in blind["forbidden_modules"]} - {
        "audit_head"
    }

    assert closed
    assert closed <= NAMING
    assert {table._meta.tablename for table in TABLES} >= NAMING


async def test_a_judge_s_connection_reads_no_table_that_names_people(on_postgres: None, database: str):
    act_for_judge()
    for table in sorted(NAMING):
        with pytest.raises(StorageError, match="permission denied"):
            await run_sql(f"SELECT * FROM {table} LIMIT 1")
    assert await run_sql("SELECT * FROM score_sheet") == []


async def test_it_cannot_change_them_nor_unmake_the_log_nor_take_the_rights(on_postgres: None, database: str):
    act_for_judge()
    for statement in (
        "UPDATE person SET name_en = 'x'",
        "DELETE FROM entry_owner",
        "UPDATE audit_event SET actor = 'x'",
        "DELETE FROM audit_event",
        "GRANT SELECT ON person TO tahkim_judge",
        "SET ROLE tahkim",
        "CREATE VIEW people AS SELECT * FROM person",
        "DROP TABLE person",
    ):
        with pytest.raises(StorageError):
            async with transaction():
                await run_sql(statement)
    act_for_program()
    assert await list_reached(get_engine(), str(judge_url_of(database))) == ()


async def test_a_role_that_reads_too_much_is_told(on_postgres: None, database: str):
    await run_sql("GRANT SELECT (email) ON person TO tahkim_judge")

    assert await list_reached(get_engine(), str(judge_url_of(database))) == ("person",)
    assert "person" in await list_reached(get_engine(), database)


def test_a_role_s_name_is_one_that_needs_no_quotes():
    assert name_of_role("postgresql://tahkim_judge:x@db/y") == "tahkim_judge"
    for url in ("postgresql://db/y", 'postgresql://a"b@db/y', "postgresql://A@db/y"):
        with pytest.raises(StorageMisuse):
            name_of_role(url)


async def test_judges_pages_work_over_it_and_others_do_not_use_it(on_postgres: None, world: World):
    await run_sql("REVOKE ALL ON edition FROM tahkim_judge")
    basil, farah = await world.client("basil"), await world.client("farah")

    assert (await farah.get("/en/entries")).status_code == 200
    assert (await basil.get("/en/judging")).status_code >= 500
    assert (await farah.get("/en/entries")).status_code == 200
    assert any(rule.roles == JUDGE for rule in RULES.values())


async def test_servers_that_start_together_take_turns_at_giving_the_rights(on_postgres: None, database: str):
    url = judge_url_of(database)

    await asyncio.gather(*(grant_judge_role(get_engine(), url) for _ in range(8)))

    assert await list_reached(get_engine(), url) == ()
