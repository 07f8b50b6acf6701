"""A competition in which every column that could tell who somebody is holds a word found nowhere else."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import av
import numpy as np
from PIL import Image
from pypdf import PdfReader, PdfWriter

from service.actors import VISITOR, Actor, Role
from service.usecases.entering.team import confirm_membership, invite_member
from service.usecases.files.uploads import send_file
from service.usecases.setup.edition_plan import add_institutions
from storage.tables.entrant import EntryOwner
from storage.tables.entry import Entry
from storage.tables.file import File
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.competition import Competition, add_person
from tests.conftest import World
from tests.entrants import last_link, write_pdf

MIB = 1024 * 1024
MATERIALS = tuple(
    {
        "category": "documentary", "slug": slug, "position": at, "name_ar": name_ar, "name_en": name_en,
        "rule_ar": "شروط", "rule_en": "Rules", "formats": formats, "audience": audience, "is_required": is_required,
        "max_files": 1, "max_bytes": 8 * MIB,
    }
    for at, (slug, name_ar, name_en, formats, audience, is_required) in enumerate(
        (
            ("film", "الفيلم", "Film", ["mp4"], "judges", True),
            ("dossier", "الملف", "Dossier", ["pdf"], "judges", True),
            ("photos", "الصور", "Photos", ["jpg"], "judges", True),
            ("release", "الأذونات", "Releases", ["pdf"], "committee", False),
        )
    )
)  # fmt: skip
_LETTERS = "بتثجحخدذرز"


def latin(kind: str, at: int) -> str:
    return f"Zq{kind}{'abcdefgh'[at]}vux"


def arabic(kind: str, at: int) -> str:
    """A word of Arabic letters that spells the kind and number."""
    return "ظغ" + "".join(_LETTERS[ord(char) % 10] for char in kind) + _LETTERS[at] + "ظش"


@dataclass
class Marks:
    """The marked words by name: of who enters, of who judges, and of the entries themselves."""

    people: dict[str, str] = field(default_factory=dict)
    judges: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


@dataclass
class Marked:
    """The competition and its marked words; ``owners`` gives the names in ``people`` that are one entry's own."""

    competition: Competition
    marks: Marks
    owners: dict[str, str]


async def make_marked(world: World, competition: Competition, folder: Path) -> Marked:
    """Enter two projects with files and two without, judged by three, all of them marked."""
    marks, owners = Marks(), {}
    marked = Marked(competition, marks, owners)
    for at in range(4):
        number = await _enter(world, marked, at, folder)
        owners[number] = f"{at}"
    await competition.close()
    world.clock.advance(days=60)
    await world.work()
    await competition.admit()
    for at in range(3):
        name, name_ar, email = (
            latin("judge", at),
            arabic("judge", at),
            f"{latin('judgemail', at)}@judges.example".lower(),
        )
        judge = await competition.seat(name, name_ar=name_ar, email=email)
        marks.judges |= {
            f"judge {at} en": name, f"judge {at} ar": name_ar, f"judge {at} mail": email.partition("@")[0],
            f"judge {at} id": str(judge.id), f"judge {at} person": str(judge.actor.person_id),
        }  # fmt: skip
    await competition.assign()
    await competition.open_judging()
    await _read_keys(marked)
    return marked


