"""The folder store killed at every step and out of space; S3 away, slow to refuse, and lying."""

import asyncio
import http.server
import json
import re
import threading
import time
from pathlib import Path

import pytest

from storage.errors import ObjectMissing, ObjectStoreAway, StorageFull
from storage.objects import s3_client
from storage.objects.folder import FolderStore
from storage.objects.s3 import S3Store
from storage.objects.s3_client import Circuit, S3Address
from storage.objects.signing import LinkSigner
from storage.objects.store import UploadRef
from tests.faults.actors import DATA, KEY, PART, chunks_of
from tests.faults.running import find_say, finish, kill, start, trace
from tests.s3 import find_port

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


def make_s3(port):
    return S3Store(S3Address(bucket="b", access_key="a", secret_key="s", endpoint=f"http://127.0.0.1:{port}"))


async def test_a_store_that_is_away_is_told_and_after_five_failures_nobody_waits_for_it():
    store = make_s3(find_port())
    for _ in range(5):
        with pytest.raises(ObjectStoreAway):
            await store.stat(KEY)

    begun = time.monotonic()
    for _ in range(50):
        with pytest.raises(ObjectStoreAway) as caught:
            await store.stat(KEY)
        assert caught.value.facts == {"reason": "circuit"}

    assert time.monotonic() - begun < 1
    link = await store.sign_part(UploadRef(key=KEY, id="x"), 1, length=5, seconds=60)
    assert "partNumber=1" in link.url


def test_the_circuit_lets_one_caller_try_after_its_time_and_closes_on_an_answer():
    now = 100.0
    circuit = Circuit(clock=lambda: now)
    for _ in range(5):
        circuit.check()
        circuit.fail()
    with pytest.raises(ObjectStoreAway):
        circuit.check()

    now = 111.0
    circuit.check()
    with pytest.raises(ObjectStoreAway):
        circuit.check()

    circuit.succeed()
    circuit.check()


LIST = """<ListPartsResult><IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber>
<ETag>"e"</ETag><Size>40000</Size></Part></ListPartsResult>"""
OK = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
ERROR = "<Error><Code>InternalError</Code><Message>no</Message></Error>"


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that says 200 to everything, and keeps nothing, or something else."""

    completed = OK
    stored = None
    body = b""

    def do_GET(self):
        if "uploadId" in self.path:
            self.answer(LIST.encode())
        else:
            self.answer(self.body, length=self.stored)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(self.completed.encode())

    def do_HEAD(self):
        if self.stored is None:
            self.send_error(404)
        else:
            self.answer(b"", length=self.stored)

    def answer(self, body, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Last-Modified", "Sun, 14 Mar 2027 08:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def liar():
    kind = type("ThisLiar", (Liar,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kind.store = make_s3(server.server_address[1])
    yield kind
    server.shutdown()
    server.server_close()
    thread.join()


UPLOAD = UploadRef(key=KEY, id="u")


async def test_a_completion_that_answers_200_with_an_error_inside_is_a_failure(liar):
    liar.completed = ERROR

    with pytest.raises(ObjectStoreAway):
        await liar.store.complete(UPLOAD, size=40_000, part_size=PART)


async def test_an_object_that_vanished_after_its_completion_is_a_failure(liar):
    with pytest.raises(ObjectStoreAway) as caught:
        await liar.store.complete(UPLOAD, size=40_000, part_size=PART)

    assert caught.value.facts["reason"] == "not-completed"


async def test_an_object_that_lost_a_part_is_a_failure(liar):
    liar.stored = 39_999

    with pytest.raises(ObjectStoreAway):
        await liar.store.complete(UPLOAD, size=40_000, part_size=PART)


async def test_a_read_that_is_cut_is_a_failure_and_not_a_shorter_object(liar, tmp_path):
    liar.stored = 1000
    liar.body = b"x" * 400

    with pytest.raises(ObjectStoreAway):
        await liar.store.hash_parts(KEY)
    with pytest.raises(ObjectStoreAway):
        await liar.store.fetch(KEY, tmp_path / "cut")
    with pytest.raises(ObjectStoreAway):
        b"".join([chunk async for chunk in await liar.store.open_range(KEY)])


async def test_a_read_that_stops_in_its_middle_is_a_failure(liar, tmp_path, monkeypatch):
    monkeypatch.setattr(s3_client, "READ_SECONDS", 0.3)
    given_up = threading.Event()

    def stop(self):
        self.answer(b"x" * 400, length=1000)
        given_up.wait(60)

    liar.do_GET = stop
    try:
        with pytest.raises(ObjectStoreAway):
            await liar.store.fetch(KEY, tmp_path / "stopped")
        with pytest.raises(ObjectStoreAway):
            await liar.store.hash_parts(KEY)
    finally:
        given_up.set()


async def test_a_range_answered_with_other_bytes_is_a_failure(liar):
    liar.stored = 1000
    liar.body = b"x" * 1000

    with pytest.raises(ObjectStoreAway):
        b"".join([chunk async for chunk in await liar.store.open_range(KEY, 10, 20)])


async def test_an_upload_that_the_server_forgot_is_missing(liar):
    liar.do_GET = lambda self: self.send_error(404)

    with pytest.raises(ObjectMissing):
        await liar.store.complete(UPLOAD, size=40_000, part_size=PART)
