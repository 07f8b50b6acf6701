"""The chained log: whatever is done to it behind the program's back is named."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.audit import SYSTEM, Event, commitment, hash_of, record
from service.audit_check import head, verify
from service.audit_file import read_lines
from service.cli.audit import run as audit_command
from storage.engine import (
    Statement,
    bind,
    close_database,
    count_queries,
    insert_many,
    on_postgres,
    open_database,
    run_sql,
    sqlite_url,
    transaction,
)
from storage.errors import RowProtected, TransactionMisuse, UniqueViolation
from storage.piccolo_app import TABLES
from storage.tables.audit import AuditEvent, AuditHead, AuditNonce
from tests.cast import NOW

Tamper = Callable[[], Awaitable[object]]


async def write(n_rows: int) -> list[str]:
    """Append rows, each in a transaction of its own; their hashes."""
    hashes = []
    for at in range(n_rows):
        async with transaction():
            hashes.append(await _record(at))
    return hashes


async def _record(at: int) -> str:
    return await record(
        Event.MARK_SAVED, by=SYSTEM, about=("sheet", f"sheet-{at}"), at=NOW + timedelta(seconds=at),
        before={"step": at % 8}, after={"step": (at + 1) % 8},
    )  # fmt: skip


async def unprotect() -> None:
    """What an attacker with the file does first."""
    if on_postgres():
        await run_sql("DROP TRIGGER audit_event_no_change ON audit_event")
        return
    for trigger in ("audit_event_no_update", "audit_event_no_delete"):
        await run_sql(f"DROP TRIGGER {trigger}")


async def change_reason() -> None:
    await AuditEvent.update({AuditEvent.reason: "nothing to see"}).where(AuditEvent.sequence == 4)


async def change_time() -> None:
    await AuditEvent.update({AuditEvent.at: NOW}).where(AuditEvent.sequence == 4)


async def change_actor() -> None:
    await AuditEvent.update({AuditEvent.actor: "somebody"}).where(AuditEvent.sequence == 4)


async def remove_row() -> None:
    await AuditEvent.delete().where(AuditEvent.sequence == 4)


async def insert_row() -> None:
    """Make room after the third row and put a copy there."""
    for sequence in range(8, 3, -1):
        await AuditEvent.update({AuditEvent.sequence: sequence + 1}).where(AuditEvent.sequence == sequence)
    row = await AuditEvent.select().where(AuditEvent.sequence == 3).first()
    assert row is not None
    await AuditEvent.insert(AuditEvent(**row | {"sequence": 4, "prev_hash": "inserted", "hash": "inserted"}))


async def swap_rows() -> None:
    for source, target in ((4, 100), (5, 4), (100, 5)):
        await AuditEvent.update({AuditEvent.sequence: target}).where(AuditEvent.sequence == source)


async def change_value() -> None:
    await AuditNonce.update({AuditNonce.value: '{"step":8}'}).where(
        (AuditNonce.sequence == 4) & (AuditNonce.side == "after")
    )


async def cut_tail() -> None:
    await AuditEvent.delete().where(AuditEvent.sequence >= 4)


@pytest.mark.parametrize(
    ("tamper", "sequence", "how"),
    [
        (change_reason, 4, "changed-row"),
        (change_time, 4, "changed-row"),
        (change_actor, 4, "changed-row"),
        (remove_row, 5, "missing-row"),
        (insert_row, 4, "broken-link"),
        (swap_rows, 4, "broken-link"),
        (change_value, 4, "changed-value"),
        (cut_tail, 3, "cut-short"),
    ],
)
async def test_whatever_is_done_to_a_row_is_named(database: str, tamper: Tamper, sequence: int, how: str):
    """R104."""
    await write(8)
    assert (await verify()).broken is None
    await unprotect()

    await tamper()

    broken = (await verify()).broken
    assert broken is not None
    assert (broken.sequence, broken.how) == (sequence, how)


async def test_a_tail_cut_with_the_head_moved_back_is_seen_against_a_published_head(database: str):
    hashes = await write(8)
    await unprotect()
    await AuditEvent.delete().where(AuditEvent.sequence > 5)
    await AuditHead.update({AuditHead.sequence: 5, AuditHead.hash: hashes[4]}).where(AuditHead.sequence == 8)

    verdict = await verify()

    assert verdict.broken is None
    assert verdict.head == hashes[4] != hashes[-1]


async def test_an_erased_value_leaves_the_chain_whole(database: str):
    await write(8)

    await AuditNonce.delete().where(AuditNonce.sequence == 4)

    assert (await verify()).broken is None


async def test_a_value_cannot_be_guessed_from_its_commitment(database: str):
    """The same value twice gives two commitments: eight guesses do not open a mark."""
    for _ in range(2):
        async with transaction():
            await _record(1)

    rows = await AuditEvent.select(AuditEvent.after).order_by(AuditEvent.sequence)
    assert rows[0]["after"] != rows[1]["after"]


async def test_twenty_writers_at_once_make_one_chain(database: str):
    async def append(at: int) -> None:
        async with transaction():
            await _record(at)

    await asyncio.gather(*(append(at) for at in range(20)))

    rows = await AuditEvent.select(AuditEvent.sequence, AuditEvent.prev_hash).order_by(AuditEvent.sequence)
    assert [row["sequence"] for row in rows] == list(range(1, 21))
    assert len({row["prev_hash"] for row in rows}) == 20
    verdict = await verify()
    assert (verdict.rows, verdict.broken) == (20, None)


async def test_whatever_letters_a_reason_has_the_row_holds(database: str):
    """PostgreSQL hashes a text that it puts together itself: it must be what this program would have written."""
    reasons = ('"," prev_hash', "\\ {} {0} %s $1", "سببٌ مكتوب\n\tبسطرين", "''; --", "\u2028\u200f\x1f", "😀")
    for at, reason in enumerate(reasons):
        async with transaction():
            await record(Event.MARK_SAVED, by=SYSTEM, about=("sheet", reason), at=NOW, after=reason, reason=reason)
            await _record(at)

    verdict = await verify()
    assert (verdict.rows, verdict.broken) == (2 * len(reasons), None)


async def test_changes_that_go_with_a_row_stand_or_fall_with_it(database: str):
    def kept(key: int) -> Statement:
        return "INSERT INTO audit_nonce (id, sequence, side, nonce, value, made_at) VALUES ({}, {}, {}, {}, {}, {})", (
            UUID(int=key), 1, "kept", "nonce", "value", NOW,
        )  # fmt: skip

    for keys, n_rows in (((1, 2), 1), ((3, 3), 1)):
        with suppress(UniqueViolation):
            async with transaction():
                await record(
                    Event.MARK_SAVED, by=SYSTEM, about=("sheet", "one"), at=NOW, changes=tuple(map(kept, keys))
                )

        assert await AuditNonce.count().where(AuditNonce.side == "kept") == 2
        assert (await head())[0] == await AuditEvent.count() == n_rows


async def test_what_is_rolled_back_leaves_no_row(database: str):
    await write(2)

    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await _record(3)
            raise ZeroDivisionError

    assert (await head())[0] == 2
    assert await AuditEvent.count() == 2


async def test_a_row_belongs_to_the_transaction_of_its_change(database: str):
    with pytest.raises(TransactionMisuse):
        await _record(1)


@pytest.mark.parametrize("sql", ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event"])
async def test_the_database_refuses_to_change_a_row(database: str, sql: str):
    await write(1)

    with pytest.raises(RowProtected):
        await run_sql(sql)


async def test_a_long_log_is_checked_in_pieces_and_each_row_once(database: str):
    await add_chained(5_000)

    with count_queries() as counted:
        verdict = await verify()

    assert (verdict.rows, verdict.broken) == (5_000, None)
    assert counted.count <= 12


async def add_chained(n_rows: int) -> None:
    """Append many rows at once, as ``record`` would one by one."""
    sequence, previous = await head()
    rows, nonces = [], []
    for at in range(sequence + 1, sequence + n_rows + 1):
        nonces.append(AuditNonce(sequence=at, side="after", nonce=f"{at:032}", value='{"step":5}', made_at=NOW))
        row = AuditEvent(
            sequence=at, at=NOW, actor="system", role="system", event=Event.MARK_SAVED.value, subject="sheet",
            subject_id=f"sheet-{at}", before=None, after=commitment(f"{at:032}", '{"step":5}'), reason="",
            prev_hash=previous, hash="",
        )  # fmt: skip
        row.hash = previous = hash_of(row.to_dict())
        rows.append(row)
    async with transaction():
        await insert_many(rows)
        await insert_many(nonces)
        await AuditHead.update({AuditHead.sequence: rows[-1].sequence, AuditHead.hash: previous}, force=True)


def test_the_command_says_that_the_chain_holds_and_gives_its_last_link(
    audited: Path, capsys: pytest.CaptureFixture[str]
):
    assert audit_command(["verify", "--data", str(audited)]) == 0

    said = capsys.readouterr().out
    last = said.split()[-1]
    assert len(last) == 64
    assert audit_command(["verify", "--data", str(audited), "--head", last]) == 0


def test_the_command_knows_a_published_link_within_the_chain_and_refuses_an_unknown_one(
    audited: Path, capsys: pytest.CaptureFixture[str]
):
    earlier = asyncio.run(_read_hash(audited, 2))

    assert audit_command(["verify", "--data", str(audited), "--head", earlier]) == 0
    assert audit_command(["verify", "--data", str(audited), "--head", "0" * 64]) == 1
    assert "0" * 64 in capsys.readouterr().err


def test_the_command_names_the_first_bad_row(audited: Path, capsys: pytest.CaptureFixture[str]):
    asyncio.run(_tamper(audited))

    assert audit_command(["verify", "--data", str(audited)]) == 1

    assert "4" in capsys.readouterr().err


def test_an_exported_log_is_checked_without_the_database_and_holds_the_published_link(
    audited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """R099."""
    lines = asyncio.run(_export(audited))
    file = tmp_path / "log.jsonl"

    def check(content: list[str], *more: str) -> int:
        file.write_text("".join(content), encoding="utf-8")
        return audit_command(["verify", str(file), *more])

    published = asyncio.run(_read_hash(audited, 5))
    assert check(lines) == check(lines, "--head", published) == 0
    assert capsys.readouterr().out.split()[-1] == json.loads(lines[-1])["hash"]
    assert check(lines, "--head", "0" * 64) == 1
    for row, wrong in (
        (4, [line.replace("mark-saved", "mark-lost") if at == 3 else line for at, line in enumerate(lines)]),
        (3, lines[:2] + lines[3:]),
        (1, lines[1:]),
    ):
        capsys.readouterr()
        assert check(wrong) == 1
        assert str(row) in capsys.readouterr().err
    for nothing in ([], ["[1]\n"], ["{}\n"], ["no log\n"]):
        assert check(nothing) == 2
    assert not any(nonce in "".join(lines) for nonce in asyncio.run(_read_nonces(audited)))


async def _export(folder: Path) -> list[str]:
    async def read() -> list[str]:
        return [line async for line in read_lines()]

    return list(await _within(folder, read))


async def _read_nonces(folder: Path) -> list[str]:
    async def read() -> list[str]:
        return [row["nonce"] for row in await AuditNonce.select(AuditNonce.nonce)]

    return list(await _within(folder, read))


@pytest.fixture
def audited(tmp_path: Path, empty_database: Path) -> Path:
    """An installation's folder with a log of eight rows."""
    (tmp_path / "tahkim.db").write_bytes(empty_database.read_bytes())
    asyncio.run(_within(tmp_path, lambda: write(8)))
    return tmp_path


async def _within(folder: Path, act: Callable[[], Awaitable[Any]]) -> Any:
    engine = await open_database(sqlite_url(folder / "tahkim.db"))
    bind(engine, TABLES)
    try:
        return await act()
    finally:
        await close_database(engine)


async def _read_hash(folder: Path, sequence: int) -> str:
    async def read() -> str:
        row = await AuditEvent.select(AuditEvent.hash).where(AuditEvent.sequence == sequence).first()
        assert row is not None
        return str(row["hash"])

    return str(await _within(folder, read))


async def _tamper(folder: Path) -> None:
    async def act() -> None:
        await unprotect()
        await change_reason()

    await _within(folder, act)
