"""What is held about one person, for that person alone; what keeps it from being deleted; and who asked for that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, run_sql

__all__ = [
    "DeletionView",
    "Hold",
    "PersonalData",
    "WaitingDeletion",
    "collect_personal_data",
    "count_personal_data",
    "find_deletion",
    "list_deletions",
    "list_holds",
]


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a person's data cannot be deleted yet. ``kind`` is entry, member, supervisor, judge or duty.

    ``name`` is an entry number, or empty. Each ends when the edition's results are published.
    """

    kind: str
    name: str
    edition_ar: str
    edition_en: str


@dataclass(frozen=True, slots=True)
class DeletionView:
    """The last request of a person."""

    id: UUID
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingDeletion:
    """A request as the registrar sees it."""

    id: UUID
    person_id: UUID
    name_ar: str
    name_en: str
    email: str
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


PersonalData = dict[str, list[Row]]
"""The rows about a person by what they are: account, roles, devices, letters, entries and so on."""

_RUNNING = "d.state NOT IN ('published', 'archived')"
_STANDING = "e.state IN ('submitted', 'returned', 'admitted', 'excluded')"
_EDITION = "d.short_ar AS edition_ar, d.short_en AS edition_en"

_HOLDS = f"""SELECT 'entry' AS kind, e.entry_number AS name, {_EDITION} FROM entry_owner o
    JOIN entry e ON e.id = o.entry JOIN edition d ON d.id = e.edition
    WHERE o.lead = {{}} AND {_STANDING} AND {_RUNNING}
UNION ALL SELECT 'member' AS kind, e.entry_number AS name, {_EDITION} FROM team_member m
    JOIN entry e ON e.id = m.entry JOIN edition d ON d.id = e.edition JOIN entry_owner o ON o.entry = e.id
    WHERE m.person = {{}} AND o.lead <> m.person AND {_STANDING} AND {_RUNNING}
UNION ALL SELECT 'supervisor' AS kind, e.entry_number AS name, {_EDITION} FROM supervision s
    JOIN entry e ON e.id = s.entry JOIN edition d ON d.id = e.edition
    WHERE s.person = {{}} AND s.approved_at IS NOT NULL AND {_STANDING} AND {_RUNNING}
UNION ALL SELECT 'judge' AS kind, '' AS name, {_EDITION} FROM judge j JOIN edition d ON d.id = j.edition
    WHERE j.person = {{}} AND j.is_active AND {_RUNNING}
UNION ALL SELECT 'duty' AS kind, '' AS name, {_EDITION} FROM role_grant g JOIN edition d ON d.id = g.edition
    WHERE g.person = {{}} AND g.revoked_at IS NULL AND {_RUNNING}
    AND g.role NOT IN ('entrant', 'supervisor', 'judge')
UNION ALL SELECT 'duty' AS kind, '' AS name, '' AS edition_ar, '' AS edition_en FROM role_grant g
    WHERE g.person = {{}} AND g.revoked_at IS NULL AND g.role = 'administrator'"""  # noqa: S608 - our own words


async def list_holds(person_id: UUID) -> tuple[Hold, ...]:
    """List what a running edition still needs of this person; where it is empty, deletion may be asked for."""
    return tuple(Hold(**row) for row in await run_sql(_HOLDS, *[person_id] * 6))


_COUNTS = {
    "entries": "SELECT count(*) FROM entry_owner WHERE lead = {}",
    "files": "SELECT count(*) FROM upload WHERE person = {}",
    "memberships": """SELECT count(*) FROM team_member m JOIN entry_owner o ON o.entry = m.entry
        WHERE m.person = {} AND o.lead <> m.person""",
    "supervising": "SELECT count(*) FROM supervision WHERE person = {}",
    "questions": "SELECT count(*) FROM question WHERE person = {}",
    "score_sheets": """SELECT count(*) FROM score_sheet s JOIN assignment a ON a.id = s.assignment
        JOIN judge j ON j.id = a.judge WHERE j.person = {} AND a.state = 'published'""",
    "devices": "SELECT count(*) FROM web_session WHERE person = {}",
    "letters": "SELECT count(*) FROM message m JOIN person p ON p.email = m.email WHERE p.id = {}",
}
_COUNT_ALL = "SELECT " + ", ".join(f"({sql}) AS {name}" for name, sql in _COUNTS.items())


async def count_personal_data(person_id: UUID) -> dict[str, int]:
    """Count what is held about a person, by kind; kinds of which there is nothing are left out."""
    (row,) = await run_sql(_COUNT_ALL, *[person_id] * len(_COUNTS))
    return {name: int(n) for name, n in row.items() if n}


