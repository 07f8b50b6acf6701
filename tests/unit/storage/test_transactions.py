import asyncio
import uuid

import pytest

from storage.engine import (
    get_engine,
    is_in_transaction,
    run_sql,
    run_together,
    run_whole,
    savepoint,
    snapshot,
    transaction,
)
from storage.errors import (
    ForeignKeyViolation,
    StorageMisuse,
    TransactionFailed,
    TransactionMisuse,
    UniqueViolation,
)
from tests.unit.storage.jars import Jar, add_marble, count_marbles, make_jar


async def test_twenty_tasks_that_read_and_then_write_lose_no_update(jars):
    await make_jar().save()

    await asyncio.gather(*(add_marble() for _ in range(20)))

    assert await count_marbles() == 20


async def test_an_exception_rolls_everything_back(jars):
    with pytest.raises(KeyError):
        async with transaction():
            await make_jar().save()
            raise KeyError

    assert await Jar.count() == 0
    assert not is_in_transaction()


async def test_an_inner_transaction_joins_the_outer_one(jars):
    with pytest.raises(KeyError):
        async with transaction():
            async with transaction():
                await make_jar().save()
            assert is_in_transaction()
            raise KeyError

    assert await Jar.count() == 0


async def test_an_inner_failure_that_is_caught_still_undoes_the_whole(jars):
    with pytest.raises(TransactionFailed):
        async with transaction():
            await make_jar("green").save()
            with pytest.raises(KeyError):
                async with transaction():
                    await make_jar("red").save()
                    raise KeyError

    assert await Jar.count() == 0


async def test_after_a_failed_statement_nothing_more_is_done(jars):
    await make_jar().save()

    with pytest.raises(TransactionFailed):
        async with transaction():
            await make_jar("green").save()
            with pytest.raises(UniqueViolation):
                await make_jar().save()
            await make_jar("red").save()

    assert await Jar.count() == 1


async def test_leaving_a_failed_transaction_as_if_nothing_were_wrong_is_told(jars):
    await make_jar().save()

    with pytest.raises(TransactionFailed):
        async with transaction():
            with pytest.raises(UniqueViolation):
                await make_jar().save()

    await add_marble()
    assert await count_marbles() == 1


async def test_a_savepoint_undoes_only_what_came_after_it(jars):
    await make_jar().save()

    async with transaction():
        await make_jar("green").save()
        with pytest.raises(UniqueViolation):
            async with savepoint():
                await make_jar("red").save()
                await make_jar("blue").save()
        async with savepoint():
            await make_jar("white").save()

    labels = await Jar.select(Jar.label).order_by(Jar.label).output(as_list=True)
    assert labels == ["blue", "green", "white"]


async def test_a_savepoint_needs_a_transaction(jars):
    with pytest.raises(TransactionMisuse):
        async with savepoint():
            pass


async def test_another_task_may_not_use_the_transaction_it_inherited(jars):
    async with transaction():
        task = asyncio.create_task(run_sql("SELECT 1 AS one"))
        with pytest.raises(TransactionMisuse):
            await task


async def test_a_task_started_in_a_transaction_that_has_ended_stands_alone(jars):
    ended = asyncio.Event()

    async def write_later():
        await ended.wait()
        await make_jar().save()

    with pytest.raises(KeyError):
        async with transaction():
            task = asyncio.create_task(write_later())
            raise KeyError
    ended.set()
    await task

    assert await Jar.count() == 1


async def test_a_task_cancelled_in_a_transaction_leaves_nothing_behind(jars):
    begun = asyncio.Event()

    async def hold():
        async with transaction():
            await make_jar().save()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await Jar.count() == 0
    await make_jar("after").save()


