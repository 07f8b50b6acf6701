"""The program in front of a competition in judging, as its judges meet it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from service.settings import Settings
from tests.competition import JUDGING, Competition
from tests.conftest import SetClock, World
from tests.program import get_program


@pytest.fixture
async def bench(judging: Competition, settings: Settings) -> AsyncIterator[World]:
    """The program in front of a competition in judging; ``judge 0`` to ``judge 2`` may sign in.

    So may ``entrant`` with the number of an entry.
    """
    clock = SetClock(JUDGING)
    app = await get_program(settings, clock)
    actors = {f"judge {at}": judge.actor for at, judge in enumerate(judging.judges)}
    actors |= {role.value: actor for role, actor in judging.actors.items()}
    actors |= {f"entrant {number}": entrant for number, entrant in judging.entrants.items()}
    world = World(app, settings, clock, judging.edition_id, actors)
    async with world.exit:
        yield world


@pytest.fixture
async def browser(bench: World) -> httpx.AsyncClient:
    return await bench.client("judge 0")
