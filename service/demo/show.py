"""What the demonstration tells at its end: counts, ranking with uncertainty, winners, and how to sign in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import Role
from service.demo.edition import DemoEdition
from service.demo.people import COMMITTEE, PASSWORD, find_person_id
from service.usecases.people.tokens import Purpose, make_link
from storage.columns import among
from storage.engine import transaction
from storage.reads.decisions import find_last_run, list_categories
from storage.rows import get_row
from storage.tables.award import Award
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.file import File
from storage.tables.panel import Judge, Round
from storage.tables.scoresheet import Mark, ScoreSheet

__all__ = ["Door", "Shown", "make_doors", "read_result"]

LINK_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Door:
    """A way in for one role: a one-time link, and the address and password for later."""

    role: str
    email: str
    password: str
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The state that the demonstration reached."""

    stage: str
    counts: dict[str, int]
    ranking: dict[str, list[dict[str, Any]]]
    winners: dict[str, list[dict[str, Any]]]
    certainty: dict[str, list[dict[str, Any]]]


async def make_doors(edition: DemoEdition, *, base_url: str, now: datetime) -> tuple[Door, ...]:
    """Make a one-time sign-in link for each role."""
    people = [(member.role.value, member.email) for member in COMMITTEE]
    people.append((Role.JUDGE.value, edition.judges[3].email))
    people.append((Role.ENTRANT.value, edition.entries[0].members[0].email))
    people.append((Role.SUPERVISOR.value, edition.entries[0].supervisor.email))
    doors: dict[str, Door] = {}
    for role, email in people:
        person_id = await find_person_id(email)
        if person_id is None or role in doors:
            continue
        async with transaction():
            secret = await make_link(Purpose.SIGN_IN, email, now=now, person_id=person_id, lasts=LINK_LASTS)
        password = "" if role == Role.SUPERVISOR else PASSWORD
        doors[role] = Door(role, email, password, f"{base_url}/ar/sign-in/{secret}")
    return tuple(doors.values())


async def read_result(edition_id: UUID) -> Shown:
    """Read counts, ranking and winners by category of one edition."""
    edition = await get_row(Edition.select(Edition.state, Edition.slug).where(Edition.id == edition_id))
    slug = edition["slug"]
    in_round = await Round.select(Round.id).where(Round.edition == edition_id).first()
    run = await find_last_run(in_round["id"]) if in_round else None
    ranking: dict[str, list[dict[str, Any]]] = {}
    certainty: dict[str, list[dict[str, Any]]] = {}
    winners: dict[str, list[dict[str, Any]]] = {}
    for category in await list_categories(edition_id):
        rows = run.output["categories"].get(str(category["id"]), []) if run else []
        kept = ("code_name", "rank", "rank_low", "rank_high", "score", "score_90", "p_inside", "raw", "reviews")
        ranking[category["slug"]] = [{name: row[name] for name in kept} for row in rows]
        ids = {row["entry"] for row in rows}
        certainty[category["slug"]] = [each for each in (run.output["pairs"] if run else []) if each["upper"] in ids]
        awards = await Award.select().where(
            (Award.edition == edition_id) & (Award.category == category["id"])
        ).order_by(Award.position)  # fmt: skip
        winners[category["slug"]] = [
            {
                "place": row["place"], "title_ar": row["title_ar"], "title_en": row["title_en"],
                "institution_ar": row["institution_ar"], "institution_en": row["institution_en"],
                "page": f"/winners/{slug}/{row['slug']}",
            }
            for row in awards
        ]  # fmt: skip
    return Shown(
        stage=edition["state"],
        counts=await _count(edition_id),
        ranking=ranking,
        winners=winners,
        certainty=certainty,
    )


async def _count(edition_id: UUID) -> dict[str, int]:
    entries = await Entry.count().where((Entry.edition == edition_id) & (Entry.state != "draft"))
    files = await File.count().where((File.entry.edition == edition_id) & (File.state == "ready"))
    judges = await Judge.count().where(Judge.edition == edition_id)
    sheets = await ScoreSheet.count().where(
        (ScoreSheet.assignment.round.edition == edition_id) & (ScoreSheet.state == "sealed")  # type: ignore[union-attr]
    )
    sealed = await ScoreSheet.select(ScoreSheet.id).where(
        (ScoreSheet.assignment.round.edition == edition_id) & (ScoreSheet.state == "sealed")  # type: ignore[union-attr]
    )
    marks = await Mark.count().where(among(Mark.sheet, [row["id"] for row in sealed]))
    return {"entries": entries, "files": files, "judges": judges, "sheets": sheets, "marks": marks}
