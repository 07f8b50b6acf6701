"""An entry just begun, in front of the student who began it."""

import httpx
import pytest

from tests.conftest import World
from tests.entrants import Rules, add_rules, start


@pytest.fixture
async def rules(world: World) -> Rules:
    return await add_rules(world.edition_id)


@pytest.fixture
async def number(world: World, rules: Rules) -> str:
    return await start(world.actors["farah"], rules)


@pytest.fixture
async def farah(world: World) -> httpx.AsyncClient:
    return await world.client("farah")
