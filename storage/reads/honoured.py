"""Honoured entries, many at a time: the works as judges saw them, and apart from them the people behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.engine import Row, run_sql
from storage.tables.entry import EntryVersion

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
    """Read the submitted works behind these entries, in two queries."""
    versions = await EntryVersion.select(
        EntryVersion.entry, EntryVersion.title_ar, EntryVersion.title_en, EntryVersion.abstract_ar,
        EntryVersion.abstract_en, EntryVersion.rights, EntryVersion.files,
    ).where(among(EntryVersion.entry, entry_ids) & EntryVersion.is_current.eq(True))  # fmt: skip
    ids = [UUID(each["id"]) for row in versions for each in from_json(row["files"])]
    files = {UUID(str(row["id"])): row for row in await _list_files(ids)}
    works = {}
    for row in versions:
        own = [files[UUID(each["id"])] for each in from_json(row["files"]) if UUID(each["id"]) in files]
        own.sort(key=lambda file: str(UUID(str(file["id"]))))
        is_permitted = permits_showing(from_json(row["rights"]) or {})
        works[row["entry"]] = HonouredWork(
            title_ar=row["title_ar"],
            title_en=row["title_en"],
            abstract_ar=row["abstract_ar"],
            abstract_en=row["abstract_en"],
            is_permitted=is_permitted,
            picture=_choose_picture(own) if is_permitted else None,
            player=_choose_player(own) if is_permitted else None,
            captions=_choose_captions(own) if is_permitted else None,
        )
    return works


async def _list_files(ids: Collection[UUID]) -> list[Row]:
    """Read those of these files that judges saw, each with the picture of its first page."""
    if not ids:
        return []
    return await run_sql(_FILES.replace("[ids]", ", ".join(["{}"] * len(ids))), *ids)


_FILES = """SELECT file.id AS id, file.judge_key AS judge_key, file.judge_media_type AS judge_media_type,
    file.light_key AS light_key, file.light_media_type AS light_media_type, file.poster_key AS poster_key,
    file.poster_media_type AS poster_media_type, file_page.object_key AS page_key,
    file_page.media_type AS page_media_type
    FROM file JOIN material ON material.id = file.material AND material.audience = 'judges'
    LEFT JOIN file_page ON file_page.file = file.id AND file_page.page = 1 WHERE file.id IN ([ids])"""


def permits_showing(rights: dict[str, Any]) -> bool:
    """Say whether the team's statement permits showing the work: whoever is seen agreed, whatever is used is theirs.

    A statement is stored only once it was declared to be true.
    """
    return rights.get("people") in {"nobody", "consented"} and rights.get("material") in {"own", "permitted"}


async def list_honoured_people(entry_ids: Collection[UUID]) -> dict[UUID, HonouredPeople]:
    """Read who made these entries, in one query: a row a member of the team."""
    if not entry_ids:
        return {}
    rows = await run_sql(_PEOPLE.replace("[ids]", ", ".join(["{}"] * len(entry_ids))), *entry_ids)
    teams: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        team = teams.setdefault(UUID(str(row["entry"])), [])
        if row["position"] is not None:
            team.append((row["name_ar"], row["name_en"]))
    return {
        UUID(str(row["entry"])): HonouredPeople(
            row["institution_ar"] or "",
            row["institution_en"] or "",
            row["supervisor_ar"] or "",
            row["supervisor_en"] or "",
            tuple(teams[UUID(str(row["entry"]))]),
        )
        for row in rows
    }


_PEOPLE = """SELECT entry_owner.entry AS entry, institution.name_ar AS institution_ar,
    institution.name_en AS institution_en, supervision.name_ar AS supervisor_ar, supervision.name_en AS supervisor_en,
    team_member.position AS position, team_member.name_ar AS name_ar, team_member.name_en AS name_en
    FROM entry_owner LEFT JOIN institution ON institution.id = entry_owner.institution
    LEFT JOIN supervision ON supervision.entry = entry_owner.entry
    LEFT JOIN team_member ON team_member.entry = entry_owner.entry
    WHERE entry_owner.entry IN ([ids]) ORDER BY team_member.position"""


def _choose_picture(files: list[Row]) -> StoredFile | None:
    """Choose a picture among the judge's copies: an image, else a film's poster, else a document's first page."""
    for row in files:
        if row["judge_key"] and str(row["judge_media_type"] or "").startswith("image/"):
            return StoredFile(row["judge_key"], row["judge_media_type"])
    for row in files:
        if row["poster_key"]:
            return StoredFile(row["poster_key"], row["poster_media_type"])
    return next((StoredFile(row["page_key"], row["page_media_type"]) for row in files if row["page_key"]), None)


def _choose_player(files: list[Row]) -> StoredFile | None:
    """Choose what is played: the film, else the sound; the operator's lighter copy where there is one."""
    for family in ("video/", "audio/"):
        for row in files:
            if not (row["judge_key"] and str(row["judge_media_type"] or "").startswith(family)):
                continue
            if row["light_key"]:
                return StoredFile(row["light_key"], row["light_media_type"])
            return StoredFile(row["judge_key"], row["judge_media_type"])
    return None


def _choose_captions(files: list[Row]) -> StoredFile | None:
    return next(
        (
            StoredFile(row["judge_key"], row["judge_media_type"])
            for row in files
            if row["judge_key"] and row["judge_media_type"] in CAPTIONS
        ),
        None,
    )
