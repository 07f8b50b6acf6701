"""An S3 server that is away, slow to refuse, or says what is not so: nothing is taken for stored that is not."""

import http.server
import threading
import time

import pytest

from storage.errors import ObjectMissing, ObjectStoreAway
from storage.objects import s3_client
from storage.objects.s3 import S3Store
from storage.objects.s3_client import Circuit, S3Address
from storage.objects.store import UploadRef
from tests.faults.actors import KEY, PART
from tests.s3 import find_port


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
