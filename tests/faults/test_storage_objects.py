"""The folder store killed at every step and out of space: what it acknowledged is there whole."""

import asyncio
import json
import re
import threading
from pathlib import Path

import pytest

from storage.errors import StorageFull
from storage.objects.folder import FolderStore
from storage.objects.signing import LinkSigner
from storage.objects.store import UploadRef
from tests.faults.actors import DATA, KEY, PART, chunks_of
from tests.faults.running import find_say, finish, kill, start, trace

PARTS = {number: DATA[(number - 1) * PART : number * PART] for number in (1, 2, 3)}


def open_store(root):
    return FolderStore(Path(root), LinkSigner(b"secret"))


async def read_all(store):
    return b"".join([chunk async for chunk in await store.open_range(KEY)])


async def test_a_process_killed_while_a_part_arrives_keeps_the_others_and_none_of_it(tmp_path):
    process = start("receive_and_hang", tmp_path)
    upload = UploadRef(key=KEY, id=(await asyncio.to_thread(process.stdout.readline)).strip())
    kill(process)
    store = open_store(tmp_path)

    assert [(part.number, part.size) for part in await store.list_parts(upload)] == [(1, PART)]

    for number in (2, 3):
        data = PARTS[number]
        await store.receive_part(upload.id, number, length=len(data), chunks=chunks_of(data))
    await store.complete(upload, size=len(DATA), part_size=PART)
    assert await read_all(store) == DATA
    assert list(tmp_path.glob("**/*.tmp")) == []


async def run_killed(name, root):
    """Give each step's folder and what was acknowledged in it before the kill."""
    said = await asyncio.to_thread(finish, start("kill_at_each_step", name, root))
    assert json.loads(said[-1])["exit"] == 0
    assert json.loads(said[-1])["steps"] > 15
    for folder in sorted(root.iterdir()):
        yield open_store(folder / "store"), (folder / "acks").read_text().splitlines()


async def test_an_upload_killed_at_any_step_keeps_what_it_acknowledged_and_goes_on(tmp_path):
    async for store, acknowledged in run_killed("upload", tmp_path):
        await store.prepare()
        info = await store.stat(KEY)
        if "complete" in acknowledged:
            assert info is not None
        if info is not None:
            assert await read_all(store) == DATA
            continue
        if not acknowledged:
            continue
        upload = UploadRef(key=KEY, id=acknowledged[0].split()[1])
        held = {part.number: part.size for part in await store.list_parts(upload)}
        assert {int(line.split()[1]) for line in acknowledged[1:]} <= set(held)
        assert all(size == len(PARTS[number]) for number, size in held.items())
        for number, data in PARTS.items():
            if number not in held:
                await store.receive_part(upload.id, number, length=len(data), chunks=chunks_of(data))
        await store.complete(upload, size=len(DATA), part_size=PART)
        assert await read_all(store) == DATA


async def test_an_object_of_ours_killed_at_any_step_is_there_whole_or_not_at_all(tmp_path):
    async for store, acknowledged in run_killed("replace", tmp_path):
        await store.prepare()
        found = await read_all(store) if await store.stat(KEY) else None

        allowed = {"": {None, b"first"}, "first": {b"first", b"second"}, "second": {b"second", None}, "deleted": {None}}
        assert found in allowed[acknowledged[-1] if acknowledged else ""]
        await store.put(KEY, b"again")
        assert await read_all(store) == b"again"
        assert list(store._layout._uploads.glob("*.litter")) == []


async def test_without_space_a_part_is_refused_whole_and_taken_once_there_is_space(tmp_path):
    said = await asyncio.to_thread(finish, start("fill_folder", tmp_path))

    assert said == ["full, 1 held, 0 litter", "complete"]


async def test_on_a_disk_that_is_really_full_the_others_parts_stay(small_disk):
    store = open_store(small_disk)
    size = 3 * 1024 * 1024
    upload = await store.create_upload(KEY, size=2 * size, part_size=size)
    await store.receive_part(upload.id, 1, length=size, chunks=chunks_of(bytes(size)))

    with pytest.raises(StorageFull):
        await store.receive_part(upload.id, 2, length=size, chunks=chunks_of(bytes(size)))

    assert [part.number for part in await store.list_parts(upload)] == [1]


async def test_bytes_and_names_are_on_the_disk_before_they_are_acknowledged(tmp_path):
    calls = await asyncio.to_thread(trace, tmp_path / "trace", "store_once", tmp_path / "store")

    receiving = calls[find_say(calls, "before") : find_say(calls, "received")]
    in_order(
        receiving,
        [r"write\(\d+<[^>]*00001-\w+\.tmp>", r"fsync\(\d+<[^>]*00001-\w+\.tmp>\) += 0", r"rename\(", r"fsync\("],
    )
    completing = calls[find_say(calls, "received") : find_say(calls, "completed")]
    in_order(completing, [r"fsync\(\d+<[^>]*uploads/", r"rename\(", r"fsync\(\d+<[^>]*objects/original>\) += 0"])


def in_order(calls, patterns):
    rest = iter(calls)
    for pattern in patterns:
        assert any(re.search(pattern, call) for call in rest), pattern


async def test_fsync_comes_before_the_rename_and_the_answer_where_no_trace_is_allowed(tmp_path):
    """The interpreter's own profile sees each call of os.fsync and Path.rename, in every thread of the store."""
    seen = []

    def watch(_frame, event, argument):
        if event == "c_call" and argument.__name__ in {"fsync", "rename"}:
            seen.append(argument.__name__)

    threading.setprofile(watch)
    try:
        store = open_store(tmp_path)
        upload = await store.create_upload(KEY, size=PART, part_size=PART)
        seen.clear()
        await store.receive_part(upload.id, 1, length=PART, chunks=chunks_of(PARTS[1]))
        part, _ = list(seen), seen.clear()
        await store.complete(upload, size=PART, part_size=PART)
    finally:
        threading.setprofile(None)

    assert part == ["fsync", "rename", "fsync"]
    assert seen[-4:] == ["fsync", "rename", "fsync", "fsync"]
