"""Files on their way in: registered, sent in parts, read back, inspected; limits before any byte."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.errors import DeadlinePassed, Invalid, NotFound
from service.usecases.entering.deadline import GraceOver
from service.usecases.entering.entries import open_entry
from service.usecases.files.accepting import inspect_upload, remove_file
from service.usecases.files.registering import NotSameFile, register_file
from service.usecases.files.sent_files import Sent, clean_name, commit_to
from service.usecases.files.uploads import PartsMissing, abort_upload, complete_upload, list_held_parts, sign_parts
from storage.inspect.scanner import ScannerAway
from storage.lifecycle import FileState, UploadState
from storage.objects.store import PART_SIZE, ObjectStore
from storage.reads.entrant.files import MaterialView
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.clamd import EICAR, serve_clamd
from tests.conftest import World
from tests.entrants import (
    DEADLINE,
    add_rules,
    jobs,
    picture_bytes,
    register,
    send,
    start,
    write_film,
    write_pdf,
)

DIGEST = "0" * 64


@pytest.fixture
async def number(world: World) -> str:
    return await start(world.actors["farah"], await add_rules(world.edition_id))


def store(world: World) -> ObjectStore:
    return world.app.state.objects


async def material(world: World, number: str, slug: str) -> MaterialView:
    view = (await open_entry(world.actors["farah"], number))[1]
    return next(each for each in view.materials if each.slug == slug)


async def one(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (Sent("film.mp4", 0, ()), "err.file_empty"),
        (Sent("film.mp4", 64 * 1024 * 1024 + 1, (DIGEST,) * 5), "err.file_size"),
        (Sent("film.docx", 10, (DIGEST,)), "err.file_type"),
        (Sent("film", 10, (DIGEST,)), "err.file_type"),
        (Sent("film.mp4", 10, (DIGEST, DIGEST)), "err.file_digests"),
        (Sent("film.mp4", 10, ("zz",)), "err.file_digests"),
        (Sent("", 10, (DIGEST,)), "err.file_choose"),
    ],
)
async def test_what_a_material_does_not_take_is_refused_before_any_byte(
    world: World, number: str, sent: Sent, key: str
):
    with pytest.raises(Invalid) as refused:
        await register_file(world.actors["farah"], number, "film", sent, objects=store(world), now=NOW)

    assert [error.key for error in refused.value.errors] == [key]
    assert not await Upload.exists()


async def test_a_film_is_registered_sent_in_parts_and_accepted(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    film = write_film(tmp_path / "film.mp4")

    upload = await register(farah, number, "film", film, objects)
    links = await sign_parts(farah, number, upload.id, [1], objects=objects, now=NOW)
    await objects.receive_part(upload.store_upload, 1, length=upload.size, chunks=one(film.read_bytes()))
    await complete_upload(farah, number, upload.id, objects=objects, now=NOW)
    await inspect_upload(upload.id, objects=objects, now=NOW)

    (file,) = (await material(world, number, "film")).files
    assert links[1].url.startswith("/blob/")
    assert file.state is FileState.READY
    assert file.seconds == 2
    assert file.judge_key is not None
    assert file.commitment == commit_to(upload.digests)
    assert [job["upload"] for job in await jobs("inspect-file")] == [str(upload.id)]


async def test_the_same_file_chosen_again_goes_on_from_the_parts_held(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"x" * (2 * PART_SIZE))
    first = await register(farah, number, "film", path, objects)
    await objects.receive_part(
        first.store_upload, 2, length=PART_SIZE, chunks=one(path.read_bytes()[PART_SIZE : 2 * PART_SIZE])
    )

    again = await register(farah, number, "film", path, objects, name="renamed.mp4")

    assert again.id == first.id
    assert await list_held_parts(again, objects=objects) == (2,)
    with pytest.raises(PartsMissing) as refused:
        await complete_upload(farah, number, first.id, objects=objects, now=NOW)
    assert refused.value.facts["n"] == 2


async def test_bytes_that_differ_from_the_registered_digests_are_asked_for_again(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], store(world)
    film = write_film(tmp_path / "film.mp4")
    upload = await register(farah, number, "film", film, objects)
    await objects.receive_part(upload.store_upload, 1, length=upload.size, chunks=one(b"x" * upload.size))
    await complete_upload(farah, number, upload.id, objects=objects, now=NOW)

    await inspect_upload(upload.id, objects=objects, now=NOW)

    (file,) = (await material(world, number, "film")).files
    assert file.state is FileState.COMMITTED
    assert file.upload is not None
    assert file.upload.state is UploadState.OPEN
    assert file.upload.missing == (1,)
    assert await list_held_parts(file.upload, objects=objects) == ()

    mended = file.upload
    await objects.receive_part(mended.store_upload, 1, length=mended.size, chunks=one(film.read_bytes()))
    await complete_upload(farah, number, mended.id, objects=objects, now=NOW)
    await inspect_upload(mended.id, objects=objects, now=NOW)
    assert (await material(world, number, "film")).files[0].state is FileState.READY


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path.write_bytes(b"MZ" + b"\x00" * 400), "file.program"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n" + b"nothing that reads" * 50), "pdf."),
        (lambda path: write_pdf(path, secret="secret"), "pdf.locked"),
        (lambda path: path.write_bytes(picture_bytes()), "file.format"),
    ],
)
async def test_a_file_that_is_not_what_its_name_says_is_refused_with_a_reason(
    world: World, number: str, tmp_path: Path, make: object, code: str
):
    farah, objects = world.actors["farah"], store(world)
    path = tmp_path / "dossier.pdf"
    make(path)  # type: ignore[operator]

    upload_id = await send(farah, number, "dossier", path, objects)
    await inspect_upload(upload_id, objects=objects, now=NOW)

    (file,) = (await material(world, number, "dossier")).files
    assert file.state is FileState.REFUSED
    assert file.judge_key is None
    assert file.upload is not None
    assert any(finding["code"].startswith(code) for finding in file.upload.findings)


async def test_the_accepted_file_stays_until_its_replacement_is_accepted(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    good = await send(farah, number, "dossier", write_pdf(tmp_path / "good.pdf"), objects)
    await inspect_upload(good, objects=objects, now=NOW)
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7\n broken" * 30)

    refused = await send(farah, number, "dossier", bad, objects)
    await inspect_upload(refused, objects=objects, now=NOW)
    states = {file.name: file.state for file in (await material(world, number, "dossier")).files}
    assert states == {"good.pdf": FileState.READY, "bad.pdf": FileState.REFUSED}

    better = await send(farah, number, "dossier", write_pdf(tmp_path / "better.pdf", pages=3), objects)
    await inspect_upload(better, objects=objects, now=NOW)
    (kept,) = (await material(world, number, "dossier")).files
    assert kept.name == "better.pdf"


async def test_a_material_takes_no_more_files_than_it_says(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    for index in range(3):
        path = tmp_path / f"{index}.png"
        path.write_bytes(picture_bytes() + bytes([index]))
        await send(farah, number, "photos", path, objects)
    path = tmp_path / "fourth.png"
    path.write_bytes(picture_bytes("red"))

    with pytest.raises(Invalid) as refused:
        await send(farah, number, "photos", path, objects)
    assert refused.value.errors[0].key == "err.file_count"

    first = (await material(world, number, "photos")).files[0]
    await remove_file(farah, number, first.id, now=NOW)
    await send(farah, number, "photos", path, objects)


async def test_a_registered_file_may_arrive_within_the_grace_and_no_other(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    film, other = write_film(tmp_path / "film.mp4"), write_film(tmp_path / "other.mp4", seconds=1)
    upload = await register(farah, number, "film", film, objects, now=DEADLINE - timedelta(milliseconds=1))
    late, ended = DEADLINE + timedelta(minutes=119), DEADLINE + timedelta(minutes=120)

    assert await register(farah, number, "film", film, objects, now=late) == upload
    with pytest.raises(NotSameFile):
        await register(farah, number, "film", other, objects, now=late)
    with pytest.raises(DeadlinePassed):
        await register(farah, number, "dossier", write_pdf(tmp_path / "a.pdf"), objects, now=DEADLINE)
    await sign_parts(farah, number, upload.id, [1], objects=objects, now=late)
    with pytest.raises(GraceOver):
        await sign_parts(farah, number, upload.id, [1], objects=objects, now=ended)
    with pytest.raises(GraceOver):
        await complete_upload(farah, number, upload.id, objects=objects, now=ended)


async def test_nobody_else_finds_the_upload(world: World, number: str, tmp_path: Path):
    objects = store(world)
    upload = await register(world.actors["farah"], number, "film", write_film(tmp_path / "film.mp4"), objects)
    hadi = world.actors["hadi"]

    with pytest.raises(NotFound):
        await sign_parts(hadi, number, upload.id, [1], objects=objects, now=NOW)
    with pytest.raises(NotFound):
        await complete_upload(hadi, number, upload.id, objects=objects, now=NOW)
    with pytest.raises(NotFound):
        await abort_upload(hadi, number, upload.id, objects=objects, now=NOW)


async def test_no_part_is_taken_after_an_upload_was_given_up(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    upload = await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects)

    await abort_upload(farah, number, upload.id, objects=objects, now=NOW)

    with pytest.raises(PartsMissing):
        await sign_parts(farah, number, upload.id, [1], objects=objects, now=NOW)
    assert (await material(world, number, "film")).files == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\films\\mine.mp4", "mine.mp4"),
        ("a\u202egnp.mp4", "agnp.mp4"),
        ("x\x00y\r\nz.pdf", "xy z.pdf"),
        ("فيلم.mp4", "فيلم.mp4"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_a_files_own_name_is_kept_without_what_could_harm(given: str, kept: str):
    assert clean_name(given) == kept


async def test_a_file_is_accepted_only_once_the_scanner_has_passed_it(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    clean, infected = write_pdf(tmp_path / "clean.pdf"), write_pdf(tmp_path / "infected.pdf")
    infected.write_bytes(infected.read_bytes() + b"\n%" + EICAR)
    first = await send(farah, number, "dossier", clean, objects)
    second = await send(farah, number, "release", infected, objects)

    with pytest.raises(ScannerAway):
        await inspect_upload(first, objects=objects, now=NOW, scanner="unix:/nowhere/clamd")
    (waiting,) = (await material(world, number, "dossier")).files
    with serve_clamd(tmp_path) as address:
        for upload_id in (first, second):
            await inspect_upload(upload_id, objects=objects, now=NOW, scanner=address)

    (passed,) = (await material(world, number, "dossier")).files
    (stopped,) = (await material(world, number, "release")).files
    assert (waiting.state, waiting.judge_key) == (FileState.COMMITTED, None)
    assert passed.state is FileState.READY
    assert stopped.state is FileState.REFUSED
    assert stopped.judge_key is None
    assert stopped.upload is not None
    assert stopped.upload.findings[0]["facts"] == {"name": "Eicar-Test"}
