"""Letters to judges whose lists changed while judging runs: reviews that came, and reviews that went to others."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from service.mail.queue import queue_letter
from storage.engine import run_sql

__all__ = ["tell_of_reviews"]


async def tell_of_reviews(
    round_id: UUID,
    *,
    added: Iterable[tuple[UUID, UUID]],
    removed: Iterable[tuple[UUID, UUID]] = (),
    due_at: datetime,
    is_follow_up: bool = False,
    at: datetime,
) -> int:
    """Queue a letter to each judge who has new reviews, and to each whose reviews went to others; return how many.

    Pairs are (entry, judge). ``due_at`` is the last moment of the new reviews. Asked inside the transaction that makes
    the change: no letter tells of a change that was not made.
    """
    n_added = Counter(judge for _, judge in added)
    n_removed = Counter(judge for _, judge in removed)
    n_letters = 0
    for judge, email, language in await _addresses(n_added | n_removed):
        if n_added[judge]:
            n_letters += await queue_letter(
                "follow-up" if is_follow_up else "new-reviews", name=f"new-reviews:{round_id}:{judge}:{at.isoformat()}",
                email=email, language=language, at=at, n=n_added[judge], due=due_at.isoformat(), path="/judging",
            )  # fmt: skip
        if n_removed[judge]:
            n_letters += await queue_letter(
                "moved-reviews", name=f"moved-reviews:{round_id}:{judge}:{at.isoformat()}", email=email,
                language=language, at=at, n=n_removed[judge], path="/judging",
            )  # fmt: skip
    return n_letters


async def _addresses(judges: Iterable[UUID]) -> list[tuple[UUID, str, str]]:
    wanted = sorted(set(judges), key=str)
    if not wanted:
        return []
    rows = await run_sql(
        f"""SELECT judge.id AS id, person.email AS email, person.language AS language
        FROM judge JOIN person ON person.id = judge.person
        WHERE judge.id IN ({", ".join(["{}"] * len(wanted))}) ORDER BY judge.id""",  # noqa: S608 (only places)
        *wanted,
    )
    return [(UUID(str(row["id"])), row["email"], row["language"]) for row in rows]
