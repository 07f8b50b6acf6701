"""Competitions that stand at a stage: each stage is reached once a run, and tests work on copies of its database."""

import asyncio
import copy
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.engine import bind, close_database, open_database, sqlite_url
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.piccolo_app import TABLES
from tests.competition import Competition, make_competition


@dataclass(frozen=True)
class Stage:
    """A database file of its own and what tests know about it."""

    path: Path
    competition: Competition


Act = Callable[[Competition | None], Awaitable[Competition]]


async def _open(_: Competition | None) -> Competition:
    return await make_competition()


async def _judge(competition: Competition | None) -> Competition:
    assert competition
    await competition.reach_judging()
    return competition


async def _rank(competition: Competition | None) -> Competition:
    assert competition
    await competition.judge_all()
    await competition.end_judging()
    await competition.rank()
    return competition


async def _notify(competition: Competition | None) -> Competition:
    assert competition
    await competition.decide()
    await competition.notify()
    return competition


def fold(path: Path) -> None:
    """Bring everything of a closed database into its one file, so that a copy of the file holds it all."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _reach(folder: Path, source: Path, before: Competition | None, act: Act) -> Stage:
    path = folder / "tahkim.db"
    shutil.copy(source, path)

    async def go() -> Competition:
        engine = await open_database(sqlite_url(path))
        bind(engine, TABLES)
        try:
            return await act(_fresh(before) if before else None)
        finally:
            await close_database(engine)

    competition = asyncio.run(go())
    fold(path)
    return Stage(path, competition)


def _fresh(competition: Competition) -> Competition:
    """A copy that a test may change. Entries of these stages have no files, so the object store begins empty."""
    return Competition(
        competition.edition_id,
        competition.round_id,
        dict(competition.actors),
        MemoryStore(LinkSigner(b"k" * 32)),
        copy.copy(competition.entrants),
        list(competition.judges),
    )


@pytest.fixture(scope="session")
def open_stage(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Stage:
    return _reach(tmp_path_factory.mktemp("open"), empty_database, None, _open)


@pytest.fixture(scope="session")
def judging_stage(tmp_path_factory: pytest.TempPathFactory, open_stage: Stage) -> Stage:
    return _reach(tmp_path_factory.mktemp("judging"), open_stage.path, open_stage.competition, _judge)


@pytest.fixture(scope="session")
def ranked_stage(tmp_path_factory: pytest.TempPathFactory, judging_stage: Stage) -> Stage:
    return _reach(tmp_path_factory.mktemp("ranked"), judging_stage.path, judging_stage.competition, _rank)


@pytest.fixture(scope="session")
def notified_stage(tmp_path_factory: pytest.TempPathFactory, ranked_stage: Stage) -> Stage:
    return _reach(tmp_path_factory.mktemp("notified"), ranked_stage.path, ranked_stage.competition, _notify)


async def _stand(tmp_path: Path, stage: Stage) -> AsyncIterator[Competition]:
    shutil.copy(stage.path, tmp_path / "tahkim.db")
    engine = await open_database(sqlite_url(tmp_path / "tahkim.db"))
    bind(engine, TABLES)
    yield _fresh(stage.competition)
    await close_database(engine)


@pytest.fixture
async def opened(tmp_path: Path, open_stage: Stage) -> AsyncIterator[Competition]:
    """A competition that takes entries and has none yet."""
    async for competition in _stand(tmp_path, open_stage):
        yield competition


@pytest.fixture
async def judging(tmp_path: Path, judging_stage: Stage) -> AsyncIterator[Competition]:
    """Four entries of two categories, three judges, the round open."""
    async for competition in _stand(tmp_path, judging_stage):
        yield competition


@pytest.fixture
async def ranked(tmp_path: Path, ranked_stage: Stage) -> AsyncIterator[Competition]:
    """The same, judged and ranked."""
    async for competition in _stand(tmp_path, ranked_stage):
        yield competition


@pytest.fixture
async def notified(tmp_path: Path, notified_stage: Stage) -> AsyncIterator[Competition]:
    """The same, decided, its entrants told."""
    async for competition in _stand(tmp_path, notified_stage):
        yield competition
