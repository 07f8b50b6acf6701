"""The line to the object store cut in the middle of a part, or so slow that nothing comes."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from service.usecases.files.accepting import inspect_upload
from service.usecases.files.uploads import PartsMissing, complete_upload, list_held_parts, sign_parts
from storage.engine import run_sql
from storage.errors import ObjectStoreAway
from storage.lifecycle import UploadState
from storage.objects import s3_client
from storage.objects.s3 import S3Store
from storage.objects.store import PART_SIZE
from storage.tables.file import File
from tests.cast import NOW, PASSWORD
from tests.conftest import World, csrf_in, post
from tests.entrants import add_rules, fill_in, register, send, start, write_film, write_pdf
from tests.network import Network, network_to
from tests.s3 import get_rclone, send_by_http

pytestmark = [pytest.mark.s3, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]
MORE_THAN_THREADS = 20


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with network_to(get_rclone().port) as made:
        yield made


@pytest.fixture
def store(world: World, network: Network, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """The program's store at the other end of the line; it is given up on sooner than outside of tests."""
    monkeypatch.setattr(s3_client, "READ_SECONDS", 1)
    made = S3Store(replace(get_rclone().make_address(), endpoint=f"http://127.0.0.1:{network.port}"))
    world.app.answer_from(world.settings, world.clock, made)
    return made


@pytest.fixture
async def number(world: World) -> str:
    return await start(world.actors["farah"], await add_rules(world.edition_id))


