"""Shared by all tests: the world (program, database, clock, cast), and clients for it in the tests' own event loop."""

import email
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from service.actors import Actor
from service.fonts import ensure_fonts
from service.logging import set_up_logging
from service.settings import Settings, read_settings
from service.usecases.people.sessions import start_session
from service.world import make_worker
from storage.lifecycle import EditionState
from storage.tables.edition import Edition
from tests.cast import NOW, add_cast, add_edition
from tests.databases import (
    ENGINES,
    Templates,
    copy_database,
    drop_database,
    is_in_sample,
    path_of,
    standing,
)
from tests.memory import pytest_configure  # noqa: F401 (a hook)
from tests.program import get_program
from tests.stages import (  # noqa: F401 (fixtures)
    judging,
    judging_stage,
    notified,
    notified_stage,
    open_stage,
    opened,
    ranked,
    ranked_stage,
)
from tests.together import pytest_xdist_make_scheduler  # noqa: F401 (a hook)

ORIGIN = "http://localhost:8000"
FONTS = Path(__file__).parent.parent / "build" / "fonts"


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class World:
    """The whole program on a database and folder of its own, with the cast in one edition."""

    app: Litestar
    settings: Settings
    clock: SetClock
    edition_id: UUID
    actors: dict[str, Actor]
    exit: AsyncExitStack = field(repr=False, default_factory=AsyncExitStack)

    def visitor(self, *, cookies: Mapping[str, str] | None = None) -> httpx.AsyncClient:
        """A browser in which nobody is signed in. It does not follow redirects."""
        transport = httpx.ASGITransport(self.app, client=("203.0.113.7", 40000))
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        for name, value in (cookies or {}).items():
            client.cookies.set(name, value, domain="localhost.local", path="/")  # as the jar writes localhost
        self.exit.push_async_callback(client.aclose)
        return client

    async def client(self, name: str) -> httpx.AsyncClient:
        """A browser in which this member of the cast is signed in."""
        person_id = self.actors[name].person_id
        assert person_id is not None
        secret = await start_session(person_id, device=f"{name}'s browser", now=self.clock.now)
        return self.visitor(cookies={"tahkim": secret})

    async def work(self) -> int:
        """Do every job and send every letter that is due by the clock."""
        return await make_worker(self.settings, self.app.state.objects, clock=self.clock).work_until_idle()

    def letters(self) -> list[EmailMessage]:
        """The letters that were sent, in no order that matters."""
        found = sorted(self.settings.mail_folder.glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]  # type: ignore[misc]

    async def set_stage(self, state: EditionState | str) -> None:
        """Put the edition in a stage, whatever the way there would be."""
        await Edition.update({Edition.state: str(state)}).where(Edition.id == self.edition_id)


def csrf_in(text: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="csrf" (?:value|content)="([0-9a-f]{64})"', text)
    assert found, "the page carries no token"
    return found[1]


async def post(
    client: httpx.AsyncClient, path: str, data: Mapping[str, object] | None = None, *, page: str | None = None
) -> httpx.Response:
    """Send a form as its page would: ``page`` (or ``/ar/account``, ``/ar/sign-in``) is read for the token first."""
    for source in [page] if page else ["/ar/account", "/ar/sign-in"]:
        shown = await client.get(source)
        if shown.status_code == httpx.codes.OK and 'name="csrf"' in shown.text:
            return await client.post(path, data={**(data or {}), "csrf": csrf_in(shown.text)})
    raise AssertionError("no page with a form was found")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=("both", "sqlite", "postgres"),
        default="both",
        help="run what touches rows on both engines (as CI does) or on one",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches rows runs on both engines, unless the test itself names one."""
    names_one = any("engine_name" in mark.args for mark in metafunc.definition.iter_markers("parametrize"))
    if "engine_name" in metafunc.fixturenames and not names_one:
        wanted = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine_name", ENGINES if wanted == "both" else [wanted], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Grids marked ``sampled`` run whole on SQLite and in part on PostgreSQL."""
    if config.getoption("--engine") != "both":
        return
    left_out = [
        item
        for item in items
        if _is_on_postgres(item) and item.get_closest_marker("sampled") and not is_in_sample(item.nodeid)
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_on_postgres(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("engine_name") == "postgres"


@pytest.fixture(scope="session", autouse=True)
def _quiet_log() -> None:
    set_up_logging(is_quiet=True)


@pytest.fixture(scope="session")
def fonts() -> Path:
    ensure_fonts(FONTS)
    return FONTS


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The databases that tests copy."""
    return Templates(tmp_path_factory.mktemp)


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgres``: which of the two engines the test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def empty_database(templates: Templates) -> Path:
    """A SQLite file of this release's schema, made once: tests copy it."""
    return path_of(templates.get_empty("sqlite"))


@pytest.fixture
def schema(templates: Templates, engine_name: str) -> str:
    """The template that the test's database is a copy of."""
    return templates.get_empty(engine_name)


@pytest.fixture
async def database(tmp_path: Path, schema: str, engine_name: str) -> AsyncIterator[str]:
    """An open database with the whole schema and no rows. Its address."""
    url = await copy_database(schema, tmp_path, engine=engine_name)
    async with standing(url):
        yield url
    await drop_database(url)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def settings(tmp_path: Path, fonts: Path) -> Settings:
    (tmp_path / "fonts").symlink_to(fonts)
    return read_settings({}, data=tmp_path)


@pytest.fixture
def cast(templates: Templates, engine_name: str) -> tuple[str, tuple[UUID, dict[str, Actor]]]:
    """The template with the cast in one edition, and who they are."""

    async def act() -> tuple[UUID, dict[str, Actor]]:
        edition_id = await add_edition()
        return edition_id, await add_cast(edition_id)

    return templates.get(engine_name, "cast", act, source=templates.get_empty(engine_name))


@pytest.fixture
async def world(
    tmp_path: Path,
    cast: tuple[str, tuple[UUID, dict[str, Actor]]],
    engine_name: str,
    settings: Settings,
    clock: SetClock,
) -> AsyncIterator[World]:
    template, (edition_id, actors) = cast
    url = await copy_database(template, tmp_path, engine=engine_name)
    settings = replace(settings, database_url=url)
    async with standing(url):
        app = await get_program(settings, clock)
        made = World(app, settings, clock, edition_id, dict(actors))
        await app.state.objects.prepare()
        async with made.exit:
            yield made
    await drop_database(url)
