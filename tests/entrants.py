"""Entries for tests, made through the use cases people use, and small real files for them."""

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import av
import numpy as np
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from service.actors import VISITOR, Actor
from service.usecases.entering.approvals import Affiliation, answer_supervision, save_supervision
from service.usecases.entering.entries import Details, Rights, open_entry, save_ai_statement, save_details, save_rights
from service.usecases.entering.starting import start_entry
from service.usecases.files.registering import register_file
from service.usecases.files.sent_files import Sent, hash_local_parts
from service.usecases.files.uploads import send_file
from storage.objects.store import ObjectStore
from storage.tables.edition import AiStatement, Category, Expertise, Material
from storage.tables.institution import Institution
from storage.tables.job import Job
from storage.tables.message import Message
from tests.cast import NOW

MIB = 1024 * 1024
DEADLINE = NOW + timedelta(days=56)
WORDS_AR = " ".join(["كلمة"] * 130)
WORDS_EN = " ".join(["word"] * 130)
_MATERIALS = (
    ("film", "الفيلم", "Film", ["mp4", "mov"], True, "judges", 1, 64),
    ("dossier", "الملف التعريفي", "Dossier", ["pdf"], True, "judges", 1, 8),
    ("photos", "الصور", "Photos", ["jpg", "png"], False, "judges", 3, 2),
    ("release", "الأذونات", "Releases", ["pdf"], False, "committee", 1, 8),
)


@dataclass(frozen=True)
class Rules:
    """The category of the tests and what it needs."""

    category_id: UUID
    institution_id: UUID


async def add_rules(edition_id: UUID) -> Rules:
    """Give the documentary category its materials, and the edition an institution, a field and a ready AI statement."""
    category = (
        await Category.select(Category.id)
        .where((Category.edition == edition_id) & (Category.slug == "documentary"))
        .first()
    )
    assert category is not None
    for position, (slug, name_ar, name_en, formats, is_required, audience, max_files, mib) in enumerate(_MATERIALS):
        await Material(
            id=uuid4(), category=category["id"], slug=slug, position=position, name_ar=name_ar, name_en=name_en,
            rule_ar=f"شروط {name_ar}", rule_en=f"Rules of {name_en}", formats=json.dumps(formats), audience=audience,
            is_required=is_required, max_files=max_files, max_bytes=mib * MIB,
        ).save()  # fmt: skip
    institution_id = uuid4()
    await Institution(
        id=institution_id, slug="squ", name_ar="جامعة السلطان قابوس", name_en="Sultan Qaboos University",
        city_ar="مسقط", city_en="Muscat", short_ar="", short_en="", mail_domain="squ.example", aliases='["SQU"]',
    ).save()  # fmt: skip
    await Expertise(id=uuid4(), edition=edition_id, slug="film", name_ar="الإخراج", name_en="Directing").save()
    await AiStatement(
        id=uuid4(), edition=edition_id, slug="none", position=1, text_ar="لم تُستخدم أدوات.", text_en="No AI tools."
    ).save()
    return Rules(category["id"], institution_id)


def details(rules: Rules, **changes: object) -> Details:
    values: dict[str, object] = {
        "category_id": rules.category_id, "title_ar": "الفلج الأخير", "title_en": "The Last Falaj",
        "abstract_ar": WORDS_AR, "abstract_en": WORDS_EN, "work_language": "ar", "tags": ("film",),
        "duration_seconds": 60, "credits_start": None,
    }  # fmt: skip
    return Details(**values | changes)  # type: ignore[arg-type]


async def start(actor: Actor, rules: Rules, *, now: datetime = NOW) -> str:
    """An entry just started."""
    return await start_entry(
        actor, category_id=rules.category_id, title_ar="الفلج الأخير", title_en="The Last Falaj", now=now
    )


async def fill_in(actor: Actor, number: str, rules: Rules, *, now: datetime = NOW) -> int:
    """All the tasks but the files: the last revision."""
    revision = (await open_entry(actor, number))[0].revision
    revision = await save_details(actor, number, details(rules), revision=revision, now=now)
    revision = await save_rights(
        actor, number, Rights("own", "consented", is_declared=True), revision=revision, now=now
    )
    revision = await save_ai_statement(actor, number, slug="none", text="", revision=revision, now=now)
    revision = await save_supervision(
        actor,
        number,
        Affiliation(
            "د. نورة الساقية", "Dr Noura Al-Saqiya", "noura@squ.example", rules.institution_id, "الإعلام", "2026-2027"
        ),
        revision=revision,
        now=now,
    )
    secret = await last_link("supervisor")
    await answer_supervision(VISITOR, number, secret=secret, is_approved=True, now=now)
    return revision


async def last_link(template: str) -> str:
    """The secret in the newest letter of a template."""
    row = (
        await Message.select(Message.facts)
        .where(Message.template == template)
        .order_by(Message.made_at, ascending=False)
        .first()
    )
    assert row is not None
    return str(json.loads(row["facts"])["path"]).replace("?key=", "/").rpartition("/")[2]


async def letters(template: str) -> list[dict[str, object]]:
    """The facts of the letters of a template, with their addresses."""
    rows = (
        await Message.select(Message.email, Message.facts).where(Message.template == template).order_by(Message.made_at)
    )
    return [json.loads(row["facts"]) | {"email": row["email"]} for row in rows]


async def jobs(kind: str) -> list[dict[str, object]]:
    """The facts of the queued jobs of a kind."""
    rows = await Job.select().where(Job.kind == kind).order_by(Job.made_at)
    return [json.loads(row["facts"]) | {"due_at": row["due_at"]} for row in rows]


async def send(
    actor: Actor, number: str, material: str, path: Path, objects: ObjectStore, *, name: str = "", now: datetime = NOW
) -> UUID:
    """Send a whole file, not yet inspected: its upload."""
    upload = await send_file(actor, number, material, name=name or path.name, path=path, objects=objects, now=now)
    return upload.id


async def register(
    actor: Actor, number: str, material: str, path: Path, objects: ObjectStore, *, name: str = "", now: datetime = NOW
):
    """Register a file whose bytes have not come."""
    sent = Sent(name or path.name, len(path.read_bytes()), hash_local_parts(path))  # noqa: ASYNC240 (a test's small file)
    return await register_file(actor, number, material, sent, objects=objects, now=now)


def write_pdf(path: Path, *, pages: int = 2, text: str = "A film about water", secret: str = "") -> Path:
    """A PDF with real text on every page."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    reference = writer._add_object(font)
    for number in range(1, pages + 1):
        page = writer.add_blank_page(595, 842)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 18 Tf 72 720 Td ({text}, page {number}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): reference})}
        )
    if secret:
        writer.encrypt(secret)
    with path.open("wb") as file:
        writer.write(file)
    return path


def write_film(path: Path, *, seconds: int = 2, size: int = 64) -> Path:
    """A film that plays: moving noise, so that it does not pack to nothing."""
    random = np.random.default_rng(7)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("h264", rate=10)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        for _ in range(seconds * 10):
            picture = random.integers(0, 255, (size, size, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def picture_bytes(colour: str = "teal") -> bytes:
    """A small PNG."""
    target = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(target, "PNG")
    return target.getvalue()
