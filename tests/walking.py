"""A program around a competition, to be walked as each of its people; and pages without what is new at each request."""

import re
from pathlib import Path

from service.app import create_app
from service.settings import read_settings
from tests.competition import Competition
from tests.conftest import SetClock, World
from tests.contracts.routes_of import UNKNOWN_ID


def make_world(folder: Path, fonts: Path, competition: Competition | None) -> World:
    if not (folder / "fonts").exists():
        (folder / "fonts").symlink_to(fonts)
    clock = SetClock()
    settings = read_settings({}, data=folder)
    app = create_app(settings, clock=clock, is_world_open=True)
    found = World(app, settings, clock, UNKNOWN_ID, {})
    if competition is not None:
        place(found, competition)
    return found


def place(world: World, competition: Competition) -> None:
    """Let the world's browsers be of this competition's people."""
    world.edition_id = competition.edition_id
    world.actors = {role.value: actor for role, actor in competition.actors.items()}
    world.actors |= {f"judge {at}": judge.actor for at, judge in enumerate(competition.judges)}
    world.actors |= dict(competition.entrants)


def bare(text: str) -> str:
    """A page without what is new at each request."""
    offered = r'name="pending"[^>]*|<svg class="squares".*?</svg>|<span class="ltr">(?:[A-Z2-7]{4} ?){8}</span>'
    new = r'nonce-[\w+/=-]+|name="csrf"[^>]*|csrf=[0-9a-f]+|data-request="[^"]*"'
    return re.sub(f"{new}|{offered}", "", text, flags=re.DOTALL)
