"""The administrator and the chair over an empty competition."""

from uuid import UUID

import httpx
import pytest

from service.actors import Actor, Role
from service.usecases.people.sessions import start_session
from tests.competition import add_person
from tests.conftest import World


@pytest.fixture
async def lubna(world: World) -> httpx.AsyncClient:
    """The administrator's browser."""
    return await world.client("lubna")


@pytest.fixture
async def chair_of(world: World) -> object:
    """A browser for the chair of an edition made in the test."""

    async def sign_in(edition_id: UUID) -> httpx.AsyncClient:
        actor: Actor = await add_person("New Chair", Role.CHAIR, edition_id)
        assert actor.person_id
        secret = await start_session(actor.person_id, device="chair", now=world.clock.now)
        return world.visitor(cookies={"tahkim": secret})

    return sign_in
