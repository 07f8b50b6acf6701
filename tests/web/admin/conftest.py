"""The administrator and the chair over an empty competition."""

import httpx
import pytest

from tests.conftest import World


@pytest.fixture
async def lubna(world: World) -> httpx.AsyncClient:
    """The administrator's browser."""
    return await world.client("lubna")
