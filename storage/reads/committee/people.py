"""Judges as the committee sees them, and the lists that inviting one needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.reads.committee.counted import OPEN_TO, STANDS
from storage.tables.edition import Expertise
from storage.tables.institution import Institution
from storage.tables.panel import Judge

__all__ = [
    "JudgeLine",
    "JudgeName",
    "Named",
    "list_expertise",
    "list_institutions",
    "list_judge_names",
    "list_judges",
]


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """A judge with load and state. ``has_account`` says whether the invitation was taken up.

    ``max_in``: the most projects of a category, by its slug, where there is such a limit.
    """

    id: UUID
    name_ar: str
    name_en: str
    kind: str
    title_ar: str
    title_en: str
    institution_ar: str
    institution_en: str
    languages: tuple[str, ...]
    max_entries: int
    is_active: bool
    has_account: bool
    guide_read_at: datetime | None
    categories: tuple[str, ...]
    max_in: Mapping[str, int]
    n_given: int
    n_sealed: int
    n_practised: int


@dataclass(frozen=True, slots=True)
class Named:
    """Something that may be chosen."""

    slug: str
    name_ar: str
    name_en: str


_STANDING = f"""FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
    JOIN entry ON entry.id = assignment.entry WHERE assignment.judge = judge.id AND assignment.round = {{}}
    AND assignment.state = 'published' AND {STANDS} AND {OPEN_TO}"""


async def list_judges(edition_id: UUID, round_id: UUID | None, person_id: UUID | None) -> tuple[JudgeLine, ...]:
    """List an edition's judges in two queries, their sheets counted as this reader may see into them."""
    rows = await run_sql(
        f"""SELECT judge.id AS id, person.name_ar AS name_ar, person.name_en AS name_en, judge.kind AS kind,
        judge.title_ar AS title_ar, judge.title_en AS title_en,
        coalesce(institution.name_ar, judge.employer_ar) AS institution_ar,
        coalesce(institution.name_en, judge.employer_en) AS institution_en, judge.languages AS languages,
        judge.max_entries AS max_entries, judge.is_active AS is_active, person.is_confirmed AS has_account,
        judge.guide_read_at AS guide_read_at,
        (SELECT count(*) {_STANDING}) AS n_given,
        (SELECT count(*) {_STANDING} AND score_sheet.state = 'sealed') AS n_sealed,
        (SELECT count(DISTINCT practice_mark.work) FROM practice_mark WHERE practice_mark.judge = judge.id)
          AS n_practised
        FROM judge JOIN person ON person.id = judge.person LEFT JOIN institution ON institution.id = judge.institution
        WHERE judge.edition = {{}} ORDER BY person.name_ar""",  # noqa: S608 - our own words
        round_id, person_id, round_id, person_id, edition_id,
    )  # fmt: skip
    seats: dict[str, dict[str, int | None]] = {}
    for seat in await run_sql(
        """SELECT panel_member.judge AS judge, category.slug AS slug, panel_member.max_entries AS most FROM panel_member
        JOIN category ON category.id = panel_member.category WHERE panel_member.round = {}
        ORDER BY category.position""",
        round_id,
    ):
        seats.setdefault(str(seat["judge"]), {})[str(seat["slug"])] = seat["most"]
    return tuple(
        JudgeLine(
            **row
            | {
                "id": UUID(str(row["id"])),
                "languages": tuple(from_json(row["languages"]) or ()),
                "is_active": bool(row["is_active"]),
                "has_account": bool(row["has_account"]),
                "categories": tuple(mine),
                "max_in": {slug: most for slug, most in mine.items() if most is not None},
            }
        )
        for row in rows
        for mine in [seats.get(str(row["id"]), {})]
    )


async def list_institutions() -> tuple[Named, ...]:
    """List the register of institutions."""
    rows = await Institution.select(Institution.slug, Institution.name_ar, Institution.name_en).order_by(
        Institution.name_ar
    )
    return tuple(Named(**row) for row in rows)


async def list_expertise(edition_id: UUID) -> tuple[Named, ...]:
    """List the fields of expertise of an edition."""
    rows = await Expertise.select(Expertise.slug, Expertise.name_ar, Expertise.name_en).where(
        Expertise.edition == edition_id
    )
    return tuple(Named(**row) for row in rows)


@dataclass(frozen=True, slots=True)
class JudgeName:
    """A judge by name, also one who has left."""

    id: UUID
    name_ar: str
    name_en: str


async def list_judge_names(edition_id: UUID) -> tuple[JudgeName, ...]:
    """List all judges of an edition by name."""
    rows = await Judge.select(
        Judge.id, Judge.person.name_ar.as_alias("name_ar"), Judge.person.name_en.as_alias("name_en")
    ).where(Judge.edition == edition_id)
    return tuple(JudgeName(**row) for row in sorted(rows, key=lambda row: str(row["id"])))
