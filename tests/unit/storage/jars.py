"""Jars of marbles: the tables that the tests of the engine write to."""

import asyncio
from datetime import datetime, timedelta, timezone

import pytest
from piccolo.table import Table

from storage.columns import big, flag, key, ref, small, text, when
from storage.engine import bind, for_update, run_sql, transaction

NOON = datetime(2027, 3, 14, 12, 0, tzinfo=timezone(timedelta(hours=4)))


class Jar(Table, tablename="jar"):
    id = key()
    label = text(unique=True)
    marbles = big()
    steps = small()
    is_open = flag()
    filled_at = when(null=True)


class Marble(Table, tablename="marble"):
    id = key()
    jar = ref("Jar", "none")


TABLES = [Jar]
SCHEMA = (
    """CREATE TABLE jar (
        id uuid PRIMARY KEY, label text NOT NULL, marbles bigint NOT NULL CHECK (marbles >= 0),
        steps smallint NOT NULL, is_open boolean NOT NULL, filled_at timestamptz)""",
    "CREATE UNIQUE INDEX one_label ON jar (label, steps)",
    "CREATE TABLE marble (id uuid PRIMARY KEY, jar uuid NOT NULL REFERENCES jar (id) ON DELETE RESTRICT)",
)


@pytest.fixture
async def jars(engine):
    bind(engine, TABLES)
    for statement in SCHEMA:
        await run_sql(statement)
    return engine


def make_jar(label="blue", marbles=0, **values):
    return Jar(**{"label": label, "marbles": marbles, "steps": 3, "is_open": True, "filled_at": NOON, **values})


async def count_marbles(label="blue"):
    return (await Jar.select(Jar.marbles).where(Jar.label == label).first())["marbles"]


async def add_marble(label="blue"):
    async with transaction():
        found = await for_update(Jar.select(Jar.marbles).where(Jar.label == label)).first()
        await asyncio.sleep(0)
        await Jar.update({Jar.marbles: found["marbles"] + 1}).where(Jar.label == label)
