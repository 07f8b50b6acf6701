"""The log's last link, sent away at each stage of an edition and each day of it.

Whoever could write the whole log anew cannot take back the letters: a link that is no longer in it shows that rows were
cut off or written again.
"""

from datetime import datetime, timedelta
from uuid import UUID

from service.audit_check import head
from service.jobs.queue import enqueue
from service.mail.queue import queue_letter
from storage.engine import transaction
from storage.lifecycle import EditionState
from storage.reads.committee.witnesses import list_witnesses
from storage.rows import get_row
from storage.tables.edition import Edition

__all__ = ["plan_log_link", "send_log_link"]

_DAILY = frozenset(EditionState) - {EditionState.DRAFT, EditionState.PUBLISHED, EditionState.ARCHIVED}


async def plan_log_link(edition_id: UUID, stage: EditionState, *, now: datetime) -> None:
    """Have the link sent now that the edition has come to a stage; inside the transaction that moves it."""
    await enqueue(
        "log-link", name=f"log-link:{edition_id}:{stage.value}:{now.isoformat()}", at=now, edition=str(edition_id)
    )


async def send_log_link(edition_id: UUID, *, now: datetime) -> int:
    """Write the last link to the edition's witnesses; return how many letters were queued.

    A link goes to each once. While the edition runs the next day's letter is planned.
    """
    async with transaction():
        edition = await get_row(
            Edition.select(Edition.state, Edition.short_ar, Edition.short_en).where(Edition.id == edition_id)
        )
        n_rows, link = await head()
        n_queued = 0
        for witness in await list_witnesses(edition_id):
            n_queued += await queue_letter(
                "log-link", name=f"log-link:{edition_id}:{link}:{witness.email}", email=witness.email,
                language=witness.language, at=now, n=n_rows, digest=link, edition_ar=edition["short_ar"],
                edition_en=edition["short_en"],
            )  # fmt: skip
        if EditionState(edition["state"]) in _DAILY:
            tomorrow = now + timedelta(days=1)
            await enqueue(
                "log-link", name=f"log-link:{edition_id}:{tomorrow.date().isoformat()}", at=now, due_at=tomorrow,
                edition=str(edition_id),
            )  # fmt: skip
    return n_queued
