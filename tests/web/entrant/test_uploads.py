"""The addresses that the upload script and the plain form use: parts, limits, other people's ids, the deadline."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from service.usecases.entering.entries import open_entry
from service.usecases.files.sent_files import hash_local_parts
from storage.lifecycle import FileState, UploadState
from storage.tables.upload import Upload
from tests.conftest import World, csrf_in, post
from tests.entrants import DEADLINE, write_film, write_pdf
from tests.worker import work


def read(path: Path) -> bytes:
    return path.read_bytes()


class Script:
    """A student's browser with our script in it."""

    def __init__(self, client: httpx.AsyncClient, number: str, token: str) -> None:
        self.client, self.base = client, f"/en/entries/{number}/uploads"
        self.headers = {"X-CSRF-Token": token, "Accept": "application/json"}

    async def ask(self, path: str, body: object = None) -> httpx.Response:
        return await self.client.post(f"{self.base}{path}", json=body, headers=self.headers)

    async def register(self, path: Path, material: str = "film", **changes: object) -> httpx.Response:
        size, digests = len(read(path)), list(hash_local_parts(path))
        return await self.ask("", {"material": material, "name": path.name, "size": size, "digests": digests} | changes)

    async def link(self, upload: str, part: int = 1) -> dict[str, object]:
        answer = await self.ask(f"/{upload}/links", {"parts": [part]})
        assert answer.status_code == 200, answer.text
        return answer.json()["links"][str(part)]


@pytest.fixture
async def script(world: World, number: str) -> Script:
    world.clock.set(DEADLINE - timedelta(days=1))
    client = await world.client("farah")
    return Script(client, number, csrf_in((await client.get("/en/account")).text))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.mp4")


@pytest.mark.long
async def test_a_film_goes_in_by_parts_and_comes_out_as_a_copy(world: World, number: str, script: Script, film: Path):
    registered = (await script.register(film)).json()
    link = await script.link(registered["upload"])
    put = await script.client.put(str(link["url"]), content=read(film))
    held = (await script.client.get(f"{script.base}/{registered['upload']}", headers=script.headers)).json()
    completed = await script.ask(f"/{registered['upload']}/complete", {})
    await work(world)

    assert registered["state"] == "open"
    assert registered["parts"] == 1
    assert registered["held"] == []
    assert put.status_code == 200
    assert held["held"] == [1]
    assert completed.json()["state"] == "complete"
    (file,) = (await open_entry(world.actors["farah"], number))[1].materials[0].files
    assert file.state is FileState.READY
    copy = await script.client.get(f"/en/entries/{number}/files/{file.id}/copy")
    seen = await script.client.get(copy.headers["location"], headers={"Range": "bytes=4-7"})
    assert seen.status_code == 206
    assert seen.content == b"ftyp"
    assert seen.headers["content-type"] == "video/mp4"


async def test_a_part_of_another_length_or_other_bytes_is_not_kept(script: Script, film: Path):
    upload = (await script.register(film)).json()["upload"]
    url = str((await script.link(upload))["url"])
    whole = read(film)

    assert (await script.client.put(url, content=whole + b"x")).status_code == 413
    assert (await script.client.put(url, content=whole[:-1])).status_code == 422
    assert (await script.client.put(url, content=bytes(len(whole)))).status_code == 422
    assert (await script.client.put(url.replace("sig=", "sig=0"), content=whole)).status_code == 403
    assert (await script.client.put(url.replace("/1?", "/2?"), content=whole)).status_code == 403
    assert (await script.ask(f"/{upload}/complete", {})).status_code == 409
    assert (await script.client.put(url, content=whole)).status_code == 200
    assert (await script.ask(f"/{upload}/complete", {})).json()["state"] == "complete"
    assert (await script.client.put(url, content=whole)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "film.exe"}, "EXE files are not accepted here. Accepted: MP4 and MOV."),
        ({"size": 65 * 1024 * 1024}, "the limit is"),
        ({"size": 0}, "The file is empty. Choose another."),
        ({"digests": []}, "fingerprints"),
    ],
)
async def test_what_is_not_taken_is_refused_in_words_before_any_byte(
    script: Script, film: Path, changes: dict[str, object], words: str
):
    answer = await script.register(film, **changes)

    assert answer.status_code == 422
    assert words.split(" Accepted", maxsplit=1)[0] in answer.json()["errors"][0]["words"]
    assert not await Upload.exists()


async def test_somebody_elses_upload_is_not_there_for_others(world: World, number: str, script: Script, film: Path):
    upload = (await script.register(film)).json()["upload"]
    client = await world.client("hadi")
    hadi = Script(client, number, csrf_in((await client.get("/en/account")).text))

    for path, body in (("/links", {"parts": [1]}), ("/complete", {})):
        theirs = await hadi.ask(f"/{upload}{path}", body)
        unknown = await hadi.ask(f"/{uuid4()}{path}", body)
        assert theirs.status_code == unknown.status_code == 404
    assert (await client.get(f"{hadi.base}/{upload}", headers=hadi.headers)).status_code == 404
    assert (await hadi.register(film)).status_code == 404


