"""Whom the log's last link is sent to: people of the committee, and the administrators, who are outside it."""

from uuid import UUID

from storage.engine import run_sql
from storage.reads.committee.groups import Reader

__all__ = ["list_witnesses"]


async def list_witnesses(edition_id: UUID) -> tuple[Reader, ...]:
    """List an edition's chair, secretaries and observers with all administrators, each address once."""
    rows = await run_sql(
        """SELECT DISTINCT person.email AS email, person.language AS language
        FROM role_grant JOIN person ON person.id = role_grant.person
        WHERE role_grant.revoked_at IS NULL
        AND ((role_grant.edition = {} AND role_grant.role IN ('chair', 'secretary', 'observer'))
          OR (role_grant.edition IS NULL AND role_grant.role = 'administrator'))
        ORDER BY person.email""",
        edition_id,
    )
    return tuple(Reader(str(row["email"]), str(row["language"])) for row in rows)
