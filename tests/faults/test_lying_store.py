"""A store that gives other bytes, loses what it took, or goes away: nothing false is accepted, nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from service.usecases.files.accepting import inspect_upload
from service.usecases.files.uploads import complete_upload
from storage.errors import ObjectChanged, ObjectMissing, ObjectStoreAway
from storage.lifecycle import UploadState
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.objects.store import ObjectHashes, ObjectInfo, UploadRef
from storage.tables.file import File
from storage.tables.upload import Upload
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import add_rules, register, send, start, write_pdf
from tests.faults.actors import chunks_of


class FaultyStore(MemoryStore):
    """Keeps objects as the store in memory does, until ``fault`` has it do otherwise: asked with verb and key."""

    fault: Callable[[str, str], str | None] = staticmethod(lambda _verb, _key: None)

    def _ask(self, verb: str, key: str) -> str | None:
        told = self.fault(verb, key)
        if told == "away":
            raise ObjectStoreAway(reason="test")
        return told

    async def put(self, key: str, source: Path | bytes) -> ObjectInfo:
        told = self._ask("put", key)
        stored = await super().put(key, source)
        if told == "lose":
            self._objects.pop(key)
        if told == "cut":
            data, at = self._objects[key]
            self._objects[key] = (data[:-1], at)
        return stored

    async def hash_parts(self, key: str, *, part_size: int = 16 * 1024 * 1024) -> ObjectHashes:
        if self._ask("hash", key) == "lose":
            self._objects.pop(key, None)
        return await super().hash_parts(key, part_size=part_size)

    async def complete(self, upload: UploadRef, *, size: int, part_size: int = 16 * 1024 * 1024) -> ObjectInfo:
        told = self._ask("complete", upload.key)
        stored = await super().complete(upload, size=size, part_size=part_size)
        if told == "lose":
            self._objects.pop(upload.key)
        if told == "late":  # done, but its answer never came
            raise ObjectStoreAway(reason="test")
        return stored

    async def fetch(self, key: str, path: Path) -> None:
        told = self._ask("fetch", key)
        if told == "lose":
            self._objects.pop(key)
        await super().fetch(key, path)
        if told == "change":
            data = bytearray(path.read_bytes())  # noqa: ASYNC240 (a test's small file)
            data[-1] ^= 1
            path.write_bytes(data)  # noqa: ASYNC240 (as above)


@pytest.fixture
async def number(world: World) -> str:
    return await start(world.actors["farah"], await add_rules(world.edition_id))


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore(LinkSigner(b"secret"))


def once(verb: str, told: str, kind: str = "") -> Callable[[str, str], str | None]:
    """Do this at the first such verb on such a key, and be honest ever after."""
    left = [told]

    def fault(asked: str, key: str) -> str | None:
        return left.pop() if left and asked == verb and key.startswith(kind) else None

    return fault


async def state_of(upload: UUID) -> str:
    row = await Upload.select(Upload.state).where(Upload.id == upload).first()
    assert row
    return str(row["state"])


@pytest.mark.parametrize(
    "fault",
    [
        ("fetch", "change"),
        ("fetch", "away"),
        ("hash", "away"),
        ("put", "lose", "judge-copy"),
        ("put", "cut", "page"),
        ("put", "away", "judge-copy"),
    ],
)
async def test_what_the_store_falsified_or_lost_is_never_accepted_and_passes_when_tried_again(
    world: World, number: str, store: FaultyStore, tmp_path: Path, fault: tuple[str, ...]
):
    upload = await send(world.actors["farah"], number, "dossier", write_pdf(tmp_path / "a.pdf"), store)
    store.fault = once(*fault)

    with pytest.raises(ObjectStoreAway if "away" in fault else ObjectChanged):
        await inspect_upload(upload, objects=store, now=NOW)
    assert await state_of(upload) in {UploadState.COMPLETE.value, UploadState.INSPECTING.value}
    assert not await File.exists().where(File.state == "ready")
    await inspect_upload(upload, objects=store, now=NOW)

    [file] = await File.select().where(File.state == "ready")
    assert await state_of(upload) == UploadState.READY.value
    assert (await store.hash_parts(file["object_key"])).whole == file["sha256"]
    assert await store.stat(file["judge_key"]) is not None


@pytest.mark.parametrize("is_inspecting", [False, True])
async def test_an_original_that_the_store_lost_is_asked_for_again_and_then_accepted(
    world: World, number: str, store: FaultyStore, tmp_path: Path, *, is_inspecting: bool
):
    farah, path = world.actors["farah"], write_pdf(tmp_path / "a.pdf")
    upload = await send(farah, number, "dossier", path, store)
    if is_inspecting:
        store.fault = once("fetch", "lose")
        with pytest.raises(ObjectMissing):
            await inspect_upload(upload, objects=store, now=NOW)
        assert await state_of(upload) == UploadState.INSPECTING.value
    else:
        store.fault = once("hash", "lose")

    await inspect_upload(upload, objects=store, now=NOW)
    row = await Upload.select().where(Upload.id == upload).first()
    assert row
    assert (row["state"], row["missing"]) == (UploadState.OPEN.value, "[1]")

    assert await send(farah, number, "dossier", path, store) == upload
    await inspect_upload(upload, objects=store, now=NOW)

    assert await state_of(upload) == UploadState.READY.value


@pytest.mark.parametrize("told", ["away", "late", "lose"])
async def test_a_completion_that_was_cut_or_lost_is_asked_for_again_and_nothing_is_taken_for_received(
    world: World, number: str, store: FaultyStore, tmp_path: Path, told: str
):
    farah, path = world.actors["farah"], write_pdf(tmp_path / "a.pdf")
    upload = await register(farah, number, "dossier", path, store)
    data = path.read_bytes()
    await store.receive_part(upload.store_upload, 1, length=len(data), chunks=chunks_of(data))
    store.fault = once("complete", told)

    if told == "lose":  # it says 200 and has lost it: found when it is read back
        await complete_upload(farah, number, upload.id, objects=store, now=NOW)
        await inspect_upload(upload.id, objects=store, now=NOW)
        assert await state_of(upload.id) == UploadState.OPEN.value
        await send(farah, number, "dossier", path, store)
    else:
        with pytest.raises(ObjectStoreAway):
            await complete_upload(farah, number, upload.id, objects=store, now=NOW)
        assert await state_of(upload.id) == UploadState.OPEN.value
        await complete_upload(farah, number, upload.id, objects=store, now=NOW)

    await inspect_upload(upload.id, objects=store, now=NOW)
    assert await state_of(upload.id) == UploadState.READY.value
