"""What must hold between rows at any time, each as one query that finds the rows for which it does not."""

from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, run_sql

__all__ = ["BROKEN", "HeldObject", "list_broken", "list_missing_materials", "list_objects_of_rows"]

BROKEN = {
    "entry-without-owner": """SELECT e.entry_number AS name FROM entry e
        WHERE NOT EXISTS (SELECT 1 FROM entry_owner o WHERE o.entry = e.id)""",
    "entry-without-version": """SELECT e.entry_number AS name FROM entry e
        WHERE e.state IN ('submitted', 'admitted') AND (SELECT COUNT(*) FROM entry_version v
            WHERE v.entry = e.id AND v.is_current) <> 1""",
    "version-gap": """SELECT e.entry_number AS name FROM entry e JOIN entry_version v ON v.entry = e.id
        GROUP BY e.id, e.entry_number HAVING COUNT(*) <> MAX(v.ordinal) OR MIN(v.ordinal) <> 1""",
    "sheet-without-assignment": """SELECT a.id AS name FROM assignment a
        WHERE a.state = 'published' AND NOT EXISTS (SELECT 1 FROM score_sheet s WHERE s.assignment = a.id)""",
    "mark-revision-gap": """SELECT s.id AS name FROM score_sheet s
        WHERE s.revision <> (SELECT COUNT(*) FROM mark_change c WHERE c.sheet = s.id)
           OR s.revision <> COALESCE((SELECT MAX(c.revision) FROM mark_change c WHERE c.sheet = s.id), 0)""",
    "mark-without-change": """SELECT m.sheet AS name FROM mark m
        WHERE CAST(m.step AS text) <> COALESCE((SELECT c.after FROM mark_change c
            WHERE c.sheet = m.sheet AND c.criterion = m.criterion ORDER BY c.revision DESC LIMIT 1), '')""",
    "sealed-without-mark": """SELECT s.id AS name FROM score_sheet s JOIN assignment a ON a.id = s.assignment
        JOIN entry_version v ON v.entry = a.entry AND v.is_current
        WHERE s.state = 'sealed' AND (SELECT COUNT(*) FROM mark m WHERE m.sheet = s.id)
            < (SELECT COUNT(*) FROM criterion k WHERE k.category = v.category)""",
    "change-not-in-log": """SELECT c.sheet AS name FROM mark_change c GROUP BY c.sheet
        HAVING COUNT(*) <> (SELECT COUNT(*) FROM audit_event a WHERE a.subject = 'sheet'
            AND a.subject_id = CAST(c.sheet AS text) AND a.event IN ('mark-saved', 'comment-saved'))""",
    "log-without-change": """SELECT a.subject_id AS name FROM audit_event a
        WHERE a.subject = 'sheet' AND a.event IN ('mark-saved', 'comment-saved')
            AND NOT EXISTS (SELECT 1 FROM mark_change c WHERE CAST(c.sheet AS text) = a.subject_id)
        GROUP BY a.subject_id""",
    "published-without-decision": """SELECT d.slug AS name FROM edition d WHERE d.state = 'published'
        AND EXISTS (SELECT 1 FROM decision x JOIN round r ON r.id = x.round
            WHERE r.edition = d.id AND x.state <> 'approved')""",
    "work-failed": "SELECT kind AS name FROM job WHERE state = 'failed'",
    "letter-failed": "SELECT template AS name FROM message WHERE state = 'failed'",
}
"""By code; each gives a column ``name`` with a number, id or slug of ours, never a person's word."""


@dataclass(frozen=True, slots=True)
class HeldObject:
    """An object that a row names. ``size`` and ``sha256`` are None where the row does not say."""

    key: str
    size: int | None
    sha256: str | None


async def list_broken(code: str) -> tuple[str, ...]:
    """Name the rows for which an invariant does not hold."""
    return tuple(str(row["name"]) for row in await run_sql(BROKEN[code]))


async def list_missing_materials() -> tuple[str, ...]:
    """Name the entries that await judging although a required material is in no file of their version."""
    rows = await run_sql(
        "SELECT e.entry_number, v.category, v.files FROM entry e JOIN entry_version v ON v.entry = e.id "
        "WHERE v.is_current AND e.state IN ('submitted', 'admitted')"
    )
    required: dict[UUID, set[str]] = {}
    for row in await run_sql("SELECT category, id FROM material WHERE is_required"):
        required.setdefault(row["category"], set()).add(str(row["id"]))
    material_of = {str(row["id"]): str(row["material"]) for row in await run_sql("SELECT id, material FROM file")}
    return tuple(
        row["entry_number"]
        for row in rows
        if required.get(row["category"], set()) - {material_of.get(each["id"]) for each in from_json(row["files"])}
    )


async def list_objects_of_rows() -> tuple[HeldObject, ...]:
    """List every object that a row promises: originals, judges' copies, posters and pages."""
    found: list[HeldObject] = []
    for row in await run_sql(_FILES):
        found += _of_file(row)
    found += [HeldObject(row["object_key"], None, None) for row in await run_sql("SELECT object_key FROM file_page")]
    return tuple(held for held in found if held.key)


_FILES = """SELECT object_key, size, sha256, judge_key, judge_size, light_key, light_size, poster_key FROM file
    WHERE state = 'ready' AND object_key <> ''"""


def _of_file(row: Row) -> list[HeldObject]:
    held = [HeldObject(row["object_key"], row["size"], row["sha256"])]
    if row["judge_key"]:
        held.append(HeldObject(row["judge_key"], row["judge_size"], None))
    if row["light_key"]:
        held.append(HeldObject(row["light_key"], row["light_size"], None))
    if row["poster_key"]:
        held.append(HeldObject(row["poster_key"], None, None))
    return held
