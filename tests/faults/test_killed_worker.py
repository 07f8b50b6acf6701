"""A worker killed -9 in the middle of an inspection: another takes the job up, and it is done once."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.usecases.operating.doctor import examine
from service.world import make_objects, open_world
from storage.engine import run_sql
from tests.cast import add_cast, add_edition
from tests.entrants import add_rules, send, start, write_pdf
from tests.network import network_to
from tests.people_online import come
from tests.s3 import get_rclone
from tests.site import Site

pytestmark = [pytest.mark.soak, pytest.mark.s3]
_FALLS_DUE = (
    "UPDATE job SET due_at = {} WHERE kind = 'inspect-file'"  # by the workers' clock: the cast's is months ahead
)
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

                key = (await run_sql("SELECT object_key FROM upload"))[0]["object_key"].encode()

                def hold_the_reading(chunk: bytes) -> bool:
                    if chunk.startswith(b"GET ") and key in chunk:
                        line.hold()
                    return True

                line.let_through = hold_the_reading
                await run_sql(_FALLS_DUE, datetime.now(UTC))
                site.begin_worker(0)
                async with asyncio.timeout(120):
                    await line.held.wait()
                line.let_through = lambda _: True
                [in_hand] = await run_sql(_JOB)
                site.kill("worker0")
                line.release()
                site.begin_worker(1)

                async def look() -> str | None:
                    state = (await run_sql(_JOB))[0]["state"]
                    return state if state in {"done", "failed"} else None

                assert await come(look) == "done"
                [done] = await run_sql(_JOB)
                files = await run_sql("SELECT state FROM file")
                told = examine(make_objects(site.settings), now=datetime.now(UTC), is_thorough=True)
                broken = [finding.code async for finding in told if finding.is_broken]
                logged = await run_sql("SELECT event FROM audit_event WHERE event LIKE 'file-%' ORDER BY sequence")
            assert broken == []
            assert (in_hand["state"], in_hand["attempts"]) == ("running", 1)
            assert done["attempts"] == 2
            assert done["owner"] != in_hand["owner"]
            assert [file["state"] for file in files] == ["ready"]
            events = [row["event"] for row in logged]
            assert len(events) == len(set(events))
        finally:
            await asyncio.to_thread(site.close)
