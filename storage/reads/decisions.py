"""What decisions and publication are made from: the last run, the outcomes so far, and the honoured teams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.rows import get_row
from storage.tables.edition import Category, Honour
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import EntryVersion
from storage.tables.file import File, FilePage
from storage.tables.institution import Institution
from storage.tables.result import Decision, DecisionSignature, Outcome, RankedEntry, RankingRun

__all__ = [
    "HonouredEntry",
    "Picture",
    "RunView",
    "count_signatures",
    "find_last_run",
    "get_honoured_entry",
    "list_categories",
    "list_honoured",
    "list_places",
    "list_ranks",
]


@dataclass(frozen=True, slots=True)
class RunView:
    """A frozen run. ``output`` is the run's own JSON, read."""

    id: UUID
    ordinal: int
    method: str
    made_at: datetime
    inputs_hash: str
    output_hash: str
    output: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an honoured work that may be shown."""

    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class HonouredEntry:
    """An honoured entry with its people: read only at publication, and recorded there."""

    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    institution_ar: str
    institution_en: str
    supervisor_ar: str
    supervisor_en: str
    team: tuple[tuple[str, str], ...]
    picture: Picture | None


async def find_last_run(round_id: UUID) -> RunView | None:
    """Find the run that stands: the last one of the round."""
    row = (
        await RankingRun.select(
            RankingRun.id, RankingRun.ordinal, RankingRun.method, RankingRun.made_at, RankingRun.inputs_hash,
            RankingRun.output_hash, RankingRun.output,
        )
        .where(RankingRun.round == round_id)
        .order_by(RankingRun.ordinal, ascending=False)
        .first()
    )  # fmt: skip
    if row is None:
        return None
    return RunView(
        row["id"], row["ordinal"], row["method"], row["made_at"], row["inputs_hash"], row["output_hash"],
        from_json(row["output"]),
    )  # fmt: skip


async def list_ranks(run_id: UUID, category_id: UUID) -> dict[UUID, int]:
    """Read the computed rank of each entry of one category."""
    rows = await RankedEntry.select(RankedEntry.entry, RankedEntry.rank).where(
        (RankedEntry.run == run_id) & (RankedEntry.category == category_id)
    )
    return {row["entry"]: row["rank"] for row in rows}


async def list_places(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the places that each category gives, in order."""
    return await Honour.select().where(
        (Honour.edition == edition_id) & Honour.place.is_not_null()
    ).order_by(Honour.place)  # fmt: skip


async def list_categories(edition_id: UUID) -> list[dict[str, Any]]:
    """Read the edition's categories in order."""
    return await Category.select().where(Category.edition == edition_id).order_by(Category.position)


async def count_signatures(decision_id: UUID) -> int:
    """Count the members who signed."""
    found: int = await DecisionSignature.count().where(DecisionSignature.decision == decision_id)
    return found


async def list_honoured(round_id: UUID) -> list[dict[str, Any]]:
    """Read the honoured outcomes of a round's approved decisions, by category, place and citation."""
    decisions = {row["id"]: row for row in await Decision.select().where(Decision.round == round_id)}
    rows = await Outcome.select().where(
        among(Outcome.decision, decisions) & Outcome.honour.is_not_null() & Outcome.entry.is_not_null()
    )
    return [row | {"category": decisions[row["decision"]]["category"]} for row in rows]


async def get_honoured_entry(entry_id: UUID) -> HonouredEntry:
    """Read an honoured entry with its team, supervisor and institution."""
    version = await get_row(
        EntryVersion.select().where((EntryVersion.entry == entry_id) & EntryVersion.is_current.eq(True))
    )
    owner = await get_row(EntryOwner.select().where(EntryOwner.entry == entry_id))
    institution = await Institution.select().where(Institution.id == owner["institution"]).first()
    supervision = await Supervision.select().where(Supervision.entry == entry_id).first()
    members = await TeamMember.select().where(TeamMember.entry == entry_id).order_by(TeamMember.position)
    return HonouredEntry(
        title_ar=version["title_ar"],
        title_en=version["title_en"],
        abstract_ar=version["abstract_ar"],
        abstract_en=version["abstract_en"],
        institution_ar=institution["name_ar"] if institution else "",
        institution_en=institution["name_en"] if institution else "",
        supervisor_ar=supervision["name_ar"] if supervision else "",
        supervisor_en=supervision["name_en"] if supervision else "",
        team=tuple((row["name_ar"], row["name_en"]) for row in members),
        picture=await _find_picture([UUID(each["id"]) for each in from_json(version["files"])]),
    )


async def _find_picture(file_ids: list[UUID]) -> Picture | None:
    """Choose a picture among the judge's copies: an image, else a film's poster, else a document's first page."""
    files = await File.select().where(among(File.id, file_ids) & (File.material.audience == "judges"))
    files.sort(key=lambda row: str(row["id"]))
    for row in files:
        if row["judge_key"] and str(row["judge_media_type"] or "").startswith("image/"):
            return Picture(row["judge_key"], row["judge_media_type"])
    for row in files:
        if row["poster_key"]:
            return Picture(row["poster_key"], row["poster_media_type"])
    page = (
        await FilePage.select(FilePage.object_key, FilePage.media_type)
        .where(among(FilePage.file, [row["id"] for row in files]) & (FilePage.page == 1))
        .order_by(FilePage.file)
        .first()
    )
    return Picture(page["object_key"], page["media_type"]) if page else None
