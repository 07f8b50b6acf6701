"""Jobs that wait for their time: the close of entries, publication, and reminders before a round closes."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.usecases.letters.reminders import remind_judges as remind
from service.usecases.operating.log_links import send_log_link as send_link
from service.usecases.publishing.announcing import announce_when_due
from service.usecases.publishing.publication import publish_when_due
from service.usecases.setup.closing import close_when_due

if TYPE_CHECKING:
    from service.jobs.kinds import JobContext

__all__ = ["announce_honoured", "close_edition", "publish_edition", "remind_judges", "send_log_link"]


async def close_edition(facts: Mapping[str, Any], *, now: datetime, context: "JobContext") -> None:  # noqa: ARG001 (every handler takes the context)
    """Close entries at the deadline; an extension since then makes this do nothing."""
    await close_when_due(UUID(facts["edition"]), now=now)


async def publish_edition(facts: Mapping[str, Any], *, now: datetime, context: "JobContext") -> None:  # noqa: ARG001 (as above)
    """Publish at the instant that was fixed; another instant fixed since then makes this do nothing."""
    await publish_when_due(UUID(facts["edition"]), now=now)


async def announce_honoured(facts: Mapping[str, Any], *, now: datetime, context: "JobContext") -> None:  # noqa: ARG001 (as above)
    """Announce who is honoured, without places, at the instant that was fixed for it."""
    await announce_when_due(UUID(facts["edition"]), now=now)


async def remind_judges(facts: Mapping[str, Any], *, now: datetime, context: "JobContext") -> None:  # noqa: ARG001 (as above)
    """Remind the judges of a round who have sheets to seal; a close moved since then plans anew."""
    closes_at = datetime.fromisoformat(facts["closes_at"])
    await remind(UUID(facts["round"]), closes_at=closes_at, days=facts["days"], now=now)


async def send_log_link(facts: Mapping[str, Any], *, now: datetime, context: "JobContext") -> None:  # noqa: ARG001 (as above)
    """Send the log's last link to those who keep it; the same link goes once."""
    await send_link(UUID(facts["edition"]), now=now)
