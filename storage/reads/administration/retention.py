"""What has been kept for longer than its kind is to be kept, and what stays for good with how much there is of it.

Three kinds go by their age alone and in numbers too large to name one by one (``BULK``): their set is told by its
count, its first and its last id. Of the others every id is told, and what it is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = [
    "BULK",
    "GONE",
    "DueItem",
    "DueNumber",
    "Kind",
    "RunLine",
    "Source",
    "count_due",
    "count_staying",
    "list_due_items",
    "list_runs",
    "read_days",
]

GONE = "\u2014"
"""What stands in place of a name or title that was deleted, in every language."""


class Kind(StrEnum):
    """The kinds of data that have a rule."""

    SIGN_IN = "sign-in"
    LETTERS = "letters"
    DRAFTS = "drafts"
    FILES = "files"
    ENTRANTS = "entrants"
    JUDGES = "judges"
    LOG = "log"


BULK = (Kind.SIGN_IN, Kind.LETTERS, Kind.LOG)


class Source(StrEnum):
    """What a due item's id is the id of."""

    ENTRY = "entry"
    FILE = "file"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that would go. ``name`` is an entry number, or a person's address; ``size`` in bytes."""

    source: Source
    id: UUID
    name: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class DueNumber:
    """A set too large to name: how many, and the first and last id, by which a change of it is known."""

    n: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One erasing, for the page."""

    id: UUID
    as_of: datetime
    state: str
    counts: dict[str, int]
    n_left: int
    asked_at: datetime
    ended_at: datetime | None
    by_ar: str
    by_en: str


SESSIONS = "FROM web_session WHERE expires_at <= {}"
LINKS = "FROM token WHERE expires_at <= {}"
ATTEMPTS = "FROM attempt WHERE window_at <= {}"
LETTERS_SENT = "FROM message WHERE state = 'sent' AND sent_at <= {} AND (email <> '' OR facts <> '{{}}')"
LETTERS_FAILED = "FROM message WHERE state = 'failed' AND made_at <= {}"
LOG_VALUES = """FROM audit_nonce WHERE made_at <= {} AND NOT EXISTS (SELECT 1 FROM edition d
    WHERE d.state NOT IN ('published', 'archived') AND d.created_at <= audit_nonce.made_at)"""
"""Values of the log since the first edition that still runs are kept: an appeal may ask for them."""
SETS: dict[Kind, tuple[str, ...]] = {
    Kind.SIGN_IN: (SESSIONS, LINKS, ATTEMPTS),
    Kind.LETTERS: (LETTERS_SENT, LETTERS_FAILED),
    Kind.LOG: (LOG_VALUES,),
}
"""Each takes the moment before which what is kept is due."""


async def count_due(before: Mapping[Kind, datetime]) -> dict[Kind, DueNumber]:
    """Count what is due of the kinds that are not named one by one."""
    moments = [before[kind] for kind in BULK for _ in SETS[kind]]
    return {
        Kind(row["kind"]): DueNumber(int(row["n"]), row["first"] or "", row["last"] or "")
        for row in await run_sql(_COUNT_BULK, *moments)
    }


def _count(kind: Kind) -> str:
    ids = " UNION ALL ".join(f"SELECT CAST(id AS text) AS id {each}" for each in SETS[kind])
    return f"SELECT '{kind}' AS kind, COUNT(*) AS n, MIN(id) AS first, MAX(id) AS last FROM ({ids}) AS due"  # noqa: S608 (our own words)


_COUNT_BULK = " UNION ALL ".join(map(_count, BULK))
_OF = "FROM entry e JOIN edition d ON d.id = e.edition"
_ITEMS: dict[Kind, str] = {
    Kind.DRAFTS: f"""SELECT 'drafts' AS kind, e.id AS id, e.entry_number AS name, 0 AS size {_OF}
    WHERE d.published_at <= {{}} AND e.state IN ('draft', 'withdrawn') AND e.title_ar <> '{GONE}'
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.entry = e.id)
    AND NOT EXISTS (SELECT 1 FROM appeal p WHERE p.entry = e.id)""",  # noqa: S608 (as above)
    Kind.FILES: f"""SELECT 'files' AS kind, f.id AS id, e.entry_number AS name, f.size AS size {_OF}
    JOIN file f ON f.entry = e.id WHERE d.published_at <= {{}} AND f.object_key <> ''
    AND NOT EXISTS (SELECT 1 FROM award w WHERE w.entry = e.id)""",  # noqa: S608 (as above)
    Kind.ENTRANTS: f"""SELECT 'entrants' AS kind, e.id AS id, e.entry_number AS name, 0 AS size {_OF}
    WHERE d.published_at <= {{}} AND (
    EXISTS (SELECT 1 FROM team_member m WHERE m.entry = e.id AND (m.email <> '' OR m.name_ar <> '{GONE}'))
    OR EXISTS (SELECT 1 FROM supervision s WHERE s.entry = e.id AND (s.email <> '' OR s.name_ar <> '{GONE}'))
    OR EXISTS (SELECT 1 FROM entry_owner o WHERE o.entry = e.id AND o.department <> '{GONE}')
    OR EXISTS (SELECT 1 FROM question q WHERE q.entry = e.id AND q.content <> '{GONE}')
    OR EXISTS (SELECT 1 FROM appeal p WHERE p.entry = e.id AND p.content <> '{GONE}')
    OR EXISTS (SELECT 1 FROM upload u WHERE u.entry = e.id AND u.name <> '{GONE}')
    OR EXISTS (SELECT 1 FROM identity_finding f WHERE f.entry = e.id))""",  # noqa: S608 (as above)
}
"""Projects that were never judged, files of those that were not honoured, and projects whose teams are still named."""


async def list_due_items(before: Mapping[Kind, datetime]) -> dict[Kind, tuple[DueItem, ...]]:
    """List what is due of projects, by kind and then by their numbers."""
    found: dict[Kind, list[DueItem]] = {kind: [] for kind in _ITEMS}
    written = " UNION ALL ".join(_ITEMS.values()) + " ORDER BY 3, 2"
    for row in await run_sql(written, *[before[kind] for kind in _ITEMS]):
        kind = Kind(row["kind"])
        source = Source.FILE if kind is Kind.FILES else Source.ENTRY
        found[kind].append(DueItem(source, UUID(str(row["id"])), row["name"], int(row["size"])))
    return {kind: tuple(items) for kind, items in found.items()}


_STAYS = {
    "awards": "SELECT COUNT(*) FROM award",
    "certificates": "SELECT (SELECT COUNT(*) FROM certificate) + (SELECT COUNT(*) FROM judge_certificate)",
    "sheets": "SELECT COUNT(*) FROM score_sheet WHERE state <> 'draft'",
    "decisions": "SELECT COUNT(*) FROM decision",
    "bundles": "SELECT COUNT(*) FROM results_bundle",
    "honoured-files": "SELECT COUNT(*) FROM file WHERE object_key <> '' AND entry IN (SELECT entry FROM award)",
    "log-rows": "SELECT sequence FROM audit_head",
}
_COUNT_STAYS = "SELECT " + ", ".join(f'({sql}) AS "{name}"' for name, sql in _STAYS.items())


async def count_staying() -> dict[str, int]:
    """Count what no rule touches, by kind."""
    (row,) = await run_sql(_COUNT_STAYS)
    return {name: int(n or 0) for name, n in row.items()}


async def read_days() -> dict[str, int]:
    """Read the rules that were set, as days by kind."""
    return {row["kind"]: int(row["days"]) for row in await run_sql("SELECT kind, days FROM retention_rule")}


async def list_runs(limit: int = 10) -> tuple[RunLine, ...]:
    """List the last erasings, the newest first."""
    rows = await run_sql(
        """SELECT r.id, r.as_of, r.state, r.counts, r.n_left, r.asked_at, r.ended_at, p.name_ar AS by_ar,
        p.name_en AS by_en FROM retention_run r JOIN person p ON p.id = r.asked_by ORDER BY r.asked_at DESC LIMIT {}""",
        limit,
    )
    return tuple(RunLine(**row | {"id": UUID(str(row["id"])), "counts": from_json(row["counts"])}) for row in rows)
