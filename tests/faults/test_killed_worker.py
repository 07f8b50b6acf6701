"""A worker killed -9 in the middle of an inspection: another takes the job up, and it is done once."""

import asyncio
from pathlib import Path

import pytest

from service.world import make_objects, open_world
from storage.engine import run_sql
from tests.cast import add_cast, add_edition
from tests.entrants import add_rules, send, start, write_pdf
from tests.network import network_to
from tests.people_online import come
from tests.s3 import get_rclone
from tests.several import Site

pytestmark = [pytest.mark.soak, pytest.mark.s3]
_JOB = "SELECT state, attempts, owner FROM job WHERE kind = 'inspect-file'"


async def test_what_a_killed_worker_had_in_hand_another_takes_up_and_it_is_done_once(tmp_path: Path):
    address = get_rclone().make_address()
    async with network_to(get_rclone().port) as line:
        site = Site(tmp_path, n_servers=1)
        site.environment |= {
            "TAHKIM_WORKER": "apart",
            "TAHKIM_OBJECTS_URL": f"s3://{address.bucket}",
            "TAHKIM_OBJECTS_ENDPOINT": f"http://127.0.0.1:{line.port}",
            "TAHKIM_OBJECTS_KEY": address.access_key,
            "TAHKIM_OBJECTS_SECRET": address.secret_key,
        }
        try:
            async with open_world(site.settings):
                edition_id = await add_edition()
                farah = (await add_cast(edition_id))["farah"]
                number = await start(farah, await add_rules(edition_id))
                path = write_pdf(tmp_path / "a.pdf")
                await send(farah, number, "dossier", path, make_objects(site.settings))

                line.hold()
                site.begin_worker(0)
                await line.held.wait()
                [in_hand] = await run_sql(_JOB)
                site.kill("worker0")
                line.release()
                site.begin_worker(1)

                async def look() -> str | None:
                    return (await run_sql(_JOB))[0]["state"].replace("running", "").replace("waiting", "")

                assert await come(look) == "done"
                [done] = await run_sql(_JOB)
                files = await run_sql("SELECT state FROM file")
                logged = await run_sql("SELECT event FROM audit_event WHERE event LIKE 'file-%' ORDER BY sequence")
            assert (in_hand["state"], in_hand["attempts"]) == ("running", 1)
            assert done["attempts"] == 2
            assert done["owner"] != in_hand["owner"]
            assert [file["state"] for file in files] == ["ready"]
            events = [row["event"] for row in logged]
            assert len(events) == len(set(events))
            await asyncio.to_thread(site.run, "doctor", "--thorough")
        finally:
            await asyncio.to_thread(site.close)
