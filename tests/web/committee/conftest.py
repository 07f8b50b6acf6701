"""The program over a small competition at the stage that a test is about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from service.settings import Settings
from tests.competition import JUDGED, JUDGING, NOTICE, Competition
from tests.conftest import SetClock, World
from tests.program import get_program


class House(World):
    """A world whose cast is the competition's own: actors by role."""

    competition: Competition


@asynccontextmanager
async def _serve(competition: Competition, settings: Settings, now: datetime) -> AsyncIterator[House]:
    clock = SetClock(now)
    app = await get_program(settings, clock)
    actors = {role.value: actor for role, actor in competition.actors.items()}
    actors |= {f"judge{at}": judge.actor for at, judge in enumerate(competition.judges)}
    actors |= {"entrant": next(iter(competition.entrants.values()), competition.chair)}
    made = House(app, settings, clock, competition.edition_id, actors)
    made.competition = competition
    await app.state.objects.prepare()
    competition.objects = app.state.objects
    async with made.exit:
        yield made


@pytest.fixture
async def entering(opened: Competition, settings: Settings) -> AsyncIterator[House]:
    """Entries are open; nobody has entered."""
    async with _serve(opened, settings, JUDGING) as house:
        yield house


@pytest.fixture
async def judged_now(judging: Competition, settings: Settings) -> AsyncIterator[House]:
    """The round is open."""
    async with _serve(judging, settings, JUDGING) as house:
        yield house


@pytest.fixture
async def ranked_now(ranked: Competition, settings: Settings) -> AsyncIterator[House]:
    """The round is closed and ranked."""
    async with _serve(ranked, settings, JUDGED) as house:
        yield house


@pytest.fixture
async def told(notified: Competition, settings: Settings) -> AsyncIterator[House]:
    """Everything is decided and entrants were told."""
    async with _serve(notified, settings, NOTICE) as house:
        yield house