async def test_tasks_cancelled_at_any_moment_block_nobody_and_half_write_nothing(jars):
    """Cancel after 0, 1, 2 … turns of the loop: while waiting, in BEGIN, in a statement, in COMMIT, after it."""
    await make_jar("left").save()
    await make_jar("right").save()

    async def move():
        async with transaction():
            await Jar.update({Jar.marbles: Jar.marbles + 1}).where(Jar.label == "left")
            await Jar.update({Jar.marbles: Jar.marbles + 1}).where(Jar.label == "right")

    for turns in range(60):
        tasks = [asyncio.create_task(move()) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await move()

    assert await count_marbles("left") == await count_marbles("right") >= 1


async def test_single_statements_cancelled_at_any_moment_block_nobody(jars):
    for turns in range(30):
        tasks = [asyncio.create_task(Jar.count().run()) for _ in range(6)]
        tasks += [asyncio.create_task(make_jar(f"{turns}.{n}").save().run()) for n in range(2)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async with asyncio.timeout(5):
        await make_jar("last").save()
        assert await Jar.count() >= 1


async def test_a_task_whose_commit_was_refused_is_not_left_in_the_dead_transaction(jars):
    await run_sql(
        "CREATE TABLE late (id uuid PRIMARY KEY, jar uuid NOT NULL REFERENCES jar (id) DEFERRABLE INITIALLY DEFERRED)"
    )

    for _ in range(6):
        with pytest.raises(ForeignKeyViolation):
            async with transaction():
                await run_sql("INSERT INTO late (id, jar) VALUES ({}, {})", uuid.uuid4(), uuid.uuid4())
        assert not is_in_transaction()

    await make_jar().save()
    assert await Jar.count() == 1
    assert await run_sql("SELECT id FROM late") == []


async def test_readers_go_on_while_a_writer_holds_its_transaction(jars):
    await make_jar().save()
    begun, done = asyncio.Event(), asyncio.Event()

    async def hold():
        async with transaction():
            await Jar.update({Jar.marbles: 7}).where(Jar.label == "blue")
            begun.set()
            await done.wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    async with asyncio.timeout(5):
        seen = await asyncio.gather(*(count_marbles() for _ in range(20)))
    done.set()
    await task

    assert set(seen) == {0}
    assert await count_marbles() == 7


async def test_a_snapshot_sees_one_instant_and_writes_nothing(jars):
    await make_jar().save()

    async with snapshot():
        before = await count_marbles()
        await asyncio.create_task(add_marble_in_a_context_of_its_own())
        after = await count_marbles()
        with pytest.raises(TransactionMisuse):
            async with transaction():
                pass

    assert (before, after) == (0, 0)
    assert await count_marbles() == 1


async def add_marble_in_a_context_of_its_own():
    get_engine().current_transaction.set(None)
    await add_marble()


async def test_a_write_inside_a_snapshot_is_refused(jars):
    await make_jar().save()

    with pytest.raises(StorageMisuse):
        async with snapshot():
            await Jar.update({Jar.marbles: 9}).where(Jar.label == "blue")

    assert await count_marbles() == 0


INSERT = "INSERT INTO jar (id, label, marbles, steps, is_open) VALUES ({}, {}, {}, 3, {})"


TOLD = "SELECT {} AS told", ("last",)


def filling(label, marbles):
    return INSERT, (uuid.uuid4(), label, marbles, True)


async def test_statements_run_together_are_all_done_and_the_last_one_answers(jars):
    async with transaction():
        rows = await run_together(
            filling("green", 1), filling("red", 2), TOLD,
        )  # fmt: skip

    assert rows == [{"told": "last"}]
    assert sorted(row["marbles"] for row in await Jar.select(Jar.marbles)) == [1, 2]


async def test_of_statements_run_together_none_stands_when_one_is_refused(jars):
    await make_jar("red").save()

    with pytest.raises(UniqueViolation):
        async with transaction():
            await run_together(filling("green", 1), filling("red", 2))

    assert await Jar.count() == 1


async def test_statements_run_whole_are_a_transaction_of_their_own(jars):
    rows = await run_whole(filling("green", 1), filling("red", 2), TOLD)

    assert rows[0]["told"] == "last"
    assert await Jar.count() == 2


async def test_of_statements_run_whole_none_stands_when_one_is_refused(jars):
    await make_jar("red").save()

    with pytest.raises(UniqueViolation):
        await run_whole(filling("green", 1), filling("red", 2), TOLD)

    assert await Jar.count() == 1


async def test_statements_run_whole_inside_a_transaction_fall_with_it(jars):
    with pytest.raises(RuntimeError):
        async with transaction():
            await run_whole(filling("green", 1), filling("red", 2), TOLD)
            raise RuntimeError

    assert await Jar.count() == 0


async def test_statements_are_run_together_in_a_transaction_only(jars):
    with pytest.raises(TransactionMisuse):
        await run_together(filling("green", 1), filling("blue", 2))
    with pytest.raises(TransactionMisuse):
        async with snapshot():
            await run_together(filling("green", 1), filling("blue", 2))