async def find_deletion(person_id: UUID) -> DeletionView | None:
    """Find a person's last request."""
    rows = await run_sql(
        "SELECT id, state, answer, asked_at, answered_at FROM deletion_request WHERE person = {} "
        "ORDER BY asked_at DESC LIMIT 1",
        person_id,
    )
    return DeletionView(**rows[0]) if rows else None


async def list_deletions(edition_id: UUID) -> tuple[WaitingDeletion, ...]:
    """List the requests that an edition's registrar sees: those that wait first, the oldest first."""
    rows = await run_sql(
        """SELECT r.id, r.person AS person_id, p.name_ar, p.name_en, p.email, r.state, r.answer, r.asked_at,
        r.answered_at FROM deletion_request r JOIN person p ON p.id = r.person
        WHERE r.edition = {} AND r.state <> 'taken-back'
        ORDER BY CASE r.state WHEN 'waiting' THEN 0 ELSE 1 END, r.asked_at""",
        edition_id,
    )
    return tuple(WaitingDeletion(**row) for row in rows)


_MINE = """SELECT e.id FROM entry e JOIN entry_owner o ON o.entry = e.id WHERE o.lead = {}"""
_SECTIONS = {
    "account": """SELECT email, name_ar, name_en, language, digits, theme, created_at, second_factor_at
        FROM person WHERE id = {}""",
    "roles": """SELECT g.role, d.slug AS edition, g.granted_at, g.revoked_at FROM role_grant g
        LEFT JOIN edition d ON d.id = g.edition WHERE g.person = {} ORDER BY g.granted_at""",
    "devices": """SELECT device, created_at, seen_at, expires_at FROM web_session WHERE person = {}
        ORDER BY created_at""",
    "letters": """SELECT m.template, m.language, m.state, m.made_at, m.sent_at FROM message m
        JOIN person p ON p.email = m.email WHERE p.id = {} ORDER BY m.made_at""",
    "entries": """SELECT e.entry_number, e.state, e.title_ar, e.title_en, e.abstract_ar, e.abstract_en,
        e.work_language, e.tags, e.duration_seconds, e.rights, t.text_ar AS statement_ar, t.text_en AS statement_en,
        e.ai_text, e.created_at, e.saved_at, i.name_ar AS institution_ar, i.name_en AS institution_en, o.department,
        o.academic_year
        FROM entry e JOIN entry_owner o ON o.entry = e.id LEFT JOIN institution i ON i.id = o.institution
        LEFT JOIN ai_statement t ON t.edition = e.edition AND t.slug = e.ai_slug
        WHERE o.lead = {} ORDER BY e.created_at""",
    "submitted_versions": """SELECT e.entry_number, v.ordinal, v.title_ar, v.title_en, v.abstract_ar, v.abstract_en,
        v.work_language, v.rights, v.ai_text, v.digest, v.submitted_at, v.complete_at, v.is_current
        FROM entry_version v JOIN entry e ON e.id = v.entry WHERE v.entry IN (MINE) ORDER BY v.submitted_at""",
    "team": """SELECT e.entry_number, m.position, m.name_ar, m.name_en, m.email, m.invited_at, m.confirmed_at
        FROM team_member m JOIN entry e ON e.id = m.entry WHERE m.entry IN (MINE)
        ORDER BY e.entry_number, m.position""",
    "supervisors": """SELECT e.entry_number, s.name_ar, s.name_en, s.email, s.asked_at, s.approved_at, s.returned_at,
        s.note FROM supervision s JOIN entry e ON e.id = s.entry WHERE s.entry IN (MINE)""",
    "files": """SELECT e.entry_number, u.name, u.size, u.state, u.commitment, u.sha256, u.committed_at, u.completed_at
        FROM upload u JOIN entry e ON e.id = u.entry WHERE u.person = {} ORDER BY u.committed_at""",
    "questions": """SELECT e.entry_number, q.kind, q.content, q.answer, q.asked_at, q.answered_at
        FROM question q JOIN entry e ON e.id = q.entry WHERE q.person = {} ORDER BY q.asked_at""",
    "appeals": """SELECT e.entry_number, a.ground, a.content, a.file_name, a.lodged_at, a.answered_at,
        CASE WHEN a.state = 'answered' THEN a.verdict END AS verdict,
        CASE WHEN a.state = 'answered' THEN a.answer END AS answer
        FROM appeal a JOIN entry e ON e.id = a.entry WHERE a.person = {}""",
    "memberships": """SELECT e.entry_number, e.title_ar, e.title_en, m.name_ar, m.name_en, m.email, m.invited_at,
        m.confirmed_at FROM team_member m JOIN entry e ON e.id = m.entry JOIN entry_owner o ON o.entry = e.id
        WHERE m.person = {} AND o.lead <> m.person""",
    "supervising": """SELECT e.entry_number, e.title_ar, e.title_en, s.name_ar, s.name_en, s.email, s.asked_at,
        s.approved_at, s.returned_at, s.note FROM supervision s JOIN entry e ON e.id = s.entry WHERE s.person = {}""",
    "judge": """SELECT d.slug AS edition, j.kind, j.title_ar, j.title_en, j.employer_ar, j.employer_en, j.department,
        j.languages, j.expertise, j.past, j.max_entries, j.is_active, i.name_ar AS institution_ar,
        i.name_en AS institution_en FROM judge j JOIN edition d ON d.id = j.edition
        LEFT JOIN institution i ON i.id = j.institution WHERE j.person = {}""",
    "score_sheets": """SELECT e.code_name, s.state, s.comment_team, s.comment_committee, s.abstained, s.opened_at,
        s.saved_at, s.sealed_at FROM score_sheet s JOIN assignment a ON a.id = s.assignment
        JOIN entry e ON e.id = a.entry JOIN judge j ON j.id = a.judge WHERE j.person = {} AND a.state = 'published'
        ORDER BY e.code_name""",
    "marks": """SELECT e.code_name, c.name_ar AS criterion_ar, c.name_en AS criterion_en, m.step, m.made_at FROM mark m
        JOIN score_sheet s ON s.id = m.sheet JOIN assignment a ON a.id = s.assignment
        JOIN entry e ON e.id = a.entry JOIN judge j ON j.id = a.judge JOIN criterion c ON c.id = m.criterion
        WHERE j.person = {} AND a.state = 'published' ORDER BY e.code_name, c.position""",
    "private_notes": """SELECT e.code_name, n.second, n.content, n.made_at FROM private_note n
        JOIN score_sheet s ON s.id = n.sheet JOIN assignment a ON a.id = s.assignment JOIN entry e ON e.id = a.entry
        JOIN judge j ON j.id = a.judge WHERE j.person = {} AND a.state = 'published' ORDER BY n.made_at""",
    "declared_conflicts": """SELECT e.code_name, k.kind, k.note, k.state, k.made_at FROM conflict k
        JOIN judge j ON j.id = k.judge JOIN entry e ON e.id = k.entry
        WHERE j.person = {} AND k.source = 'declared' ORDER BY k.made_at""",
    "thanks": """SELECT d.slug AS edition, t.code, t.name_ar, t.name_en, t.issued_at FROM judge_certificate t
        JOIN judge j ON j.id = t.judge JOIN edition d ON d.id = t.edition
        WHERE j.person = {} AND d.state IN ('published', 'archived') ORDER BY t.issued_at""",
}
"""What each section holds. A judge's sections know entries by code name and only those that the judge was given; an
entrant's know them by entry number: no one section, and no row, holds both."""


