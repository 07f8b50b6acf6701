"""The chained log: whatever is done to it behind the program's back is named."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from service.audit import SYSTEM, Event, record, record_whole
from service.audit_check import head, verify
from storage.engine import (
    Statement,
    count_queries,
    run_sql,
    transaction,
)
from storage.errors import RowProtected, TransactionMisuse, UniqueViolation
from storage.tables.audit import AuditEvent, AuditHead, AuditNonce
from tests.cast import NOW
from tests.chained import add_chained, change_actor, change_reason, change_time, record_mark, unprotect, write

Tamper = Callable[[], Awaitable[object]]


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
            await record_mark(1)

    rows = await AuditEvent.select(AuditEvent.after).order_by(AuditEvent.sequence)
    assert rows[0]["after"] != rows[1]["after"]


async def test_twenty_writers_at_once_make_one_chain(database: str):
    async def append(at: int) -> None:
        async with transaction():
            await record_mark(at)

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
            await record_mark(at)

    verdict = await verify()
    assert (verdict.rows, verdict.broken) == (2 * len(reasons), None)


def kept(key: int) -> Statement:
    columns = "id, sequence, side, nonce, value, made_at"
    return f"INSERT INTO audit_nonce ({columns}) SELECT {{}}, {{}}, {{}}, {{}}, {{}}, {{}} WHERE TRUE", (
        UUID(int=key), 1, "kept", "nonce", "value", NOW,
    )  # fmt: skip


async def record_kept(*keys: int, still: int = 0) -> str | None:
    """Record a row with changes, if the log has so many rows."""
    asked = "SELECT id FROM audit_head WHERE sequence = {}", (still,)
    return await record_whole(
        Event.MARK_SAVED, by=SYSTEM, about=("sheet", "one"), at=NOW, after="x", still=asked,
        changes=tuple(map(kept, keys)),
    )  # fmt: skip


async def count_kept() -> int:
    return await AuditNonce.count().where(AuditNonce.side == "kept")


async def test_changes_that_go_with_a_row_stand_or_fall_with_it(database: str):
    assert await record_kept(1, 2) == (await head())[1]
    with pytest.raises(UniqueViolation):
        await record_kept(3, 3, still=1)

    assert await count_kept() == 2
    assert (await head())[0] == await AuditEvent.count() == 1
    assert (await verify()).broken is None


async def test_changes_that_come_too_late_are_not_made_and_not_told(database: str):
    await write(1)

    assert await record_kept(1, 2) is None

    assert await count_kept() == 0
    assert (await head())[0] == await AuditEvent.count() == 1


async def test_inside_a_transaction_changes_and_their_row_fall_with_it(database: str):
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            assert await record_kept(1, 2)
            raise ZeroDivisionError

    assert await count_kept() == (await head())[0] == 0


async def test_of_rows_with_changes_and_others_that_come_at_once_each_is_linked(database: str):
    async def record_alone(at: int) -> None:
        async with transaction():
            await record_mark(at)

    asked = "SELECT id FROM audit_head", ()
    await asyncio.gather(
        *(record_alone(at) for at in range(10)),
        *(
            record_whole(
                Event.MARK_SAVED, by=SYSTEM, about=("sheet", f"{at}"), at=NOW, still=asked, changes=(kept(at),)
            )
            for at in range(10, 20)
        ),
    )

    verdict = await verify()
    assert (verdict.rows, verdict.broken) == (20, None)
    assert await count_kept() == 10


async def test_what_is_rolled_back_leaves_no_row(database: str):
    await write(2)

    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await record_mark(3)
            raise ZeroDivisionError

    assert (await head())[0] == 2
    assert await AuditEvent.count() == 2


async def test_a_row_belongs_to_the_transaction_of_its_change(database: str):
    with pytest.raises(TransactionMisuse):
        await record_mark(1)


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
