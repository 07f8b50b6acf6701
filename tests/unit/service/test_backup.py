"""The drill: a competition is copied while somebody writes, destroyed, and put back, whatever database it was in."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from service.audit_check import head, verify
from service.usecases.judging.sheets import save_comments
from service.usecases.operating.backup import BackupRefused, Manifest, make_backup, read_manifest, restore_backup
from service.usecases.operating.doctor import examine
from storage.engine import run_sql
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.objects.store import ObjectStore
from storage.sealed import SealBroken
from tests.competition import JUDGING, Competition
from tests.databases import ENGINES, copy_database, drop_database, standing
from tests.unit.service.test_doctor import add_file

pytestmark = pytest.mark.long

NOW = datetime(2027, 5, 1, tzinfo=UTC)
SECRET = b"four words make one"


def empty_store() -> ObjectStore:
    return MemoryStore(LinkSigner(b"k" * 32))


@pytest.fixture(params=ENGINES)
async def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of each engine, beside the one that the competition is in."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = await copy_database(None, folder, engine=request.param)
    yield url
    await drop_database(url)


async def count_rows() -> dict[str, int]:
    tables = ("entry", "entry_version", "person", "mark", "mark_change", "audit_event", "audit_nonce", "message")
    return {name: (await run_sql(f"SELECT COUNT(*) AS n FROM {name}"))[0]["n"] for name in tables}


async def broken(objects: ObjectStore) -> list[str]:
    found = examine(objects, now=NOW, is_thorough=True)
    return [each.code async for each in found if each.is_broken and each.code != "work-late"]


async def back_up(competition: Competition, folder: Path, passphrase: bytes | None = None) -> Manifest:
    return await make_backup(folder, competition.objects, now=NOW, passphrase=passphrase)


async def test_what_was_copied_comes_back_whole_in_either_database(
    notified: Competition, tmp_path: Path, elsewhere: str
):
    before, last = await count_rows(), await head()
    await back_up(notified, tmp_path / "copy")

    async with standing(elsewhere):
        objects = empty_store()
        restored = await restore_backup(tmp_path / "copy", objects, passphrase=None)
        verdict = await verify()

        assert await count_rows() == before
        assert (verdict.broken, (verdict.rows, verdict.head)) == (None, last)
        assert restored.log_head == last[1]
        assert await broken(objects) == []


async def test_a_copy_made_while_a_judge_writes_holds_all_that_was_answered_before_it(
    judging: Competition, tmp_path: Path
):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    answered: list[int] = []
    begun = asyncio.Event()

    async def write_on() -> None:
        revision = sheet.revision
        while len(answered) < 40:
            saved = await save_comments(
                judge, sheet.id, team=f"word {len(answered)}", committee="", revision=revision, now=JUDGING
            )
            revision = saved.revision
            answered.append(revision)
            if len(answered) == 5:
                begun.set()

    writing = asyncio.create_task(write_on())
    await begun.wait()
    answered_before = answered[-1]
    await back_up(judging, tmp_path / "copy")
    await writing
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    async with standing(await copy_database(None, folder, engine="sqlite")):
        objects = empty_store()
        await restore_backup(tmp_path / "copy", objects, passphrase=None)
        (row,) = await run_sql("SELECT revision, comment_team FROM score_sheet WHERE id = {}", UUID(str(sheet.id)))

        assert row["revision"] >= answered_before
        assert row["comment_team"] == f"word {row['revision'] - sheet.revision - 1}"
        assert await broken(objects) == []


async def test_a_sealed_copy_says_nothing_and_opens_with_its_passphrase_only(judging: Competition, tmp_path: Path):
    content = b"a film of our village " * 1000
    key = await add_file(judging, content, size=len(content), sha256="0" * 64)
    await back_up(judging, tmp_path / "copy", SECRET)

    for path in (tmp_path / "copy").rglob("*"):
        if path.is_file():
            told = path.read_bytes()
            assert b"village" not in told
            assert b"example" not in told
    for wrong in (None, b"another"):
        with pytest.raises(SealBroken):
            read_manifest(tmp_path / "copy", passphrase=wrong)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with standing(await copy_database(None, folder, engine="sqlite")):
        objects = empty_store()
        await restore_backup(tmp_path / "copy", objects, passphrase=SECRET)
        assert b"".join([chunk async for chunk in await objects.open_range(key)]) == content


@pytest.mark.parametrize("passphrase", [None, SECRET])
@pytest.mark.parametrize("harm", ["cut", "changed", "row-left-out"])
async def test_a_copy_that_was_harmed_is_refused_and_leaves_an_empty_database(
    judging: Competition, tmp_path: Path, harm: str, passphrase: bytes | None
):
    await back_up(judging, tmp_path / "copy", passphrase)
    rows = tmp_path / "copy" / "rows"
    whole = rows.read_bytes()
    middle = len(whole) // 2
    lines = whole.split(b"\n")
    rows.write_bytes(
        {
            "cut": whole[:middle],
            "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "row-left-out": b"\n".join(lines[:-2] + lines[-1:]),
        }[harm]
    )
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    async with standing(await copy_database(None, folder, engine="sqlite")):
        with pytest.raises((BackupRefused, SealBroken, ValueError)):
            await restore_backup(tmp_path / "copy", empty_store(), passphrase=passphrase)

        assert (await run_sql("SELECT COUNT(*) AS n FROM person"))[0]["n"] == 0


async def test_an_object_that_is_gone_is_named_and_the_rest_is_copied(judging: Competition, tmp_path: Path):
    gone = await add_file(judging, b"", size=4, sha256="0" * 64)
    there = await add_file(judging, b"abcd", size=4, sha256="0" * 64)

    made = await back_up(judging, tmp_path / "copy")

    assert [kept.key for kept in made.objects] == [there]
    assert set(made.damaged) == {gone, there}  # of the second the digest is not the row's


async def test_nothing_is_written_over(opened: Competition, tmp_path: Path):
    await back_up(opened, tmp_path / "copy")

    with pytest.raises(BackupRefused, match="exists"):
        await back_up(opened, tmp_path / "copy")
    with pytest.raises(BackupRefused, match="not-empty"):
        await restore_backup(tmp_path / "copy", opened.objects, passphrase=None)
    shutil.rmtree(tmp_path / "copy")
    with pytest.raises(BackupRefused, match="no-backup"):
        read_manifest(tmp_path / "copy", passphrase=None)
