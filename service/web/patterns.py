"""``/patterns``: every component in every state, for those who build pages."""

from litestar import get

from service.errors import NotFound
from service.permissions import Action
from service.settings import Settings
from service.web.pages import Page, page

__all__ = ["show_patterns"]


@get("/patterns", opt={"action": Action.READ_PATTERNS})
async def show_patterns(settings: Settings) -> Page:
    """Show the patterns where the settings say that this is development; elsewhere there is no such page."""
    if not settings.is_development:
        raise NotFound
    return page("patterns")
