import re
from pathlib import Path

import pytest
from litestar import get

from service.app import RouteWithoutAction, create_app
from service.permissions import RULES, Action
from service.settings import Settings
from service.web import routes
from service.web.language import BARE
from tests.contracts.routes_of import list_routes
from tests.tree import ROOT


def test_every_route_names_an_action(settings: Settings):
    found = list_routes(create_app(settings))

    assert len(found) > 20
    assert all(isinstance(route.action, Action) for route in found)


def test_a_route_without_an_action_stops_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    @get("/secret")
    async def secret() -> str:
        return ""

    monkeypatch.setattr("service.app.ROUTES", [*routes.ROUTES, secret])

    with pytest.raises(RouteWithoutAction):
        create_app(settings)


def test_every_action_has_a_rule_and_every_rule_an_action():
    assert set(RULES) == set(Action)


def test_every_action_is_used_by_a_route_or_required_by_a_use_case(settings: Settings):
    used = {route.action for route in list_routes(create_app(settings))}
    required = {
        Action[name]
        for path in Path(ROOT, "service", "usecases").rglob("*.py")
        for name in re.findall(r"require\(\s*Action\.(\w+)", path.read_text(encoding="utf-8"))
    }

    assert set(Action) - used - required == set()


def test_addresses_are_lower_case_words_joined_by_dashes(settings: Settings):
    for route in list_routes(create_app(settings)):
        for step in route.path.strip("/").split("/"):
            assert step.startswith("{") or step == step.lower().replace("_", "-"), route.path


def test_reading_never_asks_for_a_form_and_changing_never_is_a_get(settings: Settings):
    reads = ("read-", "list-", "preview")
    for route in list_routes(create_app(settings)):
        if route.action.value.startswith(reads) and not route.path.startswith(BARE):
            assert route.method == "GET", route
