"""Every role × stage × route over HTTP, with the permanent cast, against the table of permissions."""

import httpx
import pytest

from service.actors import Role
from service.permissions import RULES
from storage.lifecycle import EditionState
from tests.cast import CAST
from tests.conftest import World, csrf_in
from tests.contracts.routes_of import Route, list_routes

pytestmark = pytest.mark.long

ONE_OF_EACH_ROLE = {role: name for name, role in reversed(CAST.items())}
JSON = {"accept": "application/json"}
ALWAYS_CHANGING = {"/sign-out"}
"""Routes that end the session of whoever asks: tried last."""


async def browsers_of(world: World) -> dict[Role, tuple[httpx.AsyncClient, str]]:
    """A browser a role, with the token of its forms."""
    found = {}
    for role, name in ONE_OF_EACH_ROLE.items():
        browser = await world.client(name)
        found[role] = browser, csrf_in((await browser.get("/en/account")).text)
    visitor = world.visitor()
    found[Role.VISITOR] = visitor, csrf_in((await visitor.get("/en/sign-in")).text)
    return found


async def ask(browser: httpx.AsyncClient, token: str, route: Route) -> tuple[int, str]:
    """Ask as a script would; give the status and, of a refusal, its code."""
    headers = JSON if route.method == "GET" else {**JSON, "x-csrf-token": token}
    answer = await browser.request(route.method, route.address, headers=headers)
    kind = answer.headers.get("content-type", "")
    code = answer.json()["type"].removeprefix("urn:tahkim:refused.") if "problem" in kind else ""
    return answer.status_code, code


def expected_of(route: Route, role: Role, stage: EditionState) -> str:
    rule = RULES[route.action]
    if role not in rule.roles:
        return "never"
    return "open" if stage in rule.stages else "closed"


def is_kept(expected: str, status: int, code: str, *, role: Role, method: str) -> bool:
    """Whether an answer keeps to the table. An unknown thing may answer 404 before its stage is looked at."""
    if expected == "never":
        return (status, code) == ((401, "not-signed-in") if role is Role.VISITOR else (403, "not-allowed"))
    if code in {"not-signed-in", "not-allowed", "foreign-form"} or status >= 500:
        return False
    if expected == "open":
        return code != "not-open-now"
    return status in {400, 404, 409, 422} or method == "GET"


@pytest.mark.sampled
@pytest.mark.parametrize("stage", list(EditionState))
async def test_each_role_may_what_the_table_says_and_nothing_else(world: World, stage: EditionState):
    await world.set_stage(stage)
    browsers = await browsers_of(world)
    broken = []
    routes = sorted(list_routes(world.app), key=lambda route: route.path in ALWAYS_CHANGING)
    for role, (browser, token) in browsers.items():
        for route in routes:
            expected = expected_of(route, role, stage)
            status, code = await ask(browser, token, route)
            if not is_kept(expected, status, code, role=role, method=route.method):
                broken.append((role.value, route.method, route.path, route.action.value, expected, status, code))
            if route.method != "GET" and expected != "never":
                await world.set_stage(stage)

    assert not broken, "\n".join(map(str, broken))


async def test_every_changing_route_wants_our_token_but_those_whose_address_is_signed(world: World):
    farah = await world.client("farah")
    visitor = world.visitor()
    for route in list_routes(world.app):
        if route.method == "GET" or route.is_free_of_csrf:
            continue
        for browser in (farah, visitor):
            answer = await browser.request(route.method, route.address, headers=JSON)
            assert answer.status_code in {401, 403}, route
