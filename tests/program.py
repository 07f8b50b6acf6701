"""The program as tests meet it: its routes are put together once a process, its world changes with each test."""

from service.app import Program, create_app, load_pages
from service.clock import Clock
from service.settings import Settings
from service.world import make_objects


class _Kept:
    program: Program | None = None


async def get_program(settings: Settings, clock: Clock) -> Program:
    """The one program of this process, answering from these settings; the one before answers no longer.

    The caller opens and closes the database, and does the jobs. A test that needs two at once makes its own.
    """
    if _Kept.program is None:
        _Kept.program = create_app(settings, clock=clock, is_world_open=True)
        await load_pages(_Kept.program, settings)  # Litestar's own lifespan must end in the task that began it
    _Kept.program.answer_from(settings, clock, make_objects(settings))
    return _Kept.program