async def _enter(world: World, marked: Marked, at: int, folder: Path) -> str:
    competition, now = marked.competition, NOW + timedelta(hours=at)
    slug = latin("slug", at).lower()
    admin = competition.actors[Role.ADMINISTRATOR]
    place = {"name": "inst", "short": "short", "city": "city"}
    await add_institutions(
        admin,
        [
            {"slug": slug, **{f"{key}_en": latin(kind, at) for key, kind in place.items()},
             **{f"{key}_ar": arabic(kind, at) for key, kind in place.items()},
             "mail_domain": f"{latin('domain', at).lower()}.example", "aliases": [latin("alias", at)]}
        ],
        now=now,
    )  # fmt: skip
    lead = await add_person(
        latin("lead", at),
        Role.ENTRANT,
        None,
        name_ar=arabic("lead", at),
        email=f"{latin('leadmail', at).lower()}@x.example",
    )
    lead = Actor(Role.ENTRANT, lead.person_id, competition.edition_id, lead.name, lead.email)
    number = await competition.start(
        lead, "documentary" if at < 2 else "podcast", now=now, title=f"Title {latin('title', at)}",
        supervisor=latin("super", at), supervisor_ar=arabic("super", at),
        supervisor_email=f"{latin('supermail', at).lower()}@x.example", department=latin("dept", at), at=slug,
    )  # fmt: skip
    await invite_member(
        lead, number, name_ar=arabic("member", at), name_en=latin("member", at),
        email=f"{latin('membermail', at).lower()}@x.example", now=now,
    )  # fmt: skip
    await confirm_membership(VISITOR, await last_link("member"), language="ar", now=now)
    if at < 2:
        for material, path in write_files(folder, at).items():
            objects = world.app.state.objects
            await send_file(lead, number, material, name=path.name, path=path, objects=objects, now=now)
        world.clock.set(now + timedelta(minutes=5))
        await world.work()
    await competition.submit(number, now=now + timedelta(minutes=10))
    _note(marked.marks, at, number)
    return number


def _note(marks: Marks, at: int, number: str) -> None:
    words = {}
    for kind in ("lead", "super", "member", "inst", "city"):
        words |= {f"{at} {kind} en": latin(kind, at), f"{at} {kind} ar": arabic(kind, at)}
    for kind in ("leadmail", "supermail", "membermail", "dept", "slug", "domain", "alias"):
        words[f"{at} {kind}"] = latin(kind, at)
    if at < 2:
        for kind in ("filename", "author", "artist"):
            words[f"{at} {kind}"] = latin(kind, at)
    marks.people |= {**words, f"{at} number": number}
    marks.titles[f"{at} title"] = latin("title", at)


async def _read_keys(marked: Marked) -> None:
    """What the program drew: code names, and the ids and digests by which an original could be known again."""
    for row in await Entry.select(Entry.entry_number, Entry.code_name):
        marked.marks.codes[marked.owners[row["entry_number"]] + " code"] = row["code_name"]
    for row in await EntryOwner.select(EntryOwner.lead, EntryOwner.id):
        marked.marks.keys |= {f"lead {row['lead']}": str(row["lead"]), f"owner {row['id']}": str(row["id"])}
    for row in await Upload.select(Upload.id, Upload.store_upload, Upload.commitment):
        marked.marks.keys |= {f"upload {name}": str(value) for name, value in row.items() if value}
    for row in await File.select(File.object_key, File.sha256):
        marked.marks.keys |= {f"file {value}": _tail(value) for value in row.values() if value}


def _tail(value: str | UUID) -> str:
    return str(value).rpartition("/")[2]


def write_files(folder: Path, at: int) -> dict[str, Path]:
    """A film, a document, a photograph and a release, with their makers' names where programs put them."""
    name, author, artist = latin("filename", at), latin("author", at), latin("artist", at)
    return {
        "film": _film(folder / f"{name}.mp4", artist),
        "dossier": _pdf(folder / f"{name}-dossier.pdf", author),
        "photos": _photo(folder / f"{name}.jpg", artist),
        "release": _pdf(folder / f"{name}-release.pdf", author),
    }


def _pdf(path: Path, author: str) -> Path:
    writer = PdfWriter(clone_from=PdfReader(write_pdf(path)))
    writer.add_metadata({"/Author": author, "/Title": f"By {author}"})
    writer.add_attachment(f"{author}.txt", author.encode())
    with path.open("wb") as file:
        writer.write(file)
    return path


def _photo(path: Path, artist: str) -> Path:
    picture = Image.effect_noise((96, 96), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x013B] = artist
    held = io.BytesIO()
    picture.save(held, "JPEG", exif=exif, comment=artist.encode())
    path.write_bytes(held.getvalue())
    return path


def _film(path: Path, artist: str) -> Path:
    random = np.random.default_rng(7)
    with av.open(str(path), "w", format="mp4") as container:
        container.metadata.update({"artist": artist, "title": artist, "comment": artist})
        stream = container.add_stream("h264", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(20):
            shown = random.integers(0, 255, (64, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode(None))
    return path
