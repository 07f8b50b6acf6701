"""The worker of a test: does everything that is due by the test's clock."""

from service.jobs.runner import Worker
from service.mail.delivery import make_postman
from tests.conftest import World


async def work(world: World) -> int:
    """Do every job and letter that is due; return how many."""
    postman = make_postman(world.settings)
    return await Worker(world.settings, world.app.state.objects, world.clock, postman).work_until_idle()
