"""Honoured entries, many at a time: the works as judges saw them, and apart from them the people behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import EntryVersion
from storage.tables.file import File, FilePage
from storage.tables.institution import Institution

__all__ = [
    "HonouredPeople",
    "HonouredWork",
    "StoredFile",
    "list_honoured_people",
    "list_honoured_works",
    "permits_showing",
]

CAPTIONS = ("text/vtt",)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where bytes that may be shown stand, and their type."""

    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class HonouredWork:
    """What an honoured entry shows of itself: the submitted words, a picture, and a film or sound to play.

    ``picture``, ``player`` and ``captions`` are judges' copies, which carry no metadata, and only where the statement
    on rights permits showing them.
    """

    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    is_permitted: bool
    picture: StoredFile | None
    player: StoredFile | None
    captions: StoredFile | None


@dataclass(frozen=True, slots=True)
class HonouredPeople:
    """Who made an honoured entry. Reading it belongs in the log."""

    institution_ar: str
    institution_en: str
    supervisor_ar: str
    supervisor_en: str
    team: tuple[tuple[str, str], ...]


async def list_honoured_works(entry_ids: Collection[UUID]) -> dict[UUID, HonouredWork]:
    """Read the submitted works behind these entries, in three queries."""
    versions = await EntryVersion.select(
        EntryVersion.entry, EntryVersion.title_ar, EntryVersion.title_en, EntryVersion.abstract_ar,
        EntryVersion.abstract_en, EntryVersion.rights, EntryVersion.files,
    ).where(among(EntryVersion.entry, entry_ids) & EntryVersion.is_current.eq(True))  # fmt: skip
    ids = [UUID(each["id"]) for row in versions for each in from_json(row["files"])]
    found = await File.select().where(among(File.id, ids) & (File.material.audience == "judges"))
    files = {row["id"]: row for row in found}
    leaves = {
        row["file"]: StoredFile(row["object_key"], row["media_type"])
        for row in await FilePage.select(FilePage.file, FilePage.object_key, FilePage.media_type).where(
            among(FilePage.file, list(files)) & (FilePage.page == 1)
        )
    }
    works = {}
    for row in versions:
        own = [files[UUID(each["id"])] for each in from_json(row["files"]) if UUID(each["id"]) in files]
        own.sort(key=lambda file: str(file["id"]))
        is_permitted = permits_showing(from_json(row["rights"]) or {})
        works[row["entry"]] = HonouredWork(
            title_ar=row["title_ar"],
            title_en=row["title_en"],
            abstract_ar=row["abstract_ar"],
            abstract_en=row["abstract_en"],
            is_permitted=is_permitted,
            picture=_choose_picture(own, leaves) if is_permitted else None,
            player=_choose_player(own) if is_permitted else None,
            captions=_choose_captions(own) if is_permitted else None,
        )
    return works


def permits_showing(rights: dict[str, Any]) -> bool:
    """Say whether the team's statement permits showing the work: whoever is seen agreed, whatever is used is theirs.

    A statement is stored only once it was declared to be true.
    """
    return rights.get("people") in {"nobody", "consented"} and rights.get("material") in {"own", "permitted"}


async def list_honoured_people(entry_ids: Collection[UUID]) -> dict[UUID, HonouredPeople]:
    """Read who made these entries, in four queries."""
    owners = await EntryOwner.select(EntryOwner.entry, EntryOwner.institution).where(
        among(EntryOwner.entry, entry_ids)
    )  # fmt: skip
    institutions = {
        row["id"]: row
        for row in await Institution.select(Institution.id, Institution.name_ar, Institution.name_en).where(
            among(Institution.id, {row["institution"] for row in owners if row["institution"]})
        )
    }
    supervisors = {
        row["entry"]: row
        for row in await Supervision.select(Supervision.entry, Supervision.name_ar, Supervision.name_en).where(
            among(Supervision.entry, entry_ids)
        )
    }
    teams: dict[UUID, list[tuple[str, str]]] = {}
    for row in (
        await TeamMember.select(TeamMember.entry, TeamMember.name_ar, TeamMember.name_en)
        .where(among(TeamMember.entry, entry_ids))
        .order_by(TeamMember.position)
    ):
        teams.setdefault(row["entry"], []).append((row["name_ar"], row["name_en"]))
    nobody = {"name_ar": "", "name_en": ""}
    people = {}
    for row in owners:
        institution = institutions.get(row["institution"], nobody)
        supervisor = supervisors.get(row["entry"], nobody)
        people[row["entry"]] = HonouredPeople(
            institution["name_ar"], institution["name_en"], supervisor["name_ar"], supervisor["name_en"],
            tuple(teams.get(row["entry"], ())),
        )  # fmt: skip
    return people


def _choose_picture(files: list[dict[str, Any]], leaves: dict[UUID, StoredFile]) -> StoredFile | None:
    """Choose a picture among the judge's copies: an image, else a film's poster, else a document's first page."""
    for row in files:
        if row["judge_key"] and str(row["judge_media_type"] or "").startswith("image/"):
            return StoredFile(row["judge_key"], row["judge_media_type"])
    for row in files:
        if row["poster_key"]:
            return StoredFile(row["poster_key"], row["poster_media_type"])
    return next((leaves[row["id"]] for row in files if row["id"] in leaves), None)


def _choose_player(files: list[dict[str, Any]]) -> StoredFile | None:
    """Choose what is played: the film, else the sound; the operator's lighter copy where there is one."""
    for family in ("video/", "audio/"):
        for row in files:
            if not (row["judge_key"] and str(row["judge_media_type"] or "").startswith(family)):
                continue
            if row["light_key"]:
                return StoredFile(row["light_key"], row["light_media_type"])
            return StoredFile(row["judge_key"], row["judge_media_type"])
    return None


def _choose_captions(files: list[dict[str, Any]]) -> StoredFile | None:
    return next(
        (
            StoredFile(row["judge_key"], row["judge_media_type"])
            for row in files
            if row["judge_key"] and row["judge_media_type"] in CAPTIONS
        ),
        None,
    )
