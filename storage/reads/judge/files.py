"""The judge's copies of an entry's files."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.columns import among, from_json
from storage.reads.judge.views import BlindFile, BlindPage
from storage.tables.assignment import Assignment
from storage.tables.edition import Material
from storage.tables.entry import EntryVersion
from storage.tables.file import File, FilePage
from storage.tables.scoresheet import FileOpening, ScoreSheet

__all__ = ["CAPTIONS", "MyObject", "file_kind", "find_my_file", "list_blind_files"]

CAPTIONS = {"application/x-subrip", "text/vtt"}


@dataclass(frozen=True, slots=True)
class MyObject:
    """Where the bytes of a judge's copy (or its poster) stand, and the neutral name under which they are served."""

    key: str
    media_type: str
    name: str
    sheet_id: UUID


def file_kind(media_type: str) -> str:
    """Say how a file of this type is shown: pages, film, sound, picture, captions or other."""
    family = media_type.split("/", 1)[0]
    if media_type == "application/pdf":
        return "pages"
    if media_type in CAPTIONS:
        return "captions"
    return {"video": "film", "audio": "sound", "image": "picture"}.get(family, "other")


async def list_blind_files(file_ids: Sequence[UUID], sheet_id: UUID | None) -> tuple[BlindFile, ...]:
    """Read the judge's copies among these files, in the order of the category's materials, in four queries.

    Files for the committee alone are left out. ``sheet_id`` None stands for the entrant's own preview.
    """
    rows = await File.select().where(among(File.id, file_ids) & (File.material.audience == "judges"))
    if not rows:
        return ()
    materials = {
        each["id"]: each for each in await Material.select().where(Material.id.is_in([r["material"] for r in rows]))
    }
    pages: dict[UUID, list[BlindPage]] = {}
    for each in await FilePage.select().where(FilePage.file.is_in([r["id"] for r in rows])).order_by(FilePage.page):
        pages.setdefault(each["file"], []).append(
            BlindPage(each["page"], each["width"], each["height"], each["content"])
        )
    opened: set[UUID] = set()
    if sheet_id is not None:
        opened = {each["file"] for each in await FileOpening.select().where(FileOpening.sheet == sheet_id)}
    rows.sort(key=lambda row: (materials[row["material"]]["position"], row["position"], str(row["id"])))
    return tuple(
        BlindFile(
            id=row["id"],
            material_ar=materials[row["material"]]["name_ar"],
            material_en=materials[row["material"]]["name_en"],
            material_slug=materials[row["material"]]["slug"],
            kind=file_kind(row["judge_media_type"] or row["media_type"]),
            media_type=row["judge_media_type"] or row["media_type"],
            size=row["judge_size"] or row["size"],
            seconds=row["seconds"],
            has_poster=row["poster_key"] is not None,
            is_opened=row["id"] in opened,
            pages=tuple(pages.get(row["id"], ())),
            light_size=row["light_size"] if row["light_key"] else None,
        )
        for row in rows
        if row["judge_key"] is not None
    )


async def find_my_file(
    judge_id: UUID, code_name: str, file_id: UUID, *, page: int | None = None, poster: bool = False, light: bool = False
) -> MyObject | None:
    """Find the object behind one of the judge's own files; None for any other file, or one that is not for judges."""
    assignment = (
        await Assignment.select(Assignment.id, Assignment.entry.as_alias("entry"))
        .where(
            (Assignment.judge == judge_id)
            & (Assignment.state == "published")
            & (Assignment.entry.code_name == code_name)
        )
        .first()
    )
    if assignment is None:
        return None
    version = (
        await EntryVersion.select(EntryVersion.files)
        .where((EntryVersion.entry == assignment["entry"]) & EntryVersion.is_current.eq(True))
        .first()
    )
    submitted = {each["id"] for each in from_json(version["files"])} if version else set()
    row = await File.select().where((File.id == file_id) & (File.material.audience == "judges")).first()
    sheet = await ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment == assignment["id"]).first()
    if row is None or sheet is None or str(file_id) not in submitted or row["judge_key"] is None:
        return None
    material = await Material.select(Material.slug).where(Material.id == row["material"]).first()
    stem = f"{code_name}-{material['slug']}" if material else code_name
    if page is not None:
        shown = (
            await FilePage.select(FilePage.object_key, FilePage.media_type)
            .where((FilePage.file == file_id) & (FilePage.page == page))
            .first()
        )
        return MyObject(shown["object_key"], shown["media_type"], f"{stem}-{page}", sheet["id"]) if shown else None
    if poster or light:
        key, kind, name = (
            ("poster_key", "poster_media_type", f"{stem}-poster") if poster else ("light_key", "light_media_type", stem)
        )
        return MyObject(row[key], row[kind], name, sheet["id"]) if row[key] else None
    return MyObject(row["judge_key"], row["judge_media_type"] or row["media_type"], stem, sheet["id"])