async def test_asking_without_the_pages_token_is_refused(script: Script, film: Path):
    script.headers.pop("X-CSRF-Token")

    assert (await script.register(film)).status_code == 403


@pytest.mark.parametrize(("offset", "status"), [(-1, 200), (0, 409), (1, 409)])
async def test_registering_ends_exactly_at_the_deadline(
    world: World, script: Script, film: Path, offset: int, status: int
):
    world.clock.set(DEADLINE + timedelta(milliseconds=offset))

    assert (await script.register(film)).status_code == status


async def test_a_file_registered_in_time_arrives_within_the_grace_and_not_after(
    world: World, script: Script, film: Path, tmp_path: Path
):
    world.clock.set(DEADLINE - timedelta(milliseconds=1))
    upload = (await script.register(film)).json()["upload"]
    other = write_film(tmp_path / "other.mp4", seconds=1)

    world.clock.set(DEADLINE + timedelta(minutes=119, seconds=59))
    url = str((await script.link(upload))["url"])
    assert (await script.register(other)).json()["type"].endswith("not-same-file")
    assert (await script.client.put(url, content=read(film))).status_code == 200
    world.clock.set(DEADLINE + timedelta(minutes=120))
    late = await script.ask(f"/{upload}/complete", {})

    assert late.status_code == 409
    assert late.json()["type"].endswith("grace-over")


async def send_by_form(client: httpx.AsyncClient, number: str, name: str, content: object) -> httpx.Response:
    path = f"/en/entries/{number}/files/dossier"
    token = csrf_in((await client.get(path)).text)
    return await client.post(f"{path}?csrf={token}", files={"file": (name, content, "application/pdf")})  # type: ignore[dict-item]


async def test_the_plain_form_takes_a_whole_file(world: World, number: str, script: Script, tmp_path: Path):
    pdf = write_pdf(tmp_path / "dossier.pdf")

    answer = await send_by_form(script.client, number, "my dossier.pdf", pdf.read_bytes())
    await work(world)

    assert answer.status_code == 303
    (file,) = (await open_entry(world.actors["farah"], number))[1].materials[1].files
    assert file.state is FileState.READY
    assert file.name == "my dossier.pdf"


async def test_a_second_try_that_is_not_accepted_stands_in_place_of_the_first(
    world: World, number: str, script: Script
):
    for name in ("first.pdf", "second.pdf"):
        await send_by_form(script.client, number, name, b"no document at all, said twice")
        await work(world)

    shown = (await script.client.get(f"/en/entries/{number}/files")).text

    assert shown.count('data-state="refused"') == 1
    assert "second.pdf" in shown
    assert "first.pdf" not in shown


async def test_the_plain_form_says_what_it_does_not_take(world: World, number: str, script: Script):
    wrong = await send_by_form(script.client, number, "notes.txt", b"notes")
    empty = await send_by_form(script.client, number, "empty.pdf", b"")
    none = await send_by_form(script.client, number, "", b"")
    forged = await script.client.post(
        f"/en/entries/{number}/files/dossier?csrf=made-up", files={"file": ("a.pdf", b"x", "application/pdf")}
    )

    assert [each.status_code for each in (wrong, empty, none, forged)] == [422, 422, 422, 403]
    assert 'href="#f-file"' in wrong.text
    assert "TXT" in wrong.text
    assert not await Upload.exists()


async def test_the_plain_form_has_a_limit_of_its_own(number: str, script: Script):
    path = f"/en/entries/{number}/files/dossier"
    token = csrf_in((await script.client.get(path)).text)

    body = bytes(101 * 1024 * 1024)
    answer = await script.client.post(
        f"{path}?csrf={token}", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )

    assert answer.status_code == 413


async def test_a_file_is_removed_and_an_upload_given_up_by_buttons(
    world: World, number: str, script: Script, film: Path, tmp_path: Path
):
    upload = (await script.register(film)).json()["upload"]
    await send_by_form(script.client, number, "dossier.pdf", write_pdf(tmp_path / "dossier.pdf").read_bytes())
    await work(world)
    file = (await open_entry(world.actors["farah"], number))[1].materials[1].files[0]
    page, base = f"/en/entries/{number}", f"/en/entries/{number}/files"

    assert (await post(script.client, f"{base}/film/cancel", {"upload": upload}, page=page)).status_code == 303
    assert (await post(script.client, f"{base}/dossier/remove", {"file": str(file.id)}, page=page)).status_code == 303
    assert (await post(script.client, f"{base}/dossier/remove", {"file": str(file.id)}, page=page)).status_code == 404

    state = await Upload.select(Upload.state).where(Upload.id == upload).first()
    assert state == {"state": UploadState.ABORTED.value}
    assert all(not each.files for each in (await open_entry(world.actors["farah"], number))[1].materials)
