"""Competitions that stand at a stage: each stage is reached once a run, and tests work on copies of its database."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from tests.competition import Competition, make_competition
from tests.databases import Templates, copy_database, drop_database, standing


@dataclass(frozen=True)
class Stage:
    """A database that tests copy, and what they know about it."""

    url: str
    engine: str
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


def _reach(templates: Templates, engine: str, name: str, before: Stage | None, act: Act) -> Stage:
    source = before.url if before else templates.get_empty(engine)

    async def go() -> Competition:
        return await act(fresh(before.competition) if before else None)

    url, competition = templates.get(engine, name, go, source=source)
    return Stage(url, engine, competition)


def fresh(competition: Competition) -> Competition:
    """A copy that a test may change. Entries of these stages have no files, so the object store begins empty."""
    return Competition(
        competition.edition_id,
        competition.round_id,
        dict(competition.actors),
        MemoryStore(LinkSigner(b"k" * 32)),
        copy.copy(competition.entrants),
        list(competition.judges),
    )


@pytest.fixture
def open_stage(templates: Templates, engine_name: str) -> Stage:
    return _reach(templates, engine_name, "open", None, _open)


@pytest.fixture
def judging_stage(templates: Templates, open_stage: Stage) -> Stage:
    return _reach(templates, open_stage.engine, "judging", open_stage, _judge)


@pytest.fixture
def ranked_stage(templates: Templates, judging_stage: Stage) -> Stage:
    return _reach(templates, judging_stage.engine, "ranked", judging_stage, _rank)


@pytest.fixture
def notified_stage(templates: Templates, ranked_stage: Stage) -> Stage:
    return _reach(templates, ranked_stage.engine, "notified", ranked_stage, _notify)


async def _stand(tmp_path: Path, stage: Stage) -> AsyncIterator[Competition]:
    url = await copy_database(stage.url, tmp_path, engine=stage.engine)
    async with standing(url):
        yield fresh(stage.competition)
    await drop_database(url)


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
