"""Uploads that were left and bytes that nothing names are listed and returned; what anyone may still need stays."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from service.errors import Invalid
from service.text import Words
from service.usecases.entering.entries import open_entry
from service.usecases.files.accepting import inspect_upload, remove_file
from service.usecases.files.quotas import LARGEST_UNLIMITED, find_entry_quota
from service.usecases.files.registering import register_file
from service.usecases.files.sent_files import Sent
from service.usecases.files.sweeping import ABANDONED_AFTER, Reason, sweep
from storage.lifecycle import UploadState
from storage.objects.store import ObjectStore, make_key
from storage.reads.entrant.files import list_materials
from storage.tables.file import File, FilePage
from storage.tables.message import Message
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import DEADLINE, add_rules, jobs, register, send, start, write_film, write_pdf

LATER = NOW + ABANDONED_AFTER + timedelta(minutes=1)
DIGEST = "0" * 64


@pytest.fixture
async def number(world: World) -> str:
    return await start(world.actors["farah"], await add_rules(world.edition_id))


def store(world: World) -> ObjectStore:
    return world.app.state.objects


async def uploads_held(objects: ObjectStore) -> list[str]:
    return [each.ref.key async for each in objects.list_uploads(older_than=LATER + timedelta(days=3650))]


async def test_an_upload_that_was_left_is_listed_first_and_removed_when_asked(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], store(world)
    upload = await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects)

    early = await sweep(objects, now=NOW + timedelta(days=1))
    listed = await sweep(objects, now=LATER, is_told_only=True)
    still = (await Upload.select(Upload.state).where(Upload.id == upload.id))[0]["state"]
    removed = await sweep(objects, now=LATER)
    again = await sweep(objects, now=LATER)

    assert early == again == ()
    assert [(each.reason, each.name) for each in listed] == [(Reason.ABANDONED, str(upload.id))]
    assert removed == listed
    assert still == UploadState.OPEN
    assert (await Upload.select(Upload.state).where(Upload.id == upload.id))[0]["state"] == UploadState.ABORTED
    assert await uploads_held(objects) == []


async def test_a_file_that_a_submitted_version_waits_for_is_kept_until_its_grace_is_over(
    world: World, number: str, tmp_path: Path
):
    from storage.columns import to_json  # noqa: PLC0415 - a version is written by hand here
    from storage.tables.entry import EntryVersion  # noqa: PLC0415

    farah, objects = world.actors["farah"], store(world)
    upload = await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects)
    own, entry = await open_entry(farah, number)
    await EntryVersion.insert(
        EntryVersion(
            entry=own.id, ordinal=1, category=own.category_id, title_ar="", title_en="", abstract_ar="", abstract_en="",
            work_language="ar", tags="[]", rights="own", ai_text="", digest="", submitted_at=NOW, is_current=True,
            files=to_json([{"id": str(upload.file_id), "material": "film", "position": 1}]),
        )
    )  # fmt: skip
    grace = entry.rules.grace_until
    assert grace is not None

    waiting = await sweep(objects, now=grace - timedelta(seconds=1))
    over = await sweep(objects, now=grace)

    assert waiting == ()
    assert [each.name for each in over] == [str(upload.id)]


async def test_bytes_of_a_removed_file_are_returned_and_those_of_the_standing_one_are_not(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], store(world)
    kept = await send(farah, number, "dossier", write_pdf(tmp_path / "kept.pdf"), objects)
    gone = await send(farah, number, "release", write_pdf(tmp_path / "gone.pdf"), objects)
    for upload_id in (kept, gone):
        await inspect_upload(upload_id, objects=objects, now=NOW)
    row = await Upload.select(Upload.file, Upload.object_key).where(Upload.id == gone).first()
    assert row is not None
    await remove_file(farah, number, row["file"], now=NOW)
    stray = await objects.put(make_key("page"), b"nobody's")
    other = await objects.put(make_key("certificate"), b"somebody else's business")
    before = {each.key async for each in objects.list_objects(older_than=LATER + timedelta(days=3650))}

    found = await sweep(objects, now=LATER + timedelta(days=3650))

    after = {each.key async for each in objects.list_objects(older_than=LATER + timedelta(days=3650))}
    assert {each.reason for each in found} == {Reason.NOT_NEEDED, Reason.UNKNOWN_OBJECT}
    assert before - after == {row["object_key"], stray.key}
    assert other.key in after
    assert (await File.select(File.object_key).where(File.id == row["file"]))[0]["object_key"] == ""
    assert await sweep(objects, now=LATER + timedelta(days=3650)) == ()


async def test_pages_and_posters_written_again_for_judging_are_no_litter(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    upload_id = await send(farah, number, "dossier", write_pdf(tmp_path / "dossier.pdf"), objects)
    await inspect_upload(upload_id, objects=objects, now=NOW)
    key = make_key("judge-copy")  # as the opening of judging names them all
    await objects.put(key, b"a page")
    await FilePage.update({FilePage.object_key: key}, force=True)

    found = await sweep(objects, now=LATER + timedelta(days=3650))

    assert key not in {each.name for each in found}
    assert await objects.stat(key) is not None


async def test_parts_that_no_row_knows_are_aborted(world: World, number: str):
    objects = store(world)
    ref = await objects.create_upload(make_key("original"), size=10)

    found = await sweep(objects, now=LATER + timedelta(days=3650))

    assert [(each.reason, each.name) for each in found] == [(Reason.UNKNOWN_PARTS, ref.key)]
    assert await uploads_held(objects) == []


async def test_a_registered_file_has_the_sweep_come_by_once_a_week(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], store(world)
    for name in ("dossier", "release"):
        await register(farah, number, name, write_pdf(tmp_path / f"{name}.pdf"), objects)

    (job,) = await jobs("sweep")
    assert timedelta(days=7) < job["due_at"] - NOW <= timedelta(days=14)


async def test_a_project_keeps_only_so_much_and_is_told_how_much(world: World, number: str):
    farah, objects = world.actors["farah"], store(world)
    own = (await open_entry(farah, number))[0]
    quota = find_entry_quota(await list_materials(own.category_id)) + LARGEST_UNLIMITED
    size = 60 * 1024 * 1024
    refused = None
    n_taken = 0
    for at in range(quota // size + 2):
        digests = (f"{at:064x}",) + (DIGEST,) * 3
        try:
            upload = await register_file(
                farah, number, "film", Sent("film.mp4", size, digests), objects=objects, now=NOW
            )
        except Invalid as error:
            refused = error
            break
        n_taken += 1
        await Upload.update({Upload.state: UploadState.REFUSED.value}).where(Upload.id == upload.id)
        await File.update({File.state: "refused"}).where(File.id == upload.file_id)

    assert refused is not None
    assert refused.errors[0].key == "err.file_quota"
    assert n_taken == quota // size
    assert NOW < DEADLINE
    told = (await (await world.client("farah")).get(f"/en/entries/{number}/files")).text
    english = Words("en")
    assert english.size_of(n_taken * size) in told
    assert english.size_of(quota) in told


async def test_letters_that_lie_as_files_go_when_their_rows_were_erased(world: World, tmp_path: Path):
    def lay(letter_id: UUID, *, days: int) -> Path:
        path = tmp_path / f"outcome-{letter_id}.eml"
        path.write_bytes(b"To: somebody")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
        return path

    kept, emptied, fresh = uuid4(), uuid4(), uuid4()
    sent = {"template": "outcome", "language": "en", "facts": "{}", "state": "sent", "due_at": NOW, "attempts": 1,
            "made_at": NOW, "sent_at": NOW}  # fmt: skip
    await Message.insert(
        Message(id=kept, name="kept", email="a@b.example", **sent),
        Message(id=emptied, name="emptied", email="", **sent),
        Message(id=fresh, name="fresh", email="", **sent),
    )
    of_nobody = lay(uuid4(), days=30)
    lying = lay(kept, days=30), lay(emptied, days=30), lay(fresh, days=0)
    own = tmp_path / "notes.eml"
    own.write_bytes(b"somebody's own")

    listed = await sweep(store(world), now=NOW, is_told_only=True, letters=tmp_path)
    assert all(path.exists() for path in (of_nobody, *lying))
    removed = await sweep(store(world), now=NOW, letters=tmp_path)

    assert {each.name for each in listed} == {each.name for each in removed} == {of_nobody.name, lying[1].name}
    assert {each.reason for each in removed} == {Reason.LETTER}
    assert [path.exists() for path in (of_nobody, *lying, own)] == [False, True, False, True, True]
