"""Letters of the entrant's area: each can be written in both languages from the facts that the use cases queue."""

from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import pytest

from service.mail.letters import write_letter
from service.usecases.entering.deadline import close_grace
from service.usecases.entering.entries import open_entry
from service.usecases.entering.submission import submit_entry, withdraw_entry
from service.usecases.entering.team import invite_member
from service.usecases.files.accepting import inspect_upload
from storage.columns import from_json
from storage.tables.message import Message
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import DEADLINE, Rules, add_rules, fill_in, register, send, start, write_film, write_pdf
from tests.unit.service.test_submission import GRACE_END


@pytest.fixture
async def rules(world: World) -> Rules:
    return await add_rules(world.edition_id)


async def write_all(world: World) -> dict[str, dict[str, str]]:
    """Every queued letter, in each language: its plain text by template and language."""
    texts: dict[str, dict[str, str]] = {}
    for row in await Message.select():
        for language in ("ar", "en"):
            letter = write_letter(row | {"id": uuid4(), "language": language}, world.settings, now=NOW)
            texts.setdefault(row["template"], {})[language] = text_of(letter.message)
    return texts


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]) + "\n" + str(body.get_content())


async def test_the_receipt_names_number_time_files_and_every_digest(world: World, rules: Rules, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    number = await start(farah, rules)
    await fill_in(farah, number, rules)
    upload = await send(farah, number, "dossier", write_pdf(tmp_path / "dossier.pdf"), objects)
    await inspect_upload(upload, objects=objects, now=NOW)
    await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects)
    own = (await open_entry(farah, number))[0]
    await submit_entry(farah, number, revision=own.revision, is_declared=True, now=NOW)

    texts = await write_all(world)

    (row,) = await Message.select().where(Message.template == "receipt")
    facts = from_json(row["facts"])
    for language in ("ar", "en"):
        text = texts["receipt"][language]
        assert number in text
        assert facts["digest"] in text
        assert facts["head"] in text
        for file in facts["files"]:
            assert file["name"] in text
            assert file["commitment"] in text
            assert file["sha256"] in text
    assert "1 February 2027, 12:00" in texts["receipt"]["en"]
    assert "One file is still arriving" in texts["receipt"]["en"]
    assert "بقي ملف واحد" in texts["receipt"]["ar"]


async def test_every_other_letter_can_be_written(world: World, rules: Rules, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    number = await start(farah, rules)
    await fill_in(farah, number, rules)
    await send(farah, number, "dossier", write_pdf(tmp_path / "dossier.pdf"), objects)
    await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects, now=DEADLINE.replace(hour=1))
    own = (await open_entry(farah, number))[0]
    await submit_entry(farah, number, revision=own.revision, is_declared=True, now=NOW)
    second = await start(farah, rules)
    await invite_member(farah, second, name_ar="غيث", name_en="Ghaith", email="ghaith@tahkim.example", now=NOW)
    await withdraw_entry(farah, second, now=NOW)
    await finish_inspections(world)
    await close_grace(world.edition_id, now=GRACE_END)

    texts = await write_all(world)

    assert set(texts) >= {
        "member", "supervisor", "supervisor-approved", "receipt", "withdrawn", "grace-incomplete",
        "grace-registrar",
    }  # fmt: skip
    assert all(set(each) == {"ar", "en"} for each in texts.values())


async def finish_inspections(world: World) -> None:
    for row in await Upload.select(Upload.id).where(Upload.state == "complete"):
        await inspect_upload(row["id"], objects=world.app.state.objects, now=NOW)
