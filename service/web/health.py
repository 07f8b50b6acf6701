"""For whoever watches the machine: the program answers, and so does its database."""

from litestar import get

from service.permissions import Action
from storage.engine import run_sql

__all__ = ["read_health"]


@get("/health", opt={"action": Action.READ_HEALTH})
async def read_health() -> dict[str, str]:
    """Answer when the database answers."""
    await run_sql("SELECT 1 AS one")
    return {"status": "ok"}
