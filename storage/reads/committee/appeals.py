"""Appeals as the committee reads them: by code name, without the people behind them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.engine import run_sql
from storage.reads.certificates import moment

__all__ = [
    "AppealLine",
    "SealingJudge",
    "count_open_appeals",
    "find_appeal_file",
    "list_appeals",
    "list_sealing_judges",
]


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal, and how far its answer is. ``proposed_by`` is the member's id.

    ``judges``: whose marks may be left out, where the ground is a conflict of interest and no answer stands.
    """

    id: UUID
    code_name: str | None
    title_ar: str
    title_en: str
    ground: str
    content: str
    state: str
    file_name: str | None
    lodged_at: datetime
    verdict: str | None
    answer: str
    proposed_by: UUID | None
    answered_at: datetime | None
    entry_state: str
    judges: tuple["SealingJudge", ...]


@dataclass(frozen=True, slots=True)
class SealingJudge:
    """A judge with a sealed sheet on a project; ``is_named`` where a proposed answer sets that sheet aside."""

    id: UUID
    name_ar: str
    name_en: str
    is_named: bool


async def list_appeals(edition_id: UUID, person_id: UUID | None) -> tuple[AppealLine, ...]:
    """List an edition's appeals outside the categories closed to this reader, those that wait first, oldest before."""
    rows = await run_sql(
        """SELECT appeal.id AS id, entry.code_name AS code_name, entry_version.title_ar AS title_ar,
        entry_version.title_en AS title_en, appeal.ground AS ground, appeal.content AS content,
        appeal.state AS state, appeal.file_name AS file_name, appeal.lodged_at AS lodged_at,
        appeal.verdict AS verdict, appeal.answer AS answer, appeal.proposed_by AS proposed_by,
        appeal.answered_at AS answered_at, entry.state AS entry_state, entry.id AS entry
        FROM appeal JOIN entry ON entry.id = appeal.entry
        JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE entry.edition = {} AND entry.category NOT IN (SELECT tied.category FROM member_conflict
          JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {})
        ORDER BY (CASE WHEN appeal.state = 'answered' THEN 1 ELSE 0 END), appeal.lodged_at""",
        edition_id,
        person_id,
    )
    sealing = await _list_sealing([row["entry"] for row in rows if _asks_for_judges(row)])
    return tuple(_line(row, tuple(sealing.get(str(row["entry"]), ()))) for row in rows)


def _asks_for_judges(row: dict[str, Any]) -> bool:
    return bool(row["ground"] == "conflict" and row["state"] != "answered")


async def list_sealing_judges(entry_id: UUID) -> tuple[SealingJudge, ...]:
    """List the judges with a sealed sheet on a project that counts."""
    return tuple((await _list_sealing([entry_id])).get(str(entry_id), ()))


async def _list_sealing(entries: list[Any]) -> dict[str, list[SealingJudge]]:
    """List by project who sealed a sheet on it, in one query."""
    if not entries:
        return {}
    found: dict[str, list[SealingJudge]] = {}
    for row in await run_sql(
        f"""SELECT DISTINCT assignment.entry AS entry, judge.id AS id, person.name_ar AS name_ar,
        person.name_en AS name_en,
        (SELECT count(*) FROM conflict WHERE conflict.judge = judge.id AND conflict.entry = assignment.entry
          AND conflict.source = 'appeal' AND conflict.state = 'proposed') AS n_named
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN judge ON judge.id = assignment.judge JOIN person ON person.id = judge.person
        WHERE score_sheet.state = 'sealed' AND assignment.state = 'published'
        AND assignment.entry IN ({", ".join("{}" for _ in entries)}) ORDER BY person.name_ar""",  # noqa: S608 - places
        *entries,
    ):
        judge = SealingJudge(UUID(str(row["id"])), row["name_ar"], row["name_en"], bool(row["n_named"]))
        found.setdefault(str(row["entry"]), []).append(judge)
    return found


def _line(row: dict[str, Any], judges: tuple[SealingJudge, ...]) -> AppealLine:
    return AppealLine(
        **{name: fact for name, fact in row.items() if name != "entry"}
        | {
            "judges": judges,
            "id": UUID(str(row["id"])),
            "proposed_by": UUID(str(row["proposed_by"])) if row["proposed_by"] else None,
            "lodged_at": moment(row["lodged_at"]),
            "answered_at": moment(row["answered_at"]) if row["answered_at"] else None,
        }
    )


async def count_open_appeals(edition_id: UUID) -> int:
    """Count the appeals that have no answer yet."""
    rows = await run_sql(
        """SELECT count(*) AS n FROM appeal JOIN entry ON entry.id = appeal.entry
        WHERE entry.edition = {} AND appeal.state <> 'answered'""",
        edition_id,
    )
    return int(rows[0]["n"])


async def find_appeal_file(edition_id: UUID, appeal_id: UUID, person_id: UUID | None) -> tuple[str, str] | None:
    """Find the object and media type of an appeal's file; None where its category is closed to this reader."""
    rows = await run_sql(
        """SELECT appeal.object_key AS object_key, appeal.media_type AS media_type FROM appeal
        JOIN entry ON entry.id = appeal.entry
        WHERE appeal.id = {} AND entry.edition = {} AND appeal.object_key IS NOT NULL
        AND entry.category NOT IN (SELECT tied.category FROM member_conflict
          JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {})""",
        appeal_id, edition_id, person_id,
    )  # fmt: skip
    return (rows[0]["object_key"], rows[0]["media_type"]) if rows else None
