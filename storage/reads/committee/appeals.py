"""Appeals as the committee reads them: by code name, without the people behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
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

    ``judges``: whose marks may be left out, and once it is answered those whose marks are.
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
    category: str
    judges: tuple["SealingJudge", ...]


@dataclass(frozen=True, slots=True)
class SealingJudge:
    """A judge with a sheet on a project; ``is_named`` where the appeal's answer sets that sheet aside."""

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
        appeal.answered_at AS answered_at, appeal.left_out AS left_out, entry.state AS entry_state,
        entry.id AS entry, category.slug AS category
        FROM appeal JOIN entry ON entry.id = appeal.entry JOIN category ON category.id = entry.category
        JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current
        WHERE entry.edition = {} AND entry.category NOT IN (SELECT tied.category FROM member_conflict
          JOIN entry AS tied ON tied.id = member_conflict.entry WHERE member_conflict.person = {})
        ORDER BY (CASE WHEN appeal.state = 'answered' THEN 1 ELSE 0 END), appeal.lodged_at""",
        edition_id,
        person_id,
    )
    judges = await _list_judges([row["entry"] for row in rows])
    return tuple(_line(row, judges.get(str(row["entry"]), ())) for row in rows)


async def list_sealing_judges(entry_id: UUID) -> frozenset[UUID]:
    """List the judges with a sealed sheet on a project that counts."""
    return frozenset(each.id for each in (await _list_judges([entry_id])).get(str(entry_id), ()) if each.is_sealed)


@dataclass(frozen=True, slots=True)
class _Judging:
    """A judge whose sheet on a project is sealed or was set aside; ``is_tied`` by an appeal's answer."""

    id: UUID
    name_ar: str
    name_en: str
    is_sealed: bool
    is_tied: bool


async def _list_judges(entries: list[Any]) -> dict[str, list[_Judging]]:
    """List by project who judged it, in one query."""
    if not entries:
        return {}
    found: dict[str, list[_Judging]] = {}
    for row in await run_sql(
        f"""SELECT assignment.entry AS entry, judge.id AS id, person.name_ar AS name_ar, person.name_en AS name_en,
        sum(CASE WHEN score_sheet.state = 'sealed' THEN 1 ELSE 0 END) AS n_sealed,
        (SELECT count(*) FROM conflict WHERE conflict.judge = judge.id AND conflict.entry = assignment.entry
          AND conflict.source = 'appeal' AND conflict.state IN ('proposed', 'confirmed')) AS n_ties
        FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
        JOIN judge ON judge.id = assignment.judge JOIN person ON person.id = judge.person
        WHERE score_sheet.state IN ('sealed', 'set-aside') AND assignment.state = 'published'
        AND assignment.entry IN ({", ".join("{}" for _ in entries)})
        GROUP BY assignment.entry, judge.id, person.name_ar, person.name_en ORDER BY person.name_ar""",  # noqa: S608 - places
        *entries,
    ):
        judge = _Judging(
            UUID(str(row["id"])), row["name_ar"], row["name_en"], bool(row["n_sealed"]), bool(row["n_ties"])
        )
        found.setdefault(str(row["entry"]), []).append(judge)
    return found


def _line(row: dict[str, Any], judging: Sequence[_Judging]) -> AppealLine:
    """Make an appeal's line, with the judges who may be left out; once it is answered, with those who are."""
    left_out = {UUID(each) for each in from_json(row["left_out"]) or ()}
    judges = [
        (each, SealingJudge(each.id, each.name_ar, each.name_en, is_named=each.is_tied or each.id in left_out))
        for each in judging
    ]
    is_answered = row["state"] == "answered"
    return AppealLine(
        **{name: fact for name, fact in row.items() if name not in {"entry", "left_out"}}
        | {
            "judges": tuple(told for each, told in judges if (told.is_named if is_answered else each.is_sealed)),
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
