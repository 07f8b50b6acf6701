"""Publication by workers that are killed -9 before its instant and in its midst, on a clock that is stepped: once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.audit_check import verify
from service.jobs.queue import enqueue
from storage.engine import run_sql, transaction
from tests.competition import PUBLISH, Competition
from tests.databases import copy_database, drop_database, judge_url_of, standing
from tests.faults.clocked import STOPPED
from tests.people_online import come
from tests.site import Site
from tests.stages import Stage, fresh

HOUR, A_SECOND = timedelta(hours=1), timedelta(seconds=1)
WHILE_IT_PUBLISHES = 'INSERT INTO "publication"'
ONCE_IT_HAS_PUBLISHED = r"UPDATE job SET state=\S+ done_at="


class Workers(Site):
    """One worker after another, each the command itself in a process of its own, on a machine whose clock is set."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, n_servers=1)
        self.environment |= {"TAHKIM_DATABASE_URL": url}
        if judge_url := judge_url_of(url):
            self.environment |= {"TAHKIM_JUDGE_DATABASE_URL": judge_url}
        self._clock, self._stop, self._n_begun = folder / "clock", "", 0

    def set_clock(self, now: datetime) -> None:
        """Step the clock. It is replaced whole: a process may be reading it."""
        made = self._clock.with_suffix(".new")
        made.write_text(str((now - datetime.now(UTC)).total_seconds()))
        made.replace(self._clock)

    def begin(self, *, stop: str = "") -> str:
        """Begin a worker; its name."""
        self._stop, self._n_begun = stop, self._n_begun + 1
        self.begin_worker(self._n_begun)
        return f"worker{self._n_begun}"

    def _command(self, verb: str, *arguments: str) -> list[str]:
        python, _, _, *command = super()._command(verb, *arguments)
        return [python, "-m", "tests.faults.clocked", str(self._clock), self._stop, *command]


@pytest.fixture
async def workers(tmp_path: Path, fonts: Path, notified_stage: Stage) -> AsyncIterator[tuple[Workers, Competition]]:
    """Everything is decided and entrants were told; no process runs yet."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fonts").symlink_to(fonts)
    url = await copy_database(notified_stage.url, tmp_path, engine=notified_stage.engine)
    made = Workers(tmp_path, url)
    try:
        async with standing(url):
            yield made, fresh(notified_stage.competition)
    finally:
        await asyncio.to_thread(made.close)
        await drop_database(url)


async def count() -> dict[str, int]:
    """What publication makes, and what it tells."""
    tables = ("publication", "award", "certificate", "message", "results_bundle")
    counted = {name: await count_rows(name) for name in tables}
    return counted | {"events": await count_rows("audit_event WHERE event = 'results-published'")}


async def count_rows(which: str) -> int:
    [row] = await run_sql(f"SELECT COUNT(*) AS n FROM {which}")
    return int(row["n"])


async def see(query: str) -> None:
    """Wait until a worker has left no row that this asks for."""

    async def look() -> str | None:
        return None if await run_sql(query) else "done"

    await come(look)


async def is_at_work(name: str, now: datetime) -> None:
    """Wait until a worker has done something that is asked now: it has looked for all that is due."""
    async with transaction():
        await enqueue("sweep", name=name, at=now)
    await see("SELECT id FROM job WHERE kind = 'sweep' AND state <> 'done'")


@pytest.mark.parametrize("stop", [WHILE_IT_PUBLISHES, pytest.param(ONCE_IT_HAS_PUBLISHED, marks=pytest.mark.soak)])
async def test_what_killed_workers_were_to_publish_another_does_once(workers: tuple[Workers, Competition], stop: str):
    machine, competition = workers
    await competition.schedule()
    nothing = {"publication": 0, "award": 0, "certificate": 0, "results_bundle": 0, "events": 0}

    machine.set_clock(PUBLISH - HOUR)
    first = machine.begin()
    await is_at_work("before", PUBLISH - HOUR)
    machine.kill(first)
    assert (await count()).items() >= nothing.items()

    machine.set_clock(PUBLISH)
    second = machine.begin(stop=stop)
    await come(lambda: STOPPED in machine.log(second))
    machine.kill(second)
    left = await count()
    if stop == WHILE_IT_PUBLISHES:
        assert left.items() >= nothing.items()
    else:
        assert left["publication"] == left["events"] == 1

    machine.set_clock(PUBLISH + HOUR)  # the dead worker's lease is over
    third = machine.begin()
    await see("SELECT id FROM job WHERE kind = 'publish-edition' AND state <> 'done'")
    await see("SELECT id FROM message WHERE state <> 'sent'")
    published = await count()
    assert published["publication"] == published["events"] == 1
    assert published["award"] == len(competition.entrants)
    [job] = await run_sql("SELECT attempts FROM job WHERE kind = 'publish-edition'")
    assert job["attempts"] == 2

    for name, step in (("back", PUBLISH - 2 * HOUR), ("forward", PUBLISH + 2 * HOUR)):
        machine.set_clock(step)  # under a worker that runs
        await is_at_work(name, step)
    machine.kill(third)
    machine.set_clock(PUBLISH - A_SECOND)  # and before one that starts
    machine.begin()
    await is_at_work("again", PUBLISH - A_SECOND)

    assert await count() == published
    assert len(list((machine.folder / "data" / "mail").glob("*.eml"))) == published["message"]
    assert await run_sql("SELECT id FROM job WHERE state = 'failed'") == []
    assert (await verify()).broken is None
