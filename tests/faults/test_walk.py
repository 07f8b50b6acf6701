"""docs/operations.md's set-up of several machines, walked through on this one, and driven by the demonstration.

PostgreSQL with the judges' role, Swift with its S3 interface, a mail server, two servers behind nginx over https, a
worker. The demonstration drives a whole competition into it; then people come over the network.
"""

import asyncio
import json
import re
from pathlib import Path

import pytest

from service.demo.people import PASSWORD
from tests.conftest import csrf_in
from tests.people_online import Person, come, expect
from tests.several import Several, several

pytestmark = [pytest.mark.soak, pytest.mark.s3]

EMAIL, SUPERVISOR = "reem@squ.example", "noura@squ.example"


def test_the_set_up_of_several_machines_carries_a_whole_competition(tmp_path: Path):
    with several(tmp_path) as site:
        assert "m0001_editions" in site.run("migrate")
        site.run("objects", "cors", "--check")
        site.begin_servers()
        site.begin_proxy()
        told_at, demo = tmp_path / "told.json", tmp_path / "demo"
        site.run("demo", "--headless", "--json", str(told_at), "--data", str(demo))
        site.begin_worker()
        told = json.loads(told_at.read_text())

        look_at_results(site, told)
        files = {each: next((demo / "made").glob(f"*-{each}-*/*")) for each in ("paper", "summary")}
        asyncio.run(enter_a_project(site, "research", files))
        asyncio.run(look_at_a_judge_s_list(site, told))
        bundle = tmp_path / "bundle.json"
        published, content = asyncio.run(take_the_bundle(site, told))
        bundle.write_bytes(content)
        assert published in site.run("verify", str(bundle), "--fingerprint", published)

        site.kill("server0")
        assert site.ask("/en/winners").status_code == 200
        assert site.ask("/healthz", server=1).status_code == 200
        site.run("doctor", "--thorough")
        site.run("audit", "verify")


def look_at_results(site: Several, told: dict) -> None:
    """Every winner's page, at either server and through the proxy, as a stranger."""
    pages = [winner["page"] for winners in told["winners"].values() for winner in winners]
    assert pages
    for page in pages:
        for server in (0, 1, None):
            answer = site.ask(f"/en{page}", server=server)
            assert answer.status_code == 200, (page, server, answer.text[-300:])
    assert site.ask("/metrics").status_code == 404  # it is for whoever watches, not for who comes through the proxy


async def enter_a_project(site: Several, category: str, files: dict[str, Path]) -> None:
    """A student signs up, is mailed, fills in, sends files straight to the store, and submits in the open edition."""
    person = Person(site.address, site.trust())
    await person.sign_up(EMAIL, PASSWORD, lambda: site.letters.find(EMAIL, rf"{site.address}/(?:ar|en)/\S+"))
    assert all(cookie.name.startswith("__Host-") and cookie.secure for cookie in person.client.cookies.jar)
    base = await person.start_entry(category, "The Last Falaj")
    await person.fill_in(base, category=category, title="The Last Falaj", supervisor=SUPERVISOR, institution="squ")
    link = await come(lambda: site.letters.find(SUPERVISOR, rf"{site.address}/ar/approvals/\S+"))
    supervisor = Person(site.address, site.trust())
    path, _, key = link.partition("?key=")
    expect(await supervisor.send(path, page=link, key=key, answer="approve"), 200, 303)
    await supervisor.close()
    for material, file in files.items():
        await person.upload(base, material, file)
    for material in files:
        await person.wait_for(f"{base}/files/{material}", "Checked and ready")
    expect(await person.submit(base), 303)
    number = base.rpartition("/")[2]
    await come(lambda: site.letters.find(EMAIL, rf"{re.escape(number)}"))
    await person.close()


async def look_at_a_judge_s_list(site: Several, told: dict) -> None:
    """A judge signs in for the edition that was judged, and reads over the judges' own connection to the database."""
    door = told["sign_in"]["judge"]
    person = Person(site.address, site.trust())
    await person.sign_in(door["email"], door["password"])
    await person.act_as("Judge", "/en/judging")
    assert re.search(r'href="/en/judging/[A-Z]+-\d+"', await person.read("/en/judging"))
    await person.close()


async def take_the_bundle(site: Several, told: dict) -> tuple[str, bytes]:
    """The chair, whose duty needs a second factor over https, takes the bundle: its published fingerprint, and it."""
    door = told["sign_in"]["chair"]
    person = Person(site.address, site.trust())
    await person.sign_in(door["email"], door["password"])
    await person.set_second_factor()
    await person.act_as("Chair", "/en/committee/exports")
    page = await person.read("/en/committee/exports")
    winner = next(winner["page"] for winners in told["winners"].values() for winner in winners)
    edition = winner.split("/")[2]
    public = set(re.findall(r"[0-9a-f]{64}", site.ask(f"/en/fingerprints/{edition}").text))
    published = next(digest for digest in re.findall(r"/exports/bundle/([0-9a-f]{64})", page) if digest in public)
    given = await person.client.post(f"/en/committee/exports/bundle/{published}", data={"csrf": csrf_in(page)})
    await person.close()
    return published, expect(given, 200).content