class Bytes:
    """Lets so many bytes pass."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, chunk: bytes) -> bool:
        self.left -= len(chunk)
        return self.left >= 0


async def test_a_part_that_was_cut_in_its_middle_is_sent_again_and_the_others_are_not(
    world: World, number: str, store: S3Store, network: Network, tmp_path: Path
):
    farah, path = world.actors["farah"], tmp_path / "film.mp4"
    data = bytes(range(256)) * ((PART_SIZE + 1024 * 1024) // 256)
    await asyncio.to_thread(path.write_bytes, data)
    upload = await register(farah, number, "film", path, store)
    parts = {1: data[:PART_SIZE], 2: data[PART_SIZE:]}
    links = await sign_parts(farah, number, upload.id, [1, 2], objects=store, now=NOW)
    await send_by_http(links[1], parts[1])

    network.let_through = Bytes(len(parts[2]) // 2)
    with pytest.raises(ConnectionError):
        await send_by_http(links[2], parts[2])
    with pytest.raises(ObjectStoreAway):
        await complete_upload(farah, number, upload.id, objects=store, now=NOW)
    network.mend()

    assert await list_held_parts(upload, objects=store) == (1,)
    with pytest.raises(PartsMissing):
        await complete_upload(farah, number, upload.id, objects=store, now=NOW)
    await send_by_http(links[2], parts[2])
    received = await complete_upload(farah, number, upload.id, objects=store, now=NOW)
    assert received.state is UploadState.COMPLETE
    assert b"".join([chunk async for chunk in await store.open_range(upload.object_key)]) == data


async def test_a_file_whose_reading_was_cut_is_inspected_later_and_nothing_is_said_of_it(
    world: World, number: str, store: S3Store, network: Network, tmp_path: Path
):
    path = write_pdf(tmp_path / "a.pdf", pages=8)
    upload = await send(world.actors["farah"], number, "dossier", path, store)
    network.let_back = Bytes(1500)

    with pytest.raises(ObjectStoreAway):
        await inspect_upload(upload, objects=store, now=NOW)
    network.mend()
    assert not await File.exists().where(File.state == "ready")
    await inspect_upload(upload, objects=store, now=NOW)

    assert await File.exists().where(File.state == "ready")


async def test_a_store_that_does_not_answer_holds_up_nobody_s_pages_and_uploads_are_told_when_to_come_again(
    world: World, number: str, store: S3Store, network: Network, tmp_path: Path
):
    begun = await register(world.actors["farah"], number, "film", write_pdf(tmp_path / "film.mp4"), store)
    browser, other = await world.client("farah"), await world.client("salma")
    page = f"/en/entries/{number}"
    headers = {"accept": "application/json", "x-csrf-token": csrf_in((await browser.get(page)).text)}

    async def complete() -> httpx.Response:
        return await browser.post(f"{page}/uploads/{begun.id}/complete", json={}, headers=headers)

    network.hold()
    waiting = [asyncio.create_task(complete()) for _ in range(MORE_THAN_THREADS)]
    await network.held.wait()
    shown = [await each.get(path) for each in (other, world.visitor()) for path in ("/en/", "/ar/sign-in")]
    own = await browser.get(page)  # it asks the store what has arrived, and does not wait for it

    assert {answer.status_code for answer in (*shown, own)} <= {200, 303}
    assert not any(task.done() and task.result().status_code == 200 for task in waiting)
    told = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in told} == {503}
    assert all("retry-after" in answer.headers for answer in told)
    assert all(answer.json()["type"] == "urn:tahkim:refused.files-away" for answer in told)
    network.release()
    store._s3.circuit.succeed()  # its ten seconds are tested with its clock

    assert (await complete()).json()["type"] == f"urn:tahkim:refused.{PartsMissing.code}"


async def test_half_an_hour_without_a_store_stops_neither_signing_in_nor_saving_nor_submitting(
    world: World, store: S3Store, network: Network, tmp_path: Path
):
    farah, rules = world.actors["farah"], await add_rules(world.edition_id)
    number = await start(farah, rules)
    await fill_in(farah, number, rules)
    for material, path in (("film", write_film(tmp_path / "a.mp4")), ("dossier", write_pdf(tmp_path / "a.pdf"))):
        await inspect_upload(await send(farah, number, material, path, store), objects=store, now=NOW)
    begun = await register(farah, number, "release", write_pdf(tmp_path / "release.pdf"), store)
    browser, base = world.visitor(), f"/en/entries/{number}"

    network.cut()
    answers = [await post(browser, "/en/sign-in", {"email": farah.email, "password": PASSWORD}, page="/en/sign-in")]
    for minutes in range(0, 30, 6):
        world.clock.advance(minutes=6)
        form = await browser.get(f"{base}/rights")
        typed = {"material": "own", "people": "consented", "help_text": f"after {minutes}", "declared": "yes"}
        answers += [
            await post(browser, f"{base}/rights", typed | hidden_in(form.text), page=f"{base}/rights"),
            await browser.get(base),
        ]
        headers = {"accept": "application/json", "x-csrf-token": csrf_in(form.text)}
        late = await browser.post(f"{base}/uploads/{begun.id}/complete", json={}, headers=headers)
        assert (late.status_code, late.json()["type"]) == (503, "urn:tahkim:refused.files-away")
    check = await browser.get(f"{base}/check")
    answers.append(
        await post(browser, f"{base}/check", {"declared": "yes"} | hidden_in(check.text), page=f"{base}/check")
    )

    assert [answer.status_code for answer in answers] == [303, *[303, 200] * 5, 303]
    [entry] = await run_sql("SELECT id, state, rights FROM entry WHERE entry_number = {}", number)
    versions = await run_sql("SELECT is_current FROM entry_version WHERE entry = {} ORDER BY ordinal", entry["id"])
    # The first is what stands if the file that is under way never comes.
    assert [bool(row["is_current"]) for row in versions] == [False, True]
    assert entry["state"] == "submitted"
    assert "after 24" in entry["rights"]
    network.mend()
    store._s3.circuit.succeed()  # as above
    assert (await list_held_parts(begun, objects=store)) == ()


def hidden_in(text: str) -> dict[str, str]:
    """The revision that a page's form carries."""
    return dict(re.findall(r'type="hidden" name="(revision)" value="([^"]*)"', text)[:1])