async def collect_personal_data(person_id: UUID) -> PersonalData:
    """Collect everything that is held about a person and that this person may know."""
    found: PersonalData = {
        name: await run_sql(sql.replace("MINE", _MINE), person_id) for name, sql in _SECTIONS.items()
    }
    await _name_slugs(found)
    found["log"] = await run_sql(
        "SELECT sequence, at, role, event FROM audit_event WHERE actor = {} ORDER BY sequence", str(person_id)
    )
    return {name: [_plain(row) for row in rows] for name, rows in found.items()}


_NAMED = {
    "expertise": ("""SELECT x.slug, x.name_ar, x.name_en FROM expertise x JOIN edition d ON d.id = x.edition
        ORDER BY d.created_at""", (("entries", "tags"), ("judge", "expertise"))),
    "institution": ("SELECT slug, name_ar, name_en FROM institution", (("judge", "past"),)),
}  # fmt: skip
"""What is held as a list of slugs: where its names stand, and in which sections' fields it is held."""


async def _name_slugs(found: PersonalData) -> None:
    """Put the names in both languages beside each slug: a slug is the program's word, and nobody else's."""
    for sql, fields in _NAMED.values():
        held = [(row, field) for section, field in fields for row in found[section] if row[field] not in (None, "[]")]
        if not held:
            continue
        known = {row["slug"]: row for row in await run_sql(sql)}
        for row, field in held:
            row[field] = [
                known.get(slug, {"slug": slug, "name_ar": slug, "name_en": slug}) for slug in from_json(row[field])
            ]


def _plain(row: Row) -> dict[str, Any]:
    """Give a row with its moments written out."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
