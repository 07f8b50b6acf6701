"""Accounts that nobody needs any more, and why the others stay.

An account's time runs from the last of: its making, its last use, and the publication of each edition in which its
person entered, supervised, judged or served.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import Row, run_sql
from storage.reads.administration.retention import DueItem, Kind, Source

__all__ = ["DueAccounts", "find_due_accounts"]

ERASED = "@deleted.invalid"
"""How the address ends that an erased account is left with."""
_LIGHT = frozenset({"entrant", "supervisor"})
_ENDED = frozenset({"published", "archived"})
_PEOPLE = "SELECT id, email, created_at FROM person WHERE email NOT LIKE {} ORDER BY email"
_TIES = """SELECT t.person, t.edition, t.role, t.is_held, d.published_at AS published_at, d.state AS state FROM (
    SELECT person, edition, role, revoked_at IS NULL AS is_held FROM role_grant
    UNION ALL SELECT o.lead AS person, e.edition, 'entrant' AS role, true AS is_held FROM entry_owner o
        JOIN entry e ON e.id = o.entry
    UNION ALL SELECT m.person, e.edition, 'entrant' AS role, true AS is_held FROM team_member m
        JOIN entry e ON e.id = m.entry WHERE m.person IS NOT NULL
    UNION ALL SELECT s.person, e.edition, 'supervisor' AS role, true AS is_held FROM supervision s
        JOIN entry e ON e.id = s.entry WHERE s.person IS NOT NULL
    UNION ALL SELECT j.person, j.edition, 'judge' AS role, true AS is_held FROM judge j) t
    LEFT JOIN edition d ON d.id = t.edition"""
_TRACES = """SELECT person, seen_at, 'seen' AS what FROM web_session
    UNION ALL SELECT person, NULL AS seen_at, 'asked' AS what FROM deletion_request WHERE state = 'waiting'
    UNION ALL SELECT person, NULL AS seen_at, 'signed' AS what FROM decision_signature
    UNION ALL SELECT person, NULL AS seen_at, 'signed' AS what FROM motion
    UNION ALL SELECT person, NULL AS seen_at, 'signed' AS what FROM ballot
    UNION ALL SELECT person, NULL AS seen_at, 'signed' AS what FROM entry_comment"""


@dataclass(frozen=True, slots=True)
class DueAccounts:
    """Accounts by the kind whose rule they fall under, and how many others stay for which reason.

    Reasons: duty (an administrator), signed (a name under a decision), asked (a request for deletion waits with the
    registrar), running (an edition that is not published yet), recent.
    """

    due: dict[Kind, tuple[DueItem, ...]]
    stays: dict[str, int]


async def find_due_accounts(before: dict[Kind, datetime]) -> DueAccounts:
    """Find the accounts of entrants and of judges that were last needed before their kind's moment."""
    ties, traces = _by_person(await run_sql(_TIES)), _by_person(await run_sql(_TRACES))
    due: dict[Kind, list[DueItem]] = {Kind.ENTRANTS: [], Kind.JUDGES: []}
    stays = Counter[str]()
    for person in await run_sql(_PEOPLE, f"%{ERASED}"):
        own = ties[person["id"]]
        kind = Kind.ENTRANTS if all(tie["role"] in _LIGHT for tie in own) else Kind.JUDGES
        reason = _why_kept(person, own, traces[person["id"]], before[kind])
        if reason is None:
            due[kind].append(DueItem(Source.PERSON, UUID(str(person["id"])), person["email"]))
        else:
            stays[reason] += 1
    return DueAccounts({kind: tuple(items) for kind, items in due.items()}, dict(stays))


def _by_person(rows: list[Row]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["person"]].append(row)
    return found


def _why_kept(person: Row, ties: list[Row], traces: list[Row], before: datetime) -> str | None:
    what = {trace["what"] for trace in traces}
    if any(tie["edition"] is None and tie["role"] == "administrator" and tie["is_held"] for tie in ties):
        return "duty"
    if "signed" in what:
        return "signed"
    bound = [tie for tie in ties if tie["edition"] is not None]
    if any(tie["state"] not in _ENDED or tie["published_at"] is None for tie in bound):
        return "running"
    used = [trace["seen_at"] for trace in traces if trace["what"] == "seen"]
    if max([person["created_at"], *used, *(tie["published_at"] for tie in bound)]) > before:
        return "recent"
    return "asked" if "asked" in what else None
